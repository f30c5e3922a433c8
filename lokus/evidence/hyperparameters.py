"""Hyperparameters: their mode, the grid that carries their uncertainty, and the posterior it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from lokus.evidence.betabinomial import LOG_PRECISION_MEAN, LOG_PRECISION_SD, beta_binomial_terms
from lokus.evidence.latent import Latent, Rows, fit_latent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lokus.evidence.effects import Effect
    from lokus.evidence.pooling import EarlierRounds

__all__ = ["Model", "beta_posterior", "leave_one_out", "mean_rate"]

Floats = npt.NDArray[np.float64]

# An effect's standard deviation exceeds 1 on the logit scale (odds 2.7 times) once in a hundred: Simpson et
# al. (2017), Statistical Science 32, 1–28.
EFFECT_RATE = -np.log(0.01)
BOUNDS = {"phi": (-3.0, 16.0), "sd": (-5.0, 1.5), "worth": (-3.0, 12.0)}
STARTS = {"phi": LOG_PRECISION_MEAN, "sd": np.log(0.25), "worth": LOG_PRECISION_MEAN}
# Grid in standard deviations along each principal axis, by the number of hyperparameters. With one it reaches
# further up: no variation between villages is the long tail.
GRIDS = {
    1: (-3.0, -2.25, -1.5, -0.75, 0.0, 0.75, 1.5, 2.25, 3.0, 4.0),
    2: (-2.4, -1.2, 0.0, 1.2, 2.4),
    3: (-1.7, 0.0, 1.7),
}
NEGLIGIBLE_WEIGHT = 1e-4  # of a grid point relative to the best
# Beyond this many villages, or below this deviation of every log hyperparameter, averaging would widen
# intervals by less than half a percent.
KNOWN_FROM, NEGLIGIBLE_DEVIATION = 5_000, 0.05
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()
STEP = 0.05


@dataclass
class Model:
    """Beta-binomial model with an optional effect and optional earlier rounds.

    Parameters
    ----------
    rows : Rows
    effect : Effect
    earlier : EarlierRounds, optional
        Rows in the order of `rows`.
    coefficients : ndarray, shape (p,)
        Where the search begins.
    log_phi : float
        The same for log φ.
    """

    rows: Rows
    effect: Effect
    earlier: EarlierRounds | None
    coefficients: Floats
    log_phi: float = LOG_PRECISION_MEAN
    _last: Latent | None = field(default=None, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Hyperparameters in order, all on the log scale."""
        return ("phi", *(["sd"] if self.effect.size else []), *(["worth"] if self.earlier else []))

    def fit(self, at: Floats, *, variances: bool = True, skew: bool = False) -> Latent:
        """Fit the linear predictor at hyperparameters `at`, in the order of `names`; see `fit_latent`."""
        values = dict(zip(self.names, at, strict=True))
        lent = None if self.earlier is None else self.earlier.lend(float(np.exp(values["worth"])))
        self._last = fit_latent(
            self.rows,
            self.effect,
            log_phi=values["phi"],
            log_sd=values.get("sd", 0.0),
            lent=lent,
            start=self._last,
            coefficients=self.coefficients,
            variances=variances,
            skew=skew,
        )
        return self._last

    def log_posterior(self, at: Floats) -> float:
        """Log marginal likelihood plus the priors of the hyperparameters; that of φ is in the fit."""
        values = dict(zip(self.names, at, strict=True))
        total = self.fit(at, variances=False).log_marginal
        if "sd" in values:
            total += values["sd"] - EFFECT_RATE * np.exp(values["sd"])
        if "worth" in values:
            total -= 0.5 * ((values["worth"] - LOG_PRECISION_MEAN) / LOG_PRECISION_SD) ** 2
        return float(total)

    def mode(self) -> Floats:
        """Most likely hyperparameters."""
        starts = np.array([self.log_phi if name == "phi" else STARTS[name] for name in self.names])
        bounds = [BOUNDS[name] for name in self.names]
        scale = max(abs(self.log_posterior(starts)), 1.0)

        def negative(at: Floats) -> tuple[float, Floats]:
            value = self.log_posterior(at)
            gradient = [
                (self.log_posterior(at + step) - self.log_posterior(at - step)) / (2 * STEP)
                for step in STEP * np.eye(len(at))
            ]
            return -value, -np.array(gradient)

        found = minimize(
            negative, starts, jac=True, method="L-BFGS-B", bounds=bounds,
            options={"ftol": 1e-3 / scale, "gtol": 1e-2, "maxiter": 40},
        )  # fmt: skip
        return np.asarray(found.x, dtype=float)

    def grid(self, mode: Floats) -> Iterator[tuple[float, Latent]]:
        """Yield weight and fit over the hyperparameters' uncertainty; the weights sum to 1."""
        many = self.rows.weight.sum() > KNOWN_FROM
        axes = np.zeros((len(mode), len(mode))) if many else self._axes(mode)
        if np.abs(axes).max() < NEGLIGIBLE_DEVIATION:
            yield 1.0, self.fit(mode, skew=True)
            return
        points = [mode + axes @ np.array(z) for z in product(GRIDS[len(mode)], repeat=len(mode))]
        low, high = np.array([BOUNDS[name] for name in self.names]).T
        points = [point for point in points if (point >= low).all() and (point <= high).all()]
        logs = np.array([self.log_posterior(point) for point in points])
        weights = np.exp(logs - logs.max())
        weights[weights < NEGLIGIBLE_WEIGHT] = 0.0
        weights /= weights.sum()
        for weight, point in zip(weights, points, strict=True):
            if weight:
                yield float(weight), self.fit(point, skew=True)

    def _axes(self, mode: Floats) -> Floats:
        """Principal axes of the Gaussian approximation at the mode, each one standard deviation long."""
        d, step = len(mode), 2 * STEP
        centre = self.log_posterior(mode)
        hessian = np.empty((d, d))
        shifts = step * np.eye(d)
        for i in range(d):
            for j in range(i, d):
                if i == j:
                    outer = self.log_posterior(mode + shifts[i]) + self.log_posterior(mode - shifts[i])
                    hessian[i, i] = (outer - 2 * centre) / step**2
                else:
                    same = self.log_posterior(mode + shifts[i] + shifts[j])
                    same += self.log_posterior(mode - shifts[i] - shifts[j])
                    cross = self.log_posterior(mode + shifts[i] - shifts[j])
                    cross += self.log_posterior(mode - shifts[i] + shifts[j])
                    hessian[i, j] = hessian[j, i] = (same - cross) / (4 * step**2)
        values, vectors = np.linalg.eigh(-hessian)
        # The priors alone bound a standard deviation by 2; where differences find none, that bound holds.
        lengths = 1.0 / np.sqrt(np.maximum(values, LOG_PRECISION_SD**-2))
        return np.asarray(vectors * lengths)


