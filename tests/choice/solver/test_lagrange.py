from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.solver.exact import solve
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.lagrange import solve_lagrange
from lokus.choice.solver.problem import Problem


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_equals_the_full_tables_whenever_it_closes(oracle, data):
    scores, kecamatan, problem, ties = data.draw(oracle.problems())
    if set(problem.locked_in) & set(problem.locked_out):
        return
    instance = build_instance(scores, kecamatan, problem, ties)
    found, sizes = solve_lagrange(instance), solve(instance)
    if found is None:
        return
    assert sizes is not None
    best = sum(int(instance.score[instance.start[g] :][:j].sum()) for g, j in enumerate(sizes))
    assert found.value <= best <= found.bound
    if found.closed:
        assert found.sizes.tolist() == sizes.tolist()


def province(seed: int, *, decimals: int | None = None, **rules):
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, 60, 800))
    codes = [f"99{g + 1:04d}{v:04d}" for v, g in enumerate(group)]
    scores = pd.Series(rng.beta(2, 3, 800), index=codes)
    return build_instance(
        scores if decimals is None else scores.round(decimals),
        pd.Series([code[:6] for code in codes], index=codes),
        Problem(n=80, **rules),
        pd.Series(rng.gamma(3, 3, 800), index=codes),
    )


@pytest.mark.parametrize("decimals", [None, 2])
@pytest.mark.parametrize(
    "rules",
    [
        {"max_kecamatan": 20},
        {"exact_kecamatan": 50},
        {"max_kecamatan": 25, "min_per_kecamatan": 2, "max_per_kecamatan": 5},
        {"min_per_kecamatan": 3},
        {},
    ],
)
def test_closes_on_realistic_sizes(rules, decimals):
    closed = []
    for seed in range(4):
        instance = province(seed, decimals=decimals, **rules)
        found = solve_lagrange(instance)
        closed.append(found.closed)
        if found.closed:
            assert found.sizes.tolist() == solve(instance).tolist()
    assert all(closed)


def test_impossible_is_none():
    assert solve_lagrange(province(0, max_kecamatan=1)) is None
