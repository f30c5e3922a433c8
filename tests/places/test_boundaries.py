from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from lokus.errors import InputError
from lokus.places.boundaries import read_boundaries
from lokus.places.boundary_report import check_boundaries

WEST, SOUTH, STEP = 104.0, -3.0, 0.01


def square(column: int, row: int, *, width: float = 1.0) -> shapely.Polygon:
    # Rounded, so that neighbours share their corners to the last bit.
    west, east = (round(WEST + STEP * c, 6) for c in (column, column + width))
    south, north = (round(SOUTH + STEP * r, 6) for r in (row, row + 1))
    return box(west, south, east, north)


def grid(columns: int = 3, rows: int = 2, *, layout: str = "big") -> gpd.GeoDataFrame:
    """Square villages of about a square kilometre, one kecamatan a row of squares."""
    cells = [(c, r) for r in range(rows) for c in range(columns)]
    kode = [f"99.01.{r + 1:02d}.200{c + 1}" for c, r in cells]
    desa = [f"Desa {c}-{r}" for c, r in cells]
    kecamatan = [f"Kecamatan {r}" for _, r in cells]
    bps = [f"99010{r + 1}000{c + 1}" for c, r in cells]
    data = {
        "big": {"KDEPUM": kode, "WADMKD": desa, "WADMKC": kecamatan, "WADMKK": "Contoh"},
        "bps": {"iddesa": bps, "nmdesa": desa, "nmkec": kecamatan},
        "hdx": {
            "ADM4_PCODE": [f"ID{k.replace('.', '')}" for k in kode],
            "ADM4_EN": desa,
            "ADM3_EN": kecamatan,
        },
        "wilayah": {"kode": kode, "nama": desa, "kec_nama": kecamatan},
        "own": {"ID_DESA": kode, "NAMA": desa, "KEC": kecamatan},
    }[layout]
    return gpd.GeoDataFrame(data, geometry=[square(*cell) for cell in cells], crs="EPSG:4326")


def write(frame: gpd.GeoDataFrame, path, **options: object):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(path, **options)
    return path


def checks(boundaries) -> dict[str, str]:
    return {finding.check: finding.message for finding in boundaries.findings}


@pytest.mark.parametrize("layout", ["big", "wilayah"])
@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "fgb"])
def test_known_layouts_and_formats_give_the_village_table(tmp_path, layout: str, suffix: str) -> None:
    path = write(grid(layout=layout), tmp_path / f"batas.{suffix}")
    villages = read_boundaries(path).villages
    assert villages.index.name == "kode_desa"
    assert villages.index.tolist() == [f"990{a}0{r}200{c}" for a in "1" for r in (1, 2) for c in (1, 2, 3)]
    assert villages.columns.tolist() == ["desa", "kecamatan", "kode_kecamatan", "jenis", "geometry"]
    first = villages.loc["9901012001"]
    assert (first["desa"], first["kecamatan"]) == ("Desa 0-0", "Kecamatan 0")
    assert (first["kode_kecamatan"], first["jenis"]) == ("990101", "desa")
    assert villages.crs == "EPSG:4326"
    assert read_boundaries(path).findings == []


def test_the_layout_of_the_united_nations_needs_a_list_that_its_codes_agree_with(tmp_path) -> None:
    path = write(grid(layout="hdx"), tmp_path / "batas.gpkg")
    with pytest.raises(InputError, match=r"kode BPS.*\n→ .*jembatan.*daftar_resmi"):
        read_boundaries(path)
    plain = read_boundaries(write(grid(), tmp_path / "big.gpkg")).villages
    result = read_boundaries(path, official=plain.drop(columns="geometry"))
    assert result.findings == []
    pd.testing.assert_frame_equal(result.villages.drop(columns="geometry"), plain.drop(columns="geometry"))


