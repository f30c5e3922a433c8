"""The columns of the form are recognised by its headings, and nothing else is taken for it."""

from __future__ import annotations

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.tables.coverage_form import ESSENTIAL_NAMES, FORM_PLACE, coverage_sheets, form_keys
from lokus.intake.tables.guesses import guess_columns

CATALOGUE = load_catalogue()
PLACE = list(FORM_PLACE.values())


def test_every_column_of_every_sheet_is_recognised_as_its_own():
    for sheet in coverage_sheets(CATALOGUE):
        found = guess_columns([*PLACE, *(heading for __, heading in sheet.columns)], CATALOGUE)
        assert found.indicators == dict(sheet.columns), sheet.name
        assert found.place == {key: FORM_PLACE[key] for key in ("kode", "desa", "kecamatan")}
        assert not found.unused


def test_percentages_may_be_absent_and_numbers_not():
    sheet = coverage_sheets(CATALOGUE)[1]
    numbers = [heading for key, heading in sheet.columns if key not in sheet.shares]
    assert set(form_keys([*PLACE, *numbers], CATALOGUE)) == {
        key for key, __ in sheet.columns if key not in sheet.shares
    }
    assert form_keys([*PLACE, *numbers[1:]], CATALOGUE) == {}
    assert form_keys(numbers, CATALOGUE) == {}


def test_the_official_name_of_a_coverage_is_known_in_any_table_where_it_is_a_percentage():
    for key, name in ESSENTIAL_NAMES.items():
        (found,) = guess_columns(["Desa", f"{name} (%)"], CATALOGUE).indicators
        assert found == ("stop_babs" if key == "cakupan_stop_babs" else key)  # the same share under two keys
    # A number of those reached is no percentage: it is left to the reader.
    name = ESSENTIAL_NAMES["cakupan_mp_asi"]
    assert "cakupan_mp_asi" not in guess_columns(["Desa", name], CATALOGUE).indicators


def test_a_catalogue_of_another_subject_knows_no_form():
    other = {key: item for key, item in CATALOGUE.items() if not item.group}
    heads = [heading for __, heading in coverage_sheets(CATALOGUE)[0].columns]
    assert form_keys([*PLACE, *heads], other) == {}
