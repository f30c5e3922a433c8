"""Write the text of an atlas page: table of villages, lokus with reasons, gaps by office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.followup.gaps import gap_texts
from lokus.i18n import gettext as _
from lokus.show.drawing.furniture import INK, QUIET, SOFT, draw_box, write
from lokus.show.drawing.layout import Box
from lokus.show.drawing.typography import line_height, shorten, text_width, wrap
from lokus.show.tables.villages import reasons, village_cells
from lokus.show.themes.palette import STATUS, class_label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lokus.show.tables.table import Column

__all__ = ["Flow", "PageText", "write_gaps", "write_reasons", "write_table"]

_SIZE = 6.3
_ROW = 3.75
_STRIPE = "#f5f6f4"
_HEAD, _SMALLEST = 5.6, 4.6  # type sizes in points
_APART = 2.0  # between columns, millimetres
_INDENT = 3.0  # of what an office lacks, millimetres


@dataclass(kw_only=True)
class Flow:
    """A column of text that continues on the next page.

    Parameters
    ----------
    page : Axes or None
        Page written on now, in millimetres; without one the text is only measured.
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
        """Move down by a height; return True where that started a new page."""
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

    def write(self, x: float, y: float, text: str, size: float, **style: Any) -> None:
        """Write a line on the page, see :func:`lokus.show.drawing.furniture.write`."""
        if self.page is not None and text:
            write(self.page, x, y, text, size, **style)

    def fill(self, box: Box, **style: Any) -> None:
        """Draw a box on the page, see :func:`lokus.show.drawing.furniture.draw_box`."""
        if self.page is not None:
            draw_box(self.page, box, **style)

    def heading(self, text: str, *, after: float) -> None:
        """Write a heading that stays with the `after` millimetres that follow it."""
        self.keep(7 + after)
        self.y -= 5.2
        self.write(self.box.left, self.y, text, 8.5, weight="bold")
        if self.page is not None:
            self.page.plot([self.box.left, self.box.right], [self.y - 1.3] * 2, color=SOFT, linewidth=0.6)
        self.y -= 1.6

    def paragraph(
        self, text: str, *, indent: float = 0.0, lines: int = 3, size: float = _SIZE, **style: Any
    ) -> None:
        """Write a text broken into lines, which stay on one page."""
        broken = wrap(text, size, self.box.width - indent, lines=lines)
        self.keep(len(broken) * (line_height(size) + 0.25))
        for line in broken:
            self.take(line_height(size) + 0.25)
            self.write(self.box.left + indent, self.y, line, size, **style)


@dataclass(frozen=True, kw_only=True, eq=False)
class PageText:
    """What stands below the map of a kecamatan, put into words once: it is measured, then written.

    Parameters
    ----------
    villages : DataFrame
        In the order of their rank.
    columns : sequence of Column
        What is known of each.
    reasons : sequence of (number, village, reason)
        The lokus.
    gaps : mapping of str to sequence of str, or None
        What each office lacks; without it the page has no such part.
    gap_count : int
        Number of gaps.
    """

    villages: pd.DataFrame
    columns: Sequence[Column]
    reasons: Sequence[tuple[str, str, str]]
    gaps: Mapping[str, Sequence[str]] | None = None
    gap_count: int = 0

    @classmethod
    def of(cls, villages: pd.DataFrame, gaps: pd.DataFrame | None = None) -> PageText:
        """Put the villages of a kecamatan into words.

        Parameters
        ----------
        villages : DataFrame
            Their part of the results.
        gaps : pandas.DataFrame, optional
            A row each: ``kode_desa``, ``opd``, ``indikator``, optionally ``nilai``.

        Examples
        --------
        >>> from lokus import Kajian
        >>> results = Kajian.open("data/kajian/contoh-2026.toml").results
        >>> text = PageText.of(results[results["kode_kecamatan"] == "990101"])
        >>> len(text.reasons) == int(text.villages["nomor"].notna().sum())
        True
        """
        facts = pd.DataFrame(villages.drop(columns="geometry", errors="ignore"))
        rank = facts["peringkat"] if "peringkat" in facts else pd.Series(pd.NA, index=facts.index)
        ordered = facts.loc[rank.astype("Float64").sort_values(kind="stable", na_position="last").index]
        chosen = (
            facts[facts["nomor"].notna()].sort_values("nomor", kind="stable")
            if "nomor" in facts
            else facts[:0]
        )
        numbers = [str(int(number)) for number in chosen["nomor"]] if len(chosen) else []
        mine = None if gaps is None else gaps[gaps["kode_desa"].isin(facts.index)]
        return cls(
            villages=ordered, columns=village_cells(ordered),
            reasons=list(zip(numbers, chosen["desa"].astype(str), reasons(chosen), strict=True)),
            gaps=None if mine is None else _by_office(mine, facts),
            gap_count=0 if mine is None else len(mine),
        )  # fmt: skip


