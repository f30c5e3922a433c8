"""Change between two years: what became of each village, and what was to be expected of it anyway."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from scipy.special import ndtri

from lokus.evidence.counts import check_counts
from lokus.evidence.covariates import build_design
from lokus.evidence.errors import EvidenceError, name_some
from lokus.evidence.rate_inputs import earlier_counts
from lokus.evidence.two_year_rates import draw_rates, summarise_change
from lokus.evidence.two_years_fit import TwoYearData, TwoYearFit, fit_two_years
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.counts import Counts

__all__ = ["Change", "YearCounts", "check_level", "estimate_change", "pair_years"]

YearCounts: TypeAlias = "tuple[pd.Series[float], pd.Series[float]]"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Rates of two years and their change, one row a village of this year.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        In percent, given the counts of both years: ``prevalensi_lalu``, ``prevalensi_kini``. In points:
        ``perubahan`` (this year less last year) with ``perubahan_bawah``/``_atas`` (`level` interval). 0–1:
        ``peluang_turun``, ``peluang_naik``. As counted: ``mentah_lalu``, ``mentah_kini`` (percent, missing
        where not measured), ``perubahan_mentah``. What last year's counts foretold: ``harapan_kini``
        (percent; regression to the mean and the trend of the kabupaten), ``harapan_perubahan``
        (``harapan_kini`` less ``mentah_lalu``). ``dua_tahun``: measured in both years.
    correlation : float
        Of the villages' true rates (logits, given the covariates) in the two years.
    correlation_interval : tuple of float
    trend : float
        Odds ratio this year : last year of a village with average covariates.
    trend_interval : tuple of float
    counts : DataFrame, index ``kode_desa``
        ``stunting_lalu``, ``diukur_lalu``, ``stunting_kini``, ``diukur_kini``; 0 where not measured.
    level : float
        Coverage of the intervals, 0–1.
    fit : TwoYearFit
        The model itself.
    findings : tuple of Finding
        What the planner should know: villages of last year that are none of this year's, covariates missing.
    """

    table: pd.DataFrame
    correlation: float
    correlation_interval: tuple[float, float]
    trend: float
    trend_interval: tuple[float, float]
    counts: pd.DataFrame
    level: float
    fit: TwoYearFit = field(repr=False)
    findings: tuple[Finding, ...] = ()

    def draws(self, n: int, *, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Draw `n` sets of rates of last year and of this year from their joint posterior, in percent.

        Returns
        -------
        tuple of DataFrame, index ``kode_desa``, columns 0 … n−1
            Column j of both belongs together. The same whatever the row order of the input was.
        """
        before, after = (100.0 * values for values in draw_rates(self.fit, n, seed=seed))
        return pd.DataFrame(before, index=self.table.index), pd.DataFrame(after, index=self.table.index)

    def __repr__(self) -> str:
        return _(
            "Change between two years of {villages} villages, {both} measured in both: odds ratio of the "
            "kabupaten {trend} ({low}–{high}), correlation of the years {correlation}; {falls} villages have "
            "fallen and {rises} have risen with probability {level} or more"
        ).format(
            villages=format_number(len(self.table)),
            both=format_number(self.table["dua_tahun"].sum()),
            trend=format_number(self.trend, decimals=2),
            low=format_number(self.trend_interval[0], decimals=2),
            high=format_number(self.trend_interval[1], decimals=2),
            correlation=format_number(self.correlation, decimals=2),
            falls=format_number((self.table["peluang_turun"] >= self.level).sum()),
            rises=format_number((self.table["peluang_naik"] >= self.level).sum()),
            level=format_number(self.level, decimals=2),
        )


def estimate_change(
    before: YearCounts,
    after: YearCounts,
    *,
    covariates: pd.DataFrame | None = None,
    level: float = 0.9,
) -> Change:
    r"""Estimate each village's rate in two years jointly, and the change between them.

    Parameters
    ----------
    before, after : tuple of Series (stunting, diukur), index ``kode_desa``
        Last year's and this year's stunted and measured children, by this year's codes (carry last year's
        over first). Villages are those of `after`. Where a village was not measured in a year its rate is
        estimated from the other year; where in neither, from the covariates and the trend.
    covariates : DataFrame, optional
        Numeric, any unit, indexed by this year's villages; the same values stand for both years.
    level : float
        Coverage of the intervals, 0–1.

    Returns
    -------
    Change

    Raises
    ------
    EvidenceError
        Counts negative or fractional, more stunted than measured (villages named), a year in which no
        village of this year was measured, indexes that differ or repeat.

    Notes
    -----
    :math:`y_{it} \sim \mathrm{Bin}(n_{it}, p_{it})`, :math:`\mathrm{logit}\,p_{it} = x_i\beta_t + u_{it}`,
    :math:`(u_{i1}, u_{i2})` bivariate normal with deviations :math:`\tau_1, \tau_2` and correlation ρ, which
    hold what villages vary beyond chance. Rates are shrunk in both years at once (bivariate empirical Bayes:
    Rao & Molina 2015, *Small Area Estimation*, ch. 8), averaged over the hyperparameters' uncertainty. With
    last year's counts alone the expectation of this year's logit is
    :math:`x_i\beta_2 + \rho\,(\tau_2/\tau_1)\,E(u_{i1} \mid y_{i1})`: nearer to the mean than what was
    counted, by chance of measurement and because places change. This is regression to the mean: Galton
    (1886), *J. Anthropological Institute* 15, 246–263; Barnett, van der Pols & Dobson (2005),
    *Int. J. Epidemiology* 34, 215–220. The trend of the kabupaten is that of its villages together, helped
    ones included. With more than 5,000 villages the hyperparameters count as known in the villages' rates.

    Examples
    --------
    >>> desa = [f"99010120{i:02d}" for i in range(1, 7)]
    >>> children = pd.Series(50, index=desa)
    >>> change = estimate_change(
    ...     (pd.Series([15, 4, 5, 3, 6, 4], index=desa), children),
    ...     (pd.Series([9, 4, 4, 3, 5, 5], index=desa), children),
    ... )
    >>> change.table.loc["9901012001", ["mentah_lalu", "harapan_kini", "mentah_kini"]].astype(float).round()
    mentah_lalu     30.0
    harapan_kini    17.0
    mentah_kini     18.0
    Name: 9901012001, dtype: float64
    """
    check_level(level)
    then, now, findings = pair_years(before, after)
    design = build_design(covariates, now.index, measured=(then.n > 0) | (now.n > 0))
    fit = fit_two_years(
        TwoYearData(y=np.stack([then.y, now.y]), n=np.stack([then.n, now.n]), design=design.matrix)
    )
    both = (then.n > 0) & (now.n > 0)
    table = pd.DataFrame(summarise_change(fit, level=level), index=now.index)
    table["mentah_lalu"], table["mentah_kini"] = _raw(then), _raw(now)
    table["perubahan_mentah"] = table["mentah_kini"] - table["mentah_lalu"]
    table["harapan_perubahan"] = table["harapan_kini"] - table["mentah_lalu"]
    table["dua_tahun"] = both
    width = ndtri((1.0 + level) / 2.0)
    (trend, trend_sd), (fisher, fisher_sd) = fit.trend, fit.fisher
    return Change(
        table=table,
        correlation=float(np.tanh(fisher)),
        correlation_interval=(
            float(np.tanh(fisher - width * fisher_sd)),
            float(np.tanh(fisher + width * fisher_sd)),
        ),
        trend=float(np.exp(trend)),
        trend_interval=(float(np.exp(trend - width * trend_sd)), float(np.exp(trend + width * trend_sd))),
        counts=pd.DataFrame(
            {"stunting_lalu": then.y, "diukur_lalu": then.n, "stunting_kini": now.y, "diukur_kini": now.n},
            index=now.index,
        ),
        level=level,
        fit=fit,
        findings=(*findings, *design.findings),
    )


def check_level(level: float) -> None:
    """Refuse a coverage that is none."""
    if not 0.0 < level < 1.0:
        raise EvidenceError(_("level must lie between 0 and 1, not {value}").format(value=level))


def pair_years(before: YearCounts, after: YearCounts) -> tuple[Counts, Counts, list[Finding]]:
    """Check the counts of two years and bring last year's to the villages of this year.

    Raises
    ------
    EvidenceError
        As `estimate_change`.
    """
    now = check_counts(*after, None)
    then = earlier_counts(*before, index=now.index)
    gone = before[0].index.difference(now.index)
    findings = []
    if len(gone):
        findings.append(
            Finding(
                check="evidence.village_gone",
                level="warning",
                message=_(
                    "{n} villages of last year are not among this year's and are left out: {villages}"
                ).format(n=format_number(len(gone)), villages=name_some(gone)),
                remedy=_("carry last year's codes over to this year's first"),
            )
        )
    if not then.n.any():
        raise EvidenceError(
            _("none of this year's villages was measured last year"),
            remedy=_("carry last year's codes over to this year's first"),
        )
    return then, now, findings


def _raw(counts: Counts) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(counts.n > 0, 100.0 * counts.y / counts.n, np.nan)
