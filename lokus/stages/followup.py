"""Compute what follows from the list: interventions, calendar, apportionment, beneficiaries, targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.trade_off import TradeOff
    from lokus.followup.allocation import Sharing
    from lokus.followup.audit_returns import AuditReturns
    from lokus.followup.beneficiaries import Beneficiaries
    from lokus.followup.case_audit import AuditShortlist
    from lokus.followup.costs import Costs
    from lokus.followup.foster_parents import FosterParents
    from lokus.followup.interventions import Interventions
    from lokus.followup.structures import Structures
    from lokus.followup.trajectory import Trajectory
    from lokus.intake.earlier.calendar import FilledCalendar
    from lokus.kajian import Kajian
    from lokus.settings.followup import SharingSettings

__all__ = [
    "audit_returns", "audit_rows", "beneficiaries", "calendar", "case_audit", "costs", "filled_calendar",
    "foster", "foster_periods", "foster_rows", "gaps", "interventions", "owners",
    "realisation", "requests", "sharings", "structures", "trade_off", "trajectory",
]  # fmt: skip


def gaps(study: Kajian) -> pd.DataFrame | None:
    """Villages on the worse side of the stated thresholds, by office."""
    from lokus.followup.gaps import find_gaps

    thresholds = study.settings.gaps.limits
    if not thresholds:
        return None
    return find_gaps(_at_survey(study), thresholds, study.catalogue, owners=study.owners)


def _at_survey(study: Kajian) -> pd.DataFrame:
    """Results with prevalence and children at the level of the survey, where the study states one.

    Thresholds and numbers of children depend on the level, ranks do not.
    """
    results: pd.DataFrame = study.results
    if study.survey is None:
        return results
    table = study.survey.table
    return results.assign(prevalensi=table["prevalensi_survei"], anak_stunting=table["anak_stunting_survei"])


def owners(study: Kajian) -> dict[str, str]:
    """Map indicator keys to the office that gives them, or all inputs of them, by its name in the study.

    An indicator that no table gives is of the office that the catalogue names, also under that name.
    """
    from lokus.intake.indicators.offices import study_names

    given = {
        key: table.opd
        for late in (True, False)  # later tables never change the office
        for table in study.settings.tables
        if table.late is late and table.opd
        for key in table.gives
    }
    sources: dict[str, set[str]] = {}
    for key, office in given.items():
        for name in study.catalogue.derived_from(key):
            sources.setdefault(name, set()).add(office)
    computed = {key: offices.pop() for key, offices in sources.items() if len(offices) == 1}
    catalogue = study.catalogue
    names = study_names(
        (table.opd for table in study.settings.tables), (item.owner for item in catalogue.values())
    )
    others = {key: names[item.owner] for key, item in catalogue.items() if item.owner in names}
    return {**others, **computed, **given}


def interventions(study: Kajian) -> Interventions | None:
    """Which office has to act in which village; ``None`` without thresholds."""
    from lokus.followup.interventions import intervention_matrix

    thresholds = study.settings.gaps.limits
    if not thresholds:
        return None
    return intervention_matrix(
        _at_survey(study), thresholds, study.catalogue, owners=study.owners, lokus=study.proposal.kode
    )


def costs(study: Kajian) -> Costs | None:
    """Cost of closing the gaps, against the budgets; ``None`` without unit costs or thresholds."""
    from lokus.followup.costs import Budget, UnitCost, intervention_costs

    stated = study.settings.costs
    if stated is None or study.interventions is None:
        return None
    return intervention_costs(
        study.interventions,
        {
            key: UnitCost(rupiah=one.rupiah, year=one.year, source=one.source)
            for key, one in stated.units.items()
        },
        budgets=[Budget(opd=one.opd, source=one.source, rupiah=one.rupiah) for one in stated.budgets],
        everyone=stated.reach == "all",
    )


def trade_off(study: Kajian) -> TradeOff | None:
    """Best lists of the stated lengths and budgets by cost and children; ``None`` where none are stated."""
    from lokus.choice.trade_off import trade_off
    from lokus.stages.choice import children_seen, deciding_ties

    stated = study.settings.costs
    if study.costs is None or stated is None or not (stated.numbers or stated.limits):
        return None
    counted = children_seen(study)
    if counted is None:
        return None
    cost = study.settings.choice.cost
    shown = _at_survey(study)["anak_stunting"].where(counted.notna())
    return trade_off(
        study.scores.table["skor"],
        study.villages["kode_kecamatan"],
        study.problem,
        cost=study.costs.comparable,
        children=shown,
        numbers=stated.numbers,
        budgets=stated.limits,
        tie_break=deciding_ties(study, study.scores.tie_break, study.children),
        chosen=study.proposal.kode,
        jenis=study.villages["jenis"],
        own_cost=study.villages[cost] if cost else None,
    )


def structures(study: Kajian) -> Structures | None:
    """Existence of TPPS, BKB, TPK and other stated structures; ``None`` where none are stated."""
    from lokus.followup.structures import village_structures

    keys = study.settings.gaps.structures
    if not keys:
        return None
    return village_structures(
        study.results, keys, study.catalogue, lokus=study.proposal.kode, owners=study.owners
    )


def calendar(study: Kajian) -> pd.DataFrame | None:
    """Draft of the action calendar for the lokus; ``None`` without thresholds."""
    from lokus.followup.audit_returns import add_learned
    from lokus.followup.calendar import draft_calendar

    if study.interventions is None:
        return None
    year, everywhere = study.settings.study.year, study.settings.gaps.all_villages
    drafted = draft_calendar(study.interventions, year=year, all_villages=everywhere)
    if study.audit_rows is None:
        return drafted
    return add_learned(
        drafted,
        study.audit_rows,
        study.villages,
        study.catalogue,
        year=year,
        owners=study.owners,
        within=None if everywhere else list(study.proposal.kode),
    )


def audit_rows(study: Kajian) -> pd.DataFrame | None:
    """Sheets of the case audit filled in by the teams; ``None`` where the study names none."""
    from lokus.intake.earlier.audit_sheet import read_audit_returns

    stated = study.settings.case_audit
    if stated is None or not stated.returns:
        return None
    return read_audit_returns(
        [study.beside(name) for name in stated.returns],
        villages=study.villages.index,
        catalogue=study.catalogue,
    )


def audit_returns(study: Kajian) -> AuditReturns | None:
    """Results of the case audit by level, without names and small counts; ``None`` without returns."""
    from lokus.followup.audit_returns import audit_returns

    if study.audit_rows is None:
        return None
    return audit_returns(study.audit_rows, study.villages, study.catalogue)


def foster_periods(study: Kajian) -> tuple[str, ...]:
    """Periods that the register of foster parents may state, in the order of time."""
    from lokus.settings.reporting import in_order
    from lokus.stages.stage import whole

    year, reports = study.settings.study.year, study.settings.reports
    if reports is None:
        return (f"Tahun {year}",)
    return tuple(stated.written(year) for stated in in_order(whole(reports).periods, year))


def foster_rows(study: Kajian) -> pd.DataFrame | None:
    """Registers of foster parents filled in by the villages; ``None`` where the study names none."""
    from lokus.intake.earlier.foster_register import read_foster_register

    stated = study.settings.foster
    if stated is None or not stated.returns:
        return None
    return read_foster_register(
        [study.beside(name) for name in stated.returns],
        villages=study.boundaries.villages,
        periods=foster_periods(study),
    )


def foster(study: Kajian) -> FosterParents | None:
    """Foster parents and children reached, against those estimated; ``None`` without a register."""
    from lokus.followup.foster_parents import foster_parents

    if study.foster_rows is None:
        return None
    # Not the results: the report of a period needs no proposal, and is written while one is held back.
    estimated = study.children if study.survey is None else study.survey.table["anak_stunting_survei"]
    return foster_parents(
        study.foster_rows,
        study.villages,
        expected=pd.Series(dtype=float) if estimated is None else estimated,
        periods=foster_periods(study),
        lokus=study.proposal.kode if study.audit.blocking.empty else (),
    )


def filled_calendar(study: Kajian) -> FilledCalendar | None:
    """Last year's action calendar filled in by the offices; ``None`` where the study names none."""
    from lokus.intake.earlier.calendar import read_calendar

    stated = study.settings.previous
    if stated is None or not stated.calendars:
        return None
    return read_calendar(
        [study.beside(name) for name in stated.calendars],
        study.previous.villages if study.previous else study.boundaries.villages,
    )


