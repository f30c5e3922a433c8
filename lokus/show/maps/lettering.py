"""Write the labels on a map: numbered discs on lokus, names or letters on kecamatan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import KDTree

from lokus.show.drawing.furniture import INK, QUIET, write
from lokus.show.drawing.labels import (
    Candidate,
    Placed,
    Request,
    deepest_point,
    inner_points,
    place_labels,
    rings_around,
)
from lokus.show.drawing.layout import Box
from lokus.show.drawing.legend import draw_disc
from lokus.show.drawing.typography import LINE, MM_PER_POINT, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes

    from lokus.show.drawing.labels import Floats
    from lokus.show.drawing.layout import Page
    from lokus.show.drawing.symbols import SymbolScale
    from lokus.show.maps.base_map import Drawn
    from lokus.show.themes.layer import Layer

__all__ = ["draw_labels", "label_neighbours", "label_villages", "leader", "name_villages", "write_names"]


_DISC = 3.3  # room of a numbered disc, mm
_SIZES = (7.2, 6.4, 5.6)  # type of a kecamatan name, pt


def draw_labels(
    page: Axes,
    drawn: Drawn,
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    layer: Layer,
    plan: Page,
    *,
    taken: Sequence[Box] = (),
    circles: SymbolScale | None = None,
) -> tuple[list[tuple[str, str]], list[Box]]:
    """Place numbers and kecamatan names.

    Returns
    -------
    key : list of (letter, name)
        Kecamatan that got a letter only.
    boxes : list of Box
        Room that is taken by now.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> from lokus.show.maps.sheet_plan import plan_frames
    >>> from lokus.show.themes.themes import make_layer
    >>> from lokus.show.maps.base_map import BaseMap
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> frames = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    >>> figure, page = blank_sheet(frames.page)
    >>> layer, drawn = make_layer(kajian.results, "usulan"), base_map.on(frames.composite)
    >>> key, taken = draw_labels(page, drawn, base_map.results, base_map.kecamatan, layer, frames.page)
    >>> sum((text.get_gid() or "").startswith("nomor:") for text in page.texts)
    26
    """
    unit = plan.unit
    frame = plan.map.grow(-0.6 * unit)
    numbers = layer.lokus.loc[results.index]
    homes = {
        str(int(number)): middle
        for number, shape, middle in zip(numbers, drawn.shapes, drawn.middles, strict=True)
        if pd.notna(number) and shape is not None
    }
    beside = _radii(layer, numbers, circles)
    large = _large_circles(layer, drawn, results.index, circles, unit)
    others = _all_circles(layer, drawn, results.index, circles)
    discs, _lost = place_labels(
        [
            _disc_request(number, home, unit, frame, beside.get(number, 0.0), others)
            for number, home in sorted(homes.items(), key=lambda item: int(item[0]))
        ],
        frame=frame,
        taken=taken,
        gap=0.1 * unit,
    )
    for disc in discs:
        leader(page, homes[disc.key], disc, unit, beside.get(disc.key, 0.0))
        draw_disc(page, *disc.box.centre, disc.key, unit=unit, gid=f"nomor:{disc.key}")

    names = dict(zip(kecamatan.index, kecamatan["kecamatan"].astype(str), strict=True))
    areas = {
        kode: shape for kode, shape in zip(kecamatan.index, drawn.borders, strict=True) if shape is not None
    }
    places = {kode: place for place, kode in enumerate(kecamatan.index)}
    order = sorted(areas, key=lambda kode: (shapely.area(areas[kode]), kode))
    written, left_over = place_labels(
        [
            Request(key=kode, candidates=_name_forms(names[kode], drawn, places[kode], unit))
            for kode in order
        ],
        frame=frame,
        taken=[*taken, *large, *(disc.box for disc in discs)],
    )  # fmt: skip
    for label in written:
        for text, y, size in _lines_of(label, names[label.key], unit):
            halo(page, label.box.centre[0], y, text, size, gid=f"kecamatan:{label.key}")
    by_name = sorted(left_over, key=lambda kode: (names[kode], kode))
    letters = {kode: letter(place) for place, kode in enumerate(by_name)}
    small = [
        Request(
            key=kode,
            candidates=(
                Candidate(
                    form="letter", width=text_width(letters[kode], 6 * unit, weight="bold") + 0.4 * unit,
                    height=6 * unit * MM_PER_POINT, centres=np.vstack([
                        drawn.inner(places[kode], width=2 * unit, height=2 * unit, step=0.6 * unit),
                        rings_around(deepest_point(areas[kode]), step=1.2 * unit, reach=frame.width),
                    ]),
                ),
            ),
        )
        for kode in by_name
    ]  # fmt: skip
    lettered, _unplaced = place_labels(
        small, frame=frame, taken=[*taken, *large, *(p.box for p in [*discs, *written])]
    )
    for label in lettered:
        leader(page, deepest_point(areas[label.key]), label, unit)
        x, y = label.box.centre
        halo(page, x, y, letters[label.key], 6 * unit, gid=f"kecamatan:{label.key}", va="center_baseline")
    boxes = [*taken, *_circle_boxes(others), *(label.box for label in (*discs, *written, *lettered))]
    return [(letters[kode], names[kode]) for kode in by_name], boxes


_NAME_SIZES = (4.6, 4.0)  # type of a village name on a large sheet, pt before the factor of the paper


def name_villages(
    page: Axes, drawn: Drawn, results: gpd.GeoDataFrame, plan: Page, *, taken: Sequence[Box]
) -> set[str]:
    """Write the names of villages in what room the other labels leave; return the codes of those named.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> from lokus.show.maps.sheet_plan import plan_frames
    >>> from lokus.show.maps.base_map import BaseMap
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> frames = plan_frames("A3", base_map.bodies, None, legend_mm=62)
    >>> figure, page = blank_sheet(frames.page)
    >>> named = name_villages(page, base_map.on(frames.composite), base_map.results, frames.page, taken=[])
    >>> len(named) > 0.4 * len(base_map.results)
    True
    """
    return write_names(
        page, drawn, results, unit=plan.unit, frame=plan.map.grow(-0.6 * plan.unit), taken=taken
    )


def write_names(
    page: Axes,
    drawn: Drawn,
    results: gpd.GeoDataFrame,
    *,
    unit: float,
    frame: Box,
    taken: Sequence[Box],
    gid: str = "desa",
) -> set[str]:
    """Write names inside the borders of villages where there is room; return the codes of those named.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from lokus.show.maps.base_map import Drawn
    >>> page = Figure().add_subplot()
    >>> shapes = np.array([shapely.box(0, 0, 40, 20), shapely.box(40, 0, 42, 20)])
    >>> villages = pd.DataFrame({"desa": ["Air Dua", "Tanjung Serasan"]}, index=["9901012001", "9901012002"])
    >>> write_names(page, Drawn(shapes, shapes), villages, unit=1.0, frame=Box(0, 0, 50, 20), taken=[])
    {'9901012001'}
    """
    names = results["desa"].astype(str).tolist()
    there = [place for place, shape in enumerate(drawn.shapes) if shape is not None]
    order = sorted(there, key=lambda place: (shapely.area(drawn.shapes[place]), str(results.index[place])))
    placed, _left_over = place_labels(
        [
            Request(key=str(place), candidates=_small_names(names[place], drawn, place, unit))
            for place in order
        ],
        frame=frame,
        taken=taken,
        gap=0.15 * unit,
    )
    for label in placed:
        place = int(label.key)
        x, y = label.box.centre
        halo(
            page, x, y, names[place], float(label.form), gid=f"{gid}:{results.index[place]}",
            va="center_baseline", weight="normal",
        )  # fmt: skip
    return {str(results.index[int(label.key)]) for label in placed}


def _small_names(name: str, drawn: Drawn, place: int, unit: float) -> Iterator[Candidate]:
    """Ways to write the name of a village inside its borders."""
    for size in _NAME_SIZES:
        width = text_width(name, size * unit) + 0.4 * unit
        height = size * unit * MM_PER_POINT * 1.1
        centres = drawn.within(place, width=width, height=height, step=0.9 * unit, share=0.8)
        yield Candidate(form=str(size * unit), width=width, height=height, centres=centres)


def letter(place: int) -> str:
    """Letters in a row: A to Z, then AA and so on."""
    return chr(ord("A") + place) if place < 26 else letter(place // 26 - 1) + letter(place % 26)


def _radii(layer: Layer, numbers: pd.Series, circles: SymbolScale | None) -> dict[str, float]:
    """Radius of the circle of each lokus: its number stands beside it, not on it."""
    if circles is None:
        return {}
    chosen = numbers[numbers.notna()]
    radii = circles.radii(layer.values.loc[chosen.index].to_numpy(dtype=float))
    return {str(int(n)): float(r) for n, r in zip(chosen, radii, strict=True) if r > 0}


def _large_circles(
    layer: Layer, drawn: Drawn, index: pd.Index, circles: SymbolScale | None, unit: float
) -> list[Box]:
    """Boxes in the circles that a name had better not be written over."""
    if circles is None:
        return []
    radii = circles.radii(layer.values.loc[index].to_numpy(dtype=float))
    return [
        Box(x - 0.8 * r, y - 0.8 * r, x + 0.8 * r, y + 0.8 * r)
        for shape, (x, y), r in zip(drawn.shapes, drawn.middles.tolist(), radii.tolist(), strict=True)
        if shape is not None and r > 1.6 * unit
    ]


def _all_circles(layer: Layer, drawn: Drawn, index: pd.Index, circles: SymbolScale | None) -> Floats:
    """Circles on the map: x, y and radius of each."""
    if circles is None:
        return np.empty((0, 3))
    radii = circles.radii(layer.values.loc[index].to_numpy(dtype=float))
    rows = np.column_stack([drawn.middles, radii])
    return np.asarray(rows[np.isfinite(rows).all(axis=1) & (radii > 0)], dtype=float)


def _circle_boxes(circles: Floats) -> list[Box]:
    """Boxes that a small name must not be written over."""
    return [Box(x - 0.9 * r, y - 0.9 * r, x + 0.9 * r, y + 0.9 * r) for x, y, r in circles.tolist()]


def _disc_request(number: str, home: Any, unit: float, frame: Box, beside: float, circles: Floats) -> Request:
    return Request(key=number, candidates=_disc_places(home, unit, frame, beside, circles))


def _disc_places(home: Any, unit: float, frame: Box, beside: float, circles: Floats) -> Iterator[Candidate]:
    """Places of a disc: closely around its village, then anywhere on the map rather than nowhere.

    On a map of circles a disc stands on none of them: it would hide the number of another village.
    """
    nearest = beside + 0.5 * _DISC * unit if beside else 0.0
    last = []
    room = frame.grow(-0.5 * _DISC * unit)
    for step, far in ((0.55 * unit, 12 * unit), (_DISC * unit, frame.width + frame.height)):
        centres = rings_around(home, step=step, reach=nearest + far)
        centres = centres[
            (np.hypot(*(centres - home).T) >= nearest)
            & (centres >= (room.left, room.bottom)).all(axis=1)
            & (centres <= (room.right, room.top)).all(axis=1)
        ]
        free = _off_circles(centres, circles, 0.5 * _DISC * unit)
        last.append(centres[~free])
        yield Candidate(form="disc", width=_DISC * unit, height=_DISC * unit, centres=centres[free])
    for centres in last:
        yield Candidate(form="disc", width=_DISC * unit, height=_DISC * unit, centres=centres)


def _off_circles(centres: Floats, circles: Floats, radius: float) -> npt.NDArray[np.bool_]:
    """Whether a disc of this radius touches none of the circles, at each of the places."""
    free = np.ones(len(centres), dtype=bool)
    if not len(circles) or not len(centres):
        return free
    reach = circles[:, 2:] + radius
    near = (circles[:, :2] + reach > centres.min(axis=0)) & (circles[:, :2] - reach < centres.max(axis=0))
    circles = circles[near.all(axis=1)]
    # Thousands of places and circles: the tree gives only those that meet, places touched from outside too.
    met = KDTree(centres).query_ball_point(circles[:, :2], circles[:, 2] + radius)
    for (x, y, r), places in zip(circles.tolist(), met, strict=True):
        free[places] &= np.hypot(centres[places, 0] - x, centres[places, 1] - y) >= r + radius
    return free


def _name_forms(name: str, drawn: Drawn, place: int, unit: float) -> Iterator[Candidate]:
    """Ways to write a name mostly inside its kecamatan, the largest type first."""
    for size in _SIZES:
        for lines in _breaks(name):
            width = max(text_width(line, size * unit, weight="bold") for line in lines) + 0.6 * unit
            height = len(lines) * size * unit * MM_PER_POINT * LINE * 0.92
            share = 0.9 if size > _SIZES[-1] else 0.8
            centres = drawn.inner(place, width=width, height=height, step=1.1 * unit, share=share)
            yield Candidate(form=f"{size}|{len(lines)}", width=width, height=height, centres=centres)


def _breaks(name: str) -> list[list[str]]:
    """Break the name: on one line, and on two where it has a space, broken nearest the middle."""
    words = name.upper().split()
    ways = [[" ".join(words)]]
    if len(words) > 1:
        cut = min(range(1, len(words)), key=lambda k: max(len(" ".join(words[:k])), len(" ".join(words[k:]))))
        ways.append([" ".join(words[:cut]), " ".join(words[cut:])])
    return ways


def _lines_of(label: Placed, name: str, unit: float) -> list[tuple[str, float, float]]:
    size, count = label.form.split("|")
    points = float(size) * unit
    lines = _breaks(name)[int(count) - 1]
    pitch = label.box.height / len(lines)
    return [
        (line, label.box.top - (place + 0.5) * pitch - points * MM_PER_POINT * 0.36, points)
        for place, line in enumerate(lines)
    ]


def halo(
    page: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    gid: str,
    va: str = "baseline",
    weight: str = "bold",
) -> None:
    """Write text twice: a white edge behind, and real, searchable text on top."""
    style: dict[str, Any] = {"ha": "center", "va": va, "weight": weight}
    write(page, x, y, text, size, zorder=9, alpha=0.85, edge=size / 3.6, **style)
    write(page, x, y, text, size, zorder=10, gid=gid, color="#2f4858", **style)


def leader(page: Axes, home: Any, label: Placed, unit: float, radius: float = 0.0) -> None:
    """Tie a label to its place when it stands beside it, or away from the circle there.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> far = Placed(key="1", form="disc", box=Box(10, 10, 13, 13))
    >>> leader(page, (30.0, 30.0), far, 1.0)
    >>> len(page.lines)
    2
    """
    x, y = label.box.centre
    away = math.hypot(x - home[0], y - home[1])
    if away > radius + max(label.box.width, label.box.height) * (0.95 if radius else 0.55):
        page.plot([home[0], x], [home[1], y], color=INK, linewidth=0.5 * unit, zorder=7)
        page.plot([home[0]], [home[1]], marker="o", markersize=1.4 * unit, color=INK, zorder=7)


# On a page of the atlas.
_ATLAS_SIZES = (6.6, 5.8, 5.2)  # type of a village name, pt


def label_villages(
    page: Axes,
    shapes: Any,
    villages: gpd.GeoDataFrame,
    layer: Layer,
    plan: Page,
    *,
    taken: Sequence[Box] = (),
    circles: SymbolScale | None = None,
) -> tuple[dict[str, str], list[Box]]:
    """Write number and name of each village, a letter where there is no room for the name.

    Returns
    -------
    letters : dict
        Code of the village → its letter, for the table.
    taken : list of Box
        Room that is taken now.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> from lokus.show.maps.sheet_plan import plan_frames
    >>> from lokus.show.themes.themes import make_layer
    >>> from lokus.show.maps.base_map import BaseMap
    >>> one = kajian.results[kajian.results["kode_kecamatan"] == "990101"]
    >>> base_map = BaseMap(one, kajian.boundaries.kecamatan.loc[["990101"]])
    >>> frames = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    >>> figure, page = blank_sheet(frames.page)
    >>> layer, shapes = make_layer(one, "usulan"), base_map.on(frames.composite).shapes
    >>> letters, taken = label_villages(page, shapes, base_map.results, layer, frames.page)
    >>> set(letters) <= set(one.index)
    True
    """
    frame = plan.map.grow(-0.8)
    bodies = {str(kode): s for kode, s in zip(villages.index, shapes, strict=True) if s is not None}
    homes = {kode: deepest_point(shape) for kode, shape in bodies.items()}
    numbers = {
        kode: str(int(number)) for kode, number in layer.lokus.items() if pd.notna(number) and kode in bodies
    }
    radii = {} if circles is None else dict(
        zip(layer.values.index, np.nan_to_num(circles.radii(layer.values.to_numpy(dtype=float))), strict=True)
    )  # fmt: skip
    round_boxes = {
        kode: Box(home[0] - r, home[1] - r, home[0] + r, home[1] + r)
        for kode, home in homes.items()
        if (r := 0.85 * float(radii.get(kode, 0.0))) > 0
    }
    discs, _lost = place_labels(
        [
            Request(key=kode, candidates=(_disc(homes[kode], float(radii.get(kode, 0.0)), frame.width),))
            for kode in sorted(numbers, key=lambda kode: int(numbers[kode]))
        ],
        frame=frame,
        taken=taken,
        gap=0.1,
    )
    for disc in discs:
        leader(page, homes[disc.key], disc, 1.0, float(radii.get(disc.key, 0.0)))
        draw_disc(page, *disc.box.centre, numbers[disc.key], unit=1.0, gid=f"nomor:{numbers[disc.key]}")
    names = dict(zip(villages.index, villages["desa"].astype(str), strict=True))
    order = sorted(bodies, key=lambda kode: (shapely.area(bodies[kode]), kode))
    used = [*taken, *(disc.box for disc in discs), *round_boxes.values()]
    placed, left_over = place_labels(
        [
            Request(
                key=kode,
                candidates=_forms(names[kode], bodies[kode], homes[kode], float(radii.get(kode, 0.0))),
            )
            for kode in order
        ],
        frame=frame,
        taken=used,
    )
    for label in placed:
        leader(page, homes[label.key], label, 1.0, label.box.width)
        x, y = label.box.centre
        halo(
            page,
            x,
            y,
            names[label.key],
            float(label.form),
            gid=f"desa:{label.key}",
            va="center_baseline",
            weight="normal",
        )
    letters = {kode: letter(place) for place, kode in enumerate(sorted(left_over))}
    small, _none = place_labels(
        [
            Request(key=kode, candidates=(_letter_form(letters[kode], homes[kode], frame),))
            for kode in sorted(left_over)
        ],
        frame=frame,
        taken=[*used, *(label.box for label in placed)],
    )
    for label in small:
        leader(page, homes[label.key], label, 1.0)
        halo(page, *label.box.centre, letters[label.key], 6, gid=f"desa:{label.key}", va="center_baseline")
    return letters, [*used, *(label.box for label in (*placed, *small))]


def label_neighbours(
    page: Axes, shapes: Mapping[str, Any], *, frame: Box, own: Any, taken: Sequence[Box]
) -> list[str]:
    """Write the names of the kecamatan around in what the page shows of them.

    Parameters
    ----------
    shapes : mapping of str to polygon
        Name → its part inside the frame, in millimetres.
    frame : Box
        The neat line.
    own : geometry
        The kecamatan of the page, not to be written over.
    taken : sequence of Box
        Room that is taken.

    Returns
    -------
    list of str
        Names for which there is no room.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> from lokus.show.drawing.layout import Box
    >>> around, own = {"Teluk Bakau": shapely.box(0, 0, 60, 50)}, shapely.box(60, 0, 100, 50)
    >>> label_neighbours(page, around, frame=Box(0, 0, 100, 50), own=own, taken=[])
    []
    >>> page.texts[0].get_text()
    'Teluk Bakau'
    """
    order = sorted(shapes, key=lambda name: (-shapely.area(shapes[name]), name))
    inner = frame.grow(-0.8)
    placed, left_over = place_labels(
        [Request(key=name, candidates=_outside(name, shapes[name], own)) for name in order],
        frame=inner,
        taken=taken,
        gap=0.6,
    )
    for label in placed:
        x, y = label.box.centre
        write(
            page, x, y, label.key, float(label.form), ha="center", va="center_baseline", style="italic",
            color=QUIET, zorder=6, gid=f"tetangga:{label.key}",
        )  # fmt: skip
    return left_over


def _outside(name: str, shape: Any, own: Any) -> Iterator[Candidate]:
    """Ways to write the name of a neighbour: well inside it, then wherever its middle lies in it."""
    deepest = deepest_point(shape)
    for size, share in ((7.0, 0.95), (6.0, 0.95), (6.0, 0.6), (5.2, 0.4)):
        width, height = text_width(name, size) + 0.6, size * MM_PER_POINT * 1.12
        centres = inner_points(shape, width=width, height=height, step=2.0, share=share, deepest=deepest)
        if len(centres):
            half = np.array([width, height]) / 2
            boxes = shapely.box(*(centres - half).T, *(centres + half).T)
            yield Candidate(
                form=str(size), width=width, height=height, centres=centres[~shapely.intersects(boxes, own)]
            )


def _disc(home: Any, radius: float, reach: float) -> Candidate:
    centres = rings_around(home, step=0.6, reach=radius + min(20, reach))
    away = np.hypot(*(centres - home).T)
    return Candidate(
        form="disc", width=_DISC, height=_DISC, centres=centres[away >= (radius + _DISC / 2 if radius else 0)]
    )


def _forms(name: str, shape: Any, home: Any, radius: float) -> Iterator[Candidate]:
    """Ways to write a name: in its village in large to small type, then near it."""
    for size in _ATLAS_SIZES:
        width, height = text_width(name, size) + 0.5, size * MM_PER_POINT * 1.12
        centres = inner_points(shape, width=width, height=height, step=1.4, share=0.85, deepest=home)
        yield Candidate(form=str(size), width=width, height=height, centres=centres)
    size = _ATLAS_SIZES[-1]
    width, height = text_width(name, size) + 0.5, size * MM_PER_POINT * 1.12
    yield Candidate(
        form=str(size), width=width, height=height, centres=rings_around(home, step=1.0, reach=radius + 7.0)
    )


def _letter_form(text: str, home: Any, frame: Box) -> Candidate:
    return Candidate(
        form="letter", width=text_width(text, 6, weight="bold") + 0.4, height=6 * MM_PER_POINT,
        centres=rings_around(home, step=0.8, reach=frame.width),
    )  # fmt: skip
