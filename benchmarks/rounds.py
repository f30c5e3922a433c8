"""What earlier rounds are worth, and what the intervals of the highest villages hold, world by world.

Run with ``python benchmarks/rounds.py [--replicates 20] [--write]``; ``--write`` puts the table into
``docs/ketepatan.md``. Of the truly worst 26 of 256 villages: how many the raw rate names, how many the
estimate of one round, and how many with two earlier rounds. Besides, how many of the 90 % intervals of the 26
villages estimated highest hold the truth: chosen because they are high, they are the ones that err upwards.
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
from worlds import WORLDS, draw, standard_error, worst

from lokus.evidence.rates.rates import estimate_rates

WORST = 26
SEED = 77


def found(job: tuple[str, int]) -> dict[str, object]:
    """Hits of one kabupaten, and the coverage of the highest villages' intervals."""
    name, replicate = job
    kabupaten = draw(WORLDS[name], 10_000 * SEED + 100 * list(WORLDS).index(name) + replicate)
    now, truth = kabupaten.rounds[-1], kabupaten.truth
    wanted = worst(truth, WORST)
    alone, pooled = (
        estimate_rates(now["stunting"], now["diukur"], sasaran=now["sasaran"], earlier=earlier)
        for earlier in ((), kabupaten.earlier)
    )
    highest = pooled.table["prevalensi"].nlargest(WORST).index
    rows, true = pooled.table.loc[highest], 100 * truth[highest]
    lot = pd.Series(np.random.default_rng(replicate).random(len(truth)), index=truth.index)
    raw = (alone.table["prevalensi_mentah"].fillna(0.0) + 1e-9 * lot).nlargest(WORST).index
    return {
        "dunia": name,
        "mentah": len(wanted & set(raw)),
        "satu": len(wanted & set(alone.among_worst(WORST).nlargest(WORST).index)),
        "tiga": len(wanted & set(pooled.among_worst(WORST).nlargest(WORST).index)),
        "cakupan": (rows["prevalensi_bawah"].le(true) & rows["prevalensi_atas"].ge(true)).mean(),
        "anak": pooled.table["anak_pinjaman"].median(),
    }


def hits(names: list[str], replicates: int, workers: int) -> pd.DataFrame:
    """One row a kabupaten."""
    jobs = [(name, replicate) for name in names for replicate in range(replicates)]
    with ProcessPoolExecutor(workers) as pool:
        return pd.DataFrame(list(pool.map(found, jobs, chunksize=2)))


def as_markdown(rows: pd.DataFrame, replicates: int) -> str:
    """The table in Bahasa Indonesia, worst world first."""
    number = lambda value, digits=1: f"{value:.{digits}f}".replace(".", ",")  # noqa: E731
    lines = [
        f"{replicates} kabupaten simulasi per baris (benih {SEED}), 256 desa, ± galat baku; baris terburuk "
        "lebih dahulu.",
        "",
        "| dunia | prevalensi mentah | satu putaran | dengan dua putaran sebelumnya | tambahan "
        "| selang 90 % dari 26 tertinggi memuat yang sebenarnya |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    parts = {str(name): part for name, part in rows.groupby("dunia")}
    for name in sorted(parts, key=lambda name: parts[name]["tiga"].mean()):
        part = parts[name]
        gain = part["tiga"] - part["satu"]
        lines.append(
            f"| {WORLDS[name].label} | {number(part['mentah'].mean())} | {number(part['satu'].mean())} "
            f"| {number(part['tiga'].mean())} | {number(gain.mean())} ± {number(standard_error(gain))} "
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
    text = as_markdown(hits(list(WORLDS), options.replicates, options.workers), options.replicates)
    print(text)
    if options.write:
        put_table("ketepatan.md", "putaran", text)


if __name__ == "__main__":
    main()
