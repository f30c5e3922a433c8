"""Circular windows of the scan statistic: around every village, its nearest villages up to a share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Places", "Windows"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
