from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from itertools import combinations, pairwise

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread, imsave
from matplotlib.patches import Circle
from PIL import Image
from pypdf import PdfReader
from shapely.geometry import box

from lokus.i18n import use_language
from lokus.show.drawing.layout import PAPER
from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.print_map import draw_map, draw_on, save_map
from lokus.show.maps.sheet_plan import AROUND, SEA_COLOUR
from lokus.show.themes.palette import HOTSPOT
from lokus.show.themes.themes import THEMES, make_layer


def texts(figure) -> dict[str, str]:
    return {text.get_gid(): text.get_text() for text in figure.axes[0].texts if text.get_gid()}


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def boxes(figure, prefix: str) -> list[tuple[str, object]]:
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [
        (text.get_gid(), text.get_window_extent(renderer))
        for text in figure.axes[0].texts
        if (text.get_gid() or "").startswith(prefix)
    ]


OF_RATES = ("prevalensi", "anak", "prevalensi_anak", "prevalensi_per_tahun")  # some rest on few children


@pytest.fixture(scope="module", params=[*THEMES, "indikator:air_layak"])
def drawn(request, full, outlines, info, indicators):
    return request.param, draw_map(full, outlines, info, theme=request.param, indicators=indicators)


def test_legend_states_every_class_with_its_count(drawn, full, indicators):
    theme, figure = drawn
    seen = texts(figure)
    layer = make_layer(full, theme, indicators=indicators)
    for entry in layer.legend:
        assert seen[f"legenda:{entry.key}"] == entry.label
        assert seen[f"jumlah:{entry.key}"] == str(entry.count)
    assert seen["jumlah:semua"] == str(len(full))
    assert seen.get("jumlah:nomor") == (None if theme == "lokus_per_tahun" else "8")  # classes say it there
    assert ("jumlah:belum andal" in seen) == (theme in OF_RATES)
    if theme in OF_RATES:
        assert seen["jumlah:belum andal"] == str(layer.unsure_count)


def test_the_sheet_says_what_a_reader_needs(drawn, results, info):
    _theme, figure = drawn
    seen, all_words = texts(figure), " | ".join(words(figure))
    assert seen["sintetis"] == seen["watermark"] == "DATA CONTOH SINTETIS"
    assert seen["instansi"] == info.instansi
    assert seen["aturan"] == info.rule
    assert "Kabupaten Contoh, 2027" in seen["judul"]
    assert re.search(r"Sumber: e-PPGBM; .*Data per 31 Desember 2026\.", all_words)
    assert "Batas indikatif; batas definitif ditetapkan Kemendagri/BIG" in all_words
    assert "WGS 84 / UTM Zona 48S (EPSG:32748)" in all_words
    assert re.search(r"Skala 1 : [\d.]+ pada kertas A4", all_words)
    assert re.search(r"\d+°(\d\d′)? BT", all_words)
    assert re.search(r"\d+°(\d\d′)? LS", all_words)
    lost = results.loc[results.geometry.isna(), "desa"].item()
    assert f"1 desa/kelurahan tanpa poligon, dihitung tetapi tidak tergambar: {lost}." in all_words


def test_every_lokus_stands_on_the_map_and_in_the_list(drawn, results):
    _theme, figure = drawn
    seen = texts(figure)
    for nomor, desa in results.loc[results["terpilih"]].set_index("nomor")["desa"].items():
        assert seen[f"nomor:{nomor}"] == str(nomor)
        assert seen[f"daftar:{nomor}"] == desa


def test_circles_have_areas_in_proportion_and_legend_sizes(full, outlines, info):
    figure = draw_map(full, outlines, info, theme="anak")
    circles = [c for c in figure.axes[0].patches if isinstance(c, Circle) and c.get_zorder() == 5.5]
    shown = full["anak_stunting"].where(~full.geometry.isna()).dropna().sort_values()
    radii = np.sort([circle.radius for circle in circles])
    assert len(radii) == len(shown)
    assert np.allclose(radii**2 / radii[-1] ** 2, shown / shown.max(), atol=0.01)
    sizes = [text.get_text() for text in figure.axes[0].texts if (text.get_gid() or "").startswith("ukuran:")]
    assert sizes[0].endswith(" anak")
    assert float(sizes[0].split()[0]) <= shown.max()


