"""WCAG 2.2 AA, as far as axe can tell: no violation in any state of the page."""

from __future__ import annotations

import html
import json
import re
import subprocess

import pytest

from lokus.choice.solver.problem import Problem
from lokus.show.results.trial import Trial, Weighing
from lokus.show.web.web_map import write_web_map

CHECK = """
HTMLCanvasElement.prototype.setPointerCapture = () => {};
const wait = (time) => new Promise((done) => setTimeout(done, time));
(async () => {
  await wait(600);
  STEPS
  await wait(300);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags });
  const said = found.violations.map((v) => [v.id, v.nodes.map((node) => node.html.slice(0, 120))]);
  document.documentElement.dataset.axe = JSON.stringify({ said, passed: found.passes.length });
})();
"""
OPEN_TABLE = 'document.getElementById("open-table").click();'
LOOK = 'document.getElementById("tab-look").click();'
STATES = {
    "usulan": ("", ""),
    "desa dan tabel": ("desa={kode}", OPEN_TABLE),
    "percobaan": ("coba={coba}", ""),
    "percobaan, lihat, tabel": ("coba={coba}&desa={kode}", OPEN_TABLE + LOOK),
    "skenario": ("coba={coba}&skenario=[{coba}]", ""),
    "tanpa daftar": ('coba={{"nama":"","pilihan":{{"jumlah":50,"maks_kecamatan":1}}}}', ""),
    "pencarian": ("cari=zzz", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def axe(root) -> str:
    path = root / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe is not installed: npm ci --prefix viewer")
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def page(full, outlines, info, indicators, tmp_path_factory):
    full = full.sort_index()
    scores = full["skor"]
    normalised = scores.to_frame("air_layak").assign(krs=(scores * 7) % 1)
    weighing = Weighing(
        normalised=normalised, weights={"air_layak": 1.0, "krs": 0.0},
        labels={"air_layak": "Air layak", "krs": "Keluarga berisiko"},
        exempt=normalised.isna() & False, withhold=False,
    )  # fmt: skip
    rules = Problem(n=8, max_kecamatan=5)
    trial = Trial(
        problem=rules, stated=rules, scores=scores, kecamatan=full["kode_kecamatan"],
        expected=full["anak_stunting"], weighing=weighing,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("axe") / "peta.html"
    return write_web_map(full, outlines, info, path, indicators=indicators, trial=trial)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["1366,768", "500,844"])
@pytest.mark.parametrize("state", STATES)
def test_no_violation(axe, page, full, chromium, tmp_path, state, size):
    address, steps = STATES[state]
    coba = '{"nama":"Satu","skor":{"bobot":{"air_layak":0.5,"krs":0.5}},"pilihan":{"jumlah":9}}'
    address = address.format(kode=full.index[full["nomor"] == 1][0], coba=coba)
    path = tmp_path / "axe.html"
    script = f"<script>{axe}</script><script>{CHECK.replace('STEPS', steps)}</script></body>"
    path.write_text(page.read_text("utf-8").replace("</body>", script), "utf-8")
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'p'}",
            f"--window-size={size}", "--virtual-time-budget=20000", "--dump-dom",
            path.as_uri() + "#" + address.replace('"', "%22").replace(" ", "%20"),
        ],
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    found = re.search(r'data-axe="([^"]*)"', done.stdout)
    assert found, done.stderr[-500:]
    result = json.loads(html.unescape(found[1]))
    assert result["said"] == []
    assert result["passed"] > 15
