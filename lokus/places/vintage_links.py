"""Which village of one year's list is which of another's, by code and by name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd
from rapidfuzz.distance import OSA
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lokus.places.name_rules import name_key, plain_name
from lokus.places.names import match_names

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Set

__all__ = ["BY_BOTH", "BY_CODE", "BY_LIKENESS", "BY_NAME", "Link", "letters", "likeness", "link_lists"]

BY_BOTH: Final = "kode dan nama"
BY_CODE: Final = "kode"
BY_NAME: Final = "nama"
BY_LIKENESS: Final = "nama mirip"

# A new kabupaten is taken to come from the one that has lost most of its names, at least this many.
_LEAST_NAMES = 3
# Two villages that have moved between two kecamatan make it believable that others have.
_LEAST_MOVES = 2
# Under one code, names as alike as "Krumbok" and "Keurumbok" are spellings.
_SAME_CODE_LIKENESS = 60.0


class Link(NamedTuple):
    """One village in both lists, and by what it was recognised."""

    old: str
    new: str
    how: str


def letters(name: str) -> str:
    """Give a name in the form in which spellings of one name are equal."""
    return name_key(name).letters


def likeness(one: str, other: str) -> float:
    """Similarity of two names, 0 to 100."""
    return 100.0 * float(OSA.normalized_similarity(letters(one), letters(other)))


def link_lists(old: pd.DataFrame, new: pd.DataFrame, *, threshold: float, margin: float) -> list[Link]:
    """Link the villages of two lists one to one.

    In this order, each step among the villages the earlier ones left: the same code with the same name; the
    same name in a kecamatan of the same name; the same code with a similar name; a name that only one
    village of the kabupaten has, in either year; a name unique between two kecamatan from one of which
    others have moved to the other; the same code under any other name; a similar name between such
    kecamatan. Kabupaten that were divided or recoded are recognised by their villages' names.

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
    old_names, new_names = _names(old), _names(new)
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
    """Give sets of villages to look among: kabupaten joined by code or by the names of their villages."""
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
    # A code may have passed from one kabupaten to another: old and new ones are nodes of their own.
    rows = [position[a] for a, _b in joined if a in position]
    columns = [len(labels) + position[b] for a, b in joined if a in position]
    graph = coo_array(([1] * len(rows), (rows, columns)), shape=(2 * len(labels),) * 2)
    group_of = connected_components(graph, directed=False)[1] if labels else []
    sets: dict[int, tuple[list[str], list[str]]] = {}
    for side, frame in enumerate((old, new)):
        for code in frame.index:
            label = int(group_of[side * len(labels) + position[str(code)[:4]]])
            sets.setdefault(label, ([], []))[side].append(str(code))
    return [both for both in sets.values() if all(both)]


def _names(villages: pd.DataFrame) -> dict[str, list[str]]:
    """Give the names of every kabupaten."""
    names: dict[str, list[str]] = {}
    for code, name in zip(villages.index, villages["desa"], strict=True):
        names.setdefault(code[:4], []).append(name)
    return names


def _once(names: Mapping[str, list[str]], codes: list[str]) -> set[str]:
    """Give the names that one village only has in all the kabupaten of these codes."""
    kabupaten = {code[:4] for code in codes}
    counted = Counter(letters(name) for code in kabupaten for name in names[code])
    return {name for name, n in counted.items() if n == 1}


class _Group:
    """The unsettled villages of kabupaten that belong together, linked step by step."""

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
        """Give for each kecamatan of the new list the one that more than half of its villages are from."""
        totals: Counter[str] = Counter()
        for (_source, target), n in self._moves.items():
            totals[target] += n
        return {target: origin for (origin, target), n in self._moves.items() if 2 * n > totals[target]}
