"""Find the header of a child-level export, and its needed columns.

Messages never quote cells: the first row of a file without header is a child.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lokus.errors import InputError
from lokus.i18n import gettext as _
from lokus.intake.children.cells import is_personal_number, parse_day
from lokus.intake.tables.headers import column_key

if TYPE_CHECKING:
    from lokus.findings import Where

__all__ = ["DELIMITERS", "ROLES", "Layout", "find_layout", "split_lines"]

ROLES: Mapping[str, tuple[str, ...]] = {
    "nik": ("nik", "nikanak", "nikbalita"),
    "nama": ("nama", "namaanak", "namabalita"),
    "lahir": ("tgllahir", "tanggallahir", "tgllahiranak", "tanggallahiranak"),
    "orang_tua": ("namaortu", "namaorangtua", "ortu", "orangtua", "namaibu", "namaibukandung"),
    "kabupaten": ("kabkota", "kabupatenkota", "kabupaten", "kab", "kota", "namakabupaten", "kotakab"),
    "kecamatan": ("kec", "kecamatan", "namakecamatan"),
    "desa": ("desakel", "desakelurahan", "kelurahandesa", "keldesa", "desa", "kelurahan", "namadesa"),
    "tanggal": ("tanggalpengukuran", "tglpengukuran", "tanggalukur", "tglukur", "tanggalpenimbangan"),
    "tinggi": ("tinggi", "tinggibadan", "tb", "tbpb", "pbtb"),
    "zs_tbu": ("zstbu", "zscoretbu", "zstbpbu", "zspbtbu", "zspbu"),
}
"""Columns that are read, with the headers they go by (letters only, small)."""

# Without the column of kabupaten, villages of one name in two of them would be added up. Any header with such
# a word is accepted, the first of several, or the province where there is none.
_REGIONS: Mapping[str, tuple[str, ...]] = {
    "kabupaten": ("kabkota", "kabupaten", "kotakab", "prov"),
    "kecamatan": ("kecamatan", "namakec"),
}
_NOT_OF_HOME = ("lahir", "kode", "puskesmas", "pukesmas")
_OF_KABUPATEN = re.compile(r"(kab\b\.?|kabupaten\b|kota\b)\s*\S", re.IGNORECASE)
_LABELS = {
    "nik": "NIK", "nama": "Nama", "lahir": "Tgl Lahir", "orang_tua": "Nama Ortu", "kabupaten": "Kab/Kota",
    "kecamatan": "Kec", "desa": "Desa/Kel", "tanggal": "Tanggal Pengukuran", "tinggi": "Tinggi",
    "zs_tbu": "ZS TB/U",
}  # fmt: skip
_NEEDED = ("desa", "tanggal", "zs_tbu")
_FILTERS = frozenset({
    "prov", "provinsi", "kabkota", "kab", "kabupaten", "kabupatenkota", "pukesmas", "puskesmas", "posyandu",
    *ROLES["kecamatan"], *ROLES["desa"],
})  # fmt: skip
_TITLE_CELLS = 4  # largest number of cells of a title row
DELIMITERS = (";", "\t", ",", "|")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Header of an export.

    Attributes
    ----------
    lines : int
        Number of lines (of a workbook, rows) including the header.
    width : int
        Number of columns.
    roles : mapping of role to column position
    filters : mapping of column position to wanted value
    delimiter : str
    kabupaten : str
        Header of the column of kabupaten as in the file, empty without one.
    """

    lines: int
    width: int
    roles: Mapping[str, int]
    filters: Mapping[int, str]
    delimiter: str = ""
    kabupaten: str = ""

    @property
    def positions(self) -> list[int]:
        """Columns to read, in their order."""
        return sorted({*self.roles.values(), *self.filters})


def find_layout(
    candidates: Iterable[tuple[int, str, Sequence[str]]],
    *,
    columns: Mapping[str, str],
    filters: Mapping[str, str],
    where: Where,
) -> Layout:
    """Find the header among the first rows.

    Parameters
    ----------
    candidates : iterable of (line, delimiter, cells)
        Rows split by each delimiter.
    columns : mapping of role to header
        Headers stated by the planner, where they are not the usual ones.
    filters : mapping of header to value
    where : Where

    Raises
    ------
    InputError
        No row has the needed columns. The message names the missing ones, never a cell.

    Examples
    --------
    >>> from lokus.findings import Where
    >>> lines = ["Laporan", "NIK;Desa/Kel;Tanggal Pengukuran;ZS TB/U"]
    >>> found = find_layout(split_lines(lines), columns={}, filters={}, where=Where(file="ukur.csv"))
    >>> found.lines, found.delimiter, found.roles["desa"]
    (2, ';', 1)
    """
    unknown = [role for role in columns if role not in ROLES]
    if unknown:
        raise InputError(
            _('"{role}" is not a column of child-level exports').format(role=unknown[0]),
            where=where,
            remedy=_("columns that can be named: {names}").format(names=", ".join(ROLES)),
        )
    found, first_child = _nearest(candidates, columns, filters)
    _refuse_personal([header for header in filters if header.strip() != found.kabupaten], where)
    missing = [columns.get(role, _LABELS[role]) for role in _NEEDED if role not in found.roles]
    missing += [header for role, header in columns.items() if role not in found.roles and role not in _NEEDED]
    if "nik" not in found.roles and not {"nama", "lahir"} <= set(found.roles):
        missing.append(_("NIK, or Nama and Tgl Lahir"))
    if missing:
        raise InputError(
            _("not a child-level export, or without these columns: {names}").format(names=", ".join(missing)),
            where=where,
            remedy=_(
                "export the measurements again with their header, or name the columns in the study file"
            ),
        )
    if first_child < found.lines:
        raise InputError(
            _("rows of children stand above the header in row {row}").format(row=found.lines),
            where=replace(where, row=int(first_child)),
            remedy=_("leave one header, above all rows, or export again"),
        )
    if len(found.filters) < len(filters):
        raise InputError(
            _("a column of the row filter is missing: {names}").format(names=", ".join(filters)),
            where=replace(where, row=found.lines),
            remedy=_("correct the column names under saring"),
        )
    return found


