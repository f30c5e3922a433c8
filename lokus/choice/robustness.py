"""Assess how certain each village's place is, by solving the selection for many draws of the inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr
from scipy.stats import rankdata

from lokus.choice.solver.batch import best_lists, ranks
from lokus.choice.solver.problem import RuleError, blend
from lokus.evidence.rates.counts import check_counts
from lokus.evidence.scores.aggregation import enough_known
from lokus.evidence.scores.normalise import NEUTRAL, Normalise, near_one
from lokus.evidence.scores.ranking import quantise
from lokus.i18n import N_, format_number, list_counts
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.selection import Selection
    from lokus.evidence.rates.rates import Rates
    from lokus.evidence.scores.normalise import Normalise
    from lokus.evidence.scores.scoring import Missing

__all__ = [
    "CLASSES",
    "SOURCES",
    "UNKNOWN",
    "Recipe",
    "Robustness",
    "Source",
    "Uncertainty",
    "assess_robustness",
    "certainty_words",
    "classify",
    "draw_weights",
]


# Draws of the inputs of a score (rates from their posterior, weights, other indicators), scored together.

Source = Literal["laju", "bobot", "data lain"]

SOURCES: tuple[Source, ...] = ("laju", "bobot", "data lain")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a score is computed: the arguments of :func:`lokus.evidence.scores.scoring.score`."""

    weights: Mapping[str, float]
    worse: Mapping[str, Literal["high", "low"]]
    normalise: Normalise = "minmax"
    goalposts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing: Missing = "renormalise"


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """Which inputs are uncertain, and by how much.

    Parameters
    ----------
    rates : Rates, optional
        ``prevalensi`` is drawn from its posterior, and ``anak_stunting`` with the same draw.
    concentration : float, optional
        Weights are drawn from a Dirichlet distribution whose mean is the stated weights and whose parameters
        add up to this: a weight w has the standard deviation √(w(1−w)/(concentration+1)). None keeps them
        fixed.
    errors : mapping of indicator to standard error
        In the indicator's unit; errors are normal and independent between villages. Do not use it for a rate
        given by `rates`.
    limits : mapping of indicator to (low, high)
        Limits at which draws of such an indicator are truncated.
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
        """Raise where settings contradict each other or the score."""
        if not self.sources:
            raise RuleError(
                _("state at least one uncertainty: rates, concentration or errors"),
                remedy=_("give rates, concentration or errors"),
            )
        if self.concentration is not None and not 0 < self.concentration < math.inf:
            raise RuleError(
                _("concentration must be greater than 0, not {value}").format(value=self.concentration),
                remedy=_("state a number such as 100; the larger, the closer to the stated weights"),
            )
        for key, error in self.errors.items():
            if not 0 <= error < math.inf:
                raise RuleError(
                    _("the error of {name} must be 0 or more, not {value}").format(name=key, value=error),
                    remedy=_("state the error in the unit of the indicator, 0 for none"),
                )
            if key not in recipe.weights:
                raise RuleError(
                    _("an error is stated for {name}, which has no weight").format(name=key),
                    remedy=_("give the indicator a weight, or take its error out"),
                )
            if self.rates is not None and key in {"prevalensi", "anak_stunting"}:
                raise RuleError(
                    _("{name} is already drawn from the rates").format(name=key),
                    remedy=_("take its error out"),
                )


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
        A missing value stays missing: where `indicators` has no estimate for a village, its draws are missing
        too, although the model could provide them. Each child not measured is stunted with the drawn rate,
        its odds multiplied by the stated ratio, so that rate and count of one draw are consistent.
    """
    out: dict[str, Floats] = {}
    rates = uncertainty.rates
    if rates is not None and {"prevalensi", "anak_stunting"} & set(wanted):
        drawn = rates.draws(n, seed=seed).reindex(indicators.index)
        out["prevalensi"] = np.ascontiguousarray(drawn.to_numpy().T)
        if "anak_stunting" in wanted:
            others = rates.rate_of_unmeasured(drawn).to_numpy().T / 100.0
            out["anak_stunting"] = _children(indicators, others, seed)
        for key in out.keys() & set(indicators.columns):
            out[key] = np.where(indicators[key].isna().to_numpy(), np.nan, out[key])
    for place, key in enumerate(sorted(uncertainty.errors)):
        rng = np.random.default_rng([seed, 3, place])
        noise = rng.normal(0.0, uncertainty.errors[key], (n, len(indicators)))
        low, high = uncertainty.limits.get(key, (-math.inf, math.inf))
        out[key] = np.clip(indicators[key].to_numpy(dtype=float)[None, :] + noise, low, high)
    return out