def _by_office(gaps: pd.DataFrame, villages: pd.DataFrame) -> dict[str, list[str]]:
    """Gaps in words: for each office, the villages that lack an indicator."""
    return {
        str(opd): [
            f"{indikator}: {', '.join(_named(rows, villages))}"
            for indikator, rows in of_opd.groupby("indikator", sort=True)
        ]
        for opd, of_opd in gaps.groupby("opd", sort=True)
    }


def write_table(flow: Flow, text: PageText, letters: dict[str, str]) -> None:
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
    >>> write_table(flow, PageText.of(villages), {})
    >>> sum((text.get_gid() or "").startswith("tabel:") for text in page.texts) == len(villages)
    True
    """
    ordered, columns = text.villages, text.columns
    flow.heading(_("Villages of this kecamatan: {n}").format(n=len(ordered)), after=3 * _ROW)
    names = [
        str(desa) + (f" ({letters[kode]})" if kode in letters else "")
        for kode, desa in ordered["desa"].items()
    ]
    statuses = ordered["status_usulan"].astype(str).tolist()
    labels = [class_label(status) for status in statuses]
    given = ordered["nomor"] if "nomor" in ordered else [pd.NA] * len(ordered)
    numbers = ["" if pd.isna(number) else str(int(number)) for number in given]
    plan = _Plan.of(columns, names, labels, left=flow.box.left + 8, right=flow.box.right)

    def head() -> None:
        tall = max(len(lines) for lines in plan.heads)
        flow.take(_ROW + 0.4 + (tall - 1) * line_height(_HEAD))
        flow.write(flow.box.left + 6, flow.y + 0.9, _("No."), _HEAD, ha="right", color=QUIET)
        flow.write(flow.box.left + 8, flow.y + 0.9, _("Village"), _HEAD, color=QUIET)
        for edge, lines in zip(plan.edges, plan.heads, strict=True):
            for up, line in enumerate(reversed(lines)):
                y = flow.y + 0.9 + up * line_height(_HEAD)
                flow.write(edge, y, line, _HEAD, ha="right", color=QUIET)
        flow.write(plan.status + 3.4, flow.y + 0.9, _("Status"), _HEAD, color=QUIET)

    head()
    for place, kode in enumerate(ordered.index):
        if flow.take(_ROW):
            flow.y += _ROW
            head()
            flow.take(_ROW)
        base = flow.y + 1.05
        if place % 2 == 0:
            flow.fill(Box(flow.box.left, flow.y, flow.box.right, flow.y + _ROW), face=_STRIPE, zorder=0.5)
        number = numbers[place]
        own = flow.box.left + 6
        flow.write(own, base, number, _SIZE, ha="right", weight="bold", gid=f"tabel nomor:{kode}")
        weight = "bold" if number else "normal"
        name = shorten(names[place], plan.size, plan.names, weight=weight)
        flow.write(flow.box.left + 8, base, name, plan.size, weight=weight, gid=f"tabel:{kode}")
        for edge, column in zip(plan.edges, columns, strict=True):
            flow.write(edge, base, column.texts[place], plan.size, ha="right")
        swatch = Box(plan.status, flow.y + 0.8, plan.status + 2.2, flow.y + 3)
        flow.fill(swatch, face=STATUS[statuses[place]], edge="#8b9499", width=0.4)
        flow.write(plan.status + 3.4, base, labels[place], plan.size)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Positions of the columns of the table of villages, with heads broken into lines."""

    size: float
    names: float
    heads: tuple[tuple[str, ...], ...]
    edges: tuple[float, ...]
    status: float

    @classmethod
    def of(
        cls,
        columns: Sequence[Column],
        names: Sequence[str],
        labels: Sequence[str],
        *,
        left: float,
        right: float,
    ) -> _Plan:
        # What is widest is so at any size.
        name, label = _widest(names, weight="bold"), _widest(labels)
        bodies = [_widest(column.texts) for column in columns]
        size = _SIZE
        while True:
            room = text_width(name, size, weight="bold")
            mark = 3.4 + text_width(label, size)
            heads, needs = [], []
            for column, text in zip(columns, bodies, strict=True):
                body = text_width(text, size)
                widest = max(body, *(text_width(word, _HEAD) for word in column.head.split()))
                heads.append(tuple(wrap(column.head, _HEAD, widest + 0.1, lines=3)) or ("",))
                needs.append(max(body, *(text_width(line, _HEAD) for line in heads[-1])))
            least = _APART * (len(columns) + 1)
            if room + sum(needs) + mark + least <= right - left or size <= _SMALLEST:
                break
            size -= 0.1
        # At the smallest size names are truncated with an ellipsis; numbers never are.
        room = min(room, right - left - sum(needs) - mark - least)
        apart = (right - left - room - sum(needs) - mark) / (len(columns) + 1)
        edges, edge = [], left + room
        for need in needs:
            edge += apart + need
            edges.append(edge)
        return cls(
            size=size, names=room, heads=tuple(heads), edges=tuple(edges), status=right - mark
        )  # fmt: skip


