"""A study: the frozen shell that runs every stage once and keeps what it gave.

No method is hidden here. Each stage is one call of a public function with the settings of the study file, and
gives a frame or a small frozen result that can be looked at, tested and drawn by itself. The stages up to the
proposal are in :mod:`lokus.stages`; here are opening, replacing and writing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.config import read_settings, settings_from_mapping
from lokus.i18n import use_language
from lokus.manifest import Input, Verification, compare_locks, frame_digest, make_lock, read_lock, write_lock
from lokus.stages.choice import ChoiceStages

if TYPE_CHECKING:
    import pandas as pd

    from lokus.settings import Settings
    from lokus.show.info import StudyInfo
    from lokus.show.maps import Maps
    from lokus.show.pack import Pack

__all__ = ["Kajian", "verify_lock"]


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
    "earlier": _joined_by,
    "reconciliation": _joined_by,
    "inputs": _joined_by,
    "audit": lambda settings: (*_estimated_by(settings), settings.audit, settings.needed),
    "villages": _joined_by,
    "rates": _estimated_by,
    "evidence": _estimated_by,
    "scores": lambda settings: (*_estimated_by(settings), settings.scores),
    "neighbours": lambda settings: settings.boundaries,
    "hotspots": lambda settings: (*_estimated_by(settings), settings.patterns, settings.study.seed),
    "clusters": lambda settings: (*_joined_by(settings), settings.patterns, settings.study.seed),
    "typology": lambda settings: (*_estimated_by(settings), settings.typology, settings.study.seed),
    "problem": lambda settings: settings.choice,
}


@dataclass(frozen=True, eq=False, repr=False)
class Kajian(ChoiceStages):
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
            ``skor={"bobot": {...}}`` states all weights; ``None`` takes a key out.
        """
        plain = self.settings.to_mapping()
        for name, keys in sections.items():
            merged = {**plain.get(name, {}), **keys}
            plain[name] = {key: value for key, value in merged.items() if value is not None}
        return self._with(plain)

    def replace_tables(self, tables: Sequence[Mapping[str, Any]]) -> Kajian:
        """Return the study with other tables, each with the keys of a ``[[tabel]]``."""
        return self._with({**self.settings.to_mapping(), "tabel": list(tables)})

    def _with(self, plain: Mapping[str, Any]) -> Kajian:
        other = Kajian(settings=settings_from_mapping(plain, file=self.path.name), path=self.path)
        for stage, takes in _TAKES.items():
            if stage in self.__dict__ and takes(self.settings) == takes(other.settings):
                other.__dict__[stage] = self.__dict__[stage]
        return other

    def __repr__(self) -> str:
        study = self.settings.study
        return f"Kajian({study.title!r}, {study.kabupaten}, {study.year}, {self.path.name})"

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
    def gaps(self) -> pd.DataFrame | None:
        """Villages on the worse side of the thresholds that the study states, by office."""
        from lokus.show.gaps import find_gaps

        thresholds = self.settings.gaps.thresholds
        if not thresholds:
            return None
        owners = {key: table.opd for table in self.settings.tables for key in table.gives if table.opd}
        return find_gaps(self.results, thresholds, self.catalogue, owners=owners)

    @cached_property
    def maps(self) -> Maps:
        """Maps of the results: shown in a notebook, or drawn for print."""
        from lokus.places.boundary_schemas import read_features
        from lokus.show.indicator_style import IndicatorStyle
        from lokus.show.maps import Maps

        stated = self.settings.outputs
        styles = {}
        for key in stated.mapped_indicators:
            item = self.catalogue[key]
            styles[key] = IndicatorStyle(
                label=item.label,
                unit="%" if item.is_share else item.unit,
                worse="" if item.worse == "none" else item.worse,
                breaks=stated.breaks.get(key, ()),
            )
        return Maps(
            results=self.results,
            kecamatan=self.boundaries.kecamatan,
            info=self.info,
            indicators=styles,
            surroundings=read_features(self._beside(stated.surroundings)) if stated.surroundings else None,
            logo=self._beside(stated.logo) if stated.logo else None,
        )

    @property
    def method(self) -> list[tuple[str, str]]:
        """What was computed, in lines a planner can read out."""
        from lokus.show.method import method_lines

        return method_lines(
            self.rates,
            self.scores,
            self.proposal,
            robustness=self.robustness,
            labels=self.labels,
            findings=self.audit.findings,
            lock=self.lock,
        )

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Every file that went in, with the digest of what was taken from it."""
        from lokus.places.names import read_decisions
        from lokus.places.sources import read_source

        stated = self.settings.boundaries
        taken = [(stated.file, self.boundaries.villages)]
        if self.official is not None and stated.official:
            taken.append((stated.official.file, self.official))
        taken += [
            (table.file, joined.values)
            for table, joined in zip(self.settings.tables, self.joined, strict=True)
        ]
        if self.decisions_file.is_file():
            taken.append((self._decisions, read_decisions(self.decisions_file)))
        digests: dict[Path, list[str]] = {}
        for name, frame in taken:
            digests.setdefault(self._beside(name), []).append(frame_digest(frame))
        record = read_source(self._beside(stated.file)) or {}
        fetched = {key: str(record[key]) for key in ("sumber", "lisensi", "diperbarui") if record.get(key)}
        return tuple(
            Input(
                path=path,
                content="+".join(parts),
                origin=fetched if path == self._beside(stated.file) else {},
            )
            for path, parts in digests.items()
        )

    @cached_property
    def lock(self) -> dict[str, Any]:
        """What went in, with which versions and rules, and which list came out."""
        return make_lock(
            study_file=self.path,
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
        from lokus.choice.results import name_alternatives
        from lokus.show.pack import write_pack

        target = Path(folder) if folder else self.folder
        stated = self.settings.outputs
        with use_language(self.settings.study.language):
            return write_pack(
                target,
                maps=self.maps,
                sizes=stated.sizes,
                themes=stated.themes,
                contributions=self.scores.contributions.rename(columns=self.labels),
                completeness=self.audit.completeness.rename(columns=self.labels),
                by_opd=self.audit.by_opd,
                reconciliation=self.reconciliation,
                findings=self.audit.findings,
                gaps=self.gaps,
                alternatives=name_alternatives(self.alternatives, self.villages["desa"]),
                prices=self.proposal.prices,
                weights={self.labels[str(key)]: float(w) for key, w in self.scores.weights.items()},
                method=self.method,
                lock=self.lock,
                level=self.rates.level if self.rates else 0.9,
                extras=stated.extras,
                publik=stated.public,
                catalogue=self.catalogue,
                write_lock=lambda path: write_lock(self.lock, path, study_file=self.path),
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
    return compare_locks(locked, kajian.lock)
