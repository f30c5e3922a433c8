from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.diagnose import check_feasible
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError

# Three kecamatan of 3 villages and one of 2.
DESA = [f"99010{g}200{v}" for g, size in ((1, 3), (2, 3), (3, 3), (4, 2)) for v in range(1, size + 1)]
SCORES = pd.Series(0.5, index=DESA)
KECAMATAN = pd.Series([kode[:6] for kode in DESA], index=DESA)


def refusal(**rules) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        check_feasible(SCORES, KECAMATAN, Problem(**rules))
    return caught.value


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_agrees_with_trying_every_list(oracle, data):
    scores, kecamatan, problem, ties = data.draw(oracle.problems())
    if oracle.best_by_trying(scores, kecamatan, problem, ties)[0] is None:
        with pytest.raises(InfeasibleError):
            check_feasible(scores, kecamatan, problem)
    else:
        check_feasible(scores, kecamatan, problem)


def test_says_how_many_kecamatan_or_villages_would_do():
    error = refusal(n=10, max_kecamatan=3)
    assert error.what == (
        "tidak ada daftar yang memenuhi semua aturan: 10 desa/kelurahan, maksimal 3 kecamatan "
        "(11 desa/kelurahan dapat dipilih, di 4 kecamatan yang dapat dibuka)"
    )
    assert error.remedy == "butuh minimal 4 kecamatan, atau jumlah desa maksimal 9"


def test_each_remedy_is_one_sufficient_change():
    error = refusal(n=8, max_kecamatan=3, max_per_kecamatan=2)
    assert error.remedy == (
        "butuh minimal 4 kecamatan, atau jumlah desa maksimal 6, atau maksimal 3 "
        "desa/kelurahan di tiap kecamatan"
    )
    for change in ({"max_kecamatan": 4}, {"n": 6}, {"max_per_kecamatan": 3}):
        rules = {"n": 8, "max_kecamatan": 3, "max_per_kecamatan": 2} | change
        check_feasible(SCORES, KECAMATAN, Problem(**rules))
    for change in ({"n": 7}, {"max_kecamatan": 3}):
        rules = {"n": 8, "max_kecamatan": 3, "max_per_kecamatan": 2} | change
        refusal(**rules)


def test_minimum_per_kecamatan_can_leave_a_gap():
    assert refusal(n=5, exact_kecamatan=3, min_per_kecamatan=2).remedy == (
        "butuh tepat 2 kecamatan, atau jumlah desa paling sedikit 6, "
        "atau paling sedikit 1 desa/kelurahan di tiap kecamatan terpilih"
    )


def test_more_villages_than_have_a_score():
    scores = SCORES.where(SCORES.index < "9901032001")
    with pytest.raises(InfeasibleError, match="6 desa/kelurahan dapat dipilih, di 2 kecamatan") as caught:
        check_feasible(scores, KECAMATAN, Problem(n=7))
    assert caught.value.remedy == "butuh jumlah desa maksimal 6"


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (
            {"n": 2, "locked_in": {"9901012009": "SK"}},
            r"desa 9901012009 dikunci tetapi tidak ada dalam daftar desa \(maksudnya 990101200\d\?\)",
        ),
        (
            {"n": 2, "locked_in": {DESA[0]: "SK"}, "locked_out": {DESA[0]: "pindah"}},
            r"9901012001 dikunci masuk \(SK\) sekaligus dikunci keluar \(pindah\)",
        ),
        (
            {"n": 2, "locked_in": dict.fromkeys(DESA[:3], "SK")},
            "3 desa/kelurahan dikunci masuk padahal hanya 2 desa/kelurahan yang dipilih",
        ),
        (
            {"n": 4, "max_kecamatan": 2, "locked_in": dict.fromkeys([DESA[0], DESA[3], DESA[6]], "SK")},
            "berada di 3 kecamatan padahal batasnya 2",
        ),
        (
            {"n": 4, "max_per_kecamatan": 1, "locked_in": dict.fromkeys(DESA[:2], "SK")},
            "kecamatan 990101 punya 2 desa/kelurahan yang dikunci masuk padahal batasnya 1",
        ),
    ],
)
def test_contradicting_locks_are_named(rules, text):
    error = refusal(**rules)
    assert pd.Series([error.what]).str.contains(text).all()
    assert error.remedy == "perbaiki daftar desa yang dikunci"


def test_several_conflicts_are_told_at_once():
    rules = {"n": 1, "max_kecamatan": 1, "locked_in": dict.fromkeys([DESA[0], DESA[3]], "SK")}
    what = refusal(**rules).what
    assert "hanya 1 desa" in what
    assert "batasnya 1 kecamatan" in what


def test_locks_appear_among_the_remedies():
    out = dict.fromkeys(DESA[:6], "x")
    assert refusal(n=6, locked_out=out).remedy == (
        "butuh jumlah desa maksimal 5, atau lebih sedikit desa yang dikunci keluar"
    )
    lone = dict.fromkeys([DESA[9]], "SK")
    error = refusal(n=9, max_kecamatan=3, locked_in=lone)
    assert "lebih sedikit desa yang dikunci masuk" in error.remedy
    check_feasible(SCORES, KECAMATAN, replace(Problem(n=9, max_kecamatan=3), locked_in={}))