def test_zipped_shapefile_and_stated_columns(tmp_path) -> None:
    frame = grid(layout="own")
    columns = {"kode": "ID_DESA", "desa": "NAMA", "kecamatan": "KEC"}
    zipped = write(frame, tmp_path / "batas.shp.zip", driver="ESRI Shapefile")
    expected = read_boundaries(write(frame, tmp_path / "batas.gpkg"), columns=columns).villages
    got = read_boundaries(zipped, columns=columns).villages
    pd.testing.assert_frame_equal(got.drop(columns="geometry"), expected.drop(columns="geometry"))
    assert got.geometry.geom_equals(expected.geometry).all()
    with pytest.raises(InputError, match="kolom kode desa tidak dikenali"):
        read_boundaries(zipped)
    with pytest.raises(InputError, match="Maksudnya ID_DESA"):
        read_boundaries(zipped, columns=columns | {"kode": "ID_DES"})


def test_codes_of_bps_need_a_bridge(tmp_path) -> None:
    path = write(grid(layout="bps"), tmp_path / "batas.gpkg")
    with pytest.raises(InputError, match="kode BPS"):
        read_boundaries(path)
    bridge = pd.DataFrame({"bps": grid(layout="bps")["iddesa"], "kemendagri": grid()["KDEPUM"]}).iloc[:-1]
    result = read_boundaries(path, bridge=bridge)
    assert result.villages.loc["9901022002", "desa"] == "Desa 1-1"
    assert len(result.villages) == 5
    assert "kode.no_bridge" in checks(result)


@pytest.mark.parametrize("layout", ["big", "wilayah"])
def test_a_file_without_crs_is_refused_and_says_what_to_do(tmp_path, layout: str) -> None:
    frame = grid(layout=layout)
    path = write(frame.set_crs(None, allow_override=True), tmp_path / "batas.shp")
    with pytest.raises(InputError, match=r"sistem koordinat.*\n→ .*\[batas\]") as error:
        read_boundaries(path)
    assert error.value.where.file == "batas.shp"
    assert read_boundaries(path, crs="EPSG:4326").villages.crs == "EPSG:4326"


def test_a_code_in_two_rows_is_refused_with_both(tmp_path) -> None:
    frame = grid()
    frame.loc[4, "KDEPUM"] = frame.loc[1, "KDEPUM"]
    with pytest.raises(InputError, match=r"99\.01\.01\.2002 tercantum pada baris 2, 5") as error:
        read_boundaries(write(frame, tmp_path / "batas.gpkg"))
    assert error.value.where.row == 5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f.iloc[:0], "satu desa pun"),
        (lambda f: f.set_geometry(f.geometry.to_crs(3857).centroid.to_crs(4326)), "tidak memuat poligon"),
        (lambda f: f.assign(KDEPUM=None), "kode desa yang dapat dipakai"),
    ],
)
def test_files_without_villages_are_refused(tmp_path, make, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_boundaries(write(make(grid()), tmp_path / "batas.geojson"))


def test_missing_broken_and_ambiguous_files_are_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="berkas tidak ada"):
        read_boundaries(tmp_path / "tiada.gpkg")
    (tmp_path / "teks.gpkg").write_text("bukan peta")
    with pytest.raises(InputError, match="bukan berkas batas"):
        read_boundaries(tmp_path / "teks.gpkg")
    path = write(grid(), tmp_path / "dua.gpkg", layer="desa")
    write(grid(), path, layer="lama")
    with pytest.raises(InputError, match="beberapa lapisan: desa, lama"):
        read_boundaries(path)
    assert len(read_boundaries(path, layer="desa").villages) == 6
    with pytest.raises(InputError, match='lapisan "baru"'):
        read_boundaries(path, layer="baru")


def test_only_the_kabupaten_asked_for_is_kept_and_the_rest_reported(tmp_path) -> None:
    frame = grid()
    frame.loc[3:, "KDEPUM"] = frame.loc[3:, "KDEPUM"].str.replace("99.01", "99.02")
    path = write(frame, tmp_path / "batas.gpkg")
    result = read_boundaries(path, kabupaten="99.01")
    assert result.villages.index.str[:4].unique().tolist() == ["9901"]
    assert checks(result)["batas.other_kabupaten"].endswith("99.02 (3)")
    with pytest.raises(InputError, match=r"99\.03, melainkan dari: 99\.01 \(3\), 99\.02 \(3\)"):
        read_boundaries(path, kabupaten="9903")
    for short in ("99", "990", "Contoh"):
        with pytest.raises(InputError, match=rf'"{short}" bukan kode kabupaten') as caught:
            read_boundaries(path, kabupaten=short)
        assert "empat" in caught.value.remedy


