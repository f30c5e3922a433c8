from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from lokus.choice.robustness import (
    UNKNOWN,
    Uncertainty,
    assess_robustness,
    classify,
    draw_columns,
    draw_weights,
)
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.scores.scoring import score

WEIGHTS = {"prevalensi": 0.5, "anak_stunting": 0.3, "krs_persen": 0.2}
WORSE = dict.fromkeys(WEIGHTS, "high")


def kabupaten(villages=80, kecamatan=10, seed=0, precision=20.0, mean=0.15):
    """Village data with the truth they came from."""
    rng = np.random.default_rng(seed)
    due = rng.integers(15, 120, villages)
    measured = rng.binomial(due, 0.8)
    rate = rng.beta(mean * precision, (1 - mean) * precision, villages)
    stunted = rng.binomial(measured, rate)
    group = np.sort(rng.integers(0, kecamatan, villages))
    frame = pd.DataFrame(
        {"sasaran": due, "diukur": measured, "stunting": stunted, "krs_persen": rng.uniform(5, 60, villages)},
        index=[f"9901{g + 1:02d}2{v:03d}" for v, g in enumerate(group)],
        dtype=float,
    )
    truth = frame.assign(prevalensi=100 * rate, anak_stunting=stunted + rng.binomial(due - measured, rate))
    return frame, truth


def proposal(frame, problem, weights=WEIGHTS, **options):
    rates = estimate_rates(frame["stunting"], frame["diukur"], sasaran=frame["sasaran"])
    evidence = frame.join(rates.table[["prevalensi", "anak_stunting"]])
    scores = score(evidence, weights=weights, worse=dict.fromkeys(weights, "high"))
    kecamatan = pd.Series([kode[:6] for kode in frame.index], index=frame.index)
    tie = rates.table["anak_stunting"]
    return rates, evidence, select(scores.table["skor"], kecamatan, problem, tie_break=tie, **options)


@pytest.mark.parametrize(
    "problem",
    [
        Problem(n=10, max_kecamatan=4),
        Problem(n=10, max_kecamatan=4, objective="campuran", blend=0.3),
        Problem(n=8, max_kecamatan=5, objective="anak"),
    ],
)
def test_chances_are_shares_of_single_selections(problem):
    frame, _truth = kabupaten()
    frame.iloc[4, 3] = np.nan
    children = None
    rates, evidence, _ = proposal(frame, Problem(n=10))
    children = rates.table["anak_stunting"]
    rates, evidence, chosen = proposal(frame, problem, children=children)
    draws = 12
    found = assess_robustness(
        chosen, evidence, weights=WEIGHTS, worse=WORSE, rates=rates, concentration=30.0,
        errors={"krs_persen": 5.0}, children=children, draws=draws, seed=7,
    )  # fmt: skip
    uncertainty = Uncertainty(rates=rates, concentration=30.0, errors={"krs_persen": 5.0})
    columns = draw_columns(evidence, uncertainty, wanted=WEIGHTS, n=draws, seed=7)
    weights = draw_weights(WEIGHTS, 30.0, n=draws, seed=7)
    counts = pd.Series(0, index=evidence.index)
    opened = pd.Series(0, index=sorted(chosen.kecamatan.unique()))
    ranked, changed = [], []
    for row in range(draws):
        values = evidence.assign(**{key: column[row] for key, column in columns.items()})
        drawn = dict(zip(WEIGHTS, weights[row], strict=True))
        one_score = score(values, weights=drawn, worse=WORSE, ties=chosen.tie_break).table
        one = select(
            one_score["skor"], chosen.kecamatan, problem, tie_break=chosen.tie_break,
            children=values["anak_stunting"],
        )  # fmt: skip
        counts[list(one.kode)] += 1
        opened[chosen.kecamatan[list(one.kode)].unique()] += 1
        ranked.append(one_score["peringkat"].astype(float))
        changed.append(len(set(chosen.kode) - set(one.kode)))
    assert (found.table["peluang_lokus"] * draws).round(9).tolist() == counts.tolist()
    assert (found.kecamatan["peluang_terpilih"] * draws).round(9).tolist() == opened.tolist()
    assert found.expected_changes == pytest.approx(np.mean(changed))
    lowest = pd.concat(ranked, axis=1).min(axis=1)
    highest = pd.concat(ranked, axis=1).max(axis=1)
    assert found.table["peringkat_bawah"].tolist() == lowest.tolist()
    assert found.table["peringkat_atas"].tolist() == highest.tolist()
    assert found.table["peluang_lokus"].sum() == pytest.approx(problem.n)
    assert found.kecamatan["desa_harapan"].sum() == pytest.approx(problem.n)


