"""The study: all stages by name, and methods to open, change and write it.

Each stage is a plain function of the study in :mod:`lokus.stages`: a call of a public function with the
settings of the study file. It returns a frame or a frozen result.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.i18n import language, use_language
from lokus.manifest import (
    PERIOD,
    SCENARIO,
    Verification,
    compare_locks,
    compare_outputs,
    read_lock,
    write_lock,
)
from lokus.settings.read import read_settings, settings_from_mapping
from lokus.settings.scenario import Scenario, read_scenario, scenario_from_mapping
from lokus.stages import choice, data, evidence, followup, outputs, periods, review, trying
from lokus.stages.stage import Made, keep_unchanged, noted, stage, whole
from lokus.subject import Subject, subject, use_subject

if TYPE_CHECKING:
    import pandas as pd

    from lokus.settings import Settings
    from lokus.show.pack.pack import Pack
    from lokus.show.pack.processes import Helpers

__all__ = ["Kajian", "verify_lock"]


@dataclass(frozen=True, eq=False, repr=False)
class Kajian:
    """A study of one kabupaten and year.

    Open one with :meth:`open`; every stage is an attribute, computed on first use.

    Parameters
    ----------
    stated : Settings
        The checked study file.
    path : Path
        Path of the study file; paths in it are relative to its folder.
    scenario : Scenario, optional
        Scenario of this study; see :meth:`with_scenario`.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> len(kajian.villages), len(kajian.proposal.kode)
    (256, 26)
    >>> kajian.replace(pilihan={"jumlah": 30}).proposal.n_kecamatan
    8
    """

    stated: Settings
    path: Path
    scenario: Scenario | None = None
    made: dict[tuple[str, str], Made] = field(default_factory=dict, init=False)

    # Inputs.
    catalogue = stage(data.catalogue)
    official = stage(data.official)
    bridge = stage(data.bridge)
    boundaries = stage(data.boundaries)
    surroundings = stage(data.surroundings)
    neighbours = stage(data.neighbours)
    decisions = stage(data.decisions)
    sheets = stage(data.sheets)
    raw_tables = stage(data.raw_tables)
    joined = stage(data.joined)
    indicators = stage(data.indicators)
    earlier = stage(data.earlier)
    checked = stage(data.checked)
    villages = stage(data.villages)
    # Earlier years, and the audit.
    previous = stage(data.previous)
    decided = stage(data.decided)
    earlier_lists = stage(data.earlier_lists)
    past = stage(data.past)
    reconciliation = stage(data.reconciliation)
    audit = stage(data.audit)
    # Evidence.
    rounds = stage(evidence.rounds)
    rates = stage(evidence.rates)
    survey = stage(evidence.survey)
    deviance = stage(evidence.deviance)
    cautions = stage(evidence.cautions)
    children = stage(evidence.children)
    observed = stage(evidence.observed)
    hotspots = stage(evidence.hotspots)
    clusters = stage(evidence.clusters)
    typology = stage(evidence.typology)
    scorer = stage(evidence.scorer)
    scores = stage(evidence.scores)
    labels = stage(evidence.labels)
    # Rules, proposal, certainty and reasons.
    history = stage(choice.history)
    listed = stage(choice.listed)
    today = stage(choice.today)
    graduation = stage(choice.graduation)
    stated_problem = stage(choice.stated_problem)
    problem = stage(choice.problem)
    proposal = stage(choice.proposal)
    robustness = stage(choice.robustness)
    leave_one_out = stage(choice.leave_one_out)
    overlap = stage(choice.overlap)
    alternatives = stage(choice.alternatives)
    justifications = stage(choice.justifications)
    traits = stage(choice.traits)
    assembled = stage(choice.assembled)
    # Review of last year's list.
    change = stage(review.change)
    odds_bounds = stage(review.odds_bounds)
    effect_or_reason = stage(review.effect_or_reason)
    effect = stage(review.effect)
    no_effect = stage(review.no_effect)
    expected_fall = stage(review.expected_fall)
    causes = stage(review.causes)
    results = stage(review.results)
    review = stage(review.review)  # last of its room: from here on the name is the stage
    # Follow-up.
    gaps = stage(followup.gaps)
    owners = stage(followup.owners)
    interventions = stage(followup.interventions)
    costs = stage(followup.costs)
    trade_off = stage(followup.trade_off)
    structures = stage(followup.structures)
    audit_rows = stage(followup.audit_rows)
    audit_returns = stage(followup.audit_returns)
    foster_rows = stage(followup.foster_rows)
    foster = stage(followup.foster)
    calendar = stage(followup.calendar)
    filled_calendar = stage(followup.filled_calendar)
    realisation = stage(followup.realisation)
    sharings = stage(followup.sharings)
    beneficiaries = stage(followup.beneficiaries)
    trajectory = stage(followup.trajectory)
    case_audit = stage(followup.case_audit)
    requests = stage(followup.requests)
    # What is reported period by period.
    periods = stage(periods.periods)
    # Outputs.
    findings = stage(outputs.findings)
    inputs = stage(outputs.inputs)
    lock = stage(outputs.lock)
    info = stage(outputs.info)
    formalities = stage(outputs.formalities)
    maps = stage(outputs.maps)
    method = stage(outputs.method)
    review_material = stage(outputs.review_material)
    trial = stage(trying.trial)
    page_indicators = stage(trying.page_indicators)
    material = stage(outputs.material)

    @property
    def settings(self) -> Settings:
        """The checked study file; while a stage is computed, the settings that it reads are recorded."""
        return noted(self)

    def beside(self, name: str) -> Path:
        """Return the path of a file that the study names relative to its folder."""
        return self.path.parent / name

    @property
    def subject(self) -> Subject | None:
        """Words of the theme that the study states; ``None`` for stunting."""
        return self.stated.theme.subject if self.stated.theme else None

    @property
    def decisions_file(self) -> Path:
        """Path of the decisions about names: as stated, else ``kecocokan.csv`` next to the study file."""
        return self.beside(self.settings.audit.decisions or "kecocokan.csv")

    @property
    def _themes(self) -> tuple[str, ...]:
        """Themes of the print maps: the stated ones, else the usual ones available in the results."""
        from lokus.show.themes.themes import available_themes

        stated = self.settings.outputs
        if "themes" in whole(stated).model_fields_set:
            return stated.themes
        known = available_themes(self.results)
        return tuple(theme for theme in stated.themes if theme in known)

    @property
    def folder(self) -> Path:
        """Output folder that the study names."""
        return Path(os.path.normpath(self.beside(self.settings.outputs.folder)))

    @classmethod
    def open(cls, path: str | Path) -> Kajian:
        """Open a study file.

        Raises
        ------
        StudyFileError
            The file is invalid; the message names the key and the nearest valid one.
        """
        path = Path(path)
        return cls(stated=read_settings(path), path=path)

    def replace(self, **sections: Mapping[str, Any]) -> Kajian:
        """Return the study with changed settings; stages that do not depend on them are reused.

        Parameters
        ----------
        **sections : mapping
            Section of the study file → keys to change, ``pilihan={"jumlah": 30}``. The value of a key is
            replaced as a whole: ``skor={"bobot": {...}}`` states all weights; ``None`` removes a key.
        """
        return self._with(self._changed(sections))

    def _changed(self, sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        plain = self.settings.to_mapping()
        for name, keys in sections.items():
            merged = {**plain.get(name, {}), **keys}
            plain[name] = {key: value for key, value in merged.items() if value is not None}
        return plain

    def replace_tables(self, tables: Sequence[Mapping[str, Any]]) -> Kajian:
        """Return the study with other tables, each with the keys of a ``[[tabel]]``."""
        return self._with({**self.settings.to_mapping(), "tabel": list(tables)})

    def compared_with(self, previous: str | Path) -> Kajian:
        """Return the study with another last year: a folder of outputs, their lock, or a study file.

        Other keys of ``[tahun_lalu]`` (the decided list, graduation, rules) do not change.
        """
        path = Path(previous)
        key, other = ("kajian", "keluaran") if path.suffix == ".toml" else ("keluaran", "kajian")
        named = Path(os.path.relpath(path, self.path.parent)).as_posix()
        return self.replace(tahun_lalu={key: named, other: None})

    def with_scenario(self, scenario: str | Path | Scenario) -> Kajian:
        """Return the study changed by a scenario of the interactive page, with its own output folder.

        Parameters
        ----------
        scenario : str, Path or Scenario
            A file that the page saved.

        Raises
        ------
        StudyFileError
            The file is no scenario, belongs to another study, or has an invalid key.
        LokusError
            The list differs from the one found on the page: data or rules have changed since.
        """
        read = scenario if isinstance(scenario, Scenario) else read_scenario(scenario)
        tried = self._with(self._changed(read.sections(self.stated)), scenario=read)
        read.check_list(tried.proposal.kode)
        return tried

    def _with(self, plain: Mapping[str, Any], *, scenario: Scenario | None = None) -> Kajian:
        stated = settings_from_mapping(plain, file=self.path.name)
        other = Kajian(stated=stated, path=self.path, scenario=scenario)
        keep_unchanged(self, other)
        return other

    def __repr__(self) -> str:
        study = self.settings.study
        return f"Kajian({study.title!r}, {study.kabupaten}, {study.year}, {self.path.name})"

    def compare(self, other: Kajian) -> pd.DataFrame:
        """List the villages that moved from this proposal to that of `other`, with the cause."""
        from lokus.choice.compare import compare

        return compare(self.proposal, other.proposal)

    def write(
        self,
        folder: str | Path | None = None,
        *,
        on_step: Callable[[str, int, int], None] | None = None,
        helpers: Helpers | None = None,
    ) -> Pack:
        """Write the whole pack: maps, page, workbook, GeoPackage, lock.

        All files are made first and moved into place together; when anything fails, earlier outputs stay.

        Parameters
        ----------
        folder : str or Path, optional
            By default the folder that the study names.
        on_step : callable, optional
            Called with the name of each step, its number from 0 and the number of steps.
        helpers : Helpers, optional
            Processes that :meth:`start_helpers` gave, otherwise started here.
        """
        from lokus.show.pack.pack import write_pack

        lang, about = self.settings.study.language, self.subject
        if (lang is not None and lang != language()) or subject() != about:
            with use_language(lang), use_subject(about):
                return self.write(folder, on_step=on_step, helpers=helpers)
        stated = self.settings.outputs
        target = Path(folder) if folder else self.folder
        return write_pack(
            target,
            self.material,
            maps=self.maps,
            sizes=stated.sizes,
            themes=self._themes,
            extras=stated.extras,
            public=stated.public,
            catalogue=self.catalogue,
            write_lock=lambda path: write_lock(
                self.lock if self.scenario is None else {**self.lock, SCENARIO: self.scenario.to_mapping()},
                path,
                study_file=self.path,
                folder=target,
                outputs=[file for file in path.parent.rglob("*") if file.is_file()],
            ),
            on_step=on_step,
            helpers=helpers,
        )

    def start_helpers(self) -> Helpers:
        """Start the processes that :meth:`write` shares its work with, while the study is still computed.

        Returns
        -------
        Helpers
            None of them where there is little to write, or one core. End them with ``with``.
        """
        from lokus.show.pack.processes import seconds_of_work, start_helpers

        stated = self.settings.outputs
        return start_helpers(seconds_of_work(sizes=stated.sizes, themes=stated.themes, extras=stated.extras))

    def write_requests(self, folder: str | Path) -> tuple[Path, ...]:
        """Write a letter and a workbook to each office that has data missing; no proposal is needed.

        Parameters
        ----------
        folder : str or Path

        Raises
        ------
        OutputError
            A workbook of that name is in `folder` already: it may have been filled in.
        """
        from lokus.errors import OutputError, name_some
        from lokus.files import staged_directory
        from lokus.i18n import gettext as _
        from lokus.show.documents.request import DataRequests, asked_offices
        from lokus.show.pack.output_names import request_names
        from lokus.show.pack.output_writer import write_requests

        if subject() != self.subject:
            with use_subject(self.subject):
                return self.write_requests(folder)
        target = Path(folder)
        asked = DataRequests(info=self.info, formalities=self.formalities, rows=self.requests)
        names = [name for slug in asked_offices(asked.rows).values() for name in request_names(slug)]
        if there := [name for name in names if (target / name).exists()]:
            raise OutputError(
                _("there already, and may have been filled in: {names}").format(names=name_some(there)),
                remedy=_("move it to another folder or give it another name, then run again"),
            )
        if not names:
            return ()
        with staged_directory(target) as stage:
            files = write_requests(stage, asked)
        return tuple(target / path.name for path in files)

    def write_period_report(
        self,
        folder: str | Path | None = None,
        *,
        semester: int | None = None,
        quarter: int | None = None,
        name: str | None = None,
        year: int | None = None,
    ) -> tuple[Path, ...]:
        """Write the report of a period, as a document, a workbook and a table of its values, with its lock.

        Parameters
        ----------
        folder : str or Path, optional
            Otherwise the folder that the study names, with ``-laporan`` behind its name.
        semester, quarter : int, optional
        name : str, optional
            Of a period that is neither; without any of the three, the last period of the year.
        year : int, optional
            Otherwise that of the study.

        Raises
        ------
        StudyFileError
            The study states no such period.
        BlockedError
            A blocking finding about its data, or about those it is compared with, is not accepted.
        """
        from lokus.show.pack.period_writer import write_period_report
        from lokus.stages.periods import find_period, hold_back, period_lock, period_report

        lang, about = self.settings.study.language, self.subject
        if (lang is not None and lang != language()) or subject() != about:
            with use_language(lang), use_subject(about):
                return self.write_period_report(
                    folder, semester=semester, quarter=quarter, name=name, year=year
                )
        chosen = find_period(self, semester=semester, quarter=quarter, name=name, year=year)
        hold_back(self, chosen)
        target = Path(folder) if folder else self.folder.with_name(f"{self.folder.name}-laporan")
        report = period_report(self, chosen)
        return write_period_report(
            target,
            report,
            write_lock=lambda path, files: write_lock(
                period_lock(self, chosen, report), path, study_file=self.path, outputs=files
            ),
        )

    def write_open_cases(self) -> Path | None:
        """Add the names that need a human decision to the decisions file; return its path, None without any.

        Existing decisions stay. Fill in the column ``kode_desa`` and run again. A row whose finding the study
        accepts needs no decision.
        """
        from lokus.places.names import write_open_cases

        cases = [joined.open_cases for joined in self.joined]
        cases += [decided.open_cases for decided in self.decided.values()]
        findings = self.audit.findings
        about_rows = findings[findings["accepted"].astype(bool) & findings["check"].str.startswith("join.")]
        accepted = set(about_rows[["file", "row"]].dropna().itertuples(index=False, name=None))
        cases = [
            rows[[(one.sumber, getattr(one, "baris", None)) not in accepted for one in rows.itertuples()]]
            for rows in cases
            if len(rows)
        ]
        if not any(len(rows) for rows in cases):
            return None
        write_open_cases(self.decisions_file, cases)
        return self.decisions_file


def verify_lock(lock: str | Path, *, study: str | Path | None = None) -> Verification:
    """Run a locked study again, and compare inputs, rules, list and outputs with the lock.

    The lock of a periodic report is compared with the figures of that period instead of the list.

    Parameters
    ----------
    lock : str or Path
        ``kajian.lock.json`` of an earlier run.
    study : str or Path, optional
        The study file, if it is no longer at the path in the lock.

    Notes
    -----
    The lock of a scenario has the keys that it changes; they are changed again, and the first check reports
    that the outputs are those of a trial.

    Examples
    --------
    >>> import tempfile
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> lock = Path(tempfile.mkdtemp()) / "kajian.lock.json"
    >>> write_lock(kajian.lock, lock, study_file=kajian.path)
    >>> verify_lock(lock).holds
    True
    """
    lock = Path(lock)
    locked = read_lock(lock)
    kajian = Kajian.open(study or lock.parent / locked["kajian"])
    if SCENARIO in locked:
        kajian = kajian.with_scenario(scenario_from_mapping(locked[SCENARIO], file=lock.name))
    now = _period_lock(kajian, locked[PERIOD]) if PERIOD in locked else kajian.lock
    checks = (*compare_locks(locked, now).checks, *compare_outputs(locked, lock.parent).checks)
    return Verification(checks=checks, periodic=PERIOD in locked)


def _period_lock(kajian: Kajian, slug: str) -> dict[str, Any]:
    """Lock of the report of a period as it would be written now."""
    from lokus.stages.periods import period_lock, period_report, period_with_slug

    with use_language(kajian.settings.study.language or language()), use_subject(kajian.subject):
        period = period_with_slug(kajian, slug)
        return period_lock(kajian, period, period_report(kajian, period))
