"""Summarise the results of the case audit by level, without names and small counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from lokus.followup.calendar import CALENDAR_COLUMNS
from lokus.followup.small_counts import SMALLEST_SHOWN, is_small, sum_masked
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["RETURN_COLUMNS", "AuditReturns", "Cause", "add_learned", "audit_causes", "audit_returns"]

RETURN_COLUMNS = ("kode_desa", "kelompok", "sebab", "kasus", "rekomendasi", "status")

# The outcome itself is not one of its causes.
_OUTCOMES = frozenset({"stunting", "prevalensi", "prevalensi_mentah", "anak_stunting"})


class Cause(Protocol):
    """Attributes of a cause; :class:`~lokus.intake.indicators.indicator.Indicator` has them."""

    @property
    def label(self) -> str:
        """Name as a reader sees it."""

    @property
    def owner(self) -> str:
        """Office that acts on it."""

    @property
    def intervention(self) -> str:
        """What that office does."""

    @property
    def intervention_kind(self) -> str:
        """Specific or sensitive."""

    @property
    def action_unit(self) -> str:
        """What the action is counted in."""


def audit_causes(catalogue: Mapping[str, Cause]) -> tuple[str, ...]:
    """List the keys by which causes of risk are coded: indicators with an intervention, except the outcome.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> {"cakupan_imunisasi", "air_layak"} <= set(audit_causes(load_catalogue()))
    True
    """
    return tuple(key for key, item in catalogue.items() if item.intervention and key not in _OUTCOMES)


@dataclass(frozen=True, kw_only=True, repr=False)
class AuditReturns:
    """Results of the case audit, summarised so that no person can be identified.

    Parameters
    ----------
    by_village : DataFrame
        Index ``kode_desa`` and ``sebab`` (key of an indicator): ``desa``, ``kecamatan``, ``kode_kecamatan``,
        ``indikator``, ``kasus`` (missing where ``disamarkan``), ``anjuran`` and ``selesai``, recommendations
        made and done; a cause without words of what to do, and with nothing under way, has none.
    by_kecamatan : DataFrame
        Index ``kode_kecamatan`` and ``sebab``, the same; also masked where a total would disclose a village's
        count.
    total : DataFrame
        Index ``sebab``, the same of the kabupaten.
    """

    by_village: pd.DataFrame
    by_kecamatan: pd.DataFrame
    total: pd.DataFrame

    def __repr__(self) -> str:
        return _("{n} causes in {villages} villages; {done} of {all} recommendations done").format(
            n=format_number(len(self.total)),
            villages=format_number(self.by_village.index.get_level_values(0).nunique()),
            done=format_number(int(self.total["selesai"].sum())),
            all=format_number(int(self.total["anjuran"].sum())),
        )


def audit_returns(
    rows: pd.DataFrame,
    villages: pd.DataFrame,
    catalogue: Mapping[str, Cause],
    *,
    threshold: int = SMALLEST_SHOWN,
) -> AuditReturns:
    """Summarise the returns of the case audit by village, kecamatan and kabupaten.

    Parameters
    ----------
    rows : DataFrame
        Columns ``RETURN_COLUMNS``: one row a village, risk group and cause.
    villages : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``, ``kode_kecamatan``.
    catalogue : mapping of indicator key to Indicator
    threshold : int
        Counts from 1 to below it are masked.

    Notes
    -----
    A total is masked where it is small, and where it would disclose a masked count below it: where only one
    is masked, or where the masked ones can add up to the difference in one way only.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Alai", "Batu"], "kecamatan": "Air", "kode_kecamatan": "990101"},
    ...     index=["9901012001", "9901012002"],
    ... )
    >>> rows = pd.DataFrame(
    ...     {"kode_desa": ["9901012001", "9901012002"], "kelompok": "balita", "sebab": "air_layak",
    ...      "kasus": [7, 2], "rekomendasi": ["Sumur", ""], "status": ["selesai", "belum"]}
    ... )
    >>> found = audit_returns(rows, villages, load_catalogue())
    >>> found.by_village["kasus"].tolist(), found.by_kecamatan["disamarkan"].tolist()
    ([7.0, nan], [True])
    """
    place = villages[["desa", "kecamatan", "kode_kecamatan"]]
    joined = rows.join(place, on="kode_desa")
    written = joined["rekomendasi"].fillna("").astype(str).str.strip() != ""
    joined = joined.assign(
        kasus=joined["kasus"].astype(float).fillna(0.0),
        anjuran=(written | (joined["status"] != "belum")).astype(int),
        selesai=(joined["status"] == "selesai").astype(int),
    )
    counts = ["kasus", "anjuran", "selesai"]
    own = joined.groupby(["kode_kecamatan", "kode_desa", "sebab"])[counts].sum()
    own["disamarkan"] = is_small(own["kasus"], threshold)
    districts = _above(own, ["kode_kecamatan", "sebab"], threshold)
    total = _above(districts, ["sebab"], threshold)
    labels = {key: catalogue[key].label for key in rows["sebab"].unique()}
    village = own.droplevel("kode_kecamatan")
    names = place.loc[village.index.get_level_values("kode_desa")]
    village.insert(0, "desa", names["desa"].to_numpy())
    village.insert(1, "kecamatan", names["kecamatan"].to_numpy())
    village.insert(2, "kode_kecamatan", names["kode_kecamatan"].to_numpy())
    by_code = place.groupby("kode_kecamatan")["kecamatan"].first()
    districts.insert(0, "kecamatan", by_code.loc[districts.index.get_level_values(0)].to_numpy())
    return AuditReturns(
        by_village=_mask_people(village, labels),
        by_kecamatan=_mask_people(districts, labels),
        total=_mask_people(total, labels),
    )


def _above(parts: pd.DataFrame, by: list[str], threshold: int) -> pd.DataFrame:
    """Add up parts; mask sums that are small or would disclose a masked part."""
    cases = sum_masked(parts["kasus"], parts["disamarkan"], by, threshold)
    sums = parts.groupby(by)[["anjuran", "selesai"]].sum()
    sums.insert(0, "kasus", cases["jumlah"])
    return sums.assign(disamarkan=cases["disamarkan"])


def _mask_people(frame: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    cause = frame.index.get_level_values("sebab")
    return frame.assign(
        indikator=[labels[str(key)] for key in cause], kasus=frame["kasus"].mask(frame["disamarkan"])
    )


def add_learned(
    calendar: pd.DataFrame,
    rows: pd.DataFrame,
    villages: pd.DataFrame,
    catalogue: Mapping[str, Cause],
    *,
    year: int,
    owners: Mapping[str, str] | None = None,
    within: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Enter the results of the case audit into the calendar of the following year.

    Parameters
    ----------
    calendar : DataFrame
        As returned by :func:`lokus.followup.calendar.draft_calendar`.
    rows : DataFrame
        Returns, columns ``RETURN_COLUMNS``.
    villages : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``.
    catalogue : mapping of indicator key to Indicator
    year : int
    owners : mapping of indicator key to str, optional
        Names of offices as in the study.
    within : sequence of kode_desa, optional
        Villages of the calendar; by default all.

    Returns
    -------
    DataFrame
        A cause whose activity is already planned in the village is added to that row; any other gets a row of
        its own. Counts of cases are not shown, and completed recommendations need no activity.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air"}, index=["9901012001"])
    >>> rows = pd.DataFrame(
    ...     {"kode_desa": ["9901012001"], "kelompok": "balita", "sebab": "cakupan_imunisasi", "kasus": 2,
    ...      "rekomendasi": "", "status": "belum"}
    ... )
    >>> empty = pd.DataFrame(columns=list(CALENDAR_COLUMNS))
    >>> add_learned(empty, rows, villages, load_catalogue(), year=2027)[["id", "kegiatan"]].iloc[0].tolist()
    ['KA-2027-9901012001-audit-cakupan_imunisasi', 'Imunisasi kejar']
    """
    left = rows[rows["status"] != "selesai"]
    if within is not None:
        left = left[left["kode_desa"].isin(list(within))]
    out = calendar.copy()
    fresh = []
    for kode, key in (
        left[["kode_desa", "sebab"]].drop_duplicates().sort_values(["kode_desa", "sebab"]).to_numpy()
    ):
        item = catalogue[str(key)]
        office = (owners or {}).get(str(key)) or item.owner
        cause = _("case audit: {cause}").format(cause=item.label)
        same = (out["kode_desa"] == kode) & (out["opd"] == office) & (out["kegiatan"] == item.intervention)
        if same.any():
            out.loc[same, "indikator"] = out.loc[same, "indikator"].astype(str) + f"; {cause}"
            continue
        row = dict.fromkeys(CALENDAR_COLUMNS, "") | {
            "id": f"KA-{year}-{kode}-audit-{key}",
            "kecamatan": villages["kecamatan"][kode],
            "desa": villages["desa"][kode],
            "kode_desa": kode,
            "opd": office,
            "jenis": item.intervention_kind,
            "kegiatan": item.intervention,
            "indikator": cause,
            "satuan": item.action_unit,
        }
        fresh.append(row)
    if not fresh:
        return out
    numbers = ("kebutuhan", "kebutuhan_ambang", "target", "anggaran", "realisasi")
    added = pd.DataFrame(fresh, columns=list(CALENDAR_COLUMNS))
    added[list(numbers)] = float("nan")
    whole = pd.concat([out, added] if len(out) else [added], ignore_index=True)
    whole = whole.sort_values("opd", kind="stable").reset_index(drop=True)
    whole["no"] = whole.groupby("opd").cumcount() + 1
    return whole
