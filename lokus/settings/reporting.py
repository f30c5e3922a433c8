"""``[laporan]``: the periods of the year that are reported, each with its own tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, StrictBool, model_validator

from lokus.i18n import gettext as _
from lokus.settings.base import Section, Text, Year
from lokus.settings.inputs import TableSettings

__all__ = ["ReportBlockSettings", "ReportPeriodSettings", "ReportSettings", "in_order"]


class ReportPeriodSettings(Section):
    """``[[laporan.periode]]``: one semester, quarter or other period, and what came in for it."""

    semester: Literal[1, 2] | None = None
    quarter: Literal[1, 2, 3, 4] | None = Field(None, alias="triwulan")
    name: Text | None = Field(None, alias="nama")
    year: Year | None = Field(None, alias="tahun")
    tables: tuple[TableSettings, ...] = Field((), alias="tabel")
    with_study: StrictBool = Field(False, alias="tabel_kajian")
    values: Text | None = Field(None, alias="nilai")
    calendars: tuple[Text, ...] = Field((), alias="kalender")

    @model_validator(mode="after")
    def _is_one_period(self) -> Self:
        if sum(part is not None for part in (self.semester, self.quarter, self.name)) != 1:
            raise ValueError(_("a period has one of semester, triwulan and nama"))
        if not (self.tables or self.with_study or self.values):
            raise ValueError(_("the period has no data: state tabel, tabel_kajian = true, or nilai"))
        if self.values and (self.tables or self.with_study):
            raise ValueError(_("nilai is the whole of an earlier period: leave out tabel and tabel_kajian"))
        if any(table.rounds_ago for table in self.tables):
            raise ValueError(_("putaran_lalu has no place in a period: an earlier period is one of its own"))
        return self

    def written(self, year: int) -> str:
        """Name as registers state it, the same in every language; `year` is that of the study."""
        if self.name:
            return self.name
        word = "Semester" if self.semester else "Triwulan"
        return f"{word} {self.semester or self.quarter} Tahun {self.year or year}"

    @property
    def kind(self) -> str:
        """What it is compared with: the period before it of the same kind."""
        return "semester" if self.semester else "triwulan" if self.quarter else "nama"

    def order(self, year: int, place: int) -> tuple[int, int]:
        """Where it stands in time; other periods in the order of the study file, which is `place`."""
        return (0, place) if self.name else (self.year or year, self.semester or self.quarter or 0)


class ReportBlockSettings(Section):
    """``[[laporan.blok]]``: indicators that the report sets out together."""

    name: Text = Field(alias="nama")
    indicators: tuple[Text, ...] = Field(alias="indikator", min_length=1)


class ReportSettings(Section):
    """``[laporan]``: what ``lokus laporan`` tells."""

    periods: tuple[ReportPeriodSettings, ...] = Field(alias="periode", min_length=1)
    blocks: tuple[ReportBlockSettings, ...] = Field((), alias="blok")

    @model_validator(mode="after")
    def _no_period_twice(self) -> Self:
        seen = [(one.semester, one.quarter, one.name, one.year) for one in self.periods]
        if len(set(seen)) < len(seen):
            raise ValueError(_("a period is stated twice"))
        return self


def in_order(periods: Sequence[ReportPeriodSettings], year: int) -> tuple[ReportPeriodSettings, ...]:
    """Sort periods by kind and then by time; `year` is that of the study.

    Examples
    --------
    >>> plain = [{"semester": 1, "tabel_kajian": True}, {"semester": 2, "tahun": 2025, "tabel_kajian": True}]
    >>> stated = [ReportPeriodSettings.model_validate(one) for one in plain]
    >>> [one.written(2026) for one in in_order(stated, 2026)]
    ['Semester 2 Tahun 2025', 'Semester 1 Tahun 2026']
    """
    placed = [((one.kind, *one.order(year, place)), one) for place, one in enumerate(periods)]
    return tuple(one for __, one in sorted(placed, key=lambda item: item[0]))
