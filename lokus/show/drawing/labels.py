"""Place labels without overlap, trying the positions of each in order of preference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from lokus.show.drawing.layout import Box

__all__ = [
    "Candidate",
    "Placed",
    "Request",
    "deepest_point",
    "deepest_points",
    "inner_points",
    "place_labels",
    "rings_around",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One way to write a label.

    Parameters
    ----------
    form : str
        Name of the way, handed back when it is chosen.
    width, height : float
        Size of its box in millimetres.
    centres : array of shape (n, 2)
        Positions to try, best first.
    """

    form: str
    width: float
    height: float
    centres: Floats


@dataclass(frozen=True, kw_only=True)
class Request:
    """A label to be placed: its ways of being written, best first; a generator makes only those looked at."""

    key: str
    candidates: Iterable[Candidate]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where a label stands, and in which form."""

    key: str
    form: str
    box: Box


def place_labels(
    requests: Sequence[Request], *, frame: Box, taken: Sequence[Box] = (), gap: float = 0.3
) -> tuple[list[Placed], list[str]]:
    """Place labels one after another, each at its best free position.

    Parameters
    ----------
    requests : sequence of Request
        In order of precedence.
    frame : Box
        Labels stay inside.
    taken : sequence of Box
        Boxes already in use.
    gap : float
        Room kept between two boxes, in millimetres.

    Returns
    -------
    placed : list of Placed
        No two boxes overlap, and none overlaps `taken`.
    left_over : list of str
        Keys for which no position was free.

    Examples
    --------
    >>> here = np.array([[5.0, 5.0]])
    >>> form = Candidate(form="name", width=4, height=2, centres=here)
    >>> ask = [Request(key=key, candidates=(form,)) for key in "xy"]
    >>> placed, left_over = place_labels(ask, frame=Box(0, 0, 10, 10))
    >>> [p.key for p in placed], left_over
    (['x'], ['y'])
    """
    used = np.array([[b.left, b.bottom, b.right, b.top] for b in taken], dtype=float).reshape(-1, 4)
    placed: list[Placed] = []
    left_over: list[str] = []
    for request in requests:
        found = next(
            (
                (candidate.form, box)
                for candidate in request.candidates
                if (box := _first_free(candidate, frame, used, gap)) is not None
            ),
            None,
        )
        if found is None:
            left_over.append(request.key)
            continue
        form, box = found
        placed.append(Placed(key=request.key, form=form, box=box))
        used = np.vstack([used, [box.left, box.bottom, box.right, box.top]])
    return placed, left_over


def _first_free(candidate: Candidate, frame: Box, used: Floats, gap: float) -> Box | None:
    centres = np.asarray(candidate.centres, dtype=float).reshape(-1, 2)
    half = np.array([candidate.width, candidate.height]) / 2
    low, high = centres - half, centres + half
    inside = (low >= (frame.left, frame.bottom)).all(axis=1) & (high <= (frame.right, frame.top)).all(axis=1)
    low, high = low[inside], high[inside]
    for first in range(0, len(low), _AT_ONCE):  # a free one is most often among the first
        some = slice(first, first + _AT_ONCE)
        clash = (
            (low[some, None, 0] < used[None, :, 2] + gap)
            & (used[None, :, 0] - gap < high[some, None, 0])
            & (low[some, None, 1] < used[None, :, 3] + gap)
            & (used[None, :, 1] - gap < high[some, None, 1])
        )
        free = first + np.flatnonzero(~clash.any(axis=1))
        if len(free):
            return Box(*low[free[0]].tolist(), *high[free[0]].tolist())
    return None


_AT_ONCE = 64  # positions


def inner_points(
    polygon: Any,
    *,
    width: float,
    height: float,
    step: float,
    share: float = 0.0,
    deepest: Floats | None = None,
) -> Floats:
    """Positions in a polygon for the centre of a label, those with most of the label inside first.

    Parameters
    ----------
    polygon : shapely geometry
        In millimetres on the sheet.
    width, height : float
        Size of the label.
    step : float
        Distance between neighbouring positions.
    share : float
        Least part of the label that must lie inside, 0–1.
    deepest : array of shape (2,), optional
        Its :func:`deepest_point`, where that is known.

    Returns
    -------
    array of shape (n, 2)
        With `share` 0 never empty: the point deepest inside is always among them.

    Examples
    --------
    >>> village = shapely.box(0, 0, 20, 8)
    >>> inner_points(village, width=6, height=2, step=2.0)[0].tolist()
    [4.0, 4.0]
    """
    body = shapely.simplify(largest_part(polygon), step / 3)  # finer detail does not move a label
    deepest = deepest_point(polygon) if deepest is None else deepest
    left, bottom, right, top = body.bounds
    columns = np.arange(left, right, step)
    rows = np.arange(bottom, top, step)
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    shapely.prepare(body)
    grid = np.vstack([deepest, grid[shapely.contains_xy(body, grid[:, 0], grid[:, 1])]])
    half = np.array([width, height]) / 2
    low, high = grid - half, grid + half
    inside = np.ones(len(grid))
    crossing = np.flatnonzero(~shapely.covers(body, shapely.box(*low.T, *high.T)))
    inside[crossing] = areas_in_boxes(body, low[crossing], high[crossing]) / (width * height)
    away = np.hypot(*(grid - deepest).T) / max(right - left, top - bottom, 1e-9)
    order = np.lexsort((grid[:, 1], grid[:, 0], -np.round(inside - 0.25 * away, 6)))
    return np.asarray(grid[order[inside[order] >= share]], dtype=float)


def areas_in_boxes(polygon: Any, low: Floats, high: Floats) -> Floats:
    """Area of a polygon in each of many boxes, all at once: cutting it with them one by one takes far longer.

    The area under a piece of its outline, between floor and ceiling of a box, counts for one way round and
    against the other.

    Parameters
    ----------
    polygon : shapely.Polygon
    low, high : arrays of shape (n, 2)
        Corners of the boxes.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [3.0, 1.0]])
    >>> areas_in_boxes(shapely.box(1, 0, 9, 9), corners, corners + 2).tolist()
    [2.0, 4.0]
    """
    rings = shapely.get_rings(shapely.normalize(polygon))  # outside clockwise, holes the other way round
    points, ring = shapely.get_coordinates(rings, return_index=True)
    pieces = np.flatnonzero(np.diff(ring) == 0)
    start, step = points[pieces], points[pieces + 1] - points[pieces]
    slope = np.divide(step[:, 1], step[:, 0], out=np.zeros(len(step)), where=step[:, 0] != 0)
    left, right = np.sort([points[pieces, 0], points[pieces + 1, 0]], axis=0)
    # Where a piece enters and leaves the columns of each box, and how high above the floor it is there.
    west, east = np.clip(low[:, :1], left, right), np.clip(high[:, :1], left, right)
    first = start[:, 1] + slope * (west - start[:, 0]) - low[:, 1:]
    last = start[:, 1] + slope * (east - start[:, 0]) - low[:, 1:]
    tall = (high - low)[:, 1:]
    rise = last - first
    # Mean height between floor and ceiling: by the integral of the height so cut; a level piece has its own.
    level = np.abs(rise) < _LEVEL
    mean = np.where(
        level,
        np.clip(first, 0, tall),
        (_under(last, tall) - _under(first, tall)) / np.where(level, 1.0, rise),
    )
    return np.asarray(((east - west) * mean * np.sign(step[:, 0])).sum(axis=1))


_LEVEL = 1e-7  # millimetres; a smaller rise would be lost in rounding


def _under(height: Floats, tall: Floats) -> Floats:
    """Integral of a height cut at floor and ceiling, up to that height."""
    cut = np.clip(height, 0, tall)
    return cut**2 / 2 + tall * (np.maximum(height, tall) - tall)


def largest_part(polygon: Any) -> Any:
    """Part of a polygon with the largest area."""
    parts = shapely.get_parts(polygon)
    return parts[int(np.argmax(shapely.area(parts)))]


def deepest_point(polygon: Any, *, share: float = 0.001) -> Floats:
    """Point of the largest part that is farthest from its border, shape (2,).

    Parameters
    ----------
    polygon : shapely geometry
        Polygon or multipolygon.
    share : float
        How exactly, as a share of the longer side.

    Examples
    --------
    >>> deepest_point(shapely.box(0, 0, 10, 10)).round(1).tolist()
    [5.0, 5.0]
    """
    found = deepest_points(np.array([polygon], dtype=object), share=share)
    return found[0, :]


def deepest_points(polygons: npt.NDArray[Any], *, share: float = 0.001) -> Floats:
    """Give :func:`deepest_point` of many polygons at once, shape (n, 2); missing where there is none.

    Examples
    --------
    >>> deepest_points(np.array([shapely.box(0, 0, 10, 10), None])).round(1).tolist()
    [[5.0, 5.0], [nan, nan]]
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    # The largest part of each last; of equal ones the first.
    order = np.lexsort((-np.arange(len(parts)), shapely.area(parts), owner))
    largest = order[np.append(np.diff(owner[order]) != 0, True)[: len(order)]]
    left, bottom, right, top = shapely.bounds(parts[largest]).T
    circles = shapely.maximum_inscribed_circle(parts[largest], share * np.maximum(right - left, top - bottom))
    points = np.full((len(polygons), 2), np.nan)
    points[owner[largest]] = shapely.get_coordinates(shapely.get_point(circles, 0))
    return points


def rings_around(point: Floats, *, step: float, reach: float) -> Floats:
    """Positions on widening rings around a point, the point itself first.

    Examples
    --------
    >>> positions = rings_around(np.array([10.0, 10.0]), step=2.0, reach=4.0)
    >>> positions[0].tolist(), len(positions)
    ([10.0, 10.0], 19)
    """
    rings = [np.asarray(point, dtype=float)[None, :]]
    for number in range(1, int(reach / step) + 1):
        angles = np.arange(6 * number) * (2 * np.pi / (6 * number)) + np.pi / 6
        rings.append(point + step * number * np.column_stack([np.cos(angles), np.sin(angles)]))
    return np.vstack(rings)
