"""Stunting rates that borrow strength: empirical Bayes for villages that measured few children."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaincc, betaincinv, expit

from lokus.evidence.betabinomial import fit_beta_binomial
from lokus.evidence.counts import Counts, check_counts
from lokus.evidence.covariates import Design, build_design
from lokus.evidence.errors import EvidenceError
from lokus.evidence.unmeasured import beta_binomial_quantiles, shift_odds
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.findings import Finding

__all__ = ["Rates", "estimate_rates"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Estimated stunting rates, one row a village.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        In percent: ``prevalensi_mentah``, ``prevalensi`` (posterior mean), ``prevalensi_bawah``/``_atas``
        (`level` interval), ``prevalensi_bawah50``/``_atas50``. Children: ``anak_stunting`` (expected among
        all sasaran) and its ``_bawah``/``_atas``. ``peluang_di_atas`` (0–1, only with a `threshold`). Flags
        ``belum_andal``, ``tanpa_pengukuran`` and, with covariates, ``kovariat_hilang``.
    mean : float
        Percent, of a village with average covariates.
    precision : float
        φ of the beta-binomial, in children: a village with φ children measured is shrunk half way.
    coefficients : Series
        Logit scale, ``intersep`` first; covariates per standard deviation.
    posterior : DataFrame
        ``alpha``, ``beta`` of each village's Beta posterior.
    level : float
        Coverage of the wide interval, 0–1.
    threshold : float or None
        Percent.
    odds_ratio : float
        Stress odds ratio applied to children not measured.
    findings : tuple of Finding
        What the planner should know: covariates missing or constant.
    """

    table: pd.DataFrame
    mean: float
    precision: float
    coefficients: pd.Series[float]
    posterior: pd.DataFrame
    level: float
    threshold: float | None
    odds_ratio: float
    findings: tuple[Finding, ...] = field(default=())

    def draws(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draw `n` sets of rates from the posterior, in percent.

        Returns
        -------
        DataFrame, index ``kode_desa``, columns 0 … n−1
            Villages are independent given the fitted mean and precision. The same whatever the row order of
            the input was.
        """
        rng = np.random.default_rng(seed)
        alpha, beta = self.posterior["alpha"].to_numpy(), self.posterior["beta"].to_numpy()
        values = 100.0 * rng.beta(alpha[:, None], beta[:, None], size=(len(alpha), n))
        return pd.DataFrame(values, index=self.posterior.index)

    def __repr__(self) -> str:
        flags = self.table[["tanpa_pengukuran", "belum_andal"]].sum()
        return _(
            "Stunting rates of {villages} villages: mean {mean} %, precision {precision} children; "
            "{unmeasured} without measurement, {unreliable} with coverage too low or unknown"
        ).format(
            villages=format_number(len(self.table)),
            mean=format_number(self.mean, decimals=1),
            precision=format_number(self.precision),
            unmeasured=format_number(flags["tanpa_pengukuran"]),
            unreliable=format_number(flags["belum_andal"]),
        )


def estimate_rates(
    stunting: pd.Series[float],
    diukur: pd.Series[float],
    *,
    sasaran: pd.Series[float] | None = None,
    covariates: pd.DataFrame | None = None,
    threshold: float | None = None,
    level: float = 0.9,
    reliable_coverage: float = 80.0,
    odds_ratio: float = 1.0,
) -> Rates:
    r"""Estimate each village's stunting rate by beta-binomial empirical Bayes.

    Parameters
    ----------
    stunting, diukur : Series, index ``kode_desa``
        Stunted and measured children, whole numbers. A village where either is missing, or nobody was
        measured, gets the prior of its covariates and the flag ``tanpa_pengukuran``; never 0.
    sasaran : Series, optional
        Children due. Missing values leave ``anak_stunting`` missing and the village ``belum_andal``.
    covariates : DataFrame, optional
        Numeric, any unit; standardised here. A missing value takes the covariate's mean, that is, it says
        nothing about the village, and the village is flagged ``kovariat_hilang``; a covariate that does not
        vary is left out. Both are reported in ``findings``.
    threshold : float, optional
        Percent; adds ``peluang_di_atas`` = P(rate > threshold).
    level : float
        Coverage of the wide interval, 0–1.
    reliable_coverage : float
        Percent of sasaran measured below which a village is ``belum_andal``.
    odds_ratio : float
        How many times the odds of being stunted are higher among children not measured; 1 means alike.

    Returns
    -------
    Rates

    Raises
    ------
    EvidenceError
        Counts negative or fractional, more stunted than measured (villages named), no village measured at
        all, indexes that differ or repeat.

    Notes
    -----
    :math:`y_i \sim \mathrm{BetaBinomial}(n_i, \mu_i\varphi, (1-\mu_i)\varphi)`,
    :math:`\mathrm{logit}\,\mu_i = x_i\beta`; the posterior is :math:`\mathrm{Beta}(\mu_i\varphi + y_i,
    (1-\mu_i)\varphi + n_i - y_i)`. Intervals treat the fitted mean and precision as known, so with few
    villages (below about 30) they are somewhat too narrow. Among the :math:`\max(N_i - n_i, 0)` children
    not measured the count is beta-binomial: its mean is exact, its interval the exact quantiles for an odds
    ratio of 1 and those of a moment-matched beta-binomial otherwise. Clayton & Kaldor (1987), *Biometrics*
    43, 671–681; Rao & Molina (2015), *Small Area Estimation*, ch. 9.

    Examples
    --------
    >>> desa = ["9901012001", "9901012002", "9901012003"]
    >>> rates = estimate_rates(
    ...     pd.Series([2, 30, 0], index=desa), pd.Series([4, 200, 0], index=desa), threshold=20.0
    ... )
    >>> rates.table[["prevalensi_mentah", "prevalensi", "peluang_di_atas"]].round(2)
                prevalensi_mentah  prevalensi  peluang_di_atas
    9901012001               50.0       18.49             0.32
    9901012002               15.0       15.86             0.03
    9901012003                NaN       17.38             0.22
    """
    _check_options(level, odds_ratio, threshold)
    counts = check_counts(stunting, diukur, sasaran)
    design = build_design(covariates, counts.index, measured=counts.n > 0)
    fit_rows, weight, inverse = _unique_rows(counts, design)
    fit = fit_beta_binomial(counts.y[fit_rows], counts.n[fit_rows], design.matrix[fit_rows], weight)

    eta = design.matrix[fit_rows] @ fit.coefficients
    alpha = fit.precision * expit(eta) + counts.y[fit_rows]
    beta = fit.precision * expit(-eta) + counts.n[fit_rows] - counts.y[fit_rows]
    summary = _summarise(alpha, beta, level=level)
    posterior = pd.DataFrame({"alpha": alpha[inverse], "beta": beta[inverse]}, index=counts.index)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where(counts.n > 0, 100.0 * counts.y / counts.n, np.nan)
        coverage = 100.0 * counts.n / counts.due
    table = pd.DataFrame(
        {
            "prevalensi_mentah": raw,
            **{name: values[inverse] for name, values in summary.items()},
            **_expected_children(counts, posterior, level=level, odds_ratio=odds_ratio),
        },
        index=counts.index,
    )
    if threshold is not None:
        table["peluang_di_atas"] = _exceedance(alpha, beta, threshold / 100.0)[inverse]
    table["belum_andal"] = ~(coverage >= reliable_coverage)
    table["tanpa_pengukuran"] = counts.n == 0
    if covariates is not None:
        table["kovariat_hilang"] = design.missing
    return Rates(
        table=table,
        mean=100.0 * float(expit(fit.coefficients[0])),
        precision=fit.precision,
        coefficients=pd.Series(fit.coefficients, index=["intersep", *design.names], name="koefisien"),
        posterior=posterior,
        level=level,
        threshold=threshold,
        odds_ratio=odds_ratio,
        findings=design.findings,
    )


def _check_options(level: float, odds_ratio: float, threshold: float | None) -> None:
    if not 0.0 < level < 1.0:
        raise EvidenceError(_("level must lie between 0 and 1, not {value}").format(value=level))
    if not 0.0 < odds_ratio < np.inf:
        raise EvidenceError(_("odds_ratio must be greater than 0, not {value}").format(value=odds_ratio))
    if threshold is not None and not 0.0 <= threshold <= 100.0:
        raise EvidenceError(
            _("threshold must lie between 0 and 100 percent, not {value}").format(value=threshold)
        )


def _unique_rows(counts: Counts, design: Design) -> tuple[npt.NDArray[np.intp], Floats, npt.NDArray[np.intp]]:
    """Rows to compute on, how many villages each stands for, and the way back."""
    if design.names:
        every = np.arange(len(counts.index))
        return every, np.ones(len(every)), every
    # Without covariates villages with the same (y, n) share everything.
    key = counts.y * (counts.n.max() + 1) + counts.n
    _keys, rows, inverse, weight = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return rows, weight.astype(float), inverse


def _summarise(alpha: Floats, beta: Floats, *, level: float) -> dict[str, Floats]:
    tail = (1.0 - level) / 2.0
    quantiles = {
        "prevalensi_bawah": tail,
        "prevalensi_atas": 1.0 - tail,
        "prevalensi_bawah50": 0.25,
        "prevalensi_atas50": 0.75,
    }
    mean = {"prevalensi": 100.0 * alpha / (alpha + beta)}
    return mean | {name: 100.0 * betaincinv(alpha, beta, q) for name, q in quantiles.items()}


def _exceedance(alpha: Floats, beta: Floats, share: float) -> Floats:
    # Each of the two incomplete integrals keeps its digits only where it is small.
    below = betainc(alpha, beta, share)
    return np.asarray(np.where(below < 0.5, 1.0 - below, betaincc(alpha, beta, share)))


def _expected_children(
    counts: Counts, posterior: pd.DataFrame, *, level: float, odds_ratio: float
) -> dict[str, Floats]:
    known = np.isfinite(counts.due)
    rest = np.where(known, np.maximum(counts.due - counts.n, 0.0), 0.0)
    alpha, beta = shift_odds(posterior["alpha"].to_numpy(), posterior["beta"].to_numpy(), odds_ratio)
    tail = (1.0 - level) / 2.0
    bounds = beta_binomial_quantiles(rest.astype(np.int64), alpha, beta, (tail, 1.0 - tail))
    columns = {
        "anak_stunting": counts.y + rest * alpha / (alpha + beta),
        "anak_stunting_bawah": counts.y + bounds[:, 0],
        "anak_stunting_atas": counts.y + bounds[:, 1],
    }
    return {name: np.where(known, values, np.nan) for name, values in columns.items()}
