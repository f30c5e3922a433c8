"""Read the file of a decided list: workbook, CSV, map layer, lock of an earlier run, plain lines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyogrio

from lokus.characters import without_unseen
from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.tables.grid import SUFFIXES, Cell, Grid, list_sheets, read_grid
from lokus.intake.tables.guesses import guess_place
from lokus.intake.tables.headers import column_key, fold
from lokus.intake.tables.numbers import tidy
from lokus.intake.tables.tables import RawTable, read_table
from lokus.limits import refuse_large
from lokus.places.boundary_files import refuse_other_layer
from lokus.places.kode import KodeError, parse_kode
from lokus.places.name_rules import name_key

__all__ = [
    "LAYERS",
    "OWN_ANNEX",
    "ListTable",
    "list_number",
    "read_lines",
    "read_list_table",
    "without_number",
]


# A list without a header: one village a line, by code, by name, or both


_NUMBERED: Final = re.compile(r"\s*(?:\d{1,3}\s*[.)]|[ivx]{1,5}\s*[.)]|[a-z]\))\s+(?=\D)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\(?(\d{1,4})[.)]?")
_LEADING: Final = re.compile(r"\s*(\d{1,3})\s*[.)]\s")
_CODE_FIRST: Final = re.compile(r"(\d{2}[. ]?\d{2}[. ]?\d{2}[. ]?\d{4})(?!\d)[\s,;:–-]*(.*)")
_KECAMATAN: Final = re.compile(r"kec(?:amatan)?\b[.:\s]*(.+?):?", re.IGNORECASE)
_TAIL: Final = re.compile(r"(.+?)\s*(?:\((.+)\)|[,–-]\s*(kec(?:amatan)?\b.+))")
_KEYS: Final = ("nomor", "kode", "desa", "kecamatan")
_HEADS: Final = frozenset({"kode", "kode desa", "desa", "nama desa", "kelurahan", "desa/kelurahan"})


def without_number(cell: Cell) -> Cell:
    """Remove a leading running number from a name.

    Examples
    --------
    >>> without_number("12. Suka Maju"), without_number("II) Tanjung Sari"), without_number("S. Rotan")
    ('Suka Maju', 'Tanjung Sari', 'S. Rotan')
    """
    return _NUMBERED.sub("", cell, count=1) if isinstance(cell, str) else cell


def list_number(cell: object) -> float:
    """Read a running number; NaN where the cell is none.

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

    A line may begin with a running number and has a code, a name, or both; a kecamatan may follow in
    brackets, or precede its villages ("Kecamatan Sarudu"). Lines that begin with ``#`` are remarks.

    Parameters
    ----------
    path : Path
    villages : pandas.DataFrame
        Village table; text in brackets is a kecamatan only if it is one of these.
    sheet : str, optional

    Returns
    -------
    RawTable or None
        Columns ``nomor``, ``kode``, ``desa``, ``kecamatan``; None where a line has several names, which only
        a header can distinguish.

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
    """Return the position of the first line below a header, where a single column has one."""
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


# A list with a header, of a workbook, a layer or a lock

OWN_ANNEX = ("Lampiran SK", "SK annex")
"""Sheet with the proposed list in the workbook that lokus writes, in both languages."""

LAYERS = (".gpkg", ".geojson", ".shp", ".fgb")
# Headers of a village, or its code, in a list of lokus only.
_HEADERS: Mapping[str, Sequence[str]] = {
    "kode": ("kode lokus", "village code", "code"),
    "desa": (
        "lokus",
        "desa lokus",
        "nama lokus",
        "desa kelurahan lokus",
        "lokasi fokus",
        "desa lokasi fokus",
        "desa kelurahan lokasi fokus",
        "lokasi",
        "village name",
        "village",
    ),
    "kecamatan": ("subdistrict",),
}
# Where no whole header is known, a header with such a word is used if it is the only one.
_WORDS: Mapping[str, re.Pattern[str]] = {
    "desa": re.compile(r"\b(desa|kelurahan|kel|lokus|village)\b"),
    "kecamatan": re.compile(r"\b(kecamatan|kec|subdistrict)\b"),
}
_OTHER = re.compile(r"\b(kode|code|jumlah|jml|kepala|status|nomor|no|hp|telepon|ket|keterangan)\b")
_NUMBERS = frozenset({"no", "nomor", "nourut", "nomorurut", "urut", "number"})
_CHOSEN = "terpilih"
_OWN_LAYER = "desa"


