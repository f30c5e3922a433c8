"""Determine the number of types of villages, which may be none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans

from lokus.evidence.threads import one_thread

__all__ = ["NO_TYPES", "count_types", "criteria", "gain_over_no_types"]

Floats = npt.NDArray[np.float64]
Spread = Callable[[Floats], Floats]

NO_TYPES = 1
# Twice the logarithm of a Bayes factor, below which evidence is "not worth more than a bare mention".
POSITIVE = 2.0
# Share of the villages below which a type consists of outliers.
OUTLIERS = 0.04
STARTS = 3
SHORT, LONG = 8, 80
ENOUGH = 2e-3
RIDGE = 1e-4
POWERS = np.linspace(-2.0, 4.0, 37)


def gain_over_no_types(values: Floats, numbers: Sequence[int]) -> pd.Series[float]:
    """Compare mixtures of several types with a single population, by the Bayesian information criterion.

    Parameters
    ----------
    values : ndarray, villages × indicators
    numbers : sequence of int
        Numbers of types, each at least 2.

    Returns
    -------
    Series, index ``k``
        BIC of a single population minus that of k types; positive where k types describe the villages better,
        with the number of parameters taken into account. Minus infinity where every solution with k types has
        a type of a few outliers.

    Notes
    -----
    Types share one covariance: diagonal, one common factor, or unrestricted. Each is fitted to the indicators
    as they are and to indicators transformed towards normality *within* the types (Yeo & Johnson 2000,
    *Biometrika* 87, 954–959), with the Jacobian in the likelihood; the best of these is used for each number.
    A single skewed population is thus not taken for several types, nor are skewed types divided further. The
    single population is also fitted transformed along its principal axes: one skewed factor behind all
    indicators is no second type.

    Fraley & Raftery (2002), *Journal of the American Statistical Association* 97, 611–631, select the
    covariance in this way; Lo & Gottardo (2012), *Statistics and Computing* 22, 33–52, transform within
    types.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one, three = rng.normal(size=(90, 2)), rng.normal(size=(90, 2))
    >>> three += 6 * np.repeat([[0, 0], [1, 0], [0, 1]], 30, axis=0)
    >>> bool((gain_over_no_types(one, [2, 3, 4]) < 0).all()), gain_over_no_types(three, [2, 3, 4]).idxmax()
    (True, 3)
    """
    with one_thread("all"):
        bic = {number: _best(values, number) for number in (NO_TYPES, *numbers)}
    gain = {number: bic[NO_TYPES] - bic[number] for number in numbers}
    return pd.Series(gain, dtype=float).rename_axis("k")


def count_types(gain: pd.Series[float]) -> int:
    """Return the number of types with the largest gain, or 1 for no clear types.

    Parameters
    ----------
    gain : Series
        As :func:`gain_over_no_types` returns it.

    Returns
    -------
    int
        1 where no gain exceeds 2, above which evidence counts as positive.

    Notes
    -----
    Kass & Raftery (1995), *Journal of the American Statistical Association* 90, 773–795.

    Examples
    --------
    >>> skewed = np.random.default_rng(1).lognormal(size=(120, 2))
    >>> count_types(gain_over_no_types(skewed, [2, 3, 4]))
    1
    >>> count_types(pd.Series({2: 14.0, 3: 21.5, 4: 9.0}))
    3
    """
    if not gain.max() > POSITIVE:
        return NO_TYPES
    return int(gain.index.to_numpy()[gain.round(6).to_numpy().argmax()])


def criteria(values: Floats, number: int) -> pd.DataFrame:
    """Compute the BIC of a number of types by scale and covariance, and the share of the smallest type.

    Parameters
    ----------
    values : ndarray, villages × indicators
    number : int
        At least 1.

    Returns
    -------
    DataFrame
        Rows of ``skala`` ("asli", "dibengkokkan") and ``kovarians`` ("terpisah", "satu faktor", "bebas");
        for one type also of "sumbu utama" and "semua sumbu", "sumbu pertama". Columns ``bic`` (smaller is
        better) and ``terkecil``.

    Examples
    --------
    >>> found = criteria(np.random.default_rng(0).normal(size=(90, 2)), 1)
    >>> found["bic"].idxmin(), found["terkecil"].tolist()
    (('asli', 'terpisah'), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    """
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    starts = [np.eye(number)[labels] for labels in _starts(z, number)]
    found: dict[tuple[str, str], tuple[_Mixture, float, int]] = {}
    for name, spread, free in _spreads(z.shape[1]):
        tried = [_Mixture(z, start, spread).run(SHORT) for start in starts]
        first = max(tried, key=lambda one: one.likelihood)
        found["asli", name] = first.run(LONG), 0.0, free
    leading = min(found.values(), key=lambda one: _criterion(*one))[0].membership
    bent, jacobian = _bend(z, leading)
    for name, spread, free in _spreads(z.shape[1]):
        mixture = _Mixture(bent, leading, spread).run(LONG)
        found["dibengkokkan", name] = mixture, jacobian, free + z.shape[1]
    if number == NO_TYPES:
        found |= _along_axes(z, leading)
    values_of = [(_criterion(*one), float(one[0].membership.mean(axis=0).min())) for one in found.values()]
    index = pd.MultiIndex.from_tuples(found, names=["skala", "kovarians"])
    return pd.DataFrame(values_of, columns=["bic", "terkecil"], index=index)


def _along_axes(z: Floats, membership: Floats) -> dict[tuple[str, str], tuple[_Mixture, float, int]]:
    """Fit a single population transformed along all its principal axes, and along the first alone."""
    villages, width = z.shape
    if width == 1:
        return {}
    variance, axes = np.linalg.eigh(z.T @ z / villages)
    root = np.sqrt(np.maximum(variance, RIDGE))
    along = z @ axes / root
    found = {}
    for name, first in (("semua sumbu", 0), ("sumbu pertama", width - 1)):
        bent, jacobian = along.copy(), -villages * float(np.log(root).sum())
        bent[:, first:], change = _bend(along[:, first:], membership)
        mixture = _Mixture(bent, membership, lambda scatter: scatter).run(LONG)
        free = width * (width + 1) // 2 + width - first
        found["sumbu utama", name] = mixture, jacobian + change, free
    return found


def _best(values: Floats, number: int) -> float:
    """Return the smallest BIC of the fits without a type of outliers; infinite without any."""
    found = criteria(values, number)
    kept = found["bic"][(found["terkecil"] >= OUTLIERS) | (number == NO_TYPES)]
    return float(kept.min()) if len(kept) else np.inf


def _starts(z: Floats, number: int) -> Iterator[npt.NDArray[np.intp]]:
    """Return starting partitions: k-means of the indicators, and of the decorrelated indicators."""
    if number == NO_TYPES:
        yield np.zeros(len(z), dtype=np.intp)
        return
    inverse = np.linalg.inv(z.T @ z / len(z) + RIDGE * np.eye(z.shape[1]))
    for scaled in (z, z @ np.linalg.cholesky(inverse)):
        yield KMeans(number, n_init=STARTS, random_state=0).fit(scaled).labels_


def _spreads(width: int) -> Iterator[tuple[str, Spread, int]]:
    """Return the covariances within types with their numbers of parameters; one factor only where simpler."""
    yield "terpisah", lambda scatter: np.diag(np.diag(scatter)), width
    if width > 3:
        yield "satu faktor", _one_factor, 2 * width
    if width > 1:
        yield "bebas", lambda scatter: scatter, width * (width + 1) // 2


def _one_factor(scatter: Floats) -> Floats:
    """Return the covariance of one common factor, by a few iterations towards maximum likelihood."""
    variance = np.diag(scatter)
    own = 0.5 * variance
    for _step in range(6):
        root = np.sqrt(own)
        value, vector = np.linalg.eigh(scatter / root[:, None] / root)
        loading = root * vector[:, -1] * np.sqrt(max(value[-1] - 1.0, 0.0))
        own = np.maximum(variance - loading**2, 0.01 * variance)
    return np.asarray(np.outer(loading, loading) + np.diag(own))


class _Mixture:
    """Mixture of normal types with one covariance, fitted by EM from given memberships."""

    def __init__(self, z: Floats, membership: Floats, spread: Spread) -> None:
        self.z, self.membership, self.spread = z, membership, spread
        self.scatter = z.T @ z / len(z) + RIDGE * np.eye(z.shape[1])
        self.likelihood = -np.inf

    def run(self, steps: int) -> _Mixture:
        """Iterate at most `steps` times."""
        villages, width = self.z.shape
        for _step in range(steps):
            size = self.membership.sum(axis=0) + 1e-9
            centre = self.membership.T @ self.z / size[:, None]
            between = (centre * (size / villages)[:, None]).T @ centre
            root = np.linalg.cholesky(self.spread(self.scatter - between))
            inverse = np.linalg.inv(root).T
            z, centre = self.z @ inverse, centre @ inverse
            log = z @ centre.T - 0.5 * (centre**2).sum(axis=1) + np.log(size / villages)
            highest = log.max(axis=1, keepdims=True)
            part = np.exp(log - highest)
            total = part.sum(axis=1, keepdims=True)
            self.membership = part / total
            before, constant = self.likelihood, np.log(np.diag(root)).sum() + width / 2 * np.log(2 * np.pi)
            density = highest[:, 0] + np.log(total[:, 0]) - 0.5 * (z**2).sum(axis=1)
            self.likelihood = float(density.sum() - villages * constant)
            if self.likelihood - before < ENOUGH:
                break
        return self


def _criterion(found: _Mixture, jacobian: float, free: int) -> float:
    villages, width = found.z.shape
    number = found.membership.shape[1]
    parameters = number - 1 + number * width + free
    return float(parameters * np.log(villages) - 2 * (found.likelihood + jacobian))


def _bend(z: Floats, membership: Floats) -> tuple[Floats, float]:
    """Transform each indicator by the power that makes it most normal within the types; standardise it.

    Also returns the logarithm of the Jacobian, which converts likelihoods to the scale of `z`.
    """
    villages = len(z)
    size = membership.sum(axis=0) + 1e-9
    bent, jacobian = np.empty_like(z), 0.0
    for place, column in enumerate(z.T):
        above, log = column >= 0, np.log1p(np.abs(column))
        power = np.where(above, POWERS[:, None], 2.0 - POWERS[:, None])
        flat = np.abs(power) < 1e-9
        size_of = np.where(flat, log, np.expm1(power * log) / np.where(flat, 1.0, power))
        curved = np.where(above, size_of, -size_of)
        centre = curved @ membership / size
        within = (curved**2).mean(axis=1) - (centre**2 * size).sum(axis=1) / villages
        change = (POWERS - 1.0) * np.where(above, log, -log).sum()
        best = int(np.argmax(change - villages / 2 * np.log(np.maximum(within, 1e-12))))
        width = curved[best].std()
        bent[:, place] = (curved[best] - curved[best].mean()) / width
        jacobian += float(change[best] - villages * np.log(width))
    return bent, jacobian
