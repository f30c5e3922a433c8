"""Read village boundaries published as SQL ``INSERT`` rows; the SQL is parsed as text, never executed.

The form is that of the open repository *wilayah_boundaries*: one row a village with ``kode``, ``nama`` and
``path``, a JSON text of rings of ``[latitude, longitude]``, nested as a polygon in some rows and as a
multipolygon in others.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Header", "decode_sql", "read_published_sql", "read_sql_header"]

# A comment, a quoted text, a word or number, or any other single sign; only white space lies between.
_TOKEN: Final = re.compile(
    r"""
    (?P<comment> /\*.*?\*/ | --[^\n]* | \#[^\n]* )
  | (?P<text> '[^'\\]*(?:(?:''|\\.)[^'\\]*)*' | "[^"\\]*(?:(?:""|\\.)[^"\\]*)*" )
  | (?P<name> `[^`]*` )
  | (?P<word> [\w.+-]+ )
  | (?P<sign> \S )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"""\\(.)|''|\"\"""", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_COLUMNS: Final = ("kode", "nama", "path")


@dataclass(frozen=True, kw_only=True)
class Header:
    """Contents of the comment at the head of a published file.

    Parameters
    ----------
    licence : str
        Name of the licence, empty when none is recognised.
    licence_text : str
        Its full wording.
    updated_at : str
        Day of the publisher's last change, ``YYYY-MM-DD``, empty when not stated.
    """

    licence: str = ""
    licence_text: str = ""
    updated_at: str = ""


def decode_sql(content: bytes) -> str:
    """Decode a published file as UTF-8 or, where that fails, as Windows-1252.

    Examples
    --------
    >>> decode_sql("Désa".encode()), decode_sql("Désa".encode("cp1252"))
    ('Désa', 'Désa')
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_sql_header(text: str) -> Header:
    r"""Read licence and date from the comment at the head of a published file.

    Examples
    --------
    >>> text = "/*\nupdated_at: 2026-08-20 22:22\n===\nMIT License\n\nPermission …\n===\n*/"
    >>> read_sql_header(text)
    Header(licence='MIT', licence_text='MIT License\n\nPermission …', updated_at='2026-08-20')
    """
    comment = re.match(r"\s*/\*(.*?)\*/", text, re.DOTALL)
    if comment is None:
        return Header()
    updated = re.search(r"updated_at\s*:\s*(\d{4}-\d{2}-\d{2})", comment[1])
    sections = [part.strip() for part in re.split(r"^=+\s*$", comment[1], flags=re.MULTILINE)]
    wording = next((part for part in sections if re.match(r"(\w+ )*licen[cs]e", part, re.IGNORECASE)), "")
    return Header(
        licence="MIT" if wording.startswith("MIT ") else wording.split("\n", 1)[0],
        licence_text=wording,
        updated_at=updated[1] if updated else "",
    )


def read_published_sql(text: str, *, where: Where | None = None) -> gpd.GeoDataFrame:
    """Read the villages of a published SQL file.

    Only the values of ``INSERT`` rows are read; every other statement is ignored.

    Parameters
    ----------
    text : str
        Content of the file.
    where : Where, optional
        The file.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``kode``, ``nama`` and ``geometry`` (longitude, latitude; None where the path is empty), in
        the order of the file, EPSG:4326.

    Raises
    ------
    InputError
        The text is incomplete, has no such rows, or a path is not a list of rings.

    Examples
    --------
    >>> square = "[[[-3,104],[-3,105],[-2,105],[-3,104]]]"
    >>> sql = f"INSERT INTO b(kode,nama,path) VALUES ('99.01.01.2001','Suka Maju','{square}');"
    >>> read_published_sql(sql).geometry.iloc[0].wkt
    'POLYGON ((104 -3, 105 -3, 105 -2, 104 -3))'
    """
    where = where or Where()
    rows: list[dict[str, Any]] = []
    for row in _inserted_rows(text, where):
        missing = [column for column in _COLUMNS if column not in row]
        if missing:
            raise _unreadable(
                _("its rows have no column {columns}").format(columns=", ".join(missing)), where
            )
        place = Where(file=where.file, row=len(rows) + 1, kode_desa=row["kode"])
        rows.append({"kode": row["kode"], "nama": row["nama"], "geometry": _polygon(row["path"], place)})
    if not rows:
        raise _unreadable(_("it has no rows of villages"), where)
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")


def _unreadable(reason: str, where: Where) -> InputError:
    return InputError(
        _("this is not a complete SQL file of village boundaries: {reason}").format(reason=reason),
        where=where,
        remedy=_("Fetch the file again, or save it again from its source."),
    )


def _tokens(text: str, where: Where) -> Iterator[tuple[str, str]]:
    for token in _TOKEN.finditer(text):
        kind, value = str(token.lastgroup), token[0]
        if kind == "sign" and value in "'\"`":
            raise _unreadable(_("a text is not closed"), where)
        if kind != "comment":
            yield kind, value


def _inserted_rows(text: str, where: Where) -> Iterator[dict[str, str | None]]:
    """Yield every row of every INSERT statement, values by column name."""
    tokens = _tokens(text, where)
    for kind, value in tokens:
        if kind == "word" and value.upper() in ("INSERT", "REPLACE"):
            yield from _insert(tokens, where)
        elif value != ";":
            _pass_over(tokens)


def _pass_over(tokens: Iterator[tuple[str, str]]) -> None:
    for _kind, value in tokens:
        if value == ";":
            return


def _insert(tokens: Iterator[tuple[str, str]], where: Where) -> Iterator[dict[str, str | None]]:
    columns: list[str] = []
    for kind, value in tokens:
        if value == "(":
            columns = [(name or "").casefold() for name in _bracket(tokens, where)]
        elif kind == "word" and value.upper() in ("VALUES", "VALUE"):
            break
        elif value == ";":
            return
    for _kind, value in tokens:
        if value == "(":
            cells = _bracket(tokens, where)
            if len(cells) != len(columns):
                raise _unreadable(
                    _("a row has {n} values for {columns} columns").format(
                        n=len(cells), columns=len(columns)
                    ),
                    where,
                )
            yield dict(zip(columns, cells, strict=True))
        elif value == ";":
            return
        elif value != ",":
            _pass_over(tokens)
            return
    raise _unreadable(_("it breaks off in the middle"), where)


def _bracket(tokens: Iterator[tuple[str, str]], where: Where) -> list[str | None]:
    """Return the values up to the closing bracket; NULL is None."""
    values: list[str | None] = []
    for kind, value in tokens:
        if value == ")":
            return values
        if kind == "text":
            values.append(_unquoted(value))
        elif kind == "name":
            values.append(value[1:-1])
        elif kind == "word":
            values.append(None if value.upper() == "NULL" else value)
        elif value != ",":
            raise _unreadable(_('unexpected "{sign}"').format(sign=value), where)
    raise _unreadable(_("it breaks off in the middle"), where)


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    if "\\" not in inner and "''" not in inner and '""' not in inner:
        return inner
    quote = text[0]
    return _ESCAPE.sub(
        lambda m: _ESCAPED.get(m[1], m[1]) if m[1] else quote if m[0][0] == quote else m[0], inner
    )


def _polygon(path: str | None, where: Where) -> shapely.Geometry | None:
    if not path:
        return None
    try:
        polygons = list(_polygons(json.loads(path)))
    except (ValueError, TypeError, RecursionError, shapely.errors.GEOSException) as error:
        raise _unreadable(_("the border is not a list of [latitude, longitude]"), where) from error
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _polygons(node: Any) -> Iterator[shapely.Polygon]:
    """Yield the polygons of a path at any depth of nesting."""
    if not node:
        return
    if _is_ring(node):
        node = [node]
    if all(_is_ring(part) for part in node):
        yield from _from_rings([_ring(part) for part in node])
        return
    for part in node:
        if not isinstance(part, list):
            raise TypeError("neither a ring nor a list of rings")
        yield from _polygons(part)


def _is_ring(node: Any) -> bool:
    return bool(node) and isinstance(node, list) and isinstance(node[0], list) and not _is_list(node[0][:1])


def _is_list(parts: list[Any]) -> bool:
    return bool(parts) and isinstance(parts[0], list)


def _ring(points: list[list[float]]) -> list[tuple[float, float]]:
    ring = [(float(longitude), float(latitude)) for latitude, longitude in points]
    if not all(map(math.isfinite, (value for point in ring for value in point))):
        raise ValueError("a coordinate is not finite")
    return ring


def _from_rings(rings: list[list[tuple[float, float]]]) -> Iterator[shapely.Polygon]:
    """Build a polygon: the first ring is a border, a following one inside it a hole, outside it another part.

    In GeoJSON following rings are holes only; these files also list further parts there.
    """
    shell, holes = rings[0], []
    for ring in rings[1:]:
        if shapely.Polygon(shell).covers(shapely.Point(ring[0])):
            holes.append(ring)
        else:
            yield shapely.Polygon(shell, holes)
            shell, holes = ring, []
    yield shapely.Polygon(shell, holes)
