"""Estimate each village's change between two years, beside the change expected in any case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from lokus.errors import EvidenceError, name_some
from lokus.evidence.change.two_years import KNOWN_FROM, Points, TwoYearData, TwoYearFit, chunks, fit_two_years
from lokus.evidence.rates.counts import check_counts
from lokus.evidence.rates.covariates import build_design
from lokus.evidence.rates.rate_table import rate_of_all_due
from lokus.evidence.rates.rates import check_options, earlier_counts
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection

    from lokus.evidence.rates.counts import Counts

__all__ = [
    "FALLS",
    "RISES",
    "UNSURE",
    "Change",
    "Expected",
    "YearCounts",
    "check_level",
    "estimate_change",
    "expected_rates",
    "pair_years",
]

Floats = npt.NDArray[np.float64]

PLACES = 1536  # points at which a village's change is evaluated, over all points of the hyperparameters
FEWER_PLACES = 384  # the same with very many villages
CELLS = 2**20  # numbers in one array at a time
PROPOSALS = 8  # proposals from which a draw is taken
FALLS, RISES, UNSURE = "turun", "naik", "belum pasti"
# Real villages deviate from the model: a few change far more than the rest, and coverage determines which
# children are measured. In twelve simulated worlds (benchmarks/change.py) the stated probabilities of a fall
# or rise are calibrated only if the model is this certain, even where the children not measured have half or
# twice the odds, and if probabilities are shrunk towards 0.5 to allow for errors of the model.
SURE, MODEL_DOUBT = 0.95, 0.05
ODDS_BOUNDS = (0.5, 1.0, 2.0)
# Steps of the two-dimensional counterpart of the golden ratio: any number of points fills a square evenly.
STEPS = np.array([1.324717957244746**-1, 1.324717957244746**-2])


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Rates of this year predicted from last year's counts alone, shape (points, villages).

    Parameters
    ----------
    mean, variance : ndarray
        Of the true rate, 0–1.
    sampling : ndarray
        Mean of p(1−p): the variance of one measured child.
    """

    mean: Floats
    variance: Floats
    sampling: Floats


def expected_rates(fit: TwoYearFit, data: TwoYearData, points: Points | None = None) -> Expected:
    """Predict this year's rates of the villages of `data` from last year's counts, without any effect.

    Examples
    --------
    >>> counted = np.array([[9.0, 2.0, 3.0], [4.0, 2.0, 5.0]])
    >>> data = TwoYearData(y=counted, n=np.full((2, 3), 40.0), design=np.ones((3, 1)))
    >>> fit = fit_two_years(data)
    >>> (fit.points.weight @ expected_rates(fit, data).mean).round(2).tolist()
    [0.13, 0.09, 0.1]
    """
    past = data.last_year_alone()
    means, squares = [], []
    for _weight, posterior in fit.posteriors(past, points):
        rate = posterior.rates()[1]
        means.append(posterior.expect(rate))
        squares.append(posterior.expect(rate * rate))
    mean, square = np.array(means), np.array(squares)
    return Expected(mean=mean, variance=np.maximum(square - mean**2, 0.0), sampling=mean - square)


