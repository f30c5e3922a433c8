from __future__ import annotations

import numpy as np
import pandas as pd

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
