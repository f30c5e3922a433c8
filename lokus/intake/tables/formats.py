"""Read facts about a workbook's cells beyond values: percent formats, errors, formulas, hidden columns.

The reader of values (calamine) is fast but gives none of this, so the parts of the file are read here.
``.xlsx``, ``.xlsm`` and ``.ods`` have these facts; for ``.xls`` and ``.xlsb`` the values alone must suffice.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from lokus.files import ARCHIVE_ERRORS

__all__ = ["Formula", "SheetFacts", "percent_scale", "read_facts", "stale_formulas"]

Place = tuple[int, int]

_BUILT_IN_PERCENT = {9, 10}
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELL = re.compile(r"([A-Z]+)(\d+)")
_ERROR = re.compile(r"#(REF|DIV/0|VALUE|NAME|NUM|NULL|N/A)[!?]?|Err:\d+", re.IGNORECASE)
_MOST_REPEATED = 1_000
_MANY = 5


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A formula of a cell.

    Attributes
    ----------
    text : str
        As in the file, empty where it is shared with a cell above.
    stored : bool
        Whether the file has its result.
    """

    text: str
    stored: bool


@dataclass(frozen=True, kw_only=True)
class SheetFacts:
    """Facts about the cells of one sheet, by (row, column) from zero.

    Attributes
    ----------
    percent : mapping of place to float
        Cells shown as percent, with the factor of display: 100, or 1 where the sign is only added.
    scaled : mapping of place to float
        Cells shown divided by a thousand or more, with the divisor.
    errors : mapping of place to str
        Cells that hold a spreadsheet error, such as ``#REF!``.
    formulas : mapping of place to Formula
    hidden : frozenset of int
        Columns that are hidden.
    known : bool
        Whether the format has these facts.
    silent : bool
        Whether it is a workbook of a format without them, in which an empty cell may be an error.
    """

    percent: Mapping[Place, float] = field(default_factory=dict)
    scaled: Mapping[Place, float] = field(default_factory=dict)
    errors: Mapping[Place, str] = field(default_factory=dict)
    formulas: Mapping[Place, Formula] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    known: bool = False
    silent: bool = False


def read_facts(path: Path, sheet: str) -> SheetFacts:
    """Read the facts about one sheet; none where the format has none or its parts are damaged.

    Examples
    --------
    >>> import tempfile
    >>> import openpyxl
    >>> book = openpyxl.Workbook()
    >>> book.active.append(["Desa", 0.85])
    >>> book.active["B1"].number_format = "0.0%"
    >>> path = Path(tempfile.mkdtemp()) / "sanitasi.xlsx"
    >>> book.save(path)
    >>> read_facts(path, "Sheet").percent
    {(0, 1): 100.0}
    """
    try:
        with zipfile.ZipFile(path) as book:
            names = set(book.namelist())
            if "xl/workbook.xml" in names:
                return _of_xlsx(book, sheet)
            if "content.xml" in names:
                return _of_ods(book, sheet)
    except (*ARCHIVE_ERRORS, etree.LxmlError):
        pass  # a file that calamine reads and this does not is treated as a format without facts
    return SheetFacts()


def stale_formulas(facts: SheetFacts, rows: Sequence[Sequence[object]]) -> frozenset[Place]:
    """Find formulas without a stored result, and stored zeros that their cells contradict.

    Programs that write a workbook without calculating store no result, or 0. A zero is contradicted where the
    formula only adds and one of its cells is not 0, or only multiplies and divides and none of them is 0.

    Examples
    --------
    >>> facts = SheetFacts(formulas={(0, 2): Formula(text="A1+B1", stored=True)})
    >>> stale_formulas(facts, [[44.0, 5.0, 0.0]])
    frozenset({(0, 2)})
    """

    def number(place: Place) -> object:
        row, column = place
        return rows[row][column] if row < len(rows) and column < len(rows[row]) else None

    stale = {
        place for place, formula in facts.formulas.items() if not formula.stored and number(place) is None
    }
    zero = {place for place in facts.formulas if number(place) == 0.0 and place not in stale}
    for place in zero:
        text = facts.formulas[place].text
        named = [number(cell) for cell in _named(text)]
        filled = [value for value in named if isinstance(value, float) and value != 0.0]
        adds = re.fullmatch(r"(SUM|ROUND|[A-Z]{1,3}\d+|[\d+:;,()$\s])+", text, re.IGNORECASE)
        scales = re.fullmatch(r"(ROUND|[A-Z]{1,3}\d+|[\d.*/;,()$%\s])+", text, re.IGNORECASE)
        if named and ((adds and filled) or (scales and len(filled) == len(named))):
            stale.add(place)
    return frozenset(stale | _zero_everywhere(facts, zero))


