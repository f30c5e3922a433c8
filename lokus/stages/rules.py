"""The rules of the choice: those the study states, and those that follow from the lists of earlier years."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from lokus.stages.evidence import EvidenceStages

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.review.history import History
    from lokus.choice.solver.problem import Problem

__all__ = ["RuleStages"]


class RuleStages(EvidenceStages):
    """Who was on which list, who graduates, and what the choice has to keep to."""

    @cached_property
    def history(self) -> History | None:
        """Lists of the earlier years side by side; ``None`` without an earlier list."""
        from lokus.choice.review.history import list_history

        past = self.past
        if past is None:
            return None
        return list_history({year: past.kode(year) for year in past.years}, villages=past.lists.index)

    @property
    def listed(self) -> tuple[str, ...]:
        """Last year's list by this year's codes."""
        return self.past.kode(self.past.years[-1]) if self.past else ()

    @property
    def today(self) -> dict[str, str]:
        """Former code → this year's, of villages that became one village of this year."""
        if self.past is None:
            return {}
        pairs = [
            (old, str(new))
            for new, codes in self.past.changes["asal"].fillna("").items()
            for old in str(codes).split(", ")
            if old
        ]
        became = Counter(old for old, _new in pairs)
        return {old: new for old, new in pairs if became[old] == 1}

    @cached_property
    def graduation(self) -> pd.DataFrame | None:
        """Which villages of last year's list need to be lokus no longer; ``None`` unless the study asks."""
        from lokus.choice.review.graduation import graduation, probability_below

        stated = self.settings.previous.graduation if self.settings.previous else None
        if stated is None or self.history is None or self.rates is None:
            return None
        years = self.history.table["tahun_lokus"]
        return graduation(
            probability_below(self.rates, stated.target),
            years[years > 0],
            probability=stated.probability,
            min_years=stated.min_years,
            unreliable=self.rates.table["belum_andal"],
        )

    @cached_property
    def stated_problem(self) -> Problem:
        """Rules as ``[pilihan]`` has them."""
        from lokus.stages.recipes import rules

        return rules(self.settings.choice)

    @cached_property
    def problem(self) -> Problem:
        """Rules of the choice, with those of continuity that ``[tahun_lalu]`` states.

        Raises
        ------
        RuleError
            They contradict each other.
        """
        from lokus.choice.review.continuity import continuity_rules

        stated = self.settings.previous
        if stated is None or self.history is None or not stated.has_rules:
            return self.stated_problem
        closed = stated.graduation is not None and stated.graduation.closed
        return continuity_rules(
            self.stated_problem,
            self.listed,
            self.history.table["tahun_lokus"],
            min_years=stated.min_years,
            max_changes=stated.max_changes,
            graduated=self.graduation if closed and self.graduation is not None else (),
        )