def test_what_is_wrong_in_another_kabupaten_is_of_no_concern(tmp_path) -> None:
    frame = grid()
    frame.loc[3:, "KDEPUM"] = ["99.02.01.2001", "99.02.01.2001", "99.02.01.7003"]
    frame.loc[3:, "WADMKC"] = ["Satu", "Dua", "T?ga"]
    path = write(frame, tmp_path / "batas.gpkg")
    assert set(checks(read_boundaries(path, kabupaten="99.01"))) == {"batas.other_kabupaten"}
    with pytest.raises(InputError, match="baris 4–5"):
        read_boundaries(path, kabupaten="99.02")


def test_polygons_without_code_are_left_out_and_reported(tmp_path) -> None:
    frame = grid()
    frame.loc[1, "KDEPUM"] = None
    frame.loc[2, "KDEPUM"] = "99.01.1"
    result = read_boundaries(write(frame, tmp_path / "batas.gpkg"))
    assert len(result.villages) == 4
    assert {(f.check, f.level, f.where.row) for f in result.findings} == {
        ("batas.village_without_code", "blocking", 2),
        ("kode.refused", "blocking", 3),
    }
    # A lake is no village, and a list that lacks nothing shows that the other is none either.
    frame.loc[1, "WADMKD"] = "Danau Raya"
    frame.loc[2, "KDEPUM"] = grid().loc[2, "KDEPUM"]
    lake = read_boundaries(write(frame, tmp_path / "danau.gpkg"))
    assert {(f.check, f.level, f.where.row) for f in lake.findings} == {("batas.no_code", "warning", 2)}
    listed = grid().rename(columns={"KDEPUM": "kode_desa", "WADMKD": "desa", "WADMKC": "kecamatan"})
    frame.loc[1, "WADMKD"] = "Suka Maju"
    whole = read_boundaries(write(frame, tmp_path / "semua.gpkg"), official=listed.drop(index=1))
    assert {(f.check, f.level) for f in whole.findings} == {("batas.no_code", "warning")}


def test_swapped_axes_are_set_right_and_reported(tmp_path) -> None:
    frame = grid()
    swapped = frame.geometry.copy()
    swapped[[0, 4]] = shapely.transform(swapped[[0, 4]].to_numpy(), lambda xy: xy[:, ::-1])
    result = read_boundaries(write(frame.set_geometry(swapped), tmp_path / "batas.gpkg"))
    assert checks(result)["batas.swapped_axes"].endswith("99.01.01.2001, 99.01.02.2002")
    assert result.villages.geometry.geom_equals(frame.geometry.set_axis(result.villages.index)).all()


def test_a_place_outside_indonesia_is_reported(tmp_path) -> None:
    frame = grid()
    moved = frame.geometry.copy()
    moved[2] = shapely.transform(moved[2], lambda xy: xy + np.array([60, 0]))
    result = read_boundaries(write(frame.set_geometry(moved), tmp_path / "batas.gpkg"))
    assert checks(result)["batas.outside"] == "1 desa/kelurahan terletak di luar Indonesia: 99.01.01.2003"
    projected = read_boundaries(write(grid().to_crs(32748), tmp_path / "utm.gpkg"))
    assert "batas.outside" not in checks(projected)


def test_invalid_missing_and_many_part_polygons(tmp_path) -> None:
    frame = grid()
    polygons = frame.geometry.copy()
    x, y = WEST, SOUTH
    corners = np.array([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]) * STEP + [x, y]
    polygons[0] = shapely.Polygon(corners)
    polygons[1] = None
    polygons[5] = shapely.MultiPolygon([polygons[5], square(9, 9)])
    result = read_boundaries(write(frame.set_geometry(polygons), tmp_path / "batas.gpkg"))
    got = result.villages.geometry
    assert (
        checks(result)["batas.no_geometry"]
        == "1 desa/kelurahan tercantum dalam berkas tanpa poligon: 99.01.01.2002"
    )
    assert "99.01.01.2001 (garis batas memotong dirinya sendiri)" in checks(result)["batas.invalid"]
    # A bow tie has its two triangles after the repair; as drawn, their areas cancel out.
    assert "batas.invalid_area" in checks(result)
    assert "99.01.02.2003" in checks(result)["batas.multipart"]
    assert got.isna().sum() == 1
    assert got.dropna().is_valid.all()
    assert got["9901012001"].area == pytest.approx(STEP**2 / 2)