def realisation(study: Kajian) -> pd.DataFrame | None:
    """Share of last year's activities that were done, by village of this year."""
    from lokus.followup.calendar import realisation_by_village

    if study.filled_calendar is None:
        return None
    counted = study.filled_calendar.by_village
    return realisation_by_village(counted.rename(index=study.today), study.villages.index)


def sharings(study: Kajian) -> tuple[Sharing, ...]:
    """Apportionments that the study states: teams, foster parents, packages."""
    return tuple(_share(study, stated) for stated in study.settings.shares)


def _share(study: Kajian, stated: SharingSettings) -> Sharing:
    from lokus.followup.allocation import Sharing, compare_allocation
    from lokus.followup.apportion import apportion

    among = study.results if stated.scope == "all" else study.results.loc[list(study.proposal.kode)]
    among = among.drop(index=[kode for kode in stated.left_out if kode in among.index])
    weights = among[stated.basis]
    shared = apportion(
        stated.total,
        weights,
        method=stated.method,
        minimum=stated.least,
        maximum=stated.most,
    )
    existing = stated.existing
    return Sharing(
        name=stated.name,
        basis=study.catalogue[stated.basis].label,
        result=shared,
        comparison=compare_allocation(among[existing], shared.seats, weights) if existing else None,
    )


