"""Limit the size of files that are read, and of their unpacked content.

A damaged or hostile file can be small and unpack to an enormous size, so every reader checks it here first.
For a file known to be correct, ``LOKUS_MAKS_MB`` raises the limit.
"""

from __future__ import annotations

import math
import os
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["LARGEST", "VARIABLE", "allowed", "refuse_cells", "refuse_large", "refuse_size", "refuse_unpacked"]

VARIABLE: Final = "LOKUS_MAKS_MB"
"""Environment variable: megabytes that a file may have, unpacked too; it raises limits and lowers none."""

LARGEST: Final = {"boundaries": 2000, "children": 2000, "table": 200, "picture": 50, "text": 50}
"""Megabytes on the disk, by kind of file. Those of a kabupaten have a few, of the whole country some 60."""

_UNPACKED: Final = 300  # megabytes; a sheet of 200,000 children unpacks to 240
_FAR_MORE, _SUSPECT = 200, 100  # times its size, and megabytes from which that counts
_CELLS: Final = 30_000_000  # 1,048,576 rows of a sheet formatted to its end, with 28 columns
_ODS_PART: Final = re.compile(rb"<table:(?:table-|covered-table-)(row|cell)\b([^>]*?)(/?)>")
_LAST_CELL_KIND: Final = 11  # types of binary records: 0 is the header of a row, 1 to 11 are cells
_DEFLATE_AT_MOST: Final = 1032  # largest compression ratio of a zip file
_MEGABYTE: Final = 1_000_000
_PIECE: Final = 1 << 20


def allowed(usual: float) -> float:
    """Return the limit in megabytes: the usual one, or that of ``LOKUS_MAKS_MB`` if it is larger.

    Raises
    ------
    InputError
        ``LOKUS_MAKS_MB`` is no whole number from 1.

    Examples
    --------
    >>> allowed(5) >= 5
    True
    """
    stated = os.environ.get(VARIABLE, "").strip()
    if not stated:
        return usual
    if not stated.isdecimal() or int(stated) < 1:
        raise InputError(
            _('the environment variable {name} is "{value}", and no whole number from 1').format(
                name=VARIABLE, value=stated
            ),
            remedy=_("set it to megabytes, for example {name}=1000, or take it away").format(name=VARIABLE),
        )
    return max(usual, float(stated))


def _mb(size: float) -> str:
    return format_number(math.ceil(size / _MEGABYTE))


def _remedy(size: float) -> str:
    return _(
        "check that it is the right file; if it is, set the environment variable {name}={n} and run again"
    ).format(name=VARIABLE, n=math.ceil(size / _MEGABYTE))


def refuse_large(path: Path, kind: str) -> None:
    """Raise where a file, or a folder with its files, exceeds the limit of its kind.

    Parameters
    ----------
    path : Path
        A path that does not exist is accepted; its reader reports it.
    kind : str
        A key of :data:`LARGEST`.

    Raises
    ------
    InputError
        It exceeds the limit, or ``LOKUS_MAKS_MB`` is no number.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "kecocokan.csv"
    >>> _ = path.write_text("sumber;desa")
    >>> refuse_large(path, "text")
    """
    try:
        parts = [part for part in path.rglob("*") if part.is_file()] if path.is_dir() else [path]
        size = sum(part.stat().st_size for part in parts)
    except OSError:
        return
    limit = allowed(LARGEST[kind])
    if size > limit * _MEGABYTE:
        raise InputError(
            _("it has {size} MB; at most {limit} MB are read of such a file").format(
                size=_mb(size), limit=format_number(limit)
            ),
            where=Where(file=path.name),
            remedy=_remedy(size),
        )


def refuse_unpacked(path: Path) -> None:
    """Raise where a zip file, such as a workbook, unpacks to more than the limit or far more than its size.

    Sizes stated in a zip file are not trusted where that matters: its content is unpacked and counted,
    without being stored.

    Raises
    ------
    InputError
        It unpacks to more. A file that is no zip file is accepted; its reader reports it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "bom.xlsx"
    >>> with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    ...     archive.writestr("xl/worksheets/sheet1.xml", bytes(150_000_000))
    >>> refuse_unpacked(path)
    Traceback (most recent call last):
    lokus.errors.InputError: berkas bom.xlsx: ...
    → ...
    """
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            stated = sum(member.file_size for member in archive.infolist())
            _compare(path, size, stated)
            packed = sum(member.compress_size for member in archive.infolist())
            if packed * _DEFLATE_AT_MOST > _limit(size) * _MEGABYTE:
                _compare(path, size, _counted(archive, path, size))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError):
        return


def _limit(size: int) -> float:
    """Return the megabytes to which a zip file of this size may unpack."""
    usual = max(_SUSPECT, min(_UNPACKED, _FAR_MORE * size / _MEGABYTE))
    return allowed(usual)


def _compare(path: Path, size: int, unpacked: int) -> None:
    _refuse(path, size, unpacked, _limit(size))


def refuse_size(path: Path, unpacked: int, usual: float) -> None:
    """Raise where a file states that it unpacks to more than `usual` megabytes.

    Raises
    ------
    InputError
        It does, and ``LOKUS_MAKS_MB`` does not allow it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "desa.parquet"
    >>> _ = path.write_bytes(b"PAR1")
    >>> refuse_size(path, 60_000_000, LARGEST["boundaries"])
    """
    _refuse(path, path.stat().st_size, unpacked, allowed(usual))


def _refuse(path: Path, size: int, unpacked: int, limit: float) -> None:
    if unpacked > limit * _MEGABYTE:
        raise InputError(
            _("it has {size} MB and unpacks to {unpacked} MB or more; at most {limit} MB are read").format(
                size=format_number(size / _MEGABYTE, decimals=1),
                unpacked=_mb(unpacked),
                limit=format_number(limit),
            ),
            where=Where(file=path.name),
            remedy=_remedy(unpacked),
        )


