"""The report of a period: its figures by area, once, for document, workbook and table of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.followup.foster_parents import public_foster_parents
from lokus.followup.small_counts import SMALLEST_SHOWN
from lokus.i18n import gettext as _
from lokus.show.results.formalities import Formalities

if TYPE_CHECKING:
    from lokus.findings import Finding
    from lokus.followup.audit_returns import AuditReturns
    from lokus.followup.foster_parents import FosterParents
    from lokus.followup.service_blocks import ReportBlock
    from lokus.intake.earlier.calendar import FilledCalendar
    from lokus.show.results.info import StudyInfo

__all__ = ["PeriodReport", "direction_word", "mask_report", "state_word"]

_FIGURES = ("pembilang", "penyebut", "kini", "lalu", "selisih")


@dataclass(frozen=True, kw_only=True, repr=False)
class PeriodReport:
    """What the report of one period tells.

    Parameters
    ----------
    info : StudyInfo
    title : str
        Of the period, "Semester 1 Tahun 2026".
    slug : str
        In names of files.
    before : str
        Title of the period that it is compared with; empty for the first.
    blocks : tuple of ReportBlock
    villages : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``, ``kode_kecamatan``.
    figures : DataFrame
        As :func:`lokus.followup.period_figures.period_figures` gives them; a masked row has ``disamarkan``.
    course : tuple of (title, DataFrame)
        The figures of all periods so far, each by itself.
    decimals : mapping of indicator key to int
    calendar : FilledCalendar, optional
        The action calendar as filled in.
    foster : FosterParents, optional
        The register of foster parents, of this period and those before it.
    audit_returns : AuditReturns, optional
        Results of the case audit that the study names, which state no period.
    findings : tuple of Finding
        What reading the tables of the period showed.
    formalities : Formalities
    public : bool
        Small counts are masked.
    """

    info: StudyInfo
    title: str
    slug: str
    before: str = ""
    blocks: tuple[ReportBlock, ...]
    villages: pd.DataFrame
    figures: pd.DataFrame
    course: tuple[tuple[str, pd.DataFrame], ...] = ()
    decimals: Mapping[str, int]
    calendar: FilledCalendar | None = None
    foster: FosterParents | None = None
    audit_returns: AuditReturns | None = None
    findings: tuple[Finding, ...] = ()
    formalities: Formalities = field(default_factory=Formalities)
    public: bool = False

    def __repr__(self) -> str:
        return f"PeriodReport({self.info.kabupaten}, {self.title}, public={self.public})"

    def of(self, level: str, keys: tuple[str, ...] = (), code: str | None = None) -> pd.DataFrame:
        """Give the figures of a level, of some indicators in their order, of one area.

        Parameters
        ----------
        level : {"kabupaten", "kecamatan", "desa"}
        keys : tuple of str
            Otherwise all.
        code : str, optional
            Otherwise all areas.
        """
        rows = self.figures[self.figures["tingkat"] == level]
        if code is not None:
            rows = rows[rows["kode"] == code]
        if not keys:
            return rows
        place = {key: number for number, key in enumerate(keys)}
        rows = rows[rows["kunci"].isin(keys)]
        order = rows.assign(_place=rows["kunci"].map(place)).sort_values(["_place", "kode"], kind="stable")
        return order.drop(columns="_place")

    @property
    def kecamatan(self) -> dict[str, str]:
        """Code → name of the kecamatan, sorted by code."""
        named = self.villages.groupby("kode_kecamatan")["kecamatan"].first().sort_index()
        return {str(kode): str(name) for kode, name in named.items()}


def direction_word(row: Mapping[Any, Any]) -> str:
    """Say in which direction a figure went, and whether that is good.

    Examples
    --------
    >>> direction_word({"arah": "turun", "arti": "memburuk"}), direction_word({"arah": "", "arti": ""})
    ('turun (memburuk)', '–')
    """
    if row.get("disamarkan"):
        return _("masked")
    way = {"naik": _("rose"), "turun": _("fell"), "tetap": _("unchanged")}.get(str(row["arah"]), "–")
    good = {"membaik": _("better"), "memburuk": _("worse")}.get(str(row["arti"]), "")
    return f"{way} ({good})" if good else way


def state_word(row: Mapping[Any, Any]) -> str:
    """Say what is known of a figure.

    Examples
    --------
    >>> state_word({"keadaan": "hilang"}), state_word({"keadaan": "ada"})
    ('tidak dilaporkan lagi', '')
    """
    if row.get("disamarkan"):
        return _("masked")
    return {
        "ada": "",
        "tanpa sasaran": _("nobody of the target group"),
        "persen saja": _("percentages only, cannot be summed"),
        "tidak dijumlahkan": _("told by village, not summed"),
        "hilang": _("not reported any more"),
    }.get(str(row["keadaan"]), _("no data yet"))


def mask_report(report: PeriodReport, *, threshold: int = SMALLEST_SHOWN) -> PeriodReport:
    """Give what may be published of the report of a period.

    Parameters
    ----------
    report : PeriodReport
    threshold : int
        Counts from 1 to below it, of those reached, of those not reached and of the target group, are masked
        with all that is computed from them.

    Returns
    -------
    PeriodReport
        No count is given, percentages only; the figure of an area is masked too where exactly one part of it
        is, or where it is small itself. A change is given only where the same villages reported both times.
        Findings, which quote values, are left out; of activities the report states how far they are; sums of
        the kabupaten in other periods are masked in the same way, and counts of the register of foster
        parents.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> mask_report(period_report(kajian, find_period(kajian))).public
    True
    """
    districts = report.villages["kode_kecamatan"].astype(str)
    hidden = {title: _hidden(frame, districts, threshold) for title, frame in report.course}
    own = hidden[report.course[-1][0]]
    if len(report.course) > 1:
        own = own | hidden[report.course[-2][0]]
    changed = report.figures["melapor"].ne(report.figures["sama"]) | report.figures["melapor_lalu"].ne(
        report.figures["sama"]
    )
    figures = report.figures.assign(
        pembilang=np.nan, penyebut=np.nan, selisih=report.figures["selisih"].mask(changed)
    )
    figures[["arah", "arti"]] = figures[["arah", "arti"]].mask(changed, "")
    return replace(
        report,
        figures=_blank(figures, own),
        course=tuple((title, _blank(frame, hidden[title])) for title, frame in report.course),
        foster=None if report.foster is None else public_foster_parents(report.foster, threshold=threshold),
        findings=(),
        public=True,
    )


def _blank(frame: pd.DataFrame, hidden: pd.Series[bool]) -> pd.DataFrame:
    shown = frame.assign(disamarkan=hidden, pembilang=np.nan, penyebut=np.nan)
    shown[list(_FIGURES)] = shown[list(_FIGURES)].mask(hidden)
    shown[["arah", "arti"]] = shown[["arah", "arti"]].mask(hidden, "")
    return shown


def _hidden(frame: pd.DataFrame, districts: pd.Series[str], threshold: int) -> pd.Series[bool]:
    """Which rows hold a small count, or would tell one."""
    above, below = frame["pembilang"], frame["penyebut"]
    counted = above.notna() & below.notna()
    counts = [above, below, below - above] if counted.any() else []
    small = pd.Series(data=False, index=frame.index)
    for count in counts:
        small |= counted & (count > 0) & (count < threshold)
    # A plain count: what it counts may be people.
    plain = ~counted & frame["kini"].notna() & ~frame["persen_saja"].astype(bool) & (frame["kini"] % 1 == 0)
    small |= plain & (frame["kini"] > 0) & (frame["kini"] < threshold)
    for level, parent in (("desa", "kecamatan"), ("kecamatan", "kabupaten")):
        part = frame[frame["tingkat"] == level]
        over = part["kode"].map(districts) if level == "desa" else pd.Series("", index=part.index)
        alone = small.loc[part.index].groupby([part["kunci"], over]).sum() == 1
        rows = frame[frame["tingkat"] == parent]
        places = pd.MultiIndex.from_arrays([rows["kunci"], rows["kode"]])
        small.loc[rows.index] |= alone.reindex(places, fill_value=False).to_numpy()
    return small
