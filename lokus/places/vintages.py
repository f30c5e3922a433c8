"""Compare the village lists of two years: same, renamed, recoded, divided, merged, new and gone villages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rapidfuzz.distance import OSA

from lokus.errors import InputError
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.boundaries import official_table
from lokus.places.boundary_coverage import metric_crs
from lokus.places.kode import format_kode, jenis
from lokus.places.name_rules import name_key, normalise_name, plain_name
from lokus.places.names import MARGIN, THRESHOLD, match_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Set

    from numpy.typing import NDArray

__all__ = [
    "BY_BOTH",
    "BY_CODE",
    "BY_LIKENESS",
    "BY_NAME",
    "CHANGES",
    "DOUBTFUL",
    "Crosswalk",
    "Link",
    "crosswalk",
    "overlap_shares",
]

BY_BOTH: Final = "kode dan nama"
BY_CODE: Final = "kode"
BY_NAME: Final = "nama"
BY_LIKENESS: Final = "nama mirip"

# A new kabupaten is attributed to the one that has lost most of its names, at least this many.
_LEAST_NAMES = 3
# Two villages that moved between two kecamatan suffice to accept that others did.
_LEAST_MOVES = 2
# Under one code, names as similar as "Krumbok" and "Keurumbok" are spellings of one name.
_SAME_CODE_LIKENESS = 60.0


class Link(NamedTuple):
    """One village in both lists, and how it was recognised."""

    old: str
    new: str
    how: str


def letters(name: str) -> str:
    """Return a name in the form in which its spellings are equal."""
    return name_key(name).letters


def likeness(one: str, other: str) -> float:
    """Compute the similarity of two names, 0 to 100."""
    return 100.0 * float(OSA.normalized_similarity(letters(one), letters(other)))


def link_lists(old: pd.DataFrame, new: pd.DataFrame, *, threshold: float, margin: float) -> list[Link]:
    """Link the villages of two lists one to one.

    In this order, each step among the villages that earlier ones did not link: the same code with the same
    name; the same name in a kecamatan of the same name; the same code with a similar name; a name that only
    one village of the kabupaten has, in either year; a name unique between two kecamatan from one of which
    others have moved to the other; the same code under any other name; a similar name between such kecamatan.
    Kabupaten that were divided or recoded are recognised by their villages' names.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Index ``kode_desa``, sorted; columns ``desa``, ``kecamatan`` (empty where unknown).
    threshold, margin : float
        As in :func:`lokus.places.names.match_names`.

    Returns
    -------
    list of Link
        A village in no link is gone or new, as far as codes and names can tell.
    """
    links = _same_code(old, new, lambda a, b: plain_name(a) == plain_name(b) or letters(a) == letters(b))
    links = [link._replace(how=BY_BOTH) for link in links]
    rest_old = old.drop([link.old for link in links])
    rest_new = new.drop([link.new for link in links])
    moves: dict[str, Counter[tuple[str, str]]] = {}
    for link in links:
        moves.setdefault(link.new[:4], Counter())[link.old[:6], link.new[:6]] += 1
    old_names, new_names = _names_by_kabupaten(old), _names_by_kabupaten(new)
    for old_codes, new_codes in _groups(rest_old, rest_new):
        known = sum((moves.get(code, Counter()) for code in {c[:4] for c in new_codes}), Counter())
        once = _once(old_names, old_codes) & _once(new_names, new_codes)
        group = _Group(rest_old.loc[old_codes], rest_new.loc[new_codes], moves=known, once=once)
        group.link(threshold=threshold, margin=margin)
        links += group.found
    return links


def _same_code(old: pd.DataFrame, new: pd.DataFrame, alike: Callable[[str, str], bool]) -> list[Link]:
    both = old.index.intersection(new.index)
    pairs = zip(both, old.loc[both, "desa"], new.loc[both, "desa"], strict=True)
    return [Link(code, code, BY_CODE) for code, a, b in pairs if a == b or alike(a, b)]


def _respelt(one: str, other: str) -> bool:
    same_marks = name_key(one).marks == name_key(other).marks
    return same_marks and likeness(one, other) >= _SAME_CODE_LIKENESS


def _groups(old: pd.DataFrame, new: pd.DataFrame) -> list[tuple[list[str], list[str]]]:
    """Return groups of villages to link within: kabupaten connected by code or by names of their villages."""
    had: dict[str, set[str]] = {}
    for code, name in old["desa"].items():
        had.setdefault(letters(name), set()).add(str(code)[:4])
    members: dict[str, set[str]] = {}
    for code, name in new["desa"].items():
        members.setdefault(str(code)[:4], set()).add(letters(name))
    joined = []
    for kabupaten, names in members.items():
        joined.append((kabupaten, kabupaten))
        hits = Counter(source for name in sorted(names) for source in sorted(had.get(name, ())))
        ranked = hits.most_common(2)
        enough = ranked and ranked[0][1] >= max(_LEAST_NAMES, len(names) / 2)
        if enough and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
            joined.append((ranked[0][0], kabupaten))
    labels = sorted({str(code)[:4] for code in [*old.index, *new.index]})
    position = {label: i for i, label in enumerate(labels)}
    # A code may have changed from one kabupaten to another, so old and new ones are separate nodes.
    links = [(position[a], len(labels) + position[b]) for a, b in joined if a in position]
    group_of = _linked(2 * len(labels), links)
    sets: dict[int, tuple[list[str], list[str]]] = {}
    for side, frame in enumerate((old, new)):
        for code in frame.index:
            label = int(group_of[side * len(labels) + position[str(code)[:4]]])
            sets.setdefault(label, ([], []))[side].append(str(code))
    return [both for both in sets.values() if all(both)]


def _linked(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Return the group number of each node, groups in the order of their first node."""
    leader = list(range(count))

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = node = leader[leader[node]]
        return node

    for one, other in links:
        low, high = sorted((find(one), find(other)))
        leader[high] = low
    number: dict[int, int] = {}
    return [number.setdefault(find(node), len(number)) for node in range(count)]


