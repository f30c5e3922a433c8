from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.justify import _sureness, explain, justifications
from lokus.choice.robustness import assess_robustness
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.errors import InfeasibleError
from lokus.evidence.scores.scoring import score

HOW = {"weights": {"p": 1.0}, "worse": {"p": "high"}, "goalposts": {"p": (0.0, 1.0)}}


def study(values: pd.Series, problem: Problem, **data):
    frame = pd.DataFrame({"p": values})
    scores = score(frame, **HOW)
    kecamatan = pd.Series([kode[:6] for kode in values.index], index=values.index)
    return frame, scores, kecamatan, select(scores.table["skor"], kecamatan, problem, **data)


def village_values(*groups):
    values = {f"9901{g + 1:02d}200{v + 1}": x for g, group in enumerate(groups) for v, x in enumerate(group)}
    return pd.Series(values, dtype=float)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_consequence_is_the_best_list_with_the_opposite_decision(oracle, data):
    values, kecamatan, problem, _ties, jenis, cost = data.draw(oracle.problems(across=True, most=8))
    try:
        _frame, scores, kecamatan, chosen = study(values, problem, jenis=jenis, cost=cost)
    except InfeasibleError:
        return
    for kode in values.index:
        found = explain(kode, scores, chosen, kecamatan, {})
        name = "locked_out" if kode in chosen.kode else "locked_in"
        decided = kode in problem.locked_in or kode in problem.locked_out or pd.isna(values[kode])
        forced = replace(problem, **{name: {**getattr(problem, name), kode: ""}})
        best = None
        if not decided:
            zero = values * 0.0
            best, _every = oracle.best_by_trying(values, kecamatan, forced, zero, cost)
        if best is None:
            assert found.loss is None
            assert found.rival is None
            continue
        assert found.loss == pytest.approx(chosen.objective - values[list(best)].sum(), abs=1e-9)
        assert found.coming == tuple(sorted(set(best) - set(chosen.kode)))
        assert found.going == tuple(sorted(set(chosen.kode) - set(best)))
        assert found.rival in (found.coming if kode in chosen.kode else found.going)


def test_paragraph_tells_place_consequence_and_sureness():
    values = village_values([0.9, 0.8, 0.5], [0.7], [0.6, 0.2])
    frame, scores, kecamatan, chosen = study(values, Problem(n=3, max_kecamatan=1))
    names = pd.Series({kode: f"Desa {kode[-1]}-{kode[5]}" for kode in values.index})
    sure = assess_robustness(chosen, frame, **HOW, errors={"p": 0.05}, draws=400, seed=1)
    found = explain("9901022001", scores, chosen, kecamatan, {"p": "Prevalensi"}, desa=names, robustness=sure)
    assert not found.chosen
    assert found.loss is None
    assert found.text.startswith(
        "Desa 1-2, Kecamatan 990102. Peringkat 3 dari 6, skor 70,0 (terutama Prevalensi 70,0). "
        "Tidak terpilih walau skornya di atas Desa 3-1: kecamatan 990102 tidak terbuka karena batas 1 "
        "kecamatan."
    )
    assert found.rules == ("kecamatan 990102 tidak terbuka karena batas 1 kecamatan",)
    assert found.text.endswith(
        "Terpilih dalam 0 % dari 400 penghitungan ulang (peluang kecil); dalam sembilan dari sepuluh di "
        f"antaranya peringkatnya {found.interval[0]} sampai {found.interval[1]}."
    )
    assert found.contributions.to_dict() == {"Prevalensi": pytest.approx(0.7)}


def test_loss_and_rival_of_a_chosen_village():
    values = village_values([0.9, 0.8], [0.7, 0.1])
    _frame, scores, kecamatan, chosen = study(values, Problem(n=2))
    found = explain("9901012002", scores, chosen, kecamatan, {})
    assert (found.rival, found.coming, found.going) == ("9901022001", ("9901022001",), ("9901012002",))
    assert found.loss == pytest.approx(0.1)
    assert found.text.endswith("Tanpa desa ini, 9901022001 akan masuk dan jumlah skor daftar turun 10,0.")
    forced = explain("9901022002", scores, chosen, kecamatan, {})
    assert forced.text.endswith(
        "Bila dipaksakan masuk, 9901012002 akan keluar dan jumlah skor daftar turun 70,0."
    )
    assert "<table" in found._repr_html_()


def test_children_are_counted_as_children():
    values = village_values([0.9, 0.8], [0.7, 0.1])
    children = pd.Series([3.0, 40.0, 20.0, 5.0], index=values.index)
    problem = Problem(n=2, objective="anak")
    _frame, scores, kecamatan, chosen = study(values, problem, children=children)
    assert chosen.kode == ("9901012002", "9901022001")
    assert chosen.objective == 60.0
    found = explain("9901022001", scores, chosen, kecamatan, {})
    assert found.text.endswith("9901022002 akan masuk dan anak stunting yang terjangkau berkurang 15,0.")
    out = explain("9901012001", scores, chosen, kecamatan, {})
    assert "anak stuntingnya 17,0 lebih sedikit daripada desa terpilih dengan anak stunting" in out.text


def test_a_justification_for_each_chosen_village():
    values = village_values([0.9, 0.8], [0.7, 0.1])
    _frame, scores, kecamatan, chosen = study(values, Problem(n=2))
    texts = justifications(scores, chosen, kecamatan, {})
    assert tuple(texts.index) == chosen.kode
    assert texts["9901012001"] == explain("9901012001", scores, chosen, kecamatan, {}).text


def test_unknown_village_is_refused():
    _frame, scores, kecamatan, chosen = study(village_values([0.9, 0.8]), Problem(n=1))
    with pytest.raises(RuleError, match="9999999999 tidak ada dalam kajian"):
        explain("9999999999", scores, chosen, kecamatan, {})


def test_a_rank_that_never_differs_is_no_range_and_certainty_is_told_in_the_words_of_the_glossary():
    row = {"peluang_lokus": 1.0, "kelas_kepastian": "kukuh"}
    assert _sureness(row, (1, 1), 1000) == (
        "Terpilih dalam 100 % dari 1.000 penghitungan ulang (peluang sangat besar); dalam sembilan dari "
        "sepuluh di antaranya peringkatnya 1."
    )
    assert "peringkatnya 2 sampai 6." in _sureness(row, (2, 6), 1000)
