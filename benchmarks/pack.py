"""What each output of a rakor pack costs, beside what plain geopandas and folium need for the same content.

Run with ``PYTHONPATH=tools python benchmarks/pack.py [study file] [--pairs 3]``. First every output alone
in this process, in seconds of work (CPU) and on the clock, with its size; a peer is run right after it
where there is one: ``geopandas.plot`` and ``savefig`` for a sheet (colours, kecamatan borders, legend; no
labels, list or scale bar), a page a kecamatan with names for the atlas, folium's GeoJSON for the page,
openpyxl with the same cells for the workbook; a last line adds up all that have a peer.
Then the whole pack by one process and by as many as there are cores, in turn, several times: work and peak
memory with those of the workers. On a machine that does other things too, compare ratios within one run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import matplotlib as mpl
import openpyxl
from first_answer import Cost as Spent
from first_answer import cost
from joblib import cpu_count

from lokus import Kajian
from lokus.i18n import gettext as _
from lokus.show.drawing.layout import PAPER
from lokus.show.maps.print_map import DPI
from lokus.show.pack.output_names import AUDIT_FORM, CALENDAR, COVERAGE_FORM, FOSTER_FORM
from lokus.show.pack.processes import MOST
from lokus.show.themes.themes import make_layer, theme_slug

if TYPE_CHECKING:
    from lokus.show.maps.maps import Maps


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds of work and on the clock, and what was written."""

    work: float
    clock: float
    size: int


def measure(make: Callable[[], Sequence[Path]]) -> Cost:
    """Run once."""
    clock, work = time.perf_counter(), time.process_time()
    paths = make()
    return Cost(
        work=time.process_time() - work,
        clock=time.perf_counter() - clock,
        size=sum(path.stat().st_size for path in paths),
    )


