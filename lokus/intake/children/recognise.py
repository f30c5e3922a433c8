"""Recognise files with one row a person by their content, whatever the study states.

Messages never quote cells: the error names file, sheet and the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from lokus.errors import InputError
from lokus.i18n import gettext as _
from lokus.intake.children.cells import parse_day
from lokus.intake.tables.headers import forget_cells

if TYPE_CHECKING:
    from lokus.findings import Where

__all__ = ["PersonsError", "persons_in", "refuse_persons"]

_JOINED: Final = re.compile(r"(?<=\d)[\s'-]+(?=\d)")
_POINTED: Final = re.compile(r"\d+(\.\d+){2,}")
# Not the decimals of a number: 0.9901010202230001.
_SIXTEEN: Final = re.compile(r"(?<!\d)(?<!\d[.,])[1-9]\d{15}(?!\d)")
# A NIK contains the date of birth, with 40 added to the day for girls.
_NIK: Final = re.compile(r"[1-9]\d{5}(0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(0[1-9]|1[0-2])\d{6}")
_MASKED: Final = re.compile(r"\d{2,8}[*xX•]{4,}\d{0,6}")
_ROUNDED: Final = re.compile(r"[1-9][.,]\d+[eE]\+?15")
_FEW: Final = 3

_STRONG: Final = frozenset({
    "nik", "nikanak", "nikbalita", "nonik", "nomornik", "nokk", "nomorkk", "namaanak", "namabalita",
    "tgllahir", "tanggallahir", "tgllahiranak", "tanggallahiranak", "namaortu", "namaorangtua", "namaibu",
    "namaibukandung", "namaayah", "namakepalakeluarga",
})  # fmt: skip
_CHILD: Final = frozenset({
    "jk", "jeniskelamin", "kelamin", "lp", "usiasaatukur", "usia", "umur", "umurbulan", "usiabulan", "zstbu",
    "zsbbu", "zsbbtb", "zscoretbu", "naikberatbadan",
})  # fmt: skip
_WEAK: Final = frozenset({"nama", "rt", "rw", "rtrw", "alamat", "bblahir", "tblahir", "berat", "tinggi"})
_HEAD_ROWS: Final = 60
_SAMPLE_ROWS: Final = 2_000
_LEAST_DAYS, _LEAST_SHARE = 5, 0.6
# Children under five are born within six years; other dates, such as of founding or meetings, are not.
_SPAN: Final = (500, 2_300)
_PLACE: Final = re.compile(r"\b(desa|kel|kelurahan|kec|kecamatan|kode|village|lokus)\b")
_LEAST_ROWS, _ROWS_A_VILLAGE, _DISTINCT = 30, 3, 0.8
_SEXES: Final = frozenset({"l", "p", "lakilaki", "perempuan", "lk", "pr", "lakilaki(l)", "m", "f"})
_SERIALS: Final = (30_000, 60_000)


class PersonsError(InputError):
    """A file stated as a table of villages has rows of persons."""


def refuse_persons(rows: Sequence[Sequence[object]], *, where: Where) -> None:
    """Raise where the rows are persons.

    Parameters
    ----------
    rows : sequence of sequences
        Cells of a sheet or a text file, including the header.
    where : Where
        File and sheet.

    Raises
    ------
    PersonsError
        The message states the evidence, without any cell.

    Examples
    --------
    >>> from lokus.findings import Where
    >>> refuse_persons([["Desa", "Stunting"], ["Suka Maju", 4.0]], where=Where(file="gizi.csv"))
    >>> refuse_persons([["Desa", "NIK"], ["Suka Maju", "9901010202230001"]], where=Where(file="gizi.csv"))
    Traceback (most recent call last):
        ...
    lokus.intake.children.recognise.PersonsError: berkas gizi.csv: ...
    """
    if sign := persons_in(rows):
        forget_cells()
        raise PersonsError(
            _("this table holds single persons, one row each ({sign}); none of it is used or shown").format(
                sign=sign
            ),
            where=where,
            remedy=_(
                'for an export of children write jenis = "anak" and periode in this [[tabel]], without '
                "tempat and indikator: it is then counted by village while it is read; otherwise ask for "
                "counts by village"
            ),
        )


def persons_in(rows: Sequence[Sequence[object]]) -> str:
    """Return the evidence that rows are persons; empty where there is none.

    Examples
    --------
    >>> persons_in([["Nama Anak", "Tgl Lahir", "Desa"]]) != ""
    True
    >>> persons_in([["Kecamatan", "Desa", "Bayi lahir hidup", "BB/U", "TB/U"], ["A", "B", 3.0, 4.0, 5.0]])
    ''
    """
    if _numbers(rows):
        return _("personal numbers of 16 digits")
    if _heads(rows):
        return _("columns of persons in the header")
    if _births(rows):
        return _("days of birth")
    if _one_a_row(rows):
        return _("a name and a sex in each row, many rows a village")
    if _only_names(rows):
        return _("names of persons in each row, many rows a village, and no numbers")
    return ""


def _numbers(rows: Sequence[Sequence[object]]) -> bool:
    sixteen = rounded = 0
    for row in rows:
        for cell in row:
            if isinstance(cell, float):
                text = f"{cell:.0f}" if 1e15 <= cell < 1e16 else ""
            elif isinstance(cell, str) and len(cell) >= 7 and any(map(str.isdigit, cell)):
                text = _JOINED.sub("", cell).strip()
                text = text.replace(".", "") if _POINTED.fullmatch(text) else text
            else:
                continue
            if not text:
                continue
            for match in _SIXTEEN.findall(text):
                if _NIK.fullmatch(match):
                    return True
                sixteen += 1
            if _MASKED.search(text):
                return True
            rounded += bool(_ROUNDED.fullmatch(text.strip()))
    return max(sixteen, rounded) >= _FEW


def _heads(rows: Sequence[Sequence[object]]) -> bool:
    for row in rows[:_HEAD_ROWS]:
        keys = {_key(cell) for cell in row if isinstance(cell, str)}
        strong, child, weak = keys & _STRONG, keys & _CHILD, keys & _WEAK
        if 2 * len(strong) + len(child) + len(weak) >= (3 if strong else 4) and (strong or child):
            return True
    return False


def _key(cell: str) -> str:
    return re.sub(r"[^a-z]", "", cell.casefold())


def _births(rows: Sequence[Sequence[object]]) -> bool:
    """Return whether a column has dates of birth: by its header, or by dates with many names a village."""
    columns = _columns(rows)
    for column in columns:
        filled = [cell for cell in column if cell is not None]
        said = any(isinstance(cell, str) and "lahir" in cell.casefold() for cell in filled[:_HEAD_ROWS])
        days = [day for cell in filled if (day := _day(cell, serial=said)) > 0]
        if len(set(days)) < _LEAST_DAYS or len(days) < _LEAST_SHARE * len(filled):
            continue
        young = _SPAN[0] <= max(days) - min(days) <= _SPAN[1]
        if said or (young and _names_in_villages(columns)):
            return True
    return False


def _day(cell: object, *, serial: bool) -> int:
    if isinstance(cell, str):
        return parse_day(cell)
    if serial and isinstance(cell, float) and cell.is_integer() and _SERIALS[0] < cell < _SERIALS[1]:
        return int(cell)
    return 0


def _one_a_row(rows: Sequence[Sequence[object]]) -> bool:
    columns = _columns(rows)
    texts = [[_key(cell) for cell in column if isinstance(cell, str)] for column in columns]
    sexes = any(
        len(column) >= _LEAST_ROWS
        and sum(text in _SEXES for text in column) >= _DISTINCT * len(column)
        and len(set(column) & _SEXES) > 1
        for column in texts
    )
    return sexes and _names_in_villages(columns)


def _only_names(rows: Sequence[Sequence[object]]) -> bool:
    """Return whether a list without header has only names: a child and a parent a row, many a village.

    A list of villages has only one such column, or a header, or numbers.
    """
    said = any(
        isinstance(cell, str) and _PLACE.search(cell.casefold()) for row in rows[:_HEAD_ROWS] for cell in row
    )
    columns = [[cell for cell in column if cell is not None] for column in _columns(rows)]
    texts = [column for column in columns if column and not _holds_numbers(column)]
    if said or len(texts) < sum(bool(column) for column in columns):
        return False
    names = [
        column
        for column in texts
        if len(column) >= _LEAST_ROWS
        and len({_key(str(cell)) for cell in column}) >= _DISTINCT * len(column)
        and sum(str(cell).replace(" ", "").isalpha() for cell in column) >= _LEAST_SHARE * len(column)
    ]
    return len(names) > 1 and _names_in_villages(columns)


def _holds_numbers(column: Sequence[object]) -> bool:
    numbers = sum(not isinstance(cell, str) or any(map(str.isdigit, cell)) for cell in column)
    return 2 * numbers > len(column)


def _names_in_villages(columns: Sequence[Sequence[object]]) -> bool:
    """Return whether one text column is nearly unique by row, and another repeats as villages do."""
    texts = [
        [" ".join(cell.split()).casefold() for cell in column if isinstance(cell, str) and _key(cell)]
        for column in columns
    ]
    long = [column for column in texts if len(column) >= _LEAST_ROWS]
    names = any(
        len(set(column)) >= _DISTINCT * len(column)
        and sum(text.replace(" ", "").isalpha() for text in column) >= _LEAST_SHARE * len(column)
        for column in long
    )
    villages = any(1 < len(set(column)) * _ROWS_A_VILLAGE <= len(column) for column in long)
    return names and villages


def _columns(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    part = rows[:_SAMPLE_ROWS]
    width = max((len(row) for row in part), default=0)
    return [[row[at] if at < len(row) else None for row in part] for at in range(width)]
