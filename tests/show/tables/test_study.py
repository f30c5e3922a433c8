"""Report and slides place the same tables."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pptx import Presentation

from lokus.show.report.report import render_report
from lokus.show.slides.slides import build_slides
from lokus.show.tables import study
from tests.deck_reader import words

TABLES = [getattr(study, name) for name in study.__all__]


@pytest.fixture(scope="module")
def page(material, small_sheet):
    return render_report(material, sheets=small_sheet)


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_every_table_there_is_stands_in_the_report(make, material, page):
    table = make(material)
    if table is None:
        return
    for head in table.heads:
        assert f">{head}</th>" in page


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_what_a_study_does_not_hold_has_no_table(make, material):
    bare = replace(
        material, results=material.results.drop(columns=["kelas_kepastian"], errors="ignore"),
        completeness=None, by_opd=None, findings=None, gaps=None, alternatives=None, prices=None, lock=None,
        interventions=None, beneficiaries=None,
    )  # fmt: skip
    assert (make(bare) is None) == (make is not study.tasks_table)


def test_the_slides_take_the_tables_of_the_report(material, small_sheet):
    deck = Presentation(io.BytesIO(build_slides(material, sheets=small_sheet).to_bytes()))
    text = words(deck)
    for make in (study.offices_table, study.gaps_table, study.certainty_table):
        table = make(material)
        assert table is not None
        assert {cell for row in table.rows for cell in row[:2]} <= set(text.split("\n"))