def _children(indicators: pd.DataFrame, rate_of_others: Floats, seed: int) -> Floats:
    absent = {"stunting", "diukur", "sasaran"}.difference(indicators.columns)
    if absent:
        raise RuleError(
            _("drawing anak_stunting needs the columns {columns}").format(columns=", ".join(sorted(absent))),
            remedy=_("estimate the rates with sasaran, the children due to be measured"),
        )
    counts = check_counts(indicators["stunting"], indicators["diukur"], indicators["sasaran"])
    rest = np.where(np.isfinite(counts.due), np.maximum(counts.due - counts.n, 0.0), 0.0).astype(np.int64)
    drawn = np.random.default_rng([seed, 1]).binomial(rest[None, :], rate_of_others)
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
    # Drawn in the order of the names, so that the result does not depend on the order of the weights.
    names = sorted(shares.index)
    rng = np.random.default_rng([seed, 2])
    drawn = {key: rng.standard_gamma(concentration * shares[key], n) for key in names}
    if any((drawn[key] == 0.0).any() for key in names if shares[key] > 0.0):
        drawn = _tiny_gammas({key: concentration * shares[key] for key in names}, n=n, seed=seed)
    gamma = np.column_stack([drawn[key] for key in shares.index])
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def _tiny_gammas(shapes: Mapping[str, float], *, n: int, seed: int) -> dict[str, Floats]:
    """Draw gamma variates too small for floating point, up to one common factor a row.

    With G from Gamma(a + 1) and U uniform, G U^(1/a) is from Gamma(a) (Stuart 1962); in logarithms none
    underflows. A weight stated above 0 stays above 0, so that a score with missing indicators can be
    computed.
    """
    rng = np.random.default_rng([seed, 2])
    logs = {}
    for key, shape in shapes.items():
        if shape > 0.0:
            logs[key] = np.log(rng.standard_gamma(shape + 1.0, n)) + np.log1p(-rng.random(n)) / shape
    largest = np.max(list(logs.values()), axis=0)
    return {
        key: np.maximum(np.exp(logs[key] - largest), SMALLEST) if key in logs else np.zeros(n)
        for key in shapes
    }


