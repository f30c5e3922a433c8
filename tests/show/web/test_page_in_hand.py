"""The page of the bundled study in one browser as somebody uses it: touches, paper, every request seen."""

from __future__ import annotations

import io
import json

import pytest
from headless import open_page
from pypdf import PdfReader

from lokus.show.web.web_map import write_web_map

READY = "document.documentElement.dataset.ready === '1'"


@pytest.fixture(scope="module")
def file(demo, tmp_path_factory):
    told, maps = demo.material, demo.maps
    return write_web_map(
        maps.results, maps.kecamatan, maps.info, tmp_path_factory.mktemp("halaman") / "peta.html",
        indicators={**maps.indicators, **told.indicators}, trial=told.trial, gaps=told.gaps,
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium, file, tmp_path_factory):
    with open_page(chromium, tmp_path_factory.mktemp("profil")) as tab:
        tab.size(1366, 768)
        tab.go(file.as_uri(), READY)
        yield tab


SEARCH = """
(async () => {
  const out = [], query = document.getElementById("query");
  const wait = () => new Promise((done) => setTimeout(done, 0));
  for (const asked of ASKED) {
    query.value = asked;
    query.dispatchEvent(new Event("input"));
    await wait();
    const found = [...document.querySelectorAll("#found button")];
    if (found.length) found[0].click();
    await wait();
    const code = document.querySelector("#village p").textContent.split(" · ")[1];
    out.push([found.length, code.replaceAll(".", "")]);
  }
  return out;
})()
"""


@pytest.mark.slow
def test_every_code_finds_its_own_village_with_and_without_dots(page, demo):
    codes = list(demo.villages.index)
    dotted = [f"{kode[:2]}.{kode[2:4]}.{kode[4:6]}.{kode[6:]}" for kode in codes]
    assert len(codes) == 256
    for asked in (codes, dotted):
        found = page.run(SEARCH.replace("ASKED", json.dumps(asked)))
        assert [kode for _count, kode in found] == codes
        assert {count for count, _kode in found} == {1}


USE = """
(async () => {
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const box = (id) => document.getElementById(id);
  for (const node of document.querySelectorAll("#layers button:not([hidden])")) {
    node.click(); await wait(30);
  }
  const more = document.querySelector("#layers select");
  for (const option of [...more.options]) {
    more.value = option.value; more.dispatchEvent(new Event("change")); await wait(10);
  }
  box("open-table").click(); await wait(100);
  for (const head of document.querySelectorAll("#table th button")) { head.click(); await wait(10); }
  box("tab-trial").click();
  for (const range of document.querySelectorAll("#trial input[type=range]")) {
    range.value = "70"; range.dispatchEvent(new Event("input")); await wait(30);
  }
  box("aturan-n").value = "20"; box("aturan-n").dispatchEvent(new Event("input")); await wait(50);
  document.querySelector("#trial .keep button").click(); await wait(50);
  const kept = [];
  HTMLAnchorElement.prototype.click = function () { kept.push(this.download); };
  for (const button of document.querySelectorAll("#trial .rows button, #table button")) {
    if (/^Unduh/.test(button.getAttribute("aria-label") || button.textContent)) button.click();
  }
  await wait(300);
  return { tried: document.documentElement.dataset.trying, kept };
})()
"""


@pytest.mark.slow
def test_a_whole_meeting_asks_the_network_for_nothing(page, file):
    page.go(file.as_uri(), READY)
    done = page.run(USE)
    assert done["tried"] == "true"
    assert len(done["kept"]) == 2  # the file of a scenario, the table as CSV
    page.paper()
    assert page.requests == [file.as_uri()]
    assert page.complaints == []


