from __future__ import annotations

import json

import pandas as pd

from lokus.show.pack.geopackage import write_csv, write_geojson


def test_geojson_is_in_degrees_with_every_village(results, tmp_path):
    data = json.loads(write_geojson(results, tmp_path / "a.geojson").read_text("utf-8"))
    assert [f["properties"]["kode_desa"] for f in data["features"]] == results.index.tolist()
    assert sum(f["geometry"] is None for f in data["features"]) == int(results.geometry.isna().sum()) == 1
    assert "crs" not in data
    assert data["features"][0]["properties"]["skor"] == results["skor"].iloc[0]


def test_csv_comes_back_as_it_was_without_geometry(results, tmp_path):
    path = write_csv(results.sample(frac=1, random_state=1), tmp_path / "a.csv")
    back = pd.read_csv(path, dtype={"kode_desa": str}, index_col="kode_desa")
    assert back.index.tolist() == results.index.tolist()
    assert "geometry" not in back
    pd.testing.assert_series_equal(back["skor"], results["skor"])


def test_csv_text_never_becomes_a_formula(results, tmp_path):
    odd = results.assign(desa='=HYPERLINK("x")')
    assert "'=HYPERLINK" in write_csv(odd, tmp_path / "a.csv").read_text("utf-8-sig")


def test_exports_do_not_depend_on_row_order(results, tmp_path):
    shuffled = results.sample(frac=1, random_state=3)
    for write in (write_csv, write_geojson):
        one, two = write(results, tmp_path / "a"), write(shuffled, tmp_path / "b")
        assert one.read_bytes() == two.read_bytes()
