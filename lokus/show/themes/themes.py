"""Build the layer of each theme: classes, colours and legend note."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.files import file_name
from lokus.i18n import N_, format_number
from lokus.i18n import gettext as _
from lokus.show.results.figures import round_values
from lokus.show.results.text import is_masked
from lokus.show.themes.layer import Layer, LegendEntry
from lokus.show.themes.palette import (
    BOTH,
    CHANCE,
    CHILDREN,
    COMPLETENESS,
    HOTSPOT,
    HOTSPOT_LOW_WORSE,
    MASKED_CLASS,
    MISSING,
    REVIEW,
    SCORE,
    STATUS,
    WHO,
    Bands,
    Palette,
    both_key,
    ramp,
    type_palette,
)
from lokus.subject import subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

__all__ = [
    "BUILDERS",
    "INDICATOR",
    "ON_REQUEST",
    "PATTERN",
    "THEMES",
    "YEARLY",
    "Common",
    "IndicatorStyle",
    "Layer",
    "LegendEntry",
    "available_themes",
    "make_layer",
    "nice_breaks",
    "quantile_breaks",
    "theme_slug",
]


@dataclass(frozen=True, kw_only=True)
class IndicatorStyle:
    """What a map must know of an indicator to show it.

    Parameters
    ----------
    label : str
        Name as a reader sees it, in the language of the output.
    unit : str
        Unit behind the numbers, ``"%"`` for shares; empty when there is none.
    worse : {"high", "low", ""}
        Which end is worse, and dark on the map; empty when neither is.
    breaks : tuple of float
        Inner class limits, rising, 1 to 6 of them. Without them round limits are taken from the data, and
        the legend says so: such maps of two years do not compare.
    decimals : int
        Decimals of the values shown.
    quantiles : bool
        Classes that hold about as many villages each, instead of round limits. Such a map shows the order of
        the villages only: nearly equal values may lie in different classes, and two years do not compare.
    presence : bool
        Its values are 1 where something is there and 0 where it is not: two classes, told in words.

    Examples
    --------
    >>> IndicatorStyle(label="Keluarga dengan air layak", unit="%", worse="low", breaks=(40, 60, 80)).breaks
    (40, 60, 80)
    """

    label: str
    unit: str = ""
    worse: Literal["high", "low", ""] = ""
    breaks: tuple[float, ...] = ()
    decimals: int = 1
    quantiles: bool = False
    presence: bool = False


def indicator_bands(style: IndicatorStyle, values: pd.Series) -> Bands:
    """Classes of an indicator: by its stated limits, else by round ones that span the data.

    Parameters
    ----------
    style : IndicatorStyle
        How to show it.
    values : pandas.Series
        Values of all villages; used only when the style states no limits.
    """
    if style.quantiles:
        breaks = style.breaks or quantile_breaks(values, decimals=style.decimals)
    else:
        breaks = style.breaks or nice_breaks(values, whole=style.decimals == 0)
    colours = ramp(len(breaks) + 1, worse=style.worse)
    keys = tuple(f"kelas {number}" for number in range(1, len(colours) + 1))
    palette = Palette(
        style.label,
        (*zip(keys, colours, strict=True), (MISSING, "#ffffff")),
        labels=tuple((key, "") for key in keys),
    )
    return Bands(
        breaks=tuple(float(b) for b in breaks), palette=palette, highest=100.0 if style.unit == "%" else None
    )


def nice_breaks(values: pd.Series, classes: int = 5, *, whole: bool = False) -> tuple[float, ...]:
    """Round limits of at most `classes` equally wide classes that span the values.

    Parameters
    ----------
    values : pandas.Series
        Missing values are left aside; with none at all the limits are those of a share.
    classes : int
        At least 2.
    whole : bool
        Only whole limits, for counts: between 1,5 and 2 teams there is no village.

    Examples
    --------
    >>> import pandas as pd
    >>> nice_breaks(pd.Series([12.0, 31.5, 88.0]))
    (20.0, 40.0, 60.0, 80.0)
    >>> nice_breaks(pd.Series([1.0, 2.0, 3.0])), nice_breaks(pd.Series([1.0, 2.0, 3.0]), whole=True)
    ((1.5, 2.0, 2.5), (2.0,))
    """
    present = values.dropna().astype(float)
    if present.empty:
        return (20.0, 40.0, 60.0, 80.0)
    low, high = float(present.min()), float(present.max())
    if low == high:
        return (low,)
    power = 10.0 ** math.floor(math.log10((high - low) / classes))
    for step in (power * factor for factor in (1, 2, 2.5, 5, 10, 20)):
        first = math.floor(low / step) + 1
        count = math.ceil(high / step) - first
        if 1 <= count < classes and not (whole and step % 1):
            return tuple(round((first + k) * step, 10) for k in range(count))
    return (high,) if whole else (round((low + high) / 2, 10),)


def quantile_breaks(values: pd.Series, classes: int = 5, *, decimals: int = 1) -> tuple[float, ...]:
    """Limits between classes of about equally many villages; fewer of them where many values are equal.

    Parameters
    ----------
    values : pandas.Series
        Missing values are left aside.
    classes : int
        At least 2.
    decimals : int
        To which the limits are rounded, so that a reader can check them.

    Examples
    --------
    >>> import pandas as pd
    >>> quantile_breaks(pd.Series(range(1, 101)))
    (20.8, 40.6, 60.4, 80.2)
    """
    present = values.dropna().astype(float)
    if present.nunique() < 2:
        return nice_breaks(values, classes)
    limits = present.quantile([part / classes for part in range(1, classes)]).round(decimals)
    inner: list[float] = []
    for limit in sorted({float(limit) for limit in limits if limit <= present.max()}):
        if ((present >= (inner[-1] if inner else -math.inf)) & (present < limit)).any():  # no empty class
            inner.append(limit)
    return tuple(inner) or nice_breaks(values, classes, whole=decimals == 0)


@dataclass(frozen=True, kw_only=True)
class Common:
    """The results with what every layer takes from them."""

    results: gpd.GeoDataFrame
    theme: str
    lokus: pd.Series
    pattern: IndicatorStyle | None = None

    @classmethod
    def of(cls, results: gpd.GeoDataFrame, theme: str, *, pattern: IndicatorStyle | None = None) -> Common:
        """Take the numbers of the proposed villages from the results, where there is a choice yet."""
        numbers = (
            results["nomor"].astype("Int64")
            if "nomor" in results
            else pd.Series(pd.NA, index=results.index, dtype="Int64")
        )
        return cls(results=results, theme=theme, lokus=numbers, pattern=pattern)

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

    def banded(self, values: pd.Series, bands: Bands, *, as_shown: bool = False, **texts: Any) -> Layer:
        """Layer of a number in classes by stated limits.

        `as_shown` classifies the displayed value: 19.96 is shown as 20.0 and must not be coloured below 20.
        """
        shown = round_values(values, texts.get("decimals", 1)) if as_shown else values
        return self.layer(
            classes=bands.classify(pd.Series(shown, index=values.index)),
            palette=bands.palette,
            bands=bands,
            values=values,
            **texts,
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
    surveyed = "prevalensi_survei" in common.results
    values = common.measured("prevalensi_survei" if surveyed else "prevalensi")
    about = subject()
    return common.banded(
        values,
        replace(WHO, breaks=about.bands) if about is not None and about.bands else WHO,
        as_shown=True,
        title=_("Stunting prevalence at the survey's level (%)")
        if surveyed
        else _("Stunting prevalence (%)"),
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
        as_shown=True,
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
    style = common.pattern
    return common.named(
        "titik_panas",
        HOTSPOT_LOW_WORSE if style is not None and style.worse == "low" else HOTSPOT,
        title=_("Clusters of high and low values: {indicator}").format(indicator=style.label)
        if style is not None
        else _("Clusters of high and low values"),
        short=_("Neighbour clusters"),
        note=_(
            "A village and its neighbours together, compared with random variation. "
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
    names = [str(name) for name in order["tipologi"].unique()]
    note = (
        _("Villages with similar problems; the darker, the more severe.")
        if len(names) > 1
        else _("A single kind of village describes these indicators as well as several types do.")
    )
    return common.named(
        "tipologi", type_palette(names), title=_("Types of villages"), short=_("Types"), note=note
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


def _both(common: Common) -> Layer:
    """Prevalence by children: three classes of each."""
    rate, children = common.measured("prevalensi"), common.measured("anak_stunting")
    few, many = _thirds(children)
    shown = pd.Series(round_values(rate, 1), index=rate.index)
    row = pd.cut(shown, [-math.inf, 10.0, 20.0, math.inf], right=False, labels=False)
    column = pd.cut(children, [-math.inf, few, many, math.inf], right=False, labels=False)
    keys = [
        MISSING if pd.isna(r) or pd.isna(c) else both_key(int(r), int(c))
        for r, c in zip(row, column, strict=True)
    ]
    low, high = format_number(few), format_number(many)
    names = {
        both_key(r, c): _("{prevalence} % · {children} children").format(prevalence=rates, children=count)
        for r, rates in enumerate(("<10", "10 – <20", "≥20"))
        for c, count in enumerate((f"<{low}", f"{low} – <{high}", f"≥{high}"))
    }
    return common.layer(
        classes=pd.Series(keys, index=rate.index, name="kelas", dtype=object),
        palette=replace(BOTH, labels=tuple(names.items())),
        values=rate,
        title=_("Prevalence and number of stunted children"),
        short=_("Prevalence and children"),
        note=_(
            "Both are estimates. Dark brown: a high share and many children. Blue: many children at a low "
            "share. Children in three groups of about equally many villages."
        ),
        unit="%",
        unsure=common.flag("belum_andal") & rate.notna(),
        unsure_label=_("Not yet reliable, coloured by its class"),
    )


def _thirds(children: pd.Series) -> tuple[float, float]:
    """Whole numbers that part the villages into few, some and many stunted children."""
    present = children.dropna()
    if present.empty:
        return 1.0, 2.0
    few = max(1.0, float(round(present.quantile(1 / 3))))
    return few, max(few + 1, float(round(present.quantile(2 / 3))))


def _prevalence_by_year(common: Common) -> Layer:
    return replace(
        _prevalence(common), title=_("Stunting prevalence by year (%)"), short=_("Prevalence"), numbered=False
    )


def _lokus_by_year(common: Common) -> Layer:
    return replace(_proposal(common), title=_("Lokus by year"), short=_("Lokus"), numbered=False)


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
    "prevalensi_anak": _both,
    "prevalensi_per_tahun": _prevalence_by_year,
    "lokus_per_tahun": _lokus_by_year,
}


def build_indicator(common: Common, key: str, style: IndicatorStyle) -> Layer:
    """Layer of a plain indicator."""
    values = _floats(common.results[key])
    if style.presence and not style.breaks:
        return _there_or_not(common, values, style)
    notes = [
        _("A class includes its lower limit.")
        if style.breaks
        else _("Classes of about equally many villages: they show the order only, and years do not compare.")
        if style.quantiles
        else _("Round classes over this year's data; state limits to compare years."),
        {"high": _("Darker is worse: high values."), "low": _("Darker is worse: low values.")}.get(
            style.worse, _("Darker is more, neither better nor worse.")
        ),
    ]
    title = f"{style.label} ({style.unit})" if style.unit else style.label
    return common.banded(
        values, indicator_bands(style, values), as_shown=True, title=title, short=style.label,
        note=" ".join(notes), decimals=style.decimals, unit=style.unit,
    )  # fmt: skip


def _there_or_not(common: Common, values: pd.Series, style: IndicatorStyle) -> Layer:
    absent, present = ramp(2, worse=style.worse)
    palette = Palette(
        style.label,
        (("tidak ada", absent), ("ada", present), (MISSING, "#ffffff")),
        labels=(("tidak ada", N_("Not there")), ("ada", N_("There"))),
    )
    keys = np.select([values.isna(), values >= 1], [MISSING, "ada"], "tidak ada")
    return common.layer(
        classes=pd.Series(keys, index=values.index, name="kelas"), palette=palette, values=values,
        title=style.label, short=style.label, decimals=0, words=(_("Not there"), _("There")),
    )  # fmt: skip


# Theme → columns without which it cannot be shown.
THEMES: Mapping[str, tuple[str, ...]] = {
    "usulan": ("status_usulan",),
    "prevalensi": ("prevalensi",),
    "anak": ("anak_stunting",),
    "skor": ("skor",),
    "peluang": ("peluang_lokus",),
    "titik_panas": ("titik_panas",),
    "tipologi": ("tipologi", "tipologi_urutan"),
    "reviu": ("status_reviu",),
    "kelengkapan": ("kelengkapan",),
    "prevalensi_anak": ("prevalensi", "anak_stunting"),
    "prevalensi_per_tahun": ("prevalensi",),
    "lokus_per_tahun": ("status_usulan",),
}
YEARLY = ("prevalensi_per_tahun", "lokus_per_tahun")  # a small map of each year, side by side
ON_REQUEST = ("prevalensi_anak", *YEARLY)  # drawn only where the study names them
_OF_MEASURED = (
    "prevalensi",
    "anak",
    "prevalensi_anak",
)  # a village where no child was measured has none of its own
INDICATOR = "indikator:"  # then the key of an indicator
PATTERN = "pola"  # among the indicators: of which one high and low clusters are looked for


def available_themes(
    results: pd.DataFrame, indicators: Mapping[str, IndicatorStyle] | None = None
) -> tuple[str, ...]:
    """Themes that the results can be shown by, in the order in which a meeting looks at them.

    Parameters
    ----------
    results : pandas.DataFrame
        Results table; the columns of a stage that did not run are absent.
    indicators : mapping of str to IndicatorStyle, optional
        Indicators to be shown besides.

    Examples
    --------
    >>> import pandas as pd
    >>> available_themes(pd.DataFrame(columns=["status_usulan", "skor"]))
    ('usulan', 'skor')
    """
    known = set(results.columns)
    named = [
        theme for theme, columns in THEMES.items() if theme not in ON_REQUEST and known.issuperset(columns)
    ]
    return (*named, *(f"{INDICATOR}{key}" for key in indicators or () if key in known))


def theme_slug(theme: str) -> str:
    """Name of a theme for use in file names.

    Examples
    --------
    >>> theme_slug("indikator:air_layak")
    'indikator_air_layak'
    """
    return file_name("kasus" if theme == "anak" and subject() is not None else theme)


def make_layer(
    results: gpd.GeoDataFrame, theme: str, *, indicators: Mapping[str, IndicatorStyle] | None = None
) -> Layer:
    """Describe one theme of the results.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``.
    theme : str
        One of ``THEMES``, or ``indikator:<key>``.
    indicators : mapping of str to IndicatorStyle, optional
        How indicators are shown; an ``indikator:`` theme needs its key in it.

    Returns
    -------
    Layer

    Raises
    ------
    ValueError
        The theme is unknown.
    InputError
        The column of the theme is missing: its stage has not run.
    KeyError
        A class in the results is none of the known ones.

    Notes
    -----
    A village where no child was measured has a prior only, no rate of its own: on the layers of prevalence
    and of children it counts as without data.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> layer = make_layer(kajian.results, "usulan")
    >>> [(entry.key, entry.count) for entry in layer.legend][:1]
    [('lokus', 26)]
    """
    indicators = indicators or {}
    key = theme.removeprefix(INDICATOR) if theme.startswith(INDICATOR) else ""
    if theme not in THEMES and key not in indicators:
        known = (*THEMES, *(f"{INDICATOR}{name}" for name in indicators))
        raise ValueError(f"theme must be one of {known}, not {theme!r}")
    needed = (key,) if key else THEMES[theme]
    if absent := [column for column in needed if column not in results]:
        raise InputError(
            _("The map “{theme}” needs {columns}, which the results do not have.").format(
                theme=theme, columns=", ".join(absent)
            ),
            remedy=_("Run the stage that gives it, or leave this map out."),
        )
    common = Common.of(results, theme, pattern=indicators.get(PATTERN))
    layer = build_indicator(common, key, indicators[key]) if key else BUILDERS[theme](common)
    masked = pd.Series(is_masked(results, needed[0]), index=results.index)
    if theme in _OF_MEASURED:
        masked &= ~common.flag("tanpa_pengukuran")
    return _tell_masked(layer, masked)


def _tell_masked(layer: Layer, masked: pd.Series[bool]) -> Layer:
    """Give villages whose value is masked for the public a class of their own: their data are not missing."""
    hidden = masked & (layer.classes == MISSING)
    if not hidden.any():
        return layer
    return replace(
        layer, classes=layer.classes.mask(hidden, MASKED_CLASS), palette=layer.palette.with_masked()
    )