OFFICIAL = pd.DataFrame(
    [
        ("99.01.01.2001", "A", "Satu"),
        ("99.01.01.2002", "B", "Satu"),
        ("99.01.01.2003", "C", "Satu"),
        ("99.01.02.2001", "D", "Dua"),
        ("99.01.02.2002", "E", "Dua"),
        ("9901031009", "Pasar Lama", "Tiga"),
    ],
    columns=["kode_desa", "desa", "kecamatan"],
)


def test_the_official_list_adds_villages_without_polygon(tmp_path) -> None:
    path = write(grid(), tmp_path / "batas.gpkg")
    for official in (OFFICIAL, OFFICIAL.set_index("kode_desa")):
        result = read_boundaries(path, official=official)
        assert len(result.villages) == 6
        assert "9901022003" not in result.villages.index
        assert result.villages.index.is_monotonic_increasing
        assert result.villages.crs == "EPSG:4326"
        added = result.villages.loc["9901031009"]
        assert added.drop("geometry").tolist() == ["Pasar Lama", "Tiga", "990103", "kelurahan"]
        assert added["geometry"] is None
        assert checks(result)["batas.missing"].endswith("99.01.03.1009 Pasar Lama")
        assert checks(result)["batas.unknown"].startswith("1 dari 6 poligon")
        assert result.kecamatan.loc["990103", "geometry"] is None
        assert result.kecamatan["kecamatan"].tolist() == ["Kecamatan 0", "Kecamatan 1", "Tiga"]


def test_a_list_of_another_kabupaten_blocks(tmp_path) -> None:
    path = write(grid(), tmp_path / "batas.gpkg")
    other = OFFICIAL.assign(kode_desa=OFFICIAL["kode_desa"].str.replace("99.01", "99.02"))
    with pytest.raises(InputError, match="tidak satu pun dari 6 poligon"):
        read_boundaries(path, official=other)
    both = pd.concat([grid(), grid().assign(KDEPUM=grid()["KDEPUM"].str.replace("99.01", "99.02"))])
    both.geometry = [*grid().geometry, *grid().translate(0.2, 0)]
    mixed = read_boundaries(write(both, tmp_path / "dua.gpkg"), official=OFFICIAL)
    assert checks(mixed)["batas.other_kabupaten"].endswith("99.02 (6)")
    assert set(mixed.villages.index.str[:4]) == {"9901"}
    few = OFFICIAL.assign(kode_desa=[*other["kode_desa"][:4], *OFFICIAL["kode_desa"][4:]])
    levels = {f.check: f.level for f in read_boundaries(path, official=few).findings}
    assert levels["batas.unknown"] == "blocking"
    with pytest.raises(InputError, match='kolom "kecamatan"'):
        read_boundaries(path, official=OFFICIAL.drop(columns="kecamatan"))
    with pytest.raises(InputError, match="baris 0, 6"):
        read_boundaries(path, official=pd.concat([OFFICIAL, OFFICIAL.iloc[:1]], ignore_index=True))


def cracked(seed: int) -> gpd.GeoDataFrame:
    """A grid whose villages have been drawn one by one: each shifted by up to a metre."""
    frame = grid(4, 3)
    rng = np.random.default_rng(seed)
    shifts = rng.uniform(-1, 1, (len(frame), 2)) / 111_320
    moved = [
        shapely.transform(g, lambda xy, s=s: xy + s) for g, s in zip(frame.geometry, shifts, strict=True)
    ]
    return frame.set_geometry(gpd.GeoSeries(moved, crs=frame.crs))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 10**6))
