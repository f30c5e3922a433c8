"""Geometry as short text for the offline map: differences, zigzag, seven bits a byte, base64."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lokus.show.topology import Topology

__all__ = ["pack_arcs", "pack_shapes"]

Ints = npt.NDArray[np.int64]


def pack_arcs(topology: Topology, height: int) -> str:
    """Write all arcs as base64 of variable-length integers: a count, then zigzag steps (dx, dy) for each.

    Steps run on from arc to arc, and y counts downwards from the upper edge.
    """
    if not topology.arcs:
        return ""
    points = np.vstack(topology.arcs) * (1, -1) + (0, height)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=points.dtype))
    zigzag = _zigzag(steps.ravel())
    lengths = np.array([len(arc) for arc in topology.arcs])
    starts = 2 * np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return _base64(np.insert(zigzag, starts, lengths))


def pack_shapes(polygons: Sequence[Sequence[Sequence[Sequence[int]]]]) -> str:
    """Write polygons as counts of parts, rings and arcs; arc numbers as zigzag steps from one to the next.

    Parameters
    ----------
    polygons : sequence
        As :attr:`lokus.show.topology.Topology.polygons`.
    """
    numbers: list[int] = []
    last = 0
    for parts in polygons:
        numbers.append(len(parts))
        for part in parts:
            numbers.append(len(part))
            for ring in part:
                numbers.append(len(ring))
                chain = np.array([last, *ring], dtype=np.int64)
                steps = chain[1:] - chain[:-1]
                numbers.extend(_zigzag(steps).tolist())
                last = ring[-1]
    return _base64(np.array(numbers, dtype=np.int64))


def _zigzag(steps: Ints) -> Ints:
    return np.where(steps < 0, -2 * steps - 1, 2 * steps)


def _base64(numbers: Ints) -> str:
    return base64.b64encode(_varint(numbers)).decode("ascii")


def _varint(numbers: Ints) -> bytes:
    """Seven bits a byte, low ones first, the high bit set on all but the last byte of a number."""
    rows, rest = [], numbers.astype(np.uint64)
    while True:
        rows.append(rest & np.uint64(127))
        rest = rest >> np.uint64(7)
        if not rest.any():
            break
    table = np.column_stack(rows)
    used = np.maximum.accumulate((table != 0)[:, ::-1], axis=1)[:, ::-1]
    used[:, 0] = True
    more = np.column_stack([used[:, 1:], np.zeros(len(table), dtype=bool)])
    return (table | np.where(more, np.uint64(128), np.uint64(0)))[used].astype(np.uint8).tobytes()
