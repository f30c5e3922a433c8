"""Cells of exports of children: days and z-scores as they are written, and what they never become."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from lokus.intake.children.cells import (
    MISSING,
    UNREADABLE,
    Lookup,
    day_number,
    day_text,
    has_height,
    is_no_village,
    is_personal_number,
    kabupaten_text,
    parse_day,
    parse_z,
    place_text,
)

DAY = day_number(dt.date(2026, 2, 3))


@pytest.mark.parametrize(
    "text",
    ["2026-02-03", "03/02/2026", "3-2-2026", "3 Februari 2026", "3 Pebruari 2026", "2026-02-03 08:15:00"],
)
def test_a_day_however_it_is_written(text: str) -> None:
    assert parse_day(text) == DAY


@pytest.mark.parametrize("text", ["31/02/2026", "Februari", "2026", "03/02/26x"])
def test_what_is_no_day_is_never_one(text: str) -> None:
    assert parse_day(text) == UNREADABLE


def test_no_day_at_all() -> None:
    assert parse_day("-") == MISSING
    assert day_text(DAY).startswith(("3", "2026"))


@pytest.mark.parametrize(("text", "z"), [("-2,31", -2.31), ("−2.5", -2.5), ("0,12", 0.12), ("+1", 1.0)])
def test_z_scores(text: str, z: float) -> None:
    assert parse_z(text) == pytest.approx(z)


def test_a_z_score_that_is_no_number_is_told_from_none() -> None:
    assert np.isinf(parse_z("-2,5O"))
    assert np.isnan(parse_z("-"))


def test_places() -> None:
    assert place_text(" Suka \n Maju ") == "SUKA MAJU"
    assert place_text(None) == ""
    assert kabupaten_text("Kab. Contoh") == kabupaten_text("KABUPATEN CONTOH")


def test_shifted_columns_are_no_villages() -> None:
    assert is_no_village("80,1")
    assert is_no_village("9901010202230001")
    assert not is_no_village("SUKA MAJU")
    assert is_personal_number("9901010202230001")
    assert not is_personal_number("1111")


def test_heights() -> None:
    assert [bool(has_height(text)) for text in ("80,1", "", "0")] == [True, False, False]


def test_a_lookup_forgets_no_order() -> None:
    cells = pd.Series(["-2,10", None, "0,5", "-2,10"], dtype=object)
    read = Lookup(parse_z, missing=np.nan, dtype=np.float64)(cells)
    np.testing.assert_array_equal(read, [-2.1, np.nan, 0.5, -2.1])
