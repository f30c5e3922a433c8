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
from lokus.intake.tables.numbers import is_missing_marker
from lokus.places.kode import compress_rows, detect_system, format_kode, kabupaten_of, repair_codes
from lokus.places.names import match_names

if TYPE_CHECKING:
    from lokus.intake.tables.tables import RawTable

__all__ = ["UNKNOWN_CODE", "RowPlaces", "place_rows"]


# FOLDED: Rows settled by their village code.


UNKNOWN_CODE = "kode tidak dikenal"


def place_by_code(
    table: pd.DataFrame, rows: pd.DataFrame, villages: pd.DataFrame, raw: RawTable, place: Mapping[str, str]
) -> tuple[pd.DataFrame, tuple[str, pd.Index, str], list[Finding]]:
    """Let codes go before names, where the column holds Kemendagri codes."""
    at = replace(raw.where, column=raw.column(place["kode"]))
    codes, findings = repair_codes(rows["kode"], where=at)
    kabupaten = {kabupaten_of(kode) for kode in villages.index}
    elsewhere = codes.notna() & ~codes.str[:4].isin(kabupaten)
    if codes.notna().any() and elsewhere[codes.notna()].all():
        raise other_kabupaten(
            raw,
            _("its codes begin with {found}, this study's with {wanted}").format(
                found=", ".join(sorted(set(codes.dropna().str[:4]))[:6]), wanted=", ".join(sorted(kabupaten))
            ),
        )
    system = detect_system(codes[~elsewhere], villages, where=at)
    if system.system != "kemendagri":
        if "desa" not in place:
            first = system.findings[0]
            raise InputError(first.message, where=first.where, remedy=first.remedy)
        names_used = [replace(finding, level="warning") for finding in system.findings]
        return table, ("other", rows.index[:0], ""), [*findings, *names_used]
    table = table[~elsewhere].copy()
    codes = codes[~elsewhere]
    known, decided = codes.isin(villages.index), table["cara"] == "keputusan"
    unknown = codes.notna() & ~known & ~decided
    for row in codes.index[unknown]:
        findings.append(
            Finding(
                check="join.unknown_code",
                level="blocking",
                where=replace(at, row=int(row), kode_desa=str(codes[row])),
                message=_("code {kode} {desa} is in no boundary and on no official list")
                .format(kode=format_kode(str(codes[row])), desa=table["desa_sumber"][row])
                .replace("  ", " "),
                remedy=_("correct the code, or add the village to the boundaries or the official list"),
            )
        )
    by_name = table["cara"].isin(["nama persis", "nama dinormalkan"])
    for row in codes.index[known & by_name & (table["kode_desa"] != codes).fillna(value=False)]:
        findings.append(
            Finding(
                check="join.code_name",
                level="blocking",
                where=replace(at, row=int(row), kode_desa=str(codes[row])),
                message=_("the code {kode} is {village}, but the name {desa} belongs to {other}").format(
                    kode=format_kode(str(codes[row])),
                    village=villages["desa"][codes[row]],
                    desa=table["desa_sumber"][row],
                    other=format_kode(str(table["kode_desa"][row])),
                ),
                remedy=_("correct the code or the name; until then the code counts"),
            )
        )
    by_code = known & ~decided
    # A row that its name would settle stays open: the code says it is another village.
    table["kode_desa"] = table["kode_desa"].mask(unknown, pd.NA).mask(by_code, codes)
    table["cara"] = table["cara"].mask(unknown, UNKNOWN_CODE).mask(by_code, "kode")
    table["nilai"] = table["nilai"].mask(unknown, float("nan")).mask(by_code, 100.0)
    placed = set(table.index[table["kode_desa"].notna()])
    findings = [
        replace(finding, level="warning")
        if finding.check == "kode.refused" and finding.where.row in placed
        else finding
        for finding in findings
    ]
    text = _("{n} rows of other kabupaten were left out: rows {rows}")
    return table, ("other_kabupaten", rows.index[elsewhere], text), findings


def other_kabupaten(raw: RawTable, why: str) -> InputError:
    """Make the error for a table of another kabupaten."""
    return InputError(
        _("this looks like a table for another kabupaten: {why}").format(why=why),
        where=raw.where,
        remedy=_("check file and sheet; if the table holds several kabupaten, state the row filter (saring)"),
    )


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
        raise InputError(
            _("the table needs a column of codes or of village names"),
            where=raw.where,
            remedy=_("name the column kode or desa under tempat"),
        )
    aside: list[tuple[str, int, str]] = []
    findings: list[Finding] = []
    rows = _source(raw, place)
    rows, note = _without_continuations(rows, raw, value_columns)
    _put_aside(aside, findings, note, raw)
    rows, note = _filtered(rows, raw, where or {})
    _put_aside(aside, findings, note, raw)
    if rows.empty:
        raise InputError(
            _("the table is empty: no row has a village"),
            where=raw.where,
            remedy=_("name the column of villages under tempat, or another sheet with lembar"),
        )
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
        raise InputError(
            _("no row satisfies all conditions of the row filter"),
            where=raw.where,
            remedy=_("write the values under saring as they stand in the table"),
        )
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