def test_rules_across_kecamatan_hold_in_every_draw():
    frame, _truth = kabupaten(villages=40, kecamatan=6)
    kept = tuple(frame.index[::5])
    cost = pd.Series(np.linspace(1, 3, 40), index=frame.index)
    problem = Problem(n=8, max_kecamatan=4, kept_from=kept, min_kept=4, budget=15.0)
    rates, evidence, chosen = proposal(frame, problem, cost=cost)
    found = assess_robustness(chosen, evidence, weights=WEIGHTS, worse=WORSE, rates=rates, draws=30, seed=1)
    assert found.table.loc[list(kept), "peluang_lokus"].sum() > 4 - 1e-9
    assert (found.table["peluang_lokus"] * cost).sum() <= 15.0


def test_row_order_changes_nothing():
    frame, _truth = kabupaten(seed=3)
    shuffled = frame.sample(frac=1.0, random_state=1)
    results = []
    for data in (frame, shuffled):
        rates, evidence, chosen = proposal(data, Problem(n=10, max_kecamatan=4))
        results.append(
            assess_robustness(
                chosen, evidence, weights=WEIGHTS, worse=WORSE, rates=rates, concentration=50.0,
                draws=60, seed=5,
            )
        )  # fmt: skip
    pd.testing.assert_frame_equal(results[0].table, results[1].table)
    pd.testing.assert_frame_equal(results[0].kecamatan, results[1].kecamatan)


def test_locked_and_unknown_villages():
    frame, _truth = kabupaten()
    frame.iloc[2, 3] = np.nan
    codes = frame.index
    rates, evidence, _free = proposal(frame, Problem(n=10))
    scores = score(evidence, weights=WEIGHTS, worse=WORSE, missing="withhold").table["skor"]
    kecamatan = pd.Series([kode[:6] for kode in codes], index=codes)
    problem = Problem(n=10, locked_in={codes[0]: "SK"}, locked_out={codes[1]: "pindah"})
    chosen = select(scores, kecamatan, problem)
    found = assess_robustness(
        chosen, evidence, weights=WEIGHTS, worse=WORSE, missing="withhold", rates=rates, draws=40, seed=1
    )
    assert found.table.loc[codes[0], "peluang_lokus"] == 1.0
    assert found.table.loc[codes[1], "peluang_lokus"] == 0.0
    assert found.table.loc[codes[2], "kelas_kepastian"] == UNKNOWN
    assert np.isnan(found.table.loc[codes[2], "peringkat_tengah"])


def test_what_matters_most_is_found():
    frame, _truth = kabupaten()
    rates, evidence, chosen = proposal(frame, Problem(n=10, max_kecamatan=4))
    common = {"weights": WEIGHTS, "worse": WORSE, "rates": rates, "draws": 200, "seed": 2}
    vague = assess_robustness(chosen, evidence, concentration=2.0, **common)
    firm = assess_robustness(chosen, evidence, concentration=1e7, **common)
    assert firm.sources.drop(index="semua")["desa_berubah"].idxmax() == "laju"
    assert firm.sources.loc["bobot", "desa_berubah"] < 0.2
    assert vague.sources.loc["bobot", "desa_berubah"] > firm.sources.loc["bobot", "desa_berubah"] + 1
    assert firm.sources.loc["semua", "desa_berubah"] == pytest.approx(firm.expected_changes)
    alone = assess_robustness(chosen, evidence, **common)
    assert alone.sources.loc["laju"].equals(alone.sources.loc["semua"])
    assert firm.sources.loc["laju", "desa_berubah"] == pytest.approx(alone.expected_changes)


def test_without_real_uncertainty_nothing_moves():
    frame, _truth = kabupaten()
    _rates, evidence, chosen = proposal(frame, Problem(n=10, max_kecamatan=4))
    found = assess_robustness(
        chosen, evidence, weights=WEIGHTS, worse=WORSE, errors={"krs_persen": 0.0}, draws=20, seed=1
    )
    assert found.expected_changes == 0.0
    assert set(found.table.index[found.table["kelas_kepastian"] == "kukuh"]) == set(chosen.kode)
    assert found.convergence["cukup"]


