"""Collect everything that workbook, slides and report show of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lokus.show.results.formalities import Formalities

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.choice.trade_off import TradeOff
    from lokus.evidence.patterns.scan import Clusters
    from lokus.evidence.rates.positive_deviance import PositiveDeviance
    from lokus.evidence.rates.survey import AtSurvey
    from lokus.findings import Finding
    from lokus.followup.allocation import Sharing
    from lokus.followup.audit_returns import AuditReturns
    from lokus.followup.beneficiaries import Beneficiaries
    from lokus.followup.case_audit import AuditShortlist
    from lokus.followup.costs import Costs
    from lokus.followup.foster_parents import FosterParents
    from lokus.followup.interventions import Interventions
    from lokus.followup.structures import Structures
    from lokus.followup.trajectory import Trajectory
    from lokus.intake.tables.coverage_form import CoverageSheet
    from lokus.show.results.info import StudyInfo
    from lokus.show.results.review import ReviewMaterial
    from lokus.show.results.trial import Trial
    from lokus.show.themes.themes import IndicatorStyle

__all__ = ["Material"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Material:
    """Input of a study's outputs; parts that are ``None`` are left out.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``, columns ``kecamatan`` and ``geometry``.
    info : StudyInfo
        Title, rule and provenance.
    contributions : pandas.DataFrame, optional
        Village × indicator parts of the score (0–1), under the names to be shown.
    completeness : pandas.DataFrame, optional
        Village × indicator, true where there is a value.
    by_opd : pandas.DataFrame, optional
        Completeness of each office: index ``opd``, columns ``indikator``, ``terisi``, ``seharusnya``,
        ``persen``, ``desa_lengkap``.
    reconciliation, findings : pandas.DataFrame, optional
        What became of every input row; findings of the audit with ``accepted`` and ``reason``.
    gaps : pandas.DataFrame, optional
        What fails its threshold where, as :func:`lokus.followup.gaps.find_gaps` gives it.
    alternatives : pandas.DataFrame, optional
        Other lists, one a row: ``daftar`` (name), ``selisih`` (points of the summed score, 0–100 each, below
        the proposal), ``masuk``, ``keluar`` (village names).
    prices : pandas.DataFrame, optional
        ``aturan``, ``dilonggarkan``, ``harga`` (summed score, 0–1 each) of every rule.
    odds_bounds : pandas.DataFrame, optional
        Villages that enter or leave the list with other odds of the children not measured, as
        :func:`lokus.choice.review.odds_bounds.odds_bounds` gives them.
    justifications : pandas.Series, optional
        One paragraph for each proposed village, index ``kode_desa``.
    overlap : pandas.DataFrame, optional
        Pairs of weighed indicators, under the names to be shown: ``indikator``, ``dengan``, ``korelasi``
        (of ranks, −1 to 1), ``bobot`` (share of the score that both weigh).
    tie_caution : str
        That the score hardly decides the list; empty where it does.
    tie_rule : str
        What decides between villages of equal score.
    weights : mapping of str to float
        Indicator, under the name to be shown, to its share of the score.
    method : tuple of (str, value)
        Lines of the method sheet.
    lock : mapping, optional
        Lock of the study.
    trial : Trial, optional
        What the interactive page needs to choose again; never in a public version.
    indicators : mapping of str to IndicatorStyle
        Indicators that the interactive page shows besides the mapped ones, each a layer and a column.
    review : ReviewMaterial, optional
        What becomes of the earlier list; ``status_reviu`` among the results gives its map.
    interventions : Interventions, optional
        Who acts where, as :func:`lokus.followup.interventions.intervention_matrix` gives it.
    beneficiaries : Beneficiaries, optional
        Target groups in lokus and kabupaten.
    sharings : tuple of Sharing
        What is shared out over villages.
    trajectory : Trajectory, optional
        The way to the target of the kabupaten.
    case_audit : AuditShortlist, optional
        Villages and risk groups for the audit of cases.
    audit_returns : AuditReturns, optional
        What the case audit found; small counts are masked in it.
    foster : FosterParents, optional
        The register of foster parents.
    foster_period : str
        Period that a new form of the register is for; empty where the study keeps none.
    coverage_sheets : tuple of CoverageSheet
        Form of the essential coverages; empty for another subject than stunting.
    causes : mapping of str to str
        Code → name of the causes that the audit team may state.
    calendar : pandas.DataFrame, optional
        Draft of the action calendar, with `interventions`.
    formalities : Formalities
        What decree, minutes and letters state and no data give.
    costs : Costs, optional
        Cost of closing the gaps; not for the public, since money divided by unit cost is a small count.
    trade_off : TradeOff, optional
    structures : Structures, optional
        Where TPPS, BKB, TPK and others are there.
    requests : pandas.DataFrame, optional
        Values that offices are asked for, as :func:`lokus.followup.data_requests.missing_values` gives them.
    influence : pandas.DataFrame, optional
        Of each indicator with weight, under the name to be shown: ``bobot`` and ``pengaruh`` (shares of the
        weight and of the variance of the score), ``masuk`` and ``keluar`` (villages that the list takes in
        and gives up without it).
    clusters : Clusters, optional
        Circles of villages with more stunted children than chance explains.
    deviance : PositiveDeviance, optional
        Villages better than their situation leads one to expect.
    survey : AtSurvey, optional
        The level of the survey that the study states.
    cautions : tuple of Finding
        What a reader of rates, score, types and clusters should know.
    level : float
        Coverage of the intervals, 0–1.
    public : bool
        Small counts are masked; set by :func:`lokus.show.results.public.mask_small_counts`.
    """

    results: gpd.GeoDataFrame
    kecamatan: gpd.GeoDataFrame
    info: StudyInfo
    contributions: pd.DataFrame | None = None
    completeness: pd.DataFrame | None = None
    by_opd: pd.DataFrame | None = None
    reconciliation: pd.DataFrame | None = None
    findings: pd.DataFrame | None = None
    gaps: pd.DataFrame | None = None
    alternatives: pd.DataFrame | None = None
    prices: pd.DataFrame | None = None
    odds_bounds: pd.DataFrame | None = None
    justifications: pd.Series[str] | None = None
    overlap: pd.DataFrame | None = None
    tie_caution: str = ""
    tie_rule: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    method: tuple[tuple[str, Any], ...] = ()
    lock: Mapping[str, Any] | None = None
    trial: Trial | None = None
    indicators: Mapping[str, IndicatorStyle] = field(default_factory=dict)
    review: ReviewMaterial | None = None
    interventions: Interventions | None = None
    beneficiaries: Beneficiaries | None = None
    sharings: tuple[Sharing, ...] = ()
    trajectory: Trajectory | None = None
    case_audit: AuditShortlist | None = None
    audit_returns: AuditReturns | None = None
    foster: FosterParents | None = None
    foster_period: str = ""
    coverage_sheets: tuple[CoverageSheet, ...] = ()
    causes: Mapping[str, str] = field(default_factory=dict)
    calendar: pd.DataFrame | None = None
    formalities: Formalities = field(default_factory=Formalities)
    structures: Structures | None = None
    costs: Costs | None = None
    trade_off: TradeOff | None = None
    requests: pd.DataFrame | None = None
    influence: pd.DataFrame | None = None
    clusters: Clusters | None = None
    deviance: PositiveDeviance | None = None
    survey: AtSurvey | None = None
    cautions: tuple[Finding, ...] = ()
    level: float = 0.9
    public: bool = False

    def __repr__(self) -> str:
        return f"Material({self.info.kabupaten}, {self.info.tahun}, public={self.public})"

    @property
    def in_order(self) -> Material:
        """The same with the villages sorted by their codes, so that nothing depends on the row order."""
        return replace(self, results=self.results.sort_index(), kecamatan=self.kecamatan.sort_index())

    @cached_property
    def chosen(self) -> gpd.GeoDataFrame:
        """The proposed villages, in the order of their numbers."""
        proposed = self.results[self.results["nomor"].notna()]
        return proposed.sort_values("nomor", kind="stable")
