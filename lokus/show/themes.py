"""What each theme shows: its classes, its colours, and what a reader of its legend must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.i18n import gettext as _
from lokus.show.indicator_style import IndicatorStyle, indicator_bands
from lokus.show.layer import Layer
from lokus.show.palette import (
    CHANCE,
    CHILDREN,
    COMPLETENESS,
    HOTSPOT,
    MISSING,
    REVIEW,
    SCORE,
    STATUS,
    WHO,
    Bands,
    Palette,
    type_palette,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

__all__ = ["BUILDERS", "Common", "build_indicator"]


@dataclass(frozen=True, kw_only=True)
class Common:
    """The results with what every layer takes from them."""

    results: gpd.GeoDataFrame
    theme: str
    lokus: pd.Series

    @classmethod
    def of(cls, results: gpd.GeoDataFrame, theme: str) -> Common:
        """Take the numbers of the proposed villages from the results, where there is a choice yet."""
        numbers = (
            results["nomor"].astype("Int64")
            if "nomor" in results
            else pd.Series(pd.NA, index=results.index, dtype="Int64")
        )
        return cls(results=results, theme=theme, lokus=numbers)

    def flag(self, column: str) -> pd.Series:
        """Boolean column with missing as False; all False when the study has no such column."""
        if column not in self.results:
            return pd.Series(False, index=self.results.index)
        flags: pd.Series = self.results[column].astype("boolean").fillna(value=False).astype(bool)
        return flags

    def measured(self, column: str) -> pd.Series:
        """Column of an estimate, missing where no child was measured."""
        return _floats(self.results[column]).mask(self.flag("tanpa_pengukuran"))

    def named(self, column: str, palette: Palette, **texts: Any) -> Layer:
        """Layer of a column that already holds class keys."""
        classes = self.results[column].astype(object)
        classes = classes.where(classes.notna() & (classes != ""), MISSING).rename("kelas")
        for key in classes.unique():
            palette[key]
        nothing = pd.Series(float("nan"), index=classes.index)
        return self.layer(classes=classes, palette=palette, values=nothing, **texts)

    def banded(self, values: pd.Series, bands: Bands, **texts: Any) -> Layer:
        """Layer of a number in classes by stated limits."""
        return self.layer(
            classes=bands.classify(values), palette=bands.palette, bands=bands, values=values, **texts
        )

    def layer(self, **parts: Any) -> Layer:
        """Layer of the given parts, with nothing hatched unless they say so."""
        never = pd.Series(False, index=self.results.index)
        return Layer(**{"theme": self.theme, "lokus": self.lokus, "unsure": never, **parts})


def _floats(values: pd.Series) -> pd.Series:
    return values.astype("Float64").astype("float64")


def _proposal(common: Common) -> Layer:
    return common.named(
        "status_usulan", STATUS, title=_("Lokus proposal"), short=_("Proposal"), outlined=False
    )


def _prevalence(common: Common) -> Layer:
    values = common.measured("prevalensi")
    return common.banded(
        values,
        WHO,
        title=_("Stunting prevalence (%)"),
        short=_("Prevalence"),
        note=_(
            "WHO classes; a class includes its lower limit. Estimates steadied for small numbers. "
            "Not yet reliable: few of the children were measured, or it is not known how many."
        ),
        unit="%",
        unsure=common.flag("belum_andal") & values.notna(),
        unsure_label=_("Not yet reliable, coloured by its class"),
    )


def _children(common: Common) -> Layer:
    values = common.measured("anak_stunting")
    classes = pd.Series("ada perkiraan", index=values.index, name="kelas").where(values.notna(), MISSING)
    return common.layer(
        classes=classes.astype(object),
        palette=CHILDREN,
        values=values,
        title=_("Stunted children (estimate)"),
        short=_("Children"),
        note=_(
            "The area of a circle is proportional to the estimated number of stunted children among all "
            "children due for measurement, measured or not."
        ),
        decimals=0,
        unit=_("children"),
        unsure=common.flag("belum_andal") & values.notna(),
        unsure_label=_("Not yet reliable, hollow circle"),
        symbols=True,
    )


def _score(common: Common) -> Layer:
    return common.banded(
        _floats(common.results["skor"]) * 100,
        SCORE,
        title=_("Priority score (0–100)"),
        short=_("Score"),
        note=_("Fixed classes; a class includes its lower limit. A higher score is a higher priority."),
    )


def _chance(common: Common) -> Layer:
    return common.banded(
        _floats(common.results["peluang_lokus"]) * 100,
        CHANCE,
        title=_("Chance of belonging on the list (%)"),
        short=_("Chance"),
        note=_(
            "How often the village is chosen when the uncertain inputs vary within their margins. "
            "A class includes its lower limit."
        ),
        decimals=0,
        unit="%",
    )


def _hotspots(common: Common) -> Layer:
    return common.named(
        "titik_panas",
        HOTSPOT,
        title=_("Hot spots and cold spots"),
        short=_("Hot spots"),
        note=_(
            "A village and its neighbours together, compared with chance. "
            "“High among low” is a village high by itself, with low neighbours."
        ),
    )


def _types(common: Common) -> Layer:
    order = (
        common.results[["tipologi", "tipologi_urutan"]]
        .dropna()
        .drop_duplicates()
        .sort_values("tipologi_urutan")
    )
    return common.named(
        "tipologi",
        type_palette([str(name) for name in order["tipologi"].unique()]),
        title=_("Types of villages"),
        short=_("Types"),
        note=_("Villages with similar problems; the darker, the more severe."),
    )


def _review(common: Common) -> Layer:
    return common.named(
        "status_reviu", REVIEW, title=_("Review against the earlier list"), short=_("Review"), outlined=False
    )


def _completeness(common: Common) -> Layer:
    return common.banded(
        _floats(common.results["kelengkapan"]),
        COMPLETENESS,
        title=_("Completeness of the data (%)"),
        short=_("Completeness"),
        note=_("Share of the needed indicators that the village has. The darker, the more is missing."),
        decimals=0,
        unit="%",
    )


BUILDERS: Mapping[str, Callable[[Common], Layer]] = {
    "usulan": _proposal,
    "prevalensi": _prevalence,
    "anak": _children,
    "skor": _score,
    "peluang": _chance,
    "titik_panas": _hotspots,
    "tipologi": _types,
    "reviu": _review,
    "kelengkapan": _completeness,
}


def build_indicator(common: Common, key: str, style: IndicatorStyle) -> Layer:
    """Layer of a plain indicator."""
    values = _floats(common.results[key])
    notes = [
        _("A class includes its lower limit.")
        if style.breaks
        else _("Round classes over this year's data; state limits to compare years."),
        {"high": _("Darker is worse: high values."), "low": _("Darker is worse: low values.")}.get(
            style.worse, _("Darker is more, neither better nor worse.")
        ),
    ]
    title = f"{style.label} ({style.unit})" if style.unit else style.label
    return common.banded(
        values, indicator_bands(style, values), title=title, short=style.label, note=" ".join(notes),
        decimals=style.decimals, unit=style.unit,
    )  # fmt: skip