def corners(page, *names: str) -> dict[str, list[float]]:
    return page.run(
        "Object.fromEntries("
        + json.dumps(names)
        + ".map((id) => { const b = document.getElementById(id).getBoundingClientRect();"
        " return [id, [b.left, b.top, b.right, b.bottom]]; }))"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height", "unfolded"), [(1366, 768, True), (390, 844, False)])
def test_the_legend_begins_folded_where_it_would_hide_the_land(page, file, width, height, unfolded):
    page.size(width, height, phone=width < 500)
    page.go(file.as_uri(), READY)
    try:
        assert page.run("document.getElementById('legend').open") is unfolded
        share = page.run(
            "(() => { const a = document.getElementById('legend').getBoundingClientRect(),"
            " b = document.getElementById('map').getBoundingClientRect();"
            " return a.width * a.height / (b.width * b.height); })()"
        )
        assert unfolded or 0 < share < 0.03, f"the folded legend takes {share:.0%} of the map"
    finally:
        page.size(1366, 768)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_card_and_legend_are_both_in_view_after_a_tap(page, file, demo, width: int, height: int):
    page.size(width, height, phone=width < 500)
    kode = demo.proposal.kode[0]
    try:
        page.go(f"{file.as_uri()}#desa={kode}", READY)  # moves the village to the middle of the map
        page.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
        page.run("document.getElementById('map').scrollIntoView()")
        left, top, right, bottom = corners(page, "canvas")["canvas"]
        page.run("document.getElementById('village').hidden = true")
        page.tap((left + right) / 2, (top + bottom) / 2)
        page.run("new Promise((done) => setTimeout(done, 600))")
        assert page.run("new URLSearchParams(location.hash.slice(1)).get('desa')")
        for name, (x, y, far, low) in corners(page, "village", "legend").items():
            assert far - x > 60, name
            assert low - y > 20, name
            assert x >= -1, name
            assert far <= width + 1, name
            assert y < height - 20, name
            assert low > 20, name
    finally:
        page.size(1366, 768)


@pytest.mark.slow
def test_it_prints_on_one_sheet_with_its_legend_and_says_when_it_is_a_trial(page, file, demo):
    page.go(file.as_uri(), READY)
    official = PdfReader(io.BytesIO(page.paper()))
    most = demo.material.gaps["kode_desa"].value_counts().index[0]
    page.go(f"{file.as_uri()}#desa={most}", READY)
    card = PdfReader(io.BytesIO(page.paper()))
    page.run(USE)
    tried = PdfReader(io.BytesIO(page.paper()))
    for sheet in (official, card, tried):
        assert len(sheet.pages) == 1
        assert sheet.pages[0].mediabox.width > sheet.pages[0].mediabox.height
    words = official.pages[0].extract_text()
    first = demo.results.loc[demo.proposal.kode[0], "desa"]
    assert "Usulan lokus" in words
    assert str(first) in words
    assert "PERCOBAAN" not in words
    assert "PERCOBAAN – BUKAN USULAN RESMI" in " ".join(tried.pages[0].extract_text().split())


# A clock that runs thirty times as fast makes every drawing one that takes too long to follow a hand.
DRAG = """
(async () => {
  const real = performance.now.bind(performance);
  performance.now = () => 30 * real();
  const canvas = document.getElementById("canvas"), box = canvas.getBoundingClientRect();
  const root = document.documentElement, frame = () => new Promise(requestAnimationFrame);
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const x = box.width / 2, y = box.height / 2;
  const send = (kind, type, given) =>
    canvas.dispatchEvent(new type(kind, { bubbles: true, cancelable: true, ...given }));
  const hand = (kind, dx, dy) => send(kind, PointerEvent, {
    pointerId: 1, pointerType: "mouse", button: 0, buttons: kind === "pointermove" && dx === null ? 0 : 1,
    clientX: box.left + x + (dx ?? 0), clientY: box.top + y + dy });
  const pixels = () => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const count = (dots) => {
    let n = 0;
    for (let i = 0; i < dots.length; i += 4) n += dots[i] === 238 && dots[i + 1] === 242;
    return n;
  };
  const differ = (a, b) => { let n = 0; for (let i = 0; i < a.length; i++) n += a[i] !== b[i]; return n; };
  canvas.setPointerCapture = () => {};
  document.querySelector("#layers button:nth-child(2)").click();
  document.getElementById("all").click();
  await wait(400);
  for (let n = 0; n < 12; n++) {
    send("wheel", WheelEvent, { deltaY: -20, clientX: box.left + x, clientY: box.top + y });
    await frame();
  }
  await wait(500);
  hand("pointerdown", 0, 0);
  for (let n = 1; n <= 10; n++) { hand("pointermove", 30 * n, 12 * n); await frame(); }
  await frame();
  const during = pixels();
  await wait(500);
  const settled = pixels();
  hand("pointerup", 300, 120);
  document.querySelector("#layers button:nth-child(3)").click();
  await wait(400);
  document.querySelector("#layers button:nth-child(2)").click();
  await wait(400);
  const direct = pixels();
  hand("pointermove", null, 0);
  await wait(100);
  const tip = document.getElementById("tip"), hovered = pixels();
  return {
    during: count(during), settled: count(settled), moved: differ(during, settled),
    direct: differ(settled, direct), hovered: differ(direct, hovered),
    tip: tip.hidden ? "" : tip.textContent, took: Number(root.dataset.took),
  };
})()
"""


@pytest.mark.slow
def test_a_map_that_is_slow_to_draw_follows_the_hand_and_ends_as_drawn_at_once(page, file):
    page.go(file.as_uri(), READY)
    found = page.run(DRAG)
    assert found["took"] > 25
    # The picture that stands in is not the drawing, which comes when the hand rests.
    assert found["moved"] > 0
    assert found["direct"] == 0
    # Where land comes into view it is blurred, not blank.
    assert found["during"] <= 1.05 * found["settled"] + 100
    assert found["tip"]
    assert found["hovered"] > 0


@pytest.mark.slow
def test_pages_stay_small_enough_to_be_sent(file, shared_data, tmp_path):
    """The whole page: twenty indicators as layers, columns and sliders besides the themes."""
    from web_map import villages, whole_page

    assert file.stat().st_size <= 400_000  # the example, with what each village lacks
    source = shared_data / "boundaries" / "nasional.parquet"
    if not source.is_file():
        pytest.skip("the national boundaries are absent")
    everyone = villages(source)
    kode = everyone["kode"].str
    kabupaten = whole_page(everyone[kode.startswith("16.03")], tmp_path / "kabupaten.html")
    province = whole_page(everyone[kode.startswith("16.")], tmp_path / "provinsi.html")
    assert kabupaten.stat().st_size <= 400_000
    assert province.stat().st_size <= 1_500_000
