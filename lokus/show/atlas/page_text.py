"""Running text of the atlas: the table of villages, the lokus and why, the gaps by office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.furniture import INK, QUIET, SOFT, draw_box, write
from lokus.show.drawing.layout import Box
from lokus.show.drawing.typography import line_height, shorten, text_width, wrap
from lokus.show.tables.facts import reasons, village_cells
from lokus.show.themes.palette import STATUS, class_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from lokus.show.tables.facts import Fact

__all__ = ["Flow", "write_gaps", "write_reasons", "write_table"]

_SIZE = 6.3
_ROW = 3.75
_STRIPE = "#f5f6f4"


@dataclass(kw_only=True)
class Flow:
    """A column that is written from top to bottom and goes on on the next page.

    Parameters
    ----------
    page : Axes
        Page written on now, in millimetres.
    box : Box
        Room for the text on the first page.
    turn : callable
        Begins a new page and returns it.
    next_top : float
        Where the text begins on further pages.
    """

    page: Any
    box: Box
    turn: Callable[[], Any]
    next_top: float

    def __post_init__(self) -> None:
        self.y = self.box.top

    def take(self, height: float) -> bool:
        """Move down by a height; True when that began a new page."""
        turned = self.y - height < self.box.bottom
        if turned:
            self.page = self.turn()
            self.y = self.next_top
        self.y -= height
        return turned

    def keep(self, height: float) -> None:
        """Begin a new page unless there is room for a height."""
        if self.y - height < self.box.bottom:
            self.page = self.turn()
            self.y = self.next_top

    def heading(self, text: str, *, after: float) -> None:
        """Write a heading that stays with the `after` millimetres that follow it."""
        self.keep(7 + after)
        self.y -= 5.2
        write(self.page, self.box.left, self.y, text, 8.5, weight="bold")
        self.page.plot([self.box.left, self.box.right], [self.y - 1.3] * 2, color=SOFT, linewidth=0.6)
        self.y -= 1.6

    def paragraph(
        self, text: str, *, indent: float = 0.0, lines: int = 3, size: float = _SIZE, **style: Any
    ) -> None:
        """Write a text broken into lines."""
        for line in wrap(text, size, self.box.width - indent, lines=lines):
            self.take(line_height(size) + 0.25)
            write(self.page, self.box.left + indent, self.y, line, size, **style)


def write_table(flow: Flow, villages: gpd.GeoDataFrame, letters: dict[str, str]) -> None:
    """Write the villages in the order of their rank, with what is known of each.

    Parameters
    ----------
    letters : dict
        Letter of the villages that stand on the map by it.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.drawing.layout import Box
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> flow = Flow(page=page, box=Box(10, 20, 200, 150), turn=lambda: page, next_top=280)
    >>> villages = kajian.results[kajian.results["kecamatan"] == kajian.results["kecamatan"].iloc[0]]
    >>> write_table(flow, villages, {})
    >>> sum((text.get_gid() or "").startswith("tabel:") for text in page.texts) == len(villages)
    True
    """
    rank = villages["peringkat"] if "peringkat" in villages else pd.Series(pd.NA, index=villages.index)
    ordered = villages.assign(_rank=rank.astype("Float64")).sort_values(
        "_rank", kind="stable", na_position="last"
    )
    ordered = ordered.drop(columns="_rank")
    columns = village_cells(ordered)
    numbers = ordered["nomor"] if "nomor" in ordered else pd.Series(pd.NA, index=ordered.index)
    flow.heading(_("Villages of this kecamatan: {n}").format(n=len(ordered)), after=3 * _ROW)
    left, right = flow.box.left, flow.box.right
    status_width = 27.0
    edges = _edges(columns, left=left + 52, room=right - left - 52 - status_width)

    def head() -> None:
        flow.take(_ROW + 0.4)
        write(flow.page, left + 6, flow.y + 0.9, _("No."), 5.6, ha="right", color=QUIET)
        write(flow.page, left + 8, flow.y + 0.9, _("Village"), 5.6, color=QUIET)
        for edge, column in zip(edges, columns, strict=True):
            write(flow.page, edge, flow.y + 0.9, column.label, 5.6, ha="right", color=QUIET)
        write(flow.page, right - status_width + 3.4, flow.y + 0.9, _("Status"), 5.6, color=QUIET)

    head()
    for place, kode in enumerate(ordered.index):
        if flow.take(_ROW):
            flow.y += _ROW
            head()
            flow.take(_ROW)
        base = flow.y + 1.05
        if place % 2 == 0:
            draw_box(flow.page, Box(left, flow.y, right, flow.y + _ROW), face=_STRIPE, zorder=0.5)
        number = "" if pd.isna(numbers[kode]) else str(int(numbers[kode]))
        write(flow.page, left + 6, base, number, _SIZE, ha="right", weight="bold", gid=f"tabel nomor:{kode}")
        desa = str(ordered.loc[kode, "desa"]) + (f" ({letters[kode]})" if kode in letters else "")
        weight = "bold" if number else "normal"
        name = shorten(desa, _SIZE, 43, weight=weight)
        write(flow.page, left + 8, base, name, _SIZE, weight=weight, gid=f"tabel:{kode}")
        for edge, column in zip(edges, columns, strict=True):
            write(flow.page, edge, base, column.values[place], _SIZE, ha="right")
        status = str(ordered.loc[kode, "status_usulan"])
        swatch = Box(right - status_width, flow.y + 0.8, right - status_width + 2.2, flow.y + 3)
        draw_box(flow.page, swatch, face=STATUS[status], edge="#8b9499", width=0.4)
        write(flow.page, right - status_width + 3.4, base, class_label(status), _SIZE)


def _edges(columns: Sequence[Fact], *, left: float, room: float) -> list[float]:
    """Give the right edge of each column: as wide as it needs, what is left over shared evenly."""
    needs = [
        max(text_width(column.label, 5.6), *(text_width(text, _SIZE) for text in column.values), 0.0)
        for column in columns
    ]
    spare = max(room - sum(needs), 0.0) / max(len(columns), 1)
    return [left + sum(needs[: k + 1]) + spare * (k + 1) - 2 for k in range(len(columns))]


def write_reasons(flow: Flow, villages: gpd.GeoDataFrame) -> None:
    """Write the lokus of the kecamatan, each with its reason.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.drawing.layout import Box
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> flow = Flow(page=page, box=Box(10, 20, 200, 150), turn=lambda: page, next_top=280)
    >>> villages = kajian.results[kajian.results["kecamatan"] == kajian.results["kecamatan"].iloc[0]]
    >>> write_reasons(flow, villages)
    >>> flow.y < flow.box.top
    True
    """
    chosen = (
        villages[villages["nomor"].notna()].sort_values("nomor", kind="stable")
        if "nomor" in villages
        else villages[:0]
    )
    flow.heading(_("Lokus and why: {n}").format(n=len(chosen)), after=2 * _ROW)
    if chosen.empty:
        flow.paragraph(_("No village of this kecamatan has been proposed."), color=QUIET)
    for (_kode, row), why in zip(chosen.iterrows(), reasons(chosen), strict=True):
        _entry(flow, str(int(row["nomor"])), str(row["desa"]), why)


def _entry(flow: Flow, number: str, name: str, text: str) -> None:
    indent = 8.0
    title = text_width(name + "  ", _SIZE, weight="bold")
    lines = _after(text, flow.box.width - indent, title)
    for place, line in enumerate(lines):
        flow.take(line_height(_SIZE) + 0.25)
        left = flow.box.left + indent
        if place == 0:
            write(flow.page, flow.box.left + 6, flow.y, number, _SIZE, ha="right", weight="bold")
            write(flow.page, left, flow.y, name, _SIZE, weight="bold")
            left += title
        write(flow.page, left, flow.y, line, _SIZE, color=INK if place == 0 else QUIET)
    flow.y -= 0.5


def _after(text: str, width: float, used: float) -> list[str]:
    """Lines of a text the first of which begins after something already written, at most three."""
    first = wrap(text, _SIZE, width - used, lines=2)
    if len(first) < 2:
        return first or [""]
    rest = text[len(first[0]) :].strip()
    return [first[0], *wrap(rest, _SIZE, width, lines=2)]


def write_gaps(flow: Flow, villages: gpd.GeoDataFrame, gaps: pd.DataFrame) -> None:
    """Write what the villages lack, by the office that answers for it.

    Parameters
    ----------
    gaps : pandas.DataFrame
        A row each: ``kode_desa``, ``opd``, ``indikator``, optionally ``nilai``.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.drawing.layout import Box
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> flow = Flow(page=page, box=Box(10, 20, 200, 150), turn=lambda: page, next_top=280)
    >>> villages = kajian.results[kajian.results["kecamatan"] == kajian.results["kecamatan"].iloc[0]]
    >>> write_gaps(flow, villages, kajian.gaps)
    >>> flow.y < flow.box.top
    True
    """
    mine = gaps[gaps["kode_desa"].isin(villages.index)]
    flow.heading(_("Gaps by office (OPD): {n}").format(n=len(mine)), after=2 * _ROW)
    if mine.empty:
        flow.paragraph(_("No gap is known."), color=QUIET)
    for opd, of_opd in mine.groupby("opd", sort=True):
        flow.keep(2 * line_height(_SIZE) + 1.1)
        flow.take(line_height(_SIZE) + 0.8)
        write(flow.page, flow.box.left, flow.y, str(opd), _SIZE, weight="bold")
        for indikator, rows in of_opd.groupby("indikator", sort=True):
            flow.paragraph(f"{indikator}: {', '.join(_named(rows, villages))}", indent=3.0)


def _named(rows: pd.DataFrame, villages: gpd.GeoDataFrame) -> Sequence[str]:
    names = villages["desa"].loc[rows["kode_desa"]].astype(str)
    values = [_read(value) for value in rows["nilai"]] if "nilai" in rows else [""] * len(rows)
    return sorted(f"{name} ({value})" if value else name for name, value in zip(names, values, strict=True))


def _read(value: Any) -> str:
    if pd.isna(value):
        return ""
    return value if isinstance(value, str) else format_number(float(value), decimals=1)
