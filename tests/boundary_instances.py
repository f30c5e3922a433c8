"""Boundary files that public reports could complain of next: other instances of each kind that was met.

Each writes one file and gives what the study states of it. What becomes of it is stated beside it: ``right``
(the villages of :func:`boundary_mutator.truth`, with the findings named), ``blocked`` by a finding, or
``refused`` with words that say why.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from boundary_mutator import COLUMNS, PLACES, ROWS, ZONES, sound
from shapely.geometry import box

Stated = dict[str, Any]
Builder = Callable[[gpd.GeoDataFrame, Path], Path]
NAMES = ["KDEPUM", "WADMKD", "WADMKC"]


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One file: how it is made, what the study states, and what must become of it."""

    build: Builder
    outcome: str
    says: str = ""
    stated: Stated
    kabupaten: str = "9901"

    def write(self, folder: Path) -> Path:
        return self.build(drawn(self.kabupaten, folder), folder)


class _Chosen:
    """Stands for a generator of random numbers where the kabupaten is known."""

    def __init__(self, kabupaten: str) -> None:
        self.kabupaten = kabupaten

    def choice(self, _names: object) -> str:
        return self.kabupaten


def drawn(kabupaten: str, folder: Path) -> gpd.GeoDataFrame:
    return sound(_Chosen(kabupaten), folder).frame  # type: ignore[arg-type]


INSTANCES: dict[str, Instance] = {}


def instance(
    outcome: str, says: str = "", *, kabupaten: str = "9901", **stated: Any
) -> Callable[[Builder], Builder]:
    def enter(build: Builder) -> Builder:
        INSTANCES[build.__name__] = Instance(
            build=build, outcome=outcome, says=says, stated=stated, kabupaten=kabupaten
        )
        return build

    return enter


def written(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> Path:
    pyogrio.write_dataframe(frame, path, **options)
    return path


def with_cell(frame: gpd.GeoDataFrame, row: int, column: str, value: Any) -> gpd.GeoDataFrame:
    cells = list(frame[column].astype(object))
    cells[row] = value
    return frame.assign(**{column: pd.Series(cells, dtype=object)})


def with_shape(frame: gpd.GeoDataFrame, row: int, shape: Any) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    shapes[row] = shape
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))


def with_more(frame: gpd.GeoDataFrame, code: str, desa: str, kecamatan: str) -> gpd.GeoDataFrame:
    _x0, y0, x1, _y1 = frame.total_bounds
    more = gpd.GeoDataFrame(
        {"KDEPUM": [code], "WADMKD": [desa], "WADMKC": [kecamatan]},
        geometry=[box(x1, y0, x1 + 0.05, y0 + 0.03)],
        crs=frame.crs,
    )
    return pd.concat([frame, more], ignore_index=True)


def codes(pattern: Callable[[int, int], str]) -> list[str]:
    return [pattern(r, c) for r in range(ROWS) for c in range(COLUMNS)]


def relabelled(frame: gpd.GeoDataFrame, drawn_in: int, said: int, path: Path) -> Path:
    return written(frame.to_crs(drawn_in).set_crs(said, allow_override=True), path)


def zipped(folder: Path, target: Path, *, inside: str = "", sep: str = "/") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, f"{inside}{sep}{part.name}" if inside else part.name)
    return target


def put(folder: Path, name: str) -> Path:
    inner = folder / name
    inner.mkdir()
    return inner


# 1. Which codes.


@instance("refused", "kode BPS.*\n→ .*jembatan")
def codes_of_the_united_nations(f, folder):
    f["KDEPUM"] = codes(lambda r, c: f"ID9901{10 * (r + 1):03d}{c + 1:03d}")
    return written(f.set_axis(["ADM4_PCODE", "ADM4_EN", "ADM3_EN", "geometry"], axis=1), folder / "d.gpkg")


@instance("refused", "kode BPS, bukan Kemendagri: kecamatan 99.01.01 akan bernama Amanuban Barat, Kolbano")
def bps_codes_in_the_columns_of_big(f, folder):
    f["KDEPUM"] = codes(lambda r, c: f"99010{r // 2 + 1}{r % 2 + 1}{c + 1:03d}")
    return written(f, folder / "d.shp")


