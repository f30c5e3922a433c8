"""Periods of the year that are reported: what came in for each, and the report of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.errors import StudyFileError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from lokus.followup.foster_parents import FosterParents
    from lokus.intake.earlier.calendar import FilledCalendar
    from lokus.intake.join.join import Origin
    from lokus.kajian import Kajian
    from lokus.settings.reporting import ReportPeriodSettings
    from lokus.show.results.period_report import PeriodReport

    Read = list[tuple[Path, pd.DataFrame]]
    Given = tuple[pd.DataFrame, tuple[str, ...], list[Origin], list[Finding], Read]

__all__ = ["ReportedPeriod", "find_period", "period_lock", "period_report", "period_with_slug", "periods"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ReportedPeriod:
    """What came in for one period.

    Parameters
    ----------
    stated : ReportPeriodSettings
    title : str
        "Semester 1 Tahun 2026".
    slug : str
        In names of files.
    values : DataFrame
        Indicators, villages × keys, without values that cannot be true.
    keys : tuple of str
        Indicators that its tables give, in their order.
    calendar : FilledCalendar or None
        The action calendar as filled in by the end of the period.
    findings : tuple of Finding
    read : tuple of (Path, DataFrame)
        Its files, each with what was read from it.
    """

    stated: ReportPeriodSettings
    title: str
    slug: str
    values: pd.DataFrame
    keys: tuple[str, ...]
    calendar: FilledCalendar | None
    findings: tuple[Finding, ...]
    read: tuple[tuple[Path, pd.DataFrame], ...]

    def __repr__(self) -> str:
        return self.title


def periods(study: Kajian) -> tuple[ReportedPeriod, ...]:
    """Periods that the study reports, in the order of time; periods with a name in that of the file."""
    from lokus.settings.reporting import in_order

    reports = study.settings.reports
    if reports is None:
        return ()
    year = study.settings.study.year
    return tuple(_read(study, stated, year) for stated in in_order(reports.periods, year))


def _read(study: Kajian, stated: ReportPeriodSettings, year: int) -> ReportedPeriod:
    from lokus.intake.audit.audit import check_values
    from lokus.intake.earlier.calendar import read_calendar
    from lokus.stages.outputs import filled_activities

    villages = study.boundaries.villages
    given = _kept(study, stated, year) if stated.values else _joined(study, stated)
    values, keys, origins, findings, read = given
    checked = check_values(
        villages[["desa", "kecamatan"]].join(values), catalogue=study.catalogue, origins=origins
    )
    calendar = None
    if stated.calendars:
        paths = [study.beside(name) for name in stated.calendars]
        calendar = read_calendar(paths, villages)
        read = [*read, *((path, filled_activities(path, villages)) for path in paths)]
    return ReportedPeriod(
        stated=stated,
        title=_title(stated, year),
        slug=_slug(stated, year),
        values=checked.values.drop(columns=["desa", "kecamatan"]),
        keys=keys,
        calendar=calendar,
        findings=(*findings, *checked.findings, *(calendar.findings if calendar else ())),
        read=tuple(read),
    )


def _joined(study: Kajian, stated: ReportPeriodSettings) -> Given:
    """Values of a period, keys that its tables give, where the values stood, findings, and what was read."""
    from lokus.intake.earlier.period_values import is_period_values
    from lokus.stages.data import derived_values, join_sheets, read_sheet, sheets_of, stated_tables

    for table in stated.tables:
        if is_period_values(study.beside(table.file)):
            raise StudyFileError(
                _("{file} is the table of values of a periodic report, no table of an office").format(
                    file=Path(table.file).name
                ),
                where=Where(file=study.path.name),
                remedy=_('write nilai = "{file}" in its [[laporan.periode]], instead of tabel').format(
                    file=table.file
                ),
            )
    sheets = sheets_of(study, stated.tables)
    tables = [stated.tables[number] for number, __ in sheets]
    raw = [read_sheet(study, table, sheet) for table, (__, sheet) in zip(tables, sheets, strict=True)]
    joined = list(join_sheets(study, raw, tables))
    findings = [finding for one in raw for finding in one.findings]
    findings += [finding for one in joined for finding in one.findings]
    read = [(study.beside(table.file), one.values) for table, one in zip(tables, joined, strict=True)]
    if stated.with_study:
        own = [
            (table, one)
            for table, one in zip(stated_tables(study), study.joined, strict=True)
            if table.rounds_ago == 0
        ]
        tables += [table for table, __ in own]
        joined += [one for __, one in own]
    first = [one for one, table in zip(joined, tables, strict=True) if not table.late]
    late = [one for one, table in zip(joined, tables, strict=True) if table.late]
    values = derived_values(study, first, late)
    keys = tuple(dict.fromkeys(key for table in tables for key in table.gives))
    return values, keys, [one.origin for one in joined], findings, read


def _kept(study: Kajian, stated: ReportPeriodSettings, year: int) -> Given:
    """The same from the table of values that the report of the period wrote."""
    from lokus.i18n import use_language
    from lokus.intake.earlier.period_values import read_period_values
    from lokus.subject import output_column

    titles = []
    for language in ("id", "en"):
        with use_language(language):
            titles.append(_title(stated, year))
    path = study.beside(stated.values or "")
    values = read_period_values(
        path,
        villages=study.boundaries.villages.index,
        catalogue=study.catalogue,
        titles=titles,
        names={output_column(key): key for key in study.catalogue},
    )
    derived = study.catalogue.derive(values.reindex(study.boundaries.villages.index))
    return derived, tuple(map(str, values)), [], [], [(path, values)]


def _title(stated: ReportPeriodSettings, year: int) -> str:
    if stated.name:
        return stated.name
    text = _("Semester {n}, year {year}") if stated.semester else _("Quarter {n}, year {year}")
    return text.format(n=stated.semester or stated.quarter, year=stated.year or year)


def _slug(stated: ReportPeriodSettings, year: int) -> str:
    import re

    if stated.name:
        return re.sub(r"[^a-z0-9]+", "_", stated.name.casefold()).strip("_") or "periode"
    return f"{stated.kind}_{stated.semester or stated.quarter}_{stated.year or year}"


def find_period(
    study: Kajian,
    *,
    semester: int | None = None,
    quarter: int | None = None,
    name: str | None = None,
    year: int | None = None,
) -> ReportedPeriod:
    """Find a period that the study states; without a choice, the last.

    Raises
    ------
    StudyFileError
        The study states no such period; the message names those it states.
    """
    found = [
        one
        for one in study.periods
        if (semester is None or one.stated.semester == semester)
        and (quarter is None or one.stated.quarter == quarter)
        and (name is None or (one.stated.name or "").casefold() == name.casefold())
        and (name is not None or (year or study.settings.study.year) == _year(study, one))
    ]
    if not found:
        raise StudyFileError(
            _("the study states no such period; it states: {periods}").format(
                periods="; ".join(one.title for one in study.periods) or _("none")
            ),
            where=Where(file=study.path.name),
            remedy=_("add a [[laporan.periode]] with its tables to the study file, or name one of them"),
        )
    return found[-1]


def period_with_slug(study: Kajian, slug: str) -> ReportedPeriod:
    """Find the period of a lock.

    Raises
    ------
    StudyFileError
        The study states no such period any more.
    """
    for one in study.periods:
        if one.slug == slug:
            return one
    raise StudyFileError(
        _("the study states no such period; it states: {periods}").format(
            periods="; ".join(one.title for one in study.periods) or _("none")
        ),
        where=Where(file=study.path.name),
        remedy=_("add a [[laporan.periode]] with its tables to the study file, or name one of them"),
    )


def _year(study: Kajian, period: ReportedPeriod) -> int:
    return period.stated.year or study.settings.study.year


def hold_back(study: Kajian, period: ReportedPeriod) -> None:
    """Raise where what is found in a period, or in one before it that it is compared with, blocks the report.

    Raises
    ------
    BlockedError
        A blocking finding is not accepted.
    """
    from lokus.intake.audit.audit import hold_report_back

    upto = _up_to(study, period)
    if any(one.stated.with_study for one in upto):
        study.audit.raise_if_blocked()
    found = dict.fromkeys(finding for one in upto for finding in one.findings)
    hold_report_back(tuple(found), study.settings.audit.accepted)


def _up_to(study: Kajian, period: ReportedPeriod) -> tuple[ReportedPeriod, ...]:
    same = [one for one in study.periods if one.stated.kind == period.stated.kind]
    return tuple(same[: same.index(period) + 1])


def period_report(study: Kajian, period: ReportedPeriod) -> PeriodReport:
    """Put together what the report of a period tells; small counts are masked where the study is public."""
    from lokus.followup.period_figures import period_figures
    from lokus.followup.service_blocks import report_blocks
    from lokus.show.results.period_report import PeriodReport, mask_report
    from lokus.stages.outputs import study_info

    catalogue, reports = study.catalogue, study.settings.reports
    upto = _up_to(study, period)
    given = tuple(dict.fromkeys(str(key) for one in upto for key in one.values))
    owners = {
        key: table.opd
        for one in upto
        for table in one.stated.tables
        if table.opd
        for key in (*table.gives, *(name for own in table.gives for name in catalogue.derived_from(own)))
    }
    blocks = report_blocks(
        given,
        catalogue,
        stated=[(block.name, block.indicators) for block in reports.blocks] if reports else (),
        themed=study.settings.theme is not None,
        owners={**owners, **study.owners},
        parts={part for key in given if key in catalogue for part in _parts(study, key, given)},
    )
    keys = [key for block in blocks for key in block.keys]
    frames = [one.values for one in upto]
    villages = study.boundaries.villages
    report = PeriodReport(
        info=study_info(study),
        formalities=study.formalities,
        title=period.title,
        slug=period.slug,
        before=upto[-2].title if len(upto) > 1 else "",
        blocks=blocks,
        villages=villages[["desa", "kecamatan", "kode_kecamatan"]].sort_index(),
        figures=period_figures(
            frames[-1], frames[-2] if len(frames) > 1 else None, villages, keys, catalogue
        ),
        course=tuple(
            (one.title, period_figures(one.values, None, villages, keys, catalogue)) for one in upto
        ),
        decimals={key: _decimals(study, key) for key in keys},
        calendar=period.calendar,
        foster=_foster(study, upto),
        audit_returns=study.audit_returns,
        findings=period.findings,
    )
    return mask_report(report) if study.settings.outputs.public else report


def period_lock(study: Kajian, period: ReportedPeriod, report: PeriodReport) -> dict[str, Any]:
    """Lock of the report of a period: inputs, versions, settings, and a digest of all that it tells."""
    from lokus.manifest import make_period_lock
    from lokus.stages.outputs import inputs_of
    from lokus.stages.stage import whole

    upto, stated = _up_to(study, period), whole(study.settings)
    taken = [part for one in upto for part in one.read]
    if study.official is not None and stated.boundaries.official:
        taken.append((study.beside(stated.boundaries.official.file), study.official))
    if study.decisions is not None:
        taken.append((study.decisions_file, study.decisions))
    taken.append((study.beside(stated.boundaries.file), study.boundaries.villages))
    if study.audit_rows is not None and stated.case_audit:
        taken += [(study.beside(name), study.audit_rows) for name in stated.case_audit.returns]
    found = inputs_of(study, taken)
    # Estimates beside the register, and tables of the study itself, rest on all that the study reads.
    if report.foster is not None or any(one.stated.with_study for one in upto):
        known = {item.path for item in found}
        found = [*found, *(item for item in study.inputs if item.path not in known)]
    settings = stated.to_mapping()
    # A period that is added later changes nothing in the report of an earlier one.
    told = [whole(one.stated) for one in upto]
    every = zip(stated.reports.periods if stated.reports else (), settings["laporan"]["periode"], strict=True)
    reports = {**settings["laporan"], "periode": [plain for one, plain in every if one in told]}
    figures = [report.figures, *(frame for __, frame in report.course)]
    if report.foster is not None:
        figures.append(report.foster.by_village.reset_index())
    if report.audit_returns is not None:
        figures.append(report.audit_returns.by_village.reset_index())
    if report.calendar is not None:
        figures.append(report.calendar.by_opd.reset_index())
    return make_period_lock(
        study_file=study.path,
        settings={**settings, "laporan": reports},
        inputs=found,
        period=period.slug,
        figures=figures,
    )


def _foster(study: Kajian, upto: Sequence[ReportedPeriod]) -> FosterParents | None:
    if study.foster is None:
        return None
    return study.foster.until([one.stated.written(study.settings.study.year) for one in upto])


def _parts(study: Kajian, key: str, given: Sequence[str]) -> tuple[str, ...]:
    item = study.catalogue[key]
    return tuple(name for name in (item.numerator, item.denominator, *item.sum_of) if name in given)


def _decimals(study: Kajian, key: str) -> int:
    return study.catalogue[key].decimals if key in study.catalogue else 1
