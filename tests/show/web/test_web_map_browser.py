"""The offline map in a real browser: headless Chromium without network."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from lokus.show.web.web_map import write_web_map

pytestmark = pytest.mark.slow  # each opens a browser

HOSTILE = "<script>document.title='diretas'</script>"


@pytest.fixture(scope="module")
def study(full):
    odd = full.copy()
    odd.loc[odd.index[4], "desa"] = f"Ulu {HOSTILE}"
    odd["alasan"] = "Skor tertinggi di kecamatannya."
    return odd


@pytest.fixture(scope="module")
def page(study, outlines, info, indicators, tmp_path_factory):
    path = tmp_path_factory.mktemp("web") / "peta.html"
    return write_web_map(study, outlines, info, path, indicators=indicators)


@pytest.fixture(scope="module")
def browse(chromium, page, tmp_path_factory):
    @cache
    def run(state: str = "", *options: str, file: Path = page) -> tuple[str, str]:
        home = tmp_path_factory.mktemp("profile")
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={home}",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--virtual-time-budget=5000",
            *(options or ("--dump-dom",)), f"{file.as_uri()}#{state}",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)

    return run


HANDS = """
HTMLCanvasElement.prototype.setPointerCapture = () => {};
// A headless browser paints no frames by itself.
window.requestAnimationFrame = (draw) => setTimeout(draw, 0);
const canvas = document.getElementById("canvas"), root = document.documentElement, seen = [];
const box = canvas.getBoundingClientRect();
const point = (kind, id, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {
  pointerId: id, pointerType: "touch", clientX: box.left + x, clientY: box.top + y, bubbles: true}));