def beta_posterior(rows: Rows, fits: list[tuple[float, Latent]]) -> tuple[Floats, Floats]:
    """Beta distributions with the mean and variance of each row's rate, averaged over `fits`.

    Given hyperparameters and linear predictor a rate is Beta(μφ + e + y, (1−μ)φ + f + n − y). The average
    over both is matched in its first two moments, which are exact for the grid.
    """
    if len(fits) == 1 and not fits[0][1].eta_variance.any():
        fit = fits[0][1]
        phi, (e, f) = np.exp(fit.log_phi), fit.lent or (0.0, 0.0)
        return phi * expit(fit.eta) + e + rows.y, phi * expit(-fit.eta) + f + rows.n - rows.y
    first, second = np.zeros(len(rows.y)), np.zeros(len(rows.y))
    for weight, fit in fits:
        phi, (e, f) = np.exp(fit.log_phi), fit.lent or (0.0, 0.0)
        total = phi + e + f + rows.n
        for node, share in _nodes(fit.eta, fit.eta_variance):
            mean = (phi * expit(node) + e + rows.y) / total
            other = (phi * expit(-node) + f + rows.n - rows.y) / total
            first += weight * share * mean
            # E[p(1−p)] adds without the cancellation that E[p²] − E[p]² would bring.
            second += weight * share * mean * other * total / (total + 1.0)
    spread = first * (1.0 - first)
    size = second / (spread - second)
    return first * size, (1.0 - first) * size


def mean_rate(fits: list[tuple[float, Latent]]) -> float:
    """Compute the expected rate of a village with average covariates and no effect, 0–1."""
    return float(
        sum(
            weight * share * expit(node[0])
            for weight, fit in fits
            for node, share in _nodes(fit.coefficients[:1], np.array([fit.intercept_variance]))
        )
    )


def leave_one_out(rows: Rows, fit: Latent) -> Floats:
    """Log predictive probability of each row's count given all other villages, up to a constant.

    The village's own information is taken out of its linear predictor (the cavity of expectation propagation;
    Vehtari, Mononen, Tolvanen, Sivula & Winther 2016, *JMLR* 17 (103), 1–38); hyperparameters stay.
    """
    left = np.maximum(1.0 - fit.curvature * fit.eta_variance, 1e-6)
    variance = fit.eta_variance / left
    mean = fit.eta - fit.score * variance
    parts = [
        np.log(share) + beta_binomial_terms(node, fit.log_phi, rows.y, rows.n, fit.lent).value
        for node, share in _nodes(mean, variance)
    ]
    return np.asarray(np.logaddexp.reduce(parts, axis=0))


def _nodes(mean: Floats, variance: Floats) -> Iterator[tuple[Floats, float]]:
    if not variance.any():
        yield mean, 1.0
        return
    deviation = np.sqrt(variance)
    for node, share in zip(NODES, NODE_WEIGHTS, strict=True):
        yield mean + node * deviation, float(share)
