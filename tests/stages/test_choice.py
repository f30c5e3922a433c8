"""What a study proposes, under which rules, how sure that is, and why."""

from __future__ import annotations

import pytest

from lokus.errors import BlockedError, InfeasibleError


def test_the_proposal_follows_the_stated_rules(small):
    assert len(small.proposal.kode) == 5
    assert small.proposal.n_kecamatan <= 3
    with pytest.raises(InfeasibleError):
        small.replace(pilihan={"jumlah": 24}).proposal  # noqa: B018


def test_last_years_rules_bind_only_where_they_are_stated(small):
    assert small.problem is small.stated_problem
    bound = small.replace(tahun_lalu={"maks_berubah": 0})
    assert bound.problem is not bound.stated_problem
    assert set(bound.listed) <= set(bound.proposal.kode)


def test_a_blocking_finding_holds_the_proposal_back(small):
    path = small.path.parent / "sk_salah.csv"
    path.write_text("desa,kecamatan\nTidak Pernah Ada,Sukasari\n", encoding="utf-8")
    stated = {"berkas": path.name, "tempat": {"desa": "desa", "kecamatan": "kecamatan"}}
    wrong = small.replace(tahun_lalu={"daftar": stated})
    assert len(wrong.scores.table) == len(small.villages)
    with pytest.raises(BlockedError):
        wrong.proposal  # noqa: B018


def test_earlier_lists_by_this_years_codes(small, alone):
    assert small.listed == tuple(small.decided[2025].kode)
    assert set(small.today) == set(small.villages.index)
    assert list(small.history.table.loc[list(small.listed), "tahun_lokus"]) == [1] * len(small.listed)
    assert (alone.history, alone.listed, alone.today, alone.graduation) == (None, (), {}, None)


def test_certainty_is_drawn_as_often_as_stated_and_only_where_something_is_uncertain(small):
    assert small.robustness.draws == 100
    chance = small.robustness.table["peluang_lokus"]
    assert chance.sum() == pytest.approx(5)
    fixed = small.replace(ketidakpastian={"laju": False}, skor={"bobot": {"desil_1_2": 1.0}})
    assert fixed.robustness is None


def test_every_proposed_village_has_a_paragraph_and_every_village_a_reason(small):
    assert set(small.justifications.index) == set(small.proposal.kode)
    assert small.assembled["alasan"].str.len().gt(0).all()
    assert set(small.assembled.index[small.assembled["terpilih"]]) == set(small.proposal.kode)


def test_sensitivity_is_of_this_score_and_this_choice(small):
    assert set(small.leave_one_out.table.index) == {"prevalensi", "desil_1_2"}
    assert len(small.alternatives) > 0
    assert set(small.traits.columns) >= {"titik_panas", "tipologi", "kelengkapan"}
    assert small.overlap is not None
