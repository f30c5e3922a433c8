from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from lokus.errors import InputError
from lokus.intake.tables.grid import list_sheets, read_grid


def test_rows_keep_their_spreadsheet_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C4"], book.active["D6"] = "judul", 5
    book.save(tmp_path / "a.xlsx")
    (grid,) = read_grid(tmp_path / "a.xlsx")
    assert grid.numbers == (1, 2, 3, 4, 5, 6)
    assert grid.rows[3][2] == "judul"
    assert grid.rows[5][3] == 5.0


def test_csv_rows_are_numbered_by_line(csv_file: Callable[..., Path]) -> None:
    (grid,) = read_grid(csv_file('desa,kab\nA,"dua\nbaris"\nB,satu\n'))
    assert grid.numbers == (1, 2, 4)


@pytest.mark.parametrize(("text", "row"), [
    ("desa;a;b\nX;1,5;2,5\nY;3,5;4,5\n", ("X", "1,5", "2,5")), ("desa\ta\tb\nX\t1\t2\n", ("X", "1", "2")),
    ("desa,a,b\nX,1.5,2.5\n", ("X", "1.5", "2.5")), ("sep=|\ndesa|a|b\nX|1|2\n", ("X", "1", "2")),
    ("\ufeffdesa;a;b\nX;1;2\n", ("X", "1", "2")),
])  # fmt: skip
def test_delimiters_are_found(csv_file: Callable[..., Path], text: str, row: tuple[str, ...]) -> None:
    (grid,) = read_grid(csv_file(text))
    assert row in grid.rows
    assert grid.rows[0][0] == "desa"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "latin-1"])
def test_encodings(csv_file: Callable[..., Path], encoding: str) -> None:
    (grid,) = read_grid(csv_file("desa;n\nPoncodé;1\n", encoding=encoding))
    assert grid.rows[1][0] == "Poncodé"
    assert bool(grid.findings) == (encoding in ("cp1252", "latin-1"))


def test_sheet_names_tolerate_case_and_spaces(workbook: Callable[..., Path]) -> None:
    path = workbook({"Data  KRS": [["a", "b"], [1, 2]], "lain": [["c"]]})
    assert list_sheets(path) == ["Data  KRS", "lain"]
    assert read_grid(path, sheet=" data krs ")[0].sheet == "Data  KRS"


def test_a_workbook_named_csv_is_told_apart(workbook: Callable[..., Path], tmp_path: Path) -> None:
    path = workbook({"a": [["x"]]}).rename(tmp_path / "a.csv")
    (grid,) = read_grid(path)
    assert grid.rows == (("x",),)
    assert grid.findings[0].check == "tables.kind"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 rusak", b"bukan buku kerja"])
@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
def test_a_broken_workbook_is_an_input_error(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"rusak{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"berkas rusak{suffix}: berkas tidak dapat dibaca"):
        read_grid(path)


def test_an_open_document_sheet(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="{0}" {1}><text:p>{2}</text:p></table:table-cell>'
    text, number = (
        (lambda t: cell.format("string", "", t)),
        (lambda n: cell.format("float", f'office:value="{n}"', n)),
    )
    rows = [text("Desa") + text("KRS"), text("Suka Maju") + number(12)]
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Data">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    (grid,) = read_grid(tmp_path / "a.ods", sheet="data")
    assert grid.rows == (("Desa", "KRS"), ("Suka Maju", 12.0))
