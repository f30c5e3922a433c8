"""The body of a map: each class in its colour, hatching for what is weak, a line around lokus."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from lokus.show.drawing.villages import CLASS_HATCH, draw_body, scale_for
from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.sheet_plan import plan_frames
from lokus.show.themes.themes import make_layer


@pytest.fixture
def body(full, outlines):
    base_map = BaseMap(full, outlines)
    drawn = base_map.on(plan_frames("A4", base_map.bodies, None, legend_mm=62).composite)

    def draw(theme):
        page, layer = Figure().add_subplot(), make_layer(full, theme)
        circles = scale_for(layer, drawn.shapes, unit=1.0)
        draw_body(page, drawn.shapes, drawn.borders, layer, base_map.results.index, unit=1.0, circles=circles)
        return page, layer, drawn

    return draw


@pytest.mark.parametrize("theme", ["usulan", "prevalensi", "titik_panas"])
def test_every_class_is_drawn_in_the_colour_of_its_legend(body, theme):
    page, layer, _drawn = body(theme)
    faces = {
        patch.get_gid().removeprefix("kelas:"): to_hex(patch.get_facecolor())
        for patch in page.patches
        if (patch.get_gid() or "").startswith("kelas:")
    }
    assert faces == dict(layer.palette.items())


def test_villages_without_a_value_and_with_a_weak_one_are_hatched(body):
    page, layer, _drawn = body("prevalensi")
    stripes = [lines for lines in page.collections if len(lines.get_segments())]
    assert len(stripes) >= 1 + sum(key in CLASS_HATCH for key in layer.classes.unique())


def test_circles_stand_only_where_there_is_a_value_and_a_polygon(body):
    page, layer, drawn = body("anak")
    there = layer.values.notna().to_numpy() & [shape is not None for shape in drawn.shapes]
    circles = [patch for patch in page.patches if type(patch).__name__ == "Circle"]
    assert len(circles) == (there & (layer.values > 0).to_numpy()).sum()
