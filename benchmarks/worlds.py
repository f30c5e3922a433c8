"""Simulated kabupaten whose truth is known, of kinds that the estimator does not assume.

The library fits beta-binomial counts around a mean, measured without choice. None of these worlds is so: log
odds are normal, or a few villages are far above all others, or neighbours are alike; the children measured
are sicker or healthier than the rest; a puskesmas measures too high or too low; years are more or less alike.

>>> kabupaten = draw(WORLDS["ekstrem"], seed=1)
>>> kabupaten.rates.shape, list(kabupaten.rounds[-1].columns)
((3, 256), ['sasaran', 'diukur', 'stunting'])
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.spatial import cKDTree
from scipy.special import expit, logit
from scipy.stats import norm

__all__ = [
    "WORLDS",
    "Kabupaten",
    "World",
    "draw",
    "field_covariance",
    "replicates",
    "standard_error",
    "worst",
]

VILLAGES, KECAMATAN = 256, 16
STREAM = 20_261_129  # keeps these streams apart from those of other benchmarks


@dataclass(frozen=True, kw_only=True)
class World:
    """How villages differ, how they change and how they are measured.

    Parameters
    ----------
    label : str
        Bahasa Indonesia, for the printed tables.
    mean : float
        Prevalence of the whole kabupaten in the newest year, 0–1, about.
    spread : float
        Standard deviation of the log odds between villages, the extreme ones apart.
    extreme : float
        Share of villages whose odds are far above, 0–1.
    extreme_odds : float
        How many times higher the odds of those are.
    spatial : float
        Share of the variance of the log odds that neighbours have in common, 0–1.
    correlation : float
        Of the log odds between one year and the next.
    trend : float
        By how much the log odds of all villages change from year to year.
    children : tuple of int
        Fewest and most children due in a village; log-uniform between.
    coverage : tuple of float
        Lowest and highest share of the children due who are measured; uniform between, anew each year.
    selection : float
        Odds of being measured of a stunted child over those of any other: above 1 the sicker are measured.
    puskesmas_sd : float
        Standard deviation, over kecamatan, of a lasting error of the measured log odds.
    recorded_odds : float
        Odds recorded over true odds, the same everywhere: below 1 the records are too low.
    covariate : float
        Share of the variance of the log odds that a known covariate explains, 0–1.
    """

    label: str
    mean: float = 0.12
    spread: float = 0.5
    extreme: float = 0.0
    extreme_odds: float = 4.0
    spatial: float = 0.0
    correlation: float = 0.85
    trend: float = -0.1
    children: tuple[int, int] = (8, 400)
    coverage: tuple[float, float] = (0.6, 1.0)
    selection: float = 1.0
    puskesmas_sd: float = 0.0
    recorded_odds: float = 1.0
    covariate: float = 0.0


WORLDS = {
    "logit-normal": World(label="log-odds normal"),
    "ekstrem": World(label="beberapa desa ekstrem", spread=0.35, extreme=0.04),
    "berkerumun": World(label="desa bertetangga mirip", spatial=0.7),
    "sakit diukur": World(label="yang stunting lebih sering diukur", selection=2.0, coverage=(0.3, 1.0)),
    "sehat diukur": World(label="yang stunting lebih jarang diukur", selection=0.5, coverage=(0.3, 1.0)),
    "bias puskesmas": World(label="puskesmas mengukur dengan bias", puskesmas_sd=0.4),
    "desa kecil": World(label="desa kecil, 8–60 anak", children=(8, 60)),
    "rendah": World(label="prevalensi 5 %", mean=0.05),
    "tinggi": World(label="prevalensi 30 %", mean=0.30),
    "tahun berubah": World(label="tahun kurang mirip (korelasi 0,7)", correlation=0.7),
    "tahun tetap": World(label="tahun sangat mirip (korelasi 0,95)", correlation=0.95),
    "tercatat rendah": World(
        label="sebenarnya 20 %, tercatat kurang dari separuhnya", mean=0.2, recorded_odds=0.35
    ),
}


@dataclass(frozen=True, kw_only=True)
class Kabupaten:
    """One simulated kabupaten.

    Parameters
    ----------
    rates : ndarray, shape (years, villages)
        True share of stunted among all children due, 0–1; oldest year first.
    rounds : tuple of DataFrame, index ``kode_desa``
        ``sasaran``, ``diukur``, ``stunting`` of each year; oldest first.
    kecamatan : Series, index ``kode_desa``
    x, y : Series, index ``kode_desa``
        Centre, in metres.
    covariate : Series, index ``kode_desa``
    level : float
        Log odds of a village of score 0 in the newest year.
    """

    world: World
    rates: np.ndarray
    rounds: tuple[pd.DataFrame, ...]
    kecamatan: pd.Series[str]
    x: pd.Series[float]
    y: pd.Series[float]
    covariate: pd.Series[float]
    level: float

    @property
    def truth(self) -> pd.Series[float]:
        """True share of stunted in the newest year, 0–1."""
        return pd.Series(self.rates[-1], index=self.kecamatan.index)

    @property
    def earlier(self) -> list[tuple[pd.Series[float], pd.Series[float]]]:
        """(stunting, diukur) of the years before, the newest of them first."""
        return [(past["stunting"], past["diukur"]) for past in self.rounds[-2::-1]]


def draw(world: World, seed: int, *, villages: int = VILLAGES, years: int = 3) -> Kabupaten:
    """Draw a kabupaten; the same for the same seed."""
    rng = np.random.default_rng([STREAM, seed])
    index, points, kecamatan = _places(rng, villages)
    x = rng.standard_normal(villages)
    shared = _field(rng, points) if world.spatial else np.zeros(villages)
    # A normal score of each village and year: part from the covariate and from the neighbours, which last.
    lasting = np.sqrt(world.covariate) * x + np.sqrt(world.spatial * (1 - world.covariate)) * shared
    own = np.sqrt((1 - world.covariate) * (1 - world.spatial))
    # What is the village's own carries all the change, so the whole correlates as stated where it can.
    keep = 1 - min(1.0, (1 - world.correlation) / max(own**2, 1e-9))
    drawn = rng.standard_normal(villages)
    scores = []
    for year in range(years):
        if year:
            drawn = keep * drawn + np.sqrt(1 - keep**2) * rng.standard_normal(villages)
        scores.append(lasting + own * drawn)
    log_odds = np.array(scores) * world.spread
    if world.extreme:
        log_odds += np.log(world.extreme_odds) * (np.array(scores) > norm.isf(world.extreme))
    log_odds += world.trend * (np.arange(years) - years + 1)[:, None]
    level = _level(log_odds[-1], world.mean)
    log_odds += level
    due = np.exp(rng.uniform(*np.log(world.children), villages)).round().astype(int)
    error = world.puskesmas_sd * rng.standard_normal(KECAMATAN)[kecamatan] + np.log(world.recorded_odds)
    rounds = tuple(_measure(rng, world, due, row + error, index) for row in log_odds)
    return Kabupaten(
        world=world,
        rates=expit(log_odds),
        rounds=rounds,
        kecamatan=pd.Series([f"9901{1 + k:02d}" for k in kecamatan], index=index),
        x=pd.Series(points[:, 0], index=index),
        y=pd.Series(points[:, 1], index=index),
        covariate=pd.Series(x, index=index),
        level=level,
    )


def replicates(world: World, count: int, *, seed: int = 0, **options: int) -> Iterator[Kabupaten]:
    """Draw `count` kabupaten of a world, each with a seed of its own."""
    for replicate in range(count):
        yield draw(world, 10_000 * seed + replicate, **options)


def worst(truth: pd.Series[float], n: int) -> set[str]:
    """The `n` villages with the highest true rates."""
    return set(truth.nlargest(n).index)


def standard_error(values: list[float] | np.ndarray) -> float:
    """Of the mean over replicates."""
    array = np.asarray(values, dtype=float)
    return float(array.std(ddof=1) / np.sqrt(len(array)))


def _places(rng: np.random.Generator, villages: int) -> tuple[pd.Index, np.ndarray, np.ndarray]:
    """Codes, centres on a disturbed grid, and the number of the kecamatan: blocks of the grid."""
    side = int(np.ceil(np.sqrt(villages)))
    row, column = np.divmod(np.arange(villages), side)
    points = 3000.0 * (np.column_stack([column, row]) + rng.uniform(-0.4, 0.4, (villages, 2)))
    blocks = int(np.sqrt(KECAMATAN))
    kecamatan = (row * blocks // side) * blocks + column * blocks // side
    within = pd.Series(kecamatan).groupby(kecamatan).cumcount()
    codes = [f"9901{1 + k:02d}2{1 + v:03d}" for k, v in zip(kecamatan, within, strict=True)]
    order = np.argsort(codes)
    return pd.Index(np.array(codes)[order], name="kode_desa"), points[order], kecamatan[order]


def field_covariance(points: np.ndarray) -> np.ndarray:
    """Covariance of what neighbours have in common, centred, with variance 1 on average."""
    weights = _smoother(points).toarray()
    weights -= weights.mean(axis=0)
    covariance = weights @ weights.T
    return np.asarray(covariance / np.diag(covariance).mean())


def _smoother(points: np.ndarray) -> csr_array:
    """Weights of the villages within 9 km."""
    near = cKDTree(points).sparse_distance_matrix(cKDTree(points), 9000.0)
    weights = near.tocsr()
    weights.data = np.exp(-((weights.data / 4500.0) ** 2))
    weights.setdiag(1.0)
    return csr_array(weights)


def _field(rng: np.random.Generator, points: np.ndarray) -> np.ndarray:
    """White noise smoothed over the neighbours, standardised."""
    field = _smoother(points) @ rng.standard_normal(len(points))
    return np.asarray((field - field.mean()) / field.std())


def _level(log_odds: np.ndarray, mean: float) -> float:
    """What to add to all log odds so that the rates have this mean."""
    shift = logit(mean)
    for _ in range(50):
        shift += logit(mean) - logit(expit(log_odds + shift).mean())
    return float(shift)


def _measure(
    rng: np.random.Generator, world: World, due: np.ndarray, log_odds: np.ndarray, index: pd.Index
) -> pd.DataFrame:
    coverage = rng.uniform(*world.coverage, len(due)).clip(1e-6, 1 - 1e-6)
    stunted = rng.binomial(due, expit(log_odds))
    if world.selection == 1.0:
        measured = rng.binomial(due, coverage)
        cases = rng.hypergeometric(stunted, due - stunted, measured)
    else:
        half = np.log(world.selection) / 2
        cases = rng.binomial(stunted, expit(logit(coverage) + half))
        measured = cases + rng.binomial(due - stunted, expit(logit(coverage) - half))
    return pd.DataFrame({"sasaran": due, "diukur": measured, "stunting": cases}, index=index, dtype=float)
