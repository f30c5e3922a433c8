from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.choice.solver.swaps import swap_rules
from lokus.errors import InfeasibleError


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_swap_breaks_a_rule_exactly_when_the_new_list_does(oracle, data):
    scores, kecamatan, problem, ties = data.draw(oracle.problems())
    try:
        chosen = select(scores, kecamatan, problem, tie_break=ties)
    except InfeasibleError:
        return
    instance = chosen.instance
    swaps = swap_rules(instance, chosen.chosen, problem)
    for i, weakest in enumerate(instance.codes[swaps.weakest]):
        for place in (~chosen.chosen).nonzero()[0]:
            swapped = tuple(sorted({*chosen.kode, instance.codes[place]} - {weakest}))
            allowed = oracle.satisfies(swapped, scores, kecamatan, problem)
            assert (swaps.count(int(place))[i] == 0) == allowed


def test_weakest_is_the_lowest_free_village():
    desa = ["9901012001", "9901012002", "9901012003"]
    scores = pd.Series([0.5, 0.9, 0.1], index=desa)
    kecamatan = pd.Series("990101", index=desa)
    problem = Problem(n=3, locked_in={desa[2]: "SK"})
    chosen = select(scores, kecamatan, problem)
    swaps = swap_rules(chosen.instance, chosen.chosen, problem)
    assert chosen.instance.codes[swaps.weakest].tolist() == [desa[0]]
