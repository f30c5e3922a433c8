"""The invented land looks like a real kabupaten to a machine."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from example_kabupaten import Kabupaten, make_kabupaten
from example_kabupaten.land import DETACHED, ISLAND, MAINLAND
from example_kabupaten.terrain import Terrain, make_terrain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lokus.places.kode import is_example, parse_kode


@pytest.fixture(scope="module")
def land() -> Terrain:
    return make_terrain(2026, villages=256, kecamatan=22)


def parts(geometries: np.ndarray) -> int:
    return len(shapely.get_parts(shapely.union_all(geometries)))


def test_neighbours_share_every_vertex(land: Terrain) -> None:
    assert shapely.is_valid(land.polygons).all()
    assert shapely.coverage_is_valid(land.polygons)
    assert (shapely.get_type_id(land.polygons) == shapely.GeometryType.POLYGON).all()


def test_three_land_masses(land: Terrain) -> None:
    assert parts(land.polygons) == 3
    assert [parts(land.polygons[land.part == p]) for p in (MAINLAND, DETACHED, ISLAND)] == [1, 1, 1]
    assert (land.part == ISLAND).sum() == 1
    assert len(np.unique(land.kecamatan[land.part == DETACHED])) == 1
    assert not np.isin(land.kecamatan[land.part == MAINLAND], land.kecamatan[land.part == DETACHED]).any()


def test_the_strait_is_wider_than_any_tolerance_for_cracks(land: Terrain) -> None:
    masses = [shapely.union_all(land.polygons[land.part == p]) for p in (MAINLAND, DETACHED, ISLAND)]
    gaps = [shapely.distance(masses[a], masses[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert min(gaps) > 0.01  # degrees: more than 1 km


def test_kecamatan_are_in_one_piece_and_of_real_sizes(land: Terrain) -> None:
    size = np.bincount(land.kecamatan)
    assert len(size) == 22
    assert size.min() >= 6
    assert size.max() <= 18
    pieces = [parts(land.polygons[(land.kecamatan == k) & (land.part != ISLAND)]) for k in range(22)]
    assert pieces == [1] * 22


def test_borders_are_those_that_touch_along_a_line(land: Terrain) -> None:
    a, b = shapely.STRtree(land.polygons).query(land.polygons, predicate="touches")
    common = shapely.length(shapely.intersection(land.polygons[a], land.polygons[b]))
    expected = {(int(i), int(j)) for i, j, long in zip(a, b, common > 0, strict=True) if i < j and long}
    assert {tuple(pair) for pair in land.borders.tolist()} == expected


def test_no_spikes(land: Terrain) -> None:
    """No village loses more than a sliver when everything narrower than 20 m is taken off."""
    opened = shapely.buffer(shapely.buffer(land.polygons, -1e-4), 1e-4)
    assert (shapely.area(opened) / shapely.area(land.polygons)).min() > 0.99


def test_borders_are_wiggly_but_few_vertices(land: Terrain) -> None:
    count = shapely.get_num_coordinates(land.polygons)
    assert count.min() >= 8
    assert count.sum() < 13_000


def test_village_table(kabupaten: Kabupaten) -> None:
    villages = kabupaten.villages
    assert list(villages.columns) == ["desa", "kecamatan", "kode_kecamatan", "jenis", "geometry"]
    assert villages.index.name == "kode_desa"
    assert villages.index.is_unique
    assert villages.index.is_monotonic_increasing
    assert villages.crs.to_epsg() == 4326
    assert len(villages) == 256
    assert villages["kode_kecamatan"].nunique() == villages["kecamatan"].nunique() == 22
    assert all(parse_kode(kode) == kode and is_example(kode) for kode in villages.index)
    assert (villages.index.str[6] == np.where(villages["jenis"] == "kelurahan", "1", "2")).all()
    assert (villages["jenis"] == "kelurahan").sum() == 10
    areas = villages.to_crs(villages.estimate_utm_crs()).area / 1e6
    assert 15 < areas.median() < 25
    assert areas[villages["jenis"] == "kelurahan"].median() < areas.median()


def test_the_boundary_file_is_spoilt_as_documented(kabupaten: Kabupaten) -> None:
    published = kabupaten.boundaries
    true = kabupaten.villages.geometry
    kode = published["KDEPUM"].str.replace(".", "")
    missing = true.index.difference(kode)
    assert len(published) == 255
    assert len(missing) == 1
    assert (~published.is_valid).sum() == 1
    assert published["REMARK"].eq("DATA CONTOH SINTETIS").all()
    spoilt = published.set_geometry(published.make_valid()).set_index(kode).geometry
    own = true[spoilt.index].to_numpy()
    off = shapely.symmetric_difference(spoilt.to_numpy(), own)
    moved = pd.Series(shapely.area(off) / shapely.area(own), index=spoilt.index)
    parent = moved.idxmax()
    both = gpd.GeoSeries(true[[parent, missing[0]]]).union_all()
    assert parent[:6] == missing[0][:6]
    assert spoilt[parent].symmetric_difference(both).area < 1e-12
    assert 15 <= (moved.drop(parent) > 0).sum() <= 40
    assert moved.drop(parent).max() < 0.01
    assert not shapely.coverage_is_valid(spoilt.to_numpy())


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(30, 80), st.integers(3, 6), st.integers(0, 10), st.integers(0, 10**6))
def test_other_sizes_and_seeds(villages: int, kecamatan: int, kelurahan: int, seed: int) -> None:
    made = make_kabupaten(
        villages=villages, kecamatan=kecamatan, kelurahan=kelurahan, years=(2030,), seed=seed
    )
    polygons = made.villages.geometry.to_numpy()
    assert len(made.villages) == villages
    assert made.villages["kode_kecamatan"].nunique() == kecamatan
    assert (made.villages["jenis"] == "kelurahan").sum() == kelurahan
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    assert parts(polygons) == 3
    groups = made.villages.groupby("kode_kecamatan").geometry
    assert sum(parts(group.to_numpy()) for _, group in groups) == kecamatan + 1
    assert len(made.boundaries) == villages - 1
    table = made.tables[2030].dropna(subset=["diukur"])
    assert (table["stunting"] <= table["diukur"]).all()
    assert (table["diukur"] <= table["sasaran"]).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"villages": 10}, "villages must be at least 24"),
        ({"kecamatan": 2}, "kecamatan must lie between 3"),
        ({"villages": 30, "kecamatan": 10}, "kecamatan must lie between 3"),
        ({"kelurahan": 200}, "kelurahan must lie"),
        ({"years": ()}, "years must be successive"),
        ({"years": (2024, 2026)}, "years must be successive"),
    ],
)
def test_arguments_out_of_bounds(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_kabupaten(**wrong)  # type: ignore[arg-type]
