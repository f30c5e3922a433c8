"""Names and numbers on the map: none missing, none on another."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from lokus.show.drawing.layout import Box
from lokus.show.drawing.villages import scale_for
from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.lettering import _off_circles, draw_labels, label_neighbours, label_villages
from lokus.show.maps.print_map import blank_sheet
from lokus.show.maps.sheet_plan import plan_frames
from lokus.show.themes.themes import make_layer


@pytest.fixture(params=[{}, {"villages": 160, "kecamatan": 22, "lokus": 50}], ids=["usual", "crowded"])
def lettered(make, request):
    results, outlines = make(**request.param)
    base_map = BaseMap(results, outlines)
    frames = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    _figure, page = blank_sheet(frames.page)
    return results, base_map, frames, page, make_layer(results, "usulan")


def gids(page, prefix):
    return [
        text.get_gid().removeprefix(prefix)
        for text in page.texts
        if (text.get_gid() or "").startswith(prefix)
    ]


def overlapping(boxes):
    shapes = [shapely.box(box.left, box.bottom, box.right, box.top) for box in boxes]
    return [
        (a, b)
        for a, one in enumerate(shapes)
        for b, other in enumerate(shapes[:a])
        if one.intersection(other).area > 1e-9
    ]


def test_every_lokus_has_its_number_and_every_kecamatan_its_name_or_letter(lettered):
    results, base_map, frames, page, layer = lettered
    key, taken = draw_labels(
        page, base_map.on(frames.composite), base_map.results, base_map.kecamatan, layer, frames.page
    )
    drawn = results["nomor"].notna() & results.geometry.notna()
    assert sorted(map(int, gids(page, "nomor:"))) == sorted(results.loc[drawn, "nomor"])
    assert set(gids(page, "kecamatan:")) == set(base_map.kecamatan.index)
    assert len({letter for letter, _name in key}) == len(key)
    assert overlapping(taken) == []


def test_no_number_stands_on_a_circle(lettered):
    results, base_map, frames, page, _layer = lettered
    layer = make_layer(results, "anak")
    drawn = base_map.on(frames.composite)
    circles = scale_for(layer, drawn.shapes, unit=frames.page.unit)
    draw_labels(page, drawn, base_map.results, base_map.kecamatan, layer, frames.page, circles=circles)
    radii = circles.radii(layer.values.loc[base_map.results.index].to_numpy(dtype=float))
    rounds = [(x, y, r) for (x, y), r in zip(drawn.middles, radii, strict=True) if r > 0]
    discs = [patch for patch in page.patches if isinstance(patch, Circle) and patch.get_zorder() == 11]
    assert len(discs) == len(gids(page, "nomor:")) > 3
    on_one = [
        disc.center
        for disc in discs
        for x, y, r in rounds
        if math.dist(disc.center, (x, y)) < r + disc.radius - 1e-6
    ]
    assert on_one == []


def test_every_village_has_its_name_or_a_letter_for_the_table(lettered):
    _results, base_map, frames, page, layer = lettered
    shapes = base_map.on(frames.composite).shapes
    letters, _taken = label_villages(page, shapes, base_map.results, layer, frames.page)
    there = {kode for kode, shape in zip(base_map.results.index, shapes, strict=True) if shape is not None}
    assert set(gids(page, "desa:")) == there
    assert len(set(letters.values())) == len(letters)


def test_a_neighbour_for_whose_name_there_is_no_room_is_given_back():
    page = Figure().add_subplot()
    around = {"Luas": shapely.box(0, 0, 60, 50), "Sempit Sekali Namanya": shapely.box(60, 0, 61, 50)}
    own = shapely.box(61, 0, 100, 50)
    assert label_neighbours(page, around, frame=Box(0, 0, 100, 50), own=own, taken=[]) == [
        "Sempit Sekali Namanya"
    ]
    assert [text.get_text() for text in page.texts] == ["Luas"]


@pytest.mark.parametrize("seed", range(20))
def test_places_off_the_circles_are_those_that_touch_none(seed):
    """The tree of places against every pair, as far as one may count them."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 100, (300, 2))
    circles = np.column_stack([rng.uniform(-20, 120, (80, 2)), rng.uniform(0.1, 6, 80)])
    away = np.hypot(*(places[:, None] - circles[None, :, :2]).transpose(2, 0, 1))
    expected = (away >= circles[:, 2] + 1.6).all(axis=1)
    assert 0 < expected.sum() < len(places)
    assert _off_circles(places, circles, 1.6).tolist() == expected.tolist()
