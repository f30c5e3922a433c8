"""Tracing the rows of a filled calendar back to the activities that were handed out, and to villages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.kode import KodeError, format_kode, parse_kode
from lokus.places.names import normalise_name

__all__ = ["ISSUED_COLUMNS", "trace_rows"]

ISSUED_COLUMNS = ("id", "kode_desa", "opd", "jenis", "kegiatan", "satuan", "kebutuhan")
_EMPTY = ("status", "berkas", "lembar", "desa", "kecamatan", "sumber_dana", "penanggung_jawab", "keterangan")
_IDENTIFIER = re.compile(r"KA-\d{4}-(\d{10})-\S+")


def trace_rows(
    rows: pd.DataFrame, villages: pd.DataFrame, issued: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Say of every row which activity and village it is, and which activities have no row any more.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of all sheets, with ``berkas``, ``lembar`` and ``baris``.
    villages : pandas.DataFrame
        Index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    issued : pandas.DataFrame or None
        Activities as handed out, columns ``ISSUED_COLUMNS``; None when that is not known.

    Returns
    -------
    (pandas.DataFrame, list of Finding)
        The rows with ``opd``, ``kode_desa``, names as `villages` has them, and ``tambahan`` (not among those
        handed out); after them the activities without a row, with no ``baris``.
    """
    findings: list[Finding] = []
    known = _known(rows, issued)
    rows = rows.assign(tambahan=~_claims(rows, known, issued, findings))
    own = [None if added else known[key] for key, added in zip(rows["id"], rows["tambahan"], strict=True)]
    codes = _written_codes(rows, villages)
    kode = []
    for position, (row, record) in enumerate(zip(rows.to_dict("records"), own, strict=True)):
        told = codes[position]
        if record is not None:
            planned = str(record["kode_desa"])
            if told and told != planned:
                findings.append(_moved(row, planned, told))
            kode.append(planned)
        else:
            kode.append(told)
            if not told:
                findings.append(_nowhere(row))
    rows["kode_desa"] = pd.Series(kode, index=rows.index, dtype=object)
    rows["opd"] = _offices(rows, own)
    if issued is not None:
        rows = pd.concat([rows, _absent(rows, issued, findings)], ignore_index=True)
    for name in ("desa", "kecamatan"):
        official = rows["kode_desa"].map(villages[name].astype(object))
        rows[name] = official.where(official.notna(), rows[name])
    return rows, findings


def _known(rows: pd.DataFrame, issued: pd.DataFrame | None) -> dict[str, dict[Any, Any]]:
    """Activities by identifier; without a list of them an identifier of our form speaks for itself."""
    if issued is not None:
        return {str(record["id"]): record for record in issued.to_dict("records")}
    matches = ((key, _IDENTIFIER.fullmatch(key)) for key in rows["id"].unique())
    return {key: {"kode_desa": match[1]} for key, match in matches if match}


def _claims(
    rows: pd.DataFrame,
    known: dict[str, dict[Any, Any]],
    issued: pd.DataFrame | None,
    findings: list[Finding],
) -> pd.Series[bool]:
    """Whether a row stands for its identifier: it is known, and no row before it, reported, has it."""
    filled = rows[["target", "realisasi"]].notna().any(axis=1) | (rows["status"] != "")
    order = rows.assign(_empty=~filled).sort_values("_empty", kind="stable")
    first = ~order.duplicated("id").reindex(rows.index)
    is_known = rows["id"].isin(list(known))
    findings += [
        Finding(
            check="calendar.duplicate_id", level="warning", where=_where(row),
            message=_('the identifier "{id}" stands in several rows; this row counts as an added activity')
            .format(id=row["id"]),
            remedy=_("give one row to each activity, and leave the identifier of an added row empty"),
        )
        for row in rows[is_known & ~first].to_dict("records")
    ]  # fmt: skip
    findings += [
        Finding(
            check="calendar.unknown_id", level="warning", where=_where(row),
            message=_('the identifier "{id}" was not handed out; the row counts as an added activity')
            .format(id=row["id"]),
            remedy=_("restore the identifier, or leave it empty for an added activity"),
        )
        for row in rows[~is_known & (rows["id"] != "")].to_dict("records")
    ]  # fmt: skip
    added = int((rows["id"] == "").sum())
    if added:
        findings.append(
            Finding(
                check="calendar.added", level="note",
                message=_("{n} activities were added to those handed out").format(n=added),
            )
        )  # fmt: skip
    if issued is None:
        findings.append(
            Finding(
                check="calendar.no_register", level="note",
                message=_("the list of activities handed out is not in the file; deleted rows go unnoticed"),
                remedy=_("send back the whole workbook, not a copy of its sheets"),
            )
        )  # fmt: skip
    return is_known & first


