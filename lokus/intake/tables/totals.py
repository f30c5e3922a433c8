"""Recognise total rows and footers, and check totals against the rows they sum."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.tables.headers import fold
from lokus.intake.tables.numbers import is_missing_marker, parse_numbers, parse_one

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from lokus.intake.tables.grid import Cell

__all__ = ["DroppedRow", "check_totals", "classify_rows"]

# At most four words follow: a longer sentence that begins with "Jumlah" is a description, not a sum.
_TOTAL = re.compile(
    r"(grand\s*|sub\s*)?(total|jumlah|jml)\b\W*(\w+\W*){0,4}|rata\s*-?\s*rata\b.*|rerata\b.*", re.IGNORECASE
)
_AREA = re.compile(
    r"(kab|kabupaten|kec|kecamatan|prov|provinsi|distrik|puskesmas|pkm)(\.|\s|:).*", re.IGNORECASE
)
_CITY = re.compile(r"kota\s.*", re.IGNORECASE)
_FOOTER = re.compile(
    r"(sumber|keterangan|catatan|mengetahui|menyetujui|nip\b|nb\b|note|ket\b|\*|kepala\s+(dinas|badan|puskesmas|bidang)"
    r"|plt\b|a\.?n\.?\s|diunduh|dicetak|hal(aman)?\b[.\s:]*\d|[\w .]+,\s*\d{1,2}\s+[a-z]+\s+\d{4}).*",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%|persen|rata|rerata|prevalensi|cakupan|rasio|indeks|kepadatan|\bcbr\b", re.IGNORECASE)
_VILLAGE_CODE = re.compile(r"[1-9]\d{5}(?!0000)\d{4}(?:\d{3})?")
_MIN_AGREEING = 0.5
_LEADING_COLUMNS = 6


@dataclass(frozen=True, kw_only=True)
class DroppedRow:
    """A row below the header that is not a village.

    Attributes
    ----------
    position : int
        Position in the frame of rows.
    kind : {"total", "heading", "footer", "numbering", "header"}
    """

    position: int
    kind: str


def classify_rows(data: pd.DataFrame, *, keep: Mapping[int, str] | None = None) -> list[DroppedRow]:
    """Find total rows, block headings and footers.

    Parameters
    ----------
    data : pandas.DataFrame
        Cells (str, float or None) below the header, index = spreadsheet row.
    keep : mapping of column position to text, optional
        A row with this text in this column is wanted, and the text does not make it a total.

    Notes
    -----
    "Total" or "Jumlah" before the first figure of a row, or "Kab. …" or "Kecamatan …" as its only text there,
    make it a total; a row of that kind without any number is a block heading. "Kota …" may be a village (Kota
    Baru): it is a total only as the last row and when most of its numbers are the sums of the rows above.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"Desa": ["Suka Maju", "Suka Jaya", "Jumlah"], "Diukur": [81.0, 40.0, 121.0]})
    >>> [(row.position, row.kind) for row in classify_rows(data)]
    [(2, 'total')]
    """
    rows: list[Sequence[Cell]] = list(data.itertuples(index=False, name=None))
    dropped: list[DroppedRow] = []
    seen_total = signed = False
    width = max((_filled(row) for row in rows), default=0)
    for position, row in enumerate(rows):
        lead = _leading_texts(_unasked(row, keep or {}))
        area = len(lead) == 1 and _AREA.fullmatch(lead[0]) and not _has_village_code(row)
        if any(_TOTAL.fullmatch(text) for text in lead) or area:
            kind = "total" if _has_numbers(row) else "heading"
            dropped.append(DroppedRow(position=position, kind=kind))
            seen_total |= kind == "total"
        elif (
            position == len(rows) - 1
            and lead
            and _CITY.fullmatch(lead[0])
            and _sums_up(data, position, dropped)
        ):
            dropped.append(DroppedRow(position=position, kind="total"))
        elif _is_footer(row, lead, after_total=seen_total or signed, width=width):
            signed |= _ends(rows, position)
            dropped.append(DroppedRow(position=position, kind="footer"))
    return dropped


def check_totals(data: pd.DataFrame, dropped: Sequence[DroppedRow], *, where: Where) -> list[Finding]:
    """Compare each total row with the sum of the rows it stands for.

    A total may sum the rows since the total before it, all rows above it, or the rows down to the next total;
    the one that most columns agree with is used. A figure between the smallest and the largest row, or in a
    column of shares, is an average and noted as such; any other disagreement is a warning.

    Parameters
    ----------
    data : pandas.DataFrame
        All rows below the header, dropped ones included; index = spreadsheet row.
    dropped : sequence of DroppedRow
        What :func:`classify_rows` found.
    where : Where
        File and sheet.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"Desa": ["Suka Maju", "Suka Jaya", "Jumlah"], "Diukur": [81.0, 40.0, 150.0]})
    >>> [finding.check for finding in check_totals(data, classify_rows(data), where=Where())]
    ['tables.total']
    """
    out = {row.position for row in dropped}
    totals = [row.position for row in dropped if row.kind == "total"]
    if not totals:
        return []
    values = _numbers(data)
    findings: list[Finding] = []
    averages: list[str] = []
    for order, position in enumerate(totals):
        before = totals[order - 1] + 1 if order else 0
        after = totals[order + 1] if order + 1 < len(totals) else len(data)
        scopes = [range(before, position), range(position), range(position + 1, after)]
        kept = [[row for row in scope if row not in out] for scope in scopes]
        best = max(kept, key=lambda rows: (_agreeing(values, position, rows), len(rows)))
        if not best:
            continue
        for number in np.flatnonzero(_checkable(values, position, best)).tolist():
            part, column = _present(values[best, number]), data.columns[number]
            stated, total = float(values[position, number]), float(part.sum())
            if _same(stated, part):
                continue
            row = int(data.index[position])
            if _SHARE.search(str(column)) or part.min() <= stated <= part.max():
                averages.append(_('row {row} "{text}"').format(row=row, text=column))
                continue
            findings.append(
                Finding(
                    check="tables.total",
                    level="warning",
                    where=Where(file=where.file, sheet=where.sheet, row=row, column=str(column)),
                    message=_("the total row says {stated}, the {n} rows it sums give {total}").format(
                        stated=_number(stated), n=len(part), total=_number(total)
                    ),
                    remedy=_("ask the office which figure is right: rows may be missing or changed"),
                )
            )
    if averages:
        shown = ", ".join(averages[:6]) + (f", … +{len(averages) - 6}" if len(averages) > 6 else "")
        findings.append(
            Finding(
                check="tables.total_average",
                level="note",
                where=where,
                message=_("the total row holds averages or shares, not sums, in: {columns}").format(
                    columns=shown
                ),
            )
        )
    return findings


def _unasked(row: Sequence[Cell], keep: Mapping[int, str]) -> Sequence[Cell]:
    if not any(fold(str(row[column])) == text for column, text in keep.items() if row[column] is not None):
        return row
    return [None if column in keep else cell for column, cell in enumerate(row)]


def _filled(row: Sequence[Cell]) -> int:
    return sum(cell is not None for cell in row)


def _has_numbers(row: Sequence[Cell]) -> bool:
    return any(isinstance(cell, float) or (cell is not None and parse_one(cell) is not None) for cell in row)


def _has_village_code(row: Sequence[Cell]) -> bool:
    """Return whether the first columns have a village code: ten digits, the last of them not zeros."""
    for cell in row[:_LEADING_COLUMNS]:
        text = f"{cell:.0f}" if isinstance(cell, float) else re.sub(r"[.\s'-]", "", cell or "")
        if _VILLAGE_CODE.fullmatch(text):
            return True
    return False


def _leading_texts(row: Sequence[Cell]) -> list[str]:
    """List the texts of the first columns before the first figure, without a running number."""
    texts: list[str] = []
    for cell in row[:_LEADING_COLUMNS]:
        if cell is None or is_missing_marker(cell):
            continue
        if isinstance(cell, str) and parse_one(cell) is None:
            texts.append(" ".join(cell.split()))
        elif texts:
            break
    return texts


def _is_footer(row: Sequence[Cell], lead: list[str], *, after_total: bool, width: int) -> bool:
    if _has_numbers(row):
        return not lead and after_total and _filled(row) < 0.5 * width
    # A signature may be on the right or on the left.
    texts = lead or [" ".join(cell.split()) for cell in row if isinstance(cell, str)]
    if not texts:
        return after_total
    if not after_total and not _FOOTER.fullmatch(texts[0]):
        return False
    return _filled(row) <= 2 and width >= 3


def _ends(rows: Sequence[Sequence[Cell]], position: int) -> bool:
    """Return whether no figure follows, so that all rows after a first footer line belong to the footer."""
    return not any(_has_numbers(row) for row in rows[position:])


def _sums_up(data: pd.DataFrame, position: int, dropped: Sequence[DroppedRow]) -> bool:
    values = _numbers(data)
    out = {row.position for row in dropped}
    rows = [row for row in range(position) if row not in out]
    columns = _checkable(values, position, rows)
    return (
        len(rows) > 1
        and bool(columns.any())
        and _agreeing(values, position, rows) >= _MIN_AGREEING * columns.sum()
    )


def _numbers(data: pd.DataFrame) -> NDArray[np.float64]:
    """Return rows × columns as numbers; NaN where a cell is none."""
    columns = [parse_numbers(data.iloc[:, number]).value.to_numpy() for number in range(data.shape[1])]
    return np.column_stack(columns) if columns else np.empty((len(data), 0))


def _checkable(values: NDArray[np.float64], position: int, rows: list[int]) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(values[position]) & ~np.isnan(values[rows]).all(axis=0))


def _agreeing(values: NDArray[np.float64], position: int, rows: list[int]) -> int:
    if not rows:
        return -1
    columns = np.flatnonzero(_checkable(values, position, rows))
    return sum(_same(float(values[position, column]), _present(values[rows, column])) for column in columns)


def _present(part: NDArray[np.float64]) -> NDArray[np.float64]:
    return part[~np.isnan(part)]


def _same(stated: float, part: NDArray[np.float64]) -> bool:
    """Return whether a stated total equals the sum within the rounding of the printed figures."""
    total = float(part.sum())
    whole = bool((part == np.round(part)).all())
    rounding = 0.0 if whole else (0.5 if stated.is_integer() else 0.005 * len(part))
    return abs(stated - total) <= max(rounding, 1e-6 * abs(total), 1e-9)


def _number(value: float) -> str:
    return format_number(value, decimals=0 if value.is_integer() else 2)
