"""Last year's study and the lists decided so far, on this year's villages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lokus.errors import InputError, LokusError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.stages.intake import IntakeStages

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from lokus.intake.earlier.carried import CarriedPast
    from lokus.intake.earlier.decided_list import DecidedList
    from lokus.manifest import Input
    from lokus.settings import Settings
    from lokus.settings.review import DecidedSettings

__all__ = ["PastStages", "Previous"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Previous:
    """Last year's study: opened again, or read back from its outputs."""

    year: int
    villages: gpd.GeoDataFrame
    results: gpd.GeoDataFrame
    kode: tuple[str, ...]
    settings: Settings
    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return _("Study of {year}: {n} villages, {k} on the list").format(
            year=self.year, n=len(self.results), k=len(self.kode)
        )


class PastStages(IntakeStages):
    """What is known of earlier years."""

    @cached_property
    def previous(self) -> Previous | None:
        """Last year's study, when this one names it or its outputs.

        Raises
        ------
        InputError
            It does not run, its outputs cannot be read, or it is not of an earlier year.
        """
        stated = self.settings.previous
        if stated is None or not (stated.study or stated.pack):
            return None
        earlier = self._study_again(stated.study) if stated.study else self._outputs(str(stated.pack))
        if earlier.year >= self.settings.study.year:
            raise InputError(
                _("the study of last year is of {year}, this one of {now}").format(
                    year=earlier.year, now=self.settings.study.year
                ),
                where=Where(file=stated.study or stated.pack),
                remedy=_("name a study or outputs of an earlier year under [tahun_lalu]"),
            )
        return earlier

    def _study_again(self, name: str) -> Previous:
        try:
            return self._opened(self._beside(name))
        except LokusError as error:
            raise InputError(
                _("last year's study does not run: {error}").format(error=error),
                where=Where(file=name),
                remedy=_("mend it, or name its outputs with keluaran"),
            ) from error

    def _opened(self, path: Path) -> Previous:
        """Run another study: only the whole study knows all of its stages."""
        raise NotImplementedError

    def _outputs(self, name: str) -> Previous:
        from lokus.intake.earlier.outputs import read_previous_pack
        from lokus.manifest import Input, file_input, frame_digest
        from lokus.settings.read import settings_from_mapping

        pack = read_previous_pack(self._beside(name), digest=frame_digest)
        return Previous(
            year=pack.year,
            villages=pack.villages,
            results=pack.results,
            kode=pack.kode,
            settings=settings_from_mapping(pack.settings, file=name),
            inputs=(
                Input(path=pack.folder / "hasil.gpkg", content=frame_digest(pack.results)),
                file_input(pack.folder / "kajian.lock.json"),
            ),
            findings=pack.findings,
        )

    @cached_property
    def decided(self) -> Mapping[int, DecidedList]:
        """Lists as they were decided, year by year, read against the villages of last year where known."""
        stated = self.settings.previous
        if stated is None:
            return {}
        lists: dict[int, DecidedSettings] = {item.year: item for item in stated.history}
        if stated.decided:
            lists[self.last_year] = stated.decided
        return {year: self._read_list(lists[year]) for year in sorted(lists)}

    @property
    def last_year(self) -> int:
        """Year of last year's list."""
        stated = self.settings.previous
        year = self.previous.year if self.previous else stated.year if stated else None
        if year is None:  # the settings ask for it where no study gives it
            raise ValueError("no earlier list")
        return year

    def _read_list(self, stated: DecidedSettings) -> DecidedList:
        from lokus.intake.earlier.decided_list import read_decided_list
        from lokus.places.names import read_decisions

        villages = self.previous.villages if self.previous else self.boundaries.villages
        return read_decided_list(
            self._beside(stated.file),
            villages,
            sheet=stated.sheet,
            place=stated.place.stated if stated.place else None,
            decisions=read_decisions(self.decisions_file) if self.decisions_file.is_file() else None,
            where=stated.rows,
        )

    @cached_property
    def past(self) -> CarriedPast | None:
        """Last year's indicators and the lists of all years by this year's codes.

        Where the study does not say what was decided, last year's proposal stands for it.
        """
        from lokus.intake.earlier.carried import carry_previous

        if self.settings.previous is None:
            return None
        lists = {year: decided.kode for year, decided in self.decided.items()}
        if self.previous:
            lists.setdefault(self.previous.year, self.previous.kode)
        return carry_previous(
            self.previous.villages if self.previous else None,
            self.previous.results if self.previous else None,
            lists,
            self.boundaries.villages,
            catalogue=self.catalogue,
        )
