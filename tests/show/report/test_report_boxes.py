"""The report in a browser: no text over text and none cut off, measured by the boxes of its words."""

from __future__ import annotations

import shutil

import pytest
from headless import open_page

from lokus import Kajian

# Every piece of text with the box of each of its lines; formulas, whose signs overlap, are left out.
MEASURE = """
(() => {
  const seen = [], cut = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    if (!node.data.trim() || node.parentElement.closest("math, script, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      seen.push({text: node.data.trim().slice(0, 40), left: box.left, right: box.right,
                 top: box.top + box.height * 0.2, bottom: box.bottom - box.height * 0.2});
      for (let up = node.parentElement; up; up = up.parentElement) {
        const style = getComputedStyle(up), frame = up.getBoundingClientRect();
        const scrolls = ["auto", "scroll"].includes(style.overflowX);
        if (scrolls) break;
        if (style.textOverflow === "ellipsis" && up.scrollWidth > up.clientWidth + 1
            || ["hidden", "clip"].includes(style.overflowX)
               && (box.right > frame.right + 1 || box.bottom > frame.bottom + 1)
            || up === document.documentElement && (box.right > innerWidth + 1 || box.left < -1))
          cut.push(node.data.trim().slice(0, 40));
      }
    }
  }
  seen.sort((a, b) => a.top - b.top);
  const over = [];
  for (let i = 0; i < seen.length; i++)
    for (let j = i + 1; j < seen.length && seen[j].top < seen[i].bottom - 1; j++)
      if (seen[i].left < seen[j].right - 1 && seen[j].left < seen[i].right - 1)
        over.push(seen[i].text + " | " + seen[j].text);
  return {seen: seen.length, over, cut};
})()
"""
BROKEN = """
<p style="width:5em;overflow:hidden;white-space:nowrap">Angka yang terpotong di tepi</p>
<p style="position:absolute;top:200px;left:9px">Satu</p>
<p style="position:absolute;top:202px;left:9px">Dua</p>
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not (chromium := shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no Chromium on this machine")
    with open_page(chromium, tmp_path_factory.mktemp("profil")) as page:
        yield page


@pytest.fixture(scope="module", params=["data/kajian/contoh-2026.toml", "tests/pasangkayu/kajian.toml"])
def report(request, root, tmp_path_factory):
    if "pasangkayu" in request.param:
        request.getfixturevalue("shared_data")
    folder = tmp_path_factory.mktemp("keluaran") / "laporan"
    kajian = Kajian.open(root / request.param)
    kajian.replace(keluaran={"peta": ["usulan"], "ukuran": ["A4"], "bahan": ["laporan"]}).write(folder)
    return folder / "laporan.html"


@pytest.mark.slow
def test_the_measure_sees_text_over_text_and_text_cut_off(browser, tmp_path):
    path = tmp_path / "rusak.html"
    path.write_text(f"<!doctype html><html><body>{BROKEN}</body></html>", encoding="utf-8")
    browser.size(1366, 768)
    browser.go(path.as_uri())
    found = browser.run(MEASURE)
    assert found["over"] == ["Satu | Dua"]
    assert found["cut"] == ["Angka yang terpotong di tepi"]


@pytest.mark.slow
@pytest.mark.parametrize("width", [1366, 390])
def test_no_text_of_the_report_lies_over_another_or_is_cut(browser, report, width):
    browser.size(width, 844, phone=width < 500)
    browser.go(report.as_uri())
    found = browser.run(MEASURE)
    assert found["seen"] > 500
    assert found["over"] == []
    assert found["cut"] == []


HIDDEN = """
(() => {
  const out = [], frame = document.querySelector("table.list").closest(".wide");
  const edge = frame.getBoundingClientRect(), rows = document.querySelectorAll("tr.reason td:last-child");
  for (const aside of [0, frame.scrollWidth]) {
    frame.scrollLeft = aside;
    for (const row of rows) {
      const range = document.createRange();
      range.selectNodeContents(row);
      for (const box of range.getClientRects())
        if (box.right > edge.right + 1 || box.left < edge.left - 1) out.push(row.textContent.slice(0, 40));
    }
  }
  return {rows: rows.length, out, aside: frame.scrollWidth - frame.clientWidth};
})()
"""


@pytest.mark.slow
@pytest.mark.parametrize("width", [1366, 390])
def test_reasons_of_the_list_are_read_without_moving_it_aside(browser, report, width):
    browser.size(width, 844, phone=width < 500)
    browser.go(report.as_uri())
    found = browser.run(HIDDEN)
    assert found["rows"] >= 10
    assert found["out"] == []
    if width == 1366:
        assert found["aside"] <= 1, "on a laptop the marks and chances stand beside the village"
