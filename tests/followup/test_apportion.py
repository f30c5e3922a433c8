from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.errors import FollowupError, InfeasibleError
from lokus.followup.apportion import apportion
from lokus.i18n import use_language

METHODS = ("largest_remainder", "webster")

# Population of the states for the apportionment after the census of 1880, when the chief clerk of the Census
# Office, C. W. Seaton, met the paradox at 299 and 300 seats. Published quotas of Alabama, Illinois and Texas:
# B. Cipra, "E pluribus confusion", American Scientist, July-August 2010.
CENSUS_1880 = {
    "AL": 1262505, "AR": 802525, "CA": 864694, "CO": 194327, "CT": 622700, "DE": 146608, "FL": 269493,
    "GA": 1542180, "IL": 3077871, "IN": 1978301, "IA": 1624615, "KS": 996096, "KY": 1648690, "LA": 939946,
    "ME": 648936, "MD": 934943, "MA": 1783085, "MI": 1636937, "MN": 780773, "MS": 1131597, "MO": 2168380,
    "NE": 452402, "NV": 62266, "NH": 346991, "NJ": 1131116, "NY": 5082871, "NC": 1399750, "OH": 3198062,
    "OR": 174768, "PA": 4282891, "RI": 276531, "SC": 995577, "TN": 1542359, "TX": 1591749, "VT": 332286,
    "VA": 1512565, "WV": 618457, "WI": 1315497,
}  # fmt: skip
# The census of 1791: population, Hamilton's bill of 120 seats (vetoed by Washington), Webster's method for
# the 105 seats there were (Balinski & Young, Fair Representation).
CENSUS_1791 = {
    "VA": (630560, 21, 18), "MA": (475327, 16, 14), "PA": (432879, 14, 13), "NC": (353523, 12, 10),
    "NY": (331589, 11, 10), "MD": (278514, 9, 8), "CT": (236841, 8, 7), "SC": (206236, 7, 6),
    "NJ": (179570, 6, 5), "NH": (141822, 5, 4), "VT": (85533, 3, 2), "GA": (70835, 2, 2),
    "KY": (68705, 2, 2), "RI": (68446, 2, 2), "DE": (55540, 2, 2),
}  # fmt: skip


def test_quotas_of_the_census_of_1880():
    """Alabama leads Illinois and Texas by its remainder in a House of 299, and trails both in one of 300."""
    people = pd.Series(CENSUS_1880)
    assert people.sum() == 49_371_340
    names = ["AL", "IL", "TX"]
    of_299, of_300 = (apportion(seats, people).table.loc[names, "jatah"] for seats in (299, 300))
    assert of_299.round(3).tolist() == [7.646, 18.640, 9.640]
    assert of_300.round(3).tolist() == [7.671, 18.702, 9.672]
    assert (of_299 % 1).idxmax() == "AL"
    assert (of_300 % 1).idxmin() == "AL"


def test_the_alabama_paradox_of_the_textbook():
    """Tannenbaum, Excursions in Modern Mathematics: Bama, Tecos and Ilnos share 200 seats, then 201."""
    people = pd.Series({"Bama": 940, "Ilnos": 10_030, "Tecos": 9_030})
    of_200, of_201 = apportion(200, people), apportion(201, people)
    assert [str(float(quota)) for quota in of_200.quota] == ["9.4", "100.3", "90.3"]
    assert of_200.seats.to_dict() == {"Bama": 10, "Ilnos": 100, "Tecos": 90}
    assert of_201.seats.to_dict() == {"Bama": 9, "Ilnos": 101, "Tecos": 91}
    assert apportion(201, people, method="webster").seats["Bama"] == 9
    assert apportion(200, people, method="webster").seats["Bama"] == 9