@instance("refused", "kode BPS, bukan Kemendagri: demikian nama kolomnya, kode_desa_bps",
          kolom={"kode": "kode_desa_bps", "desa": "nama", "kecamatan": "WADMKC"})  # fmt: skip
def a_stated_column_that_is_called_bps(f, folder):
    return written(f.rename(columns={"KDEPUM": "kode_desa_bps", "WADMKD": "nama"}), folder / "d.gpkg")


@instance("refused", "kode BPS, bukan Kemendagri: demikian nama kolomnya, iddesa_2020",
          kolom={"kode": "iddesa_2020", "desa": "nmdesa"})  # fmt: skip
def a_column_of_bps_with_its_year(f, folder):
    return written(f.rename(columns={"KDEPUM": "iddesa_2020", "WADMKD": "nmdesa"}), folder / "d.gpkg")


@instance("blocked", "kode 99.01.01.2004 adalah Tanjung Jaya di kecamatan Kolbano|kecamatan")
def codes_of_two_kecamatan_exchanged(f, folder):
    own = list(f["KDEPUM"])
    f["KDEPUM"] = own[5:10] + own[:5] + own[10:]
    return written(f, folder / "d.gpkg")


# 2. What is a candidate.


@instance("right")
def forest_with_a_code_and_no_row(f, folder):
    return written(with_more(f, "99.01.01.2099", "HUTAN LINDUNG", "Amanuban Barat"), folder / "d.gpkg")


@instance("right")
def a_lake_called_a_kelurahan(f, folder):
    return written(with_more(f, "99.01.05.1001", "Danau Ranau", "Danau"), folder / "d.gpkg")


@instance("blocked", r"16.03 \(1\), 99.01 \(20\)\n.*kode_kabupaten = \"99.01\"")
def one_village_of_another_province(f, folder):
    return written(with_more(f, "16.03.01.2001", "Tetangga", "Lain"), folder / "d.gpkg")


@instance("right", "batas.other_kabupaten", kode_kabupaten="99.01")
def the_neighbour_left_out_by_its_key(f, folder):
    return written(with_more(f, "99.02.01.2001", "Tetangga", "Kolbano Hulu"), folder / "d.gpkg")


@instance("refused", r"tidak memuat desa dari kabupaten 99.03, melainkan dari: 99.01 \(20\)",
          kode_kabupaten="99.03")  # fmt: skip
def another_kabupaten_than_the_key_says(f, folder):
    return written(f, folder / "d.gpkg")


# 3. Where it lies.


@instance("refused", "angkanya derajat, bukan meter\n→ .*EPSG:4326", kabupaten="1603")
def degrees_called_web_mercator(f, folder):
    return relabelled(f, 4326, 3857, folder / "d.shp")


@instance("blocked", "kabupaten 72.03 terletak antara bujur.*EPSG:32750", kabupaten="7203")
def a_utm_zone_too_far_west(f, folder):
    return relabelled(f, ZONES["7203"], ZONES["7203"] - 1, folder / "d.shp")


@instance("blocked", "tidak ada kabupaten\n.*EPSG:32748")
def a_wrong_zone_that_puts_invented_villages_into_the_sea(f, folder):
    return relabelled(f, 32748, 32747, folder / "d.gpkg")


@instance("refused", "di luar Indonesia\n→ .*EPSG:23833")
def tm3_called_utm(f, folder):
    return relabelled(f, 23833, 32748, folder / "d.gpkg")


@instance("refused", "tidak menyebutkan sistem koordinatnya.*\n→ .*EPSG:32748")
def metres_without_prj(f, folder):
    path = written(f.to_crs(32748), folder / "d.shp")
    path.with_suffix(".prj").unlink()
    return path


@instance("refused", "EPSG:32748.*, dan di sanalah desanya terletak\n→ Hapus crs", crs="EPSG:32748")
def a_stated_system_that_would_not_be_used(f, folder):
    return written(f, folder / "d.gpkg")


@instance("blocked", "lintang 3,8\n", kabupaten="1603")
def latitudes_without_their_sign(f, folder):
    shapes = shapely.transform(f.geometry.to_numpy(), lambda xy: xy * [1, -1])
    return written(f.set_geometry(shapes, crs=4326), folder / "d.gpkg")


