"""Which engine answers: all give the same list, and none answers what it cannot keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.choice.solver import engine as engines
from lokus.choice.solver.engine import DYNAMIC_PROGRAMME, HIGHS, LAGRANGE, best_list, check_engine
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.problem import Problem, RuleError


def arranged(problem, seed=0, villages=40):
    rng = np.random.default_rng(seed)
    codes = [f"9901{1 + v // 5:02d}2{1 + v % 5:03d}" for v in range(villages)]
    kecamatan = pd.Series([code[:6] for code in codes], index=codes)
    return build_instance(pd.Series(rng.random(villages), index=codes), kecamatan, problem, None)


def test_every_engine_gives_the_same_list_and_says_its_name():
    instance = arranged(Problem(n=9, max_kecamatan=4))
    found = {name: best_list(instance, name) for name in ("auto", "dp", "lagrange", "highs")}
    lists = {tuple(instance.codes[answer.chosen]) for answer in found.values()}
    assert len(lists) == 1
    assert [found[name].engine for name in ("auto", "dp", "lagrange", "highs")] == [
        DYNAMIC_PROGRAMME, DYNAMIC_PROGRAMME, LAGRANGE, HIGHS,
    ]  # fmt: skip
    value = int(instance.score[found["dp"].chosen].sum())
    assert all(answer.bound >= value - 1 for answer in found.values())


def test_beyond_small_tables_the_relaxation_decides(monkeypatch):
    monkeypatch.setattr(engines, "FEW_CELLS", 0)
    instance = arranged(Problem(n=9, max_kecamatan=4))
    answer = best_list(instance)
    assert answer.engine == LAGRANGE
    assert answer.chosen.tolist() == best_list(instance, "dp").chosen.tolist()


def test_a_rule_across_kecamatan_that_already_holds_needs_no_other_engine():
    free = arranged(Problem(n=5))
    listed = free.codes[best_list(free).chosen]
    holds = arranged(Problem(n=5, kept_from=tuple(listed), min_kept=2))
    assert best_list(holds).engine == DYNAMIC_PROGRAMME
    others = [code for code in free.codes if code not in listed]
    binds = arranged(Problem(n=5, kept_from=tuple(others), min_kept=2))
    answer = best_list(binds)
    assert answer.engine == HIGHS
    assert np.isin(binds.codes[answer.chosen], others).sum() == 2
    with pytest.raises(RuleError, match="dp"):
        best_list(binds, "dp")


def test_no_list_is_no_answer():
    instance = arranged(Problem(n=30, max_kecamatan=2))
    assert [best_list(instance, name) for name in ("auto", "dp", "highs")] == [None, None, None]


def test_an_unknown_engine_is_refused_with_a_remedy():
    with pytest.raises(RuleError, match="cbc") as caught:
        check_engine("cbc")
    assert caught.value.remedy
