"""Read a decided list of lokus from any file, as village codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.earlier.list_files import ListTable, list_number, read_list_table, without_number
from lokus.intake.join.reconciliation import reconcile
from lokus.intake.join.row_places import place_rows
from lokus.intake.tables.headers import SEPARATOR, column_key, is_numbering
from lokus.intake.tables.numbers import is_missing_marker
from lokus.places.kode import KodeError, compress_rows, format_kode, parse_kode
from lokus.places.name_rules import name_key
from lokus.places.names import match_names

if TYPE_CHECKING:
    from lokus.intake.earlier.list_files import ListTable
    from lokus.intake.tables.tables import RawTable

__all__ = ["DecidedList", "read_decided_list"]


# Which rows are villages

# Words below a list: place, signatory and remarks. No village has such a name.
_SIGNATURE: Final = re.compile(
    r"\b(di ?tetapkan|pada tanggal|bupati|wali ?kota|sekretaris daerah|sekda|kepala (dinas|badan|bagian)|"
    r"ketua|nip|ttd|salinan|tembusan|mengetahui|set in)\b|(sumber|keterangan|catatan|sources?)\s*:|"
    r"…{2,}|[._]{5,}",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(r"kec(amatan)?\b.*", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"[,;/\n]|\bdan\b")
_MOSTLY: Final = 0.8


def village_rows(
    table: ListTable, villages: pd.DataFrame, decisions: pd.DataFrame | None = None
) -> tuple[RawTable, list[Finding]]:
    """Determine which rows of a list are villages.

    Running numbers are removed from names; headers repeated on every page are set aside. Rows read as totals
    or footers are restored where they name a village ("Sumber Rejo"). Rows after the last village are set
    aside where they are a signature, name no place, or are an unnumbered remark below a numbered list that
    resembles no village; others stay, for a person to decide.

    Parameters
    ----------
    table : ListTable
    villages : pandas.DataFrame
        Village table.
    decisions : pandas.DataFrame, optional
        Names that people have decided about count as villages.

    Returns
    -------
    raw : RawTable
        Rows set aside are in ``totals`` as headings or footers.
    findings : list of Finding

    Raises
    ------
    InputError
        A cell names several villages.
    """
    raw = _cleaned(table)
    heads = _page_heads(table)
    raw = _without(raw, heads, "heading")
    # The reader of tables sets aside what repeats the header to the letter.
    set_aside = table.raw.totals
    heads = heads.union(set_aside.index[set_aside["jenis_baris"].isin(("header", "numbering"))])
    _refuse_several(raw, table.place, villages)
    raw, back = _put_back(raw, table.place, villages)
    tail = _tail(raw, table, villages, decisions)
    notes = (
        ("daftar.page_heads", heads, _("{n} rows repeat the header: rows {rows}")),
        ("daftar.put_back", back, _("{n} rows that look like totals or footers name villages: rows {rows}")),
        ("daftar.tail", tail, _("{n} rows below the list are signatures or remarks: rows {rows}")),
    )
    findings = [
        Finding(
            check=check,
            level="note",
            where=raw.where,
            message=text.format(n=len(index), rows=compress_rows([int(row) for row in index])),
        )
        for check, index, text in notes
        if len(index)
    ]
    return _without(raw, tail, "footer"), findings


def _refuse_several(raw: RawTable, place: Mapping[str, str], villages: pd.DataFrame) -> None:
    if "desa" not in place:
        return
    column = raw.column(place["desa"])
    known = {name_key(str(name)).letters for name in villages["desa"]}
    for row, cell in raw.data[column].items():
        if not isinstance(cell, str) or name_key(cell).letters in known:
            continue
        parts = [name_key(part).letters for part in _SEVERAL.split(cell)]
        if sum(part in known for part in parts) > 1:
            raise InputError(
                _("one cell names several villages: {text}").format(text=" ".join(cell.split())[:80]),
                where=replace(raw.where, row=int(str(row)), column=column),
                remedy=_("write one village a row"),
            )


def _without(raw: RawTable, index: pd.Index[int], kind: str) -> RawTable:
    if not len(index):
        return raw
    totals = pd.concat([raw.totals, raw.data.loc[index].assign(jenis_baris=kind)]).sort_index()
    return replace(raw, data=raw.data.drop(index=index), totals=totals)


def _page_heads(table: ListTable) -> pd.Index[int]:
    """Return rows that repeat the header on another page, and rows that number its columns."""
    raw = table.raw
    heads = {
        column_key(part) for header in table.place.values() for part in raw.column(header).split(SEPARATOR)
    }
    cells = raw.data[[raw.column(header) for header in table.place.values()]].map(_text)
    same = cells.map(lambda text: text == "" or column_key(text) in heads).all(axis=1)
    filled = cells.map(bool).any(axis=1)
    numbering = pd.Series([is_numbering(row) for row in raw.data.to_numpy().tolist()], index=raw.data.index)
    found: pd.Index[int] = raw.data.index[(same & filled) | numbering]
    return found


def _cleaned(table: ListTable) -> RawTable:
    data, totals = table.raw.data.copy(), table.raw.totals.copy()
    for frame in (data, totals):
        for key in ("desa", "kecamatan"):
            if key in table.place:
                column = table.raw.column(table.place[key])
                frame[column] = frame[column].map(without_number).astype(object)
    if table.number:
        # A row without a place counts as a village only where it has a number.
        numbers = data[table.number].map(list_number).astype(object)
        data[table.number] = numbers.where(numbers.notna(), None)
    return replace(table.raw, data=data, totals=totals)


def _put_back(
    raw: RawTable, place: Mapping[str, str], villages: pd.DataFrame
) -> tuple[RawTable, pd.Index[int]]:
    totals = raw.totals[raw.totals["jenis_baris"] != "numbering"]
    if "desa" not in place or totals.empty:
        return raw, totals.index[:0]
    names = totals[raw.column(place["desa"])].map(_text)
    known = {name_key(str(name)).letters for name in villages["desa"]}
    meant = names.map(lambda text: name_key(text).letters in known and not _HEADING.fullmatch(text))
    footers = totals["jenis_baris"] == "footer"
    maybe = names[footers & ~meant & (names != "") & ~names.map(_signs)]
    meant[maybe.index] = _resembling(maybe, villages)
    back = totals.index[meant.astype(bool)]
    rows = pd.concat([raw.data, raw.totals.loc[back].drop(columns="jenis_baris")]).sort_index()
    return replace(raw, data=rows, totals=raw.totals.drop(index=back)), back


def _tail(
    raw: RawTable, table: ListTable, villages: pd.DataFrame, decisions: pd.DataFrame | None
) -> pd.Index[int]:
    texts = {key: raw.data[raw.column(header)].map(_text) for key, header in table.place.items()}
    numbered = raw.data[table.number].notna() if table.number else pd.Series(False, index=raw.data.index)
    certain = numbered | False
    if "kode" in texts:
        certain |= texts["kode"].map(_readable)
    if "desa" in texts:
        decided = [] if decisions is None else list(decisions["desa"])
        known = {name_key(str(name)).letters for name in [*villages["desa"], *decided]} - {""}
        certain |= texts["desa"].map(lambda text: name_key(text).letters in known)
    if not certain.any():
        return raw.data.index[:0]
    last = raw.data.index[certain][-1]
    rest = raw.data.loc[raw.data.index > last]
    signs = rest.map(lambda cell: _signs(_text(cell))).any(axis=1)
    aside = signs.cummax() | ~pd.DataFrame(texts).loc[rest.index].map(bool).any(axis=1)
    if "desa" in texts and len(rest) and numbered.loc[:last].mean() >= _MOSTLY:
        open_names = texts["desa"].loc[rest.index[~aside]]
        aside[open_names.index] = ~_resembling(open_names, villages)
    tail: pd.Index[int] = rest.index[aside.astype(bool)]
    return tail


def _resembling(names: pd.Series, villages: pd.DataFrame) -> pd.Series:
    """Return whether a name is one of the villages, or similar enough to have candidates."""
    found = match_names(pd.DataFrame({"desa": names}), villages)
    return found["kode_desa"].notna() | found["calon"].map(bool)


def _signs(text: str) -> bool:
    return bool(_SIGNATURE.search(text))


def _readable(text: str) -> bool:
    try:
        parse_kode(text)
    except KodeError:
        return False
    return True


def _text(cell: object) -> str:
    if is_missing_marker(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def numbering_findings(raw: RawTable, number: str) -> list[Finding]:
    """Report missing running numbers: a row may be hidden or deleted.

    Numbers may be in any order, or start again in every kecamatan.
    """
    if not number:
        return []
    numbers = [int(value) for value in raw.data[number].map(list_number).dropna()]
    if len(set(numbers)) == len(numbers):
        numbers.sort()
    gaps = [
        str(own - 1) if own == before + 2 else f"{before + 1}–{own - 1}"
        for before, own in pairwise([0, *numbers])
        if own > before + 1
    ]
    if not gaps:
        return []
    return [
        Finding(
            check="daftar.numbering",
            level="warning",
            where=replace(raw.where, column=number),
            message=_("running numbers are left out: {numbers}").format(numbers=", ".join(gaps)),
            remedy=_("see whether rows are hidden or deleted, and compare with the decree"),
        )
    ]


# The list itself


@dataclass(frozen=True, kw_only=True, repr=False)
class DecidedList:
    """A decided list.

    Attributes
    ----------
    kode : tuple of str
        Codes of the villages, in the order of the list, each once.
    reconciliation : pandas.DataFrame
        Outcome of every row of the file (totals, signatures and rows outside the filter in one line for each
        kind); columns :data:`lokus.intake.join.reconciliation.RECONCILIATION_COLUMNS`.
    findings : tuple of Finding
        A row without a village is blocking.
    open_cases : pandas.DataFrame
        Rows without a village, as :func:`lokus.places.names.write_open_cases` takes them.
    source, sheet : str
        File name; sheet or layer, empty for none.
    """

    kode: tuple[str, ...]
    reconciliation: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    open_cases: pd.DataFrame = field(repr=False)
    source: str
    sheet: str = ""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that must be corrected or accepted before the list is used."""
        return tuple(finding for finding in self.findings if finding.level == "blocking")

    def __len__(self) -> int:
        return len(self.kode)

    def __repr__(self) -> str:
        return _("Decided list {where}: {n} villages, {open} rows open").format(
            where=Where(file=self.source, sheet=self.sheet or None),
            n=len(self.kode),
            open=len(self.open_cases),
        )


