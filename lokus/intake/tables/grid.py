"""Files as grids of cells that keep the row numbers a planner sees; no meaning is given to the cells yet."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import python_calamine

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.children.recognise import PersonsError, refuse_persons

__all__ = ["SUFFIXES", "Cell", "Grid", "Merge", "list_sheets", "read_grid"]

Cell = str | float | None
Merge = tuple[int, int, int, int]

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_TEXTS = (".csv", ".tsv", ".txt")
SUFFIXES = (*_WORKBOOKS, *_TEXTS)
_DELIMITERS = (";", "\t", ",", "|")
_SAMPLE_RECORDS = 200


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One sheet, or one CSV file.

    Attributes
    ----------
    rows : tuple of tuples of str, float or None
        Cells, all rows equally wide, no rows or columns that are empty throughout at the end.
    numbers : tuple of int
        Row number of each row as the spreadsheet program shows it; for a CSV file, the line it starts on.
    merges : tuple of (row, column, last row, last column)
        Merged ranges, as positions in `rows`; empty for formats that do not tell.
    source, sheet : str
        File name, and sheet name (empty for a CSV file).
    findings : tuple of Finding
    """

    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...]
    merges: tuple[Merge, ...]
    source: str
    sheet: str
    findings: tuple[Finding, ...] = ()

    @property
    def where(self) -> Where:
        """The file and sheet."""
        return Where(file=self.source, sheet=self.sheet or None)


def list_sheets(path: str | Path) -> list[str]:
    """Names of the sheets of a workbook, in its order; an empty list for a CSV file.

    Raises
    ------
    InputError
        The file is missing, unreadable or of an unsupported kind.
    """
    path = _checked(path)
    return [] if path.suffix.lower() in _TEXTS else list(_open(path).sheet_names)


def read_grid(path: str | Path, *, sheet: str | None = None) -> list[Grid]:
    """Read one sheet, or every sheet that has cells when `sheet` is None.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``, ``.xlsm``, ``.xls``, ``.xlsb``, ``.ods``, ``.csv``, ``.tsv`` or ``.txt``.
    sheet : str, optional
        Sheet name; case and outer spaces do not matter. Not allowed to be wrong, ignored for a CSV file.

    Raises
    ------
    InputError
        The file is missing, unreadable, empty or of an unsupported kind, or has no such sheet.
    """
    path = _checked(path)
    if path.suffix.lower() in _TEXTS:
        grids = [_read_text(path)]
    else:
        workbook = _open(path)
        names = list(workbook.sheet_names)
        chosen = names if sheet is None else [_find_sheet(sheet, names, path)]
        grids = [_read_sheet(workbook, name, path) for name in chosen]
    filled = [grid for grid in grids if grid.rows]
    if not filled:
        raise InputError(
            _("the table is empty"),
            where=Where(file=path.name, sheet=grids[0].sheet or None if grids else None),
            remedy=_("check that the right file and sheet are named"),
        )
    return _without_persons(filled)


def _without_persons(grids: list[Grid]) -> list[Grid]:
    """Leave out the sheets that hold single persons, or stop where there is no other."""
    villages, failure = [], None
    for grid in grids:
        try:
            refuse_persons(grid.rows, where=grid.where)
        except PersonsError as error:
            failure = error
        else:
            villages.append(grid)
    if failure is not None and not villages:
        raise failure
    return villages


def _checked(path: str | Path) -> Path:
    path = Path(path)
    where = Where(file=path.name or str(path))
    if not path.is_file():
        folder = path.parent
        names = [entry.name for entry in folder.iterdir() if entry.is_file()] if folder.is_dir() else []
        near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
        raise InputError(
            _("the file does not exist"),
            where=where,
            remedy=_("did you mean: {names}?").format(names=", ".join(near))
            if near
            else _('looked in the folder "{folder}"').format(folder=folder),
        )
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            _('files of kind "{suffix}" are not supported').format(suffix=path.suffix),
            where=where,
            remedy=_("save the table as one of: {kinds}").format(kinds=", ".join(SUFFIXES)),
        )
    return path


def _open(path: Path) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.load_workbook(path)
    except Exception as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception, sheet: str | None = None) -> InputError:
    locked = isinstance(error, python_calamine.PasswordError)
    return InputError(
        _("the file is locked with a password")
        if locked
        else _("the file cannot be read ({detail})").format(detail=error),
        where=Where(file=path.name, sheet=sheet),
        remedy=_("open it in a spreadsheet program and save it again without a password as .xlsx"),
    )


