from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from lokus.choice.review.graduation import graduation, probability_below
from lokus.choice.solver.problem import RuleError
from lokus.evidence.rates.rates import estimate_rates


def village(n: int) -> str:
    return f"99010120{n:02d}"


def rates_of(stunting, measured, **options):
    index = [village(n) for n in range(1, len(stunting) + 1)]
    return estimate_rates(
        pd.Series(stunting, index=index, dtype=float),
        pd.Series(measured, index=index, dtype=float),
        **options,
    )


def test_the_probability_is_the_area_under_the_posterior_below_the_target():
    rates = rates_of([2, 30, 0, 9], [80, 200, 0, 60])
    found = probability_below(rates, 12.0)
    for kode, row in rates.posterior.iterrows():
        area, _error = quad(beta_distribution(row["alpha"], row["beta"]).pdf, 0, 0.12)
        if rates.table.loc[kode, "tanpa_pengukuran"]:
            assert np.isnan(found[kode])
        else:
            assert found[kode] == pytest.approx(area, abs=1e-9)
    drawn = probability_below(rates.draws(40_000, seed=1).drop(village(3)), 12.0)
    assert drawn.to_numpy() == pytest.approx(found.dropna().to_numpy(), abs=0.01)


def test_children_not_measured_who_are_likelier_stunted_lower_the_probability():
    due = pd.Series([100.0, 200.0], index=[village(1), village(2)])
    plain = probability_below(rates_of([4, 30], [60, 200], sasaran=due), 10.0)
    stressed = probability_below(rates_of([4, 30], [60, 200], sasaran=due, odds_ratio=2.0), 10.0)
    assert stressed[village(1)] < plain[village(1)] - 0.02
    assert stressed[village(2)] == pytest.approx(plain[village(2)])


def test_who_graduates_and_why_the_others_do_not():
    chance = pd.Series({village(n): p for n, p in enumerate([0.8, 0.79, 0.99, np.nan, 0.99, 0.99], start=1)})
    years = pd.Series(
        {village(1): 2, village(2): 2, village(3): 1, village(4): 5, village(5): 3, village(6): 0}
    )
    doubtful = pd.Series({village(n): n == 5 for n in range(1, 7)})
    found = graduation(chance, years, unreliable=doubtful)
    assert found.index.tolist() == [village(n) for n in range(1, 6)]
    assert found["lulus"].tolist() == [True, False, False, False, False]
    assert found["alasan"].tolist() == [
        "",
        "peluang di bawah target 79 %, paling sedikit 80 %",
        "baru 1 tahun menjadi lokus, paling sedikit 2 tahun",
        "tidak ada anak yang diukur tahun ini",
        "cakupan pengukuran terlalu rendah atau belum diketahui",
    ]
    assert graduation(chance, years, unreliable=doubtful.iloc[:4])["lulus"].tolist()[4] is False


def test_without_a_measurement_or_a_known_past_nobody_graduates():
    rates = rates_of([0, 0, 30], [0, 90, 200])
    years = pd.Series([3, None, 3], index=[village(n) for n in (1, 2, 3)], dtype="Int64")
    found = graduation(probability_below(rates, 14.0), years)
    assert not found["lulus"].any()
    assert found.loc[village(2), "alasan"] == "lama menjadi lokus belum diketahui"


def test_graduates_pass_also_if_the_unmeasured_are_worse_and_not_by_one_good_year():
    chance, years = (pd.Series({village(n): value for n in range(1, 5)}) for value in (0.9, 2))
    careful = pd.Series({village(1): 0.85, village(2): 0.7, village(3): 0.85, village(4): np.nan})
    found = graduation(
        chance, years, cautious=careful, one_year_only=pd.Series({village(1): False, village(2): False})
    )
    assert found["lulus"].tolist() == [True, False, False, False]
    assert found["alasan"].tolist()[1:3] == [
        "peluang 70 % bila anak yang tidak diukur dua kali lebih berisiko stunting, paling sedikit 80 %",
        "hanya hitungan tahun ini yang diketahui: satu tahun yang baik belum menjadi bukti",
    ]
    with pytest.raises(RuleError, match="peluang"):
        graduation(chance, years, cautious=100 * careful)


@given(st.permutations(range(1, 6)))
def test_the_order_of_rows_does_not_matter(order):
    chance = pd.Series({village(n): n / 5 for n in range(1, 6)})
    years = pd.Series({village(n): 2 for n in range(1, 6)})
    mixed = graduation(chance.iloc[[n - 1 for n in order]], years.iloc[[n - 1 for n in order]])
    pd.testing.assert_frame_equal(mixed, graduation(chance, years))


def test_of_the_graduates_few_are_wrong_and_of_those_by_a_point_value_many():
    rng = np.random.default_rng(7)
    truth = rng.beta(12.0, 60.0, size=4000)
    measured = rng.integers(15, 90, size=4000)
    stunting = rng.binomial(measured, truth)
    index = [f"9901{n:06d}" for n in range(4000)]
    rates = estimate_rates(pd.Series(stunting, index=index), pd.Series(measured, index=index))
    target = 14.0
    found = graduation(probability_below(rates, target), pd.Series(2, index=index), probability=0.8)
    wrong = 100 * truth >= target
    by_chance = wrong[found["lulus"]].mean()
    by_point = wrong[100 * stunting / measured < target].mean()
    # P(rate < target) averaged over the graduates is what the model promises of them.
    assert by_chance == pytest.approx(1 - found.loc[found["lulus"], "peluang_lulus"].mean(), abs=0.03)
    assert by_chance < 0.2 < by_point


@pytest.mark.parametrize(
    "wrong", [{"probability": 0.0}, {"probability": 1.1}, {"min_years": 0}, {"min_years": 1.5}]
)
def test_refuses_rules_out_of_range(wrong):
    with pytest.raises(RuleError):
        graduation(pd.Series({village(1): 0.5}), pd.Series({village(1): 1}), **wrong)


def test_refuses_targets_and_numbers_that_cannot_be():
    rates = rates_of([2], [80])
    for target in (0.0, 100.0, -3.0):
        with pytest.raises(RuleError, match="target"):
            probability_below(rates, target)
    with pytest.raises(RuleError, match="lebih dari sekali"):
        graduation(pd.Series([0.5, 0.5], index=[village(1)] * 2), pd.Series({village(1): 1}))
    with pytest.raises(RuleError, match="di luar 0 sampai 1"):
        graduation(pd.Series({village(1): 80.0}), pd.Series({village(1): 1}))