def test_numbers_stand_beside_the_circles_not_on_them(full, outlines, info):
    figure = draw_map(full, outlines, info, theme="anak")
    radius = {
        tuple(np.round(c.center, 6)): c.radius
        for c in figure.axes[0].patches
        if isinstance(c, Circle) and c.get_zorder() == 5.5
    }
    discs = [c.center for c in figure.axes[0].patches if isinstance(c, Circle) and c.get_zorder() == 11]
    centres = np.array(list(radius))
    for disc in discs[:-1]:  # the last one is in the legend
        away = np.hypot(*(centres - disc).T)
        assert away.min() > 1.5


def test_a_logo_takes_its_place_in_the_header(results, outlines, info, tmp_path):
    logo = tmp_path / "logo.png"
    imsave(logo, np.full((60, 40, 3), 0.2))
    plain = draw_map(results, outlines, info)
    figure = draw_map(results, outlines, info, logo=logo)
    (image,) = figure.axes[0].images
    left, right, bottom, top = image.get_extent()
    assert (right - left) / (top - bottom) == pytest.approx(40 / 60)

    def title(f):
        return next(t.get_position()[0] for t in f.axes[0].texts if t.get_gid() == "judul")

    assert title(figure) > right > title(plain)


def test_surroundings_lie_beneath_and_in_a_locator(results, outlines, info):
    west, south, east, north = results.to_crs(32748).total_bounds
    province = gpd.GeoDataFrame(
        geometry=[box(west - 150_000, south - 90_000, west, north + 90_000), box(west, south, east, north)],
        crs=32748,
    ).to_crs(4326)
    figure = draw_map(results, outlines, info, surroundings=province)
    places = [patch for patch in figure.axes[0].patches if patch.get_gid() == "letak"]
    assert len(places) == 1
    extent = places[0].get_path().get_extents()
    assert 1 < extent.width < 45
    villages = [p for p in figure.axes[0].patches if (p.get_gid() or "").startswith("kelas:")]
    for shape in villages:
        if len(shape.get_path().vertices):
            drawn = shape.get_path().get_extents()
            assert not drawn.fully_overlaps(extent) or not drawn.overlaps(extent)


def test_maker_address_and_edition_stand_below_and_nothing_is_invented(results, outlines, info):
    plain = texts(draw_map(results, outlines, info))
    assert plain["instansi"] == info.instansi
    assert not {"alamat", "edisi"} & set(plain)
    stated = dataclasses.replace(info, alamat="Jalan Contoh Nomor 1, Kota Contoh", edisi="Edisi 2")
    figure = draw_map(results, outlines, stated)
    seen = texts(figure)
    assert seen["alamat"] == "Jalan Contoh Nomor 1, Kota Contoh"
    assert seen["edisi"] == f"Edisi 2, {info.tahun}"
    below = [found for gid in ("instansi", "alamat", "edisi") for found in boxes(figure, gid)]
    assert [(a, b) for (a, one), (b, two) in combinations(below, 2) if one.overlaps(two)] == []


def test_the_zone_is_named_in_indonesian(results, outlines, info):
    line = next(text for text in words(draw_map(results, outlines, info)) if "Proyeksi" in text)
    assert "UTM Zona 48S" in line
    assert "zone" not in line


def test_water_has_a_colour_only_where_the_study_knows_it(results, outlines, info):
    west, south, _east, north = results.to_crs(32748).total_bounds
    around = gpd.GeoDataFrame(geometry=[box(west - 90_000, south, west, north)], crs=32748).to_crs(4326)

    def faces(**known):
        patches = draw_map(results, outlines, info, surroundings=around, **known).axes[0].patches
        return {mpl.colors.to_hex(patch.get_facecolor()) for patch in patches}

    assert SEA_COLOUR not in faces()
    assert {SEA_COLOUR, AROUND["face"]} <= faces(sea=True)
    assert AROUND["face"] in faces()  # land of neighbours is drawn as land either way


def test_villages_are_named_on_a3_and_no_name_lies_on_another_mark(results, outlines, info):
    figure = draw_map(results, outlines, info, size="A3", theme="anak")
    names = boxes(figure, "desa:")
    there = results.geometry.notna()
    note = texts(figure).get("tanpa nama", "Nama 0 ")
    assert len({gid for gid, _box in names}) + int(note.split()[1]) == there.sum()
    assert len(names) > there.sum() / 3
    labels = [*names, *boxes(figure, "kecamatan:"), *boxes(figure, "nomor:")]
    assert [(a, b) for (a, one), (b, two) in combinations(labels, 2) if a != b and one.overlaps(two)] == []
    assert not boxes(draw_map(results, outlines, info, size="A4"), "desa:")


