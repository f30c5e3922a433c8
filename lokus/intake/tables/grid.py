"""Read files as grids of cells with the row numbers of the spreadsheet, without interpreting the cells."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import python_calamine

from lokus.characters import without_unseen
from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.children.recognise import PersonsError, persons_in, refuse_persons
from lokus.intake.tables.contents import (
    Content,
    Sheet,
    decode,
    no_table,
    read_html,
    read_spreadsheet_xml,
    sniff,
)
from lokus.intake.tables.formats import SheetFacts, read_facts
from lokus.intake.tables.numbers import Percent, Scaled
from lokus.limits import refuse_cells, refuse_large, refuse_unpacked
from lokus.places.kode import compress_rows

__all__ = ["SUFFIXES", "Cell", "Grid", "Merge", "list_sheets", "persons_beside", "read_grid"]

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
        Cells; all rows equally wide, without empty rows and columns at the end.
    numbers : tuple of int
        Row number of each row as the spreadsheet program shows it; for a CSV file, the line it starts on.
    merges : tuple of (row, column, last row, last column)
        Merged ranges, as positions in `rows`; empty for formats without them.
    source, sheet : str
        File name, and sheet name (empty for a CSV file).
    findings : tuple of Finding
    facts : SheetFacts
        Facts about the cells beyond values; places are positions in `rows`.
    fields : tuple of int
        For a text file, number of cells of each line including empty ones; empty for a workbook.
    hidden : bool
        Whether the sheet is hidden.
    """

    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...]
    merges: tuple[Merge, ...]
    source: str
    sheet: str
    findings: tuple[Finding, ...] = ()
    facts: SheetFacts = field(default_factory=SheetFacts)
    fields: tuple[int, ...] = ()
    hidden: bool = False

    @property
    def where(self) -> Where:
        """The file and sheet."""
        return Where(file=self.source, sheet=self.sheet or None)


def list_sheets(path: str | Path) -> list[str]:
    """List the sheets of a workbook, hidden ones last; empty for a CSV file.

    Raises
    ------
    InputError
        The file is missing, unreadable or of an unsupported kind.

    Examples
    --------
    >>> import tempfile
    >>> import openpyxl
    >>> book = openpyxl.Workbook()
    >>> _ = book.create_sheet("Kubu")
    >>> path = Path(tempfile.mkdtemp()) / "gizi.xlsx"
    >>> book.save(path)
    >>> list_sheets(path)
    ['Sheet', 'Kubu']
    """
    path = _checked(path, "children")  # which has the larger limit, and is not read here
    kind = _kind(path)
    if kind == "text":
        return []
    if kind == "workbook":
        return [name for name, __ in _names(_open(path))]
    sheets = [sheet.name for sheet in sorted(_foreign(path, kind), key=lambda sheet: sheet.hidden)]
    return sheets if kind == "xml" or len(sheets) > 1 else []