def _written_codes(rows: pd.DataFrame, villages: pd.DataFrame) -> list[str]:
    """Code of the village each row names, by code or else by its two names; empty for none."""
    by_name: dict[tuple[str, str], str | None] = {}
    for kode, village in villages.iterrows():
        names = normalise_name(str(village["kecamatan"])), normalise_name(str(village["desa"]))
        by_name[names] = None if names in by_name else str(kode)
    codes = []
    for row in rows.to_dict("records"):
        try:
            kode = parse_kode(row["kode_desa"]) if row["kode_desa"] else ""
        except KodeError:
            kode = ""
        if kode not in villages.index:
            names = normalise_name(row["kecamatan"]), normalise_name(row["desa"])
            kode = by_name.get(names) or ""
        codes.append(kode)
    return codes


def _offices(rows: pd.DataFrame, own: Sequence[dict[Any, Any] | None]) -> list[str]:
    """Office of each row: as handed out, else that of most rows of the sheet, else the sheet's name."""
    told = [str(record.get("opd", "")) if record else "" for record in own]
    sheets = list(zip(rows["berkas"], rows["lembar"], strict=True))
    usual: dict[tuple[str, str], Counter[str]] = {sheet: Counter() for sheet in sheets}
    for sheet, opd in zip(sheets, told, strict=True):
        usual[sheet][opd] += bool(opd)
    return [
        opd or max(usual[sheet], key=lambda name: (usual[sheet][name], name)) or sheet[1]
        for sheet, opd in zip(sheets, told, strict=True)
    ]


def _absent(rows: pd.DataFrame, issued: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Give the activities that have no row, and tell of them office by office."""
    present = set(rows.loc[~rows["tambahan"], "id"])
    absent = issued[~issued["id"].isin(present)]
    for opd, gone in absent.groupby("opd", sort=True):
        if len(gone) == (issued["opd"] == opd).sum():
            message = _("{opd} handed in nothing: {n} activities count as not reported")
        else:
            message = _("{n} activities of {opd} have no row any more and count as not reported: {ids}")
        listed = ", ".join(gone["id"].astype(str).head(5)) + (", …" if len(gone) > 5 else "")
        findings.append(
            Finding(
                check="calendar.deleted", level="warning", opd=str(opd),
                message=message.format(opd=opd, n=len(gone), ids=listed),
                remedy=_("ask the office; an activity not carried out keeps its row, with its status"),
            )
        )  # fmt: skip
    empty = dict.fromkeys(_EMPTY, "")
    return absent[list(ISSUED_COLUMNS)].assign(tambahan=False, **empty)


def _moved(row: dict[Any, Any], planned: str, told: str) -> Finding:
    return Finding(
        check="calendar.moved", level="warning", where=replace(_where(row), kode_desa=planned),
        message=_("the row was handed out for village {planned} and now names {told}; the first stands")
        .format(planned=format_kode(planned), told=format_kode(told)),
        remedy=_("add a row for an activity in another village, and leave its identifier empty"),
    )  # fmt: skip


def _nowhere(row: dict[Any, Any]) -> Finding:
    name = ", ".join(text for text in (row["kode_desa"], row["desa"], row["kecamatan"]) if text)
    return Finding(
        check="calendar.village", level="warning", where=_where(row),
        message=_('the village "{name}" is not known; the activity counts for its office only')
        .format(name=name),
        remedy=_("write the code of the village"),
    )  # fmt: skip


def _where(row: dict[Any, Any]) -> Where:
    return Where(file=row["berkas"], sheet=row["lembar"] or None, row=int(row["baris"]))