def _names_by_kabupaten(villages: pd.DataFrame) -> dict[str, list[str]]:
    """Return the village names of every kabupaten."""
    names: dict[str, list[str]] = {}
    for code, name in zip(villages.index, villages["desa"], strict=True):
        names.setdefault(code[:4], []).append(name)
    return names


def _once(names: Mapping[str, list[str]], codes: list[str]) -> set[str]:
    """Return the names that occur once in the kabupaten of these codes."""
    kabupaten = {code[:4] for code in codes}
    counted = Counter(letters(name) for code in kabupaten for name in names[code])
    return {name for name, n in counted.items() if n == 1}


class _Group:
    """The villages not yet linked of a group of kabupaten, linked step by step."""

    def __init__(
        self,
        old: pd.DataFrame,
        new: pd.DataFrame,
        *,
        moves: Mapping[tuple[str, str], int],
        once: Set[str],
    ) -> None:
        self._once = once
        self._old, self._new = old, new
        self._moves = Counter(moves)
        self.found: list[Link] = []

    def link(self, *, threshold: float, margin: float) -> None:
        """Run the steps that follow the comparison of equal codes."""
        self._by_key(lambda row: (letters(row.desa), letters(row.kecamatan)) if row.kecamatan else None)
        self._keep(_same_code(self._old, self._new, _respelt))
        self._by_key(lambda row: letters(row.desa) if letters(row.desa) in self._once else None)
        self._between_kecamatan()
        self._keep(_same_code(self._old, self._new, lambda _a, _b: True))
        self._by_likeness(threshold, margin)

    def _keep(self, links: list[Link]) -> None:
        self.found += links
        self._moves.update((link.old[:6], link.new[:6]) for link in links)
        self._old = self._old.drop([link.old for link in links])
        self._new = self._new.drop([link.new for link in links])

    def _by_key(self, key: Callable[[Any], Hashable | None]) -> None:
        sides = []
        for frame in (self._old, self._new):
            holders: dict[Hashable, list[str]] = {}
            for row in frame.itertuples():
                if letters(str(row.desa)) and (own := key(row)) is not None:
                    holders.setdefault(own, []).append(str(row.Index))
            sides.append({own: codes[0] for own, codes in holders.items() if len(codes) == 1})
        self._keep([Link(code, sides[1][own], BY_NAME) for own, code in sides[0].items() if own in sides[1]])

    def _between_kecamatan(self) -> None:
        ways = {pair for pair, n in self._moves.items() if n >= _LEAST_MOVES}
        arrivals: dict[tuple[str, str], list[str]] = {}
        for code, name in self._new["desa"].items():
            if not letters(name):
                continue
            arrivals.setdefault((str(code)[:6], letters(name)), []).append(str(code))
        choices = {
            str(code): [
                arrival
                for source, target in sorted(ways)
                if source == str(code)[:6]
                for arrival in arrivals.get((target, letters(name)), [])
            ]
            for code, name in self._old["desa"].items()
        }
        wanted = Counter(arrival for codes in choices.values() for arrival in codes)
        self._keep(
            [
                Link(code, codes[0], BY_NAME)
                for code, codes in choices.items()
                if len(codes) == 1 and wanted[codes[0]] == 1
            ]
        )

    def _by_likeness(self, threshold: float, margin: float) -> None:
        if self._old.empty or self._new.empty:
            return
        source = self._main_source()
        kecamatan = self._new.index.str[:6].map(source)
        names = pd.DataFrame({"desa": self._new["desa"], "kode_kecamatan": kecamatan}, index=self._new.index)
        names = names.dropna()
        matches = match_names(names, self._old, threshold=threshold, margin=margin)
        found = matches.loc[matches["cara"] == BY_LIKENESS, "kode_desa"]
        self._keep([Link(str(code), str(new), BY_LIKENESS) for new, code in found.items()])

    def _main_source(self) -> dict[str, str]:
        """Return each new kecamatan's main source: the old one of more than half of its villages."""
        totals: Counter[str] = Counter()
        for (_source, target), n in self._moves.items():
            totals[target] += n
        return {target: origin for (origin, target), n in self._moves.items() if 2 * n > totals[target]}


