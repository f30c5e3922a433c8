"""Summarise each village's Beta posterior: intervals, exceedance, expected number of children."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincc, betaincinv

if TYPE_CHECKING:
    import pandas as pd

    from lokus.evidence.rates.counts import Counts

__all__ = [
    "all_due",
    "beta_binomial_quantiles",
    "chance_among_worst",
    "exceedance",
    "expected_children",
    "match_beta",
    "measured_rate_at",
    "rate_of_all_due",
    "shift_odds",
    "summarise",
]

Floats = npt.NDArray[np.float64]

CELLS_PER_BLOCK = 2_000_000
NEARLY_CERTAIN = 1e5  # children behind a posterior
NEARLY_ALIKE = 0.01  # log odds ratio
ALIKE = 2e-8  # log odds ratio, of a rate behind which stands one child


def shift_odds(alpha: Floats, beta: Floats, odds_ratio: float) -> tuple[Floats, Floats]:
    """Compute the Beta distribution with the mean and variance of p′, whose odds are ω times those of p.

    Parameters
    ----------
    alpha, beta : ndarray, shape (m,)
        p ~ Beta(alpha, beta).
    odds_ratio : float
        ω > 0; p′ = ωp / (1 − p + ωp).

    Returns
    -------
    tuple of ndarray
        Parameters of the matching beta. Mean and variance are exact (Gauss hypergeometric function); the
        shape is an approximation, exact for ω = 1.

    Examples
    --------
    >>> a, b = shift_odds(np.array([4.0]), np.array([36.0]), 2.0)
    >>> round(float((a / (a + b))[0]), 4)
    0.1786
    """
    if odds_ratio == 1.0:
        return alpha, beta
    # With either p or 1 − p the argument of the series lies in (0, 1), where every term is positive.
    if odds_ratio > 1.0:
        second, first = shift_odds(beta, alpha, 1.0 / odds_ratio)
        return first, second
    total, z = alpha + beta, 1.0 - odds_ratio
    b, c = alpha + 1.0, total + 1.0
    series = _gauss_series(b, c, z)
    mean = odds_ratio * alpha / total * series
    # E[p′(1 − p′)] = ω · d E[p′] / dω, and the series satisfies a differential equation of first order.
    slope = ((c - 1.0) * (1.0 - series) + b * z * series) / (z * (1.0 - z))
    variance = mean * (1.0 - mean) - odds_ratio * alpha / total * (series - odds_ratio * slope)
    # For a nearly certain rate, or odds nearly alike, that difference cancels, and the linear approximation
    # is more accurate: relative errors are some 3 · log odds ratio / total against 1e-15 · total² / log odds
    # ratio, as compared with quadrature.
    rate = alpha / total
    derivative = odds_ratio / (1.0 - rate + odds_ratio * rate) ** 2
    linear = derivative**2 * rate * (1.0 - rate) / (total + 1.0)
    cancels = (total > NEARLY_CERTAIN) | (abs(np.log(odds_ratio)) < ALIKE * total**1.5)
    variance = np.where(cancels, linear, variance)
    return match_beta(mean, variance)


def _gauss_series(b: Floats, c: Floats, z: float) -> Floats:
    """Gauss's hypergeometric series F(1, b; c; z) for 0 < z < 1 by its continued fraction.

    All partial numerators are positive for c > b, so it is stable where scipy's ``hyp2f1`` overflows.
    """
    root = np.sqrt(1.0 - z)
    levels = int(np.ceil(-40.0 / np.log((1.0 - root) / (1.0 + root)))) + 5
    tail = np.ones_like(b)
    for k in range(levels, 0, -1):
        odd = (c + k - 1.0) * (b + k) / ((c + 2 * k - 1.0) * (c + 2 * k))
        even = k * (c - b + k - 1.0) / ((c + 2 * k - 2.0) * (c + 2 * k - 1.0))
        tail = 1.0 - even * z / (1.0 - odd * z / tail)
    return np.asarray(1.0 / (1.0 - b / c * z / tail))


def beta_binomial_quantiles(
    trials: npt.NDArray[np.int64], alpha: Floats, beta: Floats, probabilities: tuple[float, ...]
) -> npt.NDArray[np.int64]:
    """Compute the smallest k with P(K ≤ k) ≥ probability, for K ~ BetaBinomial(trials, alpha, beta).

    Parameters
    ----------
    trials, alpha, beta : ndarray, shape (m,)
        One distribution a row.
    probabilities : tuple of float, length q
        In (0, 1).

    Returns
    -------
    ndarray of int, shape (m, q)

    Notes
    -----
    The probability function is computed from ratios of successive terms, in blocks of rows with similar
    `trials`, which limits memory.

    Examples
    --------
    >>> beta_binomial_quantiles(np.array([10, 0]), np.array([1.0, 1.0]), np.array([1.0, 1.0]), (0.05, 0.5))
    array([[0, 5],
           [0, 0]])
    """
    out = np.zeros((len(trials), len(probabilities)), dtype=np.int64)
    for rows in _blocks(trials):
        k = np.arange(trials[rows].max())
        m, a, b = trials[rows, None], alpha[rows, None], beta[rows, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log((m - k) * (a + k)) - np.log((k + 1) * (b + m - k - 1))
        # Beyond a row's own number of trials the ratio is log 0 or undefined: probability 0.
        ratio[k >= m] = -np.inf
        log_pmf = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(ratio, axis=1)], axis=1)
        pmf = np.exp(log_pmf - log_pmf.max(axis=1, keepdims=True))
        cumulative = np.cumsum(pmf, axis=1)
        for column, probability in enumerate(probabilities):
            # Slightly below the target, so that rounding in the sum does not raise an exact quantile by one.
            target = probability * (1 - 1e-12) * cumulative[:, -1:]
            out[rows, column] = (cumulative < target).sum(axis=1)
    return out


def _blocks(trials: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.intp]]:
    order = np.argsort(trials, kind="stable")
    order = order[trials[order] > 0]
    stop = len(order)
    while stop:
        width = int(trials[order[stop - 1]]) + 1
        start = max(0, stop - max(1, CELLS_PER_BLOCK // width))
        yield order[start:stop]
        stop = start


def summarise(alpha: Floats, beta: Floats, *, level: float) -> dict[str, Floats]:
    """Compute posterior mean and the 50 % and `level` intervals, in percent, by column name.

    Examples
    --------
    >>> rows = summarise(np.array([4.0]), np.array([36.0]), level=0.9)
    >>> {name: round(float(values[0]), 1) for name, values in rows.items() if "50" not in name}
    {'prevalensi': 10.0, 'prevalensi_bawah': 3.6, 'prevalensi_atas': 18.7}
    """
    tail = (1.0 - level) / 2.0
    quantiles = {
        "prevalensi_bawah": tail,
        "prevalensi_atas": 1.0 - tail,
        "prevalensi_bawah50": 0.25,
        "prevalensi_atas50": 0.75,
    }
    mean = {"prevalensi": 100.0 * alpha / (alpha + beta)}
    return mean | {name: 100.0 * betaincinv(alpha, beta, q) for name, q in quantiles.items()}


def exceedance(alpha: Floats, beta: Floats, share: float | Floats) -> Floats:
    """Compute the probability that each rate lies above `share`, 0–1.

    Examples
    --------
    >>> exceedance(np.array([1.0, 2.0]), np.array([1.0, 1.0]), 0.5)
    array([0.5 , 0.75])
    """
    # Each of the two incomplete integrals is accurate only where it is small.
    below = betainc(alpha, beta, share)
    return np.asarray(np.where(below < 0.5, 1.0 - below, betaincc(alpha, beta, share)))


def expected_children(
    counts: Counts, posterior: pd.DataFrame, *, level: float, odds_ratio: float
) -> dict[str, Floats]:
    """Compute stunted children among all due, with an integer interval; NaN where sasaran is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.evidence.rates.counts import check_counts
    >>> counts = check_counts(pd.Series({"a": 4.0}), pd.Series({"a": 30.0}), pd.Series({"a": 50.0}))
    >>> posterior = pd.DataFrame({"alpha_diukur": [4.0], "beta_diukur": [36.0]}, index=["a"])
    >>> rows = expected_children(counts, posterior, level=0.9, odds_ratio=1.0)
    >>> {name: float(values[0]) for name, values in rows.items()}
    {'anak_stunting': 6.0, 'anak_stunting_bawah': 4.0, 'anak_stunting_atas': 9.0}
    """
    known = np.isfinite(counts.due)
    rest = np.where(known, np.maximum(counts.due - counts.n, 0.0), 0.0)
    alpha, beta = (posterior[name].to_numpy() for name in ("alpha_diukur", "beta_diukur"))
    alpha, beta = shift_odds(alpha, beta, odds_ratio)
    tail = (1.0 - level) / 2.0
    bounds = beta_binomial_quantiles(rest.astype(np.int64), alpha, beta, (tail, 1.0 - tail))
    columns = {
        "anak_stunting": counts.y + rest * alpha / (alpha + beta),
        "anak_stunting_bawah": counts.y + bounds[:, 0],
        "anak_stunting_atas": counts.y + bounds[:, 1],
    }
    return {name: np.where(known, values, np.nan) for name, values in columns.items()}


def match_beta(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Compute the parameters of the beta distributions with these means and variances.

    Examples
    --------
    >>> [float(value.round(6)) for value in match_beta(np.array(0.1), np.array(0.1 * 0.9 / 41))]
    [4.0, 36.0]
    """
    size = mean * (1.0 - mean) / variance - 1.0
    return mean * size, (1.0 - mean) * size


