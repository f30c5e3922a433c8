"""Ground that several sheets share."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.sheet_plan import plan_frames


def test_a_sheet_is_simplified_once_and_shared_borders_stay_shared(results, outlines):
    base_map = BaseMap(results, outlines)
    plan = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    drawn = base_map.on(plan.composite)
    assert base_map.on(plan.composite) is drawn
    assert base_map.on(plan_frames("A3", base_map.bodies, None, legend_mm=62).composite) is not drawn
    present = [shape for shape in drawn.shapes if shape is not None]
    assert len(drawn.shapes) == len(results)
    assert len(present) == results.geometry.notna().sum()
    assert shapely.coverage_is_valid(present, gap_width=0)


def test_the_middle_of_a_village_lies_in_it(results, outlines):
    base_map = BaseMap(results, outlines)
    drawn = base_map.on(plan_frames("A4", base_map.bodies, None, legend_mm=62).composite)
    for shape, (x, y) in zip(drawn.shapes, drawn.middles, strict=True):
        assert shape is None or shapely.contains_xy(shape, x, y)


def test_the_kabupaten_itself_is_none_of_its_neighbours(results, outlines):
    own = outlines.dissolve().geometry.iloc[0].buffer(0.02)
    west, south, east, north = own.bounds
    around = gpd.GeoDataFrame(
        {"nama": ["Kabupaten Contoh", "Tetangga", ""]},
        geometry=[
            own,
            shapely.box(west - 1, south, west - 0.1, north),
            shapely.box(east + 1, 0, east + 2, 1),
        ],
        crs=4326,
    )
    assert set(BaseMap(results, outlines, around).neighbours) <= {"Tetangga"}
    nameless = around.drop(columns="nama")
    assert BaseMap(results, outlines, nameless).neighbours == {}
    assert len(BaseMap(results, outlines, nameless).around) == 3


def test_without_crs_or_polygons_there_is_nothing_to_draw(results, outlines):
    with pytest.raises(ValueError, match="no CRS"):
        BaseMap(results.set_crs(None, allow_override=True), outlines)
    with pytest.raises(ValueError, match="no village has a polygon"):
        BaseMap(results.set_geometry([None] * len(results), crs=4326), outlines)
