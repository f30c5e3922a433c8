"""What earlier rounds are worth, and what the intervals of the highest villages hold, world by world.

Run with ``python benchmarks/rounds.py [--replicates 20] [--write]``; ``--write`` puts the table into
``docs/ketepatan.md``. Of the truly worst 26 of 256 villages: how many the raw rate names, how many the
estimate of one round, and how many with two earlier rounds; and how many the ideal observer of `limit`, who
knows every parameter of the world, names with one round and with three. What two rounds add to the observer
is the most that they can add to anybody who already makes the best of one. Besides, how many of the 90 %
intervals of the 26 villages estimated highest hold the truth: chosen because they are high, they are the ones
that err upwards.

Hits are averaged over truths drawn anew given all counts (`limit.truths`): the same expectation with a
fraction of the noise.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from docs_page import put_table
from limit import chance_of_worst, observed_chances, truths
from worlds import WORLDS, draw, standard_error

from lokus.evidence.rates.rates import estimate_rates

WORST = 26
SEED = 77
TRUTHS = 400
BIASED = "bias puskesmas"
READINGS = {"puskesmas keliru mengukur": False, "kecamatan memang berbeda": True}


def found(job: tuple[str, int]) -> dict[str, object]:
    """Hits of one kabupaten, and the coverage of the highest villages' intervals."""
    name, replicate = job
    kabupaten = draw(WORLDS[name], 10_000 * SEED + 100 * list(WORLDS).index(name) + replicate)
    now, truth = kabupaten.rounds[-1], kabupaten.truth
    among_worst = chance_of_worst(truths(kabupaten, 3, TRUTHS, seed=replicate), WORST)
    alone, pooled = (
        estimate_rates(now["stunting"], now["diukur"], sasaran=now["sasaran"], earlier=earlier)
        for earlier in ((), kabupaten.earlier)
    )
    highest = pooled.table["prevalensi"].nlargest(WORST).index
    rows, true = pooled.table.loc[highest], 100 * truth[highest]
    # Equal rates fall by lot.
    lot = np.random.default_rng(replicate).random(len(truth))
    ways = {
        "mentah": alone.table["prevalensi_mentah"].fillna(0.0),
        "satu": alone.among_worst(WORST),
        "tiga": pooled.among_worst(WORST),
        "batas_satu": observed_chances(kabupaten, 1, WORST),
        "batas_tiga": observed_chances(kabupaten, 3, WORST),
    }
    return {
        "dunia": name,
        **{
            way: among_worst[np.lexsort([lot, -np.asarray(value)])[:WORST]].sum()
            for way, value in ways.items()
        },
        "cakupan": (rows["prevalensi_bawah"].le(true) & rows["prevalensi_atas"].ge(true)).mean(),
        "anak": pooled.table["anak_pinjaman"].median(),
    }


def read_both_ways(replicate: int) -> pd.DataFrame:
    """Hits of one kabupaten whose puskesmas err, were that so and were the kecamatan truly different."""
    kabupaten = draw(WORLDS[BIASED], 10_000 * (SEED + 1) + replicate)
    now = kabupaten.rounds[-1]
    counts = now["stunting"], now["diukur"]
    ways = {
        "lokus, satu putaran": estimate_rates(*counts, sasaran=now["sasaran"]).among_worst(WORST),
        'lokus, satu putaran, `pengaruh = "kecamatan"`': estimate_rates(
            *counts, sasaran=now["sasaran"], effect="kecamatan", kecamatan=kabupaten.kecamatan
        ).among_worst(WORST),
        "lokus, tiga putaran": estimate_rates(
            *counts, sasaran=now["sasaran"], earlier=kabupaten.earlier
        ).among_worst(WORST),
    }
    for name, differ in READINGS.items():
        ways[f"pengamat yang menganggap {name}"] = observed_chances(
            kabupaten, 3, WORST, kecamatan_differ=differ
        )
    chosen = {way: np.argsort(-np.asarray(value), kind="stable")[:WORST] for way, value in ways.items()}
    return pd.DataFrame(
        {
            name: {
                way: chance_of_worst(
                    truths(kabupaten, 3, TRUTHS, seed=replicate, kecamatan_differ=differ), WORST
                )[places].sum()
                for way, places in chosen.items()
            }
            for name, differ in READINGS.items()
        }
    )


