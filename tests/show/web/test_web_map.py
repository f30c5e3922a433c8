from __future__ import annotations

import base64
import json
import re
import zlib

import pytest
import shapely.affinity

from lokus.errors import InputError
from lokus.i18n import use_language
from lokus.show.themes.themes import ON_REQUEST, THEMES, available_themes, make_layer
from lokus.show.web.web_map import TEMPLATES, json_for_html, write_web_map

HOSTILE = "</script><script>document.title='x'</script> & <b>Ulu</b>"


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


@pytest.fixture(scope="module")
def page(results, outlines, info, tmp_path_factory):
    return write_web_map(results, outlines, info, tmp_path_factory.mktemp("web") / "peta.html").read_text(
        "utf-8"
    )


def test_the_page_names_no_address_and_forbids_requests(page):
    assert not re.search(r"https?:|//[a-z]|@import|url\(|\bsrc=|<link|fetch\(|XMLHttpRequest|import\(", page)
    assert 'aria-label="Peta. Tombol panah' in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    )


def test_the_viewer_writes_no_markup_from_data():
    script = (TEMPLATES / "web_map.js").read_text("utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script
    )


def test_layers_carry_the_same_legend_as_print(page, results):
    layers = {layer["key"]: layer for layer in data_of(page)["layers"]}
    assert tuple(layers) == available_themes(results)
    for theme in layers:
        legend = make_layer(results, theme).legend
        assert [(c["label"], c["count"], c["colour"]) for c in layers[theme]["classes"]] == [
            (e.label, e.count, e.colour) for e in legend
        ]
        classes = make_layer(results, theme).classes
        assert [legend[place].key for place in layers[theme]["of"]] == list(classes)


def test_the_list_is_in_the_order_of_numbers(page, results):
    data = data_of(page)
    assert [data["villages"]["number"][i] for i in data["list"]] == list(range(1, 9))
    first = results.index[results["nomor"] == 1][0]
    assert data["villages"]["code"][data["list"][0]].replace(".", "") == first


def test_markup_in_names_stays_inside_the_data(results, outlines, info, tmp_path):
    odd = results.assign(desa=HOSTILE, alasan=HOSTILE)
    page = write_web_map(odd, outlines, info, tmp_path / "p.html").read_text("utf-8")
    assert page.count("</script>") == 2
    assert page.count("<script") == 2
    assert data_of(page)["villages"]["name"][0] == HOSTILE


def test_markup_in_study_texts_is_escaped(results, outlines, info, tmp_path):
    from dataclasses import replace

    odd = replace(info, title=HOSTILE, kabupaten=HOSTILE, rule=HOSTILE, sources=(HOSTILE,), instansi=HOSTILE)
    page = write_web_map(results, outlines, odd, tmp_path / "p.html").read_text("utf-8")
    assert page.count("</script>") == 2
    assert "<b>Ulu" not in page


