"""Draws of what a score is made of: rates from their posterior, weights, other indicators; scored at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr
from scipy.stats import rankdata

from lokus.choice.problem import RuleError
from lokus.evidence.counts import check_counts
from lokus.evidence.normalise import NEUTRAL, Normalise
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.rates import Rates
    from lokus.evidence.scoring import Missing

__all__ = ["SOURCES", "Recipe", "Source", "Uncertainty", "draw_columns", "draw_scores", "draw_weights"]

Floats = npt.NDArray[np.float64]
Source = Literal["laju", "bobot", "data lain"]

SOURCES: tuple[Source, ...] = ("laju", "bobot", "data lain")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a score is made, as given to :func:`lokus.evidence.scoring.score`."""

    weights: Mapping[str, float]
    worse: Mapping[str, Literal["high", "low"]]
    normalise: Normalise = "minmax"
    goalposts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing: Missing = "renormalise"


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """What is not known exactly.

    Parameters
    ----------
    rates : Rates, optional
        ``prevalensi`` is drawn from its posterior, and ``anak_stunting`` with the same draw.
    concentration : float, optional
        Weights are drawn from a Dirichlet distribution whose mean is the stated weights and whose parameters
        add up to this: a weight w has the standard deviation √(w(1−w)/(concentration+1)). None keeps them.
    errors : mapping of indicator to standard error
        In the indicator's unit; normal, independent between villages.
    limits : mapping of indicator to (low, high)
        Where a draw of such an indicator is cut off.
    """

    rates: Rates | None = None
    concentration: float | None = None
    errors: Mapping[str, float] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Kinds of uncertainty stated."""
        stated = (self.rates is not None, self.concentration is not None, bool(self.errors))
        return tuple(name for name, is_stated in zip(SOURCES, stated, strict=True) if is_stated)

    def check(self, recipe: Recipe) -> None:
        """Refuse settings that contradict each other or the score."""
        if not self.sources:
            raise RuleError(_("state at least one uncertainty: rates, concentration or errors"))
        if self.concentration is not None and not 0 < self.concentration < math.inf:
            raise RuleError(
                _("concentration must be greater than 0, not {value}").format(value=self.concentration)
            )
        for key, error in self.errors.items():
            if not 0 <= error < math.inf:
                raise RuleError(
                    _("the error of {name} must be 0 or more, not {value}").format(name=key, value=error)
                )
            if key not in recipe.weights:
                raise RuleError(_("an error is stated for {name}, which has no weight").format(name=key))
            if self.rates is not None and key in {"prevalensi", "anak_stunting"}:
                raise RuleError(_("{name} is already drawn from the rates").format(name=key))


def draw_columns(
    indicators: pd.DataFrame, uncertainty: Uncertainty, *, wanted: Collection[str], n: int, seed: int
) -> dict[str, Floats]:
    """Draw the uncertain indicators.

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa`` (sorted)
        With ``stunting``, ``diukur`` and ``sasaran`` where ``anak_stunting`` is wanted.
    wanted : collection of str
        Indicators needed.

    Returns
    -------
    dict of indicator to ndarray, shape (n, villages)
        A missing value stays missing. Among the children not measured, each is stunted with the drawn rate,
        its odds multiplied by the stated ratio, so that rate and count of one draw belong together.
    """
    out: dict[str, Floats] = {}
    rates = uncertainty.rates
    if rates is not None and {"prevalensi", "anak_stunting"} & set(wanted):
        drawn = rates.draws(n, seed=seed).reindex(indicators.index)
        out["prevalensi"] = np.ascontiguousarray(drawn.to_numpy().T)
        if "anak_stunting" in wanted:
            out["anak_stunting"] = _children(indicators, rates, out["prevalensi"] / 100.0, seed)
    for place, key in enumerate(sorted(uncertainty.errors)):
        rng = np.random.default_rng([seed, 3, place])
        noise = rng.normal(0.0, uncertainty.errors[key], (n, len(indicators)))
        low, high = uncertainty.limits.get(key, (-math.inf, math.inf))
        out[key] = np.clip(indicators[key].to_numpy(dtype=float)[None, :] + noise, low, high)
    return out


def _children(indicators: pd.DataFrame, rates: Rates, rate: Floats, seed: int) -> Floats:
    absent = {"stunting", "diukur", "sasaran"}.difference(indicators.columns)
    if absent:
        raise RuleError(
            _("drawing anak_stunting needs the columns {columns}").format(columns=", ".join(sorted(absent)))
        )
    counts = check_counts(indicators["stunting"], indicators["diukur"], indicators["sasaran"])
    rest = np.where(np.isfinite(counts.due), np.maximum(counts.due - counts.n, 0.0), 0.0).astype(np.int64)
    odds = rates.odds_ratio
    shifted = rate if odds == 1.0 else odds * rate / (1.0 - rate + odds * rate)
    drawn = np.random.default_rng([seed, 1]).binomial(rest[None, :], shifted)
    return np.where(np.isfinite(counts.due), counts.y + drawn, np.nan)


def draw_weights(weights: Mapping[str, float], concentration: float, *, n: int, seed: int) -> Floats:
    """Draw weights from the Dirichlet distribution around the stated ones, shape (n, indicators).

    Examples
    --------
    >>> drawn = draw_weights({"prevalensi": 3.0, "air_layak": 1.0}, 100.0, n=2000, seed=1)
    >>> drawn.mean(axis=0).round(2).tolist(), drawn.sum(axis=1).round(12).max().item()
    ([0.75, 0.25], 1.0)
    """
    shares = pd.Series(weights, dtype=float)
    shares = shares / math.fsum(shares)
    rng = np.random.default_rng([seed, 2])
    # Drawn in the order of the names, so that the order in which weights are stated changes nothing.
    drawn = {key: rng.standard_gamma(concentration * shares[key], n) for key in sorted(shares.index)}
    gamma = np.column_stack([drawn[key] for key in shares.index])
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def draw_scores(
    indicators: pd.DataFrame, recipe: Recipe, *, columns: Mapping[str, Floats], weights: Floats | None
) -> Floats:
    """Score every draw as :func:`lokus.evidence.scoring.score` would, shape (draws, villages).

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa`` (sorted)
    recipe : Recipe
    columns : mapping of indicator to ndarray, shape (draws, villages)
        Drawn indicators; the others stand as they are.
    weights : ndarray, shape (draws, indicators), or None
        Drawn weights, in the order of the recipe.
    """
    keys = list(recipe.weights)
    stated = np.array([recipe.weights[key] for key in keys], dtype=float)
    shares = (stated / math.fsum(stated))[None, :] if weights is None else weights
    given = {
        key: columns[key] if key in columns else indicators[key].to_numpy(dtype=float)[None, :]
        for key in keys
    }
    known = np.stack([~np.isnan(values[0]) for values in given.values()])
    lacking = (~known & (stated > 0)[:, None]).any(axis=0)
    withheld = ~(known & (stated > 0)[:, None]).any(axis=0)
    if recipe.missing == "withhold":
        withheld |= lacking
    total: Floats = np.zeros((1, len(indicators)))
    for place, key in enumerate(keys):
        normalised = _normalise(
            given[key], worse=recipe.worse[key], method=recipe.normalise, goalposts=recipe.goalposts.get(key)
        )
        total = total + np.nan_to_num(normalised, nan=0.0) * shares[:, place : place + 1]
    if lacking.any():
        total = total / np.where(withheld, np.nan, shares @ known)
    out = np.array(np.broadcast_to(total, np.shape(total)))
    out[:, withheld] = np.nan
    return out


def _normalise(
    values: Floats, *, worse: Literal["high", "low"], method: Normalise, goalposts: tuple[float, float] | None
) -> Floats:
    """As :func:`lokus.evidence.normalise.normalise_column`, a row at a time."""
    known = ~np.isnan(values[0])
    out = np.full(values.shape, np.nan)
    if not known.any():
        return out
    part = values if known.all() else values[:, known]
    if goalposts is not None:
        low, high = goalposts
        scaled = (np.clip(part, low, high) - low) / (high - low)
        constant = np.zeros(len(part), dtype=bool)
    else:
        low_end, high_end = part.min(axis=1, keepdims=True) / 2, part.max(axis=1, keepdims=True) / 2
        constant = (low_end == high_end)[:, 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            if method == "minmax":
                scaled = (part / 2 - low_end) / (high_end - low_end)
            elif method == "rank":
                scaled = (rankdata(part, axis=1) - 1) / (part.shape[1] - 1)
            else:
                centred = part - part.mean(axis=1, keepdims=True)
                scaled = ndtr(centred / np.sqrt((centred**2).mean(axis=1, keepdims=True)))
    if worse == "low":
        scaled = 1.0 - scaled
    scaled = np.clip(scaled, 0.0, 1.0)
    scaled[constant] = NEUTRAL
    out[:, known] = scaled
    return out