@pytest.mark.parametrize("size", ["A4", "A3"])
def test_neighbours_are_named_beside_the_kabupaten(results, outlines, info, size):
    west, south, east, north = results.to_crs(32748).total_bounds
    around = gpd.GeoDataFrame(
        {"nama": ["Kabupaten Hulu", "Kabupaten Contoh", "Kabupaten Hilir", "Kabupaten Seberang Jauh"]},
        geometry=[
            box(west - 90_000, north + 10, east + 90_000, north + 90_000),
            box(west, south, east, north),
            box(west - 90_000, south - 90_000, east + 90_000, south - 10),
            box(west, north + 300_000, east, north + 400_000),
        ],
        crs=32748,
    ).to_crs(4326)
    figure = draw_map(results, outlines, info, size=size, surroundings=around)
    seen = {t.get_text() for t in figure.axes[0].texts if (t.get_gid() or "").startswith("tetangga:")}
    assert seen == {"Kabupaten Hulu", "Kabupaten Hilir"}  # neither the own one nor one beyond the sheet
    labels = [*boxes(figure, "tetangga:"), *boxes(figure, "kecamatan:"), *boxes(figure, "nomor:")]
    assert [(a, b) for (a, one), (b, two) in combinations(labels, 2) if a != b and one.overlaps(two)] == []
    plain = draw_map(results, outlines, info, size=size, surroundings=around.drop(columns="nama"))
    assert not any((t.get_gid() or "").startswith("tetangga:") for t in plain.axes[0].texts)


def test_a_neighbour_given_by_its_villages_is_named_once(results, outlines, info):
    west, _south, east, north = results.to_crs(32748).total_bounds
    strips = [box(x, north + 10, x + 20_000, north + 60_000) for x in np.arange(west, east, 20_000)]
    around = gpd.GeoDataFrame(
        {"nama": [f"Desa {k}" for k in range(len(strips))], "kab_nama": "Kabupaten Hulu"},
        geometry=strips, crs=32748,
    ).to_crs(4326)  # fmt: skip
    figure = draw_map(results, outlines, info, surroundings=around)
    texts_around = [t.get_text() for t in figure.axes[0].texts if (t.get_gid() or "").startswith("tetangga:")]
    assert texts_around == ["Kabupaten Hulu"]


def test_a_png_keeps_every_colour_of_the_legend_exactly(full, outlines, info, tmp_path):
    path = save_map(draw_map(full, outlines, info, theme="titik_panas"), tmp_path / "a.png")
    picture = Image.open(path)
    assert picture.mode == "P"
    assert round(picture.info["dpi"][0]) == 300
    counted = {colour: n for n, colour in picture.convert("RGB").getcolors(1 << 24)}
    for colour in HOTSPOT.values():
        assert counted[tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))] > 1000


def test_a_png_with_a_logo_keeps_all_its_colours(results, outlines, info, tmp_path):
    shades = np.stack(np.meshgrid(np.arange(256), np.arange(256), [90]), axis=-1)[:, :, 0].astype(np.uint8)
    logo = tmp_path / "logo.png"
    Image.fromarray(shades).save(logo)
    path = save_map(draw_map(results, outlines, info, logo=logo), tmp_path / "a.png")
    assert Image.open(path).mode == "RGB"


@pytest.mark.slow
def test_sheets_on_shared_ground_are_those_drawn_alone(full, outlines, info, tmp_path):
    base_map = BaseMap(full.sample(frac=1, random_state=5), outlines)
    for size in ("A4", "A3"):
        for theme in ("anak", "usulan"):
            together = save_map(draw_on(base_map, info, theme=theme, size=size), tmp_path / "a.pdf")
            alone = save_map(draw_map(full, outlines, info, theme=theme, size=size), tmp_path / "b.pdf")
            assert together.read_bytes() == alone.read_bytes()


def test_a_figure_keeps_its_resolution_and_no_pixels(results, outlines, info, tmp_path):
    figure = draw_map(results, outlines, info)
    before = figure.dpi, figure.canvas
    save_map(figure, tmp_path / "a.png")
    assert (figure.dpi, figure.canvas) == before


