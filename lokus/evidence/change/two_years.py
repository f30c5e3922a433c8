"""Fit the joint model of two years: hyperparameters, and each village's two rates by quadrature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from lokus.evidence.rates.betabinomial import COEFFICIENT_SD, JEFFREYS

__all__ = [
    "Between",
    "Points",
    "TwoYearData",
    "TwoYearFit",
    "VillagePosterior",
    "chunks",
    "fit_two_years",
    "village_posterior",
]


Floats = npt.NDArray[np.float64]

# Weak priors, in addition to those of the rate model. The deviation between villages corresponds to a
# precision of 7 to 370 (95 %) at a mean of 8 %: 0.5 logits within a factor of 2.7, and nearly equal in
# successive years. A covariate acts alike in both years: its coefficient per standard deviation changes by
# about 0.1 logits. The prior correlation of the years is above 0 with probability 0.87, with median 0.72:
# villages rarely change rank altogether within a year. A narrower prior would determine the regression to the
# mean by itself. The effect of being lokus has odds ratios between 1/50 and 50 (95 %).
LOG_SD_MEAN, LOG_SD_SD, LOG_SD_DIFFERENCE_SD = np.log(0.5), 0.5, 0.25
SLOPE_DIFFERENCE_SD = 0.1
FISHER_MEAN, FISHER_SD = 0.9, 0.8  # of artanh ρ
EFFECT_SD = 2.0

CHUNK = 2048  # villages at a time, so that their nodes fit the processor's cache
POINTS = 64
NEGLIGIBLE_WEIGHT = 1e-3  # of a point relative to the best
# Beyond this many villages the hyperparameters add less than half a percent to a village's interval.
KNOWN_FROM = 5_000
STEP = 0.1  # of a standard deviation, for differences of the gradient
WIDER = 1.1  # the proposal's deviations against the Gaussian approximation's

# Of the quadrature over one village's two logits, and of the search for its mode.
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
LOG_WEIGHTS = np.log(NODE_WEIGHTS) + 0.5 * NODES**2
MAX_STEPS = 100
LONGEST_STEP = 2.0  # logit units
TOLERANCE = 1e-7  # logit units; quadrature around a point this near the mode is equally accurate


@dataclass(frozen=True)
class Between:
    """Variation of the villages' logits around their means in the two years.

    Parameters
    ----------
    sd : tuple of float or of arrays
        τ₁, τ₂, logit units.
    correlation : float or array
        ρ of the two years.
    """

    sd: tuple[npt.ArrayLike, npt.ArrayLike]
    correlation: npt.ArrayLike

    def precision(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Entries 11, 12, 22 of the inverse covariance, and half its log determinant."""
        first, second = (np.asarray(sd, dtype=np.float64) for sd in self.sd)
        rho = np.asarray(self.correlation, dtype=np.float64)
        left = (1.0 - rho) * (1.0 + rho)
        half = -np.log(first) - np.log(second) - 0.5 * np.log(left)
        return (
            1.0 / (first**2 * left),
            -rho / (first * second * left),
            1.0 / (second**2 * left),
            np.asarray(half),
        )


