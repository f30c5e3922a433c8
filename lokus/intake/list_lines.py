"""A list without a header: one village a line, by code, by name, or both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pandas as pd

from lokus.intake.cells import tidy
from lokus.intake.columns import fold
from lokus.intake.grid import Cell, Grid, read_grid
from lokus.intake.tables import RawTable
from lokus.places.kode import KodeError, parse_kode
from lokus.places.name_rules import name_key

__all__ = ["list_number", "read_lines", "without_number"]

_NUMBERED: Final = re.compile(r"\s*(?:\d{1,3}\s*[.)]|[ivx]{1,5}\s*[.)]|[a-z]\))\s+(?=\D)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\(?(\d{1,4})[.)]?")
_LEADING: Final = re.compile(r"\s*(\d{1,3})\s*[.)]\s")
_CODE_FIRST: Final = re.compile(r"(\d{2}[. ]?\d{2}[. ]?\d{2}[. ]?\d{4})(?!\d)[\s,;:–-]*(.*)")
_KECAMATAN: Final = re.compile(r"kec(?:amatan)?\b[.:\s]*(.+?):?", re.IGNORECASE)
_TAIL: Final = re.compile(r"(.+?)\s*(?:\((.+)\)|[,–-]\s*(kec(?:amatan)?\b.+))")
_KEYS: Final = ("nomor", "kode", "desa", "kecamatan")
_HEADS: Final = frozenset({"kode", "kode desa", "desa", "nama desa", "kelurahan", "desa/kelurahan"})


def without_number(cell: Cell) -> Cell:
    """Take a running number off the front of a name.

    Examples
    --------
    >>> without_number("12. Suka Maju"), without_number("II) Tanjung Sari"), without_number("S. Rotan")
    ('Suka Maju', 'Tanjung Sari', 'S. Rotan')
    """
    return _NUMBERED.sub("", cell, count=1) if isinstance(cell, str) else cell


def list_number(cell: object) -> float:
    """Read a running number; NaN where the cell is something else.

    Examples
    --------
    >>> list_number("12."), list_number(3.0), list_number("Sumber: Dinas")
    (12.0, 3.0, nan)
    """
    if isinstance(cell, float):
        return cell if cell.is_integer() else float("nan")
    match = _NUMBER.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return float(match[1]) if match else float("nan")


def read_lines(path: Path, villages: pd.DataFrame, *, sheet: str | None = None) -> RawTable | None:
    r"""Read a list that has one village a line and no header.

    A line may begin with a running number and hold a code, a name, or both; a kecamatan may follow in
    brackets, or stand above its villages ("Kecamatan Sarudu"). Lines that begin with ``#`` are remarks.

    Parameters
    ----------
    path : Path
    villages : pandas.DataFrame
        Village table; what stands in brackets is a kecamatan only if it is one of these.
    sheet : str, optional

    Returns
    -------
    RawTable or None
        Columns ``nomor``, ``kode``, ``desa``, ``kecamatan``; None where a line holds several names, so that
        only a header can tell what they are.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lokus.txt"
    >>> _ = path.write_text("# rapat 3 Maret\nKecamatan Sukasari\n1. Suka Maju\n99.01.01.2002 Suka Jaya\n")
    >>> read_lines(path, pd.DataFrame({"kecamatan": ["Sukasari"]})).data[["kode", "desa", "kecamatan"]]
                 kode       desa kecamatan
    baris
    3            None  Suka Maju  Sukasari
    4      9901012002  Suka Jaya  Sukasari
    """
    (grid,) = read_grid(path, sheet=sheet)
    known = {name_key(str(name)).letters for name in villages["kecamatan"].unique()}
    rows: dict[int, dict[str, Cell]] = {}
    aside: dict[int, tuple[str, str]] = {}
    block = None
    start = _first(grid)
    for number, cells in list(zip(grid.numbers, grid.rows, strict=True))[start:]:
        texts = [cell for cell in cells if cell is not None]
        if not texts:
            continue
        if str(texts[0]).lstrip().startswith("#"):
            aside[number] = (" ".join(map(str, texts)), "footer")
            continue
        heading = _KECAMATAN.fullmatch(tidy(without_number(texts[0]))) if len(texts) == 1 else None
        if heading:
            block = heading[1].strip()
            aside[number] = (str(texts[0]), "heading")
            continue
        row = _row(texts, known)
        if row is None:
            return None
        rows[number] = {"kecamatan": block, **row}
    return _table(grid, rows, aside, grid.rows[:start]) if rows else None


def _first(grid: Grid) -> int:
    """Position of the first line below the header, where a single column has one after all."""
    for position, cells in enumerate(grid.rows):
        texts = [cell for cell in cells if cell is not None]
        if len(texts) == 1 and fold(str(texts[0])) in _HEADS:
            return position + 1
    return 0


def _row(cells: list[str | float], known: set[str]) -> dict[str, Cell] | None:
    row: dict[str, Cell] = {}
    for cell in cells:
        kode = _kode(cell)
        if kode:
            row["kode"] = kode
        elif isinstance(cell, float) or _NUMBER.fullmatch(cell.strip()):
            row["nomor"] = cell
        elif heading := _KECAMATAN.fullmatch(tidy(cell)):
            row["kecamatan"] = heading[1].strip()
        elif "desa" in row:
            return None
        else:
            if leading := _LEADING.match(cell):
                row.setdefault("nomor", float(leading[1]))
            row |= _name(tidy(without_number(cell)), known)
    return row


def _kode(cell: str | float) -> str:
    try:
        return parse_kode(cell)
    except KodeError:
        return ""


def _name(text: str, known: set[str]) -> dict[str, Cell]:
    row: dict[str, Cell] = {}
    if match := _CODE_FIRST.fullmatch(text):
        row["kode"], text = _kode(match[1]) or match[1], match[2].strip()
    if match := _TAIL.fullmatch(text):
        bracket = match[2] or match[3]
        heading = _KECAMATAN.fullmatch(bracket)
        if heading or name_key(bracket).letters in known:
            row["kecamatan"], text = heading[1].strip() if heading else bracket, match[1]
    return {**row, "desa": text} if text else row


def _table(
    grid: Grid,
    rows: dict[int, dict[str, Cell]],
    aside: dict[int, tuple[str, str]],
    above: tuple[tuple[Cell, ...], ...],
) -> RawTable:
    data = pd.DataFrame([[row.get(key) for key in _KEYS] for row in rows.values()], columns=list(_KEYS))
    data = data.astype(object).set_axis(pd.Index(list(rows), name="baris", dtype="int64"))
    totals = pd.DataFrame(
        [{"desa": text, "jenis_baris": kind} for text, kind in aside.values()],
        columns=[*_KEYS, "jenis_baris"],
        index=pd.Index(list(aside), name="baris", dtype="int64"),
        dtype=object,
    )
    titles = (" ".join(tidy(cell) for cell in cells if cell is not None) for cells in above[:-1])
    return RawTable(
        data=data.where(data.notna(), None),
        source=grid.source,
        sheet=grid.sheet,
        title_lines=tuple(title for title in titles if title),
        totals=totals,
        findings=grid.findings,
    )
