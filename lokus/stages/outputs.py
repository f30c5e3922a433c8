"""Assemble what outputs are written from: inputs, lock, study information, material."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.manifest import Input, file_input, frame_digest, make_lock
from lokus.stages.data import last_year
from lokus.stages.trying import indicator_styles

if TYPE_CHECKING:
    import pandas as pd

    from lokus.evidence.rates.positive_deviance import PositiveDeviance
    from lokus.intake.earlier.decided_list import DecidedList
    from lokus.kajian import Kajian
    from lokus.show.maps.maps import Maps
    from lokus.show.results.formalities import Formalities
    from lokus.show.results.info import StudyInfo
    from lokus.show.results.material import Material
    from lokus.show.results.review import ReviewMaterial

__all__ = [
    "filled_activities",
    "findings",
    "formalities",
    "info",
    "inputs",
    "inputs_of",
    "lock",
    "maps",
    "material",
    "method",
    "review_material",
    "study_info",
]


def findings(study: Kajian) -> pd.DataFrame:
    """Findings of the audit and cautions about the evidence, in one table, each accepted or not.

    Where the audit holds the proposal back there is no list, and nothing to be said of it.
    """
    from lokus.findings import Finding
    from lokus.intake.audit.audit import add_cautions

    cautions = list(study.cautions)
    if study.audit.blocking.empty:
        if study.effect is not None:
            # What its covariates lack, the rates have reported.
            cautions += [one for one in study.effect.findings if one.check.startswith("choice.")]
        if study.proposal.caution:
            cautions.append(Finding(check="choice.ties", level="warning", message=study.proposal.caution))
    return add_cautions(study.audit.findings, dict.fromkeys(cautions), study.settings.audit.accepted)


def inputs(study: Kajian) -> tuple[Input, ...]:
    """Every input file, with a digest of what was read from it."""
    import pandas as pd

    from lokus.places.boundary_files import read_features
    from lokus.stages.data import stated_tables

    stated = study.settings.boundaries
    taken = [(study.beside(stated.file), study.boundaries.villages)]
    if study.official is not None and stated.official:
        taken.append((study.beside(stated.official.file), study.official))
    if study.bridge is not None and stated.bridge:
        taken.append((study.beside(stated.bridge.file), study.bridge))
    taken += [
        (study.beside(table.file), joined.values)
        for table, joined in zip(stated_tables(study), study.joined, strict=True)
    ]
    if study.decisions is not None:
        taken.append((study.decisions_file, study.decisions))
    taken += [(study.beside(name), pd.DataFrame(index=list(decided.kode))) for name, decided in _lists(study)]
    taken += _calendars(study)
    if study.settings.case_audit:
        taken += [(study.beside(name), study.audit_rows) for name in study.settings.case_audit.returns]
    if study.settings.foster:
        taken += [(study.beside(name), study.foster_rows) for name in study.settings.foster.returns]
    if study.settings.outputs.surroundings:
        surroundings = study.beside(study.settings.outputs.surroundings)
        taken.append((surroundings, read_features(surroundings)))
    own = inputs_of(study, taken)
    read_whole = [study.settings.outputs.logo, *(table.carried for table in stated_tables(study))]
    own += [file_input(study.beside(name)) for name in dict.fromkeys(read_whole) if name]
    known = {os.path.normpath(item.path) for item in own}
    earlier = study.previous.inputs if study.previous else ()
    return (*own, *(item for item in earlier if os.path.normpath(item.path) not in known))


def inputs_of(study: Kajian, taken: Sequence[tuple[Path, Any]]) -> list[Input]:
    """Files with a digest of what was read from each; the source of fetched boundaries beside theirs."""
    from lokus.places.open_boundaries import read_source

    digests: dict[Path, list[str]] = {}
    for path, frame in taken:
        digests.setdefault(path, []).append(frame_digest(_wherever_its_rows_stood(frame)))
    boundaries = study.beside(study.settings.boundaries.file)
    record = read_source(boundaries) or {}
    fetched = {key: str(record[key]) for key in ("sumber", "lisensi", "diperbarui") if record.get(key)}
    return [
        Input(path=path, content="+".join(parts), origin=fetched if path == boundaries else {})
        for path, parts in digests.items()
    ]


def _wherever_its_rows_stood(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop an index of row numbers, so that sorting a file does not change its content."""
    if frame.index.name not in (None, "baris") or not len(frame.columns):
        return frame
    return frame.set_index(frame.columns[0])


def filled_activities(path: Path, villages: pd.DataFrame) -> pd.DataFrame:
    """Activities of one filled calendar, wherever their rows stood."""
    from lokus.intake.earlier.calendar import read_calendar

    return read_calendar([path], villages).activities.drop(columns="baris", errors="ignore")


