"""Villages arranged for the engines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.problem import Problem, RuleError

CODES = ["9901012001", "9901012002", "9901012003", "9901022001", "9901022002"]
SCORES = pd.Series([0.3, 0.9, np.nan, 0.5, 0.5], index=CODES)
KECAMATAN = pd.Series([code[:6] for code in CODES], index=CODES)


def arranged(problem, ties=None, **series):
    return build_instance(SCORES, KECAMATAN, problem, ties, **series)


def test_kecamatan_after_kecamatan_the_best_first_and_no_village_without_score():
    instance = arranged(Problem(n=2))
    assert instance.codes.tolist() == [CODES[1], CODES[0], CODES[3], CODES[4]]
    assert instance.start.tolist() == [0, 2, 4]
    assert instance.labels == ("990101", "990102")
    assert (instance.score * instance.unit).tolist() == pytest.approx([0.9, 0.3, 0.5, 0.5])


def test_among_equals_more_stunted_children_come_first():
    ties = pd.Series([0.0, 0.0, 0.0, 1.0, 2.0], index=CODES)
    assert arranged(Problem(n=2), ties).codes.tolist()[2:] == [CODES[4], CODES[3]]


def test_locked_villages_come_first_take_part_without_score_and_force_their_kecamatan():
    instance = arranged(Problem(n=2, locked_in={CODES[2]: "SK"}, locked_out={CODES[3]: "SK"}))
    assert instance.codes.tolist() == [CODES[2], CODES[1], CODES[0], CODES[4]]
    assert instance.score[0] == 0
    assert instance.forced.tolist() == [True, False]
    assert instance.low.tolist() == [1, 1]


def test_a_quota_fixes_how_many_a_kecamatan_gives():
    instance = arranged(Problem(n=2, quota={"990101": 1}))
    assert (instance.low[0], instance.high[0], instance.forced[0]) == (1, 1, True)
    assert instance.high[1] == 2


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(n=1, max_jenis={"kelurahan": 1}), "jenis"),
        (Problem(n=1, budget=10.0), "biaya"),
    ],
)
def test_what_a_rule_needs_is_asked_for(problem, text):
    with pytest.raises(RuleError, match=text) as caught:
        arranged(problem)
    assert caught.value.remedy


def test_a_missing_cost_is_named():
    cost = pd.Series([1.0, np.nan, 1.0, 1.0, -1.0], index=CODES)
    with pytest.raises(RuleError, match=f"{CODES[1]}.*{CODES[4]}"):
        arranged(Problem(n=1, budget=10.0), cost=cost)