def draw_scores(
    indicators: pd.DataFrame, recipe: Recipe, *, columns: Mapping[str, Floats], weights: Floats | None
) -> Floats:
    """Score every draw as :func:`lokus.evidence.scores.scoring.score` does, shape (draws, villages).

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa`` (sorted)
    recipe : Recipe
    columns : mapping of indicator to ndarray, shape (draws, villages)
        Drawn indicators; the others are taken from `indicators`.
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
    # By the stated weights, so that whether a village can be assessed does not vary between draws.
    withheld = ~enough_known(known.T, stated)
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
    """Normalise each draw as :func:`lokus.evidence.scores.normalise.normalise_column` does."""
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
        constant = part.min(axis=1) == part.max(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            if method == "minmax":
                near = near_one(part)
                low_end, high_end = near.min(axis=1, keepdims=True), near.max(axis=1, keepdims=True)
                scaled = (near - low_end) / (high_end - low_end)
            elif method == "rank":
                scaled = (rankdata(part, axis=1) - 1) / (part.shape[1] - 1)
            else:
                near = near_one(part)
                centred = near - near.mean(axis=1, keepdims=True)
                scaled = ndtr(centred / np.sqrt((centred**2).mean(axis=1, keepdims=True)))
    if worse == "low":
        scaled = 1.0 - scaled
    scaled = np.clip(scaled, 0.0, 1.0)
    scaled[constant] = NEUTRAL
    out[:, known] = scaled
    return out


Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Lower end of each class, and its name.
CLASSES = ((0.8, "kukuh"), (0.5, "condong"), (0.2, "perbatasan"), (0.0, "tidak"))
UNKNOWN = "belum ada data"
_WORDS = MappingProxyType(
    {
        "kukuh": N_("very large chance"),
        "condong": N_("fairly large chance"),
        "perbatasan": N_("medium chance"),
        "tidak": N_("small chance"),
        UNKNOWN: N_("no data yet"),
    }
)
LOW, HIGH = 0.05, 0.95
SMALLEST = 1e-200
LARGEST_ERROR = 0.02


def certainty_words(key: str) -> str:
    """Words for a class of certainty within a sentence.

    Examples
    --------
    >>> certainty_words("kukuh")
    'peluang sangat besar'
    """
    return _(_WORDS[key])


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """How often each village is on the best list when uncertain inputs are drawn at random.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        ``peluang_lokus`` (0–1, share of draws that choose it); ``galat_peluang``, its Monte Carlo standard
        error; ``peringkat_bawah``, ``peringkat_tengah``, ``peringkat_atas``: 5 %, 50 % and 95 % point of its
        rank by score, missing without score; ``kelas_kepastian``: "kukuh" (≥ 0.8), "condong" (0.5–0.8),
        "perbatasan" (0.2–0.5), "tidak" (< 0.2), "belum ada data".
    kecamatan : DataFrame, index as the kecamatan are named in the selection
        ``peluang_terpilih`` (0–1, at least one village chosen), ``desa_harapan`` (mean number),
        ``desa_bawah``, ``desa_atas`` (5 %, 95 %), ``kelas_kepastian``.
    expected_changes : float
        Villages of the proposal that a draw replaces, on average.
    changes : tuple of float
        5 % and 95 % point of that number.
    draws : int
    seed : int
    halves : DataFrame, index ``kode_desa``
        ``paruh_1``, ``paruh_2``: the probability from either half of the draws.
    """

    table: pd.DataFrame
    kecamatan: pd.DataFrame
    expected_changes: float
    changes: tuple[float, float]
    draws: int
    seed: int
    halves: pd.DataFrame = field(repr=False)
    proposal: tuple[str, ...] = field(repr=False)
    stated: tuple[Source, ...] = field(repr=False)
    solve: Callable[[Collection[Source]], Bools] = field(repr=False, compare=False)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """Compare the sources of uncertainty: each alone, then all together, with the same draws.

        Index ``laju``, ``bobot``, ``data lain`` (those that were stated) and ``semua``. Columns
        ``desa_berubah`` (villages of the proposal replaced, on average) and ``desa_perbatasan`` (villages
        with a probability from 0.2 to 0.8).
        """
        rows = {}
        listed = self.table.index.isin(self.proposal)
        for source in self.stated:
            alone = self.stated == (source,)
            chance = self.table["peluang_lokus"].to_numpy() if alone else self.solve([source]).mean(axis=0)
            rows[str(source)] = _effect(chance, listed)
        rows["semua"] = _effect(self.table["peluang_lokus"].to_numpy(), listed)
        out = pd.DataFrame.from_dict(rows, orient="index")
        return out.rename_axis("sumber").astype({"desa_perbatasan": int})

    @cached_property
    def convergence(self) -> pd.Series:
        """Check whether the number of draws suffices.

        ``galat_terbesar``: largest Monte Carlo standard error; ``beda_paruh``: largest difference between the
        halves of the draws; ``beda_wajar``: the limit for that, four standard errors of such a difference;
        ``kelas_sama``: share of villages in the same class by either half; ``cukup``: the error is at most
        0.02 and the difference within its limit.
        """
        error = float(self.table["galat_peluang"].max())
        apart = float((self.halves["paruh_1"] - self.halves["paruh_2"]).abs().max())
        half = max(self.draws // 2, 1)
        fair = 4.0 * float(np.sqrt(2.0 * 0.25 / half))
        same = classify(self.halves["paruh_1"]) == classify(self.halves["paruh_2"])
        return pd.Series(
            {
                "galat_terbesar": error,
                "beda_paruh": apart,
                "beda_wajar": fair,
                "kelas_sama": float(same.mean()),
                "cukup": error <= LARGEST_ERROR and apart <= fair,
            },
            dtype=object,
        )

    def _sentence(self) -> str:
        listed = self.table.loc[list(self.proposal), "kelas_kepastian"].value_counts()
        chances = list_counts(
            (int(listed.get("kukuh", 0)), _("{n} with a very large chance")),
            (int(listed.get("condong", 0)), _("{n} with a fairly large chance")),
            (int(listed.get("perbatasan", 0)), _("{n} with a medium chance")),
            (int(listed.get("tidak", 0)), _("{n} with a small chance")),
        )
        return _(
            "{draws} draws, each solved exactly: of {n} villages on the list {chances}; {changes} would "
            "change on average ({low}–{high})"
        ).format(
            draws=format_number(self.draws),
            n=len(self.proposal),
            chances=chances,
            changes=format_number(self.expected_changes, decimals=1),
            low=format_number(self.changes[0]),
            high=format_number(self.changes[1]),
        )

    def __repr__(self) -> str:
        return self._sentence()

    def _repr_html_(self) -> str:
        top = self.table.sort_values("peluang_lokus", ascending=False, kind="stable")
        return f"<p>{escape(self._sentence())}</p>{top.head(2 * len(self.proposal)).to_html()}"


def assess_robustness(
    selection: Selection,
    indicators: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    worse: Mapping[str, Literal["high", "low"]],
    normalise: Normalise = "minmax",
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    missing: Missing = "renormalise",
    children: pd.Series[float] | None = None,
    rates: Rates | None = None,
    concentration: float | None = None,
    errors: Mapping[str, float] | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
    draws: int = 1000,
    seed: int,
) -> Robustness:
    """Compute each village's probability of being on the list, over draws of rates, weights and indicators.

    Parameters
    ----------
    selection : Selection
        The proposal; its rules, kecamatan, tie values, jenis and costs apply to every draw.
    indicators : DataFrame, index ``kode_desa``
        The indicators of the score; with ``stunting``, ``diukur``, ``sasaran`` where rates are drawn and
        ``anak_stunting`` has a weight or is the objective.
    weights, worse, normalise, goalposts, missing
        As given to :func:`lokus.evidence.scores.scoring.score` for the proposal.
    children : Series, optional
        As given to :func:`lokus.choice.selection.select`; drawn with the rates where those are given.
    rates, concentration, errors, limits
        The uncertain inputs: see :class:`lokus.choice.robustness.Uncertainty`.
    draws : int
    seed : int

    Returns
    -------
    Robustness

    Raises
    ------
    RuleError
        Nothing is uncertain, or a setting contradicts the score.

    Notes
    -----
    Stochastic multicriteria acceptability analysis, with the constrained selection in place of the ranking:
    Lahdelma & Salminen (2001), *Operations Research* 49, 444–454. Indicators are normalised again in every
    draw, and ties are broken by the proposal's own tie values. Draws in which a rule across kecamatan (kept
    villages, jenis, budget) binds are solved with HiGHS, which is slower.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.choice.selection import select
    >>> from lokus.evidence.scores.scoring import score
    >>> desa = ["9901012001", "9901012002", "9901022001"]
    >>> data = pd.DataFrame({"krs_persen": [50.0, 20.0, 45.0], "air_layak": [60.0, 90.0, 50.0]}, index=desa)
    >>> how = {
    ...     "weights": {"krs_persen": 0.5, "air_layak": 0.5},
    ...     "worse": {"krs_persen": "high", "air_layak": "low"},
    ... }
    >>> kecamatan = pd.Series([kode[:6] for kode in desa], index=desa)
    >>> proposal = select(score(data, **how).table["skor"], kecamatan, Problem(n=1))
    >>> sure = assess_robustness(proposal, data, **how, concentration=10.0, seed=1)
    >>> sure.table["kelas_kepastian"].tolist()
    ['perbatasan', 'tidak', 'condong']
    """
    recipe = Recipe(
        weights=weights, worse=worse, normalise=normalise, goalposts=goalposts or {}, missing=missing
    )
    uncertainty = Uncertainty(
        rates=rates, concentration=concentration, errors=errors or {}, limits=limits or {}
    )
    uncertainty.check(recipe)
    if draws < 2:
        raise RuleError(
            _("{name} must be a whole number of at least {least}, not {value}").format(
                name="draws", least=2, value=draws
            ),
            remedy=_("state a whole number that is large enough"),
        )
    work = _Work(selection, indicators, recipe, uncertainty, children, draws, seed)
    values = work.values(uncertainty.sources)
    chosen = work.choose(values)
    return _summarise(selection, work, values.score, chosen, draws=draws, seed=seed)


@dataclass(frozen=True, kw_only=True)
class _Values:
    score: Floats
    objective: Floats


class _Work:
    """Holds the draws, so that each source of uncertainty alone is assessed with the same ones."""

    def __init__(
        self,
        selection: Selection,
        indicators: pd.DataFrame,
        recipe: Recipe,
        uncertainty: Uncertainty,
        children: pd.Series[float] | None,
        draws: int,
        seed: int,
    ) -> None:
        index = selection.table.index
        self.selection, self.recipe, self.uncertainty = selection, recipe, uncertainty
        self.frame = indicators.loc[index]
        self.children = None if children is None else children.loc[index].to_numpy(dtype=float)
        wanted = set(recipe.weights)
        if selection.problem.objective != "skor":
            wanted.add("anak_stunting")
        self.columns = draw_columns(self.frame, uncertainty, wanted=wanted, n=draws, seed=seed)
        self.weights = (
            None
            if uncertainty.concentration is None
            else draw_weights(recipe.weights, uncertainty.concentration, n=draws, seed=seed)
        )
        self.draws = draws
        self.template = selection.instance
        self.places = index.get_indexer(pd.Index(self.template.codes))

    def values(self, sources: Collection[Source]) -> _Values:
        """Return scores and objective with only these sources of uncertainty, shape (draws, villages)."""
        by_rates = {"prevalensi", "anak_stunting"} if "laju" in sources else set()
        by_errors = set(self.uncertainty.errors) if "data lain" in sources else set()
        columns = {key: self.columns[key] for key in self.columns if key in by_rates | by_errors}
        score = draw_scores(
            self.frame, self.recipe, columns=columns, weights=self.weights if "bobot" in sources else None
        )
        score = np.broadcast_to(score, (self.draws, score.shape[1]))
        objective = score
        problem = self.selection.problem
        if problem.objective != "skor":
            if self.children is None:
                raise RuleError(
                    _("this objective needs the expected stunted children of each village"),
                    remedy=_('give sasaran, diukur and stunting, or choose tujuan = "skor"'),
                )
            children = columns.get("anak_stunting", np.broadcast_to(self.children, score.shape))
            objective = blend(score.T, children.T, problem).T
        return _Values(score=score, objective=objective)

    def choose(self, values: _Values) -> Bools:
        """Return which villages are chosen, shape (draws, villages) in the order of the selection's table."""
        found = best_lists(self.template, quantise(values.objective, by_row=True)[0][:, self.places])
        out = np.zeros(values.score.shape, dtype=bool)
        out[:, self.places] = found
        return out

    def alone(self, sources: Collection[Source]) -> Bools:
        return self.choose(self.values([name for name in SOURCES if name in sources]))


