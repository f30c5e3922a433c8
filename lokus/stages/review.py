"""What became of last year's list, why, and whether being on it helped."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.settings import ESTIMATED
from lokus.stages.choice import ChoiceStages
from lokus.stages.recipes import estimator, rules, scorer

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.choice.review.causes import Causes, Year
    from lokus.choice.review.effect import Effect
    from lokus.choice.review.review import Review
    from lokus.choice.solver.problem import Problem
    from lokus.evidence.change.change import Change, YearCounts
    from lokus.evidence.change.expected_fall import ExpectedFall
    from lokus.settings import Settings
    from lokus.settings.evidence import ScoreSettings
    from lokus.stages.recipes import Score

__all__ = ["ReviewStages"]

_COUNTS = ("stunting", "diukur")


class ReviewStages(ChoiceStages):
    """The annual review; every part is ``None`` where the study names no earlier list or data."""

    @cached_property
    def change(self) -> Change | None:
        """Rates of last year and of this year estimated together; ``None`` without both years' counts."""
        from lokus.evidence.change.change import estimate_change

        counts = self._two_years
        if counts is None:
            return None
        return estimate_change(*counts, covariates=self._covariates)

    @property
    def _two_years(self) -> tuple[YearCounts, YearCounts] | None:
        if self.past is None:
            return None
        then, now = self.past.values, self.villages
        if not all(
            set(_COUNTS) <= set(frame.columns) and (frame["diukur"] > 0).any() for frame in (then, now)
        ):
            return None
        return (then["stunting"], then["diukur"]), (now["stunting"], now["diukur"])

    @property
    def _covariates(self) -> pd.DataFrame | None:
        keys = list(self.settings.rates.covariates)
        return self.villages[keys] if keys else None

    @cached_property
    def expected_fall(self) -> ExpectedFall | None:
        """What was to be expected of last year's list with no help, next to what happened."""
        from lokus.evidence.change.expected_fall import expected_fall

        if self.effect is not None:
            return self.effect.expected  # its trend is that of the villages that were not lokus
        if self.change is None or not self.change.table.loc[list(self.listed), "dua_tahun"].any():
            return None
        return expected_fall(self.change, self.listed)

    @property
    def effect(self) -> Effect | None:
        """What having been lokus did to this year's rate; ``None`` where :attr:`no_effect` says why."""
        return self._effect[0]

    @property
    def no_effect(self) -> str:
        """Why no effect can be estimated; empty where one is."""
        return self._effect[1]

    @cached_property
    def _effect(self) -> tuple[Effect | None, str]:
        from lokus.choice.review.effect import EffectError, lokus_effect

        counts = self._two_years
        if counts is None or self.past is None:
            return None, _("the counts of both years are needed")
        try:
            effect = lokus_effect(
                *counts,
                self.listed,
                scores=self.past.values.get("skor"),
                covariates=self._chosen_by,
                sasaran=self.villages.get("sasaran"),
            )
        except EffectError as error:
            return None, str(error)
        return effect, ""

    @property
    def _chosen_by(self) -> pd.DataFrame | None:
        """Whatever else than counts of children last year's list was chosen by, as it was last year."""
        if self.past is None or self.previous is None:
            return self._covariates
        stated = self.previous.settings
        values = self.past.values
        wanted = dict.fromkeys((*stated.rates.covariates, *stated.scores.keys))
        keys = [key for key in wanted if key in values and key not in ESTIMATED and values[key].notna().any()]
        return values[keys] if keys else None

    @cached_property
    def causes(self) -> Causes | None:
        """How much rules, other indicators, real change, coverage and chance moved each village."""
        from lokus.choice.review.causes import split_causes

        if self.past is None:
            return None
        return split_causes(
            self._year_before,
            self._year_now,
            kecamatan=self.villages["kode_kecamatan"],
            jenis=self.villages["jenis"],
            change=self.change.table if self.change else None,
        )

    @property
    def _year_now(self) -> Year:
        return self._year(self.settings, self.evidence, self.problem, self._scorer(self.settings.scores))

    @property
    def _year_before(self) -> Year | None:
        earlier, past = self.previous, self.past
        if earlier is None or past is None:
            return None
        problem = rules(earlier.settings.choice, today=self.today)
        return self._year(earlier.settings, past.values, problem, self._scorer(earlier.settings.scores))

    def _scorer(self, stated: ScoreSettings) -> Score:
        # One function for both years where they weigh alike, so that the review sees it is no cause.
        return self._own_scorer if stated == self.settings.scores else self._scorer_of(stated)

    @cached_property
    def _own_scorer(self) -> Score:
        return self._scorer_of(self.settings.scores)

    def _scorer_of(self, stated: ScoreSettings) -> Score:
        return scorer(stated, catalogue=self.catalogue, jenis=self.villages["jenis"])

    def _year(self, settings: Settings, indicators: pd.DataFrame, problem: Problem, score: Score) -> Year:
        from lokus.choice.review.causes import Year

        return Year(
            indicators=indicators,
            problem=problem,
            score=score,
            estimate=estimator(settings.rates) if self.change else None,
            covariates=settings.rates.covariates,
            own_ties=settings.scores.preset is not None,
            cost=settings.choice.cost,
        )

    @cached_property
    def review(self) -> Review | None:
        """Last year's list against this year's proposal: tetap, masuk, keluar, lulus, each with its cause."""
        return self._review(self.causes, self.change.table if self.change else None)

    def _review(self, causes: Causes | None, change: pd.DataFrame | None) -> Review | None:
        from lokus.choice.review.review import review

        past = self.past
        if past is None or self.history is None:
            return None
        return review(
            previous=self.listed,
            current=self.proposal,
            villages=self.villages,
            years_listed=self.history.table["tahun_lokus"],
            graduation=self.graduation,
            causes=causes,
            change=change,
            carried=past.changes,
            left=past.left[[str(past.years[-1]) in str(years).split(", ") for years in past.left["tahun"]]],
            proposed=[self.today[kode] for kode in self.previous.kode if kode in self.today]
            if self.previous
            else None,
        )

    @cached_property
    def results(self) -> gpd.GeoDataFrame:
        """Results table: everything known of each village."""
        # Who stays and who goes is known at once; why takes a choice for every combination of causes.
        compared = self._review(None, None)
        if compared is None:
            return self.assembled
        return self.assembled.join(compared.table[["status_reviu", "tahun_lokus"]])
