"""One village in two years: the posterior of its two rates, by adaptive quadrature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Between", "VillagePosterior", "village_posterior"]

Floats = npt.NDArray[np.float64]

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
LOG_WEIGHTS = np.log(NODE_WEIGHTS) + 0.5 * NODES**2
MAX_STEPS = 100
LONGEST_STEP = 2.0  # logit units
TOLERANCE = 1e-7  # logit units; quadrature around a point this near the mode is as good as around the mode


@dataclass(frozen=True)
class Between:
    """How the villages' logits vary around their means in the two years.

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
        The same less the expected logits.
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
        """Posterior mean of `values` given at the nodes, shape (r,)."""
        return np.asarray((self.weight * values).sum(axis=(0, 1)))

    def rates(self) -> tuple[Floats, Floats]:
        """Rates at the nodes, 0–1, shapes (K, 1, r) and (K, K, r)."""
        return _rate(self.logits[0]), _rate(self.logits[1])

    def sample(self, z: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats]:
        """Turn standard normal `z` into rates of the Gaussian approximation, with the weights it lacks.

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
    r"""Integrate over the two logits of each village.

    Parameters
    ----------
    y, n, eta : ndarray, shape (2, r)
        Cases, trials (0 where not measured) and expected logits, last year's row first.
    between : Between
        Scalars, or one value a village.
    start : ndarray, shape (2, r), optional
        Where the search for the mode begins.

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
