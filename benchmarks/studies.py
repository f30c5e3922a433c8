"""Studies of real kabupaten with synthetic counts: studies a minute with 1 and 2 workers, memory of a worker.

Run with ``python benchmarks/studies.py [kabupaten] [workers …]`` beside the folder of real boundaries; by
default 38 kabupaten, 19 of two provinces and 19 spread over the nation. Outputs are lists (``daftar``).
Prints the time to split the national file, seconds a study, the speed-up, the largest worker, and the time
for 514 kabupaten with its error (from the spread between kabupaten, by size in villages).
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from lokus.batch.all_studies import run_batch
from lokus.batch.plan import read_plan, to_toml
from lokus.batch.split import split_national
from lokus.batch.study import Outcome, Task, run_study

NATION = Path("../shared/data/boundaries/nasional.parquet")
KABUPATEN, VILLAGES = 514, 83_402


def measured(task: Task) -> Outcome:
    """Run one study; say in place of its message: seconds, those of the processor, megabytes."""
    started, worked = time.perf_counter(), time.process_time()
    outcome = run_study(task)
    took, work = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = f"{took:.2f} {work:.2f} {peak:.0f}" if outcome.status != "gagal" else outcome.message
    return Outcome(kode=outcome.kode, name=outcome.name, status=outcome.status, message=told)


def chosen(count: int) -> list[str]:
    codes = pq.read_table(NATION, columns=["kode"]).column(0).to_pylist()
    sizes = pd.Series([code[:5].replace(".", "") for code in codes]).value_counts().sort_index()
    province = [code for code in sizes.index if code[:2] in ("16", "17")][: count // 2]
    rest = [code for code in sizes.index if code not in province]
    mixed = rest[:: max(1, len(rest) // (count - len(province)))][: count - len(province)]
    return sorted([*province, *mixed])


def write_files(folder: Path, wanted: list[str]) -> Path:
    nation = pq.read_table(NATION, columns=["kode", "nama", "kec_nama"]).to_pandas()
    nation = nation.drop_duplicates("kode")
    rng = np.random.default_rng(0)
    due = rng.integers(20, 200, len(nation))
    reached = rng.binomial(due, 0.85)
    share = rng.beta(3, 14, len(nation))
    table = pd.DataFrame(
        {
            "kode": nation["kode"], "desa": nation["nama"], "kecamatan": nation["kec_nama"], "sasaran": due,
            "diukur": reached, "stunting": rng.binomial(reached, share),
            "sanitasi": (100 * rng.beta(6, 3, len(nation))).round(1),
        }
    )  # fmt: skip
    table.to_csv(folder / "data.csv", index=False)
    columns = {"kode": "kode", "desa": "nama", "kecamatan": "kec_nama"}
    place = {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"}
    given = {"sasaran": "sasaran", "diukur": "diukur", "stunting": "stunting", "sanitasi_layak": "sanitasi"}
    study = {
        "kajian": {"judul": "Lokus {kabupaten}", "kabupaten": "x", "tahun": 2026, "benih": 1},
        "batas": {"berkas": "nasional.parquet", "kolom": columns},
        "tabel": [{"berkas": "data.csv", "opd": "Dinas Kesehatan", "tempat": place, "indikator": given}],
        "skor": {"bobot": {"prevalensi": 0.7, "sanitasi_layak": 0.3}},
        "pilihan": {"jumlah": 10},
        "audit": {"terima": [
            {"temuan": check, "alasan": "pengukuran waktu"}
            for check in ("join.code_name", "batas.stray_code", "batas.duplicate", "join.unknown_code")
        ]},
        "keluaran": {"folder": "keluaran"},
    }  # fmt: skip
    (folder / "nasional.parquet").symlink_to(NATION.resolve())
    (folder / "bersama.toml").write_text(to_toml(study), encoding="utf-8")
    head = {"kajian": "bersama.toml", "nasional": wanted, "folder": "keluaran"}
    (folder / "nasional.toml").write_text(to_toml({"batch": head}), encoding="utf-8")
    return folder / "nasional.toml"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 38
    workers = [int(text) for text in sys.argv[2:]] or [2, 1]
    folder = Path(tempfile.mkdtemp(prefix="lokus-batch-"))
    try:
        plan = read_plan(write_files(folder, chosen(count)))
        started = time.perf_counter()
        entries, _findings = split_national(plan)
        split = time.perf_counter() - started
        print(f"{len(entries)} kabupaten; dipilah dari berkas nasional dalam {split:.1f} s", flush=True)
        walls = {}
        for number in workers:
            for entry in entries:
                shutil.rmtree(entry.study.parent / "keluaran", ignore_errors=True)
            started = time.perf_counter()
            batch = run_measured(plan, number)
            walls[number] = time.perf_counter() - started
            report(batch, entries, walls[number], number)
        if len(walls) == 2:
            print(f"  2 pekerja terhadap 1: {walls[1] / walls[2]:.2f}×")
    finally:
        shutil.rmtree(folder)


def run_measured(plan, workers):
    import lokus.batch.all_studies as studies

    studies.run_study, kept = measured, studies.run_study
    try:
        return run_batch(plan, workers=workers)
    finally:
        studies.run_study = kept


def report(batch, entries, wall: float, workers: int) -> None:
    good = [one for one in batch.outcomes if one.status != "gagal"]
    for one in batch.outcomes:
        if one.status == "gagal":
            print(f"  {one.kode} gagal: {one.message.splitlines()[0][:150]}")
    numbers = np.array([[float(text) for text in one.message.split()] for one in good])
    wall_each, seconds, peak = numbers.T
    place = {entry.kode: entry.study.parent / "masukan" / "batas.parquet" for entry in entries}
    size = np.array([pq.read_metadata(place[one.kode]).num_rows for one in good])
    line = np.column_stack([np.ones(len(size)), size])
    fit, *_rest = np.linalg.lstsq(line, seconds, rcond=None)
    spread = (seconds - line @ fit).std(ddof=2)
    work = fit[0] * KABUPATEN + fit[1] * VILLAGES
    # Of the sum of the kabupaten not run, and of the fitted line itself.
    cover = np.linalg.inv(line.T @ line)
    at = np.array([KABUPATEN, VILLAGES])
    error = 1.96 * spread * np.sqrt(at @ cover @ at + KABUPATEN)
    overhead = wall * workers / seconds.sum()  # what other programs, and starting workers, made of it
    held = sum(one.status == "tertahan" for one in good)
    print(
        f"  {workers} pekerja: {wall:6.1f} s, {60 * len(good) / wall:.1f} kajian per menit, "
        f"{np.median(wall_each):.2f} s tiap kajian (terlama {wall_each.max():.1f}), proses terbesar "
        f"{peak.max():.0f} MB; {held} tertahan\n"
        f"    prosesor: {np.median(seconds):.2f} s tiap kajian (terlama {seconds.max():.1f}), "
        f"{fit[0]:.2f} s + {1000 * fit[1]:.2f} s tiap 1.000 desa; jam dinding {overhead:.2f} kali prosesor\n"
        f"    514 kabupaten: {work / 60:.0f} ± {error / 60:.0f} menit prosesor; di mesin ini saat ini "
        f"{overhead * work / workers / 60:.0f} ± {overhead * error / workers / 60:.0f} menit",
        flush=True,
    )


if __name__ == "__main__":
    main()
