"""The results as a GeoPackage with its styles, for those who go on in a desktop GIS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.geometry import polygonal, to_metric
from lokus.show.labels import deepest_point
from lokus.show.layers import available_themes, make_layer
from lokus.show.qgis_style import class_style, outline_style, point_style, write_styles

if TYPE_CHECKING:
    from collections.abc import Iterator

from contextlib import contextmanager

__all__ = ["write_geopackage"]

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
    table = frame.reset_index()
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
