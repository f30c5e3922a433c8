"""Hatching, scale bar, north arrow, graticule: where they stand and what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lokus.i18n import use_language
from lokus.show.drawing.furniture import draw_graticule, draw_hatch, draw_north, draw_scale_bar
from lokus.show.drawing.geometry import Sketch
from lokus.show.drawing.layout import Box


@pytest.fixture
def page():
    return Figure().add_subplot()


@given(st.floats(20, 2000), st.floats(40, 120))
def test_a_scale_bar_has_a_round_length_and_fits_its_box(scale, width):
    page = Figure().add_subplot()
    box = Box(10, 10, 10 + width, 20)
    length = draw_scale_bar(page, box, scale=scale, size="A4", unit=1.0)
    assert f"{length:.0e}"[0] in "125"
    bars = [patch for patch in page.patches if isinstance(patch, Rectangle)]
    assert sum(bar.get_width() for bar in bars) == pytest.approx(length / scale)
    assert length / scale <= 0.62 * width + 1e-9


@pytest.mark.parametrize("slopes", [(1,), (1, -1), (0,)])
def test_hatching_of_neighbours_meets_because_it_stands_on_the_grid_of_the_sheet(page, slopes):
    for box in (Box(0, 0, 10, 10), Box(10, 3, 17, 12)):
        draw_hatch(page, box.path, spacing=2.0, colour="k", width=0.3, zorder=2, slopes=slopes)
    for stripes in page.collections:
        found = set()
        for (left, low), (right, high) in stripes.get_segments():
            slope = round((high - low) / (right - left))
            found.add(slope)
            assert high - low == pytest.approx(slope * (right - left))
            assert (low - slope * left) % 2.0 == pytest.approx(0, abs=1e-9)
        assert found == set(slopes)


def test_an_empty_outline_is_not_hatched(page):
    from lokus.show.drawing.geometry import compound_path

    draw_hatch(page, compound_path([]), spacing=1.0, colour="k", width=0.3, zorder=2)
    assert len(page.collections) == 0


def test_north_turns_with_the_angle(page):
    draw_north(page, 50, 50, angle=90.0, unit=1.0)
    (text,) = page.texts
    assert text.get_position() == pytest.approx((54.9, 50.0))


@pytest.mark.parametrize(("north", "south"), [(9_600_000, True), (400_000, False)])
def test_degrees_name_their_hemisphere_and_true_north_is_near_the_top(page, north, south):
    sketch = Sketch(scale=250.0, east=450_000, north=north, x=100, y=100)
    crs = 32748 if south else 32648
    with use_language("en"):
        angle = draw_graticule(page, Box(20, 20, 190, 220), sketch, crs, unit=1.0)
    words = " ".join(text.get_text() for text in page.texts)
    assert ("S" in words, " N" in words) == (south, not south)
    assert abs(angle) < 2
    assert np.isfinite(angle)
