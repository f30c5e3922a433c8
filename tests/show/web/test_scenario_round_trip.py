"""A scenario saved from the page in a browser is repeated exactly by the command."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.parse

import pytest

from lokus import Kajian
from lokus.cli import main
from lokus.manifest import read_lock
from lokus.show.web.web_map import write_web_map

SAVE = """
HTMLAnchorElement.prototype.click = function () { document.documentElement.dataset.saved = this.href; };
setTimeout(() => {
  document.querySelector("#trial .keep button").click();
  document.querySelector("#trial .rows [aria-label^='Unduh berkas']").click();
}, 300);
"""


@pytest.fixture(scope="module")
def kajian(root):
    return Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")


@pytest.fixture(scope="module")
def scenario(kajian, chromium, tmp_path_factory):
    """The file that the page saves for other weights, numbers and locks."""
    folder = tmp_path_factory.mktemp("halaman")
    official = kajian.proposal.kode
    outside = next(kode for kode in kajian.villages.index if kode not in official)
    weights = {"prevalensi": 0.35, "anak_stunting": 0.1, "desil_1_2": 0.15, "sanitasi_layak": 0.4}
    asked = {
        "nama": "Sanitasi",
        "skor": {"bobot": weights},
        "pilihan": {
            "jumlah": 24, "maks_per_kecamatan": 5,
            "kunci_masuk": [{"kode": outside, "alasan": "x"}],
            "kunci_keluar": [{"kode": official[0], "alasan": "x"}],
        },
        "hapus": ["pilihan.maks_kecamatan"],
    }  # fmt: skip
    page = write_web_map(
        kajian.results, kajian.boundaries.kecamatan, kajian.info, folder / "peta.html", trial=kajian.trial
    )
    text = page.read_text("utf-8").replace("</body>", f"<script>{SAVE}</script></body>")
    page.write_text(text, "utf-8")
    state = urllib.parse.urlencode({"coba": json.dumps(asked)})
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profil'}",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=5000", "--dump-dom",
            f"{page.as_uri()}#{state}",
        ],
        capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    saved = re.search(r'data-saved="data:application/toml;charset=utf-8,([^"]*)"', done.stdout)[1]
    path = folder / "skenario.toml"
    path.write_text(urllib.parse.unquote(saved), "utf-8")
    return path


@pytest.mark.slow
def test_the_command_gives_the_list_of_the_page(kajian, scenario, root, tmp_path, capsys):
    study = root / "data" / "kajian" / "contoh-2026.toml"
    tried = kajian.with_scenario(scenario)  # refuses any other list than that of the page
    assert tried.proposal.kode != kajian.proposal.kode
    assert len(tried.proposal.kode) == 24
    assert main(["run", str(study), "--skenario", str(scenario), "--keluaran", str(tmp_path)]) == 0
    assert "PERCOBAAN" in capsys.readouterr().out
    lock = read_lock(tmp_path / "kajian.lock.json")
    assert "percobaan" in json.dumps(lock, ensure_ascii=False)
    page = (tmp_path / "peta_interaktif.html").read_text("utf-8")
    assert "percobaan: Skenario 1" in page
    assert main(["verify", str(tmp_path / "kajian.lock.json")]) == 0
    assert "PERCOBAAN “Skenario 1”, bukan usulan resmi" in capsys.readouterr().out


@pytest.mark.slow
def test_a_list_that_the_study_no_longer_gives_stops_the_command(kajian, scenario, root, tmp_path, capsys):
    text = scenario.read_text("utf-8")
    first = re.search(r'daftar = \["(\d+)"', text)[1]
    changed = tmp_path / "skenario.toml"
    changed.write_text(text.replace(f'daftar = ["{first}", ', "daftar = ["), "utf-8")
    study = root / "data" / "kajian" / "contoh-2026.toml"
    assert main(["run", str(study), "--skenario", str(changed), "--keluaran", str(tmp_path / "k")]) == 1
    assert not (tmp_path / "k").exists()
    assert "daftar" in capsys.readouterr().err
