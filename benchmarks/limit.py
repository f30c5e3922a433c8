"""What an ideal observer would know of a simulated kabupaten: what no estimator can pass on average.

The observer knows every parameter of the world (how villages differ, how they change, how they are measured,
which kecamatan have a puskesmas of their own) and lacks only what the counts do not say: the rates
themselves. Its posterior is exact where villages are independent of each other (a filter over the years on a
grid of scores), and Gaussian at the mode, all villages and years at once, where neighbours are alike or a
puskesmas errs. Two uses: the villages it would name are the best choice there is, and rates drawn from it
stand in for the truth, which gives the same expectation of hits with a fraction of the noise.

What no count can tell is whether kecamatan differ or their puskesmas err: both give the same counts with the
same probability. With `kecamatan_differ` the observer reads them the other way.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq
from scipy.special import expit, logit, logsumexp, xlog1py, xlogy
from scipy.stats import norm
from worlds import Kabupaten, field_covariance

__all__ = ["chance_of_worst", "observed_chances", "truths"]

GRID = np.linspace(-4.6, 4.6, 185)
COVERAGES = 24  # places of an unknown coverage, where who is measured depends on being stunted
NEWTON_STEPS = 40


def truths(
    kabupaten: Kabupaten, rounds: int, draws: int, *, seed: int, kecamatan_differ: bool = False
) -> np.ndarray:
    """Draw the newest year's rates, 0–1, given the newest `rounds` rounds; shape (draws, villages).

    Draws of given `seed` are alike for the same kabupaten and rounds.
    """
    rng = np.random.default_rng([seed, rounds, 41])
    if _hang_together(kabupaten):
        mean, covariance = _gaussian(kabupaten, rounds, kecamatan_differ=kecamatan_differ)
        factor = np.linalg.cholesky(covariance + 1e-10 * np.eye(len(mean)))
        return expit(mean + rng.standard_normal((draws, len(mean))) @ factor.T)
    weight = _filtered(kabupaten, rounds)
    cumulative = np.cumsum(weight, axis=1)
    villages = len(weight)
    cells = np.empty((draws, villages))
    for row in cells:
        drawn = (cumulative < rng.random((villages, 1))).sum(axis=1).clip(max=len(GRID) - 1)
        # Within a cell of the grid any place is as likely.
        row[:] = GRID[drawn] + (GRID[1] - GRID[0]) * (rng.random(villages) - 0.5)
    return expit(_log_odds(kabupaten, cells, 0))


def chance_of_worst(drawn: np.ndarray, n: int) -> np.ndarray:
    """Share of the draws in which each village is among the `n` highest; it sums to `n`."""
    worst = np.zeros(drawn.shape[1])
    for row in drawn:
        worst[np.argpartition(-row, n)[:n]] += 1.0 / len(drawn)
    return worst


def observed_chances(
    kabupaten: Kabupaten, rounds: int, n: int, *, kecamatan_differ: bool = False
) -> np.ndarray:
    """Probability of each village that its rate lies above the level that `n` villages should pass.

    By this the observer ranks, given the newest `rounds` rounds.
    """
    if _hang_together(kabupaten):
        mean, covariance = _gaussian(kabupaten, rounds, kecamatan_differ=kecamatan_differ)
        spread = np.sqrt(np.diag(covariance))
        level = brentq(lambda at: norm.sf((at - mean) / spread).sum() - n, -12.0, 12.0)
        return norm.sf((level - mean) / spread)
    weight, value = _filtered(kabupaten, rounds), _log_odds(kabupaten, GRID, 0)
    below = np.cumsum(weight.sum(axis=0))
    place = int(np.searchsorted(below, below[-1] - n))
    inside = (below[place] - (below[-1] - n)) / weight[:, place].sum()
    assert (np.diff(value) > 0).all(), "a higher score must mean a higher rate"
    return weight[:, place + 1 :].sum(axis=1) + inside * weight[:, place]


def _hang_together(kabupaten: Kabupaten) -> bool:
    return bool(kabupaten.world.spatial or kabupaten.world.puskesmas_sd)


def _log_odds(kabupaten: Kabupaten, score: np.ndarray, back: int) -> np.ndarray:
    """Log odds of stunting `back` years before the newest, where the village's score is `score`."""
    world = kabupaten.world
    extreme = np.log(world.extreme_odds) * (score > norm.isf(world.extreme)) if world.extreme else 0.0
    return world.spread * score + extreme + kabupaten.level - world.trend * back