# Notes about a village's change.


# Below this share a polygon with the same code and name was redrawn, or is of another village.
_LEAST_SHARED = 50.0


def link_notes(
    links: list[Link],
    old: Mapping[str, str],
    new: Mapping[str, str],
    shared: Mapping[tuple[str, str], float],
) -> dict[tuple[str, str], str]:
    """Write the notes about each link and, under an empty old code, about villages without a link.

    Parameters
    ----------
    links : list of Link
    old, new : mapping
        Names by code.
    shared : mapping
        The larger of the two shares of area, percent, of pairs that were measured.
    """
    notes = {
        (link.old, link.new): join_notes(
            _about(link, old[link.old], new[link.new], shared.get((link.old, link.new)))
        )
        for link in links
    }
    settled_old, settled_new = {link.old for link in links}, {link.new for link in links}
    left: dict[str, list[str]] = {}
    for code, name in old.items():
        if code not in settled_old:
            left.setdefault(letters(name), []).append(code)
    parents: dict[str, list[str]] = {}
    for link in links:
        parents.setdefault(link.new[:6], []).append(link.old)
    for code, name in new.items():
        if code not in settled_new:
            near = parents.get(code[:6], [])
            notes["", code] = join_notes(_twins(code, name, left, near)) or join_notes(
                _extended(name, {kode: old[kode] for kode in near})
            )
    return notes


def join_notes(parts: Iterable[str]) -> str:
    """Join notes into one text, each once, without empty ones."""
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _about(link: Link, old: str, new: str, shared: float | None) -> Iterable[str]:
    if plain_name(old) != plain_name(new):
        if letters(old) == letters(new):
            yield _("spelling: {old} → {new}").format(old=old, new=new)
        else:
            yield _("name: {old} → {new}").format(old=old, new=new)
            if link.how == BY_CODE and likeness(old, new) < THRESHOLD:
                yield _("the names are not alike; make sure that the code was not given to another village")
    kinds = jenis(link.old), jenis(link.new)
    if kinds[0] != kinds[1]:
        yield _("status: {old} → {new}").format(old=kinds[0], new=kinds[1])
    if shared is not None and shared < _LEAST_SHARED:
        yield _("the two polygons share only {share} % of their areas").format(share=format_number(shared))


def _twins(code: str, name: str, left: Mapping[str, list[str]], near: list[str]) -> Iterable[str]:
    """Return gone villages of the same name, from a kecamatan from which others came here."""
    sources = {kode[:6] for kode in near} | {code[:6]}
    for kode in left.get(letters(name), []):
        if kode[:6] in sources:
            yield _("has the name of {kode}, which is gone; check").format(kode=format_kode(kode))


def _extended(name: str, near: Mapping[str, str]) -> Iterable[str]:
    words = normalise_name(name) + " "
    for kode, parent in near.items():
        if words.startswith(normalise_name(parent) + " ") and letters(parent) != letters(name):
            yield _("its name extends that of {kode} {desa}; perhaps a part of it").format(
                kode=format_kode(kode), desa=parent
            )


