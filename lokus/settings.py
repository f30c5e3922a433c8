"""Sections of the study file, checked and frozen.

Keys are Indonesian because planners write them; attributes are English because the code reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)

from lokus.evidence.presets import PRESETS
from lokus.i18n import gettext as _
from lokus.intake.children import CHILD_INDICATORS
from lokus.places.kode import parse_kode

__all__ = [
    "Acceptance",
    "AuditSettings",
    "BoundarySettings",
    "ChoiceSettings",
    "GapSettings",
    "Limits",
    "ListSettings",
    "Lock",
    "OutputSettings",
    "PatternSettings",
    "Period",
    "PlaceColumns",
    "RateSettings",
    "ScanSettings",
    "ScoreSettings",
    "Settings",
    "StudySettings",
    "TableSettings",
    "TypologySettings",
    "UncertaintySettings",
]

# Weighed like indicators, but estimated by lokus rather than read from a table.
ESTIMATED = frozenset({"prevalensi", "anak_stunting"})

Percent = Annotated[float, Field(strict=True, ge=0, le=100)]
Number = Annotated[float, Field(strict=True)]
Positive = Annotated[float, Field(strict=True, gt=0)]
Weight = Annotated[float, Field(strict=True, ge=0)]
Extra = Literal["paparan", "laporan", "atlas", "geojson", "csv"]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Count = Annotated[StrictInt, Field(ge=0)]
Text = Annotated[StrictStr, Field(min_length=1)]
Kode = Annotated[Text, AfterValidator(parse_kode)]
KodeKecamatan = Annotated[Text, AfterValidator(lambda code: code.replace(".", ""))]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StudySettings(_Section):
    """``[kajian]``: what the study is called and for whom."""

    title: Text = Field(alias="judul")
    kabupaten: Text
    year: StrictInt = Field(alias="tahun", ge=2000, le=2100)
    institution: StrictStr = Field("", alias="instansi")
    seed: StrictInt = Field(alias="benih", ge=0)
    language: Literal["id", "en"] = Field("id", alias="bahasa")


class PlaceColumns(_Section):
    """Columns that say which village a row is."""

    kode: Text | None = None
    desa: Text | None = None
    kecamatan: Text | None = None

    @property
    def stated(self) -> dict[str, str]:
        """Those that are stated, key to header."""
        return self.model_dump(exclude_none=True)


class ListSettings(_Section):
    """``[batas.daftar_resmi]``: the official list of villages, against which the boundary file is checked."""

    file: Text = Field(alias="berkas")
    columns: PlaceColumns = Field(alias="kolom")


class BoundarySettings(_Section):
    """``[batas]``: the file of village boundaries."""

    file: Text = Field(alias="berkas")
    layer: Text | None = Field(None, alias="lapisan")
    crs: Text | None = None
    columns: PlaceColumns | None = Field(None, alias="kolom")
    kabupaten_code: Text | None = Field(None, alias="kode_kabupaten")
    official: ListSettings | None = Field(None, alias="daftar_resmi")
    source: StrictStr = Field("", alias="sumber")


class Period(_Section):
    """First and last day of a weighing round."""

    start: date = Field(alias="mulai")
    end: date = Field(alias="akhir")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start > self.end:
            raise ValueError(_("mulai lies after akhir"))
        return self


class TableSettings(_Section):
    """``[[tabel]]``: one workbook or CSV file of one office (OPD).

    A table with ``putaran_lalu = 1`` is of the round before, 2 of the one before that; it steadies the rates.
    A table with ``jenis = "anak"`` is an export with one row a child; it is counted by village while it is
    read, and says by itself which columns it needs.
    """

    kind: Literal["rekap", "anak"] = Field("rekap", alias="jenis")
    file: Text = Field(alias="berkas")
    sheet: Text | None = Field(None, alias="lembar")
    opd: StrictStr = ""
    source: StrictStr = Field("", alias="sumber")
    date: StrictStr = Field("", alias="tanggal")
    rounds_ago: StrictInt = Field(0, alias="putaran_lalu", ge=0)
    place: PlaceColumns = Field(PlaceColumns.model_validate({}), alias="tempat")
    indicators: dict[str, Text] = Field(default_factory=dict, alias="indikator")
    rows: dict[str, Text] = Field(default_factory=dict, alias="saring")
    period: Period | None = Field(None, alias="periode")
    child_columns: dict[str, Text] = Field(default_factory=dict, alias="kolom")

    @model_validator(mode="after")
    def _states_what_its_kind_needs(self) -> Self:
        if self.kind == "anak":
            if self.period is None:
                raise ValueError(_("a table of children needs the key periode"))
            if self.place.stated or self.indicators:
                raise ValueError(_("a table of children takes no tempat and no indikator"))
            return self
        if self.period is not None or self.child_columns:
            raise ValueError(_('periode and kolom belong to jenis = "anak"'))
        if not (self.place.kode or self.place.desa):
            raise ValueError(_("tempat needs the key kode or desa"))
        if not self.indicators:
            raise ValueError(_("the key indikator is missing"))
        return self

    @property
    def gives(self) -> dict[str, str]:
        """Indicator key → header of what the table gives."""
        return dict(CHILD_INDICATORS) if self.kind == "anak" else self.indicators


class RateSettings(_Section):
    """``[laju]``: how prevalence is estimated."""

    covariates: tuple[Text, ...] = Field((), alias="kovariat")
    threshold: Percent | None = Field(None, alias="ambang")
    reliable_coverage: Percent = Field(80.0, alias="cakupan_andal")
    odds_ratio: Positive = Field(1.0, alias="rasio_odds_tak_terukur")
    effect: Literal["tidak", "kecamatan", "tetangga", "otomatis"] = Field("tidak", alias="pengaruh")


class ScoreSettings(_Section):
    """``[skor]``: how indicators become one score.

    The weights come from exactly one of ``bobot`` (stated), ``pembobotan`` (from the data), ``ahp`` (from
    comparisons of pairs) and ``prasetel`` (a ready-made rule).
    """

    weights: dict[str, Weight] = Field(default_factory=dict, alias="bobot")
    weighting: Literal["sama", "entropi", "critic", "pca"] | None = Field(None, alias="pembobotan")
    weighed: tuple[Text, ...] = Field((), alias="indikator")
    pairs: dict[str, dict[str, Positive]] = Field(default_factory=dict, alias="ahp")
    preset: Text | None = Field(None, alias="prasetel")
    aggregate: Literal["aritmetik", "geometrik", "topsis", "jumlah_peringkat"] | None = Field(
        None, alias="metode"
    )
    normalise: Literal["minmax", "peringkat", "zscore", "batas"] | None = Field(None, alias="normalisasi")
    missing: Literal["normalkan", "tahan"] | None = Field(None, alias="data_kosong")
    limits: dict[str, Number] = Field(default_factory=dict, alias="batas_merah")
    goalposts: dict[str, tuple[Number, Number]] = Field(default_factory=dict, alias="batas_tetap")
    instead: dict[str, Text] = Field(default_factory=dict, alias="pengganti")
    cuts: dict[str, tuple[Number, Number, Number, Number, Number]] = Field(
        default_factory=dict, alias="batas_kelas"
    )
    not_for: dict[str, Literal["desa", "kelurahan"]] = Field(default_factory=dict, alias="tidak_berlaku")

    @model_validator(mode="after")
    def _one_source_of_weights(self) -> Self:
        stated = [
            key
            for key, value in (
                ("bobot", self.weights),
                ("pembobotan", self.weighting),
                ("ahp", self.pairs),
                ("prasetel", self.preset),
            )
            if value
        ]
        if not stated:
            raise ValueError(_("state bobot, pembobotan, ahp or prasetel"))
        if len(stated) > 1:
            raise ValueError(
                _("state only one of bobot, pembobotan, ahp and prasetel, not {stated}").format(
                    stated=" + ".join(stated)
                )
            )
        if self.preset is not None and self.preset not in PRESETS:
            raise ValueError(
                _('no preset "{key}"; there are: {known}').format(key=self.preset, known=", ".join(PRESETS))
            )
        if bool(self.weighting) != bool(self.weighed):
            raise ValueError(_("pembobotan and indikator belong together"))
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Indicators that enter the score."""
        if self.preset is not None:
            return tuple(self.instead.get(key, key) for key in PRESETS[self.preset].indicators)
        paired = [key for first, others in self.pairs.items() for key in (first, *others)]
        return tuple(dict.fromkeys([*self.weights, *self.weighed, *paired]))