@dataclass(frozen=True, kw_only=True)
class VillagePosterior:
    """Posterior of the two logits of each of r villages: nodes and weights of a quadrature.

    Parameters
    ----------
    y, n, eta : ndarray, shape (2, r)
        Cases, trials and expected logits.
    between : Between
    log_marginal : ndarray, shape (r,)
        Log probability of the village's counts, without the binomial coefficients.
    mode : ndarray, shape (2, r)
        Most likely deviation (u₁, u₂) from the expected logits.
    factor : ndarray, shape (3, r)
        Entries 11, 21, 22 of the Cholesky factor of the covariance at the mode.
    logits : tuple of ndarray, shapes (K, 1, r) and (K, K, r)
        Nodes of the two years' logits.
    deviations : tuple of ndarray
        The same minus the expected logits.
    weight : ndarray, shape (K, K, r)
        Sums to 1 in each village.
    """

    y: Floats
    n: Floats
    eta: Floats
    between: Between
    log_marginal: Floats
    mode: Floats
    factor: Floats
    logits: tuple[Floats, Floats]
    deviations: tuple[Floats, Floats]
    weight: Floats

    def expect(self, values: Floats) -> Floats:
        """Return the posterior mean of `values` at the nodes, shape (r,)."""
        return np.asarray((self.weight * values).sum(axis=(0, 1)))

    def rates(self) -> tuple[Floats, Floats]:
        """Return the rates at the nodes, 0–1, shapes (K, 1, r) and (K, K, r)."""
        return _rate(self.logits[0]), _rate(self.logits[1])

    def sample(self, z: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats]:
        """Turn standard normal `z` into rates of the Gaussian approximation, with importance weights.

        Parameters
        ----------
        z : tuple of ndarray, shapes (s, ..., r) or (s, ..., 1)

        Returns
        -------
        tuple of ndarray, shape (s, ..., r)
            Rates of the two years, 0–1, and weights, which sum to 1 over the first axis: the posterior
            density over that of the approximation.
        """
        q11, q12, q22, _half = self.between.precision()
        u1 = self.mode[0] + self.factor[0] * z[0]
        u2 = self.mode[1] + self.factor[1] * z[0] + self.factor[2] * z[1]
        x1, x2 = self.eta[0] + u1, self.eta[1] + u2
        log = self.y[0] * x1 - self.n[0] * _softplus(x1) + self.y[1] * x2 - self.n[1] * _softplus(x2)
        log -= 0.5 * (q11 * u1 * u1 + q22 * u2 * u2) + q12 * u1 * u2
        log += 0.5 * (z[0] ** 2 + z[1] ** 2)
        weight = np.exp(log - log.max(axis=0))
        return _rate(x1), _rate(x2), weight / weight.sum(axis=0)


def village_posterior(
    y: Floats, n: Floats, eta: Floats, between: Between, *, start: Floats | None = None
) -> VillagePosterior:
    r"""Compute the posterior of the two logits of each village.

    Parameters
    ----------
    y, n, eta : ndarray, shape (2, r)
        Cases, trials (0 where not measured) and expected logits, last year's row first.
    between : Between
        Scalars, or one value a village.
    start : ndarray, shape (2, r), optional
        Starting point of the search for the mode.

    Notes
    -----
    :math:`y_t \sim \mathrm{Bin}(n_t, p_t)`, :math:`\mathrm{logit}\,p_t = \eta_t + u_t`,
    :math:`(u_1, u_2)` bivariate normal. The log density of u is concave, so that Newton's method finds its
    mode; around it Gauss–Hermite quadrature with 7 × 7 nodes (Liu & Pierce 1994, *Biometrika* 81, 624–629).

    Examples
    --------
    >>> y, n = np.array([[9.0], [2.0]]), np.array([[30.0], [30.0]])
    >>> alike = Between((0.5, 0.5), 0.8)
    >>> found = village_posterior(y, n, np.full((2, 1), -1.7), alike)
    >>> [round(float(found.expect(rates)[0]), 3) for rates in found.rates()]
    [0.195, 0.155]
    """
    q11, q12, q22, half = between.precision()
    mode = _mode(y, n, eta, (q11, q12, q22), start)
    h11, h22 = (n[t] * _slope(eta[t] + mode[t]) + q for t, q in ((0, q11), (1, q22)))
    determinant = h11 * h22 - q12**2
    first = np.sqrt(h22 / determinant)
    factor = np.stack([first, -q12 / (determinant * first), 1.0 / np.sqrt(h22)])

    z1, z2 = NODES[:, None, None], NODES[None, :, None]
    u1 = mode[0] + factor[0] * z1
    u2 = mode[1] + factor[1] * z1 + factor[2] * z2
    x1, x2 = eta[0] + u1, eta[1] + u2
    log = y[1] * x2 - n[1] * _softplus(x2) - 0.5 * q22 * u2 * u2 - q12 * u1 * u2
    log += y[0] * x1 - n[0] * _softplus(x1) - 0.5 * q11 * u1 * u1
    log += LOG_WEIGHTS[:, None, None] + LOG_WEIGHTS[None, :, None]
    highest = log.max(axis=(0, 1))
    weight = np.exp(log - highest)
    total = weight.sum(axis=(0, 1))
    marginal = highest + np.log(total) + np.log(factor[0] * factor[2]) + half - np.log(2.0 * np.pi)
    return VillagePosterior(
        y=y,
        n=n,
        eta=eta,
        between=between,
        log_marginal=marginal,
        mode=mode,
        factor=factor,
        logits=(x1, x2),
        deviations=(u1, u2),
        weight=weight / total,
    )


