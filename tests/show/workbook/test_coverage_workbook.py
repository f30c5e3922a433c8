"""The form of the essential coverages: written, filled in, recognised and read back to the same values."""

from __future__ import annotations

import numpy as np
import openpyxl
import pandas as pd
import pytest

from lokus import Kajian
from lokus.draft import draft_study
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.tables.coverage_form import ESSENTIAL_NAMES, FORM_PLACE, coverage_sheets
from lokus.show.workbook.coverage_workbook import write_coverage_form

SHEETS = coverage_sheets(load_catalogue())


def table(path, name):
    sheet = openpyxl.load_workbook(path)[name]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(n for n, row in enumerate(rows) if row[0] == FORM_PLACE["kode"])
    return pd.DataFrame(rows[top + 1 :], columns=rows[top]), top + 2


@pytest.fixture
def villages(root):
    """The villages of the example with every number of the form, some missing, some shares alone."""
    own = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml").boundaries.villages
    rng, frame = np.random.default_rng(11), pd.DataFrame(own[["desa", "kecamatan", "kode_kecamatan"]])
    for sheet in SHEETS:
        for key, __ in sheet.columns:
            if key not in ESSENTIAL_NAMES:
                frame[key] = rng.integers(20, 90, len(frame)).astype(float)
        for key, (numerator, denominator) in sheet.shares.items():
            frame[denominator] = frame[denominator].where(rng.random(len(frame)) > 0.1)
            frame[numerator] = np.floor(frame[numerator] * rng.random(len(frame)) / 5)
            frame[key] = 100 * frame[numerator] / frame[denominator]
            alone = frame[denominator].isna() & (rng.random(len(frame)) < 0.7)
            frame.loc[alone, key] = rng.uniform(2, 100, int(alone.sum()))
    frame["sangat_pendek"] = np.floor(frame["sangat_pendek"] / 9)
    frame["pendek"] = np.floor(frame["pendek"] / 9)
    return frame


def test_each_coverage_and_each_number_behind_it_stands_once():
    keys = [key for sheet in SHEETS for key, __ in sheet.columns]
    assert len(keys) == len(set(keys))
    catalogue = load_catalogue()
    behind = {
        name for key in ESSENTIAL_NAMES for name in (catalogue[key].numerator, catalogue[key].denominator)
    }
    assert set(ESSENTIAL_NAMES) | behind <= set(keys)
    assert [row[0] for sheet in SHEETS for row in sheet.rows] == list(range(1, 30))
    assert {key for key, item in catalogue.items() if item.group} == set(ESSENTIAL_NAMES)


def test_a_column_of_percentages_stands_only_where_no_numbers_give_it(villages, info, tmp_path):
    sheet = next(one for one in SHEETS if one.name == "Balita")
    heads = dict(sheet.columns)
    counted = villages.copy()
    for key, (numerator, denominator) in sheet.shares.items():
        counted[key] = counted[key].where(counted[numerator].notna() & counted[denominator].notna())
    numbers, __ = table(write_coverage_form(tmp_path / "a.xlsx", counted, info, sheets=SHEETS), sheet.name)
    assert not set(numbers) & {heads[key] for key in sheet.shares}
    alone, __ = table(write_coverage_form(tmp_path / "b.xlsx", villages, info, sheets=SHEETS), sheet.name)
    assert set(heads.values()) <= set(alone)


def test_what_is_not_given_is_yellow_and_empty(villages, info, tmp_path):
    known = villages[["desa", "kecamatan", "kode_kecamatan", "krs"]]
    path = write_coverage_form(tmp_path / "a.xlsx", known, info, sheets=SHEETS)
    found, top = table(path, "Data sasaran")
    np.testing.assert_array_equal(
        found["Jumlah keluarga berisiko stunting"].astype(float), villages["krs"].sort_index()
    )
    assert found["Jumlah keluarga"].isna().all()
    sheet = openpyxl.load_workbook(path)["Data sasaran"]
    known_row = top + int(np.flatnonzero(found["Jumlah keluarga berisiko stunting"].notna())[0])
    assert sheet.cell(row=known_row, column=4).fill.fgColor.rgb == "00FFF8DC"
    assert sheet.cell(row=known_row, column=5).fill.fgColor.rgb != "00FFF8DC"


def test_the_form_says_what_was_seen_and_what_not(villages, info, tmp_path):
    path = write_coverage_form(tmp_path / "a.xlsx", villages, info, sheets=SHEETS)
    book = openpyxl.load_workbook(path)
    said = " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value)
    assert "Ini bukan berkas aplikasi" in said
    assert "Yang tidak terlihat:" in said
    assert "scribd.com/document/618652414" in said


@pytest.mark.slow
def test_the_filled_form_is_read_back_to_the_same_values(villages, info, root, tmp_path):
    form = write_coverage_form(tmp_path / "cakupan_esensial.xlsx", villages, info, sheets=SHEETS)
    # An office fills a cell that was empty.
    book = openpyxl.load_workbook(form)
    sheet = book["Remaja"]
    found, top = table(form, "Remaja")
    gap = int(np.flatnonzero(found["Remaja putri"].isna())[0])
    sheet.cell(row=top + gap, column=list(found).index("Remaja putri") + 1).value = 77
    book.save(form)
    kode = str(found[FORM_PLACE["kode"]][gap]).replace(".", "")
    villages.loc[kode, "remaja_putri"] = 77.0
    boundaries = root / "data" / "boundaries" / "desa.gpkg"
    official = root / "data" / "indicators" / "daftar_desa.csv"
    text = draft_study(boundaries, [form], folder=tmp_path, year=2026, official=official)
    (tmp_path / "kajian.toml").write_text(text, encoding="utf-8")
    study = Kajian.open(tmp_path / "kajian.toml")
    assert not [one for joined in study.joined for one in joined.findings if one.level == "blocking"]
    read = study.indicators
    for one in SHEETS:
        for key, __ in one.columns:
            expected = villages[key]
            pd.testing.assert_series_equal(
                read[key].astype(float).reindex(expected.index), expected, check_names=False
            )
