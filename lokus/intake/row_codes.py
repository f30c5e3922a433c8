"""Rows settled by their village code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import gettext as _
from lokus.places.kode import detect_system, format_kode, kabupaten_of, repair_codes

if TYPE_CHECKING:
    from lokus.intake.tables import RawTable

__all__ = ["UNKNOWN_CODE", "other_kabupaten", "place_by_code"]

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
