"""Laplace approximation of the linear predictor: coefficients and effects at stated hyperparameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.evidence.betabinomial import Terms, add_prior, beta_binomial_terms

if TYPE_CHECKING:
    from lokus.evidence.effects import Effect, Precision

__all__ = ["Latent", "Rows", "fit_latent"]

Floats = npt.NDArray[np.float64]

MAX_STEPS = 60
TOLERANCE = 1e-8  # of the Newton decrement, in units of log likelihood
LONGEST_STEP = 3.0  # logit units, of a coefficient or an effect
SHORTEST_STEP = 1e-6  # share of a Newton step
STEP = 1e-3  # logit units, of the difference that gives third derivatives
LEAST_CURVATURE = 0.1  # share of the quasi-likelihood information


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What the model is fitted to: cases `y`, trials `n`, villages a row stands for, and the design."""

    y: Floats
    n: Floats
    weight: Floats
    design: Floats


@dataclass(frozen=True, kw_only=True)
class Latent:
    """Linear predictor given the hyperparameters.

    Parameters
    ----------
    log_marginal : float
        Laplace approximation of log p(y, hyperparameters), up to a constant of the effect.
    coefficients : ndarray, shape (p,)
    effect : ndarray, shape (k,)
        Mode of the effect, logit scale.
    log_phi : float
    lent : tuple of ndarray or None
        Cases and non-cases lent by earlier rounds.
    eta, eta_variance : ndarray, shape (m,)
        Posterior mean and variance of the linear predictor.
    intercept_variance : float
        Posterior variance of the intercept.
    score, curvature : ndarray, shape (m,)
        First and negative second derivative of one village's log likelihood at `eta`.
    """

    log_marginal: float
    coefficients: Floats
    effect: Floats
    log_phi: float
    lent: tuple[Floats, Floats] | None
    eta: Floats
    eta_variance: Floats
    intercept_variance: float
    score: Floats
    curvature: Floats


@dataclass(frozen=True)
class _Factor:
    """Factorised negative Hessian of (β, u), by the Schur complement on the few coefficients."""

    precision: Precision
    by_effect: Floats  # (k, p): D⁻¹C′
    covariance: Floats  # (p, p) of β
    log_determinant: float

    def solve(self, by_beta: Floats, by_effect: Floats) -> tuple[Floats, Floats]:
        step = self.precision.solve(by_effect)
        beta = self.covariance @ (by_beta - self.by_effect.T @ by_effect)
        return beta, step - self.by_effect @ beta


def fit_latent(
    rows: Rows,
    effect: Effect,
    *,
    log_phi: float,
    log_sd: float = 0.0,
    lent: tuple[Floats, Floats] | None = None,
    start: Latent | None = None,
    coefficients: Floats | None = None,
    variances: bool = True,
    skew: bool = False,
) -> Latent:
    r"""Find the mode of (β, u) and the curvature there.

    Parameters
    ----------
    rows : Rows
    effect : Effect
        Which effect u each row has; an empty effect leaves β alone.
    log_phi, log_sd : float
        log φ, and the log of the effect's standard deviation on the logit scale.
    lent : tuple of ndarray, optional
        Cases and non-cases lent by earlier rounds, one pair a row.
    start : Latent, optional
        A fit nearby, to begin from.
    coefficients : ndarray, optional
        Where β begins when there is no `start`.
    variances : bool
        Compute the variances too, the costly part for many neighbours; they are 0 otherwise.
    skew : bool
        Move the mode to the posterior mean by the third derivatives, which needs the variances. Without it
        small rates averaged over the
        Gaussian come out too high, by half its variance.

    Notes
    -----
    Newton with halving. A village's curvature is the observed one, but at least a tenth of the
    quasi-likelihood information: the beta-binomial is not log-concave in η everywhere. Laplace approximation
    as in Rue, Martino & Chopin (2009), *JRSS B* 71, 319–392.
    """
    p = rows.design.shape[1]
    beta = np.zeros(p) if coefficients is None else coefficients
    u = np.zeros(effect.size)
    if start is not None:
        beta, u = start.coefficients, start.effect

    value, terms, gradient_beta, gradient_u, penalty = _evaluate(rows, effect, beta, u, log_phi, log_sd, lent)
    factor, curvature = _factorise(rows, effect, terms, penalty, beta, log_phi, log_sd, lent, u)
    for _step in range(MAX_STEPS):
        by_beta, by_u = factor.solve(gradient_beta, gradient_u)
        decrement = float(gradient_beta @ by_beta + gradient_u @ by_u)
        if decrement < TOLERANCE:
            break
        longest = max(np.abs(by_beta).max(initial=0.0), np.abs(by_u).max(initial=0.0))
        length = min(1.0, LONGEST_STEP / longest)
        while True:
            candidate = _evaluate(
                rows, effect, beta + length * by_beta, u + length * by_u, log_phi, log_sd, lent
            )
            if candidate[0] >= value or length < SHORTEST_STEP:
                break
            length /= 2.0
        beta, u = beta + length * by_beta, u + length * by_u
        value, terms, gradient_beta, gradient_u, penalty = candidate
        factor, curvature = _factorise(rows, effect, terms, penalty, beta, log_phi, log_sd, lent, u)
        if length < SHORTEST_STEP:
            break

    variance = np.zeros(len(rows.y))
    if variances:
        away = rows.design - effect.spread(factor.by_effect)
        variance = np.einsum("ij,jk,ik->i", away, factor.covariance, away)
    if variances and effect.size:
        variance = variance + effect.spread(factor.precision.diagonal_of_inverse())
    log_marginal = value - effect.size * log_sd - 0.5 * factor.log_determinant
    if skew:
        pull = 0.5 * rows.weight * variance * _third_derivative(rows, effect, beta, u, log_phi, lent)
        by_beta, by_u = factor.solve(rows.design.T @ pull, effect.gather(pull))
        beta, u = beta + by_beta, u + by_u
    return Latent(
        log_marginal=log_marginal,
        coefficients=beta,
        effect=u,
        log_phi=log_phi,
        lent=lent,
        eta=rows.design @ beta + effect.spread(u),
        eta_variance=variance,
        intercept_variance=float(factor.covariance[0, 0]),
        score=terms.eta,
        curvature=curvature,
    )


