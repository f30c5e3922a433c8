from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from lokus.show.geopackage import write_geopackage


@pytest.fixture(scope="module")
def path(results, outlines, tmp_path_factory):
    return write_geopackage(results, outlines, tmp_path_factory.mktemp("gpkg") / "hasil.gpkg")


def test_it_holds_three_layers_with_the_crs(path):
    kinds = dict(pyogrio.list_layers(path).tolist())
    assert kinds == {"desa": "MultiPolygon", "kecamatan": "MultiPolygon", "lokus": "Point"}
    assert {gpd.read_file(path, layer=name).crs.to_epsg() for name in kinds} == {4326}


def test_villages_come_back_with_all_columns_and_the_one_without_polygon(path, results):
    back = gpd.read_file(path, layer="desa").set_index("kode_desa")
    assert list(back.index) == list(results.index)
    assert set(back.columns) == set(results.columns)
    assert int(back.geometry.isna().sum()) == 1
    pd.testing.assert_series_equal(back["skor"], results["skor"])
    assert back["nomor"].dropna().astype(int).tolist() == results["nomor"].dropna().astype(int).tolist()
    assert back["belum_andal"].astype(bool).tolist() == results["belum_andal"].tolist()


def test_lokus_are_points_inside_their_villages_by_number(path, results):
    points = gpd.read_file(path, layer="lokus").set_index("kode_desa")
    assert points["nomor"].tolist() == list(range(1, 9))
    homes = results.geometry.loc[points.index]
    assert all(home.contains(point) for home, point in zip(homes, points.geometry, strict=True))


def test_a_lokus_without_polygon_keeps_its_row(results, outlines, tmp_path):
    odd = results.copy()
    odd.loc[odd.index[odd["nomor"] == 1], "geometry"] = None
    points = gpd.read_file(write_geopackage(odd, outlines, tmp_path / "a.gpkg"), layer="lokus")
    assert len(points) == 8
    assert int(points.geometry.isna().sum()) == 1


def test_no_lokus_gives_an_empty_layer(results, outlines, tmp_path):
    none = results.assign(nomor=results["nomor"].mask(results["nomor"] > 0))
    assert len(gpd.read_file(write_geopackage(none, outlines, tmp_path / "a.gpkg"), layer="lokus")) == 0


def test_bytes_do_not_depend_on_time_or_row_order(path, results, outlines, tmp_path):
    other = write_geopackage(results.sample(frac=1, random_state=2), outlines, tmp_path / "b.gpkg")
    assert other.read_bytes() == path.read_bytes()


def test_a_failure_leaves_the_earlier_file(results, outlines, tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"lama")
    with pytest.raises(KeyError):
        write_geopackage(results.drop(columns="nomor"), outlines, path)
    assert path.read_bytes() == b"lama"