def summarise_change(
    fit: TwoYearFit, *, level: float, measured: Floats, odds_ratio: float
) -> dict[str, npt.NDArray[Any]]:
    """Compute the model's columns of the table of change, in percent and points; one row a village.

    Means are by quadrature. Quantiles and probabilities are those of evenly spread points, weighted by the
    posterior, over all hyperparameters. `measured`, shape (2, m), are the shares of the children due.
    """
    odds = sorted({*ODDS_BOUNDS, odds_ratio})
    villages = fit.data.y.shape[1]
    places = FEWER_PLACES if villages > KNOWN_FROM else PLACES
    each = max(places // len(fit.points.weight), 8)
    parts = []
    for rows in chunks(villages, max(CELLS // (each * len(fit.points.weight)), 1)):
        part, share_measured = fit.data.at(rows), measured[:, rows]
        before, after = np.zeros(part.y.shape[1]), np.zeros(part.y.shape[1])
        firsts, seconds, weights = [], [], []
        for index, (weight, posterior) in enumerate(fit.posteriors(part)):
            rates = posterior.rates()
            before += weight * posterior.expect(rate_of_all_due(rates[0], share_measured[0], odds_ratio))
            after += weight * posterior.expect(rate_of_all_due(rates[1], share_measured[1], odds_ratio))
            z = ndtri((0.5 + STEPS[:, None] * np.arange(1 + index * each, 1 + (index + 1) * each)) % 1.0)
            first, second, share = posterior.sample((z[0][:, None], z[1][:, None]))
            firsts.append(first)
            seconds.append(second)
            weights.append(weight * share)
        share = np.concatenate(weights)
        pair = np.concatenate(firsts), np.concatenate(seconds)
        change = _difference(*pair, share_measured, odds_ratio)
        expected = fit.points.weight @ expected_rates(fit, part).mean
        tail = (1.0 - level) / 2.0
        low, high = _quantiles(change, share, (tail, 1.0 - tail))
        chances = [
            (share * (_difference(*pair, share_measured, ratio) < 0)).sum(axis=0).clip(0.0, 1.0)
            for ratio in odds
        ]
        falls, least, most = chances[odds.index(odds_ratio)], np.min(chances, axis=0), np.max(chances, axis=0)
        parts.append(np.stack([before, after, after - before, low, high, expected, falls, least, most]))
    before, after, change, low, high, expected, falls, least, most = np.concatenate(parts, axis=1)
    falls = (1.0 - MODEL_DOUBT) * falls + MODEL_DOUBT / 2.0
    return {
        "prevalensi_lalu": 100.0 * before,
        "prevalensi_kini": 100.0 * after,
        "perubahan": 100.0 * change,
        "perubahan_bawah": 100.0 * low,
        "perubahan_atas": 100.0 * high,
        "peluang_turun": falls,
        "peluang_naik": 1.0 - falls,
        "harapan_kini": 100.0 * expected,
        "arah": np.select([least >= SURE, most <= 1.0 - SURE], [FALLS, RISES], UNSURE).astype(object),
    }


def _difference(first: Floats, second: Floats, measured: Floats, odds_ratio: float) -> Floats:
    return rate_of_all_due(second, measured[1], odds_ratio) - rate_of_all_due(first, measured[0], odds_ratio)


def draw_rates(
    fit: TwoYearFit, n: int, *, seed: int, data: TwoYearData | None = None
) -> tuple[Floats, Floats]:
    """Draw `n` sets of rates of both years, 0–1, shapes (m, n); by default of all villages of the fit.

    The hyperparameters of a draw are the same for all villages. Each village's rates are taken from eight
    proposals of the Gaussian approximation by their weights (Rubin 1988, sampling importance resampling).
    """
    rng = np.random.default_rng(seed)
    wanted = data or fit.data
    villages = wanted.y.shape[1]
    drawn = rng.choice(len(fit.points.weight), size=n, p=fit.points.weight)
    before, after = np.empty((villages, n)), np.empty((villages, n))
    for rows in chunks(villages, max(CELLS // (PROPOSALS * n), 1)):
        part = wanted.at(rows)
        for index, (_weight, posterior) in enumerate(fit.posteriors(part)):
            columns = np.flatnonzero(drawn == index)
            if not len(columns):
                continue
            z = rng.standard_normal((2, PROPOSALS, len(columns), part.y.shape[1]))
            first, second, share = posterior.sample((z[0], z[1]))
            taken = (share.cumsum(axis=0) < rng.random(share.shape[1:])).sum(axis=0)
            taken = taken.clip(max=PROPOSALS - 1)[None]
            for into, values in ((before, first), (after, second)):
                into[rows, columns] = np.take_along_axis(values, taken, 0)[0].T
    return before, after


def _quantiles(values: Floats, weight: Floats, at: tuple[float, ...]) -> list[Floats]:
    """Weighted quantiles down the columns, by interpolation between the middles of the weights."""
    order = np.argsort(values, axis=0)
    values, weight = np.take_along_axis(values, order, 0), np.take_along_axis(weight, order, 0)
    middle = weight.cumsum(axis=0) - weight / 2.0
    columns = np.arange(values.shape[1])
    out = []
    for level in at:
        above = (middle < level).sum(axis=0).clip(1, len(values) - 1)
        low, high = middle[above - 1, columns], middle[above, columns]
        share = ((level - low) / np.maximum(high - low, 1e-300)).clip(0.0, 1.0)
        bottom = values[above - 1, columns]
        out.append(bottom + share * (values[above, columns] - bottom))
    return out


YearCounts: TypeAlias = "tuple[pd.Series[float], pd.Series[float]]"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Rates of two years and their change, one row a village of this year.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        In percent, given the counts of both years: ``prevalensi_lalu``, ``prevalensi_kini``. In points:
        ``perubahan`` (this year less last year) with ``perubahan_bawah``/``_atas`` (`level` interval). 0–1:
        ``peluang_turun``, ``peluang_naik``, never nearer than 0.025 to 0 or 1. ``arah``: "turun" or "naik"
        where that is certain for any plausible rate of the children not measured, otherwise "belum pasti", as
        for most villages with one year of counts. As measured: ``mentah_lalu``, ``mentah_kini`` (percent,
        missing where not measured), ``perubahan_mentah``. Expected from last year's counts: ``harapan_kini``
        (percent; regression to the mean and the trend of the kabupaten), ``harapan_perubahan``
        (``harapan_kini`` minus ``mentah_lalu``). ``dua_tahun``: measured in both years.
    correlation : float
        Of the villages' true rates (logits, given the covariates) in the two years.
    correlation_interval : tuple of float
    trend : float
        Odds ratio this year : last year of a village with average covariates.
    trend_interval : tuple of float
    counts : DataFrame, index ``kode_desa``
        ``stunting_lalu``, ``diukur_lalu``, ``stunting_kini``, ``diukur_kini``; 0 where not measured.
    measured : DataFrame, index ``kode_desa``
        ``lalu``, ``kini``: share of the children due who were measured, 0–1; 1 where unknown.
    level : float
        Coverage of the intervals, 0–1.
    odds_ratio : float
        Of the children not measured; rates and changes are those of all children due.
    fit : TwoYearFit
        The model itself.
    findings : tuple of Finding
        Villages of last year that do not exist this year, covariates missing.
    """

    table: pd.DataFrame
    correlation: float
    correlation_interval: tuple[float, float]
    trend: float
    trend_interval: tuple[float, float]
    counts: pd.DataFrame
    measured: pd.DataFrame
    level: float
    odds_ratio: float
    fit: TwoYearFit = field(repr=False)
    findings: tuple[Finding, ...] = ()

    def draws(self, n: int, *, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Draw `n` sets of rates of last year and of this year from their joint posterior, in percent.

        Rates among the children measured; for those among all children due use `draws_of_all_due`.

        Returns
        -------
        tuple of DataFrame, index ``kode_desa``, columns 0 … n−1
            Column j of both frames is one draw. The draws do not depend on the row order of the input.
        """
        before, after = (100.0 * values for values in draw_rates(self.fit, n, seed=seed))
        return pd.DataFrame(before, index=self.table.index), pd.DataFrame(after, index=self.table.index)

    def draws_of_all_due(
        self, n: int, *, seed: int, codes: Collection[str], odds_ratio: float | None = None
    ) -> pd.DataFrame:
        """Draw `n` sets of this year's rates among all children due, in percent.

        Last year's counts are taken into account: a village listed for a high rate is not taken for low after
        one good year. Missing where no child was measured this year.

        Parameters
        ----------
        n : int
        seed : int
        codes : collection of kode_desa
            Villages to draw; codes that do not exist this year are left out.
        odds_ratio : float, optional
            Of the children not measured, instead of that of the table.

        Returns
        -------
        DataFrame, index ``kode_desa`` (sorted), columns 0 … n−1

        Examples
        --------
        >>> desa = [f"99010120{i:02d}" for i in range(1, 7)]
        >>> children = pd.Series(50, index=desa)
        >>> change = estimate_change(
        ...     (pd.Series([15, 4, 5, 3, 6, 4], index=desa), children),
        ...     (pd.Series([2, 4, 4, 3, 5, 5], index=desa), children),
        ... )
        >>> draws = change.draws_of_all_due(2000, seed=1, codes=["9901012001"])
        >>> bool((draws < 6.0).mean(axis=1).item() < 0.5)
        True
        """
        rows = np.flatnonzero(self.table.index.isin(list(codes)))
        rate = draw_rates(self.fit, n, seed=seed, data=self.fit.data.at(rows))[1]
        measured = self.measured["kini"].to_numpy()[rows, None]
        odds = self.odds_ratio if odds_ratio is None else odds_ratio
        values = pd.DataFrame(100.0 * rate_of_all_due(rate, measured, odds), index=self.table.index[rows])
        values.loc[self.counts["diukur_kini"].iloc[rows] == 0] = np.nan
        return values

    def __repr__(self) -> str:
        return _(
            "Change between two years of {villages} villages, {both} measured in both: odds ratio of the "
            "kabupaten {trend} ({low}–{high}), correlation of the years {correlation}; {falls} villages have "
            "surely fallen and {rises} surely risen, of {unsure} the counts do not say"
        ).format(
            villages=format_number(len(self.table)),
            both=format_number(self.table["dua_tahun"].sum()),
            trend=format_number(self.trend, decimals=2),
            low=format_number(self.trend_interval[0], decimals=2),
            high=format_number(self.trend_interval[1], decimals=2),
            correlation=format_number(self.correlation, decimals=2),
            falls=format_number((self.table["arah"] == FALLS).sum()),
            rises=format_number((self.table["arah"] == RISES).sum()),
            unsure=format_number((self.table["arah"] == UNSURE).sum()),
        )


def estimate_change(
    before: YearCounts,
    after: YearCounts,
    *,
    due: tuple[pd.Series[float] | None, pd.Series[float] | None] = (None, None),
    odds_ratio: float = 1.0,
    covariates: pd.DataFrame | None = None,
    level: float = 0.9,
) -> Change:
    r"""Estimate each village's rate in two years jointly, and the change between them.

    Parameters
    ----------
    before, after : tuple of Series (stunting, diukur), index ``kode_desa``
        Last year's and this year's stunted and measured children, by this year's codes (convert last year's
        with :func:`lokus.places.carry.carry_over` first). Villages are those of `after`. Where a village was
        not measured in a year its rate is estimated from the other year; where in neither, from the
        covariates and the trend.
    due : tuple of Series or None, index ``kode_desa``
        Children due last year and this year. Without them every child counts as measured, and ``arah``
        ignores the children not measured.
    odds_ratio : float
        How many times the odds of being stunted are higher among children not measured; 1 means alike.
    covariates : DataFrame, optional
        Numeric, any unit, indexed by this year's villages; the same values are used for both years.
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
    :math:`(u_{i1}, u_{i2})` bivariate normal with deviations :math:`\tau_1, \tau_2` and correlation ρ, the
    variation between villages beyond chance. Rates are shrunk in both years at once (bivariate empirical
    Bayes: Rao & Molina 2015, *Small Area Estimation*, ch. 8), averaged over the hyperparameters' uncertainty.
    With last year's counts alone the expectation of this year's logit is :math:`x_i\beta_2 +
    \rho\,(\tau_2/\tau_1)\,E(u_{i1} \mid y_{i1})`: nearer to the mean than the measured rate, because of
    sampling error and because places change. This is regression to the mean: Galton (1886), *J.
    Anthropological Institute* 15, 246–263; Barnett, van der Pols & Dobson (2005), *Int. J. Epidemiology* 34,
    215–220. The trend of the kabupaten is that of all its villages, lokus included. With more than 5,000
    villages the uncertainty of the hyperparameters is ignored in the villages' rates.

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
    check_options(level, odds_ratio, None)
    then, now, findings = pair_years(before, after)
    design = build_design(covariates, now.index, measured=(then.n > 0) | (now.n > 0))
    fit = fit_two_years(
        TwoYearData(y=np.stack([then.y, now.y]), n=np.stack([then.n, now.n]), design=design.matrix)
    )
    both = (then.n > 0) & (now.n > 0)
    measured = np.stack([_measured(*pair) for pair in zip((then, now), due, strict=True)])
    table = pd.DataFrame(
        summarise_change(fit, level=level, measured=measured, odds_ratio=odds_ratio), index=now.index
    )
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
        measured=pd.DataFrame({"lalu": measured[0], "kini": measured[1]}, index=now.index),
        level=level,
        odds_ratio=odds_ratio,
        fit=fit,
        findings=(*findings, *design.findings),
    )


def check_level(level: float) -> None:
    """Raise unless the coverage of an interval is valid.

    Raises
    ------
    EvidenceError
        It is not between 0 and 1.

    Examples
    --------
    >>> check_level(0.9)
    """
    if not 0.0 < level < 1.0:
        raise EvidenceError(
            _("level must lie between 0 and 1, not {value}").format(value=level),
            remedy=_("state the level of the interval, such as 0.9"),
        )


def pair_years(before: YearCounts, after: YearCounts) -> tuple[Counts, Counts, list[Finding]]:
    """Check the counts of two years and align last year's with this year's villages.

    Raises
    ------
    EvidenceError
        As `estimate_change`.

    Examples
    --------
    >>> before = pd.Series({"b": 9.0, "c": 1.0}), pd.Series({"b": 60.0, "c": 10.0})
    >>> after = pd.Series({"a": 4.0, "b": 5.0}), pd.Series({"a": 50.0, "b": 50.0})
    >>> then, _now, findings = pair_years(before, after)
    >>> then.n.tolist(), findings[0].check
    ([0.0, 60.0], 'evidence.village_gone')
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


def _measured(counts: Counts, due: pd.Series[float] | None) -> Floats:
    """Return the share of the children due who were measured; 1 where unknown."""
    if due is None:
        return np.ones(len(counts.n))
    wanted = due.reindex(counts.index).to_numpy(dtype=float, na_value=np.nan)
    return np.where(wanted > 0, np.minimum(counts.n / np.maximum(wanted, 1.0), 1.0), 1.0)


def _raw(counts: Counts) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(counts.n > 0, 100.0 * counts.y / counts.n, np.nan)
