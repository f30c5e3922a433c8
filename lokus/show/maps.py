"""The maps of a study in a notebook: shown at once, drawn for print on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.show.folium_map import folium_map
from lokus.show.print_map import draw_map

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from matplotlib.figure import Figure

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
    """

    results: gpd.GeoDataFrame
    kecamatan: gpd.GeoDataFrame
    info: StudyInfo

    def interactive(self, theme: str = "usulan", *, basemap: bool = False) -> folium.Map:
        """Give the interactive map, to which further layers can be added; see :func:`folium_map`."""
        return folium_map(self.results, self.kecamatan, self.info, theme=theme, basemap=basemap)

    def sheet(self, theme: str = "usulan", *, size: str = "A4") -> Figure:
        """Give one theme as a sheet for print; see :func:`draw_map`."""
        return draw_map(self.results, self.kecamatan, self.info, theme=theme, size=size)

    def __repr__(self) -> str:
        return f"Maps({self.info.kabupaten}, {self.info.tahun})"

    def _repr_html_(self) -> str:
        return str(self.interactive()._repr_html_())
