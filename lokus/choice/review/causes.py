"""Attribute each village's move to rules, other indicators, real change, measurement coverage and chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.choice.results import side_by_side
from lokus.choice.review.counterfactual_counts import (
    COUNT_FACTORS,
    COVERAGE,
    REAL,
    StuntingStates,
    stunting_states,
)
from lokus.choice.review.margin import CERTAIN, margin
from lokus.choice.review.shapley import shapley
from lokus.choice.selection import Selection, select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.errors import LokusError, name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.review.shapley import Corner
    from lokus.evidence.rates.rates import Rates
    from lokus.evidence.scores.scoring import Scores

    Numbers = pd.Series[float]
    Rounds = tuple[tuple[Numbers, Numbers], ...]
    Estimate = Callable[..., Rates]
    Score = Callable[[pd.DataFrame, Numbers | None], Scores]

__all__ = ["FACTORS", "INDICATORS", "RULES", "Causes", "Evaluator", "Year", "factor_label", "split_causes"]


RULES, INDICATORS = "aturan", "indikator"
FACTORS = (RULES, INDICATORS, *COUNT_FACTORS)
"""Rules and weights; other indicators than stunting; real change of the rate; coverage; chance."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Year:
    """The data and rules that one year's list is made from.

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa``
        Every column that the score, the rates or the budget read, with ``stunting``, ``diukur``, ``sasaran``.
        Last year's values are those converted to this year's villages.
    problem : Problem
        The year's rules, with the codes in them those of this year.
    score : callable
        ``(indicators with rates, expected stunted children) -> Scores`` by the year's weights.
    estimate : callable, optional
        ``(stunting, diukur, sasaran, covariates) -> Rates`` by the year's settings; must take counts that are
        not whole (``fractional=True``). Give both years the same callables where their rules are the same:
        that halves the work.
    covariates : tuple of str
        Columns of `indicators` passed to `estimate`; where empty, it is passed None.
    earlier : tuple of (stunting, diukur)
        Earlier rounds that the year's rates borrow from, newest first, passed to `estimate` as its fifth
        argument. Their effect is attributed to coverage, since they add measured children.
    own_ties : bool
        Break ties by the score's own rule, as a preset does, instead of by expected stunted children.
    cost : str, optional
        Column of `indicators` with the cost of each village.
    """

    indicators: pd.DataFrame
    problem: Problem
    score: Score
    estimate: Estimate | None = None
    covariates: tuple[str, ...] = ()
    earlier: tuple[tuple[Numbers, Numbers], ...] = ()
    own_ties: bool = False
    cost: str | None = None


class Evaluator:
    """Solves the selection with some factors as this year and the others as last year.

    A call with a set of factors returns every village's margin (:func:`lokus.choice.review.margin.margin`);
    :meth:`selection` returns the list itself. Both cache their results.

    Parameters
    ----------
    before, after : Year
        With the same villages.
    kecamatan : Series
        Of this year, for both years: a changed border is not one of the causes.
    jenis : Series, optional
    change : DataFrame, optional
        ``Change.table``: needed where a year estimates rates.

    Raises
    ------
    RuleError
        The years have different villages, or rates are estimated without `change`.
    """

    def __init__(
        self,
        before: Year,
        after: Year,
        *,
        kecamatan: pd.Series[str],
        jenis: pd.Series[str] | None = None,
        change: pd.DataFrame | None = None,
    ) -> None:
        self.before, self.after, self.kecamatan, self.jenis = before, after, kecamatan, jenis
        self._frames = {on: year.indicators.sort_index() for on, year in ((False, before), (True, after))}
        old, new = (frame.index for frame in self._frames.values())
        if not old.equals(new):
            raise RuleError(
                _("last year's indicators are of other villages than this year's: {villages}").format(
                    villages=name_some(old.symmetric_difference(new))
                ),
                remedy=_("carry the earlier table over to this year's codes first"),
            )
        self.states = self._counts(change)
        self._idle = self._same()
        self._margins: dict[Corner, pd.Series[float]] = {}
        self._selections: dict[Corner, Selection] = {}
        self._rates: dict[tuple[object, ...], Rates] = {}

    def __call__(self, corner: Corner) -> pd.Series[float]:
        """Return every village's margin with the factors of `corner` as this year."""
        corner = corner - self._idle
        if corner not in self._margins:
            self._margins[corner] = margin(self.selection(corner))
        return self._margins[corner]

    def selection(self, corner: Corner) -> Selection:
        """Return the best list with the factors of `corner` as this year."""
        corner = corner - self._idle
        if corner not in self._selections:
            self._selections[corner] = self._select(corner)
        return self._selections[corner]

    def _counts(self, change: pd.DataFrame | None) -> StuntingStates | None:
        if self.before.estimate is None and self.after.estimate is None:
            return None
        if change is None:
            raise RuleError(
                _("the causes need the estimated change of the rates between the years"),
                remedy=_("give change: the table of estimate_change for the two years"),
            )
        return stunting_states(self._frames[False], self._frames[True], change)

    def _same(self) -> Corner:
        """Factors that are the same in both years; they need no solution of their own."""
        old, new, same = self._frames[False], self._frames[True], set()
        own = [name for name in _COUNTED if name in old and name in new]
        if self.states is None:
            same, own = set(COUNT_FACTORS), []
        elif self.states.before.equals(self.states.after):
            same = set(COUNT_FACTORS)
        elif not self.states.change[self.states.both].any():
            same = {REAL}
        if not _same_rounds(self.before.earlier, self.after.earlier):
            same.discard(COVERAGE)
        if self.before.estimate is None or self.after.estimate is None:
            own = []
        if old.drop(columns=own).equals(new.drop(columns=own)):
            same.add(INDICATORS)
        if _rules(self.before) == _rules(self.after):
            same.add(RULES)
        return frozenset(same)

    def _select(self, corner: Corner) -> Selection:
        rules = self.after if RULES in corner else self.before
        frame = self._frames[INDICATORS in corner]
        rates = self._estimate(corner, rules, frame)
        if rates is not None and self.states is not None:
            frame = side_by_side(_with_counts(frame, *self.states(corner)), rates.observed)
        children = frame.get("stunting") if rates is None else rates.table["anak_stunting"]
        scores = rules.score(frame, children)
        return select(
            scores.table["skor"],
            self.kecamatan,
            rules.problem,
            tie_break=scores.tie_break if rules.own_ties else children,
            children=children if rates is None else rates.observed["anak_stunting"],
            jenis=self.jenis,
            cost=None if rules.cost is None else frame[rules.cost],
        )

    def _estimate(self, corner: Corner, rules: Year, frame: pd.DataFrame) -> Rates | None:
        if rules.estimate is None or self.states is None:
            return None
        counted = corner & frozenset(COUNT_FACTORS)
        covariates = frame.reindex(columns=list(rules.covariates)) if rules.covariates else None
        read = self._same_covariates(rules) or INDICATORS in corner
        key = (id(rules.estimate), rules.covariates, read, counted)
        if key not in self._rates:
            rounds = self.after.earlier if COVERAGE in corner else self.before.earlier
            counts = self.states(counted)
            self._rates[key] = (
                rules.estimate(*counts, covariates, rounds) if rounds else rules.estimate(*counts, covariates)
            )
        return self._rates[key]

    def _same_covariates(self, rules: Year) -> bool:
        old, new = (frame.reindex(columns=list(rules.covariates)) for frame in self._frames.values())
        return old.equals(new)


