"""Reading the action calendar back after the offices have filled it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.calendar_form import REGISTER
from lokus.intake.calendar_rows import NUMBERS, TEXTS, read_rows
from lokus.intake.calendar_trace import ISSUED_COLUMNS, trace_rows
from lokus.intake.grid import Grid, read_grid
from lokus.intake.numbers import parse_numbers

__all__ = ["ACTIVITY_COLUMNS", "FilledCalendar", "read_calendar"]

NOT_REPORTED = "belum diisi"
ACTIVITY_COLUMNS = (
    "id", "kode_desa", "desa", "kecamatan", "opd", "jenis", "kegiatan", "satuan", "kebutuhan", "target",
    "bulan_mulai", "bulan_selesai", "anggaran", "sumber_dana", "penanggung_jawab", "status",
    "status_disimpulkan", "realisasi", "capaian", "keterangan", "tambahan", "berkas", "lembar", "baris",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class FilledCalendar:
    """What the offices say they did.

    Attributes
    ----------
    activities : pandas.DataFrame
        One row an activity, columns ``ACTIVITY_COLUMNS``: ``status`` is "selesai", "berjalan", "belum" or
        "belum diisi"; ``capaian`` is 100 × realised / target, NaN where the target is missing or 0;
        ``tambahan`` marks activities that were not handed out. An activity whose row is gone is here too,
        not reported and without ``baris``.
    by_village, by_opd : pandas.DataFrame
        ``kegiatan`` and, of these, ``selesai``, ``berjalan``, ``belum``, ``belum_diisi``; ``tambahan``; and
        ``anggaran``, missing where none is stated.
    findings : tuple of Finding
    """

    activities: pd.DataFrame
    by_village: pd.DataFrame
    by_opd: pd.DataFrame
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        counts = self.activities["status"].value_counts()
        return _(
            "Action calendar: {n} activities in {villages} villages; {done} done, {going} under way, "
            "{open} not begun, {silent} not reported; {findings} findings"
        ).format(
            n=format_number(len(self.activities)),
            villages=format_number(len(self.by_village)),
            done=format_number(counts.get("selesai", 0)),
            going=format_number(counts.get("berjalan", 0)),
            open=format_number(counts.get("belum", 0)),
            silent=format_number(counts.get(NOT_REPORTED, 0)),
            findings=format_number(len(self.findings)),
        )


def read_calendar(
    path: str | Path | Sequence[str | Path], villages: pd.DataFrame, *, issued: pd.DataFrame | None = None
) -> FilledCalendar:
    """Read the filled workbook, or the workbooks the offices sent back one by one.

    Rows may be sorted, filtered, added and taken out, columns added and moved, months and numbers written
    as offices write them; what cannot be traced is told with its sheet and row.

    Parameters
    ----------
    path : path or sequence of paths
    villages : pandas.DataFrame
        Index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    issued : pandas.DataFrame, optional
        The calendar as it was handed out; otherwise the list that the workbook carries on a hidden sheet.

    Raises
    ------
    InputError
        A file cannot be read, or no sheet holds a calendar.

    Notes
    -----
    Where the status is empty and something is reported as realised, the status is concluded from it: not
    begun at 0, done where the target is reached, otherwise under way; ``status_disimpulkan`` marks that.
    """
    paths = [path] if isinstance(path, (str, Path)) else list(path)
    grids = [grid for one in paths for grid in read_grid(one)]
    handed_out = _register(grids) if issued is None else issued
    sheets = [found for grid in grids if grid.sheet != REGISTER and (found := read_rows(grid)) is not None]
    if not sheets:
        raise InputError(
            _("no sheet holds an action calendar"),
            where=Where(file=", ".join(Path(one).name for one in paths)),
            remedy=_("the header row with the columns for activity, status and identifier must stay"),
        )
    findings = [finding for grid in grids for finding in grid.findings]
    findings += [finding for sheet in sheets for finding in sheet.findings]
    rows = pd.concat([sheet.rows.rename_axis("baris").reset_index() for sheet in sheets], ignore_index=True)
    if handed_out is not None:
        handed_out = handed_out.reindex(columns=list(ISSUED_COLUMNS))
    traced, more = trace_rows(rows, villages, handed_out)
    activities, contradictions = _judged(traced)
    return FilledCalendar(
        activities=activities,
        by_village=_counted(activities, "kode_desa"),
        by_opd=_counted(activities, "opd"),
        findings=(*findings, *more, *contradictions),
    )


def _register(grids: Sequence[Grid]) -> pd.DataFrame | None:
    """Read what was handed out from the hidden sheets; the same activity may stand in several workbooks."""
    frames = [
        pd.DataFrame([dict(zip(grid.rows[0], row, strict=True)) for row in grid.rows[1:]])
        for grid in grids
        if grid.sheet == REGISTER
    ]
    if not frames:
        return None
    listed = pd.concat(frames, ignore_index=True).reindex(columns=list(ISSUED_COLUMNS))
    listed = listed[listed["id"].notna()].drop_duplicates("id")
    texts = [name for name in ISSUED_COLUMNS if name != "kebutuhan"]
    listed[texts] = listed[texts].astype(object).where(listed[texts].notna(), "").astype(str)
    return listed.assign(kebutuhan=parse_numbers(listed["kebutuhan"].astype(object)).value)


def _judged(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Conclude statuses that were left empty, compute what was achieved, name what contradicts itself."""
    rows = rows.astype(dict.fromkeys((*NUMBERS, "bulan_mulai", "bulan_selesai"), float))
    target, done = rows["target"], rows["realisasi"]
    reached = (target > 0) & (done >= target)
    concluded = (rows["status"] == "") & done.notna()
    by_numbers = np.select([reached, done > 0], ["selesai", "berjalan"], "belum")
    status = rows["status"].where(~concluded, pd.Series(by_numbers, index=rows.index))
    findings = [
        Finding(
            check="calendar.contradiction", level="note",
            where=Where(file=row["berkas"], sheet=row["lembar"] or None, row=int(row["baris"])),
            message=_('reported as "{status}", but {done} of {target} realised').format(
                status=row["status"], done=format_number(row["realisasi"], decimals=0),
                target=format_number(row["target"], decimals=0),
            ),
            remedy=_("check status and numbers"),
        )
        for row in rows[
            (rows["status"] == "selesai") & (done < target) | (rows["status"] == "belum") & (done > 0)
        ].to_dict("records")
    ]  # fmt: skip
    activities = rows.assign(
        status=status.where(status != "", NOT_REPORTED),
        status_disimpulkan=concluded,
        capaian=100.0 * done / target.where(target > 0),
        bulan_mulai=rows["bulan_mulai"].astype("Int64"),
        bulan_selesai=rows["bulan_selesai"].astype("Int64"),
        baris=rows["baris"].astype("Int64"),
        kode_desa=rows["kode_desa"].where(rows["kode_desa"] != "", None),
    )[list(ACTIVITY_COLUMNS)]
    texts = [name for name in TEXTS if name != "kode_desa"]
    activities[texts] = activities[texts].where(activities[texts].notna(), "")
    order = ["opd", "kode_desa", "id", "berkas", "lembar", "baris"]
    return activities.sort_values(order, kind="stable", ignore_index=True), findings


def _counted(activities: pd.DataFrame, by: str) -> pd.DataFrame:
    rows = activities[activities[by].notna()]
    groups = rows[by]
    table = pd.DataFrame({"kegiatan": rows.groupby(by).size()})
    for status in ("selesai", "berjalan", "belum", NOT_REPORTED):
        table[status.replace(" ", "_")] = (rows["status"] == status).groupby(groups).sum()
    table["tambahan"] = rows["tambahan"].astype(bool).groupby(groups).sum()
    table["anggaran"] = rows.groupby(by)["anggaran"].sum(min_count=1)
    counts = [name for name in table if name != "anggaran"]
    return table.astype(dict.fromkeys(counts, np.int64)).sort_index()
