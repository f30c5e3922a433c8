"""Make the gallery of the documentation site by running the lines that it shows: ``python tools/gallery.py``.

Every map, chart, sheet, slide, page and document of the bundled example becomes a picture beside the lines
that made it. Pages of office documents need LibreOffice (``soffice``) and Poppler (``pdftoppm``), HTML pages
need Chromium; where one is missing its pictures are left out and the page says so. ``--readme`` makes the two
pictures of the README instead, in ``docs/gambar``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ITEMS", "Item", "main"]

ROOT = Path(__file__).resolve().parents[1]
OPENING = 'from lokus import Kajian\n\nkajian = Kajian.open("data/kajian/contoh-2026.toml")'
WRITING = 'kajian.write("keluaran")'


@dataclass(frozen=True, kw_only=True)
class Item:
    """One picture: its name, what it shows, and the lines that give a figure, or the page of an output."""

    name: str
    title: str
    lines: str
    page: tuple[str, int] | None = None


ITEMS: Sequence[Item] = (
    Item(name="usulan", title="Peta usulan", lines='kajian.maps.sheet("usulan")'),
    Item(name="peluang", title="Peluang menjadi lokus", lines='kajian.maps.sheet("peluang")'),
    Item(name="prevalensi", title="Prevalensi, kelas WHO", lines='kajian.maps.sheet("prevalensi")'),
    Item(name="anak", title="Banyak anak stunting", lines='kajian.maps.sheet("anak")'),
    Item(name="titik_panas", title="Klaster prevalensi", lines='kajian.maps.sheet("titik_panas")'),
    Item(name="kelengkapan", title="Kelengkapan data", lines='kajian.maps.sheet("kelengkapan")'),
    Item(name="reviu", title="Reviu daftar tahun lalu", lines='kajian.maps.sheet("reviu")'),
    Item(
        name="indikator",
        title="Satu indikator dengan batas kelas sendiri",
        lines='batas = {"sanitasi_layak": [60, 75, 90]}\n'
        'lain = kajian.replace(keluaran={"peta": ["indikator:sanitasi_layak"], "batas_kelas": batas})\n'
        'lain.maps.sheet("indikator:sanitasi_layak")',
    ),
    Item(
        name="grafik_peluang",
        title="Grafik peluang",
        lines="from lokus.show import chance_chart\n\nchance_chart(kajian.results, kajian.info)",
    ),
    Item(
        name="grafik_kelengkapan",
        title="Grafik kelengkapan menurut OPD",
        lines="from lokus.show import completeness_chart\n\n"
        "tabel = kajian.settings.tables\n"
        "pemilik = {kajian.catalogue[kunci].label: t.opd for t in tabel for kunci in t.gives}\n"
        "lengkap = kajian.audit.completeness.rename(columns=kajian.labels)\n"
        'completeness_chart(lengkap, kajian.villages["kecamatan"], pemilik, kajian.info)',
    ),
    Item(
        name="grafik_corong",
        title="Grafik corong: desa kecil naik turun lebih jauh",
        lines="from lokus.show import funnel_chart\n\nfunnel_chart(kajian.results, kajian.info)",
    ),
    Item(
        name="grafik_rentang",
        title="Grafik rentang perkiraan",
        lines="from lokus.show import interval_chart\n\ninterval_chart(kajian.results, kajian.info)",
    ),
    Item(name="lampiran", title="Lampiran keputusan", lines=WRITING, page=("lampiran_keputusan.docx", 1)),
    Item(name="rancangan", title="Rancangan keputusan", lines=WRITING, page=("rancangan_keputusan.docx", 1)),
    Item(name="berita_acara", title="Berita acara rakor", lines=WRITING, page=("berita_acara.docx", 1)),
    Item(name="buku_kerja", title="Buku kerja", lines=WRITING, page=("lokus.xlsx", 1)),
    Item(name="paparan_1", title="Paparan: sampul", lines=WRITING, page=("paparan.pptx", 1)),
    Item(name="paparan_4", title="Paparan: usulan", lines=WRITING, page=("paparan.pptx", 4)),
    Item(name="kalender", title="Kalender aksi", lines=WRITING, page=("kalender_aksi.xlsx", 1)),
    Item(name="atlas", title="Atlas kecamatan", lines=WRITING, page=("atlas_kecamatan.pdf", 1)),
    Item(name="laporan", title="Laporan", lines=WRITING, page=("laporan.html", 1)),
    Item(name="halaman", title="Peta interaktif", lines=WRITING, page=("peta_interaktif.html", 1)),
)
README_PICTURES: Mapping[str, tuple[str, int]] = {
    "usulan": ("usulan-contoh", 130),
    "lampiran": ("lampiran-contoh", 82),
}
"""Items that the README shows, with the name of the stored picture and its dots per inch."""


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pictures and the page that shows them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "docs", help="folder of the pages")
    parser.add_argument("--dpi", type=int, default=80)
    parser.add_argument("--readme", action="store_true", help="the pictures of the README instead")
    options = parser.parse_args(argv)
    if options.readme:
        return _make_readme(options.folder / "gambar")
    pictures = options.folder / "galeri"
    pictures.mkdir(parents=True, exist_ok=True)
    missing = _make(pictures, options.dpi)
    (options.folder / "galeri.md").write_text(_page(missing), encoding="utf-8")
    return 0


def _make_readme(pictures: Path) -> int:
    """Make the pictures of the README, in few colours; exit status 1 where one could not be made."""
    from PIL import Image

    pictures.mkdir(parents=True, exist_ok=True)
    missing: set[str] = set()
    for item in ITEMS:
        if item.name in README_PICTURES:
            stem, dpi = README_PICTURES[item.name]
            with tempfile.TemporaryDirectory() as folder:
                if needs := _make(Path(folder), dpi, [item]):
                    missing |= set(needs.values())
                    continue
                with Image.open(Path(folder) / f"{item.name}.png") as drawn:
                    few = drawn.convert("RGB").quantize(colors=64, dither=Image.Dither.NONE)
                few.save(pictures / f"{stem}.png", optimize=True)
    if missing:
        sys.stderr.write(f"needed: {', '.join(sorted(missing))}\n")
    return 1 if missing else 0


def _make(pictures: Path, dpi: int, items: Sequence[Item] = ITEMS) -> Mapping[str, str]:
    """Make every picture; give those that could not be made, with what they need."""
    import os

    import matplotlib as mpl

    mpl.use("Agg")

    os.chdir(ROOT)
    space: dict[str, Any] = {}
    exec(OPENING, space)  # noqa: S102 - the lines are those above
    missing: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder) / "keluaran"
        extras = ["paparan", "laporan", "dokumen", "atlas", "kalender"]
        if any(item.page for item in items):
            space["kajian"].replace(keluaran={"bahan": extras}).write(outputs)
        for item in items:
            target = pictures / f"{item.name}.png"
            if item.page is None:
                _figure(item.lines, dict(space)).savefig(target, dpi=dpi, metadata={"Software": None})
            elif need := _picture(outputs / item.page[0], item.page[1], target, dpi):
                missing[item.name] = need
    return missing


def _figure(lines: str, space: dict[str, Any]) -> Any:
    before, _newline, last = lines.rpartition("\n")
    exec(before, space)  # noqa: S102
    return eval(last, space)  # noqa: S307


def _picture(path: Path, page: int, target: Path, dpi: int) -> str:
    """Make a picture of a page; say what is needed where it cannot be."""
    if path.suffix == ".html":
        if shutil.which("chromium") is None:
            return "Chromium"
        with tempfile.TemporaryDirectory() as profile:
            _run(
                "chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                "--disable-background-networking", "--hide-scrollbars", f"--user-data-dir={profile}",
                "--window-size=1366,768",
                "--virtual-time-budget=4000", f"--screenshot={target}", path.as_uri(),
            )  # fmt: skip
        return ""
    if missing := [name for name in ("soffice", "pdftoppm") if shutil.which(name) is None]:
        return ", ".join(missing)
    with tempfile.TemporaryDirectory() as folder:
        document = path
        if path.suffix != ".pdf":
            _run(
                "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
                "--convert-to", "pdf", "--outdir", folder, str(path),
            )  # fmt: skip
            document = Path(folder) / f"{path.stem}.pdf"
        _run(
            "pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", "-png",
            str(document), str(target.with_suffix("")),
        )  # fmt: skip
    return ""


def _page(missing: Mapping[str, str]) -> str:
    lines = [
        "# Galeri",
        "",
        "Dibuat oleh `python tools/gallery.py` dengan menjalankan baris yang tertulis. "
        "Semua gambar dari data contoh sintetis.",
        "",
        "```python",
        OPENING,
        "```",
        "",
    ]
    for item in ITEMS:
        lines += [f"## {item.title}", ""]
        if item.name in missing:
            lines += [f"*Gambar ini dibuat bila {missing[item.name]} terpasang.*", ""]
        else:
            lines += [f"![{item.title}; data contoh sintetis](galeri/{item.name}.png)", ""]
        shown = f"{item.lines}   # {item.page[0]}" if item.page else item.lines
        lines += ["```python", shown, "```", ""]
    return "\n".join(lines)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - names are ours


if __name__ == "__main__":
    sys.exit(main())
