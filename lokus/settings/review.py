"""Sections of the study file about earlier lists, with which the review compares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from lokus.i18n import gettext as _
from lokus.settings.base import Count, Section, Text, Year
from lokus.settings.inputs import PlaceColumns

__all__ = ["DecidedSettings", "EarlierListSettings", "GraduationSettings", "PreviousSettings"]


class DecidedSettings(Section):
    """``[tahun_lalu.daftar]``: the decided list and its file."""

    file: Text = Field(alias="berkas")
    sheet: Text | None = Field(None, alias="lembar")
    place: PlaceColumns | None = Field(None, alias="tempat")
    rows: dict[str, Text] = Field(default_factory=dict, alias="saring")


class EarlierListSettings(DecidedSettings):
    """``[[tahun_lalu.riwayat]]``: the list of a year before last."""

    year: Year = Field(alias="tahun")


class GraduationSettings(Section):
    """``[tahun_lalu.lulus]``: when a village graduates.

    Its rate must lie below the target with at least this probability, after at least this number of years on
    the list.
    """

    target: Annotated[float, Field(strict=True, gt=0, lt=100)]
    probability: Annotated[float, Field(strict=True, gt=0, le=1)] = Field(0.8, alias="peluang")
    min_years: Annotated[Count, Field(ge=1)] = Field(1, alias="min_tahun")
    closed: bool = Field(False, alias="kunci_keluar", strict=True)


class PreviousSettings(Section):
    """``[tahun_lalu]``: last year's study or list, and the rules of continuity."""

    study: Text | None = Field(None, alias="kajian")
    pack: Text | None = Field(None, alias="keluaran")
    decided: DecidedSettings | None = Field(None, alias="daftar")
    year: Year | None = Field(None, alias="tahun")
    calendars: tuple[Text, ...] = Field((), alias="kalender")
    history: tuple[EarlierListSettings, ...] = Field((), alias="riwayat")
    graduation: GraduationSettings | None = Field(None, alias="lulus")
    min_years: Annotated[Count, Field(ge=2)] | None = Field(None, alias="min_tahun")
    max_changes: Count | None = Field(None, alias="maks_berubah")

    def files(self) -> Iterator[tuple[str, str]]:
        """Return every file that the section names, with the key."""
        lists: list[tuple[str, DecidedSettings]] = []
        if self.decided:
            lists.append(("tahun_lalu.daftar", self.decided))
        lists += [
            (f"tahun_lalu.riwayat[{number}]", item) for number, item in enumerate(self.history, start=1)
        ]
        if self.study:
            yield "tahun_lalu.kajian", self.study
        yield from ((f"{key}.berkas", stated.file) for key, stated in lists)
        yield from (("tahun_lalu.kalender", name) for name in self.calendars)

    @property
    def has_rules(self) -> bool:
        """Whether a rule here affects the selection."""
        closed = self.graduation is not None and self.graduation.closed
        return closed or self.min_years is not None or self.max_changes is not None

    @model_validator(mode="after")
    def _says_where_the_list_is(self) -> Self:
        if self.study and self.pack:
            raise ValueError(_("state kajian (a study file) or keluaran (a folder of outputs), not both"))
        if not (self.study or self.pack or self.decided):
            raise ValueError(_("state kajian, keluaran or daftar: where last year's list is"))
        if self.year is None and not (self.study or self.pack):
            raise ValueError(_("state tahun: the year of the list in daftar"))
        return self

    @model_validator(mode="after")
    def _graduates_may_leave(self) -> Self:
        passed, stay = self.graduation, self.min_years
        if passed is not None and passed.closed and stay is not None and passed.min_years < stay:
            raise ValueError(_("lulus.min_tahun must be at least min_tahun, the years a village stays"))
        return self

    @model_validator(mode="after")
    def _years_once(self) -> Self:
        years = [item.year for item in self.history]
        if len(set(years)) < len(years):
            raise ValueError(_("riwayat names a year twice"))
        return self