const pause = () => new Promise((done) => setTimeout(done, 60));
const note = (name) => seen.push(name + "=" + root.dataset.zoom);
(async () => {
  canvas.dispatchEvent(new KeyboardEvent("keydown", {key: "+"})); await pause(); note("plus");
  canvas.dispatchEvent(new KeyboardEvent("keydown", {key: "0"})); await pause(); note("all");
  canvas.dispatchEvent(new WheelEvent("wheel", {deltaY: -180, clientX: 300, clientY: 300, cancelable: true}));
  await pause(); note("wheel");
  document.getElementById("all").click(); await pause();
  point("pointerdown", 1, 200, 200); point("pointerdown", 2, 300, 200);
  point("pointermove", 2, 400, 200); await pause(); note("pinch");
  point("pointerup", 1, 200, 200); point("pointerup", 2, 400, 200);
  document.getElementById("all").click(); await pause();
  const query = document.getElementById("query");
  query.value = "WANTED"; query.dispatchEvent(new Event("input")); await pause();
  document.querySelector("#found button").click(); await pause(); note("search");
  seen.push("open=" + document.querySelector("#village h2").textContent);
  const w = box.width / 2, h = box.height / 2;
  canvas.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"})); await pause();
  seen.push("closed=" + document.getElementById("village").hidden);
  point("pointerdown", 3, w, h); point("pointerup", 3, w, h); await pause();
  seen.push("click=" + document.querySelector("#village h2").textContent);
  document.querySelectorAll("#layers button:not([hidden])")[3].click(); await pause();
  seen.push("legend=" + document.querySelector("#legend h2").textContent);
  const more = document.querySelector("#layers select");
  more.value = more.options[1].value; more.dispatchEvent(new Event("change")); await pause();
  seen.push("indicator=" + document.querySelector("#legend h2").textContent);
  seen.push("pressed=" + document.querySelectorAll("#layers [aria-pressed=true]").length);
  root.dataset.seen = seen.join(";");
})();
"""


def test_keys_wheel_pinch_click_search_and_layers_work(browse, page, results, tmp_path):
    wanted = results.index[results["nomor"] == 2][0]
    name = results.loc[wanted, "desa"]
    handled = tmp_path / "tangan.html"
    text = page.read_text("utf-8").replace(
        "</body>", f"<script>{HANDS.replace('WANTED', wanted)}</script></body>"
    )
    handled.write_text(text, "utf-8")
    dom, console = browse("", "--dump-dom", file=handled)
    seen = dict(item.split("=", 1) for item in re.search(r'data-seen="([^"]*)"', dom)[1].split(";"))
    assert console == ""
    assert seen["plus"] == "1.40"
    assert seen["all"] == "1.00"
    assert float(seen["wheel"]) > 1.2
    assert seen["pinch"] == "2.00"
    assert float(seen["search"]) > 1.5
    assert seen["open"] == name
    assert seen["closed"] == "true"
    assert seen["click"] == name  # the search had moved that village to the middle
    assert seen["legend"] == "Skor prioritas (0–100)"
    assert seen["indicator"] == "Keluarga dengan air layak (%)"
    assert seen["pressed"] == "0"


def test_it_draws_every_polygon_without_a_word_on_the_console(browse, results):
    dom, console = browse()
    assert 'data-ready="1"' in dom
    assert f'data-drawn="{int((~results.geometry.isna()).sum())}"' in dom
    assert console == ""


def test_the_layer_of_the_address_changes_the_legend(browse):
    usulan, _ = browse()
    prevalensi, _ = browse("lapisan=prevalensi")
    assert 'data-layer="usulan"' in usulan
    assert "<h2>Usulan lokus</h2>" in usulan
    assert 'data-layer="prevalensi"' in prevalensi
    assert "<h2>Prevalensi stunting (%)</h2>" in prevalensi
    assert "2,5 – &lt;10" in prevalensi


def test_search_finds_a_village_by_name_and_by_code(browse, results):
    kode = results.index[0]
    for query in (results["desa"].iloc[0].replace(" ", "+").lower(), kode):
        dom, _ = browse(f"cari={query}")
        found = re.search(r'<ul id="found">(.*?)</ul>', dom)[1]
        assert results["desa"].iloc[0] in found
    assert "Tidak ada desa" in browse("cari=zzzz")[0]


def test_a_village_opens_with_its_facts_and_reason(browse, results):
    kode = results.index[results["nomor"] == 1][0]
    dom, _ = browse(f"desa={kode}")
    panel = re.search(r'<section id="village".*?</section>', dom, re.S)[0]
    assert "hidden" not in panel.split(">")[0]
    assert results.loc[kode, "desa"] in panel
    assert "nomor 1" in panel
    assert "Skor tertinggi di kecamatannya." in panel


def test_markup_in_a_name_stays_text(browse, results):
    dom, console = browse(f"desa={results.index[4]}")
    assert "<title>Usulan lokus" in dom
    assert "Ulu &lt;script&gt;document.title" in dom
    assert console == ""


@pytest.mark.parametrize("size", ["1300,850", "500,900"])
def test_polygons_reach_the_screen(browse, tmp_path, size):
    shot = tmp_path / "layar.png"
    browse("lapisan=skor", f"--window-size={size}", f"--screenshot={shot}")
    pixels = np.rint(imread(shot)[..., :3] * 255).astype(int)
    for colour in ("#2c7fb0", "#123f7a", "#eef2f3"):
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(pixels - rgb).max(axis=2) <= 2).sum() > 1000, colour


@pytest.mark.parametrize(
    ("state", "heading", "words"),
    [
        ("anak", "Anak stunting (perkiraan)", 'id="sizes"'),
        ("peluang", "Peluang masuk daftar lokus (%)", "Peluang sangat besar"),
        ("titik_panas", "Klaster tinggi dan rendah", "Tanpa tetangga"),
        ("tipologi", "Tipologi desa/kelurahan", "Cakupan layanan rendah"),
        ("reviu", "Reviu terhadap daftar sebelumnya", "Keluar"),
        ("kelengkapan", "Kelengkapan data (%)", "Lengkap"),
        ("indikator:air_layak", "Keluarga dengan air layak (%)", "≥80"),
    ],
)
def test_every_layer_draws_with_its_legend(browse, state, heading, words):
    dom, console = browse(f"lapisan={state}")
    assert console == ""
    assert f'data-layer="{state}"' in dom
    legend = re.search(r'<details id="legend".*?</details>', dom, re.S)[0]
    assert f"<h2>{heading}</h2>" in legend
    assert words in legend


def test_packed_data_open_alike(browse, study, outlines, info, tmp_path, monkeypatch):
    monkeypatch.setattr("lokus.show.web.web_map._PLAIN", 1000)
    packed = write_web_map(study, outlines, info, tmp_path / "padat.html")
    assert "data-packed" in packed.read_text("utf-8")
    dom, console = browse("lapisan=skor", "--dump-dom", file=packed)
    assert console == ""
    assert f'data-drawn="{int((~study.geometry.isna()).sum())}"' in dom


PROBE = """
setTimeout(() => {
  const boxes = [...document.querySelectorAll("button")].map((button) => button.getBoundingClientRect());
  parent.postMessage([
    innerWidth, document.documentElement.scrollWidth, boxes.filter((box) => box.right > innerWidth).length,
    Math.min(...[...document.querySelectorAll("#layers button:not([hidden])")].map((b) => b.offsetHeight)),
  ], "*");
}, 800);
"""


def test_a_phone_390_pixels_wide_shows_everything_without_scrolling_sideways(browse, page, tmp_path):
    """Chromium's own windows are never narrower than 500 pixels; a frame is."""
    frame = tmp_path / "ponsel.html"
    probe = page.read_text("utf-8").replace(
        "</body>",
        f"<script>{PROBE}</script></body>",
    )
    (tmp_path / "isi.html").write_text(probe, "utf-8")
    frame.write_text(
        '<body><iframe src="isi.html#lapisan=anak" style="width:390px;height:844px;border:0"></iframe>'
        "<script>onmessage = (event) => { document.body.dataset.seen = event.data; }</script></body>",
        "utf-8",
    )
    dom, console = browse("", "--allow-file-access-from-files", "--dump-dom", file=frame)
    width, scroll, outside, tall = re.search(r'data-seen="([^"]*)"', dom)[1].split(",")
    assert console == ""
    assert (width, scroll, outside) == ("390", "390", "0")
    assert int(tall) >= 40


