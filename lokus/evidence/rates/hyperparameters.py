"""Find the hyperparameters of the rate model: mode, grid over their uncertainty, posterior of the rates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from lokus.evidence.rates.betabinomial import LOG_PRECISION_MEAN, LOG_PRECISION_SD, beta_binomial_terms
from lokus.evidence.rates.latent import Latent, Rows, fit_latent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lokus.evidence.rates.effects import Effect
    from lokus.evidence.rates.pooling import EarlierRounds

__all__ = ["Model", "beta_posterior", "leave_one_out", "mean_rate"]

Floats = npt.NDArray[np.float64]

# Prior probability 0.01 that an effect's standard deviation exceeds 1 on the logit scale (odds × 2.7):
# Simpson et al. (2017), Statistical Science 32, 1–28.
EFFECT_RATE = -np.log(0.01)
BOUNDS = {"phi": (-3.0, 16.0), "sd": (-5.0, 1.5), "worth": (-3.0, 12.0)}
STARTS = {"phi": LOG_PRECISION_MEAN, "sd": np.log(0.25), "worth": LOG_PRECISION_MEAN}
# Grid in standard deviations along each principal axis, by the number of hyperparameters. With one it reaches
# further up, since the posterior of φ has a long upper tail (no variation between villages).
GRIDS = {
    1: (-3.0, -2.25, -1.5, -0.75, 0.0, 0.75, 1.5, 2.25, 3.0, 4.0),
    2: (-2.4, -1.2, 0.0, 1.2, 2.4),
    3: (-1.7, 0.0, 1.7),
}
NEGLIGIBLE_WEIGHT = 1e-4  # weight of a grid point relative to the best
# Beyond this many villages, or below this deviation of every log hyperparameter, averaging would widen
# intervals by less than half a percent.
KNOWN_FROM, NEGLIGIBLE_DEVIATION = 5_000, 0.05
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()
# Search for the mode: step of differences and longest step on the log scale, least curvature, and gain in log
# posterior below which it stops.
STEP, LONGEST_STEP, LEAST_CURVATURE, CLOSE_ENOUGH, MAX_STEPS = 0.1, 1.5, 0.25, 1e-3, 40


@dataclass
class Model:
    """Beta-binomial model with an optional effect and optional earlier rounds.

    Parameters
    ----------
    rows : Rows
    effect : Effect
    earlier : EarlierRounds, optional
        With rows in the order of `rows`.
    coefficients : ndarray, shape (p,)
        Starting values.
    log_phi : float
        Starting value of log φ.
    """

    rows: Rows
    effect: Effect
    earlier: EarlierRounds | None
    coefficients: Floats
    log_phi: float = LOG_PRECISION_MEAN
    _last: Latent | None = field(default=None, repr=False)
    _earlier_alone: Latent | None = field(default=None, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the hyperparameters in order; all are on the log scale."""
        return ("phi", *(["sd"] if self.effect.size else []), *(["worth"] if self.earlier else []))

    def fit(self, at: Floats, *, variances: bool = True, skew: bool = False) -> Latent:
        """Fit the linear predictor at hyperparameters `at`, in the order of `names`; see `fit_latent`."""
        values = dict(zip(self.names, at, strict=True))
        rows, lent = self.rows, None
        if self.earlier is not None:
            lent = self.earlier.lend(float(np.exp(values["worth"])))
            rows = replace(rows, y=rows.y + lent[0], n=rows.n + lent[0] + lent[1])
        fit = fit_latent(
            rows,
            self.effect,
            log_phi=values["phi"],
            log_sd=values.get("sd", 0.0),
            start=self._last,
            coefficients=self.coefficients,
            variances=variances,
            skew=skew,
        )
        if lent is not None:
            # Information that the newest round adds to that of the earlier ones at each row.
            terms = beta_binomial_terms(fit.eta, fit.log_phi, self.rows.y, self.rows.n, lent)
            fit = replace(fit, lent=lent, score=terms.eta, curvature=-terms.eta_eta)
        self._last = fit
        return fit

    def log_posterior(self, at: Floats) -> float:
        """Compute the log marginal likelihood of the newest round plus the priors of the hyperparameters."""
        values = dict(zip(self.names, at, strict=True))
        fit = self.fit(at, variances=False)
        total = fit.log_marginal
        if "sd" in values:
            total += values["sd"] - EFFECT_RATE * np.exp(values["sd"])
        if fit.lent is not None:
            cases, others = fit.lent
            self._earlier_alone = fit_latent(
                replace(self.rows, y=cases, n=cases + others),
                self.effect,
                log_phi=fit.log_phi,
                log_sd=values.get("sd", 0.0),
                start=self._earlier_alone or fit,
                variances=False,
            )
            # Both terms contain the prior of φ, which must remain once in the difference.
            total += _log_normal(values["worth"]) + _log_normal(values["phi"])
            total -= self._earlier_alone.log_marginal
        return float(total)

    def mode(self) -> Floats:
        """Find the most likely hyperparameters, to about a twentieth of their standard deviation."""
        low, high = np.array([BOUNDS[name] for name in self.names]).T
        at = np.array([self.log_phi if name == "phi" else STARTS[name] for name in self.names])
        at = np.clip(at, low, high)
        value = self.log_posterior(at)
        for _ in range(MAX_STEPS):
            gradient, hessian = self._differences(at, value)
            curvatures, vectors = np.linalg.eigh(-hessian)
            # Away from the mode the curvature may be positive: then take the longest allowed step uphill.
            steps = (vectors.T @ gradient) / np.maximum(np.abs(curvatures), LEAST_CURVATURE)
            step = vectors @ np.clip(steps, -LONGEST_STEP, LONGEST_STEP)
            better = False
            while np.abs(step @ gradient) > CLOSE_ENOUGH and not better:
                candidate = np.clip(at + step, low, high)
                found = self.log_posterior(candidate)
                better = found > value
                step = step / 2.0
            if not better:
                break
            at, value = candidate, found
        return np.asarray(at, dtype=np.float64)

    def grid(self, mode: Floats) -> Iterator[tuple[float, Latent]]:
        """Yield weights and fits over the uncertainty of the hyperparameters; the weights sum to 1."""
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
        """Return the principal axes of the Gaussian approximation at the mode, scaled to one deviation."""
        _gradient, hessian = self._differences(mode, self.log_posterior(mode))
        values, vectors = np.linalg.eigh(-hessian)
        # The priors bound a standard deviation by 2; that bound is used where differences show no curvature.
        lengths = 1.0 / np.sqrt(np.maximum(values, LOG_PRECISION_SD**-2))
        return np.asarray(vectors * lengths)

    def _differences(self, at: Floats, value: float) -> tuple[Floats, Floats]:
        """Return gradient and Hessian of the log posterior by differences, given its `value` at `at`."""
        d, shifts, centre = len(at), STEP * np.eye(len(at)), self._last

        def beside(shift: Floats) -> float:
            self._last = centre
            return self.log_posterior(at + shift)

        up = np.array([beside(shift) for shift in shifts])
        down = np.array([beside(-shift) for shift in shifts])
        hessian = np.diag((up + down - 2.0 * value) / STEP**2)
        for i in range(d):
            for j in range(i):
                both = beside(shifts[i] + shifts[j]) + beside(-shifts[i] - shifts[j])
                mixed = (both - up[i] - up[j] - down[i] - down[j] + 2.0 * value) / (2.0 * STEP**2)
                hessian[i, j] = hessian[j, i] = mixed
        return (up - down) / (2.0 * STEP), hessian


