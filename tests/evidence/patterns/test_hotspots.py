from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from lokus.errors import EvidenceError
from lokus.evidence.patterns.hotspots import GI_CLASSES, MORAN_CLASSES, getis_ord, local_moran
from lokus.evidence.rates.rates import estimate_rates

BOTH = pytest.mark.parametrize("statistic", [local_moran, getis_ord])


def codes(n):
    return [f"9901{i:06d}" for i in range(n)]


def grid(side):
    """Queen neighbours on a square grid."""
    row, column = np.divmod(np.arange(side * side), side)
    near = np.maximum(np.abs(row[:, None] - row), np.abs(column[:, None] - column)) == 1
    return csr_array(near.astype(float))


def significant(result):
    return result.table["kelas"].isin(["tidak nyata", "belum ada data", "tanpa tetangga"]).eq(False)


def planted(side=16, low=False, seed=0):
    """Random values on a grid with a block of high ones in a corner and of low ones in the other."""
    values = np.random.default_rng(seed).normal(10, 1, (side, side))
    values[:4, :4] += 5
    values[-4:, -4:] -= 5
    return pd.Series(values.ravel(), index=codes(side * side), name="prevalensi")


def test_moran_statistic_by_hand():
    # Four villages in a row with values 1, 2, 3, 10: mean 4, variance 12.5.
    chain = csr_array(np.eye(4, k=1) + np.eye(4, k=-1))
    result = local_moran(pd.Series([1.0, 2.0, 3.0, 10.0], index=codes(4)), chain, seed=0, permutations=99)
    z = np.array([-3, -2, -1, 6])
    lag = np.array([-2, (-3 - 1) / 2, (-2 + 6) / 2, -1])
    np.testing.assert_allclose(result.table["moran_lokal"], 3 / 4 * z * lag / 12.5, rtol=1e-14)
    np.testing.assert_allclose(result.table["nilai_tetangga"], lag + 4, rtol=1e-14)


def test_gi_star_by_hand():
    chain = csr_array(np.eye(4, k=1) + np.eye(4, k=-1))
    result = getis_ord(pd.Series([1.0, 2.0, 3.0, 10.0], index=codes(4)), chain, seed=0, permutations=99)
    size = np.array([2, 3, 3, 2])
    mean = np.array([1.5, 2.0, 5.0, 6.5])
    expected = (mean - 4) / np.sqrt(12.5 * (4 - size) / (size * 3))
    np.testing.assert_allclose(result.table["gi_bintang"], expected, rtol=1e-14)


def test_planted_blocks_are_found_and_named():
    values = planted()
    for result, high, low in (
        (local_moran(values, grid(16), seed=1), "tinggi-tinggi", "rendah-rendah"),
        (getis_ord(values, grid(16), seed=1), "titik panas", "titik dingin"),
    ):
        kelas = result.table["kelas"].to_numpy().reshape(16, 16)
        assert (kelas[:3, :3] == high).all()
        assert (kelas[-3:, -3:] == low).all()
        assert (kelas[6:10, 6:10] == "tidak nyata").all()
        assert result.counts.sum() == 256


def test_village_unlike_its_neighbours():
    values = planted().to_numpy().reshape(16, 16).copy()
    values[1, 1], values[-2, -2] = 5.0, 15.0
    result = local_moran(pd.Series(values.ravel(), index=codes(256)), grid(16), seed=1)
    kelas = result.table["kelas"].to_numpy().reshape(16, 16)
    assert kelas[1, 1] == "rendah-tinggi"
    assert kelas[-2, -2] == "tinggi-rendah"


@BOTH
def test_missing_value_acts_as_if_the_village_were_not_there(statistic):
    values = planted()
    gone = [3, 17, 100, 255]
    holes = values.copy()
    holes.iloc[gone] = np.nan
    keep = np.setdiff1d(np.arange(256), gone)
    with_holes = statistic(holes, grid(16), seed=2, permutations=999)
    without = statistic(values.iloc[keep], csr_array(grid(16)[keep][:, keep]), seed=2, permutations=999)
    pd.testing.assert_frame_equal(with_holes.table.iloc[keep], without.table)
    assert with_holes.table["kelas"].iloc[gone].tolist() == ["belum ada data"] * 4
    assert with_holes.table.iloc[gone].drop(columns="kelas").isna().all(axis=None)
    assert with_holes.findings[0].message == (
        "prevalensi belum ada data di 4 desa/kelurahan sehingga tidak diuji: "
        "9901000003, 9901000017, 9901000100, 9901000255"
    )


