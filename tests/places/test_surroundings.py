from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tiny_study import tiny_mapping

from lokus.errors import InputError
from lokus.kajian import Kajian
from lokus.places.surroundings import neighbours_in_file, read_surroundings
from lokus.settings.read import settings_from_mapping


def test_surroundings_without_a_system_are_refused_and_with_it_read(tmp_path) -> None:
    path = tmp_path / "sekitar.shp"
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(103, -4, 105, -2)], crs="EPSG:4326").to_file(path)
    assert read_surroundings(path).crs == "EPSG:4326"
    path.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match=r"sekitar tidak menyatakan .*\n→ .*\.prj"):
        read_surroundings(path)


def test_broken_and_placeless_land_is_left_out(tmp_path) -> None:
    bowtie = shapely.from_wkt("POLYGON ((103 -4, 105 -2, 105 -4, 103 -2, 103 -4))")
    far = shapely.Polygon([(103, -4), (float("inf"), -4), (104, -3)])
    path = tmp_path / "sekitar.gpkg"
    gpd.GeoDataFrame(geometry=[bowtie, far, None, shapely.Point(104, -3)], crs="EPSG:4326").to_file(path)
    land = read_surroundings(path)
    assert len(land) == 1
    assert land.is_valid.all()
    gpd.GeoDataFrame(geometry=[shapely.Point(104, -3)], crs="EPSG:4326").to_file(path)
    with pytest.raises(InputError, match="tidak memuat poligon"):
        read_surroundings(path)


def test_a_study_says_at_its_audit_that_surroundings_have_no_place(tmp_path) -> None:
    plain = tiny_mapping(tmp_path)
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(103, -4, 105, -2)]).to_file(tmp_path / "laut.shp")
    plain["keluaran"]["sekitar"] = "laut.shp"
    kajian = Kajian(stated=settings_from_mapping(plain), path=tmp_path / "kajian.toml")
    with pytest.raises(InputError, match=r"\n→ .*sekitar .*\[keluaran\]"):
        _ = kajian.audit
    assert kajian.replace(keluaran={"sekitar": None}).audit is not None
    assert kajian.replace(keluaran={"sekitar": "sekitar.geojson"}).audit is not None


def two_kabupaten() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"kode": ["99.01.01.2001", "99.02.01.2001", "99.02.01.2002"], "nama": ["A", "B", "C"],
         "kab_nama": ["Kabupaten Satu", "Kabupaten\u200b Dua", "Kabupaten Dua"]},
        geometry=[shapely.box(x, -3, x + 0.1, -2.9) for x in (104, 104.1, 104.2)], crs="EPSG:4326",
    )  # fmt: skip


def test_neighbours_that_the_boundary_file_holds_are_land_with_their_name(tmp_path) -> None:
    path = tmp_path / "desa.gpkg"
    both = two_kabupaten()
    both.to_file(path)
    land = neighbours_in_file(path, both.iloc[:1])
    assert land["nama"].tolist() == ["Kabupaten Dua"]
    assert land.union_all().covers(both.geometry.iloc[1].centroid)
    assert not land.union_all().covers(both.geometry.iloc[0].centroid)
    assert neighbours_in_file(path, both) is None


def test_surroundings_keep_their_names(tmp_path) -> None:
    path = tmp_path / "sekitar.gpkg"
    two_kabupaten().to_file(path)
    assert read_surroundings(path)["nama"].tolist() == ["Kabupaten Satu", "Kabupaten Dua", "Kabupaten Dua"]
    two_kabupaten()[["geometry"]].to_file(tmp_path / "polos.gpkg")
    assert read_surroundings(tmp_path / "polos.gpkg")["nama"].tolist() == [""] * 3
