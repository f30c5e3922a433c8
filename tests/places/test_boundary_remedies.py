"""Each remedy of a boundary finding, obeyed to the letter, leads to the right villages and takes it away."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from boundary_instances import (
    INSTANCES,
    drawn,
    put,
    relabelled,
    with_cell,
    with_letter,
    with_more,
    with_shape,
    written,
    zipped,
)
from boundary_mutator import truth
from shapely.geometry import box

import lokus.places
from lokus.errors import InputError
from lokus.places.boundaries import read_boundaries

LISTED = truth("9901").rename(columns={"kode": "kode_desa"})
# Tried where the tables and years are read, not with a boundary file.
ELSEWHERE = {
    "batas.long_name": "tests/test_hostile_text.py",
    "batas.unseen": "tests/test_hostile_text.py",
    "kode.empty": "tests/places/test_kode.py",
    "kode.repaired": "tests/places/test_kode.py",
    "kode.system": "tests/intake/join/test_join.py",
    "tahun.gone": "tests/intake/earlier/test_remedies.py",
    "tahun.merged": "tests/intake/earlier/test_remedies.py",
    "tahun.split": "tests/intake/earlier/test_remedies.py",
}
TRIED: dict[str, list] = {}


def tried(*checks: str):
    """Enter a pair of files: before and after the remedy of each check was obeyed."""

    def enter(attempt):
        for check in checks:
            TRIED.setdefault(check, []).append(attempt)
        return attempt

    return enter


def save(frame: gpd.GeoDataFrame, folder: Path, name: str = "d.gpkg", **options) -> Path:
    path = folder / name
    if path.exists():
        path.unlink()
    return written(frame, path, **options)


def dotted(code: str) -> str:
    return f"{code[:2]}.{code[2:4]}.{code[4:6]}.{code[6:]}"


# Each attempt gives (path, options) as it was, and (path, options) as the remedy wants it. It may look at the
# finding of the first reading, and must do no more than the remedy says.


@tried("batas.coverage", "batas.kept", "batas.overlap", "batas.gaps")
def borders_drawn_again(f, folder):
    bad = with_shape(f, 1, shapely.affinity.translate(f.geometry[1], -0.012))
    bad = with_shape(bad, 12, shapely.affinity.scale(f.geometry[12], 0.7, 0.7))
    yield save(bad, folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.gaps")
def the_missing_village_added(f, folder):
    yield save(f.drop(index=12), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.still_cracked")
def a_border_far_from_its_neighbours_drawn_again(f, folder):
    away = f.assign(KDEPUM=[code.replace("99.01", "99.02") if n == 7 else code
                            for n, code in enumerate(f["KDEPUM"])])  # fmt: skip
    moved = away.set_geometry(
        [shapely.affinity.translate(g, 2e-5 * (n == 7)) for n, g in enumerate(f.geometry)]
    )
    yield save(moved.set_crs(4326, allow_override=True), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.crs_corrected")
def the_maker_labels_the_file_anew(f, folder):
    yield relabelled(f, 32748, 32648, folder / "a.gpkg"), {"crs": "EPSG:32748"}
    yield save(f.to_crs(32748), folder), {}


@tried("batas.elsewhere")
def the_system_that_the_remedy_names(f, folder):
    found = yield relabelled(f, 32748, 32747, folder / "a.gpkg"), {}
    yield folder / "a.gpkg", {"crs": re.search(r"EPSG:\d+", found.remedy)[0]}


@tried("batas.enclave")
def the_inner_village_cut_out_of_the_outer(f, folder):
    inner = shapely.affinity.scale(f.geometry[0], 0.4, 0.4)
    bad = with_shape(f, 1, inner)
    yield save(bad, folder, "a.gpkg"), {}
    yield save(with_shape(bad, 0, f.geometry[0].difference(inner)), folder), {}


@tried("batas.encoding")
def windows_written_into_the_cpg(f, folder):
    path = written(with_letter(f), folder / "a.shp", encoding="cp1252")
    path.with_suffix(".cpg").write_text("UTF-8")
    yield path, {}
    path.with_suffix(".cpg").write_text("1252")
    yield path, {}


@tried("batas.encoding")
def windows_stated(f, folder):
    path = folder / "a.geojson"
    path.write_bytes(with_letter(f).to_json(ensure_ascii=False).encode("cp1252"))
    yield path, {}
    yield path, {"encoding": "cp1252"}


@tried("batas.encoding")
def utf8_written_into_the_cpg(f, folder):
    path = written(with_letter(f), folder / "a.shp", encoding="utf-8")
    path.with_suffix(".cpg").write_text("1252")
    yield path, {}
    path.with_suffix(".cpg").write_text("UTF-8")
    yield path, {}


@tried("batas.encoding")
def utf8_stated(f, folder):
    path = written(with_letter(f), folder / "a.shp", encoding="utf-8")
    path.with_suffix(".cpg").unlink()
    yield path, {}
    yield path, {"encoding": "utf-8"}


@tried("batas.exchanged_names")
def the_names_corrected(f, folder):
    bad = with_cell(with_cell(f, 1, "WADMKD", "Suka Indah"), 2, "WADMKD", "Suka Raya")
    yield save(bad, folder, "a.gpkg"), {"official": LISTED}
    yield save(f, folder), {"official": LISTED}


@tried("batas.other_names")
def the_bridge_to_the_codes_of_the_list(f, folder):
    right = [code.replace(".", "") for code in f["KDEPUM"]]
    # Each village has the code of the next one of its kecamatan.
    other = [right[n // 5 * 5 + (n + 1) % 5] for n in range(len(right))]
    yield save(f.assign(KDEPUM=other), folder, "a.gpkg"), {"official": LISTED}
    table = pd.DataFrame({"bps": other, "kemendagri": right})
    yield folder / "a.gpkg", {"official": LISTED, "bridge": table}


@tried("batas.invalid_area")
def the_village_drawn_anew(f, folder):
    x0, y0, x1, y1 = f.geometry[4].bounds
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    spike = shapely.Polygon([*corners, (x0, y1 + 0.03), (x1, y1 + 0.03), (x0, y1), (x0, y0)])
    yield save(with_shape(f, 4, spike), folder, "a.gpkg"), {"repair": False}
    yield save(f, folder), {}


@tried("batas.jenis", "kode.refused")
def the_codes_corrected(f, folder):
    bad = with_cell(with_cell(f, 3, "KDEPUM", "99.01.01.5004"), 6, "KDEPUM", "9.901E+09")
    yield save(bad, folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.kecamatan_codes", "batas.kecamatan_names")
def the_kecamatan_corrected(f, folder):
    yield save(with_cell(f, 7, "WADMKC", "Amanuban Barat"), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.kecamatan_codes")
def the_code_of_the_kecamatan_corrected(f, folder):
    yield save(with_cell(f, 7, "KDEPUM", "99.01.09.2003"), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.lost_letters")
def the_official_list_gives_the_names(f, folder):
    yield save(with_cell(f, 3, "WADMKD", "Suka J?ya"), folder, "a.gpkg"), {}
    yield folder / "a.gpkg", {"official": LISTED}


@tried("batas.missing", "batas.record_limit")
def all_of_the_list_drawn(f, folder):
    path = folder / "a.geojson"
    features = json.loads(f.to_json())["features"]
    more = []
    for n in range(980):
        said = {
            "KDEPUM": dotted(f"99015{n // 900}2{1 + n % 900:03d}"),
            "WADMKD": f"Desa {n}",
            "WADMKC": f"Kecamatan {n // 900}",
        }
        more.append({"type": "Feature", "geometry": None, "properties": said})
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [*features[:15], *more, *features[15:]]})
    )
    yield path, {"official": pd.concat([LISTED, pd.DataFrame(
        {"kode_desa": ["9901042099"], "desa": ["Bukit Akhir"], "kecamatan": ["Polen Sari"]})])}  # fmt: skip
    yield save(f, folder), {"official": LISTED}


@tried("batas.no_code")
def a_village_gets_its_code(f, folder):
    yield save(with_cell(with_cell(f, 3, "KDEPUM", None), 3, "WADMKD", None), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.village_without_code")
def the_code_written_into_the_file(f, folder):
    yield save(with_cell(f, 3, "KDEPUM", None), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.no_geometry", "batas.not_finite")
def the_village_drawn_in_a_program(f, folder):
    path = folder / "a.geojson"
    path.write_text(f.to_json().replace("104.0,", "NaN,", 1))
    yield path, {}
    yield save(f, folder), {}


@tried("batas.no_kecamatan")
def the_column_of_kecamatan_named(f, folder):
    plain = f.set_axis(["kode", "nama", "Kec", "geometry"], axis=1)
    yield save(plain, folder, "a.gpkg"), {}
    yield folder / "a.gpkg", {"columns": {"kode": "kode", "desa": "nama", "kecamatan": "Kec"}}


@tried("batas.no_name")
def the_names_from_the_official_list(f, folder):
    yield save(with_cell(f, 3, "WADMKD", ""), folder, "a.gpkg"), {}
    yield folder / "a.gpkg", {"official": LISTED}


@tried("batas.outside")
def the_polygon_corrected(f, folder):
    yield save(with_shape(f, 3, shapely.affinity.translate(f.geometry[3], -90)), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.same_polygon")
def the_other_drawn_where_it_lies(f, folder):
    yield save(with_shape(f, 7, f.geometry[3]), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.several_kabupaten")
def the_key_that_the_remedy_names(f, folder):
    found = yield save(with_more(f, "99.02.01.2001", "Tetangga", "Lain"), folder, "a.gpkg"), {}
    yield folder / "a.gpkg", {"kabupaten": re.search(r'kode_kabupaten = "([\d.]+)"', found.remedy)[1]}


@tried("batas.stray_code")
def the_stray_code_corrected(f, folder):
    yield save(with_cell(f, 3, "KDEPUM", "99.91.01.2004"), folder, "a.gpkg"), {"kabupaten": "99.01"}
    yield save(f, folder), {"kabupaten": "99.01"}


@tried("batas.swapped_axes")
def the_file_made_again(f, folder):
    turned = shapely.transform(f.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    yield save(f.set_geometry(turned, crs=4326), folder, "a.gpkg"), {}
    yield save(f, folder), {}


@tried("batas.unknown")
def the_village_entered_in_the_list(f, folder):
    yield save(f, folder, "a.gpkg"), {"official": LISTED.drop(index=7)}
    yield folder / "a.gpkg", {"official": LISTED}


@tried("kode.no_bridge", "kode.unclear_bridge")
def the_bridge_completed(f, folder):
    right = [code.replace(".", "") for code in f["KDEPUM"]]
    bps = [f"{code[:6]}0{code[7:]}" for code in right]
    bps = [f"{code[:6]}0{n + 1:03d}" for n, code in enumerate(bps)]
    table = pd.DataFrame({"bps": bps, "kemendagri": right})
    yield (
        save(f.assign(KDEPUM=bps), folder, "a.gpkg"),
        {"bridge": pd.concat([table.iloc[:-1], table.iloc[[0]].assign(kemendagri=right[1])])},
    )
    yield folder / "a.gpkg", {"bridge": table}


@tried("batas.multipart")
def the_stray_part_taken_away(f, folder):
    away = shapely.union(f.geometry[4], box(104.3, -3.3, 104.32, -3.29))
    yield save(with_shape(f, 4, away), folder, "a.gpkg"), {}
    yield save(f, folder), {}


def keys_of_places() -> set[str]:
    """Every check that a finding of this room is made with, read off its source."""
    found = set()
    for source in Path(lokus.places.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(
                r"(batas|kode|tahun)\.[a-z_]+", str(node.value)
            ):
                found.add(str(node.value))
    return found


def remedies_of_places() -> set[str]:
    """Those of them that say what to do."""
    silent = set()
    for source in Path(lokus.places.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                words = {word.arg: word.value for word in node.keywords}
                if "remedy" not in words and isinstance(words["check"], ast.Constant):
                    silent.add(words["check"].value)
    return keys_of_places() - silent | (silent & set(TRIED))


def test_no_finding_of_a_boundary_file_is_without_a_tried_remedy() -> None:
    own = {key for key in remedies_of_places() if key not in ELSEWHERE}
    assert own - {"batas.geojson"} == set(TRIED)
    for key, test in ELSEWHERE.items():
        assert key in (Path(__file__).parents[2] / test).read_text(encoding="utf-8")


def rightly(result, checks, expected) -> None:
    villages = result.villages
    assert sorted(villages.index) == sorted(LISTED["kode_desa"])
    names = villages.loc[LISTED["kode_desa"]]
    assert set(names["desa"]) - set(LISTED["desa"]) <= {"Suka Jayá"}
    assert names["kecamatan"].tolist() == LISTED["kecamatan"].tolist()
    assert not checks & {finding.check for finding in result.findings}
    assert not [finding for finding in result.findings if finding.level == "blocking"]
    shapes = villages.geometry.to_crs(4326)[LISTED["kode_desa"]]
    assert shapes.symmetric_difference(expected).area.max() < 1e-3 * expected.area.min()


@pytest.mark.parametrize("check", sorted(TRIED))
def test_the_remedy_obeyed_leads_to_the_right_villages(check: str, tmp_path) -> None:
    for number, attempt in enumerate(TRIED[check]):
        folder = put(tmp_path, str(number))
        frame = drawn("9901", folder)
        expected = gpd.GeoSeries(frame.geometry.to_numpy(), index=LISTED["kode_desa"], crs=4326)
        steps = attempt(frame, folder)
        path, options = next(steps)
        found = [finding for finding in read_boundaries(path, **options).findings if finding.check == check]
        assert found, attempt.__name__
        assert found[0].remedy
        path, options = steps.send(found[0])
        if attempt is the_inner_village_cut_out_of_the_outer:
            inner = shapely.affinity.scale(frame.geometry[0], 0.4, 0.4)
            expected.iloc[:2] = [frame.geometry[0].difference(inner), inner]
        rightly(read_boundaries(path, **options), {check}, expected)


# What is refused: the remedy obeyed lets the same file be read, and rightly.


def refusal(path: Path, **options) -> InputError:
    with pytest.raises(InputError) as refused:
        read_boundaries(path, **options)
    return refused.value


def quoted(error: InputError, key: str) -> str:
    return re.search(rf'{key} = "([^"…]+)"', error.remedy)[1]


def expected_shapes(folder: Path) -> gpd.GeoSeries:
    return gpd.GeoSeries(drawn("9901", folder).geometry.to_numpy(), index=LISTED["kode_desa"], crs=4326)


def test_the_system_named_for_a_file_without_one_is_right(tmp_path) -> None:
    path = written(drawn("9901", tmp_path), tmp_path / "d.shp")
    path.with_suffix(".prj").unlink()
    stated = quoted(refusal(path), "crs")
    rightly(read_boundaries(path, crs=stated), set(), expected_shapes(tmp_path))


@pytest.mark.parametrize(("drawn_in", "said"), [(4326, 3857), (32748, 32648), (3857, 32748)])
def test_the_system_named_for_a_wrong_one_is_right(drawn_in: int, said: int, tmp_path) -> None:
    path = relabelled(drawn("9901", tmp_path), drawn_in, said, tmp_path / "d.gpkg")
    named = re.search(r"EPSG:\d+", refusal(path).remedy)[0]
    rightly(read_boundaries(path, crs=named), set(), expected_shapes(tmp_path))


def test_one_of_the_utm_zones_that_are_named_is_right(tmp_path) -> None:
    path = tmp_path / "d.geojson"
    path.write_text(drawn("9901", tmp_path).to_crs(32748).set_crs(None, allow_override=True).to_json())
    named = re.findall(r"EPSG:\d+", refusal(path).remedy)
    # Zone 48 is that of the kabupaten, as the remedy tells to find out: 46 from longitude 90, and so on.
    zone = f"EPSG:{32700 + 46 + ((104 - 90) // 6)}"
    assert zone in named
    rightly(read_boundaries(path, crs=zone), set(), expected_shapes(tmp_path))


def test_a_prj_that_is_not_understood_is_deleted_and_the_system_stated(tmp_path) -> None:
    path = INSTANCES["a_prj_cut_short"].write(tmp_path)
    assert ".prj" in refusal(path).remedy
    path.with_suffix(".prj").unlink()
    rightly(read_boundaries(path, crs=quoted(refusal(path), "crs")), set(), expected_shapes(tmp_path))


def test_a_stated_system_that_is_not_used_is_taken_out(tmp_path) -> None:
    path = save(drawn("9901", tmp_path), tmp_path)
    assert refusal(path, crs="EPSG:32748").remedy.startswith("Hapus crs")
    rightly(read_boundaries(path), set(), expected_shapes(tmp_path))


@pytest.mark.parametrize("container", ["layers", "zip", "folder"])
def test_the_layer_that_the_remedy_names_is_that_of_the_villages(container: str, tmp_path) -> None:
    frame = drawn("9901", tmp_path)
    kecamatan = frame.dissolve("WADMKC").reset_index()
    if container == "layers":
        path = written(kecamatan, tmp_path / "d.gpkg", layer="adm3")
        pyogrio.write_dataframe(frame, path, layer="adm4")
    else:
        inner = put(tmp_path, "isi")
        written(kecamatan, inner / "adm3.shp")
        written(frame, inner / "adm4.shp")
        path = inner if container == "folder" else zipped(inner, tmp_path / "z.zip")
    named = quoted(refusal(path), "lapisan")
    rightly(read_boundaries(path, layer=named), set(), expected_shapes(tmp_path))


def test_bps_codes_are_read_with_a_bridge_and_kemendagri_codes_with_the_official_list(tmp_path) -> None:
    frame = drawn("9901", tmp_path).rename(
        columns={"KDEPUM": "iddesa", "WADMKD": "nmdesa", "WADMKC": "nmkec"}
    )
    path = save(frame, tmp_path)
    assert "daftar_resmi" in refusal(path).remedy
    rightly(read_boundaries(path, official=LISTED), set(), expected_shapes(tmp_path))
    right = [code.replace(".", "") for code in frame["iddesa"]]
    bps = [f"{code[:6]}0{n + 1:03d}" for n, code in enumerate(right)]
    path = save(frame.assign(iddesa=bps), tmp_path)
    assert "jembatan" in refusal(path).remedy
    bridge = pd.DataFrame({"bps": bps, "kemendagri": right})
    rightly(read_boundaries(path, bridge=bridge), set(), expected_shapes(tmp_path))
    path = save(frame, tmp_path)
    assert refusal(path, bridge=bridge).remedy.startswith("Hapus jembatan")


def test_the_parts_of_a_village_joined_into_one_row_are_read(tmp_path) -> None:
    frame = drawn("9901", tmp_path)
    x0, y0, x1, y1 = frame.geometry[4].bounds
    halves = [box(x0, y0, (x0 + x1) / 2, y1), box((x0 + x1) / 2, y0, x1, y1)]
    both = pd.concat([with_shape(frame, 4, halves[0]), frame.iloc[[4]].set_geometry([halves[1]], crs=4326)])
    path = save(both.reset_index(drop=True), tmp_path)
    assert "satu baris" in refusal(path).remedy
    joined = both.dissolve("KDEPUM").reset_index()
    rightly(read_boundaries(save(joined, tmp_path)), set(), expected_shapes(tmp_path))


def test_the_column_that_was_meant_is_found(tmp_path) -> None:
    path = save(drawn("9901", tmp_path), tmp_path)
    error = refusal(path, columns={"kode": "KDEPUN", "desa": "WADMKD", "kecamatan": "WADMKC"})
    meant = re.search(r"Maksudnya (\w+)", error.remedy)[1]
    columns = {"kode": meant, "desa": "WADMKD", "kecamatan": "WADMKC"}
    rightly(read_boundaries(path, columns=columns), set(), expected_shapes(tmp_path))


def test_columns_that_are_not_recognised_are_named(tmp_path) -> None:
    path = save(drawn("9901", tmp_path).set_axis(["Kd", "Ds", "Kc", "geometry"], axis=1), tmp_path)
    error = refusal(path)
    assert "kolom = {" in error.remedy
    assert "Kd, Ds, Kc" in error.what
    columns = {"kode": "Kd", "desa": "Ds", "kecamatan": "Kc"}
    rightly(read_boundaries(path, columns=columns), set(), expected_shapes(tmp_path))


def test_a_ring_that_is_closed_is_read(tmp_path) -> None:
    content = json.loads(drawn("9901", tmp_path).to_json())
    ring = content["features"][3]["geometry"]["coordinates"][0]
    first = ring.pop()
    path = tmp_path / "d.geojson"
    path.write_text(json.dumps(content))
    assert "titik terakhir sama dengan titik pertama" in refusal(path).remedy
    ring.append(first)
    path.write_text(json.dumps(content))
    rightly(read_boundaries(path), set(), expected_shapes(tmp_path))


def test_parts_that_lack_are_put_beside(tmp_path) -> None:
    whole = put(tmp_path, "semua")
    path = written(drawn("9901", tmp_path), whole / "d.shp")
    part = put(tmp_path, "sebagian")
    shutil.copy(path, part / "d.shp")
    error = refusal(part / "d.shp")
    for suffix in re.findall(r"\.\w{3}", error.remedy):
        shutil.copy(path.with_suffix(suffix), part)
    rightly(read_boundaries(part / "d.shp"), set(), expected_shapes(tmp_path))


def test_codes_saved_as_text_from_the_original_are_read(tmp_path) -> None:
    frame = drawn("9901", tmp_path)
    numbers = pd.Series([code.replace(".", "") for code in frame["KDEPUM"]]).astype("int64")
    path = save(frame.assign(KDEPUM=numbers.astype("float32")), tmp_path)
    assert "sebagai teks" in refusal(path).remedy
    rightly(read_boundaries(save(frame.assign(KDEPUM=numbers.astype(str)), tmp_path)), set(),
            expected_shapes(tmp_path))  # fmt: skip


def test_pages_of_a_server_that_are_joined_are_read(tmp_path) -> None:
    path = INSTANCES["a_cut_file_that_a_browser_named"].write(tmp_path)
    assert "gabungkan" in refusal(path).remedy
    content = json.loads(path.read_text())
    del content["exceededTransferLimit"]
    (tmp_path / "d.json").write_text(json.dumps(content))
    rightly(read_boundaries(tmp_path / "d.json"), set(), expected_shapes(tmp_path))
