"""A column reads the same as number and as text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from lokus.i18n import use_language
from lokus.show.results.figures import FIGURES
from lokus.show.tables.table import Column, Table
from lokus.show.workbook.cells import write_table


@pytest.mark.parametrize("name", list(FIGURES))
def test_what_a_sheet_stores_is_what_a_page_reads(name):
    values = np.random.default_rng(3).uniform(-1, 1, 50)
    column = Column.figure(pd.DataFrame({name: values}), name)
    sheet = Workbook().active
    write_table(sheet, 1, [column])
    with use_language("en"):
        read = Column.figure(pd.DataFrame({name: values}), name).texts
    stored = [sheet.cell(row=row, column=1).value for row in range(2, 52)]
    assert [float(text.replace("−", "-").replace(",", "")) for text in read] == stored


def test_an_interval_is_one_text_and_three_cells():
    frame = pd.DataFrame({"prevalensi": [9.26], "prevalensi_bawah": [6.0], "prevalensi_atas": [13.04]})
    column = Column.figure(frame, "prevalensi", interval=True)
    assert column.texts == ("9,3 (6,0–13,0)",)
    assert [list(part.values) for part in column.split()] == [[9.3], [6.0], [13.0]]


def test_what_is_missing_is_not_what_is_masked():
    frame = pd.DataFrame({"anak_stunting": [None, None, 4.0], "disamarkan": ["anak_stunting", "", ""]})
    column = Column.figure(frame, "anak_stunting")
    assert column.texts == ("disamarkan", "–", "4")
    sheet = Workbook().active
    write_table(sheet, 1, [column])
    assert [sheet.cell(row=row, column=1).value for row in (2, 3, 4)] == ["disamarkan", "belum ada data", 4]


def test_unequal_columns_are_no_table():
    with pytest.raises(ValueError, match="equally long"):
        Table.of(Column.text("Desa", ["Ulu"]), Column.number("Anak", [1, 2]))


def test_a_notebook_shows_the_texts_of_the_other_outputs_and_no_markup_of_inputs():
    table = Table.of(
        Column.text("Desa", ["<b>Suka</b>", "Air"]), Column.number("Poin", [1.25, None], decimals=1),
        title="Judul & lain", notes=["≥ 3"],
    )  # fmt: skip
    assert repr(table).split() == ["Desa", "Poin", "<b>Suka</b>", "1,2", "Air", "–"]
    page = table._repr_html_()
    assert "<p>Judul &amp; lain</p>" in page
    assert page.endswith("<p>≥ 3</p>")
    assert "&lt;b&gt;Suka" in page
    assert "<b>" not in page