def _named(text: str) -> list[Place]:
    """Return the cells of the same sheet in a formula, with ranges expanded."""
    if "!" in text:
        return []
    cells: list[Place] = []
    for first, last in re.findall(r"(\$?[A-Z]{1,3}\$?\d+)(?::(\$?[A-Z]{1,3}\$?\d+))?", text):
        one = _place(first.replace("$", ""))
        other = _place(last.replace("$", "")) if last else one
        if one is None or other is None:
            continue
        block = [
            (row, column)
            for row in range(one[0], min(other[0], one[0] + _MOST_REPEATED) + 1)
            for column in range(one[1], min(other[1], one[1] + _MOST_REPEATED) + 1)
        ]
        cells += block[:_MOST_REPEATED]
    return cells


def _zero_everywhere(facts: SheetFacts, zero: set[Place]) -> set[Place]:
    """Return formulas of columns with five or more results, all 0: they were never calculated."""
    found: set[Place] = set()
    for column in {column for __, column in zero}:
        whole = {place for place in facts.formulas if place[1] == column}
        if len(whole) >= _MANY and whole <= zero:
            found |= whole
    return found


def _parse(book: zipfile.ZipFile, part: str) -> Any:
    with book.open(part) as stream:
        return etree.parse(stream, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


def _of_xlsx(book: zipfile.ZipFile, sheet: str) -> SheetFacts:
    part = _sheet_part(book, sheet)
    percent, scaled = _styles(book)
    content = book.read(part)
    # Most sheets have none of this, which is ten times faster to detect than to parse.
    marks = [rb"<f[\s>/]", rb"""\bt=["']e["']""", rb"\bhidden="]
    marks += [rb"""\ss=["'](?:%s)["']""" % "|".join([*percent, *scaled]).encode()] if percent | scaled else []
    if not re.search(b"|".join(marks), content) and b"<c " in content:
        return SheetFacts(known=True)
    percents: dict[Place, float] = {}
    divided: dict[Place, float] = {}
    errors: dict[Place, str] = {}
    formulas: dict[Place, Formula] = {}
    hidden: set[int] = set()
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    main = root.tag[: root.tag.index("}") + 1] if "}" in root.tag else ""
    spaces = {"m": main.strip("{}")}
    for column in root.iterfind(f"{main}cols/{main}col"):
        if column.get("hidden") in ("1", "true"):
            last = min(int(column.get("max", "0")), int(column.get("min", "1")) + _MOST_REPEATED)
            hidden.update(range(int(column.get("min", "1")) - 1, last))
    wanted = " or ".join(["m:f", "@t='e'", *(f"@s='{style}'" for style in [*percent, *scaled])])
    for cell in root.xpath(f"m:sheetData/m:row/m:c[{wanted}]", namespaces=spaces):
        place = _place(cell.get("r", ""))
        if place is None:
            continue
        kind, value = cell.get("t", "n"), cell.find(f"{main}v")
        if kind == "e":
            errors[place] = (value.text or "") if value is not None else "#N/A"
        formula = cell.find(f"{main}f")
        if formula is not None:
            stored = kind == "str" or (value is not None and bool(value.text))
            formulas[place] = Formula(text=formula.text or "", stored=stored)
        if kind == "n" and cell.get("s", "0") in percent:
            percents[place] = percent[cell.get("s", "0")]
        elif kind == "n" and cell.get("s", "0") in scaled:
            divided[place] = scaled[cell.get("s", "0")]
    return SheetFacts(
        percent=percents,
        scaled=divided,
        errors=errors,
        formulas=formulas,
        hidden=frozenset(hidden),
        known=True,
    )


def _sheet_part(book: zipfile.ZipFile, sheet: str) -> str:
    root = _parse(book, "xl/workbook.xml")
    named = [item for item in root.iter("{*}sheet") if item.get("name") == sheet]
    if not named:
        raise KeyError(sheet)
    wanted = named[0].get(_RELATION) or named[0].get(
        "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
    )
    for item in _parse(book, "xl/_rels/workbook.xml.rels"):
        if item.get("Id") == wanted:
            target = item.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    raise KeyError(sheet)


def _styles(book: zipfile.ZipFile) -> tuple[dict[str, float], dict[str, float]]:
    """Return styles that show percent with their factor, and styles that divide with their divisor."""
    if "xl/styles.xml" not in book.namelist():
        return {}, {}
    root = _parse(book, "xl/styles.xml")
    codes = {int(item.get("numFmtId")): item.get("formatCode", "") for item in root.iter("{*}numFmt")}
    percent: dict[str, float] = {}
    scaled: dict[str, float] = {}
    formats = next(iter(root.iter("{*}cellXfs")), ())
    for number, style in enumerate(formats):
        code = int(style.get("numFmtId", "0"))
        scale = 100.0 if code in _BUILT_IN_PERCENT else percent_scale(codes.get(code, ""))
        if scale:
            percent[str(number)] = scale
        elif (divisor := shown_divided_by(codes.get(code, ""))) > 1:
            scaled[str(number)] = divisor
    return percent, scaled


def shown_divided_by(code: str) -> float:
    """Return the divisor of a number format for thousands or millions: a comma after the last digit.

    Examples
    --------
    >>> shown_divided_by("#,##0"), shown_divided_by("#,##0,"), shown_divided_by('0.0,," jt"')
    (1.0, 1000.0, 1000000.0)
    """
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code.split(";")[0])
    match = re.search(r"[0#?](,+)(?:\.[0#?]*)?(?![0#?.,])", bare)
    match = match or re.search(r"\.[0#?]+(,+)", bare)
    return 1000.0 ** len(match[1]) if match else 1.0


