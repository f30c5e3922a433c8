"""The files of a child-level export, one or many, drained into one tally."""

from __future__ import annotations

import re
import secrets
import traceback
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import python_calamine

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.duckdb_rows import (
    EngineStoppedError,
    can_read,
    count_lines,
    engine_chunks,
    is_parquet,
    parquet_rows,
)
from lokus.intake.children.layout import Layout, find_layout, split_lines
from lokus.intake.children.readings import PlaceTexts, Readings, TextReader
from lokus.intake.children.sources import head_lines, text_chunks
from lokus.intake.children.tally import Tally, Totals

__all__ = ["Rows", "export_files"]

HEAD = 60
_KINDS = (".csv", ".txt", ".tsv", ".parquet")
_ROW = re.compile(r"(?:line|row) (\d+)")
_READING_ERRORS = (
    pd.errors.ParserError,
    python_calamine.CalamineError,
    OSError,
)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Which row of which file a row of an export of many files is.

    Attributes
    ----------
    files : tuple of str
        Their names, in the order in which they were read.
    ends : tuple of int
        The number of the last row of each, as rows are numbered through all of them.

    Examples
    --------
    >>> rows = Rows(files=("a.csv", "b.csv"), ends=(10, 30))
    >>> rows.place(12), rows.text(12)
    (('b.csv', 2), 'b.csv 2')
    >>> Rows(files=("a.csv",), ends=(10,)).text(4)
    '4'
    """

    files: tuple[str, ...]
    ends: tuple[int, ...]

    def place(self, row: int) -> tuple[str, int]:
        """Name of the file, and the row in it."""
        at = bisect_left(self.ends, row)
        return self.files[at], row - (self.ends[at - 1] if at else 0)

    def text(self, row: int) -> str:
        """Tell a row: with its file where there are several."""
        file, number = self.place(row)
        return f"{file} {number}" if len(self.files) > 1 else str(number)

    @property
    def where(self) -> Where:
        """The files, by the names of the first few."""
        return Where(file=", ".join(self.files[:3]) + (" …" if len(self.files) > 3 else ""))


def export_files(path: Path) -> list[Path]:
    r"""Files of an export: the file itself, or those of a folder.

    Raises
    ------
    InputError
        The folder is empty, or has files that are neither text nor Parquet: none is left out unseen.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> _size = (place / "b.csv").write_text(""), (place / "a.parquet").write_text("")
    >>> [file.name for file in export_files(place)]
    ['a.parquet', 'b.csv']
    """
    if not path.is_dir():
        return [path]
    # What a spreadsheet program or a file manager leaves beside files is hidden, and no data.
    files = sorted(
        file for file in path.iterdir() if file.is_file() and not file.name.startswith((".", "~$"))
    )
    others = [file.name for file in files if file.suffix.casefold() not in _KINDS]
    if others or not files:
        raise InputError(
            _("the folder has files that are no text and no Parquet: {names}").format(
                names=", ".join(others[:5])
            )
            if others
            else _("the folder has no files"),
            where=Where(file=path.name),
            remedy=_("leave only exports of children in it, as CSV, TXT, TSV or Parquet"),
        )
    return files


def tally_files(
    files: Sequence[Path],
    *,
    periods: Sequence[tuple[int, int]],
    columns: Mapping[str, str],
    where: Mapping[str, str],
    each: bool = False,
) -> tuple[list[Totals], Layout, Rows]:
    """Drain text and Parquet files into one tally a period, each read once; a child in several is one child.

    The engine reads them where it is installed. Where it stumbles over a text file, or does not find as many
    rows as the file has lines, all are read anew by the parser of pandas, which names the row at fault.

    Parameters
    ----------
    files : sequence of Path
    periods : sequence of (int, int)
        First and last day of each period, as day numbers.
    columns, where : mapping
        As :func:`lokus.intake.children.children.read_children` takes them.
    each : bool
        Whether what is seen is counted for each kabupaten too; every file must then say the kabupaten.

    Returns
    -------
    list of Totals
        One a period.
    Layout
        Of the last file.
    Rows
    """
    if can_read() and (len(files) > 1 or each or any(map(is_parquet, files))):
        try:
            return _tally(files, periods, columns, where, each=each, engine=True)
        except EngineStoppedError as error:
            # Numbers of children by the engine and by pandas are not the same, so that they cannot be mixed.
            stopped = str(error) if any(map(is_parquet, files)) else ""
        if stopped:
            raise InputError(
                _("the rows cannot be read: a quotation mark is not closed, or the file is damaged"),
                where=Where(file=stopped),
                remedy=_("check the quotation marks and blank lines of this file, or export again"),
            )
    return _tally(files, periods, columns, where, each=each, engine=False)


def _tally(
    files: Sequence[Path],
    periods: Sequence[tuple[int, int]],
    columns: Mapping[str, str],
    where: Mapping[str, str],
    *,
    each: bool,
    engine: bool,
) -> tuple[list[Totals], Layout, Rows]:
    tallies = [Tally(start=start, end=end, each=each) for start, end in periods]
    number, places, ends = secrets.randbits(63), list[PlaceTexts](), [0]
    for path in files:
        layout = _layout(path, columns, where, each=each)
        before, first = tallies[0].total, ends[-1] + layout.lines + 1
        by_engine = engine or is_parquet(path)
        if by_engine:
            blocks = engine_chunks(path, layout, salt=number, periods=periods, places=places)
        else:
            blocks = read_texts(text_chunks(path, layout, salt=f"{number:016x}"), layout)
        failure = drain(blocks, tallies, first - before)
        rows = layout.lines + tallies[0].total - before
        stopped = failure is not None and failure.stopped
        if stopped and is_parquet(path):
            raise InputError(
                _("the file cannot be read ({detail})").format(detail="Parquet"),
                where=Where(file=path.name),
                remedy=_("export again, or name another file"),
            )
        if stopped or (by_engine and failure is None and not is_parquet(path) and rows != count_lines(path)):
            raise EngineStoppedError(path.name)
        if failure is not None:
            raise failure.error(layout, Where(file=path.name))
        ends.append(ends[-1] + rows)
    rows_of = Rows(files=tuple(path.name for path in files), ends=tuple(ends[1:]))
    return [tally.finish() for tally in tallies], layout, rows_of


def read_texts(chunks: Iterator[pd.DataFrame], layout: Layout) -> Iterator[Readings]:
    """Give chunks of texts as numbers."""
    filters = {f"saring_{position}": value for position, value in layout.filters.items()}
    return map(TextReader(filters=filters).read, chunks)


def _layout(path: Path, columns: Mapping[str, str], where: Mapping[str, str], *, each: bool) -> Layout:
    at = Where(file=path.name)
    candidates: Iterable[tuple[int, str, Sequence[str]]]
    if is_parquet(path):
        candidates = parquet_rows(path, HEAD)
    else:
        refuse_encoding(path, at)
        candidates = split_lines(head_lines(path, HEAD))
    layout = find_layout(candidates, columns=columns, filters=where, where=at)
    if each and "kabupaten" not in layout.roles:
        raise InputError(
            _("an export of many kabupaten needs a column that says which of them a row is of"),
            where=replace(at, row=layout.lines or None),
            remedy=_("name it under kolom: kabupaten = …"),
        )
    return layout


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Where reading stopped: at a record (0: not known), by a fault of this program, or as the engine did."""

    record: int = 0
    fault: str = ""
    stopped: bool = False

    def error(self, layout: Layout, at: Where) -> Exception:
        """Return what to raise."""
        if self.fault:
            return RuntimeError(self.fault)
        return InputError(
            _("the rows cannot be read: a quotation mark is not closed, or the file is damaged"),
            where=replace(at, row=layout.lines + self.record if self.record else None),
            remedy=_("check the quotation marks of that row, or export again"),
        )