class ScanSettings(_Section):
    """``[pola.pemindaian]``: search for circles of villages with too many cases."""

    max_share: Annotated[float, Field(strict=True, gt=0, le=0.5)] = Field(0.5, alias="bagian_terbesar")
    replicates: StrictInt = Field(999, alias="ulangan", ge=99)


class PatternSettings(_Section):
    """``[pola]``: where high values lie together."""

    indicator: Text = Field("prevalensi", alias="indikator")
    permutations: StrictInt = Field(99_999, alias="permutasi", ge=999)
    alpha: Annotated[float, Field(strict=True, gt=0, lt=0.5)] = Field(0.05, alias="taraf_nyata")
    correction: Literal["fdr", "tanpa"] = Field("fdr", alias="koreksi")
    scan: ScanSettings = Field(ScanSettings.model_validate({}), alias="pemindaian")


class TypologySettings(_Section):
    """``[tipologi]``: what kinds of villages there are."""

    indicators: tuple[Text, ...] = Field(alias="indikator", min_length=2)
    method: Literal["kmeans", "ward"] = Field("kmeans", alias="cara")
    k: StrictInt | None = Field(None, alias="banyak_tipe", ge=2)


class Lock(_Section):
    """A village locked in or out, with the reason that will stand in the report."""

    kode: Kode
    reason: Text = Field(alias="alasan")


