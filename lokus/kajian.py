"""A study: the frozen shell that runs every stage once and keeps what it gave.

No method is hidden here. Each stage is one call of a public function with the settings of the study file, and
gives a frame or a small frozen result that can be looked at, tested and drawn by itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lokus.config import Settings, read_settings, settings_from_mapping
from lokus.i18n import use_language
from lokus.manifest import Input, Verification, compare_locks, frame_digest, make_lock, read_lock, write_lock

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.choice.problem import Problem
    from lokus.choice.selection import Selection
    from lokus.evidence.rates import Rates
    from lokus.evidence.scoring import Scores
    from lokus.intake.audit import Audit
    from lokus.intake.indicators import Catalogue
    from lokus.intake.join import Joined
    from lokus.intake.tables import RawTable
    from lokus.places.boundaries import Boundaries
    from lokus.show.info import StudyInfo
    from lokus.show.maps import Maps
    from lokus.show.pack import Pack

__all__ = ["Kajian", "verify_lock"]

# Words of the study file and of the functions.
_NORMALISE: Mapping[str, Literal["minmax", "rank", "zscore"]] = {
    "minmax": "minmax",
    "peringkat": "rank",
    "zscore": "zscore",
}
_MISSING: Mapping[str, Literal["renormalise", "withhold"]] = {"normalkan": "renormalise", "tahan": "withhold"}


def _joined_by(settings: Settings) -> tuple[object, ...]:
    return settings.boundaries, settings.tables, settings.own_indicators, settings.audit.decisions


def _estimated_by(settings: Settings) -> tuple[object, ...]:
    return *_joined_by(settings), settings.rates


# What each stage takes from the study file. `replace` keeps a stage when this did not change.
_TAKES: Mapping[str, Callable[[Settings], object]] = {
    "catalogue": lambda settings: settings.own_indicators,
    "official": lambda settings: settings.boundaries.official,
    "boundaries": lambda settings: settings.boundaries,
    "raw_tables": lambda settings: settings.tables,
    "joined": _joined_by,
    "indicators": _joined_by,
    "reconciliation": _joined_by,
    "inputs": _joined_by,
    "audit": lambda settings: (*_estimated_by(settings), settings.audit, settings.needed),
    "villages": _joined_by,
    "rates": _estimated_by,
    "evidence": _estimated_by,
    "scores": lambda settings: (*_estimated_by(settings), settings.scores),
    "problem": lambda settings: settings.choice,
}


@dataclass(frozen=True, eq=False, repr=False)
class Kajian:
    """A study of one kabupaten and year.

    Open one with :meth:`open`; every stage is an attribute, computed when first asked for and kept.

    Parameters
    ----------
    settings : Settings
        The checked study file.
    path : Path
        Where the study file is; its paths are relative to this file's folder.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> len(kajian.villages), len(kajian.proposal.kode)
    (256, 26)
    >>> kajian.replace(pilihan={"jumlah": 30}).proposal.n_kecamatan
    8
    """

    settings: Settings
    path: Path

    @classmethod
    def open(cls, path: str | Path) -> Kajian:
        """Open a study file.

        Raises
        ------
        StudyFileError
            The file is wrong; the message names the key and the nearest valid one.
        """
        path = Path(path)
        return cls(settings=read_settings(path), path=path)

    def replace(self, **sections: Mapping[str, Any]) -> Kajian:
        """Return the study with other settings; stages that do not depend on them are not computed again.

        Parameters
        ----------
        **sections : mapping
            Section of the study file → keys to change, ``pilihan={"jumlah": 30}``. A key is replaced whole:
            ``skor={"bobot": {...}}`` states all weights.
        """
        plain = self.settings.to_mapping()
        for name, keys in sections.items():
            plain[name] = {**plain.get(name, {}), **keys} if isinstance(keys, Mapping) else keys
        other = Kajian(settings=settings_from_mapping(plain, file=self.path.name), path=self.path)
        for stage, takes in _TAKES.items():
            if stage in self.__dict__ and takes(self.settings) == takes(other.settings):
                other.__dict__[stage] = self.__dict__[stage]
        return other

    def __repr__(self) -> str:
        study = self.settings.study
        return f"Kajian({study.title!r}, {study.kabupaten}, {study.year}, {self.path.name})"

    # -- what goes in ---------------------------------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Catalogue:
        """Indicators known to this study."""
        from lokus.intake.indicators import load_catalogue

        return load_catalogue(self.settings.own_indicators)

    @cached_property
    def official(self) -> pd.DataFrame | None:
        """Official list of villages, when the study names one."""
        from lokus.intake.official import read_official_list

        stated = self.settings.boundaries.official
        return (
            read_official_list(self._beside(stated.file), columns=stated.columns.stated) if stated else None
        )

    @cached_property
    def boundaries(self) -> Boundaries:
        """Village polygons, checked."""
        from lokus.places.boundaries import read_boundaries

        stated = self.settings.boundaries
        return read_boundaries(
            self._beside(stated.file),
            layer=stated.layer,
            columns=stated.columns.stated if stated.columns else None,
            crs=stated.crs,
            official=self.official,
            kabupaten=stated.kabupaten_code,
        )

    @cached_property
    def raw_tables(self) -> tuple[RawTable, ...]:
        """Tables as they stand in the workbooks."""
        from lokus.intake.tables import read_table

        return tuple(
            read_table(
                self._beside(table.file),
                sheet=table.sheet,
                columns=[*table.place.stated.values(), *table.indicators.values(), *table.rows],
            )
            for table in self.settings.tables
        )

    @cached_property
    def joined(self) -> tuple[Joined, ...]:
        """Each table's values by village, with what became of each of its rows."""
        from lokus.intake.join import join_table
        from lokus.places.names import read_decisions

        decisions = read_decisions(self.decisions_file) if self.decisions_file.is_file() else None
        return tuple(
            join_table(
                raw,
                self.boundaries.villages,
                place=table.place.stated,
                indicators=table.indicators,
                catalogue=self.catalogue,
                opd=table.opd,
                decisions=decisions,
                where=table.rows,
            )
            for raw, table in zip(self.raw_tables, self.settings.tables, strict=True)
        )

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Indicators of all tables and those derived from them, villages × keys."""
        from lokus.intake.join import combine

        return self.catalogue.derive(combine(self.joined, self.boundaries.villages.index))

    @cached_property
    def reconciliation(self) -> pd.DataFrame:
        """What became of every row of every table, and which villages no row named."""
        import pandas as pd

        return pd.concat([joined.reconciliation for joined in self.joined], ignore_index=True)

    # -- is it sound ----------------------------------------------------------------------------------------

    @cached_property
    def audit(self) -> Audit:
        """Findings about the data, completeness per office, and what holds the proposal back."""
        from lokus.intake.audit import audit
        from lokus.intake.patterns import double_counted

        findings = [*self.boundaries.findings]
        for raw, joined in zip(self.raw_tables, self.joined, strict=True):
            findings += [*raw.findings, *joined.findings]
        findings += double_counted(self.settings.scores.weights, self.catalogue)
        named = self.boundaries.villages[["desa", "kecamatan"]].join(self.indicators)
        return audit(
            named,
            catalogue=self.catalogue,
            needed=self.settings.needed,
            findings=findings,
            accepted=self.settings.audit.accepted,
            origins=[joined.origin for joined in self.joined],
            reliable_coverage=self.settings.rates.reliable_coverage,
        )

    @cached_property
    def villages(self) -> gpd.GeoDataFrame:
        """Village table: one row a village, place and geometry, then the indicators that passed the audit."""
        return self.boundaries.villages.join(self.audit.values.drop(columns=["desa", "kecamatan"]))

    # -- what it shows --------------------------------------------------------------------------------------

    @cached_property
    def rates(self) -> Rates:
        """Prevalence with intervals, and expected stunted children."""
        from lokus.evidence.rates import estimate_rates

        stated, table = self.settings.rates, self.villages
        return estimate_rates(
            table["stunting"],
            table["diukur"],
            sasaran=table.get("sasaran"),
            covariates=table[list(stated.covariates)] if stated.covariates else None,
            threshold=stated.threshold,
            reliable_coverage=stated.reliable_coverage,
            odds_ratio=stated.odds_ratio,
        )

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Indicators and estimated rates side by side: what the score can weigh."""
        from lokus.choice.results import side_by_side

        return side_by_side(self.audit.values, self.rates.table)

    @cached_property
    def scores(self) -> Scores:
        """Score of every village, with what each indicator adds to it."""
        from lokus.evidence.scoring import score

        stated = self.settings.scores
        return score(
            self.evidence,
            weights=stated.weights,
            worse=self.catalogue.worse_ends(stated.weights),
            normalise=_NORMALISE[stated.normalise],
            missing=_MISSING[stated.missing],
            ties=self.rates.table["anak_stunting"],
        )

    # -- what is proposed -----------------------------------------------------------------------------------

    @cached_property
    def problem(self) -> Problem:
        """Rules of the choice."""
        from lokus.choice.problem import Problem

        stated = self.settings.choice
        return Problem(
            n=stated.n,
            max_kecamatan=stated.max_kecamatan,
            min_per_kecamatan=stated.min_per_kecamatan,
            exact_kecamatan=stated.exact_kecamatan,
            max_per_kecamatan=stated.max_per_kecamatan,
            locked_in={lock.kode: lock.reason for lock in stated.locked_in},
            locked_out={lock.kode: lock.reason for lock in stated.locked_out},
        )

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
        from lokus.choice.selection import select

        self.audit.raise_if_blocked()
        return select(
            self.scores.table["skor"],
            self.villages["kode_kecamatan"],
            self.problem,
            tie_break=self.rates.table["anak_stunting"],
        )

    @cached_property
    def results(self) -> gpd.GeoDataFrame:
        """Results table: everything known of each village."""
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
            self.villages, self.rates.table, self.scores.table, selection=self.proposal.table, reasons=text
        )

    # -- what comes out -------------------------------------------------------------------------------------

    @cached_property
    def info(self) -> StudyInfo:
        """Title, place and sources, as printed on every output."""
        from lokus.places.kode import is_example
        from lokus.show.info import StudyInfo

        study = self.settings.study
        sources = [self.settings.boundaries.source or Path(self.settings.boundaries.file).name]
        sources += [
            ", ".join(part for part in (table.opd, table.source or Path(table.file).name, table.date) if part)
            for table in self.settings.tables
        ]
        return StudyInfo(
            title=study.title,
            kabupaten=study.kabupaten,
            tahun=study.year,
            instansi=study.institution,
            sources=tuple(sources),
            synthetic=any(is_example(kode) for kode in self.boundaries.villages.index),
            rule=str(self.problem),
        )

    @cached_property
    def maps(self) -> Maps:
        """Maps of the results: shown in a notebook, or drawn for print."""
        from lokus.show.maps import Maps

        return Maps(results=self.results, kecamatan=self.boundaries.kecamatan, info=self.info)

    @property
    def labels(self) -> dict[str, str]:
        """Indicator key → label, for what the study weighs or estimates from."""
        keys = (*self.settings.needed, *self.settings.scores.weights)
        return {key: self.catalogue[key].label for key in keys}

    @property
    def method(self) -> list[tuple[str, str]]:
        """What was computed, in lines a planner can read out."""
        from lokus.show.method import method_lines

        return method_lines(
            self.rates,
            self.scores,
            self.proposal,
            labels=self.labels,
            findings=self.audit.findings,
            lock=self.lock(),
        )

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Every file that went in, with the digest of what was taken from it."""
        digests: dict[Path, list[str]] = {}
        digests.setdefault(self._beside(self.settings.boundaries.file), []).append(
            frame_digest(self.boundaries.villages)
        )
        if self.official is not None and self.settings.boundaries.official:
            digests.setdefault(self._beside(self.settings.boundaries.official.file), []).append(
                frame_digest(self.official)
            )
        for table, joined in zip(self.settings.tables, self.joined, strict=True):
            digests.setdefault(self._beside(table.file), []).append(frame_digest(joined.values))
        if self.decisions_file.is_file():
            from lokus.places.names import read_decisions

            digests.setdefault(self.decisions_file, []).append(
                frame_digest(read_decisions(self.decisions_file))
            )
        return tuple(Input(path=path, content="+".join(parts)) for path, parts in digests.items())

    def lock(self, folder: Path | None = None) -> dict[str, Any]:
        """Say what went in, with which versions and rules, and which list came out."""
        return make_lock(
            study_file=self.path,
            folder=folder or self.folder,
            settings=self.settings.to_mapping(),
            inputs=self.inputs,
            kode=self.proposal.kode,
            results=self.results,
            proof={
                "kecamatan": self.proposal.n_kecamatan,
                "nilai": self.proposal.objective,
                "batas_atas": self.proposal.bound,
                "mesin": self.proposal.engine,
            },
        )

    @property
    def folder(self) -> Path:
        """Output folder that the study names."""
        return Path(os.path.normpath(self._beside(self.settings.outputs.folder)))

    def write(
        self, folder: str | Path | None = None, *, on_step: Callable[[str, int, int], None] | None = None
    ) -> Pack:
        """Write the whole pack: maps, page, workbook, GeoPackage, lock.

        All files are made first and moved into place together; when anything fails, earlier outputs stay.

        Parameters
        ----------
        folder : str or Path, optional
            Instead of the folder that the study names.
        on_step : callable, optional
            Called with the name of each step, its number from 0 and the number of steps.
        """
        from lokus.show.pack import write_pack

        target = Path(folder) if folder else self.folder
        with use_language(self.settings.study.language):
            lock = self.lock(target)
            return write_pack(
                target,
                maps=self.maps,
                sizes=self.settings.outputs.sizes,
                themes=self.settings.outputs.themes,
                contributions=self.scores.contributions.rename(columns=self.labels),
                completeness=self.audit.completeness.rename(columns=self.labels),
                reconciliation=self.reconciliation,
                findings=self.audit.findings,
                method=self.method,
                write_lock=lambda path: write_lock(lock, path),
                on_step=on_step,
            )

    def write_open_cases(self) -> Path | None:
        """Add the names that need a human decision to the decisions file; ``None`` when there are none.

        Decisions already in the file stay. Fill the column ``kode_desa`` and run again.
        """
        from lokus.places.names import write_open_cases

        cases = [joined.open_cases for joined in self.joined if len(joined.open_cases)]
        if not cases:
            return None
        write_open_cases(self.decisions_file, cases)
        return self.decisions_file

    @property
    def decisions_file(self) -> Path:
        """Where human decisions about names are kept: as the study says, else ``kecocokan.csv`` beside it."""
        return self._beside(self.settings.audit.decisions or "kecocokan.csv")

    def _beside(self, name: str) -> Path:
        return self.path.parent / name


def verify_lock(lock: str | Path, *, study: str | Path | None = None) -> Verification:
    """Run a locked study again and compare inputs, rules and list.

    Parameters
    ----------
    lock : str or Path
        ``kajian.lock.json`` of an earlier run.
    study : str or Path, optional
        The study file, when it is no longer where the lock says.
    """
    lock = Path(lock)
    locked = read_lock(lock)
    kajian = Kajian.open(study or lock.parent / locked["kajian"])
    return compare_locks(locked, kajian.lock(lock.parent))
