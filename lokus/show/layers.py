"""One description of each map layer, from which print, notebook and offline maps are drawn alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.errors import InputError
from lokus.i18n import gettext as _
from lokus.show.layer import Layer, LegendEntry
from lokus.show.themes import BUILDERS, Common, build_indicator

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from lokus.show.indicator_style import IndicatorStyle

__all__ = ["INDICATOR", "THEMES", "Layer", "LegendEntry", "available_themes", "make_layer", "theme_slug"]

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
}
INDICATOR = "indikator:"  # then the key of an indicator


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
    named = [theme for theme, columns in THEMES.items() if known.issuperset(columns)]
    return (*named, *(f"{INDICATOR}{key}" for key in indicators or () if key in known))


def theme_slug(theme: str) -> str:
    """Name of a theme for use in file names.

    Examples
    --------
    >>> theme_slug("indikator:air_layak")
    'indikator_air_layak'
    """
    return theme.replace(":", "_")


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
    common = Common.of(results, theme)
    return build_indicator(common, key, indicators[key]) if key else BUILDERS[theme](common)