class Limits(_Section):
    """Fewest and most villages of one kind."""

    least: StrictInt | None = Field(None, alias="min", ge=0)
    most: StrictInt | None = Field(None, alias="maks", ge=0)


class ChoiceSettings(_Section):
    """``[pilihan]``: the rules of the selection."""

    n: StrictInt = Field(alias="jumlah", ge=1)
    max_kecamatan: StrictInt | None = Field(None, alias="maks_kecamatan", ge=1)
    exact_kecamatan: StrictInt | None = Field(None, alias="tepat_kecamatan", ge=1)
    min_per_kecamatan: StrictInt = Field(0, ge=0)
    max_per_kecamatan: StrictInt | None = Field(None, alias="maks_per_kecamatan", ge=1)
    quota: dict[KodeKecamatan, Count] = Field(default_factory=dict, alias="kuota")
    kept_from: tuple[Kode, ...] = Field((), alias="dipertahankan")
    min_kept: StrictInt = Field(0, alias="min_dipertahankan", ge=0)
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


class UncertaintySettings(_Section):
    """``[ketidakpastian]``: what is not known exactly, and how often to choose again."""

    draws: StrictInt = Field(1000, alias="undian", ge=100)
    rates: StrictBool = Field(True, alias="laju")
    concentration: Positive | None = Field(100.0, alias="konsentrasi_bobot")
    errors: dict[str, Positive] = Field(default_factory=dict, alias="galat")


class Acceptance(_Section):
    """``[[audit.terima]]``: a blocking finding that the study accepts, and why."""

    check: Text = Field(alias="temuan")
    reason: Text = Field(alias="alasan")
    kode_desa: Kode | None = Field(None, alias="desa")
    file: Text | None = Field(None, alias="berkas")


class AuditSettings(_Section):
    """``[audit]``: decisions about findings and ambiguous names."""

    decisions: Text | None = Field(None, alias="kecocokan")
    accepted: tuple[Acceptance, ...] = Field((), alias="terima")


class OutputSettings(_Section):
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


class GapSettings(_Section):
    """``[kesenjangan]``: from where on an indicator calls for its office to act."""

    thresholds: dict[str, Number] = Field(default_factory=dict, alias="ambang")


class Settings(_Section):
    """A whole study file."""

    study: StudySettings = Field(alias="kajian")
    boundaries: BoundarySettings = Field(alias="batas")
    tables: tuple[TableSettings, ...] = Field(alias="tabel", min_length=1)
    own_indicators: dict[str, dict[str, Any]] = Field(default_factory=dict, alias="katalog")
    rates: RateSettings = Field(RateSettings.model_validate({}), alias="laju")
    scores: ScoreSettings = Field(alias="skor")
    patterns: PatternSettings = Field(PatternSettings.model_validate({}), alias="pola")
    typology: TypologySettings | None = Field(None, alias="tipologi")
    choice: ChoiceSettings = Field(alias="pilihan")
    uncertainty: UncertaintySettings = Field(UncertaintySettings.model_validate({}), alias="ketidakpastian")
    audit: AuditSettings = AuditSettings.model_validate({})
    gaps: GapSettings = Field(GapSettings.model_validate({}), alias="kesenjangan")
    outputs: OutputSettings = Field(alias="keluaran")

    def to_mapping(self) -> dict[str, Any]:
        """Plain values under the keys of the study file, without what was left unset."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @property
    def needed(self) -> tuple[str, ...]:
        """Indicators whose gaps matter: inputs and covariates of the rates, and what is weighed."""
        wanted: list[str] = [key for key in ("stunting", "diukur", "sasaran") if key in self.given]
        if not ESTIMATED.isdisjoint(self.scores.keys):
            wanted += ["stunting", "diukur"]
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
        return tuple(key for table in self.tables if table.rounds_ago == 0 for key in table.gives)

    def files(self) -> Iterator[tuple[str, str]]:
        """Every data file the study names, with the key that names it."""
        yield "batas.berkas", self.boundaries.file
        if self.boundaries.official:
            yield "batas.daftar_resmi.berkas", self.boundaries.official.file
        for number, table in enumerate(self.tables, start=1):
            yield f"tabel[{number}].berkas", table.file
        if self.audit.decisions:
            yield "audit.kecocokan", self.audit.decisions
        if self.outputs.logo:
            yield "keluaran.logo", self.outputs.logo
        if self.outputs.surroundings:
            yield "keluaran.sekitar", self.outputs.surroundings