def _summarise(
    selection: Selection, work: _Work, score: Floats, chosen: Bools, *, draws: int, seed: int
) -> Robustness:
    index = selection.table.index
    chance = chosen.mean(axis=0)
    half = draws // 2
    halves = {"paruh_1": chosen[:half].mean(axis=0), "paruh_2": chosen[half:].mean(axis=0)}
    replaced = len(selection.kode) - chosen[:, index.isin(selection.kode)].sum(axis=1)
    table = pd.DataFrame(
        {
            "peluang_lokus": chance,
            "galat_peluang": np.sqrt(chance * (1.0 - chance) / draws),
            **_rank_intervals(selection, score),
        },
        index=index,
    )
    table["kelas_kepastian"] = classify(table["peluang_lokus"])
    absent = np.isnan(score[0]) | selection.scores.isna().to_numpy()
    absent &= ~index.isin(list(selection.problem.locked_in))
    table.loc[absent, "kelas_kepastian"] = UNKNOWN
    return Robustness(
        table=table,
        kecamatan=_by_kecamatan(selection, chosen),
        expected_changes=float(replaced.mean()),
        changes=(float(_point(replaced, LOW)), float(_point(replaced, HIGH))),
        draws=draws,
        seed=seed,
        halves=pd.DataFrame(halves, index=index),
        proposal=selection.kode,
        stated=work.uncertainty.sources,
        solve=work.alone,
    )


