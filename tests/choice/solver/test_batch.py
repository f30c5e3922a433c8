from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.selection import select
from lokus.choice.solver import batch
from lokus.choice.solver.batch import best_lists, ranks
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError
from lokus.evidence.scores.ranking import quantise, rank_by_rule


@settings(max_examples=30, deadline=None)
@given(data=st.data(), tables=st.booleans())
def test_every_draw_is_what_select_gives(oracle, data, tables):
    scores, kecamatan, problem, ties, jenis, cost = data.draw(oracle.problems(across=True))
    given_data = {"tie_break": ties, "jenis": jenis, "cost": cost}
    try:
        chosen = select(scores, kecamatan, problem, **given_data)
    except InfeasibleError:
        return
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    drawn = np.where(scores.isna(), np.nan, rng.integers(0, 4, (5, len(scores))) / 4)
    places = scores.index.get_indexer(chosen.instance.codes)
    with pytest.MonkeyPatch.context() as patch:
        if not tables:
            patch.setattr(batch, "FEW_CELLS", 0)
        found = best_lists(chosen.instance, quantise(drawn, by_row=True)[0][:, places])
    for row, listed in zip(drawn, found, strict=True):
        one = select(pd.Series(row, index=scores.index), kecamatan, problem, **given_data)
        assert tuple(sorted(chosen.instance.codes[listed])) == one.kode


def test_blocks_of_draws_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    codes = [f"9901{g + 1:02d}2{v:03d}" for g in range(12) for v in range(9)]
    kecamatan = pd.Series([code[:6] for code in codes], index=codes)
    template = build_instance(pd.Series(0.5, index=codes), kecamatan, Problem(n=14, max_kecamatan=5), None)
    score = quantise(rng.beta(2, 3, (50, len(codes))), by_row=True)[0]
    whole = best_lists(template, score)
    monkeypatch.setattr(batch, "CELLS_PER_BLOCK", 7000)
    np.testing.assert_array_equal(best_lists(template, score), whole)
    np.testing.assert_array_equal(best_lists(replace(template, score=score[0]), score), whole)


def test_rows_are_quantised_as_columns_of_scores_are():
    values = np.array([[0.3, 0.1 + 0.2, np.nan], [7e5, -1e-9, 0.0], [0.0, 0.0, 0.0]])
    for row, found, unit in zip(values, *quantise(values, by_row=True), strict=True):
        assert found.tolist() == quantise(row)[0].tolist()
        assert unit == quantise(row)[1]


@settings(max_examples=50, deadline=None)
@given(
    values=st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=12),
    ties=st.lists(st.integers(0, 2).map(float), min_size=12, max_size=12),
    huge=st.booleans(),
)
def test_ranks_follow_the_declared_rule(values, ties, huge):
    score = pd.Series(values) * (1e-300 if huge else 1.0)
    tie = pd.Series(ties[: len(values)])
    prior = np.lexsort((np.arange(len(values)), -tie.to_numpy()))
    found = ranks(quantise(score.to_numpy()[None, :], by_row=True)[0], prior)
    assert found[0].tolist() == rank_by_rule(score, tie).tolist()
