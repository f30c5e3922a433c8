"""Presets: rules for scoring villages from decrees, guidelines and reports, with their assumptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from lokus.errors import EvidenceError
from lokus.i18n import N_
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.scores.aggregation import Aggregate, Missing
    from lokus.evidence.scores.normalise import Normalise

__all__ = ["PRESETS", "Preset", "find_preset"]

Worse = Literal["high", "low"]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A rule that turns indicators into scores, with its source.

    Parameters
    ----------
    key : str
        Name in a study file.
    source : str
        Document or report the rule is taken from.
    resmi : bool
        Whether a decree or guideline states the rule as it is; never where lokus completed it.
    authority : str
        Authority that issued it; empty where not `resmi`.
    weights, worse : mapping of indicator key
        Weights, and which end is worse.
    normalise, aggregate, missing
        See :func:`lokus.evidence.scores.scoring.score`.
    limits : mapping of key to number
        Stated limits of a traffic light; the median of the kabupaten where absent.
    ties : tuple of str
        Indicators that break ties, in order; higher values come first.
    urban_exempt : tuple of str
        Indicators that do not apply to a kelurahan.
    urban_heirs : mapping of key to key
        Indicator that takes the weight of one that does not apply there.
    urban_text : str
        English template of the remark where kelurahan are scored with weights of their own.
    page : str
        Address of the document with the formula; empty where no document states it; such a preset is not
        official.
    title_text, stated_text, assumed_text : str
        English templates of `title`, `stated` and `assumed`.
    """

    key: str
    source: str
    resmi: bool
    weights: Mapping[str, float]
    worse: Mapping[str, Worse]
    authority: str = ""
    normalise: Normalise = "minmax"
    aggregate: Aggregate = "arithmetic"
    missing: Missing = "renormalise"
    limits: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    ties: tuple[str, ...] = ()
    urban_exempt: Collection[str] = ()
    urban_heirs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    urban_text: str = ""
    page: str = ""
    title_text: str = ""
    stated_text: str = ""
    assumed_text: str = ""

    @property
    def indicators(self) -> tuple[str, ...]:
        """Needed indicators; those that only break ties come last."""
        return tuple(dict.fromkeys([*self.weights, *self.ties]))

    @property
    def title(self) -> str:
        """Name in the current language."""
        return _(self.title_text)

    @property
    def stated(self) -> str:
        """What the source states."""
        return _(self.stated_text)

    @property
    def assumed(self) -> str:
        """What lokus assumes where the source leaves it open; empty where nothing."""
        return _(self.assumed_text) if self.assumed_text else ""

    @property
    def status(self) -> str:
        """Whether the rule is official, and by which authority."""
        return (
            _("official according to {authority}").format(authority=self.authority)
            if self.resmi
            else _("not official")
        )

    @property
    def label(self) -> str:
        """Title and status.

        Examples
        --------
        >>> PRESETS["lokus_default"].label
        'Susunan bawaan lokus (bukan resmi)'
        """
        return f"{self.title} ({self.status})"

    def __repr__(self) -> str:
        return f"{self.key}: {self.label}"