def readings_as_markdown(replicates: int, workers: int) -> str:
    """What the same counts are worth if the puskesmas err, and if the kecamatan truly differ."""
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(read_both_ways, range(replicates)))
    values = np.array([part.to_numpy() for part in parts])
    mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(replicates)
    lines = [
        f"{replicates} kabupaten simulasi (benih {SEED + 1}), hitungan yang sama dibaca dengan dua cara; "
        "± galat baku.",
        "",
        "| daftar menurut | bila " + " | bila ".join(READINGS) + " |",
        "|---|---:|---:|",
    ]
    for way, middle, wide in zip(parts[0].index, mean, error, strict=True):
        cells = " | ".join(f"{m:.1f} ± {e:.1f}".replace(".", ",") for m, e in zip(middle, wide, strict=True))
        lines.append(f"| {way} | {cells} |")
    return "\n".join(lines)


def hits(names: list[str], replicates: int, workers: int) -> pd.DataFrame:
    """One row a kabupaten."""
    jobs = [(name, replicate) for name in names for replicate in range(replicates)]
    with ProcessPoolExecutor(workers) as pool:
        return pd.DataFrame(list(pool.map(found, jobs, chunksize=2)))


def as_markdown(rows: pd.DataFrame, replicates: int) -> str:
    """The table in Bahasa Indonesia, worst world first."""
    number = lambda value, digits=1: f"{value:.{digits}f}".replace(".", ",")  # noqa: E731
    lines = [
        f"{replicates} kabupaten simulasi per baris (benih {SEED}), 256 desa, ± galat baku; baris dengan "
        "tambahan terkecil lebih dahulu. *Batas*: pengamat yang mengetahui semua parameter dunia itu.",
        "",
        "| dunia | prevalensi mentah | satu putaran | dengan dua putaran sebelumnya | tambahan "
        "| batas, satu putaran | batas, tiga putaran | tambahan pada batas "
        "| selang 90 % dari 26 tertinggi memuat yang sebenarnya |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    parts = {str(name): part for name, part in rows.groupby("dunia")}
    gains = {name: part["tiga"] - part["satu"] for name, part in parts.items()}
    for name in sorted(parts, key=lambda name: gains[name].mean()):
        part, gain = parts[name], gains[name]
        most = part["batas_tiga"] - part["batas_satu"]
        lines.append(
            f"| {WORLDS[name].label} | {number(part['mentah'].mean())} | {number(part['satu'].mean())} "
            f"| {number(part['tiga'].mean())} | {number(gain.mean())} ± {number(standard_error(gain))} "
            f"| {number(part['batas_satu'].mean())} | {number(part['batas_tiga'].mean())} "
            f"| {number(most.mean())} ± {number(standard_error(most))} "
            f"| {number(100 * part['cakupan'].mean(), 0)} ± "
            f"{number(100 * standard_error(part['cakupan']), 0)} % |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the table into docs/ketepatan.md")
    options = parser.parse_args()
    rows = hits(list(WORLDS), options.replicates, options.workers)
    text = as_markdown(rows, options.replicates)
    print(text)
    gain = rows["tiga"] - rows["satu"]
    print(f"all worlds: {gain.mean():.2f} ± {standard_error(gain):.2f} more")
    readings = readings_as_markdown(options.replicates, options.workers)
    print(readings)
    if options.write:
        put_table("ketepatan.md", "putaran", text)
        put_table("ketepatan.md", "bacaan", readings)


if __name__ == "__main__":
    main()
