"""Sections of the study file about follow-up: apportionment, target, case audit, gaps, outputs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from lokus.i18n import gettext as _
from lokus.settings.base import (
    AtMost,
    Count,
    Kode,
    Note,
    Number,
    Percent,
    Positive,
    Section,
    Text,
    Villages,
    Words,
    Year,
)

__all__ = [
    "CaseAuditSettings",
    "CostSettings",
    "DecreeSettings",
    "FosterSettings",
    "GapSettings",
    "OutputSettings",
    "PointSettings",
    "SeriesSettings",
    "SharingSettings",
    "TrajectorySettings",
]


Scope = Annotated[Literal["all", "lokus"], Words(semua="all", lokus="lokus")]


class SharingSettings(Section):
    """``[[pembagian]]``: a number of teams or packages to apportion to villages."""

    name: Text = Field(alias="nama")
    total: Count = Field(alias="jumlah")
    basis: Text = Field(alias="dasar")
    scope: Scope = Field("all", alias="lingkup")
    method: Annotated[
        Literal["largest_remainder", "webster"], Words(sisa_terbesar="largest_remainder", webster="webster")
    ] = Field("largest_remainder", alias="cara")
    least: Count = Field(0, alias="min")
    most: Annotated[Count, Field(ge=1)] | None = Field(None, alias="maks")
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
    source: Note = Field("", alias="sumber")
    points: tuple[PointSettings, ...] = Field(alias="titik", min_length=1)


class TrajectorySettings(Section):
    """``[lintasan]``: start and target of prevalence."""

    start: PointSettings = Field(alias="awal")
    target: PointSettings
    basis: Literal["survei", "rutin"] = Field("survei", alias="diukur")
    children: Positive | None = Field(None, alias="balita")
    series: tuple[SeriesSettings, ...] = Field((), alias="seri")


class CaseAuditSettings(Section):
    """``[audit_kasus]``: number of villages for the audit of cases."""

    n: Villages = Field(alias="jumlah")
    scope: Scope = Field("lokus", alias="lingkup")
    returns: tuple[Text, ...] = Field((), alias="hasil")


class FosterSettings(Section):
    """``[orang_tua_asuh]``: the register of foster parents by village, without persons."""

    returns: tuple[Text, ...] = Field((), alias="register")


class SignerSettings(Section):
    """A signer; keys left out are written by hand."""

    office: Note = Field("", alias="jabatan")
    name: Note = Field("", alias="nama")
    nip: Note = ""


class MeetingSettings(Section):
    """``[keputusan.rapat]``: the meeting that agrees on the list."""

    name: Note = Field("", alias="nama")
    date: Note = Field("", alias="tanggal")
    place: Note = Field("", alias="tempat")
    number: Note = Field("", alias="nomor")
    attendees: tuple[Text, ...] = Field((), alias="peserta")


class LetterSettings(Section):
    """``[keputusan.surat]``: the letters that ask offices for missing data."""

    number: Note = Field("", alias="nomor")
    date: Note = Field("", alias="tanggal")
    deadline: Note = Field("", alias="batas_waktu")
    address: Note = Field("", alias="alamat")
    signer: SignerSettings = Field(SignerSettings.model_validate({}), alias="penanda_tangan")


Stated = Literal[
    "prevalensi_mentah", "prevalensi", "stunting", "anak_stunting", "diukur", "cakupan_pengukuran"
]


class DecreeSettings(Section):
    """``[keputusan]``: statements of decree, minutes and letters that do not come from data."""

    number: Note = Field("", alias="nomor")
    date: Note = Field("", alias="tanggal")
    place: Note = Field("", alias="tempat")
    subject: Note = Field("", alias="tentang")
    recitals: tuple[Text, ...] = Field((), alias="menimbang")
    basis: tuple[Text, ...] = Field((), alias="mengingat")
    columns: tuple[Stated, ...] = Field((), alias="kolom")
    signer: SignerSettings = Field(SignerSettings.model_validate({}), alias="penanda_tangan")
    meeting: MeetingSettings = Field(MeetingSettings.model_validate({}), alias="rapat")
    letter: LetterSettings = Field(LetterSettings.model_validate({}), alias="surat")


Extra = Literal[
    "audit_kasus", "orang_tua_asuh", "aksi_bangda", "ansit", "paparan", "laporan", "atlas", "kalender",
    "dokumen", "geojson", "csv",
]  # fmt: skip


class OutputSettings(Section):
    """``[keluaran]``: folder and kinds of outputs."""

    folder: Text
    sizes: tuple[Literal["A4", "A3"], ...] = Field(("A4", "A3"), alias="ukuran", min_length=1)
    themes: tuple[Text, ...] = Field(("usulan", "prevalensi", "skor"), alias="peta", min_length=1)
    extras: tuple[Extra, ...] = Field(("paparan", "laporan", "dokumen"), alias="bahan")
    breaks: dict[str, tuple[Number, ...] | Literal["kuantil"]] = Field(
        default_factory=dict, alias="batas_kelas"
    )
    logo: Text | None = None
    surroundings: Text | None = Field(None, alias="sekitar")
    sea: StrictBool = Field(False, alias="laut")
    public: StrictBool = Field(False, alias="publik")

    @property
    def mapped_indicators(self) -> tuple[str, ...]:
        """Indicators that have a map of their own: themes ``indikator:<key>``."""
        return tuple(theme.partition(":")[2] for theme in self.themes if theme.startswith("indikator:"))


class GapSettings(Section):
    """``[kesenjangan]``: thresholds beyond which an office has to act."""

    thresholds: dict[str, Number] = Field(default_factory=dict, alias="ambang")
    structures: tuple[Text, ...] = Field((), alias="kelembagaan")
    all_villages: StrictBool = Field(False, alias="semua_desa")

    @property
    def limits(self) -> dict[str, float]:
        """Thresholds, including 1 for each required structure."""
        return {**dict.fromkeys(self.structures, 1.0), **self.thresholds}


_MOST_POINTS = 60  # of one comparison: each is a whole choice, and a line to be read
Rupiah = Annotated[
    StrictInt, Field(ge=0), AtMost(10**13, lambda: _("more than the budget of any kabupaten, in rupiah"))
]


class UnitCostSettings(Section):
    """``[biaya.harga.<indicator>]``: cost of one unit of the intervention of an indicator."""

    rupiah: Annotated[Rupiah, Field(ge=1)]
    unit: Text = Field(alias="satuan")
    year: Year = Field(alias="tahun")
    source: Text = Field(alias="sumber")


class BudgetSettings(Section):
    """``[[biaya.anggaran]]``: money of an office from one source of funding."""

    opd: Text
    source: Text = Field(alias="sumber")
    rupiah: Rupiah


class CostSettings(Section):
    """``[biaya]``: unit costs, budgets, and the lists to be compared by cost."""

    reach: Annotated[Literal["threshold", "all"], Words(ambang="threshold", semua="all")] = Field(
        "threshold", alias="sampai"
    )
    units: dict[str, UnitCostSettings] = Field(alias="harga", min_length=1)
    budgets: tuple[BudgetSettings, ...] = Field((), alias="anggaran")
    numbers: tuple[Villages, ...] = Field((), alias="banding_jumlah", max_length=_MOST_POINTS)
    limits: tuple[Rupiah, ...] = Field((), alias="banding_pagu", max_length=_MOST_POINTS)

    @model_validator(mode="after")
    def _once(self) -> Self:
        pairs = [(one.opd, one.source) for one in self.budgets]
        for pair in pairs:
            if pairs.count(pair) > 1:
                raise ValueError(
                    _("the budget of {opd} from {source} is stated twice").format(opd=pair[0], source=pair[1])
                )
        for points in (self.numbers, self.limits):
            if list(points) != sorted(set(points)):
                raise ValueError(_("state banding_jumlah and banding_pagu rising, each number once"))
        return self
