"""Polygons as short text for the offline map: differences, zigzag, seven bits a byte, base64."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lokus.show.drawing.topology import Topology

__all__ = ["pack_arcs", "pack_shapes"]

Ints = npt.NDArray[np.int64]


def pack_arcs(topology: Topology, height: int) -> str:
    """Write all arcs as base64 of variable-length integers: a count, then zigzag steps (dx, dy) for each.

    Steps run on from arc to arc, and y counts downwards from the upper edge.

    Examples
    --------
    >>> import shapely
    >>> from lokus.show.drawing.topology import build_topology
    >>> pack_arcs(build_topology([shapely.box(0, 0, 2, 1)], 1.0), 1)
    'BQACBAAAAQMAAAI='
    """
    if not topology.points:
        return ""
    points = topology.positions * (1, -1) + (0, height)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=points.dtype))
    zigzag = _zigzag(steps.ravel())
    starts = 2 * (np.cumsum(topology.lengths) - topology.lengths)
    return _base64(np.insert(zigzag, starts, topology.lengths))


def pack_shapes(polygons: Sequence[Sequence[Sequence[Sequence[int]]]]) -> str:
    """Write polygons as counts of parts, rings and arcs; arc numbers as zigzag steps from one to the next.

    Parameters
    ----------
    polygons : sequence
        As :attr:`lokus.show.drawing.topology.Topology.polygons`.

    Examples
    --------
    >>> pack_shapes([[[[0, 1]]], [[[~0]]]])
    'AQECAAIBAQED'
    """
    numbers: list[int] = []
    last = 0
    for parts in polygons:
        numbers.append(len(parts))
        for part in parts:
            numbers.append(len(part))
            for ring in part:
                numbers.append(len(ring))
                for arc in ring:
                    # Plain whole numbers: an array for a ring of three arcs costs more than the sum.
                    numbers.append(2 * (arc - last) if arc >= last else 2 * (last - arc) - 1)
                    last = arc
    return _base64(np.array(numbers, dtype=np.int64))


def _zigzag(steps: Ints) -> Ints:
    return np.where(steps < 0, -2 * steps - 1, 2 * steps)


def _base64(numbers: Ints) -> str:
    return base64.b64encode(_varint(numbers)).decode("ascii")


def _varint(numbers: Ints) -> bytes:
    """Seven bits a byte, low ones first, the high bit set on all but the last byte of a number."""
    size = np.ones(len(numbers), dtype=np.int64)
    longer = np.flatnonzero(numbers >= 128)
    while len(longer):
        size[longer] += 1
        longer = longer[numbers[longer] >> (7 * size[longer]) > 0]
    first = np.cumsum(size) - size
    written = np.empty(int(size.sum()), dtype=np.uint8)
    rows = np.arange(len(numbers))
    for byte in range(int(size.max(initial=0))):
        rows = rows[size[rows] > byte]  # most numbers need one byte
        low = (numbers[rows] >> (7 * byte)) & 127
        written[first[rows] + byte] = low | np.where(size[rows] > byte + 1, 128, 0)
    return written.tobytes()