def beneficiaries(study: Kajian) -> Beneficiaries | None:
    """Number of people of each target group; ``None`` where no group was counted."""
    from lokus.followup.beneficiaries import GROUPS, beneficiaries

    groups = study.settings.groups
    counted = {group.column for group in GROUPS.values()} & set(study.results.columns)
    if groups is None and not counted:
        return None
    return beneficiaries(
        study.results, villages=study.results, lokus=list(study.proposal.kode), groups=groups
    )


def trajectory(study: Kajian) -> Trajectory | None:
    """Path from start to target with measurements; ``None`` unless the study requests it."""
    from lokus.followup.trajectory import measured, trajectory

    stated = study.settings.trajectory
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
    survey = study.settings.survey
    if survey is not None and not any(
        one.kind == "survei" and any(point.year == survey.year for point in one.points)
        for one in stated.series
    ):
        value = (
            survey.percent
            if survey.low is None or survey.high is None
            else (survey.percent, survey.low, survey.high)
        )
        series.append(measured(survey.source, "survei", {survey.year: value}))
    own = _measured_here(study)
    if own:
        series.append(measured(_("Tables of this study"), "rutin", own))
    return trajectory(
        start=(stated.start.year, stated.start.percent),
        target=(stated.target.year, stated.target.percent),
        series=series,
        basis=stated.basis,
        children=stated.children,
    )


def _measured_here(study: Kajian) -> dict[int, float]:
    """Prevalence among the children measured, by year, from the tables of this study and last year's."""
    frames = {study.settings.study.year: pd.DataFrame(study.villages.drop(columns="geometry"))}
    if study.previous is not None:
        frames[study.previous.year] = pd.DataFrame(study.previous.results.drop(columns="geometry"))
    found = {}
    for year, frame in sorted(frames.items()):
        if {"stunting", "diukur"} <= set(frame.columns):
            both = frame[["stunting", "diukur"]].dropna().sum()
            if both["diukur"] > 0:
                found[year] = float(100.0 * both["stunting"] / both["diukur"])
    return found


def case_audit(study: Kajian) -> AuditShortlist | None:
    """Villages and risk groups for the audit of cases, without names; ``None`` unless requested."""
    from lokus.followup.case_audit import audit_shortlist
    from lokus.followup.gaps import find_gaps

    stated = study.settings.case_audit
    if stated is None:
        return None
    # Without thresholds nothing is examined, as the list states; the villages are the same.
    gaps = study.gaps if study.gaps is not None else find_gaps(study.results, {}, study.catalogue)
    return audit_shortlist(
        study.results,
        gaps=gaps,
        examined=list(study.settings.gaps.limits),
        catalogue=study.catalogue,
        n=stated.n,
        candidates=list(study.proposal.kode) if stated.scope == "lokus" else None,
    )


def requests(study: Kajian) -> pd.DataFrame:
    """Values that the study needs and lacks, by office; available before a proposal."""
    from lokus.followup.data_requests import missing_values

    given = study.settings.given
    sources: list[str] = []
    for key in study.settings.needed:
        own = [name for name in given if key in study.catalogue.derived_from(name)]
        sources += [key] if key in given or not own else own
    return missing_values(
        study.villages,
        sources,
        study.catalogue,
        owners=study.owners,
        given=study.indicators,
        lokus=study.proposal.kode if study.audit.blocking.empty else (),
    )
