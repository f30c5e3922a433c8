"""Sections of the study file about the rules of the selection and about uncertainty."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from lokus.i18n import gettext as _
from lokus.settings.base import (
    AtMost,
    Count,
    KabupatenDigits,
    Kode,
    KodeKecamatan,
    Positive,
    Section,
    Share,
    Text,
    Villages,
)

__all__ = [
    "ChoiceSettings",
    "Limits",
    "Lock",
    "UncertaintySettings",
]


class Lock(Section):
    """A village locked in or out, with the reason shown in the report."""

    kode: Kode
    reason: Text = Field(alias="alasan")


class Limits(Section):
    """Fewest and most villages of one kind."""

    least: Count | None = Field(None, alias="min")
    most: Count | None = Field(None, alias="maks")


class ChoiceSettings(Section):
    """``[pilihan]``: the rules of the selection."""

    n: Villages = Field(alias="jumlah")
    max_kecamatan: Villages | None = Field(None, alias="maks_kecamatan")
    exact_kecamatan: Villages | None = Field(None, alias="tepat_kecamatan")
    min_per_kecamatan: Count = 0
    max_per_kecamatan: Villages | None = Field(None, alias="maks_per_kecamatan")
    quota: dict[KodeKecamatan, Count] = Field(default_factory=dict, alias="kuota")
    max_kabupaten: Villages | None = Field(None, alias="maks_kabupaten")
    exact_kabupaten: Villages | None = Field(None, alias="tepat_kabupaten")
    min_per_kabupaten: Count = 0
    max_per_kabupaten: Villages | None = Field(None, alias="maks_per_kabupaten")
    quota_kabupaten: dict[KabupatenDigits, Count] = Field(default_factory=dict, alias="kuota_kabupaten")
    kept_from: tuple[Kode, ...] = Field((), alias="dipertahankan")
    min_kept: Count = Field(0, alias="min_dipertahankan")
    jenis: dict[Literal["desa", "kelurahan"], Limits] = Field(default_factory=dict)
    budget: Positive | None = Field(None, alias="anggaran")
    cost: Text | None = Field(None, alias="biaya")
    objective: Literal["skor", "anak", "campuran"] = Field("skor", alias="tujuan")
    blend: Share | None = Field(None, alias="porsi_skor")
    locked_in: tuple[Lock, ...] = Field((), alias="kunci_masuk")
    locked_out: tuple[Lock, ...] = Field((), alias="kunci_keluar")

    @model_validator(mode="after")
    def _budget_needs_costs(self) -> Self:
        if (self.budget is None) != (self.cost is None):
            raise ValueError(
                _("anggaran and biaya (the indicator with the cost of a village) belong together")
            )
        return self


class UncertaintySettings(Section):
    """``[ketidakpastian]``: uncertain inputs, and the number of draws."""

    draws: Annotated[
        StrictInt, AtMost(20_000, lambda: _("each draw is a whole choice; 1,000 give a chance to 1.6 points"))
    ] = Field(1000, alias="undian", ge=100)
    rates: StrictBool = Field(True, alias="laju")
    concentration: Positive | None = Field(100.0, alias="konsentrasi_bobot")
    errors: dict[str, Positive] = Field(default_factory=dict, alias="galat")
