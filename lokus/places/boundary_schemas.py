"""Known layouts of village boundary files, and reading a file of any of them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely import box

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.places.kode import compress_rows
from lokus.places.published_sql import decode_sql, read_published_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["SCHEMAS", "Schema", "find_schema", "read_features"]


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Which columns of a boundary file hold what.

    Parameters
    ----------
    name : str
        Whose layout it is.
    kode, desa, kecamatan : str
        Column names; ``kecamatan`` may be empty.
    """

    name: str
    kode: str
    desa: str
    kecamatan: str = ""


SCHEMAS: Final = (
    Schema(name="lokus", kode="kode_desa", desa="desa", kecamatan="kecamatan"),
    Schema(name="BIG", kode="KDEPUM", desa="WADMKD", kecamatan="WADMKC"),
    Schema(name="BIG", kode="KDEPUM", desa="NAMOBJ", kecamatan="WADMKC"),
    Schema(name="BPS", kode="iddesa", desa="nmdesa", kecamatan="nmkec"),
    Schema(name="HDX", kode="ADM4_PCODE", desa="ADM4_EN", kecamatan="ADM3_EN"),
    Schema(name="wilayah_boundaries", kode="kode", desa="nama", kecamatan="kec_nama"),
    Schema(name="wilayah_boundaries", kode="kode", desa="nama"),
)
"""Layouts recognised without being told, in order of preference; case does not matter."""


def find_schema(
    available: Iterable[str], *, columns: Mapping[str, str] | None = None, where: Where | None = None
) -> Schema:
    """Find which columns hold code, village and kecamatan.

    Parameters
    ----------
    available : iterable of str
        Column names of the file.
    columns : mapping, optional
        ``{"kode": …, "desa": …, "kecamatan": …}``; the last may be left out.
    where : Where, optional
        The file.

    Raises
    ------
    InputError
        A named column is not there, or no known layout fits.

    Examples
    --------
    >>> find_schema(["OBJECTID", "kdepum", "wadmkd", "wadmkc"]).kode
    'kdepum'
    """
    present = list(available)
    actual = {name.casefold(): name for name in present}
    if columns:
        return _stated_schema(present, columns, where)
    for schema in SCHEMAS:
        wanted = [column for column in (schema.kode, schema.desa, schema.kecamatan) if column]
        if all(column.casefold() in actual for column in wanted):
            found = {column: actual[column.casefold()] for column in wanted}
            return Schema(
                name=schema.name,
                kode=found[schema.kode],
                desa=found[schema.desa],
                kecamatan=found.get(schema.kecamatan, ""),
            )
    raise InputError(
        _("no column with village codes is recognised; the columns are: {columns}").format(
            columns=", ".join(present)
        ),
        where=where,
        remedy=_("Name the columns: kode, desa and kecamatan."),
    )


def _stated_schema(present: list[str], columns: Mapping[str, str], where: Where | None) -> Schema:
    unknown = set(columns) - {"kode", "desa", "kecamatan"}
    missing = {"kode", "desa"} - set(columns)
    if unknown or missing:
        raise InputError(
            _("the columns to name are kode, desa and kecamatan, not: {names}").format(
                names=", ".join(sorted(columns)) or "–"
            ),
            where=where,
            remedy=_("name only these under kolom"),
        )
    for column in columns.values():
        if column not in present:
            near = difflib.get_close_matches(column, present, n=1)
            raise InputError(
                _('column "{column}" is missing').format(column=column),
                where=where,
                remedy=_("Did you mean {name}?").format(name=near[0])
                if near
                else _("Its columns are: {columns}").format(columns=", ".join(present)),
            )
    return Schema(name="", kode=columns["kode"], desa=columns["desa"], kecamatan=columns.get("kecamatan", ""))


