"""What decision makers see: maps for print, notebook and meeting room, workbook, GeoPackage.

Every output takes the results table, the kecamatan outlines and a :class:`StudyInfo`; none computes a
statistic or reads an input file. Names are loaded when first used: matplotlib, folium and openpyxl are heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lokus.show.folium_map import folium_map
    from lokus.show.geopackage import write_geopackage
    from lokus.show.info import StudyInfo
    from lokus.show.print_map import draw_map, save_map
    from lokus.show.web_map import write_web_map
    from lokus.show.workbook import write_workbook

_HOME = {
    "StudyInfo": "info",
    "draw_map": "print_map",
    "folium_map": "folium_map",
    "save_map": "print_map",
    "write_geopackage": "geopackage",
    "write_web_map": "web_map",
    "write_workbook": "workbook",
}

__all__ = [
    "StudyInfo",
    "draw_map",
    "folium_map",
    "save_map",
    "write_geopackage",
    "write_web_map",
    "write_workbook",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lokus.show.{_HOME[name]}"), name)
    raise AttributeError(f"module 'lokus.show' has no attribute {name!r}")
