"""Draw the path to the target with surveys and routine measurement, each separately."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from scipy.optimize import isotonic_regression

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.charts.charts import INK, QUIET, canvas
from lokus.show.drawing.typography import wrap
from lokus.show.words.followup import need_sentences, never_joined
from lokus.show.words.followup import trajectory_text_kind_label as kind_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lokus.followup.trajectory import Measured, Trajectory
    from lokus.show.maps.print_map import Sheet
    from lokus.show.results.info import StudyInfo

__all__ = ["trajectory_chart"]

# Okabe & Ito's colours differ for every kind of colour vision; kinds differ by shape and filling as well.
_STYLES = {
    "survei": (("#0072b2", "o"), ("#56b4e9", "s")),
    "rutin": (("#d55e00", "D"), ("#cc79a7", "^")),
}
_LEADER = "#c3cacd"
_HALO = [withStroke(linewidth=2.5, foreground="white")]
_TEXT = 8.5
_LINE = 0.165  # inches
_MOST_LINES = 6  # of one text
_APART = 0.11  # years between marks of two series in one year


def trajectory_chart(way: Trajectory, info: StudyInfo) -> Sheet:
    """Draw the target path and every series beside it, labelled where it stands.

    Parameters
    ----------
    way : Trajectory
    info : StudyInfo
        Place, year, synthetic mark and, where a series states no source of its own, the sources.

    Returns
    -------
    Sheet
        Surveys are filled marks with their intervals, routine measurement hollow ones; lines join the marks
        of one series only. A series measured differently from the target has a dashed path of its own. Below
        stand what each series needs, and the sources.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> from lokus.followup.trajectory import measured, trajectory
    >>> survey = measured("SSGI/SKI", "survei", {2022: 20.2, 2023: 28.6, 2024: 24.7})
    >>> way = trajectory(start=(2022, 20.2), target=(2026, 14.0), series=[survey])
    >>> len(trajectory_chart(way, info).axes)
    1
    """
    lines = [
        line for text in (*need_sentences(way), never_joined(), _sources(way, info)) for line in _broken(text)
    ]
    below = 0.5 + _LINE * len(lines)
    height = 4.1 + below
    figure, axes = canvas(
        info, _("The way to the target"),
        _("Dashed: constant rate; dotted: straight line.")
        if way.compared == "laju_tetap"
        else _("Dashed: straight line."),
        height=height, left=0.07, bottom=below / height,
    )  # fmt: skip
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, 0.70 - box.x0, box.height))
    ends = [_draw_path(axes, way), *_draw_series(axes, way)]
    _set_axes(axes, way)
    _label_ends(axes, ends, tall=box.height * height)
    for number, line in enumerate(lines, start=1):
        figure.text(
            0.02, (below - 0.42 - _LINE * (number - 0.5)) / height, line, fontsize=_TEXT, color=INK,
            va="center", parse_math=False,
        )  # fmt: skip
    return figure


def _draw_path(axes: Axes, way: Trajectory) -> tuple[float, float, str, str]:
    years = way.path.index.to_numpy(dtype=float)
    if way.compared != "linear":
        axes.plot(years, way.path["linear"], color=QUIET, linewidth=1, linestyle=(0, (1, 2.4)), zorder=2)
    axes.plot(years, way.path[way.compared], color=INK, linewidth=1.6, linestyle=(0, (5, 3)), zorder=2)
    axes.scatter(*way.target, s=70, marker="*", color=INK, zorder=6)
    text = _("Target {year}: {value} %").format(year=way.target[0], value=_one(way.target[1]))
    return float(way.target[0]), way.target[1], text, INK


def _draw_series(axes: Axes, way: Trajectory) -> Iterator[tuple[float, float, str, str]]:
    styles = {kind: cycle(own) for kind, own in _STYLES.items()}
    middle = (len(way.series) - 1) / 2
    for number, one in enumerate(way.series.values()):
        colour, marker = next(styles[one.kind])
        x = np.array([point.year for point in one.points], dtype=float) + _APART * (number - middle)
        y = np.array([point.value for point in one.points])
        axes.plot(x, y, color=colour, linewidth=1, alpha=0.45, zorder=3)
        _draw_own_path(axes, way, one.name, colour)
        for place, point in zip(x, one.points, strict=True):
            if point.low is not None and point.high is not None:
                axes.vlines(place, point.low, point.high, color=colour, linewidth=1.6, zorder=4)
        axes.scatter(
            x, y, s=42, marker=marker, zorder=5, linewidths=1.5, edgecolors=colour,
            facecolors=colour if one.kind == "survei" else "white",
        )  # fmt: skip
        _value_labels(axes, one, x, colour)
        latest = one.latest
        name = _("{series} ({kind})").format(series=one.name, kind=kind_label(one.kind))
        text = name + "\n" + _("{year}: {value} %").format(year=latest.year, value=_one(latest.value))
        yield float(x[-1]), latest.value, text, colour


def _draw_own_path(axes: Axes, way: Trajectory, name: str, colour: str) -> None:
    """Draw where a series measured differently from the target should go, from its own value on."""
    need: dict[Any, Any] = way.needs.loc[name].to_dict()
    if need["dasar"] == "target" or np.isnan(need["acuan"]):
        return
    first = int(need["acuan"])
    years = np.arange(first, way.target[0] + 1)
    value = {point.year: point.value for point in way.series[name].points}[first]
    course = [value * way.left(first, int(year)) for year in years]
    axes.plot(years, course, color=colour, linewidth=1.1, linestyle=(0, (5, 3)), zorder=2)
    axes.annotate(
        _one(course[-1]), (years[-1], course[-1]), xytext=(0, -4), textcoords="offset points", ha="center",
        va="top", fontsize=_TEXT, color=colour, path_effects=_HALO,
    )  # fmt: skip


def _value_labels(axes: Axes, one: Measured, x: np.ndarray, colour: str) -> None:
    """Write the value beside every mark but the last, which is labelled in the margin.

    Surveys on the right of their marks, routine measurement on the left, so that the two do not meet.
    """
    side = 1 if one.kind == "survei" else -1
    for place, point in zip(x[:-1], one.points[:-1], strict=True):
        axes.annotate(
            _one(point.value), (place, point.value), xytext=(7 * side, 5), textcoords="offset points",
            ha="left" if side > 0 else "right", va="bottom", fontsize=_TEXT, color=colour, zorder=7,
            path_effects=_HALO,
        )  # fmt: skip


def _set_axes(axes: Axes, way: Trajectory) -> None:
    years = [*way.path.index, *(point.year for one in way.series.values() for point in one.points)]
    first, last = min(years), max(years)
    tops = [way.start[1], *(point.high or point.value for one in way.series.values() for point in one.points)]
    step = max(1, -(-(last - first) // 10))
    axes.xaxis.set_major_locator(FixedLocator(range(first, last + 1, step)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: format_number(value)))
    axes.set_xlim(first - 0.4, last + 0.4)
    axes.set_ylim(0, 1.1 * max(tops))
    axes.set_ylabel(_("stunting prevalence (%)"))
    axes.grid(visible=False, axis="x")
    if all(point.year != way.start[0] for one in way.series.values() for point in one.points):
        axes.annotate(
            _("Start {value} %").format(value=_one(way.start[1])), way.start, xytext=(0, 7),
            textcoords="offset points", ha="left", fontsize=_TEXT, color=INK,
        )  # fmt: skip


def _label_ends(axes: Axes, ends: list[tuple[float, float, str, str]], *, tall: float) -> None:
    """Write a label for each last mark in the right margin, apart from each other, a line leading to it.

    `tall` is the height of the axes in inches.
    """
    ends = sorted(ends, key=lambda end: end[1])
    texts = [
        [line for part in text.splitlines() for line in wrap(part, _TEXT, 53.0, lines=2, weight="bold")]
        for _x, _y, text, _colour in ends
    ]
    low, high = axes.get_ylim()
    heights = np.array([_LINE * len(lines) + 0.05 for lines in texts]) * (high - low) / tall
    # Labels stand as near to their marks as their heights allow: least squares, order kept.
    offset = np.concatenate([[0.0], np.cumsum((heights[1:] + heights[:-1]) / 2)])
    wanted = np.array([y for _x, y, _text, _colour in ends])
    places = isotonic_regression(wanted - offset).x + offset
    places += max(0.0, low + heights[0] / 2 - places[0])
    edge = axes.get_xlim()[1]
    for (x, y, _text, colour), lines, place in zip(ends, texts, places, strict=True):
        axes.annotate(
            "\n".join(lines), (edge, place), xytext=(4, 0), textcoords="offset points",
            va="center", ha="left", fontsize=_TEXT, color=colour, weight="bold", annotation_clip=False,
            parse_math=False,
        )  # fmt: skip
        # Grey, so that it is not taken for a course of the prevalence.
        axes.plot([x + 0.06, edge], [y, place], color=_LEADER, linewidth=0.8, clip_on=False, zorder=1)


def _broken(text: str) -> list[str]:
    return wrap(text, _TEXT, 194.0, lines=_MOST_LINES)


def _sources(way: Trajectory, info: StudyInfo) -> str:
    stated = [f"{one.name}: {one.source}" for one in way.series.values() if one.source]
    return _("Sources: {sources}.").format(sources="; ".join(stated)) if stated else info.source_line


def _one(value: float) -> str:
    return format_number(value, decimals=1)
