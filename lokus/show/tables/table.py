"""Specify tables for all outputs: columns with headings, values, formats, widths and masking.

Workbook, slides, report, atlas and web page take the same :class:`Column`: a sheet writes its values as
numbers, a page its texts, and both hold the same rounded figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.figures import (
    FIGURES,
    figure_values,
    interval_bounds,
    round_values,
    value_texts,
)
from lokus.show.results.text import is_masked, one_line

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Column", "Table"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table; made with :meth:`figure`, :meth:`number` or :meth:`text`.

    Parameters
    ----------
    head : str
        Translated heading.
    values : sequence
        One a row: rounded numbers, texts, truth values, ``None`` where there is none.
    format : str
        Number format of a sheet; empty for text.
    decimals : int, optional
        Digits of the numbers in texts; ``None`` for a column of text.
    signed : bool
        Numbers are changes, written with their sign.
    bounds : pair of arrays, optional
        Ends of an interval around the values, rounded alike.
    width : float
        On a sheet, in characters.
    wrap : bool
        Break long text on a sheet.
    most : float
        On a slide, the largest share of the table's width that a text column asks for.
    missing : bool
        A missing value is missing data: a sheet says "belum ada data" instead of leaving the cell empty.
    missing_as : str, or sequence of str, one a row
        What a reader reads of a missing value instead, on a sheet and in texts.
    masked : sequence of bool
        Where a value is masked for the public; empty for nowhere.
    right : bool
        Texts that are read as numbers ("≥ 12"): set to the right and never broken.
    joined : bool
        On paper on the page of the column before it, such as an end of an interval.

    Examples
    --------
    >>> column = Column.number("Desa", [3, None], decimals=0)
    >>> column.texts
    ('3', '–')
    """

    head: str
    values: Sequence[Any] | pd.Series | npt.NDArray[Any]
    format: str = ""
    decimals: int | None = None
    signed: bool = False
    bounds: tuple[npt.NDArray[np.float64], ...] | None = None
    width: float = 14
    wrap: bool = False
    most: float = 1.0
    missing: bool = False
    missing_as: str | Sequence[str] = ""
    masked: Sequence[bool] | npt.NDArray[np.bool_] = ()
    right: bool = False
    joined: bool = False

    @classmethod
    def figure(
        cls,
        frame: pd.DataFrame,
        column: str,
        *,
        head: str = "",
        narrow: bool = False,
        interval: bool = False,
        width: float = 12,
        masked_as: str = "",
    ) -> Column:
        """Build the column of a reported figure.

        Parameters
        ----------
        frame : pandas.DataFrame
            Results, with `column`.
        column : str
            One of :data:`lokus.show.results.figures.FIGURES`.
        head : str
            Heading instead of the figure's own.
        narrow : bool
            Take the heading for narrow tables.
        interval : bool
            With the interval, where the frame has one.
        width : float
            On a sheet, in characters.
        masked_as : str
            Name under which the frame lists what is masked, where it is not `column`.

        Examples
        --------
        >>> frame = pd.DataFrame({"peluang_lokus": [0.974]})
        >>> column = Column.figure(frame, "peluang_lokus")
        >>> column.head, column.values.tolist(), column.texts
        ('Peluang menjadi lokus (%)', [97.0], ('97',))
        """
        spec = FIGURES[column]
        return cls(
            head=head or (spec.narrow_title if narrow else spec.title), values=figure_values(frame, column),
            format=_sheet_format(spec.decimals, signed=spec.signed), decimals=spec.decimals,
            signed=spec.signed, bounds=interval_bounds(frame, column) if interval else None, width=width,
            missing=True, masked=is_masked(frame, masked_as or column),
        )  # fmt: skip

    @classmethod
    def number(
        cls,
        head: str,
        values: Iterable[Any],
        *,
        decimals: int = 0,
        scale: float = 1.0,
        signed: bool = False,
        **layout: Any,
    ) -> Column:
        """Build a column of numbers that only this table shows, rounded here.

        Examples
        --------
        >>> Column.number("Poin", [-0.124], decimals=1, scale=100, signed=True).texts
        ('−12,4',)
        """
        floats = (
            pd.Series(list(values), dtype=object).astype("Float64").to_numpy(float, na_value=float("nan"))
        )
        return cls(
            head=head, values=round_values(floats, decimals, scale=scale),
            format=_sheet_format(decimals, signed=signed), decimals=decimals, signed=signed, **layout,
        )  # fmt: skip

    @classmethod
    def text(cls, head: str, values: Iterable[Any], **layout: Any) -> Column:
        """Give texts on one line each; a missing one is empty.

        Examples
        --------
        >>> Column.text("Desa", pd.Series(["Suka  Maju", None])).texts
        ('Suka Maju', '')
        """
        return cls(
            head=head, values=["" if _absent(value) else one_line(value) for value in values], **layout
        )

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right and never broken."""
        return self.decimals is not None or self.right

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What a reader reads, row by row."""
        if self.decimals is None:
            return tuple(self._words())
        masked = np.asarray(self.masked, dtype=bool) if len(self.masked) else None
        values = np.array([np.nan if _absent(v) else v for v in self.values], dtype=float)
        texts = value_texts(
            values, decimals=self.decimals, signed=self.signed, masked=masked, bounds=self.bounds
        )
        if not self.missing_as:
            return tuple(texts)
        hidden = np.zeros(len(values), dtype=bool) if masked is None else masked
        absent = np.isnan(values) & ~hidden
        rows = enumerate(zip(absent, texts, strict=True))
        return tuple(self.absent_as(row) if gone else text for row, (gone, text) in rows)

    def absent_as(self, row: int) -> str:
        """Words for a missing value of a row, empty where the column states none.

        Examples
        --------
        >>> Column.number("Peluang (%)", [None, 3], missing_as=["–", "belum ada data"]).absent_as(0)
        '–'
        """
        return self.missing_as if isinstance(self.missing_as, str) else self.missing_as[row]

    def _words(self) -> Iterator[str]:
        for value in self.values:
            if isinstance(value, (bool, np.bool_)):
                yield _("yes") if value else _("no")
            elif isinstance(value, (int, float, np.integer, np.floating)) and not _absent(value):
                yield format_number(float(value))
            else:
                yield "" if _absent(value) else one_line(value)

    def split(self, *, share: str = "90") -> tuple[Column, ...]:
        """Give an interval columns of its own, as on a sheet; a column without one stays as it is.

        Parameters
        ----------
        share : str
            Coverage of the interval in percent, as it is written.

        Examples
        --------
        >>> frame = pd.DataFrame({"prevalensi": [9.3], "prevalensi_bawah": [6.2], "prevalensi_atas": [14.0]})
        >>> [column.head for column in Column.figure(frame, "prevalensi", interval=True).split()]
        ['Prevalensi perkiraan (%)', 'Batas bawah rentang 90 %', 'Batas atas rentang 90 %']
        """
        if self.bounds is None:
            return (self,)
        low, high = self.bounds
        return (
            replace(self, bounds=None),
            replace(
                self, head=_("{share} % interval, low").format(share=share), values=low, bounds=None,
                width=10, joined=True,
            ),
            replace(
                self, head=_("{share} % interval, high").format(share=share), values=high, bounds=None,
                width=10, joined=True,
            ),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class Table:
    """Columns of equal length under a title, with what must be said of them.

    Parameters
    ----------
    columns : tuple of Column
    title : str
    lead : str
        One sentence above the table: how to read it.
    notes : tuple of str
        Below the table.

    Raises
    ------
    ValueError
        The columns are not equally long.

    Examples
    --------
    >>> table = Table.of(Column.text("Desa", ["Suka Maju"]), Column.number("Anak", [12]))
    >>> table.heads, table.rows, table.numbers
    (('Desa', 'Anak'), (('Suka Maju', '12'),), frozenset({1}))
    """

    columns: tuple[Column, ...]
    title: str = ""
    lead: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(column.values) for column in self.columns}
        if len(lengths) > 1:
            raise ValueError(f"columns of a table must be equally long, not {sorted(lengths)}")

    @classmethod
    def of(cls, *columns: Column | None, title: str = "", lead: str = "", notes: Sequence[str] = ()) -> Table:
        """Put columns together; those that are ``None`` are left out.

        Examples
        --------
        >>> Table.of(Column.text("Desa", []), None).heads
        ('Desa',)
        """
        there = tuple(column for column in columns if column is not None)
        return cls(columns=there, title=title, lead=lead, notes=tuple(notes))

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    @property
    def heads(self) -> tuple[str, ...]:
        """Headings."""
        return tuple(column.head for column in self.columns)

    @property
    def numbers(self) -> frozenset[int]:
        """Places of the columns that hold numbers."""
        return frozenset(place for place, column in enumerate(self.columns) if column.is_number)

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Texts, row by row."""
        return tuple(zip(*(column.texts for column in self.columns), strict=True))

    def __repr__(self) -> str:
        return pd.DataFrame(list(self.rows), columns=list(self.heads)).to_string(index=False)

    def _repr_html_(self) -> str:
        """Show the table in a notebook, with the figures of every other output."""
        above = [f"<p>{escape(text)}</p>" for text in (self.title, self.lead) if text]
        below = [f"<p>{escape(note)}</p>" for note in self.notes]
        frame = pd.DataFrame(list(self.rows), columns=list(self.heads))
        return "".join([*above, frame.to_html(index=False), *below])


def _sheet_format(decimals: int, *, signed: bool = False) -> str:
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"+{digits};−{digits};{digits}" if signed else digits


def _absent(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, (float, np.floating)) and np.isnan(value))
