from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.explain import reasons
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError
from lokus.evidence.scores.scoring import score

# What a text says, and the rules to lift so that the exchange it speaks of becomes allowed.
LIFTED = {
    "tidak terbuka karena batas": {"max_kecamatan": None, "exact_kecamatan": None},
    "harus tepat": {"exact_kecamatan": None},
    "sudah terisi": {"max_per_kecamatan": None},
    "akan terbuka dengan kurang dari": {"min_per_kecamatan": 0},
    "akan tersisa kurang dari": {"min_per_kecamatan": 0},
    "sesuai kuota": {"quota": None},
}


def explain(values, problem, *, names=None):
    """Reasons where the score is the value itself: one indicator between fixed goalposts 0 and 1."""
    scores = score(
        pd.DataFrame({"prevalensi": values}),
        weights={"prevalensi": 1.0}, worse={"prevalensi": "high"}, goalposts={"prevalensi": (0.0, 1.0)},
    )  # fmt: skip
    kecamatan = pd.Series([kode[:6] for kode in values.index], index=values.index)
    selection = select(scores.table["skor"], kecamatan, problem)
    return selection, reasons(scores, selection, kecamatan, {"prevalensi": "Prevalensi stunting"}, desa=names)


def village_values(*groups):
    values = {f"9901{g + 1:02d}200{v + 1}": x for g, group in enumerate(groups) for v, x in enumerate(group)}
    return pd.Series(values, dtype=float)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_rules_named_are_those_that_break(oracle, data):
    values, kecamatan, problem, _ties = data.draw(oracle.problems())
    try:
        selection, texts = explain(values, problem)
    except InfeasibleError:
        return
    for kode, text in texts.items():
        walau = re.search(r"Tidak terpilih walau skornya (di atas|sama dengan) (\d{10}): (.*)\.$", text)
        if walau is None:
            continue
        rival = walau[2]
        swapped = tuple(sorted({*selection.kode, kode} - {rival}))
        assert (values[kode] > values[rival]) == (walau[1] == "di atas")
        assert not oracle.satisfies(swapped, values, kecamatan, problem)
        lifted = {}
        for phrase, rules in LIFTED.items():
            if phrase in walau[3]:
                lifted |= rules
        assert lifted
        if "quota" in lifted:
            # At the numbers after the exchange: without a quota the limits of other kecamatan would hold.
            held = kecamatan[list(swapped)].value_counts()
            lifted["quota"] = {name: int(held.get(name, 0)) for name in problem.quota}
        assert oracle.satisfies(swapped, values, kecamatan, replace(problem, **lifted))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_every_village_gets_the_right_kind_of_reason(oracle, data):
    values, _kecamatan, problem, _ties = data.draw(oracle.problems())
    try:
        selection, texts = explain(values, problem)
    except InfeasibleError:
        return
    free = [kode for kode in selection.kode if kode not in problem.locked_in]
    lowest = values[free].min() if free else np.nan
    for kode, text in texts.items():
        if kode in problem.locked_in:
            assert "Terpilih karena dikunci masuk: SK." in text
        elif kode in selection.kode:
            assert f"Terpilih sebagai nomor {selection.table.loc[kode, 'nomor']};" in text
        elif kode in problem.locked_out:
            assert "Tidak terpilih karena dikunci keluar: SK." in text
        elif pd.isna(values[kode]):
            assert text == (
                "Belum ada data Prevalensi stunting, jadi belum diperingkat. "
                "Belum dapat dipilih sebelum datanya dilengkapi."
            )
        elif not free:
            assert "semua tempat terisi" in text
        elif kode in selection.ties.index:
            assert "kalah menurut aturan seri" in text
        else:
            assert ("poin di bawah desa terpilih berskor terendah" in text) == (values[kode] < lowest)


