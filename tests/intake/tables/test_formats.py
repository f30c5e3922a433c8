from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from lokus.intake.tables.formats import Formula, SheetFacts, percent_scale, read_facts, stale_formulas
from lokus.intake.tables.grid import read_grid

CONTENT = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet><table:table table:name="Data">
<table:table-column/><table:table-column table:visibility="collapse"/>
<table:table-row><table:table-cell office:value-type="string"><text:p>Desa</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Sanitasi</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="2">
<table:table-cell office:value-type="string"><text:p>A</text:p></table:table-cell>
<table:table-cell office:value-type="percentage" office:value="0.85"><text:p>85%</text:p></table:table-cell>
</table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>B</text:p></table:table-cell>
<table:table-cell table:formula="of:=[.A1]+[.B1]" office:value-type="string" calcext:value-type="error">
<text:p>#REF!</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


@pytest.fixture
def ods(tmp_path: Path) -> Path:
    path = tmp_path / "sanitasi.ods"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        book.writestr("content.xml", CONTENT.replace(">\n", ">"))
    return path


@pytest.mark.parametrize(
    ("code", "scale"),
    [("0%", 100), ("0.00%;-0.00%", 100), ('0.0"%"', 1), (r"0\%", 1), ("General", 0), ("[Red]0", 0), ("", 0)],
)
def test_what_a_number_format_multiplies_by(code: str, scale: float) -> None:
    assert percent_scale(code) == scale


def test_a_workbook_tells_formats_formulas_errors_and_hidden_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["Desa", "a", "b"], ["A", 0.85, "=1+1"], ["B", 86, None]]:
        sheet.append(row)
    sheet["B2"].number_format = "0.0%"
    sheet.column_dimensions["C"].hidden = True
    book.save(tmp_path / "a.xlsx")
    facts = read_facts(tmp_path / "a.xlsx", "Sheet")
    assert facts.percent == {(1, 1): 100.0}
    assert facts.formulas == {(1, 2): Formula(text="1+1", stored=False)}
    assert facts.hidden == {2}
    (grid,) = read_grid(tmp_path / "a.xlsx")
    assert [str(grid.rows[1][1]), grid.rows[2][1]] == ["85 %", 86.0]


def test_an_open_document_tells_them_too(ods: Path) -> None:
    (grid,) = read_grid(ods)
    assert [row[1] for row in grid.rows] == ["Sanitasi", 85.0, 85.0, "#REF!"]
    assert grid.facts.formulas == {(3, 1): Formula(text="=A1+B1", stored=True)}
    assert grid.facts.hidden == {1}


def test_other_files_say_nothing(csv_file: Callable[..., Path]) -> None:
    assert read_facts(csv_file("a;b\n1;2\n"), "") == SheetFacts()


@pytest.mark.parametrize(
    ("text", "values", "stale"),
    [
        ("A1+B1", [44.0, 5.0, 0.0], True), ("A1+B1", [0.0, 0.0, 0.0], False),
        ("SUM(A1:B1)", [0.0, 5.0, 0.0], True),
        ("A1/B1*100", [4.0, 5.0, 0.0], True), ("A1/B1*100", [0.0, 5.0, 0.0], False),
        ("A1-B1", [4.0, 4.0, 0.0], False), ("A1+B1", [44.0, 5.0, 49.0], False),
        ("Lain!A1+B1", [1.0, 1.0, 0.0], False),
    ],
)  # fmt: skip
def test_a_zero_that_its_own_cells_contradict_was_not_calculated(
    text: str, values: list[float], stale: bool
) -> None:
    facts = SheetFacts(formulas={(0, 2): Formula(text=text, stored=True)})
    assert bool(stale_formulas(facts, [values])) == stale


def test_formulas_that_are_all_zero_were_not_calculated() -> None:
    facts = SheetFacts(formulas={(row, 0): Formula(text="VLOOKUP(B1;C1;2)", stored=True) for row in range(5)})
    assert len(stale_formulas(facts, [[0.0]] * 5)) == 5
    assert not stale_formulas(facts, [[0.0]] * 4 + [[7.0]])