_COUNTED = ("stunting", "diukur", "sasaran", "cakupan_pengukuran", "prevalensi_mentah")


def _rules(year: Year) -> tuple[object, ...]:
    return year.problem, year.score, year.estimate, year.covariates, year.own_ties, year.cost


def _same_rounds(one: Rounds, other: Rounds) -> bool:
    return len(one) == len(other) and all(
        mine.equals(theirs)
        for pair, its in zip(one, other, strict=True)
        for mine, theirs in zip(pair, its, strict=True)
    )


def _with_counts(
    frame: pd.DataFrame, stunting: pd.Series[float], measured: pd.Series[float], due: pd.Series[float]
) -> pd.DataFrame:
    """Replace the counts of a frame, and the columns derived from them."""
    derived = (100.0 * measured / due.where(due > 0), 100.0 * stunting / measured)
    values = zip(_COUNTED, (stunting, measured, due, *derived), strict=True)
    return frame.assign(**{key: column for key, column in values if key in frame})


@dataclass(frozen=True, kw_only=True)
class Causes:
    """How far each cause moved each village.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        ``jarak_lalu``, ``jarak_kini``: margin in last year's proposal and in this year's; ``selisih``, their
        difference, and ``selisih_aturan``, ``selisih_indikator``, ``selisih_nyata``, ``selisih_cakupan``,
        ``selisih_kebetulan``, which add up to it. In points of score; positive moves a village towards the
        list. Missing where a village has no score in one of the years.
    reason : str
        Why the causes cannot be separated; empty where they are.
    """

    table: pd.DataFrame
    reason: str = ""

    @classmethod
    def unknown(cls, index: pd.Index, reason: str) -> Causes:
        """Build a result without numbers, with the reason why the causes cannot be separated."""
        columns = ["jarak_lalu", "jarak_kini", "selisih", *(f"selisih_{name}" for name in FACTORS)]
        return cls(table=pd.DataFrame(np.nan, index=index.sort_values(), columns=columns), reason=reason)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The five causes, villages × factors."""
        return self.table[[f"selisih_{name}" for name in FACTORS]].set_axis(list(FACTORS), axis=1)

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """Share of each cause in the movement of all villages together, 0–1; missing where nothing moved.

        Villages whose place is fixed in a year, such as locked ones, are left out: a lock has no magnitude.
        """
        certain = (self.table[["jarak_lalu", "jarak_kini"]].abs() >= CERTAIN).any(axis=1)
        total = self.parts[~certain].abs().sum()
        every = float(total.sum())
        return {name: float(total[name]) / every if every > 0 else float("nan") for name in FACTORS}

    def _sentence(self) -> str:
        if self.reason:
            return _("The causes cannot be told apart: {reason}").format(reason=self.reason)
        if np.isnan(next(iter(self.shares.values()))):
            return _("No village's place changed")
        shares = ", ".join(
            f"{factor_label(name)} {format_number(100 * share)} %" for name, share in self.shares.items()
        )
        return _("What moved the villages: {shares}").format(shares=shares)

    def __repr__(self) -> str:
        return self._sentence()

    def _repr_html_(self) -> str:
        words = {
            "jarak_lalu": _("distance from the border last year"),
            "jarak_kini": _("distance from the border this year"),
            "selisih": _("moved by"),
            **{f"selisih_{name}": factor_label(name) for name in FACTORS},
        }
        points = (100.0 * self.table[list(words)]).rename(columns=words)
        shown = points.to_html(float_format=_points_text, na_rep="–")
        note = _("Points of the score (0–100); positive towards the list.")
        return f"<p>{escape(self._sentence())}</p><p>{escape(note)}</p>{shown}"


def _points_text(points: float) -> str:
    """Format points of score; a fixed place (locked village) has no number."""
    if abs(points) >= 100.0 * CERTAIN:
        return "∞" if points > 0 else "−∞"
    return format_number(points, decimals=1).replace("-", "−")


def factor_label(factor: str) -> str:
    """Return the label of a cause.

    Examples
    --------
    >>> [factor_label(factor) for factor in FACTORS[:3]]
    ['aturan dan bobot', 'indikator lain', 'perubahan nyata']
    """
    return {
        "aturan": _("rules and weights"),
        "indikator": _("other indicators"),
        "nyata": _("real change"),
        "cakupan": _("coverage of measurement"),
        "kebetulan": _("chance"),
    }[factor]


def split_causes(
    before: Year | None,
    after: Year,
    *,
    kecamatan: pd.Series[str],
    jenis: pd.Series[str] | None = None,
    change: pd.DataFrame | None = None,
) -> Causes:
    """Divide each village's move from last year's proposal to this year's between five causes.

    Parameters
    ----------
    before, after : Year
        Both with this year's villages. None where the data of a year are not there.
    kecamatan, jenis : Series
        This year's.
    change : DataFrame
        ``Change.table`` of the joint model of both years.

    Returns
    -------
    Causes
        Without numbers, but with the reason, where last year's data are absent or one year's rules allow no
        list with the other year's data.

    Raises
    ------
    RuleError
        The years have different villages.

    Notes
    -----
    The selection is solved for all 32 combinations of causes as last year or as this year, and each village's
    change of margin is divided by Shapley values, so that the order of the causes does not matter. The real
    change is the estimated one, which is shrunk towards the trend, more so where few children were measured:
    in a village with up to 30 children less than a quarter of the true change is counted as real, a few
    percent where the rate is low; with more than 200 children a quarter to four fifths (``docs/reviu.md``, by
    world). The rest is counted as chance: a small share of "nyata" in a small village does not show that
    nothing changed there. A cause acts on all
    villages at once, so a village may also move because others changed. Rates are estimated anew for each
    combination of the last three causes: 8 times, twice that when covariates changed, and twice again when
    `before` and `after` do not share one `estimate`. A cause that is the same in both years needs no further
    solutions.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.evidence.scores.scoring import score
    >>> def by_poverty(frame, children):
    ...     return score(frame, weights={"desil_1_2": 1}, worse={"desil_1_2": "high"})
    >>> desa = pd.Index(["9901012001", "9901022001", "9901032001"])
    >>> years = [
    ...     Year(
    ...         indicators=pd.DataFrame({"desil_1_2": values}, index=desa),
    ...         problem=Problem(n=1),
    ...         score=by_poverty,
    ...     )
    ...     for values in ([40.0, 30.0, 20.0], [35.0, 40.0, 20.0])
    ... ]
    >>> causes = split_causes(*years, kecamatan=pd.Series(["A", "B", "C"], index=desa))
    >>> causes
    Yang menggeser desa: aturan dan bobot 0 %, indikator lain 100 %, perubahan nyata 0 %,
    cakupan pengukuran 0 %, variasi acak 0 %
    >>> causes.table[["jarak_lalu", "jarak_kini", "selisih"]].round(9).values.tolist()
    [[0.5, -0.25, -0.75], [-0.5, 0.25, 0.75], [-1.0, -1.0, 0.0]]
    """
    index = after.indicators.index
    if before is None:
        return Causes.unknown(index, _("there are no data of last year"))
    evaluator = Evaluator(before, after, kecamatan=kecamatan, jenis=jenis, change=change)
    try:
        parts = shapley(evaluator, FACTORS)
    except LokusError as error:
        return Causes.unknown(
            index,
            _("one year's rules cannot be applied to the other's data ({error})").format(error=error.what),
        )
    start, end = evaluator(frozenset()), evaluator(frozenset(FACTORS))
    moved = {"jarak_lalu": start, "jarak_kini": end, "selisih": end - start}
    return Causes(table=pd.DataFrame(moved).join(parts.add_prefix("selisih_")))
