"""Read a column as an indicator: interpret its numbers as counts or shares.

From a cell alone it is unknown whether ``0.85`` is 85 % or less than one percent, or whether ``1.630`` is a
decimal. The number format of the cell decides where the file has one; counts are whole; shares lie between 0
and 100. Values that remain ambiguous are not guessed: they are left missing and hold the proposal back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lokus.findings import Finding, Level, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.tables.numbers import (
    Numbers,
    Percent,
    is_missing_marker,
    number_findings,
    parse_numbers,
    tidy,
)
from lokus.intake.tables.presence import PRESENT_UNIT, STATUS_UNIT, read_presence, read_status
from lokus.places.kode import compress_rows

if TYPE_CHECKING:
    from lokus.intake.indicators.indicator import Indicator

__all__ = ["ColumnFacts", "Scale", "as_counts", "read_column"]

Scale = Literal["percent", "fraction", "mixed"]

_GROUP = re.compile(r"[+−–-]?[1-9]\d{0,2}[.,]\d{3}")
_ZERO_GROUP = re.compile(r"[+−–-]?[1-9]\d{0,2}[.,]000")
_SHARE_HEADING = re.compile(r"%|persen|prevalensi", re.IGNORECASE)
_LOST_RESULT = frozenset({"#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!"})
# Excel's day numbers of 2000 to 2050.
_FIRST_DAY, _LAST_DAY = 36_526, 54_789
_FAR = 20.0
_GAP = 5.0
_ODDLY_LARGE_PERCENT = 200.0
_FEW = 5
_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """Facts of the file about the cells of one column, by spreadsheet row.

    Attributes
    ----------
    formulas : mapping of int to str
        Formulas.
    stale : frozenset of int
        Rows whose formula has no stored result, or a stored zero that its cells contradict.
    shared : mapping of int to tuple of int
        Rows of values merged over several villages, mapped to all rows of the merge.
    across : frozenset of int
        Rows where the cell is merged with the next column.
    formats : bool
        Whether the file states which cells are percentages.
    silent : bool
        Whether an empty cell may be an error that the file does not show.
    """

    formulas: Mapping[int, str] = field(default_factory=dict)
    stale: frozenset[int] = frozenset()
    shared: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    across: frozenset[int] = frozenset()
    formats: bool = False
    silent: bool = False


def read_column(
    cells: pd.Series,
    item: Indicator,
    *,
    where: Where,
    scale: Scale | None = None,
    facts: ColumnFacts | None = None,
) -> tuple[pd.Series, list[Finding]]:
    """Read the cells of a column as values of an indicator.

    Parameters
    ----------
    cells : pandas.Series
        Strings, numbers or None; the index holds spreadsheet rows.
    item : Indicator
    where : Where
        File, sheet and column.
    scale : {"percent", "fraction", "mixed"}, optional
        Scale of a share without a percent sign, stated by the study: as it is, all times 100, or times 100
        where at most 1. Leave it out unless a finding asks for it.
    facts : ColumnFacts, optional

    Returns
    -------
    value : pandas.Series of float
        NaN where the cell is missing or ambiguous.
    findings : list of Finding

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> catalogue = load_catalogue()
    >>> read_column(pd.Series(["1.630", "1,029", "897"]), catalogue["keluarga"], where=Where())[0].tolist()
    [1630.0, 1029.0, 897.0]
    >>> value, findings = read_column(pd.Series([0.85, 86.0]), catalogue["sanitasi_layak"], where=Where())
    >>> value.isna().tolist(), findings[0].check
    ([True, False], 'join.fraction')
    """
    if item.unit == PRESENT_UNIT:
        return read_presence(cells, where=where)
    if item.unit == STATUS_UNIT:
        return read_status(cells, where=where)
    numbers = _settled(parse_numbers(cells), cells, item)
    column = _Column(numbers.value.copy(), numbers.kind, cells, item, where, facts or ColumnFacts(), [])
    column.findings += number_findings(numbers, cells, where=where)
    column.ambiguous()
    column.money()
    column.errors()
    column.formulas()
    if item.is_share:
        column.as_share(scale)
    else:
        column.percentages_elsewhere()
    if item.is_count:
        column.as_count()
    column.merged()
    column.silent()
    return column.value, column.findings


def as_counts(cells: pd.Series) -> pd.Series:
    """Read cells as whole numbers, without findings about other cells.

    Examples
    --------
    >>> as_counts(pd.Series(["1.630", 7.0, "lima"])).tolist()
    [1630.0, 7.0, nan]
    """
    value = parse_numbers(cells).value
    grouped = [
        float(re.sub(r"[.,]", "", tidy(cell)))
        if isinstance(cell, str) and _GROUP.fullmatch(tidy(cell).replace("−", "-").replace("–", "-"))
        else None
        for cell in cells
    ]
    return pd.Series(
        [one if one is not None else other for one, other in zip(grouped, value, strict=True)],
        index=cells.index,
        dtype=float,
    ).where(np.isfinite)


def _settled(numbers: Numbers, cells: pd.Series, item: Indicator) -> Numbers:
    """Interpret groups of three digits by the indicator: whole, or never as large as a thousand."""
    values, kinds = numbers.value.to_list(), numbers.kind.to_list()
    for position, cell in enumerate(cells):
        if not isinstance(cell, str) or not _GROUP.fullmatch(
            text := tidy(cell).replace("−", "-").replace("–", "-")
        ):
            continue
        if item.is_count:
            values[position], kinds[position] = float(re.sub(r"[.,]", "", text)), "thousands"
        elif item.maximum < 1000:
            values[position] = float(text.replace(",", "."))
            kinds[position] = "decimal_comma" if "," in text else "decimal_point"
    return Numbers(
        pd.Series(values, index=cells.index, dtype=float), pd.Series(kinds, index=cells.index, dtype=object)
    )


@dataclass
class _Column:
    value: pd.Series
    kind: pd.Series
    cells: pd.Series
    item: Indicator
    where: Where
    facts: ColumnFacts
    findings: list[Finding]

    def block(
        self, check: str, rows: pd.Series, message: str, remedy: str, level: Level = "blocking"
    ) -> None:
        first = self.cells[rows].index
        self.findings.append(
            Finding(
                check=check,
                level=level,
                where=Where(
                    file=self.where.file,
                    sheet=self.where.sheet,
                    column=self.where.column,
                    row=int(first[0]) if len(first) else None,
                ),
                message=message,
                remedy=remedy,
            )
        )

    def ambiguous(self) -> None:
        """Remove values that are ambiguous, or that the cell hides."""
        self.value[self.kind.isin(["ambiguous", "rounded", "scaled"])] = np.nan

    def money(self) -> None:
        """Report amounts of money in a column of counts or shares."""
        rows = self.kind.eq("currency")
        if not rows.any() or not (self.item.is_count or self.item.is_share):
            return
        self.block(
            "numbers.money",
            rows,
            _("{n} cells are sums of money, but {label} is none: {cells}; they are left empty").format(
                n=format_number(int(rows.sum())), label=self.item.label, cells=self.shown(rows)
            ),
            _("name the column that holds the indicator, or write these numbers again without Rp"),
        )
        self.value[rows] = np.nan

    def errors(self) -> None:
        """Report the cells with a spreadsheet error, which may hide a value."""
        lost = self.kind.eq("error") & self.cells.map(lambda cell: tidy(cell).upper() in _LOST_RESULT)
        other = self.kind.eq("error") & ~lost
        text = _("{n} cells hold a spreadsheet error and are treated as no data: {cells}")
        remedy = _("mend the formula in the workbook and save it again")
        for rows, level in ((lost, "blocking"), (other, "warning")):
            if rows.any():
                message = text.format(n=format_number(int(rows.sum())), cells=self.shown(rows))
                self.block("numbers.error", rows, message, remedy, level)  # type: ignore[arg-type]

    def formulas(self) -> None:
        """Remove results of formulas that were never calculated."""
        rows = pd.Series(self.cells.index.isin(list(self.facts.stale)), index=self.cells.index)
        if not rows.any():
            return
        self.value[rows] = np.nan
        formula = next((self.facts.formulas[int(row)] for row in self.cells.index[rows]), "")
        self.block(
            "numbers.formula",
            rows,
            _(
                "{n} cells hold a formula ({formula}) whose result was not calculated when the file "
                "was saved: "
                "{cells}; they are left empty"
            ).format(n=format_number(int(rows.sum())), formula=f"={formula}", cells=self.shown(rows)),
            _("open the file in a spreadsheet program, let it calculate, and save it again"),
        )

    def as_share(self, scale: Scale | None) -> None:
        """Convert a share to percent, or remove values that may be a hundred times too small."""
        unsettled = self.value.notna() & self.kind.ne("percent")
        if scale == "fraction":
            self.value = self.value.where(~unsettled, self.value * 100)
        elif scale == "mixed":
            self.value = self.value.where(~(unsettled & (self.value <= 1)), self.value * 100)
        elif scale is None:
            self._unsettled_shares(unsettled)
        if scale != "percent":
            self._small_percentages()
        shown = self.cells.map(lambda cell: isinstance(cell, Percent)).astype(bool)
        odd = shown & (self.value >= _ODDLY_LARGE_PERCENT)
        if odd.any():
            cell = self.value[odd].iloc[0]
            self.block(
                "join.percent_format",
                odd,
                _(
                    "{n} cells have a percent format but hold numbers that are percentages already: {cells}; "
                    "{large} % may be {small} %; they are left empty"
                ).format(
                    n=format_number(int(odd.sum())), cells=self.shown(odd),
                    large=_number(cell), small=_number(cell / 100),
                ),
                _("take the percent format off these cells, or write the numbers again with a percent sign"),
            )  # fmt: skip
            self.value[odd] = np.nan

    def _unsettled_shares(self, unsettled: pd.Series) -> None:
        small = unsettled & (self.value > 0) & (self.value <= 1)
        if not small.any():
            return
        others = self.value[self.value.notna() & ~small & (self.value > 1)]
        if len(others) and self._truly_small(small, others):
            return
        silent = "" if self.facts.formats else " " + _("(this kind of file does not tell cell formats)")
        first = float(self.value[small].iloc[0])
        if len(others):
            message = _(
                "{n} values lie between 0 and 1 beside {m} above 1: {cells}; {first} may be {first} % or "
                "{hundred} %, while others are such as {other} %; {label} is a percentage from 0 to 100"
            )
        else:
            message = _(
                "all {n} values lie between 0 and 1, but {label} is a percentage from 0 to 100: {cells}; "
                "{first} may be {first} % or {hundred} %"
            )
        self.block(
            "join.fraction",
            small,
            message.format(
                n=format_number(int((small if len(others) else unsettled).sum())),
                m=len(others),
                cells=self.shown(small),
                first=_number(first),
                hundred=_number(100 * first),
                other=_number(float(others.iloc[0])) if len(others) else "",
                label=self.item.label,
            )
            + silent,
            _(
                "write the column as percent (86,4 instead of 0,864), or state under [[tabel]] what "
                "is meant: "
                'skala = {{ {key} = "pecahan" }} (0,85 is 85 %), "persen" (0,85 is 0,85 %) or "campuran" '
                "(up to 1 times a hundred, above 1 as it stands)"
            ).format(key=self.item.key),
        )
        # Zeros are the same on either scale.
        self.value[small if len(others) else unsettled & (self.value != 0)] = np.nan

    def _small_percentages(self) -> None:
        """Report values below one percent that may be fractions with a percent sign added."""
        signed = self.kind.eq("percent") & self.value.gt(0)
        small = signed & self.value.le(1)
        others = self.value[self.value.gt(1)]
        if len(others):
            lowest = float(others.min())
            small &= (_GAP * self.value < lowest) & (100 * self.value >= lowest)
        elif int(signed.sum()) < _FEW or not small.any():
            return
        if not small.any():
            return
        first = float(self.value[small].iloc[0])
        self.block(
            "join.small_percent",
            small,
            _(
                "{n} cells are written as less than one percent and may be fractions with a sign: {cells}; "
                "{first} % may be {hundred} %; they are left empty"
            ).format(
                n=format_number(int(small.sum())),
                cells=self.shown(small),
                first=_number(first),
                hundred=_number(100 * first),
            ),
            _(
                "correct these cells; if the shares are truly so small, state it under [[tabel]]: "
                'skala = {{ {key} = "persen" }}'
            ).format(key=self.item.key),
        )
        self.value[small] = np.nan

    def _truly_small(self, small: pd.Series, others: pd.Series) -> bool:
        """Return whether values below 1 continue the range of a column of small percentages.

        That is, times 100 each would be three times the largest other value, and there is no gap to the next
        value.
        """
        values = np.sort(self.value[small].to_numpy())
        largest = float(others.max())
        if len(others) < len(values) or largest < 3 or (100 * values <= 3 * largest).any():
            return False
        chain = np.concatenate([values, [float(others.min())]])
        return bool((chain[1:] / chain[:-1] <= 4).all())

    def percentages_elsewhere(self) -> None:
        """Report percentages in a column that is no share."""
        rows = self.kind.eq("percent")
        heading = _SHARE_HEADING.search(self.where.column or "") if self.item.is_count else None
        if rows.any():
            self.block(
                "numbers.percent_in_count" if self.item.is_count else "numbers.percent_in_index",
                rows,
                _(
                    "{n} cells are percentages, but {label} is not a share: {cells}; they are left empty"
                ).format(n=format_number(int(rows.sum())), label=self.item.label, cells=self.shown(rows)),
                _("name the column that holds the count, or the indicator that is a percentage"),
            )
            self.value[rows] = np.nan
        elif heading and self.value.notna().any():
            self.block(
                "numbers.percent_in_count",
                self.value.notna(),
                _(
                    "the heading says that this column holds shares, but {label} counts; it is left empty"
                ).format(label=self.item.label),
                _("name the column that holds the count, or correct the heading in the workbook"),
            )
            self.value[:] = np.nan

    def as_count(self) -> None:
        """Check that counts are whole, and not 0 everywhere."""
        self._three_decimals()
        self._fractions()
        self._day_numbers()
        self._zeros()

    def _three_decimals(self) -> None:
        """``307.000`` may be 307 with three decimals, where every cell of the column ends so."""
        filled = ~self.cells.map(is_missing_marker).astype(bool)
        grouped = self.cells.map(
            lambda cell: isinstance(cell, str) and bool(_ZERO_GROUP.fullmatch(tidy(cell)))
        ).astype(bool)
        zero = self.cells.map(
            lambda cell: isinstance(cell, str) and tidy(cell).replace(",", ".") in ("0.000", "0")
        ).astype(bool)
        if not grouped.any() or (filled & ~grouped & ~zero).any():
            return
        first = tidy(self.cells[grouped].iloc[0])
        self.block(
            "numbers.three_decimals",
            grouped,
            _(
                "all {n} numbers end in three zeros behind a sign: {cells}; {first} may be {small} "
                "or {large}; "
                "they are left empty"
            ).format(
                n=format_number(int(grouped.sum())), cells=self.shown(grouped), first=first,
                small=first[:-4], large=first[:-4] + "000",
            ),
            _("write whole numbers without decimals in this column"),
        )  # fmt: skip
        self.value[grouped] = np.nan

    def _fractions(self) -> None:
        broken = self.value.notna() & ((self.value - self.value.round()).abs() > 1e-6)
        if not broken.any():
            return
        parts = self.value[broken]
        thousand = bool(((1000 * parts - (1000 * parts).round()).abs() < 1e-6).all() and (parts < 1000).all())
        finest = bool(((100 * parts - (100 * parts).round()).abs() > 1e-6).any())
        whole = self.value[self.value.notna() & ~broken]
        alike = bool(len(whole) and whole.median() >= 20 * parts.median())
        first = float(parts.iloc[0])
        if thousand and (finest or alike):
            message = _(
                "{n} cells have decimals, but {label} counts: {cells}; the points seem to have been those of "
                "thousands ({first} for {large}); the column is left empty"
            )
            remedy = _(
                "write these numbers again in the workbook without points ({large} instead of {first})"
            )
        else:
            message = _(
                "{n} cells have decimals, but {label} counts: {cells}; they seem to be percentages "
                "or averages, "
                "not counts; the column is left empty"
            )
            remedy = _("name the column that holds the count, or ask the office for the counts")
        words = {
            "n": int(broken.sum()), "label": self.item.label, "cells": self.shown(broken),
            "first": _number(first), "large": format_number(round(1000 * first), decimals=0).replace(".", ""),
        }  # fmt: skip
        self.block("numbers.fraction", broken, message.format(**words), remedy.format(**words))
        self.value[:] = np.nan

    def _day_numbers(self) -> None:
        known = self.value.dropna()
        day = self.value.between(_FIRST_DAY, _LAST_DAY)
        rest = known[~day[known.index]]
        if not day.any() or len(rest) < 2 or self.value[day].min() < _FAR * max(rest.median(), 1.0):
            return
        first = float(self.value[day].iloc[0])
        date = pd.Timestamp("1899-12-30") + pd.Timedelta(days=first)
        self.block(
            "numbers.date",
            day,
            _("{n} cells hold {number}, as the spreadsheet program numbers the day {date}: {cells}").format(
                n=format_number(int(day.sum())), number=_number(first), date=date.date().isoformat(),
                cells=self.shown(day),
            ),
            _("the spreadsheet program took a number for a date: write the number again"),
        )  # fmt: skip
        self.value[day] = np.nan

    def _zeros(self) -> None:
        known = self.value.dropna()
        if len(known) < _FEW or (known != 0).any():
            return
        self.block(
            "numbers.all_zero",
            self.value.notna(),
            _("{label} is 0 in all {n} rows").format(label=self.item.label, n=len(known)),
            _(
                "check the column in the workbook; if truly nobody was counted, accept this finding "
                "with a reason"
            ),
        )

    def merged(self) -> None:
        """Remove values merged over several villages."""
        for row, rows in self.facts.shared.items():
            here = pd.Series(self.cells.index.isin(rows), index=self.cells.index)
            if not here.any():
                continue
            cell = self.cells.get(row)
            self.value[here] = np.nan
            self.block(
                "numbers.merged",
                here,
                _(
                    '"{text}" stands in one cell merged over the rows {rows}, which name several '
                    "villages; none "
                    "of them gets the value"
                ).format(
                    text=_number(cell) if type(cell) is float else cell, rows=f"{min(rows)}-{max(rows)}"
                ),
                _("ask the office for the value of each village, and unmerge the cell"),
            )

        across = pd.Series(self.cells.index.isin(list(self.facts.across)), index=self.cells.index)
        across &= self.value.notna()
        if across.any():
            self.value[across] = np.nan
            self.block(
                "numbers.merged",
                across,
                _(
                    "{n} cells are merged with the column beside them, so that one number stands for "
                    "both: {cells}"
                ).format(n=format_number(int(across.sum())), cells=self.shown(across)),
                _("ask the office for the value of each column, and unmerge the cell"),
            )

    def silent(self) -> None:
        """Report empty cells of a format that shows errors as empty."""
        empty = self.cells.isna()
        if not self.facts.silent or not empty.any():
            return
        text = _(
            "{n} cells are empty; this kind of file does not tell whether they hold an error of the "
            "spreadsheet program, such as #REF!: rows {rows}"
        )
        rows = compress_rows([int(str(row)) for row in self.cells.index[empty]])
        self.block(
            "numbers.silent",
            empty,
            text.format(n=int(empty.sum()), rows=rows),
            _("look at these cells in a spreadsheet program, or save the file as .xlsx"),
            "warning",
        )

    def shown(self, rows: pd.Series) -> str:
        """Format the first cells with their rows."""
        return _shown(self.cells[rows].items(), int(rows.sum()))


def _shown(cells: Iterable[tuple[object, object]], n: int) -> str:
    shown: list[str] = []
    for number, (row, cell) in enumerate(cells):
        if number == _SHOWN:
            return "; ".join(shown) + f"; … +{n - _SHOWN}"
        text = " ".join((_number(float(cell)) if type(cell) is float else str(cell)).split())
        shown.append(
            _('row {row} "{text}"').format(row=row, text=text if len(text) <= 40 else text[:39] + "…")
        )
    return "; ".join(shown)


def _number(value: float) -> str:
    decimals = next((digits for digits in range(5) if abs(value - round(value, digits)) < 1e-9), 5)
    return format_number(value, decimals=decimals)
