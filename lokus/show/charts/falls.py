"""Plot the change of last year's lokus beside the expected change, by village."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.typography import FAMILY, MM_PER_POINT, shorten
from lokus.show.maps.print_map import Sheet
from lokus.show.results.info import StudyInfo, synthetic_mark
from lokus.show.results.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["FALL_COLUMNS", "draw_falls", "fall_chart"]

FALL_COLUMNS = (
    "desa", "mentah_lalu", "mentah_kini", "harapan_kini", "perubahan", "perubahan_bawah", "perubahan_atas",
)  # fmt: skip
# Vermilion and blue of Okabe & Ito differ for every kind of colour vision, and in grey print.
_RISE, _FALL, _EXPECTED = "#d55e00", "#0072b2", "#22282c"
_INK, _QUIET, _GRID = "#22282c", "#6d777c", "#dfe4e7"
_KEY = 9.0  # height of a line of the key above, mm
_WIDE = 240.0  # from here on the key needs one line only
_AXIS = 9.0  # height of the numbers below, mm
_ROW = 4.6  # a row in a document, mm
_TWO_COLUMNS = 16  # villages from which a wide picture has two columns


def fall_chart(
    villages: pd.DataFrame, info: StudyInfo, *, years: tuple[int, int], level: float = 0.9
) -> Sheet:
    """Draw the chart of last year's lokus as a page of its own.

    Parameters
    ----------
    villages : pandas.DataFrame
        As for :func:`draw_falls`.
    info : StudyInfo
        Place, year and synthetic mark.
    years : tuple of int
        Last year and this year.
    level : float
        Coverage of the intervals, 0–1.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> import pandas as pd
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Air"], "mentah_lalu": [14.0], "mentah_kini": [9.0], "harapan_kini": [11.0],
    ...      "perubahan": [-2.5], "perubahan_bawah": [-6.0], "perubahan_atas": [1.0]}, index=["9901012001"],
    ... )
    >>> fall_chart(villages, info, years=(2025, 2026)).texts[0].get_text()
    'Turun sungguhan atau variasi acak?'
    """
    head, width = 16.0, 208.0
    height = head + _key_height(width) + _AXIS + _ROW * max(len(villages), 3)
    figure = Sheet(figsize=(width / 25.4, height / 25.4), facecolor="white")
    with mpl.rc_context({**mpl.rcParamsDefault, "font.family": FAMILY}):
        figure.text(
            0.015, 1 - 2 / height, _("A real fall, or chance?"), size=13, weight="bold", color=_INK, va="top"
        )
        figure.text(
            0.015, 1 - 9.5 / height, info.place_and_year, size=8.5, color=_QUIET, va="top", parse_math=False
        )
        if info.synthetic:
            figure.text(
                0.985, 1 - 2.5 / height, synthetic_mark(), size=8, weight="bold", color="#6d2077", ha="right",
                va="top",
            )  # fmt: skip
        _draw(figure, villages, years=years, level=level, columns=1, top=head)
    return figure


def draw_falls(
    villages: pd.DataFrame, *, years: tuple[int, int], width: float, height: float, level: float = 0.9
) -> Figure:
    """Draw last year's lokus by descending rate of last year.

    Parameters
    ----------
    villages : pandas.DataFrame
        One row a village, columns ``FALL_COLUMNS``: rates in percent, the change in points. A missing value
        is not drawn.
    years : tuple of int
        Last year and this year.
    width, height : float
        Millimetres; more than 16 villages stand in two columns where there is width.
    level : float
        Coverage of the intervals, 0–1.

    Notes
    -----
    On the left the measured rates of both years, and a bar at the rate expected from last year's counts by
    regression to the mean and the general trend. On the right the estimated change with its interval; an
    interval across the line of no change is compatible with no change.

    Examples
    --------
    >>> import pandas as pd
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Air"], "mentah_lalu": [14.0], "mentah_kini": [9.0], "harapan_kini": [11.0],
    ...      "perubahan": [-2.5], "perubahan_bawah": [-6.0], "perubahan_atas": [1.0]}, index=["9901012001"],
    ... )
    >>> len(draw_falls(villages, years=(2025, 2026), width=180, height=80).axes)
    2
    """
    figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
    with mpl.rc_context({**mpl.rcParamsDefault, "font.family": FAMILY}):
        columns = 2 if len(villages) > _TWO_COLUMNS and width > 1.4 * height else 1
        _draw(figure, villages, years=years, level=level, columns=columns, top=0.0)
    return figure


def _draw(
    figure: Figure, villages: pd.DataFrame, *, years: tuple[int, int], level: float, columns: int, top: float
) -> None:
    """Draw key, rates and changes below the first `top` millimetres."""
    width, height = (float(side) * 25.4 for side in figure.get_size_inches())
    ordered = villages.sort_index().sort_values("mentah_lalu", ascending=False, kind="stable")
    rows = -(-max(len(ordered), 1) // columns)
    body = height - top - _key_height(width) - _AXIS
    size = min(10.0, max(4.5, body / rows / MM_PER_POINT * 0.62))
    pitch = width / columns
    names = min(0.34 * pitch, 62.0)
    rates = ordered[["mentah_lalu", "mentah_kini", "harapan_kini"]].to_numpy(dtype=float)
    changes = ordered[["perubahan_bawah", "perubahan_atas"]].to_numpy(dtype=float)
    most = 1.06 * float(np.nanmax([*rates.ravel(), 5.0]))
    reach = 1.08 * float(np.nanmax(np.abs([*changes.ravel(), 2.0])))
    room = pitch - names - 8
    for column in range(columns):
        part = ordered.iloc[column * rows : (column + 1) * rows]
        left = column * pitch + names + 1
        low, tall = _AXIS / height, body / height
        here = figure.add_axes((left / width, low, 0.62 * room / width, tall))
        there = figure.add_axes(((left + 0.62 * room + 4) / width, low, (0.38 * room - 2) / width, tall))
        for axes in (here, there):
            _prepare(axes, rows=rows, drawn=len(part), size=size)
        here.set_xlim(0, most)
        there.set_xlim(-reach, reach)
        there.axvline(0, color=_INK, linewidth=0.8, zorder=2)
        _draw_rates(here, part, size)
        _draw_changes(there, part, size)
        here.set_xlabel(_("measured prevalence (%)"), size=max(size, 7.5), labelpad=2)
        there.set_xlabel(_("change (points)"), size=max(size, 7.5), labelpad=2)
        for place, desa in enumerate(part["desa"]):
            here.text(
                -0.012 * most, place, shorten(one_line(desa), size, names - 1), size=size, ha="right",
                va="center", color=_INK, parse_math=False,
            )  # fmt: skip
    _draw_key(figure, years, level=level, top=top)


def _key_height(width: float) -> float:
    return _KEY if width >= _WIDE else 1.5 * _KEY


def _prepare(axes: Axes, *, rows: int, drawn: int, size: float) -> None:
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_yticks([])
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_QUIET)
    axes.tick_params(length=0, labelsize=max(size - 0.5, 6.5), colors=_INK, pad=1.5)
    axes.xaxis.set_major_formatter(lambda value, _place: format_number(value))
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(nbins=5, integer=True))
    axes.grid(axis="x", color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    for place in range(0, drawn, 2):
        axes.axhspan(place - 0.5, place + 0.5, color="#f5f7f8", zorder=-1, linewidth=0)


def _draw_rates(axes: Axes, part: pd.DataFrame, size: float) -> None:
    y = np.arange(len(part))
    before, now, expected = (part[name].to_numpy(float) for name in FALL_COLUMNS[1:4])
    colours = np.where(now > before, _RISE, _FALL)
    axes.hlines(y, np.fmin(before, now), np.fmax(before, now), color=colours, linewidth=0.16 * size, zorder=2)
    area = (0.62 * size) ** 2
    axes.scatter(before, y, s=area, facecolor="white", edgecolor=_QUIET, linewidth=1.0, zorder=3)
    axes.scatter(now, y, s=area, c=colours, edgecolor="white", linewidth=0.4, zorder=4)
    axes.vlines(expected, y - 0.36, y + 0.36, color=_EXPECTED, linewidth=1.5, zorder=5)


def _draw_changes(axes: Axes, part: pd.DataFrame, size: float) -> None:
    y = np.arange(len(part))
    middle, low, high = (part[name].to_numpy(float) for name in FALL_COLUMNS[4:])
    sure = np.where(high < 0, _FALL, np.where(low > 0, _RISE, _QUIET))
    axes.hlines(y, low, high, color=sure, linewidth=0.13 * size, zorder=3)
    axes.scatter(middle, y, s=(0.5 * size) ** 2, c=sure, marker="D", linewidth=0, zorder=4)


def _draw_key(figure: Figure, years: tuple[int, int], *, level: float, top: float) -> None:
    """Draw the key of the marks."""
    width, height = (float(side) * 25.4 for side in figure.get_size_inches())
    marks: Sequence[tuple[Line2D, str]] = [
        (_mark("o", face="white", edge=_QUIET), _("measured in {year}").format(year=years[0])),
        (_mark("o", face=_FALL, edge=_FALL), _("measured in {year}, lower").format(year=years[1])),
        (_mark("o", face=_RISE, edge=_RISE), _("higher")),
        (_mark("|", face=_EXPECTED, edge=_EXPECTED), _("expected without help")),
        (
            _mark("D", face=_QUIET, edge=_QUIET, line="-"),
            _("estimated change, {share} % interval (grey: chance can have made it)").format(
                share=format_number(100 * level)
            ),
        ),
    ]
    figure.legend(
        [mark for mark, _text in marks], [text for _mark, text in marks], loc="upper left",
        ncols=len(marks) if width >= _WIDE else 3, bbox_to_anchor=(0.0, 1 - top / height), frameon=False,
        fontsize=8.0, handletextpad=0.4, columnspacing=1.1, borderaxespad=0.2, labelcolor=_INK,
        handlelength=1.4,
    )  # fmt: skip


def _mark(marker: str, *, face: str, edge: str, line: Literal["-", "none"] = "none") -> Line2D:
    return Line2D(
        [], [], marker=marker, linestyle=line, color=edge, markerfacecolor=face, markeredgecolor=edge,
        markersize=8 if marker == "|" else 5, markeredgewidth=1.6 if marker == "|" else 1.0,
    )  # fmt: skip
