"""What the joint model of two years says of each village: rates, change, and what was to be expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from lokus.evidence.two_years_fit import KNOWN_FROM, Points, TwoYearData, TwoYearFit, chunks

__all__ = ["Expected", "draw_rates", "expected_rates", "summarise_change"]

Floats = npt.NDArray[np.float64]

PLACES = 1536  # where a village's change is looked at, over all points of the hyperparameters
FEWER_PLACES = 384  # the same with very many villages
CELLS = 2**20  # numbers in one array at a time
PROPOSALS = 8  # of which a draw is taken
# Steps of the plane's counterpart of the golden ratio: points that fill a square evenly however many.
STEPS = np.array([1.324717957244746**-1, 1.324717957244746**-2])


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Rates of this year as last year's counts alone foretell them, shape (points, villages).

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
    """Predict this year's rates of the villages of `data` from last year's counts, nobody helped."""
    past = data.last_year_alone()
    means, squares = [], []
    for _weight, posterior in fit.posteriors(past, points):
        rate = posterior.rates()[1]
        means.append(posterior.expect(rate))
        squares.append(posterior.expect(rate * rate))
    mean, square = np.array(means), np.array(squares)
    return Expected(mean=mean, variance=np.maximum(square - mean**2, 0.0), sampling=mean - square)


def summarise_change(fit: TwoYearFit, *, level: float) -> dict[str, Floats]:
    """Compute the model's columns of the table of change, percent and points; one row a village of the fit.

    Means are by quadrature. Quantiles and probabilities are those of evenly spread points, weighted by the
    posterior, over all hyperparameters.
    """
    villages = fit.data.y.shape[1]
    places = FEWER_PLACES if villages > KNOWN_FROM else PLACES
    each = max(places // len(fit.points.weight), 8)
    parts = []
    for rows in chunks(villages, max(CELLS // (each * len(fit.points.weight)), 1)):
        part = fit.data.at(rows)
        before, after = np.zeros(part.y.shape[1]), np.zeros(part.y.shape[1])
        changes, weights = [], []
        for index, (weight, posterior) in enumerate(fit.posteriors(part)):
            rates = posterior.rates()
            before += weight * posterior.expect(rates[0])
            after += weight * posterior.expect(rates[1])
            z = ndtri((0.5 + STEPS[:, None] * np.arange(1 + index * each, 1 + (index + 1) * each)) % 1.0)
            first, second, share = posterior.sample((z[0][:, None], z[1][:, None]))
            changes.append(second - first)
            weights.append(weight * share)
        change, share = np.concatenate(changes), np.concatenate(weights)
        expected = fit.points.weight @ expected_rates(fit, part).mean
        tail = (1.0 - level) / 2.0
        low, high = _quantiles(change, share, (tail, 1.0 - tail))
        falls = (share * (change < 0)).sum(axis=0).clip(0.0, 1.0)
        parts.append(np.stack([before, after, after - before, low, high, expected, falls]))
    before, after, change, low, high, expected, falls = np.concatenate(parts, axis=1)
    return {
        "prevalensi_lalu": 100.0 * before,
        "prevalensi_kini": 100.0 * after,
        "perubahan": 100.0 * change,
        "perubahan_bawah": 100.0 * low,
        "perubahan_atas": 100.0 * high,
        "peluang_turun": falls,
        "peluang_naik": 1.0 - falls,
        "harapan_kini": 100.0 * expected,
    }


def draw_rates(fit: TwoYearFit, n: int, *, seed: int) -> tuple[Floats, Floats]:
    """Draw `n` sets of rates of both years, 0–1, shapes (m, n).

    The hyperparameters of a draw are the same for all villages. Each village's rates are taken from eight
    proposals of the Gaussian approximation by their weights (Rubin 1988, sampling importance resampling).
    """
    rng = np.random.default_rng(seed)
    villages = fit.data.y.shape[1]
    drawn = rng.choice(len(fit.points.weight), size=n, p=fit.points.weight)
    before, after = np.empty((villages, n)), np.empty((villages, n))
    for rows in chunks(villages, max(CELLS // (PROPOSALS * n), 1)):
        part = fit.data.at(rows)
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