@instance("refused", "tidak ada sistem yang lazim yang cocok")
def coordinates_counted_from_a_corner(f, folder):
    f = f.to_crs(32748)
    x, y = f.total_bounds[:2]
    return written(f.set_geometry(f.translate(-x, -y)), folder / "d.gpkg")


# 4. Overlaps left.


@instance("right", "batas.overlap")
def two_villages_that_overlap_by_almost_half(f, folder):
    return written(with_shape(f, 1, shapely.affinity.translate(f.geometry[1], -0.012)), folder / "d.gpkg")


@instance("right", "batas.enclave")
def three_villages_inside_each_other(f, folder):
    f = with_shape(f, 1, shapely.affinity.scale(f.geometry[0], 0.6, 0.6))
    return written(with_shape(f, 2, shapely.affinity.scale(f.geometry[0], 0.3, 0.3)), folder / "d.gpkg")


@instance("blocked", "Suka Jaya – 99.01.02.2003 Tanjung Indah")
def one_polygon_drawn_twice_by_hand(f, folder):
    return written(with_shape(f, 7, f.geometry[3].buffer(0.0001)), folder / "d.gpkg")


@instance("right", "batas.enclave")
def one_village_as_large_as_the_kabupaten(f, folder):
    return written(with_shape(f, 0, box(*f.total_bounds)), folder / "d.gpkg")


@instance("refused", "99.01.01.2005 tercantum pada baris 5, 21")
def one_row_twice(f, folder):
    return written(pd.concat([f, f.iloc[[4]]], ignore_index=True), folder / "d.gpkg")


# 6. Text.


@instance("right", "batas.no_name")
def words_that_stand_for_no_name(f, folder):
    for row, word in enumerate(["NULL", "-", "<Null>", "?????", "n/a"]):
        f = with_cell(f, row, "WADMKD", word)
    return written(f, folder / "d.gpkg")


@instance("right", "batas.kecamatan_from_code")
def words_that_stand_for_no_kecamatan(f, folder):
    f = with_cell(f, 3, "WADMKC", "NULL")
    return written(with_cell(f, 4, "WADMKC", "-"), folder / "d.gpkg")


def with_letter(f):
    return f.assign(WADMKD=f["WADMKD"].str.replace("Suka Jaya", "Suka Jayá"))


@instance("right", "batas.encoding")
def names_spoilt_twice(f, folder):
    spoilt = [n.encode().decode("cp1252").encode().decode("cp1252") for n in with_letter(f)["WADMKD"]]
    return written(f.assign(WADMKD=spoilt), folder / "d.gpkg")


@instance("right", "batas.encoding")
def utf8_without_cpg(f, folder):
    path = written(with_letter(f), folder / "d.shp", encoding="utf-8")
    path.with_suffix(".cpg").unlink()
    return path


@instance("right", "batas.encoding")
def utf8_that_the_cpg_calls_windows(f, folder):
    path = written(with_letter(f), folder / "d.shp", encoding="utf-8")
    path.with_suffix(".cpg").write_text("1252")
    return path


@instance("right", "batas.encoding")
def geojson_in_windows_letters(f, folder):
    path = folder / "d.geojson"
    path.write_bytes(with_letter(f).to_json(ensure_ascii=False).encode("cp1252"))
    return path


# 7. No library exception escapes.


@instance("refused", "tidak memuat poligon\n→ .*lapisan")
def points_instead_of_polygons(f, folder):
    return written(f.set_geometry(f.representative_point()), folder / "d.gpkg")


@instance("refused", "tidak memuat satu desa pun")
def a_layer_without_rows(f, folder):
    return written(f.head(0), folder / "d.gpkg", geometry_type="Polygon")


@instance("refused", r"sistem koordinat \(CRS\).*tidak dapat dipahami\n→ .*\.prj")
def a_prj_cut_short(f, folder):
    path = written(f, folder / "d.shp")
    path.with_suffix(".prj").write_text('PROJCS["x",')
    return path


@instance("refused", "tidak menunjuk tempat di bumi")
def coordinates_from_the_middle_of_the_earth(f, folder):
    return written(f.set_crs(4978, allow_override=True), folder / "d.gpkg")


def edited(f, folder, change):
    content = json.loads(f.to_json())
    change(content["features"][3]["geometry"]["coordinates"])
    path = folder / "d.geojson"
    path.write_text(json.dumps(content))
    return path


