"""Open a boundary file of any format: find the file in a folder or zip, its layer and its encoding."""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj
import shapely
from shapely import box

from lokus.errors import InputError, name_some
from lokus.files import ARCHIVE_ERRORS
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.limits import LARGEST, refuse_large, refuse_size, refuse_unpacked
from lokus.places.boundary_references import (
    HEAD_BYTES,
    is_json,
    refuse_linked_crs,
    refuse_references,
    refuse_virtual_tables,
)
from lokus.places.boundary_schemas import find_schema
from lokus.places.boundary_words import plain_reason
from lokus.places.kode import KodeError, compress_rows, parse_kode
from lokus.places.published_sql import decode_sql, read_published_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "Features",
    "letters_lost",
    "lost_letters",
    "open_features",
    "read_features",
    "refuse_other",
    "refuse_other_layer",
]

_PARQUET: Final = (".parquet", ".geoparquet")
_VECTOR: Final = (".shp", ".gpkg", ".geojson", ".fgb", ".kml", ".gml", ".tab", ".mif", ".sqlite", *_PARQUET)
_JSON: Final = (".json", ".geojson", ".esrijson")
_TABLES: Final = (".csv", ".tsv")
_PLAIN: Final = (".txt", ".js", ".htm", ".html", "")  # names under which browsers save JSON
# Without these a Shapefile has no codes, or cannot be read.
_NEEDED_PARTS: Final = (".shx", ".dbf")
_CUT_SHORT = re.compile(rb'"exceededTransferLimit"\s*:\s*true')
_RECORD_LIMITS: Final = (1000, 2000, 3000, 4000, 5000)
# Encoding assumed where bytes are not the UTF-8 that a file states: that of most Windows programs.
_WINDOWS: Final = "cp1252"
_LOST = re.compile("�|(?<=[A-Za-z])\\?(?=[A-Za-z])")
# Exceptions of readers where a file is not of the format that its name suggests.
_UNREADABLE: Final = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    ValueError,
    TypeError,
    KeyError,
    RuntimeError,
    OSError,
    OverflowError,
    MemoryError,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Features:
    """Rows of a boundary file, and the findings of reading it.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        All columns, in the order of the file.
    findings : tuple of Finding
    """

    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()


