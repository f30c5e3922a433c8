"""Compute p-values by conditional permutation with a shared pool of draws, and adjust them (FDR)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Tails", "benjamini_hochberg", "draw_pool", "permutation_tails"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Draws held at a time; limits memory to about 8 bytes × 2¹⁵ × (largest number of neighbours + 1).
BLOCK = 1 << 15


@dataclass(frozen=True, kw_only=True)
class Tails:
    """Counts of the `permutations` sums at most (`low`) and at least (`high`) the observed one."""

    low: Ints
    high: Ints
    permutations: int

    @property
    def p(self) -> Floats:
        """Two-sided p: twice the smaller tail including the observed value, at most 1."""
        smaller = np.minimum(self.low, self.high)
        return np.minimum(1.0, 2.0 * (smaller + 1.0) / (self.permutations + 1.0))

    @property
    def upper(self) -> npt.NDArray[np.bool_]:
        """Whether the observed sum lies in the upper half."""
        return self.high < self.low


def draw_pool(rng: np.random.Generator, n: int, size: int, draws: int) -> Ints:
    """Draw `size` different positions out of `n`, in random order, `draws` times.

    Each position is drawn as a rank among the remaining ones and shifted past those already taken, so that no
    draw is rejected and no full permutation is needed.

    Returns
    -------
    ndarray of int, shape (draws, size)

    Examples
    --------
    >>> pool = draw_pool(np.random.default_rng(0), 4, 4, 3)
    >>> np.sort(pool, axis=1).tolist()
    [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]]
    """
    pool = np.empty((size, draws), dtype=np.int64)
    taken = np.empty((size, draws), dtype=np.int64)
    for k in range(size):
        position = rng.integers(0, n - k, size=draws)
        for earlier in taken[:k]:
            position += position >= earlier
        pool[k] = position
        taken[k] = position
        # One insertion keeps the taken positions of every draw in ascending order.
        for j in range(k, 0, -1):
            smaller = np.minimum(taken[j - 1], taken[j])
            np.maximum(taken[j - 1], taken[j], out=taken[j])
            taken[j - 1] = smaller
    return pool.T


def permutation_tails(values: Ints, sums: Ints, degree: Ints, *, permutations: int, seed: int) -> Tails:
    """Compare the sum over each village's neighbours with sums over as many random other villages.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        Whole numbers, so that sums are exact and ties are ties.
    sums : ndarray of int, shape (n,)
        Sum of the values of the neighbours.
    degree : ndarray of int, shape (n,)
        Number of neighbours, at most n − 1. With none, every draw ties and p is 1.

    Notes
    -----
    Under conditional permutation (Anselin 1995, *Geographical Analysis* 27, 93–115) with binary weights the
    reference distribution of village i depends only on its degree, except that i itself is not drawn. All
    villages therefore share one pool: prefix sums by degree, sorted once and searched for all villages of
    that degree together. For a draw σ that contains i among its first d positions, σ without i is used: the
    sum of the first d + 1 minus the value of i. This is exact, and every village uses all draws. The Monte
    Carlo error is common to the villages, as in esda, which shares draws too.

    Examples
    --------
    >>> tails = permutation_tails(
    ...     np.array([0, 0, 0, 9]), np.array([0, 0, 9, 0]), np.array([1, 1, 1, 1]), permutations=999, seed=1
    ... )
    >>> tails.p.round(1)
    array([1. , 1. , 0.7, 1. ])
    """
    n = len(values)
    low = np.zeros(n, dtype=np.int64)
    high = np.zeros(n, dtype=np.int64)
    size = min(int(degree.max(initial=0)) + 1, n)
    by_degree = {int(d): np.flatnonzero(degree == d) for d in np.unique(degree)}
    rng = np.random.default_rng(seed)
    for start in range(0, permutations, BLOCK):
        draws = min(BLOCK, permutations - start)
        pool = draw_pool(rng, n, size, draws)
        # Row d holds the sums of the first d positions of every draw.
        prefix = np.zeros((size + 1, draws), dtype=np.int64)
        np.cumsum(values[pool].T, axis=0, out=prefix[1:])
        for d, members in by_degree.items():
            reference = np.sort(prefix[d])
            below = np.searchsorted(reference, sums[members], side="left")
            # Most sums equal no draw; only the others need a second search.
            upto, tied = below.copy(), np.append(reference, 0)[below] == sums[members]
            upto[tied] = np.searchsorted(reference, sums[members[tied]], side="right")
            low[members] += upto
            high[members] += draws - below
        for k in range(size):
            # Draws with the village itself among its first d: one more position, minus its own value.
            draw = np.flatnonzero(degree[pool[:, k]] > k)
            village = pool[draw, k]
            d, observed = degree[village], sums[village]
            with_self, without = prefix[d, draw], prefix[d + 1, draw] - values[village]
            low += _count(village, (without <= observed).astype(int) - (with_self <= observed), n)
            high += _count(village, (without >= observed).astype(int) - (with_self >= observed), n)
    return Tails(low=low, high=high, permutations=permutations)


def _count(village: Ints, change: Ints, n: int) -> Ints:
    # Integers far below 2⁵³, so the floating-point weights of bincount are exact.
    return np.bincount(village, weights=change, minlength=n).astype(np.int64)


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Adjust p-values so that rejecting those up to α limits the false discovery rate to α.

    Parameters
    ----------
    p : array_like, shape (m,)

    Returns
    -------
    ndarray, shape (m,)

    Notes
    -----
    Benjamini & Hochberg (1995), *Journal of the Royal Statistical Society B* 57, 289–300. The guarantee also
    holds under the positive dependence that neighbouring villages have (Benjamini & Yekutieli 2001).

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.02, 0.03, 0.5]).round(3)
    array([0.04, 0.04, 0.04, 0.5 ])
    """
    values = np.asarray(p, dtype=float)
    m = len(values)
    order = np.argsort(-values)
    adjusted = np.minimum.accumulate(values[order] * m / np.arange(m, 0, -1))
    result = np.empty(m)
    result[order] = np.minimum(adjusted, 1.0)
    return result
