"""Write cells of a workbook: safe text, formatted numbers, one style for all sheets."""

from __future__ import annotations

import math
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break

from lokus.files import atomic_path
from lokus.i18n import format_number, language, round_number
from lokus.i18n import gettext as _
from lokus.show.drawing.typography import text_width
from lokus.show.results.info import StudyInfo, synthetic_mark
from lokus.show.results.text import fixed_archive, property_text, unbroken

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.tables.table import Column

__all__ = [
    "NO_DATA", "dress", "keep_whole", "prepare_print", "save_workbook", "write_cell", "write_heading",
    "write_table", "write_texts",
]  # fmt: skip


FACE = "Arial"
NO_DATA = Font(name=FACE, size=10, italic=True, color="7A858A")
"""Of words that stand where a value is not known or not shown."""
_LINE = Side(style="thin", color="C9D0D3")
_BORDER = Border(top=_LINE, bottom=_LINE, left=_LINE, right=_LINE)
_HEAD = PatternFill("solid", fgColor="14506B")
_LONGEST = 32_767  # characters a cell can hold
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # beginnings a spreadsheet program may take for a formula

_LINE_HEIGHT = 12.5  # points, of the body text
_ROW_HEIGHT = 15.0  # points, of a row whose height is not stated, a little generous
_FIGURE = 5.25  # points of a unit of column width, the width of a figure
_PAPER_WIDTH, _PAPER_HEIGHT = 841.9, 595.3  # points: A4 landscape
_A3_WIDTH = 1190.6  # points, landscape
_SIDE = 0.4  # inches: margins at the left and at the right
_TOP, _HEADER = 0.75, 0.3  # inches: margins above and below, and within them header and footer
_TYPE, _READABLE = 10.0, 7.0  # points: of the cells, and below which type on paper is too small to be read
# Where the typeface of a workbook is not installed, one stands in whose figures are up to a fifth wider.
_STAND_IN = 0.82
_LEGIBLE = _READABLE / _TYPE / _STAND_IN  # scale below which a sheet is printed on larger or on more paper
_AS_ARIAL = 0.87  # type is measured in DejaVu Sans, which runs wider
_LEAST_LINE = 40.0  # figures: a column of text that is narrower is not read
_PAGES_ACROSS = 4  # more pages beside each other nobody puts together again

_PLAIN_NUMBER = re.compile(r"[#,0.]*0[.0]*")

# By sheet: columns that stay on the page of the column before them.
_joined: WeakKeyDictionary[Worksheet, set[int]] = WeakKeyDictionary()

# By workbook: the style a cell had and what was asked for → the style it got. openpyxl compares whole styles
# at each assignment, which is most of the work of a workbook; a few dozen styles serve all its cells.
_dressed: WeakKeyDictionary[Workbook, dict[tuple[Any, ...], tuple[StyleArray, Any]]] = WeakKeyDictionary()


def dress(cell: Cell, **style: Any) -> None:
    """Set font, fill, border, alignment or number format of a cell; what is not named stays.

    In Indonesian output a number format asks for the separators of that language.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> cell = Workbook().active["A1"]
    >>> dress(cell, fill=_HEAD, number_format="0.0")
    >>> cell.fill.fgColor.rgb, cell.number_format
    ('0014506B', '[$-421]0.0;[$-421]−0.0')
    """
    known = _dressed.setdefault(cell.parent.parent, {})
    key = (cell._style.tobytes() if cell._style else b"", *style, *map(id, style.values()))
    if key not in known:
        for name, part in style.items():
            setattr(cell, name, _as_written(part) if name == "number_format" else part)
        known[key] = copy(cell._style), style  # with the parts, so that no other part gets the same id
    else:
        cell._style = copy(known[key][0])


def _as_written(number_format: str) -> str:
    """Ask for the separators of Indonesian in Indonesian output, whatever the language of the program is.

    Excel writes numbers as the settings of the computer say; LibreOffice follows the format. A number below
    zero has the minus sign that texts have.
    """
    if _PLAIN_NUMBER.fullmatch(number_format) and number_format != "0":
        number_format = f"{number_format};−{number_format}"
    if language() != "id" or not {",", "."} & set(number_format):
        return number_format
    return ";".join(f"[$-421]{part}" for part in number_format.split(";"))


