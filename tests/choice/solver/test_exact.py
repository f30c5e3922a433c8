from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from lokus.choice.solver.exact import best_score, fits_in_memory, solve
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.problem import Problem


def instance(rules, *, villages=256, kecamatan=22, n=26, seed=0, decimals=None):
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, kecamatan, villages))
    codes = [f"99{g + 1:04d}{v:04d}" for v, g in enumerate(group)]
    scores = pd.Series(rng.beta(2, 3, villages), index=codes)
    if decimals is not None:
        scores = scores.round(decimals)
    return build_instance(
        scores,
        pd.Series([code[:6] for code in codes], index=codes),
        Problem(n=n, **rules),
        pd.Series(rng.gamma(3, 3, villages), index=codes),
    )


def by_recursion(problem) -> int:
    """The same optimum by plain recursion in Python integers."""

    @cache
    def value(g, opened, left):
        if g == len(problem.labels):
            good = left == 0 and (opened == problem.limit if problem.exact else True)
            return 0 if good else None
        options = [] if problem.forced[g] else [value(g + 1, opened, left)]
        if problem.limit is None or opened < problem.limit:
            first = problem.start[g]
            for j in range(problem.low[g], min(problem.high[g], left) + 1):
                rest = value(g + 1, opened + 1, left - j)
                if rest is not None:
                    options.append(rest + sum(map(int, problem.score[first : first + j])))
        return max((option for option in options if option is not None), default=None)

    return value(0, 0, problem.n)


@pytest.mark.parametrize(
    "rules",
    [
        {"max_kecamatan": 8},
        {"exact_kecamatan": 21},
        {"max_kecamatan": 10, "min_per_kecamatan": 2, "max_per_kecamatan": 4},
        {"min_per_kecamatan": 4},
        {},
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_table_agrees_with_recursion(rules, seed):
    problem = instance(rules, seed=seed)
    sizes = solve(problem)
    chosen = [problem.score[problem.start[g] : problem.start[g] + j].sum() for g, j in enumerate(sizes)]
    assert sum(chosen) == best_score(problem) == by_recursion(problem)
    assert sizes.sum() == problem.n


def test_no_list_is_none():
    problem = instance({"max_kecamatan": 1}, n=60)
    assert solve(problem) is None
    assert best_score(problem) is None


def test_a_province_fits_and_the_nation_does_not():
    assert fits_in_memory(instance({"max_kecamatan": 80}, villages=3239, kecamatan=241, n=320))
    assert not fits_in_memory(instance({"max_kecamatan": 800}, villages=8000, kecamatan=900, n=4000))


def test_a_province_is_solved():
    problem = instance({"max_kecamatan": 80}, villages=3239, kecamatan=241, n=320, decimals=2)
    assert solve(problem).sum() == 320


def test_all_scores_equal_is_still_decided_by_the_rule():
    problem = instance({"max_kecamatan": 8, "max_per_kecamatan": 4}, decimals=-1)
    assert not problem.score.any()
    sizes = solve(problem)
    tie = [problem.tie[problem.start[g] : problem.start[g] + j].sum() for g, j in enumerate(sizes)]
    by_stunted = replace(problem, score=problem.tie)
    assert sum(tie) == best_score(by_stunted)
