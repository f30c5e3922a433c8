"""Where results go and in which forms."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool

from lokus.settings.base import Number, Section, Text

__all__ = [
    "GapSettings",
    "OutputSettings",
]

Extra = Literal["paparan", "laporan", "atlas", "kalender", "geojson", "csv"]


class OutputSettings(Section):
    """``[keluaran]``: where results go and in which forms."""

    folder: Text
    sizes: tuple[Literal["A4", "A3"], ...] = Field(("A4", "A3"), alias="ukuran", min_length=1)
    themes: tuple[Text, ...] = Field(("usulan", "prevalensi", "skor"), alias="peta", min_length=1)
    extras: tuple[Extra, ...] = Field(("paparan", "laporan"), alias="bahan")
    breaks: dict[str, tuple[Number, ...]] = Field(default_factory=dict, alias="batas_kelas")
    logo: Text | None = None
    surroundings: Text | None = Field(None, alias="sekitar")
    public: StrictBool = Field(False, alias="publik")

    @property
    def mapped_indicators(self) -> tuple[str, ...]:
        """Indicators that have a map of their own: themes ``indikator:<key>``."""
        return tuple(theme.partition(":")[2] for theme in self.themes if theme.startswith("indikator:"))


class GapSettings(Section):
    """``[kesenjangan]``: from where on an indicator calls for its office to act."""

    thresholds: dict[str, Number] = Field(default_factory=dict, alias="ambang")
    all_villages: StrictBool = Field(False, alias="semua_desa")
