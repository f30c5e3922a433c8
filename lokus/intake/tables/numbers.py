"""Parse numbers as Indonesian offices write them: ``1.234,5``, ``Rp420.032,00``, ``12,5 %``, ``NULL``."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from lokus.findings import Finding, Level, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = [
    "DITTO",
    "KINDS",
    "Numbers",
    "Percent",
    "Scaled",
    "explained",
    "forget_cells",
    "is_missing_marker",
    "number_findings",
    "parse_numbers",
    "parse_one",
    "tidy",
]

_MISSING = frozenset({
    "", "-", "--", "---", "–", "—", "−", ".", "..", "...", "…", "null", "none", "nan", "na", "n/a", "n.a",
    "n.a.", "nil", "tad", "t.a.d", "kosong", "belum ada", "belum ada data", "tidak ada data", "tdk ada data",
    "data belum ada",
})  # fmt: skip
_ERRORS = frozenset({"#n/a", "#na", "#div/0!", "#ref!", "#value!", "#name?", "#num!", "#null!"})
# Each pattern belongs to one convention; a text with two readings is "ambiguous".
_PLAIN = re.compile(r"\d+")
_SCIENTIFIC = re.compile(r"\d+(?:\.(?P<decimals>\d+))?[eE](?P<power>[+-]?\d{1,2})")
_ONE_POINT = re.compile(r"(\d*)\.(\d+)")
_ONE_COMMA = re.compile(r"(\d*),(\d+)")
_POINT_GROUPS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")
_COMMA_GROUPS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}")
_SPACE_GROUPS = re.compile(r"\d{1,3}( \d{3})+(,\d+)?")
DITTO = frozenset({
    '"', "'", "''", "”", "“", "″", "〃", ",,", '-"-', "-”-", "-//-", "-''-", "sda", "s.d.a", "s.d.a.",
    "s d a", "idem", "idem.", "sama dengan di atas", "sda.",
})  # fmt: skip
"""Marks for "the same as above"."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")
_WITH_UNIT = re.compile(r"[+−–-]?\d[\d.,]*\s*[^\W\d_][\w./²³ ]*")


class Percent(float):
    """A number shown as percent: 0.85 in the file, 85 % on the sheet; its value is 85.

    Examples
    --------
    >>> str(Percent.of(0.85)), Percent.of(0.07) + 0
    ('85 %', 7.0)
    """

    @classmethod
    def of(cls, stored: float, *, scale: float = 100.0) -> Percent:
        """Build it from the stored number."""
        return cls(Decimal(repr(float(stored))) * Decimal(scale)) if np.isfinite(stored) else cls(stored)

    def __str__(self) -> str:
        """Format it as shown on the sheet."""
        return f"{format_number(float(self), decimals=_decimals(float(self)))} %"

    __repr__ = __str__


class Scaled(float):
    """A number shown divided by thousands: 2166000 in the file, 2.166 on the sheet.

    Examples
    --------
    >>> str(Scaled.of(2_166_000.0, by=1000.0)), Scaled.of(5.0, by=1000.0) + 0
    ('2.166 (2.166.000)', 5.0)
    """

    shown: float

    @classmethod
    def of(cls, stored: float, *, by: float) -> Scaled:
        """Build it from the stored number and the divisor of its format."""
        made = cls(stored)
        made.shown = stored / by
        return made

    def __str__(self) -> str:
        """Format the shown and the stored number."""
        shown = f"{format_number(self.shown, decimals=_decimals(self.shown))}"
        return f"{shown} ({format_number(float(self), decimals=_decimals(float(self)))})"

    __repr__ = __str__


_REMEMBERED = 16384  # texts of cells: a table is read several times, and names and dashes repeat


def forget_cells() -> None:
    """Clear the cache of cell texts, so that texts of persons are not held in memory.

    Examples
    --------
    >>> forget_cells()
    """
    _marks_missing.cache_clear()
    read_text.cache_clear()


def is_missing_marker(cell: object) -> bool:
    """Return whether a cell is missing: blank, a dash, ``NULL``, ``n/a``, a spreadsheet error.

    Examples
    --------
    >>> [is_missing_marker(cell) for cell in (None, " - ", "n/a", "#N/A", 0.0, "Suka Maju")]
    [True, True, True, True, False, False]
    """
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return True
    return isinstance(cell, str) and _marks_missing(cell)


