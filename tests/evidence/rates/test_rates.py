from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution
from scipy.stats import betabinom, binom

from lokus.errors import EvidenceError
from lokus.evidence.rates.rates import estimate_rates


def series(values, index=None):
    return pd.Series(values, index=index or [f"99010120{i:02d}" for i in range(len(values))], dtype=float)


def simulate(rng, villages=256, mean=0.08, precision=45.0, children=90, spread=0.6):
    n = np.maximum(1, rng.lognormal(np.log(children), spread, villages)).astype(int)
    truth = rng.beta(mean * precision, (1 - mean) * precision, villages)
    index = [f"9901{i:06d}" for i in range(villages)]
    return series(rng.binomial(n, truth), index), series(n, index), pd.Series(truth, index=index)


def test_posterior_is_the_closed_form_beta():
    y, n, _truth = simulate(np.random.default_rng(1), villages=40)
    rates = estimate_rates(y, n, threshold=10.0, level=0.8, integrate=False)
    prior = rates.mean / 100 * rates.precision
    posterior = beta_distribution(prior + y, rates.precision - prior + n - y)
    table = rates.table
    np.testing.assert_allclose(table["prevalensi"], 100 * posterior.mean(), rtol=1e-12)
    np.testing.assert_allclose(table["prevalensi_bawah"], 100 * posterior.ppf(0.1), rtol=1e-9)
    np.testing.assert_allclose(table["prevalensi_atas"], 100 * posterior.ppf(0.9), rtol=1e-9)
    np.testing.assert_allclose(table["prevalensi_bawah50"], 100 * posterior.ppf(0.25), rtol=1e-9)
    np.testing.assert_allclose(table["prevalensi_atas50"], 100 * posterior.ppf(0.75), rtol=1e-9)
    np.testing.assert_allclose(table["peluang_di_atas"], posterior.sf(0.1), rtol=1e-9)


def test_posterior_mean_is_bayes_by_integration():
    y, n, _truth = simulate(np.random.default_rng(2), villages=15)
    rates = estimate_rates(y, n, integrate=False)
    prior = beta_distribution(rates.mean / 100 * rates.precision, (1 - rates.mean / 100) * rates.precision)
    for kode in y.index[:5]:

        def weight(p, cases=y[kode], trials=n[kode]):
            return prior.pdf(p) * binom.pmf(cases, trials, p)

        mean = quad(lambda p: p * weight(p), 0, 1, epsabs=0)[0] / quad(weight, 0, 1, epsabs=0)[0]
        assert rates.table.loc[kode, "prevalensi"] == pytest.approx(100 * mean, rel=1e-6)


def test_shrinks_small_villages_more_and_never_past_the_mean():
    rates = estimate_rates(series([4, 40, 10, 90, 30]), series([8, 80, 100, 900, 300]))
    table = rates.table
    assert table["prevalensi_mentah"].tolist() == [50.0, 50.0, 10.0, 10.0, 10.0]
    assert table["prevalensi"].iloc[0] < table["prevalensi"].iloc[1] < 50.0
    assert table["prevalensi"].iloc[2] > table["prevalensi"].iloc[3] > 10.0


def test_village_without_measurement_gets_the_prior_and_a_flag():
    y, n, due = series([2, 30, 0, np.nan, 5]), series([40, 200, 0, 30, np.nan]), series([50, 200, 60, 40, 50])
    rates = estimate_rates(y, n, sasaran=due)
    table = rates.table
    assert table["tanpa_pengukuran"].tolist() == [False, False, True, True, True]
    assert table["prevalensi_mentah"].isna().tolist() == [False, False, True, True, True]
    np.testing.assert_allclose(table["prevalensi"].iloc[2:], rates.mean)
    assert table["belum_andal"].tolist() == [False, False, True, True, True]
    np.testing.assert_allclose(table["anak_stunting"].iloc[2], 60 * rates.mean / 100)