@BOTH
def test_unmeasured_village_is_without_data_though_its_neighbours_suggest_a_rate(statistic):
    near = grid(12)
    row, column = np.divmod(np.arange(144), 12)
    share = np.where((row < 4) & (column < 4), 0.3, 0.08)
    n = pd.Series(100.0, index=codes(144))
    y = (n * share).round() + np.arange(144) % 3
    y.iloc[[13, 14]], n.iloc[[13, 14]] = np.nan, 0.0
    rates = estimate_rates(y, n, effect="neighbours", neighbours=near)
    # The estimate alone is high, and would be called a hot spot for the sake of its neighbours.
    assert (rates.table["prevalensi"].iloc[[13, 14]] > 20).all()
    trusted = statistic(rates.table["prevalensi"], near, seed=1, permutations=9_999)
    assert significant(trusted).iloc[[13, 14]].all()
    found = statistic(rates.observed["prevalensi"], near, seed=1, permutations=9_999)
    assert (found.table["kelas"].iloc[[13, 14]] == "belum ada data").all()
    assert found.table["p"].iloc[[13, 14]].isna().all()
    # Their neighbours are judged by the measured ones only.
    assert found.table["tetangga"].iloc[0] == 2
    assert significant(found).iloc[[12, 15]].all()


@BOTH
def test_isolates_are_never_significant(statistic):
    matrix = grid(16).toarray()
    matrix[0, :] = matrix[:, 0] = 0
    values = planted()
    values.iloc[0] = 1000.0
    values.iloc[[18, 33, 34, 35, 50, 51]] = np.nan
    matrix[49, :] = matrix[:, 49] = 0
    matrix[49, [33, 34, 35]] = matrix[[33, 34, 35], 49] = 1  # neighbours, but none with data
    table = statistic(values, csr_array(matrix), seed=0, permutations=999).table
    assert table["kelas"].iloc[[0, 49]].tolist() == ["tanpa tetangga"] * 2
    assert (
        table.loc[table["kelas"] == "tanpa tetangga", ["p", "p_fdr", "nilai_tetangga"]].isna().all(axis=None)
    )
    assert table["tetangga"].iloc[[0, 49]].tolist() == [0, 0]


@BOTH
@pytest.mark.parametrize("value", [0.0, 7.3, 0.1])
def test_constant_has_no_significant_village(statistic, value):
    values = pd.Series(value, index=codes(36), name="krs")
    values.iloc[5] *= 1 + 1e-15  # rounding noise is no difference
    for correction in ("fdr", "none"):
        result = statistic(values, grid(6), seed=0, permutations=999, correction=correction)
        assert not significant(result).any()
        assert (result.table["p"] == 1.0).all()
        assert result.findings[0].message == "krs sama di semua desa: tidak ada pola yang dapat dipetakan"


@BOTH
def test_nothing_known_anywhere(statistic):
    result = statistic(pd.Series(np.nan, index=codes(9)), grid(3), seed=0, permutations=99)
    assert (result.table["kelas"] == "belum ada data").all()
    one = pd.Series([np.nan] * 8 + [3.0], index=codes(9))
    assert statistic(one, grid(3), seed=0, permutations=99).counts["tanpa tetangga"] == 1


@BOTH
def test_all_villages_neighbours_of_each_other(statistic):
    values = pd.Series([1.0, 2.0, 3.0, 50.0], index=codes(4))
    result = statistic(values, csr_array(1.0 - np.eye(4)), seed=0, permutations=99, correction="none")
    assert not significant(result).any()


@BOTH
def test_classes_are_fixed_categories_in_order(statistic):
    result = statistic(planted(), grid(16), seed=0, permutations=999)
    classes = MORAN_CLASSES if statistic is local_moran else GI_CLASSES
    assert tuple(result.table["kelas"].cat.categories) == classes
    assert tuple(result.counts.index) == classes


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 9999))
def test_order_of_rows_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    values = planted(8, seed=seed)
    values.iloc[rng.integers(0, 64, 5)] = np.nan
    order = rng.permutation(64)
    shuffled = csr_array(grid(8)[order][:, order])
    for statistic in (local_moran, getis_ord):
        one = statistic(values, grid(8), seed=5, permutations=199)
        other = statistic(values.iloc[order], shuffled, seed=5, permutations=199)
        pd.testing.assert_frame_equal(one.table, other.table)