def _log_likelihood(kabupaten: Kabupaten, back: int) -> np.ndarray:
    """Of one year's counts at every place of the grid; shape (villages, places)."""
    world, counts = kabupaten.world, kabupaten.rounds[-1 - back]
    cases, measured, due = (counts[name].to_numpy()[:, None] for name in ("stunting", "diukur", "sasaran"))
    p = expit(_log_odds(kabupaten, GRID, back) + np.log(world.recorded_odds))[None, :]
    if world.selection == 1.0:
        return xlogy(cases, p) + xlog1py(measured - cases, -p)
    low, high = world.coverage
    half, parts = np.log(world.selection) / 2, []
    for share in low + (high - low) * (np.arange(COVERAGES) + 0.5) / COVERAGES:
        stunted, other = expit(logit(share) + half), expit(logit(share) - half)
        seen, unseen = p * stunted, (1 - p) * other
        parts.append(
            xlogy(cases, seen) + xlogy(measured - cases, unseen) + xlog1py(due - measured, -seen - unseen)
        )
    return logsumexp(parts, axis=0)


def _filtered(kabupaten: Kabupaten, rounds: int) -> np.ndarray:
    """Probability of every place of the grid in the newest year; shape (villages, places)."""
    keep = kabupaten.world.correlation
    step = norm.pdf(GRID[None, :], keep * GRID[:, None], np.sqrt(1 - keep**2))
    step /= step.sum(axis=1, keepdims=True)
    weight = np.broadcast_to(norm.pdf(GRID), (len(kabupaten.kecamatan), len(GRID)))
    for back in range(rounds - 1, -1, -1):
        if back < rounds - 1:
            weight = weight @ step
        log = _log_likelihood(kabupaten, back)
        weight = weight * np.exp(log - log.max(axis=1, keepdims=True))
        weight = weight / weight.sum(axis=1, keepdims=True)
    return weight


def _gaussian(
    kabupaten: Kabupaten, rounds: int, *, kecamatan_differ: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the newest year's log odds, approximated at the mode, all years at once."""
    world, villages = kabupaten.world, len(kabupaten.kecamatan)
    own = 1.0 - world.spatial
    keep = 1 - min(1.0, (1 - world.correlation) / own)
    back = np.arange(rounds)
    shared = world.spatial * field_covariance(np.column_stack([kabupaten.x, kabupaten.y]))
    changing = own * keep ** np.abs(back[:, None] - back)
    prior = np.kron(np.ones((rounds, rounds)), shared) + np.kron(changing, np.eye(villages))
    same = (kabupaten.kecamatan.to_numpy()[:, None] == kabupaten.kecamatan.to_numpy()).astype(float)
    error = np.kron(np.ones((rounds, rounds)), world.puskesmas_sd**2 * same)
    prior = world.spread**2 * prior + kecamatan_differ * error
    mean = np.repeat(kabupaten.level - world.trend * back, villages)
    counts = [kabupaten.rounds[-1 - b] for b in back]
    cases, measured = (
        np.concatenate([c[name].to_numpy() for c in counts]) for name in ("stunting", "diukur")
    )
    # What is measured is the truth and the puskesmas's error; both are normal, so their sum is fitted.
    total = prior + (not kecamatan_differ) * error
    u = np.zeros(len(mean))
    for _step in range(NEWTON_STEPS):
        p = expit(mean + np.log(world.recorded_odds) + u)
        root = np.sqrt(np.maximum(measured * p * (1 - p), 1e-9))
        pull = root**2 * u + cases - measured * p
        inner = cho_factor(np.eye(len(u)) + root[:, None] * total * root, lower=True)
        new = total @ (pull - root * cho_solve(inner, root * (total @ pull)))
        moved = np.abs(new - u).max()
        u = new
        if moved < 1e-8:
            break
    newest = slice(0, villages)
    cross = prior[newest]
    p = expit(mean + np.log(world.recorded_odds) + u)
    centre = cross @ (cases - measured * p)
    less = cross * root
    covariance = prior[newest, newest] - less @ cho_solve(inner, less.T)
    return mean[newest] + centre, covariance
