"""Lists compared by cost and children, against every list there is."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from lokus.choice.solver.problem import Problem
from lokus.choice.trade_off import trade_off


def _world(seed, n=10):
    rng = np.random.default_rng(seed)
    codes = pd.Index([f"9901{1 + i % 3:02d}{2001 + i}" for i in range(n)], name="kode_desa")
    return {
        "scores": pd.Series(rng.integers(1, 60, n) / 60, index=codes),
        "kecamatan": pd.Series([kode[:6] for kode in codes], index=codes),
        # few different numbers, so that lists with equally many children and other costs exist
        "children": pd.Series(rng.integers(1, 6, n).astype(float), index=codes),
        "cost": pd.Series(rng.integers(0, 9, n) * 1_000_003, index=codes, dtype="Int64"),
    }


def _allowed(world, problem, n, codes):
    for kode in combinations(sorted(codes), n):
        groups = world["kecamatan"][list(kode)].value_counts()
        if problem.max_kecamatan is not None and len(groups) > problem.max_kecamatan:
            continue
        if problem.max_per_kecamatan is not None and groups.max() > problem.max_per_kecamatan:
            continue
        if set(problem.locked_in) <= set(kode):
            yield kode


@pytest.mark.parametrize("seed", range(12))
def test_each_budget_has_the_cheapest_list_that_reaches_most_children(seed):
    world = _world(seed)
    problem = Problem(n=4, max_kecamatan=2 if seed % 2 else None, max_per_kecamatan=3 if seed % 3 else None)
    budgets = [k * 1_000_003 - (k % 2) for k in range(0, 34, 3)]
    found = trade_off(**world, problem=problem, budgets=[max(0, b) for b in budgets]).by_budget
    lists = [
        (sum(map(int, world["cost"][list(kode)])), math.fsum(world["children"][list(kode)]))
        for kode in _allowed(world, problem, 4, world["cost"].index)
    ]
    assert found["mungkin"].any()
    for budget, row in found.iterrows():
        within = [one for one in lists if one[0] <= budget]
        assert row["mungkin"] == bool(within)
        if within:
            best = max(children for _cost, children in within)
            assert row["anak"] == best
            assert row["biaya"] == min(cost for cost, children in within if children == best)
            assert not any(
                (cost <= row["biaya"] and children > row["anak"])
                or (cost < row["biaya"] and children >= row["anak"])
                for cost, children in lists
            )


@pytest.mark.parametrize("seed", range(6))
def test_each_length_has_the_list_with_the_largest_score(seed):
    world = _world(seed)
    problem = Problem(n=4, max_kecamatan=2)
    proposal = next(iter(_allowed(world, problem, 4, world["cost"].index)))
    found = trade_off(**world, problem=problem, numbers=[2, 3, 5, 11], chosen=proposal).by_number
    assert found["mungkin"].tolist() == [True, True, True, False]
    assert pd.isna(found.loc[11, "biaya"])
    for n in (2, 3, 5):
        lists = list(_allowed(world, problem, n, world["cost"].index))
        total = [math.fsum(world["scores"][list(kode)]) for kode in lists]
        best = [kode for kode, value in zip(lists, total, strict=True) if value > max(total) - 1e-12]
        costs = {sum(map(int, world["cost"][list(kode)])) for kode in best}
        assert found.loc[n, "biaya"] in costs


def test_a_village_of_unknown_cost_is_left_out_of_budgets_and_counted_in_lengths():
    world = _world(3)
    rich = str(world["scores"].idxmax())
    world["cost"][rich] = pd.NA
    found = trade_off(**world, problem=Problem(n=3), numbers=[3], budgets=[10**9])
    assert found.excluded == (rich,)
    assert found.by_number.loc[3, "tanpa_biaya"] == 1
    assert found.by_budget["tanpa_biaya"].tolist() == [0]
    others = world["children"].drop(rich).nlargest(3).sum()
    assert found.by_budget["anak"].tolist() == [others]


def test_a_village_locked_in_without_cost_leaves_no_comparison_of_budgets():
    world = _world(3)
    kode = str(world["scores"].index[0])
    world["cost"][kode] = pd.NA
    problem = Problem(n=3, locked_in={kode: "Kesepakatan"})
    found = trade_off(**world, problem=problem, numbers=[3], budgets=[10**9])
    assert found.locked_without_cost == (kode,)
    assert found.by_budget.empty
    assert found.by_number["mungkin"].all()


def test_the_order_of_rows_does_not_matter():
    world = _world(5)
    mixed = {name: part.sample(frac=1, random_state=1) for name, part in world.items()}
    one, other = (
        trade_off(**w, problem=Problem(n=4), numbers=[3, 4], budgets=[10_000_030]) for w in (world, mixed)
    )
    pd.testing.assert_frame_equal(one.by_number, other.by_number)
    pd.testing.assert_frame_equal(one.by_budget, other.by_budget)
