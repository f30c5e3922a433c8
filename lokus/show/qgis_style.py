"""Styles for a desktop GIS: the layers of a GeoPackage open in the colours of the maps.

A small writer of QGIS layer styles (QML): polygons filled by class, plain outlines, numbered points.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

if TYPE_CHECKING:
    from lokus.show.layer import Layer

__all__ = ["LayerStyle", "class_style", "outline_style", "point_style", "write_styles"]

_QGIS = "3.22.0"  # oldest version whose reader knows every property written here
_EDGE = "143,153,158,255"


@dataclass(frozen=True, kw_only=True)
class LayerStyle:
    """One style of one layer.

    Parameters
    ----------
    layer : str
        Table of the GeoPackage.
    name : str
        Shown in the list of styles.
    qml : str
        The style itself.
    default : bool
        Whether the layer opens in it.
    """

    layer: str
    name: str
    qml: str
    default: bool = False


def class_style(layer: Layer, table: str, column: str, *, default: bool = False) -> LayerStyle:
    """Fill polygons by the classes of a map layer.

    Parameters
    ----------
    layer : Layer
        Gives classes, names, limits and colours.
    table : str
        Table of the GeoPackage.
    column : str
        Its column of class keys.
    default : bool
        Whether `table` opens in this style.
    """
    root = _root()
    renderer = SubElement(root, "renderer-v2", type="categorizedSymbol", attr=column, symbollevels="0")
    categories, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for place, entry in enumerate(layer.legend):
        limits = f"({entry.limits})" if entry.label and entry.limits else entry.limits
        SubElement(
            categories, "category", value=entry.key, label=" ".join(filter(None, (entry.label, limits))),
            symbol=str(place), render="true", type="string",
        )  # fmt: skip
        _fill(symbols, str(place), colour=_rgb(entry.colour), edge=_EDGE, width=0.16)
    return LayerStyle(layer=table, name=layer.title, qml=_text(root), default=default)


def outline_style(table: str, name: str) -> LayerStyle:
    """Draw polygons as outlines only."""
    root = _root()
    renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0")
    _fill(SubElement(renderer, "symbols"), "0", colour="", edge="58,70,76,255", width=0.5)
    return LayerStyle(layer=table, name=name, qml=_text(root), default=True)


def point_style(table: str, name: str, column: str) -> LayerStyle:
    """Draw points as white discs with the number of a column in them."""
    root = _root()
    renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0")
    symbol = SubElement(SubElement(renderer, "symbols"), "symbol", type="marker", name="0", alpha="1")
    part = SubElement(symbol, "layer", {"class": "SimpleMarker", "enabled": "1", "pass": "0", "locked": "0"})
    _options(
        part, name="circle", color="255,255,255,255", outline_color="34,40,44,255", outline_width="0.3",
        outline_width_unit="MM", size="4.6", size_unit="MM",
    )  # fmt: skip
    labels = SubElement(root, "labeling", type="simple")
    settings = SubElement(labels, "settings", calloutType="simple")
    text = SubElement(
        settings, "text-style", fieldName=column, isExpression="0", fontFamily="DejaVu Sans", fontSize="7",
        fontSizeUnit="Point", fontWeight="75", textColor="34,40,44,255", textOpacity="1",
    )  # fmt: skip
    SubElement(text, "text-buffer", bufferDraw="0")
    SubElement(settings, "placement", placement="1", quadOffset="4", dist="0")
    SubElement(settings, "rendering", displayAll="1", obstacle="0")
    return LayerStyle(layer=table, name=name, qml=_text(root), default=True)


def write_styles(path: Path, styles: Iterable[LayerStyle], *, stamp: str) -> None:
    """Write styles into the table ``layer_styles`` of a GeoPackage, where QGIS looks for them.

    Parameters
    ----------
    path : Path
        A GeoPackage with the layers.
    styles : iterable of LayerStyle
    stamp : str
        Time to state, so that the bytes stay the same.
    """
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, "
            "f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, "
            "styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, "
            "update_time DATETIME)"
        )
        geometry = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
            "styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) "
            "VALUES ('', '', ?, ?, ?, ?, '', ?, '', '', ?)",
            [
                (style.layer, geometry[style.layer], style.name, style.qml, style.default, stamp)
                for style in styles
            ],
        )
        # A table that GeoPackage readers may show as one without geometry.
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            [stamp],
        )
    database.close()


def _root() -> Element:
    return Element("qgis", version=_QGIS, styleCategories="Symbology|Labeling")


def _fill(symbols: Element, name: str, *, colour: str, edge: str, width: float) -> None:
    symbol = SubElement(symbols, "symbol", type="fill", name=name, alpha="1", clip_to_extent="1")
    part = SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0", "locked": "0"})
    _options(
        part, color=colour or "0,0,0,0", style="solid" if colour else "no", outline_color=edge,
        outline_style="solid", outline_width=str(width), outline_width_unit="MM", joinstyle="round",
    )  # fmt: skip


def _options(part: Element, **values: str) -> None:
    options = SubElement(part, "Option", type="Map")
    for name, value in values.items():
        SubElement(options, "Option", name=name, value=value, type="QString")


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5)) + ",255"


def _text(root: Element) -> str:
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(root, encoding="unicode")
