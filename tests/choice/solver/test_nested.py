"""The level above: every list tried, HiGHS in its own formulation, sizes of a province and the nation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.diagnose import is_feasible
from lokus.choice.selection import select
from lokus.choice.solver import nested
from lokus.choice.solver.engine import DYNAMIC_PROGRAMME, LAGRANGE, best_list
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.milp import solve_milp
from lokus.choice.solver.nested import solve_nested
from lokus.choice.solver.problem import Problem


def listed(instance, sizes):
    if sizes is None:
        return None
    place = np.arange(len(instance.codes)) - instance.start[instance.group]
    return tuple(sorted(instance.codes[place < sizes[instance.group]]))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_gives_the_best_of_all_lists_by_tables_and_by_prices(oracle, data):
    scores, kecamatan, problem, ties, _jenis, _cost = data.draw(oracle.province_problems())
    best, _equal = oracle.best_by_trying(scores, kecamatan, problem, ties)
    assert is_feasible(scores, kecamatan, problem) == (best is not None)
    if best is None or not problem.has_kabupaten_rules:
        return
    instance = build_instance(scores, kecamatan, problem, ties)
    assert listed(instance, solve_nested(instance).sizes) == best
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nested, "MOST_WORK", 0)
        found = solve_nested(instance)  # may fall back on tables
        assert listed(instance, found.sizes) == best
        patch.setattr(nested, "MOST_CELLS", 40)
        small = solve_nested(instance)
    top = int(instance.score[np.isin(instance.codes, best)].sum())
    assert small.bound >= top
    if small.closed:
        assert listed(instance, small.sizes) == best
    elif small.sizes is not None:
        assert oracle.satisfies(listed(instance, small.sizes), scores, kecamatan, problem)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_rules_across_kecamatan_and_kabupaten_together(oracle, data):
    scores, kecamatan, problem, ties, jenis, cost = data.draw(oracle.province_problems(across=True))
    best, _equal = oracle.best_by_trying(scores, kecamatan, problem, ties, cost)
    assert is_feasible(scores, kecamatan, problem, jenis=jenis, cost=cost) == (best is not None)
    if best is not None:
        assert select(scores, kecamatan, problem, tie_break=ties, jenis=jenis, cost=cost).kode == best


def province(seed: int, kabupaten: int = 5, villages: int = 300, decimals: int | None = None, **rules):
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, villages // 12, villages))
    own = np.sort(rng.integers(0, kabupaten, villages // 12 + 1))
    codes = [f"99{own[g] + 1:02d}{g % 90 + 1:02d}2{v % 999:03d}" for v, g in enumerate(group)]
    codes = sorted(set(codes))
    scores = pd.Series(rng.beta(2, 3, len(codes)), index=codes)
    return build_instance(
        scores if decimals is None else scores.round(decimals),
        pd.Series([code[:6] for code in codes], index=codes),
        Problem(**rules),
        pd.Series(rng.gamma(3, 3, len(codes)), index=codes),
    )


RULES = [
    {"n": 20, "max_kabupaten": 3, "min_per_kabupaten": 3, "max_per_kabupaten": 9},
    {"n": 24, "exact_kabupaten": 4, "max_kecamatan": 9, "min_per_kecamatan": 2},
    {"n": 15, "quota_kabupaten": {"9901": 2, "9904": 0}, "max_per_kecamatan": 2},
]


@pytest.mark.parametrize("rules", RULES)
def test_agrees_with_highs_in_its_own_formulation(rules):
    instance = province(1, decimals=2, **rules)
    assert listed(instance, solve_nested(instance).sizes) == tuple(
        sorted(instance.codes[solve_milp(instance).chosen])
    )


def test_says_which_engine_proved_it(monkeypatch):
    instance = province(2, **RULES[0])
    answer = best_list(instance)
    assert answer.engine == DYNAMIC_PROGRAMME
    monkeypatch.setattr(nested, "MOST_WORK", 0)
    priced = best_list(instance)
    assert priced.engine == LAGRANGE
    assert priced.chosen.tolist() == answer.chosen.tolist()


def test_a_kecamatan_name_in_two_kabupaten_is_refused():
    codes = ["9901012001", "9902012001"]
    with pytest.raises(ValueError, match="dua kabupaten"):
        build_instance(
            pd.Series(0.5, index=codes),
            pd.Series("Air Bening", index=codes),
            Problem(n=1, max_kabupaten=1),
            None,
        )


def whole(villages: int, kecamatan: int, kabupaten: int, problem: Problem, decimals: int | None):
    rng = np.random.default_rng(0)
    others = rng.integers(0, kecamatan, villages - kecamatan)
    group = np.sort(np.concatenate([np.arange(kecamatan), others]))
    own = np.sort(np.concatenate([np.arange(kabupaten), rng.integers(0, kabupaten, kecamatan - kabupaten)]))
    level = rng.normal(0, 0.08, kecamatan)
    index = [f"{own[g]:04d}{g:05d}{v:06d}" for v, g in enumerate(group)]
    scores = pd.Series(np.clip(rng.beta(2, 3, villages) + level[group], 0, 1.5), index=index)
    scores = scores if decimals is None else scores.round(decimals)
    groups = pd.Series([code[:9] for code in index], index=index)
    return build_instance(scores, groups, problem, pd.Series(rng.gamma(3, 3, villages), index=index))


@pytest.mark.parametrize("decimals", [None, 2])
def test_a_province_is_chosen_with_proof(decimals):
    problem = Problem(n=100, max_kabupaten=10, min_per_kabupaten=3, max_per_kabupaten=12)
    instance = whole(3_239, 241, 17, problem, decimals)
    found = solve_nested(instance)
    assert found.closed
    assert found.value == found.bound


@pytest.mark.slow
@pytest.mark.parametrize(
    "rules", [{}, {"min_per_kecamatan": 2, "max_per_kecamatan": 12}, {"max_kecamatan": 1000}]
)
def test_the_nation_is_chosen_with_its_proof(rules):
    problem = Problem(n=8_000, max_kabupaten=200, min_per_kabupaten=10, max_per_kabupaten=60, **rules)
    found = solve_nested(whole(83_402, 7_285, 514, problem, None))
    assert found.sizes is not None
    assert (found.bound - found.value) / found.bound < 1e-4
