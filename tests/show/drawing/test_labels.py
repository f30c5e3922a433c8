from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.show.drawing.labels import (
    Candidate,
    Request,
    areas_in_boxes,
    deepest_point,
    inner_points,
    largest_part,
    place_labels,
    rings_around,
)
from lokus.show.drawing.layout import Box

FRAME = Box(0, 0, 60, 40)
point = st.tuples(st.floats(-5, 65), st.floats(-5, 45))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(point, st.floats(1, 20), st.floats(1, 6)), max_size=25), st.lists(point, max_size=5)
)
def test_no_box_overlaps_another_nor_leaves_the_frame(asked, blocked):
    taken = [Box(x, y, x + 3, y + 3) for x, y in blocked]
    requests = [
        Request(
            key=str(i),
            candidates=(
                Candidate(
                    form="full", width=w, height=h, centres=rings_around(np.array(home), step=2, reach=12)
                ),
                Candidate(form="small", width=w / 2, height=h, centres=np.array([home])),
            ),
        )
        for i, (home, w, h) in enumerate(asked)
    ]
    placed, left_over = place_labels(requests, frame=FRAME, taken=taken)
    boxes = [p.box for p in placed]
    assert not any(a.overlaps(b) for a, b in combinations([*boxes], 2))
    assert not any(box.overlaps(other) for box in boxes for other in taken)
    assert all(FRAME.contains(box) for box in boxes)
    assert sorted([p.key for p in placed] + left_over) == sorted(r.key for r in requests)


def test_the_first_free_position_of_the_first_form_wins():
    near, far = np.array([[10.0, 10.0]]), np.array([[10.0, 10.0], [30.0, 10.0]])
    ask = [
        Request(key="a", candidates=(Candidate(form="x", width=4, height=4, centres=near),)),
        Request(key="b", candidates=(Candidate(form="x", width=4, height=4, centres=far),)),
        Request(
            key="c",
            candidates=(
                Candidate(form="x", width=4, height=4, centres=near),
                Candidate(form="y", width=2, height=2, centres=np.array([[20.0, 30.0]])),
            ),
        ),
    ]
    placed, left_over = place_labels(ask, frame=FRAME)
    assert [(p.key, p.form, p.box.centre) for p in placed] == [
        ("a", "x", (10.0, 10.0)),
        ("b", "x", (30.0, 10.0)),
        ("c", "y", (20.0, 30.0)),
    ]
    assert left_over == []


def test_inner_points_put_the_label_inside_the_largest_part():
    shape = shapely.MultiPolygon([shapely.box(0, 0, 20, 10), shapely.box(40, 0, 42, 2)])
    centres = inner_points(shape, width=8, height=3, step=1)
    best = centres[0]
    assert shapely.box(0, 0, 20, 10).contains(
        shapely.box(best[0] - 4, best[1] - 1.5, best[0] + 4, best[1] + 1.5)
    )
    assert len(inner_points(shape, width=8, height=3, step=1, share=1.1)) == 0
    assert np.allclose(deepest_point(shapely.box(0, 0, 10, 10)), (5, 5), atol=0.2)


@given(st.integers(0, 10_000), st.booleans())
def test_areas_in_boxes_are_those_of_polygons_cut_with_them(seed, on_a_grid):
    draw = np.random.default_rng(seed)
    turns = np.sort(draw.uniform(0, 2 * np.pi, 30))
    outline = (draw.uniform(3, 10, 30) * np.array([np.cos(turns), np.sin(turns)])).T
    outline = outline.round() if on_a_grid else outline  # with level and upright borders
    body = largest_part(shapely.difference(shapely.Polygon(outline).buffer(0), shapely.box(-1, -1, 2, 1)))
    low = draw.uniform(-10, 8, (40, 2)).round(0 if on_a_grid else 9)
    high = low + np.array([4, 1])
    cut = shapely.intersection(body, shapely.box(*low.T, *high.T))
    assert areas_in_boxes(body, low, high) == pytest.approx(shapely.area(cut), abs=1e-6)
