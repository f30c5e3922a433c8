"""Find the last measurement of each child while reading rows in blocks.

A child is stored as two integers: its hash, and birth day, day, village and class packed into one. Only rows
that can still be the last one of a child are stored, so memory grows with the number of children, not of
rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lokus.intake.children.cells import (
    MISSING,
    UNREADABLE,
    is_no_village,
    kabupaten_text,
    place_text,
)
from lokus.intake.children.readings import (
    BEYOND,
    BY_NAME,
    BY_NIK,
    CLASSES,
    CONFLICT,
    NO_IDENTITY,
    NO_NUMBER,
    PlaceTexts,
    Readings,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ACCOUNT", "Tally", "Totals"]

# Packed word, from the highest bit: birth day 16, has a z-score 1, day 16, village 24, class 3.
_VILLAGE, _DAY, _HAS, _BIRTH = 3, 27, 43, 44
_WHO_BITS = 16 + 1 + 16
_MAX_VILLAGES = 2**24
_BITS = 24
_LEAST_BUFFER = 12_000_000
_SHOWN_ROWS = 5
_NEVER = np.iinfo(np.int64).max

ACCOUNT: Final = ("disaring", "tanggal", "tanpa_tanggal", "di_luar_periode", "dalam_periode")
"""Each row is one of these."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts of an export, without data of children.

    Attributes
    ----------
    counts : pandas.DataFrame of int
        Index (``kabupaten``, ``kecamatan``, ``desa``), sorted; columns ``anak`` and :data:`CLASSES`.
    first_row : pandas.Series of int
        Row in which a village first occurs within the period.
    seen : mapping of str to int
        Numbers of rows or children by kind of problem.
    rows : mapping of str to list of int
        The first few rows of each such matter.
    seen_of, rows_of : mapping of kabupaten to mapping
        The same by kabupaten, where a tally counts each.
    """

    counts: pd.DataFrame
    first_row: pd.Series
    seen: Mapping[str, int]
    rows: Mapping[str, list[int]]
    seen_of: Mapping[str, Mapping[str, int]]
    rows_of: Mapping[str, Mapping[str, list[int]]]


@dataclass(kw_only=True, repr=False)
class Tally:
    """Accumulates rows, storing for each child those that can be its last measurement.

    Parameters
    ----------
    start, end : int
        First and last day of the period, as day numbers.
    each : bool
        Whether to count what is the matter for each kabupaten too.
    """

    start: int
    end: int
    seen: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    total: int = 0
    each: bool = False

    def __post_init__(self) -> None:
        self._villages: dict[PlaceTexts, int] = {}
        self._first: NDArray[np.int64] = np.empty(0, np.int64)
        self._places = _KnownPlaces()
        # A nation has far fewer names than places.
        self._village_name = cache(_village_name)
        self._kabupaten_name = cache(kabupaten_text)
        self._kecamatan_name = cache(place_text)
        self._buffer: list[_LastRows] = []
        self._buffered = 0
        self._state = _LastRows.empty()
        self._region: NDArray[np.int64] = np.empty(0, np.int64)
        self._regions: dict[str, int] = {}
        self._seen_of: dict[str, dict[str, int]] = {}
        self._rows_of: dict[str, dict[str, list[int]]] = {}

    def add(self, block: Readings, first_row: int) -> None:
        """Add rows, the first of which has the number `first_row` in the file."""
        self.total += len(block)
        row = np.arange(first_row, first_row + len(block))
        self._know(block.places)
        self._region = self._places.region[block.place]
        keep, day = block.wanted, block.day
        self._count("disaring", ~keep, row, keep=0)
        self._count("lebih", keep & block.wider, row)
        self._count("tanggal", keep & (day == UNREADABLE), row)
        self._count("tanpa_tanggal", keep & (day == MISSING), row)
        inside = (day >= self.start) & (day <= self.end)
        self._count("di_luar_periode", keep & ~inside & (day > 0), row, keep=0)
        self._take(block, keep & inside, row)

    def _take(self, block: Readings, keep: NDArray[np.bool_], row: NDArray[np.int64]) -> None:
        """Add the rows within the period that have a village and an identity."""
        here = np.flatnonzero(keep)
        self._region, row = self._region[here], row[here]
        place, day, birth = block.place[here], block.day[here], block.birth[here]
        told_by, kind = block.told_by[here], block.kind[here]
        village = self._places.village[place]
        every = np.ones(len(here), dtype=bool)
        self._count("desa_bukan_nama", self._places.shifted[place], row)
        # Of several rows of a village the first is assigned last, and stays.
        self._first[village[::-1]] = np.minimum(self._first[village[::-1]], row[::-1])
        self._count("dalam_periode", every, row, keep=0)
        placed = self._places.named[place]
        self._count("tanpa_desa", ~placed, row)
        nameless = (told_by == NO_IDENTITY) | ((told_by == BY_NAME) & (birth <= 0))
        self._count("tanpa_identitas", placed & nameless, row)
        keep = placed & ~nameless
        self._count("lewat_nik", keep & (told_by == BY_NIK), row, keep=0)
        self._count("lewat_nama", keep & (told_by == BY_NAME), row, keep=0)
        self._count("tanggal_lahir", keep & (birth == UNREADABLE), row)
        self._count("sebelum_lahir", keep & (birth > day), row)
        self._count("zskor", keep & (kind >= NO_NUMBER), row)
        kind = kind & (NO_NUMBER - 1)
        word = np.maximum(birth, 0).astype(np.int64) << _BIRTH
        word |= (kind >= BEYOND).astype(np.int64) << _HAS
        word |= day.astype(np.int64) << _DAY
        word |= village << _VILLAGE
        word |= kind
        one = np.broadcast_to(np.int32(1), int(keep.sum()))  # takes no memory
        part = _LastRows(block.child[here][keep], word[keep], one)
        self._buffer.append(part)
        self._buffered += len(part.key)
        if self._buffered > max(_LEAST_BUFFER, len(self._state.key)):
            self._settle()

    def _know(self, places: list[PlaceTexts]) -> None:
        """Look up village and kabupaten of the places of a block that were not seen before."""
        known = self._places if self._places.texts is places else _KnownPlaces(texts=places)
        new = places[len(known.village) :]
        village, region, shifted, named = [], [], [], []
        for kabupaten, kecamatan, desa in new:
            name, is_shifted = self._village_name(desa)
            where = self._kabupaten_name(kabupaten)
            named.append(bool(name))
            shifted.append(is_shifted)
            region.append(self._regions.setdefault(where, len(self._regions)))
            one = (where, self._kecamatan_name(kecamatan), name)
            village.append(self._villages.setdefault(one, len(self._villages)))
        self._places = known.with_more(village, region, shifted, named)
        more = len(self._villages) - len(self._first)
        if more:
            self._first = np.concatenate([self._first, np.full(more, _NEVER)])

    def finish(self) -> Totals:
        """Count the children of each village by their last measurement."""
        kept = _LastRows.join([self._state, *self._buffer])
        self._buffer, self._state = [], _LastRows.empty()
        names = [*self._villages]
        # Rows without village have a place too, and places outside the period have no row in it.
        seen = [n for n, (*_of, desa) in enumerate(names) if desa and self._first[n] < _NEVER]
        seen.sort(key=names.__getitem__)
        places = [names[n] for n in seen]
        rank = np.zeros(len(names), dtype=np.int64)
        rank[seen] = np.arange(len(seen))
        # Numbers of villages depend on who read them first; their order by name does not.
        number = (kept.word >> _VILLAGE) & (_MAX_VILLAGES - 1)
        kept = _LastRows(kept.key, kept.word + (rank[number] - number << _VILLAGE), kept.times)
        several = _in_several_rows(kept)
        village, kind = self._one_each(self._share_nik(_last_rows(kept.take(several)), places), places)
        alone = kept.word[~several] & ((1 << _DAY) - 1)
        cell = np.concatenate([
            village * len(CLASSES) + kind,
            (alone >> _VILLAGE) * len(CLASSES) + (alone & (2**_VILLAGE - 1)),
        ])  # fmt: skip
        table = np.bincount(cell, minlength=len(places) * len(CLASSES))
        index = pd.MultiIndex.from_tuples(places, names=["kabupaten", "kecamatan", "desa"])
        counts = pd.DataFrame(table.reshape(len(places), len(CLASSES)), index=index, columns=list(CLASSES))
        counts.insert(0, "anak", counts.sum(axis=1))
        for name in ("tanpa_tb", "tanpa_zskor", "tidak_wajar", "bertentangan"):
            self.seen[f"anak_{name}"] = int(counts[name].sum())
            if self.each:
                for region, n in counts[name].groupby(level="kabupaten").sum().items():
                    self._count_of(str(region), f"anak_{name}", int(n))
        return Totals(
            counts=counts,
            first_row=pd.Series(self._first[seen], index=index),
            seen=dict(self.seen),
            rows=dict(self.rows),
            seen_of=dict(sorted(self._seen_of.items())),
            rows_of=dict(sorted(self._rows_of.items())),
        )

    def _count_children(self, what: str, village: NDArray[np.int64], places: Sequence[PlaceTexts]) -> None:
        """Count children, each in the kabupaten of its village."""
        self.seen[what] = len(village)
        if self.each:
            numbers, counts = np.unique(village, return_counts=True)
            for number, n in zip(numbers.tolist(), counts.tolist(), strict=True):
                self._count_of(places[number][0], what, n)

    def _settle(self) -> None:
        kept = _LastRows.join([self._state, *self._buffer])
        several = _in_several_rows(kept)
        self._state = _LastRows.join([kept.take(~several), _last_rows(kept.take(several))])
        self._buffer, self._buffered = [], 0

    def _share_nik(self, kept: _LastRows, places: Sequence[PlaceTexts]) -> _LastRows:
        """Treat a NIK with one birth day as one child, also where a row lacks it; with two as two."""
        birth = kept.word >> _BIRTH
        by_nik = (kept.key & np.uint64(1)).astype(bool)
        known = by_nik & (birth > 0)
        pairs = pd.DataFrame({"key": kept.key[known], "birth": birth[known]}).drop_duplicates()
        shared = pairs["key"][pairs["key"].duplicated()].unique()
        of = kept.key.argsort(kind="stable")
        first = of[np.searchsorted(kept.key, shared, sorter=of)]
        self._count_children("nik_ganda", (kept.word[first] >> _VILLAGE) & (_MAX_VILLAGES - 1), places)
        merge = by_nik & ~np.isin(kept.key, shared)
        word = np.where(merge, kept.word & ((1 << _BIRTH) - 1), kept.word)
        return _last_rows(_LastRows(kept.key, word, kept.times))

    def _one_each(
        self, kept: _LastRows, places: Sequence[PlaceTexts]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return village and class of each child, by rule where its last day has several rows."""
        begin = np.flatnonzero(_changes(kept.key) | _changes(kept.word >> _BIRTH))
        village = (kept.word >> _VILLAGE) & (_MAX_VILLAGES - 1)
        kind = kept.word & (2**_VILLAGE - 1)
        if not len(begin):
            return village, kind
        lowest, highest = np.minimum.reduceat(village, begin), np.maximum.reduceat(village, begin)
        least, most = np.minimum.reduceat(kind, begin), np.maximum.reduceat(kind, begin)
        repeated = np.add.reduceat(kept.times, begin) > 1
        self._count_children("dua_desa", lowest[lowest != highest], places)
        conflict = (least != most) & (most >= BEYOND)
        self._count_children("ganda", lowest[repeated & ~conflict & (lowest == highest)], places)
        return lowest, np.where(conflict, CONFLICT, most)

    def _count(
        self, what: str, rows: NDArray[np.bool_], number: NDArray[np.int64], *, keep: int = _SHOWN_ROWS
    ) -> None:
        n = int(rows.sum())
        if n:
            self.seen[what] = self.seen.get(what, 0) + n
            listed = self.rows.setdefault(what, [])
            if len(listed) < keep:
                listed += number[np.flatnonzero(rows)[: keep - len(listed)]].tolist()
            if self.each:
                self._count_each(what, rows, number, keep)

    def _count_each(self, what: str, rows: NDArray[np.bool_], number: NDArray[np.int64], keep: int) -> None:
        """Count rows by kabupaten."""
        regions = self._region[rows]
        names = [*self._regions]
        counts = np.bincount(regions)
        listed: dict[int, list[int]] = {}
        if keep:
            order = np.argsort(regions, kind="stable")
            where = np.flatnonzero(rows)[order]
            ends = np.cumsum(counts)
            listed = {
                code: number[where[end - counts[code] : end][:keep]].tolist() for code, end in enumerate(ends)
            }
        for code in np.flatnonzero(counts).tolist():
            self._count_of(names[code], what, int(counts[code]))
            told = self._rows_of.setdefault(names[code], {}).setdefault(what, [])
            told += listed.get(code, [])[: max(0, keep - len(told))]

    def _count_of(self, name: str, what: str, n: int) -> None:
        if n:
            seen = self._seen_of.setdefault(name, {})
            seen[what] = seen.get(what, 0) + n


