"""What decision makers see: maps for print, notebook and meeting room, workbook, GeoPackage.

Every output takes the results table, the kecamatan outlines and a :class:`StudyInfo`; none computes a
statistic or reads an input file. Names are loaded when first used: matplotlib, folium and openpyxl are heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lokus.show.atlas import write_atlas
    from lokus.show.charts import (
        chance_chart,
        completeness_chart,
        funnel_chart,
        interval_chart,
        profile_chart,
    )
    from lokus.show.folium_map import folium_map
    from lokus.show.geopackage import write_geopackage
    from lokus.show.info import StudyInfo
    from lokus.show.print_map import draw_map, save_map
    from lokus.show.report import write_report
    from lokus.show.review_chart import fall_chart
    from lokus.show.slides import write_slides
    from lokus.show.trajectory_figure import trajectory_chart
    from lokus.show.web_map import write_web_map
    from lokus.show.workbook import write_workbook

_HOME = {
    "StudyInfo": "info",
    "chance_chart": "charts",
    "completeness_chart": "charts",
    "draw_map": "print_map",
    "fall_chart": "review_chart",
    "folium_map": "folium_map",
    "funnel_chart": "charts",
    "interval_chart": "charts",
    "profile_chart": "charts",
    "save_map": "print_map",
    "trajectory_chart": "trajectory_figure",
    "write_atlas": "atlas",
    "write_geopackage": "geopackage",
    "write_report": "report",
    "write_slides": "slides",
    "write_web_map": "web_map",
    "write_workbook": "workbook",
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