def test_the_congress_of_1791_by_hamilton_and_webster():
    people = pd.Series({state: row[0] for state, row in CENSUS_1791.items()})
    assert people.sum() == 3_615_920
    hamilton, webster = apportion(120, people), apportion(105, people, method="webster")
    assert hamilton.seats.to_dict() == {state: row[1] for state, row in CENSUS_1791.items()}
    assert webster.seats.to_dict() == {state: row[2] for state, row in CENSUS_1791.items()}


def codes(n: int) -> list[str]:
    return [f"990101{2001 + k}" for k in range(n)]


weighed = st.lists(
    st.one_of(st.integers(0, 30), st.floats(0, 50, allow_nan=False).map(lambda w: round(w, 2))),
    min_size=1, max_size=9,
).filter(lambda w: sum(w) > 0)  # fmt: skip


@st.composite
def cases(draw):
    weights = pd.Series(draw(weighed), dtype=float)
    weights.index = codes(len(weights))
    low = draw(st.lists(st.integers(0, 3), min_size=len(weights), max_size=len(weights)))
    room = draw(st.lists(st.integers(0, 9), min_size=len(weights), max_size=len(weights)))
    high = [least + more for least, more in zip(low, room, strict=True)]
    most = [top if w > 0 else least for w, least, top in zip(weights, low, high, strict=True)]
    total = draw(st.integers(sum(low), sum(most)))
    return total, weights, pd.Series(low, index=weights.index), pd.Series(high, index=weights.index)


@given(cases(), st.sampled_from(METHODS), st.randoms())
@settings(max_examples=40)
def test_sums_limits_and_row_order(case, method, order):
    total, weights, low, high = case
    result = apportion(total, weights, method=method, minimum=low, maximum=high)
    assert result.seats.sum() == total
    assert (result.seats >= low).all()
    assert (result.seats <= high).all()
    assert result.table["jatah_terbatas"].sum() == pytest.approx(total)
    rows = list(weights.index)
    order.shuffle(rows)
    again = apportion(total, weights[rows], method=method, minimum=low[rows[::-1]], maximum=high[rows])
    pd.testing.assert_frame_equal(again.table, result.table)


@given(weighed, st.integers(0, 60))
def test_the_largest_remainder_stays_within_one_of_the_quota(weights, total):
    result = apportion(total, pd.Series(weights, index=codes(len(weights))))
    assert sum(result.quota) == total
    for seats, quota in zip(result.seats, result.quota, strict=True):
        assert abs(seats - quota) < 1


@given(weighed, st.integers(0, 60))
def test_webster_takes_from_nobody_when_there_is_one_more(weights, total):
    series = pd.Series(weights, index=codes(len(weights)))
    small, large = (apportion(n, series, method="webster").seats for n in (total, total + 1))
    assert sorted(large - small) == [0] * (len(weights) - 1) + [1]


def ways(total: int, n: int):
    """Every way to share `total` over `n`."""
    for bars in itertools.combinations(range(total + n - 1), n - 1):
        edges = (-1, *bars, total + n - 1)
        yield [b - a - 1 for a, b in itertools.pairwise(edges)]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=4), st.integers(0, 9))
@settings(max_examples=40)
def test_no_other_way_is_nearer_to_the_quotas(weights, total):
    series = pd.Series(weights, index=codes(len(weights)))
    for method, distance in (
        ("largest_remainder", lambda s, q: abs(s - q)),
        ("webster", lambda s, q: (s - q) ** 2 / q),
    ):
        if method == "webster" and total == 0:
            continue
        result = apportion(total, series, method=method)

        def cost(seats, distance=distance, quota=tuple(result.quota)):
            return sum((distance(Fraction(s), q) for s, q in zip(seats, quota, strict=True)), Fraction(0))

        assert cost(result.seats.tolist()) == min(cost(seats) for seats in ways(total, len(weights)))