def _mode(
    y: Floats, n: Floats, eta: Floats, precision: tuple[Floats, Floats, Floats], start: Floats | None
) -> Floats:
    q11, q12, q22 = precision
    u = np.zeros_like(eta) if start is None else start.copy()
    for _step in range(MAX_STEPS):
        x = eta + u
        rate = _rate(x)
        pull = y - n * rate
        g1 = pull[0] - q11 * u[0] - q12 * u[1]
        g2 = pull[1] - q12 * u[0] - q22 * u[1]
        slope = n * rate * _rate(-x)
        h11, h22 = slope[0] + q11, slope[1] + q22
        determinant = h11 * h22 - q12**2
        step = np.stack([h22 * g1 - q12 * g2, h11 * g2 - q12 * g1]) / determinant
        longest = np.abs(step).max(axis=0)
        u += step * (LONGEST_STEP / np.maximum(longest, LONGEST_STEP))
        if longest.max(initial=0.0) < TOLERANCE:
            break
    return u


def _rate(x: Floats) -> Floats:
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x > 0, 1.0, small) / (1.0 + small))


def _slope(x: Floats) -> Floats:
    small = np.exp(-np.abs(x))
    return np.asarray(small / (1.0 + small) ** 2)


def _softplus(x: Floats) -> Floats:
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


@dataclass(frozen=True, kw_only=True)
class TwoYearData:
    """Data of the model; last year first, 0 where a village was not measured.

    Parameters
    ----------
    y, n : ndarray, shape (2, m)
        Stunted and measured children.
    design : ndarray, shape (m, p)
        Ones, then standardised covariates; the same in both years.
    treated : ndarray of bool, shape (m,), optional
        Villages that were lokus between the two years.
    """

    y: Floats
    n: Floats
    design: Floats
    treated: npt.NDArray[np.bool_] | None = None

    def at(self, rows: npt.NDArray[np.intp] | slice) -> TwoYearData:
        """Return the data of some villages."""
        return TwoYearData(
            y=self.y[:, rows],
            n=self.n[:, rows],
            design=self.design[rows],
            treated=None if self.treated is None else self.treated[rows],
        )

    def last_year_alone(self) -> TwoYearData:
        """Return the data without this year's counts and without the effect of being lokus."""
        return self._keeping(np.array([[1.0], [0.0]]))

    def unmeasured(self) -> TwoYearData:
        """Return the data without any counts and without the effect of being lokus."""
        return self._keeping(np.zeros((2, 1)))

    def _keeping(self, years: Floats) -> TwoYearData:
        nobody = None if self.treated is None else np.zeros_like(self.treated)
        return replace(self, y=self.y * years, n=self.n * years, treated=nobody)


@dataclass(frozen=True)
class Points:
    """Hyperparameter vectors, shape (s, d), and their weights, which sum to 1."""

    theta: Floats
    weight: Floats

    def moments(self, values: Floats) -> tuple[float, float]:
        """Return the weighted mean and standard deviation of one value for each point."""
        mean = float(self.weight @ values)
        return mean, float(np.sqrt(self.weight @ (values - mean) ** 2))


@dataclass(frozen=True, kw_only=True)
class TwoYearFit:
    """Data, mode and uncertainty of the hyperparameters.

    A vector of hyperparameters holds the coefficients of last year and of this year, the effect δ where the
    data have lokus, the mean and the difference of the two log deviations, and artanh ρ.

    Parameters
    ----------
    data : TwoYearData
    mode : ndarray, shape (d,)
    covariance : ndarray, shape (d, d)
        Of the Gaussian approximation at the mode.
    points : Points
        Weighted hyperparameters over which a village's posterior is averaged; only the mode where there are
        many villages.
    spread : Points
        Weighted hyperparameters with their full uncertainty, for any number of villages.
    """

    data: TwoYearData
    mode: Floats
    covariance: Floats
    points: Points
    spread: Points

    @property
    def effect(self) -> tuple[float, float]:
        """Mean and standard deviation of δ, the log odds ratio of being lokus."""
        return self.spread.moments(self.spread.theta[:, -4])

    @property
    def trend(self) -> tuple[float, float]:
        """Mean and standard deviation of the log odds ratio this year : last year of an average village."""
        p = self.data.design.shape[1]
        return self.spread.moments(self.spread.theta[:, p] - self.spread.theta[:, 0])

    @property
    def fisher(self) -> tuple[float, float]:
        """Mean and standard deviation of artanh ρ."""
        return self.spread.moments(self.spread.theta[:, -1])

    def posteriors(
        self, data: TwoYearData, points: Points | None = None
    ) -> Iterator[tuple[float, VillagePosterior]]:
        """Yield the weight of each point and the posterior there of the villages of `data`."""
        points = points or self.points
        for theta, weight in zip(points.theta, points.weight, strict=True):
            eta, between = unpack(theta, data)
            yield float(weight), village_posterior(data.y, data.n, eta, between)


