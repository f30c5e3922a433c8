"""The rate model as a whole: which effect it takes, and the posterior it gives each village."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.evidence.rates.betabinomial import COEFFICIENT_SD, fit_beta_binomial
from lokus.evidence.rates.hyperparameters import Model, beta_posterior, leave_one_out, mean_rate
from lokus.evidence.rates.latent import Latent, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lokus.evidence.rates.counts import Counts
    from lokus.evidence.rates.covariates import Design
    from lokus.evidence.rates.effects import Effect
    from lokus.evidence.rates.latent import Latent
    from lokus.evidence.rates.pooling import EarlierRounds

__all__ = ["RateFit", "Weighted", "fit_rates"]


# FOLDED: Which covariates: every subset weighed by how well it explains the counts, from one fit with all.


Weighted = list[tuple[float, "Latent"]]

# A covariate stands in a study because it is known to go with stunting. More doubt would cost more where one
# explains a little than it saves where one explains nothing: docs/ketepatan.md.
PRIOR_USE = 0.9
NEGLIGIBLE = 1e-4  # weight of a model relative to the best
# All subsets of so many covariates are weighed; with more, only the least certain ones may be left out.
MOST = 8


def over_subsets(fits: Iterable[tuple[float, Latent]]) -> Weighted:
    r"""Average over models with and without each covariate.

    Parameters
    ----------
    fits : iterable of (float, Latent)
        Weights of hyperparameters in the model with all covariates, and the fits there, with variances.

    Returns
    -------
    list of (float, Latent)
        Weights that sum to 1; negligible models are gone. A covariate left out has coefficient 0.

    Notes
    -----
    In a kabupaten with few children a covariate that explains nothing gets a coefficient all the same, and
    moves villages up and down the list by chance. Averaging over the models (Raftery, Madigan & Hoeting 1997,
    *JASA* 92, 179–191) draws it towards 0 and leaves a clear one as it is. One fit serves all models: leaving
    out the covariates C multiplies the marginal likelihood by the ratio of posterior and prior density at
    :math:`\beta_C = 0` (Dickey & Lientz 1970, *Ann. Math. Statist.* 41, 214–226), taken from the Gaussian
    approximation, which by conditioning also gives the other coefficients and the effects.
    """
    parts = [
        (np.log(weight) + _log_odds(fit, out), out, fit) for weight, fit in fits for out in _subsets(fit)
    ]
    logs = np.array([log for log, _out, _fit in parts])
    weights = np.exp(logs - logs.max())
    weights[weights < NEGLIGIBLE] = 0.0
    weights /= weights.sum()
    return [
        (float(weight), _without(fit, out))
        for weight, (_log, out, fit) in zip(weights, parts, strict=True)
        if weight
    ]


def average(fits: Weighted, name: str) -> Floats:
    """Posterior mean of an array of the fits, such as "coefficients"; one left out counts as 0."""
    return np.asarray(sum(weight * getattr(fit, name) for weight, fit in fits), dtype=np.float64)


def used_covariates(fits: Weighted) -> Floats:
    """Probability, 0–1, that each covariate belongs in the model; shape (p − 1,)."""
    share = sum(weight * (fit.coefficients[1:] != 0.0) for weight, fit in fits)
    return np.minimum(np.asarray(share, dtype=np.float64), 1.0)


def _subsets(fit: Latent) -> Iterator[list[int]]:
    """Columns of the design to leave out, each set of them once."""
    certainty = np.abs(fit.coefficients[1:]) / np.sqrt(np.diag(fit.covariance)[1:])
    doubtful = [int(j) + 1 for j in np.argsort(certainty, kind="stable")[:MOST]]
    for size in range(len(doubtful) + 1):
        yield from (list(out) for out in combinations(doubtful, size))


def _log_odds(fit: Latent, out: list[int]) -> float:
    """Log posterior odds of leaving out `out` against keeping all."""
    if not out:
        return 0.0
    at, block = fit.coefficients[out], fit.covariance[np.ix_(out, out)]
    ratio = -0.5 * (at @ np.linalg.solve(block, at) + np.linalg.slogdet(block)[1])
    return float(ratio + len(out) * (np.log(COEFFICIENT_SD) + np.log1p(-PRIOR_USE) - np.log(PRIOR_USE)))


def _without(fit: Latent, out: list[int]) -> Latent:
    """Condition a fit on coefficients that are 0."""
    if not out:
        return fit
    towards = fit.covariance[:, out]
    gain = np.linalg.solve(fit.covariance[np.ix_(out, out)], towards.T).T
    change = -gain @ fit.coefficients[out]
    coefficients = fit.coefficients + change
    coefficients[out] = 0.0
    less = np.einsum("ij,ij->i", fit.away @ towards, fit.away @ gain)
    return replace(
        fit,
        coefficients=coefficients,
        effect=fit.effect - fit.by_effect @ change,
        eta=fit.eta + fit.away @ change,
        eta_variance=np.maximum(fit.eta_variance - less, 0.0),
        covariance=fit.covariance - gain @ towards.T,
    )


Floats = npt.NDArray[np.float64]

# An effect costs one hyperparameter fitted to the villages its score is taken from: half a unit of log score
# on average where there is no effect, and the rest against chance.
MARGIN = 2.0


@dataclass(frozen=True, kw_only=True)
class RateFit:
    """What the model found.

    Parameters
    ----------
    alpha, beta : ndarray, shape (m,)
        Beta posterior of each village.
    mean : float
        Rate of a village with average covariates, 0–1.
    precision : float
        φ at its mode.
    coefficients : ndarray, shape (p,)
        Averaged over models with and without each covariate.
    used : ndarray, shape (p − 1,)
        Probability that each covariate belongs in the model, 0–1.
    effect : str
        Name of the effect taken.
    effect_sd : float
        Standard deviation of the effect on the logit scale; 0 without.
    effect_odds : ndarray, shape (m,)
        Odds ratio of the effect at each village; 1 without.
    log_scores : dict
        Leave-one-out log score of each model tried; empty when there was nothing to choose.
    worth : float or None
        ψ at its mode; None without earlier rounds.
    lent : ndarray, shape (m,)
        Children that earlier rounds lend to each village.
    """

    alpha: Floats
    beta: Floats
    mean: float
    precision: float
    coefficients: Floats
    used: Floats
    effect: str
    effect_sd: float
    effect_odds: Floats
    log_scores: dict[str, float]
    worth: float | None
    lent: Floats


def fit_rates(
    counts: Counts,
    design: Design,
    effects: list[Effect],
    *,
    earlier: EarlierRounds | None = None,
    integrate: bool = True,
) -> RateFit:
    """Fit the model with each of `effects`, keep the one that predicts best, and average over the rest.

    Parameters
    ----------
    counts : Counts
    design : Design
    effects : list of Effect
        Candidates, the plainest first: another is taken only when its leave-one-out log score is better by
        `MARGIN`.
    earlier : EarlierRounds, optional
    integrate : bool
        Average over the uncertainty of coefficients, effects and hyperparameters; otherwise their means count
        as known.

    Notes
    -----
    Hyperparameters and effect are those of the model with all covariates; which of these belong in it is
    averaged over by `over_subsets`.
    """
    alone = len(effects) == 1 and not effects[0].size and earlier is None and not design.names
    taken, weight, back = _unique_rows(counts) if alone else _every_row(counts)
    rows = Rows(y=counts.y[taken], n=counts.n[taken], weight=weight, design=design.matrix[taken])
    plain = fit_beta_binomial(rows.y, rows.n, rows.design, rows.weight)
    fitted = []
    for effect in effects:
        placed = replace(effect, position=effect.position[taken])
        model = Model(rows, placed, earlier, plain.coefficients, float(np.log(plain.precision)))
        # With φ alone the mode is known to machine precision already.
        mode = np.array([model.log_phi]) if model.names == ("phi",) else model.mode()
        fitted.append((model, mode, model.fit(mode)))
    scores = {
        model.effect.name: float(weight @ leave_one_out(rows, fit)) for model, _, fit in fitted
    } if len(effects) > 1 else {}  # fmt: skip
    model, mode, fit = fitted[_best(scores)]
    fits = over_subsets(model.grid(mode) if integrate else [(1.0, fit)])
    coefficients, used = average(fits, "coefficients"), used_covariates(fits)
    if not integrate:
        fits = [(1.0, _as_known(fits))]
    alpha, beta = beta_posterior(rows, fits)
    values = dict(zip(model.names, np.exp(mode), strict=True))
    lent = fit.lent or (np.zeros(len(rows.y)), np.zeros(len(rows.y)))
    return RateFit(
        alpha=alpha[back],
        beta=beta[back],
        mean=mean_rate(fits),
        precision=float(values["phi"]),
        coefficients=coefficients,
        used=used,
        effect=model.effect.name,
        effect_sd=float(values.get("sd", 0.0)),
        effect_odds=np.exp(model.effect.spread(average(fits, "effect")))[back],
        log_scores=scores,
        worth=float(values["worth"]) if "worth" in values else None,
        lent=(lent[0] + lent[1])[back],
    )


def _best(scores: dict[str, float]) -> int:
    values = list(scores.values())
    best = int(np.argmax(values)) if values else 0
    return best if not best or values[best] > values[0] + MARGIN else 0


def _as_known(fits: Weighted) -> Latent:
    fit = fits[0][1]
    return replace(
        fit,
        coefficients=average(fits, "coefficients"),
        effect=average(fits, "effect"),
        eta=average(fits, "eta"),
        eta_variance=np.zeros_like(fit.eta),
        covariance=np.zeros_like(fit.covariance),
    )


def _every_row(counts: Counts) -> tuple[npt.NDArray[np.intp], Floats, npt.NDArray[np.intp]]:
    every = np.arange(len(counts.index))
    return every, np.ones(len(every)), every


def _unique_rows(counts: Counts) -> tuple[npt.NDArray[np.intp], Floats, npt.NDArray[np.intp]]:
    """Rows to compute on, how many villages each stands for, and the way back."""
    # With nothing else to tell them apart villages with the same (y, n) share everything.
    key = counts.y + 1j * counts.n
    _keys, rows, inverse, weight = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return rows, weight.astype(float), inverse
