"""What is told of the review: directions that are sure, and what the measured rates say against them."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
from deck_reader import words
from openpyxl import Workbook
from pptx import Presentation

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.report.report import render_report
from lokus.show.results.public import mask_small_counts
from lokus.show.results.review import direction_texts
from lokus.show.slides.slides import build_slides
from lokus.show.workbook.review import review_sheet

AGAINST = "turun, meskipun angka terukur naik"


def test_a_direction_is_told_with_what_was_measured_against_it():
    change = pd.DataFrame(
        {
            "arah": ["turun", "turun", "naik", "naik", "belum pasti", None],
            "perubahan_mentah": [-3.0, 2.0, 3.0, -0.5, 4.0, 1.0],
        }
    )
    assert direction_texts(change) == [
        "turun", AGAINST, "naik", "naik, meskipun angka terukur turun", "belum pasti", "",
    ]  # fmt: skip
    unmeasured = change.assign(perubahan_mentah=float("nan"))
    assert direction_texts(unmeasured)[:4] == ["turun", "turun", "naik", "naik"]


@pytest.fixture(scope="module")
def falling(reviewed):
    """The village that goes out is called falling though its measured rate rose, all others as they are."""
    review = reviewed.review
    moved = review.table.index[review.table["status_reviu"].isin(["keluar", "masuk"])]
    change = review.change.copy()
    change.loc[moved, ["arah", "perubahan_mentah"]] = "turun", 1.5
    return replace(reviewed, review=replace(review, change=change)), len(moved)


def test_no_output_calls_a_village_falling_without_saying_that_its_measured_rate_rose(falling, small_sheet):
    material, moved = falling
    sheet = Workbook().active
    review_sheet(sheet, material)
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    page = render_report(material, sheets=small_sheet)
    deck = words(Presentation(io.BytesIO(build_slides(material, sheets=small_sheet).to_bytes())))
    for said in (cells, page.replace("<", ">").split(">"), deck.split("\n")):
        assert said.count(AGAINST) == moved
        assert "turun" not in said
        assert said.count("belum pasti") > 0 or said is not cells


def test_the_public_version_says_so_too_without_the_measured_rates(falling):
    material, moved = falling
    public = mask_small_counts(material, load_catalogue()).review.change
    assert "perubahan_mentah" not in public
    assert (public["arah"] == AGAINST).sum() + (public["arah"] == "disamarkan").sum() >= moved
    assert "turun" not in set(public["arah"])
