"""Parse cells of child-level exports: days, z-scores, and identifiers of a child."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from lokus.intake.tables.numbers import is_missing_marker, tidy

__all__ = [
    "LAST_DAY",
    "MISSING",
    "UNREADABLE",
    "Lookup",
    "day_number",
    "day_text",
    "has_height",
    "is_no_village",
    "is_personal_number",
    "kabupaten_text",
    "letters",
    "parse_day",
    "parse_z",
    "place_text",
]

MISSING, UNREADABLE = 0, -1
_EPOCH = dt.date(1989, 12, 31)  # day 1 is 1 January 1990; 16 bits of days reach the year 2169
LAST_DAY = 2**16 - 1
_MAX_KNOWN = 200_000

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb peb februari pebruari february", "mar mrt maret march", "apr april",
            "mei may", "jun juni june", "jul juli july", "agu ags agt agustus aug august",
            "sep sept september", "okt oktober oct october", "nov nop november nopember",
            "des desember dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})")
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})")
_WORDED = re.compile(r"(?P<d>\d{1,2})[-/. ]+(?P<m>[a-z]{3,9})\.?[-/. ]+(?P<y>\d{4})")
_CLOCK = re.compile(r"(?<=\d)[t ]+\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?( ?(wib|wita|wit|z))?$")
_Z = re.compile(r"[-−–+]?(\d+[.,]?\d*|[.,]\d+)")
_NOT_LETTER = re.compile(r"[^A-Za-z0-9]+")
_KABUPATEN = re.compile(r"KAB(UPATEN)?[. ]+")
_NUMBER_ONLY = re.compile(r"[-−]?\d[\d.,*\s]*")
_PERSONAL_NUMBER = re.compile(r"[1-9][0-9]{15}")


class Lookup:
    """Converts a column by its distinct texts, and caches the value of each.

    Parameters
    ----------
    parse : callable
        Text → number. The number for a cell without text is `missing`.
    missing : float
    dtype : numpy dtype

    Examples
    --------
    >>> Lookup(parse_z, missing=np.nan, dtype=np.float64)(pd.Series(["-2,10", None, "-2,10"], dtype=object))
    array([-2.1,  nan, -2.1])
    """

    def __init__(self, parse: Callable[[str], float], *, missing: float, dtype: type) -> None:
        self._parse, self._missing, self._dtype = parse, missing, dtype
        self._known: dict[str, float] = {}

    def __call__(self, cells: pd.Series) -> np.ndarray:
        """Return the numbers of `cells`, in order."""
        codes, texts = pd.factorize(cells)
        known = self._known
        if len(known) + len(texts) > _MAX_KNOWN:
            known.clear()
        for text in texts:
            if text not in known:
                known[text] = self._parse(str(text))
        # A cell without text has code -1, the last entry.
        values: np.ndarray = np.array([*(known[text] for text in texts), self._missing], dtype=self._dtype)
        return np.asarray(values[codes])


def parse_day(text: str) -> int:
    """Read a date as day number; 0 where there is none, -1 where it cannot be read.

    The year may be first or last, the day comes before the month, and the month is a number or a word.

    Examples
    --------
    >>> [parse_day(text) for text in ("2026-02-05", "05/02/2026", "5 Februari 2026", "-", "02/13/2026")]
    [13185, 13185, 13185, 0, -1]
    """
    if is_missing_marker(text):
        return MISSING
    plain = _CLOCK.sub("", tidy(text).casefold()).strip()
    match = _ISO.fullmatch(plain) or _DAY_FIRST.fullmatch(plain) or _WORDED.fullmatch(plain)
    if match is None:
        return UNREADABLE
    month = match["m"]
    try:
        day = dt.date(
            int(match["y"]), int(month) if month.isdigit() else _MONTHS.get(month, 0), int(match["d"])
        )
    except ValueError:
        return UNREADABLE
    return day_number(day) if 0 < (day - _EPOCH).days <= LAST_DAY else UNREADABLE


def day_number(day: dt.date) -> int:
    """Count the days from 1 January 1990, which is 1.

    Examples
    --------
    >>> day_number(dt.date(1990, 1, 1)), day_number(dt.date(1990, 2, 1))
    (1, 32)
    """
    return (day - _EPOCH).days


def day_text(number: int) -> str:
    """Format a day number as an ISO date.

    Examples
    --------
    >>> day_text(13185)
    '2026-02-05'
    """
    return (_EPOCH + dt.timedelta(days=number)).isoformat()


def parse_z(text: str) -> float:
    """Read a z-score, decimal comma or point; NaN when there is none, infinite when it cannot be read.

    Three digits after the comma are decimals, since no z-score has thousands.

    Examples
    --------
    >>> [parse_z(text) for text in ("-2,31", "−1.5", "-1,234", "", "pendek")]
    [-2.31, -1.5, -1.234, nan, inf]
    """
    if is_missing_marker(text):
        return np.nan
    plain = tidy(text)
    if not plain.isascii():
        plain = plain.replace("−", "-").replace("–", "-")
    if not plain.isascii() or not _Z.fullmatch(plain) or len(plain) > 12:
        return np.inf
    return float(plain.replace(",", "."))


def has_height(text: str) -> float:
    """Return 1 where the cell has a height, 0 where it is blank or 0.

    Examples
    --------
    >>> has_height("81,3"), has_height("0"), has_height("-")
    (1, 0, 0)
    """
    if is_missing_marker(text):
        return 0
    return int(bool(tidy(text).strip("0.,")))


def is_personal_number(text: str) -> bool:
    """Return whether a text is a complete NIK: 16 digits, not masked, not one digit repeated.

    Examples
    --------
    >>> [is_personal_number(t) for t in ("9901010202230001", "9901********0001", "9999999999999999", "")]
    [True, False, False, False]
    """
    return bool(_PERSONAL_NUMBER.fullmatch(text)) and text.strip(text[0]) != ""


def letters(text: str) -> str:
    """Return letters and digits of a name in upper case, so that spellings do not split a child.

    Examples
    --------
    >>> letters("Anak  Contoh, 01") == letters("ANAK CONTOH 01")
    True
    """
    return _NOT_LETTER.sub("", text).upper()


def place_text(text: object) -> str:
    """Return the name of a kecamatan or village in upper case with single spaces; empty where there is none.

    Examples
    --------
    >>> place_text(" Suka  Maju ")
    'SUKA MAJU'
    """
    return "" if is_missing_marker(text) else " ".join(tidy(text).split()).upper()


def kabupaten_text(text: object) -> str:
    """Return the name of a kabupaten or kota without the word *kabupaten*; "kota" is retained.

    Examples
    --------
    >>> kabupaten_text("Kab. Bogor"), kabupaten_text("BOGOR"), kabupaten_text("Kota  Bogor")
    ('BOGOR', 'BOGOR', 'KOTA BOGOR')
    """
    return _KABUPATEN.sub("", place_text(text))


def is_no_village(text: str) -> bool:
    """Whether what stands for a village is a number or a day, as where columns are shifted.

    Examples
    --------
    >>> [is_no_village(text) for text in ("9901010202230001", "2026-02-03", "12,5", "Suka Maju 2", "")]
    [True, True, True, False, False]
    """
    plain = tidy(text)
    return parse_day(plain) > 0 or bool(_NUMBER_ONLY.fullmatch(plain))
