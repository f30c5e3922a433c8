"""Approximate the posterior of coefficients and effects at given hyperparameters (Laplace)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from lokus.evidence.rates.betabinomial import Terms, add_prior, beta_binomial_terms

if TYPE_CHECKING:
    from lokus.evidence.rates.effects import Effect, Precision

__all__ = ["Latent", "Rows", "fit_latent"]

Floats = npt.NDArray[np.float64]

MAX_STEPS = 60
# Tolerances of the Newton decrement, in units of log likelihood; the larger where only the marginal is
# needed.
TOLERANCE, ROUGH_TOLERANCE = 1e-6, 1e-4
WORTHWHILE = 0.1  # reduction of the decrement for which the present factorisation is used again
LONGEST_STEP = 3.0  # logit units, of a coefficient or an effect
SHORTEST_STEP = 1e-6  # share of a Newton step
STEP = 1e-3  # logit units, of the difference that gives third derivatives
LEAST_CURVATURE = 0.1  # share of the quasi-likelihood information


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Data of the model: cases `y`, trials `n`, number of villages of each row, and the design."""

    y: Floats
    n: Floats
    weight: Floats
    design: Floats


@dataclass(frozen=True)
class Factor:
    """Factorised negative Hessian of (β, u), by the Schur complement on the few coefficients."""

    precision: Precision
    by_effect: Floats  # (k, p): D⁻¹C′
    covariance: Floats  # (p, p) of β
    log_determinant: float

    def solve(self, by_beta: Floats, by_effect: Floats) -> tuple[Floats, Floats]:
        step = self.precision.solve(by_effect)
        beta = self.covariance @ (by_beta - self.by_effect.T @ by_effect)
        return beta, step - self.by_effect @ beta


@dataclass(frozen=True, kw_only=True)
class Latent:
    """Posterior of the linear predictor given the hyperparameters.

    Parameters
    ----------
    log_marginal : float
        Laplace approximation of log p(y, hyperparameters), up to a constant of the effect.
    coefficients : ndarray, shape (p,)
    effect : ndarray, shape (k,)
        Mode of the effect, logit scale.
    log_phi : float
    eta, eta_variance : ndarray, shape (m,)
        Posterior mean and variance of the linear predictor.
    covariance : ndarray, shape (p, p)
        Posterior covariance of the coefficients.
    away : ndarray, shape (m, p)
        Derivative of the linear predictor by the coefficients, with the effects at their conditional mode.
    by_effect : ndarray, shape (k, p)
        Negative derivative of each effect by the coefficients.
    factor : Factor
        Negative Hessian at the mode, before any conditioning.
    score, curvature : ndarray, shape (m,)
        First and negative second derivative of one village's log likelihood at `eta`.
    lent : tuple of ndarray, optional
        Cases and non-cases added to the prior by earlier rounds.
    """

    log_marginal: float
    coefficients: Floats
    effect: Floats
    log_phi: float
    eta: Floats
    eta_variance: Floats
    covariance: Floats
    away: Floats
    by_effect: Floats
    factor: Factor
    score: Floats
    curvature: Floats
    lent: tuple[Floats, Floats] | None = None


