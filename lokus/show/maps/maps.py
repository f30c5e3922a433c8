"""The maps of a study in a notebook: shown at once, drawn for print on request."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lokus.i18n import gettext as _
from lokus.show.drawing.geometry import compound_path, polygonal, smaller_above, to_metric
from lokus.show.drawing.topology import simplify_shared
from lokus.show.maps.base_map import Ground
from lokus.show.maps.print_map import draw_on
from lokus.show.maps.years import draw_years, year_layers
from lokus.show.themes.palette import MISSING, REVIEW
from lokus.show.themes.themes import YEARLY, available_themes, make_layer
from lokus.show.web.folium_map import folium_map

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import folium
    import geopandas as gpd
    from matplotlib.path import Path as Outline

    from lokus.show.results.info import StudyInfo
    from lokus.show.themes.layer import Layer
    from lokus.show.themes.themes import IndicatorStyle

__all__ = ["Maps", "QuickMap", "compare_status"]


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
        """Themes that these results can be shown by."""
        return available_themes(self.results, self.indicators)

    def interactive(self, theme: str = "usulan", *, basemap: bool = False) -> folium.Map:
        """Give the interactive map, to which further layers can be added; see :func:`folium_map`."""
        return folium_map(
            self.results, self.kecamatan, self.info, theme=theme, indicators=self.indicators, basemap=basemap
        )

    def sheet(self, theme: str = "usulan", *, size: str = "A4") -> Figure:
        """Give one theme as a sheet for print; see :func:`draw_map`, for several years :func:`draw_years`."""
        if theme in YEARLY:
            return draw_years(
                self._ground, self.info, year_layers(self.results, theme, self.info.tahun, self.earlier),
                size=size, logo=self.logo,
            )  # fmt: skip
        return draw_on(
            self._ground,
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
    def _ground(self) -> Ground:
        return Ground(self.results, self.kecamatan, self.surroundings)

    def __repr__(self) -> str:
        return f"Maps({self.info.kabupaten}, {self.info.tahun})"

    def _repr_html_(self) -> str:
        return str(self.interactive()._repr_html_())


# The map of the what-if panel.
DETAIL = 700.0
"""Finest detail kept, as a part of the longer side: about one pixel."""

RARE = ("lulus", MISSING)
"""Classes that :func:`compare_status` does not give; the legend has them only where they occur."""


def compare_status(before: pd.Series[bool], after: pd.Series[bool]) -> pd.Series[str]:
    """Class of each village when one list follows another: ``tetap``, ``masuk``, ``keluar``, ``tidak``.

    Examples
    --------
    >>> before = pd.Series([True, True, False, False], index=list("abcd"))
    >>> after = pd.Series([True, False, True, False], index=list("abcd"))
    >>> compare_status(before, after).tolist()
    ['tetap', 'keluar', 'masuk', 'tidak']
    """
    was, now = before.to_numpy(dtype=bool), after.to_numpy(dtype=bool)
    classes = np.select([was & now, now, was], ["tetap", "masuk", "keluar"], "tidak")
    return pd.Series(classes, index=before.index, name="status_reviu")


class QuickMap:
    """Outlines prepared once, drawn many times.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Village table.
    kecamatan : geopandas.GeoDataFrame
        Outlines of the kecamatan.
    """

    def __init__(self, villages: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame) -> None:
        metric = to_metric(villages.sort_index())
        west, south, east, north = metric.total_bounds
        self._index = metric.index
        self._bounds = (west, south, east, north)
        self._tolerance = max(east - west, north - south) / DETAIL
        self._shapes = smaller_above(metric.geometry.to_numpy())
        self._outlines = polygonal(to_metric(kecamatan.sort_index(), metric.crs).geometry.to_numpy())

    @cached_property
    def _paths(self) -> tuple[list[Outline], Outline]:
        villages = [
            compound_path([shape]) for shape in simplify_shared(np.asarray(self._shapes), self._tolerance)
        ]
        outlines = simplify_shared(np.asarray(self._outlines), self._tolerance)
        return villages, compound_path(outlines)

    def png(self, classes: pd.Series[str], *, width: int = 620) -> bytes:
        """Draw the classes of :func:`compare_status`, with a legend and its counts.

        Parameters
        ----------
        classes : pandas.Series
            One of the classes of the review palette for each village.
        width : int
            Pixels.
        """
        west, south, east, north = self._bounds
        shape = np.clip((north - south) / (east - west), 0.4, 1.6)
        figure = Figure(figsize=(width / 100, width * shape / 100), dpi=100)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_aspect("equal")
        villages, outlines = self._paths
        colours = [REVIEW[key] for key in classes.reindex(self._index)]
        axes.add_collection(
            PathCollection(villages, facecolors=colours, edgecolors="#9aa5ab", linewidths=0.4),
            autolim=False,
        )
        axes.add_collection(
            PathCollection([outlines], facecolors="none", edgecolors="#37474f", linewidths=0.9), autolim=False
        )
        pad = 0.02 * max(east - west, north - south)
        axes.set_xlim(west - pad, east + pad)
        axes.set_ylim(south - pad, north + pad)
        counts = classes.value_counts()
        handles: list[Patch | Line2D] = [
            Patch(facecolor=colour, edgecolor="#9aa5ab", label=f"{REVIEW.label(key)} ({counts.get(key, 0)})")
            for key, colour in REVIEW.items()
            if key not in RARE or counts.get(key, 0)
        ]
        handles.append(Line2D([], [], color="#37474f", linewidth=0.9, label=_("Kecamatan border")))
        axes.legend(handles=handles, loc="best", fontsize=8, framealpha=0.9)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
        return out.getvalue()
