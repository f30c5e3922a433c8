"""Are falls, rises and graduations true? Simulated kabupaten of kinds that the estimator does not assume.

Run with ``python benchmarks/change.py [--replicates 40] [--write]``; ``--write`` puts the tables into
``docs/reviu.md``.

In every world of `worlds` two years are counted. *Change*: of the villages that are called falling or rising,
how many truly do, against the probability that is stated. *Graduation*: the 26 villages that last year's
counts would have listed; of those that graduate, how many truly lie below the target. Several targets, since
a low target is what the worst villages miss and a high one what nearly all of them reach. *Real change*: how
much of the true change of a village is estimated, and so counted as real by the causes of the review.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from docs_page import put_table
from worlds import WORLDS, Kabupaten, draw, standard_error

from lokus.choice.review.graduation import graduation, probability_below
from lokus.evidence.change.change import FALLS, RISES, Change, estimate_change
from lokus.evidence.rates.rates import estimate_rates

LISTED = 26
# Of the true mean of the kabupaten: lokus hardly ever reach it; at 1.6 times it half of them have.
TARGETS = (1.0, 1.25, 1.6)
PROBABILITY = 0.8
DRAWS = 2000


def estimated(kabupaten: Kabupaten, *, odds_ratio: float = 1.0) -> Change:
    """The change between the last two years."""
    then, now = kabupaten.rounds[-2:]
    return estimate_change(
        (then["stunting"], then["diukur"]),
        (now["stunting"], now["diukur"]),
        due=(then["sasaran"], now["sasaran"]),
        odds_ratio=odds_ratio,
    )


def directions(kabupaten: Kabupaten, change: Change) -> pd.DataFrame:
    """Villages that are called falling or rising: the probability stated, and whether it is so."""
    table = change.table
    truth = pd.Series(np.sign(kabupaten.rates[-1] - kabupaten.rates[-2]), index=table.index)
    parts = [
        pd.DataFrame({"arah": word, "peluang": table[column], "benar": truth == sign})[table["arah"] == word]
        for word, column, sign in ((FALLS, "peluang_turun", -1.0), (RISES, "peluang_naik", 1.0))
    ]
    return pd.concat(parts)


def graduates(kabupaten: Kabupaten, change: Change) -> pd.DataFrame:
    """Villages of last year's list that graduate at a target, and whether they lie below it.

    `cara` tells this year's counts alone from the way of the library.
    """
    then, now = kabupaten.rounds[-2:]
    last = estimate_rates(then["stunting"], then["diukur"], sasaran=then["sasaran"])
    rates = estimate_rates(now["stunting"], now["diukur"], sasaran=now["sasaran"])
    listed = last.among_worst(LISTED).nlargest(LISTED).index
    years = pd.Series(2, index=listed)
    truth = 100 * kabupaten.truth
    draws, careful = (
        change.draws_of_all_due(DRAWS, seed=1, codes=listed, odds_ratio=odds) for odds in (1.0, 2.0)
    )
    parts = []
    for share in TARGETS:
        target = float(share * truth.mean())
        ways = {
            "satu tahun": graduation(probability_below(rates, target), years, probability=PROBABILITY),
            "lokus": graduation(
                probability_below(draws, target),
                years,
                probability=PROBABILITY,
                unreliable=rates.table["belum_andal"],
                cautious=probability_below(careful, target),
            ),
        }
        for name, found in ways.items():
            passed = found.index[found["lulus"]]
            parts.append(pd.DataFrame({"cara": name, "target": share, "benar": truth[passed] < target}))
    return pd.concat(parts)


def simulated(job: tuple[str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is said of one kabupaten: directions and graduates."""
    name, replicate = job
    kabupaten = draw(WORLDS[name], 1000 * (1 + list(WORLDS).index(name)) + replicate)
    change = estimated(kabupaten)
    return tuple(
        frame.assign(dunia=name, kabupaten=replicate)
        for frame in (directions(kabupaten, change), graduates(kabupaten, change))
    )


