"""Is the reported effect of having been lokus true? Simulated pairs of years whose truth is known.

Run with ``python benchmarks/review.py [--replicates 200] [--write]``; ``--write`` puts the table into
``docs/reviu.md``.

Log odds of villages are correlated between the years; the worst of the first year by what was *counted* are
listed, and their odds in the second year are multiplied by a planted effect (1 = help that does nothing).
Besides the normal distribution, which the library's model assumes, the truth is drawn with beta-distributed
rates and with t-distributed log odds (5 degrees of freedom, heavy tails), which it does not.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from docs_page import put_table
from scipy.special import expit, logit, ndtr
from scipy.stats import beta as beta_distribution

from lokus.choice.review.effect import lokus_effect
from lokus.evidence.rates.rates import estimate_rates

VILLAGES, LISTED = 256, 26
CHILDREN, CORRELATIONS, EFFECTS = (30, 90, 200), (0.6, 0.9), (1.0, 0.8, 0.6)
SHAPES = ("normal", "beta", "t")
MEAN, LOGIT_SD, CHILDREN_SPREAD = 0.08, 0.5, 0.6
TREND = -0.1  # log odds, the whole kabupaten
NAMES = {"normal": "normal", "beta": "beta", "t": "t (ekor tebal)"}
CHOSEN = {
    "mentah": "prevalensi mentah",
    "perkiraan": "prevalensi perkiraan",
    "kuota": "prevalensi mentah, dua per kecamatan",
}


class Cell(NamedTuple):
    """One row of the table."""

    shape: str
    chosen: str
    children: int
    correlation: float
    effect: float


def cells() -> list[Cell]:
    """Every size, correlation and effect under the normal truth; other truths and lists at 90 children."""
    main = [Cell("normal", "mentah", *rest) for rest in product(CHILDREN, CORRELATIONS, EFFECTS)]
    truths = [
        Cell(shape, "mentah", 90, *rest) for shape, *rest in product(("beta", "t"), CORRELATIONS, EFFECTS)
    ]
    lists = [
        Cell("normal", chosen, 90, *rest)
        for chosen, *rest in product(("perkiraan", "kuota"), CORRELATIONS, EFFECTS)
    ]
    return main + truths + lists


def simulate(rng: np.random.Generator, cell: Cell) -> dict:
    """Draw one kabupaten in two years: true rates without help, counts, list, and counts with help."""
    rho = cell.correlation
    z = rng.standard_normal((2, VILLAGES))
    z[1] = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
    centre = logit(MEAN) - LOGIT_SD**2 / 2
    if cell.shape == "beta":
        size = 1 / (LOGIT_SD**2 * MEAN * (1 - MEAN)) - 1
        eta = logit(beta_distribution.ppf(ndtr(z), MEAN * size, (1 - MEAN) * size).clip(1e-9))
    elif cell.shape == "t":
        eta = centre + LOGIT_SD * z * np.sqrt(3 / rng.chisquare(5, VILLAGES))
    else:
        eta = centre + LOGIT_SD * z
    eta[1] += TREND
    n = np.maximum(2, rng.lognormal(np.log(cell.children), CHILDREN_SPREAD, (2, VILLAGES))).astype(int)
    last = rng.binomial(n[0], expit(eta[0]))
    listed = choose(cell, last, n[0])
    helped = eta[1] + np.log(cell.effect) * listed
    return {
        "n": n, "y": np.stack([last, rng.binomial(n[1], expit(helped))]), "listed": listed,
        "gain": expit(helped) - expit(eta[1]),
    }  # fmt: skip


def choose(cell: Cell, y: np.ndarray, n: np.ndarray) -> np.ndarray:
    """List the worst by what was counted, or estimated, in the first year."""
    value = y / n
    if cell.chosen == "perkiraan":
        value = estimate_rates(pd.Series(y), pd.Series(n)).table["prevalensi"].to_numpy()
    listed = np.zeros(VILLAGES, dtype=bool)
    if cell.chosen == "kuota":
        # The worst two of each of thirteen kecamatan: some villages left out are worse than lokus.
        kecamatan = np.arange(VILLAGES) % 13
        for k in range(13):
            inside = np.flatnonzero(kecamatan == k)
            listed[inside[np.argsort(-value[inside], kind="stable")[: LISTED // 13]]] = True
    else:
        listed[np.argsort(-value, kind="stable")[:LISTED]] = True
    return listed


def measure(k: dict, cell: Cell) -> dict[str, float]:
    """What is reported of one kabupaten, and whether its intervals hold the truth."""
    index = pd.Index([f"9901{i:06d}" for i in range(VILLAGES)])
    (y1, y2), (n1, n2) = ([pd.Series(row, index=index) for row in k[name]] for name in ("y", "n"))
    scores = y1 / n1 if cell.chosen != "perkiraan" else None
    effect = lokus_effect((y1, n1), (y2, n2), index[k["listed"]], scores=scores)
    low, high = effect.odds_ratio_interval
    pairs = effect.table.loc["pembanding serupa"]
    out = {
        "naif": effect.table.loc["turun mentah", "poin"],
        "log": np.log(effect.odds_ratio),
        "tercakup": float(low <= cell.effect <= high),
        "kuasa": float(high < 1),
        "pasangan": pairs["desa"],
        "did": pairs["poin"],
        "did_sisa": np.nan,
        "did_tercakup": np.nan,
    }
    if not effect.refusal:
        truth = effect.pairs["bobot"] @ (100 * k["gain"][index.get_indexer(effect.pairs["lokus"])])
        out["did_sisa"] = pairs["poin"] - truth
        out["did_tercakup"] = float(pairs["poin_bawah"] <= truth <= pairs["poin_atas"])
    return out


def run_cell(cell: Cell, replicates: int) -> pd.DataFrame:
    """Report by replicate; the seed belongs to the cell."""
    rng = np.random.default_rng(
        [SHAPES.index(cell.shape), list(CHOSEN).index(cell.chosen), cell.children]
        + [round(10 * value) for value in (cell.correlation, cell.effect)]
    )
    return pd.DataFrame([measure(simulate(rng, cell), cell) for _ in range(replicates)])


def _run(job: tuple[Cell, int]) -> pd.DataFrame:
    return run_cell(*job)


def summarise(found: pd.DataFrame, effect: float) -> dict[str, float]:
    """Means over the replicates and the Monte Carlo errors of the two estimates."""
    mean, error = found.mean(), found.sem()
    return {
        **mean.to_dict(),
        "rasio": float(np.exp(mean["log"])),
        "rasio_galat": float(np.exp(mean["log"]) * error["log"]),
        "geser": float(mean["log"] - np.log(effect)),
        "geser_galat": float(error["log"]),
        "sebar": float(found["log"].std()),
        "did_galat": float(error["did_sisa"]),
        "did_ada": float(found["did_sisa"].notna().mean()),
    }


def table_rows(replicates: int, workers: int) -> list[tuple[Cell, dict[str, float]]]:
    """Every cell with its summary."""
    todo = cells()
    with ProcessPoolExecutor(workers) as pool:
        found = pool.map(_run, [(cell, replicates) for cell in todo])
        return [(cell, summarise(frame, cell.effect)) for cell, frame in zip(todo, found, strict=True)]


def _number(value: float, digits: int = 1) -> str:
    return "–" if np.isnan(value) else f"{value:.{digits}f}".replace(".", ",").replace("-", "−")


def as_markdown(rows: list[tuple[Cell, dict[str, float]]], replicates: int) -> str:
    """The tables in Bahasa Indonesia, one a kind of truth and of list."""
    heads = [
        "anak per desa", "korelasi", "rasio odds ditanam", "turun mentah (poin)", "rasio odds dilaporkan",
        "cakupan", "kuasa", "pembanding ada", "galat pembanding (poin)", "cakupan pembanding",
    ]  # fmt: skip
    lines = [
        f"{replicates} kabupaten simulasi per baris, {VILLAGES} desa, {LISTED} lokus, rata-rata sekitar "
        f"{100 * MEAN:.0f} %, sebaran logit {_number(LOGIT_SD)}, tren umum {_number(TREND)} logit."
    ]
    for shape, chosen in dict.fromkeys((cell.shape, cell.chosen) for cell, _ in rows):
        lines += ["", f"### Keadaan sebenarnya {NAMES[shape]}; lokus dipilih menurut {CHOSEN[chosen]}", ""]
        lines += ["| " + " | ".join(heads) + " |", "|" + "---:|" * len(heads)]
        for cell, row in rows:
            if (cell.shape, cell.chosen) == (shape, chosen):
                values = [
                    str(cell.children), _number(cell.correlation), _number(cell.effect), _number(row["naif"]),
                    f"{_number(row['rasio'], 3)} ± {_number(row['rasio_galat'], 3)}",
                    f"{_number(100 * row['tercakup'], 0)} %", f"{_number(100 * row['kuasa'], 0)} %",
                    f"{_number(100 * row['did_ada'], 0)} %",
                    f"{_number(row['did_sisa'], 2)} ± {_number(row['did_galat'], 2)}",
                    f"{_number(100 * row['did_tercakup'], 0)} %",
                ]  # fmt: skip
                lines.append("| " + " | ".join(values) + " |")
    nothing = [row["naif"] for cell, row in rows if cell.effect == 1.0]
    lines += [
        "",
        f"Tanpa pengaruh apa pun prevalensi mentah lokus berubah {_number(max(nothing))} sampai "
        f"{_number(min(nothing))} poin.",
        "",
        "| keadaan sebenarnya | dipilih menurut | cakupan semua baris | cakupan pembanding | geser log rasio "
        "odds: rata-rata | terjauh | terjauh, bagian dari simpangan baku perkiraan |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for shape, chosen in dict.fromkeys((cell.shape, cell.chosen) for cell, _ in rows):
        part = pd.DataFrame([row for cell, row in rows if (cell.shape, cell.chosen) == (shape, chosen)])
        pairs = (part["did_tercakup"] * part["did_ada"]).sum() / part["did_ada"].sum()
        worst = part.loc[part["geser"].abs().idxmax()]
        lines.append(
            f"| {NAMES[shape]} | {CHOSEN[chosen]} | {_number(100 * part['tercakup'].mean())} % | "
            f"{_number(100 * pairs)} % | {_number(part['geser'].mean(), 3)} | "
            f"{_number(worst['geser'], 3)} ± {_number(worst['geser_galat'], 3)} | "
            f"{_number(abs(worst['geser']) / worst['sebar'], 2)} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=80)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the table into docs/reviu.md")
    options = parser.parse_args()
    text = as_markdown(table_rows(options.replicates, options.workers), options.replicates)
    print(text)
    if options.write:
        put_table("reviu.md", "reviu", text)


if __name__ == "__main__":
    main()
