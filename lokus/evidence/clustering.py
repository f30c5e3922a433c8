"""Partitions by k-means or Ward that depend on the values alone, and how good and how stable they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from lokus.evidence.threads import one_thread

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Method", "choose_k", "partition", "silhouettes", "stability"]

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]
Method = Literal["kmeans", "ward"]

STARTS = 200
# A tree or all distances of more villages than this would not fit into memory.
MANY = 10_000


def partition(z: Floats, k: int, method: Method) -> Labels:
    """Divide the rows of `z` into `k` groups.

    Examples
    --------
    >>> found = partition(np.array([[0.0], [0.1], [5.0], [5.1]]), 2, "ward")
    >>> bool(found[0] == found[1] != found[2] == found[3])
    True
    """
    if method == "ward":
        return _ward(z, k)
    # Fixed starts: which optimum is found must not hang on a seed.
    best = _kmeans(z, KMeans(k, n_init=STARTS, random_state=0))
    if len(z) <= MANY:
        from_ward = _kmeans(z, KMeans(k, init=_centres(z, _ward(z, k)), n_init=1))
        if from_ward.inertia_ < best.inertia_ * (1 - 1e-9):
            best = from_ward
    return np.asarray(best.labels_, dtype=np.intp)


def _kmeans(z: Floats, model: KMeans) -> KMeans:
    # On so few rows threads wait for each other: one is some fifty times faster, and sums in one order.
    with one_thread("all"):
        return model.fit(z)


def _ward(z: Floats, k: int) -> Labels:
    return np.asarray(AgglomerativeClustering(k, linkage="ward").fit_predict(z), dtype=np.intp)


def silhouettes(z: Floats, found: Labels) -> Floats:
    """Silhouette width of each row, missing where there are too many rows to compare each with each.

    Examples
    --------
    >>> silhouettes(np.array([[0.0], [1.0], [5.0], [6.0]]), np.array([0, 0, 1, 1])).round(2)
    array([0.82, 0.78, 0.78, 0.82])
    """
    rows = np.arange(len(z))
    if len(z) > MANY:
        rows = np.linspace(0, len(z) - 1, MANY).astype(int)
    width = np.full(len(z), np.nan)
    width[rows] = silhouette_samples(z[rows], found[rows])
    return width


def choose_k(silhouette: pd.Series[float]) -> int:
    """Take the number of groups with the largest mean silhouette; of equal ones the smallest.

    Examples
    --------
    >>> import pandas as pd
    >>> choose_k(pd.Series({4: 0.5, 2: 0.41, 3: 0.5}))
    3
    """
    ordered = silhouette.round(9).sort_index()
    return int(ordered.index.to_numpy()[ordered.to_numpy().argmax()])


def stability(z: Floats, found: Labels, k: int, method: Method, *, bootstraps: int, seed: int) -> float:
    """Mean adjusted Rand index between `found` and the groups that resampled rows give to all rows.

    Each resample is divided anew, and every row goes to the nearest of the new centres; the same is done with
    the centres of `found`, so that only the sampling makes a difference.

    Examples
    --------
    >>> z = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    >>> stability(z, np.array([0, 0, 0, 1, 1, 1]), 2, "kmeans", bootstraps=5, seed=1)
    1.0
    """
    rng = np.random.default_rng(seed)
    reference = _nearest(z, _centres(z, found))
    agreement = []
    for resample in range(bootstraps):
        sample = z[rng.integers(0, len(z), len(z))]
        if len(np.unique(sample, axis=0)) < k:
            continue
        if method == "ward":
            groups = _ward(sample, k)
        else:
            groups = _kmeans(sample, KMeans(k, n_init=10, random_state=resample)).labels_
        agreement.append(adjusted_rand_score(reference, _nearest(z, _centres(sample, groups))))
    return float(np.mean(agreement)) if agreement else np.nan


def _centres(z: Floats, found: Labels) -> Floats:
    return np.array([z[found == group].mean(axis=0) for group in np.unique(found)])


def _nearest(z: Floats, centres: Floats) -> Labels:
    distance = np.square(z[:, None, :] - centres).sum(axis=2)
    return np.asarray(np.argmin(distance, axis=1), dtype=np.intp)