def _log_normal(value: float) -> float:
    return float(-0.5 * ((value - LOG_PRECISION_MEAN) / LOG_PRECISION_SD) ** 2)


def beta_posterior(rows: Rows, fits: list[tuple[float, Latent]]) -> tuple[Floats, Floats]:
    """Compute the beta distributions with the mean and variance of each row's rate, averaged over `fits`.

    Given hyperparameters and linear predictor a rate is Beta(μφ + e + y, (1−μ)φ + f + n − y). The average
    over both is approximated by the beta distribution with the same two moments, which are exact for the
    grid.

    Examples
    --------
    >>> from lokus.evidence.rates.effects import no_effect
    >>> rows = Rows(
    ...     y=np.array([1.0, 4.0, 9.0]), n=np.full(3, 20.0), weight=np.ones(3), design=np.ones((3, 1))
    ... )
    >>> fit = fit_latent(rows, no_effect(3), log_phi=np.log(10.0))
    >>> alpha, beta = beta_posterior(rows, [(1.0, fit)])
    >>> (alpha / (alpha + beta)).round(3).tolist()
    [0.117, 0.217, 0.383]
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
            # E[p(1−p)] avoids the cancellation of E[p²] − E[p]².
            second += weight * share * mean * other * total / (total + 1.0)
    spread = first * (1.0 - first)
    size = second / (spread - second)
    return first * size, (1.0 - first) * size


def mean_rate(fits: list[tuple[float, Latent]]) -> float:
    """Compute the expected rate of a village with average covariates and no effect, 0–1.

    Examples
    --------
    >>> from lokus.evidence.rates.effects import no_effect
    >>> rows = Rows(
    ...     y=np.array([1.0, 4.0, 9.0]), n=np.full(3, 20.0), weight=np.ones(3), design=np.ones((3, 1))
    ... )
    >>> round(mean_rate([(1.0, fit_latent(rows, no_effect(3), log_phi=np.log(10.0)))]), 2)
    0.25
    """
    return float(
        sum(
            weight * share * expit(node[0])
            for weight, fit in fits
            for node, share in _nodes(fit.coefficients[:1], fit.covariance[0, :1])
        )
    )


def leave_one_out(rows: Rows, fit: Latent) -> Floats:
    """Compute the log predictive probability of each row's count given all others, up to a constant.

    The village's own information is removed from its linear predictor (cavity distribution of expectation
    propagation; Vehtari, Mononen, Tolvanen, Sivula & Winther 2016, *JMLR* 17 (103), 1–38); hyperparameters
    stay fixed.

    Examples
    --------
    >>> from lokus.evidence.rates.effects import no_effect
    >>> rows = Rows(
    ...     y=np.array([1.0, 4.0, 9.0]), n=np.full(3, 20.0), weight=np.ones(3), design=np.ones((3, 1))
    ... )
    >>> leave_one_out(rows, fit_latent(rows, no_effect(3), log_phi=np.log(10.0))).round(1).tolist()
    [-6.1, -10.8, -15.5]
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