def _rank_intervals(selection: Selection, score: Floats) -> dict[str, Floats]:
    known = ~np.isnan(score[0])
    out = {name: np.full(len(known), np.nan) for name in ("bawah", "tengah", "atas")}
    if known.any():
        codes = selection.table.index[known]
        tie = np.zeros(len(codes)) if selection.tie_break is None else selection.tie_break[codes].fillna(0.0)
        prior = np.lexsort((np.arange(len(codes)), -np.asarray(tie)))
        drawn = ranks(quantise(score, by_row=True)[0][:, known], prior)
        for name, point in zip(out, (LOW, 0.5, HIGH), strict=True):
            out[name][known] = _point(drawn, point)
    return {f"peringkat_{name}": values for name, values in out.items()}


def _by_kecamatan(selection: Selection, chosen: Bools) -> pd.DataFrame:
    codes, labels = pd.factorize(selection.kecamatan.to_numpy(dtype=object), sort=True)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(labels)))
    number = np.add.reduceat(chosen[:, order].astype(np.int32), starts, axis=1)
    frame = pd.DataFrame(
        {
            "peluang_terpilih": (number > 0).mean(axis=0),
            "desa_harapan": number.mean(axis=0),
            "desa_bawah": _point(number, LOW),
            "desa_atas": _point(number, HIGH),
        },
        index=pd.Index(labels, name="kecamatan"),
    )
    frame["kelas_kepastian"] = classify(frame["peluang_terpilih"])
    return frame


def _effect(chance: Floats, listed: npt.NDArray[np.bool_]) -> dict[str, float]:
    return {
        "desa_berubah": float((1.0 - chance[listed]).sum()),
        "desa_perbatasan": int(((chance >= CLASSES[2][0]) & (chance < CLASSES[0][0])).sum()),
    }


def classify(chance: pd.Series[float]) -> pd.Series[str]:
    """Classify each probability.

    Examples
    --------
    >>> classify(pd.Series([0.8, 0.5, 0.2, 0.1])).tolist()
    ['kukuh', 'condong', 'perbatasan', 'tidak']
    """
    names = np.select([chance >= low for low, _name in CLASSES], [name for _low, name in CLASSES], UNKNOWN)
    return pd.Series(names, index=chance.index, dtype=object)


def _point(values: npt.NDArray[np.integer], share: float) -> npt.NDArray[np.integer]:
    """Return the smallest value that at least `share` of the draws do not exceed, per column."""
    place = max(int(np.ceil(share * len(values))) - 1, 0)
    return np.asarray(np.partition(values, place, axis=0)[place])
