"""Children not measured: what the posterior of a village's rate says about those nobody weighed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["beta_binomial_quantiles", "shift_odds"]

Floats = npt.NDArray[np.float64]

CELLS_PER_BLOCK = 2_000_000
NEARLY_CERTAIN = 1e5  # children behind a posterior


def shift_odds(alpha: Floats, beta: Floats, odds_ratio: float) -> tuple[Floats, Floats]:
    """Beta distribution with the mean and variance of p′, whose odds are `odds_ratio` times those of p.

    Parameters
    ----------
    alpha, beta : ndarray, shape (m,)
        p ~ Beta(alpha, beta).
    odds_ratio : float
        ω > 0; p′ = ωp / (1 − p + ωp).

    Returns
    -------
    tuple of ndarray
        Parameters of the matching beta. Mean and variance are exact (a Gauss hypergeometric function); the
        shape is the approximation. For ω = 1 nothing is approximated.

    Examples
    --------
    >>> a, b = shift_odds(np.array([4.0]), np.array([36.0]), 2.0)
    >>> round(float((a / (a + b))[0]), 4)
    0.1786
    """
    if odds_ratio == 1.0:
        return alpha, beta
    # One of p and 1 − p keeps the argument of the series inside (0, 1), where every term is positive.
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
    # For a nearly certain rate that difference loses its digits, and the linear approximation is as good.
    rate = alpha / total
    derivative = odds_ratio / (1.0 - rate + odds_ratio * rate) ** 2
    linear = derivative**2 * rate * (1.0 - rate) / (total + 1.0)
    variance = np.where(total > NEARLY_CERTAIN, linear, variance)
    size = mean * (1.0 - mean) / variance - 1.0
    return mean * size, (1.0 - mean) * size


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
    """Smallest k with P(K ≤ k) ≥ probability, for K ~ BetaBinomial(trials, alpha, beta).

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
    The whole probability function is built from the ratio of neighbouring terms, in blocks of rows with
    similar `trials`, so memory stays bounded.

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
        # Past a row's own end the ratio is log 0 or undefined: no probability there.
        ratio[k >= m] = -np.inf
        log_pmf = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(ratio, axis=1)], axis=1)
        pmf = np.exp(log_pmf - log_pmf.max(axis=1, keepdims=True))
        cumulative = np.cumsum(pmf, axis=1)
        for column, probability in enumerate(probabilities):
            # A hair below the target, so that rounding in the sum does not move an exact quantile up by one.
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