def all_due(alpha: Floats, beta: Floats, measured: Floats, odds_ratio: float) -> tuple[Floats, Floats]:
    r"""Compute the Beta distribution of the rate among all children due.

    Parameters
    ----------
    alpha, beta : ndarray, shape (m,)
        p ~ Beta(alpha, beta), the rate among children like those measured.
    measured : ndarray, shape (m,)
        c, the share of the children due who were measured, 0–1.
    odds_ratio : float
        ω, odds of stunting among the children not measured over those among the measured.

    Returns
    -------
    tuple of ndarray
        Parameters of the beta with the mean and variance of q = c·p + (1−c)·p′, p′ = ωp / (1 − p + ωp).

    Notes
    -----
    The variance needs :math:`E[p\,p']`; since :math:`p' + (\omega-1)\,p\,p' = \omega p`, it is :math:`(\omega
    E[p] - E[p']) / (\omega - 1)`, exactly. The shape is an approximation, exact for ω = 1 and where all
    children are measured.

    Examples
    --------
    >>> a, b = all_due(np.array([4.0, 4.0]), np.array([36.0, 36.0]), np.array([1.0, 0.5]), 2.0)
    >>> (a / (a + b)).round(4)
    array([0.1   , 0.1393])
    """
    if odds_ratio == 1.0:
        return alpha, beta
    total = alpha + beta
    mean, variance = alpha / total, alpha * beta / (total**2 * (total + 1.0))
    a, b = shift_odds(alpha, beta, odds_ratio)
    shifted, wide = a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1.0))
    most = np.sqrt(variance * wide)
    together = (odds_ratio * mean - shifted) / (odds_ratio - 1.0) - mean * shifted
    # p and p′ are nearly proportional; where the difference cancels they are treated as proportional.
    lost = (total > NEARLY_CERTAIN) | (abs(np.log(odds_ratio)) < NEARLY_ALIKE)
    together = np.where(lost, most, np.clip(together, 0.0, most))
    rest = 1.0 - measured
    matched = match_beta(
        measured * mean + rest * shifted,
        measured**2 * variance + rest**2 * wide + 2.0 * measured * rest * together,
    )
    return np.where(rest > 0, matched[0], alpha), np.where(rest > 0, matched[1], beta)


