from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.show.drawing.detached_parts import find_bodies, find_detached
from lokus.show.drawing.geometry import Sketch, polygonal
from lokus.show.drawing.layout import Box
from lokus.show.maps.sheet_plan import Composite, Panel, Want, arrange, direction, plan_frames


def widest(width: float, height: float) -> float:
    return max(width, height)


def test_an_island_far_away_is_left_to_an_inset_and_a_near_one_is_not():
    main = shapely.box(0, 0, 100, 60)
    near, far = shapely.box(105, 0, 110, 5), shapely.box(300, 200, 306, 204)
    found = find_detached(np.array([main, near, far, None]), scale_of=widest)
    assert found.group.tolist() == [0, 0, 1]
    assert found.extents == ((0, 0, 110, 60), (300, 200, 306, 204))
    assert found.distance(1) == pytest.approx(np.hypot(200, 140))


def test_two_halves_stay_on_one_map():
    halves = np.array([shapely.box(0, 0, 100, 60), shapely.box(200, 0, 300, 60)])
    assert set(find_detached(halves, scale_of=widest).group) == {0}


def test_islets_that_cost_the_map_nothing_stay_on_it():
    parts = [shapely.box(0, 0, 100, 60), shapely.box(80, 65, 82, 66), shapely.box(400, 0, 404, 4)]
    parts.append(shapely.box(95, -8, 97, -6))
    assert find_detached(np.array(parts), scale_of=widest).group.tolist() == [0, 0, 1, 0]


@settings(max_examples=40, deadline=None)
@given(
    st.floats(20, 190),
    st.floats(20, 150),
    st.lists(st.tuples(st.floats(15, 50), st.floats(15, 50)), min_size=1, max_size=3),
)
def test_boxes_cover_nothing_and_stay_in_the_frame(width, height, sizes):
    frame = Box(0, 0, 200, 160)
    scale = max(width / 196, height / 156)
    parts = np.array([shapely.box(0, 0, width, height)])
    sketch = Sketch(scale=scale, east=width / 2, north=height / 2, x=100, y=80)
    found = arrange(
        frame, sketch, (0, 0, width, height), parts, [Want(sizes=(size,)) for size in sizes], gap=1
    )
    if found is None:
        return
    assert found.sketch.scale <= scale * 1.4 + 1e-9
    body = shapely.box(*shapely.total_bounds(found.sketch.draw(parts)))
    assert shapely.box(-0.01, -0.01, 200.01, 160.01).contains(body)
    for number, one in enumerate(found.boxes):
        assert frame.grow(1e-6).contains(one)
        assert not shapely.box(one.left, one.bottom, one.right, one.top).intersects(body)
        assert not any(one.overlaps(other) for other in found.boxes[number + 1 :])


def test_parts_go_to_the_panel_of_their_group():
    village = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(900, 0, 910, 10)])
    detached = find_detached(np.array([shapely.box(0, 0, 100, 100), village]), scale_of=widest)
    assert detached.group.tolist() == [0, 0, 1]
    panels = (
        Panel(box=Box(0, 0, 100, 100), sketch=Sketch(scale=1, east=0, north=0, x=0, y=0)),
        Panel(box=Box(60, 60, 90, 90), sketch=Sketch(scale=2, east=900, north=0, x=70, y=70)),
    )
    drawn = Composite(detached=detached, panels=panels).draw(np.array([village, None], dtype=object))
    assert drawn[1] is None
    assert [part.bounds for part in drawn[0].geoms] == [(0, 0, 10, 10), (70, 70, 75, 75)]


def test_directions_are_those_of_the_compass():
    here = (0.0, 0.0, 2.0, 2.0)
    for number, (x, y) in enumerate([(0, 9), (9, 9), (9, 0), (9, -9), (0, -9), (-9, -9), (-9, 0), (-9, 9)]):
        assert direction(here, (x, y, x + 2, y + 2)) == number


@pytest.mark.parametrize(
    ("name", "insets"), [("6111_kayong_utara", 1), ("1603_muara_enim", 0), ("7601_pasangkayu", 0)]
)
def test_real_kabupaten_get_an_inset_only_where_islands_are_far(shared_data, name, insets):
    real = gpd.read_file(shared_data / "boundaries" / f"{name}.gpkg")
    shapes = polygonal(real.to_crs(real.estimate_utm_crs()).geometry.to_numpy())
    frames = plan_frames("A4", find_bodies(shapes), None, legend_mm=74)
    assert len(frames.insets) == insets
    main = shapely.box(*shapely.total_bounds([s for s in frames.composite.draw(shapes) if s is not None]))
    box = frames.main.box
    assert shapely.box(box.left, box.bottom, box.right, box.top).contains(main)