def _third_derivative(
    rows: Rows,
    effect: Effect,
    beta: Floats,
    u: Floats,
    log_phi: float,
    lent: tuple[Floats, Floats] | None,
) -> Floats:
    eta = rows.design @ beta + effect.spread(u)
    above, below = (
        beta_binomial_terms(eta + step, log_phi, rows.y, rows.n, lent).eta_eta for step in (STEP, -STEP)
    )
    return np.asarray((above - below) / (2.0 * STEP))


def _evaluate(
    rows: Rows,
    effect: Effect,
    beta: Floats,
    u: Floats,
    log_phi: float,
    log_sd: float,
    lent: tuple[Floats, Floats] | None,
) -> tuple[float, Terms, Floats, Floats, Floats]:
    """Log posterior of (β, u), the terms, its gradient, and the Hessian of the prior of β."""
    terms = beta_binomial_terms(rows.design @ beta + effect.spread(u), log_phi, rows.y, rows.n, lent)
    p = len(beta)
    prior_gradient, prior_hessian = np.zeros(p + 1), np.zeros((p + 1, p + 1))
    prior = add_prior(np.append(beta, log_phi), prior_gradient, prior_hessian)
    weighted = rows.weight * terms.eta
    pull = effect.prior_product(u, log_sd)
    value = float(rows.weight @ terms.value) + prior - 0.5 * float(u @ pull)
    by_beta = rows.design.T @ weighted + prior_gradient[:p]
    return value, terms, by_beta, effect.gather(weighted) - pull, prior_hessian[:p, :p]


def _factorise(
    rows: Rows,
    effect: Effect,
    terms: Terms,
    prior_hessian: Floats,
    beta: Floats,
    log_phi: float,
    log_sd: float,
    lent: tuple[Floats, Floats] | None,
    u: Floats,
) -> tuple[_Factor, Floats]:
    information = _quasi_information(rows, rows.design @ beta + effect.spread(u), log_phi, lent)
    curvature = np.maximum(-terms.eta_eta, LEAST_CURVATURE * information)
    weighted = rows.weight * curvature
    precision = effect.precision(weighted, log_sd)
    within = rows.design.T @ (rows.design * weighted[:, None]) - prior_hessian
    cross = effect.gather(rows.design * weighted[:, None])
    by_effect = precision.solve(cross)
    schur = within - cross.T @ by_effect
    factor = _Factor(
        precision=precision,
        by_effect=by_effect,
        covariance=np.asarray(np.linalg.inv(schur), dtype=np.float64),
        log_determinant=float(np.linalg.slogdet(schur)[1]) + precision.log_determinant,
    )
    return factor, curvature


def _quasi_information(rows: Rows, eta: Floats, log_phi: float, lent: tuple[Floats, Floats] | None) -> Floats:
    """Information on η in the mean and variance of a beta-binomial count alone."""
    phi = np.exp(log_phi)
    mu = 1.0 / (1.0 + np.exp(-eta))
    slope = mu * (1.0 - mu)
    mean, total = mu, np.full_like(eta, phi)
    if lent is not None:
        total = phi + lent[0] + lent[1]
        mean = (phi * mu + lent[0]) / total
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = mean * (1.0 - mean) * (1.0 + (rows.n - 1.0) / (total + 1.0))
        information = rows.n * (phi * slope / total) ** 2 / spread
    return np.asarray(np.nan_to_num(information, nan=0.0, posinf=0.0))
