"""Recognise the layout of a village boundary file: columns of code, village and kecamatan."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lokus.errors import InputError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lokus.findings import Where

__all__ = ["SCHEMAS", "Schema", "find_schema"]


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Columns of a boundary file.

    Parameters
    ----------
    name : str
        Publisher of the layout.
    kode, desa, kecamatan : str
        Column names; ``kecamatan`` may be empty.
    also_desa : str
        Column with the village name where `desa` is empty; an empty text where there is none.
    """

    name: str
    kode: str
    desa: str
    kecamatan: str = ""
    also_desa: str = ""


SCHEMAS: Final = (
    Schema(name="lokus", kode="kode_desa", desa="desa", kecamatan="kecamatan"),
    Schema(name="BIG", kode="KDEPUM", desa="WADMKD", kecamatan="WADMKC", also_desa="NAMOBJ"),
    Schema(name="BIG", kode="KDEPUM", desa="WADMKD", kecamatan="WADMKC"),
    Schema(name="BIG", kode="KDEPUM", desa="NAMOBJ", kecamatan="WADMKC"),
    Schema(name="BPS", kode="iddesa", desa="nmdesa", kecamatan="nmkec"),
    Schema(name="HDX", kode="ADM4_PCODE", desa="ADM4_EN", kecamatan="ADM3_EN"),
    Schema(name="wilayah_boundaries", kode="kode", desa="nama", kecamatan="kec_nama"),
    Schema(name="wilayah_boundaries", kode="kode", desa="nama"),
)
"""Layouts recognised where no columns are stated, in order of preference; case does not matter."""

_PARTS: Final = ("kode", "desa", "kecamatan", "also_desa")
_DBF_NAME: Final = 10


def find_schema(
    available: Iterable[str], *, columns: Mapping[str, str] | None = None, where: Where | None = None
) -> Schema:
    """Find the columns of code, village and kecamatan.

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
        A stated column does not exist or exists twice, or no known layout fits.

    Examples
    --------
    >>> find_schema(["OBJECTID", "kdepum", "wadmkd", "wadmkc"]).kode
    'kdepum'
    """
    present = list(available)
    if columns:
        return _stated_schema(present, columns, where)
    actual = {name.casefold(): name for name in present}
    for schema in SCHEMAS:
        parts = {part: getattr(schema, part) for part in _PARTS if getattr(schema, part)}
        if all(column.casefold() in actual for column in parts.values()):
            _refuse_twice(present, parts.values(), where)
            return replace(schema, **{part: actual[column.casefold()] for part, column in parts.items()})
    if mixed := _mixed(actual):
        _refuse_twice(present, [mixed.kode, mixed.desa, mixed.kecamatan], where)
        return mixed
    raise InputError(
        _("no column with village codes is recognised; the columns are: {columns}").format(
            columns=", ".join(present)
        ),
        where=where,
        remedy=_('Name them, kolom = { kode = "…", desa = "…", kecamatan = "…" } under [batas].'),
    )


def _mixed(actual: Mapping[str, str]) -> Schema | None:
    """Combine columns of several layouts, where exactly one fits each part: kode_desa, NAMOBJ."""
    parts: dict[str, str] = {}
    for part in ("kode", "desa", "kecamatan"):
        known = dict.fromkeys(getattr(schema, part).casefold() for schema in SCHEMAS)
        found = [actual[column] for column in known if column and column in actual]
        if len(found) > 1 or (not found and part != "kecamatan"):
            return None
        parts[part] = found[0] if found else ""
    layout = next(schema.name for schema in SCHEMAS if schema.kode.casefold() == parts["kode"].casefold())
    return Schema(name=layout, **parts)


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
    found = {part: _stated_column(present, column, where) for part, column in columns.items()}
    layout = next((known.name for known in SCHEMAS if known.kode.casefold() == found["kode"].casefold()), "")
    also = next((name for name in present if name.casefold() == "namobj" and name != found["desa"]), "")
    return Schema(
        name=layout,
        kode=found["kode"],
        desa=found["desa"],
        kecamatan=found.get("kecamatan", ""),
        also_desa=also if found["desa"].casefold() == "wadmkd" else "",
    )


def _stated_column(present: list[str], column: str, where: Where | None) -> str:
    """Find a stated column, also where case differs or a Shapefile has truncated its name to ten letters."""
    if column in present:
        return column
    folded = column.casefold()
    near = [name for name in present if name.casefold() == folded]
    near = near or [name for name in present if len(name) == _DBF_NAME and folded.startswith(name.casefold())]
    if len(near) == 1:
        return near[0]
    similar = near or difflib.get_close_matches(column, present, n=1)
    raise InputError(
        _('column "{column}" is missing').format(column=column),
        where=where,
        remedy=_("Did you mean {name}?").format(name=similar[0])
        if similar
        else _("Its columns are: {columns}").format(columns=", ".join(present)),
    )


def _refuse_twice(present: list[str], wanted: Iterable[str], where: Where | None) -> None:
    """Raise where two columns differ only in case, so that it is unclear which one is meant."""
    times = Counter(name.casefold() for name in present)
    for column in wanted:
        if times[column.casefold()] > 1:
            both = [name for name in present if name.casefold() == column.casefold()]
            raise InputError(
                _("the columns {names} differ in capital letters alone").format(names=", ".join(both)),
                where=where,
                remedy=_('Name them, kolom = { kode = "…", desa = "…", kecamatan = "…" } under [batas].'),
            )