@instance("refused", "baris 4.*Suka Jaya.*garis batas")
def a_ring_of_two_points(f, folder):
    def change(rings):
        del rings[0][2:]

    return edited(f, folder, change)


@instance("right", "batas.no_geometry")
def a_hole_larger_than_its_village(f, folder):
    return edited(
        f, folder, lambda rings: rings.append([[90, -20], [120, -20], [120, 20], [90, 20], [90, -20]])
    )


@instance("right", "batas.no_geometry")
def a_polygon_cut_short_in_the_database(f, folder):
    path = written(f, folder / "d.gpkg")
    with sqlite3.connect(path) as base:
        for (name,) in base.execute("select name from sqlite_master where type='trigger'").fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute("update d set geom = substr(geom, 1, 60) where fid = 3")
    base.close()
    return path


@instance("blocked", "NaN atau tak hingga")
def a_point_that_is_no_number(f, folder):
    path = folder / "d.geojson"
    path.write_text(f.to_json().replace("104.0,", "NaN,", 1))
    return path


@instance("refused", "formatnya tidak dikenal")
def the_error_page_of_a_server(f, folder):
    path = folder / "d.geojson"
    path.write_text("<html><body>404 Not found</body></html>")
    return path


@instance("refused", "bukan sistem koordinat yang dikenal\n→ .*EPSG:4326", crs="EPSG 4326x")
def a_stated_system_that_is_misspelt(f, folder):
    return written(f, folder / "d.gpkg")


# 8. One reader, one answer.


@instance("right")
def columns_in_capitals(f, folder):
    return written(f.set_axis(["KODE_DESA", "DESA", "KECAMATAN", "geometry"], axis=1), folder / "d.shp")


@instance("refused", "kelipatan 128")
def codes_in_single_precision_as_text(f, folder):
    f["KDEPUM"] = [str(int(np.float32(int(code.replace(".", ""))))) for code in f["KDEPUM"]]
    return written(f, folder / "d.gpkg")


@instance("right")
def a_geodatabase_in_a_zip(f, folder):
    inner = put(folder, "isi")
    written(f, inner / "b.gdb", driver="OpenFileGDB", layer="desa")
    return Path(shutil.make_archive(str(folder / "b"), "zip", inner))


@instance("right")
def a_zip_whose_folders_have_backslashes(f, folder):
    written(f, put(folder, "isi") / "desa.shp")
    return zipped(folder / "isi", folder / "z.zip", inside="Batas", sep="\\")


@instance("right")
def parts_in_capitals_in_a_zip_in_capitals(f, folder):
    written(f, put(folder, "isi") / "desa.shp")
    for part in list((folder / "isi").iterdir()):
        part.rename(part.with_name(part.name.upper()))
    return zipped(folder / "isi", folder / "Z.ZIP")


@instance("refused", 'lapisan = "desa"')
def kecamatan_beside_the_villages(f, folder):
    inner = put(folder, "isi")
    written(f.dissolve("WADMKC").reset_index(), inner / "batas.shp")
    written(f, inner / "desa.shp")
    return zipped(inner, folder / "z.zip")


def esri(f):
    features = [
        {"attributes": {c: row[c] for c in NAMES},
         "geometry": {"rings": [[list(point) for point in row.geometry.exterior.coords]]}}
        for _n, row in f.iterrows()
    ]  # fmt: skip
    return json.dumps({
        "exceededTransferLimit": True, "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4326},
        "fields": [{"name": c, "type": "esriFieldTypeString"} for c in NAMES], "features": features,
    })  # fmt: skip


@instance("refused", "server peta memotong berkas ini")
def a_cut_file_in_a_zip(f, folder):
    (put(folder, "isi") / "d.json").write_text(esri(f))
    return zipped(folder / "isi", folder / "z.zip")


@instance("refused", "server peta memotong berkas ini")
def a_cut_file_in_a_folder(f, folder):
    (put(folder, "isi") / "d.json").write_text(esri(f))
    return folder / "isi"


@instance("refused", "server peta memotong berkas ini")
def a_cut_file_that_a_browser_named(f, folder):
    path = folder / "query.txt"
    path.write_text(esri(f))
    return path


assert set(PLACES) >= {one.kabupaten for one in INSTANCES.values()}