def test_cracked_borders_become_one_coverage_within_the_guard(tmp_path, seed: int) -> None:
    frame = cracked(seed)
    path = write(frame, tmp_path / f"{seed}.gpkg")
    raw = read_boundaries(path, repair=False)
    assert not raw.coverage.is_valid
    assert {f.level for f in raw.findings if f.check == "batas.coverage"} == {"warning"}

    result = read_boundaries(path)
    polygons = result.villages.geometry.to_numpy()
    assert shapely.coverage_is_valid(polygons)
    assert result.coverage.is_valid
    assert len(result.coverage.gap_areas) == 0
    before = raw.villages.geometry.to_crs(32748).area
    after = result.villages.geometry.to_crs(32748).area
    assert (abs(after / before - 1) <= 0.01).all()

    overlap = gpd.overlay(
        raw.villages.reset_index()[["kode_desa", "geometry"]].to_crs(32748),
        raw.villages.reset_index()[["kode_desa", "geometry"]].to_crs(32748),
        how="intersection", keep_geom_type=True,
    )  # fmt: skip
    mine = overlap[(overlap["kode_desa_1"] < overlap["kode_desa_2"]) & (overlap.area > 1)]
    assert raw.coverage.overlap_areas.sum() == pytest.approx(mine.area.sum(), rel=1e-6)
    assert len(raw.coverage.overlaps) == len(mine)

    kecamatan = result.kecamatan
    assert kecamatan.is_valid.all()
    for code, outline in kecamatan.geometry.items():
        own = result.villages.geometry[result.villages["kode_kecamatan"] == code]
        assert outline.symmetric_difference(shapely.union_all(own.to_numpy())).area < 1e-15
    assert kecamatan.to_crs(32748).area.sum() == pytest.approx(after.sum())
    assert kecamatan.index.tolist() == ["990101", "990102", "990103"]


def test_the_order_of_rows_changes_nothing(tmp_path) -> None:
    frame = cracked(7)
    shuffled = frame.sample(frac=1, random_state=3)
    (tmp_path / "lain").mkdir()
    a = read_boundaries(write(frame, tmp_path / "batas.gpkg"))
    b = read_boundaries(write(shuffled, tmp_path / "lain" / "batas.gpkg"))
    assert a.villages.to_wkb().equals(b.villages.to_wkb())
    assert a.kecamatan.to_wkb().equals(b.kecamatan.to_wkb())
    assert a.findings == b.findings


def test_a_repair_beyond_the_guard_is_not_made(tmp_path) -> None:
    frame = grid()
    polygons = frame.geometry.copy()
    polygons[0] = square(0, 0, width=1.5)  # half of its neighbour to the east
    result = read_boundaries(write(frame.set_geometry(polygons), tmp_path / "batas.gpkg"))
    original = polygons.set_axis(result.villages.index).to_crs(32748).area
    assert (abs(result.villages.to_crs(32748).area / original - 1) <= 0.01).all()
    assert checks(result)["batas.kept"].startswith(("1 desa", "2 desa"))
    assert {f.level for f in result.findings if f.check == "batas.kept"} == {"warning"}


def test_a_wide_gap_stays_a_gap_and_is_reported(tmp_path) -> None:
    frame = grid(3, 3)
    frame = frame.drop(index=4)
    result = read_boundaries(write(frame, tmp_path / "batas.gpkg"))
    hole = gpd.GeoSeries([square(1, 1)], crs=4326).to_crs(32748).area.iloc[0]
    assert result.coverage.gap_areas == pytest.approx([hole], rel=1e-6)
    assert (
        checks(result)["batas.gaps"] == "tersisa 1 celah yang lebih lebar dari 30 m, yang terbesar 122,9 ha"
    )