def test_closed_kecamatan_is_named_with_its_limit():
    values = village_values([0.9, 0.8, 0.5], [0.7], [0.6, 0.2])
    names = pd.Series({kode: f"Desa {kode[-1]}-{kode[5]}" for kode in values.index})
    _selection, texts = explain(values, Problem(n=3, max_kecamatan=1), names=names)
    assert texts["9901022001"] == (
        "Peringkat 3 dari 6, skor 70,0 (terutama Prevalensi stunting 70,0). Tidak terpilih walau skornya "
        "di atas Desa 3-1: kecamatan 990102 tidak terbuka karena batas 1 kecamatan."
    )
    assert texts["9901012003"] == (
        "Peringkat 5 dari 6, skor 50,0 (terutama Prevalensi stunting 50,0). Terpilih sebagai nomor 3; "
        "kecamatan 990101 punya 3 desa/kelurahan dalam daftar; 2 desa/kelurahan berskor lebih tinggi tidak "
        "dapat menggantikannya menurut aturan."
    )
    assert texts["9901032002"].endswith(
        "Tidak terpilih: skornya 30,0 poin di bawah desa terpilih berskor terendah (Desa 3-1, 50,0)."
    )


def test_full_kecamatan_is_named():
    values = village_values([0.9, 0.8, 0.7], [0.1])
    _selection, texts = explain(values, Problem(n=3, max_per_kecamatan=2))
    assert texts["9901012003"].endswith(
        "di atas 9901022001: kecamatan 990101 sudah terisi 2 desa/kelurahan, batas per kecamatan."
    )


def test_village_needed_for_the_minimum_is_named():
    values = village_values([0.9, 0.1], [0.8, 0.7, 0.3])
    _selection, texts = explain(values, Problem(n=4, min_per_kecamatan=2))
    assert texts["9901022003"].endswith(
        "di atas 9901012002: kecamatan 990101 akan tersisa kurang dari 2 desa/kelurahan tanpa 9901012002."
    )


def test_partial_scores_say_so():
    frame = pd.DataFrame({"a": [1.0, 0.0], "b": [None, 0.0]}, index=["9901012001", "9901012002"])
    scores = score(frame, weights={"a": 1, "b": 1}, worse={"a": "high", "b": "high"})
    kecamatan = pd.Series("Air Bening", index=frame.index)
    selection = select(scores.table["skor"], kecamatan, Problem(n=1))
    texts = reasons(scores, selection, kecamatan, {})
    assert texts["9901012001"] == (
        "Peringkat 1 dari 2, skor 100,0 (terutama a 100,0), tanpa 1 indikator yang belum ada data. "
        "Terpilih sebagai nomor 1; kecamatan Air Bening punya 1 desa/kelurahan dalam daftar."
    )


def test_kecamatan_of_one_name_are_kept_apart():
    values = village_values([0.9, 0.8], [0.7], [0.1])
    scores = score(pd.DataFrame({"p": values}), weights={"p": 1}, worse={"p": "high"})
    codes = pd.Series([kode[:6] for kode in values.index], index=values.index)
    selection = select(scores.table["skor"], codes, Problem(n=3, max_kecamatan=2))
    texts = reasons(scores, selection, pd.Series("Air Bening", index=values.index), {})
    assert "kecamatan Air Bening punya 2 desa/kelurahan dalam daftar" in texts.iloc[0]
    assert "kecamatan Air Bening punya 1 desa/kelurahan dalam daftar" in texts.iloc[2]


@pytest.mark.parametrize("engine", ["dp", "highs"])
def test_ties_are_told_with_both_engines(engine):
    values = village_values([0.9, 0.5], [0.5])
    scores = score(
        pd.DataFrame({"p": values}), weights={"p": 1}, worse={"p": "high"}, goalposts={"p": (0.0, 1.0)}
    )
    kecamatan = pd.Series([kode[:6] for kode in values.index], index=values.index)
    selection = select(scores.table["skor"], kecamatan, Problem(n=2), engine=engine)
    texts = reasons(scores, selection, kecamatan, {})
    assert sorted(selection.ties.index) == ["9901012002", "9901022001"]
    assert texts.str.contains("menurut aturan seri").tolist() == [False, True, True]


def test_a_closed_kabupaten_is_named_with_its_limit():
    codes = ["9901012001", "9901012002", "9902012001", "9902012002", "9903012001"]
    values = pd.Series([0.9, 0.2, 0.6, 0.5, 0.8], index=codes)
    _selection, texts = explain(values, Problem(n=3, max_kabupaten=2))
    assert "kabupaten 9903 tidak dibuka karena batas 2 kabupaten" in texts["9903012001"]