def percent_scale(code: str) -> float:
    """Return the percent factor of a number format: 100, 1 for a literal sign, 0 for no percent.

    Examples
    --------
    >>> percent_scale("0.0%"), percent_scale('0.0"%"'), percent_scale("0.0")
    (100.0, 1.0, 0.0)
    """
    first = code.split(";")[0]
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", first)
    if "%" in bare:
        return 100.0
    return 1.0 if "%" in first else 0.0


def _place(reference: str) -> Place | None:
    match = _CELL.fullmatch(reference)
    return (int(match[2]) - 1, column_position(match[1])) if match else None


def column_position(letters: str) -> int:
    """Return the position of a column from its letters: A is 0."""
    position = 0
    for letter in letters:
        position = 26 * position + ord(letter) - ord("A") + 1
    return position - 1


def _of_ods(book: zipfile.ZipFile, sheet: str) -> SheetFacts:
    root = _parse(book, "content.xml")
    table = next(item for item in root.iter(f"{_TABLE}table") if item.get(f"{_TABLE}name") == sheet)
    percents: dict[Place, float] = {}
    errors: dict[Place, str] = {}
    formulas: dict[Place, Formula] = {}
    hidden: set[int] = set()
    position = 0
    for column in table.iter(f"{_TABLE}table-column"):
        count = int(column.get(f"{_TABLE}number-columns-repeated", "1"))
        if column.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            hidden.update(range(position, position + min(count, _MOST_REPEATED)))
        position += count
    for row, cells in _ods_rows(table):
        for column_number, cell in cells:
            place = (row, column_number)
            kind = cell.get(f"{_OFFICE}value-type", "")
            shown = "".join("".join(text.itertext()) for text in cell.iter(f"{_TEXT}p"))
            if cell.get(f"{_CALC}value-type") == "error" or _ERROR.fullmatch(shown.strip()):
                errors[place] = shown.strip() or "#N/A"
            elif kind == "percentage":
                percents[place] = 100.0
            if formula := cell.get(f"{_TABLE}formula"):
                text = re.sub(r"^(of|oooc|msoxl):", "", formula)
                formulas[place] = Formula(text=re.sub(r"\[\.?|\]|(?<=:)\.", "", text), stored=bool(kind))
    return SheetFacts(
        percent=percents, errors=errors, formulas=formulas, hidden=frozenset(hidden), known=True
    )


def _ods_rows(table: Any) -> Iterator[tuple[int, list[tuple[int, Any]]]]:
    number = 0
    for row in table.iter(f"{_TABLE}table-row"):
        repeated = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        cells: list[tuple[int, Any]] = []
        position = 0
        for cell in row:
            count = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            if cell.tag == f"{_TABLE}table-cell" and len(cell):
                cells.extend((position + step, cell) for step in range(min(count, _MOST_REPEATED)))
            position += count
        if cells:
            for step in range(min(repeated, _MOST_REPEATED)):
                yield number + step, cells
        number += repeated
