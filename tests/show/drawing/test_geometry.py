from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import box

from lokus.show.drawing.geometry import polygonal, smaller_above


@pytest.mark.parametrize("seed", range(10))
def test_where_villages_overlap_the_smaller_is_drawn_whole_and_nothing_twice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 400, (12, 2))
    sizes = rng.uniform(20, 200, (12, 2))
    shapes = np.array([box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, sizes, strict=True)])
    drawn = smaller_above(shapes)
    present = [shape for shape in drawn if shape is not None]
    assert sum(shape.area for shape in present) == pytest.approx(shapely.union_all(shapes).area, rel=1e-6)
    smallest = int(np.argmin(shapely.area(shapes)))
    assert drawn[smallest].equals(shapes[smallest])
    for one in range(12):
        others = [o for n, o in enumerate(drawn) if n != one and o is not None]
        assert shapely.union_all(others).intersection(drawn[one]).area < 1e-6


def test_a_clean_coverage_and_what_is_no_polygon_stay_as_they_are() -> None:
    shapes = np.array([box(0, 0, 1, 1), None, box(1, 0, 2, 1), shapely.Point(0, 0)], dtype=object)
    drawn = smaller_above(shapes)
    assert drawn[0].equals(shapes[0])
    assert [shape is None for shape in drawn] == [False, True, False, True]
    assert [shape is None for shape in polygonal(shapes)] == [False, True, False, True]


def test_a_village_drawn_across_itself_yields_to_the_smaller_one():
    crossed = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    drawn = smaller_above([crossed, shapely.box(4, 1, 6, 9)])
    assert drawn[0].area == pytest.approx(48.0)  # two triangles of 25, less two of 1 within the box
    assert drawn[1].area == 16.0


@pytest.mark.slow
def test_every_village_of_the_nation_is_drawn_whatever_its_polygon(shared_data):
    import geopandas as gpd

    source = shared_data / "boundaries" / "nasional.parquet"
    if not source.is_file():
        pytest.skip("the national boundaries are absent")
    shapes = gpd.read_parquet(source, columns=["geometry"]).geometry.to_numpy()
    broken = shapes[~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)]
    assert len(broken) > 50  # one of them stops GEOS where a polygon is mended by its lines
    drawn = smaller_above(np.concatenate([broken, broken]))
    assert all(shape is not None for shape in drawn[: len(broken)])