@cache
def _font(size: float, *style: tuple[str, Any]) -> Font:
    return Font(name=FACE, size=size, **dict(style))


@cache
def _alignment(*style: tuple[str, Any]) -> Alignment:
    return Alignment(**dict(style))


def write_cell(sheet: Worksheet, row: int, column: int, value: Any, **style: Any) -> Cell:
    """Write one value; text stays text, never a formula, and what Excel cannot hold becomes "\ufffd".

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> sheet = Workbook().active
    >>> write_cell(sheet, 1, 1, "=A2").data_type, write_cell(sheet, 1, 2, 4.5).value
    ('s', 4.5)
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        value = None
    elif isinstance(value, (bool, np.bool_)):
        value = _("yes") if value else _("no")
    elif isinstance(value, (np.integer, np.floating)):
        value = value.item()
    elif not isinstance(value, (int, float)):
        value = unbroken(value)
        value = value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    cell: Cell = sheet.cell(row=row, column=column)
    cell.value = value
    asked = {"font": _font(style.pop("size", 10), *style.pop("font", {}).items()), **style}
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would take a leading "=" for a formula
        asked["quotePrefix"] = value.startswith(_RISKY)
    dress(cell, **asked)
    return cell


def write_heading(sheet: Worksheet, info: StudyInfo, title: str, lines: Sequence[str] = ()) -> int:
    """Write title lines, and the mark of made-up data; return the next free row.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> sheet = Workbook().active
    >>> write_heading(sheet, info, "Peringkat desa/kelurahan"), sheet["A1"].value, sheet["A2"].value
    (4, 'Peringkat desa/kelurahan', 'Kabupaten Contoh · Tahun 2026')
    """
    row = 1
    if info.synthetic:
        write_cell(sheet, row, 1, synthetic_mark(), font={"bold": True, "color": "6B1D6F"})
        row += 1
    write_cell(sheet, row, 1, title, size=13, font={"bold": True})
    for line in [info.place_and_year, *lines]:
        row += 1
        write_cell(sheet, row, 1, line, font={"color": "5C666C"})
    return row + 2


def write_texts(sheet: Worksheet, top: int, lines: Sequence[str], *, width: float) -> int:
    """Write lines of text under each other in one wide column, broken where they are longer.

    Parameters
    ----------
    sheet : Worksheet
    top : int
        Row of the first line.
    lines : sequence of str
    width : float
        Of the column, in figures.

    Returns
    -------
    int
        The next free row.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> sheet = Workbook().active
    >>> write_texts(sheet, 1, ["Dari 20 baris laporan 7 mempunyai angka kabupaten."], width=30)
    2
    >>> sheet["A1"].alignment.wrap_text, sheet.row_dimensions[1].height > 20
    (True, True)
    """
    sheet.column_dimensions["A"].width = width
    for row, line in enumerate(lines, start=top):
        write_cell(sheet, row, 1, line, alignment=_alignment(("vertical", "top"), ("wrap_text", True)))
        sheet.row_dimensions[row].height = 3 + _LINE_HEIGHT * _count_lines(line, width)
    return top + len(lines)


def write_table(sheet: Worksheet, top: int, columns: Sequence[Column], *, level: float = 0.9) -> int:
    """Write a table with its header in row `top`, frozen and with filters; return the row after the last.

    An interval takes columns of its own; `level` is its coverage, 0–1.

    Raises
    ------
    ValueError
        The columns are not equally long.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> from lokus.show.tables.table import Column
    >>> sheet = Workbook().active
    >>> write_table(sheet, 3, [Column(head="Desa/Kelurahan", values=["Alai", "Batu"])])
    6
    >>> sheet["A3"].value, sheet["A5"].value, sheet.auto_filter.ref
    ('Desa/Kelurahan', 'Batu', 'A3:A5')
    """
    columns = [part for column in columns for part in column.split(share=format_number(100 * level))]
    _joined.setdefault(sheet, set()).update(n for n, column in enumerate(columns, start=1) if column.joined)
    lengths = {len(column.values) for column in columns}
    if len(lengths) != 1:
        raise ValueError(f"columns of a table must be equally long, not {sorted(lengths)}")
    rows = lengths.pop()
    lines: dict[int, int] = defaultdict(lambda: 1)
    centre = _alignment(("horizontal", "center"), ("vertical", "center"), ("wrap_text", True))
    for place, column in enumerate(columns, start=1):
        write_cell(
            sheet, top, place, column.head, font={"bold": True, "color": "FFFFFF"}, fill=_HEAD,
            alignment=centre, border=_BORDER,
        )  # fmt: skip
        sheet.column_dimensions[get_column_letter(place)].width = max(column.width, _word_width(column.head))
        side: dict[str, Any] = (
            {"horizontal": "right"} if column.format or column.right else {"horizontal": "left", "indent": 1}
        )
        alignment = _alignment(("vertical", "top"), ("wrap_text", column.wrap), *side.items())
        wrapped = _alignment(("vertical", "top"), ("wrap_text", True), *side.items())  # longer than a number
        for offset, value in enumerate(column.values, start=1):
            cell = write_cell(sheet, top + offset, place, value, border=_BORDER, alignment=alignment)
            masked = len(column.masked) > 0 and bool(column.masked[offset - 1])
            if cell.value is None and (column.missing or masked):
                cell.value = _("masked") if masked else column.absent_as(offset - 1) or _("no data yet")
                dress(cell, font=NO_DATA, alignment=wrapped)
                lines[offset] = max(lines[offset], _count_lines(str(cell.value), column.width))
            elif column.format and isinstance(cell.value, (int, float)):
                dress(cell, number_format=column.format)
                cell.value = round_number(cell.value, _decimals(column.format))
    heads = max(len(textwrap.wrap(column.head, max(1, int(column.width) - 1))) for column in columns)
    sheet.row_dimensions[top].height = max(32.0, 6 + _LINE_HEIGHT * heads)
    for offset in range(rows):
        texts = (_lines_of(column, offset) for column in columns if column.wrap)
        needed = max(lines.get(offset + 1, 1), *texts, 1)
        if needed > 1:
            sheet.row_dimensions[top + 1 + offset].height = 3 + _LINE_HEIGHT * needed
    sheet.freeze_panes = sheet.cell(row=top + 1, column=1)
    sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(columns))}{top + max(rows, 1)}"
    sheet.print_title_rows = f"{top}:{top}"
    return top + rows + 1


@cache
def _word_width(head: str) -> float:
    """Width, in figures, at which no word of a heading is broken."""
    words = (text_width(word, _TYPE * _AS_ARIAL, weight="bold") for word in head.split() if len(word) > 2)
    return math.ceil(10 * (max(words, default=0.0) / 25.4 * 96 + 2) / 7) / 10


def _decimals(style: str) -> int:
    """Digits that a number format shows, so that what is stored is what is read."""
    return len(style.split(";")[0].partition(".")[2].rstrip("%"))


def _lines_of(column: Column, row: int) -> int:
    """Count the lines a wrapped cell needs; not every spreadsheet program does so when it opens a file."""
    return _count_lines(str(column.values[row] or ""), column.width)


def _count_lines(text: str, width: float) -> int:
    """Count the lines of a text in a column: a unit of width is a figure, and letters are about as wide."""
    room = max(1, int(1.08 * width - 1))
    return sum(max(1, len(textwrap.wrap(part, room))) for part in text.splitlines())


def keep_whole(sheet: Worksheet, starts: Sequence[int]) -> None:
    """Let no page of the print end within one of several tables that fits on a page.

    Parameters
    ----------
    starts : sequence of int
        First row of each table, from the top; a table ends where the next begins.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> sheet = Workbook().active
    >>> for row in range(1, 61):
    ...     cell = sheet.cell(row=row, column=1, value=row)
    >>> keep_whole(sheet, [3, 10, 22])
    >>> [stop.id for stop in sheet.row_breaks.brk]
    [21]
    """
    _fold_lines(sheet, _last_printed(sheet))
    room = (_PAPER_HEIGHT - 72 * 2 * _TOP) / _page_scale(sheet)
    last = sheet.max_row
    used = sum(_row_height(sheet, row) for row in range(1, min(starts, default=1)))
    for start, following in pairwise([*starts, last + 1]):
        tall = sum(_row_height(sheet, row) for row in range(start, following))
        if used + tall > room and used:
            sheet.row_breaks.append(Break(id=start - 1))
            used = 0.0
        used = (used + tall) % room


def _row_height(sheet: Worksheet, row: int) -> float:
    stated = sheet.row_dimensions[row].height if row in sheet.row_dimensions else None
    return float(stated or _ROW_HEIGHT)


def _last_printed(sheet: Worksheet) -> int:
    area = str(sheet.print_area or "").rpartition("!")[2]
    return int((range_boundaries(area)[2] if area else None) or sheet.max_column)


def _printed_widths(sheet: Worksheet) -> list[float]:
    """Widths of the columns that are printed, in figures."""
    letters = map(get_column_letter, range(1, _last_printed(sheet) + 1))
    return [float(sheet.column_dimensions[letter].width) for letter in letters]


def _in_points(widths: Iterable[float]) -> float:
    return sum(width * _FIGURE + 3.75 for width in widths)


def _print_scale(sheet: Worksheet) -> float:
    """Scale at which the printed columns are as wide as A4, landscape."""
    return (_PAPER_WIDTH - 72 * 2 * _SIDE) / _in_points(_printed_widths(sheet))


def _page_scale(sheet: Worksheet) -> float:
    """Scale of a sheet with page breaks of its own, at which no column runs over to another page."""
    return min(1.0, _STAND_IN * _print_scale(sheet))


def _pages_across(sheet: Worksheet, room: float) -> list[int]:
    """Last column of each page beside the first, where the columns of a sheet need several to be read.

    The frozen columns stand on every page, and columns that belong together on one. Empty where the sheet has
    none that are frozen, or the pages would be too many.
    """
    widths, frozen = _printed_widths(sheet), _frozen_columns(sheet)
    if not frozen:
        return []
    most, held = room / (_READABLE / _TYPE) * _STAND_IN, _in_points(widths[:frozen])
    ends: list[int] = []
    used = held
    for start, end in pairwise(_group_starts(sheet, frozen, len(widths), most - held)):
        wide = _in_points(widths[start:end])
        if used + wide > most and used > held:
            ends.append(start)
            used = held
        used += wide
    return [*ends, len(widths)] if 1 <= len(ends) < _PAGES_ACROSS else []


def _group_starts(sheet: Worksheet, frozen: int, last: int, room: float) -> list[int]:
    """Where columns that belong together begin, counted from 0, and the end; wider groups are taken apart."""
    joined, widths = _joined.get(sheet, set()), _printed_widths(sheet)
    starts = [place for place in range(frozen, last) if place == frozen or place + 1 not in joined]
    wide = [s for s, e in pairwise([*starts, last]) if _in_points(widths[s:e]) > room]
    apart = {place for s, e in pairwise([*starts, last]) if s in wide for place in range(s, e)}
    return [*sorted({*starts, *apart}), last]


def _frozen_columns(sheet: Worksheet) -> int:
    return int(range_boundaries(sheet.freeze_panes)[0] or 1) - 1 if sheet.freeze_panes else 0


def _fold_lines(sheet: Worksheet, last: int) -> None:
    """Break lines of text over the columns of a page that are longer: paper would cut them off."""
    widths = _printed_widths(sheet)[:last]
    letter = get_column_letter(len(widths))
    for row in range(1, sheet.max_row + 1):
        cell = sheet._cells.get((row, 1))
        if (
            cell is None
            or not isinstance(cell.value, str)
            or cell.alignment.wrap_text
            or cell.border.top.style
        ):
            continue
        size = float(cell.font.sz or 11)
        bold = 0.84 if cell.font.b else 1.0  # bold type is wider
        lines = _count_lines(cell.value, bold * 10 / size * sum(widths))
        beside = (sheet._cells.get((row, column)) for column in range(2, len(widths) + 1))
        if lines == 1 or any(other is not None and other.value is not None for other in beside):
            continue
        if len(widths) > 1:
            sheet.merge_cells(f"A{row}:{letter}{row}")
        dress(cell, alignment=_alignment(("vertical", "top"), ("wrap_text", True)))
        sheet.row_dimensions[row].height = 3 + _LINE_HEIGHT * size / 10 * lines


def prepare_print(sheet: Worksheet, info: StudyInfo) -> None:
    """Set the page, with page numbers and the mark of made-up data, so that the type can be read.

    The paper is A4: upright where the sheet fits on it as it is, else landscape and as wide as the sheet.
    Where that would make the type smaller than 7 points the paper is A3; where it still would, the columns
    are printed on several pages beside each other, each with the frozen columns.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> sheet = Workbook().active
    >>> prepare_print(sheet, info)
    >>> sheet.page_setup.orientation, sheet.oddFooter.right.text
    ('portrait', 'Halaman &P dari &N')
    """
    setup, scale = sheet.page_setup, _print_scale(sheet)
    large = _A3_WIDTH - 72 * 2 * _SIDE
    small = scale < _LEGIBLE and not sheet.row_breaks.brk
    across: list[int] = []
    if small and large / _in_points(_printed_widths(sheet)) < _LEGIBLE:
        across = _pages_across(sheet, large)
    _fold_lines(sheet, _columns_of_lines(sheet, across) if across else _last_printed(sheet))
    upright = _PAPER_HEIGHT / _PAPER_WIDTH * scale * _STAND_IN >= 1 and not sheet.row_breaks.brk
    setup.orientation = "portrait" if upright else "landscape"
    setup.paperSize = sheet.PAPERSIZE_A3 if small else sheet.PAPERSIZE_A4
    sheet.page_margins = PageMargins(
        left=_SIDE, right=_SIDE, top=_TOP, bottom=_TOP, header=_HEADER, footer=_HEADER
    )
    if sheet.row_breaks.brk:  # spreadsheet programs pass over page breaks where they fit a sheet to its pages
        setup.scale = max(10, int(100 * _page_scale(sheet)))
    elif across:
        _print_across(sheet, across, large)
    else:
        setup.fitToWidth = 1
        setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.sheet_view.showGridLines = False
    sheet.oddFooter.left.text = info.place_and_year.replace("&", "&&")
    sheet.oddFooter.right.text = _("Page {page} of {pages}").format(page="&P", pages="&N")
    if info.synthetic:
        sheet.oddHeader.right.text = synthetic_mark()


def _columns_of_lines(sheet: Worksheet, across: Sequence[int]) -> int:
    """Columns over which lines above a table are folded where its columns take several pages.

    They stand on each of these pages, and there the frozen columns are all their room, if it is any.
    """
    frozen = _frozen_columns(sheet)
    return frozen if sum(_printed_widths(sheet)[:frozen]) >= _LEAST_LINE else across[0]


def _print_across(sheet: Worksheet, ends: Sequence[int], room: float) -> None:
    widths, frozen = _printed_widths(sheet), _frozen_columns(sheet)
    wide = max(
        _in_points([*(widths[:frozen] if start else []), *widths[start:end]])
        for start, end in pairwise([0, *ends])
    )
    sheet.page_setup.scale = int(100 * min(1.0, _STAND_IN * room / wide))
    sheet.page_setup.pageOrder = "overThenDown"  # the pages of the same villages follow each other
    sheet.print_title_cols = f"A:{get_column_letter(frozen)}"
    for end in ends[:-1]:
        sheet.col_breaks.append(Break(id=end))


def save_workbook(book: Workbook, path: str | Path, info: StudyInfo, *, title: str | None = None) -> Path:
    """Save a workbook atomically; the same sheets give the same bytes.

    Parameters
    ----------
    book : openpyxl.Workbook
    path : str or Path
    info : StudyInfo
        Its institution becomes the author, its year the date of creation.
    title : str, optional
        Instead of the title of the study.

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> from openpyxl import Workbook
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> one, two = (save_workbook(Workbook(), Path(tempfile.mkdtemp()) / "a.xlsx", info) for _ in "ab")
    >>> one.read_bytes() == two.read_bytes()
    True
    """
    # Widths of columns are counted in figures of this type: one face for them and for what stands in them.
    book._named_styles["Normal"].font = Font(name=FACE, size=_TYPE)
    book.properties.title = property_text(info.title if title is None else title)
    book.properties.creator = property_text(info.instansi or "lokus")
    book.properties.created = datetime(info.tahun, 1, 1)
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_bytes(fixed_archive(book.save, modified=f"{info.tahun:04d}-01-01T00:00:00Z"))
    return path
