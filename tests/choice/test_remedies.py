"""Every remedy is followed and the problem solved again, by trying every list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lokus.choice.diagnose import check_feasible, is_feasible, remedies
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError


def village_codes(sizes):
    return [f"9901{g + 1:02d}2{v + 1:03d}" for g, size in enumerate(sizes) for v in range(size)]


def random_problem(seed: int, jenis_of):
    """Draw rules of every kind, often too many at once."""
    rng = np.random.default_rng(seed)
    codes = village_codes(rng.integers(1, 5, rng.integers(2, 5)))
    index = pd.Index(codes)
    some = lambda most: list(rng.choice(codes, min(most, len(codes)), replace=False))  # noqa: E731
    maybe = lambda share: rng.random() < share  # noqa: E731
    kecamatan = pd.Series([code[:6] for code in codes], index=index)
    limit = int(rng.integers(1, 4)) if maybe(0.7) else None
    exact = limit is not None and maybe(0.3)
    least = int(rng.integers(0, 4))
    kept = some(int(rng.integers(1, 6)))
    locks = some(int(rng.integers(0, 4)))
    locked = {code: "in" if maybe(0.5) else "out" for code in locks}
    problem = Problem(
        n=int(rng.integers(1, len(codes) + 2)),
        max_kecamatan=None if exact else limit,
        exact_kecamatan=limit if exact else None,
        min_per_kecamatan=least,
        max_per_kecamatan=int(rng.integers(max(least, 1), 5)) if maybe(0.5) else None,
        quota={kecamatan.iloc[0]: int(rng.integers(0, 5))} if maybe(0.25) else {},
        kept_from=tuple(kept),
        min_kept=int(rng.integers(0, len(kept) + 1)) if maybe(0.6) else 0,
        min_jenis={"desa": int(rng.integers(0, 6))} if maybe(0.4) else {},
        max_jenis={"kelurahan": int(rng.integers(0, 3))} if maybe(0.4) else {},
        budget=float(rng.integers(0, 20)) if maybe(0.4) else None,
        locked_in={code: "SK" for code, side in locked.items() if side == "in"},
        locked_out={code: "SK" for code, side in locked.items() if side == "out"},
    )
    scores = pd.Series(rng.random(len(codes)).round(2), index=index).mask(rng.random(len(codes)) < 0.15)
    cost = pd.Series(rng.integers(0, 40, len(codes)) / 8, index=index)
    return scores, kecamatan, problem, pd.Series(jenis_of(codes)), cost


def follow(oracle, seeds) -> tuple[int, int]:
    """Count impossible choices and their remedies; each remedy must lead to a list that can be found."""
    impossible = followed = 0
    for seed in seeds:
        scores, kecamatan, problem, jenis, cost = random_problem(seed, oracle.jenis_of)
        given_to = {"jenis": jenis, "cost": cost}

        def solved(other, scores=scores, kecamatan=kecamatan, cost=cost):
            return oracle.best_by_trying(scores, kecamatan, other, scores * 0.0, cost)[0] is not None

        assert is_feasible(scores, kecamatan, problem, **given_to) == solved(problem)
        if solved(problem):
            continue
        impossible += 1
        with pytest.raises(InfeasibleError) as caught:
            check_feasible(scores, kecamatan, problem, **given_to)
        remedy = caught.value.remedy
        assert remedy
        if remedy == "perbaiki daftar desa yang dikunci":
            assert solved(replace(problem, locked_in={}, locked_out={}))
            continue
        found = remedies(scores, kecamatan, problem, **given_to)
        assert found or scores.notna().sum() == 0
        for one in found:
            assert one.text in remedy
            assert solved(one.problem), (seed, one)
            select(scores, kecamatan, one.problem, tie_break=None, **given_to)
            followed += 1
    return impossible, followed


@pytest.mark.slow
def test_every_remedy_works(oracle):
    impossible, followed = follow(oracle, range(40))
    assert impossible > 15
    assert followed > impossible


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_remedy_works_with_a_level_above(oracle, data):
    scores, kecamatan, problem, ties, jenis, cost = data.draw(oracle.province_problems(across=True))
    given_to = {"jenis": jenis, "cost": cost}
    assume(not is_feasible(scores, kecamatan, problem, **given_to))
    with pytest.raises(InfeasibleError) as caught:
        check_feasible(scores, kecamatan, problem, **given_to)
    if caught.value.remedy == "perbaiki daftar desa yang dikunci":
        return
    found = remedies(scores, kecamatan, problem, **given_to)
    assert found or scores.notna().sum() == 0
    for one in found:
        assert one.text in caught.value.remedy
        assert oracle.best_by_trying(scores, kecamatan, one.problem, ties, cost)[0] is not None


def test_too_few_kabupaten_say_how_many_would_do():
    codes = [f"99{k:02d}012{v:03d}" for k in range(1, 6) for v in range(1, 5)]
    scores = pd.Series(np.arange(20) / 20, index=codes)
    kecamatan = pd.Series([code[:6] for code in codes], index=codes)
    with pytest.raises(InfeasibleError) as caught:
        check_feasible(scores, kecamatan, Problem(n=9, max_kabupaten=3, max_per_kabupaten=2))
    assert caught.value.remedy == (
        "butuh jumlah desa maksimal 6, atau minimal 5 kabupaten, "
        "atau maksimal 3 desa/kelurahan di tiap kabupaten"
    )


@pytest.mark.long
@pytest.mark.slow
def test_every_remedy_works_in_hundreds_of_impossible_choices(oracle):
    impossible, followed = follow(oracle, range(1000, 1700))
    assert impossible > 300
    assert followed > impossible


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_two_rules_are_changed_only_where_no_single_one_will_do(oracle, data):
    """Looked for without the search: each number of the problem set to every other value, one at a time."""
    scores, kecamatan, problem, _ties, jenis, cost = data.draw(oracle.problems(across=True))
    assume(not is_feasible(scores, kecamatan, problem, jenis=jenis, cost=cost))
    numbers = range(1, len(scores) + 1)
    others = [replace(problem, n=n) for n in numbers]
    others += [replace(problem, min_kept=k) for k in range(problem.min_kept)]
    others += [replace(problem, max_kecamatan=k) for k in numbers if (problem.max_kecamatan or k) < k]
    others += [replace(problem, exact_kecamatan=k) for k in numbers if problem.exact_kecamatan]
    others += [replace(problem, max_per_kecamatan=k) for k in numbers if (problem.max_per_kecamatan or k) < k]
    others += [replace(problem, min_per_kecamatan=k) for k in range(1, problem.min_per_kecamatan)]
    others += [replace(problem, budget=None), replace(problem, quota={})]
    others += [replace(problem, locked_in={}), replace(problem, locked_out={})]
    others += [replace(problem, min_jenis={}), replace(problem, max_jenis={})]
    single = any(is_feasible(scores, kecamatan, other, jenis=jenis, cost=cost) for other in others)
    found = remedies(scores, kecamatan, problem, jenis=jenis, cost=cost)
    assert [" dan " in one.text for one in found] == [not single] * len(found)
    assert found or scores.notna().sum() == 0


def test_a_remedy_within_kecamatan_does_not_forget_the_villages_to_be_kept():
    """Four villages of one kecamatan must stay, one a kecamatan is allowed: only four a kecamatan will do."""
    codes = village_codes([4] * 5)
    scores = pd.Series(np.arange(20) / 20, index=codes)
    kecamatan = pd.Series([code[:6] for code in codes], index=codes)
    problem = Problem(n=8, max_per_kecamatan=1, kept_from=tuple(codes[:4]), min_kept=4)
    with pytest.raises(InfeasibleError) as caught:
        select(scores, kecamatan, problem)
    assert caught.value.remedy == "butuh maksimal 4 desa/kelurahan di tiap kecamatan"
    assert len(select(scores, kecamatan, replace(problem, max_per_kecamatan=4)).kode) == 8


def test_two_changes_are_named_together_and_three_where_two_do_not_suffice():
    codes = village_codes([2, 2, 2])
    scores = pd.Series(0.5, index=codes)
    kecamatan = pd.Series([code[:6] for code in codes], index=codes)
    pair = Problem(n=2, max_per_kecamatan=1, max_kecamatan=1, kept_from=tuple(codes[:2]), min_kept=2,
                   locked_out={codes[0]: "SK"})  # fmt: skip
    texts = [one.text for one in remedies(scores, kecamatan, pair)]
    assert "maksimal 1 desa/kelurahan tahun lalu dipertahankan dan minimal 2 kecamatan" in texts
    jenis = pd.Series("desa", index=codes)
    three = replace(pair, min_jenis={"kelurahan": 1}, locked_in={codes[2]: "SK", codes[3]: "SK"})
    (only,) = remedies(scores, kecamatan, three, jenis=jenis)
    assert only.text.count(" dan ") == 2
    assert is_feasible(scores, kecamatan, only.problem, jenis=jenis)


def test_without_any_village_the_data_are_the_remedy():
    scores = pd.Series(np.nan, index=village_codes([2]))
    with pytest.raises(InfeasibleError) as caught:
        check_feasible(scores, pd.Series("A", index=scores.index), Problem(n=1))
    assert caught.value.remedy == "lengkapi datanya: belum ada desa yang dapat dipilih"
