"""Provide the maps of a study: displayed in a notebook, drawn for print on request."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.print_map import draw_on
from lokus.show.maps.years import draw_years, year_layers
from lokus.show.themes.themes import YEARLY, available_themes, make_layer
from lokus.show.web.folium_map import folium_map
from lokus.show.web.web_map import page_frame, render_web_map

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from folium import Map
    from matplotlib.figure import Figure

    from lokus.show.results.info import StudyInfo
    from lokus.show.themes.layer import Layer
    from lokus.show.themes.themes import IndicatorStyle

__all__ = ["Maps"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Maps:
    """Maps of one study, all from the same results.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table.
    kecamatan : geopandas.GeoDataFrame
        Outlines of the kecamatan.
    info : StudyInfo
        What to write around the maps.
    indicators : mapping of str to IndicatorStyle
        Indicators that can be shown, as theme ``indikator:<key>``.
    surroundings : geopandas.GeoDataFrame, optional
        Outlines around the kabupaten, for printed maps.
    logo : str or Path, optional
        PNG for the header of printed maps.
    sea : bool
        Whether what lies beyond kabupaten and surroundings is known to be sea.
    earlier : mapping of int to DataFrame
        Earlier years: ``lokus`` (boolean, missing where a village was none yet) and ``prevalensi`` of each
        village of this year.
    """

    results: gpd.GeoDataFrame
    kecamatan: gpd.GeoDataFrame
    info: StudyInfo
    indicators: Mapping[str, IndicatorStyle] = field(default_factory=dict)
    surroundings: gpd.GeoDataFrame | None = None
    logo: str | Path | None = None
    sea: bool = False
    earlier: Mapping[int, pd.DataFrame] = field(default_factory=dict)

    @property
    def themes(self) -> tuple[str, ...]:
        """Themes available for these results."""
        return available_themes(self.results, self.indicators)

    def folium(self, theme: str = "usulan", *, basemap: bool = False) -> Map:
        """Return one theme as a folium map, to which layers can be added; see :func:`folium_map`."""
        return folium_map(
            self.results, self.kecamatan, self.info, theme=theme, indicators=self.indicators, basemap=basemap
        )

    def sheet(self, theme: str = "usulan", *, size: str = "A4") -> Figure:
        """Return one theme as a print sheet; see :func:`draw_map`, for several years :func:`draw_years`."""
        if theme in YEARLY:
            return draw_years(
                self._base_map, self.info, year_layers(self.results, theme, self.info.tahun, self.earlier),
                size=size, logo=self.logo,
            )  # fmt: skip
        return draw_on(
            self._base_map,
            self.info,
            theme=theme,
            size=size,
            indicators=self.indicators,
            logo=self.logo,
            sea=self.sea,
        )

    def layer(self, theme: str) -> Layer:
        """Describe one theme of this year, with its title; refused where the study has no data for it."""
        if theme in YEARLY:
            return year_layers(self.results, theme, self.info.tahun, self.earlier)[self.info.tahun]
        return make_layer(self.results, theme, indicators=self.indicators)

    @cached_property
    def _base_map(self) -> BaseMap:
        return BaseMap(self.results, self.kecamatan, self.surroundings)

    def __repr__(self) -> str:
        return f"Maps({self.info.kabupaten}, {self.info.tahun})"

    def _repr_html_(self) -> str:
        """Give the interactive page with every theme; :func:`lokus.what_if` can try other rules on it too."""
        page = render_web_map(self.results, self.kecamatan, self.info, indicators=self.indicators, pack=True)
        return page_frame(page, title=repr(self))