@dataclass(frozen=True, kw_only=True)
class ListTable:
    """A list as in its file, with its columns.

    Attributes
    ----------
    raw : RawTable
    place : mapping of "kode", "desa" or "kecamatan" to header
    number : str
        Column of running numbers, empty for none.
    rows : mapping of header to value
        Rows to use.
    """

    raw: RawTable
    place: Mapping[str, str]
    number: str
    rows: Mapping[str, str]


def read_list_table(
    path: str | Path,
    villages: pd.DataFrame,
    *,
    sheet: str | None = None,
    place: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> ListTable:
    r"""Read the file of a decided list.

    Parameters
    ----------
    path : str or Path
    villages : pandas.DataFrame
        Village table, to recognise names of kecamatan in plain lines.
    sheet : str, optional
        Sheet, or layer of a map file.
    place : mapping, optional
        ``{"kode" | "desa" | "kecamatan": header}``; recognised where not stated.
    where : mapping of header to value, optional
        Rows to use; by default the proposed villages of results written by lokus.

    Raises
    ------
    InputError
        The file cannot be read, or its sheet or columns are ambiguous.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lokus.csv"
    >>> _size = path.write_text("No;Kecamatan;Desa\n1;Sari;Suka Maju\n2;Sari;Suka Jaya\n")
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sari"}, index=["9901012001", "9901012002"]
    ... )
    >>> found = read_list_table(path, villages)
    >>> found.place, found.number, len(found.raw.data)
    ({'desa': 'Desa', 'kecamatan': 'Kecamatan'}, 'No', 2)
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind == ".json" and path.is_file():
        return _of_lock(path)
    if kind in LAYERS and path.is_file():
        return _recognised(_read_layer(path, sheet), place, where)
    if kind not in SUFFIXES and path.is_file():
        raise InputError(
            _('files of kind "{suffix}" are not supported').format(suffix=path.suffix),
            where=Where(file=path.name),
            remedy=_("save the table as one of: {kinds}").format(
                kinds=", ".join([*SUFFIXES, *LAYERS, ".json"])
            ),
        )
    return _of_table(path, villages, sheet, place, where)


def _of_lock(path: Path) -> ListTable:
    refuse_large(path, "text")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        codes = [str(code) for code in content["usulan"]["desa"]]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, KeyError) and content.get("type") == "FeatureCollection":
            return _recognised(_read_layer(path, None), None, None)
        raise InputError(
            _("not a lock file of lokus"),
            where=Where(file=path.name),
            remedy=_("it is written by lokus run beside the other outputs"),
        ) from error
    return _described(_as_table(pd.DataFrame({"kode": codes}, dtype=object), path, ""), {"kode": "kode"}, {})


def _read_layer(path: Path, layer: str | None) -> RawTable:
    refuse_other_layer(path, where=Where(file=path.name))
    try:
        layers = [str(name) for name, _kind in pyogrio.list_layers(path)]
        if layer is None:
            layer = _OWN_LAYER if _OWN_LAYER in layers else layers[0] if len(layers) == 1 else None
        if layer is None or layer not in layers:
            raise InputError(
                _('there is no layer "{layer}"').format(layer=layer)
                if layer
                else _("{n} layers could be meant").format(n=len(layers)),
                where=Where(file=path.name),
                remedy=_("name one of its layers: {names}").format(names=_quoted(layers)),
            )
        frame = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
    except pyogrio.errors.DataSourceError as error:
        raise InputError(
            _("the file cannot be read ({detail})").format(detail=error),
            where=Where(file=path.name),
            remedy=_("open it in the program that made it and save it again"),
        ) from error
    return _as_table(frame.map(_cell), path, layer if len(layers) > 1 else "")


def _cell(value: Any) -> str | float | None:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, str):
        return without_unseen(value) or None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def _as_table(frame: pd.DataFrame, path: Path, sheet: str) -> RawTable:
    data = frame.astype(object).set_axis(pd.RangeIndex(1, len(frame) + 1, name="baris"))
    if data.empty:
        raise InputError(
            _("the table is empty"),
            where=Where(file=path.name, sheet=sheet or None),
            remedy=_("check that the right file and sheet are named"),
        )
    return RawTable(
        data=data.where(data.notna(), None),
        source=path.name,
        sheet=sheet,
        title_lines=(),
        totals=data.iloc[:0].assign(jenis_baris=""),
        findings=(),
    )


def _of_table(
    path: Path,
    villages: pd.DataFrame,
    sheet: str | None,
    place: Mapping[str, str] | None,
    where: Mapping[str, str] | None,
) -> ListTable:
    sheets = list_sheets(path)
    chosen: Sequence[str | None] = (
        [sheet] if sheet else [name for name in sheets if name in OWN_ANNEX] or sheets or [None]
    )
    wanted = [*(place or {}).values(), *(where or {})]
    found: list[ListTable] = []
    failures: list[InputError] = []
    for name in chosen:
        try:
            found.append(_recognised(read_table(path, sheet=name, columns=wanted), place, where))
        except InputError as error:
            failures.append(error)
    if not found and len(chosen) == 1 and not wanted:
        lines = read_lines(path, villages, sheet=chosen[0])
        if lines is not None:
            given = [key for key in ("kode", "desa", "kecamatan") if lines.data[key].notna().any()]
            return _described(lines, {key: key for key in given}, {})
    if not found:
        raise failures[0]
    if len(found) > 1:
        raise InputError(
            _("{n} sheets could be meant: {names}").format(
                n=len(found), names=_quoted([table.raw.sheet for table in found])
            ),
            where=Where(file=path.name),
            remedy=_("name the sheet"),
        )
    return _other_sheets(found[0], sheets)


def _recognised(
    table: RawTable, stated: Mapping[str, str] | None, where: Mapping[str, str] | None
) -> ListTable:
    if stated:
        return _described(table, stated, where)
    place = _guess(table)
    if "kode" in place and "desa" in place and not _holds_codes(table.data[place["kode"]]):
        unused = Finding(
            check="daftar.no_codes",
            level="note",
            where=replace(table.where, column=place.pop("kode")),
            message=_("this column holds no village codes; the names are used"),
        )
        table = replace(table, findings=(*table.findings, unused))
    return _described(table, place, where)


def _guess(table: RawTable) -> dict[str, str]:
    headers = [str(name) for name in table.data.columns]
    place = guess_place(headers, more=_HEADERS)
    for key, word in _WORDS.items():
        free = [name for name in headers if name not in place.values() and not _OTHER.search(_words(name))]
        fits = [name for name in free if word.search(_words(name))]
        if key not in place and len(fits) == 1:
            place[key] = fits[0]
    if not {"kode", "desa"} & set(place):
        raise InputError(
            _("no column with villages was recognised in this list"),
            where=table.where,
            remedy=_("name the columns (tempat); columns seen: {names}").format(names=_quoted(headers)),
        )
    return place


def _words(header: str) -> str:
    return " ".join(re.findall(r"[a-z]+", fold(header)))


def _holds_codes(cells: pd.Series) -> bool:
    """Return whether most cells are village codes; a column "Kode" may have other codes."""

    def reads(cell: object) -> bool:
        try:
            parse_kode(cell)
        except KodeError:
            return False
        return True

    present = cells.dropna()
    return bool(len(present)) and 2 * sum(reads(cell) for cell in present) >= len(present)


def _described(raw: RawTable, place: Mapping[str, str], where: Mapping[str, str] | None) -> ListTable:
    own = {column_key(str(name)): str(name) for name in raw.data.columns}
    number = next((own[key] for key in own if key in _NUMBERS), "")
    chosen = {own[_CHOSEN]: "True"} if _CHOSEN in own else {}
    return ListTable(raw=raw, place=dict(place), number=number, rows=dict(where or chosen))


def _other_sheets(table: ListTable, sheets: Sequence[str]) -> ListTable:
    others = [name for name in sheets if name != table.raw.sheet]
    if not others:
        return table
    note = Finding(
        check="tables.sheet",
        level="note",
        where=table.raw.where,
        message=_("only this sheet was read; also in the file: {names}").format(names=_quoted(others)),
    )
    return replace(table, raw=replace(table.raw, findings=(*table.raw.findings, note)))


def _quoted(names: Sequence[Any]) -> str:
    return ", ".join(f'"{name}"' for name in names)