def _counted(archive: zipfile.ZipFile, path: Path, size: int) -> int:
    """Count the bytes to which a zip file unpacks, up to the limit."""
    total = 0
    most = _limit(size) * _MEGABYTE
    for member in archive.infolist():
        if member.compress_type != zipfile.ZIP_DEFLATED or member.compress_size * _DEFLATE_AT_MOST < _PIECE:
            total += max(member.file_size, member.compress_size)
            continue
        with path.open("rb") as file:
            file.seek(member.header_offset)
            head = file.read(30)
            file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
            left, rest = member.compress_size, b""
            unpacking = zlib.decompressobj(-15)
            while not unpacking.eof and (left or rest) and total <= most:
                piece = rest or file.read(min(left, _PIECE))
                left -= 0 if rest else len(piece)
                if not piece:
                    break
                total += len(unpacking.decompress(piece, _PIECE))
                rest = unpacking.unconsumed_tail
    return total


_ROW: Final = re.compile(rb"""<(?:\w+:)?row [^>]*?\br=["'](\d+)""")
_CELL: Final = re.compile(rb"""\br=["']([A-Z]{1,3})(\d+)""")


def refuse_cells(path: Path) -> None:
    """Raise where a sheet of a workbook spans too many cells, which two distant cells suffice for.

    The reader of workbooks allocates the whole rectangle, and the process ends where memory is insufficient.

    Raises
    ------
    InputError
        A sheet spans more. A file that is no such workbook is accepted.

    Examples
    --------
    >>> import tempfile
    >>> import openpyxl
    >>> book = openpyxl.Workbook()
    >>> book.active["A1"], book.active["XFD1048576"] = "Desa", 1
    >>> path = Path(tempfile.mkdtemp()) / "gizi.xlsx"
    >>> book.save(path)
    >>> refuse_cells(path)
    Traceback (most recent call last):
    lokus.errors.InputError: berkas gizi.xlsx, lembar "sheet1": ...
    → ...
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n)]
            for name in names:
                _refuse_span(path, Path(name).stem, archive.read(name))
            for name in archive.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.bin", name):
                    _refuse_rectangle(path, Path(name).stem, *_last_cell(archive.read(name)))
                elif name == "content.xml":
                    for sheet, table in enumerate(archive.read(name).split(b"<table:table ")[1:], start=1):
                        _refuse_rectangle(path, str(sheet), *_last_repeated(table))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError):
        return  # damaged, or protected by a password: its reader reports which


def _refuse_span(path: Path, sheet: str, content: bytes) -> None:
    # A sheet with few rows and no column beyond Z is accepted at once.
    last = max((int(found) for found in _ROW.findall(content)), default=0)
    if last * _width_at_most(content) <= _most_cells():
        return
    cells = [(_column(letters), int(row)) for letters, row in _CELL.findall(content)]
    if not cells:
        return
    last = max(last, *(row for _column_, row in cells))
    _refuse_rectangle(path, sheet, max(column for column, _row in cells), last)


def _most_cells() -> float:
    return _CELLS * allowed(_UNPACKED) / _UNPACKED


def _refuse_rectangle(path: Path, sheet: str, columns: int, rows: int) -> None:
    span, limit = columns * rows, _most_cells()
    if span > limit:
        raise InputError(
            _("its cells lie so far apart that it spans {n} cells; at most {limit} are read").format(
                n=format_number(span), limit=format_number(int(limit))
            ),
            where=Where(file=path.name, sheet=sheet),
            remedy=_(
                "delete the rows and columns outside the table, also those that look empty, and save it again"
            ),
        )


def _last_cell(content: bytes) -> tuple[int, int]:
    """Return last column and last row, from 1, of a sheet of binary records ([MS-XLSB] 2.1.4)."""
    at, end, columns, rows = 0, len(content), 0, 0
    while at < end:
        kind = content[at]
        at += 1
        if kind & 128 and at < end:
            kind = (kind & 127) | (content[at] << 7)
            at += 1
        size = 0
        for shift in (0, 7, 14, 21):
            if at >= end:
                break
            size |= (content[at] & 127) << shift
            at += 1
            if not content[at - 1] & 128:
                break
        if kind <= _LAST_CELL_KIND and size >= 4:
            number = 1 + int.from_bytes(content[at : at + 4], "little")
            if kind == 0:
                rows = max(rows, number)
            else:
                columns = max(columns, number)
        at += size
    return columns, rows


def _last_repeated(table: bytes) -> tuple[int, int]:
    """Return last column and last row of an OpenDocument sheet, where cells and rows can be repeated.

    Empty ones at the end are not counted, since every sheet is padded with them.
    """
    columns = rows = row = column = 0
    for kind, attributes, closed in _ODS_PART.findall(table):
        if kind == b"row":
            row += _times(attributes, b"rows")
            column = 0
            continue
        column += _times(attributes, b"columns")
        if not closed:  # it is not empty
            columns, rows = max(columns, column), max(rows, row)
    return columns, rows


def _times(attributes: bytes, what: bytes) -> int:
    found = re.search(rb"""number-""" + what + rb"""-repeated=["'](\d{1,9})["']""", attributes)
    return int(found[1]) if found else 1


def _width_at_most(content: bytes) -> int:
    for letters, width in ((rb"[A-Z]{3}", 16_384), (rb"[A-Z]{2}", 702)):
        if re.search(rb"""\br=["']""" + letters + rb"\d", content):
            return width
    return 26


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