# Which village of one year's map covers which of another's.


def overlap_shares(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    *,
    old_codes: Collection[str],
    new_codes: Collection[str],
) -> pd.DataFrame:
    """Measure the overlap of two years' villages.

    Parameters
    ----------
    old, new : geopandas.GeoDataFrame
        Index ``kode_desa``; villages without a polygon overlap nothing.
    old_codes, new_codes : collection of str
        Only pairs with at least one of these villages are measured.

    Returns
    -------
    pandas.DataFrame
        Index ``kode_lama``, ``kode_baru``; columns ``bagian_lama`` and ``bagian_baru``: percent of the area
        of the old and of the new village that the two share.

    Examples
    --------
    >>> import geopandas as gpd
    >>> square, half = shapely.box(0, 0, 100, 100), shapely.box(0, 0, 50, 100)
    >>> old = gpd.GeoDataFrame(index=["9901012001"], geometry=[square], crs="EPSG:32748")
    >>> new = gpd.GeoDataFrame(index=["9901012007"], geometry=[half], crs="EPSG:32748")
    >>> overlap_shares(old, new, old_codes=["9901012001"], new_codes=[]).iloc[0].to_dict()
    {'bagian_lama': 50.0, 'bagian_baru': 100.0}
    """
    crs = metric_crs(old[old.geometry.notna()])
    codes_old, shapes_old = _polygons_in(old, crs)
    codes_new, shapes_new = _polygons_in(new, crs)
    first, second = shapely.STRtree(shapes_new).query(shapes_old, predicate="intersects")
    matters = pd.Index(codes_old).isin(list(old_codes))[first]
    matters |= pd.Index(codes_new).isin(list(new_codes))[second]
    first, second = first[matters], second[matters]
    shared = shapely.area(shapely.intersection(shapes_old[first], shapes_new[second]))
    index = pd.MultiIndex.from_arrays([codes_old[first], codes_new[second]], names=["kode_lama", "kode_baru"])
    shares = {
        "bagian_lama": 100.0 * shared / shapely.area(shapes_old)[first],
        "bagian_baru": 100.0 * shared / shapely.area(shapes_new)[second],
    }
    return pd.DataFrame(shares, index=index).sort_index()


def _polygons_in(villages: gpd.GeoDataFrame, crs: object) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    present = villages[villages.geometry.notna() & ~villages.geometry.is_empty]
    shapes = present.geometry.to_crs(crs).to_numpy()
    sound = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    return present.index.to_numpy().astype(object), sound


# The table of a crosswalk: which kind of change every link between two lists is.


SAME, RENAMED, RECODED, SPLIT, MERGED, BOTH, NEW, GONE = (
    "tetap", "ganti nama", "ganti kode", "pecah", "gabung", "pecah dan gabung", "baru", "hilang",
)  # fmt: skip
CHANGES: Final = (SAME, RENAMED, RECODED, SPLIT, MERGED, BOTH, NEW, GONE)
"""Kinds of change, in the order in which they are counted."""

DOUBTFUL: Final = (SPLIT, MERGED, BOTH)
"""Kinds of change after which no village is quite what it was."""

_COLUMNS: Final = ("kode_lama", "kode_baru", "jenis_perubahan", "cara", "keterangan")
_SHARES: Final = ("bagian_lama", "bagian_baru")