def _widest(texts: Sequence[str], weight: str = "normal") -> str:
    return max(texts, key=lambda text: text_width(text, 1.0, weight=weight), default="")


def write_reasons(flow: Flow, text: PageText) -> None:
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
    >>> write_reasons(flow, PageText.of(villages))
    >>> flow.y < flow.box.top
    True
    """
    n = len(text.reasons)
    flow.heading(_("Lokus and why: {n}").format(n=n) if n else _("Lokus and why"), after=2 * _ROW)
    if not text.reasons:
        flow.paragraph(_("No village of this kecamatan has been proposed."), color=QUIET)
    for number, name, why in text.reasons:
        _entry(flow, number, name, why)


def _entry(flow: Flow, number: str, name: str, text: str) -> None:
    indent = 8.0
    name = shorten(name, _SIZE, (flow.box.width - indent) / 2, weight="bold")
    title = text_width(name + "  ", _SIZE, weight="bold")
    lines = _after(text, flow.box.width - indent, title)
    flow.keep(len(lines) * (line_height(_SIZE) + 0.25))
    for place, line in enumerate(lines):
        flow.take(line_height(_SIZE) + 0.25)
        left = flow.box.left + indent
        if place == 0:
            flow.write(flow.box.left + 6, flow.y, number, _SIZE, ha="right", weight="bold")
            flow.write(left, flow.y, name, _SIZE, weight="bold")
            left += title
        flow.write(left, flow.y, line, _SIZE, color=INK if place == 0 else QUIET)
    flow.y -= 0.5


def _after(text: str, width: float, used: float) -> list[str]:
    """Lines of a text the first of which begins after something already written, at most three."""
    first = wrap(text, _SIZE, width - used, lines=2)
    if len(first) < 2:
        return first or [""]
    rest = text[len(first[0]) :].strip()
    return [first[0], *wrap(rest, _SIZE, width, lines=2)]


def write_gaps(flow: Flow, text: PageText) -> None:
    """Write the gaps of the villages, by responsible office; nothing where they are not known.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.drawing.layout import Box
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> flow = Flow(page=page, box=Box(10, 20, 200, 150), turn=lambda: page, next_top=280)
    >>> villages = kajian.results[kajian.results["kecamatan"] == kajian.results["kecamatan"].iloc[0]]
    >>> write_gaps(flow, PageText.of(villages, kajian.gaps))
    >>> flow.y < flow.box.top
    True
    """
    if text.gaps is None:
        return
    # A part that does not fit begins on the next page: a line or two alone there would be read by no one.
    flow.keep(min(_gaps_height(flow, text.gaps), flow.next_top - flow.box.bottom))
    n = text.gap_count
    flow.heading(
        _("Gaps by office (OPD): {n}").format(n=n) if n else _("Gaps of the offices (OPD)"), after=2 * _ROW
    )
    if not text.gaps:
        flow.paragraph(_("No gap is known."), color=QUIET)
    for opd, lacks in text.gaps.items():
        flow.keep(2 * line_height(_SIZE) + 1.1)
        flow.take(line_height(_SIZE) + 0.8)
        office = shorten(opd, _SIZE, flow.box.width, weight="bold")
        flow.write(flow.box.left, flow.y, office, _SIZE, weight="bold")
        for lack in lacks:
            flow.paragraph(lack, indent=_INDENT)


def _gaps_height(flow: Flow, written: Mapping[str, Sequence[str]]) -> float:
    """Room that the heading, the offices and what they lack take, millimetres."""
    line = line_height(_SIZE)
    texts = [text for one in written.values() for text in one]
    lines = sum(len(wrap(text, _SIZE, flow.box.width - _INDENT, lines=3)) for text in texts)
    return 6.8 + len(written) * (line + 0.8) + max(lines, 1) * (line + 0.25)


def _named(rows: pd.DataFrame, villages: pd.DataFrame) -> Sequence[str]:
    names = villages["desa"].loc[rows["kode_desa"]].astype(str)
    told = zip(names, gap_texts(rows), rows["nilai"].isna(), strict=True)
    return sorted(name if masked else f"{name} ({value})" for name, value, masked in told)