def plain_map(maps: Maps, theme: str, size: str, folder: Path) -> list[Path]:
    """The same classes in the same colours at the same size and resolution, by geopandas."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    layer = maps.layer(theme)
    short, long = PAPER[size]
    figure, axes = plt.subplots(figsize=(long / 25.4, short / 25.4))
    drawn = maps.results[~maps.results.geometry.isna()]
    colours = layer.classes.loc[drawn.index].map(dict(layer.palette))
    drawn.plot(ax=axes, color=list(colours), edgecolor="#8f999e", linewidth=0.3)
    maps.kecamatan.boundary.plot(ax=axes, color="#4c565b", linewidth=0.85)
    axes.legend(handles=[Patch(color=entry.colour, label=entry.label) for entry in layer.legend])
    axes.set_axis_off()
    paths = [folder / f"biasa.{kind}" for kind in ("png", "pdf")]
    for path in paths:
        figure.savefig(path, dpi=DPI)
    plt.close(figure)
    return paths


def plain_atlas(maps: Maps, folder: Path) -> list[Path]:
    """A page for each kecamatan by geopandas: its villages in the same colours, and their names; no table."""
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_pdf import PdfPages

    layer = make_layer(maps.results, "prevalensi" if "prevalensi" in maps.results else "skor")
    path = folder / "biasa_atlas.pdf"
    short, long = PAPER["A4"]
    with PdfPages(path) as pages:
        for _kode, villages in maps.results.groupby("kode_kecamatan"):
            drawn = villages[~villages.geometry.isna()]
            figure, axes = plt.subplots(figsize=(short / 25.4, long / 25.4))
            colours = layer.classes.loc[drawn.index].map(dict(layer.palette))
            drawn.plot(ax=axes, color=list(colours), edgecolor="#8f999e", linewidth=0.3)
            for name, place in zip(drawn["desa"], drawn.representative_point(), strict=True):
                axes.annotate(name, (place.x, place.y), fontsize=6)
            axes.set_axis_off()
            pages.savefig(figure)
            plt.close(figure)
    return [path]


def plain_page(maps: Maps, folder: Path) -> list[Path]:
    """A choropleth of one theme by folium, with a tooltip of names; its page needs the internet."""
    layer = make_layer(maps.results, "usulan")
    drawn = maps.results[~maps.results.geometry.isna()][["desa", "kecamatan", "geometry"]].to_crs(4326)
    drawn = drawn.assign(warna=layer.classes.loc[drawn.index].map(dict(layer.palette)))
    west, south, east, north = drawn.total_bounds
    page = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=9)
    folium.GeoJson(
        drawn, style_function=lambda item: {"fillColor": item["properties"]["warna"], "weight": 0.5},
        tooltip=folium.GeoJsonTooltip(["desa", "kecamatan"]),
    ).add_to(page)  # fmt: skip
    path = folder / "biasa.html"
    page.save(path)
    return [path]


def plain_workbook(folder: Path) -> Cost:
    """The same cells of all sheets by openpyxl, without any style."""
    sheets = {sheet.title: list(sheet.values) for sheet in openpyxl.load_workbook(folder / "lokus.xlsx")}

    def write() -> list[Path]:
        book = openpyxl.Workbook(write_only=True)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = folder / "biasa.xlsx"
        book.save(path)
        return [path]

    return measure(write)


def line(name: str, ours: Cost, peer: Cost | None = None) -> None:
    """Print a row of the table."""
    beside = f"{peer.work:.2f} | {peer.size / 1e6:.2f} | {ours.work / peer.work:.1f}" if peer else "– | – | –"
    print(f"| {name} | {ours.work:.2f} | {ours.clock:.2f} | {ours.size / 1e6:.2f} | {beside} |", flush=True)


def outputs(kajian: Kajian, folder: Path) -> None:
    """Every output of the pack, one after another."""
    stated, maps = kajian.settings.outputs, kajian.maps
    files = {
        _("Map {theme}, {size}").format(theme=maps.layer(theme).title, size=size): (
            f"peta {theme} {size}, PNG dan PDF", f"peta_{theme_slug(theme)}_{size}.*", (theme, size)
        )
        for size in stated.sizes
        for theme in stated.themes
    }  # fmt: skip
    files |= {
        _("Interactive map"): ("peta interaktif", "peta_interaktif.html", ("page", "")),
        _("Workbook"): ("buku kerja", "lokus.xlsx", None),
        _("Slides"): ("paparan", "paparan.pptx", None),
        _("Report"): ("laporan", "laporan.html", None),
        _("Atlas"): ("atlas kecamatan", "atlas_kecamatan.pdf", None),
        _("Action calendar"): ("kalender aksi", CALENDAR, None),
        _("Situation analyses"): ("analisis situasi", "analisis_situasi*.docx", None),
        _("Form of the case audit"): ("formulir audit kasus", AUDIT_FORM, None),
        _("Register of foster parents"): ("register orang tua asuh", FOSTER_FORM, None),
        _("Essential coverages"): ("cakupan layanan esensial", COVERAGE_FORM, None),
        _("Documents"): ("dokumen", "[blpr]*.docx permintaan_data_*.xlsx", None),
        _("GeoPackage"): ("GeoPackage", "hasil.gpkg", None),
    }
    steps: list[tuple[str, float, float]] = []

    def note(name: str, _number: int, _total: int) -> None:
        steps.append((name, time.process_time(), time.perf_counter()))

    kajian.write(folder, on_step=note)  # what the outputs are made from is computed before the first of them
    print(
        "| keluaran | CPU | detik | MB | biasa, CPU | MB | rasio CPU |\n|---|---:|---:|---:|---:|---:|---:|"
    )
    compared: list[tuple[Cost, Cost]] = []
    plain_map(maps, "usulan", "A4", folder)  # fonts are looked up once by either
    for (name, work, clock), (_next, work_after, clock_after) in pairwise(steps):
        label, pattern, theme = files.get(name, (name, "", None))
        size = sum(path.stat().st_size for one in pattern.split() for path in folder.glob(one))
        peer = None
        if label == "buku kerja":
            peer = plain_workbook(folder)
        elif label == "atlas kecamatan":
            peer = measure(lambda: plain_atlas(maps, folder))
        elif theme:
            peer = measure(
                lambda theme=theme: (
                    plain_page(maps, folder) if theme[0] == "page" else plain_map(maps, *theme, folder)
                )
            )
        ours = Cost(work=work_after - work, clock=clock_after - clock, size=size)
        line(label, ours, peer)
        if peer is not None:
            compared.append((ours, peer))
    if compared:
        line("semua yang ada pembandingnya", *(map(_sum, zip(*compared, strict=True))))


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(
        work=sum(cost.work for cost in costs),
        clock=sum(cost.clock for cost in costs),
        size=sum(cost.size for cost in costs),
    )


def whole(study: Path, folder: Path, pairs: int) -> None:
    """The whole command, from the study file to the last output, in turn by one and by all processes."""
    many = min(cpu_count(), MOST)
    costs: dict[int, list[Spent]] = {1: [], many: []}
    command = [sys.executable, "-m", "lokus", "run", str(study), "--keluaran", str(folder / "paket")]
    for _pair in range(pairs):
        for count, of_count in costs.items():
            of_count.append(cost(*command, processes=count))
    print(f"\n| seluruh `lokus run`, median {pairs} kali | CPU semua proses | detik | MB, proses terbesar |")
    print("|---|---:|---:|---:|")
    for count, of_count in costs.items():
        work, clock = (
            statistics.median(getattr(one, name) for one in of_count) for name in ("work", "clock")
        )
        peak = max(one.peak for one in of_count)
        print(f"| {count} proses | {work:.1f} | {clock:.1f} | {peak:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kajian", nargs="?", type=Path, default=Path("data/kajian/contoh-2026.toml"))
    parser.add_argument("--pairs", type=int, default=3, help="runs of the whole pack (0: none)")
    asked = parser.parse_args()
    mpl.use("agg")
    os.environ["LOKUS_PROSES"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        outputs(Kajian.open(asked.kajian), Path(folder))
        if asked.pairs:
            whole(asked.kajian, Path(folder), asked.pairs)


if __name__ == "__main__":
    main()
