"""Names and numbers of the villages on a page of the atlas, and names of the kecamatan around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from lokus.show.furniture import QUIET, write
from lokus.show.labels import Candidate, Request, deepest_point, inner_points, place_labels, rings_around
from lokus.show.layout import Box
from lokus.show.legend import draw_disc
from lokus.show.lettering import halo, leader, letter
from lokus.show.typography import MM_PER_POINT, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes

    from lokus.show.layer import Layer
    from lokus.show.layout import Page
    from lokus.show.symbols import SymbolScale

__all__ = ["label_neighbours", "label_villages"]

_DISC = 3.3
_SIZES = (6.6, 5.8, 5.2)  # type of a village name, pt


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
    for size, share in ((7.0, 0.95), (6.0, 0.95), (6.0, 0.6), (5.2, 0.4)):
        width, height = text_width(name, size) + 0.6, size * MM_PER_POINT * 1.12
        centres = inner_points(shape, width=width, height=height, step=2.0, share=share)
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
    for size in _SIZES:
        width, height = text_width(name, size) + 0.5, size * MM_PER_POINT * 1.12
        centres = inner_points(shape, width=width, height=height, step=1.4, share=0.85)
        yield Candidate(form=str(size), width=width, height=height, centres=centres)
    size = _SIZES[-1]
    width, height = text_width(name, size) + 0.5, size * MM_PER_POINT * 1.12
    yield Candidate(
        form=str(size), width=width, height=height, centres=rings_around(home, step=1.0, reach=radius + 7.0)
    )


def _letter_form(text: str, home: Any, frame: Box) -> Candidate:
    return Candidate(
        form="letter", width=text_width(text, 6, weight="bold") + 0.4, height=6 * MM_PER_POINT,
        centres=rings_around(home, step=0.8, reach=frame.width),
    )  # fmt: skip
