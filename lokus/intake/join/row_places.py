"""Find the village of each row by code, name or decision, and set aside rows that are no villages."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import gettext as _
from lokus.intake.join.codes import CODE_CONFLICT, UNKNOWN_CODE, other_kabupaten, place_by_code
from lokus.intake.tables.numbers import is_missing_marker
from lokus.places.kode import compress_rows, format_kode
from lokus.places.name_rules import plain_name
from lokus.places.names import match_names

if TYPE_CHECKING:
    from lokus.intake.tables.tables import RawTable

__all__ = ["OPEN", "RowPlaces", "place_rows"]

OPEN = ("ambigu", "tidak ditemukan", UNKNOWN_CODE, CODE_CONFLICT)
"""What is left to a person: rows without a village, and rows whose code and name differ."""


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
        ``cara``, ``baris`` (the first), ``keterangan``: one line for each kind of rows that are not placed.
    findings : tuple of Finding
    """

    table: pd.DataFrame
    set_aside: pd.DataFrame
    findings: tuple[Finding, ...]

    def open_cases(self, raw: RawTable) -> pd.DataFrame:
        """Return the rows for a person to decide, as for :func:`lokus.places.names.write_open_cases`."""
        left = self.table[self.table["cara"].isin(OPEN)]
        return left.assign(lembar=raw.sheet, baris=left.index)


