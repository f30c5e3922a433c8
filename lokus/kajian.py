"""A study: the frozen shell that runs every stage once and keeps what it gave.

No method is hidden here. Each stage is one call of a public function with the settings of the study file, and
gives a frame or a small frozen result that can be looked at, tested and drawn by itself. The stages up to the
proposal are in :mod:`lokus.stages`; here are opening, replacing and writing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.i18n import language, use_language
from lokus.manifest import Verification, compare_locks, file_input, read_lock, write_lock
from lokus.settings.read import read_settings, settings_from_mapping
from lokus.stages.past import Previous
from lokus.stages.presentation import PresentationStages

if TYPE_CHECKING:
    from lokus.settings import Settings
    from lokus.show.pack.pack import Pack

__all__ = ["Kajian", "verify_lock"]


def _joined_by(settings: Settings) -> tuple[object, ...]:
    return settings.boundaries, settings.tables, settings.own_indicators, settings.audit.decisions


def _carried_by(settings: Settings) -> tuple[object, ...]:
    return settings.boundaries, settings.own_indicators, settings.audit.decisions, settings.previous


def _estimated_by(settings: Settings) -> tuple[object, ...]:
    return *_joined_by(settings), settings.rates


def _reviewed_by(settings: Settings) -> tuple[object, ...]:
    return *_estimated_by(settings), *_carried_by(settings)


# What each stage takes from the study file. `replace` keeps a stage when this did not change.
_TAKES: Mapping[str, Callable[[Settings], object]] = {
    "catalogue": lambda settings: settings.own_indicators,
    "official": lambda settings: settings.boundaries.official,
    "boundaries": lambda settings: settings.boundaries,
    "raw_tables": lambda settings: settings.tables,
    "joined": _joined_by,
    "indicators": _joined_by,
    "earlier": _joined_by,
    "reconciliation": lambda settings: (*_joined_by(settings), settings.previous),
    "inputs": lambda settings: (*_joined_by(settings), settings.previous),
    "previous": lambda settings: (settings.previous, settings.study.year),
    "decided": _carried_by,
    "past": _carried_by,
    "history": _carried_by,
    "audit": lambda settings: (*_reviewed_by(settings), settings.audit, settings.needed),
    "villages": _joined_by,
    "rates": _estimated_by,
    "evidence": _estimated_by,
    "observed": _estimated_by,
    "scores": lambda settings: (*_estimated_by(settings), settings.scores),
    "neighbours": lambda settings: settings.boundaries,
    "hotspots": lambda settings: (*_estimated_by(settings), settings.patterns, settings.study.seed),
    "clusters": lambda settings: (*_joined_by(settings), settings.patterns, settings.study.seed),
    "typology": lambda settings: (*_estimated_by(settings), settings.typology, settings.study.seed),
    "graduation": _reviewed_by,
    "stated_problem": lambda settings: settings.choice,
    "problem": lambda settings: (settings.choice, *_reviewed_by(settings)),
    "change": _reviewed_by,
    "expected_fall": _reviewed_by,
    "_effect": _reviewed_by,
}


@dataclass(frozen=True, eq=False, repr=False)
class Kajian(PresentationStages):
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

    def compared_with(self, previous: str | Path) -> Kajian:
        """Return the study with another last year: a folder of outputs, their lock, or a study file.

        What ``[tahun_lalu]`` says besides (the decided list, graduation, rules) stays.
        """
        path = Path(previous)
        key, other = ("kajian", "keluaran") if path.suffix == ".toml" else ("keluaran", "kajian")
        named = Path(os.path.relpath(path, self.path.parent)).as_posix()
        return self.replace(tahun_lalu={key: named, other: None})

    def _with(self, plain: Mapping[str, Any]) -> Kajian:
        other = Kajian(settings=settings_from_mapping(plain, file=self.path.name), path=self.path)
        for stage, takes in _TAKES.items():
            if stage in self.__dict__ and takes(self.settings) == takes(other.settings):
                other.__dict__[stage] = self.__dict__[stage]
        return other

    def _opened(self, path: Path) -> Previous:
        from lokus.choice.results import side_by_side

        study = Kajian.open(path)
        return Previous(
            year=study.settings.study.year,
            villages=study.boundaries.villages,
            results=side_by_side(
                study.villages, *([study.rates.table] if study.rates else []), study.scores.table
            ),
            kode=study.proposal.kode,
            settings=study.settings,
            inputs=(file_input(path), *study.inputs),
        )

    def __repr__(self) -> str:
        study = self.settings.study
        return f"Kajian({study.title!r}, {study.kabupaten}, {study.year}, {self.path.name})"

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
        from lokus.show.pack.pack import write_pack

        spoken = self.settings.study.language
        if spoken is not None and spoken != language():
            # What was computed so far has its findings and reasons in the language of whoever asked for it.
            with use_language(spoken):
                return Kajian(settings=self.settings, path=self.path).write(folder, on_step=on_step)
        stated = self.settings.outputs
        return write_pack(
            Path(folder) if folder else self.folder,
            self.material,
            maps=self.maps,
            sizes=stated.sizes,
            themes=stated.themes,
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

        cases = [joined.open_cases for joined in self.joined]
        cases += [decided.open_cases for decided in self.decided.values()]
        cases = [rows for rows in cases if len(rows)]
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
