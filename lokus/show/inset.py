"""Insets: far parts of a kabupaten drawn nearer, and the place of the kabupaten in its surroundings."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from lokus.show.layout import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lokus.show.bodies import Detached, Extent
    from lokus.show.geometry import Sketch

__all__ = [
    "Arrangement",
    "Composite",
    "Panel",
    "Want",
    "arrange",
    "direction",
]

_SHRINK = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4)  # how far the main map may give way to the boxes


@dataclass(frozen=True, kw_only=True)
class Want:
    """A box wanted on the map.

    Parameters
    ----------
    sizes : tuple of (width, height)
        Sizes it may have in millimetres, the best first.
    toward : (east, north), optional
        Place on the ground, in metres, that it had better be near to.
    """

    sizes: tuple[tuple[float, float], ...]
    toward: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Where the main map lies, and where the wanted boxes are, with the size each of them got."""

    sketch: Sketch
    boxes: tuple[Box, ...]
    chosen: tuple[int, ...]


def arrange(
    frame: Box, sketch: Sketch, extent: Extent, parts: npt.NDArray[Any], wants: Sequence[Want], *, gap: float
) -> Arrangement | None:
    """Find room for boxes inside the frame of a map where they cover nothing of it.

    The map gives way step by step: it moves to a side first and shrinks after that.

    Parameters
    ----------
    frame : Box
        The neat line.
    sketch : Sketch
        How the map would lie without the boxes: centred.
    extent : (west, south, east, north)
        Extent of what the map shows, in metres.
    parts : array of polygons
        What must not be covered, in metres.
    wants : sequence of Want
        Boxes, in order of precedence.
    gap : float
        Least distance between a box and the map, in millimetres.

    Returns
    -------
    Arrangement or None
        None when no room is found.
    """
    if not wants:
        return Arrangement(sketch=sketch, boxes=(), chosen=())
    tree = shapely.STRtree(shapely.simplify(parts, sketch.scale * 0.5))
    width, height = extent[2] - extent[0], extent[3] - extent[1]
    for shrink in _SHRINK:
        scale = sketch.scale * shrink
        room = frame.grow(-gap)
        slack = max(room.width - width / scale, 0) / 2, max(room.height - height / scale, 0) / 2
        for side in sorted(product((0, -1, 1), repeat=2), key=lambda s: abs(s[0]) + abs(s[1])):
            moved = replace(
                sketch, scale=scale, x=sketch.x + side[0] * slack[0], y=sketch.y + side[1] * slack[1]
            )
            placed = _place(frame, moved, tree, wants, gap)
            if placed is not None:
                boxes, chosen = zip(*placed, strict=True)
                return Arrangement(sketch=moved, boxes=boxes, chosen=chosen)
    return None


def _place(
    frame: Box, sketch: Sketch, tree: Any, wants: Sequence[Want], gap: float
) -> list[tuple[Box, int]] | None:
    placed: list[tuple[Box, int]] = []
    for want in wants:
        found = next(
            (
                (box, number)
                for number, (width, height) in enumerate(want.sizes)
                for box in _along_the_frame(frame, width, height, want.toward and _at(sketch, want.toward))
                if not any(box.grow(gap).overlaps(other) for other, _number in placed)
                and not _covers(box.grow(gap), sketch, tree)
            ),
            None,
        )
        if found is None:
            return None
        placed.append(found)
    return placed


def _at(sketch: Sketch, point: tuple[float, float]) -> tuple[float, float]:
    x, y = sketch.place(np.array([point]))[0]
    return float(x), float(y)


def _along_the_frame(
    frame: Box, width: float, height: float, toward: tuple[float, float] | None
) -> list[Box]:
    """Places for a box that touch the frame: those nearest to a point first, or the corners."""
    if width > frame.width or height > frame.height:
        return []
    shares = (0.0, 1.0, 0.25, 0.5, 0.75)
    boxes = []
    for v, h in sorted(product(shares, repeat=2), key=lambda s: sum(t not in (0.0, 1.0) for t in s)):
        if {v, h} & {0.0, 1.0}:
            left = frame.left + h * (frame.width - width)
            bottom = frame.bottom + v * (frame.height - height)
            boxes.append(Box(left, bottom, left + width, bottom + height))
    return sorted(boxes, key=lambda box: math.dist(box.centre, toward)) if toward else boxes


def _covers(box: Box, sketch: Sketch, tree: Any) -> bool:
    (west, south), (east, north) = sketch.ground(np.array([[box.left, box.bottom], [box.right, box.top]]))
    return len(tree.query(shapely.box(west, south, east, north), predicate="intersects")) > 0


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A frame on the sheet and how the ground lies in it."""

    box: Box
    sketch: Sketch


@dataclass(frozen=True, kw_only=True, eq=False)
class Composite:
    """The main map and its insets as one drawing: every part of a polygon lies in the panel of its group.

    Parameters
    ----------
    detached : Detached
        Which part belongs to which group.
    panels : tuple of Panel
        One for each group, the main map first.
    """

    detached: Detached
    panels: tuple[Panel, ...]

    def draw(self, shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Polygons moved to the sheet, each part into its panel; None stays None."""
        if len(self.panels) == 1:
            return self.panels[0].sketch.draw(shapes)
        parts, owner = shapely.get_parts(shapes, return_index=True)
        group = self.detached.group_of(parts)
        for number, panel in enumerate(self.panels):
            parts[group == number] = panel.sketch.draw(parts[group == number])
        drawn = np.empty(len(shapes), dtype=object)
        for place in np.unique(owner):
            mine = parts[owner == place]
            drawn[place] = mine[0] if len(mine) == 1 else shapely.MultiPolygon(mine.tolist())
        return drawn


def direction(start: Extent, end: Extent) -> int:
    """Eighth of the compass from the middle of one extent to that of another, 0 north and 2 east.

    Examples
    --------
    >>> direction((0, 0, 2, 2), (9, -9, 11, -7))
    3
    """
    east = (end[0] + end[2] - start[0] - start[2]) / 2
    north = (end[1] + end[3] - start[1] - start[3]) / 2
    return round(math.degrees(math.atan2(east, north)) / 45) % 8
