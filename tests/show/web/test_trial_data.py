"""What the page proposes is what the library proposes: lists, numbers, ranks and sums, ties included."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lokus import Kajian
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError
from lokus.evidence.scores.ranking import rank_by_rule
from lokus.evidence.scores.scoring import score
from lokus.show.results.trial import Trial, Weighing
from lokus.show.web.trial_data import trial_data

STUDIES = {"contoh": "data/kajian/contoh-2026.toml", "pasangkayu": "tests/pasangkayu/kajian.toml"}
MADE_UP = "buatan"


def made_up():
    """Villages with indicators on a coarse grid, so that scores are often equal; some values missing."""
    rng = np.random.default_rng(2)
    sizes = rng.integers(4, 14, 7)
    codes = [f"9901{g + 1:02d}{2001 + v:04d}" for g, size in enumerate(sizes) for v in range(size)]
    index = pd.Index(codes, name="kode_desa")
    keys = ["air_layak", "krs_persen", "sanitasi_layak", "stop_babs"]
    observed = pd.DataFrame(rng.integers(0, 6, (len(codes), 4)) * 17.0, index=index, columns=keys)
    observed = observed.mask(rng.random(observed.shape) < 0.08)
    worse = {"air_layak": "low", "krs_persen": "high", "sanitasi_layak": "low", "stop_babs": "low"}
    weights = {"air_layak": 0.3, "krs_persen": 0.6, "sanitasi_layak": 0.1, "stop_babs": 0.0}
    children = pd.Series(rng.integers(0, 9, len(codes)) * 1.5, index=index)
    scores = score(observed, weights=weights, worse=worse, ties=children)
    kecamatan = pd.Series(index.str[:6], index=index)
    jenis = pd.Series(np.where(rng.random(len(codes)) < 0.3, "kelurahan", "desa"), index=index)
    problem = Problem(n=9, max_kecamatan=4)
    weighing = Weighing(
        normalised=scores.normalised, weights=weights, labels={key: key for key in keys},
        exempt=scores.normalised.isna() & False, withhold=False,
    )  # fmt: skip
    trial = Trial(
        problem=problem, stated=problem, scores=scores.table["skor"], kecamatan=kecamatan, ties=children,
        children=children, expected=children, jenis=jenis, weighing=weighing,
    )  # fmt: skip
    proposal = select(trial.scores, kecamatan, problem, tie_break=children)
    return SimpleNamespace(trial=trial, observed=observed, worse=worse, children=children, proposal=proposal)


@pytest.fixture(scope="module")
def node() -> str:
    return shutil.which("node") or pytest.skip("no node on this machine")


@pytest.fixture(
    scope="module", params=[MADE_UP, *(pytest.param(name, marks=pytest.mark.slow) for name in STUDIES)]
)
def kajian(request, root):
    if request.param == MADE_UP:
        return made_up()
    if request.param == "pasangkayu":
        request.getfixturevalue("shared_data")
    return Kajian.open(root / STUDIES[request.param])


@pytest.fixture(scope="module")
def answers(node, root, kajian):
    """Give what the viewer answers to rule sets of the study, or of another trial."""

    def ask(cases, trial=None):
        trial = trial or kajian.trial
        groups = sorted(trial.kecamatan.unique())
        given = {
            "trial": trial_data(trial),
            "group": [groups.index(kode) for kode in trial.kecamatan],
            "cases": cases,
        }
        done = subprocess.run(
            [node, str(root / "viewer/test/lists.js")],
            input=json.dumps(given), capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
        return json.loads(done.stdout)

    return ask


def rule_sets(trial, count: int, seed: int):
    """Rules at random, some of them impossible; weights often so coarse that scores are equal."""
    rng = np.random.default_rng(seed)
    villages, kecamatan = len(trial.scores), trial.kecamatan.nunique()
    indicators = len(trial.weighing.weights)
    for _number in range(count):
        style = rng.integers(4)
        weights = None
        if style == 1:
            weights = rng.choice([0.0, 0.0, 1.0, 2.0], indicators)
        elif style == 2:
            weights = rng.random(indicators) * (rng.random(indicators) < 0.5)
        elif style == 3:  # one indicator alone: many ties
            weights = np.eye(indicators)[rng.integers(indicators)]
        if weights is not None and not weights.any():
            weights[0] = 1.0
        least = int(rng.choice([0, 0, 1, 2, 3]))
        locks = rng.permutation(villages)[: rng.integers(0, 8)].tolist()
        cut = int(rng.integers(0, len(locks) + 1))
        limit = None if rng.random() < 0.3 else int(rng.integers(1, kecamatan + 2))
        yield {
            "weights": None if weights is None else weights.tolist(),
            "n": int(rng.integers(1, max(2, villages // 3))),
            "limit": limit, "exact": limit is not None and bool(rng.random() < 0.3),
            "least": least, "most": None if rng.random() < 0.6 else max(least, int(rng.integers(1, 7))),
            "inside": locks[:cut], "outside": locks[cut:],
        }  # fmt: skip


def expected(kajian, trial, one):
    """What the library answers to the same."""
    scores = trial.scores
    keys = list(trial.weighing.weights)
    if one["weights"] is not None:
        weights = dict(zip(keys, one["weights"], strict=True))
        worse = kajian.worse if isinstance(kajian, SimpleNamespace) else kajian.catalogue.worse_ends(keys)
        scores = score(kajian.observed, weights=weights, worse=worse, ties=kajian.children).table["skor"]
    codes = scores.index
    rules = replace(
        trial.problem, n=one["n"],
        max_kecamatan=None if one["exact"] else one["limit"],
        exact_kecamatan=one["limit"] if one["exact"] else None,
        min_per_kecamatan=one["least"], max_per_kecamatan=one["most"],
        locked_in={codes[i]: "uji" for i in one["inside"]},
        locked_out={codes[i]: "uji" for i in one["outside"]},
    )  # fmt: skip
    try:
        found = select(
            scores, trial.kecamatan, rules, tie_break=trial.ties, children=trial.children,
            jenis=trial.jenis, cost=trial.cost,
        )  # fmt: skip
    except InfeasibleError:
        return None, scores
    return found, scores


def check(kajian, trial, cases, given):
    kinds = []
    for one, answer in zip(cases, given, strict=True):
        found, scores = expected(kajian, trial, one)
        kinds.append(answer["kind"])
        if answer["kind"] == "extra":  # the page says that it cannot answer
            continue
        if found is None:
            assert answer["kind"] == "none", one
            continue
        codes = list(scores.index)
        assert [codes[i] for i in answer["chosen"]] == list(found.kode), one
        numbers = found.table["nomor"].fillna(0).astype(int).tolist()
        assert answer["number"] == numbers, one
        assert answer["sum"] == found.objective, one
        assert answer["rank"] == rank_by_rule(scores, trial.ties).fillna(0).astype(int).tolist(), one
    return kinds


def test_a_few_rule_sets_give_the_lists_of_the_library(kajian, answers):
    cases = list(rule_sets(kajian.trial, 60, seed=11))
    kinds = check(kajian, kajian.trial, cases, answers(cases))
    assert kinds.count("best") >= 20
    assert "none" in kinds


@pytest.mark.slow
def test_a_thousand_rule_sets_give_the_lists_of_the_library(kajian, answers):
    cases = list(rule_sets(kajian.trial, 1000, seed=17))
    kinds = check(kajian, kajian.trial, cases, answers(cases))
    assert kinds.count("best") >= 500


def test_untouched_rules_give_the_proposal(kajian, answers):
    official = {"weights": None, "inside": [], "outside": []}
    (answer,) = answers([official])
    codes = list(kajian.trial.scores.index)
    assert [codes[i] for i in answer["chosen"]] == list(kajian.proposal.kode)


@pytest.mark.parametrize("objective", ["anak", "campuran"])
def test_other_objectives_quotas_and_equal_scores(kajian, answers, objective):
    base = kajian.trial
    blend = 0.4 if objective == "campuran" else None
    quota = dict(zip(sorted(base.kecamatan.unique())[:3], (0, 1, 2), strict=True))
    coarse = replace(
        base,
        problem=Problem(n=8, objective=objective, blend=blend, quota=quota),
        scores=base.scores.round(1), ties=base.ties.round(-1),
    )  # fmt: skip
    cases = [{**one, "weights": None} for one in rule_sets(coarse, 20, seed=5)]
    kinds = check(kajian, coarse, cases, answers(cases, coarse))
    assert "best" in kinds


def test_rules_across_kecamatan_are_kept_or_refused_never_approximated(kajian, answers):
    base = kajian.trial
    codes = list(base.scores.index)
    kept = codes[:: max(1, len(codes) // 20)]
    rules = Problem(n=9, kept_from=kept, min_kept=2, max_jenis={"kelurahan": 1})
    strict = replace(base, problem=rules, stated=Problem(n=9))
    cases = [{**one, "weights": None, "inside": [], "outside": []} for one in rule_sets(strict, 20, seed=3)]
    kinds = check(kajian, strict, cases, answers(cases, strict))
    assert set(kinds) <= {"best", "extra", "none"}
    assert "extra" in kinds
