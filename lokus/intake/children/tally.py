"""Find the last measurement of each child while reading rows in chunks.

A child is stored as two integers: its hash, and birth day, day, village and class packed into one. Only rows
that can still be the last one of a child are stored, so memory grows with the number of children, not of
rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lokus.intake.children.cells import (
    MISSING,
    UNREADABLE,
    Lookup,
    has_height,
    is_no_village,
    kabupaten_text,
    parse_day,
    parse_z,
    place_text,
)
from lokus.intake.children.sources import BY_NAME, BY_NIK, NO_IDENTITY

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ACCOUNT", "CLASSES", "Tally", "Totals"]

SEVERE, STUNTED, IMPLAUSIBLE = -3.0, -2.0, 6.0
"""WHO bounds of the z-score of height for age; beyond ±6 it is flagged as implausible."""

CLASSES: Final = (
    "tanpa_tb",
    "tanpa_zskor",
    "tidak_wajar",
    "sangat_pendek",
    "pendek",
    "tidak_pendek",
    "bertentangan",
)
_NO_HEIGHT, _NO_Z, _IMPLAUSIBLE, _SEVERE, _STUNTED, _NOT_STUNTED, _CONFLICT = range(7)

# Packed word, from the highest bit: birth day 16, has a z-score 1, day 16, village 24, class 3.
_VILLAGE, _DAY, _HAS, _BIRTH = 3, 27, 43, 44
_WHO_BITS = 16 + 1 + 16
_MAX_VILLAGES = 2**24
_LEAST_BUFFER = 1_000_000
_SHOWN_ROWS = 5

Places = tuple[str, str, str]

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
    """Accumulates chunks of rows, storing for each child the rows that can be its last measurement.

    Parameters
    ----------
    start, end : int
        First and last day of the period, as day numbers.
    filters : mapping of column name to value
        Rows to keep; case and spaces do not matter.
    each : bool
        Whether to count what is the matter for each kabupaten too.
    """

    start: int
    end: int
    filters: Mapping[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    total: int = 0
    each: bool = False

    def __post_init__(self) -> None:
        self._day = Lookup(parse_day, missing=MISSING, dtype=np.int64)
        self._z = Lookup(parse_z, missing=np.nan, dtype=np.float64)
        self._height = Lookup(has_height, missing=0, dtype=np.int64)
        self.keep_only(self.filters)
        self._villages: dict[Places, int] = {}
        self._first: list[int] = []
        self._buffer: list[_LastRows] = []
        self._buffered = 0
        self._state = _LastRows.empty()
        self._region: NDArray[np.int64] = np.empty(0, np.int64)
        self._regions: list[str] = []
        self._seen_of: dict[str, dict[str, int]] = {}
        self._rows_of: dict[str, dict[str, list[int]]] = {}

    def keep_only(self, filters: Mapping[str, str]) -> None:
        """Restrict the following chunks to rows with these values in these columns."""
        self._keep = {
            name: Lookup(partial(_same_place, place_text(value)), missing=False, dtype=np.bool_)
            for name, value in filters.items()
        }

    def add(self, chunk: pd.DataFrame, first_row: int) -> None:
        """Add a chunk whose first row has the number `first_row` in the file."""
        self.total += len(chunk)
        row = np.arange(first_row, first_row + len(chunk))
        if self.each:
            codes, texts = _codes(chunk, "kabupaten")
            # A name may be spelt in several ways; -1, the last, is a row without one.
            names = [*map(kabupaten_text, texts), ""]
            self._regions = sorted(set(names))
            self._region = np.searchsorted(self._regions, names)[codes]
        keep = np.ones(len(chunk), dtype=bool)
        for name, lookup in self._keep.items():
            keep &= lookup(chunk[name])
        self._count("disaring", ~keep, row, keep=0)
        self._count("lebih", keep & chunk["lebih"].to_numpy(dtype=bool), row)
        day = _values(self._day, chunk, "tanggal")
        self._count("tanggal", keep & (day == UNREADABLE), row)
        self._count("tanpa_tanggal", keep & (day == MISSING), row)
        inside = (day >= self.start) & (day <= self.end)
        self._count("di_luar_periode", keep & ~inside & (day > 0), row, keep=0)
        keep &= inside
        self._take(chunk, keep, day, row)

    def _take(
        self, chunk: pd.DataFrame, keep: NDArray[np.bool_], day: NDArray[np.int64], row: NDArray[np.int64]
    ) -> None:
        """Add the rows within the period that have a village and an identity."""
        birth = _values(self._day, chunk, "lahir")
        z = _values(self._z, chunk, "zs_tbu")
        height = _values(self._height, chunk, "tinggi")
        village = self._village(chunk, keep, row)
        cara = chunk["cara"].to_numpy()
        self._count("dalam_periode", keep, row, keep=0)
        self._count("tanpa_desa", keep & (village < 0), row)
        nameless = (cara == NO_IDENTITY) | ((cara == BY_NAME) & (birth <= 0))
        self._count("tanpa_identitas", keep & (village >= 0) & nameless, row)
        keep = keep & (village >= 0) & ~nameless
        self._count("lewat_nik", keep & (cara == BY_NIK), row, keep=0)
        self._count("lewat_nama", keep & (cara == BY_NAME), row, keep=0)
        self._count("tanggal_lahir", keep & (birth == UNREADABLE), row)
        self._count("sebelum_lahir", keep & (birth > day), row)
        self._count("zskor", keep & np.isinf(z), row)
        birth = np.maximum(birth, 0)
        by_nik = (cara == BY_NIK).astype(np.uint64)
        key = chunk["anak"].to_numpy(dtype=np.uint64) >> np.uint64(1) << np.uint64(1) | by_nik
        kind = _classify(z, height)
        has = (kind >= _IMPLAUSIBLE).astype(np.int64)
        word = birth << _BIRTH | has << _HAS | day << _DAY | np.maximum(village, 0) << _VILLAGE | kind
        part = _LastRows(key[keep], word[keep], np.ones(int(keep.sum()), dtype=np.int32))
        self._buffer.append(part)
        self._buffered += len(part.key)
        if self._buffered > max(_LEAST_BUFFER, len(self._state.key)):
            self._settle()

    def finish(self) -> Totals:
        """Count the children of each village by their last measurement."""
        self._settle()
        kept = self._share_nik(self._state)
        places = sorted(self._villages)
        rank = np.empty(len(places), dtype=np.int64)
        for position, place in enumerate(places):
            rank[self._villages[place]] = position
        first = np.empty(len(places), dtype=np.int64)
        first[rank] = self._first
        village, kind = self._one_each(kept, rank, places)
        table = np.bincount(village * len(CLASSES) + kind, minlength=len(places) * len(CLASSES))
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
            first_row=pd.Series(first, index=index),
            seen=dict(self.seen),
            rows=dict(self.rows),
            seen_of=self._seen_of,
            rows_of=self._rows_of,
        )

    def _count_children(self, what: str, village: NDArray[np.int64], places: Sequence[Places]) -> None:
        """Count children, each in the kabupaten of its village."""
        self.seen[what] = len(village)
        if self.each:
            numbers, counts = np.unique(village, return_counts=True)
            for number, n in zip(numbers.tolist(), counts.tolist(), strict=True):
                self._count_of(places[number][0], what, n)

    def _settle(self) -> None:
        if self._buffer:
            self._state = _last_rows(_LastRows.join([self._state, *self._buffer]))
            self._buffer, self._buffered = [], 0

    def _share_nik(self, kept: _LastRows) -> _LastRows:
        """Treat a NIK with one birth day as one child, also where a row lacks it; with two as two."""
        birth = kept.word >> _BIRTH
        by_nik = (kept.key & np.uint64(1)).astype(bool)
        known = by_nik & (birth > 0)
        pairs = pd.DataFrame({"key": kept.key[known], "birth": birth[known]}).drop_duplicates()
        shared = pairs["key"][pairs["key"].duplicated()].unique()
        of = kept.key.argsort(kind="stable")
        first = of[np.searchsorted(kept.key, shared, sorter=of)]
        self._count_children(
            "nik_ganda", (kept.word[first] >> _VILLAGE) & (_MAX_VILLAGES - 1), [*self._villages]
        )
        merge = by_nik & ~np.isin(kept.key, shared)
        word = np.where(merge, kept.word & ((1 << _BIRTH) - 1), kept.word)
        return _last_rows(_LastRows(kept.key, word, kept.times))

    def _one_each(
        self, kept: _LastRows, rank: NDArray[np.int64], places: Sequence[Places]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return village and class of each child, by rule where its last day has several rows."""
        begin = np.flatnonzero(_changes(kept.key) | _changes(kept.word >> _BIRTH))
        village = rank[(kept.word >> _VILLAGE) & (_MAX_VILLAGES - 1)]
        kind = kept.word & (2**_VILLAGE - 1)
        if not len(begin):
            return village, kind
        lowest, highest = np.minimum.reduceat(village, begin), np.maximum.reduceat(village, begin)
        least, most = np.minimum.reduceat(kind, begin), np.maximum.reduceat(kind, begin)
        repeated = np.add.reduceat(kept.times, begin) > 1
        self._count_children("dua_desa", lowest[lowest != highest], places)
        conflict = (least != most) & (most >= _IMPLAUSIBLE)
        self._count_children("ganda", lowest[repeated & ~conflict & (lowest == highest)], places)
        return lowest, np.where(conflict, _CONFLICT, most)

    def _village(
        self, chunk: pd.DataFrame, keep: NDArray[np.bool_], row: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the village number of each row, -1 without village; new villages get the next number."""
        desa, names = pd.factorize(chunk["desa"])
        kecamatan, blocks = _codes(chunk, "kecamatan")
        kabupaten, regions = _codes(chunk, "kabupaten")
        shape = (len(regions) + 1, len(blocks) + 1)
        pair = ((desa + 1) * shape[1] + kecamatan + 1) * shape[0] + kabupaten + 1
        pair[~keep] = 0
        distinct, at, back = np.unique(pair, return_index=True, return_inverse=True)
        number = np.full(len(distinct), -1, dtype=np.int64)
        texts = [place_text(name) for name in names]
        shifted = np.array([*(is_no_village(text) for text in texts), False], dtype=bool)
        self._count("desa_bukan_nama", keep & shifted[desa], row)
        for position in np.argsort(at, kind="stable"):
            rest, region = divmod(int(distinct[position]), shape[0])
            which, block = divmod(rest, shape[1])
            if not which or not texts[which - 1]:
                continue
            place = (
                kabupaten_text(regions[region - 1]) if region else "",
                place_text(blocks[block - 1]) if block else "",
                texts[which - 1],
            )
            if place not in self._villages:
                self._villages[place] = len(self._villages)
                self._first.append(int(row[at[position]]))
            number[position] = self._villages[place]
        return number[back]

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
        counts = np.bincount(regions)
        for code in np.flatnonzero(counts):
            name = self._regions[code]
            self._count_of(name, what, int(counts[code]))
            listed = self._rows_of.setdefault(name, {}).setdefault(what, [])
            if len(listed) < keep:
                listed += number[np.flatnonzero(rows)[regions == code][: keep - len(listed)]].tolist()

    def _count_of(self, name: str, what: str, n: int) -> None:
        if n:
            seen = self._seen_of.setdefault(name, {})
            seen[what] = seen.get(what, 0) + n


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


def _values(lookup: Lookup, chunk: pd.DataFrame, role: str) -> np.ndarray:
    """Return the numbers of a column; zeros without the column."""
    return lookup(chunk[role]) if role in chunk else np.zeros(len(chunk), dtype=np.int64)


def _codes(chunk: pd.DataFrame, role: str) -> tuple[np.ndarray, pd.Index]:
    """Return the number of each row's text, -1 without one, and the texts."""
    if role not in chunk:
        return np.full(len(chunk), -1), pd.Index([])
    codes, texts = pd.factorize(chunk[role])
    return codes, pd.Index(texts)


def _same_place(wanted: str, text: str) -> bool:
    return kabupaten_text(text) == kabupaten_text(wanted)


def _classify(z: NDArray[np.float64], height: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.select(
        [~np.isfinite(z), np.abs(z) > IMPLAUSIBLE, z < SEVERE, z < STUNTED],
        [np.where((height > 0) | np.isinf(z), _NO_Z, _NO_HEIGHT), _IMPLAUSIBLE, _SEVERE, _STUNTED],
        default=_NOT_STUNTED,
    ).astype(np.int64)