_ALL = (
    Preset(
        key="lokus_default",
        source="lokus",
        resmi=False,
        weights={"prevalensi": 0.35, "anak_stunting": 0.25, "cakupan_layanan": 0.25, "desil_1_2": 0.15},
        worse={"prevalensi": "high", "anak_stunting": "high", "cakupan_layanan": "low", "desil_1_2": "high"},
        title_text=N_("Arrangement of lokus"),
        stated_text=N_(
            "Estimated prevalence 35 %, expected stunted children 25 %, lacking service coverage 25 %, "
            "families in deciles 1–2 15 %."
        ),
        assumed_text=N_("Indicators and weights are a suggestion of lokus; no decree states them."),
    ),
    Preset(
        key="empat_kriteria",
        source="Bappedalitbang Kabupaten Banjar, penentuan desa lokus stunting 2025",
        resmi=False,
        page="koranbanjar.net/bappedalitbang-banjar-tentukan-desa-lokus-stunting-tahun-2025",
        weights={"krs": 1.0, "stunting": 1.0, "prevalensi_mentah": 1.0, "cakupan_layanan": 1.0},
        worse={"krs": "high", "stunting": "high", "prevalensi_mentah": "high", "cakupan_layanan": "low"},
        normalise="limit",
        missing="withhold",
        ties=("prevalensi_mentah", "stunting"),
        title_text=N_("Four criteria, traffic light"),
        stated_text=N_(
            "Families at risk, stunting cases, prevalence and coverage; a village red in all four is "
            "priority 1."
        ),
        assumed_text=N_(
            "Red is worse than the median of the kabupaten unless limits are stated; three, two and one "
            "red are priorities 2, 3 and 4; ties go by prevalence, then by cases."
        ),
    ),
    Preset(
        key="ambang_prevalensi",
        source="Keputusan Bupati Mandailing Natal 2021 tentang penetapan desa prioritas",
        page="scribd.com/document/585203325",
        resmi=False,
        weights={"prevalensi_mentah": 1.0},
        worse={"prevalensi_mentah": "high"},
        normalise="limit",
        missing="withhold",
        limits={"prevalensi_mentah": 20.0},
        ties=("prevalensi_mentah", "stunting"),
        title_text=N_("Prevalence above a threshold"),
        stated_text=N_("The decree considers 37 villages whose measured prevalence is above 20 % (e-PPGBM)."),
        assumed_text=N_(
            "That every village above 20 % is lokus, and no other, is assumed: of the decree only the "
            "beginning could be read, without its list."
        ),
    ),
    Preset(
        key="fsva",
        source="Panduan Peta Ketahanan dan Kerentanan Pangan (FSVA) kabupaten, menurut Laporan FSVA Agam "
        "2023, halaman 11",
        page="fliphtml5.com/liysd/phkh/Laporan_FSVA_Agam_2023/29",
        resmi=True,
        authority="Badan Pangan Nasional",
        weights={
            "fsva_sawah": 1.0,
            "fsva_sarana": 1.0,
            "fsva_kesejahteraan_terendah": 1.0,
            "fsva_tanpa_akses": 1.0,
            "fsva_tanpa_air_bersih": 1.0,
            "fsva_nakes": 1.0,
        },
        worse={
            "fsva_sawah": "low",
            "fsva_sarana": "low",
            "fsva_kesejahteraan_terendah": "high",
            "fsva_tanpa_akses": "high",
            "fsva_tanpa_air_bersih": "high",
            "fsva_nakes": "low",
        },
        urban_exempt=("fsva_sawah",),
        urban_heirs={"fsva_sawah": "fsva_sarana"},
        urban_text=N_(
            "Kelurahan: without paddy fields, economic facilities alone carry the aspect of availability and "
            "weigh 1/3, as the Food Security Office of Banten cites the guide of 2021 "
            "(disketapang.bantenprov.go.id/Berita/topic/210)."
        ),
        title_text=N_("Food security and vulnerability (FSVA)"),
        stated_text=N_(
            "Six indicators of three aspects, weighing 1/6 each: z-score, then its position between the "
            "smallest and the largest; classes from the limits of the indicators."
        ),
    ),
    Preset(
        key="tnp2k_desa",
        source="TNP2K, Prioritas Wilayah Pencegahan Stunting; 100 Desa Prioritas pada 10 Kabupaten Prioritas "
        "Stunting",
        page="kms.tnp2k.go.id/index.php?id=114&p=show_detail; 123dok.com/document/z1ldxm3q",
        resmi=False,
        weights={"penduduk": 1.0, "penduduk_miskin": 1.0, "tingkat_kemiskinan": 1.0, "gizi_buruk": 1.0},
        worse={
            "penduduk": "high",
            "penduduk_miskin": "high",
            "tingkat_kemiskinan": "high",
            "gizi_buruk": "high",
        },
        title_text=N_("TNP2K index of villages"),
        stated_text=N_(
            "Weighted mean of population, poor people, poverty rate and severely malnourished children; ten "
            "villages."
        ),
        assumed_text=N_("Equal weights and min–max scaling: the source does not state them."),
    ),
    Preset(
        key="peringkat_setara",
        source="Kabupaten Gunungkidul, lokus stunting 2025",
        page="ppid.gunungkidulkab.go.id/berita/15625",
        resmi=False,
        weights={"bumil_kek": 1.0, "air_layak": 1.0, "stunting": 1.0, "prevalensi_mentah": 1.0},
        worse={"bumil_kek": "high", "air_layak": "low", "stunting": "high", "prevalensi_mentah": "high"},
        normalise="rank",
        aggregate="rank_sum",
        title_text=N_("Equal rank sum"),
        stated_text=N_(
            "Pregnant women with energy deficiency, drinking water, stunting cases and prevalence."
        ),
        assumed_text=N_("The four ranks count equally: the source names the indicators but no formula."),
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.key: preset for preset in _ALL})


def find_preset(key: str) -> Preset:
    """Return the preset with this key.

    Raises
    ------
    EvidenceError
        No preset has this key; names the nearest one.

    Examples
    --------
    >>> find_preset("fsva")
    fsva: Ketahanan dan kerentanan pangan (FSVA) (resmi menurut Badan Pangan Nasional)
    """
    if key in PRESETS:
        return PRESETS[key]
    near = get_close_matches(key, PRESETS, n=1, cutoff=0.5)
    raise EvidenceError(
        _("unknown preset {name}").format(name=key),
        remedy=_("did you mean {name}?").format(name=near[0])
        if near
        else _("possible: {values}").format(values=", ".join(PRESETS)),
    )
