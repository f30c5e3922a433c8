"""What a study proposes, how sure that is, and why."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lokus.settings import ESTIMATED
from lokus.stages.rules import RuleStages

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.choice.robustness import Robustness
    from lokus.choice.selection import Selection
    from lokus.evidence.scores.sensitivity import LeaveOneOut, Overlap

__all__ = ["ChoiceStages"]


class ChoiceStages(RuleStages):
    """The choice, its certainty and its explanation."""

    @cached_property
    def proposal(self) -> Selection:
        """Best list under the rules.

        Raises
        ------
        BlockedError
            A blocking finding is neither mended nor accepted.
        InfeasibleError
            No list satisfies the rules.
        """
        self.audit.raise_if_blocked()
        return self._choose(self.scores.table["skor"])

    def _choose(self, scores: pd.Series[float]) -> Selection:
        from lokus.choice.selection import select

        cost, children = self.settings.choice.cost, self.children
        return select(
            scores,
            self.villages["kode_kecamatan"],
            self.problem,
            tie_break=self.scores.tie_break if self.settings.scores.preset else children,
            children=children,
            jenis=self.villages["jenis"],
            cost=self.villages[cost] if cost else None,
        )

    @cached_property
    def robustness(self) -> Robustness | None:
        """How sure each village is of its place; ``None`` where nothing is known of what is uncertain.

        Draws need a score that is a weighted sum, and something to draw: rates, several weights, or errors.
        """
        from lokus.choice.robustness import assess_robustness

        scores, stated = self.scores, self.settings.uncertainty
        keys = [str(key) for key in scores.weights.index]
        rates = self.rates if stated.rates and not ESTIMATED.isdisjoint(keys) else None
        concentration = stated.concentration if len(keys) > 1 else None
        summed = scores.aggregate == "arithmetic" and scores.normalise != "limit" and not scores.exempt
        if not summed or not (rates or concentration or stated.errors):
            return None
        return assess_robustness(
            self.proposal,
            self.evidence,
            weights={str(key): float(weight) for key, weight in scores.weights.items()},
            worse=self.catalogue.worse_ends(keys),
            normalise=scores.normalise,
            goalposts=self.settings.scores.goalposts,
            missing=scores.missing,
            children=self.children,
            rates=rates,
            concentration=concentration,
            errors=stated.errors,
            limits={key: (self.catalogue[key].minimum, self.catalogue[key].maximum) for key in stated.errors},
            draws=stated.draws,
            seed=self.settings.study.seed,
        )

    @cached_property
    def leave_one_out(self) -> LeaveOneOut:
        """What becomes of ranks and list when one indicator is left out of the score."""
        from lokus.evidence.scores.sensitivity import leave_one_out

        return leave_one_out(self.scores, choose=lambda scores: self._choose(scores).kode)

    @cached_property
    def overlap(self) -> Overlap:
        """Which indicators of the score say the same thing twice."""
        from lokus.evidence.scores.sensitivity import overlap

        contained = {key: item.contained_in for key, item in self.catalogue.items()}
        return overlap(self.scores, contained_in=contained)

    @cached_property
    def alternatives(self) -> pd.DataFrame:
        """The ten next best lists, and what differs."""
        from lokus.choice.alternatives import alternatives

        return alternatives(self.proposal)

    @cached_property
    def justifications(self) -> pd.Series[str]:
        """One paragraph for each proposed village, made only of computed numbers."""
        from lokus.choice.justify import justifications

        return justifications(
            self.scores,
            self.proposal,
            self.villages["kecamatan"],
            self.labels,
            desa=self.villages["desa"],
            robustness=self.robustness,
        )

    def compare(self, other: ChoiceStages) -> pd.DataFrame:
        """Say which villages move between this proposal and that of `other`, and why."""
        from lokus.choice.compare import compare

        return compare(self.proposal, other.proposal)

    @cached_property
    def assembled(self) -> gpd.GeoDataFrame:
        """Village table, rates, scores, certainty and proposal side by side, with a reason a village."""
        from lokus.choice.explain import reasons
        from lokus.choice.results import assemble_results

        text = reasons(
            self.scores,
            self.proposal,
            self.villages["kecamatan"],
            labels=self.labels,
            desa=self.villages["desa"],
        )
        return assemble_results(
            self.villages,
            *([self.rates.table] if self.rates else []),
            self.scores.table,
            self.traits,
            *([self.robustness.table] if self.robustness else []),
            selection=self.proposal.table,
            reasons=text,
        )

    @cached_property
    def traits(self) -> pd.DataFrame:
        """What kind of village each is: hot spot class, type, completeness of its data (percent)."""
        from lokus.choice.results import describe_villages

        return describe_villages(
            self.villages.index,
            hotspots=self.hotspots.table["kelas"],
            types=self.typology.table if self.typology else None,
            completeness=self.audit.completeness,
        )