def _names(workbook: python_calamine.CalamineWorkbook) -> list[tuple[str, bool]]:
    """Return the worksheets and whether they are hidden, visible ones first."""
    sheets = [
        (item.name, item.visible != python_calamine.SheetVisibleEnum.Visible)
        for item in workbook.sheets_metadata
        if item.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    return sorted(sheets, key=lambda sheet: sheet[1])


def _kind(path: Path) -> Content:
    """Return the format; a text named like a workbook is a table only if its lines have cells."""
    kind = sniff(path)
    if kind == "text" and path.suffix.lower() in _WORKBOOKS:
        rows = _read_text(path).rows
        if len(rows) < 2 or sum(len(row) - row.count(None) > 1 for row in rows) < 2:
            raise InputError(
                _("the file cannot be read ({detail})").format(
                    detail=_("no workbook, and text without columns")
                ),
                where=Where(file=path.name),
                remedy=_("ask for the table as .xlsx or CSV"),
            )
    return kind


def _foreign(path: Path, kind: Content) -> list[Sheet]:
    return read_html(path) if kind == "html" else read_spreadsheet_xml(path)


def read_grid(path: str | Path, *, sheet: str | None = None) -> list[Grid]:
    r"""Read one sheet, or every sheet that has cells when `sheet` is None.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``, ``.xlsm``, ``.xls``, ``.xlsb``, ``.ods``, ``.csv``, ``.tsv`` or ``.txt``.
    sheet : str, optional
        Sheet name; case and outer spaces do not matter. It must exist; ignored for a CSV file.

    Raises
    ------
    InputError
        The file is missing, unreadable, empty or of an unsupported kind, or has no such sheet.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Desa;Diukur\nSuka Maju;81\n")
    >>> [grid] = read_grid(path)
    >>> grid.rows
    (('Desa', 'Diukur'), ('Suka Maju', '81'))
    """
    path = _checked(path, "table")
    kind = _kind(path)
    if kind == "text":
        grids = [_read_text(path)]
    elif kind == "workbook":
        workbook = _open(path)
        names = _names(workbook)
        chosen = [name for name, __ in names] if sheet is None else [_find_sheet(sheet, dict(names), path)]
        grids = [_read_sheet(workbook, name, path, hidden=dict(names)[name]) for name in chosen]
    else:
        sheets = _foreign(path, kind)
        if sheet is not None and (kind == "xml" or len(sheets) > 1):
            wanted = _find_sheet(sheet, [item.name for item in sheets], path)
            sheets = [item for item in sheets if item.name == wanted]
        grids = [_of_foreign(item, path, alone=kind == "html" and len(sheets) == 1) for item in sheets]
    grids = [replace(grid, findings=(*grid.findings, *_named_otherwise(path, kind))) for grid in grids]
    filled = [grid for grid in grids if grid.rows]
    if not filled:
        raise InputError(
            _("the table is empty"),
            where=Where(file=path.name, sheet=grids[0].sheet or None if grids else None),
            remedy=_("check that the right file and sheet are named"),
        )
    return _without_persons(filled)


def _without_persons(grids: list[Grid]) -> list[Grid]:
    """Remove and report sheets with rows of persons; raise where there is no other sheet."""
    villages, failure = [], None
    left_out: list[Finding] = []
    for grid in grids:
        try:
            refuse_persons(grid.rows, where=grid.where)
        except PersonsError as error:
            failure = error
            left_out.append(_of_persons(error.where or grid.where, len(grid.rows)))
        else:
            villages.append(grid)
    if failure is not None and not villages:
        raise failure
    return [replace(grid, findings=(*grid.findings, *left_out)) for grid in villages]


def _of_persons(where: Where, n: int) -> Finding:
    return Finding(
        check="tables.persons", level="warning", where=where,
        message=_("the sheet holds rows of single persons; none of its {n} rows is read").format(n=n),
        remedy=_("send it without names, NIK and days of birth, if anything of it is needed"),
    )  # fmt: skip


def persons_beside(path: str | Path, sheets: Collection[str]) -> list[Finding]:
    """Report the sheets of a workbook with rows of persons, apart from the sheets that are read.

    Parameters
    ----------
    path : str or Path
    sheets : collection of str
        Sheets that are read, and need no report.

    Examples
    --------
    >>> import tempfile
    >>> import openpyxl
    >>> book = openpyxl.Workbook()
    >>> book.active.append(["Desa", "Diukur"])
    >>> children = book.create_sheet("Anak")
    >>> children.append(["Nama Anak", "NIK", "Desa"])
    >>> children.append(["Melati", "9901010202230001", "Suka Maju"])
    >>> path = Path(tempfile.mkdtemp()) / "gizi.xlsx"
    >>> book.save(path)
    >>> [(found.check, found.where.sheet) for found in persons_beside(path, ["Sheet"])]
    [('tables.persons', 'Anak')]
    """
    path = _checked(path, "children")  # a sheet that is not read may be larger than a table
    kind = _kind(path)
    if kind == "workbook":
        workbook = _open(path)
        names = [name for name, __ in _names(workbook) if name not in sheets]
        rest = [_read_sheet(workbook, name, path) for name in names]
    elif kind == "text":
        rest = []
    else:
        others = [item for item in _foreign(path, kind) if item.name not in sheets]
        rest = [_of_foreign(item, path, alone=False) for item in others]
    return [_of_persons(grid.where, len(grid.rows)) for grid in rest if persons_in(grid.rows)]


def _checked(path: str | Path, size: str) -> Path:
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
    refuse_large(path, size)
    if path.suffix.lower() in _WORKBOOKS:
        refuse_unpacked(path)
        refuse_cells(path)
    return path


def _open(path: Path) -> python_calamine.CalamineWorkbook:
    try:
        # By content, not by name: many files named .xls are .xlsx.
        return python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
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


def _find_sheet(wanted: str, names: Collection[str], path: Path) -> str:
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


def _of_foreign(sheet: Sheet, path: Path, *, alone: bool) -> Grid:
    rows: list[tuple[Cell, ...]] = [tuple(row) for row in sheet.rows]
    numbers = list(range(1, len(rows) + 1))
    grid = _grid(rows, numbers, sheet.merges, path.name, "" if alone else sheet.name, ())
    return replace(grid, hidden=sheet.hidden)


def _named_otherwise(path: Path, kind: Content) -> list[Finding]:
    """Report a file whose format differs from its name."""
    suffix = path.suffix.lower()
    fits = {"workbook": suffix in _WORKBOOKS, "text": suffix in _TEXTS, "html": False, "xml": False}[kind]
    if fits:
        return []
    what = {
        "workbook": _("a workbook"), "text": _("a text file"), "html": _("an HTML table"),
        "xml": _("a workbook in the XML of Excel 2003"),
    }[kind]  # fmt: skip
    return [
        Finding(
            check="tables.kind",
            level="note",
            where=Where(file=path.name),
            message=_('the name ends in "{suffix}", but the file is {what}; it was read as such').format(
                suffix=suffix, what=what
            ),
        )
    ]


def _read_sheet(
    workbook: python_calamine.CalamineWorkbook, name: str, path: Path, *, hidden: bool = False
) -> Grid:
    try:
        sheet = workbook.get_sheet_by_name(name)
        # Include the empty area, so that rows have the numbers of the spreadsheet program.
        cells = sheet.to_python(skip_empty_area=False) if sheet.start is not None else []
        merged = sheet.merged_cell_ranges or []
    except Exception as error:
        raise _unreadable(path, error, name) from error
    rows = [[_cell(value) for value in row] for row in cells]
    merges = tuple((top, left, bottom, right) for (top, left), (bottom, right) in merged)
    facts = read_facts(path, name)
    facts = replace(facts, silent=not facts.known)
    _as_shown(rows, facts)
    numbers = list(range(1, len(rows) + 1))
    grid = _grid([tuple(row) for row in rows], numbers, merges, path.name, name, (), facts=facts)
    return replace(grid, hidden=hidden)


def _as_shown(rows: list[list[Cell]], facts: SheetFacts) -> None:
    """Add to the cells what the reader leaves out: percentages and errors."""
    for (row, column), scale in facts.percent.items():
        if row < len(rows) and column < len(rows[row]):
            cell = rows[row][column]
            if isinstance(cell, float):
                rows[row][column] = Percent.of(cell, scale=scale)
    for (row, column), divisor in facts.scaled.items():
        if row < len(rows) and column < len(rows[row]):
            cell = rows[row][column]
            if isinstance(cell, float):
                rows[row][column] = Scaled.of(cell, by=divisor)
    for (row, column), text in facts.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text


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
    text, encoding = decode(data)
    if "\0" in text:
        raise no_table(path, _("a binary file"))
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
    return _grid(rows, numbers, (), path.name, "", findings, fields=tuple(len(row) for row in rows))


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
    *,
    facts: SheetFacts | None = None,
    fields: tuple[int, ...] = (),
) -> Grid:
    while rows and all(cell is None for cell in rows[-1]):
        rows, numbers = rows[:-1], numbers[:-1]
    width = max(
        (max((i for i, cell in enumerate(row) if cell is not None), default=-1) + 1 for row in rows),
        default=0,
    )
    padded = tuple((*row[:width], *[None] * (width - len(row))) for row in rows)
    padded, unseen = _as_seen(padded, numbers, Where(file=source, sheet=sheet or None))
    return Grid(
        rows=padded,
        numbers=tuple(numbers),
        merges=merges,
        source=source,
        sheet=sheet,
        findings=(*findings, *unseen),
        facts=facts or SheetFacts(),
        fields=fields[: len(rows)],
    )


def _as_seen(
    rows: tuple[tuple[Cell, ...], ...], numbers: list[int], where: Where
) -> tuple[tuple[tuple[Cell, ...], ...], list[Finding]]:
    """Remove invisible characters from every cell, and report them."""
    changed: list[int] = []
    seen: list[tuple[Cell, ...]] = []
    for number, row in zip(numbers, rows, strict=True):
        cells = tuple(without_unseen(cell) or None if isinstance(cell, str) else cell for cell in row)
        if cells != row:
            changed.append(number)
        seen.append(cells)
    if not changed:
        return rows, []
    return tuple(seen), [
        Finding(
            check="tables.unseen",
            level="note",
            where=where,
            message=_("{n} rows hold characters that are not seen; they are left out: rows {rows}").format(
                n=format_number(len(changed)), rows=compress_rows(changed)
            ),
        )
    ]
