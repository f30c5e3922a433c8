"""Rates and changes beside a full Bayesian fit of the same models, by random walks without their code.

Run with ``python benchmarks/full_bayes.py [--steps 8000] [--write]``; ``--write`` puts the tables into
``docs/ketepatan.md``. The library integrates over a grid and by quadrature; here chains wander through the
posterior and nothing is integrated. Each number of the library is compared with that of the chains, and the
chains with each other: their standard error says what they can tell.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from docs_page import put_table
from scipy.special import expit, gammaln, logit
from worlds import WORLDS, draw

from lokus.evidence.change.change import MODEL_DOUBT, estimate_change
from lokus.evidence.rates.rates import estimate_rates

SETS = ("ekstrem", "desa kecil", "rendah", "logit-normal", "tinggi")
VILLAGES, CHAINS, STEPS, SEED = 60, 24, 8_000, 1414
ABOVE = 14.0  # percent: the threshold whose probability is compared


class Compared(NamedTuple):
    """One kind of number: how far the library is from the chains, in its unit, and what they can tell.

    Parameters
    ----------
    what : str
    farthest, mean : float
        Largest and mean absolute difference over the villages.
    error : float
        Largest standard error of the chains' number.
    beyond : float
        By how much a difference exceeds three standard errors of its own village, at most; below 0 where
        none does.
    """

    what: str
    farthest: float
    mean: float
    error: float
    beyond: float


def compared(what: str, library: np.ndarray, chains: np.ndarray) -> Compared:
    """Set the library's numbers, one a village, beside those of each chain, shape (chains, villages)."""
    away = np.abs(library - chains.mean(axis=0))
    error = chains.std(axis=0, ddof=1) / np.sqrt(len(chains))
    return Compared(what, away.max(), away.mean(), error.max(), (away - 3 * error).max())


# Rates: cases ~ Bin(measured, p), p ~ Beta(mφ, (1 − m)φ); m has Jeffreys' prior, log φ is normal around
# log 50.
def rate_chains(y: np.ndarray, n: np.ndarray, *, steps: int, seed: int) -> np.ndarray:
    """Walk through mean and precision, drawing rates on the way, 0–1: (chains, draws, villages)."""
    rng = np.random.default_rng([SEED, seed])

    def log_posterior(at: np.ndarray) -> np.ndarray:
        m, phi = expit(at[:, :1]), np.exp(at[:, 1:])
        a, b = m * phi, (1 - m) * phi
        counts = (
            gammaln(a + y) - gammaln(a) + gammaln(b + n - y) - gammaln(b) + gammaln(phi) - gammaln(phi + n)
        )
        jeffreys = 0.5 * (np.log(m) + np.log1p(-m))[:, 0]
        return counts.sum(axis=1) + jeffreys - 0.5 * (at[:, 1] - np.log(50.0)) ** 2

    at = np.column_stack([
        np.full(CHAINS, logit((y.sum() + 0.5) / (n.sum() + 1.0))), np.log(50.0) + rng.normal(size=CHAINS)
    ])  # fmt: skip
    value, scale, kept = log_posterior(at), np.array([0.08, 0.5]), []
    for step in range(steps):
        # One at a time and both together, in turn.
        direction = np.array([[1, 0], [0, 1], [1, 1]][step % 3])
        other = at + direction * scale * rng.standard_normal((CHAINS, 2))
        new = log_posterior(other)
        taken = np.log(rng.random(CHAINS)) < new - value
        at, value = np.where(taken[:, None], other, at), np.where(taken, new, value)
        if step >= steps // 5 and step % 3 == 2:
            m, phi = expit(at[:, :1]), np.exp(at[:, 1:])
            kept.append(rng.beta(m * phi + y, (1 - m) * phi + n - y))
    return np.stack(kept, axis=1)


def rates_compared(name: str, *, steps: int = STEPS, villages: int = VILLAGES) -> list[Compared]:
    """Compare prevalence, interval and chance of one simulated kabupaten."""
    counts = draw(WORLDS[name], 5, villages=villages).rounds[-1]
    table = estimate_rates(counts["stunting"], counts["diukur"], threshold=ABOVE).table
    drawn = 100 * rate_chains(
        counts["stunting"].to_numpy(float), counts["diukur"].to_numpy(float), steps=steps, seed=villages
    )
    low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
    return [
        compared("prevalensi, poin", table["prevalensi"].to_numpy(), drawn.mean(axis=1)),
        compared("batas bawah selang 90 %, poin", table["prevalensi_bawah"].to_numpy(), low),
        compared("batas atas selang 90 %, poin", table["prevalensi_atas"].to_numpy(), high),
        compared(
            "peluang di atas 14 %, poin", 100 * table["peluang_di_atas"].to_numpy(),
            100 * (drawn > ABOVE).mean(axis=1),
        ),
    ]  # fmt: skip


# Change: cases of both years binomial, their log odds normal together. Priors as docs/methods.md states them.
LOG_SD, LOG_SD_SPREAD, LOG_SD_DIFFERENCE = np.log(0.5), 0.5, 0.25
FISHER, FISHER_SPREAD = 0.9, 0.8


