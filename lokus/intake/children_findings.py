"""What a planner must know about a child-level export; rows and counts, never what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lokus.findings import Finding, Level
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.findings import Where

__all__ = ["child_findings"]


def child_findings(
    seen: Mapping[str, int], rows: Mapping[str, Sequence[int]], *, where: Where, period: tuple[str, str]
) -> tuple[Finding, ...]:
    """Tell what reading an export showed, one finding a matter.

    Parameters
    ----------
    seen : mapping of str to int
        Numbers of rows or children, as in :class:`lokus.intake.children_tally.Totals`.
    rows : mapping of str to sequence of int
        The first rows of each matter.
    where : Where
        File and sheet.
    period : tuple of str
        First and last day.
    """
    findings = []
    for what, level, text, remedy in _matters():
        if not seen.get(what):
            continue
        message = text.format(n=format_number(seen[what]), start=period[0], end=period[1])
        if listed := rows.get(what):
            more = ", …" if seen[what] > len(listed) else ""
            message += " " + _("(rows {rows})").format(rows=", ".join(map(str, listed)) + more)
        findings.append(
            Finding(check=f"children.{what}", level=level, message=message, remedy=remedy, where=where)
        )
    return tuple(findings)


def _matters() -> list[tuple[str, Level, str, str]]:
    complete = _("complete these rows in e-PPGBM and export again")
    check = _("check these children in e-PPGBM; the export does not say which entry is right")
    return [
        ("tanggal", "blocking", _("{n} rows have a day of measurement that cannot be read and are left out"),
         _("write days as 2026-02-28 or 28/02/2026")),
        ("tanpa_desa", "blocking", _("{n} rows of the period name no village; they are left out"), complete),
        ("tanpa_identitas", "blocking",
         _("{n} rows of the period have no whole NIK and no name with day of birth; left out"), complete),
        ("zskor", "blocking", _("{n} rows of the period have a ZS TB/U that is not a number"), complete),
        ("tanpa_tanggal", "warning", _("{n} rows have no day of measurement; they are left out"), complete),
        ("tanggal_lahir", "warning", _("{n} rows have a day of birth that cannot be read"), complete),
        ("sebelum_lahir", "warning", _("{n} rows are measured before birth"), check),
        ("nik_ganda", "warning",
         _("{n} NIK come with more than one day of birth; each day of birth is counted as a child"), check),
        ("anak_bertentangan", "warning",
         _("{n} children have contradicting results of the same day; they count as not measured"),
         check),
        ("dua_desa", "warning",
         _("{n} children are in two villages on the same day; they are counted in the first by name"), check),
        ("anak_tidak_wajar", "warning",
         _("{n} children have an implausible ZS TB/U (beyond ±6 SD); they count as not measured"),
         _("measure these children again")),
        ("anak_tanpa_zskor", "warning",
         _("{n} children have a height but no ZS TB/U; they count as not measured"), complete),
        ("anak_tanpa_tb", "note", _("{n} children were seen in the period without a height"), ""),
        ("ganda", "note", _("{n} children are there more than once with the same result; counted once"), ""),
        ("dalam_periode", "note", _("{n} rows lie between {start} and {end}"), ""),
        ("di_luar_periode", "note", _("{n} rows lie outside {start} to {end} and were not used"), ""),
        ("disaring", "note", _("{n} rows outside the row filter were left out"), ""),
        ("lewat_nik", "note", _("{n} rows belong to children told apart by NIK"), ""),
        ("lewat_nama", "note",
         _("{n} rows have no whole NIK; their children are told apart by name, day of birth and parent"), ""),
    ]  # fmt: skip