def test_a_far_island_is_drawn_in_an_inset_and_the_map_stays_large(results, outlines, info):
    far = results.to_crs(32748)
    island = far.index[far["nomor"] == 3][0]
    shapes = far.geometry.copy()
    shapes[island] = shapely.affinity.translate(
        shapely.centroid(shapes[island]).buffer(2000), -160_000, -90_000
    )
    far = far.set_geometry(shapes).to_crs(4326)
    edges = far[~far.geometry.isna()].dissolve("kode_kecamatan")[["kecamatan", "geometry"]]
    figure = draw_map(far, edges, info)
    seen = texts(figure)
    assert seen["nomor:3"] == "3"
    captions = [t.get_text() for t in figure.axes[0].texts if t.get_gid() == "sisipan"]
    assert sum("barat" in caption for caption in captions) == 1
    assert all("1 : " in caption for caption in captions)

    def scale(f):
        return float(re.search(r"Skala 1 : ([\d.]+)", " ".join(words(f)))[1].replace(".", ""))

    assert scale(figure) < 1.5 * scale(draw_map(results, outlines, info))


def test_the_scale_bar_is_as_long_as_it_says(results, outlines, info):
    figure = draw_map(results, outlines, info)
    denominator = float(re.search(r"Skala 1 : ([\d.]+)", " ".join(words(figure)))[1].replace(".", ""))
    label, bar = next(
        (t.get_text(), t) for t in figure.axes[0].texts if re.fullmatch(r"[\d,.]+ k?m", t.get_text())
    )
    number, unit = label.split()
    metres = float(number.replace(",", ".")) * (1000 if unit == "km" else 1)
    ticks = [
        t
        for t in figure.axes[0].texts
        if t.get_text() == "0" and abs(t.get_position()[1] - bar.get_position()[1]) < 0.01
    ]
    millimetres = bar.get_position()[0] - ticks[0].get_position()[0]
    assert millimetres * denominator / 1000 == pytest.approx(metres, rel=1e-6)
    base_map = results.to_crs(32748).total_bounds
    assert (base_map[2] - base_map[0]) / denominator * 1000 < figure.get_size_inches()[0] * 25.4


def test_no_two_labels_overlap(drawn):
    figure = drawn[1]
    labels = [*boxes(figure, "kecamatan:"), *boxes(figure, "nomor:")]
    assert len(labels) >= 16
    for (name, a), (other, b) in combinations(labels, 2):
        apart = a.x1 <= b.x0 + 0.5 or b.x1 <= a.x0 + 0.5 or a.y1 <= b.y0 + 0.5 or b.y1 <= a.y0 + 0.5
        assert apart or name == other, (name, other)


@pytest.mark.parametrize(
    "choices", [{"width": 20_000, "height": 70_000}, {"villages": 220, "kecamatan": 24, "lokus": 50}]
)
@pytest.mark.parametrize("size", list(PAPER))
def test_crowded_and_tall_maps_keep_text_on_the_page_and_apart(make, info, choices, size):
    figure = draw_map(*make(**choices), info, theme="prevalensi", size=size)
    canvas = FigureCanvasAgg(figure)
    width, height = canvas.get_width_height()
    for text in figure.axes[0].texts:
        box = text.get_window_extent(canvas.get_renderer())
        assert box.x0 > 0, text
        assert box.y0 > 0, text
        assert box.x1 < width, text
        assert box.y1 < height, text
    listed = boxes(figure, "daftar:")
    assert len(listed) == choices.get("lokus", 8)
    assert not any(
        a.overlaps(b) and a.y1 > b.y0 + 1.5 and b.y1 > a.y0 + 1.5
        for (_, a), (_, b) in combinations(listed, 2)
    )
    labels = [*boxes(figure, "kecamatan:"), *boxes(figure, "nomor:")]
    for (name, a), (other, b) in combinations(labels, 2):
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        assert apart or name == other, (name, other)
    names = {gid for gid, _box in boxes(figure, "kecamatan:")}
    assert len(names) == choices.get("kecamatan", 8)