def test_observed_leaves_out_what_only_the_prior_says():
    y, n = series([2, 30, 0, np.nan, 5]), series([40, 200, 0, 30, np.nan])
    rates = estimate_rates(y, n, sasaran=series([50, 200, 60, 40, 50]), threshold=10.0)
    seen, table = rates.observed, rates.table
    estimates = [name for name in table if table[name].dtype == float and name != "prevalensi_mentah"]
    assert "peluang_di_atas" in estimates
    assert "anak_stunting_atas" in estimates
    assert seen[estimates].isna().sum(axis=1).tolist() == [0, 0, *[len(estimates)] * 3]
    assert seen["tanpa_pengukuran"].equals(table["tanpa_pengukuran"])
    pd.testing.assert_frame_equal(seen.iloc[:2], table.iloc[:2])


def test_observed_keeps_a_village_measured_in_an_earlier_round():
    y, n = series([4, 30, 0, 0]), series([40, 200, 0, 0])
    then = series([5, 20, 6, 0]), series([50, 150, 40, 0])
    rates = estimate_rates(y, n, earlier=[then])
    assert rates.observed["prevalensi"].isna().tolist() == [False, False, False, True]
    assert rates.table["tanpa_pengukuran"].tolist() == [False, False, True, True]


def test_expected_children_count_the_measured_and_estimate_the_rest():
    y, n = series([10, 10, 10, 10]), series([100, 100, 100, 100])
    due = series([100, 150, 90, np.nan])
    table = estimate_rates(y, n, sasaran=due).table
    rate = table["prevalensi"].iloc[1] / 100
    assert table["anak_stunting"].tolist()[:3] == [10.0, pytest.approx(10 + 50 * rate), 10.0]
    assert table[["anak_stunting", "anak_stunting_bawah", "anak_stunting_atas"]].iloc[3].isna().all()
    assert table["anak_stunting_bawah"].iloc[0] == table["anak_stunting_atas"].iloc[0] == 10.0
    assert (
        table["anak_stunting_bawah"].iloc[1]
        < table["anak_stunting"].iloc[1]
        < table["anak_stunting_atas"].iloc[1]
    )
    assert table["belum_andal"].tolist() == [False, True, False, True]
    worse = estimate_rates(y, n, sasaran=due, odds_ratio=2.0).table
    assert worse["anak_stunting"].iloc[1] > table["anak_stunting"].iloc[1]
    # All children due: those measured and the others, who are worse off.
    assert (worse["prevalensi"] > table["prevalensi"]).tolist() == [False, True, False, False]
    assert worse["prevalensi"].iloc[0] == table["prevalensi"].iloc[0]


def test_children_interval_covers_simulated_counts():
    rng = np.random.default_rng(4)
    y, n, truth = simulate(rng, villages=2000)
    rest = rng.integers(10, 100, 2000)
    table = estimate_rates(y, n, sasaran=n + rest).table
    total = y + rng.binomial(rest, truth)
    covered = (table["anak_stunting_bawah"] <= total) & (total <= table["anak_stunting_atas"])
    # Whole-number intervals hold at least 90 %, and little more.
    assert 0.89 < covered.mean() < 0.96


def test_interval_covers_nine_in_ten():
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(12):
        y, n, truth = simulate(rng)
        table = estimate_rates(y, n).table
        covered.append(table["prevalensi_bawah"].le(100 * truth) & table["prevalensi_atas"].ge(100 * truth))
    assert 0.88 < np.mean(covered) < 0.92


def test_finds_more_of_the_true_worst_than_raw_prevalence():
    rng = np.random.default_rng(6)
    raw = estimated = 0
    for _ in range(25):
        y, n, truth = simulate(rng, spread=1.2)
        worst = set(truth.nlargest(26).index)
        table = estimate_rates(y, n).table
        raw += len(worst & set(table["prevalensi_mentah"].nlargest(26).index))
        estimated += len(worst & set(table["prevalensi"].nlargest(26).index))
    assert estimated > raw + 12


def test_informative_covariate_finds_still_more():
    rng = np.random.default_rng(7)
    without = with_covariate = 0
    for _ in range(12):
        x = rng.normal(size=256)
        index = [f"9901{i:06d}" for i in range(256)]
        mu = 1 / (1 + np.exp(2.6 - 0.45 * x))
        truth = pd.Series(rng.beta(60 * mu, 60 * (1 - mu)), index=index)
        n = np.maximum(1, rng.lognormal(4.0, 0.8, 256)).astype(int)
        y, n = series(rng.binomial(n, truth), index), series(n, index)
        worst = set(truth.nlargest(26).index)
        poverty = pd.DataFrame({"desil_1_2": 40 + 12 * x}, index=index)
        without += len(worst & set(estimate_rates(y, n).table["prevalensi"].nlargest(26).index))
        rates = estimate_rates(y, n, covariates=poverty)
        with_covariate += len(worst & set(rates.table["prevalensi"].nlargest(26).index))
    assert with_covariate > without + 12


