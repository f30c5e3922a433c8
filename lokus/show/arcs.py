"""Rings of grid positions cut into arcs where borders meet, all rings at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Cut", "cut_rings", "find_junctions", "number_arcs"]

Ints = npt.NDArray[np.int64]


def find_junctions(vertex: Ints, ring_of: Ints, count: int) -> npt.NDArray[np.bool_]:
    """Vertices where a border ends or splits: with other than two neighbours, or where a ring turns back."""
    same = np.diff(ring_of) == 0
    first, second = vertex[:-1][same], vertex[1:][same]
    edges = np.sort(np.minimum(first, second) * count + np.maximum(first, second))
    edges = edges[np.append(True, np.diff(edges) != 0)[: len(edges)]]
    junction = np.bincount(np.concatenate([edges // count, edges % count]), minlength=count) != 2
    if len(vertex):
        ends = np.append(np.flatnonzero(~same), len(vertex) - 1)
        before, after = np.roll(vertex, 1), np.roll(vertex, -1)
        starts = np.append(0, ends[:-1] + 1)
        before[starts] = vertex[np.maximum(ends - 1, starts)]
        after[ends] = vertex[np.minimum(starts + 1, ends)]
        junction[vertex[before == after]] = True
    return np.asarray(junction)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """All rings cut into pieces: their vertices in a row, where each piece begins, its length, its ring."""

    vertices: Ints
    starts: Ints
    lengths: Ints
    ring: Ints


def cut_rings(vertex: Ints, ring_of: Ints, rings: int, *, junction: npt.NDArray[np.bool_]) -> Cut:
    """Cut closed chains of vertices at junctions; a ring that has collapsed on the grid has no piece.

    A ring without junction is one piece, begun at its lowest vertex: the same piece from either side.
    """
    nothing = np.zeros(0, dtype=np.int64)
    if not len(vertex):
        return Cut(vertices=nothing, starts=nothing, lengths=nothing, ring=nothing)
    size = np.bincount(ring_of, minlength=rings)
    begin = np.cumsum(size) - size
    second = np.minimum(begin + 1, begin + size - 1)
    other = (vertex != vertex[begin][ring_of]) & (vertex != vertex[second][ring_of])
    whole = np.bincount(ring_of[other], minlength=rings) > 0  # at least three places
    body = whole[ring_of]
    body[begin + size - 1] = False  # the last vertex is the first again
    chain_of, chained = ring_of[body], vertex[body]
    length = np.where(whole, size - 1, 0)
    base = np.cumsum(length) - length
    # Where each ring is begun: at its first junction, or at its lowest vertex.
    order = np.lexsort((np.arange(len(chained)), np.where(junction[chained], -1, chained), chain_of))
    begun = order[base[whole]]
    turn = np.zeros(rings, dtype=np.int64)
    turn[whole] = begun - base[whole]
    along = np.arange(len(chained)) - base[chain_of]
    turned = chained[base[chain_of] + (along + turn[chain_of]) % length[chain_of]]
    cuts = junction[turned] | (along == 0)
    starts = np.flatnonzero(cuts)
    ring = chain_of[starts]
    last = np.append(ring[1:] != ring[:-1], True)
    following = np.where(last, base[ring], np.append(starts[1:], 0))  # each piece ends where the next begins
    ends = np.where(last, base[ring] + length[ring], np.append(starts[1:], 0))
    pieces = ends - starts
    lengths = pieces + 1
    first = np.cumsum(lengths) - lengths
    vertices = np.empty(int(lengths.sum()), dtype=np.int64)
    inner = np.ones(len(vertices), dtype=bool)
    inner[first + pieces] = False
    vertices[inner] = turned
    vertices[first + pieces] = turned[following]
    return Cut(vertices=vertices, starts=first, lengths=lengths, ring=ring)


def number_arcs(cut: Cut, count: int) -> tuple[Ints, Ints]:
    """Give each piece the number of its arc, ``~k`` when it is read backwards; and each arc its first piece.

    Inside an arc every vertex has two neighbours only, so its first step and its length tell it.
    """
    if not len(cut.starts):
        return cut.starts, cut.starts
    end = cut.starts + cut.lengths - 1
    forward = cut.vertices[cut.starts] * count + cut.vertices[cut.starts + 1]
    backward = cut.vertices[end] * count + cut.vertices[end - 1]
    _steps, step = np.unique(np.minimum(forward, backward), return_inverse=True)
    keys = step * (int(cut.lengths.max()) + 1) + cut.lengths
    _keys, first, arc = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    same = forward == forward[first[arc]]
    return np.where(same, rank[arc], ~rank[arc]), first[order]