@pytest.mark.parametrize(("lokus", "whole"), [(86, True), pytest.param(400, False, marks=pytest.mark.slow)])
def test_the_list_of_a_kabupaten_of_852_villages_is_legible(make, info, lokus, whole):
    figure = draw_map(*make(villages=852, kecamatan=27, lokus=lokus), info)
    listed = [text for text in figure.axes[0].texts if (text.get_gid() or "").startswith("daftar:")]
    assert min(text.get_fontsize() for text in listed) >= 4.2
    last = listed and next((t.get_text() for t in listed if t.get_gid() == "daftar:lanjutan"), None)
    assert (last is None) == whole
    if last is not None:
        assert last == f"dan {lokus - len(listed) + 1} lagi: lihat lampiran"
    found = boxes(figure, "daftar:")
    assert not any(
        a.overlaps(b) and a.y1 > b.y0 + 1.5 and b.y1 > a.y0 + 1.5 for (_, a), (_, b) in combinations(found, 2)
    )


@pytest.mark.parametrize("size", list(PAPER))
def test_pdf_has_the_exact_paper_size_and_searchable_text(results, outlines, info, tmp_path, size):
    path = save_map(draw_map(results, outlines, info, size=size), tmp_path / "peta.pdf")
    (page,) = PdfReader(path).pages
    sides = sorted(float(side) * 25.4 / 72 for side in page.mediabox[2:])
    assert sides == pytest.approx(sorted(PAPER[size]), abs=0.01)
    content = page.extract_text()
    assert "DATA CONTOH SINTETIS" in content
    assert "Tanjung Raya" in content
    assert "/Image" not in str(page.get("/Resources", {}).get("/XObject", {}))
    assert path.stat().st_size < 1_000_000


@pytest.mark.slow
def test_png_has_300_dots_an_inch(results, outlines, info, tmp_path):
    path = save_map(draw_map(results, outlines, info), tmp_path / "peta.png")
    pixels = imread(path)
    assert sorted(pixels.shape[:2]) == [2480, 3507]
    lokus = np.array([0xB4, 0x44, 0x1C]) / 255
    assert (np.abs(pixels[..., :3] - lokus).max(axis=2) < 0.01).sum() > 10_000


PROGRAM = """
import sys, pickle
from lokus.show.themes.palette import HOTSPOT
from lokus.show.maps.print_map import draw_map, draw_on, save_map
results, outlines, info = pickle.load(open(sys.argv[1], "rb"))
figure = draw_map(results.sample(frac=1, random_state=int(sys.argv[3])), outlines, info, theme="prevalensi")
for suffix in ("png", "pdf"):
    save_map(figure, f"{sys.argv[2]}.{suffix}")
"""


@pytest.mark.slow
def test_bytes_are_the_same_in_another_process_and_row_order(results, outlines, info, tmp_path, monkeypatch):
    import pickle

    (tmp_path / "in.pkl").write_bytes(pickle.dumps((results, outlines, info)))
    for run in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", run)
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "in.pkl"), str(tmp_path / run), run], check=True
        )
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"1.{suffix}").read_bytes() == (tmp_path / f"2.{suffix}").read_bytes()


def test_settings_of_the_notebook_do_not_leak_in_or_out(results, outlines, info, tmp_path):
    plain = save_map(draw_map(results, outlines, info), tmp_path / "a.png").read_bytes()
    with mpl.rc_context(
        {"font.size": 30, "axes.facecolor": "red", "savefig.bbox": "tight", "lines.linewidth": 9}
    ):
        before = dict(mpl.rcParams)
        other = save_map(draw_map(results, outlines, info), tmp_path / "b.png").read_bytes()
        assert dict(mpl.rcParams) == before
    assert plain == other


def test_numbers_of_one_tiny_crowded_kecamatan_are_all_on_the_map(make, info):
    """Forty lokus on a thumbnail of the map: discs are led away, none is lost."""
    results, _outlines = make(villages=120, kecamatan=1, lokus=45)
    far = results.iloc[[0]].to_crs(32748)
    far.index = ["9901992001"]
    far = far.assign(kecamatan="Jauh", kode_kecamatan="990199", nomor=pd.NA, status_usulan="bukan lokus")
    far = far.set_geometry(far.translate(900_000, 0)).to_crs(4326)
    crowd = pd.concat([results, far]).rename_axis("kode_desa")
    outlines = crowd[~crowd.geometry.isna()].dissolve("kode_kecamatan")[["kecamatan", "geometry"]]
    figure = draw_map(crowd, outlines, info)
    discs = boxes(figure, "nomor:")
    assert len(discs) == 45
    assert not any(a.overlaps(b) for (_, a), (_, b) in combinations(discs, 2))


