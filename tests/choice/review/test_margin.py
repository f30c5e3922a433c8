"""The margin of every village against turning it round by force and trying every list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lokus.choice.review.margin import CERTAIN, losses_with_min_kept, margin, only_min_kept
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError


def turned_by_force(oracle, selection, kecamatan, problem, ties):
    """Loss when each village is forced the other way, by trying every list; missing where none is left."""
    values = selection.scores
    _, best = oracle.best_by_trying(values, kecamatan, problem, ties)
    top = sum(values.fillna(0.0)[kode] for kode in best[0])
    out = {}
    for kode in values.index:
        if kode in problem.locked_in or kode in problem.locked_out or pd.isna(values[kode]):
            continue
        inside = all(kode in chosen for chosen in best)
        lock = {kode: "paksa"}
        other = (
            replace(problem, locked_out={**problem.locked_out, **lock})
            if inside
            else replace(problem, locked_in={**problem.locked_in, **lock})
        )
        _, lists = oracle.best_by_trying(values, kecamatan, other, ties)
        out[kode] = top - sum(values.fillna(0.0)[k] for k in lists[0]) if lists else np.nan
    return pd.Series(out, dtype=float, index=pd.Index(list(out), dtype="str"))


def chosen_or_dropped(*arguments, **options):
    try:
        return select(*arguments, **options)
    except InfeasibleError:
        assume(False)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_losses_under_the_rule_of_kept_villages_match_every_list_tried(oracle, data):
    scores, kecamatan, problem, ties = data.draw(oracle.problems(most=9))
    kept = data.draw(st.lists(st.sampled_from(list(scores.index)), min_size=1, max_size=5, unique=True))
    rules = replace(problem, kept_from=kept, min_kept=data.draw(st.integers(1, len(kept))))
    selection = chosen_or_dropped(scores, kecamatan, rules, tie_break=ties)
    assert only_min_kept(selection.instance)
    expected = turned_by_force(oracle, selection, kecamatan, rules, ties)
    pd.testing.assert_series_equal(
        losses_with_min_kept(selection)[expected.index], expected, check_names=False, atol=1e-9
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_the_margin_is_the_loss_with_the_sign_of_the_list(oracle, data):
    scores, kecamatan, rules, ties = data.draw(oracle.problems(most=9))
    selection = chosen_or_dropped(scores, kecamatan, rules, tie_break=ties)
    result = margin(selection)
    expected = turned_by_force(oracle, selection, kecamatan, rules, ties)
    sign = np.where(expected.index.isin(selection.kode), 1.0, -1.0)
    pd.testing.assert_series_equal(
        result[expected.index], expected.fillna(CERTAIN) * sign, check_names=False, atol=1e-9
    )
    assert (result[list(rules.locked_in)] == CERTAIN).all()
    assert (result[sorted(set(rules.locked_out) - set(rules.locked_in))] == -CERTAIN).all()
    free = scores.index.difference([*rules.locked_in, *rules.locked_out])
    assert (result[free].isna() == scores[free].isna()).all()


def test_children_are_measured_in_shares_of_the_village_with_most():
    index = ["9901012001", "9901012002", "9901022001"]
    children = pd.Series([40.0, 30.0, 10.0], index=index)
    kecamatan = pd.Series([kode[:6] for kode in index], index=index)
    chosen = select(children, kecamatan, Problem(n=1, objective="anak"), children=children)
    assert margin(chosen).tolist() == pytest.approx([0.25, -0.25, -0.75])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), budget=st.integers(4, 14))
def test_with_a_budget_no_village_is_on_the_wrong_side(seed, budget):
    rng = np.random.default_rng(seed)
    index = [f"99010{1 + i % 3}2{i:03d}" for i in range(12)]
    scores = pd.Series(rng.random(12).round(1), index=index)
    cost = pd.Series(rng.integers(0, 5, 12).astype(float), index=index)
    kecamatan = pd.Series([kode[:6] for kode in index], index=index)
    selection = select(
        scores, kecamatan, Problem(n=4, budget=float(budget + cost.nsmallest(4).sum())), cost=cost
    )
    result = margin(selection)
    chosen = result.index.isin(selection.kode)
    assert (result[chosen] >= 0).all()
    assert (result[~chosen] <= 0).all()
    assert result.notna().all()
