"""What is true in the invented kabupaten, and what its offices would count of it.

The truth is known only because it is made here: rates that follow sanitation, water, poverty and a smooth
field, and that drift back towards what those imply from one year to the next. The counts are drawn from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from example_kabupaten.terrain import Terrain

__all__ = [
    "CLEAN_COLUMNS",
    "FACTORS_4T",
    "WEALTH_RANKS",
    "WEIGHT_FOR_AGE",
    "WEIGHT_FOR_HEIGHT",
    "make_truth",
    "observe",
]

EFFECTS = {"jamban_tidak_layak": 0.24, "air_tidak_layak": 0.15, "desil_1_2": 0.20}
"""True effects on the log odds of stunting, per standard deviation of each."""

SPATIAL_SD, VILLAGE_SD, PERSISTENCE = 0.26, 0.20, 0.75
MEAN_RATE, YEARLY_FALL = 9.8, 0.5
"""Rate among all children of the first year, as routine recaps show it, and its yearly fall; percent."""

MEDIAN_CHILDREN, CHILDREN_SPREAD = 90, 0.5

TALL = 0.01
WEIGHT_FOR_AGE = {"sangat_kurang": 0.03, "kurang": 0.11, "risiko_lebih": 0.04}
WEIGHT_FOR_HEIGHT = {
    "gizi_buruk": 0.006, "gizi_kurang": 0.05, "risiko_gizi_lebih": 0.05, "gizi_lebih": 0.02, "obesitas": 0.01,
}  # fmt: skip
"""Classes of growth other than stunting, with their share of the children."""

FACTORS_4T = {
    "pus_terlalu_muda": 0.02,
    "pus_terlalu_tua": 0.11,
    "pus_terlalu_dekat": 0.05,
    "pus_terlalu_banyak": 0.10,
}
"""The four "too" of family planning; they overlap and must not be added up."""

WEALTH_RANKS = (
    "krs_peringkat_1",
    "krs_peringkat_2",
    "krs_peringkat_3",
    "krs_peringkat_4",
    "krs_peringkat_di_atas_4",
)

_HEALTH = (
    "ditimbang",
    "diukur",
    "pendek",
    "sangat_pendek",
    "stunting",
    "tinggi",
    *WEIGHT_FOR_AGE,
    *WEIGHT_FOR_HEIGHT,
)
_FAMILY = (
    "keluarga_sasaran", "krs", "tidak_krs", *WEALTH_RANKS, "krs_air", "krs_jamban",
    *FACTORS_4T,
)  # fmt: skip
_SANITATION = ("sanitasi_layak", "air_layak", "stop_babs")
_POVERTY = ("keluarga_desil_1_2", "desil_1_2")
_SERVICES = ("bumil", "bumil_kek", "cakupan_imunisasi", "cakupan_bumil_ttd", "cakupan_asi_eksklusif")
CLEAN_COLUMNS = ("sasaran", *_HEALTH, "keluarga", *_FAMILY, *_SANITATION, *_POVERTY, *_SERVICES)
"""Columns of a year's clean table, office by office."""


