"""The official village list, arranged so that written names can be looked up in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from lokus.places.name_assignment import AMBIGUOUS, MISSING, Outcome, Target, assign, candidate, nearest
from lokus.places.name_rules import name_key, plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

__all__ = ["OfficialNames", "Place"]

# Without a kecamatan some twenty times as many villages can resemble a name by chance.
_STRICTER_WITHOUT_KECAMATAN = 10.0
_LEAST_VILLAGES = 3
_LEAST_SHARE = 0.6
_HINTS_SHOWN = 3


class Place(NamedTuple):
    """A place as a table names it, folded in case and spacing; an unknown part is empty."""

    kecamatan: str
    kode_kecamatan: str
    desa: str


class OfficialNames:
    """Look up written names among the villages of a study.

    Parameters
    ----------
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa``, ``kecamatan``.
    threshold, margin : float
        As in :func:`lokus.places.names.match_names`.
    old_spelling : bool
        As there.
    """

    def __init__(
        self, villages: pd.DataFrame, *, threshold: float, margin: float, old_spelling: bool
    ) -> None:
        self._threshold = threshold
        self._margin = margin
        self._old_spelling = old_spelling
        self.targets: dict[str, Target] = {}
        self._blocks: dict[str, list[Target]] = {}
        self._by_letters: dict[str, list[Target]] = {}
        ordered = villages.sort_index()
        cells = zip(ordered.index, ordered["desa"], ordered["kecamatan"], strict=True)
        for kode, desa, kecamatan in cells:
            target = self._target(str(kode), str(desa), str(kecamatan))
            self.targets[target.kode] = target
            self._blocks.setdefault(target.kode[:6], []).append(target)
            self._by_letters.setdefault(target.key.letters, []).append(target)
        self._kecamatan = [self._target(code, block[0].kecamatan, "") for code, block in self._blocks.items()]

    def _target(self, kode: str, name: str, kecamatan: str) -> Target:
        key = name_key(name, old_spelling=self._old_spelling)
        return Target(kode=kode, name=name, kecamatan=kecamatan, plain=plain_name(name), key=key)

    def match(self, rows: Collection[Place], *, taken: Collection[str]) -> dict[Place, Outcome]:
        """Give what becomes of the place of each row; villages in `taken` are already spoken for."""
        places = set(rows)
        block_of = self._find_kecamatan(places)
        by_block: dict[str, list[Place]] = {}
        for place in sorted(places):
            block = place.kode_kecamatan or block_of.get(place.kecamatan, "")
            lost = place.desa == "" or (place.kecamatan != "" and block == "")
            by_block.setdefault("?" if lost else block, []).append(place)
        result = {place: self._left_open(place) for place in by_block.pop("?", [])}
        for block, members in by_block.items():
            targets = self._blocks.get(block, []) if block else list(self.targets.values())
            free = [target for target in targets if target.kode not in taken]
            result |= self._assign(members, free, whole_list=block == "")
        return result | self._repeated(rows, result)

    def _repeated(self, rows: Collection[Place], result: dict[Place, Outcome]) -> dict[Place, Outcome]:
        """Leave open what several rows without kecamatan are called: it may be as many villages."""
        bare = [place for place in rows if place.desa and not place.kecamatan and not place.kode_kecamatan]
        keys = {place: name_key(place.desa, old_spelling=self._old_spelling) for place in bare}
        written = Counter(keys[place].letters for place in bare)
        targets = list(self.targets.values())
        return {
            place: Outcome(kode="", how=AMBIGUOUS, score=own.score, candidates=nearest(key, targets))
            for place, key in keys.items()
            if written[key.letters] > 1 and (own := result[place]).kode
        }

    def _assign(
        self, places: Sequence[Place], targets: Sequence[Target], *, whole_list: bool
    ) -> dict[Place, Outcome]:
        keys = [name_key(place.desa, old_spelling=self._old_spelling) for place in places]
        outcomes = assign(
            [place.desa for place in places],
            keys,
            targets,
            unique=whole_list,
            threshold=self._threshold + (_STRICTER_WITHOUT_KECAMATAN if whole_list else 0.0),
            margin=self._margin,
        )
        return {
            place: self._left_open(place, outcome) if outcome.how == MISSING else outcome
            for place, outcome in zip(places, outcomes, strict=True)
        }

    def _left_open(self, place: Place, outcome: Outcome | None = None) -> Outcome:
        """Add villages elsewhere with the very same name: a hint for a person, never a match."""
        letters = name_key(place.desa, old_spelling=self._old_spelling).letters
        hints = [candidate(target, 100.0) for target in self._by_letters.get(letters, [])[:_HINTS_SHOWN]]
        near = outcome.candidates if outcome else ()
        shown = tuple(dict.fromkeys((*near, *hints)))
        return Outcome(
            kode="", how=MISSING, score=outcome.score if outcome else float("nan"), candidates=shown
        )

    def _find_kecamatan(self, places: Collection[Place]) -> dict[str, str]:
        """Give the code of each kecamatan name that is clear; a name left out is open."""
        villages: dict[str, set[str]] = {}
        for place in places:
            if place.kecamatan and not place.kode_kecamatan:
                letters = name_key(place.desa, old_spelling=self._old_spelling).letters
                villages.setdefault(place.kecamatan, set()).add(letters)
        # Spellings that differ in spacing or abbreviation only are one kecamatan, not two rivals for it.
        spellings: dict[str, list[str]] = {}
        for name in sorted(villages):
            key = name_key(name, old_spelling=self._old_spelling)
            spellings.setdefault(key.letters, []).append(name)
        first = [names[0] for names in spellings.values()]
        keys = [name_key(name, old_spelling=self._old_spelling) for name in first]
        outcomes = assign(
            first, keys, self._kecamatan, unique=True, threshold=self._threshold, margin=self._margin
        )
        found = {letters: o.kode for letters, o in zip(spellings, outcomes, strict=True) if o.kode}
        unknown = {
            letters: set().union(*(villages[name] for name in names))
            for letters, names in spellings.items()
            if letters not in found
        }
        found |= self._kecamatan_by_villages(unknown, claimed=set(found.values()))
        return {
            name: found[letters] for letters, names in spellings.items() if letters in found for name in names
        }

    def _kecamatan_by_villages(self, unknown: dict[str, set[str]], *, claimed: set[str]) -> dict[str, str]:
        best: dict[str, str] = {}
        for name, letters in unknown.items():
            hits = Counter(
                block
                for village in letters
                for block in {target.kode[:6] for target in self._by_letters.get(village, [])} - claimed
            )
            ranked = hits.most_common(2)
            if not ranked or ranked[0][1] < max(_LEAST_VILLAGES, _LEAST_SHARE * len(letters)):
                continue
            if len(ranked) == 1 or 2 * ranked[1][1] <= ranked[0][1]:
                best[name] = ranked[0][0]
        once = Counter(best.values())
        return {name: block for name, block in best.items() if once[block] == 1}