@BOTH
def test_unit_of_the_variable_does_not_matter(statistic):
    one = statistic(planted(), grid(16), seed=3, permutations=999).table
    other = statistic(planted() * 1000 - 3, grid(16), seed=3, permutations=999).table
    pd.testing.assert_series_equal(one["p"], other["p"])
    pd.testing.assert_series_equal(one["kelas"], other["kelas"])


def test_false_discoveries_are_controlled_where_there_is_no_pattern():
    any_found, raw_share = 0, []
    for seed in range(60):
        values = pd.Series(np.random.default_rng(seed).exponential(10, 256), index=codes(256))
        result = local_moran(values, grid(16), seed=seed, permutations=9999)
        any_found += significant(result).any()
        raw_share.append((result.table["p"] <= 0.05).mean())
    # 60 maps of noise: about 3 with a false discovery; 9 has probability 0.002.
    assert any_found <= 9
    assert np.mean(raw_share) == pytest.approx(0.05, abs=0.008)


def test_raw_rate_and_too_few_permutations_are_said():
    result = local_moran(planted(), grid(16), seed=0, permutations=999, raw_rate=True)
    assert [finding.message for finding in result.findings] == [
        "prevalensi adalah angka mentah: desa dengan sedikit anak dapat menonjol, atau tersembunyi, karena "
        "variasi acak",
        "dengan 999 permutasi, suatu desa hanya dapat nyata bersama paling sedikit 10 desa/kelurahan lain",
    ]
    assert result.findings[0].remedy == "pakailah angka perkiraan (prevalensi)"
    assert local_moran(planted(), grid(16), seed=0).findings == ()


def test_says_what_it_is():
    result = local_moran(planted(), grid(16), seed=0, permutations=9999, alpha=0.1)
    first = (
        "Moran lokal dari prevalensi: 256 desa/kelurahan, 9.999 permutasi, α 0,10, "
        "temuan semu dikendalikan (FDR)"
    )
    assert repr(result).splitlines()[0] == first
    assert first in result._repr_html_()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"adjacency": grid(3)}, "matriks ketetanggaan berukuran 9 × 9, padahal ada 16 desa/kelurahan"),
        ({"adjacency": grid(4) * 0.5}, "matriks ketetanggaan hanya boleh berisi 0 dan 1"),
        ({"adjacency": grid(4) + csr_array(np.eye(16))}, "menjadikan suatu desa tetangganya sendiri"),
        ({"values": pd.Series([np.inf] + [1.0] * 15, index=codes(16))}, "tak hingga di 9901000000"),
        ({"values": pd.Series(1.0, index=["a"] * 16)}, "desa muncul lebih dari sekali: a"),
        ({"permutations": 0}, "banyaknya permutasi harus 1 atau lebih, bukan 0"),
        ({"alpha": 1.0}, "harus di antara 0 dan 1, bukan 1.0"),
        ({"correction": "bonferroni"}, "correction harus salah satu dari fdr, none, bukan bonferroni"),
    ],
)
def test_refuses(change, message):
    arguments = {"values": pd.Series(np.arange(16.0), index=codes(16)), "adjacency": grid(4), "seed": 0}
    arguments |= change
    with pytest.raises(EvidenceError, match=message):
        local_moran(arguments.pop("values"), arguments.pop("adjacency"), **arguments)


@pytest.mark.slow  # esda compiles for some 15 seconds
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_agrees_with_esda():
    esda = pytest.importorskip("esda")
    graph = pytest.importorskip("libpysal.graph")
    values = planted(12)
    neighbours = graph.Graph.from_sparse(grid(12).tocoo())
    theirs = esda.Moran_Local(values.to_numpy(), neighbours, permutations=9999, seed=1)
    ours = local_moran(values, grid(12), seed=1, permutations=9999).table
    np.testing.assert_allclose(ours["moran_lokal"], theirs.Is, rtol=1e-11, atol=1e-14)
    # esda's default p is that of the nearer tail; ours is two-sided.
    directed = theirs.p_sim
    error = np.sqrt(directed * (1 - directed) / 9999)
    assert (np.abs(ours["p"] - np.minimum(1, 2 * directed)) <= 2 * 5 * np.sqrt(2) * error + 4e-4).all()
    # With transform="R" esda's z-score takes the variance of one village for that of a mean of d + 1.
    star = esda.G_Local(
        values.to_numpy(), neighbours.assign_self_weight(1), transform="B", star=None, permutations=0
    )
    np.testing.assert_allclose(
        getis_ord(values, grid(12), seed=1, permutations=9).table["gi_bintang"], star.Zs, rtol=1e-8
    )