# Counts of ../shared/data/README.md where it has them; the others measured by plain shapely calls.
@pytest.mark.parametrize(
    ("file", "villages", "cracked_edges", "overlaps", "gaps"),
    [
        ("1603_muara_enim.gpkg", 254, 197, 159, 276),
        ("1603_muara_enim.shp.zip", 254, 197, 159, 276),
        ("1602_oki.gpkg", 327, 279, 315, 823),
        ("1609_oku_selatan.gpkg", 259, 232, 254, 344),
        ("1702_rejang_lebong.gpkg", 156, 149, 222, 470),
        ("3202_sukabumi.gpkg", 386, 386, 852, 3714),
        ("6111_kayong_utara.gpkg", 43, 38, 51, 493),
        ("7601_pasangkayu.gpkg", 63, 61, 98, 438),
    ],
)
def test_real_boundaries(shared_data, file, villages, cracked_edges, overlaps, gaps) -> None:
    result = read_boundaries(shared_data / "boundaries" / file)
    before = result.coverage_before
    counts = (before.n, len(before.cracked), len(before.overlaps), len(before.gap_areas))
    assert counts == (villages, cracked_edges, overlaps, gaps)
    assert shapely.coverage_is_valid(result.villages.geometry.to_numpy())
    assert not {"batas.kept", "batas.still_cracked", "batas.outside"} & checks(result).keys()
    original = gpd.read_file(shared_data / "boundaries" / file)
    original = original.set_axis(original["kode"].str.replace(".", "")).sort_index()
    utm = original.estimate_utm_crs()
    change = result.villages.to_crs(utm).area / original.to_crs(utm).area - 1
    assert change.abs().max() <= 0.01
    # Only what is no crack is left: Kota Sukabumi, and 8 ha in 16.09.
    assert len(result.coverage.gap_areas) == (1 if file.startswith(("3202", "1609")) else 0)
    assert result.kecamatan.is_valid.all()
    assert set(result.kecamatan.index) == set(result.villages["kode_kecamatan"])


def test_geoparquet_is_read_whole_or_one_kabupaten_of_it(tmp_path) -> None:
    pytest.importorskip("pyarrow")
    for layout in ("big", "wilayah"):
        frame = grid(layout=layout)
        kode = {"big": "KDEPUM", "wilayah": "kode"}[layout]
        frame.loc[3:, kode] = frame.loc[3:, kode].str.replace("99.01", "99.02").str.replace("9901", "9902")
        frame.to_parquet(tmp_path / "batas.parquet")
        assert len(read_boundaries(tmp_path / "batas.parquet").villages) == 6
        one = read_boundaries(tmp_path / "batas.parquet", kabupaten="9902")
        assert one.villages["desa"].tolist() == ["Desa 0-1", "Desa 1-1", "Desa 2-1"]
        with pytest.raises(InputError, match="satu desa pun"):
            read_boundaries(tmp_path / "batas.parquet", kabupaten="9903")
        stated = {"kode": kode, "desa": "WADMKD" if layout == "big" else "nama"}
        two = read_boundaries(tmp_path / "batas.parquet", columns=stated, kabupaten="99.02")
        assert two.villages["kecamatan"].unique().tolist() == ["99.02.02"]
        assert "batas.no_kecamatan" in checks(two)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_only_what_meets_a_rectangle_is_read(tmp_path, suffix: str) -> None:
    path = tmp_path / f"batas.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        grid().to_parquet(path, write_covering_bbox=True)
    else:
        write(grid(), path)
    corner = (WEST + 1.2 * STEP, SOUTH + 0.2 * STEP, WEST + 1.8 * STEP, SOUTH + 0.8 * STEP)
    assert read_boundaries(path, bbox=corner).villages.index.tolist() == ["9901012002"]
    with pytest.raises(InputError, match="satu desa pun"):
        read_boundaries(path, bbox=(0.0, 0.0, 1.0, 1.0))