def measured_rate_at(rate: Floats | float, measured: Floats, odds_ratio: float) -> Floats:
    """Convert a rate among all children due to the rate among measured children; both 0–1.

    Parameters
    ----------
    rate : ndarray or float
    measured : ndarray
        Share of the children due who were measured, 0–1.
    odds_ratio : float
        Of the children not measured.

    Examples
    --------
    >>> measured_rate_at(0.2, np.array([1.0, 0.5]), 2.0).round(4)
    array([0.2   , 0.1457])
    """
    # All due: c·p + (1−c)·ωp / (1−p+ωp) = rate, a quadratic in p.
    square = measured * (odds_ratio - 1.0)
    linear = measured + (1.0 - measured) * odds_ratio - rate * (odds_ratio - 1.0)
    return np.asarray(2.0 * rate / (linear + np.sqrt(linear**2 + 4.0 * square * rate)))


def rate_of_all_due(rate: Floats, measured: Floats | float, odds_ratio: float) -> Floats:
    """Convert a rate among measured children to that among all due; inverse of `measured_rate_at`.

    Parameters
    ----------
    rate : ndarray
        0–1.
    measured : ndarray
        Share of the children due who were measured, 0–1.
    odds_ratio : float
        Of the children not measured.

    Examples
    --------
    >>> rate_of_all_due(np.array([0.2, 0.1457]), np.array([1.0, 0.5]), 2.0).round(4)
    array([0.2, 0.2])
    """
    if odds_ratio == 1.0:
        return rate
    others = odds_ratio * rate / (1.0 - rate + odds_ratio * rate)
    return np.asarray(measured * rate + (1.0 - measured) * others)


def chance_among_worst(alpha: Floats, beta: Floats, n: int) -> Floats:
    """Compute the probability that each rate exceeds the level that `n` villages are expected to exceed.

    Examples
    --------
    >>> chance_among_worst(np.array([3.0, 3.0, 5.0]), np.array([3.0, 3.0, 1.0]), 2).round(3)
    array([0.514, 0.514, 0.971])
    """
    low, high = 0.0, 1.0
    for _halving in range(60):
        middle = (low + high) / 2.0
        if exceedance(alpha, beta, middle).sum() > n:
            low = middle
        else:
            high = middle
    return exceedance(alpha, beta, (low + high) / 2.0)