def _calendars(study: Kajian) -> list[tuple[Path, pd.DataFrame]]:
    stated = study.settings.previous
    villages = study.previous.villages if study.previous else study.boundaries.villages
    paths = [study.beside(name) for name in stated.calendars] if stated else []
    return [(path, filled_activities(path, villages)) for path in paths]


def _lists(study: Kajian) -> list[tuple[str, DecidedList]]:
    stated = study.settings.previous
    if stated is None:
        return []
    lists = [(item.file, study.decided[item.year]) for item in stated.history]
    if stated.decided is None:
        return lists
    return [(stated.decided.file, study.decided[last_year(study)]), *lists]


def lock(study: Kajian) -> dict[str, Any]:
    """Lock of the study: inputs, versions, rules and the resulting list."""
    return make_lock(
        study_file=study.path,
        settings=study.settings.to_mapping(),
        inputs=study.inputs,
        kode=study.proposal.kode,
        results=study.results,
        proof={
            "kecamatan": study.proposal.n_kecamatan,
            "nilai": study.proposal.objective,
            "batas_atas": study.proposal.bound,
            "mesin": study.proposal.engine,
        },
    )


def info(study: Kajian) -> StudyInfo:
    """Title, place and sources, as printed on every output."""
    return study_info(study, rule=str(study.problem))


def study_info(study: Kajian, *, rule: str = "") -> StudyInfo:
    """Title, place and sources of a study; without the rule nothing is computed from its data."""
    from lokus.places.kode import is_example
    from lokus.show.results.info import StudyInfo

    stated = study.settings.study
    sources = [study.settings.boundaries.source or Path(study.settings.boundaries.file).name]
    sources += [
        ", ".join(part for part in (table.opd, table.source or Path(table.file).name, table.date) if part)
        for table in study.settings.tables
    ]
    return StudyInfo(
        title=stated.title,
        kabupaten=stated.kabupaten,
        tahun=stated.year,
        instansi=stated.institution,
        alamat=stated.address,
        edisi=stated.edition,
        sources=tuple(sources),
        synthetic=any(is_example(kode) for kode in study.boundaries.villages.index),
        rule=rule,
        boundary_status=study.settings.boundaries.status,
    )


def formalities(study: Kajian) -> Formalities:
    """Statements of decree, minutes and letters that do not come from data."""
    from lokus.show.results.formalities import Formalities, Signer

    stated = study.settings.decree
    meeting, letter = stated.meeting, stated.letter
    head, sender = (
        Signer(office=signer.office, name=signer.name, nip=signer.nip)
        for signer in (stated.signer, letter.signer)
    )
    return Formalities(
        number=stated.number,
        date=stated.date,
        place=stated.place,
        subject=stated.subject,
        recitals=stated.recitals,
        basis=stated.basis,
        columns=stated.columns,
        signer=head,
        meeting=meeting.name,
        meeting_date=meeting.date,
        meeting_place=meeting.place,
        minutes_number=meeting.number,
        attendees=meeting.attendees,
        letter_number=letter.number,
        letter_date=letter.date,
        deadline=letter.deadline,
        letter_signer=sender,
        address=letter.address or study.settings.study.address,
    )


def maps(study: Kajian) -> Maps:
    """Maps of the results, for notebooks and print."""
    from lokus.i18n import gettext as _
    from lokus.show.maps.maps import Maps
    from lokus.show.themes.themes import PATTERN, IndicatorStyle
    from lokus.stages.evidence import pattern_indicator

    stated = study.settings.outputs
    looked_at = study.catalogue.get(pattern_indicator(study))
    pattern = IndicatorStyle(
        label=looked_at.label if looked_at else _("stunting prevalence"),
        worse="high" if looked_at is None else "" if looked_at.worse == "none" else looked_at.worse,
    )
    return Maps(
        results=study.results,
        kecamatan=study.boundaries.kecamatan,
        info=study.info,
        indicators={PATTERN: pattern, **indicator_styles(study, stated.mapped_indicators)},
        surroundings=study.surroundings,
        sea=stated.sea,
        earlier=_earlier_years(study),
        logo=study.beside(stated.logo) if stated.logo else None,
    )