def found_in(names: list[str], replicates: int, workers: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Directions and graduates of several kabupaten of each world."""
    jobs = [(name, replicate) for name in names for replicate in range(replicates)]
    with ProcessPoolExecutor(workers) as pool:
        said, passed = zip(*pool.map(simulated, jobs, chunksize=4), strict=True)
    return pd.concat(said), pd.concat(passed)


def share(rows: pd.DataFrame, column: str) -> tuple[float, float]:
    """Mean of a column and its standard error, kabupaten by kabupaten: their villages share a trend."""
    sums = rows.groupby("kabupaten")[column].agg(["sum", "size"])
    mean = sums["sum"].sum() / sums["size"].sum()
    away = sums["sum"] - mean * sums["size"]
    few = len(sums) / max(len(sums) - 1, 1)
    return float(mean), float(np.sqrt(few * (away**2).sum()) / sums["size"].sum())


def direction_rows(said: pd.DataFrame) -> pd.DataFrame:
    """By world and direction: villages called so, probability stated, share that is so; worst first."""
    rows = []
    for (name, word), part in said.groupby(["dunia", "arah"], sort=False):
        off, error = share(part.assign(selisih=part["benar"] - part["peluang"]), "selisih")
        rows.append(
            {
                "dunia": name,
                "arah": word,
                "desa": len(part),
                "peluang": part["peluang"].mean(),
                "benar": part["benar"].mean(),
                "selisih": off,
                "galat": max(
                    error, np.sqrt(part["peluang"].mean() * (1 - part["peluang"].mean()) / len(part))
                ),
            }
        )
    return pd.DataFrame(rows).sort_values("selisih", ignore_index=True)


def graduate_rows(passed: pd.DataFrame) -> pd.DataFrame:
    """By world: villages that graduate and the share truly below the target, both ways; worst first."""
    rows = []
    for name, part in passed.groupby("dunia", sort=False):
        row = {"dunia": name}
        for way, ones in part.groupby("cara"):
            row[f"desa {way}"] = len(ones)
            row[f"benar {way}"], row[f"galat {way}"] = share(ones, "benar")
        rows.append(row)
    return pd.DataFrame(rows).sort_values("benar lokus", ignore_index=True)


SIZES = (0, 30, 100, 200, np.inf)


def real_rows(replicates: int, *, world: str = "logit-normal") -> pd.DataFrame:
    """How much of the true change of a village is estimated, by the children measured in the leaner year.

    The causes of the review count the estimated change as real, and what is left as chance.

    Returns
    -------
    DataFrame, one row a class of :data:`SIZES` that has villages
        ``dari``, ``sampai``, ``desa``; ``bagian``, the slope of the estimated on the true change, and its
        standard error ``galat``, kabupaten by kabupaten. ``attrs["memuat"]``: of each kabupaten, how many of
        the 90 % intervals of the change hold the true one.
    """
    parts, inside_interval = [], []
    for replicate in range(replicates):
        kabupaten = draw(WORLDS[world], 1000 * (1 + list(WORLDS).index(world)) + replicate)
        then, now = kabupaten.rounds[-2:]
        table = estimated(kabupaten).table
        change = table["perubahan"].to_numpy()
        truth = 100 * (kabupaten.rates[-1] - kabupaten.rates[-2])
        holds = (table["perubahan_bawah"] <= truth) & (table["perubahan_atas"] >= truth)
        inside_interval.append(float(holds.mean()))
        size = pd.cut(np.minimum(then["diukur"], now["diukur"]).to_numpy(), SIZES)
        for group in size.categories:
            inside = np.asarray(size == group)
            if not inside.any():
                continue
            away = truth[inside] - truth[inside].mean()
            parts.append(
                {"dari": group.left, "sampai": group.right, "desa": inside.sum(),
                 "atas": away @ change[inside], "bawah": away @ away}
            )  # fmt: skip
    rows = []
    for (low, high), ones in pd.DataFrame(parts).groupby(["dari", "sampai"]):
        slope = ones["atas"].sum() / ones["bawah"].sum()
        off = ones["atas"] - slope * ones["bawah"]
        error = np.sqrt(len(ones) / (len(ones) - 1) * (off**2).sum()) / ones["bawah"].sum()
        rows.append(
            {"dari": low, "sampai": high, "desa": int(ones["desa"].sum()), "bagian": slope, "galat": error}
        )
    found = pd.DataFrame(rows)
    found.attrs["memuat"] = inside_interval
    return found


def _real_of(job: tuple[int, str]) -> pd.DataFrame:
    return real_rows(job[0], world=job[1])


def real_markdown(replicates: int, workers: int, *, names: Sequence[str] = tuple(WORLDS)) -> str:
    """Table of :func:`real_rows` in Bahasa Indonesia, the world with the smallest shares first."""
    with ProcessPoolExecutor(workers) as pool:
        worlds = dict(zip(names, pool.map(_real_of, [(replicates, name) for name in names]), strict=True))
    lines = [
        f"{replicates} kabupaten simulasi per dunia: bagian dari perubahan sebenarnya yang terbaca “nyata”, "
        "menurut banyaknya anak diukur pada tahun yang lebih sedikit, ± galat baku; dari yang terburuk.",
        "",
        "| dunia | 1–30 anak | 31–100 | 101–200 | 201 atau lebih "
        "| selang 90 % perubahan memuat yang sebenarnya |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in sorted(names, key=lambda name: worlds[name]["bagian"].iloc[0]):
        shares = {row["dari"]: row for row in worlds[name].to_dict("records")}
        cells = [
            f"{100 * shares[low]['bagian']:.0f} ± {100 * shares[low]['galat']:.0f} %"
            if low in shares
            else "–"
            for low in SIZES[:-1]
        ]
        holds = 100 * np.array(worlds[name].attrs["memuat"])
        cells.append(f"{holds.mean():.0f} ± {standard_error(holds):.0f} %")
        lines.append(f"| {WORLDS[name].label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def as_markdown(said: pd.DataFrame, passed: pd.DataFrame, replicates: int) -> str:
    """Both tables in Bahasa Indonesia."""
    percent = lambda value: f"{100 * value:.0f}"  # noqa: E731
    targets = ", ".join(str(value).replace(".", ",") for value in TARGETS)
    lines = [
        f"{replicates} kabupaten simulasi per baris, 256 desa, dari yang terburuk; ± galat baku.",
        "",
        f"### Lulus dengan peluang {str(PROBABILITY).replace('.', ',')} atau lebih (sasaran {targets} kali "
        "rata-rata kabupaten)",
        "",
        "| dunia | lulus menurut satu tahun | benar di bawah sasaran | lulus menurut `lokus` | benar di "
        "bawah sasaran |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {WORLDS[row['dunia']].label} | {row['desa satu tahun']} "
        f"| {percent(row['benar satu tahun'])} ± {percent(row['galat satu tahun'])} % "
        f"| {row['desa lokus']} | {percent(row['benar lokus'])} ± {percent(row['galat lokus'])} % |"
        for row in graduate_rows(passed).to_dict("records")
    ]
    lines += [
        "",
        "### Desa yang disebut turun atau naik",
        "",
        "| dunia | disebut | desa | dari semua | peluang yang disebut | benar | selisih (poin) |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    every = 256 * replicates
    lines += [
        f"| {WORLDS[row['dunia']].label} | {row['arah']} | {row['desa']} "
        f"| {100 * row['desa'] / every:.1f} % | {percent(row['peluang'])} % | {percent(row['benar'])} % "
        f"| {100 * row['selisih']:+.0f} ± {percent(row['galat'])} |".replace(".", ",")
        for row in direction_rows(said).to_dict("records")
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=40)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the tables into docs/reviu.md")
    options = parser.parse_args()
    text = as_markdown(*found_in(list(WORLDS), options.replicates, options.workers), options.replicates)
    real = real_markdown(options.replicates, options.workers)
    print(text, real, sep="\n\n")
    if options.write:
        put_table("reviu.md", "lulus", text)
        put_table("reviu.md", "nyata", real)


if __name__ == "__main__":
    main()
