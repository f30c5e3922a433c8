"""Write the results as GeoPackage with QGIS styles, GeoJSON and CSV."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.drawing.geometry import polygonal, to_metric
from lokus.show.drawing.labels import deepest_point
from lokus.show.themes.themes import available_themes, make_layer
from lokus.subject import output_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lokus.show.themes.layer import Layer

__all__ = ["LayerStyle", "write_csv", "write_geojson", "write_geopackage"]


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


_STAMP = "2000-01-01T00:00:00.000Z"  # a GeoPackage must state a date; a fixed one keeps the bytes the same
_CLASS = "kelas_{}"


def write_geopackage(results: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write the layers ``desa``, ``kecamatan`` and ``lokus``.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table; all its columns are written, a village without polygon with an empty geometry, and
        beside them ``kelas_<theme>``, the class on the map of each theme.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``.
    path : str or Path
        Where to write, ``.gpkg``; replaced only when all layers are written.

    Returns
    -------
    Path

    Notes
    -----
    ``desa`` and ``kecamatan`` hold multipolygons, ``lokus`` points well inside the proposed villages, in
    the order of their numbers. The CRS is that of `results`. The table ``layer_styles`` gives ``desa`` a
    style for every theme, by ``kelas_<theme>``; QGIS opens it as the proposal and offers the others.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> folder = Path(tempfile.mkdtemp())
    >>> path = write_geopackage(kajian.results, kajian.boundaries.kecamatan, folder / "hasil.gpkg")
    >>> len(gpd.read_file(path, layer="lokus"))
    26
    """
    results, kecamatan = results.sort_index(), kecamatan.sort_index()
    proposed = results[results["nomor"].notna()].sort_values("nomor", kind="stable")
    layers = {theme: make_layer(results, theme) for theme in available_themes(results)}
    layers = {_CLASS.format(theme): layer for theme, layer in layers.items() if not layer.symbols}
    classes = {column: layer.classes.astype(str) for column, layer in layers.items()}
    styles = [
        *(
            class_style(layer, "desa", column, default=place == 0)
            for place, (column, layer) in enumerate(layers.items())
        ),
        outline_style("kecamatan", _("Kecamatan outlines")),
        point_style("lokus", _("Number of the lokus"), "nomor"),
    ]
    path = Path(path)
    with atomic_path(path) as draft, _fixed_date():
        _write(_multi(results.assign(**classes)), draft, "desa", "MultiPolygon", append=False)
        _write(_multi(kecamatan.to_crs(results.crs)), draft, "kecamatan", "MultiPolygon", append=True)
        _write(_points(proposed), draft, "lokus", "Point", append=True)
        write_styles(draft, styles, stamp=_STAMP)
    return path


def _write(frame: gpd.GeoDataFrame, path: Path, layer: str, kind: str, *, append: bool) -> None:
    table = frame.reset_index().rename(columns=output_column)
    for name in table.columns.drop(table.geometry.name):
        if pd.api.types.is_object_dtype(table[name]):
            table[name] = table[name].astype("string")
    pyogrio.write_dataframe(
        table, path, driver="GPKG", layer=layer, geometry_type=kind, append=append,
        dataset_options=None if append else {"VERSION": "1.3"},
    )  # fmt: skip


def _multi(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = [
        shapely.MultiPolygon([shape]) if shape is not None and shape.geom_type == "Polygon" else shape
        for shape in polygonal(frame.geometry.to_numpy())
    ]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = polygonal(frame.geometry.to_numpy())
    if any(shape is not None for shape in shapes):
        metric = to_metric(frame)
        points = [
            None if shape is None else shapely.Point(deepest_point(shape))
            for shape in polygonal(metric.geometry.to_numpy())
        ]
        places = gpd.GeoSeries(points, index=frame.index, crs=metric.crs).to_crs(frame.crs)
    else:
        places = gpd.GeoSeries([None] * len(frame), index=frame.index, crs=frame.crs)
    return frame.set_geometry(places)


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


_RISKY = ("=", "+", "-", "@", "\t", "\r")  # beginnings a spreadsheet program may take for a formula


def write_geojson(results: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write the villages as GeoJSON (RFC 7946: longitude and latitude on WGS 84, seven decimals).

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table; all its columns are written, a village without polygon with a null geometry.
    path : str or Path
        Where to write; replaced only when the file is complete.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> folder = Path(tempfile.mkdtemp())
    >>> len(gpd.read_file(write_geojson(kajian.results, folder / "hasil.geojson")))
    256
    """
    table = results.sort_index().to_crs(4326).reset_index().rename(columns=output_column)
    for name in table.columns.drop(table.geometry.name):
        if pd.api.types.is_object_dtype(table[name]):
            table[name] = table[name].astype("string")
    path = Path(path)
    with atomic_path(path) as draft:
        pyogrio.write_dataframe(
            table, draft, driver="GeoJSON", layer="desa", layer_options={"RFC7946": "YES", "WRITE_NAME": "NO"}
        )
    return path


def write_csv(results: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write the villages as CSV without geometry: comma, decimal point, UTF-8 with byte order mark.

    Text that a spreadsheet program could take for a formula gets a leading apostrophe; codes stay digits.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table.
    path : str or Path
        Where to write; replaced only when the file is complete.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> folder = Path(tempfile.mkdtemp())
    >>> len(pd.read_csv(write_csv(kajian.results, folder / "hasil.csv")))
    256
    """
    table = pd.DataFrame(results.sort_index().drop(columns=results.geometry.name)).rename(
        columns=output_column
    )
    for name in table:
        if not pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name]):
            table[name] = [
                f"'{text}" if isinstance(text, str) and text.startswith(_RISKY) else text
                for text in table[name]
            ]
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_bytes(table.to_csv(lineterminator="\n").encode("utf-8-sig"))
    return path