def test_kecamatan_names_that_the_file_lacks_are_taken_from_the_official_list(tmp_path) -> None:
    nameless = grid(layout="wilayah").drop(columns="kec_nama")
    path = write(nameless, tmp_path / "batas.gpkg")
    alone = read_boundaries(path)
    assert alone.villages["kecamatan"].unique().tolist() == ["99.01.01", "99.01.02"]
    result = read_boundaries(path, official=OFFICIAL)
    # 99.01.02.2003 is not on the list and is left out, but its kecamatan is and names it first.
    assert result.villages["kecamatan"].tolist() == ["Satu"] * 3 + ["Dua"] * 2 + ["Tiga"]
    assert "batas.no_kecamatan" not in checks(result)
    assert (
        checks(result)["batas.kecamatan_from_list"]
        == "nama kecamatan 6 desa/kelurahan diambil dari daftar resmi"
    )
    partly = read_boundaries(path, official=OFFICIAL.replace({"kecamatan": {"Dua": ""}}))
    assert partly.villages["kecamatan"].unique().tolist() == ["Satu", "99.01.02", "Tiga"]
    assert {"batas.no_kecamatan", "batas.kecamatan_from_list"} <= checks(partly).keys()
    named = read_boundaries(write(grid(), tmp_path / "bernama.gpkg"), official=OFFICIAL)
    assert named.villages["kecamatan"].unique().tolist() == ["Kecamatan 0", "Kecamatan 1", "Tiga"]


def test_the_report_shows_borders_neighbours_and_findings(tmp_path) -> None:
    frame = cracked(3)
    frame.loc[len(frame)] = {
        **frame.iloc[0],
        "KDEPUM": "99.01.09.2001",
        "WADMKC": "Kecamatan 9",
        "geometry": square(30, 30),
    }
    report = check_boundaries(write(frame, tmp_path / "batas.gpkg"))
    text = str(report)
    assert text.startswith("batas.gpkg: 13 desa/kelurahan di 4 kecamatan, 0 tanpa poligon, EPSG:4326\n")
    assert "2 bagian terhubung, 1 desa/kelurahan tanpa tetangga\n  99.01.09.2001 Desa 0-0\n" in text
    assert report.coverage["sebelum"].tolist()[:2] == [
        len(report.boundaries.coverage_before.cracked), len(report.boundaries.coverage_before.overlaps),
    ]  # fmt: skip
    assert report.coverage["sesudah"].tolist() == [0, 0, 0, 0, 0]
    assert "  [catatan] batas.coverage: batas tidak berimpit" in text
    assert (report.blocking, repr(report)) == (0, text)
    other = OFFICIAL.assign(kode_desa=OFFICIAL["kode_desa"].str.replace("99.01", "99.02"))
    with pytest.raises(InputError, match="daftar resmi"):
        check_boundaries(tmp_path / "batas.gpkg", official=other)


def test_the_villages_that_16_03_lacks_are_named(shared_data) -> None:
    pytest.importorskip("pyarrow")
    codes = pd.read_parquet(shared_data / "codes" / "kode_wilayah_2018_2025.parquet")
    codes = codes[(codes["tahun"] == 2025) & codes["kode"].str.startswith("16.03")]
    kecamatan = codes[codes["kode"].str.len() == 8].set_index("kode")["nama"]
    official = codes[codes["kode"].str.len() == 13].rename(columns={"kode": "kode_desa", "nama": "desa"})
    official["kecamatan"] = official["kode_desa"].str[:8].map(kecamatan)
    path = shared_data / "boundaries" / "1603_muara_enim.gpkg"
    result = read_boundaries(path, official=official, kabupaten="16.03")
    assert result.villages.index[result.villages.geometry.isna()].tolist() == ["1603112009", "1603222002"]
    assert len(result.villages) == 256
    assert checks(result)["batas.missing"].startswith(
        "2 desa/kelurahan dalam daftar resmi tidak memiliki poligon"
    )


def test_one_kabupaten_out_of_the_national_file(shared_data) -> None:
    pytest.importorskip("pyarrow")
    result = read_boundaries(shared_data / "boundaries" / "nasional.parquet", kabupaten="16.03")
    assert len(result.villages) == 254
    assert "batas.other_kabupaten" not in checks(result)
    assert result.coverage.is_valid


@pytest.mark.parametrize("name", ["unclosed", "ring2", "hole2"])
def test_polygon_that_cannot_be_read_is_named(shared_data, name):
    case = shared_data.parent / "cases" / "boundaries" / "08-unclosed-ring"
    if not case.is_dir():
        pytest.skip("the folder of cases ../shared/cases is absent")
    with pytest.raises(InputError) as caught:
        read_boundaries(case / f"{name}.geojson")
    assert caught.value.where.row is not None
    assert caught.value.remedy
