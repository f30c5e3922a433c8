"""Which village each row of a table is: by code, by name, by decision; and which rows are no villages."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import gettext as _
from lokus.intake.cells import is_missing_marker
from lokus.intake.row_codes import UNKNOWN_CODE, other_kabupaten, place_by_code
from lokus.places.kode import compress_rows, format_kode
from lokus.places.names import match_names

if TYPE_CHECKING:
    from lokus.intake.tables import RawTable

__all__ = ["RowPlaces", "place_rows"]

_MIN_SHARE_FOUND = 0.3
_MIN_ROWS_TO_JUDGE = 5
_MIN_SHARE_BLANK = 0.2
_KECAMATAN = re.compile(r"kec(amatan)?[.\s:]+(?P<name>.+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class RowPlaces:
    """Villages of the rows of a table.

    Attributes
    ----------
    table : pandas.DataFrame
        Index = spreadsheet row, one row a village row; columns as :func:`lokus.places.names.match_names`
        gives, and ``kode_sumber``, ``keterangan``.
    set_aside : pandas.DataFrame
        ``cara``, ``baris`` (the first), ``keterangan``: one line a kind of rows that were not to be placed.
    findings : tuple of Finding
    """

    table: pd.DataFrame
    set_aside: pd.DataFrame
    findings: tuple[Finding, ...]


def place_rows(
    raw: RawTable,
    villages: pd.DataFrame,
    *,
    place: Mapping[str, str],
    value_columns: Sequence[str],
    decisions: pd.DataFrame | None = None,
    where: Mapping[str, str] | None = None,
) -> RowPlaces:
    """Find the village of every row.

    Parameters
    ----------
    raw : RawTable
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    place : mapping
        ``{"kode" | "desa" | "kecamatan": header}``.
    value_columns : sequence of str
        Columns that hold data; a row without code, name and data is a continuation of the row above.
    decisions : pandas.DataFrame, optional
    where : mapping of header to value, optional

    Raises
    ------
    InputError
        A column is missing, no row is left, or the table is for another kabupaten.
    """
    if not {"kode", "desa"} & set(place):
        raise InputError(_("the table needs a column of codes or of village names"), where=raw.where)
    aside: list[tuple[str, int, str]] = []
    findings: list[Finding] = []
    rows = _source(raw, place)
    rows, note = _without_continuations(rows, raw, value_columns)
    _put_aside(aside, findings, note, raw)
    rows, note = _filtered(rows, raw, where or {})
    _put_aside(aside, findings, note, raw)
    if rows.empty:
        raise InputError(_("the table is empty: no row has a village"), where=raw.where)
    table = _by_name(rows, villages, raw, decisions) if "desa" in place else _unplaced(rows, raw)
    if "kode" in place:
        table, note, code_findings = place_by_code(table, rows, villages, raw, place)
        _put_aside(aside, findings, note, raw)
        findings += code_findings
    _refuse_other_kabupaten(table, raw)
    table["kode_sumber"] = rows["kode"].map(_written).reindex(table.index)
    table["keterangan"] = [_explain(row) for row in table.to_dict("records")]
    findings += _decided(table, raw)
    findings += _open(table, raw)
    return RowPlaces(
        table=table,
        set_aside=pd.DataFrame(aside, columns=["cara", "baris", "keterangan"]),
        findings=tuple(findings),
    )


def _source(raw: RawTable, place: Mapping[str, str]) -> pd.DataFrame:
    """Code, village and kecamatan as written, blanks as None; block kecamatan filled down."""
    columns: dict[str, pd.Series] = {}
    for key in ("kode", "desa", "kecamatan"):
        cells = (
            raw.data[raw.column(place[key])]
            if key in place
            else pd.Series(None, index=raw.data.index, dtype=object)
        )
        columns[key] = cells.map(lambda cell: None if is_missing_marker(cell) else cell).astype(object)
    rows = pd.DataFrame(columns)
    if "kecamatan" in place and rows["kecamatan"].isna().mean() >= _MIN_SHARE_BLANK:
        rows["kecamatan"] = rows["kecamatan"].ffill()
    elif "kecamatan" not in place:
        rows["kecamatan"] = _from_headings(raw)
    return rows.where(rows.notna(), None)


def _from_headings(raw: RawTable) -> pd.Series:
    """Kecamatan from heading rows ("Kecamatan Sarudu") above the villages of a block."""
    headings = raw.totals[raw.totals["jenis_baris"] == "heading"].drop(columns="jenis_baris")
    names: dict[int, str] = {}
    for row, cells in headings.iterrows():
        found = [_KECAMATAN.fullmatch(cell.strip()) for cell in cells if isinstance(cell, str)]
        if match := next((match for match in found if match), None):
            names[int(str(row))] = match.group("name").strip()
    filled = (
        pd.Series(names, dtype=object)
        .reindex(raw.data.index.union(pd.Index(list(names), dtype="int64")))
        .ffill()
    )
    return filled.reindex(raw.data.index)


def _without_continuations(
    rows: pd.DataFrame, raw: RawTable, value_columns: Sequence[str]
) -> tuple[pd.DataFrame, tuple[str, pd.Index, str]]:
    nameless = rows["kode"].isna() & rows["desa"].isna()
    has_data = ~raw.data[list(value_columns)].map(is_missing_marker).all(axis=1)
    gone = rows.index[nameless & ~has_data]
    text = _("{n} continuation rows without code, name and data were skipped: rows {rows}")
    return rows.drop(index=gone), ("continuation", gone, text)


def _filtered(
    rows: pd.DataFrame, raw: RawTable, where: Mapping[str, str]
) -> tuple[pd.DataFrame, tuple[str, pd.Index, str]]:
    keep = pd.Series(True, index=rows.index)
    for header, value in where.items():
        column = raw.column(header)
        matching = raw.data.loc[rows.index, column].map(_folded) == _folded(value)
        if not matching.any():
            seen = sorted(
                {str(cell) for cell in raw.data.loc[rows.index, column] if not is_missing_marker(cell)}
            )
            raise InputError(
                _('no row has "{value}" in this column').format(value=value),
                where=replace(raw.where, column=column),
                remedy=_("values seen: {values}").format(
                    values=", ".join(seen[:12]) + (", …" if len(seen) > 12 else "")
                ),
            )
        keep &= matching
    if where and not keep.any():
        raise InputError(_("no row satisfies all conditions of the row filter"), where=raw.where)
    text = _("{n} rows outside the row filter were left out: rows {rows}")
    return rows[keep], ("filter", rows.index[~keep], text)


def _put_aside(
    aside: list[tuple[str, int, str]], findings: list[Finding], note: tuple[str, pd.Index, str], raw: RawTable
) -> None:
    kind, index, text = note
    if not len(index):
        return
    message = text.format(n=len(index), rows=_some(index))
    aside.append(("tidak dipasangkan", int(index[0]), message))
    findings.append(Finding(check=f"join.{kind}", level="note", where=raw.where, message=message))


def _by_name(
    rows: pd.DataFrame, villages: pd.DataFrame, raw: RawTable, decisions: pd.DataFrame | None
) -> pd.DataFrame:
    names = rows[["kecamatan", "desa"]] if rows["kecamatan"].notna().any() else rows[["desa"]]
    return match_names(names, villages, decisions=decisions, source=raw.source)


def _unplaced(rows: pd.DataFrame, raw: RawTable) -> pd.DataFrame:
    table = pd.DataFrame(index=rows.index)
    table["kode_desa"] = pd.array([pd.NA] * len(rows), dtype="string")
    table["cara"], table["nilai"] = "tidak ditemukan", float("nan")
    table["calon"] = [[] for __ in range(len(rows))]
    table["alasan"], table["sumber"] = "", raw.source
    table["kecamatan_sumber"], table["desa_sumber"] = (
        rows["kecamatan"].map(_written),
        rows["desa"].map(_written),
    )
    return table


def _refuse_other_kabupaten(table: pd.DataFrame, raw: RawTable) -> None:
    found = int((~table["cara"].isin(["tidak ditemukan", UNKNOWN_CODE])).sum())
    if len(table) >= _MIN_ROWS_TO_JUDGE and found < _MIN_SHARE_FOUND * len(table):
        raise other_kabupaten(
            raw,
            _("only {found} of its {n} rows are villages of this study").format(found=found, n=len(table)),
        )


def _decided(table: pd.DataFrame, raw: RawTable) -> list[Finding]:
    decided = table[table["cara"] == "keputusan"]
    return [
        Finding(
            check="join.decision",
            level="note",
            where=replace(raw.where, row=row),
            message=_("{desa}: settled by a human decision, {what}").format(desa=desa, what=what),
        )
        for row, desa, what in zip(_rows(decided), decided["desa_sumber"], decided["keterangan"], strict=True)
    ]


def _open(table: pd.DataFrame, raw: RawTable) -> list[Finding]:
    findings = []
    still = table[table["cara"].isin(["ambigu", "tidak ditemukan"])]
    for number, row in zip(_rows(still), still.to_dict("records"), strict=True):
        desa, kecamatan, calon = row["desa_sumber"], row["kecamatan_sumber"], row["calon"]
        if row["kode_sumber"] and not desa:
            continue  # the refused code is a finding already
        message = (
            _("a row with numbers names no village")
            if not desa
            else _("{who} could be several villages: {candidates}")
            if row["cara"] == "ambigu"
            else _("{who} is no village of this study; nearest: {candidates}")
            if calon
            else _("{who} is no village of this study")
        ).format(who=f"{desa} ({kecamatan})" if kecamatan else desa, candidates="; ".join(calon))
        findings.append(
            Finding(
                check="join.unmatched",
                level="blocking",
                where=replace(raw.where, row=number),
                message=message,
                remedy=_('write its code, or "abaikan" with a reason, in the decisions file (kecocokan.csv)'),
            )
        )
    return findings


def _rows(table: pd.DataFrame) -> list[int]:
    return [int(row) for row in table.index]


def _explain(row: Mapping[Hashable, Any]) -> str:
    if row["cara"] == "keputusan":
        kode = row["kode_desa"]
        what = _("left out") if pd.isna(kode) else _("code {kode}").format(kode=format_kode(str(kode)))
        return f"{what}: {row['alasan']}" if row["alasan"] else what
    if row["cara"] == UNKNOWN_CODE:
        return _("in no boundary and on no official list")
    if row["cara"] in ("ambigu", "tidak ditemukan") and row["calon"]:
        return _("candidates: {names}").format(names="; ".join(row["calon"]))
    return ""


def _written(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and pd.isna(cell)):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _folded(cell: object) -> str:
    return " ".join(_written(cell).split()).casefold()


def _some(index: pd.Index) -> str:
    listed = compress_rows([int(row) for row in index]).split(", ")
    return ", ".join(listed[:8]) + (", …" if len(listed) > 8 else "")
