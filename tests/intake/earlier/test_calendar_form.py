"""Months as planners and spreadsheet programs write them."""

from __future__ import annotations

from lokus.intake.earlier.calendar_form import read_month


def test_a_month_typed_into_a_cell_that_shows_dates_is_that_month():
    assert [read_month(f"1900-01-{month:02d}") for month in (1, 5, 12, 13)] == [
        (1, None), (5, None), (12, None), None,
    ]  # fmt: skip