def _is_child(cells: Sequence[str]) -> bool:
    """Return whether a row is of a child: it has a NIK, or many cells including a date."""
    filled = [cell.strip(" '") for cell in cells if cell.strip()]
    return any(map(is_personal_number, filled)) or (
        len(filled) > _TITLE_CELLS and any(parse_day(cell) > 0 for cell in filled)
    )


def _nearest(
    candidates: Iterable[tuple[int, str, Sequence[str]]],
    columns: Mapping[str, str],
    filters: Mapping[str, str],
) -> tuple[Layout, float]:
    """Return the row with most of the columns; other cells are not returned.

    Also returns the number of the first row of a child, infinite for none.
    """
    children: dict[str, float] = {}
    best = Layout(lines=0, width=0, roles={}, filters={})
    candidates = list(candidates)
    for line, delimiter, cells in candidates:
        keys: dict[str, list[int]] = {}
        for position, cell in enumerate(cells):
            keys.setdefault(column_key(cell), []).append(position)
        roles = _roles(keys, columns)
        if delimiter not in children and _is_child(cells):
            children[delimiter] = line
        if len(roles) > len(best.roles):
            at = {header: keys.get(column_key(header), []) for header in filters}
            best = Layout(
                lines=line,
                width=len(cells),
                roles=roles,
                filters={at[header][0]: value for header, value in filters.items() if len(at[header]) == 1},
                delimiter=delimiter,
                kabupaten=cells[roles["kabupaten"]].strip() if "kabupaten" in roles else "",
            )
    if "kabupaten" not in best.roles and "kabupaten" not in columns:
        rows = [
            cells
            for line, delimiter, cells in candidates
            if delimiter == best.delimiter and line > best.lines
        ]
        place = _named_by_cells(rows, set(best.roles.values()), best.width)
        if place is not None:
            header = next(
                cells for line, mark, cells in candidates if (line, mark) == (best.lines, best.delimiter)
            )
            best = replace(best, roles={**best.roles, "kabupaten": place}, kabupaten=header[place].strip())
    return best, children.get(best.delimiter, math.inf)


def _named_by_cells(rows: Sequence[Sequence[str]], taken: set[int], width: int) -> int | None:
    """Find the column of the kabupaten by its cells, whatever its header."""
    for place in range(width):
        filled = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        if (
            place not in taken
            and filled
            and all(map(_OF_KABUPATEN.match, filled))
            and any(not cell.casefold().startswith("kota") for cell in filled)
        ):
            return place
    return None


def split_lines(lines: Sequence[str]) -> Iterable[tuple[int, str, Sequence[str]]]:
    """Split lines of a text file into rows by each delimiter, with the last line of each row.

    Examples
    --------
    >>> rows = split_lines(["NIK;Desa", "1;Suka Maju"])
    >>> [(line, cells) for line, delimiter, cells in rows if delimiter == ";"]
    [(1, ['NIK', 'Desa']), (2, ['1', 'Suka Maju'])]
    """
    for delimiter in DELIMITERS:
        reader = csv.reader(lines, delimiter=delimiter)
        while True:
            try:
                cells = next(reader, None)
            except csv.Error:
                break
            if cells is None:
                break
            yield reader.line_num, delimiter, cells


def _roles(keys: Mapping[str, Sequence[int]], columns: Mapping[str, str]) -> Mapping[str, int]:
    """Return the position of each role whose header occurs exactly once."""
    found = {}
    for role, aliases in ROLES.items():
        wanted = (column_key(columns[role]),) if role in columns else aliases
        position = next((keys[key] for key in wanted if key in keys), ())
        if not position and role not in columns:
            words = _REGIONS.get(role, ())  # the most specific first
            position = next((keys[key] for word in words for key in keys if _says(key, word)), ())
        if len(position) == 1 or (position and role in _REGIONS):
            found[role] = position[0]
    return found


def _says(key: str, word: str) -> bool:
    """Return whether a header contains the word for a region, such as "Kab/Kota Domisili"."""
    return word in key and not any(other in key for other in _NOT_OF_HOME)


def _refuse_personal(filters: Iterable[str], where: Where) -> None:
    for header in filters:
        key = column_key(header)
        if key not in _FILTERS and not any(_says(key, word) for words in _REGIONS.values() for word in words):
            raise InputError(
                _('rows of children cannot be filtered by the column "{column}"').format(column=header),
                where=where,
                remedy=_("filter by province, kabupaten, kecamatan, puskesmas, village or posyandu"),
            )
