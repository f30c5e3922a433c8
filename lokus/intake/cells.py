"""One cell as a number: the ways Indonesian offices write numbers, and the marks they use for "nothing"."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

__all__ = ["is_missing_marker", "parse_one", "read_native", "read_text", "settle", "tidy"]

_MISSING = frozenset({
    "", "-", "--", "---", "–", "—", "−", ".", "..", "...", "…", "null", "none", "nan", "na", "n/a", "n.a",
    "n.a.", "nil", "tad", "t.a.d", "kosong", "belum ada", "belum ada data", "tidak ada data", "tdk ada data",
    "data belum ada",
})  # fmt: skip
_ERRORS = frozenset({"#n/a", "#na", "#div/0!", "#ref!", "#value!", "#name?", "#num!", "#null!"})
# Each pattern belongs to one convention; what two conventions read differently is "ambiguous".
_PLAIN = re.compile(r"\d+")
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE][+-]?\d{1,2}")
_ONE_POINT = re.compile(r"(\d*)\.(\d+)")
_ONE_COMMA = re.compile(r"(\d*),(\d+)")
_POINT_GROUPS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")
_COMMA_GROUPS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}")
_SPACE_GROUPS = re.compile(r"\d{1,3}( \d{3})+(,\d+)?")


def is_missing_marker(cell: object) -> bool:
    """Whether a cell holds nothing: blank, a dash, ``NULL``, ``n/a``, a spreadsheet error.

    Examples
    --------
    >>> [is_missing_marker(cell) for cell in (None, " - ", "n/a", "#N/A", 0.0, "Suka Maju")]
    [True, True, True, True, False, False]
    """
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return True
    text = tidy(cell).casefold() if isinstance(cell, str) else ""
    return isinstance(cell, str) and (text in _MISSING or text in _ERRORS)


def parse_one(cell: str) -> float | None:
    """Read one text as a number; None when it is missing or not a number.

    Examples
    --------
    >>> parse_one("41,11"), parse_one("Desa")
    (41.11, None)
    """
    value = read_text(cell)[0]
    return None if np.isnan(value) else value


def tidy(cell: object) -> str:
    """Take off outer spaces of every kind, and the apostrophe that marks text in a spreadsheet."""
    return str(cell).replace("\u00a0", " ").replace("\u202f", " ").strip().removeprefix("'").strip()


def read_native(cell: object) -> tuple[float, str, str]:
    """Read a cell that is no text; as :func:`read_text`."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return np.nan, "missing", ""
    if isinstance(cell, (int, float, np.integer, np.floating)) and not isinstance(cell, bool):
        value = float(cell)
        return (value, "number", "") if np.isfinite(value) else (np.nan, "missing", "")
    return np.nan, "text", ""


def read_text(cell: str) -> tuple[float, str, str]:
    """Value, kind and the convention ("id", "us" or "") that the cell proves."""
    text = tidy(cell)
    folded = text.casefold()
    if folded in _MISSING:
        return np.nan, "missing", ""
    if folded in _ERRORS:
        return np.nan, "error", ""
    special = ""
    if folded.startswith("rp"):
        special, text = "currency", text[2:].lstrip(".").strip()
        text = text.removesuffix(",-").removesuffix(".-").strip()
    elif text.endswith("%"):
        special, text = "percent", text[:-1].strip()
    sign = 1.0
    if text[:1] in ("-", "−", "–", "+") and len(text) > 1:
        sign, text = (1.0 if text[0] == "+" else -1.0), text[1:].strip()
    value, kind, convention = _read_unsigned(text)
    if kind == "text":
        return np.nan, "text", ""
    if special and kind != "ambiguous":
        kind = special
    return sign * value, kind, convention


def _read_unsigned(text: str) -> tuple[float, str, str]:
    if not text.isascii():
        return np.nan, "text", ""
    if _PLAIN.fullmatch(text):
        return float(text), "number", ""
    if _SCIENTIFIC.fullmatch(text):
        return float(text), "number", "us"
    if match := _ONE_POINT.fullmatch(text):
        if _could_be_group(match):
            return _id_value(text), "ambiguous", ""
        return float(text), "decimal_point", "us"
    if match := _ONE_COMMA.fullmatch(text):
        return (
            _id_value(text),
            ("ambiguous" if _could_be_group(match) else "decimal_comma"),
            ("" if _could_be_group(match) else "id"),
        )
    for pattern, read, kind, convention in _GROUPED:
        if pattern.fullmatch(text):
            return read(text), kind, convention
    return np.nan, "text", ""


def _could_be_group(match: re.Match[str]) -> bool:
    """Whether what follows the separator may be a group of thousands: ``1.234`` yes, ``0.685`` no."""
    whole, rest = match.groups()
    return len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")


def _id_value(text: str) -> float:
    return float(text.replace(".", "").replace(" ", "").replace(",", "."))


def _us_value(text: str) -> float:
    return float(text.replace(",", ""))


def settle(text: str, *, american: bool) -> tuple[float, str]:
    """Read an ambiguous cell by the convention that the rest of its column proves."""
    match = _EITHER.search(text)
    assert match is not None  # noqa: S101 - only cells that held this pattern are called ambiguous
    sign = -1.0 if set(text[: match.start()]) & set("-−–") else 1.0
    point = "." in match.group()
    kinds = ("decimal_point", "us") if american else ("thousands", "decimal_comma")
    read = _us_value if american else _id_value
    return sign * read(match.group()), kinds[0 if point else 1]


_GROUPED: tuple[tuple[re.Pattern[str], Callable[[str], float], str, str], ...] = (
    (_POINT_GROUPS, _id_value, "thousands", "id"),
    (_SPACE_GROUPS, _id_value, "thousands", "id"),
    (_COMMA_GROUPS, _us_value, "us", "us"),
)