def crosswalk_table(
    old: Mapping[str, str],
    new: Mapping[str, str],
    links: Mapping[tuple[str, str], str],
    notes: Mapping[tuple[str, str], str],
    *,
    shares: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Build the table of a crosswalk: one row for each link, and for each village without a link.

    Parameters
    ----------
    old, new : mapping
        Names by code.
    links : mapping
        How a pair of old and new code was recognised.
    notes : mapping
        Notes of a pair; an empty code stands for none.
    shares : pandas.DataFrame, optional
        As returned by :func:`lokus.places.vintages.overlap_shares`.

    Returns
    -------
    pandas.DataFrame
        As ``Crosswalk.table``.
    """
    successors = Counter(a for a, _b in links)
    predecessors = Counter(b for _a, b in links)
    rows: list[tuple[str | None, str | None, str, str, str]] = [
        (a, b, _change(a, b, old[a], new[b], successors[a], predecessors[b]), how, notes.get((a, b), ""))
        for (a, b), how in links.items()
    ]
    rows += [(a, None, GONE, "", notes.get((a, ""), "")) for a in old if a not in successors]
    rows += [(None, b, NEW, "", notes.get(("", b), "")) for b in new if b not in predecessors]
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"kode_lama": "string", "kode_baru": "string"})
    table["desa_lama"] = table["kode_lama"].map(dict(old)).astype("string")
    table["desa_baru"] = table["kode_baru"].map(dict(new)).astype("string")
    measured = pd.DataFrame(np.nan, index=table.index, columns=list(_SHARES))
    if shares is not None:
        pairs = pd.MultiIndex.from_frame(table[["kode_lama", "kode_baru"]].astype(object))
        measured = shares.reindex(pairs).set_axis(table.index)
    return table.join(measured).sort_values(["kode_lama", "kode_baru"], ignore_index=True)


def _change(old: str, new: str, was: str, name: str, successors: int, predecessors: int) -> str:
    if successors > 1:
        return BOTH if predecessors > 1 else SPLIT
    if predecessors > 1:
        return MERGED
    if old != new:
        return RECODED
    return SAME if letters(was) == letters(name) else RENAMED


BY_AREA: Final = "batas"
# Two polygons of one village overlap by more than this share, two neighbours by less.
_CONTRADICTION = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Crosswalk:
    """The changes between two years' village lists.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a pair of an old and a new village, or a village without counterpart, sorted by old and new
        code. Columns ``kode_lama``, ``kode_baru`` (``<NA>`` where there is none), ``jenis_perubahan`` (one of
        :data:`CHANGES`), ``cara`` ("kode dan nama", "nama", "kode", "nama mirip", "batas"), ``keterangan``,
        ``desa_lama``, ``desa_baru``, and ``bagian_lama``, ``bagian_baru``: percent of the old and of the new
        village's area that the two share, missing where it was not measured.
    """

    table: pd.DataFrame

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The rows with both an old and a new village."""
        return self.table.dropna(subset=["kode_lama", "kode_baru"])

    @cached_property
    def counts(self) -> pd.Series:
        """Number of rows of every kind of change, in the order of :data:`CHANGES`."""
        return self.table["jenis_perubahan"].value_counts().reindex(list(CHANGES), fill_value=0)

    def then(self, later: Crosswalk) -> Crosswalk:
        """Combine with a further crosswalk: from the first list of this to the last of `later`.

        Raises
        ------
        ValueError
            The last list of this crosswalk is not the first of the other.
        """
        if set(self.table["kode_baru"].dropna()) != set(later.table["kode_lama"].dropna()):
            raise ValueError("the new list of the first crosswalk is not the old list of the second")
        onward: dict[str, list[tuple[str, str, str]]] = {}
        for middle, code, how, note in _rows(later.pairs):
            onward.setdefault(middle, []).append((code, how, note))
        links: dict[tuple[str, str], str] = {}
        notes: dict[tuple[str, str], str] = {}
        for origin, middle, how, note in _rows(self.pairs):
            for code, later_how, later_note in onward.get(middle, []):
                links[origin, code] = join_notes([links.get((origin, code), ""), how, later_how])
                notes[origin, code] = join_notes([notes.get((origin, code), ""), note, later_note])
        return Crosswalk(table=crosswalk_table(_names(self, "lama"), _names(later, "baru"), links, notes))

    def __repr__(self) -> str:
        old, new = (self.table[column].nunique() for column in ("kode_lama", "kode_baru"))
        kinds = ", ".join(f"{n} {kind}" for kind, n in self.counts.items() if n)
        return f"<Crosswalk: {old} → {new} desa; {kinds}>"


def crosswalk(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    least_overlap: float = 50.0,
    threshold: float = THRESHOLD,
    margin: float = MARGIN,
) -> Crosswalk:
    """Determine the change of every village between two years' lists.

    Villages are recognised by code and name (:func:`lokus.places.vintages.link_lists`) and, when both lists
    have polygons, by area: a village not linked by code and name is linked with one where the overlap is at
    least `least_overlap` of either area. Divided and merged villages are only recognised with polygons; do
    not use lists without polygons where villages were divided: their parts are then new, and merged villages
    gone. A link by name alone is dropped where the polygons contradict it.

    Parameters
    ----------
    old, new : pandas.DataFrame or geopandas.GeoDataFrame
        ``kode_desa`` as index or column, ``desa``, and ``kecamatan`` where known.
    least_overlap : float
        Percent.
    threshold, margin : float
        For similar names, as in :func:`lokus.places.names.match_names`.

    Returns
    -------
    Crosswalk

    Raises
    ------
    InputError
        A list lacks a column, has an invalid code, or a code twice.

    Examples
    --------
    >>> codes = ["9901012001", "9901012002"]
    >>> old = pd.DataFrame({"kode_desa": codes, "desa": ["Suka Maju", "Lubuk Besar"]})
    >>> new = pd.DataFrame({"kode_desa": ["9901012001", "9901022001"], "desa": ["Suka Maju", "Lubuk Besar"]})
    >>> crosswalk(old, new)
    <Crosswalk: 2 → 2 desa; 1 tetap, 1 ganti kode>
    """
    before, after = _listed(old), _listed(new)
    links = link_lists(before, after, threshold=threshold, margin=margin)
    shares = None
    if isinstance(old, gpd.GeoDataFrame) and isinstance(new, gpd.GeoDataFrame):
        links, shares = _with_areas(links, _drawn(old), _drawn(new), least_overlap)
    was, name = ({str(kode): str(desa) for kode, desa in own["desa"].items()} for own in (before, after))
    shared = {} if shares is None else dict(zip(shares.index, shares.max(axis=1), strict=True))
    by_how = {(link.old, link.new): link.how for link in links}
    notes = link_notes(links, was, name, shared)
    return Crosswalk(table=crosswalk_table(was, name, by_how, notes, shares=shares))


def _rows(pairs: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    columns = (pairs[name].astype(str) for name in ("kode_lama", "kode_baru", "cara", "keterangan"))
    return zip(*columns, strict=True)


def _names(crosswalk: Crosswalk, side: str) -> dict[str, str]:
    own = crosswalk.table.dropna(subset=[f"kode_{side}"])
    return dict(zip(own[f"kode_{side}"].astype(str), own[f"desa_{side}"].astype(str), strict=True))


def _listed(villages: pd.DataFrame) -> pd.DataFrame:
    """Return a list with codes as sorted index and an empty text where the kecamatan is unknown."""
    plain = pd.DataFrame(villages.drop(columns="geometry", errors="ignore"))
    known = "kecamatan" in plain.columns
    unnamed = _unnamed(plain)
    table = official_table(plain if known else plain.assign(kecamatan=""), None)
    if not known:
        table["kecamatan"] = ""
    if unnamed:
        raise InputError(
            _("{n} villages of the list have no name, first: {kode}").format(
                n=len(unnamed), kode=format_kode(unnamed[0])
            ),
            remedy=_("Fill in the names; villages are recognised by code and name together."),
        )
    return table


def _unnamed(plain: pd.DataFrame) -> list[str]:
    """Return the codes of villages without a name, which cannot be recognised by code and name."""
    if "desa" not in plain.columns:
        return []
    codes = plain["kode_desa"] if "kode_desa" in plain.columns else plain.index.to_series()
    empty = plain["desa"].isna() | (plain["desa"].astype(str).str.strip() == "")
    return [str(kode).replace(".", "") for kode in codes[empty.to_numpy()]]


def _drawn(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    indexed = villages if "kode_desa" not in villages.columns else villages.set_index("kode_desa")
    digits = indexed.index.astype(str).str.replace(".", "")
    return indexed.set_axis(pd.Index(digits, name="kode_desa"))[["geometry"]].sort_index()


def _with_areas(
    links: list[Link], old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, least: float
) -> tuple[list[Link], pd.DataFrame]:
    """Drop links that the polygons contradict, and add those found by polygons only."""
    shares = overlap_shares(old, new, old_codes=old.index, new_codes=new.index)
    drawn_old, drawn_new = (set(frame.index[frame.geometry.notna()]) for frame in (old, new))
    most = dict(zip(shares.index, shares.max(axis=1), strict=True))
    kept = [
        link
        for link in links
        if link.how not in (BY_NAME, BY_LIKENESS, BY_CODE)
        or link.old not in drawn_old
        or link.new not in drawn_new
        or most.get((link.old, link.new), 0.0) >= _CONTRADICTION
    ]
    settled_old, settled_new = {link.old for link in kept}, {link.new for link in kept}
    large = shares[(shares >= least).any(axis=1)].index
    added = [Link(str(a), str(b), BY_AREA) for a, b in large if a not in settled_old or b not in settled_new]
    return kept + added, shares