def _village_name(text: str) -> tuple[str, bool]:
    """Return the name of a village, and whether a number or a day stands in its place."""
    name = place_text(text)
    return name, is_no_village(name)


@dataclass(frozen=True, kw_only=True)
class _KnownPlaces:
    """What is known of each place of a list: its village, its kabupaten, and what is wrong with it."""

    texts: list[PlaceTexts] = field(default_factory=list)
    village: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    region: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    shifted: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    named: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def with_more(
        self, village: list[int], region: list[int], shifted: list[bool], named: list[bool]
    ) -> _KnownPlaces:
        return _KnownPlaces(
            texts=self.texts,
            village=np.concatenate([self.village, np.array(village, dtype=np.int64)]),
            region=np.concatenate([self.region, np.array(region, dtype=np.int64)]),
            shifted=np.concatenate([self.shifted, np.array(shifted, dtype=np.bool_)]),
            named=np.concatenate([self.named, np.array(named, dtype=np.bool_)]),
        )


@dataclass(frozen=True)
class _LastRows:
    """Rows of children: hash, packed word, and number of equal rows."""

    key: NDArray[np.uint64]
    word: NDArray[np.int64]
    times: NDArray[np.int32]

    @classmethod
    def empty(cls) -> _LastRows:
        return cls(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int32))

    def take(self, rows: NDArray[np.generic]) -> _LastRows:
        return _LastRows(self.key[rows], self.word[rows], self.times[rows])

    @classmethod
    def join(cls, parts: list[_LastRows]) -> _LastRows:
        return cls(
            np.concatenate([part.key for part in parts]),
            np.concatenate([part.word for part in parts]),
            np.concatenate([part.times for part in parts]),
        )


