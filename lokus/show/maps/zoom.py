"""Draw insets that enlarge kecamatan with small villages, where the map leaves room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.furniture import INK, QUIET, draw_box, write
from lokus.show.drawing.geometry import Sketch
from lokus.show.drawing.labels import Candidate, Request, place_labels, rings_around
from lokus.show.drawing.layout import Box
from lokus.show.drawing.legend import draw_disc
from lokus.show.drawing.topology import simplify_shared
from lokus.show.drawing.typography import fit_size, shorten
from lokus.show.drawing.villages import draw_body
from lokus.show.maps.base_map import Drawn
from lokus.show.maps.lettering import leader, write_names
from lokus.show.maps.sheet_plan import UNKNOWN, not_to_cover, room_along, round_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from lokus.show.drawing.symbols import SymbolScale
    from lokus.show.maps.base_map import BaseMap
    from lokus.show.maps.sheet_plan import Frames
    from lokus.show.themes.layer import Layer

__all__ = ["Zoom", "draw_zoom", "plan_zooms"]

_SMALL = 4.2  # mm on A4: side of a village in which a number just stands
_FEWEST = 5  # villages of a kecamatan worth an inset
_MOST = 3  # insets on a sheet
_FACTORS = (4.0, 3.2, 2.6, 2.1, 1.7)  # how much larger, best first
_SHARE = 0.42  # of the frame that an inset may take, in width and in height
_CAPTION = 4.2  # strip for its words, mm
_DISC = 3.3  # room of a numbered disc, mm
_DPI = 300


@dataclass(frozen=True, kw_only=True)
class Zoom:
    """An inset: its kecamatan, its position on the sheet, and its map transformation."""

    kode_kecamatan: str
    name: str
    box: Box
    sketch: Sketch


def plan_zooms(frames: Frames, base_map: BaseMap, lokus: pd.Series | None = None) -> list[Zoom]:
    """Find the kecamatan with villages too small to distinguish, and room for an enlarged inset.

    Those with proposed villages (`lokus`, the number of each) come first, then those of the smallest ones.

    The map itself is not moved for them: an inset is left out where it would cover part of the kabupaten.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.base_map import BaseMap
    >>> from lokus.show.maps.sheet_plan import plan_frames
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> plan_zooms(plan_frames("A4", base_map.bodies, None, legend_mm=62), base_map)
    []
    """
    main, unit = frames.main, frames.page.unit
    shown = [shape is not None for shape in base_map.villages]
    sides = pd.Series(
        np.sqrt(shapely.area(base_map.villages[shown])) / main.sketch.scale,
        index=base_map.results["kode_kecamatan"].to_numpy()[shown],
    )
    typical = sides.groupby(level=0).agg(["median", "size"])
    dense = typical[(typical["median"] < _SMALL * unit) & (typical["size"] >= _FEWEST)]
    used = [panel.box for panel in frames.insets] + ([frames.locator.box] if frames.locator else [])
    zooms: list[Zoom] = []
    tree = None if dense.empty else not_to_cover(frames)
    listed = set() if lokus is None else set(base_map.results["kode_kecamatan"][lokus.notna().to_numpy()])
    dense = dense.assign(without=~dense.index.isin(list(listed)))
    for kode in dense.sort_values(["without", "median"], kind="stable").index:
        place = base_map.kecamatan.index.get_loc(kode)
        outline = base_map.outlines[place]
        if outline is None or len(zooms) == _MOST:
            continue
        found = _fit(frames, outline, [*used, *(zoom.box for zoom in zooms)], tree)
        if found is not None:
            name = str(base_map.kecamatan["kecamatan"].iloc[place])
            zooms.append(Zoom(kode_kecamatan=str(kode), name=name, box=found[0], sketch=found[1]))
    return zooms


def _fit(frames: Frames, outline: Any, used: Sequence[Box], tree: Any) -> tuple[Box, Sketch] | None:
    main, unit = frames.main, frames.page.unit
    west, south, east, north = outline.bounds
    for factor in _FACTORS:
        scale = round_scale(main.sketch.scale / factor)
        width = (east - west) / scale + 5 * unit
        height = (north - south) / scale + (5 + _CAPTION) * unit
        width = max(width, 38 * unit)
        if width > _SHARE * main.box.width or height > _SHARE * main.box.height:
            continue
        toward = ((west + east) / 2, (south + north) / 2)
        box = room_along(frames, width, height, toward=toward, used=used, gap=1.2 * unit, tree=tree)
        if box is not None:
            middle = (box.bottom + _CAPTION * unit + box.top) / 2
            sketch = Sketch(scale=scale, east=toward[0], north=toward[1], x=box.centre[0], y=middle)
            return box, sketch
    return None


def draw_zoom(
    page: Axes,
    zoom: Zoom,
    base_map: BaseMap,
    layer: Layer,
    *,
    unit: float,
    circles: SymbolScale | None = None,
) -> set[str]:
    """Draw an inset with the names and numbers of its villages; return the codes of those named.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.base_map import BaseMap
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> from lokus.show.drawing.layout import plan_page
    >>> from lokus.show.themes.themes import make_layer
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> layer = make_layer(kajian.results, "usulan")
    >>> middle = base_map.outlines[0].centroid
    >>> sketch = Sketch(scale=400, east=middle.x, north=middle.y, x=60, y=60)
    >>> zoom = Zoom(kode_kecamatan="990101", name="Pantai Damai", box=Box(30, 30, 90, 90), sketch=sketch)
    >>> figure, page = blank_sheet(plan_page("A4", 90_000, 40_000))
    >>> named = draw_zoom(page, zoom, base_map, layer, unit=1.0)
    >>> [text.get_text() for text in page.texts if text.get_gid() == "perbesaran"]
    ['Kecamatan Pantai Damai, 1 : 400.000']
    """
    own = (base_map.results["kode_kecamatan"] == zoom.kode_kecamatan).to_numpy()
    own = own & np.array([shape is not None for shape in base_map.villages])
    detail = zoom.sketch.scale * 25.4 / _DPI / 3
    outline = base_map.outlines[[base_map.kecamatan.index.get_loc(zoom.kode_kecamatan)]]
    drawn = Drawn(
        zoom.sketch.draw(simplify_shared(base_map.villages[own], detail)),
        zoom.sketch.draw(simplify_shared(outline, detail)),
    )
    villages = base_map.results[own]
    draw_box(page, zoom.box, face=UNKNOWN, zorder=1.5)
    draw_body(page, drawn.shapes, drawn.borders, layer, villages.index, unit=unit, circles=circles)
    draw_box(page, zoom.box, edge=INK, width=0.6 * unit, zorder=12)
    room = Box(zoom.box.left, zoom.box.bottom + _CAPTION * unit, zoom.box.right, zoom.box.top).grow(
        -0.6 * unit
    )
    discs = _discs(page, drawn, villages, layer, room, unit=unit, circles=circles)
    round_boxes = _circle_boxes(drawn, villages, layer, circles)
    named = write_names(
        page, drawn, villages, unit=unit, frame=room, taken=[*discs, *round_boxes], gid="desa perbesaran"
    )
    scale = format_number(zoom.sketch.scale * 1000)
    words = _("Kecamatan {name}, 1 : {scale}").format(name=zoom.name, scale=scale)
    size = fit_size([words], room.width - unit, largest=5 * unit, smallest=4 * unit)
    write(
        page, zoom.box.left + 1.5 * unit, zoom.box.bottom + 1.5 * unit, shorten(words, size, room.width),
        size, color=QUIET, zorder=12, gid="perbesaran",
    )  # fmt: skip
    return named


def _circle_boxes(
    drawn: Drawn, villages: pd.DataFrame, layer: Layer, circles: SymbolScale | None
) -> list[Box]:
    if circles is None:
        return []
    radii = np.nan_to_num(circles.radii(layer.values.loc[villages.index].to_numpy(dtype=float)))
    return [
        Box(x - 0.8 * r, y - 0.8 * r, x + 0.8 * r, y + 0.8 * r)
        for (x, y), r in zip(drawn.middles.tolist(), radii.tolist(), strict=True)
        if r > 0
    ]


def _discs(
    page: Axes,
    drawn: Drawn,
    villages: pd.DataFrame,
    layer: Layer,
    room: Box,
    *,
    unit: float,
    circles: SymbolScale | None,
) -> list[Box]:
    """Write the numbers of the proposed villages, beside the circle where there is one."""
    numbers = layer.lokus.loc[villages.index]
    values = layer.values.loc[villages.index].to_numpy(dtype=float)
    radii = np.zeros(len(villages)) if circles is None else np.nan_to_num(circles.radii(values))
    homes = {
        str(int(number)): (home, float(radius))
        for number, home, radius in zip(numbers, drawn.middles, radii, strict=True)
        if pd.notna(number)
    }
    requests = []
    for key, (home, radius) in sorted(homes.items(), key=lambda item: int(item[0])):
        centres = rings_around(home, step=0.6 * unit, reach=radius + 14 * unit)
        least = radius + 0.5 * _DISC * unit if radius else 0.0
        centres = centres[np.hypot(*(centres - home).T) >= least]
        form = Candidate(form="disc", width=_DISC * unit, height=_DISC * unit, centres=centres)
        requests.append(Request(key=key, candidates=(form,)))
    placed, _lost = place_labels(requests, frame=room, gap=0.1 * unit)
    for disc in placed:
        home, radius = homes[disc.key]
        leader(page, home, disc, unit, radius)
        draw_disc(page, *disc.box.centre, disc.key, unit=unit, gid=f"nomor perbesaran:{disc.key}")
    return [disc.box for disc in placed]