def fit_latent(
    rows: Rows,
    effect: Effect,
    *,
    log_phi: float,
    log_sd: float = 0.0,
    start: Latent | None = None,
    coefficients: Floats | None = None,
    variances: bool = True,
    skew: bool = False,
) -> Latent:
    r"""Find the mode of (β, u), and the curvature there.

    Parameters
    ----------
    rows : Rows
    effect : Effect
        Effect u of each row; with an empty effect only β is fitted.
    log_phi, log_sd : float
        log φ, and the log of the effect's standard deviation on the logit scale.
    start : Latent, optional
        A fit at similar hyperparameters, used as starting point.
    coefficients : ndarray, optional
        Starting values of β where there is no `start`.
    variances : bool
        Also compute the variances, which is costly with many neighbours; otherwise they are 0.
    skew : bool
        Correct the mode towards the posterior mean by the third derivatives; needs the variances. Without it
        small rates are overestimated when averaged over the Gaussian, by half its variance.

    Notes
    -----
    Newton's method with step halving; a factorisation, the costly part, is used again as long as its steps
    reduce the decrement enough. A village's curvature is the observed one, but at least a tenth of the
    quasi-likelihood information, since the beta-binomial is not log-concave in η everywhere. Laplace
    approximation as in Rue, Martino & Chopin (2009), *JRSS B* 71, 319–392.

    Examples
    --------
    >>> from lokus.evidence.rates.effects import no_effect
    >>> rows = Rows(
    ...     y=np.array([1.0, 4.0, 9.0]), n=np.full(3, 20.0), weight=np.ones(3), design=np.ones((3, 1))
    ... )
    >>> fit = fit_latent(rows, no_effect(3), log_phi=np.log(10.0))
    >>> fit.coefficients.round(2).tolist()
    [-1.15]
    """
    p = rows.design.shape[1]
    beta = np.zeros(p) if coefficients is None else coefficients
    u = np.zeros(effect.size)
    if start is not None:
        beta, u = start.coefficients, start.effect

    at = _Model(rows, effect, log_phi, log_sd)
    here = _evaluate(at, beta, u)
    # Without neighbours a factorisation is cheap; with them start from that of the given fit.
    cheap = effect.structure is None
    fresh = cheap or start is None
    if start is None or fresh:
        factor, curvature = _factorise(at, here)
    else:
        factor, curvature = start.factor, start.curvature
    tolerance = TOLERANCE if variances else ROUGH_TOLERANCE
    previous, left = np.inf, 0.0
    for _step in range(MAX_STEPS):
        if cheap and not fresh:
            factor, curvature = _factorise(at, here)
            fresh = True
        by_beta, by_u = factor.solve(here.gradient_beta, here.gradient_u)
        decrement = float(here.gradient_beta @ by_beta + here.gradient_u @ by_u)
        if decrement < tolerance:
            left = 0.5 * decrement
            break
        if not fresh and decrement > WORTHWHILE * previous:
            factor, curvature = _factorise(at, here)
            fresh, previous = True, np.inf
            continue
        longest = max(np.abs(by_beta).max(initial=0.0), np.abs(by_u).max(initial=0.0))
        length = min(1.0, LONGEST_STEP / longest)
        while True:
            candidate = _evaluate(at, here.beta + length * by_beta, here.u + length * by_u)
            if candidate.value >= here.value or length < SHORTEST_STEP:
                break
            length /= 2.0
        here, fresh, previous = candidate, False, decrement
        if length < SHORTEST_STEP:
            break
    if not fresh:
        factor, curvature = _factorise(at, here)

    beta, u, terms = here.beta, here.u, here.terms
    variance = np.zeros(len(rows.y))
    away = rows.design - effect.spread(factor.by_effect)
    if variances:
        variance = np.einsum("ij,ij->i", away @ factor.covariance, away)
    if variances and effect.size:
        variance = variance + effect.spread(factor.precision.diagonal_of_inverse())
    # Add the gain of the remaining Newton step to the log posterior at the mode.
    log_marginal = here.value + left - effect.size * log_sd - 0.5 * factor.log_determinant
    if skew:
        pull = 0.5 * rows.weight * variance * _third_derivative(at, here.eta)
        by_beta, by_u = factor.solve(rows.design.T @ pull, effect.gather(pull))
        beta, u = beta + by_beta, u + by_u
    return Latent(
        log_marginal=log_marginal,
        coefficients=beta,
        effect=u,
        log_phi=log_phi,
        eta=rows.design @ beta + effect.spread(u),
        eta_variance=variance,
        factor=factor,
        away=away,
        covariance=factor.covariance,
        by_effect=factor.by_effect,
        score=terms.eta,
        curvature=curvature,
    )


def _third_derivative(at: _Model, eta: Floats) -> Floats:
    rows = at.rows
    above, below = (
        beta_binomial_terms(eta + step, at.log_phi, rows.y, rows.n).eta_eta for step in (STEP, -STEP)
    )
    return np.asarray((above - below) / (2.0 * STEP))


@dataclass(frozen=True)
class _Model:
    """Data and hyperparameters of a fit."""

    rows: Rows
    effect: Effect
    log_phi: float
    log_sd: float


@dataclass(frozen=True)
class _Point:
    """Log posterior of (β, u), its terms and gradient, and the Hessian of the prior of β."""

    beta: Floats
    u: Floats
    eta: Floats
    value: float
    terms: Terms
    gradient_beta: Floats
    gradient_u: Floats
    prior_hessian: Floats


def _evaluate(at: _Model, beta: Floats, u: Floats) -> _Point:
    rows, effect = at.rows, at.effect
    eta = rows.design @ beta + effect.spread(u)
    terms = beta_binomial_terms(eta, at.log_phi, rows.y, rows.n)
    p = len(beta)
    prior_gradient, prior_hessian = np.zeros(p + 1), np.zeros((p + 1, p + 1))
    prior = add_prior(np.append(beta, at.log_phi), prior_gradient, prior_hessian)
    weighted = rows.weight * terms.eta
    pull = effect.prior_product(u, at.log_sd)
    return _Point(
        beta=beta,
        u=u,
        eta=eta,
        value=float(rows.weight @ terms.value) + prior - 0.5 * float(u @ pull),
        terms=terms,
        gradient_beta=rows.design.T @ weighted + prior_gradient[:p],
        gradient_u=effect.gather(weighted) - pull,
        prior_hessian=prior_hessian[:p, :p],
    )


def _factorise(at: _Model, here: _Point) -> tuple[Factor, Floats]:
    rows, effect = at.rows, at.effect
    information = _quasi_information(rows, here.eta, at.log_phi)
    curvature = np.maximum(-here.terms.eta_eta, LEAST_CURVATURE * information)
    weighted = rows.weight * curvature
    precision = effect.precision(weighted, at.log_sd)
    within = rows.design.T @ (rows.design * weighted[:, None]) - here.prior_hessian
    cross = effect.gather(rows.design * weighted[:, None])
    by_effect = precision.solve(cross)
    schur = within - cross.T @ by_effect
    factor = Factor(
        precision=precision,
        by_effect=by_effect,
        covariance=np.asarray(np.linalg.inv(schur), dtype=np.float64),
        log_determinant=float(np.linalg.slogdet(schur)[1]) + precision.log_determinant,
    )
    return factor, curvature


def _quasi_information(rows: Rows, eta: Floats, log_phi: float) -> Floats:
    """Return the quasi-likelihood information on η, from mean and variance of a beta-binomial count."""
    mu = expit(eta)
    return np.asarray(rows.n * mu * (1.0 - mu) / (1.0 + (rows.n - 1.0) / (np.exp(log_phi) + 1.0)))
