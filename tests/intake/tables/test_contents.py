from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from lokus.errors import InputError
from lokus.intake.tables.contents import decode, read_html, read_spreadsheet_xml, sniff
from lokus.intake.tables.grid import list_sheets, read_grid

XML = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style></Styles>
<Worksheet ss:Name="Lama"><Table><Row><Cell><Data ss:Type="String">Desa</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
<Worksheet ss:Name="Data"><Table>
<Row ss:Index="2"><Cell><Data ss:Type="String">Desa</Data></Cell>
<Cell><Data ss:Type="String">Air</Data></Cell></Row>
<Row><Cell ss:MergeDown="1"><Data ss:Type="String">A</Data></Cell>
<Cell ss:StyleID="p"><Data ss:Type="Number">0.85</Data></Cell></Row>
<Row><Cell ss:Index="2"><Data ss:Type="Number">7</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "PDF"), (b"{\\rtf1 x}", "RTF"),
        (b"MIME-Version: 1.0\nContent-Type: multipart", "MHTML"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 80 + "WordDocument".encode("utf-16-le"), "Word"),
        (b"<html><body>Sesi habis, silakan masuk</body></html>", "HTML tanpa tabel"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".xls", ".xlsx", ".csv"])
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, what: str, suffix: str) -> None:
    path = tmp_path / f"data{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=what):
        read_grid(path)


@pytest.mark.parametrize(("part", "what"), [("word/document.xml", "Word"), ("foto.jpg", "arsip ZIP")])
def test_archives_are_named(tmp_path: Path, part: str, what: str) -> None:
    path = tmp_path / "data.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(InputError, match=what):
        read_grid(path)


def test_a_password_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 800 + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(InputError, match="kata sandi"):
        read_grid(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize(("suffix", "sign"), [(".csv", ";"), (".xls", "\t"), (".xlsx", "\t"), (".txt", ",")])
def test_text_is_read_whatever_its_encoding_and_name(
    csv_file: Callable[..., Path], encoding: str, suffix: str, sign: str
) -> None:
    text = "Desa;n\nSuka Maju;1\nSuka Jaya;2\n".replace(";", sign)
    (grid,) = read_grid(csv_file(text, name=f"data{suffix}", encoding=encoding))
    assert grid.rows == (("Desa", "n"), ("Suka Maju", "1"), ("Suka Jaya", "2"))


@pytest.mark.parametrize("suffix", [".xls", ".xlsb", ".csv", ".ods"])
def test_a_workbook_is_read_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Desa", 1])
    book.save(tmp_path / "a.xlsx")
    path = (tmp_path / "a.xlsx").rename(tmp_path / f"a{suffix}")
    assert sniff(path) == "workbook"
    (grid,) = read_grid(path)
    assert grid.rows == (("Desa", 1.0),)


def test_dates_of_1904_are_dates(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["Lahir", dt.date(2024, 3, 5)])
    book.save(tmp_path / "a.xlsx")
    (grid,) = read_grid(tmp_path / "a.xlsx")
    assert grid.rows == (("Lahir", "2024-03-05"),)


def test_spans_of_html_are_merges_and_tables_that_hold_tables_are_layout(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        "<div><table><tr><td><table><tr><th colspan=2>Desa</th></tr><tr><td "
        "rowspan=2>A</td><td>1.234</td></tr>"
        "<tr><td>5<br>6</td></tr></table></td></tr></table></div>"
    )
    (sheet,) = read_html(path)
    assert sheet.rows == [["Desa", None], ["A", "1.234"], [None, "5\n6"]]
    assert sheet.merges == ((0, 0, 0, 1), (1, 0, 2, 0))


def test_xml_of_excel_2003(csv_file: Callable[..., Path]) -> None:
    path = csv_file(XML, name="krs.xls")
    assert list_sheets(path) == ["Data", "Lama"]
    assert read_spreadsheet_xml(path)[1].merges == ((2, 0, 3, 0),)
    (grid,) = read_grid(path, sheet="data")
    assert grid.rows == ((None, None), ("Desa", "Air"), ("A", 85.0), (None, 7.0))
    assert str(grid.rows[2][1]) == "85 %"


def test_utf_16_is_not_seen_in_plain_text() -> None:
    assert decode(b"Desa;n\n")[1] == "utf-8-sig"
    assert decode("Peña;n".encode("cp1252")) == ("Peña;n", "cp1252")
