from __future__ import annotations

import sqlite3
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from lokus.i18n import use_language
from lokus.show.pack.geopackage import write_geopackage
from lokus.show.themes.themes import make_layer


@pytest.fixture(scope="module")
def path(results, outlines, tmp_path_factory):
    return write_geopackage(results, outlines, tmp_path_factory.mktemp("gpkg") / "hasil.gpkg")


def test_it_holds_three_layers_with_the_crs_and_their_styles(path):
    kinds = dict(pyogrio.list_layers(path).tolist())
    assert kinds.pop("layer_styles") is None
    assert kinds == {"desa": "MultiPolygon", "kecamatan": "MultiPolygon", "lokus": "Point"}
    assert {gpd.read_file(path, layer=name).crs.to_epsg() for name in kinds} == {4326}


def test_villages_come_back_with_all_columns_and_the_one_without_polygon(path, results):
    back = gpd.read_file(path, layer="desa").set_index("kode_desa")
    assert list(back.index) == list(results.index)
    assert set(back.columns) == {*results.columns, "kelas_usulan", "kelas_prevalensi", "kelas_skor"}
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


def styles(path) -> dict[tuple[str, str], tuple[ET.Element, bool]]:
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT f_table_name, styleName, styleQML, useAsDefault, f_geometry_column FROM layer_styles"
        ).fetchall()
        columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    database.close()
    assert all(columns[row[0]] == row[4] for row in rows)
    return {(table, name): (ET.fromstring(qml), bool(default)) for table, name, qml, default, _ in rows}


def test_every_layer_opens_in_one_style(path):
    defaults = [table for (table, _name), (_qml, default) in styles(path).items() if default]
    assert sorted(defaults) == ["desa", "kecamatan", "lokus"]


@pytest.mark.parametrize("theme", ["usulan", "prevalensi", "skor"])
def test_styles_have_the_classes_colours_and_limits_of_the_maps(path, results, theme):
    layer = make_layer(results, theme)
    qml = styles(path)["desa", layer.title][0]
    renderer = qml.find("renderer-v2")
    column = renderer.get("attr")
    shown = {}
    for category in renderer.iter("category"):
        symbol = renderer.find(f"symbols/symbol[@name='{category.get('symbol')}']")
        colour = symbol.find("layer/Option/Option[@name='color']").get("value")
        red, green, blue, _alpha = (int(part) for part in colour.split(","))
        shown[category.get("value")] = f"#{red:02x}{green:02x}{blue:02x}"
        assert layer.legend[list(layer.palette).index(category.get("value"))].limits in category.get("label")
    assert shown == dict(layer.palette)
    back = gpd.read_file(path, layer="desa").set_index("kode_desa")
    assert back[column].tolist() == layer.classes.loc[back.index].tolist()


def test_lokus_carry_their_numbers(path):
    qml = styles(path)["lokus", "Nomor lokus"][0]
    assert qml.find("labeling/settings/text-style").get("fieldName") == "nomor"


def test_styles_are_those_of_the_language(results, outlines, tmp_path):
    with use_language("en"):
        path = write_geopackage(results, outlines, tmp_path / "a.gpkg")
    assert ("desa", "Lokus proposal") in styles(path)
