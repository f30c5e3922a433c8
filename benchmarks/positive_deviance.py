"""Of the villages called better than expected, how many are.

Run with ``python benchmarks/positive_deviance.py [repeats]``. The truth of every kabupaten is known and not
what the estimator assumes: log odds normal or heavy-tailed around the covariates, some villages better
on purpose, covariates say nothing, or in some villages the healthier children were measured. A village is
truly better when its true rate lies at least the stated margin below the mean rate of villages with its
covariates. Printed with standard errors over kabupaten.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit
from worlds import standard_error

from lokus.evidence.rates.positive_deviance import better_than_expected

__all__ = ["WORLDS", "World", "named", "outcomes"]

VILLAGES = 256
STREAM = 20_261_130
MARGIN, CHANCE = 20.0, 0.8


@dataclass(frozen=True, kw_only=True)
class World:
    """How villages differ around what their covariates say.

    Parameters
    ----------
    label : str
        Bahasa Indonesia, for the printed table.
    slope : float
        Change of the log odds by standard deviation of the first covariate; the second says nothing.
    spread : float
        Standard deviation of the log odds around it.
    heavy : bool
        Deviations of Student's t with three degrees of freedom instead of normal ones.
    better : float
        Share of villages that are better on purpose, 0–1, with `odds` times the odds.
    healthier : float
        Share of villages where the healthier children were measured, 0–1: odds of the measured are half.
    """

    label: str
    slope: float = 0.45
    spread: float = 0.3
    heavy: bool = False
    better: float = 0.05
    odds: float = 0.4
    healthier: float = 0.0


WORLDS = {
    "normal": World(label="log-odds normal, 5 % desa sengaja lebih baik"),
    "tanpa": World(label="tidak ada yang sengaja lebih baik", better=0.0),
    "berekor": World(label="simpangan berekor tebal", heavy=True),
    "tak_berguna": World(label="kovariat tidak menjelaskan apa pun", slope=0.0),
    "beragam": World(label="desa sangat beragam", spread=0.6),
    "yang_sehat": World(label="di 10 % desa yang diukur lebih sehat", healthier=0.1),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One kabupaten: villages named, and of them, and in all, those truly better."""

    named: int
    right: int
    there: int
    raw_right: int


def outcomes(world: World, count: int, *, seed: int = 0) -> Iterator[Outcome]:
    """Draw kabupaten, name villages in each, and compare with the truth."""
    for number in range(count):
        rng = np.random.default_rng([STREAM, seed, number])
        index = pd.Index([f"9901{1 + i // 16:02d}{2001 + i % 16}" for i in range(VILLAGES)])
        covariates = pd.DataFrame(rng.normal(size=(VILLAGES, 2)), index=index, columns=["miskin", "jamban"])
        noise = rng.standard_t(3, VILLAGES) / np.sqrt(3.0) if world.heavy else rng.normal(size=VILLAGES)
        middle = -2.2 + world.slope * covariates["miskin"].to_numpy()
        planted = rng.random(VILLAGES) < world.better
        rate = expit(middle + world.spread * noise + np.where(planted, np.log(world.odds), 0.0))
        # Mean of villages with the same covariates, by simulation: nothing of the estimator's algebra.
        other = rng.standard_t(3, 4000) / np.sqrt(3.0) if world.heavy else rng.normal(size=4000)
        around = middle[:, None] + world.spread * other
        alike = (1.0 - world.better) * expit(around).mean(axis=1)
        alike += world.better * expit(around + np.log(world.odds)).mean(axis=1)
        due = np.maximum(8, rng.gamma(2.0, 60.0, VILLAGES)).astype(int)
        measured = np.maximum(1, np.round(due * rng.uniform(0.7, 1.0, VILLAGES))).astype(int)
        selective = rng.random(VILLAGES) < world.healthier
        odds = rate / (1 - rate) * np.where(selective, 0.5, 1.0)
        stunted = rng.binomial(measured, odds / (1 + odds))
        counts = {
            name: pd.Series(values, index=index, dtype=float)
            for name, values in (("stunting", stunted), ("diukur", measured), ("sasaran", due))
        }
        found = better_than_expected(
            counts["stunting"], counts["diukur"], covariates, sasaran=counts["sasaran"], margin=MARGIN,
            least_chance=CHANCE, at_most=VILLAGES,
        )  # fmt: skip
        truly = pd.Series(rate < (1 - MARGIN / 100) * alike, index=index)
        # The naive list: as many villages, those measured farthest below what is expected of them.
        ratio = found.table["prevalensi_mentah"] / found.table["prevalensi_harapan"]
        naive = ratio[~found.table["belum_andal"]].nsmallest(len(found.listed)).index
        yield Outcome(
            named=len(found.listed), right=int(truly[found.listed].sum()), there=int(truly.sum()),
            raw_right=int(truly[naive].sum()),
        )  # fmt: skip


def named(found: list[Outcome]) -> tuple[float, float, float]:
    """Percent of the named that are truly better, its standard error, and the percent of the naive list."""
    total = sum(one.named for one in found)
    share = 100.0 * sum(one.right for one in found) / max(total, 1)
    mean = total / len(found)
    residuals = [(one.right - share / 100.0 * one.named) / max(mean, 1e-9) for one in found]
    error = 100.0 * standard_error(residuals)
    return share, error, 100.0 * sum(one.raw_right for one in found) / max(total, 1)


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(
        "| dunia | desa disebut | sungguh lebih baik, % | galat baku | sebanyak itu menurut angka mentah, % |"
    )
    print("|---|---:|---:|---:|---:|")
    for world in WORLDS.values():
        found = list(outcomes(world, repeats))
        share, error, naive = named(found)
        mean = np.mean([one.named for one in found])
        print(f"| {world.label} | {mean:.1f} | {share:.0f} | {error:.0f} | {naive:.0f} |", flush=True)


if __name__ == "__main__":
    main()