@lru_cache(maxsize=_REMEMBERED)
def _marks_missing(cell: str) -> bool:
    text = tidy(cell).casefold()
    return text in _MISSING or text in _ERRORS


def parse_one(cell: str) -> float | None:
    """Read one text as a number; None where it is missing or not a number.

    Examples
    --------
    >>> parse_one("41,11"), parse_one("Desa")
    (41.11, None)
    """
    value = read_text(cell)[0]
    return None if np.isnan(value) else value


def tidy(cell: object) -> str:
    """Remove outer spaces of every kind, and the apostrophe that marks text in a spreadsheet.

    Examples
    --------
    >>> tidy(" '0012 ")
    '0012'
    """
    return str(cell).replace("\u00a0", " ").replace("\u202f", " ").strip().removeprefix("'").strip()


def read_native(cell: object) -> tuple[float, str, str]:
    """Read a cell that is not a text; returns the same as :func:`read_text`."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return np.nan, "missing", ""
    if isinstance(cell, (int, float, np.integer, np.floating)) and not isinstance(cell, bool):
        value = float(cell)
        kind = "percent" if isinstance(cell, Percent) else "scaled" if isinstance(cell, Scaled) else "number"
        if np.isfinite(value):
            return value, kind, ""
        return np.nan, "missing" if np.isnan(value) else "error", ""
    return np.nan, "text", ""


@lru_cache(maxsize=_REMEMBERED)
def read_text(cell: str) -> tuple[float, str, str]:
    """Return the value, kind and the convention ("id", "us" or "") that the cell shows."""
    text = tidy(cell)
    folded = text.casefold()
    if folded in _MISSING:
        return np.nan, "missing", ""
    if folded in _ERRORS:
        return np.nan, "error", ""
    if folded in DITTO:
        return np.nan, "ditto", ""
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
    if np.isinf(value):  # hundreds of digits are no number of anything
        return np.nan, "text", ""
    if kind == "text":
        return np.nan, "date" if _DATE.fullmatch(folded) else "unit" if _unit(folded) else "text", ""
    if special and kind != "ambiguous":
        kind = special
    return sign * value, kind, convention


def _unit(text: str) -> bool:
    return bool(_WITH_UNIT.fullmatch(text))


def _read_unsigned(text: str) -> tuple[float, str, str]:
    if not text.isascii():
        return np.nan, "text", ""
    if _PLAIN.fullmatch(text):
        return float(text), "number", ""
    if match := _SCIENTIFIC.fullmatch(text):
        return float(text), "rounded" if _digits_lost(match) else "number", "us"
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


def _digits_lost(match: re.Match[str]) -> bool:
    """Return whether a spreadsheet program may have rounded: 2.17E+03 may be 2166, 2170 or 2174."""
    power = int(match["power"])
    return power > 0 and len(match["decimals"] or "") <= power


def _could_be_group(match: re.Match[str]) -> bool:
    """Return whether the digits after the separator may be thousands: ``1.234`` yes, ``0.685`` no."""
    whole, rest = match.groups()
    return len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")


def _id_value(text: str) -> float:
    return float(text.replace(".", "").replace(" ", "").replace(",", "."))


def _us_value(text: str) -> float:
    return float(text.replace(",", ""))


def settle(text: str, *, american: bool) -> tuple[float, str]:
    """Read an ambiguous cell by the convention of the rest of its column."""
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


KINDS = (
    "number", "missing", "error", "decimal_point", "decimal_comma", "thousands", "us", "percent", "currency",
    "ambiguous", "text", "date", "unit", "ditto", "rounded", "scaled",
)  # fmt: skip

_MAX_TEXT_FINDINGS = 20
_SHOWN_CELLS = 5


class Numbers(NamedTuple):
    """Parsed cells.

    Attributes
    ----------
    value : pandas.Series of float
        NaN where the cell is missing or not a number.
    kind : pandas.Series of str
        How each cell was read, one of :data:`KINDS`.
    """

    value: pd.Series
    kind: pd.Series


def parse_numbers(cells: pd.Series) -> Numbers:
    """Read cells as numbers; the convention of a column decides its ambiguous cells.

    ``1.234`` is one thousand two hundred thirty-four, unless the column has at least one unambiguous cell
    with a decimal point (``12.5``, ``1,234.5``) and none in Indonesian form. Where the column has neither or
    both, the Indonesian reading is used and the cell is marked as ambiguous.

    Parameters
    ----------
    cells : pandas.Series
        Strings, numbers or None.

    Returns
    -------
    Numbers
        Both Series have the index of `cells`.

    Examples
    --------
    >>> cells = pd.Series(["1.234,5", "Rp420.032,00", "12,5 %", "-", "1.234", "lima", 7.0])
    >>> values, kinds = parse_numbers(cells)
    >>> values.tolist()
    [1234.5, 420032.0, 12.5, nan, 1234.0, nan, 7.0]
    >>> kinds.tolist()
    ['thousands', 'currency', 'percent', 'missing', 'thousands', 'text', 'number']
    """
    raw = cells.tolist()
    known: dict[str, tuple[float, str, str]] = {}
    parts: list[tuple[float, str, str]] = []
    for cell in raw:
        if isinstance(cell, str):
            if cell not in known:
                known[cell] = read_text(cell)
            parts.append(known[cell])
        else:
            parts.append(read_native(cell))
    values = np.array([part[0] for part in parts], dtype=float)
    kinds = [part[1] for part in parts]
    proven = {part[2] for part in parts} - {""}
    if len(proven) == 1:
        american = proven == {"us"}
        for position, kind in enumerate(kinds):
            if kind == "ambiguous":
                values[position], kinds[position] = settle(tidy(raw[position]), american=american)
    return Numbers(
        pd.Series(values, index=cells.index, name=cells.name, dtype=float),
        pd.Series(kinds, index=cells.index, name=cells.name, dtype=object),
    )


def number_findings(numbers: Numbers, cells: pd.Series, *, where: Where, opd: str = "") -> list[Finding]:
    """Report how the numbers of a column were read.

    Each cell with text in a column of numbers is a blocking finding; every other conversion that is not
    trivial is one note for the column, with its count and first cells.

    Parameters
    ----------
    numbers : Numbers
        Result of :func:`parse_numbers` for `cells`.
    cells : pandas.Series
        The cells themselves; the index holds spreadsheet rows.
    where : Where
        File, sheet and column.
    opd : str, optional
        Office that owns the table.

    Examples
    --------
    >>> cells = pd.Series(["12", "dua belas"], index=[2, 3])
    >>> [found] = number_findings(parse_numbers(cells), cells, where=Where(file="gizi.xlsx"))
    >>> found.check, found.level, found.where.row
    ('numbers.text', 'blocking', 3)
    """
    findings: list[Finding] = []
    bad = cells[numbers.kind == "text"]
    for row, cell in bad.iloc[:_MAX_TEXT_FINDINGS].items():
        findings.append(
            Finding(
                check="numbers.text",
                level="blocking",
                opd=opd,
                where=_at(where, row),
                message=_('"{text}" is not a number; the value is left empty').format(text=_short(cell)),
                remedy=_("write a number there, or leave the cell empty when there are no data"),
            )
        )
    if len(bad) > _MAX_TEXT_FINDINGS:
        findings.append(
            Finding(
                check="numbers.text",
                level="blocking",
                opd=opd,
                where=where,
                message=_("{n} more cells of this column hold text instead of a number (rows {rows})").format(
                    n=len(bad) - _MAX_TEXT_FINDINGS, rows=_rows(bad.index[_MAX_TEXT_FINDINGS:])
                ),
                remedy=_("check whether this is the right column"),
            )
        )
    mixed = {"decimal_comma", "decimal_point"} <= set(numbers.kind)
    if mixed:
        findings.append(
            Finding(
                check="numbers.mixed",
                level="warning",
                opd=opd,
                where=where,
                message=_("decimal commas and decimal points are mixed: {cells}").format(
                    cells=_cells(cells, numbers, numbers.kind.isin(["decimal_comma", "decimal_point"]))
                ),
                remedy=_("check these cells against the source"),
            )
        )
    for kind, (level, text, remedy) in _explanations().items():
        chosen = numbers.kind == kind
        if chosen.any() and not (kind == "missing" and cells[chosen].isna().all()):
            if kind == "missing":
                chosen &= cells.map(lambda cell: isinstance(cell, str) and bool(tidy(cell)))
                if not chosen.any():
                    continue
            findings.append(
                Finding(
                    check=f"numbers.{kind}",
                    level=level,
                    opd=opd,
                    where=where,
                    message=text.format(
                        n=format_number(int(chosen.sum())), cells=_cells(cells, numbers, chosen)
                    ),
                    remedy=remedy,
                )
            )
    return findings


def explained() -> tuple[str, ...]:
    """Return the checks of :func:`number_findings` that have a remedy.

    Examples
    --------
    >>> "numbers.unit" in explained(), "numbers.thousands" in explained()
    (True, False)
    """
    return tuple(f"numbers.{kind}" for kind, (__, ___, remedy) in _explanations().items() if remedy)


def _explanations() -> dict[str, tuple[Level, str, str]]:
    again = _("check these cells against the source")
    return {
        "ambiguous": (
            "blocking",
            _("{n} cells can be read in two ways, as thousands or as decimals, and are left empty: {cells}"),
            _("write these cells without a sign for thousands"),
        ),
        "us": ("warning", _("{n} cells written with a comma for thousands: {cells}"), again),
        "decimal_comma": ("note", _("{n} cells with a decimal comma read as numbers: {cells}"), ""),
        "thousands": ("note", _("{n} cells with thousands separators read as numbers: {cells}"), ""),
        "percent": ("note", _("{n} cells with a percent sign read as percent: {cells}"), ""),
        "currency": ("note", _("{n} cells with Rp read as numbers: {cells}"), ""),
        "missing": ("note", _("{n} cells marked as empty are treated as no data: {cells}"), ""),
        "date": (
            "blocking",
            _("{n} cells hold a date where a number is due; they are left empty: {cells}"),
            _(
                "the spreadsheet program took a number for a date: write the number again, as text or with a "
                "number format"
            ),
        ),
        "rounded": (
            "blocking",
            _("{n} cells are written with a power of ten, which hides digits; they are left empty: {cells}"),
            _("give the column a plain number format in the workbook, and save the file again"),
        ),
        "scaled": (
            "blocking",
            _(
                "{n} cells are shown in thousands by their number format, so that sheet and file differ by a "
                "thousand; they are left empty: {cells}"
            ),
            _("give these cells a plain number format, and write the number that is meant"),
        ),
        "unit": (
            "blocking",
            _("{n} cells hold a number with a word behind it; they are left empty: {cells}"),
            _("write only the number in these cells"),
        ),
        "ditto": (
            "blocking",
            _('{n} cells hold a mark for "as above" instead of a number; they are left empty: {cells}'),
            _("write the number itself in these cells"),
        ),
    }


def _cells(cells: pd.Series, numbers: Numbers, chosen: pd.Series) -> str:
    first = cells[chosen].iloc[:_SHOWN_CELLS]
    shown = []
    read_as = numbers.value[chosen & (numbers.kind != "ambiguous")].reindex(first.index).tolist()
    for (row, cell), value in zip(first.items(), read_as, strict=False):
        read = "" if np.isnan(value) else f" → {format_number(value, decimals=_decimals(value))}"
        shown.append(_('row {row} "{text}"').format(row=row, text=_short(cell)) + read)
    more = int(chosen.sum()) - len(first)
    return "; ".join(shown) + (f"; … +{more}" if more else "")


def _decimals(value: float) -> int:
    return next((digits for digits in range(5) if abs(value - round(value, digits)) < 1e-9), 5)


def _rows(rows: pd.Index) -> str:
    listed = [str(row) for row in rows[:10]]
    return ", ".join(listed) + (", …" if len(rows) > 10 else "")


def _at(where: Where, row: object) -> Where:
    return Where(file=where.file, sheet=where.sheet, column=where.column, row=int(str(row)))


def _short(cell: object) -> str:
    text = " ".join(str(cell).split())
    return text if len(text) <= 40 else text[:39] + "…"