def _earlier_years(study: Kajian) -> dict[int, pd.DataFrame]:
    """Return earlier lists, and the prevalence of the last year, for this year's villages."""
    import pandas as pd

    if study.past is None:
        return {}
    lists, values, index = study.past.lists, study.past.values, study.results.index
    years = {}
    for year in study.past.years:
        listed = lists[year].astype("boolean").reindex(index)
        known = year == study.past.years[-1] and "prevalensi" in values
        rates = values["prevalensi"].reindex(index) if known else pd.Series(float("nan"), index=index)
        years[year] = pd.DataFrame({"lokus": listed, "prevalensi": rates.astype(float)})
    return years


def method(study: Kajian) -> list[tuple[str, str]]:
    """Description of the method, as sentences."""
    from lokus.show.words.method import method_lines

    return method_lines(
        study.rates,
        study.scores,
        study.proposal,
        robustness=study.robustness,
        labels=study.labels,
        findings=study.findings,
        lock=study.lock,
        change=study.change,
        effect=study.effect,
        survey=study.survey,
        odds_bounds=study.odds_bounds,
        clusters=study.clusters,
    )


def review_material(study: Kajian) -> ReviewMaterial | None:
    """Parts of the review shown in outputs; ``None`` without an earlier list."""
    from lokus.show.results.review import ReviewMaterial

    if study.review is None or study.past is None:
        return None
    return ReviewMaterial.of(
        study.review,
        year=study.past.years[-1],
        change=study.change,
        effect=study.effect,
        no_effect=study.no_effect,
        fall=study.expected_fall,
        history=study.history,
        realisation=study.realisation,
    )


def _named_overlap(study: Kajian) -> pd.DataFrame:
    pairs = study.overlap.table[["indikator", "dengan", "korelasi", "bobot"]]
    names = {
        column: pairs[column].map(lambda key: study.labels[str(key)]) for column in ("indikator", "dengan")
    }
    return pairs.assign(**names)


def _named_deviance(study: Kajian) -> PositiveDeviance | None:
    found = study.deviance
    if found is None:
        return None
    return replace(found, covariates=tuple(study.catalogue[key].label for key in found.covariates))


def _influence(study: Kajian) -> pd.DataFrame | None:
    """Influence of each indicator on the list; ``None`` where the score has only one."""
    if (study.scores.weights > 0).sum() < 2:
        return None
    return study.leave_one_out.table.rename(index=study.labels)


def _causes(study: Kajian) -> dict[str, str]:
    """Map codes of causes to names; for another theme only those the study has data of."""
    from lokus.followup.audit_returns import audit_causes

    keys = audit_causes(study.catalogue)
    if study.settings.theme is not None:
        keys = tuple(key for key in keys if key in study.results)
    return {key: study.catalogue[key].label for key in keys}


def material(study: Kajian) -> Material:
    """Everything that workbook, slides and report show."""
    from lokus.choice.results import name_alternatives
    from lokus.intake.tables.coverage_form import coverage_sheets
    from lokus.show.results.material import Material
    from lokus.show.words.method import tie_rule
    from lokus.stages.followup import foster_periods

    return Material(
        results=study.results,
        kecamatan=study.boundaries.kecamatan,
        info=study.info,
        contributions=study.scores.contributions.rename(columns=study.labels),
        completeness=study.audit.completeness.rename(columns=study.labels),
        by_opd=study.audit.by_opd,
        reconciliation=study.reconciliation,
        findings=study.findings,
        gaps=study.gaps,
        alternatives=name_alternatives(study.alternatives, study.villages["desa"]),
        prices=study.proposal.prices,
        odds_bounds=study.odds_bounds,
        justifications=study.justifications,
        overlap=_named_overlap(study),
        tie_caution=study.proposal.caution,
        tie_rule=tie_rule(study.scores, study.labels, estimated=study.rates is not None),
        weights={study.labels[str(key)]: float(w) for key, w in study.scores.weights.items()},
        method=tuple(study.method),
        lock=study.lock,
        trial=study.trial,
        indicators=study.page_indicators,
        review=study.review_material,
        interventions=study.interventions,
        beneficiaries=study.beneficiaries,
        sharings=study.sharings,
        trajectory=study.trajectory,
        case_audit=study.case_audit,
        audit_returns=study.audit_returns,
        foster=study.foster,
        foster_period=foster_periods(study)[-1] if study.settings.foster is not None else "",
        coverage_sheets=coverage_sheets(study.catalogue, study.owners)
        if study.settings.theme is None
        else (),
        causes=_causes(study),
        calendar=study.calendar,
        structures=study.structures,
        costs=study.costs,
        trade_off=study.trade_off,
        formalities=study.formalities,
        requests=study.requests,
        influence=_influence(study),
        clusters=study.clusters,
        deviance=_named_deviance(study),
        survey=study.survey,
        cautions=study.cautions,
        level=study.rates.level if study.rates else 0.9,
    )
