"""Select the villages exactly, with proof of optimality, ties and the price of each rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.choice.diagnose import check_feasible
from lokus.choice.loosen import loosen
from lokus.choice.solver.engine import (
    DYNAMIC_PROGRAMME,
    HIGHS,
    LAGRANGE,
    Answer,
    Engine,
    best_list,
    check_engine,
)
from lokus.choice.solver.exact import IMPOSSIBLE, best_score, fits_in_memory, losses
from lokus.choice.solver.instance import Instance, build_instance
from lokus.choice.solver.milp import Model, varying
from lokus.choice.solver.problem import Problem, RuleError, objective_values
from lokus.choice.solver.swaps import swap_rules
from lokus.errors import InfeasibleError, name_some
from lokus.evidence.scores.ranking import rank_by_rule
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = [
    "DYNAMIC_PROGRAMME",
    "HIGHS",
    "LAGRANGE",
    "Engine",
    "Selection",
    "engine_name",
    "objective_text",
    "select",
]


def engine_name(engine: str) -> str:
    """Return the label of the method that proved the list optimal.

    Examples
    --------
    >>> engine_name("HiGHS"), engine_name(DYNAMIC_PROGRAMME)
    ('HiGHS', 'program dinamis')
    """
    names = {DYNAMIC_PROGRAMME: _("dynamic programme"), LAGRANGE: _("Lagrange relaxation")}
    return names.get(engine, engine)


def objective_text(value: float, problem: Problem) -> str:
    """Format the objective of a list in the unit of its villages.

    Parameters
    ----------
    value : float
        Sum over the list of scores (0–1), of children, or of their blend.
    problem : Problem
        States which of these the list maximises.

    Examples
    --------
    >>> objective_text(12.8356, Problem(n=26))
    'jumlah skor 1.283,6 (tiap desa 0–100)'
    """
    if problem.objective == "anak":
        return _("{n} expected stunted children").format(n=format_number(value))
    total = format_number(100 * value, decimals=1)
    if problem.objective == "campuran":
        return _("sum of the blend of score and children {total} (each village 0–100)").format(total=total)
    return _("sum of scores {total} (each village 0–100)").format(total=total)


# With more villages, finding every tied village with the mixed-integer solver takes minutes.
MOST_BY_MODEL = 5_000

LOCKED_IN, LOCKED_OUT, TIED = "dikunci masuk", "dikunci keluar", "seri di batas"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The best list of villages under the stated rules.

    Parameters
    ----------
    problem : Problem
    table : DataFrame, index ``kode_desa`` (sorted)
        ``terpilih``; ``nomor``, 1 for the chosen village with the highest score, missing for others;
        ``keterangan``: "dikunci masuk", "dikunci keluar", "seri di batas" or "".
    kode : tuple of str
        Chosen villages, sorted.
    objective : float
        Sum of their scores, or of what else the problem maximises.
    bound : float
        Upper bound of the objective over all lists that satisfy the rules; equal to `objective` where the
        list is proven optimal, up to the solver's tolerance.
    engine : str
        "program dinamis", "relaksasi Lagrange" or "HiGHS".
    n_kecamatan : int
        Kecamatan with a chosen village.
    n_without_score : int
        Villages that could not be chosen because they have no score.
    marginal : str or None
        The chosen village, not locked in, that ranks lowest.
    scores : Series
        What each village adds to the objective.
    """

    problem: Problem
    table: pd.DataFrame
    kode: tuple[str, ...]
    objective: float
    bound: float
    engine: str
    n_kecamatan: int
    n_without_score: int
    marginal: str | None
    scores: pd.Series[float] = field(repr=False)
    kecamatan: pd.Series[str] = field(repr=False)
    tie_break: pd.Series[float] | None = field(repr=False)
    jenis: pd.Series[str] | None = field(default=None, repr=False)
    cost: pd.Series[float] | None = field(default=None, repr=False)

    @cached_property
    def instance(self) -> Instance:
        """The problem as arrays, as the solvers read it."""
        return self.arranged(self.problem)

    def arranged(self, problem: Problem) -> Instance:
        """Return the same villages as arrays under other rules."""
        return build_instance(
            self.scores, self.kecamatan, problem, self.tie_break, jenis=self.jenis, cost=self.cost
        )

    @cached_property
    def chosen(self) -> npt.NDArray[np.bool_]:
        """Which villages are chosen, in the order of the instance."""
        # Not numpy's isin: of text, that compares every code with every other.
        return pd.Index(self.instance.codes).isin(self.kode)

    @cached_property
    def loss(self) -> pd.Series[float]:
        """Loss of the objective if the decision on a village is reversed (its irreplaceability).

        A chosen village is forced out, another forced in; 0 where an equally good list exists. Missing where
        the decision cannot be reversed (locked villages, villages without score), where a rule applies across
        kecamatan, and beyond the size of the dynamic programme.
        """
        out = pd.Series(np.nan, index=self.table.index, name="kerugian")
        if self._has_tables:
            lost = losses(self.instance)
            values = np.where(lost == -IMPOSSIBLE, np.nan, lost * self.instance.unit)
            out.loc[list(self.instance.codes)] = values
        return out

    @cached_property
    def _has_tables(self) -> bool:
        return not self.instance.across and fits_in_memory(self.instance)

    @cached_property
    def ties(self) -> pd.DataFrame:
        """Villages that some but not all of the optimal lists contain.

        Columns ``kecamatan``, ``skor``, ``anak_stunting`` (the tie rule's first part), ``terpilih``. The
        frame is complete, except beyond the size of the dynamic programme, where it has only villages that
        can be exchanged one for one.
        """
        if self._has_tables:
            tied = self.loss.index[self.loss == 0.0]
        elif self.instance.across and len(self.instance.codes) <= MOST_BY_MODEL:
            best = [(self.instance.score, int(self.instance.score[self.chosen].sum()))]
            places = varying(Model(self.instance), self.chosen, best)
            tied = self.table.index[self.table.index.isin(self.instance.codes[places])]
        else:
            tied = self._swappable()
        stunted = pd.Series(np.nan, index=tied) if self.tie_break is None else self.tie_break[tied]
        return pd.DataFrame(
            {
                "kecamatan": self.kecamatan[tied],
                "skor": self.scores[tied],
                "anak_stunting": stunted,
                "terpilih": tied.isin(self.kode),
            },
            index=tied,
        ).sort_values(["skor", "anak_stunting"], ascending=False, kind="stable")

    @property
    def by_tie_rule(self) -> int:
        """Number of places on the list that the tie rule fills, because scores are equal."""
        return int(self.ties["terpilih"].sum())

    @property
    def caution(self) -> str:
        """A warning where the tie rule, not the scores, decides most of the list; empty otherwise.

        A threshold score takes few values. The warning is given where the tie rule fills at least half of the
        places.
        """
        if 2 * self.by_tie_rule < len(self.kode):
            return ""
        return _(
            "CAUTION: {n} of {total} places are filled by the tie rule alone, among {tied} villages with "
            "equal scores. The score does not tell them apart: add a second criterion, for instance weigh "
            "another indicator under [skor.bobot], in place of prasetel where that is stated"
        ).format(
            n=format_number(self.by_tie_rule),
            total=format_number(len(self.kode)),
            tied=format_number(len(self.ties)),
        )

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Price of each rule: the gain of the objective if the rule were relaxed by one step.

        Columns ``aturan``, ``dilonggarkan``, ``harga``; by exact re-solving.
        """
        best = self._best(self.problem)
        rows = [
            {
                "aturan": rule,
                "dilonggarkan": looser,
                "harga": max(0, *(self._best(p) - best for p in problems)) * self.instance.unit,
            }
            for rule, looser, problems in loosen(self.problem)
        ]
        return pd.DataFrame(rows, columns=["aturan", "dilonggarkan", "harga"]).astype({"harga": float})

    @property
    def binding(self) -> pd.DataFrame:
        """Rules of :attr:`prices` with a price above 0."""
        return self.prices[self.prices["harga"] > 0].reset_index(drop=True)

    def _best(self, problem: Problem) -> int:
        instance = self.arranged(problem)
        if not instance.across and fits_in_memory(instance):
            best = best_score(instance)
            return IMPOSSIBLE if best is None else best
        answer = best_list(instance)
        return IMPOSSIBLE if answer is None else int(instance.score[answer.chosen].sum())

    def _swappable(self) -> pd.Index:
        instance, chosen = self.instance, self.chosen
        swaps = swap_rules(instance, chosen, self.problem)
        tied: set[str] = set()
        weakest = instance.score[swaps.weakest]
        for place in np.flatnonzero(~chosen):
            equal = weakest == instance.score[place]
            if not equal.any():
                continue  # rules are counted for few villages, not for each of a country
            equal &= swaps.count(int(place)) == 0
            for giver in swaps.givers[equal]:
                same = (instance.group == giver) & (instance.score == instance.score[place]) & chosen
                tied.update(instance.codes[same & ~instance.locked], [instance.codes[place]])
        return self.table.index[self.table.index.isin(list(tied))]

    def _sentence(self) -> str:
        return f"{self._summary()}\n{self.caution}" if self.caution else self._summary()

    def _summary(self) -> str:
        text = self._proven()
        if self.bound > self.objective * (1 + 1e-9):
            share = format_number(100 * (self.bound - self.objective) / self.bound, decimals=4)
            text += "; " + _("CAUTION: a better list is not ruled out, at most {share} % better").format(
                share=share
            )
        return text

    def _proven(self) -> str:
        return _(
            "{n} villages in {k} kecamatan chosen ({problem}); {objective}, proven best by "
            "{engine}; {ties} villages tied at the border; {missing} without score"
        ).format(
            n=len(self.kode),
            k=self.n_kecamatan,
            problem=self.problem.sentence(),
            objective=objective_text(self.objective, self.problem),
            engine=engine_name(self.engine),
            ties=len(self.ties),
            missing=self.n_without_score,
        )

    def __repr__(self) -> str:
        return self._sentence()

    def _repr_html_(self) -> str:
        chosen = self.table[self.table["terpilih"]].sort_values("nomor")
        return f"<p>{escape(self._sentence())}</p>{chosen.to_html()}"


def select(
    scores: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    *,
    tie_break: pd.Series[float] | None = None,
    children: pd.Series[float] | None = None,
    jenis: pd.Series[str] | None = None,
    cost: pd.Series[float] | None = None,
    engine: Engine = "auto",
) -> Selection:
    """Select the list with the largest sum of scores among those that satisfy every rule.

    Parameters
    ----------
    scores : Series, index ``kode_desa``
        A village without score can only be chosen by locking it in, and then adds 0.
    kecamatan : Series
        Kecamatan of each village, code or name.
    problem : Problem
    tie_break : Series, optional
        Expected stunted children, to break ties; a missing value counts as 0.
    children : Series, optional
        Expected stunted children for the objective "anak" or "campuran"; a village without it cannot be
        chosen then.
    jenis : Series, optional
        "desa" or "kelurahan", for limits per jenis.
    cost : Series, optional
        Cost of each village in the unit of the budget; none may be missing.
    engine : {"auto", "dp", "lagrange", "highs"}
        See :func:`lokus.choice.solver.engine.best_list`. Leave it at "auto" except to compare engines.

    Returns
    -------
    Selection

    Raises
    ------
    InfeasibleError
        No list satisfies the rules; names the conflicting ones, and changes that allow a list.
    RuleError
        Villages repeated, without kecamatan, or with an infinite score; an unknown engine.

    Notes
    -----
    Scores are rounded to whole multiples of a decimal unit (twelve digits for the largest) before they are
    compared and added, so the list does not depend on the order of rows or the machine. Of lists with the
    same sum of scores the one with more stunted children is selected, then the one whose sorted codes come
    first in lexicographic order. All engines apply this rule.

    Examples
    --------
    >>> desa = ["9901012001", "9901012002", "9901022001", "9901022002", "9901032001"]
    >>> chosen = select(
    ...     pd.Series([0.9, 0.2, 0.6, 0.5, 0.8], index=desa),
    ...     pd.Series([kode[:6] for kode in desa], index=desa),
    ...     Problem(n=3, max_kecamatan=2),
    ... )
    >>> chosen.kode
    ('9901012001', '9901022001', '9901022002')
    """
    check_engine(engine)
    scores, kecamatan, tie_break = _aligned(scores, kecamatan, tie_break)
    scores = objective_values(scores, children, problem)
    jenis = None if jenis is None else jenis.reindex(scores.index)
    cost = None if cost is None else cost.reindex(scores.index)
    check_feasible(scores, kecamatan, problem, jenis=jenis, cost=cost)
    instance = build_instance(scores, kecamatan, problem, tie_break, jenis=jenis, cost=cost)
    answer = best_list(instance, engine)
    if answer is None:
        raise InfeasibleError(
            _("the solver found no list for: {problem}").format(problem=problem.sentence()),
            remedy=_("loosen a rule under [pilihan]"),
        )
    chosen = answer.chosen
    kode = tuple(sorted(instance.codes[chosen]))
    objective = math.fsum(scores[list(kode)].dropna())
    free = list(instance.codes[chosen & ~instance.locked])
    rank = rank_by_rule(scores, tie_break)
    table = pd.DataFrame({"terpilih": scores.index.isin(kode)}, index=scores.index)
    listed = rank[list(kode)].sort_values(na_position="last", kind="stable").index
    table["nomor"] = pd.Series(np.arange(1, len(listed) + 1), index=listed, dtype="Int64").reindex(
        table.index
    )
    selection = Selection(
        problem=problem,
        table=table,
        kode=kode,
        objective=objective,
        bound=max(answer.bound * instance.unit, objective) if _is_open(answer, instance) else objective,
        engine=answer.engine,
        n_kecamatan=int(kecamatan[list(kode)].nunique()),
        n_without_score=int((scores.isna() & ~scores.index.isin(kode)).sum()),
        marginal=None if len(free) == 0 else str(rank[free].idxmax()),
        scores=scores,
        kecamatan=kecamatan,
        tie_break=tie_break,
        jenis=jenis,
        cost=cost,
    )
    notes = pd.Series("", index=table.index)
    notes[selection.ties.index] = TIED
    notes[list(problem.locked_in)] = LOCKED_IN
    notes[list(problem.locked_out)] = LOCKED_OUT
    table["keterangan"] = notes
    return selection


def _is_open(answer: Answer, instance: Instance) -> bool:
    return answer.bound != int(instance.score[answer.chosen].sum())


def _aligned(
    scores: pd.Series[float], kecamatan: pd.Series[str], tie_break: pd.Series[float] | None
) -> tuple[pd.Series[float], pd.Series[str], pd.Series[float] | None]:
    scores = scores.sort_index().astype(float)
    for series in (scores, kecamatan, tie_break):
        if series is not None and series.index.has_duplicates:
            repeated = series.index[series.index.duplicated()].unique()
            raise RuleError(
                _("villages appear more than once: {villages}").format(villages=name_some(repeated)),
                remedy=_("keep one row for each village"),
            )
    groups = kecamatan.reindex(scores.index)
    if groups.isna().any():
        raise RuleError(
            _("villages without kecamatan: {villages}").format(
                villages=name_some(scores.index[groups.isna()])
            ),
            remedy=_("complete the kecamatan of these villages in the boundary file or the official list"),
        )
    infinite = np.isinf(scores)
    if infinite.any():
        raise RuleError(
            _("villages with an infinite score: {villages}").format(
                villages=name_some(scores.index[infinite])
            ),
            remedy=_("correct the indicators of these villages"),
        )
    return scores, groups, None if tie_break is None else tie_break.reindex(scores.index).astype(float)