@given(cases())
@settings(max_examples=40)
def test_webster_is_what_giving_one_after_the_other_gives(case):
    total, weights, low, high = case
    exact = {kode: Fraction(repr(float(w))) for kode, w in weights.items()}
    seats = dict(low)
    while sum(seats.values()) < total:
        able = [kode for kode in seats if seats[kode] < high[kode] and exact[kode] > 0]
        best = max(able, key=lambda k: (exact[k] / (2 * seats[k] + 1), exact[k], -int(k)))
        seats[best] += 1
    got = apportion(total, weights, method="webster", minimum=low, maximum=high)
    assert got.seats.to_dict() == seats


@given(cases())
@settings(max_examples=40)
def test_limited_shares_are_proportional_between_the_limits(case):
    """One λ gives them all: a free village has λ times its weight, one at a limit would pass it."""
    total, weights, low, high = case
    table = apportion(total, weights, minimum=low, maximum=high).table
    share, weight = table["jatah_terbatas"], table["bobot"]
    free = (share > low) & (share < high) & (weight > 0)
    if not free.any():
        return
    factor = float((share[free] / weight[free]).iloc[0])
    np.testing.assert_allclose(share[free], factor * weight[free], rtol=1e-9)
    least = (share == low) & (share < high)
    assert (factor * weight[least] <= low[least] * (1 + 1e-9) + 1e-12).all()
    full = (share == high) & (share > low)
    assert (factor * weight[full] >= high[full] * (1 - 1e-9)).all()


def test_equal_claims_go_to_the_larger_weight_then_the_lower_code_and_are_named():
    equal = apportion(5, pd.Series([7, 7, 7], index=codes(3)))
    assert equal.seats.tolist() == [2, 2, 1]
    assert equal.ties == tuple(codes(3))
    # Shares 1.5 and 4.5: the same remainder, the larger weight first although its code comes later.
    larger = apportion(6, pd.Series([1, 3], index=codes(2)))
    assert larger.seats.tolist() == [1, 5]
    assert "Diputuskan oleh aturan seri: 9901012001, 9901012002" in repr(larger)
    assert apportion(5, pd.Series([1, 4], index=codes(2))).ties == ()
    assert apportion(2, pd.Series([1, 3], index=codes(2)), method="webster").ties == tuple(codes(2))


def test_decimal_weights_mean_what_they_say():
    """0.1 + 0.2 is 0.3, so shares of 1.5, 1.5 and 3 are seen to be equal claims."""
    result = apportion(4, pd.Series([0.1, 0.1, 0.2], index=codes(3)))
    assert [str(quota) for quota in result.quota] == ["1", "1", "2"]
    thirds = apportion(3, pd.Series([0.1, 0.2, 0.3], index=codes(3)))
    assert thirds.ties == (codes(3)[0], codes(3)[2])
    mixed = pd.Series([Fraction(1, 3), Decimal("0.5"), 1], index=codes(3), dtype=object)
    assert apportion(11, mixed).seats.tolist() == [2, 3, 6]


def test_467_teams_of_muara_enim():
    """Worked example; families are made up, teams and villages are the published numbers."""
    families = pd.Series(
        np.random.default_rng(16).integers(60, 900, 256), index=[f"1603{k:06d}" for k in range(256)]
    )
    result = apportion(467, families, minimum=1)
    assert result.seats.sum() == 467
    assert result.seats.min() == 1
    assert "467 dibagi untuk 256 desa/kelurahan" in repr(result)
    assert "rata-rata 1,8" in repr(result)
    below = result.table["jatah"] < 1
    assert below.any()
    assert (result.table.loc[below & (result.seats == 1), "batas"] == "minimum").all()


def test_the_real_codes_of_muara_enim(shared_data):
    names = pd.read_parquet(shared_data / "codes" / "kode_wilayah_2018_2025.parquet").query("tahun == 2025")
    villages = names[names["kode"].str.startswith("16.03.") & (names["kode"].str.len() == 13)]
    equal = apportion(467, pd.Series(1, index=villages["kode"].str.replace(".", "")))
    assert equal.seats.value_counts().to_dict() == {2: 211, 1: 45}  # 211 · 2 + 45 = 467
    assert len(equal.ties) == 256


