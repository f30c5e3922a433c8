"""Sections of the study file about rates, scores, patterns and types."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from lokus.evidence.scores.aggregation import Aggregate, Missing
from lokus.evidence.scores.normalise import Normalise
from lokus.evidence.scores.presets import PRESETS
from lokus.evidence.scores.weighting import DataWeights
from lokus.i18n import gettext as _
from lokus.settings.base import AtMost, Number, Percent, Positive, Section, Text, Weight, Words, Year

__all__ = [
    "PatternSettings",
    "PositiveDevianceSettings",
    "RateSettings",
    "ScanSettings",
    "ScoreSettings",
    "SurveySettings",
    "TypologySettings",
]


class RateSettings(Section):
    """``[laju]``: how prevalence is estimated."""

    covariates: tuple[Text, ...] = Field((), alias="kovariat")
    threshold: Percent | None = Field(None, alias="ambang")
    reliable_coverage: Percent = Field(80.0, alias="cakupan_andal")
    odds_ratio: Annotated[float, Field(strict=True, ge=0.01, le=100)] = Field(
        1.0, alias="rasio_odds_tak_terukur"
    )
    effect: Annotated[
        Literal["none", "kecamatan", "neighbours", "auto"],
        Words(tidak="none", kecamatan="kecamatan", tetangga="neighbours", otomatis="auto"),
    ] = Field("none", alias="pengaruh")
    last_year: Annotated[bool, Field(strict=True)] = Field(True, alias="pakai_tahun_lalu")


class SurveySettings(Section):
    """``[survei]``: a survey's estimate for the kabupaten; classes and children are given at its level."""

    percent: Percent = Field(alias="persen")
    low: Percent | None = Field(None, alias="bawah")
    high: Percent | None = Field(None, alias="atas")
    year: Year = Field(alias="tahun")
    source: Text = Field(alias="sumber")

    @model_validator(mode="after")
    def _in_its_interval(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError(_("bawah and atas belong together"))
        low = self.percent if self.low is None else self.low
        high = self.percent if self.high is None else self.high
        if not 0.0 < low <= self.percent <= high < 100.0:
            raise ValueError(_("persen must lie between bawah and atas, and these between 0 and 100"))
        return self


class PositiveDevianceSettings(Section):
    """``[pola_baik]``: what rates are expected from, and how much better a village must be to be visited."""

    covariates: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(alias="indikator")
    margin: Annotated[float, Field(strict=True, ge=0, lt=100)] = Field(20.0, alias="selisih")
    least_chance: Annotated[float, Field(strict=True, gt=0, lt=1)] = Field(0.8, alias="peluang")
    at_most: Annotated[
        StrictInt, Field(ge=1), AtMost(1_000, lambda: _("nobody visits that many villages"))
    ] = Field(10, alias="paling_banyak")


class ScoreSettings(Section):
    """``[skor]``: how the score is computed.

    The weights come from exactly one of ``bobot`` (stated), ``pembobotan`` (from the data), ``ahp`` (from
    comparisons of pairs) and ``prasetel`` (a ready-made rule).
    """

    weights: dict[str, Weight] = Field(default_factory=dict, alias="bobot")
    weighting: (
        Annotated[DataWeights, Words(sama="equal", entropi="entropy", critic="critic", pca="pca")] | None
    ) = Field(None, alias="pembobotan")
    weighed: tuple[Text, ...] = Field((), alias="indikator")
    pairs: dict[str, dict[str, Positive]] = Field(default_factory=dict, alias="ahp")
    preset: Text | None = Field(None, alias="prasetel")
    aggregate: (
        Annotated[
            Aggregate,
            Words(
                aritmetik="arithmetic", geometrik="geometric", topsis="topsis", jumlah_peringkat="rank_sum"
            ),
        ]
        | None
    ) = Field(None, alias="metode")
    normalise: (
        Annotated[Normalise, Words(minmax="minmax", peringkat="rank", zscore="zscore", batas="limit")] | None
    ) = Field(None, alias="normalisasi")
    missing: Annotated[Missing, Words(normalkan="renormalise", tahan="withhold")] | None = Field(
        None, alias="data_kosong"
    )
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


class ScanSettings(Section):
    """``[pola.pemindaian]``: search for circles of villages with too many cases."""

    max_share: Annotated[float, Field(strict=True, gt=0, le=0.5)] = Field(0.5, alias="bagian_terbesar")
    replicates: Annotated[
        StrictInt, AtMost(9_999, lambda: _("each replicate searches all circles again"))
    ] = Field(999, alias="ulangan", ge=99)


class PatternSettings(Section):
    """``[pola]``: clusters of high values."""

    indicator: Text | None = Field(None, alias="indikator")
    permutations: Annotated[
        StrictInt, AtMost(999_999, lambda: _("more takes minutes and changes no class"))
    ] = Field(99_999, alias="permutasi", ge=999)
    alpha: Annotated[float, Field(strict=True, gt=0, lt=0.5)] = Field(0.05, alias="taraf_nyata")
    correction: Annotated[Literal["fdr", "none"], Words(fdr="fdr", tanpa="none")] = Field(
        "fdr", alias="koreksi"
    )
    scan: ScanSettings = Field(ScanSettings.model_validate({}), alias="pemindaian")


class TypologySettings(Section):
    """``[tipologi]``: types of villages."""

    indicators: tuple[Text, ...] = Field(alias="indikator", min_length=2)
    method: Literal["kmeans", "ward"] = Field("kmeans", alias="cara")
    k: Annotated[StrictInt, AtMost(12, lambda: _("more types than colours can be told apart"))] | None = (
        Field(None, alias="banyak_tipe", ge=2)
    )
