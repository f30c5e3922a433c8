"""What follows from the list: shares of teams, target groups, the way to the target, the case audit."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, StrictStr, model_validator

from lokus.i18n import gettext as _
from lokus.settings.base import Count, Kode, Percent, Positive, Section, Text, Year

__all__ = ["CaseAuditSettings", "PointSettings", "SeriesSettings", "SharingSettings", "TrajectorySettings"]


class SharingSettings(Section):
    """``[[pembagian]]``: a whole number of teams or packages, shared over villages."""

    name: Text = Field(alias="nama")
    total: Count = Field(alias="jumlah")
    basis: Text = Field(alias="dasar")
    scope: Literal["semua", "lokus"] = Field("semua", alias="lingkup")
    method: Literal["sisa_terbesar", "webster"] = Field("sisa_terbesar", alias="cara")
    least: Count = Field(0, alias="min")
    most: Annotated[StrictInt, Field(ge=1)] | None = Field(None, alias="maks")
    existing: Text | None = Field(None, alias="yang_ada")
    left_out: tuple[Kode, ...] = Field((), alias="tanpa_bobot")


class PointSettings(Section):
    """One measurement of a series, with its interval where it was published."""

    year: Year = Field(alias="tahun")
    percent: Percent = Field(alias="persen")
    low: Percent | None = Field(None, alias="bawah")
    high: Percent | None = Field(None, alias="atas")

    @model_validator(mode="after")
    def _both_limits(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError(_("bawah and atas belong together"))
        return self


class SeriesSettings(Section):
    """``[[lintasan.seri]]``: measurements of one source, never mixed with another's."""

    name: Text = Field(alias="nama")
    kind: Literal["survei", "rutin"] = Field(alias="jenis")
    source: StrictStr = Field("", alias="sumber")
    points: tuple[PointSettings, ...] = Field(alias="titik", min_length=1)


class TrajectorySettings(Section):
    """``[lintasan]``: from where to where prevalence is to fall."""

    start: PointSettings = Field(alias="awal")
    target: PointSettings
    basis: Literal["survei", "rutin"] = Field("survei", alias="diukur")
    children: Positive | None = Field(None, alias="balita")
    series: tuple[SeriesSettings, ...] = Field((), alias="seri")


class CaseAuditSettings(Section):
    """``[audit_kasus]``: how many villages the audit of cases looks at."""

    n: StrictInt = Field(alias="jumlah", ge=1)
    scope: Literal["semua", "lokus"] = Field("lokus", alias="lingkup")
