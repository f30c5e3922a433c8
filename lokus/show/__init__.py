"""Show the results: maps for print, notebook and meeting, workbook, slides, report, GeoPackage.

Every output takes the results table, the kecamatan outlines and a :class:`StudyInfo`; none computes a
statistic or reads an input file. Names are loaded when first used: matplotlib, folium and openpyxl are heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lokus.show.atlas.atlas import write_atlas
    from lokus.show.charts.charts import (
        chance_chart,
        completeness_chart,
        funnel_chart,
        interval_chart,
        profile_chart,
    )
    from lokus.show.charts.falls import fall_chart
    from lokus.show.charts.trajectory import trajectory_chart
    from lokus.show.maps.print_map import draw_map, save_map
    from lokus.show.pack.geopackage import write_geopackage
    from lokus.show.report.report import write_report
    from lokus.show.results.info import StudyInfo
    from lokus.show.slides.slides import write_slides
    from lokus.show.web.folium_map import folium_map
    from lokus.show.web.web_map import write_web_map
    from lokus.show.workbook.workbook import write_workbook

_HOME = {
    "StudyInfo": "results.info",
    "chance_chart": "charts.charts",
    "completeness_chart": "charts.charts",
    "draw_map": "maps.print_map",
    "fall_chart": "charts.falls",
    "folium_map": "web.folium_map",
    "funnel_chart": "charts.charts",
    "interval_chart": "charts.charts",
    "profile_chart": "charts.charts",
    "save_map": "maps.print_map",
    "trajectory_chart": "charts.trajectory",
    "write_atlas": "atlas.atlas",
    "write_geopackage": "pack.geopackage",
    "write_report": "report.report",
    "write_slides": "slides.slides",
    "write_web_map": "web.web_map",
    "write_workbook": "workbook.workbook",
}

__all__ = [
    "StudyInfo",
    "chance_chart",
    "completeness_chart",
    "draw_map",
    "fall_chart",
    "folium_map",
    "funnel_chart",
    "interval_chart",
    "profile_chart",
    "save_map",
    "trajectory_chart",
    "write_atlas",
    "write_geopackage",
    "write_report",
    "write_slides",
    "write_web_map",
    "write_workbook",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lokus.show.{_HOME[name]}"), name)
    raise AttributeError(f"module 'lokus.show' has no attribute {name!r}")