def test_covariates_missing_or_constant_are_said_aloud():
    y, n, _truth = simulate(np.random.default_rng(8), villages=30)
    covariates = pd.DataFrame({"air": np.arange(30.0), "jamban": 5.0}, index=y.index)
    covariates.iloc[3, 0] = np.nan
    rates = estimate_rates(y, n, covariates=covariates)
    assert rates.coefficients.index.tolist() == ["intersep", "air"]
    assert rates.table["kovariat_hilang"].sum() == 1
    assert rates.table["kovariat_hilang"].iloc[3]
    assert [f.message for f in rates.findings] == [
        "kovariat air belum ada data di 1 desa/kelurahan; di sana kovariat ini tidak memengaruhi perkiraan",
        "kovariat jamban sama di semua desa sehingga tidak dipakai dalam model angka stunting",
    ]
    assert rates.table.notna().all()["prevalensi"]


def test_unit_of_a_covariate_does_not_matter():
    y, n, _truth = simulate(np.random.default_rng(9), villages=50)
    share = pd.DataFrame({"air": np.linspace(0, 1, 50) ** 2}, index=y.index)
    one, other = (estimate_rates(y, n, covariates=c).table["prevalensi"] for c in (share, 100 * share + 7))
    pd.testing.assert_series_equal(one, other, rtol=1e-9)


@pytest.mark.parametrize(
    ("y", "n"),
    [([0] * 9, [30] * 9), ([30] * 9, [30] * 9), ([3] * 9, [30] * 9), ([2], [30]), ([0, 1], [0, 1])],
)
def test_edges_give_proper_rates(y, n):
    table = estimate_rates(series(y), series(n), sasaran=series(n) + 5, threshold=20.0).table
    columns = ["prevalensi_bawah", "prevalensi_bawah50", "prevalensi", "prevalensi_atas50", "prevalensi_atas"]
    values = table[columns].to_numpy()
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (values <= 100).all()
    assert (table["prevalensi_bawah"] <= table["prevalensi_atas"]).all()
    assert table["peluang_di_atas"].between(0, 1).all()
    assert table["anak_stunting"].notna().all()


def test_without_variation_all_villages_get_about_the_mean():
    n = np.tile([30.0, 300.0], 100)
    index = [f"9901{i:06d}" for i in range(200)]
    table = estimate_rates(series(0.1 * n, index), series(n, index)).table
    np.testing.assert_allclose(table["prevalensi"], 10.0, atol=0.05)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    y, n, truth = simulate(rng, villages=30)
    covariates = pd.DataFrame({"air": truth, "jamban": rng.normal(size=30)})
    first = estimate_rates(y, n, sasaran=n + 9, covariates=covariates, odds_ratio=1.5)
    order = rng.permutation(30)
    again = estimate_rates(
        y.iloc[order], n.iloc[order[::-1]], sasaran=(n + 9).iloc[rng.permutation(30)],
        covariates=covariates.iloc[order, ::-1], odds_ratio=1.5,
    )  # fmt: skip
    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
    pd.testing.assert_frame_equal(first.draws(5, seed=1), again.draws(5, seed=1), check_exact=True)


def test_draws_follow_the_posterior():
    y, n, _truth = simulate(np.random.default_rng(10), villages=20)
    rates = estimate_rates(y, n)
    draws = rates.draws(4000, seed=3)
    assert draws.shape == (20, 4000)
    np.testing.assert_allclose(draws.mean(axis=1), rates.table["prevalensi"], rtol=0.03)
    np.testing.assert_allclose(draws.quantile(0.95, axis=1), rates.table["prevalensi_atas"], rtol=0.04)
    assert not draws.equals(rates.draws(4000, seed=4))