def change_chains(y: np.ndarray, n: np.ndarray, *, steps: int, seed: int) -> np.ndarray:
    """Walk over every village's log odds and what they have in common.

    Gives rates, 0–1, as (chains, draws, 2, villages).
    `y` and `n` have a row for last year and one for this.
    """
    rng = np.random.default_rng([SEED, seed])
    y, n = y[:, None], n[:, None]
    u = np.zeros((2, CHAINS, y.shape[2]))
    theta = np.tile([logit(0.12), logit(0.12), LOG_SD, 0.0, FISHER], (CHAINS, 1)).T
    scale = np.array([0.12, 0.12, 0.2, 0.2, 0.3])

    def villages(theta: np.ndarray, u: np.ndarray) -> np.ndarray:
        first, second = np.exp(theta[2] + theta[3] / 2), np.exp(theta[2] - theta[3] / 2)
        rho = np.tanh(theta[4])[:, None]
        e, f = u[0] / first[:, None], u[1] / second[:, None]
        normal = -(e * e - 2 * rho * e * f + f * f) / (2 * (1 - rho**2)) - 0.5 * np.log(1 - rho**2)
        normal -= np.log(first * second)[:, None]
        x = theta[:2, :, None] + u
        return normal + (y * x - n * np.logaddexp(0, x)).sum(axis=0)

    def prior(theta: np.ndarray) -> np.ndarray:
        mean = expit(theta[:2])
        away = (theta[2:].T - [LOG_SD, 0.0, FISHER]) / [LOG_SD_SPREAD, LOG_SD_DIFFERENCE, FISHER_SPREAD]
        return 0.5 * np.log(mean * (1 - mean)).sum(axis=0) - 0.5 * (away**2).sum(axis=1)

    kept = []
    for step in range(steps):
        at = villages(theta, u)
        for year in (0, 1):
            moved = u.copy()
            moved[year] += 0.5 * rng.standard_normal(at.shape)
            new = villages(theta, moved)
            taken = np.log(rng.random(at.shape)) < new - at
            u, at = np.where(taken, moved, u), np.where(taken, new, at)
        total = at.sum(axis=1) + prior(theta)
        for j in range(5):
            other, shifted = theta.copy(), u.copy()
            other[j] += scale[j] * rng.standard_normal(CHAINS)
            # A mean moves with its villages left where they are, or against them: both keep the chain lively.
            if j < 2 and rng.random() < 0.5:
                shifted[j] -= (other[j] - theta[j])[:, None]
            new = villages(other, shifted).sum(axis=1) + prior(other)
            taken = np.log(rng.random(CHAINS)) < new - total
            theta, total = np.where(taken, other, theta), np.where(taken, new, total)
            u = np.where(taken[:, None], shifted, u)
        if step >= steps // 5 and step % 4 == 0:
            kept.append(theta[:2, :, None] + u)
    return expit(np.array(kept)).transpose(2, 0, 1, 3)


def change_compared(name: str, *, steps: int = STEPS, villages: int = VILLAGES) -> list[Compared]:
    """Compare the change, its interval and the chance of a fall in one simulated kabupaten."""
    before, after = draw(WORLDS[name], 6, villages=villages).rounds[-2:]
    table = estimate_change(
        (before["stunting"], before["diukur"]), (after["stunting"], after["diukur"])
    ).table
    counts = [
        np.stack([year[key].to_numpy(float) for year in (before, after)]) for key in ("stunting", "diukur")
    ]
    drawn = change_chains(*counts, steps=steps, seed=villages)
    change = 100 * (drawn[:, :, 1] - drawn[:, :, 0])
    low, high = np.quantile(change, [0.05, 0.95], axis=1)
    # What is stated of a chance leaves room for the model itself to be wrong.
    falls = (1 - MODEL_DOUBT) * (change < 0).mean(axis=1) + MODEL_DOUBT / 2
    return [
        compared("perubahan, poin", table["perubahan"].to_numpy(), change.mean(axis=1)),
        compared("batas bawah perubahan, poin", table["perubahan_bawah"].to_numpy(), low),
        compared("batas atas perubahan, poin", table["perubahan_atas"].to_numpy(), high),
        compared("peluang turun, poin", 100 * table["peluang_turun"].to_numpy(), 100 * falls),
    ]


def rows(steps: int) -> Iterator[tuple[str, Compared]]:
    """Compare every set, the rates first."""
    for name in SETS:
        yield from ((WORLDS[name].label, one) for one in rates_compared(name, steps=steps))
    for name in SETS:
        yield from ((WORLDS[name].label, one) for one in change_compared(name, steps=steps // 2))


def as_markdown(steps: int) -> str:
    """The table in Bahasa Indonesia; within each kind of number the worst set first."""
    found = list(rows(steps))
    kinds = list(dict.fromkeys(one.what for _name, one in found))
    found.sort(key=lambda row: (kinds.index(row[1].what), -row[1].farthest))
    number = lambda value: f"{value:.2f}".replace(".", ",")  # noqa: E731
    lines = [
        f"{VILLAGES} desa per dunia, {CHAINS} rantai; dari yang terjauh. *Galat baku*: yang terbesar di "
        "antara desa, dari perbedaan antarrantai. *Di luar tiga galat baku*: bagian selisih yang tidak dapat "
        "berasal dari undian rantai.",
        "",
        "| angka | dunia | selisih terbesar | selisih rata-rata | galat baku rantai "
        "| di luar tiga galat baku |",
        "|---|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {one.what} | {name} | {number(one.farthest)} | {number(one.mean)} | {number(one.error)} "
        f"| {number(max(one.beyond, 0.0))} |"
        for name, one in found
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--write", action="store_true", help="put the table into docs/ketepatan.md")
    options = parser.parse_args()
    text = as_markdown(options.steps)
    print(text)
    if options.write:
        put_table("ketepatan.md", "bayes", text)


if __name__ == "__main__":
    main()