def test_the_page_opens_on_the_main_body_and_a_button_leads_to_the_island(
    browse, study, outlines, info, tmp_path
):
    import shapely.affinity

    shapes = study.geometry.copy()
    far = study.index[-1]
    shapes[far] = shapely.affinity.translate(shapes[far], 4.0, 0.0)
    plain = write_web_map(study.set_geometry(shapes), outlines, info, tmp_path / "pulau.html")
    hands = """
    window.requestAnimationFrame = (draw) => setTimeout(draw, 0);
    const root = document.documentElement, seen = ["open=" + root.dataset.zoom];
    (async () => {
      for (const button of document.querySelectorAll("#parts button")) {
        button.click(); await new Promise((done) => setTimeout(done, 60));
        seen.push(button.textContent + "=" + root.dataset.zoom);
      }
      root.dataset.seen = seen.join(";");
    })();
    """
    handled = tmp_path / "tangan.html"
    handled.write_text(
        plain.read_text("utf-8").replace("</body>", f"<script>{hands}</script></body>"), "utf-8"
    )
    dom, console = browse("", "--dump-dom", file=handled)
    assert console == ""
    seen = [item.rsplit("=", 1) for item in re.search(r'data-seen="([^"]*)"', dom)[1].split(";")]
    assert [name for name, _zoom in seen] == [
        "open",
        "Bagian utama",
        study.loc[far, "desa"],
        "Tampilkan semua",
    ]
    assert float(seen[0][1]) == float(seen[1][1]) > 2
    assert float(seen[2][1]) > 2
    assert float(seen[3][1]) == 1