def make_truth(seed: int, land: Terrain, kode: pd.Index, years: Sequence[int]) -> pd.DataFrame:
    """Draw the true state of every village in every year.

    Returns
    -------
    pandas.DataFrame
        Index (``tahun``, ``kode_desa``). ``prevalensi``, ``jamban_tidak_layak``, ``air_tidak_layak`` and
        ``desil_1_2`` are percent; ``sasaran`` counts children, ``keluarga`` families; ``efek_ruang`` and
        ``efek_desa`` are the smooth and the rough part of the log odds.
    """
    rng = stream(seed, "truth")
    n = len(land.polygons)
    extent = float(np.sqrt(np.prod(np.ptp(land.xy, axis=0))))
    remote = _standard(np.log(land.town_distance + 2.0))
    poverty = _standard(
        0.6 * _field(rng, land.xy, 0.16 * extent) + 0.45 * remote + 0.5 * rng.standard_normal(n)
    )
    latrine = _standard(
        0.5 * poverty + 0.55 * _field(rng, land.xy, 0.13 * extent) + 0.3 * land.riverside
        + 0.45 * rng.standard_normal(n)
    )  # fmt: skip
    water = _standard(
        0.35 * poverty + 0.65 * _field(rng, land.xy, 0.13 * extent) + 0.5 * land.coastal
        + 0.45 * rng.standard_normal(n)
    )  # fmt: skip
    smooth = SPATIAL_SD * _field(rng, land.xy, 0.14 * extent)
    rough = VILLAGE_SD * rng.standard_normal(n)
    children = MEDIAN_CHILDREN * np.exp(CHILDREN_SPREAD * rng.standard_normal(n))
    families = children * np.exp(rng.normal(1.22, 0.12, n))
    frames = []
    for step, _year in enumerate(years):
        if step:
            renewal = np.sqrt(1 - PERSISTENCE**2) * VILLAGE_SD
            rough = PERSISTENCE * rough + renewal * rng.standard_normal(n)
            children = children * np.exp(rng.normal(0.0, 0.04, n))
            families = families * np.exp(rng.normal(0.01, 0.01, n))
        shares = {
            "jamban_tidak_layak": expit(-1.9 - 0.12 * step + 0.75 * latrine + rng.normal(0, 0.08, n)),
            "air_tidak_layak": expit(-2.3 - 0.10 * step + 0.80 * water + rng.normal(0, 0.08, n)),
            "desil_1_2": expit(-1.2 - 0.03 * step + 0.55 * poverty + rng.normal(0, 0.05, n)),
        }
        count = np.maximum(12, np.round(children))
        odds = smooth + rough
        for effect, driver in zip(EFFECTS.values(), (latrine, water, poverty), strict=True):
            odds = odds + effect * driver
        rate = _with_mean(odds, count, (MEAN_RATE - YEARLY_FALL * step) / 100)
        frames.append(
            pd.DataFrame(
                {
                    "prevalensi": 100 * rate,
                    "sasaran": count.astype(int),
                    "keluarga": np.maximum(30, np.round(families)).astype(int),
                    **{key: 100 * share for key, share in shares.items()},
                    "efek_ruang": smooth,
                    "efek_desa": rough,
                },
                index=kode,
            ).round(6)
        )
    return pd.concat(frames, keys=years, names=["tahun", "kode_desa"])


def observe(seed: int, year: int, truth: pd.DataFrame, kecamatan: NDArray[np.int64]) -> pd.DataFrame:
    """Count what the offices would count in one year, with the gaps they would leave.

    Parameters
    ----------
    seed, year : int
        They name the random stream.
    truth : pandas.DataFrame
        One year of :func:`make_truth`, index ``kode_desa``.
    kecamatan : array of int
        Kecamatan of each village: measuring goes badly in a few of them.

    Returns
    -------
    pandas.DataFrame
        Index ``kode_desa``, columns :data:`CLEAN_COLUMNS`; counts and percent as reported, NaN where an
        office reports nothing. It is what a correct reader gets out of the workbooks.
    """
    rng = stream(seed, "counts", year)
    gaps = truth.index[stream(seed, "gaps").permutation(len(truth))]
    table = pd.concat(
        [
            _health(rng, truth, _coverage(seed, year, kecamatan), gaps[0]),
            _family(rng, truth),
            _sanitation(rng, truth),
            _poverty(rng, truth),
            _services(rng, truth),
        ],
        axis=1,
    )[list(CLEAN_COLUMNS)].astype(float)
    table.loc[gaps[1], ["sasaran", *_HEALTH]] = np.nan
    table.loc[gaps[2], list(_HEALTH)] = np.nan
    table.loc[gaps[3:5], list(_FAMILY)] = np.nan
    table.loc[gaps[5:8], ["sanitasi_layak", "stop_babs"]] = np.nan
    table.loc[gaps[7:9], "air_layak"] = np.nan
    table.loc[gaps[9:11], list(_POVERTY)] = np.nan
    table.loc[gaps[11:14], list(_SERVICES)] = np.nan
    return table


def _field(
    rng: np.random.Generator, xy: NDArray[np.float64], length: float, waves: int = 160
) -> NDArray[np.float64]:
    """Draw a smooth Gaussian field of unit variance by random Fourier features (Rahimi & Recht 2007)."""
    direction = rng.standard_normal((waves, 2)) / length
    phase = rng.uniform(0.0, 2 * np.pi, waves)
    return _standard(np.cos(xy @ direction.T + phase).sum(axis=1))


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round((values - values.mean()) / values.std(), 9))


