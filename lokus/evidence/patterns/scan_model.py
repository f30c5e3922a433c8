"""The model of a scan: circles of villages, their log-likelihood ratio, and its upper bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

__all__ = ["Places", "ScanModel", "Windows"]


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Entries of the distance matrix held at a time.
BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class ScanModel:
    """Cases and weights: people (binomial), or expected cases in integer units (Poisson).

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
        """``k log k`` for every integer k that can occur."""
        k = np.arange((self.mass if self.binomial else self.total) + 1, dtype=float)
        return np.asarray(xlogy(k, k), dtype=np.float64)

    def expected(self, weight: Ints) -> Floats:
        """Return the expected cases for `weight`."""
        return np.asarray(weight * (self.total / self.mass), dtype=np.float64)

    def terms(self, weight: Ints) -> tuple[Floats, Floats]:
        """Return the two terms of the ratio that depend on the window's weight alone."""
        if self.binomial:
            constant = self.logs[self.mass] - self.logs[self.total] - self.logs[self.mass - self.total]
            return constant - self.logs[weight] - self.logs[self.mass - weight], np.zeros(weight.shape)
        inside = self.expected(weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            outside = np.log(self.total - inside)
            return np.where(inside > 0, np.log(inside), 0.0), np.where(inside < self.total, outside, 0.0)

    def ratio(self, count: Ints, weight: Ints) -> Floats:
        """Return the log-likelihood ratio of windows with `count` cases, 0 where not above expectation.

        Kulldorff (1997), *Communications in Statistics: Theory and Methods* 26, 1481–1496.

        Examples
        --------
        >>> model = ScanModel(cases=np.array([8, 2, 2]), weight=np.array([10, 10, 20]), binomial=True)
        >>> model.ratio(np.array([8, 2]), np.array([10, 10])).round(3)
        array([7.65, 0.  ])
        """
        first, second = self.terms(weight)
        logs, total = self.logs, self.total
        if self.binomial:
            ratio = (
                first
                + logs[count]
                + logs[weight - count]
                + logs[total - count]
                + logs[self.mass - weight - total + count]
            )
        else:
            ratio = logs[count] + logs[total - count] - count * first - (total - count) * second
        return np.where(count > self.expected(weight), ratio, 0.0)

    @cached_property
    def bound(self) -> tuple[float, float]:
        """Two numbers a and b such that no ratio exceeds e² (a / w + b / (W − w)).

        Here e is the number of cases of a window above expectation, w its weight and W the total weight. For
        x ≥ 0, (1 + x) log(1 + x) − x is at most x² / 2, for −1 ≤ x ≤ 0 at most x². Cases are above
        expectation inside and below it outside; in the binomial model the non-cases are the reverse.
        """
        share = self.total / self.mass
        inside, outside = 1.0 / (2.0 * share), 1.0 / share
        if self.binomial:
            inside, outside = inside + 1.0 / (1.0 - share), outside + 1.0 / (2.0 * (1.0 - share))
        return inside, outside

    def permutations(self, replicates: int, *, seed: int) -> npt.NDArray[np.integer]:
        """Draw random permutations of the villages' pairs of cases and weight over the locations.

        Returns
        -------
        ndarray of int16 or int32, shape (m, replicates)
            Village whose pair is assigned to each location.
        """
        many = len(self.cases)
        narrow = np.int16 if many < 2**15 else np.int32
        rows = np.tile(np.arange(many, dtype=narrow), (replicates, 1))
        return np.ascontiguousarray(np.random.default_rng(seed).permuted(rows, axis=1).T)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """All windows around some centres; one row a centre, windows growing from left to right.

    Parameters
    ----------
    centre : ndarray of int, shape (b,)
    order : ndarray of int32, shape (b, k)
        Villages by distance from the centre; the window that ends at j contains ``order[:, : j + 1]``.
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
        Largest weight of a window.
    """

    x: Floats
    y: Floats
    weight: Ints
    limit: int

    def windows(self, centres: Ints, *, any_weight: bool = False) -> Windows:
        """Return the windows around `centres`; with `any_weight` also those above the limit.

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
        # Villages at equal distance enter the circle together, whatever their order after sorting.
        valid = np.ones_like(weight, dtype=bool) if any_weight else weight <= self.limit
        valid[:, :-1] &= distance[:, :-1] < distance[:, 1:]
        width = self.most if any_weight else int(np.flatnonzero(valid.any(axis=0)).max(initial=-1)) + 1
        return Windows(
            centre=centres,
            order=np.ascontiguousarray(order[:, :width], dtype=np.int32),
            weight=np.ascontiguousarray(weight[:, :width]),
            valid=np.ascontiguousarray(valid[:, :width]),
        )

    @cached_property
    def most(self) -> int:
        """Largest possible number of villages in a window, reached with the lightest villages."""
        return int(np.searchsorted(np.cumsum(np.sort(self.weight)), self.limit, side="right"))

    def distance(self, one: int, other: int) -> float:
        """Return the distance between two villages in metres."""
        return float(np.hypot(self.x[other] - self.x[one], self.y[other] - self.y[one]))

    def blocks(self) -> Iterator[Windows]:
        """Yield the windows of any weight around all villages, some centres at a time.

        Centres are spread over the map, so that maxima are high early and few later windows exceed them.
        """
        m = len(self.x)
        centres = np.random.default_rng(0).permutation(m)
        step = max(1, BLOCK // m)
        for start in range(0, m, step):
            yield self.windows(centres[start : start + step], any_weight=True)
