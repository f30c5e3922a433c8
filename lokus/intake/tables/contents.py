"""Recognise files by content, and read tables in HTML and Excel 2003 XML as grids.

The usual export of a government system is an HTML table named ``.xls``. Formats are recognised by the first
bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lxml import etree, html

from lokus.errors import InputError
from lokus.files import ARCHIVE_ERRORS
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.tables.formats import percent_scale
from lokus.intake.tables.numbers import Percent

__all__ = ["Content", "Sheet", "decode", "no_table", "read_html", "read_spreadsheet_xml", "sniff"]

Content = Literal["workbook", "html", "xml", "text"]

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_HEAD = 4096
_MOST_SPANNED = 1_000
# First bytes of files that are no tables, but may be named .xlsx or .csv.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF (Word)"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite, GeoPackage"),
    (b"PAR1", "Parquet"),
)
_PARTS = (("word/document.xml", "Word (.docx)"), ("ppt/presentation.xml", "PowerPoint (.pptx)"))


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Cells of one sheet.

    Attributes
    ----------
    name : str
    rows : list of list of str, float or None
    merges : tuple of (row, column, last row, last column)
    hidden : bool
    """

    name: str
    rows: list[list[str | float | None]]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False


def sniff(path: Path) -> Content:
    """Return the format of a file by its content.

    Raises
    ------
    InputError
        It is no table: a document, a picture, an archive, or protected by a password.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "eppgbm.xls"
    >>> _ = path.write_text("<html><table><tr><td>Desa</td></tr></table></html>")
    >>> sniff(path)
    'html'
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for mark, name in _OTHERS:
        if head.startswith(mark):
            raise no_table(path, name)
    if head.startswith(_ZIP):
        return _of_archive(path)
    if head.startswith(_OLE):
        data = path.read_bytes()
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputError(
                _("the file is locked with a password"),
                where=Where(file=path.name),
                remedy=_("open it in a spreadsheet program and save it again without a password as .xlsx"),
            )
        if "WordDocument".encode("utf-16-le") in data:
            raise no_table(path, "Word (.doc)")
        return "workbook"
    text = decode(head)[0].lstrip("\ufeff \t\r\n").lower()
    if text.startswith(("mime-version:", "content-type: multipart")):
        raise no_table(path, _("a web page saved as one file (MHTML)"))
    if text.startswith(("<?xml", "<workbook")):
        return "xml" if "urn:schemas-microsoft-com:office:spreadsheet" in text else "html"
    if re.match(r"<(!doctype|html|head|meta|table|style|body|div|center|!--|script|font|b>|h\d|p>|br)", text):
        return "html"
    return "text"


def no_table(path: Path, what: str) -> InputError:
    """Build the error for a file without a table.

    Examples
    --------
    >>> print(no_table(Path("krs.xlsx"), "PDF").where)
    berkas krs.xlsx
    """
    return InputError(
        _('the name ends in "{suffix}", but the file is: {what}').format(suffix=path.suffix, what=what),
        where=Where(file=path.name),
        remedy=_("ask for the table as .xlsx or CSV"),
    )


def _of_archive(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except ARCHIVE_ERRORS:
        return "workbook"  # its reader reports what is damaged
    for part, name in _PARTS:
        if part in names:
            raise no_table(path, name)
    if not any(name.startswith("xl/") for name in names) and "content.xml" not in names:
        raise no_table(path, _("a ZIP archive"))
    return "workbook"


def decode(data: bytes) -> tuple[str, str]:
    """Decode the text of a file; UTF-16 is also recognised without a byte order mark.

    Examples
    --------
    >>> decode("Desa;n".encode("utf-16-le"))
    ('Desa;n', 'utf-16')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "utf-16"
    sample = data[:_HEAD]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(zeros) > 1 and zeros.count(0) > 0.5 * len(zeros) and sample.count(0) < 0.7 * len(sample):
            return data.decode(encoding, errors="replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8-sig"
    except UnicodeDecodeError:
        pass
    # latin-1 decodes every byte, which cp1252 does not.
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "cp1252"


def read_html(path: Path) -> list[Sheet]:
    """Read the innermost tables of an HTML file; spans of cells become merges.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "eppgbm.xls"
    >>> _ = path.write_text("<table><tr><td rowspan=2>Suka</td><td>9</td></tr><tr><td>8</td></tr></table>")
    >>> read_html(path)[0].rows, read_html(path)[0].merges
    ([['Suka', '9'], [None, '8']], ((0, 0, 1, 0),))
    """
    text = decode(path.read_bytes())[0].lstrip("\ufeff \t\r\n")
    text = re.sub(r"^<\?xml[^>]*\?>", "", text)
    try:
        root = html.fromstring(text)
    except (etree.LxmlError, ValueError) as error:
        raise no_table(path, _("HTML without a table")) from error
    found = [table for table in root.iter("table") if next(table.iterdescendants("table"), None) is None]
    sheets = [_html_table(table, f"tabel {number}") for number, table in enumerate(found, start=1)]
    filled = [sheet for sheet in sheets if any(cell is not None for row in sheet.rows for cell in row)]
    if not filled:
        raise no_table(path, _("HTML without a table"))
    return filled


def _html_table(table: Any, name: str) -> Sheet:
    rows: list[list[str | float | None]] = []
    merges: list[tuple[int, int, int, int]] = []
    taken: dict[tuple[int, int], bool] = {}
    for number, row in enumerate(table.iter("tr")):
        cells: list[str | float | None] = []
        column = 0
        for cell in row.iterchildren("td", "th"):
            while taken.get((number, column)):
                cells.append(None)
                column += 1
            down, right = (_span(cell.get(key)) for key in ("rowspan", "colspan"))
            cells += [_html_text(cell), *[None] * (right - 1)]
            if down > 1 or right > 1:
                merges.append((number, column, number + down - 1, column + right - 1))
                taken |= {(number + i, column + j): True for i in range(1, down) for j in range(right)}
            column += right
        while taken.get((number, column)):
            cells.append(None)
            column += 1
        rows.append(cells)
    inside = [(top, left, min(bottom, len(rows) - 1), right) for top, left, bottom, right in merges]
    return Sheet(name=name, rows=rows, merges=tuple(inside))


def _html_text(cell: Any) -> str | None:
    """Return the visible text of a cell; separate pieces are joined by a line break.

    "45" above "123" is not 45123, and a superscript "1" after "12" is a footnote.
    """
    pieces: list[str] = []

    def gather(node: Any) -> None:
        if not isinstance(node.tag, str) or node.tag in ("script", "style"):
            return
        if re.search(r"display\s*:\s*none", node.get("style") or ""):
            return
        if node.tag == "input" and (node.get("type") or "text").lower() in ("text", "number"):
            pieces.append(node.get("value") or "")
        pieces.append(node.text or "")
        for child in node:
            gather(child)
            pieces.append(child.tail or "")

    gather(cell)
    return "\n".join(text for piece in pieces if (text := " ".join(piece.split()))) or None


def _span(stated: str | None) -> int:
    return min(max(int(stated), 1), _MOST_SPANNED) if stated and stated.strip().isdigit() else 1


def read_spreadsheet_xml(path: Path) -> list[Sheet]:
    """Read the sheets of a workbook in Excel 2003 XML.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "krs.xls"
    >>> _ = path.write_text(
    ...     '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    ...     'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Data"><Table><Row>'
    ...     '<Cell><Data ss:Type="String">Suka</Data></Cell><Cell ss:Index="3"><Data ss:Type="Number">9'
    ...     "</Data></Cell></Row></Table></Worksheet></Workbook>"
    ... )
    >>> read_spreadsheet_xml(path)[0].rows
    [['Suka', None, 9.0]]
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
    root = etree.fromstring(path.read_bytes(), parser)
    if root is None:
        raise no_table(path, _("a broken XML file"))
    percent = _xml_percent(list(root.iter(f"{_SS}Style")))
    return [_xml_sheet(sheet, percent) for sheet in root.iter(f"{_SS}Worksheet")]


def _xml_percent(styles: list[Any]) -> dict[str | None, float]:
    """Return the percent factor of each style; one without a format has that of its parent."""
    own = {
        style.get(f"{_SS}ID"): _xml_scale(form.get(f"{_SS}Format", ""))
        for style in styles
        for form in style.iter(f"{_SS}NumberFormat")
    }
    for style in styles:
        if style.get(f"{_SS}ID") not in own and style.get(f"{_SS}Parent") in own:
            own[style.get(f"{_SS}ID")] = own[style.get(f"{_SS}Parent")]
    return own


def _xml_scale(code: str) -> float:
    return 100.0 if code == "Percent" else percent_scale(code)


def _xml_sheet(sheet: Any, percent: dict[str | None, float]) -> Sheet:
    rows: list[list[str | float | None]] = []
    merges: list[tuple[int, int, int, int]] = []
    for number, row in _indexed(sheet.iterfind(f"{_SS}Table/{_SS}Row")):
        rows += [[] for __ in range(min(number - len(rows), _MOST_SPANNED))]
        cells: list[str | float | None] = []
        for column, cell in _indexed(row.iterfind(f"{_SS}Cell")):
            cells += [None] * min(column - len(cells), _MOST_SPANNED)
            cells.append(
                _xml_cell(cell, percent.get(cell.get(f"{_SS}StyleID") or row.get(f"{_SS}StyleID"), 0.0))
            )
            right, down = (int(cell.get(f"{_SS}{key}", "0")) for key in ("MergeAcross", "MergeDown"))
            if right or down:
                merges.append((number, column, number + down, column + right))
                cells += [None] * min(right, _MOST_SPANNED)
        rows.append(cells)
    shown = sheet.find(".//{urn:schemas-microsoft-com:office:excel}Visible")
    hidden = shown is not None and "hidden" in (shown.text or "").lower()
    return Sheet(name=sheet.get(f"{_SS}Name", ""), rows=rows, merges=tuple(merges), hidden=hidden)


def _indexed(items: Iterator[Any]) -> Iterator[tuple[int, Any]]:
    """Yield items with positions from zero; ``ss:Index`` skips some, and a merge occupies several."""
    position = 0
    for item in items:
        position = int(item.get(f"{_SS}Index", position + 1)) - 1
        yield position, item
        position += 1 + int(item.get(f"{_SS}MergeAcross", "0"))


def _xml_cell(cell: Any, scale: float) -> str | float | None:
    data = cell.find(f"{_SS}Data")
    if data is None:
        data = cell.find("{*}Data")
    text = "".join(data.itertext()) if data is not None else ""
    kind = data.get(f"{_SS}Type", "String") if data is not None else ""
    if not text.strip():
        return None
    if kind == "Number":
        try:
            value = float(text)
        except ValueError:
            return text
        return Percent.of(value, scale=scale) if scale else value
    if kind == "DateTime":
        return text.split("T")[0] if text.endswith("T00:00:00.000") else text
    return text