def test_reads_as_a_sentence():
    text = repr(estimate_rates(series([2, 0]), series([40, 0]), sasaran=series([40, 9])))
    assert text.startswith("Angka stunting 2 desa/kelurahan: harapan ")
    assert text.endswith(
        "1 desa/kelurahan tanpa pengukuran, 0 desa/kelurahan dengan cakupan terlalu rendah atau belum "
        "diketahui"
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"stunting": series([5, 11])}, "anak stunting lebih banyak daripada anak diukur: 9901012001"),
        ({"stunting": series([5, 1.5])}, "stunting harus bilangan bulat anak, 0 atau lebih: 9901012001"),
        ({"diukur": series([10, -1])}, "diukur harus bilangan bulat anak, 0 atau lebih: 9901012001"),
        ({"sasaran": series([10, np.inf])}, "sasaran harus bilangan bulat anak, 0 atau lebih: 9901012001"),
        (
            {"diukur": series([10, 10], ["9901012000", "x"])},
            "memuat desa yang berbeda dengan stunting: 9901012001, x",
        ),
        ({"diukur": series([0, np.nan]), "stunting": series([0, 4])}, "tidak ada desa dengan jumlah"),
        ({"stunting": series([5, 5], ["a", "a"])}, "desa muncul lebih dari sekali: a"),
        ({"covariates": pd.DataFrame({"air": [1.0]}, index=["9901012000"])}, "kovariat kekurangan desa"),
        ({"level": 90}, "tingkat rentang harus di antara 0 dan 1"),
        ({"odds_ratio": 0.0}, "rasio odds"),
        ({"threshold": 120.0}, "ambang harus di antara 0 dan 100"),
    ],
)
def test_wrong_input_is_refused_and_named(change, text):
    arguments = {"stunting": series([5, 5]), "diukur": series([10, 10])} | change
    with pytest.raises(EvidenceError, match=text):
        estimate_rates(arguments.pop("stunting"), arguments.pop("diukur"), **arguments)
    assert issubclass(EvidenceError, ValueError)


def test_a_nation_is_estimated_at_once():
    y, n, truth = simulate(np.random.default_rng(12), villages=84_000)
    rates = estimate_rates(y, n, sasaran=n + 20, threshold=14.0)
    assert rates.mean == pytest.approx(8.0, abs=0.1)
    assert np.corrcoef(rates.table["prevalensi"], truth)[0, 1] > 0.75


def test_uncertain_mean_and_precision_are_averaged_over():
    rng = np.random.default_rng(13)
    y, n, _truth = simulate(rng, villages=10)
    # Brute force over a fine grid of both.
    eta, lam = (axis.ravel() for axis in np.meshgrid(np.linspace(-5, 0, 201), np.linspace(0, 9, 181)))
    mu, phi = 1 / (1 + np.exp(-eta)), np.exp(lam)
    log_weight = 0.5 * np.log(mu * (1 - mu)) - 0.5 * (lam - np.log(50)) ** 2
    for cases, trials in zip(y, n, strict=True):
        log_weight += betabinom.logpmf(cases, trials, mu * phi, (1 - mu) * phi)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    rates = estimate_rates(y, n)
    assert rates.mean == pytest.approx(100 * weight @ mu, rel=0.003)
    for kode in y.index:
        posterior = beta_distribution(mu * phi + y[kode], (1 - mu) * phi + n[kode] - y[kode])
        row = rates.table.loc[kode]
        mean = weight @ posterior.mean()
        deviation = np.sqrt(weight @ (posterior.var() + posterior.mean() ** 2) - mean**2)
        ours = beta_distribution(*rates.posterior.loc[kode, ["alpha", "beta"]])
        assert row["prevalensi"] == pytest.approx(100 * mean, rel=0.003)
        assert ours.std() == pytest.approx(deviation, rel=0.003)
        # The matched shape differs most where no case was found at all.
        inside = weight @ (
            posterior.cdf(row["prevalensi_atas"] / 100) - posterior.cdf(row["prevalensi_bawah"] / 100)
        )
        assert inside == pytest.approx(0.9, abs=0.03 if y[kode] == 0 else 0.013)