def _in_several_rows(kept: _LastRows) -> NDArray[np.bool_]:
    """Return which rows are of a child with several rows.

    Most children come once a round: one sort of plain numbers finds the others, and only theirs are sorted
    with what belongs to them.
    """
    ordered = np.sort(kept.key)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    twice = twice[_changes(twice)]
    out = kept.times > 1
    if len(twice):
        # Looking up one bit leaves few rows to look up exactly.
        shift = np.uint64(64 - _BITS)
        marked = np.zeros(1 << _BITS, dtype=np.bool_)
        marked[twice >> shift] = True
        maybe = np.flatnonzero(marked[kept.key >> shift])
        key = kept.key[maybe]
        at = np.minimum(np.searchsorted(twice, key), len(twice) - 1)
        out[maybe[twice[at] == key]] = True
    return out


def _last_rows(kept: _LastRows) -> _LastRows:
    """Select for each child the rows of its last day with a z-score, or else its last day, each row once.

    Three sorts of single integers, which together take a third of one sort by two columns.
    """
    if not len(kept.key):
        return kept
    ordered = kept.take(np.argsort(kept.key))
    # Child, birth day, has a z-score, day: a later day is a greater number.
    who = _numbered(ordered.key) << _WHO_BITS | ordered.word >> _DAY
    order = np.argsort(who)
    ordered, who = ordered.take(order), who[order]
    begin = np.flatnonzero(_changes(who >> (_BIRTH - _DAY)))
    sizes = np.diff(begin, append=len(who))
    last = who == np.repeat(who[begin + sizes - 1], sizes)
    ordered, who = ordered.take(last), who[last]
    exact = _numbered(who) << _DAY | ordered.word & (2**_DAY - 1)
    order = np.argsort(exact)
    ordered, exact = ordered.take(order), exact[order]
    begin = np.flatnonzero(_changes(exact))
    return _LastRows(ordered.key[begin], ordered.word[begin], np.add.reduceat(ordered.times, begin))


def _changes(ordered: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return where the value changes."""
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return new


def _numbered(ordered: NDArray[np.generic]) -> NDArray[np.int64]:
    """Assign numbers from 0 to the distinct values."""
    return np.cumsum(_changes(ordered), dtype=np.int64) - 1
