from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.compare import compare
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError

DESA = ["9901012001", "9901012002", "9901022001", "9901022002", "9901032001"]
KECAMATAN = pd.Series([kode[:6] for kode in DESA], index=DESA)


def chosen(values, problem):
    return select(pd.Series(values, index=DESA), KECAMATAN, problem)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_only_what_moved_and_its_counterfactual(oracle, data):
    scores, kecamatan, problem, _ties = data.draw(oracle.problems())
    other, others, second, _ = data.draw(oracle.problems())
    try:
        before, after = select(scores, kecamatan, problem), select(other, others, second)
    except InfeasibleError:
        return
    moved = compare(before, after)
    assert set(moved.index) == set(before.kode) ^ set(after.kode)
    assert (moved["perubahan"].eq("masuk") == moved.index.isin(after.kode)).all()
    for kode, row in moved.iterrows():
        if row["sebab"] == "skor" and kode in scores.index and kode in other.index:
            again = select(other, others, problem)
            assert (kode in again.kode) == (row["perubahan"] == "masuk")


def test_scores_rules_either_and_both_are_told_apart():
    old = [0.9, 0.8, 0.5, 0.4, 0.3]
    before = chosen(old, Problem(n=2))
    scores = compare(before, chosen([0.9, 0.2, 0.5, 0.4, 0.3], Problem(n=2)))
    assert scores["sebab"].to_dict() == {"9901012002": "skor", "9901022001": "skor"}
    rules = compare(before, chosen(old, Problem(n=2, max_per_kecamatan=1)))
    assert rules["sebab"].to_dict() == {"9901012002": "aturan", "9901022001": "aturan"}
    assert rules.loc["9901012002", "keterangan"] == (
        "aturannya berubah: aturan baru dengan skor lama memberi hasil yang sama"
    )
    either = compare(before, chosen([0.9, 0.2, 0.5, 0.4, 0.3], Problem(n=2, max_per_kecamatan=1)))
    assert set(either["sebab"]) == {"skor atau aturan"}
    both = compare(before, chosen([0.9, 0.8, 0.5, 0.4, 0.6], Problem(n=2, max_per_kecamatan=1)))
    assert both.loc["9901032001", "sebab"] == "skor dan aturan"
    assert both.loc["9901012002", "sebab"] == "aturan"


def test_locks_missing_data_and_new_villages():
    before = chosen([0.9, 0.8, 0.5, 0.4, None], Problem(n=2))
    locked = compare(before, chosen([0.9, 0.8, 0.5, 0.4, None], Problem(n=2, locked_in={DESA[3]: "SK 9"})))
    assert locked.loc[DESA[3], ["sebab", "keterangan"]].tolist() == ["dikunci", "dikunci: SK 9"]
    found = compare(before, chosen([0.9, 0.8, 0.5, 0.4, 0.99], Problem(n=2)))
    assert found.loc[DESA[4], "sebab"] == "data"
    assert pd.isna(found.loc[DESA[4], "peringkat_lama"])
    assert found.loc[DESA[4], "peringkat_baru"] == 1
    smaller = select(pd.Series([0.9, 0.5], index=[DESA[0], DESA[2]]), KECAMATAN, Problem(n=2))
    assert compare(before, smaller).loc[DESA[1], "sebab"] == "daftar desa"


def test_nothing_moved_is_an_empty_frame():
    before = chosen([0.9, 0.8, 0.5, 0.4, 0.3], Problem(n=2))
    moved = compare(before, before)
    assert moved.empty
    assert "sebab" in moved
