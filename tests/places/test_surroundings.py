from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tiny_study import tiny_mapping

from lokus.errors import InputError
from lokus.kajian import Kajian
from lokus.places.surroundings import read_surroundings
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
