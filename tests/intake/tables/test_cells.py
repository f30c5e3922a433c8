from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.intake.tables.numbers import Percent, is_missing_marker, parse_one, read_text


@pytest.mark.parametrize(("text", "value", "kind"), [
    ("1.234,5", 1234.5, "thousands"), ("41,11", 41.11, "decimal_comma"),
    ("Rp420.032,00", 420032.0, "currency"),
    ("Rp 1.500,-", 1500.0, "ambiguous"), ("12,5 %", 12.5, "percent"), ("86.4%", 86.4, "percent"),
    ("1.234.567", 1234567.0, "thousands"), ("1,234.5", 1234.5, "us"), ("1 234 567", 1234567.0, "thousands"),
    ("0.685", 0.685, "decimal_point"), ("2004.85", 2004.85, "decimal_point"), ("-7,5", -7.5, "decimal_comma"),
    ("−3", -3.0, "number"), ("'12", 12.0, "number"), ("\u00a0 12 ", 12.0, "number"), ("007", 7.0, "number"),
])  # fmt: skip
def test_reads_numbers_as_offices_write_them(text: str, value: float, kind: str) -> None:
    assert read_text(text)[:2] == (pytest.approx(value), kind)


@pytest.mark.parametrize("text", ["-", "–", "NULL", "n/a", "", "  ", "Belum ada data", "...", "TAD"])
def test_marks_of_nothing_are_missing(text: str) -> None:
    value, kind, _ = read_text(text)
    assert math.isnan(value)
    assert kind == "missing"
    assert is_missing_marker(text)


@pytest.mark.parametrize("text", ["#N/A", "#DIV/0!", "#REF!"])
def test_spreadsheet_errors_are_their_own_kind(text: str) -> None:
    assert read_text(text)[1] == "error"


@pytest.mark.parametrize("text", ["lima", "1.23.4", "1,2,3", "12-13", "1.234.56", "²", "٣", "1_000", "nan1"])
def test_what_is_no_number_is_text(text: str) -> None:
    assert read_text(text)[1] == "text"
    assert parse_one(text) is None


@given(st.text(max_size=30))
def test_any_text_is_read_without_failing(text: str) -> None:
    value, kind, convention = read_text(text)
    assert math.isnan(value) == (kind in ("text", "missing", "error", "date", "unit", "ditto"))
    assert convention in ("", "id", "us")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("8 tim", "unit"),
        ("12 anak", "unit"),
        ("2026-07-01", "date"),
        ("1/7/2026", "date"),
        ("sda", "ditto"),
        ('"', "ditto"),
    ],
)
def test_what_only_looks_like_a_number_is_named(text: str, kind: str) -> None:
    value, found, __ = read_text(text)
    assert math.isnan(value)
    assert found == kind


def test_a_cell_shown_as_percent_is_worth_what_it_shows() -> None:
    assert [Percent.of(stored) + 0 for stored in (0.07, 0.29, 1.0667, 0.0)] == [7.0, 29.0, 106.67, 0.0]
    assert Percent.of(85.0, scale=1.0) == 85.0
