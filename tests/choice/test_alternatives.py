from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.alternatives import alternatives
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.errors import InfeasibleError


@settings(max_examples=30, deadline=None)
@given(data=st.data(), across=st.booleans())
def test_are_the_next_best_of_all_lists(oracle, data, across):
    drawn = data.draw(oracle.problems(across=across, most=9))
    scores, kecamatan, problem, ties = drawn[:4]
    jenis, cost = drawn[4:] if across else (None, None)
    try:
        chosen = select(scores, kecamatan, problem, tie_break=ties, jenis=jenis, cost=cost)
    except InfeasibleError:
        return
    every = [
        kode
        for kode in combinations(sorted(scores.index), problem.n)
        if oracle.satisfies(kode, scores, kecamatan, problem, cost)
    ]
    worth = sorted((scores[list(kode)].sum() for kode in every), reverse=True)
    found = alternatives(chosen, k=6)
    assert len(found) == min(6, len(every) - 1)
    assert found["nilai"].tolist() == pytest.approx(worth[1:][: len(found)], abs=1e-9)
    assert len({chosen.kode, *found["kode"]}) == len(found) + 1
    assert set(found["kode"]) <= set(every)
    for row in found.to_dict("records"):
        assert set(row["kode"]) == (set(chosen.kode) | set(row["masuk"])) - set(row["keluar"])
        assert row["nilai"] + row["selisih"] == pytest.approx(chosen.objective)


def kabupaten(seed=0):
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, 22, 256))
    codes = [f"9901{g + 1:02d}2{v:03d}" for v, g in enumerate(group)]
    scores = pd.Series(rng.beta(2, 3, 256), index=codes)
    return scores, pd.Series([code[:6] for code in codes], index=codes)


def test_both_ways_agree_on_a_kabupaten():
    scores, kecamatan = kabupaten()
    jenis = pd.Series("desa", index=scores.index)
    plain = select(scores, kecamatan, Problem(n=26, max_kecamatan=8))
    across = select(scores, kecamatan, Problem(n=26, max_kecamatan=8, min_jenis={"desa": 1}), jenis=jenis)
    one, two = alternatives(plain, k=4), alternatives(across, k=4)
    assert one["kode"].tolist() == two["kode"].tolist()


def test_order_of_rows_changes_nothing():
    scores, kecamatan = kabupaten(seed=1)
    scores = scores.round(1)
    problem = Problem(n=26, max_kecamatan=8)
    first = alternatives(select(scores, kecamatan, problem), k=5)
    order = np.random.default_rng(0).permutation(scores.index)
    pd.testing.assert_frame_equal(alternatives(select(scores[order], kecamatan, problem), k=5), first)


def test_near_optimal_lists_only():
    scores, kecamatan = kabupaten(seed=2)
    chosen = select(scores, kecamatan, Problem(n=26, max_kecamatan=8))
    every = alternatives(chosen, k=12)
    share = float(every["selisih"].iloc[5] / chosen.objective) * (1 + 1e-9)
    assert (
        len(alternatives(chosen, k=12, within=share)) == (every["selisih"] <= share * chosen.objective).sum()
    )


def test_a_kecamatan_opened_is_named():
    desa = ["9901012001", "9901022001", "9901032001"]
    scores = pd.Series([0.9, 0.5, 0.4], index=desa)
    kecamatan = pd.Series(["A", "B", "C"], index=desa)
    found = alternatives(select(scores, kecamatan, Problem(n=2)), k=5)
    assert found.loc[1, ["kecamatan_masuk", "kecamatan_keluar"]].tolist() == [("C",), ("B",)]
    assert len(found) == 2


@pytest.mark.parametrize("options", [{"k": 0}, {"within": -0.1}, {"within": 1.5}])
def test_senseless_wishes_are_refused(options):
    scores, kecamatan = kabupaten()
    with pytest.raises(RuleError):
        alternatives(select(scores, kecamatan, Problem(n=3)), **options)
