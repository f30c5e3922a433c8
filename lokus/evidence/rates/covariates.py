"""Prepare the covariates of a rate model, and average over models with and without each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.errors import EvidenceError, name_some
from lokus.evidence.rates.betabinomial import COEFFICIENT_SD
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from lokus.evidence.rates.latent import Latent

__all__ = ["Design", "Weighted", "average", "build_design", "over_subsets", "used_covariates"]

Floats = npt.NDArray[np.float64]
Weighted = list[tuple[float, "Latent"]]

# Covariates are stated because they are known to be associated with stunting. A lower prior probability would
# lose more where a covariate explains a little than it gains where one explains nothing: docs/ketepatan.md.
PRIOR_USE = 0.9
NEGLIGIBLE = 1e-4  # weight of a model relative to the best
# Up to this number of covariates all subsets are averaged; beyond it only the least certain ones may be left
# out.
MOST = 8


@dataclass(frozen=True, kw_only=True)
class Design:
    """Design matrix with intercept, shape (m, 1 + covariates used), and the villages with missing values."""

    matrix: npt.NDArray[np.float64]
    names: tuple[str, ...]
    missing: npt.NDArray[np.bool_]
    findings: tuple[Finding, ...]


def build_design(
    covariates: pd.DataFrame | None, index: pd.Index, *, measured: npt.NDArray[np.bool_]
) -> Design:
    """Standardise `covariates` over the villages of `index`.

    Parameters
    ----------
    covariates : DataFrame or None
        Indexed by village, numeric.
    index : Index
        Villages, sorted.
    measured : ndarray of bool, shape (m,)
        A covariate that does not vary among the measured villages is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> air = pd.DataFrame({"air": [10.0, 30.0, None]}, index=["a", "b", "c"])
    >>> build_design(air, air.index, measured=np.array([True, True, True])).matrix[:, 1]
    array([-1.,  1.,  0.])
    """
    columns = [np.ones(len(index))]
    names: list[str] = []
    missing = np.zeros(len(index), dtype=bool)
    findings: list[Finding] = []
    if covariates is not None:
        if covariates.index.has_duplicates or not index.isin(covariates.index).all():
            absent = index.difference(covariates.index)
            raise EvidenceError(
                _("covariates lack villages or repeat them: {villages}").format(villages=name_some(absent)),
                remedy=_("give one row of covariates for each village"),
            )
        for name in sorted(str(column) for column in covariates.columns):
            values = covariates[name].reindex(index).to_numpy(dtype=float, na_value=np.nan)
            if np.isinf(values).any():
                raise EvidenceError(
                    _("covariate {name} has infinite values").format(name=name),
                    remedy=_("correct the values, or leave them empty"),
                )
            gone = np.isnan(values)
            seen = values[~gone & measured]
            if len(seen) == 0 or np.ptp(seen) == 0.0:
                findings.append(_constant(name))
                continue
            centred = values - values[~gone].mean()
            columns.append(np.where(gone, 0.0, centred / centred[~gone].std()))
            names.append(name)
            missing |= gone
            if gone.any():
                findings.append(_missing(name, int(gone.sum())))
    return Design(
        matrix=np.column_stack(columns), names=tuple(names), missing=missing, findings=tuple(findings)
    )


def _constant(name: str) -> Finding:
    return Finding(
        check="evidence.covariate_constant",
        level="warning",
        message=_("covariate {name} does not vary and is left out of the rate model").format(name=name),
    )


def _missing(name: str, count: int) -> Finding:
    return Finding(
        check="evidence.covariate_missing",
        level="warning",
        message=_("covariate {name} is missing in {n} villages; there it says nothing about the rate").format(
            name=name, n=format_number(count)
        ),
        remedy=_("complete the covariate, or leave it out"),
    )


def over_subsets(fits: Iterable[tuple[float, Latent]]) -> Weighted:
    r"""Average over models with and without each covariate.

    Parameters
    ----------
    fits : iterable of (float, Latent)
        Weights of hyperparameters in the model with all covariates, and the fits there, with variances.

    Returns
    -------
    list of (float, Latent)
        Weights that sum to 1; negligible models are dropped. A covariate left out has coefficient 0.

    Notes
    -----
    With few children, a covariate that explains nothing still gets a nonzero coefficient, which moves
    villages up and down the list by chance. Averaging over the models (Raftery, Madigan & Hoeting 1997,
    *JASA* 92, 179–191) shrinks it towards 0 and leaves a clear one unchanged. One fit serves all models:
    leaving out the covariates C multiplies the marginal likelihood by the ratio of posterior and prior
    density at :math:`\beta_C = 0` (Dickey & Lientz 1970, *Ann. Math. Statist.* 41, 214–226), taken from the
    Gaussian approximation, which by conditioning also gives the other coefficients and the effects.

    Examples
    --------
    >>> from lokus.evidence.rates.effects import no_effect
    >>> from lokus.evidence.rates.latent import Rows, fit_latent
    >>> design = np.column_stack([np.ones(3), [-1.0, 0.0, 1.0]])
    >>> rows = Rows(y=np.array([1.0, 4.0, 9.0]), n=np.full(3, 20.0), weight=np.ones(3), design=design)
    >>> fit = fit_latent(rows, no_effect(3), log_phi=np.log(50.0))
    >>> averaged = over_subsets([(1.0, fit)])
    >>> average(averaged, "coefficients").round(2).tolist(), used_covariates(averaged).round(2).tolist()
    ([-1.22, 0.63], [0.98])
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
    """Compute the posterior mean of an array of the fits, such as "coefficients"; one left out counts as 0.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> fits = [(0.75, SimpleNamespace(effect=np.array([4.0]))), (0.25, SimpleNamespace(effect=np.zeros(1)))]
    >>> average(fits, "effect").tolist()
    [3.0]
    """
    return np.asarray(sum(weight * getattr(fit, name) for weight, fit in fits), dtype=np.float64)


def used_covariates(fits: Weighted) -> Floats:
    """Compute the probability, 0–1, that each covariate belongs in the model; shape (p − 1,).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> kept, left = (SimpleNamespace(coefficients=np.array([-2.0, slope])) for slope in (0.4, 0.0))
    >>> used_covariates([(0.75, kept), (0.25, left)]).tolist()
    [0.75]
    """
    share = sum(weight * (fit.coefficients[1:] != 0.0) for weight, fit in fits)
    return np.minimum(np.asarray(share, dtype=np.float64), 1.0)


def _subsets(fit: Latent) -> Iterator[list[int]]:
    """Yield the sets of columns of the design to leave out."""
    certainty = np.abs(fit.coefficients[1:]) / np.sqrt(np.diag(fit.covariance)[1:])
    doubtful = [int(j) + 1 for j in np.argsort(certainty, kind="stable")[:MOST]]
    for size in range(len(doubtful) + 1):
        yield from (list(out) for out in combinations(doubtful, size))


def _log_odds(fit: Latent, out: list[int]) -> float:
    """Compute the log posterior odds of leaving out `out` against including all."""
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
