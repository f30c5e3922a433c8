"""Insets of dense kecamatan: shown larger, covering nothing, every number and name inside."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import pytest
import shapely

from lokus.show.drawing.layout import Box
from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.print_map import draw_map
from lokus.show.maps.sheet_plan import plan_frames
from lokus.show.maps.zoom import plan_zooms


@pytest.fixture(scope="module")
def town(make):
    """A kabupaten one kecamatan of which is a town: its villages a tenth of the others in size."""
    results, _outlines = make()
    metric = results.to_crs(32748)
    kode = metric["kode_kecamatan"].value_counts().sort_index().index[0]
    inside = metric["kode_kecamatan"] == kode
    middle = metric[inside].union_all().centroid
    shrunk = [
        shapely.affinity.scale(shape, 0.12, 0.12, origin=middle) if mine and shape is not None else shape
        for shape, mine in zip(metric.geometry, inside, strict=True)
    ]
    metric = metric.set_geometry(gpd.GeoSeries(shrunk, index=metric.index, crs=32748)).to_crs(4326)
    outlines = metric.dissolve("kode_kecamatan")[["kecamatan", "geometry"]]
    return metric, outlines, kode


def test_the_town_is_shown_larger_and_covers_nothing_of_the_map(town):
    results, outlines, kode = town
    base_map = BaseMap(results, outlines)
    frames = plan_frames("A4", base_map.bodies, None, legend_mm=62)
    (zoom,) = plan_zooms(frames, base_map)
    assert zoom.kode_kecamatan == kode
    assert zoom.sketch.scale < frames.main.sketch.scale / 1.6
    covered = shapely.box(zoom.box.left, zoom.box.bottom, zoom.box.right, zoom.box.top)
    shown = [shape for shape in base_map.on(frames.composite).shapes if shape is not None]
    assert not any(covered.intersects(shape) for shape in shown)
    assert frames.main.box.contains(zoom.box)


def test_its_numbers_and_names_stand_inside_and_apart(town, info):
    results, outlines, kode = town
    figure = draw_map(results, outlines, info)
    lines = [text for text in figure.axes[0].texts if (text.get_gid() or "").startswith("desa perbesaran:")]
    own = results.index[(results["kode_kecamatan"] == kode) & results.geometry.notna()]
    assert {text.get_gid().rpartition(":")[2] for text in lines} <= set(own)
    assert lines
    boxes = [line.get_window_extent() for line in lines]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    (caption,) = [text.get_text() for text in figure.axes[0].texts if text.get_gid() == "perbesaran"]
    assert results.loc[own[0], "kecamatan"] in caption


def test_a_kabupaten_of_large_villages_has_no_inset(make):
    results, outlines = make()
    base_map = BaseMap(results, outlines)
    assert plan_zooms(plan_frames("A3", base_map.bodies, None, legend_mm=62), base_map) == []
    assert isinstance(plan_frames("A4", base_map.bodies, None, legend_mm=62).main.box, Box)