def read_decided_list(
    path: str | Path,
    villages: pd.DataFrame,
    *,
    sheet: str | None = None,
    place: Mapping[str, str] | None = None,
    decisions: pd.DataFrame | None = None,
    where: Mapping[str, str] | None = None,
) -> DecidedList:
    r"""Read a decided list of lokus, such as the annex of a decree.

    Parameters
    ----------
    path : str or Path
        A workbook or CSV file with names or codes; a text file with one village a line; a map layer
        (``.gpkg``, ``.geojson``, ``.shp``); ``kajian.lock.json``, ``lokus.xlsx``, ``hasil.gpkg`` or
        ``hasil.csv`` of an earlier run, of which the proposed villages are read.
    villages : pandas.DataFrame
        Village table of the year of the list: index ``kode_desa``, columns ``desa``, ``kecamatan``.
    sheet : str, optional
        Sheet or layer; found where only one holds villages.
    place : mapping, optional
        ``{"kode" | "desa" | "kecamatan": header}``; recognised where not stated. A kecamatan written only in
        the first row of its block is filled down.
    decisions : pandas.DataFrame, optional
        Human decisions about names, from :func:`lokus.places.names.read_decisions`.
    where : mapping of header to value, optional
        Keep only rows with these values.

    Returns
    -------
    DecidedList

    Raises
    ------
    InputError
        The file cannot be read, its sheet or columns are ambiguous, or it is of another kabupaten.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sukasari"},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> path = Path(tempfile.mkdtemp()) / "sk.csv"
    >>> _ = path.write_text("LAMPIRAN SK;;\nNo;Kecamatan;Desa\n1;Sukasari;SUKAJAYA\n;;BUPATI CONTOH\n")
    >>> decided = read_decided_list(path, villages)
    >>> decided.kode
    ('9901012002',)
    """
    table = read_list_table(path, villages, sheet=sheet, place=place, where=where)
    raw, notes = village_rows(table, villages, decisions)
    placed = place_rows(
        raw,
        villages,
        place=table.place,
        value_columns=[table.number] if table.number else [],
        decisions=decisions,
        where=table.rows,
    )
    codes = _in_order(placed.table, raw, table)
    repeated = codes[codes.duplicated(keep=False)]
    reconciliation = reconcile(raw, placed, villages.loc[sorted(set(codes))], {})
    rows_of = {str(kode): [int(row) for row in own.index] for kode, own in repeated.groupby(repeated)}
    reconciliation.loc[
        reconciliation["kode_desa"].isin(rows_of) & reconciliation["keterangan"].eq(""), "keterangan"
    ] = _("stands in the list more than once")
    kept = replace(raw, data=raw.data.loc[placed.table.index])
    return DecidedList(
        kode=tuple(dict.fromkeys(str(kode) for kode in codes)),
        reconciliation=reconciliation,
        findings=(
            *raw.findings,
            *notes,
            *placed.findings,
            *_repeated(rows_of, villages, raw),
            *numbering_findings(kept, table.number),
            *_too_long(codes.nunique(), len(villages), raw),
        ),
        open_cases=placed.open_cases(raw),
        source=raw.source,
        sheet=raw.sheet,
    )