def _with_mean(odds: NDArray[np.float64], weight: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Rates whose log odds differ as in `odds` and whose weighted mean is `mean`."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.average(expit(middle + odds), weights=weight) < mean:
            low = middle
        else:
            high = middle
    return np.asarray(expit(low + odds))


def _coverage(seed: int, year: int, kecamatan: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the children measured: high in most villages, 40 to 60 % throughout a few kecamatan.

    One of those stays from year to year and the others change, so that coverage itself moves a ranking.
    """
    names = np.unique(kecamatan)
    few = max(1, round(len(names) / 11))
    lasting = stream(seed, "coverage").permutation(names)[:1]
    rng = stream(seed, "coverage", year)
    weak = np.concatenate((lasting, rng.permutation(np.setdiff1d(names, lasting))[: few - 1]))
    good = 0.75 + 0.23 * rng.beta(3.0, 2.0, len(kecamatan))
    poor = 0.40 + 0.20 * rng.beta(2.0, 2.0, len(kecamatan))
    return np.asarray(np.round(np.where(np.isin(kecamatan, weak), poor, good), 6))


def _health(
    rng: np.random.Generator, truth: pd.DataFrame, coverage: NDArray[np.float64], unmeasured: str
) -> pd.DataFrame:
    due = truth["sasaran"].to_numpy()
    measured = np.where(truth.index == unmeasured, 0, np.round(due * coverage).astype(int))
    weighed = np.minimum(due, measured + rng.binomial(measured, 0.02))
    stunted = rng.binomial(measured, truth["prevalensi"].to_numpy() / 100)
    severe = rng.binomial(stunted, 0.22)
    columns = {
        "sasaran": due, "ditimbang": weighed, "diukur": measured, "pendek": stunted - severe,
        "sangat_pendek": severe, "stunting": stunted,
        # the tall are among those not stunted
        "tinggi": rng.binomial(measured - stunted, TALL),
    }  # fmt: skip
    for whole, shares in ((weighed, WEIGHT_FOR_AGE), (measured, WEIGHT_FOR_HEIGHT)):
        counts = rng.multinomial(whole, [*shares.values(), 1 - sum(shares.values())])
        columns.update(zip(shares, counts.T, strict=False))
    return pd.DataFrame(columns, index=truth.index)


def _family(rng: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    families = truth["keluarga"].to_numpy()
    target = rng.binomial(families, 0.55)
    parts = {
        "krs_air": rng.binomial(target, truth["air_tidak_layak"].to_numpy() / 100),
        "krs_jamban": rng.binomial(target, truth["jamban_tidak_layak"].to_numpy() / 100),
        **{key: rng.binomial(target, share) for key, share in FACTORS_4T.items()},
    }
    clear = np.prod([1 - part / np.maximum(target, 1) for part in parts.values()], axis=0)
    at_risk = np.maximum(np.max(list(parts.values()), axis=0), np.round(target * (1 - clear)).astype(int))
    poor = truth["desil_1_2"].to_numpy()[:, None] / 100
    shares = np.hstack((poor / 2, poor / 2, (1 - poor) * [[0.3, 0.3, 0.4]]))
    ranks = rng.multinomial(at_risk, shares / shares.sum(axis=1, keepdims=True))
    columns = {
        "keluarga": families, "keluarga_sasaran": target, "krs": at_risk, "tidak_krs": target - at_risk,
        **dict(zip(WEALTH_RANKS, ranks.T, strict=True)), **parts,
    }  # fmt: skip
    return pd.DataFrame(columns, index=truth.index)


def _sanitation(rng: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    n = len(truth)
    latrine = np.clip(100 - truth["jamban_tidak_layak"] + rng.normal(0, 1.0, n), 0, 100)
    water = np.clip(100 - truth["air_tidak_layak"] + rng.normal(0, 1.0, n), 0, 100)
    free = np.clip(latrine + rng.uniform(0, 1, n) * (100 - latrine), 0, 100)
    return pd.DataFrame({"sanitasi_layak": latrine, "air_layak": water, "stop_babs": free}).round(2)


def _poverty(rng: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    families = truth["keluarga"].to_numpy()
    poor = rng.binomial(families, truth["desil_1_2"].to_numpy() / 100)
    return pd.DataFrame(
        {"keluarga_desil_1_2": poor, "desil_1_2": np.round(100 * poor / families, 2)}, index=truth.index
    )


def _services(rng: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    pregnant = 1 + rng.binomial(truth["keluarga"].to_numpy(), 0.05)
    hardship = _standard(truth["desil_1_2"].to_numpy())
    columns: dict[str, object] = {
        "bumil": pregnant,
        "bumil_kek": rng.binomial(pregnant, expit(-2.0 + 0.2 * hardship)),
    }
    levels = {
        "cakupan_imunisasi": 1.6,
        "cakupan_bumil_ttd": 1.2,
        "cakupan_asi_eksklusif": 0.6,
    }
    for key, level in levels.items():
        odds = level - 0.35 * hardship + rng.normal(0, 0.5, len(truth))
        columns[key] = np.round(100 * expit(odds), 1)
    return pd.DataFrame(columns, index=truth.index)
