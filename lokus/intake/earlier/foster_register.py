"""Read the filled register of foster parents: counts by village and period, never persons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from lokus.errors import InputError, name_some
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.recognise import PersonsError
from lokus.intake.tables.numbers import is_missing_marker, parse_numbers, tidy
from lokus.intake.tables.tables import RawTable, read_table
from lokus.places.names import normalise_name

__all__ = ["FOSTER_COUNTS", "FOSTER_HEADS", "FOSTER_HELP", "FOSTER_PLACE", "read_foster_register"]

FOSTER_HEADS: Mapping[str, str] = {
    "kode_desa": "Kode desa",
    "periode": "Periode",
    "berjanji": "Orang tua asuh yang berjanji",
    "memberi": "Orang tua asuh yang sudah memberi",
    "anak": "Anak terjangkau",
    "kunjungan": "Kunjungan",
    "jenis": "Jenis bantuan",
}
"""Headings of the sheet that is handed out, the same in every language: they are read back."""
FOSTER_PLACE: Mapping[str, str] = {
    "kecamatan": "Kecamatan",
    "desa": "Desa/Kelurahan",
    "perkiraan": "Perkiraan anak stunting",
}
"""Further columns of that sheet; any other is refused, since it may hold names."""
FOSTER_COUNTS = ("berjanji", "memberi", "anak", "kunjungan")
FOSTER_HELP = ("nutrisi", "air bersih", "jamban", "rumah", "edukasi", "lainnya")
"""Kinds of help of Genting, and anything else."""

_MOST = 99_999  # of one village; a longer number is a telephone number or the like
_LONG = re.compile(r"\d{16}")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.'-]+(?=\d)")


def read_foster_register(
    paths: Sequence[str | Path], *, villages: pd.DataFrame, periods: Sequence[str]
) -> pd.DataFrame:
    r"""Read the filled registers of foster parents.

    Parameters
    ----------
    paths : sequence of str or Path
    villages : DataFrame, index ``kode_desa``
        ``desa``.
    periods : sequence of str
        Periods that the register may state.

    Returns
    -------
    DataFrame
        ``kode_desa``, ``periode``, the counts ``berjanji``, ``memberi``, ``anak`` and ``kunjungan`` (missing
        where the cell is empty), and ``jenis``, kinds of help joined by "; ". Rows without a count and a kind
        are left out.

    Raises
    ------
    PersonsError
        A file holds a number of 16 digits, or rows of persons; nothing of it is quoted, here and below.
    InputError
        There is a column that the register does not have; a village, period or kind of help is unknown; a
        number is none; more foster parents gave than pledged; children were reached though nobody gave; a
        village has two rows for one period.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "register.csv"
    >>> head = ";".join(FOSTER_HEADS.values())
    >>> row = "9901012001;Semester 1 Tahun 2026;4;3;9;6;nutrisi; jamban"
    >>> _size = path.write_text(f'{head}\n{row.replace("nutrisi; jamban", "nutrisi, jamban")}\n')
    >>> villages = pd.DataFrame({"desa": ["Alai"]}, index=["9901012001"])
    >>> found = read_foster_register([path], villages=villages, periods=["Semester 1 Tahun 2026"])
    >>> found[["anak", "jenis"]].to_numpy().tolist()
    [[9.0, 'nutrisi; jamban']]
    """
    parts = [(Path(path), _read(Path(path), villages=villages, periods=periods)) for path in paths]
    seen: dict[tuple[str, str], str] = {}
    for path, rows in parts:
        for number, kode, period in zip(rows.index, rows["kode_desa"], rows["periode"], strict=True):
            if (kode, period) in seen:
                raise InputError(
                    _("village {kode} has a row for {period} already, in {where}").format(
                        kode=kode, period=period, where=seen[kode, period]
                    ),
                    where=Where(file=path.name, row=int(number)),
                    remedy=_("leave one row for each village and period, with all its foster parents"),
                )
            seen[kode, period] = str(Where(file=path.name, row=int(number)))
    if not parts:
        return pd.DataFrame(columns=list(FOSTER_HEADS))
    return pd.concat([rows for __, rows in parts], ignore_index=True)


def _read(path: Path, *, villages: pd.DataFrame, periods: Sequence[str]) -> pd.DataFrame:
    try:
        raw = read_table(path, columns=list(FOSTER_HEADS.values()))
    except PersonsError:  # whose remedy is that of a table of a study
        raise _of_persons(path) from None
    _refuse_persons(path, raw)
    named = {tidy(head).casefold(): head for head in raw.data.columns}
    known = {head.casefold(): key for key, head in {**FOSTER_PLACE, **FOSTER_HEADS}.items()}
    strange = [head for folded, head in named.items() if folded not in known]
    if strange:
        raise InputError(
            _("the register has no such columns: {columns}").format(columns=name_some(strange)),
            where=raw.where,
            remedy=_(
                "delete these columns: the register holds numbers by village, and no names, addresses or "
                "other data of persons"
            ),
        )
    rows = pd.DataFrame({key: raw.data[named[folded]] for folded, key in known.items() if folded in named})
    wanted = [*FOSTER_COUNTS, "jenis"]
    rows = rows[[not all(map(is_missing_marker, cells)) for cells in rows[wanted].to_numpy()]]
    if rows.empty:
        return pd.DataFrame(columns=list(FOSTER_HEADS))
    for key in ("kode_desa", "periode", "jenis"):
        rows[key] = ["" if is_missing_marker(cell) else " ".join(tidy(cell).split()) for cell in rows[key]]
    rows["kode_desa"] = rows["kode_desa"].str.replace(r"\D", "", regex=True)
    _refuse(path, rows, "kode_desa", ~rows["kode_desa"].isin(villages.index), _("take the rows of the form"))
    _refuse_other_names(path, rows, villages)
    words = {period.casefold(): period for period in periods}
    folded_periods = rows["periode"].str.casefold()
    _refuse(
        path, rows, "periode", ~folded_periods.isin(list(words)),
        _("write one of: {words}").format(words="; ".join(periods)),
    )  # fmt: skip
    rows["periode"] = folded_periods.map(words)
    kinds = [
        [part.strip().casefold() for part in re.split(r"[;,/]", text) if part.strip()]
        for text in rows["jenis"]
    ]
    other = pd.Series([any(kind not in FOSTER_HELP for kind in own) for own in kinds], index=rows.index)
    if other.any():  # the text may be a name: it is not quoted
        raise InputError(
            _("{n} rows state something else than a kind of help").format(n=int(other.sum())),
            where=Where(file=path.name, column=FOSTER_HEADS["jenis"], row=int(rows.index[other][0])),
            remedy=_("write one of: {words}").format(words="; ".join(FOSTER_HELP)),
        )
    rows["jenis"] = ["; ".join(kind for kind in FOSTER_HELP if kind in own) for own in kinds]
    for key in FOSTER_COUNTS:
        numbers = parse_numbers(rows[key])
        empty = pd.Series([is_missing_marker(cell) for cell in rows[key]], index=rows.index)
        wrong = ~empty & (
            numbers.value.isna() | (numbers.value < 0) | (numbers.value % 1 != 0) | (numbers.value > _MOST)
        )
        _refuse(path, rows, key, wrong, _("write a whole number, or leave the cell empty if it is not known"))
        rows[key] = numbers.value.astype(float)
    _refuse(
        path, rows, "memberi", rows["memberi"] > rows["berjanji"],
        _("those who gave are counted among those who pledged"),
    )  # fmt: skip
    _refuse(
        path, rows, "anak", (rows["memberi"] == 0) & (rows["anak"] > 0),
        _("a child is reached once a foster parent gave; check both numbers"),
    )  # fmt: skip
    return rows[list(FOSTER_HEADS)]


def _refuse_persons(path: Path, raw: RawTable) -> None:
    cells = (*raw.title_lines, *raw.data.to_numpy().ravel(), *raw.totals.to_numpy().ravel())
    long = any(_LONG.search(_BETWEEN_DIGITS.sub("", _digits(cell))) for cell in cells)
    if long or any(one.check == "tables.persons" for one in raw.findings):
        raise _of_persons(path)


def _of_persons(path: Path) -> PersonsError:
    return PersonsError(
        _("the register holds data of persons, such as a number of 16 digits; none of it is used or shown"),
        where=Where(file=path.name),
        remedy=_("delete what belongs to a person: the register holds numbers by village only"),
    )


def _digits(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell == cell and abs(cell) < 1e17 else ""  # NaN is no number
    return "" if cell is None else str(cell)


def _refuse_other_names(path: Path, rows: pd.DataFrame, villages: pd.DataFrame) -> None:
    """Refuse a row whose name is not that of its code: one of the two columns was sorted alone."""
    if "desa" not in rows:
        return
    official = rows["kode_desa"].map(villages["desa"])
    other = pd.Series(
        [
            not is_missing_marker(told) and normalise_name(str(told)) != normalise_name(str(name))
            for told, name in zip(rows["desa"], official, strict=True)
        ],
        index=rows.index,
        dtype=bool,
    )
    if other.any():
        raise InputError(
            _("{n} rows have a code and a name of different villages").format(n=int(other.sum())),
            where=Where(file=path.name, column=FOSTER_PLACE["desa"], row=int(rows.index[other][0])),
            remedy=_("take code and name from the form; sort whole rows, never one column"),
        )


def _refuse(path: Path, rows: pd.DataFrame, key: str, wrong: pd.Series[bool], remedy: str) -> None:
    if not wrong.any():
        return
    raise InputError(  # what stands there may belong to a person: it is not quoted
        _("{n} rows cannot be used").format(n=int(wrong.sum())),
        where=Where(file=path.name, column=FOSTER_HEADS[key], row=int(rows.index[wrong][0])),
        remedy=remedy,
    )