@pytest.mark.parametrize("name", ["6111_kayong_utara", "7601_pasangkayu"])
def test_real_islands_and_cracked_borders_are_drawn(shared_data, info, name):
    real = gpd.read_file(shared_data / "boundaries" / f"{name}.gpkg")
    real["kode_desa"] = real["kode"].str.replace(".", "")
    real = real.rename(columns={"nama": "desa", "kec_nama": "kecamatan"}).set_index("kode_desa")
    real["kode_kecamatan"] = real.index.str[:6]
    real = real.assign(status_usulan="bukan lokus")
    outlines = real.assign(geometry=real.make_valid()).dissolve("kode_kecamatan")[["kecamatan", "geometry"]]
    seen = texts(draw_map(real, outlines, info))
    assert {f"kecamatan:{kode}" for kode in outlines.index} <= set(seen)
    assert seen["jumlah:bukan lokus"] == str(len(real))


def test_a_notebook_shows_the_sheet_and_stays_small(results, outlines, info):
    image = draw_map(results, outlines, info)._repr_png_()
    assert image.startswith(b"\x89PNG")
    assert len(image) < 400_000


def test_formula_signs_in_names_are_text(results, outlines, info, tmp_path):
    odd = results.copy()
    kode = odd.index[odd["nomor"] == 1][0]
    odd.loc[kode, "desa"] = r"$\frac{1}{2}$ <b>Ulu</b>"
    assert texts(draw_map(odd, outlines, info))["daftar:1"].startswith(r"$\frac")


def test_a_lokus_without_polygon_is_listed_and_explained(results, outlines, info):
    odd = results.copy()
    kode = odd.index[odd["nomor"] == 1][0]
    odd.loc[kode, "geometry"] = None
    figure = draw_map(odd, outlines, info)
    assert texts(figure)["daftar:1"].endswith("*")
    assert "nomor:1" not in texts(figure)
    assert any("tidak punya poligon" in text for text in words(figure))


def test_what_is_said_of_borders_and_villages_not_drawn_is_whole(results, outlines, info):
    odd = results.copy()
    gone = odd.index[:4]
    odd.loc[gone, "geometry"] = None
    odd.loc[gone, "desa"] = [f"Tebing Tinggi Muara Belida Ilir Selatan {n}" for n in range(4)]
    figure = draw_map(odd, outlines, info)
    below = " ".join(text for text in words(figure) if text)
    assert all(name in below for name in odd.loc[gone, "desa"])
    assert info.source_line in below
    renderer = FigureCanvasAgg(figure).get_renderer()
    lines = [text.get_window_extent(renderer) for text in figure.axes[0].texts if text.get_text()]
    assert min(line.y0 for line in lines) > 0
    foot = sorted((line for line in lines if line.y1 < 0.06 * figure.bbox.height), key=lambda line: line.y0)
    left = [line for line in foot if line.x0 < 0.1 * figure.bbox.width]
    assert all(low.y1 <= high.y0 + 2 for low, high in pairwise(left))


def test_no_lokus_yet_is_said(results, outlines, info):
    empty = results.assign(nomor=results["nomor"].mask(results["nomor"] > 0), status_usulan="bukan lokus")
    assert "Belum ada desa/kelurahan yang diusulkan." in words(draw_map(empty, outlines, info))


def test_english_on_request(results, outlines, info):
    with use_language("en"):
        seen = texts(draw_map(results, outlines, info))
    assert seen["legenda:lokus"] == "Proposed lokus"
    assert seen["sintetis"] == "SYNTHETIC EXAMPLE DATA"


def test_what_cannot_be_drawn_is_refused(results, outlines, info, tmp_path):
    with pytest.raises(ValueError, match="CRS"):
        draw_map(results.set_crs(None, allow_override=True), outlines, info)
    with pytest.raises(ValueError, match="no village has a polygon"):
        draw_map(results.assign(geometry=None).set_geometry("geometry", crs=4326), outlines, info)
    target = tmp_path / "peta.svg"
    with pytest.raises(ValueError, match=r"\.png or \.pdf"):
        save_map(draw_map(results, outlines, info), target)
    assert not target.exists()


def test_the_status_of_the_borders_is_what_the_study_states(results, outlines, info):
    stated = dataclasses.replace(info, boundary_status="batas definitif, Permendagri 1/2025")
    all_words = " | ".join(words(draw_map(results, outlines, stated)))
    assert "Batas definitif, Permendagri 1/2025" in all_words
    assert "indikatif" not in all_words