def test_missing_weights_are_refused_by_name():
    with pytest.raises(
        FollowupError, match=r"2 desa/kelurahan belum memiliki bobot: 9901012001, 9901012003"
    ) as caught:
        apportion(5, pd.Series([None, 4, np.nan], index=codes(3), dtype=float))
    assert "lengkapi" in caught.value.remedy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [3, -1, 2]}, "negatif atau tak hingga: 9901012002"),
        ({"weights": [3, np.inf, 2]}, "negatif atau tak hingga: 9901012002"),
        ({"total": -1}, "bilangan bulat 0 atau lebih, bukan -1"),
        ({"total": 2.5}, "bukan 2.5"),
        ({"minimum": 1.5}, "minimum harus bilangan bulat"),
        ({"maximum": pd.Series([1, 2], index=codes(2))}, "maximum|maksimum: desa yang hanya ada"),
        ({"minimum": pd.Series([1, None, 2], index=codes(3))}, "minimum harus bilangan bulat .*: 9901012002"),
    ],
)
def test_wrong_values_are_named(change, message):
    settings = {"total": 6, "weights": [3, 4, 2]} | change
    weights = pd.Series(settings.pop("weights"), index=codes(3))
    with pytest.raises(FollowupError, match=message):
        apportion(settings.pop("total"), weights, **settings)


def test_a_village_twice_and_an_unknown_method():
    with pytest.raises(FollowupError, match="lebih dari satu kali: a"):
        apportion(1, pd.Series([1, 2], index=["a", "a"]))
    with pytest.raises(ValueError, match="method must be one of"):
        apportion(1, pd.Series([1], index=["a"]), method="jefferson")
    with pytest.raises(FollowupError, match="tidak ada desa"):
        apportion(1, pd.Series([], dtype=float))


def test_what_cannot_be_is_said_with_the_numbers():
    weights = pd.Series([5, 1, 0], index=codes(3))
    with pytest.raises(
        InfeasibleError, match=r"5 tidak cukup: jumlah minimum untuk 3 desa/kelurahan adalah 6"
    ):
        apportion(5, weights, minimum=2)
    with pytest.raises(
        InfeasibleError, match=r"9 terlalu banyak: 3 desa/kelurahan hanya dapat menampung 8 \(1 di"
    ):
        apportion(9, weights, maximum=4)
    with pytest.raises(InfeasibleError, match="minimum lebih besar daripada maksimum: 9901012002"):
        apportion(9, weights, minimum=pd.Series([0, 3, 0], index=codes(3)), maximum=2)


def test_nothing_to_share_and_villages_without_weight():
    assert apportion(0, pd.Series([4, 5], index=codes(2))).seats.tolist() == [0, 0]
    for method in METHODS:
        alone = apportion(7, pd.Series([0, 5], index=codes(2)), method=method, minimum=1)
        assert alone.seats.tolist() == [1, 6]


def test_it_speaks_english_too():
    with use_language("en"):
        assert "Method: Webster" in repr(apportion(3, pd.Series([4, 5], index=codes(2)), method="webster"))


@pytest.mark.parametrize("villages", [5_000, pytest.param(83_000, marks=pytest.mark.slow)])
def test_many_villages_are_shared_by_one_divisor(villages):
    rng = np.random.default_rng(4)
    families = pd.Series(rng.lognormal(5, 1, villages), index=[f"{k:010d}" for k in range(villages)])
    result = apportion(2 * villages, families, method="webster", minimum=1, maximum=9)
    assert result.seats.sum() == 2 * villages
    free = (result.seats > 1) & (result.seats < 9)
    assert (families[free] / (result.seats[free] + 0.5)).max() <= (
        families[free] / (result.seats[free] - 0.5)
    ).min()
