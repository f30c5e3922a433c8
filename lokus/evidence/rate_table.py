"""What a table of rates says of each village's Beta posterior: intervals, exceedance, children."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincc, betaincinv

from lokus.evidence.unmeasured import beta_binomial_quantiles, shift_odds

if TYPE_CHECKING:
    import pandas as pd

    from lokus.evidence.counts import Counts

__all__ = ["chance_among_worst", "exceedance", "expected_children", "measured_rate_at", "summarise"]

Floats = npt.NDArray[np.float64]


def summarise(alpha: Floats, beta: Floats, *, level: float) -> dict[str, Floats]:
    """Posterior mean and the 50 % and `level` intervals, in percent, by column name."""
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
    """Probability that each rate lies above `share`, 0–1."""
    # Each of the two incomplete integrals keeps its digits only where it is small.
    below = betainc(alpha, beta, share)
    return np.asarray(np.where(below < 0.5, 1.0 - below, betaincc(alpha, beta, share)))


def expected_children(
    counts: Counts, posterior: pd.DataFrame, *, level: float, odds_ratio: float
) -> dict[str, Floats]:
    """Stunted children among all due, with an interval of whole children; NaN where sasaran is unknown."""
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


def measured_rate_at(rate: float, measured: Floats, odds_ratio: float) -> Floats:
    """Rate among measured children at which the rate among all children due is `rate`; both 0–1.

    Parameters
    ----------
    rate : float
    measured : ndarray, shape (m,)
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


def chance_among_worst(alpha: Floats, beta: Floats, measured: Floats, odds_ratio: float, n: int) -> Floats:
    """Probability that each rate lies above the level that `n` villages are expected to pass.

    Examples
    --------
    >>> chance_among_worst(np.array([3.0, 3.0, 5.0]), np.array([3.0, 3.0, 1.0]), np.ones(3), 1.0, 2).round(3)
    array([0.514, 0.514, 0.971])
    """
    low, high = 0.0, 1.0
    for _halving in range(60):
        middle = (low + high) / 2.0
        chance = exceedance(alpha, beta, measured_rate_at(middle, measured, odds_ratio))
        if chance.sum() > n:
            low = middle
        else:
            high = middle
    return exceedance(alpha, beta, measured_rate_at((low + high) / 2.0, measured, odds_ratio))