def read_features(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    kabupaten: str | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """Read a vector file of any format GDAL knows, GeoParquet, or the published SQL form.

    Parameters and errors are those of :func:`open_features`; do not use it where the findings about the
    encoding of names matter.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "desa.geojson"
    >>> shape = shapely.box(104, -3, 104.1, -2.9)
    >>> gpd.GeoDataFrame({"nama": ["Suka Maju"]}, geometry=[shape], crs="EPSG:4326").to_file(path)
    >>> read_features(path)["nama"].tolist()
    ['Suka Maju']
    """
    return open_features(
        path, layer=layer, columns=columns, kabupaten=kabupaten, bbox=bbox, encoding=encoding
    ).frame


def open_features(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    kabupaten: str | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    encoding: str | None = None,
) -> Features:
    """Read a vector file, with findings about the file itself.

    Parameters
    ----------
    path : str or Path
        Also a zip file or a folder with one boundary file, at any depth.
    layer : str, optional
        Layer of a file with several, or the name of one file of several in a zip or folder.
    columns : mapping, optional
        As in :func:`lokus.places.boundary_schemas.find_schema`; only GeoParquet needs them here, to read one
        kabupaten of it.
    kabupaten : str, optional
        Four digits. Of a GeoParquet file sorted by code only that kabupaten is then read; other formats are
        read whole.
    bbox : tuple of float, optional
        West, south, east, north in the units of the file; features that do not intersect it are left out. Of
        a GeoParquet file with a covering column only intersecting row groups are read.
    encoding : str, optional
        Encoding of the texts, where the file states none or a wrong one.

    Raises
    ------
    InputError
        The file, a part of it or the layer does not exist, it is not a vector file, a map server truncated
        it, or a polygon of it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "desa.geojson"
    >>> shape = shapely.box(104, -3, 104.1, -2.9)
    >>> gpd.GeoDataFrame({"nama": ["Desa Ã‰mas"]}, geometry=[shape], crs="EPSG:4326").to_file(path)
    >>> found = open_features(path)
    >>> found.frame["nama"].tolist(), [finding.check for finding in found.findings]
    (['Desa Émas'], ['batas.encoding'])
    """
    path = Path(path)
    where = Where(file=path.name)
    if not path.exists():
        raise InputError(
            _("the file does not exist"),
            where=Where(file=str(path)),
            remedy=_("Check the name and the folder in the study file."),
        )
    refuse_large(path, "boundaries")
    _check_encoding(encoding)
    findings: list[Finding] = []
    try:
        source, layer = _locate(path, layer, where)
        suffix = PurePosixPath(source).suffix.casefold()
        if suffix in _PARQUET:
            frame = _read_parquet(Path(source), columns, kabupaten, bbox)
        elif suffix == ".sql":
            villages = read_published_sql(decode_sql(path.read_bytes()), where=where)
            frame = villages if bbox is None else villages[villages.intersects(box(*bbox))]
        else:
            frame, findings = _read_gdal(source, layer, bbox, encoding, where)
    except (pyogrio.errors.CRSError, pyproj.exceptions.CRSError) as error:
        raise InputError(
            _("what the file says of its coordinate system (CRS) cannot be understood"),
            where=where,
            remedy=_(
                "Of a Shapefile delete the .prj part and state crs under [batas]; otherwise save the layer "
                "anew with its coordinate system from a GIS program."
            ),
        ) from error
    except (*_UNREADABLE, shapely.errors.GEOSException) as error:
        raise InputError(
            _("this is not a boundary file that can be read{reason}").format(reason=plain_reason(error)),
            where=where,
            remedy=_(
                "Use GeoPackage, Shapefile (all its parts, or zipped), GeoJSON, GeoParquet or published SQL."
            ),
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise _no_geometry(where)
    if encoding is None:
        frame, mended = _mend_texts(frame, where)
        findings += mended
    return Features(frame=frame, findings=tuple(findings))


def _no_geometry(where: Where) -> InputError:
    return InputError(
        _("the file holds no geometry"),
        where=where,
        remedy=_("name a layer of polygons with lapisan under [batas]"),
    )


def _check_encoding(encoding: str | None) -> None:
    if encoding is None:
        return
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise InputError(
            _('"{encoding}" is the name of no encoding').format(encoding=encoding),
            remedy=_('State pengodean = "cp1252" or "utf-8" under [batas], or leave it out.'),
        ) from error


# Which file, and which layer.


def _locate(path: Path, layer: str | None, where: Where) -> tuple[str, str | None]:
    """Find the boundary file at or in `path`, as GDAL names it, and its layer."""
    if path.is_dir():
        if path.suffix.casefold() == ".gdb":
            return str(path), layer
        names = [part.relative_to(path).as_posix() for part in sorted(path.rglob("*")) if part.is_file()]
        inner, layer = _choose(names, layer, where, str(path))
        _check_parts(inner, names, where)
        if not (path / inner).is_dir():
            refuse_other(path / inner, where=where)
            _refuse_cut_short((path / inner).read_bytes, inner, where)
        return str(path / inner), layer
    suffix = path.suffix.casefold()
    if suffix == ".shp":
        names = [part.name for part in path.parent.iterdir()]
        _check_parts(path.name, names, where)
        refuse_other(path, where=where)
        _check_counts(path, where)
        return str(path), layer
    if suffix != ".zip":
        if suffix != ".sql":
            refuse_other(path, where=where)
            _refuse_cut_short(path.read_bytes, path.name, where)
        return str(path), layer
    refuse_unpacked(path)
    try:
        with zipfile.ZipFile(path) as archive:
            # Some Windows programs write the folders of a zip with backslashes.
            members = {name.replace("\\", "/"): name for name in archive.namelist()}
            locked = any(member.flag_bits & 1 for member in archive.infolist())
    except ARCHIVE_ERRORS as error:
        raise InputError(
            _("the zip file is damaged or is no zip file"),
            where=where,
            remedy=_("Copy or download it again, or unpack it and name the file inside with berkas."),
        ) from error
    if locked:
        raise InputError(
            _("the zip file is locked with a password"),
            where=where,
            remedy=_("Unpack it and name the file inside with berkas."),
        )
    names = list(members)
    inner, layer = _choose(names, layer, where, f"/vsizip/{{{path.resolve()}}}")
    _check_parts(inner, names, where)
    if PurePosixPath(inner).suffix.casefold() in _PARQUET:
        raise InputError(
            _("a GeoParquet file cannot be read inside a zip file"),
            where=where,
            remedy=_("Unpack it and name the file inside with berkas."),
        )
    if inner in members:
        with zipfile.ZipFile(path) as archive:
            with archive.open(members[inner]) as file:
                head = file.read(HEAD_BYTES)
            refuse_references(head, where=where, text=inner.casefold().endswith(_TABLES))
            if is_json(head):
                refuse_linked_crs(archive.read(members[inner]), where=where)
            _refuse_cut_short(lambda: archive.read(members[inner]), inner, where)
    return f"/vsizip/{{{path.resolve()}}}/{inner}", layer


def refuse_other(path: Path, *, where: Where) -> None:
    """Raise where a vector file is too large, or refers to other files or addresses.

    Raises
    ------
    InputError
        As :func:`lokus.places.boundary_references.refuse_references`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "desa.geojson"
    >>> _ = path.write_text('{"type": "FeatureCollection", "features": []}')
    >>> refuse_other(path, where=Where(file="desa.geojson"))
    """
    refuse_large(path, "boundaries")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    refuse_references(head, where=where, text=path.name.casefold().endswith(_TABLES))
    if head.startswith(b"SQLite"):
        refuse_virtual_tables(path, where=where)
    if head.startswith(b"PK"):
        refuse_unpacked(path)
    if is_json(head):
        refuse_linked_crs(path.read_bytes(), where=where)


def refuse_other_layer(path: Path, *, where: Where) -> None:
    """Raise as :func:`refuse_other` does, with a message for a file that is no boundary file.

    Raises
    ------
    InputError
        As there.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "hasil.gpkg"
    >>> _ = path.write_text("x")
    >>> refuse_other_layer(path, where=Where(file="hasil.gpkg"))
    Traceback (most recent call last):
    lokus.errors.InputError: berkas hasil.gpkg: ...
    → ...
    """
    try:
        refuse_other(path, where=where)
    except InputError as error:
        raise InputError(
            _("the file cannot be read ({detail})").format(detail=error.what),
            where=where,
            remedy=error.remedy,
        ) from error


def _choose(names: Sequence[str], layer: str | None, where: Where, container: str) -> tuple[str, str | None]:
    """Choose the one boundary file among the members of a zip or folder."""
    found: dict[str, None] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        if any(part.startswith(".") or part == "__MACOSX" for part in parts):
            continue
        inside = [i for i, part in enumerate(parts) if part.casefold().endswith(".gdb")]
        if inside:
            found[str(PurePosixPath(*parts[: inside[0] + 1]))] = None
        elif PurePosixPath(name).suffix.casefold() in _VECTOR:
            found[name] = None
    if not found:
        found = {name: None for name in names if PurePosixPath(name).suffix.casefold() in _JSON}
    if not found:
        tables = [name for name in names if PurePosixPath(name).suffix.casefold() == ".dbf"]
        raise InputError(
            _("no boundary file lies in it; it holds: {names}").format(names=name_some(names) or "–"),
            where=where,
            remedy=_("The .shp part of the Shapefile is missing; ask for all its parts.")
            if tables
            else _(
                "Use GeoPackage, Shapefile (all its parts, or zipped), GeoJSON, GeoParquet or published SQL."
            ),
        )
    if len(found) == 1:
        only = next(iter(found))
        # The layer of a single Shapefile or GeoJSON has the name of the file and may be left out.
        return only, None if layer == PurePosixPath(only).stem else layer
    named = [name for name in found if PurePosixPath(name).stem == layer]
    if len(named) == 1:
        return named[0], None
    raise InputError(
        _("it holds several boundary files: {names}").format(names=", ".join(found)),
        where=where,
        remedy=_('Name one of them, for example lapisan = "{name}" under [batas].').format(
            name=PurePosixPath(_likeliest({name: (f"{container}/{name}", None) for name in found})).stem
        ),
    )


def _check_parts(name: str, names: Iterable[str], where: Where) -> None:
    """Raise where a Shapefile lacks a part that is needed."""
    file = PurePosixPath(name)
    if file.suffix.casefold() != ".shp":
        return
    # The ending may be in capitals, but the name before it must be the same to the letter.
    beside = {(str(other.with_suffix("")), other.suffix.casefold()) for other in map(PurePosixPath, names)}
    lacking = [part for part in _NEEDED_PARTS if (str(file.with_suffix("")), part) not in beside]
    if lacking:
        raise InputError(
            _("the Shapefile {name} is not whole: {parts} is missing").format(
                name=file.name, parts=", ".join(lacking)
            ),
            where=where,
            remedy=_(
                "Put it beside {name}; .dbf holds codes and names. Ask for .shp, .shx, .dbf, .prj together."
            ).format(name=file.name),
        )


def _check_counts(path: Path, where: Where) -> None:
    """Raise where the parts of a Shapefile have different numbers of villages."""
    part = {p.suffix.casefold(): p for p in path.parent.glob(f"{_escaped(path.stem)}.*")}
    with part[".shx"].open("rb") as file:
        shapes = (file.seek(0, 2) - 100) // 8
    with part[".dbf"].open("rb") as file:
        head = file.read(8)
    rows = struct.unpack("<I", head[4:8])[0] if len(head) == 8 else 0
    if shapes != rows:
        raise InputError(
            _("the parts of the Shapefile do not belong together: {shapes} polygons, {rows} rows").format(
                shapes=shapes, rows=rows
            ),
            where=where,
            remedy=_("Copy .shp, .shx and .dbf again from one and the same source."),
        )


def _escaped(stem: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", stem)


def _refuse_cut_short(content: Callable[[], bytes], name: str, where: Where) -> None:
    """Raise where a map server truncated the result to its maximum number of records, as the file states."""
    if PurePosixPath(name).suffix.casefold() in (*_JSON, *_PLAIN) and _CUT_SHORT.search(content()):
        raise InputError(
            _("the map server cut this file short at its record limit: villages are missing"),
            where=where,
            remedy=_(
                "Fetch the rest page by page (resultOffset), or one kecamatan at a time, and join them."
            ),
        )


# Reading with GDAL.


def _read_gdal(
    source: str,
    layer: str | None,
    bbox: tuple[float, float, float, float] | None,
    encoding: str | None,
    where: Where,
) -> tuple[gpd.GeoDataFrame | pd.DataFrame, list[Finding]]:
    listed = pyogrio.list_layers(source)
    every = [str(name) for name in listed[:, 0]]
    # Styles and other tables that desktop programs store in a GeoPackage have no geometry.
    drawn = [str(name) for name, kind in listed if kind is not None]
    if layer is None and len(drawn) > 1:
        raise InputError(
            _("the file has several layers: {layers}").format(layers=", ".join(drawn)),
            where=where,
            remedy=_('Name one of them, for example lapisan = "{name}" under [batas].').format(
                name=_likeliest({name: (source, name) for name in drawn})
            ),
        )
    if layer is not None and layer not in every:
        raise InputError(
            _('there is no layer "{layer}"').format(layer=layer),
            where=where,
            remedy=_("Its layers are: {layers}").format(layers=", ".join(drawn)),
        )
    if layer is None:
        if not drawn:
            raise _no_geometry(where)
        layer = drawn[0]
    findings: list[Finding] = []
    try:
        frame = pyogrio.read_dataframe(source, layer=layer, bbox=bbox, encoding=encoding)
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise InputError(
                _('the names are not written in the encoding "{encoding}"').format(encoding=encoding),
                where=where,
                remedy=_('State pengodean = "cp1252" or "utf-8" under [batas], or leave it out.'),
            ) from error
        try:
            frame = _read_windows(source, layer, bbox)
        except shapely.errors.GEOSException as broken:
            raise _broken_polygons(source, layer, bbox, "latin-1", where=where, reason=broken) from broken
        findings.append(_wrong_encoding(frame, where))
    except shapely.errors.GEOSException as error:
        raise _broken_polygons(source, layer, bbox, encoding, where=where, reason=error) from error
    if len(frame) in _RECORD_LIMITS and PurePosixPath(source).suffix.casefold() in _JSON:
        findings.append(
            Finding(
                check="batas.record_limit",
                level="warning",
                message=_("the file holds exactly {n} rows, as many as map servers give at one time").format(
                    n=len(frame)
                ),
                remedy=_("Check that no village is missing; the official list tells, with daftar_resmi."),
                where=where,
            )
        )
    return frame, findings


def _likeliest(layers: Mapping[str, tuple[str, str | None]]) -> str:
    """Return the name of the layer most likely to contain the villages: known columns, then most rows.

    A kecamatan layer may have the columns of the village layer that it was dissolved from, but fewer rows.
    """

    def villages(name: str) -> tuple[bool, int]:
        source, layer = layers[name]
        try:
            info = pyogrio.read_info(source, layer=layer)
            find_schema(info["fields"])
        except InputError:
            return False, int(info["features"])
        except _UNREADABLE:
            return False, -1
        return True, int(info["features"])

    return max(layers, key=villages)


def _read_windows(
    source: str, layer: str, bbox: tuple[float, float, float, float] | None
) -> gpd.GeoDataFrame | pd.DataFrame:
    try:
        return pyogrio.read_dataframe(source, layer=layer, bbox=bbox, encoding=_WINDOWS)
    except UnicodeDecodeError:  # five bytes mean nothing in it
        return pyogrio.read_dataframe(source, layer=layer, bbox=bbox, encoding="latin-1")


def _wrong_encoding(frame: pd.DataFrame, where: Where) -> Finding:
    rows = sorted(
        {
            row
            for name in _texts(frame)
            for row, text in enumerate(frame[name], start=1)
            if isinstance(text, str) and not text.isascii()
        }
    )
    return Finding(
        check="batas.encoding",
        level="warning",
        message=_(
            "the texts are not UTF-8 as the file says and are read as Windows-1252: rows {rows}"
        ).format(rows=compress_rows(rows)),
        remedy=_('Write 1252 into the .cpg file, or state pengodean = "cp1252" under [batas].'),
        where=replace(where, row=rows[0] if rows else None),
    )


def _broken_polygons(
    source: str,
    layer: str | None,
    bbox: tuple[float, float, float, float] | None,
    encoding: str | None,
    *,
    where: Where,
    reason: Exception,
) -> InputError:
    """Name the rows whose geometry cannot be converted to a polygon, with the reason for the first."""
    try:
        meta, _fids, wkb, fields = pyogrio.raw.read(source, layer=layer, bbox=bbox, encoding=encoding)
    except UnicodeDecodeError:
        meta, _fids, wkb, fields = pyogrio.raw.read(source, layer=layer, bbox=bbox, encoding="latin-1")
    polygons = shapely.from_wkb(wkb, on_invalid="ignore")
    broken = [row for row, polygon in enumerate(polygons) if polygon is None and wkb[row] is not None]
    if not broken:
        return InputError(
            _("the polygons of this file cannot be read{reason}").format(reason=plain_reason(reason)),
            where=where,
            remedy=_("Save the layer anew as GeoPackage from a GIS program."),
        )
    names = zip(meta["fields"], (column[broken[0]] for column in fields), strict=True)
    described = ", ".join(f"{name} = {value}" for name, value in names)
    return InputError(
        _("{n} polygons cannot be read, in rows {rows}; the first is {described}{reason}").format(
            n=len(broken),
            rows=compress_rows([row + 1 for row in broken]),
            described=described,
            reason=plain_reason(reason),
        ),
        where=replace(where, row=broken[0] + 1),
        remedy=_(
            "Close the ring (its last point equals its first) or draw the village anew, then save the file."
        ),
    )


# Reading GeoParquet.


def _read_parquet(
    path: Path,
    columns: Mapping[str, str] | None,
    kabupaten: str | None,
    bbox: tuple[float, float, float, float] | None,
) -> gpd.GeoDataFrame:
    try:
        from pyarrow.parquet import read_schema, read_table
    except ImportError as error:
        raise InputError(
            _("GeoParquet needs the package pyarrow, which is not installed"),
            where=Where(file=path.name),
            remedy=_("Install pyarrow, or use GeoPackage."),
        ) from error
    stored = read_schema(path)
    _refuse_wide(path)
    kode = find_schema(stored.names, columns=columns, where=Where(file=path.name)).kode
    filters: list[Any] | None = None
    if kabupaten is not None and "string" in str(stored.field(kode).type):
        spellings = (kabupaten, f"{kabupaten[:2]}.{kabupaten[2:]}", f"ID{kabupaten}")
        # "~" sorts after every digit and dot, so each range holds exactly the codes that begin like this.
        filters = [[(kode, ">=", s), (kode, "<", f"{s}~")] for s in spellings]
        if odd := _odd_spellings(_unusual(read_table(path, columns=[kode]).column(0)), kabupaten, spellings):
            filters.append([(kode, "in", odd)])
    if bbox is None:
        return gpd.read_parquet(path, filters=filters)
    try:
        return gpd.read_parquet(path, filters=filters, bbox=bbox)
    except ValueError:
        # Without a column of bounding boxes the file cannot be read in part.
        frame = gpd.read_parquet(path, filters=filters)
        return frame[frame.intersects(shapely.box(*bbox))]


def _unusual(written: Any) -> list[object]:
    """Return the codes in unusual spelling; the others are compared in Arrow."""
    from pyarrow import compute

    usual = compute.match_substring_regex(written, f"^{_ORDINARY.pattern}$")
    return list(written.filter(compute.invert(compute.fill_null(usual, fill_value=False))).to_pylist())


def _refuse_wide(path: Path) -> None:
    """Raise where a GeoParquet file unpacks to more than the limit for boundary files."""
    from pyarrow.parquet import read_metadata

    stored = read_metadata(path)
    unpacked = sum(stored.row_group(n).total_byte_size for n in range(stored.num_row_groups))
    refuse_size(path, unpacked, LARGEST["boundaries"])


_ORDINARY = re.compile(r"(ID)?[0-9]{2}\.?[0-9]{2}\.?[0-9]{2}\.?[0-9]{4}")


def _odd_spellings(written: Iterable[object], kabupaten: str, spellings: tuple[str, ...]) -> list[str]:
    """Return codes of a kabupaten that do not begin with its digits: apostrophe, blank, lost zero."""
    odd = []
    for text in dict.fromkeys(written):
        if not isinstance(text, str) or text.startswith(spellings) or _ORDINARY.fullmatch(text):
            continue
        bare = text.strip().removeprefix("ID").removeprefix("id")
        try:
            code = parse_kode(bare)
        except KodeError:
            # Unreadable codes are reported instead of being left out with the other kabupaten.
            odd.append(text)
            continue
        if code.startswith(kabupaten):
            odd.append(text)
    return odd


# Texts that were read in another encoding than they were written in.


def _texts(frame: pd.DataFrame) -> list[str]:
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    return [
        str(name)
        for name in frame.columns
        if name != geometry
        and (pd.api.types.is_object_dtype(frame[name]) or pd.api.types.is_string_dtype(frame[name]))
    ]


def _mend_texts(frame: gpd.GeoDataFrame, where: Where) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Correct texts that are UTF-8 read as Windows-1252 (``Ã©`` for ``é``)."""
    mended: dict[int, tuple[str, str]] = {}
    changed: dict[str, list[object]] = {}
    for name in _texts(frame):
        cells: list[object] = list(frame[name])
        wrong = [(i, text) for i, text in enumerate(cells) if isinstance(text, str) and not text.isascii()]
        repairs = {i: right for i, text in wrong if (right := _as_utf8(text)) != text}
        for i, right in repairs.items():
            mended.setdefault(i + 1, (str(cells[i]), right))
            cells[i] = right
        if repairs:
            changed[name] = cells
    if not mended:
        return frame, []
    frame = frame.assign(**{name: pd.Series(cells, index=frame.index) for name, cells in changed.items()})
    rows = sorted(mended)
    before, after = mended[rows[0]]
    return frame, [
        Finding(
            check="batas.encoding",
            level="warning",
            message=_(
                'texts that are UTF-8 were read as another encoding and are set right ("{before}" is '
                '"{after}"): rows {rows}'
            ).format(before=before, after=after, rows=compress_rows(rows)),
            remedy=_('Write UTF-8 into the .cpg file, or state pengodean = "utf-8" under [batas].'),
            where=replace(where, row=rows[0]),
        )
    ]


def _as_utf8(text: str) -> str:
    """Undo reading UTF-8 as another encoding, repeatedly where it was done repeatedly."""
    for encoding in (_WINDOWS, "latin-1"):
        try:
            right = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return text if right == text else _as_utf8(right)
    return text


def letters_lost(names: pd.Series) -> pd.Series:
    """Return whether letters of a name were lost: a replacement character, or a question mark in a word.

    Examples
    --------
    >>> letters_lost(pd.Series(["Suka Maju", "D?sa"])).tolist()
    [False, True]
    """
    return names.map(lambda name: isinstance(name, str) and _LOST.search(name) is not None).astype(bool)


def lost_letters(frame: pd.DataFrame, columns: Iterable[str], *, where: Where) -> list[Finding]:
    """Report names that had lost letters before: a replacement character, or a question mark in a word.

    Examples
    --------
    >>> names = pd.DataFrame({"desa": ["Suka Maju", "D?sa"]})
    >>> [finding.where.row for finding in lost_letters(names, ["desa"], where=Where())]
    [2]
    """
    lost = {
        row: text
        for name in columns
        for row, text in enumerate(frame[name], start=1)
        if isinstance(text, str) and _LOST.search(text)
    }
    if not lost:
        return []
    rows = sorted(lost)
    return [
        Finding(
            check="batas.lost_letters",
            level="warning",
            message=_('letters are lost in {n} texts, the first is "{text}": rows {rows}').format(
                n=len(rows), text=lost[rows[0]], rows=compress_rows(rows)
            ),
            remedy=_(
                "Save the file again from its source with the encoding UTF-8; the official list, with "
                "daftar_resmi, gives names too."
            ),
            where=replace(where, row=rows[0]),
        )
    ]
