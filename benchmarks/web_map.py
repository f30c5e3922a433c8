"""The offline page of a kabupaten, a province and the nation, beside folium's page of the same villages.

Run with ``python benchmarks/web_map.py [folder of real data, default ../shared/data] [--folium-nasional]``.
Boundaries are the real ones, indicators are drawn by chance. folium gets the borders as they are and one
theme; ours has every theme of such a study and search. folium's page of the nation takes minutes and is
left out unless asked for.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lokus.choice.solver.problem import Problem
from lokus.evidence.scores.scoring import score
from lokus.show.results.info import StudyInfo
from lokus.show.results.trial import Trial, Weighing
from lokus.show.themes.themes import IndicatorStyle
from lokus.show.web.web_map import write_web_map

PLACES = {"kabupaten (16.03)": "16.03", "provinsi (16)": "16.", "nasional": ""}


def villages(path: Path) -> gpd.GeoDataFrame:
    """All villages, with indicators drawn by chance."""
    raw = gpd.read_parquet(path).rename(columns={"nama": "desa", "kec_nama": "kecamatan"})
    raw = raw[~raw.geometry.isna()].drop_duplicates("kode")
    frame = raw.set_index(pd.Index(raw["kode"].str.replace(".", ""), name="kode_desa")).sort_index()
    rng = np.random.default_rng(2026)
    rate = rng.gamma(4, 4, len(frame))
    score = pd.Series(rng.beta(2, 4, len(frame)), index=frame.index)
    return frame[["kode", "desa", "kecamatan", "geometry"]].assign(
        kode_kecamatan=frame.index.str[:6], prevalensi=rate, prevalensi_bawah=0.7 * rate,
        prevalensi_atas=1.4 * rate, anak_stunting=0.8 * rate, belum_andal=rng.uniform(size=len(frame)) < 0.2,
        tanpa_pengukuran=False, skor=score, alasan="Peringkat menurut skor.",
    )  # fmt: skip


def proposed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The best tenth as proposal."""
    rank = frame["skor"].rank(ascending=False, method="first")
    chosen = rank <= len(frame) // 10
    return frame.assign(
        peringkat=rank.astype("Int64"), nomor=rank.where(chosen).astype("Int64"),
        status_usulan=np.where(chosen, "lokus", "bukan lokus"),
    )  # fmt: skip


def outlines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Outlines of the kecamatan."""
    sound = frame.set_geometry(shapely.buffer(frame.geometry.to_numpy(), 0), crs=frame.crs)
    return sound.dissolve("kode_kecamatan")[["kecamatan", "geometry"]]


def whole_page(frame: gpd.GeoDataFrame, path: Path, indicators: int = 20) -> Path:
    """A page with all that a study can bring: as many indicators as layers and sliders, and what to try."""
    rng = np.random.default_rng(17)
    keys = [f"i{number:02d}" for number in range(indicators)]
    values = pd.DataFrame(
        rng.uniform(0, 100, (len(frame), indicators)).round(1), index=frame.index, columns=keys
    )
    values = values.mask(rng.random(values.shape) < 0.03)
    weights = {key: float(number < 6) for number, key in enumerate(keys)}
    children = frame["anak_stunting"]
    found = score(values, weights=weights, worse=dict.fromkeys(keys, "high"), ties=children)
    problem = Problem(n=len(frame) // 10, max_kecamatan=frame["kode_kecamatan"].nunique() // 2)
    labels = {key: f"Indikator layanan nomor {number}" for number, key in enumerate(keys, start=1)}
    trial = Trial(
        problem=problem, stated=problem, scores=found.table["skor"], kecamatan=frame["kode_kecamatan"],
        ties=children, children=children, expected=children,
        weighing=Weighing(
            normalised=found.normalised, weights=weights, labels=labels,
            exempt=found.normalised.isna() & False, withhold=False,
        ),
    )  # fmt: skip
    styles = {key: IndicatorStyle(label=labels[key], unit="%", worse="high") for key in keys}
    info = StudyInfo(
        title="Pengukuran", kabupaten="Wilayah", tahun=2026, sources=("batas desa",), synthetic=True
    )
    drawn = proposed(frame).join(values)
    return write_web_map(drawn, outlines(frame), info, path, indicators=styles, trial=trial)


def plain(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """The same villages by folium."""
    drawn = frame[["desa", "kecamatan", "status_usulan", "geometry"]].to_crs(4326)
    west, south, east, north = drawn.total_bounds
    page = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=8)
    colours = {"lokus": "#b4441c", "bukan lokus": "#f1e9d8"}
    folium.GeoJson(
        drawn, style_function=lambda item: {"fillColor": colours[item["properties"]["status_usulan"]]},
        tooltip=folium.GeoJsonTooltip(["desa", "kecamatan"]),
    ).add_to(page)  # fmt: skip
    page.save(path)
    return path


def measure(make: Callable[[], Path]) -> tuple[float, float, float]:
    """Seconds of work, on the clock, and megabytes."""
    clock, work = time.perf_counter(), time.process_time()
    path = make()
    return time.process_time() - work, time.perf_counter() - clock, path.stat().st_size / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    data = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("data", nargs="?", type=Path, default=data)
    parser.add_argument("--folium-nasional", action="store_true")
    asked = parser.parse_args()
    source = asked.data / "boundaries" / "nasional.parquet"
    if not source.is_file():
        sys.exit(f"{source} tidak ada; sebutkan folder data yang memuat boundaries/nasional.parquet")
    everyone = villages(source)
    print(
        f"{'':18s} {'desa':>7s} {'CPU':>7s} {'detik':>7s} {'MB':>7s}   {'folium: CPU':>12s} {'MB':>7s}  rasio"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, prefix in PLACES.items():
            frame = proposed(everyone[everyone["kode"].str.startswith(prefix)])
            edges = outlines(frame)
            info = StudyInfo(
                title="Pengukuran", kabupaten=name, tahun=2026, sources=("batas desa",), synthetic=False
            )
            work, clock, size = measure(
                lambda frame=frame, edges=edges, info=info: write_web_map(
                    frame, edges, info, Path(folder) / "lokus.html"
                )
            )
            text = f"{name:18s} {len(frame):7,d} {work:7.2f} {clock:7.2f} {size:7.2f}"
            if prefix or asked.folium_nasional:
                peer, _clock, large = measure(lambda frame=frame: plain(frame, Path(folder) / "folium.html"))
                text += f"   {peer:12.2f} {large:7.2f} {peer / work:.1f} kali, MB {large / size:.0f} kali"
            print(text, flush=True)


if __name__ == "__main__":
    main()