def chunks(villages: int, size: int = CHUNK) -> Iterator[slice]:
    """Divide `villages` into slices that fit the processor's cache.

    Examples
    --------
    >>> [(part.start, part.stop) for part in chunks(5, 2)]
    [(0, 2), (2, 4), (4, 6)]
    """
    return (slice(first, first + size) for first in range(0, villages, size))


def unpack(theta: Floats, data: TwoYearData) -> tuple[Floats, Between]:
    """Return the expected logits, shape (2, m), and the variation between villages, at `theta`."""
    p = data.design.shape[1]
    eta = np.stack([data.design @ theta[:p], data.design @ theta[p : 2 * p]])
    if data.treated is not None:
        eta[1] += theta[2 * p] * data.treated
    mean, difference, fisher = theta[-3:]
    sds = float(np.exp(mean + difference / 2.0)), float(np.exp(mean - difference / 2.0))
    return eta, Between(sds, float(np.tanh(fisher)))


def fit_two_years(data: TwoYearData) -> TwoYearFit:
    """Find the mode of the hyperparameters, and weighted points that represent their uncertainty.

    Notes
    -----
    The gradient is exact by Fisher's identity: the posterior mean of the complete-data score, village by
    village, from the same quadrature as the likelihood. Quasi-Newton search in coordinates whitened by the
    sum of the squared scores. The uncertainty is that of importance sampling from the Gaussian approximation
    at the mode (widened by a tenth), with fixed points whose first two moments are exact. With more than
    5,000 villages it is the Gaussian approximation itself.

    Examples
    --------
    >>> counted = np.array([[9.0, 2.0, 3.0], [4.0, 2.0, 5.0]])
    >>> fit = fit_two_years(TwoYearData(y=counted, n=np.full((2, 3), 40.0), design=np.ones((3, 1))))
    >>> round(fit.trend[0], 2)
    -0.25
    """
    target = _Target(data)
    theta = target.start()
    _value, _gradient, scores = target(theta)
    information = scores @ scores.T + target.prior_precision(theta)
    axes = np.linalg.inv(np.linalg.cholesky(information)).T

    def negative(x: Floats) -> tuple[float, Floats]:
        value, gradient, _scores = target(theta + axes @ x)
        return -value, -(axes.T @ gradient)

    found = minimize(negative, np.zeros(len(theta)), jac=True, method="BFGS", options={"gtol": 3e-3})
    mode = theta + axes @ found.x
    hessian = np.column_stack(
        [
            (negative(found.x + step)[1] - negative(found.x - step)[1]) / (2.0 * STEP)
            for step in STEP * np.eye(len(mode))
        ]
    )
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2.0)
    # Where differences show no curvature, the scale of the coordinates bounds the deviation.
    longest = axes @ (vectors / np.sqrt(np.maximum(values, 0.05)))
    covariance = longest @ longest.T

    if data.y.shape[1] > KNOWN_FROM:
        sigma = np.sqrt(len(mode)) * longest.T
        theta_points = np.concatenate([mode + sigma, mode - sigma])
        spread = Points(theta_points, np.full(len(theta_points), 1.0 / len(theta_points)))
        points = Points(mode[None, :], np.ones(1))
    else:
        points = spread = _weigh(target, mode, longest)
    return TwoYearFit(data=data, mode=mode, covariance=covariance, points=points, spread=spread)


def _weigh(target: _Target, mode: Floats, axes: Floats) -> Points:
    standard = WIDER * _standard_points(len(mode))
    theta = mode + standard @ axes.T
    logs = np.array([target(point)[0] for point in theta]) + 0.5 * (standard**2).sum(axis=1) / WIDER**2
    weight = np.exp(logs - logs.max())
    kept = weight > NEGLIGIBLE_WEIGHT
    return Points(theta[kept], weight[kept] / weight[kept].sum())