def test_convergence_tells_few_draws_from_many():
    frame, _truth = kabupaten()
    rates, evidence, chosen = proposal(frame, Problem(n=10, max_kecamatan=4))
    common = {"weights": WEIGHTS, "worse": WORSE, "rates": rates, "seed": 1}
    few = assess_robustness(chosen, evidence, draws=50, **common)
    many = assess_robustness(chosen, evidence, draws=1500, **common)
    assert not few.convergence["cukup"]
    assert many.convergence["cukup"]
    assert many.convergence["beda_paruh"] < few.convergence["beda_paruh"]
    gap = (many.table["peluang_lokus"] - few.table["peluang_lokus"]).abs()
    assert (gap <= 5 * np.hypot(few.table["galat_peluang"], many.table["galat_peluang"]) + 0.05).all()


def test_says_what_it_found():
    frame, _truth = kabupaten()
    rates, evidence, chosen = proposal(frame, Problem(n=10, max_kecamatan=4))
    found = assess_robustness(chosen, evidence, weights=WEIGHTS, worse=WORSE, rates=rates, draws=100, seed=1)
    listed = found.table.loc[list(chosen.kode), "kelas_kepastian"].value_counts()
    assert repr(found).startswith(
        "100 undian, masing-masing diselesaikan secara eksak: dari 10 desa/kelurahan"
    )
    assert f"{listed.get('kukuh', 0)} berpeluang sangat besar" in repr(found)
    assert "<table" in found._repr_html_()
    with pytest.raises(FrozenInstanceError):
        found.draws = 3


def test_nothing_uncertain_is_refused():
    frame, _truth = kabupaten()
    _rates, evidence, chosen = proposal(frame, Problem(n=10))
    with pytest.raises(RuleError, match="setidaknya satu ketidakpastian"):
        assess_robustness(chosen, evidence, weights=WEIGHTS, worse=WORSE, seed=1)


def test_classes_have_the_stated_ends():
    chance = pd.Series([1.0, 0.8, 0.7999, 0.5, 0.4999, 0.2, 0.1999, 0.0])
    assert classify(chance).tolist() == [
        "kukuh", "kukuh", "condong", "condong", "perbatasan", "perbatasan", "tidak", "tidak",
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.slow
def test_chances_are_calibrated_where_the_truth_is_known():
    # 120 kabupaten drawn from the model: of villages given a chance p, a share p belongs on the true list.
    chances, truths = [], []
    problem = Problem(n=12, max_kecamatan=6)
    for seed in range(120):
        frame, truth = kabupaten(villages=120, kecamatan=12, seed=1000 + seed)
        rates, evidence, chosen = proposal(frame, problem)
        found = assess_robustness(
            chosen, evidence, weights=WEIGHTS, worse=WORSE, rates=rates, draws=250, seed=seed
        )
        true_scores = score(truth, weights=WEIGHTS, worse=WORSE).table["skor"]
        best = select(true_scores, chosen.kecamatan, problem)
        chances.append(found.table["peluang_lokus"].to_numpy())
        truths.append(best.table["terpilih"].to_numpy())
    chance, true = np.concatenate(chances), np.concatenate(truths)
    for low, high in ((0.05, 0.2), (0.2, 0.35), (0.35, 0.5), (0.5, 0.65), (0.65, 0.8), (0.8, 0.95)):
        inside = (chance >= low) & (chance < high)
        # Villages of one kabupaten compete, which only narrows the spread of their count.
        error = np.sqrt((chance[inside] * (1 - chance[inside])).sum()) / inside.sum()
        assert inside.sum() > 100
        assert abs(true[inside].mean() - chance[inside].mean()) < 3.5 * error + 0.02


@pytest.mark.slow
def test_a_province_is_drawn_a_hundred_times():
    frame, _truth = kabupaten(villages=3239, kecamatan=99)
    rates, evidence, chosen = proposal(frame, Problem(n=320, max_kecamatan=40))
    found = assess_robustness(chosen, evidence, weights=WEIGHTS, worse=WORSE, rates=rates, draws=100, seed=1)
    assert found.table["peluang_lokus"].sum() == pytest.approx(320)
