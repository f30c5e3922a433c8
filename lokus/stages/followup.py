"""What follows from the list: who has to do what where, for how many people."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from lokus.i18n import gettext as _
from lokus.stages.review import ReviewStages

if TYPE_CHECKING:
    from lokus.followup.allocation import Sharing
    from lokus.followup.beneficiaries import Beneficiaries
    from lokus.followup.case_audit import AuditShortlist
    from lokus.followup.interventions import Interventions
    from lokus.followup.trajectory import Trajectory
    from lokus.intake.earlier.calendar import FilledCalendar
    from lokus.settings.followup import SharingSettings

__all__ = ["FollowupStages"]


class FollowupStages(ReviewStages):
    """Gaps, interventions, beneficiaries, apportionment, trajectory and audit of cases."""

    @cached_property
    def gaps(self) -> pd.DataFrame | None:
        """Villages on the worse side of the thresholds that the study states, by office."""
        from lokus.followup.gaps import find_gaps

        thresholds = self.settings.gaps.thresholds
        if not thresholds:
            return None
        return find_gaps(self.results, thresholds, self.catalogue, owners=self.owners)

    @property
    def owners(self) -> dict[str, str]:
        """Indicator key → the office that the study says gives it."""
        return {key: table.opd for table in self.settings.tables for key in table.gives if table.opd}

    @cached_property
    def interventions(self) -> Interventions | None:
        """Which office has to act in which village; ``None`` without thresholds."""
        from lokus.followup.interventions import intervention_matrix

        thresholds = self.settings.gaps.thresholds
        if not thresholds:
            return None
        return intervention_matrix(
            self.results, thresholds, self.catalogue, owners=self.owners, lokus=self.proposal.kode
        )

    @cached_property
    def calendar(self) -> pd.DataFrame | None:
        """Draft of the action calendar for the lokus; ``None`` without thresholds."""
        from lokus.followup.calendar import draft_calendar

        if self.interventions is None:
            return None
        return draft_calendar(
            self.interventions, year=self.settings.study.year, all_villages=self.settings.gaps.all_villages
        )

    @cached_property
    def filled_calendar(self) -> FilledCalendar | None:
        """Last year's action calendar as the offices filled it in; ``None`` where the study names none."""
        from lokus.intake.earlier.calendar import read_calendar

        stated = self.settings.previous
        if stated is None or not stated.calendars:
            return None
        return read_calendar(
            [self._beside(name) for name in stated.calendars],
            self.previous.villages if self.previous else self.boundaries.villages,
        )

    @cached_property
    def realisation(self) -> pd.DataFrame | None:
        """Share of last year's activities that were done, by village of this year."""
        from lokus.followup.calendar import realisation_by_village

        if self.filled_calendar is None:
            return None
        counted = self.filled_calendar.by_village
        return realisation_by_village(counted.rename(index=self.today), self.villages.index)

    @cached_property
    def sharings(self) -> tuple[Sharing, ...]:
        """What the study shares out: teams, foster parents, packages."""
        return tuple(self._share(stated) for stated in self.settings.shares)

    def _share(self, stated: SharingSettings) -> Sharing:
        from lokus.followup.allocation import Sharing, compare_allocation
        from lokus.followup.apportion import apportion

        among = self.results if stated.scope == "semua" else self.results.loc[list(self.proposal.kode)]
        among = among.drop(index=[kode for kode in stated.left_out if kode in among.index])
        weights = among[stated.basis]
        shared = apportion(
            stated.total,
            weights,
            method="webster" if stated.method == "webster" else "largest_remainder",
            minimum=stated.least,
            maximum=stated.most,
        )
        existing = stated.existing
        return Sharing(
            name=stated.name,
            basis=self.catalogue[stated.basis].label,
            result=shared,
            comparison=compare_allocation(among[existing], shared.seats, weights) if existing else None,
        )

    @cached_property
    def beneficiaries(self) -> Beneficiaries | None:
        """How many people of each target group there are; ``None`` where no group was counted."""
        from lokus.followup.beneficiaries import GROUPS, beneficiaries

        groups = self.settings.groups
        counted = {group.column for group in GROUPS.values()} & set(self.results.columns)
        if groups is None and not counted:
            return None
        return beneficiaries(
            self.results, villages=self.results, lokus=list(self.proposal.kode), groups=groups
        )

    @cached_property
    def trajectory(self) -> Trajectory | None:
        """Way from start to target beside what was measured; ``None`` unless the study asks."""
        from lokus.followup.trajectory import measured, trajectory

        stated = self.settings.trajectory
        if stated is None:
            return None
        series = [
            measured(
                one.name,
                one.kind,
                {
                    point.year: point.percent
                    if point.low is None or point.high is None
                    else (point.percent, point.low, point.high)
                    for point in one.points
                },
                source=one.source,
            )
            for one in stated.series
        ]
        own = self._measured_here
        if own:
            series.append(measured(_("Tables of this study"), "rutin", own))
        return trajectory(
            start=(stated.start.year, stated.start.percent),
            target=(stated.target.year, stated.target.percent),
            series=series,
            basis=stated.basis,
            children=stated.children,
        )

    @property
    def _measured_here(self) -> dict[int, float]:
        """Prevalence among the children measured, by year, from the tables of this study and last year's."""
        frames = {self.settings.study.year: pd.DataFrame(self.villages.drop(columns="geometry"))}
        if self.previous is not None:
            frames[self.previous.year] = pd.DataFrame(self.previous.results.drop(columns="geometry"))
        found = {}
        for year, frame in sorted(frames.items()):
            if {"stunting", "diukur"} <= set(frame.columns):
                both = frame[["stunting", "diukur"]].dropna().sum()
                if both["diukur"] > 0:
                    found[year] = float(100.0 * both["stunting"] / both["diukur"])
        return found

    @cached_property
    def case_audit(self) -> AuditShortlist | None:
        """Villages and risk groups for the audit of cases, without names; ``None`` unless the study asks."""
        from lokus.followup.case_audit import audit_shortlist

        stated = self.settings.case_audit
        if stated is None or self.gaps is None:
            return None
        return audit_shortlist(
            self.results,
            gaps=self.gaps,
            examined=list(self.settings.gaps.thresholds),
            catalogue=self.catalogue,
            n=stated.n,
            candidates=list(self.proposal.kode) if stated.scope == "lokus" else None,
        )
