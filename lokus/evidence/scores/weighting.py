"""Derive weights from the data: equal, entropy, CRITIC, principal components."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.errors import EvidenceError
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = [
    "DATA_WEIGHTS",
    "Components",
    "DataWeights",
    "critic_weights",
    "data_weights",
    "entropy_weights",
    "equal_weights",
    "pca_weights",
    "principal_components",
]

DataWeights = Literal["equal", "entropy", "critic", "pca"]
DATA_WEIGHTS = ("equal", "entropy", "critic", "pca")

_NEGLIGIBLE = 0.0005
# Below this all rotations of two factors are equally good.
_FLAT = 1e-12

Floats = npt.NDArray[np.float64]


def data_weights(
    normalised: pd.DataFrame, *, method: DataWeights
) -> tuple[pd.Series[float], tuple[Finding, ...]]:
    """Derive weights from the indicators alone.

    Do not use such weights where years are compared: they change with the data.

    Parameters
    ----------
    normalised : DataFrame, villages × indicators
        0–1, 1 worst. Except for ``equal``, only villages without missing indicators are used.
    method : {"equal", "entropy", "critic", "pca"}

    Returns
    -------
    Series, tuple of Finding
        Shares that sum to 1. Findings report how many villages were left out, and which indicators got no
        weight because they do not vary or load on no retained component.

    Raises
    ------
    EvidenceError
        Fewer than three villages are complete, or no indicator varies among them.

    Examples
    --------
    >>> z = pd.DataFrame({"a": [0.0, 1.0, 0.5], "b": [0.4, 0.5, 0.6]}, index=["x", "y", "z"])
    >>> data_weights(z, method="entropy")[0].round(3).to_dict()
    {'a': 0.972, 'b': 0.028}
    """
    if method == "equal":
        return equal_weights(normalised), ()
    # Correlations depend on the order of columns in the last digit; sorted names give one order.
    complete = normalised[sorted(normalised.columns, key=str)].dropna()
    varies = [str(name) for name in complete if complete[name].min() < complete[name].max()]
    if len(complete) < 3 or not varies:
        raise EvidenceError(
            _("{n} villages have every indicator, too few for weights by {method}").format(
                n=format_number(len(complete)), method=method
            )
            if len(complete) < 3
            else _("no indicator varies, so none can be weighed by {method}").format(method=method),
            remedy=_("state the weights, or leave out indicators with many gaps"),
        )
    rule: Callable[[pd.DataFrame], pd.Series[float]] = {
        "entropy": entropy_weights,
        "critic": critic_weights,
        "pca": pca_weights,
    }[method]
    weights = rule(complete[varies]).reindex(normalised.columns, fill_value=0.0).rename("bobot")
    findings = []
    if len(complete) < len(normalised):
        findings.append(
            _finding(
                "weights_incomplete",
                _("{n} villages lack an indicator and were left aside in weighing by {method}").format(
                    n=format_number(len(normalised) - len(complete)), method=method
                ),
            )
        )
    findings += [
        _finding(
            "weight_zero",
            _("indicator {name} gets no weight by {method}").format(name=name, method=method),
        )
        for name, weight in weights.items()
        if weight < _NEGLIGIBLE
    ]
    return weights, tuple(findings)


def equal_weights(normalised: pd.DataFrame) -> pd.Series[float]:
    """Return the same weight for every indicator.

    Examples
    --------
    >>> equal_weights(pd.DataFrame(columns=["a", "b"])).tolist()
    [0.5, 0.5]
    """
    count = len(normalised.columns)
    return pd.Series(1.0 / count, index=normalised.columns, name="bobot")


def entropy_weights(normalised: pd.DataFrame) -> pd.Series[float]:
    """Weigh each indicator by how unevenly it is distributed over the villages.

    With p = z / Σz over the m villages, the weight is proportional to 1 + Σ p ln p / ln m (0 ln 0 = 0).

    Parameters
    ----------
    normalised : DataFrame, villages × indicators
        0–1, none missing, none 0 everywhere.

    Notes
    -----
    Shannon's entropy as a measure of contrast: Zeleny (1982), *Multiple Criteria Decision Making*, ch. 7.

    Examples
    --------
    >>> entropy_weights(pd.DataFrame({"a": [1.0, 0.0], "b": [0.5, 0.5]})).tolist()
    [1.0, 0.0]
    """
    share = normalised.to_numpy(dtype=float)
    share = share / share.sum(axis=0)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    contrast = np.clip(1.0 + (share * logs).sum(axis=0) / np.log(len(share)), 0.0, None)
    return pd.Series(contrast / contrast.sum(), index=normalised.columns, name="bobot")


def critic_weights(normalised: pd.DataFrame) -> pd.Series[float]:
    """Weigh each indicator by its standard deviation and its lack of correlation with the others.

    The weight is proportional to s Σ (1 − r), with s the standard deviation and r the correlations with
    every indicator.

    Parameters
    ----------
    normalised : DataFrame, villages × indicators
        0–1, none missing, each varying.

    Notes
    -----
    Diakoulaki, Mavrotas and Papayannakis (1995), *Computers & Operations Research* 22, 763–770.

    Examples
    --------
    >>> z = pd.DataFrame({"a": [0.0, 1.0, 0.0], "b": [0.0, 1.0, 0.0], "c": [0.0, 0.0, 1.0]})
    >>> critic_weights(z).round(2).tolist()
    [0.25, 0.25, 0.5]
    """
    values = normalised.to_numpy(dtype=float)
    correlation = np.atleast_2d(np.corrcoef(values, rowvar=False))
    conflict = (1.0 - correlation).sum(axis=0)
    # With one indicator, or copies of one, correlations give no weight: only the deviation is used.
    information = values.std(axis=0, ddof=1) * (conflict if conflict.max() > 1e-12 else 1.0)
    return pd.Series(information / information.sum(), index=normalised.columns, name="bobot")


@dataclass(frozen=True, kw_only=True)
class Components:
    """Principal components of indicators, and the weights derived from them.

    Parameters
    ----------
    eigenvalues : Series
        Of the correlation matrix, largest first; they sum to the number of indicators.
    loadings : DataFrame, indicators × factors kept
        Correlations with the factors after varimax rotation.
    explained : Series
        Share of each factor in the variance explained by the retained factors.
    weights : Series
        Shares that sum to 1.
    """

    eigenvalues: pd.Series[float]
    loadings: pd.DataFrame
    explained: pd.Series[float]
    weights: pd.Series[float]


def principal_components(values: pd.DataFrame, *, factors: int | None = None) -> Components:
    """Weigh indicators by principal components, so that correlated indicators share a weight.

    Parameters
    ----------
    values : DataFrame, villages × indicators
        None missing, each varying.
    factors : int, optional
        Number of factors to retain; by default those with an eigenvalue of at least 1 that explain more than
        10 % each, and further ones until they explain 60 % together.

    Notes
    -----
    OECD/JRC (2008), *Handbook on Constructing Composite Indicators*, 6.1: squared loadings after varimax
    rotation, scaled to sum 1 in each factor; each indicator counts in the factor where its share is largest,
    times what that factor explains. Directions of indicators do not matter.

    Examples
    --------
    >>> z = pd.DataFrame({"a": [0.0, 1.0, 0.0, 1.0], "b": [0.0, 1.0, 0.0, 1.0], "c": [0.0, 0.0, 1.0, 1.0]})
    >>> principal_components(z, factors=2).weights.round(2).tolist()
    [0.33, 0.33, 0.33]
    """
    names = sorted(values.columns, key=str)
    correlation = np.atleast_2d(np.corrcoef(values[names].to_numpy(dtype=float), rowvar=False))
    eigenvalues, vectors = np.linalg.eigh(correlation)
    eigenvalues, vectors = np.clip(eigenvalues[::-1], 0.0, None), vectors[:, ::-1]
    share = eigenvalues / eigenvalues.sum()
    if factors is None:
        strong = int(((eigenvalues > 1.0 - 1e-9) & (share > 0.1)).sum())
        factors = max(strong, int(np.searchsorted(share.cumsum(), 0.6 - 1e-9)) + 1)
    rotated = _varimax(vectors[:, :factors] * np.sqrt(eigenvalues[:factors]))
    rotated *= np.where(rotated.sum(axis=0) < 0.0, -1.0, 1.0)
    square = rotated**2
    variance = square.sum(axis=0)
    explained = variance / variance.sum()
    scaled = square / variance
    best = scaled.argmax(axis=1)
    weights = scaled[np.arange(len(names)), best] * explained[best]
    labels = [f"faktor_{number}" for number in range(1, factors + 1)]
    return Components(
        eigenvalues=pd.Series(eigenvalues, index=range(1, len(names) + 1), name="nilai_eigen"),
        loadings=pd.DataFrame(rotated, index=names, columns=labels).loc[list(values.columns)],
        explained=pd.Series(explained, index=labels, name="terjelaskan"),
        weights=pd.Series(weights / weights.sum(), index=names, name="bobot")[list(values.columns)],
    )


def pca_weights(normalised: pd.DataFrame) -> pd.Series[float]:
    """Return the weights of :func:`principal_components`, with the number of factors of the OECD handbook.

    Examples
    --------
    >>> z = pd.DataFrame({"a": [0.0, 1.0, 0.0, 1.0], "b": [0.0, 1.0, 0.0, 1.0], "c": [0.0, 0.0, 1.0, 1.0]})
    >>> pca_weights(z).round(2).tolist()
    [0.33, 0.33, 0.33]
    """
    return principal_components(normalised).weights


def _varimax(loadings: Floats, *, rounds: int = 500) -> Floats:
    """Rotate pairs of factors so that each indicator loads on few factors (varimax, Kaiser 1958)."""
    turned = loadings.copy()
    count, factors = turned.shape
    for _round in range(rounds):
        largest = 0.0
        for i, j in combinations(range(factors), 2):
            x, y = turned[:, i], turned[:, j]
            u, v = x**2 - y**2, 2.0 * x * y
            sine = 2.0 * (u * v).sum() - 2.0 * u.sum() * v.sum() / count
            cosine = (u**2 - v**2).sum() - (u.sum() ** 2 - v.sum() ** 2) / count
            if math.hypot(sine, cosine) < _FLAT:
                continue
            angle = math.atan2(sine, cosine) / 4.0
            largest = max(largest, abs(angle))
            turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
            turned[:, [i, j]] = turned[:, [i, j]] @ turn
        if largest < 1e-10:
            break
    return turned


def _finding(check: str, message: str) -> Finding:
    return Finding(check=f"evidence.{check}", level="warning", message=message)
