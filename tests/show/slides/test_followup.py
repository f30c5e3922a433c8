"""Slides on gaps, tasks and the way to the target."""

from __future__ import annotations

from dataclasses import replace

import pytest
from deck_reader import titles, words
from show.followup_material import make_followup

from lokus.show.slides.followup import follow_up_slide, gaps_slide, trajectory_slide


@pytest.fixture(scope="module")
def followed(material):
    parts = make_followup(material.results)
    return replace(
        material,
        beneficiaries=parts["beneficiaries"],
        sharings=tuple(parts["sharings"]),
        trajectory=parts["trajectory"],
    )


def test_gaps_are_counted_by_office_and_lokus(slides_of, material):
    text = words(slides_of(gaps_slide, material))
    assert material.gaps["opd"].iloc[0] in text
    assert str(material.gaps["kode_desa"].nunique()) in text
    assert titles(slides_of(gaps_slide, replace(material, gaps=None))) == []


def test_target_groups_stand_beside_the_tasks_where_they_were_counted(slides_of, material, followed):
    plain, full = (words(slides_of(follow_up_slide, one)) for one in (material, followed))
    assert "Ibu hamil" in full
    assert "Ibu hamil" not in plain


def test_the_way_to_the_target_only_where_the_study_states_one(slides_of, material, followed):
    assert titles(slides_of(trajectory_slide, material)) == []
    text = words(slides_of(trajectory_slide, followed))
    assert "SSGI/SKI" in text
