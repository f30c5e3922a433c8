"""The choice between two years: some factors as they are this year, the others as they were last year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.choice.margin import margin
from lokus.choice.problem import Problem, RuleError
from lokus.choice.results import side_by_side
from lokus.choice.selection import Selection, select
from lokus.choice.states import COUNT_FACTORS, REAL, StuntingStates, stunting_states
from lokus.evidence.errors import name_some
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.shapley import Corner
    from lokus.evidence.rates import Rates
    from lokus.evidence.scoring import Scores

    Numbers = pd.Series[float]
    Estimate = Callable[[Numbers, Numbers, Numbers, pd.DataFrame | None], Rates]
    Score = Callable[[pd.DataFrame, Numbers | None], Scores]

__all__ = ["FACTORS", "INDICATORS", "RULES", "Evaluator", "Year"]

RULES, INDICATORS = "aturan", "indikator"
FACTORS = (RULES, INDICATORS, *COUNT_FACTORS)
"""Rules and weights; other indicators than stunting; real change of the rate; coverage; chance."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Year:
    """What one year's list is made of.

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa``
        Everything the score, the rates or the budget read, with ``stunting``, ``diukur``, ``sasaran``: last
        year's carried to this year's villages.
    problem : Problem
        The year's rules; kept and locked villages in this year's codes.
    score : callable
        ``(indicators with rates, expected stunted children) -> Scores`` by the year's weights.
    estimate : callable, optional
        ``(stunting, diukur, sasaran, covariates) -> Rates`` by the year's settings; must take counts that are
        not whole (``fractional=True``). Where both years give the same callables, and the same problem, the
        rules are known to be the same, and half the work is saved.
    covariates : tuple of str
        Columns of `indicators` that `estimate` is given; none: it is given None.
    own_ties : bool
        Break ties by the score's own rule, as a preset does, and not by expected stunted children.
    cost : str, optional
        Column of `indicators` that the budget is spent on.
    """

    indicators: pd.DataFrame
    problem: Problem
    score: Score
    estimate: Estimate | None = None
    covariates: tuple[str, ...] = ()
    own_ties: bool = False
    cost: str | None = None


class Evaluator:
    """The choice with some factors as they are this year and the others as they were last year.

    Calling it with a set of factors gives every village's margin (:func:`lokus.choice.margin.margin`);
    :meth:`selection` gives the list itself. Both remember what they have computed.

    Parameters
    ----------
    before, after : Year
        With the same villages.
    kecamatan : Series
        This year's, in both years: what a changed border does is no factor of this game.
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
        """Margin of every village with the factors of `corner` switched to this year."""
        corner = corner - self._idle
        if corner not in self._margins:
            self._margins[corner] = margin(self.selection(corner))
        return self._margins[corner]

    def selection(self, corner: Corner) -> Selection:
        """Best list with the factors of `corner` switched to this year."""
        corner = corner - self._idle
        if corner not in self._selections:
            self._selections[corner] = self._select(corner)
        return self._selections[corner]

    def _counts(self, change: pd.DataFrame | None) -> StuntingStates | None:
        if self.before.estimate is None and self.after.estimate is None:
            return None
        if change is None:
            raise RuleError(_("the causes need the estimated change of the rates between the years"))
        return stunting_states(self._frames[False], self._frames[True], change)

    def _same(self) -> Corner:
        """Factors that are the same in both years: switching them changes nothing, so it is not computed."""
        old, new, same = self._frames[False], self._frames[True], set()
        own = [name for name in _COUNTED if name in old and name in new]
        if self.states is None:
            same, own = set(COUNT_FACTORS), []
        elif self.states.before.equals(self.states.after):
            same = set(COUNT_FACTORS)
        elif not self.states.change[self.states.both].any():
            same = {REAL}
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
            frame = side_by_side(_with_counts(frame, *self.states(corner)), rates.table)
        children = frame.get("stunting") if rates is None else rates.table["anak_stunting"]
        scores = rules.score(frame, children)
        return select(
            scores.table["skor"],
            self.kecamatan,
            rules.problem,
            tie_break=scores.tie_break if rules.own_ties else children,
            children=children,
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
            self._rates[key] = rules.estimate(*self.states(counted), covariates)
        return self._rates[key]

    def _same_covariates(self, rules: Year) -> bool:
        old, new = (frame.reindex(columns=list(rules.covariates)) for frame in self._frames.values())
        return old.equals(new)


_COUNTED = ("stunting", "diukur", "sasaran", "cakupan_pengukuran", "prevalensi_mentah")


def _rules(year: Year) -> tuple[object, ...]:
    return year.problem, year.score, year.estimate, year.covariates, year.own_ties, year.cost


def _with_counts(
    frame: pd.DataFrame, stunting: pd.Series[float], measured: pd.Series[float], due: pd.Series[float]
) -> pd.DataFrame:
    """Put a corner's counts, and what is derived from them, in place of a year's."""
    derived = (100.0 * measured / due.where(due > 0), 100.0 * stunting / measured)
    values = zip(_COUNTED, (stunting, measured, due, *derived), strict=True)
    return frame.assign(**{key: column for key, column in values if key in frame})
