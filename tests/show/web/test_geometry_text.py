"""Polygons written as short text are read back as they were."""

from __future__ import annotations

import base64

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lokus.show.drawing.topology import build_topology
from lokus.show.web.geometry_text import _varint, pack_arcs, pack_shapes


def cells() -> np.ndarray:
    points = shapely.MultiPoint(np.random.default_rng(3).uniform(0, 1000, (12, 2)))
    square = shapely.box(0, 0, 1000, 1000)
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=square))
    return shapely.set_precision(shapely.segmentize(shapely.intersection(parts, square), 40), 0.01)


def decode(packed: bytes) -> list[int]:
    numbers, value, shift = [], 0, 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            numbers.append(value)
            value = shift = 0
    return numbers


@given(st.lists(st.integers(0, 2**40), min_size=1))
def test_varint_reads_back(numbers):
    assert decode(_varint(np.array(numbers, dtype=np.int64))) == numbers


def test_packed_geometry_reads_back():
    def signed(z):
        return -(z + 1) // 2 if z % 2 else z // 2

    topology = build_topology(cells(), 0.5)
    numbers = iter(decode(base64.b64decode(pack_arcs(topology, 2000))))
    x = y = 0
    for arc in topology.arcs:
        assert next(numbers) == len(arc)
        for east, north in arc:
            x, y = x + signed(next(numbers)), y + signed(next(numbers))
            assert (x, y) == (east, 2000 - north)
    numbers = iter(decode(base64.b64decode(pack_shapes(topology.polygons))))
    last = 0
    for parts in topology.polygons:
        assert next(numbers) == len(parts)
        for part in parts:
            assert next(numbers) == len(part)
            for ring in part:
                assert next(numbers) == len(ring)
                for k in ring:
                    last += signed(next(numbers))
                    assert last == k
