from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.milp import solve_milp
from lokus.choice.solver.problem import Problem

DESA = ["9901012001", "9901012002", "9901022001", "9901022002"]
SCORES = pd.Series([0.9, 0.3, 0.6, 0.5], index=DESA)
KECAMATAN = pd.Series([kode[:6] for kode in DESA], index=DESA)


def test_bound_is_the_optimum():
    instance = build_instance(SCORES, KECAMATAN, Problem(n=2, max_kecamatan=1), None)
    proof = solve_milp(instance)
    assert sorted(instance.codes[proof.chosen]) == DESA[:2]
    assert abs(proof.bound * instance.unit - 1.2) < 1e-9


def test_stunted_children_decide_between_equal_scores():
    stunted = pd.Series([1.0, 1.0, 5.0, 7.0], index=DESA)
    instance = build_instance(pd.Series(0.5, index=DESA), KECAMATAN, Problem(n=2), stunted)
    proof = solve_milp(instance)
    assert sorted(instance.codes[proof.chosen]) == DESA[2:]


def test_no_list_is_none():
    problem = Problem(n=3, max_kecamatan=1)
    assert solve_milp(build_instance(SCORES, KECAMATAN, problem, None)) is None
    cramped = Problem(n=3, min_per_kecamatan=3, locked_in={DESA[0]: "SK"})
    assert solve_milp(build_instance(SCORES, KECAMATAN, cramped, None)) is None


def test_large_scores_are_scaled():
    instance = build_instance(SCORES * 1e9, KECAMATAN, Problem(n=2, max_kecamatan=1), None)
    assert np.isclose(solve_milp(instance).bound * instance.unit, 1.2e9, rtol=1e-9)


def _cheapest_best(value, small, n, budget):
    """Most value of n villages within a budget, and its least cost: a table of sums, without any solver."""
    best = {(0, 0): 0}
    for worth, price in zip(value, small, strict=True):
        for (count, spent), reached in list(best.items()):
            key = (count + 1, spent + price)
            if count < n and key[1] <= budget and best.get(key, -1) < reached + worth:
                best[key] = reached + worth
    full = {spent: reached for (count, spent), reached in best.items() if count == n}
    top = max(full.values())
    return top, min(spent for spent, reached in full.items() if reached == top)


@pytest.mark.parametrize(("base", "step"), [(12_350_000_000, 187_500), (5_000_000_000, 1), (0, 12_349_983)])
@pytest.mark.parametrize("seed", [0, 4])
def test_a_budget_in_rupiah_is_kept_to_the_last_rupiah(seed, base, step):
    rng, n = np.random.default_rng(seed), 12
    value = rng.integers(1, 40, 50)
    small = value * 3 + rng.integers(0, 12, 50)
    codes = [f"9901{place % 5 + 1:02d}2{place // 5 + 1:03d}" for place in range(50)]
    budget = int(np.sort(small)[:n].sum() * 1.6)
    instance = build_instance(
        pd.Series(value.astype(float), index=codes),
        pd.Series([code[:6] for code in codes], index=codes),
        Problem(n=n, budget=n * base + step * budget),
        pd.Series(-small.astype(float), index=codes),
        cost=pd.Series(base + step * small, index=codes),
    )
    chosen = solve_milp(instance).chosen
    place = [codes.index(code) for code in instance.codes[chosen]]
    found = int(value[place].sum()), int(small[place].sum())
    assert found == _cheapest_best(value.tolist(), small.tolist(), n, budget)


def test_costs_with_decimals_keep_their_budget_and_finer_ones_are_verified():
    codes = [f"990101{place:04d}" for place in range(2001, 2007)]
    scores = pd.Series([5.0, 4.0, 3.0, 2.0, 1.0, 0.5], index=codes)
    kecamatan = pd.Series("990101", index=codes)
    for cost in ([12.35, 0.1875, 0.5, 0.25, 1.0, 2.0], [math.pi, math.e, 2**-30, 1 / 3, 0.1, 2.0]):
        money = pd.Series(cost, index=codes)
        for budget in (0.6875, 0.75, 3.3, 13.0):
            best = max(
                (
                    sum(scores[list(trio)])
                    for trio in itertools.combinations(codes, 2)
                    if math.fsum(money[list(trio)]) <= budget
                ),
                default=None,
            )
            instance = build_instance(scores, kecamatan, Problem(n=2, budget=budget), None, cost=money)
            proof = solve_milp(instance)
            assert (None if proof is None else scores[list(instance.codes[proof.chosen])].sum()) == best


def _costs(kind: str, rng: np.random.Generator, m: int) -> np.ndarray:
    if kind == "seven decimals":
        return rng.lognormal(3, 1, m).round(7)
    if kind == "all digits":
        return rng.lognormal(3, 1, m)
    if kind == "alike but for the last digits":
        return 1e9 + rng.integers(0, 30, m) * 2.0**-22
    return 10.0 ** rng.uniform(-9, 12, m)


@pytest.mark.parametrize(
    "kind", ["seven decimals", "all digits", "alike but for the last digits", "of all sizes"]
)
@pytest.mark.parametrize("seed", range(4))
def test_no_costs_are_too_fine_for_the_solver(kind, seed):
    rng, m, n = np.random.default_rng(seed), 14, 4
    codes = [f"9901{place % 3 + 1:02d}2{place // 3 + 1:03d}" for place in range(m)]
    value = pd.Series(rng.random(m).round(3), index=codes)
    money = pd.Series(_costs(kind, rng, m), index=codes)
    lists = [list(four) for four in itertools.combinations(codes, n)]
    spent = [math.fsum(money[four]) for four in lists]
    for budget in (sorted(spent)[len(spent) // 7], np.median(spent)):
        kept = [value[four].sum() for four, cost in zip(lists, spent, strict=True) if cost <= budget]
        instance = build_instance(
            value, pd.Series([code[:6] for code in codes], index=codes), Problem(n=n, budget=float(budget)),
            None, cost=money,
        )  # fmt: skip
        chosen = instance.codes[solve_milp(instance).chosen]
        assert math.fsum(money[list(chosen)]) <= budget
        assert value[list(chosen)].sum() == pytest.approx(max(kept), abs=1e-9)


def test_costs_are_added_up_as_the_decimals_that_a_reader_sees():
    codes = ["9901012001", "9901012002", "9901012003"]
    scores, kecamatan = pd.Series([3.0, 2.0, 1.0], index=codes), pd.Series("990101", index=codes)
    money = pd.Series([0.1, 0.2, 0.05], index=codes)  # 0.1 + 0.2 > 0.3 in binary floats
    assert money.iloc[:2].sum() > 0.3
    instance = build_instance(scores, kecamatan, Problem(n=2, budget=0.3), None, cost=money)
    assert solve_milp(instance).chosen.tolist() == [True, True, False]
    tight = build_instance(scores, kecamatan, Problem(n=2, budget=0.29), None, cost=money)
    assert solve_milp(tight).chosen.tolist() == [True, False, True]
    assert not tight.extra[0].holds(np.array([True, True, False]))
