"""Log-likelihood ratios of the scan statistic, the same to the last bit in numpy and compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

__all__ = ["Places", "ScanModel", "Windows", "log_likelihood_ratio"]


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class ScanModel:
    """Cases among weights: people (binomial), or expected cases in whole units (Poisson).

    Parameters
    ----------
    cases, weight : ndarray of int, shape (m,)
    binomial : bool
    """

    cases: Ints
    weight: Ints
    binomial: bool

    @cached_property
    def total(self) -> int:
        """All cases."""
        return int(self.cases.sum())

    @cached_property
    def mass(self) -> int:
        """Sum of all weights."""
        return int(self.weight.sum())

    @cached_property
    def logs(self) -> Floats:
        """``k log k`` for every whole number k that can occur."""
        k = np.arange((self.mass if self.binomial else self.total) + 1, dtype=float)
        return np.asarray(xlogy(k, k), dtype=np.float64)

    def expected(self, weight: Ints) -> Floats:
        """Give the cases expected where the weight is `weight`."""
        return np.asarray(weight * (self.total / self.mass), dtype=np.float64)

    def terms(self, weight: Ints) -> tuple[Floats, Floats]:
        """Give the two numbers by which the ratio depends on the window's weight, before any count.

        Logarithms are taken here, in numpy, for both engines: what remains is a table and sums.
        """
        if self.binomial:
            constant = self.logs[self.mass] - self.logs[self.total] - self.logs[self.mass - self.total]
            return constant - self.logs[weight] - self.logs[self.mass - weight], np.zeros(weight.shape)
        inside = self.expected(weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            outside = np.log(self.total - inside)
            return np.where(inside > 0, np.log(inside), 0.0), np.where(inside < self.total, outside, 0.0)

    def ratio(self, count: Ints, weight: Ints) -> Floats:
        """Give the log-likelihood ratio of windows with `count` cases, 0 where not more than expected.

        Examples
        --------
        >>> model = ScanModel(cases=np.array([8, 2, 2]), weight=np.array([10, 10, 20]), binomial=True)
        >>> model.ratio(np.array([8, 2]), np.array([10, 10])).round(3)
        array([7.65, 0.  ])
        """
        first, second = self.terms(weight)
        return self.ratio_of_terms(count, weight, first, second)

    def ratio_of_terms(self, count: Ints, weight: Ints, first: Floats, second: Floats) -> Floats:
        """Give the ratio from the terms of :meth:`terms`."""
        # Narrow counts would overflow in the sums below.
        wide = count.astype(np.int64)
        return np.where(
            wide > self.expected(weight),
            log_likelihood_ratio(
                wide, weight, first, second, self.logs, self.total, self.mass, self.binomial
            ),
            0.0,
        )

    def simulate(self, replicates: int, *, seed: int) -> npt.NDArray[np.integer]:
        """Spread the cases at random over the people, or in proportion to the expected, many times.

        Returns
        -------
        ndarray of int16 or int32, shape (m, replicates)
        """
        rng = np.random.default_rng(seed)
        if self.binomial:
            drawn = rng.multivariate_hypergeometric(
                self.weight, self.total, size=replicates, method="marginals"
            )
        else:
            drawn = rng.multinomial(self.total, self.weight / self.mass, size=replicates)
        narrow = np.int16 if self.total < 2**15 else np.int32
        return np.ascontiguousarray(drawn.T, dtype=narrow)


def log_likelihood_ratio(
    count: Any, weight: Any, first: Any, second: Any, logs: Floats, total: int, mass: int, binomial: bool
) -> Any:
    """Log-likelihood ratio of a window against its surroundings; scalars or arrays.

    Numba compiles this very function.

    Notes
    -----
    Kulldorff (1997), *Communications in Statistics: Theory and Methods* 26, 1481–1496.
    """
    if binomial:
        return (
            first
            + logs[count]
            + logs[weight - count]
            + logs[total - count]
            + logs[mass - weight - total + count]
        )
    return logs[count] + logs[total - count] - count * first - (total - count) * second


# FOLDED: Circular windows of the scan statistic: around every village, its nearest villages up to a share.


# Entries of the distance matrix held at a time.
BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Windows:
    """All windows around some centres, one row a centre, growing from left to right.

    Parameters
    ----------
    centre : ndarray of int, shape (b,)
    order : ndarray of int32, shape (b, k)
        Villages by distance from the centre; the window that ends at j holds ``order[:, : j + 1]``.
    weight : ndarray of int, shape (b, k)
        Weight of the window that ends here.
    valid : ndarray of bool, shape (b, k)
        Whether a circle ends here: within the share, and the next village is farther away.
    """

    centre: Ints
    order: npt.NDArray[np.int32]
    weight: Ints
    valid: npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Centroids in metres and weights (people, or expected cases) of the villages.

    Parameters
    ----------
    x, y : ndarray of float, shape (m,)
    weight : ndarray of int, shape (m,)
        0 or more.
    limit : int
        No window may weigh more.
    """

    x: Floats
    y: Floats
    weight: Ints
    limit: int

    def windows(self, centres: Ints) -> Windows:
        """Give the windows around `centres`.

        Examples
        --------
        >>> places = Places(
        ...     x=np.array([0.0, 1.0, -1.0, 5.0]), y=np.zeros(4), weight=np.ones(4, dtype=int), limit=3
        ... )
        >>> found = places.windows(np.array([0]))
        >>> found.valid.tolist(), found.weight.tolist()
        ([[True, False, True]], [[1, 2, 3]])
        """
        square = (self.x[centres, None] - self.x) ** 2 + (self.y[centres, None] - self.y) ** 2
        order = np.argsort(square, axis=1)
        distance = np.take_along_axis(square, order, axis=1)
        weight = np.cumsum(self.weight[order], axis=1)
        # Villages equally far away come into the circle together, whatever order the sorting gave them.
        valid = weight <= self.limit
        valid[:, :-1] &= distance[:, :-1] < distance[:, 1:]
        width = int(np.flatnonzero(valid.any(axis=0)).max(initial=-1)) + 1
        return Windows(
            centre=centres,
            order=np.ascontiguousarray(order[:, :width], dtype=np.int32),
            weight=np.ascontiguousarray(weight[:, :width]),
            valid=np.ascontiguousarray(valid[:, :width]),
        )

    def distance(self, one: int, other: int) -> float:
        """Give the distance between two villages in metres."""
        return float(np.hypot(self.x[other] - self.x[one], self.y[other] - self.y[one]))

    def blocks(self) -> Iterator[Windows]:
        """Give the windows around all villages, some centres at a time.

        Centres come spread over the map: early maxima are then high everywhere, and little is left to beat.
        """
        m = len(self.x)
        centres = np.random.default_rng(0).permutation(m)
        step = max(1, BLOCK // m)
        for start in range(0, m, step):
            yield self.windows(centres[start : start + step])