def drain(blocks: Iterator[Readings], tallies: Sequence[Tally], first_row: int) -> Failure | None:
    """Feed tallies; of an exception keep where it stopped, and forget the rest.

    Parsers quote the row they stumble over, and a chained exception keeps its message and the cells in its
    frames.
    """
    try:
        for block in blocks:
            row = first_row + tallies[0].total
            for tally in tallies:
                tally.add(block, row)
    except EngineStoppedError:
        return Failure(stopped=True)
    except Exception as error:
        if isinstance(error, _READING_ERRORS):
            located = _ROW.search(str(error))
            return Failure(record=int(located.group(1)) if located else 0)
        step = traceback.extract_tb(error.__traceback__)[-1]
        return Failure(fault=f"{type(error).__name__} in {Path(step.filename).name}:{step.lineno}")
    return None


def finished(tally: Tally, failure: Failure | None, layout: Layout, at: Where) -> Totals:
    """End a tally, or say where reading stopped."""
    if failure is not None:
        raise failure.error(layout, at)
    return tally.finish()


def refuse_encoding(path: Path, at: Where) -> None:
    """Stop at an empty file, a workbook that is called CSV, and UTF-16."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise InputError(
            _("the table is empty"),
            where=at,
            remedy=_("name the sheet with the data with lembar, or ask the office for the file again"),
        )
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(
            _("this is a workbook, although its name says CSV"),
            where=at,
            remedy=_("rename it to .xlsx or .xls"),
        )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(_("the file is in UTF-16"), where=at, remedy=_("save it as CSV UTF-8 and run again"))