def _in_order(placed: pd.DataFrame, raw: RawTable, table: ListTable) -> pd.Series[str]:
    """Return the codes in the order of the list: by its numbers where they are complete, else by rows."""
    codes: pd.Series[str] = placed["kode_desa"].dropna()
    if not table.number:
        return codes
    numbers = raw.data.loc[codes.index, table.number].map(list_number)
    if numbers.isna().any() or numbers.duplicated().any():
        return codes
    ordered: pd.Series[str] = codes.loc[numbers.sort_values(kind="stable").index]
    return ordered


def _repeated(rows_of: Mapping[str, list[int]], villages: pd.DataFrame, raw: RawTable) -> list[Finding]:
    return [
        Finding(
            check="daftar.duplicate",
            level="warning",
            where=replace(raw.where, row=rows[0], kode_desa=kode),
            message=_("{desa} ({kode}) stands in the list {n} times: rows {rows}").format(
                desa=villages["desa"][kode], kode=format_kode(kode), n=len(rows), rows=compress_rows(rows)
            ),
            remedy=_("it is counted once; see in the decree whether another village is meant"),
        )
        for kode, rows in rows_of.items()
    ]


def _too_long(n: int, total: int, raw: RawTable) -> list[Finding]:
    """Warn about a list of most villages: it may be a table of all with a column that marks the lokus."""
    if 2 * n <= total:
        return []
    return [
        Finding(
            check="daftar.whole",
            level="blocking" if n == total else "warning",
            where=raw.where,
            message=_("the list names {n} of {total} villages").format(n=n, total=total),
            remedy=_("where a column says which villages are lokus, state it in the row filter (saring)"),
        )
    ]
