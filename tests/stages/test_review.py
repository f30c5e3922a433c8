"""Last year's list beside this year's proposal."""

from __future__ import annotations

import pytest


def test_every_village_of_either_list_has_a_status(small):
    either = {*small.listed, *small.proposal.kode}
    status = small.review.table.loc[sorted(either), "status_reviu"]
    assert set(status) <= {"tetap", "masuk", "keluar", "lulus"}
    assert small.results["status_reviu"].equals(small.review.table["status_reviu"])


def test_causes_are_of_two_years_with_their_own_rules(small):
    assert small.causes is not None
    assert small.change.table.index.equals(small.villages.index)


def test_the_expected_fall_is_that_of_the_effect_where_there_is_one(small):
    if small.effect is None:
        assert small.no_effect
    else:
        assert small.no_effect == ""
        assert small.expected_fall is small.effect.expected


def test_without_counts_of_last_year_there_is_no_change_and_the_reason_is_given(small):
    only_list = small.replace(tahun_lalu={"kajian": None, "tahun": 2025, "lulus": None})
    assert only_list.change is None
    assert only_list.effect is None
    assert only_list.no_effect == "diperlukan jumlah anak dari kedua tahun"
    assert only_list.review is not None


@pytest.mark.parametrize("name", ["review", "causes", "change", "expected_fall", "effect"])
def test_a_study_without_a_past_has_none(alone, name):
    assert getattr(alone, name) is None
    assert "status_reviu" not in alone.results
