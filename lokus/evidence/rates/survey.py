"""Benchmark the villages' rates to a survey of the kabupaten, by one shift of the log odds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtri

from lokus.errors import EvidenceError
from lokus.evidence.rates.rate_table import (
    beta_binomial_quantiles,
    exceedance,
    match_beta,
    shift_odds,
    summarise,
)
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.rates.rates import Rates

__all__ = ["AtSurvey", "Survey", "at_survey", "far_below"]

Floats = npt.NDArray[np.float64]

SURVEY_LEVEL = 0.95  # of the interval that a survey publishes
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()
WIDEST = 8.0  # largest shift of the log odds that is considered
CORRECTIONS = 3
FAR_BELOW = 0.75  # share of the survey's percent


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey's estimate for the whole kabupaten.

    Parameters
    ----------
    percent : float
        Prevalence of stunting.
    low, high : float or None
        Its 95 % interval, percent. Without it the survey counts as exact.
    year : int
    source : str

    Raises
    ------
    EvidenceError
        A figure outside 0–100, or an interval that does not contain the figure.

    Examples
    --------
    >>> Survey(percent=19.8, low=17.1, high=22.5, year=2024, source="Survei status gizi")
    Survei status gizi 2024: 19,8 % (17,1–22,5)
    """

    percent: float
    low: float | None = None
    high: float | None = None
    year: int
    source: str = ""

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise EvidenceError(
                _("the survey has only one end of its interval"),
                remedy=_("state bawah and atas, or neither"),
            )
        ends = [self.percent if end is None else end for end in (self.low, self.high)]
        if not 0.0 < ends[0] <= self.percent <= ends[1] < 100.0:
            raise EvidenceError(
                _("the survey's percent must lie in its interval, and that between 0 and 100"),
                remedy=_("state persen, bawah and atas as the survey published them"),
            )

    @property
    def log_odds_sd(self) -> float:
        """Standard deviation of the survey's log odds; 0 where it has no interval."""
        if self.low is None or self.high is None:
            return 0.0
        width = logit(self.high / 100.0) - logit(self.low / 100.0)
        return float(width / (2.0 * ndtri((1.0 + SURVEY_LEVEL) / 2.0)))

    def __repr__(self) -> str:
        source = self.source or _("Survey")
        name = f"{source} {self.year}: {format_number(self.percent, decimals=1)} %"
        if self.low is None or self.high is None:
            return name
        ends = (format_number(end, decimals=1) for end in (self.low, self.high))
        return f"{name} ({'–'.join(ends)})"


@dataclass(frozen=True, kw_only=True)
class AtSurvey:
    """Rates at the level of a survey, in addition to those at the level of the records.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        ``prevalensi_survei`` with ``_bawah``/``_atas`` (percent), ``anak_stunting_survei`` with
        ``_bawah``/``_atas`` (children, among all due; missing where sasaran is), with a threshold
        ``peluang_di_atas``. They change the level; ranks remain those of the records.
    survey : Survey
    recorded : float
        Percent of the kabupaten by the records: mean of the villages' estimates, weighted by the children
        due.
    shift : float
        Log odds, added to those of every village.
    shift_sd : float
        Its standard deviation, from the survey's interval; the same for all villages.
    """

    table: pd.DataFrame
    survey: Survey
    recorded: float
    shift: float
    shift_sd: float
    level: float = field(default=0.9)

    def shift_draws(self, draws: pd.DataFrame, *, seed: int) -> pd.DataFrame:
        """Shift draws of recorded rates to the survey's level; both in percent.

        The error of the survey is the same for all villages of a column.

        Examples
        --------
        >>> at = AtSurvey(
        ...     table=pd.DataFrame(), survey=Survey(percent=20.0, year=2024), recorded=10.0,
        ...     shift=float(np.log(2.25)), shift_sd=0.0,
        ... )
        >>> at.shift_draws(pd.DataFrame({0: [10.0, 5.0]}), seed=1)[0].round(1).tolist()
        [20.0, 10.6]
        """
        rng = np.random.default_rng([seed, 7])
        moved = self.shift + self.shift_sd * rng.standard_normal(draws.shape[1])
        with np.errstate(divide="ignore"):
            values = 100.0 * expit(logit(draws.to_numpy(dtype=float) / 100.0) + moved)
        return pd.DataFrame(values, draws.index, draws.columns)

    def __repr__(self) -> str:
        return _(
            "{survey}; the records say {recorded} %. For classes, thresholds, graduation and children all "
            "villages are shifted together to the level of the survey; ranks stay as recorded, and the two "
            "figures are not one series."
        ).format(
            survey=self.survey,
            recorded=format_number(self.recorded, decimals=1),
        )