def _find_sheet(wanted: str, names: Sequence[str], path: Path) -> str:
    folded = {" ".join(name.split()).casefold(): name for name in names}
    key = " ".join(wanted.split()).casefold()
    if wanted in names:
        return wanted
    if key in folded:
        return folded[key]
    near = difflib.get_close_matches(key, folded, n=1, cutoff=0.5)
    listed = _("sheets in this file: {names}").format(names=", ".join(f'"{name}"' for name in names))
    hint = _('did you mean "{key}"?').format(key=folded[near[0]]) + " " if near else ""
    raise InputError(
        _('there is no sheet "{sheet}"').format(sheet=wanted),
        where=Where(file=path.name),
        remedy=hint + listed,
    )


def _read_sheet(workbook: python_calamine.CalamineWorkbook, name: str, path: Path) -> Grid:
    try:
        sheet = workbook.get_sheet_by_name(name)
        # Without the empty area, rows would no longer be numbered as the spreadsheet program numbers them.
        cells = sheet.to_python(skip_empty_area=False) if sheet.start is not None else []
        merged = sheet.merged_cell_ranges or []
    except Exception as error:
        raise _unreadable(path, error, name) from error
    rows = [tuple(_cell(value) for value in row) for row in cells]
    merges = tuple((top, left, bottom, right) for (top, left), (bottom, right) in merged)
    return _grid(rows, list(range(1, len(rows) + 1)), merges, path.name, name, ())


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return None if value is None else str(value)


def _read_text(path: Path) -> Grid:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    text, encoding = _decode(data, path)
    findings: tuple[Finding, ...] = ()
    if encoding == "cp1252":
        findings = (
            Finding(
                check="tables.encoding",
                level="note",
                where=Where(file=path.name),
                message=_("the file is not UTF-8; it was read as Windows Latin"),
                remedy=_("check names with accents; save the file as UTF-8"),
            ),
        )
    first_line, _sep, rest = text.partition("\n")
    declared = first_line.strip().strip('"').casefold()
    skipped = 0
    if declared.startswith("sep=") and len(declared) == 5:
        delimiter, text, skipped = declared[4], rest, 1
    else:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _sniff(text)
    rows: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = skipped + 1
    try:
        for record in reader:
            rows.append(tuple(cell if cell.strip() else None for cell in record))
            numbers.append(line)
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            _("the file cannot be read ({detail})").format(detail=error),
            where=Where(file=path.name, row=line),
            remedy=_("check the quotation marks around that row"),
        ) from error
    return _grid(rows, numbers, (), path.name, "", findings)


def _decode(data: bytes, path: Path) -> tuple[str, str]:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(
            _("this is a workbook, although its name says CSV"),
            where=Where(file=path.name),
            remedy=_("rename it to .xlsx or .xls"),
        )
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig",):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    # latin-1 knows every byte, which cp1252 does not.
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "cp1252"


def _sniff(text: str) -> str:
    """Find the delimiter that splits most records into the same number of cells.

    ``;`` is tried first: in Indonesian files the comma is a decimal sign, and splits rows unevenly.
    """
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
                if number >= _SAMPLE_RECORDS:
                    break
                if len(record) > 1:
                    widths[len(record)] += 1
                elif record:
                    widths[1] += 1
        except csv.Error:
            continue
        width, count = max(
            ((w, c) for w, c in widths.items() if w > 1), key=lambda item: item[1], default=(1, 0)
        )
        score = count / max(sum(widths.values()), 1) if width > 1 else 0.0
        if score > best_score + 0.1:
            best, best_score = delimiter, score
    return best


def _grid(
    rows: list[tuple[Cell, ...]],
    numbers: list[int],
    merges: tuple[Merge, ...],
    source: str,
    sheet: str,
    findings: tuple[Finding, ...],
) -> Grid:
    while rows and all(cell is None for cell in rows[-1]):
        rows, numbers = rows[:-1], numbers[:-1]
    width = max(
        (max((i for i, cell in enumerate(row) if cell is not None), default=-1) + 1 for row in rows),
        default=0,
    )
    padded = tuple((*row[:width], *[None] * (width - len(row))) for row in rows)
    return Grid(
        rows=padded,
        numbers=tuple(numbers),
        merges=merges,
        source=source,
        sheet=sheet,
        findings=findings,
    )
