"""Sections of the study file, checked and frozen.

Keys are Indonesian because planners write them; attributes are English because the code reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt

from lokus.i18n import gettext as _
from lokus.settings.base import AtMost, Note, Section, Text, Year
from lokus.settings.choice import ChoiceSettings, UncertaintySettings
from lokus.settings.evidence import (
    PatternSettings,
    PositiveDevianceSettings,
    RateSettings,
    ScoreSettings,
    SurveySettings,
    TypologySettings,
)
from lokus.settings.followup import (
    CaseAuditSettings,
    CostSettings,
    DecreeSettings,
    FosterSettings,
    GapSettings,
    OutputSettings,
    SharingSettings,
    TrajectorySettings,
)
from lokus.settings.inputs import AuditSettings, BoundarySettings, CompletenessSettings, TableSettings
from lokus.settings.reporting import ReportSettings
from lokus.settings.review import PreviousSettings
from lokus.settings.theme import SERVED, ThemeSettings, outer_keys

__all__ = ["ESTIMATED", "Settings", "StudySettings"]

# Weighed like indicators, but estimated by lokus instead of read from a table.
ESTIMATED = frozenset({"prevalensi", "anak_stunting"})


class StudySettings(Section):
    """``[kajian]``: title, kabupaten and year of the study."""

    title: Text = Field(alias="judul")
    kabupaten: Text
    year: Year = Field(alias="tahun")
    institution: Note = Field("", alias="instansi")
    address: Note = Field("", alias="alamat")
    edition: Note = Field("", alias="edisi")
    seed: Annotated[StrictInt, AtMost(2**32 - 1, lambda: _("the draws take no larger seed"))] = Field(
        alias="benih", ge=0
    )
    language: Literal["id", "en"] | None = Field(None, alias="bahasa")


class Settings(Section):
    """A whole study file."""

    study: StudySettings = Field(alias="kajian")
    theme: ThemeSettings | None = Field(None, alias="tema")
    boundaries: BoundarySettings = Field(alias="batas")
    tables: tuple[TableSettings, ...] = Field(alias="tabel", min_length=1)
    own_indicators: dict[Text, dict[str, Any]] = Field(default_factory=dict, alias="katalog")
    rates: RateSettings = Field(RateSettings.model_validate({}), alias="laju")
    survey: SurveySettings | None = Field(None, alias="survei")
    deviance: PositiveDevianceSettings | None = Field(None, alias="pola_baik")
    scores: ScoreSettings = Field(alias="skor")
    patterns: PatternSettings = Field(PatternSettings.model_validate({}), alias="pola")
    typology: TypologySettings | None = Field(None, alias="tipologi")
    choice: ChoiceSettings = Field(alias="pilihan")
    uncertainty: UncertaintySettings = Field(UncertaintySettings.model_validate({}), alias="ketidakpastian")
    previous: PreviousSettings | None = Field(None, alias="tahun_lalu")
    completeness: CompletenessSettings | None = Field(None, alias="kelengkapan")
    audit: AuditSettings = AuditSettings.model_validate({})
    gaps: GapSettings = Field(GapSettings.model_validate({}), alias="kesenjangan")
    costs: CostSettings | None = Field(None, alias="biaya")
    shares: tuple[SharingSettings, ...] = Field((), alias="pembagian")
    groups: dict[str, Text] | None = Field(None, alias="sasaran_penerima")
    trajectory: TrajectorySettings | None = Field(None, alias="lintasan")
    case_audit: CaseAuditSettings | None = Field(None, alias="audit_kasus")
    foster: FosterSettings | None = Field(None, alias="orang_tua_asuh")
    reports: ReportSettings | None = Field(None, alias="laporan")
    decree: DecreeSettings = Field(DecreeSettings.model_validate({}), alias="keputusan")
    outputs: OutputSettings = Field(alias="keluaran")

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values under the keys of the study file, without unset ones."""
        return outer_keys(self.model_dump(mode="json", by_alias=True, exclude_unset=True))

    @property
    def needed(self) -> tuple[str, ...]:
        """Needed indicators: inputs and covariates of the rates, and indicators with weight."""
        counted = SERVED if SERVED in self.given else "stunting"
        wanted: list[str] = [key for key in (counted, "diukur", "sasaran") if key in self.given]
        if not ESTIMATED.isdisjoint(self.scores.keys):
            wanted += [counted, "diukur"]
        if "anak_stunting" in self.scores.keys:
            wanted.append("sasaran")
        wanted += [*self.rates.covariates, *(key for key in self.scores.keys if key not in ESTIMATED)]
        if self.choice.cost:
            wanted.append(self.choice.cost)
        if "cakupan_layanan" in wanted and "cakupan_layanan" not in self.given:
            wanted.remove("cakupan_layanan")
            wanted += [
                key for key in self.given if key.startswith("cakupan_") and key != "cakupan_pengukuran"
            ]
        return tuple(dict.fromkeys(wanted))

    @property
    def given(self) -> tuple[str, ...]:
        """Indicators that the tables of the newest round give, in the order of the tables."""
        keys = [key for table in self.tables if table.rounds_ago == 0 for key in table.gives]
        return tuple(dict.fromkeys(keys))

    def files(self) -> Iterator[tuple[str, str]]:
        """Return every data file that the study names, with the key."""
        yield "batas.berkas", self.boundaries.file
        if self.boundaries.official:
            yield "batas.daftar_resmi.berkas", self.boundaries.official.file
        if self.boundaries.bridge:
            yield "batas.jembatan", self.boundaries.bridge.file
        for number, table in enumerate(self.tables, start=1):
            yield f"tabel[{number}].berkas", table.file
            if table.carried:
                yield f"tabel[{number}].temuan", table.carried
        yield from self.previous.files() if self.previous else ()
        if self.case_audit:
            yield from (("audit_kasus.hasil", name) for name in self.case_audit.returns)
        if self.foster:
            yield from (("orang_tua_asuh.register", name) for name in self.foster.returns)
        for place, period in enumerate(self.reports.periods if self.reports else (), start=1):
            own = f"laporan.periode[{place}]"
            yield from ((f"{own}.tabel.berkas", table.file) for table in period.tables)
            yield from ((f"{own}.kalender", name) for name in period.calendars)
            if period.values:
                yield f"{own}.nilai", period.values
        if self.audit.decisions:
            yield "audit.kecocokan", self.audit.decisions
        if self.outputs.logo:
            yield "keluaran.logo", self.outputs.logo
        if self.outputs.surroundings:
            yield "keluaran.sekitar", self.outputs.surroundings
