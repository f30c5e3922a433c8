"""The maps of a study in a notebook: shown at once, drawn for print on request."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from lokus.show.folium_map import folium_map
from lokus.show.ground import Ground
from lokus.show.layers import available_themes
from lokus.show.print_map import draw_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import folium
    import geopandas as gpd
    from matplotlib.figure import Figure

    from lokus.show.indicator_style import IndicatorStyle
    from lokus.show.info import StudyInfo

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
    """

    results: gpd.GeoDataFrame
    kecamatan: gpd.GeoDataFrame
    info: StudyInfo
    indicators: Mapping[str, IndicatorStyle] = field(default_factory=dict)
    surroundings: gpd.GeoDataFrame | None = None
    logo: str | Path | None = None

    @property
    def themes(self) -> tuple[str, ...]:
        """Themes that these results can be shown by."""
        return available_themes(self.results, self.indicators)

    def interactive(self, theme: str = "usulan", *, basemap: bool = False) -> folium.Map:
        """Give the interactive map, to which further layers can be added; see :func:`folium_map`."""
        return folium_map(
            self.results, self.kecamatan, self.info, theme=theme, indicators=self.indicators, basemap=basemap
        )

    def sheet(self, theme: str = "usulan", *, size: str = "A4") -> Figure:
        """Give one theme as a sheet for print; see :func:`draw_map`."""
        return draw_on(
            self._ground, self.info, theme=theme, size=size, indicators=self.indicators, logo=self.logo
        )

    @cached_property
    def _ground(self) -> Ground:
        return Ground(self.results, self.kecamatan, self.surroundings)

    def __repr__(self) -> str:
        return f"Maps({self.info.kabupaten}, {self.info.tahun})"

    def _repr_html_(self) -> str:
        return str(self.interactive()._repr_html_())
