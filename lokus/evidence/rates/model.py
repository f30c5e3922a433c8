"""Fit the rate model: choose the effect, and compute each village's posterior."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.evidence.rates.betabinomial import fit_beta_binomial
from lokus.evidence.rates.covariates import average, over_subsets, used_covariates
from lokus.evidence.rates.hyperparameters import Model, beta_posterior, leave_one_out, mean_rate
from lokus.evidence.rates.latent import Rows

if TYPE_CHECKING:
    from lokus.evidence.rates.counts import Counts
    from lokus.evidence.rates.covariates import Design, Weighted
    from lokus.evidence.rates.effects import Effect
    from lokus.evidence.rates.latent import Latent
    from lokus.evidence.rates.pooling import EarlierRounds

__all__ = ["RateFit", "fit_rates"]


Floats = npt.NDArray[np.float64]

# An effect has one more hyperparameter, fitted to the villages that score it: worth half a unit of log score
# on average where there is no effect; the remainder guards against chance.
MARGIN = 2.0


@dataclass(frozen=True, kw_only=True)
class RateFit:
    """The fitted rate model.

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
        Leave-one-out log score of each model tried; empty where there was only one.
    worth : float or None
        ψ at its mode; None without earlier rounds.
    lent : ndarray, shape (m,)
        Number of children that earlier rounds add to the prior of each village.
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
    """Fit the model with each of `effects`, select the one that predicts best, and average over parameters.

    Parameters
    ----------
    counts : Counts
    design : Design
    effects : list of Effect
        Candidates, the simplest first: another one is selected only where its leave-one-out log score is
        better by `MARGIN`.
    earlier : EarlierRounds, optional
    integrate : bool
        Average over the uncertainty of coefficients, effects and hyperparameters; otherwise their means are
        treated as known.

    Notes
    -----
    Hyperparameters and effect are those of the model with all covariates;
    `lokus.evidence.rates.covariates.over_subsets` averages over models without some of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.evidence.rates.counts import check_counts
    >>> from lokus.evidence.rates.covariates import build_design
    >>> from lokus.evidence.rates.effects import no_effect
    >>> stunted, measured = pd.Series({"a": 1.0, "b": 4.0, "c": 9.0}), pd.Series(20.0, index=list("abc"))
    >>> counts = check_counts(stunted, measured, None)
    >>> design = build_design(None, counts.index, measured=counts.n > 0)
    >>> fit = fit_rates(counts, design, [no_effect(3)])
    >>> (fit.alpha / (fit.alpha + fit.beta)).round(3).tolist()
    [0.155, 0.219, 0.325]
    """
    alone = len(effects) == 1 and not effects[0].size and earlier is None and not design.names
    taken, weight, back = _unique_rows(counts) if alone else _every_row(counts)
    rows = Rows(y=counts.y[taken], n=counts.n[taken], weight=weight, design=design.matrix[taken])
    plain = fit_beta_binomial(rows.y, rows.n, rows.design, rows.weight)
    fitted = []
    for effect in effects:
        placed = replace(effect, position=effect.position[taken])
        model = Model(rows, placed, earlier, plain.coefficients, float(np.log(plain.precision)))
        # With φ as the only hyperparameter the mode is already known to machine precision.
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
    """Return distinct rows, their numbers of villages, and the row of each village."""
    # Without covariates, effects and earlier rounds, villages with the same (y, n) have the same posterior.
    key = counts.y + 1j * counts.n
    _keys, rows, inverse, weight = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return rows, weight.astype(float), inverse
