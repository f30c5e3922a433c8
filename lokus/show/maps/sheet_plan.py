"""Plan a map sheet: page, main map, insets and locator."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.detached_parts import Bodies, find_bodies, split_bodies
from lokus.show.drawing.furniture import INK, QUIET, draw_box, draw_outline, write
from lokus.show.drawing.geometry import Sketch, compound_path, polygonal, without_slivers
from lokus.show.drawing.layout import Box, Page, plan_page
from lokus.show.drawing.typography import fit_size, shorten, text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes

    from lokus.show.drawing.detached_parts import Detached, Extent

__all__ = [
    "AROUND",
    "SEA_COLOUR",
    "UNKNOWN",
    "Arrangement",
    "Composite",
    "Frames",
    "Panel",
    "Want",
    "direction",
    "draw_locator",
    "draw_surroundings",
    "fit_frames",
    "inset_captions",
    "not_to_cover",
    "plan_frames",
    "room_along",
    "round_scale",
    "shapes_within",
]


_SHRINK = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4)  # factors by which the main map may shrink for boxes


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

    The map is first moved to a side, then made smaller step by step.

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


def not_to_cover(frames: Frames) -> Any:
    """Index of what the main map shows of the kabupaten, in metres, coarse as boxes need it.

    Examples
    --------
    >>> bodies = find_bodies(np.array([shapely.box(0, 0, 30_000, 12_000)]))
    >>> frames = plan_frames("A4", bodies, None, legend_mm=62)
    >>> len(not_to_cover(frames))
    1
    """
    detached = frames.composite.detached
    parts = detached.parts[detached.group == 0]
    return shapely.STRtree(shapely.simplify(parts, frames.main.sketch.scale * 0.5))


def room_along(
    frames: Frames,
    width: float,
    height: float,
    *,
    toward: tuple[float, float],
    used: Sequence[Box],
    gap: float,
    tree: Any = None,
) -> Box | None:
    """Place a box along the neat line, nearest to a point on the ground, where it covers nothing of the map.

    Examples
    --------
    >>> bodies = find_bodies(np.array([shapely.box(0, 0, 30_000, 12_000)]))
    >>> frames = plan_frames("A4", bodies, None, legend_mm=62)
    >>> box = room_along(frames, 30.0, 20.0, toward=(0, 0), used=[], gap=1.0)
    >>> box.left == frames.main.box.left
    True
    """
    main = frames.main
    tree = not_to_cover(frames) if tree is None else tree
    for box in _along_the_frame(main.box, width, height, _at(main.sketch, toward)):
        apart = box.grow(gap)
        if not any(apart.overlaps(other) for other in used) and not _covers(apart, main.sketch, tree):
            return box
    return None


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
    """A frame on the sheet with its map transformation."""

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


SEA_COLOUR = "#e3edf2"  # sea, where it is known to be sea
UNKNOWN = "#f7f7f5"  # land of others or sea: no file says which
AROUND = {"face": "#e2e5e2", "edge": "#b7bec1"}
_HERE = "#b4441c"
_CAPTION = 4.2  # strip for the words of an inset, mm
_LOCATOR = (40.0, 34.0, 28.0)  # longer side of the locator, mm, best first


@dataclass(frozen=True, kw_only=True, eq=False)
class Frames:
    """Plan of one sheet.

    Parameters
    ----------
    page : Page
        Parts of the sheet.
    composite : Composite
        Main map and insets.
    locator : Panel or None
        Place of the kabupaten in its surroundings.
    """

    page: Page
    composite: Composite
    locator: Panel | None

    @property
    def main(self) -> Panel:
        """The main map."""
        return self.composite.panels[0]

    @property
    def insets(self) -> tuple[Panel, ...]:
        """The insets."""
        return self.composite.panels[1:]

    @property
    def taken(self) -> list[Box]:
        """What a label may not be written over: the locator, captions and edges of insets."""
        boxes = [self.locator.box] if self.locator else []
        for panel in self.insets:
            box, thin = panel.box, 0.3 * self.page.unit
            boxes += [
                Box(box.left, box.bottom, box.right, box.bottom + _CAPTION * self.page.unit),
                Box(box.left, box.top - thin, box.right, box.top + thin),
                Box(box.left - thin, box.bottom, box.left + thin, box.top),
                Box(box.right - thin, box.bottom, box.right + thin, box.top),
            ]
        return boxes


def plan_frames(
    size: str, bodies: Bodies, surroundings: npt.NDArray[Any] | None, *, legend_mm: float
) -> Frames:
    """Plan the sheet for polygons in metres; insets and locator only where there is room for them.

    Examples
    --------
    >>> bodies = find_bodies(np.array([shapely.box(0, 0, 30_000, 20_000)]))
    >>> plan_frames("A4", bodies, None, legend_mm=62).main.sketch.scale
    160.0
    """

    def page_for(width: float, height: float) -> Page:
        return plan_page(size, width, height, legend_mm=legend_mm)

    return fit_frames(bodies, page_for, surroundings)


def fit_frames(
    shapes: Bodies | npt.NDArray[Any],
    page_for: Callable[[float, float], Page],
    surroundings: npt.NDArray[Any] | None = None,
) -> Frames:
    """Find main map, insets and locator for polygons in metres, on the page that suits their extent.

    Parameters
    ----------
    shapes : Bodies, or array of polygons or None
        In metres.
    page_for : callable
        Gives the page for a width and a height in metres.
    surroundings : array of polygons, optional
        What lies around, for the locator.

    Examples
    --------
    >>> east, west = shapely.box(0, 0, 30_000, 20_000), shapely.box(30_000, 0, 50_000, 20_000)
    >>> frames = fit_frames(np.array([east, west]), lambda width, height: plan_page("A4", width, height))
    >>> frames.main.sketch.scale, len(frames.insets)
    (270.0, 0)
    """
    bodies = shapes if isinstance(shapes, Bodies) else find_bodies(shapes)
    together = bodies.together
    detached = split_bodies(bodies, scale_of=lambda w, h: page_for(max(w, 1), max(h, 1)).scale_of(w, h))
    whole = together.extents[0]
    for groups in (detached, together):
        west, south, east, north = groups.extents[0]
        page = page_for(east - west, north - south)
        full = page.scale_of(whole[2] - whole[0], whole[3] - whole[1])
        sketch = Sketch(
            scale=round_scale(page.scale_of(east - west, north - south)), east=(west + east) / 2,
            north=(south + north) / 2, x=page.map.centre[0], y=page.map.centre[1],
        )  # fmt: skip
        wants = [_inset_want(extent, sketch.scale, full, page) for extent in groups.extents[1:]]
        if surroundings is not None:
            wants.append(_locator_want(surroundings, page))
        main_parts = groups.parts[groups.group == 0]
        found = arrange(page.map, sketch, groups.extents[0], main_parts, wants, gap=1.2 * page.unit)
        if found is None and surroundings is not None and len(groups.extents) == 1:
            found = arrange(page.map, sketch, groups.extents[0], main_parts, [], gap=0)
        if found is None:
            continue  # no room: the whole kabupaten on one map
        main = Panel(box=page.map, sketch=_rounded(found.sketch, sketch))
        insets = [
            _inset_panel(box, extent, page)
            for box, extent in zip(found.boxes, groups.extents[1:], strict=False)
        ]
        here = len(insets)
        locator = (
            _locator_panel(found.boxes[here], surroundings, page)
            if surroundings is not None and len(found.boxes) > here
            else None
        )
        return Frames(
            page=page, composite=Composite(detached=groups, panels=(main, *insets)), locator=locator
        )
    raise AssertionError("a map without boxes always has room")  # pragma: no cover


def round_scale(scale: float) -> float:
    """Next larger scale with two significant figures: 1 : 640 000 reads better than 1 : 638 417.

    Examples
    --------
    >>> round_scale(638.417)
    640.0
    """
    power = 10 ** (math.floor(math.log10(scale)) - 1)
    return float(math.ceil(scale / power - 1e-9) * power)


def _rounded(found: Sketch, first: Sketch) -> Sketch:
    """Round the scale of a map that gave way; it only gets smaller, so that nothing is covered."""
    if found.scale == first.scale:
        return found
    return Sketch(scale=round_scale(found.scale), east=found.east, north=found.north, x=found.x, y=found.y)


def _inset_want(extent: Any, scale: float, full: float, page: Page) -> Want:
    """Sizes of an inset: at the scale of the main map, or smaller down to that of a map of everything."""
    sizes = []
    for share in np.linspace(0, 1, 6):
        at = round_scale(scale * (full / scale) ** share)
        width = (extent[2] - extent[0]) / at + 5 * page.unit
        height = (extent[3] - extent[1]) / at + (5 + _CAPTION) * page.unit
        size = (max(width, 34 * page.unit), max(height, 20 * page.unit))
        if size[0] <= 0.5 * page.map.width and size[1] <= 0.5 * page.map.height:
            sizes.append(size)
    return Want(sizes=tuple(sizes), toward=((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2))


def _inset_panel(box: Box, extent: Any, page: Page) -> Panel:
    room = Box(box.left, box.bottom + _CAPTION * page.unit, box.right, box.top)
    inner = room.grow(-2.2 * page.unit)
    scale = max((extent[2] - extent[0]) / inner.width, (extent[3] - extent[1]) / inner.height)
    return Panel(box=box, sketch=_centred(room, extent, round_scale(scale)))


def _locator_want(surroundings: npt.NDArray[Any], page: Page) -> Want:
    west, south, east, north = shapely.total_bounds(surroundings)
    sides = np.array([east - west, north - south]) / max(east - west, north - south)
    sizes = [np.maximum(side * sides, 14.0) * page.unit for side in _LOCATOR]
    return Want(sizes=tuple((float(width), float(height)) for width, height in sizes))


def _locator_panel(box: Box, surroundings: npt.NDArray[Any], page: Page) -> Panel:
    extent = shapely.total_bounds(surroundings)
    inner = box.grow(-1.2 * page.unit)
    scale = max((extent[2] - extent[0]) / inner.width, (extent[3] - extent[1]) / inner.height)
    return Panel(box=box, sketch=_centred(box, extent, scale))


def _centred(box: Box, extent: Any, scale: float) -> Sketch:
    return Sketch(
        scale=float(scale), east=float(extent[0] + extent[2]) / 2, north=float(extent[1] + extent[3]) / 2,
        x=box.centre[0], y=box.centre[1],
    )  # fmt: skip


def draw_surroundings(page: Axes, frames: Frames, surroundings: npt.NDArray[Any]) -> None:
    """Draw what lies around the kabupaten beneath the main map, cut at the neat line.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.base_map import BaseMap
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> frames = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> figure, page = blank_sheet(frames.page)
    >>> draw_surroundings(page, frames, base_map.outlines)
    >>> len(page.patches)
    1
    """
    box, sketch = frames.main.box, frames.main.sketch
    (west, south), (east, north) = sketch.ground(np.array([[box.left, box.bottom], [box.right, box.top]]))
    cut = shapely.intersection(
        shapely.make_valid(surroundings, method="structure", keep_collapsed=False),
        shapely.box(west, south, east, north),
    )
    unit = frames.page.unit
    cut = without_slivers(cut, (3 * sketch.scale) ** 2)
    draw_outline(page, compound_path(_areas(sketch.draw(cut))), width=0.5 * unit, zorder=0.6, **AROUND)


def shapes_within(frames: Frames, shapes: Mapping[str, Any]) -> dict[str, Any]:
    """Parts of polygons in metres that the main map shows, in millimetres; of many there is none.

    Examples
    --------
    >>> bodies = find_bodies(np.array([shapely.box(0, 0, 30_000, 20_000)]))
    >>> frames = plan_frames("A4", bodies, None, legend_mm=62)
    >>> around = {"Dekat": shapely.box(-3_000, 0, 0, 20_000), "Jauh": shapely.box(90_000, 0, 99_000, 9_000)}
    >>> list(shapes_within(frames, around))
    ['Dekat']
    """
    box, sketch = frames.main.box, frames.main.sketch
    (west, south), (east, north) = sketch.ground(np.array([[box.left, box.bottom], [box.right, box.top]]))
    seen = {name: shapely.clip_by_rect(shape, west, south, east, north) for name, shape in shapes.items()}
    drawn = sketch.draw(polygonal(list(seen.values())))
    return {name: shape for name, shape in zip(seen, drawn, strict=True) if shape is not None}


def draw_locator(
    page: Axes, frames: Frames, surroundings: npt.NDArray[Any], *, background: str = UNKNOWN
) -> None:
    """Draw the kabupaten in its surroundings, in the box planned for it.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.base_map import BaseMap
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> frames = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> figure, page = blank_sheet(frames.page)
    >>> draw_locator(page, frames, np.array([]))  # no box was planned for it, so nothing is drawn
    >>> len(page.patches)
    0
    """
    if frames.locator is None:
        return
    box, sketch, unit = frames.locator.box, frames.locator.sketch, frames.page.unit
    draw_box(page, box, face=background, zorder=12)
    fine = shapely.simplify(without_slivers(surroundings, (2 * sketch.scale) ** 2), sketch.scale * 0.1)
    draw_outline(page, compound_path(_areas(sketch.draw(fine))), width=0.35 * unit, zorder=12.1, **AROUND)
    drawn = sketch.draw(shapely.simplify(frames.composite.detached.parts, sketch.scale * 0.1))
    draw_outline(
        page, compound_path(_areas(drawn)), face=_HERE, edge=_HERE, width=0.5 * unit, zorder=12.2, gid="letak"
    )
    draw_box(page, box, edge=INK, width=0.6 * unit, zorder=12.3)


def _areas(shapes: npt.NDArray[Any]) -> list[Any]:
    """Polygon parts only: cutting and simplifying can leave lines."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def inset_captions(page: Axes, frames: Frames, names: list[str]) -> None:
    """Draw the frames of the insets, and say what and where each of them shows at which scale.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.base_map import BaseMap
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> frames = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> figure, page = blank_sheet(frames.page)
    >>> inset_captions(page, frames, ["Teluk Bakau"] * len(frames.insets))
    >>> len(page.texts) == len(frames.insets)
    True
    """
    winds = (
        _("north"), _("north-east"), _("east"), _("south-east"),
        _("south"), _("south-west"), _("west"), _("north-west"),
    )  # fmt: skip
    detached, unit = frames.composite.detached, frames.page.unit
    for number, (panel, name) in enumerate(zip(frames.insets, names, strict=True), start=1):
        box = panel.box
        draw_box(page, box, edge=INK, width=0.6 * unit, zorder=12)
        size = 5 * unit
        words = _("{place}: {km} km to the {wind}, scale 1 : {scale}")
        values = {
            "km": format_number(detached.distance(number) / 1000),
            "wind": winds[direction(detached.extents[0], detached.extents[number])],
            "scale": format_number(panel.sketch.scale * 1000),
        }
        room = box.width - 3 * unit
        left = room - text_width(words.format(place="", **values), size)
        text = words.format(place=shorten(name, size, left), **values)
        if left < 0.25 * room:  # the name would be cut to nothing
            text = _("{km} km to the {wind}, 1 : {scale}").format(**values)
            size = fit_size([text], room, largest=size, smallest=3.5 * unit)
        write(
            page,
            box.left + 1.5 * unit,
            box.bottom + 1.5 * unit,
            text,
            size,
            color=QUIET,
            zorder=12,
            gid="sisipan",
        )