def _standard_points(d: int) -> Floats:
    """Return standard normal points, shape (POINTS, d), with mean 0 and unit covariance exactly."""
    half = np.random.default_rng(d).standard_normal((max(POINTS // 2, 2 * d), d))
    factor = np.linalg.cholesky(half.T @ half / len(half))
    half = np.linalg.solve(factor, half.T).T
    return np.concatenate([half, -half])


class _Target:
    """Log posterior of the hyperparameters, its gradient, and the scores of the villages."""

    def __init__(self, data: TwoYearData) -> None:
        used = data.n.sum(axis=0) > 0
        self.data = data.at(np.flatnonzero(used))
        self._u = np.zeros_like(self.data.y)
        p = self.data.design.shape[1]
        d = 2 * p + 3 + (data.treated is not None)
        precision = np.zeros((d, d))
        slopes = np.arange(1, p)
        same, cross = 0.25 / COEFFICIENT_SD**2, 1.0 / SLOPE_DIFFERENCE_SD**2
        precision[slopes, slopes] = precision[slopes + p, slopes + p] = same + cross
        precision[slopes, slopes + p] = precision[slopes + p, slopes] = same - cross
        if data.treated is not None:
            precision[2 * p, 2 * p] = EFFECT_SD**-2
        precision[range(-3, 0), range(-3, 0)] = np.array([LOG_SD_SD, LOG_SD_DIFFERENCE_SD, FISHER_SD]) ** -2.0
        self._precision = precision
        self._centre = np.zeros(d)
        self._centre[-3], self._centre[-1] = LOG_SD_MEAN, FISHER_MEAN
        self._intercepts = np.array([0, p])

    def start(self) -> Floats:
        """Return the starting point: all villages alike within a year, prior means for the rest."""
        theta = self._centre.copy()
        y, n = self.data.y.sum(axis=1), self.data.n.sum(axis=1)
        theta[self._intercepts] = logit((y + JEFFREYS) / (n + 2.0 * JEFFREYS))
        return theta

    def prior_precision(self, theta: Floats) -> Floats:
        """Negative Hessian of the log prior."""
        out = self._precision.copy()
        mean = expit(theta[self._intercepts])
        out[self._intercepts, self._intercepts] += 2.0 * JEFFREYS * mean * (1.0 - mean)
        return out

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        data, p = self.data, self.data.design.shape[1]
        eta, between = unpack(theta, data)
        first, second = (float(np.asarray(sd)) for sd in between.sd)
        rho = float(np.asarray(between.correlation))
        left = (1.0 - rho) * (1.0 + rho)
        total = 0.0
        scores = np.empty((len(theta), data.y.shape[1]))
        for rows in chunks(data.y.shape[1]):
            y, n = data.y[:, rows], data.n[:, rows]
            found = village_posterior(y, n, eta[:, rows], between, start=self._u[:, rows])
            self._u[:, rows] = found.mode
            total += float(found.log_marginal.sum())
            design = data.design[rows].T
            by_eta = [y[t] - n[t] * found.expect(rates) for t, rates in enumerate(found.rates())]
            scores[:p, rows], scores[p : 2 * p, rows] = design * by_eta[0], design * by_eta[1]
            if data.treated is not None:
                scores[2 * p, rows] = by_eta[1] * data.treated[rows]
            e1, e2 = found.deviations[0] / first, found.deviations[1] / second
            square1, square2 = found.expect(e1 * e1), found.expect(e2 * e2)
            cross = found.expect(e1 * e2)
            by_sd1, by_sd2 = ((square - rho * cross) / left - 1.0 for square in (square1, square2))
            scores[-3, rows], scores[-2, rows] = by_sd1 + by_sd2, (by_sd1 - by_sd2) / 2.0
            scores[-1, rows] = rho + cross - rho * (square1 - 2.0 * rho * cross + square2) / left

        away = theta - self._centre
        pull = self._precision @ away
        intercepts = theta[self._intercepts]
        jeffreys = JEFFREYS * (np.logaddexp(0, -intercepts) + np.logaddexp(0, intercepts)).sum()
        gradient = scores.sum(axis=1) - pull
        gradient[self._intercepts] += JEFFREYS * (1.0 - 2.0 * expit(intercepts))
        return total - 0.5 * float(away @ pull) - float(jeffreys), gradient, scores
