"""Read a study's inputs: boundaries, tables and earlier years, up to the checked village table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lokus.errors import InputError, LokusError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.settings.theme import SERVED, catalogue_entries, inner_names
from lokus.stages.stage import keep_unchanged, whole

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.intake.audit.audit import Audit, Checked, CompletenessRule
    from lokus.intake.earlier.decided_list import DecidedList
    from lokus.intake.earlier.earlier_years import EarlierYears
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.join.join import Joined
    from lokus.intake.tables.tables import RawTable
    from lokus.kajian import Kajian
    from lokus.manifest import Input
    from lokus.places.boundaries import Boundaries
    from lokus.places.neighbours import Neighbours
    from lokus.settings import Settings
    from lokus.settings.inputs import TableSettings
    from lokus.settings.review import DecidedSettings

__all__ = [
    "Computed",
    "Previous",
    "audit",
    "boundaries",
    "bridge",
    "catalogue",
    "checked",
    "decided",
    "decisions",
    "derived_values",
    "earlier",
    "earlier_lists",
    "indicators",
    "join_sheets",
    "joined",
    "neighbours",
    "official",
    "past",
    "previous",
    "raw_tables",
    "read_sheet",
    "reconciliation",
    "sheets",
    "sheets_of",
    "stated_tables",
    "surroundings",
    "villages",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Computed:
    """Results of last year's study."""

    results: gpd.GeoDataFrame
    kode: tuple[str, ...]
    inputs: tuple[Input, ...]
    rounds: tuple[pd.DataFrame, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Previous:
    """Last year's study, opened again or read from its outputs.

    An audit needs only its villages; its results are computed on first use.
    """

    year: int
    villages: gpd.GeoDataFrame
    settings: Settings
    compute: Callable[[], Computed]
    findings: tuple[Finding, ...] = ()

    @cached_property
    def computed(self) -> Computed:
        """Results, list, inputs and rounds.

        Raises
        ------
        InputError
            Last year's study does not run.
        """
        return self.compute()

    @property
    def results(self) -> gpd.GeoDataFrame:
        """Village table with rates and scores."""
        return self.computed.results

    @property
    def kode(self) -> tuple[str, ...]:
        """The proposed list."""
        return self.computed.kode

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Its input files."""
        return self.computed.inputs

    @property
    def rounds(self) -> tuple[pd.DataFrame, ...]:
        """Counts of earlier rounds."""
        return self.computed.rounds

    def __repr__(self) -> str:
        return _("Study of {year}: {n} villages, {k} on the list").format(
            year=self.year, n=len(self.results), k=len(self.kode)
        )


def catalogue(study: Kajian) -> Catalogue:
    """Indicators known to this study."""
    from lokus.intake.indicators.catalogue import load_catalogue

    return load_catalogue(catalogue_entries(whole(study.settings.theme), study.settings.own_indicators))


def official(study: Kajian) -> pd.DataFrame | None:
    """Official list of villages, where the study names one."""
    from lokus.intake.official import read_official_list

    stated = study.settings.boundaries.official
    if stated is None:
        return None
    return read_official_list(study.beside(stated.file), columns=stated.columns.stated, sheet=stated.sheet)


def bridge(study: Kajian) -> pd.DataFrame | None:
    """Table from BPS to Kemendagri codes, where the study names one."""
    from lokus.intake.official import read_bridge

    stated = study.settings.boundaries.bridge
    if stated is None:
        return None
    return read_bridge(study.beside(stated.file), bps=stated.bps, kemendagri=stated.kemendagri)


def boundaries(study: Kajian) -> Boundaries:
    """Village polygons, checked."""
    from lokus.places.boundaries import read_boundaries

    stated = study.settings.boundaries
    return read_boundaries(
        study.beside(stated.file),
        layer=stated.layer,
        columns=stated.columns.stated if stated.columns else None,
        crs=stated.crs,
        encoding=stated.encoding,
        bridge=study.bridge,
        official=study.official,
        kabupaten=stated.kabupaten_code,
    )


def surroundings(study: Kajian) -> gpd.GeoDataFrame | None:
    """Land around the kabupaten, from a file that the study names or from the boundary file."""
    from lokus.places.surroundings import neighbours_in_file, read_surroundings

    stated = study.settings.outputs.surroundings
    if stated:
        return read_surroundings(study.beside(stated))
    own = study.settings.boundaries
    if own.kabupaten_code is None:
        return None
    return neighbours_in_file(
        study.beside(own.file), study.boundaries.villages, layer=own.layer, encoding=own.encoding
    )


def neighbours(study: Kajian) -> Neighbours:
    """Which villages share a border."""
    from lokus.places.neighbours import contiguity

    return contiguity(study.boundaries.villages)


def decisions(study: Kajian) -> pd.DataFrame | None:
    """Human decisions about names; ``None`` where there are none yet."""
    from lokus.files import is_there
    from lokus.places.names import read_decisions

    return read_decisions(study.decisions_file) if is_there(study.decisions_file) else None


def sheets(study: Kajian) -> tuple[tuple[int, str | None], ...]:
    """Sheets to read: the number of a ``[[tabel]]`` and a sheet, one for each table of villages."""
    return sheets_of(study, study.settings.tables)


def sheets_of(study: Kajian, tables: Sequence[TableSettings]) -> tuple[tuple[int, str | None], ...]:
    """What is read of some tables: the number of one of them, from 0, and a sheet of it."""
    from lokus.intake.tables.tables import sheets_with

    read: list[tuple[int, str | None]] = []
    for number, table in enumerate(tables):
        if table.several is None:
            read.append((number, table.sheet))
        else:
            wanted = [*table.place.stated.values(), *table.indicators.values(), *table.rows]
            names = table.several or sheets_with(study.beside(table.file), wanted)
            read += [(number, name) for name in names]
    return tuple(read)


def raw_tables(study: Kajian) -> tuple[RawTable, ...]:
    """Tables as in the workbooks, by sheet; exports of children as counts by village."""
    return tuple(read_sheet(study, study.settings.tables[number], sheet) for number, sheet in study.sheets)


def read_sheet(study: Kajian, table: TableSettings, sheet: str | None) -> RawTable:
    """One sheet of a table as it stands in the workbook; an export of children as counts by village."""
    from lokus.intake.children.children import read_children
    from lokus.intake.tables.headers import forget_cells
    from lokus.intake.tables.tables import read_table

    path = study.beside(table.file)
    if table.period is not None:
        try:
            return read_children(
                path,
                start=table.period.start,
                end=table.period.end,
                sheet=sheet,
                columns=table.child_columns,
                where=table.rows,
            )
        finally:
            forget_cells()
    wanted = [*table.place.stated.values(), *table.indicators.values(), *table.rows]
    raw = read_table(path, sheet=sheet, columns=wanted, keep=table.rows)
    if table.carried is None:
        return raw
    from dataclasses import replace

    from lokus.intake.children.export_findings import read_findings

    return replace(raw, findings=(*raw.findings, *read_findings(study.beside(table.carried))))


def stated_tables(study: Kajian) -> list[TableSettings]:
    """Settings of each table that is read, one for each sheet."""
    return [study.settings.tables[number] for number, __ in study.sheets]


def joined(study: Kajian) -> tuple[Joined, ...]:
    """Each table's values by village, with the outcome of each of its rows."""
    return join_sheets(study, study.raw_tables, stated_tables(study))


def join_sheets(
    study: Kajian, sheets: Sequence[RawTable], tables: Sequence[TableSettings]
) -> tuple[Joined, ...]:
    """Join sheets to the villages, each as its table is stated."""
    from lokus.intake.children.children import CHILD_PLACE
    from lokus.intake.join.combine import share_villages
    from lokus.intake.join.join import join_table

    found = [
        join_table(
            raw,
            study.boundaries.villages,
            place=table.place.stated or {k: v for k, v in CHILD_PLACE.items() if v in raw.data},
            indicators=table.gives,
            catalogue=study.catalogue,
            opd=table.opd,
            decisions=study.decisions,
            where=table.rows if table.period is None else {},
            personal=table.period is not None,
            scales=table.scales,
            add=table.add,
            listed=study.official is not None,
        )
        for raw, table in zip(sheets, tables, strict=True)
    ]
    rounds = [table.rounds_ago for table in tables]
    return share_villages(found, study.boundaries.villages, rounds=rounds)


def indicators(study: Kajian) -> pd.DataFrame:
    """Indicators of all tables and those derived from them, villages × keys."""
    return _round(study, 0)


def earlier(study: Kajian) -> tuple[pd.DataFrame, ...]:
    """The same for earlier rounds or years, newest first."""
    rounds = sorted({table.rounds_ago for table in study.settings.tables} - {0})
    return tuple(_round(study, number) for number in rounds)


def _round(study: Kajian, number: int) -> pd.DataFrame:
    return derived_values(study, *_of_round(study, number))


def derived_values(study: Kajian, first: Sequence[Joined], late: Sequence[Joined]) -> pd.DataFrame:
    """Values of tables, and of those that bring what they lack, with all that is computed from them."""
    from lokus.intake.join.combine import combine, complete

    values = complete(combine(first, study.boundaries.villages.index), late)
    if {SERVED, "diukur"} <= set(values.columns):
        # Where a low rate is worse, cases are those not served.
        values["stunting"] = values["diukur"] - values[SERVED]
    return study.catalogue.derive(values)


def _of_round(study: Kajian, number: int) -> tuple[list[Joined], list[Joined]]:
    """Return the tables of a round, and those that complete them later."""
    tables = [
        (joined, table.late)
        for joined, table in zip(study.joined, stated_tables(study), strict=True)
        if table.rounds_ago == number
    ]
    return [joined for joined, late in tables if not late], [joined for joined, late in tables if late]


def checked(study: Kajian) -> Checked:
    """Indicators with impossible values removed, and the findings of the checks of values."""
    from lokus.intake.audit.audit import check_values

    return check_values(
        study.boundaries.villages[["desa", "kecamatan"]].join(study.indicators),
        catalogue=study.catalogue,
        origins=[
            joined.origin
            for joined, table in zip(study.joined, stated_tables(study), strict=True)
            if table.rounds_ago == 0
        ],
        previous=study.earlier[0] if study.earlier else None,
        reliable_coverage=study.settings.rates.reliable_coverage,
    )


def villages(study: Kajian) -> gpd.GeoDataFrame:
    """Village table: one row a village, place and geometry, then the indicators that passed the checks."""
    return study.boundaries.villages.join(study.checked.values.drop(columns=["desa", "kecamatan"]))


def audit(study: Kajian) -> Audit:
    """Findings of all stages, completeness by office, and what holds the proposal back."""
    from lokus.intake.audit.audit import gather_findings
    from lokus.intake.audit.patterns import double_counted, without_denominator
    from lokus.intake.join.combine import combine, replaced_values

    # Problems of drawing are reported with the data, not when the first map is drawn.
    _land = study.surroundings
    findings = [*study.boundaries.findings, *_persons_beside(study)]
    for raw, joined in zip(study.raw_tables, study.joined, strict=True):
        findings += [*raw.findings, *joined.findings]
    first, late = _of_round(study, 0)
    if late:
        villages = study.boundaries.villages
        findings += replaced_values(combine(first, villages.index), late, villages, study.catalogue)
    findings += double_counted(study.settings.scores.keys, study.catalogue)
    findings += without_denominator(study.settings.given)
    findings += [finding for decided in study.decided.values() for finding in decided.findings]
    findings += study.previous.findings if study.previous else ()
    findings += _of_the_past(study)
    return gather_findings(
        study.checked,
        needed=study.settings.needed,
        findings=findings,
        accepted=study.settings.audit.accepted,
        rule=_completeness_rule(study),
    )


def _completeness_rule(study: Kajian) -> CompletenessRule | None:
    from lokus.intake.audit.audit import CompletenessRule

    stated = study.settings.completeness
    if stated is None:
        return None
    return CompletenessRule(
        least=stated.least,
        of_office=stated.of_office,
        beside=study.settings.given if stated.scope == "given" else (),
    )


def _of_the_past(study: Kajian) -> Sequence[Finding]:
    """Findings of converting the lists of earlier years to this year's villages.

    Last year's indicators are only needed where a village was divided, to name the counts left out.
    """
    if study.earlier_lists is None:
        return ()
    divided = any(finding.check == "tahun.split" for finding in study.earlier_lists.findings)
    return study.past.findings if divided and study.past else study.earlier_lists.findings


def _persons_beside(study: Kajian) -> list[Finding]:
    """Find sheets with rows of persons in workbooks of which only some sheets are read.

    Where no sheet is named, reading the table has checked all of them.
    """
    from lokus.intake.tables.grid import persons_beside

    found: list[Finding] = []
    read: dict[str, set[str]] = {}
    for raw, table in zip(study.raw_tables, stated_tables(study), strict=True):
        read.setdefault(table.file, set()).add(raw.sheet)
    for table in {table.file: table for table in study.settings.tables if table.period is None}.values():
        if all(other.sheets for other in study.settings.tables if other.file == table.file):
            personal = persons_beside(study.beside(table.file), read[table.file])
            found += [replace(finding, opd=table.opd) for finding in personal]
    return found


def reconciliation(study: Kajian) -> pd.DataFrame:
    """Outcome of every row of every table and earlier list, and villages without a row."""
    import pandas as pd

    parts = [joined.reconciliation for joined in study.joined]
    parts += [decided.reconciliation for decided in study.decided.values()]
    return pd.concat(parts, ignore_index=True)


def previous(study: Kajian) -> Previous | None:
    """Last year's study, where this one names it or its outputs.

    Raises
    ------
    InputError
        It does not run, its outputs cannot be read, or it is not of an earlier year.
    """
    stated = study.settings.previous
    if stated is None or not (stated.study or stated.pack):
        return None
    past = _run_again(study, stated.study) if stated.study else _read_outputs(study, str(stated.pack))
    if past.year >= study.settings.study.year:
        raise InputError(
            _("the study of last year is of {year}, this one of {now}").format(
                year=past.year, now=study.settings.study.year
            ),
            where=Where(file=stated.study or stated.pack),
            remedy=_("name a study or outputs of an earlier year under [tahun_lalu]"),
        )
    return past


def _run_again(study: Kajian, name: str) -> Previous:
    path = study.beside(name)

    def compute() -> Computed:
        from lokus.choice.results import side_by_side
        from lokus.manifest import file_input

        with _named(name):
            return Computed(
                results=side_by_side(
                    other.villages, *([other.rates.table] if other.rates else []), other.scores.table
                ),
                kode=other.proposal.kode,
                inputs=(file_input(path), *other.inputs),
                rounds=other.rounds,
            )

    with _named(name):
        other = study.open(path)
        if path.parent.resolve() == study.path.parent.resolve():
            # The same boundaries under the same settings need no second reading.
            keep_unchanged(study, other)
        return Previous(
            year=other.settings.study.year,
            villages=other.boundaries.villages,
            settings=other.settings,
            compute=compute,
        )


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Mark an error as one of last year's study."""
    try:
        yield
    except LokusError as error:
        raise InputError(
            _("last year's study does not run: {error}").format(error=error),
            where=Where(file=name),
            remedy=_("mend it, or name its outputs with keluaran"),
        ) from error


def _read_outputs(study: Kajian, name: str) -> Previous:
    from lokus.intake.earlier.outputs import read_previous_pack
    from lokus.manifest import Input, file_input, frame_digest
    from lokus.settings.read import settings_from_mapping

    pack = read_previous_pack(study.beside(name), digest=frame_digest, inner=inner_names)

    def compute() -> Computed:
        return Computed(
            results=pack.results,
            kode=pack.kode,
            inputs=(
                Input(path=pack.folder / "hasil.gpkg", content=frame_digest(pack.results)),
                file_input(pack.folder / "kajian.lock.json"),
            ),
        )

    return Previous(
        year=pack.year,
        villages=pack.villages,
        settings=settings_from_mapping(pack.settings, file=name),
        compute=compute,
        findings=pack.findings,
    )


def last_year(study: Kajian) -> int:
    """Year of last year's list.

    Raises
    ------
    ValueError
        The study names no earlier list.
    """
    stated = study.settings.previous
    year = study.previous.year if study.previous else stated.year if stated else None
    if year is None:  # the settings require it where no study states it
        raise ValueError("no earlier list")
    return year


def decided(study: Kajian) -> Mapping[int, DecidedList]:
    """Decided lists by year, matched with the villages of last year where known."""
    stated = study.settings.previous
    if stated is None:
        return {}
    lists: dict[int, DecidedSettings] = {item.year: item for item in stated.history}
    if stated.decided:
        lists[last_year(study)] = stated.decided
    return {year: _read_list(study, lists[year]) for year in sorted(lists)}


def _read_list(study: Kajian, stated: DecidedSettings) -> DecidedList:
    from lokus.intake.earlier.decided_list import read_decided_list

    return read_decided_list(
        study.beside(stated.file),
        study.previous.villages if study.previous else study.boundaries.villages,
        sheet=stated.sheet,
        place=stated.place.stated if stated.place else None,
        decisions=study.decisions,
        where=stated.rows,
    )


def earlier_lists(study: Kajian) -> EarlierYears | None:
    """Lists of all years in this year's codes, without last year's indicators.

    Where the study does not state what was decided, last year's proposal is used.
    """
    from lokus.intake.earlier.earlier_years import carry_earlier_years

    if study.settings.previous is None:
        return None
    return carry_earlier_years(
        study.previous.villages if study.previous else None,
        None,
        _lists_of_years(study),
        study.boundaries.villages,
        catalogue=study.catalogue,
    )


def past(study: Kajian) -> EarlierYears | None:
    """Last year's indicators and the lists of all years in this year's codes."""
    from lokus.intake.earlier.earlier_years import carry_earlier_years

    if study.previous is None or study.earlier_lists is None:
        return study.earlier_lists
    return carry_earlier_years(
        study.previous.villages,
        study.previous.results,
        _lists_of_years(study),
        study.boundaries.villages,
        catalogue=study.catalogue,
        walk=study.earlier_lists.crosswalk,
    )


def _lists_of_years(study: Kajian) -> dict[int, Sequence[str]]:
    lists: dict[int, Sequence[str]] = {year: decided.kode for year, decided in study.decided.items()}
    if study.previous and study.previous.year not in lists:
        lists[study.previous.year] = study.previous.kode
    return lists