def place_rows(
    raw: RawTable,
    villages: pd.DataFrame,
    *,
    place: Mapping[str, str],
    value_columns: Sequence[str],
    decisions: pd.DataFrame | None = None,
    where: Mapping[str, str] | None = None,
    personal: bool = False,
    listed: bool = True,
) -> RowPlaces:
    r"""Find the village of every row.

    Parameters
    ----------
    raw : RawTable
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    place : mapping
        ``{"kode" | "desa" | "kecamatan": header}``.
    value_columns : sequence of str
        Columns with data; a row without code, name and data is a continuation of the row above.
    decisions : pandas.DataFrame, optional
    where : mapping of header to value, optional
    personal : bool
        Whether the table was counted from rows of children: its village names are then not written anywhere
        unless they match, because a shifted column would contain names of children.
    listed : bool
        Whether the codes of `villages` are in an official list; see
        :func:`lokus.intake.join.codes.place_by_code`.

    Raises
    ------
    InputError
        A column is missing, no row is left, or the table is for another kabupaten.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Desa;Diukur\nDs. Sukamaju;81\nSuka Jaya;40\n")
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sukasari"},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> placed = place_rows(read_table(path), villages, place={"desa": "Desa"}, value_columns=["Diukur"])
    >>> placed.table["kode_desa"].to_dict()
    {2: '9901012001', 3: '9901012002'}
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
    table = match_names(
        rows[["kecamatan", "desa"]] if rows["kecamatan"].notna().any() else rows[["desa"]],
        villages, decisions=decisions, source=raw.source, sheet=raw.sheet, nameless=personal,
    )  # fmt: skip
    findings += stale_decisions(decisions, rows, raw)
    if "kode" in place:
        placed = place_by_code(table, rows, villages, raw, place, listed=listed)
        table = placed.table
        text = _("{n} rows of other kabupaten were left out: rows {rows}")
        _put_aside(aside, findings, ("other_kabupaten", placed.elsewhere, text), raw)
        findings += placed.findings
    _refuse_other_kabupaten(table, raw)
    if personal:
        table = _without_names(table, villages)
    table["kode_sumber"] = rows["kode"].map(_written).reindex(table.index)
    table["keterangan"] = [_explain(row) for row in table.to_dict("records")]
    findings += _decided(table, raw)
    findings += _open(table, raw, personal=personal)
    return RowPlaces(
        table=table,
        set_aside=pd.DataFrame(aside, columns=["cara", "baris", "keterangan"]),
        findings=tuple(findings),
    )


def _source(raw: RawTable, place: Mapping[str, str]) -> pd.DataFrame:
    """Return code, village and kecamatan as written, blanks as None, with kecamatan of blocks filled down."""
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
    """Return the kecamatan from heading rows ("Kecamatan Sarudu") above the villages of a block."""
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


def stale_decisions(decisions: pd.DataFrame | None, rows: pd.DataFrame, raw: RawTable) -> list[Finding]:
    """Report decisions about a row whose name has changed; they are not applied.

    Parameters
    ----------
    decisions : pandas.DataFrame or None
        As returned by :func:`lokus.places.names.read_decisions`.
    rows : pandas.DataFrame
        ``desa`` as written, by row.
    raw : RawTable
    """
    if decisions is None:
        return []
    findings = []
    for line, decision in zip(decisions.index, decisions.to_dict("records"), strict=True):
        row = int(decision["baris_sumber"])
        if not row or decision["sumber"] != raw.source or decision["lembar"] not in ("", raw.sheet):
            continue
        now = rows["desa"].get(row)
        if not decision["desa"] or (now is not None and plain_name(str(now)) == plain_name(decision["desa"])):
            continue
        findings.append(
            Finding(
                check="join.decision_stale",
                level="warning",
                where=replace(raw.where, row=row),
                message=_(
                    "the decision in row {line} of kecocokan.csv is about {desa}; this row is another one "
                    "now, and the decision was not applied"
                ).format(line=int(line), desa=decision["desa"]),
                remedy=_("take it out of kecocokan.csv, or correct the row number there"),
            )
        )
    return findings


def _refuse_other_kabupaten(table: pd.DataFrame, raw: RawTable) -> None:
    found = int((~table["cara"].isin(["tidak ditemukan", UNKNOWN_CODE])).sum())
    if len(table) >= _MIN_ROWS_TO_JUDGE and found < _MIN_SHARE_FOUND * len(table):
        raise other_kabupaten(
            raw,
            _("only {found} of its {n} rows are villages of this study").format(found=found, n=len(table)),
        )


def _without_names(table: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    """Replace the name of each row by the official name of its village, or by nothing."""
    official = villages.reindex(table["kode_desa"])
    return table.assign(
        desa_sumber=official["desa"].fillna("").to_numpy(),
        kecamatan_sumber=official["kecamatan"].fillna("").to_numpy(),
    )


def _decided(table: pd.DataFrame, raw: RawTable) -> list[Finding]:
    decided = table[table["cara"] == "keputusan"]
    return [
        Finding(
            check="join.decision",
            level="note",
            where=replace(raw.where, row=row),
            message=_("{desa}: settled by a human decision, {what}").format(
                desa=desa or _("row {}").format(row), what=what
            ),
        )
        for row, desa, what in zip(_rows(decided), decided["desa_sumber"], decided["keterangan"], strict=True)
    ]


def _open(table: pd.DataFrame, raw: RawTable, *, personal: bool) -> list[Finding]:
    findings = []
    still = table[table["cara"].isin(["ambigu", "tidak ditemukan"])]
    for number, row in zip(_rows(still), still.to_dict("records"), strict=True):
        desa, kecamatan, calon = row["desa_sumber"], row["kecamatan_sumber"], row["calon"]
        if row["kode_sumber"] and not desa:
            continue  # the refused code is a finding already
        if personal:
            who = _("what this row calls a village (not shown, because the table is one of children)")
        else:
            who = f"{desa} ({kecamatan})" if kecamatan else desa
        nameless = not desa and not personal
        message = (
            _("a row with numbers names no village")
            if nameless
            else _("{who} could be several villages: {candidates}")
            if row["cara"] == "ambigu" and len(calon) > 1
            else _("{who} could be {candidates}, but not for certain")
            if row["cara"] == "ambigu"
            else _("{who} is no village of this study; nearest: {candidates}")
            if calon
            else _("{who} is no village of this study")
        ).format(who=who, candidates="; ".join(calon))
        findings.append(
            Finding(
                check="join.unmatched",
                level="blocking",
                where=replace(raw.where, row=number),
                message=message,
                remedy=_nameless_remedy(number)
                if nameless
                else _(
                    'in kecocokan.csv, at row {row} of this file: write its code; or "bukan desa" for a '
                    'total or heading; or "abaikan" with a reason for a village to be left out'
                ).format(row=number),
            )
        )
    return findings


def _nameless_remedy(row: int) -> str:
    return _(
        "write the village in this row of the table; if it is a part of the village above (posyandu, RW), "
        'its numbers belong to that village; if it is a total or a note, write "bukan desa" and what it is '
        "at row {row} of this file in kecocokan.csv"
    ).format(row=row)


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