def at_survey(rates: Rates, survey: Survey) -> AtSurvey:
    r"""Shift the log odds of all villages by one constant, so that their mean equals a survey's estimate.

    Parameters
    ----------
    rates : Rates
    survey : Survey

    Notes
    -----
    With weights w (children due, children measured where those are unknown) the shift δ solves :math:`\sum_i
    w_i E[\mathrm{expit}(\mathrm{logit}\,q_i + \delta)] = S \sum_i w_i`, where :math:`q_i` is the recorded
    rate and S the survey's. The result is averaged over the uncertainty of logit S, and each village's rate
    is approximated by the beta distribution with the same mean and variance. Benchmarking: Rao & Molina
    (2015), *Small Area Estimation*, ch. 6.4. The order of villages does not change. Do not use it with a
    survey of another year or definition.

    Examples
    --------
    >>> from lokus.evidence.rates.rates import estimate_rates
    >>> desa = ["9901012001", "9901012002", "9901012003"]
    >>> rates = estimate_rates(pd.Series([2, 9, 30], index=desa), pd.Series([40, 90, 200], index=desa))
    >>> at = at_survey(rates, Survey(percent=20.0, low=17.0, high=23.0, year=2024))
    >>> at.table["prevalensi_survei"].round(1).tolist()
    [14.5, 17.3, 22.3]
    """
    alpha, beta = (rates.posterior[name].to_numpy() for name in ("alpha", "beta"))
    counts = rates.counts
    weight = np.where(np.isfinite(counts.due), counts.due, counts.n)
    weight = weight / weight.sum()

    def mean_at(shift: float) -> float:
        first, second = shift_odds(alpha, beta, float(np.exp(shift)))
        return float(weight @ (first / (first + second)))

    def shift_to(percent: float) -> float:
        aim = min(max(percent / 100.0, mean_at(-WIDEST)), mean_at(WIDEST))
        return float(brentq(lambda shift: mean_at(shift) - aim, -WIDEST, WIDEST, xtol=1e-12))

    aim, deviation = survey.percent, survey.log_odds_sd
    # Averaged over the survey's error, the mean differs slightly from that at the central shift.
    for _again in range(CORRECTIONS):
        shift = shift_to(aim)
        first, second = _averaged(alpha, beta, shift, deviation)
        aim += survey.percent - 100.0 * float(weight @ (first / (first + second)))
    rows = summarise(first, second, level=rates.level)
    table = pd.DataFrame(
        {
            "prevalensi_survei": rows["prevalensi"],
            "prevalensi_survei_bawah": rows["prevalensi_bawah"],
            "prevalensi_survei_atas": rows["prevalensi_atas"],
            **_children(counts.due, first, second, level=rates.level),
        },
        index=rates.table.index,
    )
    if rates.threshold is not None:
        table["peluang_di_atas"] = exceedance(first, second, rates.threshold / 100.0)
    return AtSurvey(
        table=table,
        survey=survey,
        recorded=100.0 * float(weight @ (alpha / (alpha + beta))),
        shift=shift,
        shift_sd=deviation,
        level=rates.level,
    )


def far_below(rates: Rates, survey: Survey) -> Finding | None:
    """Warn where the records lie far below a survey that the rates are not benchmarked to.

    Examples
    --------
    >>> from lokus.evidence.rates.rates import estimate_rates
    >>> desa = ["9901012001", "9901012002"]
    >>> rates = estimate_rates(pd.Series([4, 9], index=desa), pd.Series([80, 90], index=desa))
    >>> far_below(rates, Survey(percent=20.0, year=2024)).check
    'evidence.below_survey'
    >>> far_below(rates, Survey(percent=8.0, year=2024)) is None
    True
    """
    recorded = at_survey(rates, survey).recorded
    if recorded >= FAR_BELOW * survey.percent:
        return None
    return Finding(
        check="evidence.below_survey",
        level="warning",
        message=_(
            "recorded {recorded} %, but {survey}: a village below a threshold as recorded may be above it; "
            "classes, thresholds, graduation and numbers of children are too low"
        ).format(recorded=format_number(recorded, decimals=1), survey=survey),
        remedy=_("state the survey under [survei], so that these are given at its level too"),
    )


def _averaged(alpha: Floats, beta: Floats, shift: float, deviation: float) -> tuple[Floats, Floats]:
    """Return the shifted rates, averaged over the uncertainty of the shift."""
    if deviation == 0.0:
        return shift_odds(alpha, beta, float(np.exp(shift)))
    mean, square = np.zeros_like(alpha), np.zeros_like(alpha)
    for node, weight in zip(NODES, NODE_WEIGHTS, strict=True):
        a, b = shift_odds(alpha, beta, float(np.exp(shift + node * deviation)))
        total = a + b
        mean += weight * a / total
        square += weight * a * (a + 1.0) / (total * (total + 1.0))
    return match_beta(mean, np.maximum(square - mean**2, 1e-300))


def _children(due: Floats, alpha: Floats, beta: Floats, *, level: float) -> dict[str, Floats]:
    known = np.isfinite(due)
    every = np.where(known, due, 0.0)
    tail = (1.0 - level) / 2.0
    bounds = beta_binomial_quantiles(every.astype(np.int64), alpha, beta, (tail, 1.0 - tail))
    columns = {
        "anak_stunting_survei": every * alpha / (alpha + beta),
        "anak_stunting_survei_bawah": bounds[:, 0],
        "anak_stunting_survei_atas": bounds[:, 1],
    }
    return {name: np.where(known, values, np.nan) for name, values in columns.items()}
