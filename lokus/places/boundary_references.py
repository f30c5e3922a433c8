"""Refuse boundary files that refer to other files or addresses, so that GDAL does not follow them."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from lokus.errors import InputError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from lokus.findings import Where

__all__ = ["HEAD_BYTES", "is_json", "refuse_linked_crs", "refuse_references", "refuse_virtual_tables"]

HEAD_BYTES: Final = 1 << 16
"""How much of a file tells what it is; formats are recognised by less."""

# Recipes of GDAL: read another file, ask a server, run a command of its own.
_RECIPES: Final = re.compile(
    rb"<(OGRVRT|VRTDataset|OGRWFSDataSource|WFS_|GDALTileIndex|GDAL_WMS|GTI)|gdal_streamed_alg|service_url"
    rb"|PDS_VERSION_ID|Product_Observational",
    re.IGNORECASE,
)
_BLANK: Final = b" \t\r\n"
_KNOWN: Final = (b"SQLite format 3\0", b"fgb", b"\0\0\x27\x0a", b"PAR1", b"PK\x03\x04", b"!table", b"!Table")
_DRAWINGS: Final = re.compile(rb"\s*(0\s+SECTION|999\b|version\b)", re.IGNORECASE)  # DXF and MIF
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?(kml|FeatureCollection)\b")
_DECLARATION: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_VIRTUAL: Final = re.compile(
    r"using\s+[\"'`\[]?Virtual(OGR|Shape|Text|DBF|XL|Network|GeoJSON)", re.IGNORECASE
)
_BY_NUMBER: Final = re.compile(rb"\\u00([2-7][0-9A-Fa-f])")
_CRS: Final = re.compile(rb"""["'](crs|coordRefSys)["']\s*:""", re.IGNORECASE)
_LINK: Final = re.compile(r'"type": "(link|url)"', re.IGNORECASE)
_REGISTER: Final = re.compile(r"https?://(www\.)?opengis\.net/def/crs", re.IGNORECASE)
_NEAR: Final = 500  # characters behind a crs that is no JSON
_VIEW: Final = re.compile(rb'open\s+table|IsSeamless"?\s*=\s*"?TRUE', re.IGNORECASE)


def refuse_references(head: bytes, *, where: Where, text: bool = False) -> None:
    """Raise where a file refers to another file or an address, or is of no known format.

    GDAL recognises a file by its content, whatever its name. Only formats that contain their data are
    accepted, and XML without declarations of its own.

    Parameters
    ----------
    head : bytes
        The first :data:`HEAD_BYTES` of the file.
    where : Where
        The file.
    text : bool
        Whether the file is named as a table of text, such as CSV.

    Raises
    ------
    InputError
        It refers to others, or its format is not supported.

    Examples
    --------
    >>> from lokus.findings import Where
    >>> refuse_references(b'{"type": "FeatureCollection"}', where=Where(file="desa.geojson"))
    >>> vrt = b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>"
    >>> refuse_references(vrt, where=Where(file="desa.gpkg"))
    Traceback (most recent call last):
    lokus.errors.InputError: berkas desa.gpkg: ...
    → ...
    """
    if _RECIPES.search(head):
        raise _refers(where)
    if head.startswith(b"!") and _VIEW.search(head):
        raise _refers(where)
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
    if bare.startswith(b"<"):
        if _DECLARATION.search(head):
            raise InputError(
                _("it declares names of its own (DOCTYPE, ENTITY), which are not followed"),
                where=where,
                remedy=_("Save the layer anew as GeoPackage from a GIS program."),
            )
        if _ROOT.search(bare):
            return
    elif is_json(head) or head.startswith(_KNOWN) or _DRAWINGS.match(head) or text:
        return
    raise InputError(
        _("this is not a boundary file that can be read{reason}").format(
            reason=": " + _("it is of no format that is known, or it is damaged")
        ),
        where=where,
        remedy=_(
            "Use GeoPackage, Shapefile (all its parts, or zipped), GeoJSON, GeoParquet or published SQL."
        ),
    )


def refuse_virtual_tables(path: Path, *, where: Where) -> None:
    """Raise where a database, such as a GeoPackage, has virtual tables that read other files.

    Raises
    ------
    InputError
        It has such tables. A file that is no database is accepted.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.findings import Where
    >>> path = Path(tempfile.mkdtemp()) / "desa.gpkg"
    >>> with closing(sqlite3.connect(path)) as base:
    ...     _ = base.execute("create table desa (nama text)")
    >>> refuse_virtual_tables(path, where=Where(file="desa.gpkg"))
    """
    address = f"{path.resolve().as_uri()}?mode=ro"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as base:
        made = base.execute("select sql from sqlite_master where sql is not null").fetchall()
        if any(_VIRTUAL.search(str(text)) for (text,) in made):
            raise _refers(where)


def refuse_linked_crs(content: bytes, *, where: Where) -> None:
    """Raise where the coordinate system of JSON is an address, which GDAL would request.

    Parameters
    ----------
    content : bytes
        The whole file; one that is not JSON is accepted.

    Raises
    ------
    InputError
        The coordinate system is a link, or an address other than those of the OGC register of codes.

    Examples
    --------
    >>> from lokus.findings import Where
    >>> named = b'{"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}'
    >>> refuse_linked_crs(named, where=Where(file="desa.geojson"))
    """
    if not is_json(content[:HEAD_BYTES]):
        return
    if rb"\u00" in content:  # letters may be written by their numbers
        content = _BY_NUMBER.sub(lambda found: bytes([int(found[1], 16)]), content)
    for found in _CRS.finditer(content):
        text = content[found.end() : found.end() + HEAD_BYTES].decode("utf-8", errors="replace")
        try:
            value, _end = json.JSONDecoder().raw_decode(text.lstrip())
        except (ValueError, RecursionError):
            value = text[:_NEAR]
        said = json.dumps(value).replace("\\/", "/")
        if _LINK.search(said) or ("://" in _REGISTER.sub("", said)):
            raise InputError(
                _("its coordinate system (CRS) stands at an address, which is not asked"),
                where=where,
                remedy=_(
                    "Save the layer anew as GeoPackage from a GIS program, or take the member crs out of the "
                    "file and state crs under [batas]."
                ),
            )


def is_json(head: bytes) -> bool:
    """Return whether a file begins like JSON.

    Examples
    --------
    >>> is_json(b' {"type": "FeatureCollection"}'), is_json(b"<kml>")
    (True, False)
    """
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK).startswith((b"{", b"[", b"\x1e"))


def _refers(where: Where) -> InputError:
    return InputError(
        _("it holds no villages but refers to another file or address, which is not followed"),
        where=where,
        remedy=_("Name the file that holds the villages itself, or save the layer as GeoPackage."),
    )