def test_chances_of_being_among_the_worst_add_up():
    y, n, _truth = simulate(np.random.default_rng(14), villages=60)
    rates = estimate_rates(y, n)
    chance = rates.among_worst(6)
    assert chance.sum() == pytest.approx(6, abs=1e-6)
    assert chance.name == "peluang_terburuk"
    draws = rates.draws(4000, seed=1)
    cutoff = np.sort(draws.to_numpy().ravel())[-6 * 4000]
    np.testing.assert_allclose(chance, (draws > cutoff).mean(axis=1), atol=0.03)
    with pytest.raises(EvidenceError, match="n harus di antara 1 dan 59, bukan 60"):
        rates.among_worst(60)


def test_stress_raises_the_villages_that_measured_few():
    y, n = series([10, 10, 10, 4]), series([100, 100, 100, 100])
    due = series([100, 400, 100, 100])
    alike = estimate_rates(y, n, sasaran=due).among_worst(2)
    stressed = estimate_rates(y, n, sasaran=due, odds_ratio=3.0).among_worst(2)
    assert alike.iloc[0] == pytest.approx(alike.iloc[1])
    assert stressed.iloc[1] > stressed.iloc[0] + 0.2


def test_an_odds_ratio_moves_estimates_list_and_chance_as_plain_simulation_does():
    rng = np.random.default_rng(16)
    y, n, _truth = simulate(rng, villages=60)
    due = (n / rng.uniform(0.3, 1.0, 60)).round()
    plain = estimate_rates(y, n, sasaran=due)
    rates = estimate_rates(y, n, sasaran=due, odds_ratio=2.0, threshold=10.0)
    pd.testing.assert_frame_equal(
        plain.at_odds(2.0).table, rates.table.drop(columns="peluang_di_atas"), check_exact=True
    )
    of_measured = plain.posterior[["alpha_diukur", "beta_diukur"]].to_numpy()
    p = rng.beta(of_measured[:, :1], of_measured[:, 1:], (60, 20_000))
    share = np.minimum(n / due, 1.0).to_numpy()[:, None]
    among_all = 100 * (share * p + (1 - share) * 2 * p / (1 + p))
    np.testing.assert_allclose(rates.table["prevalensi"], among_all.mean(axis=1), rtol=0.01)
    np.testing.assert_allclose(rates.table["peluang_di_atas"], (among_all > 10).mean(axis=1), atol=0.015)
    np.testing.assert_allclose(
        rates.table["prevalensi_atas"], np.quantile(among_all, 0.95, axis=1), rtol=0.02
    )
    cutoff = np.sort(among_all.ravel())[-6 * 20_000]
    np.testing.assert_allclose(rates.among_worst(6), (among_all > cutoff).mean(axis=1), atol=0.02)
    draws = rates.draws(20_000, seed=2)
    np.testing.assert_allclose(draws.std(axis=1), among_all.std(axis=1), rtol=0.03)
    others = rates.rate_of_unmeasured(draws).to_numpy()
    back = share * 100 * (others / 100 / (2 - others / 100)) + (1 - share) * others
    np.testing.assert_allclose(back, draws, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("villages", "replicates"), [(22, 500), (63, 180)])
def test_interval_covers_nine_in_ten_in_a_small_kabupaten(villages, replicates):
    rng = np.random.default_rng(15)
    covered = []
    for _ in range(replicates):
        y, n, truth = simulate(rng, villages=villages)
        table = estimate_rates(y, n).table
        covered.append(table["prevalensi_bawah"].le(100 * truth) & table["prevalensi_atas"].ge(100 * truth))
    assert 0.88 < np.mean(covered) < 0.92


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell", [(30, 0.05, 0.0, "penuh"), (30, 0.08, 0.6, "tidak merata"), (90, 0.08, 0.3, "selektif"),
             (200, 0.2, 0.0, "tidak merata")],
)  # fmt: skip
def test_lists_are_within_two_percent_of_the_limit(root, cell):
    spec = importlib.util.spec_from_file_location("targeting", root / "benchmarks" / "targeting.py")
    targeting = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(targeting)
    found = targeting.summarise(targeting.run_cell(cell, 25, esda=False))
    assert found["persen"] >= 98.0
    assert found["galat"] < 0.6
    assert found["lokus"] >= found["mentah"]
