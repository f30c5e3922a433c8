from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.show.drawing.topology import build_topology, simplify_shared


def voronoi(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 1000, (count, 2))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.MultiPoint(points), ordered=True, extend_to=shapely.box(0, 0, 1000, 1000)
        )
    )
    dense = shapely.segmentize(shapely.intersection(cells, shapely.box(0, 0, 1000, 1000)), 40)
    return shapely.set_precision(dense, 0.01)  # both sides of a border divide it at the very same points


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_shapes_come_back_within_the_grid(seed, count):
    shapes = voronoi(seed, count)
    back = build_topology(shapes, 0.5).geometries()
    for before, after in zip(shapes, back, strict=True):
        assert shapely.hausdorff_distance(before, after) <= 0.5
        assert after.is_valid


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_simplified_neighbours_still_meet_exactly(seed, count):
    shapes = voronoi(seed, count)
    topology = build_topology(shapes, 0.5).simplify(8)
    used = np.bincount(
        [k if k >= 0 else ~k for parts in topology.polygons for part in parts for ring in part for k in ring]
    )
    assert set(used) <= {1, 2}
    outer = sum(
        topology.grid * shapely.length(shapely.LineString(topology.arcs[k]))
        for k in np.flatnonzero(used == 1)
    )
    assert outer == pytest.approx(4000, rel=0.01)
    union = shapely.union_all(topology.geometries())
    assert sum(shapely.area(topology.geometries())) == pytest.approx(union.area, rel=1e-6)


def test_a_border_is_stored_once():
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    topology = build_topology(shapes, 0.01)
    assert len(topology.arcs) == 3
    (left,), (right,) = (parts[0] for parts in topology.polygons)
    assert {~k for k in left} & set(right)


def test_holes_islands_missing_and_lines():
    ring = shapely.box(0, 0, 10, 10) - shapely.box(3, 3, 6, 6)
    shapes = np.array(
        [ring, shapely.box(3, 3, 6, 6), None,
         shapely.MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(30, 0, 31, 1)]),
         shapely.GeometryCollection([shapely.box(40, 0, 41, 1), shapely.LineString([(0, 0), (1, 1)])])],
        dtype=object,
    )  # fmt: skip
    back = build_topology(shapes, 0.01).geometries()
    assert [None if shape is None else round(shape.area, 6) for shape in back] == [91, 9, None, 2, 1]


def test_a_polygon_that_would_vanish_keeps_its_outline():
    shapes = np.array([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 1003, 3)])
    simple = simplify_shared(shapes, 20)
    assert simple[1].area == pytest.approx(9, rel=0.7)
    assert simple[1].area > 0


def test_cracked_borders_do_not_stop_it(shared_data):
    import geopandas as gpd

    real = gpd.read_file(shared_data / "boundaries" / "1603_muara_enim.gpkg").to_crs(32748)
    simple = simplify_shared(real.geometry.to_numpy(), 60)
    assert all(shape is not None and shape.is_valid for shape in simple)
    change = shapely.area(simple).sum() / real.area.sum()
    assert change == pytest.approx(1, abs=0.002)
