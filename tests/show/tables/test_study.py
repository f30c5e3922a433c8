"""Report and slides place the same tables."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import Workbook
from pptx import Presentation

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.report.report import render_report
from lokus.show.results.public import mask_small_counts
from lokus.show.slides.slides import build_slides
from lokus.show.tables import study
from lokus.show.workbook.proposal import certainty_sheet
from tests.deck_reader import words

TABLES = [getattr(study, name) for name in study.__all__]


@pytest.fixture(scope="module")
def page(material, small_sheet):
    return render_report(material, sheets=small_sheet)


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_every_table_there_is_stands_in_the_report(make, material, page):
    table = make(material)
    if table is None or make is study.overlap_table:  # of the weights: for who sets them, in the workbook
        return
    for head in table.heads:
        assert f">{head}</th>" in page


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_what_a_study_does_not_hold_has_no_table(make, material):
    bare = replace(
        material, results=material.results.drop(columns=["kelas_kepastian"], errors="ignore"),
        completeness=None, by_opd=None, findings=None, gaps=None, alternatives=None, prices=None, lock=None,
        interventions=None, beneficiaries=None, odds_bounds=None, overlap=None,
    )  # fmt: skip
    assert (make(bare) is None) == (make is not study.tasks_table)


def test_the_slides_take_the_tables_of_the_report(material, small_sheet):
    deck = Presentation(io.BytesIO(build_slides(material, sheets=small_sheet).to_bytes()))
    text = words(deck)
    for make in (study.offices_table, study.gaps_table, study.certainty_table):
        table = make(material)
        assert table is not None
        assert {cell for row in table.rows for cell in row[:2]} <= set(text.split("\n"))


def test_who_enters_and_leaves_at_other_odds_stands_where_the_proposal_is_told(material, page, small_sheet):
    """In report, slides and workbook, and in one wording."""
    table = study.odds_table(material)
    assert [row[0] for row in table.rows] == ["0,5 kali", "1 kali (usulan)", "2 kali"]
    assert [row[1] for row in table.rows] == ["0", "0", "1"]
    entering, leaving = (text for text in table.rows[2][2:])
    last = material.chosen.iloc[-1]
    assert leaving == f"{last['desa']} ({last['kecamatan']})"
    deck = words(Presentation(io.BytesIO(build_slides(material, sheets=small_sheet).to_bytes())))
    book = Workbook().active
    certainty_sheet(book, material)
    cells = {cell.value for row in book.iter_rows() for cell in row}
    for text in (entering, leaving, table.title):
        assert f">{text}</" in page
        assert text in deck.split("\n")
        assert text in cells


def test_cautions_and_a_list_of_ties_are_said_where_the_proposal_is_told(material, small_sheet):
    tied = replace(material, tie_caution="AWAS: aturan seri saja.")
    page = render_report(tied, sheets=small_sheet)
    deck = words(Presentation(io.BytesIO(build_slides(tied, sheets=small_sheet).to_bytes())))
    book = Workbook().active
    certainty_sheet(book, tied)
    first = page.split('id="ringkasan"')[1].split("</section>")[0]
    assert tied.tie_caution in first
    assert tied.tie_caution in deck.split("\n")
    assert tied.tie_caution in {cell.value for row in book.iter_rows() for cell in row}
    assert tied.cautions[0] in page.split('id="batasan"')[1]
    assert tied.cautions[0] in deck.split("\n")


def test_the_public_version_tells_no_other_list_where_scores_are_masked(material):
    assert mask_small_counts(material, load_catalogue()).justifications is None
    few = material.results.assign(stunting=3.0, diukur=40.0)
    masked = mask_small_counts(replace(material, results=few), load_catalogue())
    assert (masked.odds_bounds, masked.overlap, masked.alternatives) == (None, None, None)