def read_features(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    kabupaten: str | None = None,
    bbox: tuple[float, float, float, float] | None = None,
) -> gpd.GeoDataFrame:
    """Read a vector file of any format GDAL knows, GeoParquet, or the published SQL form.

    Parameters
    ----------
    path : str or Path
        Also a zipped Shapefile.
    layer : str, optional
        Layer of a file with several.
    columns : mapping, optional
        As in :func:`find_schema`; only GeoParquet needs them here, to read one kabupaten of it.
    kabupaten : str, optional
        Four digits. A GeoParquet file sorted by code is then read only where that kabupaten stands; other
        formats are read whole.
    bbox : tuple of float, optional
        West, south, east, north in the units of the file; features that do not meet it are left out. A
        GeoParquet file with a covering column is then read only where it meets.

    Raises
    ------
    InputError
        The file or layer does not exist, or is not a vector file.
    """
    path = Path(path)
    where = Where(file=path.name)
    if not path.exists():
        raise InputError(
            _("the file does not exist"),
            where=Where(file=str(path)),
            remedy=_("Check the name and the folder in the study file."),
        )
    try:
        if path.suffix in (".parquet", ".geoparquet"):
            return _read_parquet(path, columns, kabupaten, bbox)
        if path.suffix.casefold() == ".sql":
            villages = read_published_sql(decode_sql(path.read_bytes()), where=where)
            return villages if bbox is None else villages[villages.intersects(box(*bbox))]
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if layer is None and len(layers) > 1:
            raise InputError(
                _("the file has several layers: {layers}").format(layers=", ".join(layers)),
                where=where,
                remedy=_("Name the layer that holds the villages."),
            )
        features = gpd.read_file(path, layer=layer, bbox=bbox)
    except DataLayerError as error:
        raise InputError(
            _('there is no layer "{layer}"').format(layer=layer),
            where=where,
            remedy=_("Its layers are: {layers}").format(layers=", ".join(layers)),
        ) from error
    except shapely.errors.GEOSException as error:
        raise _broken_polygons(path, layer, bbox, where=where, reason=error) from error
    except (DataSourceError, ValueError, OSError) as error:
        raise InputError(
            _("this is not a boundary file that can be read: {reason}").format(reason=error),
            where=where,
            remedy=_(
                "Use GeoPackage, Shapefile (all its parts, or zipped), GeoJSON, GeoParquet or published SQL."
            ),
        ) from error
    if not isinstance(features, gpd.GeoDataFrame):
        raise InputError(
            _("the file holds no geometry"),
            where=where,
            remedy=_("name a layer of polygons with lapisan under [batas]"),
        )
    return features


def _read_parquet(
    path: Path,
    columns: Mapping[str, str] | None,
    kabupaten: str | None,
    bbox: tuple[float, float, float, float] | None,
) -> gpd.GeoDataFrame:
    try:
        from pyarrow.parquet import read_schema  # type: ignore[import-untyped]  # ships no types
    except ImportError as error:
        raise InputError(
            _("GeoParquet needs the package pyarrow, which is not installed"),
            where=Where(file=path.name),
            remedy=_("Install pyarrow, or use GeoPackage."),
        ) from error
    stored = read_schema(path)
    kode = find_schema(stored.names, columns=columns, where=Where(file=path.name)).kode
    if kabupaten is None or "string" not in str(stored.field(kode).type):
        return gpd.read_parquet(path, bbox=bbox)
    spellings = (kabupaten, f"{kabupaten[:2]}.{kabupaten[2:]}", f"ID{kabupaten}")
    # "~" sorts after every digit and dot, so each range holds exactly the codes that begin like this.
    codes = [[(kode, ">=", s), (kode, "<", f"{s}~")] for s in spellings]
    return gpd.read_parquet(path, filters=codes, bbox=bbox)


def _broken_polygons(
    path: Path,
    layer: str | None,
    bbox: tuple[float, float, float, float] | None,
    *,
    where: Where,
    reason: Exception,
) -> InputError:
    """Name the rows whose geometry no polygon can be made of, with what the file says of the first."""
    meta, _fids, wkb, fields = pyogrio.raw.read(path, layer=layer, bbox=bbox)
    polygons = shapely.from_wkb(wkb, on_invalid="ignore")
    broken = [row for row, polygon in enumerate(polygons) if polygon is None and wkb[row] is not None]
    if not broken:
        return InputError(
            _("the polygons of this file cannot be read: {reason}").format(reason=reason),
            where=where,
            remedy=_("Save the layer anew as GeoPackage from a GIS program."),
        )
    names = zip(meta["fields"], (column[broken[0]] for column in fields), strict=True)
    described = ", ".join(f"{name} = {value}" for name, value in names)
    return InputError(
        _("{n} polygons cannot be read, in rows {rows}; the first is {described}: {reason}").format(
            n=len(broken), rows=compress_rows([row + 1 for row in broken]), described=described, reason=reason
        ),
        where=replace(where, row=broken[0] + 1),
        remedy=_(
            "Close the ring (its last point equals its first) or draw the village anew, then save the file."
        ),
    )
