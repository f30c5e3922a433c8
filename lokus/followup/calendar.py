"""Draft the action calendar (kalender aksi), and summarise its realisation a year later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.followup.gaps import gap_texts, limit_texts
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.followup.interventions import Interventions

__all__ = [
    "CALENDAR_COLUMNS",
    "REALISATION_COLUMNS",
    "draft_calendar",
    "in_list_order",
    "realisation_by_village",
]

_NUMBERS = ("kebutuhan", "kebutuhan_ambang", "target", "anggaran", "realisasi")
CALENDAR_COLUMNS = (
    "id", "no", "kecamatan", "desa", "kode_desa", "opd", "jenis", "kegiatan", "indikator", "satuan",
    "kebutuhan", "kebutuhan_ambang", "target", "bulan_mulai", "bulan_selesai", "anggaran", "sumber_dana",
    "penanggung_jawab", "status", "realisasi", "keterangan",
)  # fmt: skip
_COUNTS = ("kegiatan", "selesai", "berjalan", "belum", "belum_diisi")
REALISATION_COLUMNS = (*_COUNTS, "persen_selesai", "persen_dilaporkan", "kelas_realisasi")


def draft_calendar(interventions: Interventions, *, year: int, all_villages: bool = False) -> pd.DataFrame:
    """Draft the action calendar: one row for each office, village and activity.

    Indicators that require the same activity of the same office in a village share a row. Their needs
    overlap, so the largest is used and they are never added up.

    Parameters
    ----------
    interventions : Interventions
    year : int
        Year of the calendar; part of the identifiers.
    all_villages : bool
        Draft rows for every village with gaps instead of lokus only.

    Returns
    -------
    pandas.DataFrame
        Columns ``CALENDAR_COLUMNS``, by office, then in the order of the list, others after it by code;
        ``no`` counts within the office. Target, months, budget, source of funds, responsible position, status
        and realisation are left empty for the office; ``indikator`` states what fails, with its value. A gap
        without an intervention in the catalogue has a row with an empty ``kegiatan``.

    Notes
    -----
    ``id`` consists of year, village and the first indicator among those that require the same activity,
    whether or not that one fails here, so that an activity keeps its identifier when the calendar is drafted
    again from corrected data.

    Examples
    --------
    >>> from lokus.followup.interventions import intervention_matrix
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju"], "kecamatan": "Tanjung Agung", "kode_kecamatan": "990101",
    ...      "sanitasi_layak": [55.0], "keluarga": [200.0]}, index=["9901012001"],
    ... )
    >>> found = intervention_matrix(villages, {"sanitasi_layak": 80}, load_catalogue())
    >>> draft_calendar(found, year=2027)[["id", "kegiatan"]].iloc[0].tolist()
    ['KA-2027-9901012001-sanitasi_layak', 'Pembangunan jamban keluarga dan tangki septik']
    """
    details = interventions.details
    if not all_villages:
        details = details[details["lokus"]]
    rows = details.assign(
        pokok=details["kunci"].map(_first_of_activity(interventions.thresholds)),
        kegiatan=details["intervensi"],
        sebab=_causes(details),
    )
    # Several indicators with one activity: list their labels, use the largest need.
    keys = ["opd", "kode_kecamatan", "kode_desa", "pokok"]
    drafted = (
        rows.groupby(keys, sort=True)
        .agg(
            kecamatan=("kecamatan", "first"), desa=("desa", "first"), jenis=("jenis", "first"),
            kegiatan=("kegiatan", "first"), indikator=("sebab", "; ".join), satuan=("satuan", "first"),
            kebutuhan=("kebutuhan", "max"), kebutuhan_ambang=("kebutuhan_ambang", "max"),
        )
        .reset_index()
    )  # fmt: skip
    drafted = in_list_order(drafted, interventions.villages, by=["opd"], then=["kode_desa", "pokok"])
    drafted["id"] = [
        f"KA-{year}-{kode}-{key}" for kode, key in zip(drafted["kode_desa"], drafted["pokok"], strict=True)
    ]
    drafted["no"] = drafted.groupby("opd").cumcount() + 1
    calendar = drafted.reindex(columns=list(CALENDAR_COLUMNS))
    texts = [name for name in CALENDAR_COLUMNS if name not in (*_NUMBERS, "no")]
    calendar[texts] = calendar[texts].astype(object).where(calendar[texts].notna(), "")
    calendar[list(_NUMBERS)] = calendar[list(_NUMBERS)].astype(float)
    return calendar


def in_list_order(
    rows: pd.DataFrame, villages: pd.DataFrame, *, by: list[str] | None = None, then: list[str] | None = None
) -> pd.DataFrame:
    """Sort rows of villages in the order of the list, as in map and annex; other villages come last.

    Parameters
    ----------
    rows : pandas.DataFrame
        With a column ``kode_desa``.
    villages : pandas.DataFrame
        As :attr:`Interventions.villages`; without ``nomor`` the order is that of the codes.
    by, then : list of str
        Columns to sort by before, and after, the number.

    Examples
    --------
    >>> villages = pd.DataFrame({"nomor": [2, 1, None]}, index=["01", "02", "03"])
    >>> in_list_order(pd.DataFrame({"kode_desa": ["03", "01", "02"]}), villages)["kode_desa"].tolist()
    ['02', '01', '03']
    """
    if "nomor" in villages:
        number = (
            villages["nomor"]
            .astype("Float64")
            .reindex(rows["kode_desa"])
            .to_numpy(dtype=float, na_value=np.inf)
        )
    else:
        number = np.zeros(len(rows))
    keys = [*(by or []), "_nomor", *(then or ["kode_desa"])]
    ordered = rows.assign(_nomor=number).sort_values(keys, kind="stable")
    return ordered.drop(columns="_nomor").reset_index(drop=True)


def _causes(details: pd.DataFrame) -> list[str]:
    """Write what fails and by how much, the only information where no need can be counted."""
    return [
        _("{indicator} {value} (threshold {limit})").format(indicator=indicator, value=value, limit=limit)
        for indicator, value, limit in zip(
            details["indikator"], gap_texts(details), limit_texts(details), strict=True
        )
    ]


def _first_of_activity(thresholds: pd.DataFrame) -> dict[str, str]:
    """Map each indicator to the first one that requires the same activity of the same office."""
    named = thresholds.reset_index().sort_values("kunci")
    own = named["kunci"].where(named["intervensi"] == "", "")
    first = named.groupby(["opd", "intervensi", "satuan", own])["kunci"].transform("first")
    return dict(zip(named["kunci"].astype(str), first.astype(str), strict=True))


def realisation_by_village(
    by_village: pd.DataFrame, villages: pd.Index, *, beside: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Compute each village's share of planned activities that were done, for the review a year later.

    Parameters
    ----------
    by_village : pandas.DataFrame
        Activities counted by village, index ``kode_desa``, as
        :attr:`lokus.intake.earlier.calendar.FilledCalendar.by_village` gives them.
    villages : pandas.Index
        Villages of the result; one without activities gets zeros and a missing share. Villages of the
        calendar that are not among them, because they were recoded or split since, follow at the end.
    beside : pandas.DataFrame, optional
        Further columns to add, index ``kode_desa``: the change of the rate, the status in the review.

    Returns
    -------
    pandas.DataFrame
        Columns ``REALISATION_COLUMNS`` and those of `beside`. ``persen_selesai`` is the share of all planned
        activities that are reported as done, ``persen_dilaporkan`` the share with any report, both percent
        and NaN where nothing was planned. ``kelas_realisasi``: "tidak ada kegiatan", "belum dilaporkan",
        "belum selesai", "sebagian selesai", "selesai semua".

    Notes
    -----
    An activity that is not reported may or may not have been done: with a low ``persen_dilaporkan``, do not
    read a low share as work not done. Nor does a fall of the rate in villages with completed activities show
    that these caused it.

    Examples
    --------
    >>> counts = pd.DataFrame(
    ...     {"kegiatan": 4, "selesai": 3, "berjalan": 0, "belum": 0, "belum_diisi": 1}, index=["9901012001"])
    >>> table = realisation_by_village(counts, pd.Index(["9901012001", "9901012002"], name="kode_desa"))
    >>> table[["persen_selesai", "persen_dilaporkan", "kelas_realisasi"]]
                persen_selesai  persen_dilaporkan     kelas_realisasi
    kode_desa
    9901012001            75.0               75.0    sebagian selesai
    9901012002             NaN                NaN  tidak ada kegiatan
    """
    known = pd.Index(sorted(villages), name="kode_desa")
    index = known.append(pd.Index(sorted(set(by_village.index) - set(known)), name="kode_desa"))
    table = by_village.reindex(columns=list(_COUNTS)).reindex(index, fill_value=0).astype(int)
    planned = table["kegiatan"].where(table["kegiatan"] > 0)
    reported = table["kegiatan"] - table["belum_diisi"]
    table["persen_selesai"] = 100.0 * table["selesai"] / planned
    table["persen_dilaporkan"] = 100.0 * reported / planned
    table["kelas_realisasi"] = np.select(
        [planned.isna(), reported == 0, table["selesai"] == 0, table["selesai"] < table["kegiatan"]],
        ["tidak ada kegiatan", "belum dilaporkan", "belum selesai", "sebagian selesai"],
        "selesai semua",
    )
    return table if beside is None else table.join(beside.reindex(index))