def test_json_escapes_what_ends_a_script():
    text = json_for_html({"a": "</script>&\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script>&\u2028"}
    with pytest.raises(ValueError, match="JSON compliant"):
        json_for_html(float("nan"))


def test_villages_without_polygon_are_kept_and_counted(page, results):
    data = data_of(page)
    assert len(data["villages"]["name"]) == len(results)
    assert data["undrawn"] == results.loc[results.geometry.isna(), "desa"].tolist()


def test_a_kecamatan_without_any_polygon_keeps_its_villages(results, outlines, info, tmp_path):
    kode = results["kode_kecamatan"].iloc[-1]
    odd = results.copy()
    odd.loc[odd["kode_kecamatan"] == kode, "geometry"] = None
    page = write_web_map(odd, outlines.drop(index=kode), info, tmp_path / "p.html").read_text("utf-8")
    assert len(data_of(page)["districts"]["name"]) == len(outlines)


def test_the_same_study_gives_the_same_bytes(results, outlines, info, tmp_path):
    one = write_web_map(results, outlines, info, tmp_path / "a.html").read_bytes()
    two = write_web_map(
        results.sample(frac=1, random_state=3), outlines, info, tmp_path / "b.html"
    ).read_bytes()
    assert one == two


def test_english_on_request(results, outlines, info, tmp_path):
    with use_language("en"):
        page = write_web_map(results, outlines, info, tmp_path / "p.html").read_text("utf-8")
    assert '<html lang="en">' in page
    assert "SYNTHETIC EXAMPLE DATA" in page
    assert "Cari desa" not in page


def test_a_failure_leaves_the_earlier_page(results, outlines, info, tmp_path):
    path = tmp_path / "p.html"
    path.write_text("lama")
    with pytest.raises(InputError, match="status_usulan"):
        write_web_map(results.drop(columns="status_usulan"), outlines, info, path)
    assert path.read_text() == "lama"
    assert list(tmp_path.iterdir()) == [path]


def test_a_real_kabupaten_stays_small(shared_data, info, tmp_path):
    import geopandas as gpd

    real = gpd.read_file(shared_data / "boundaries" / "1603_muara_enim.gpkg")
    real["kode_desa"] = real["kode"].str.replace(".", "")
    real = real.rename(columns={"nama": "desa", "kec_nama": "kecamatan"}).set_index("kode_desa").sort_index()
    real["kode_kecamatan"] = real.index.str[:6]
    real = real.assign(
        status_usulan="bukan lokus", prevalensi=12.0, prevalensi_bawah=8.0, prevalensi_atas=16.0,
        anak_stunting=10.0, skor=0.4, peringkat=1,
        alasan="Skor di bawah batas; penyumbang terbesar prevalensi stunting dan jamban tidak layak.",
    )  # fmt: skip
    outlines = real.assign(geometry=real.make_valid()).dissolve("kode_kecamatan")[["kecamatan", "geometry"]]
    assert write_web_map(real, outlines, info, tmp_path / "p.html").stat().st_size < 300_000


def test_every_theme_and_indicator_is_a_layer(full, outlines, info, indicators, tmp_path):
    page = write_web_map(full, outlines, info, tmp_path / "p.html", indicators=indicators).read_text("utf-8")
    layers = {layer["key"]: layer for layer in data_of(page)["layers"]}
    assert tuple(layers) == (*(t for t in THEMES if t not in ON_REQUEST), "indikator:air_layak")
    assert [key for key, layer in layers.items() if layer["indicator"]] == ["indikator:air_layak"]
    circles = layers["anak"]["symbols"]
    assert circles["largest"] == pytest.approx(full["anak_stunting"].max())
    assert [value is None for value in circles["values"]] == full["anak_stunting"].isna().tolist()
    assert 0 < circles["radius"] < 0.05
    assert circles["labels"][0].endswith(" anak")
    assert all(layer["symbols"] is None for key, layer in layers.items() if key != "anak")


def test_large_data_are_packed_and_unpack_to_the_same(results, outlines, info, tmp_path, monkeypatch):
    plain = write_web_map(results, outlines, info, tmp_path / "a.html").read_text("utf-8")
    monkeypatch.setattr("lokus.show.web.web_map._PLAIN", 1000)
    packed = write_web_map(results, outlines, info, tmp_path / "b.html").read_text("utf-8")
    block = re.search(r'id="data" data-packed="1">(.*?)</script>', packed, re.S)[1]
    assert json.loads(zlib.decompress(base64.b64decode(block))) == data_of(plain)
    assert len(packed) < len(plain)
    again = write_web_map(results, outlines, info, tmp_path / "c.html").read_text("utf-8")
    assert again == packed


def with_islands(results, count: int):
    """The study with its last villages moved far out to sea, each to a place of its own."""
    moved = results.sort_index().copy()
    far = list(moved.index[-count:])
    shapes = moved.geometry.copy()
    for number, kode in enumerate(far, start=1):
        shapes[kode] = shapely.affinity.translate(shapes[kode], 3.0 * number, 0.4)
    return moved.set_geometry(shapes), far


@pytest.mark.parametrize("count", [1, 2, 6])
def test_the_page_opens_on_the_main_body_with_a_way_to_each_island(
    results, outlines, info, tmp_path, count: int
):
    moved, far = with_islands(results, count)
    data = data_of(write_web_map(moved, outlines, info, tmp_path / "a.html").read_text("utf-8"))
    main, *islands = data["map"]["views"]
    assert main["name"] == "Bagian utama"
    if count <= 2:  # more of them lie as near to each other as to the main body, and share a button
        assert [view["name"] for view in islands] == moved.loc[far, "desa"].tolist()
    assert islands
    width = data["map"]["width"]
    assert main["box"][2] < width / 3
    assert islands[-1]["box"][2] == pytest.approx(width, abs=2)


def test_a_kabupaten_in_one_piece_needs_no_way_to_islands(page):
    assert data_of(page)["map"]["views"] == []
