from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from lokus.places.boundary_coverage import check_coverage, cut_enclaves, polygons_only


def villages(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    index = [f"99010120{n:02d}" for n in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs="EPSG:32748")


@pytest.mark.parametrize("seed", range(8))
def test_an_enclave_is_cut_out_wherever_it_lies_and_no_area_is_lost(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(100, 700, 2)
    outer, inner = box(0, 0, 1000, 1000), box(x, y, x + rng.uniform(20, 250), y + rng.uniform(20, 250))
    frame = villages(outer, inner, box(1000, 0, 2000, 1000))
    geometry, enclaves, twins = cut_enclaves(frame, check_coverage(frame))
    assert (enclaves, twins) == ([("9901012002", "9901012001")], [])
    assert geometry.area.sum() == pytest.approx(2_000_000)
    assert geometry["9901012002"].equals(inner)


def test_an_enclave_in_an_enclave_is_cut_out_of_both() -> None:
    frame = villages(box(0, 0, 90, 90), box(20, 20, 70, 70), box(40, 40, 50, 50))
    geometry, enclaves, _twins = cut_enclaves(frame, check_coverage(frame))
    assert len(enclaves) == 3
    assert geometry.area.tolist() == [8100 - 2500, 2500 - 100, 100]


def test_one_polygon_with_two_codes_is_a_pair_of_twins_and_stays() -> None:
    frame = villages(box(0, 0, 90, 90), box(0, 0, 90, 89), box(90, 0, 99, 90), box(80, 0, 95, 20))
    geometry, enclaves, twins = cut_enclaves(frame, check_coverage(frame))
    assert (enclaves, twins) == ([], [("9901012001", "9901012002")])
    assert geometry.geom_equals(frame.geometry).all()


def test_polygons_are_taken_out_of_collections_however_deep() -> None:
    shape: shapely.Geometry = box(0, 0, 1, 1)
    for _ in range(6):
        shape = shapely.GeometryCollection([shape, shapely.Point(9, 9), shapely.LineString([(0, 0), (9, 9)])])
    empty = shapely.GeometryCollection([shapely.GeometryCollection(), shapely.Polygon()])
    got = polygons_only(np.array([shape, empty, shapely.Point(0, 0), None], dtype=object))
    assert got[0].equals(box(0, 0, 1, 1))
    assert [g is None for g in got] == [False, True, True, True]
