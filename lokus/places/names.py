"""Match village names to village codes, within kecamatan and without guessing between candidates.

Names that rules do not decide are left open with their candidates, for a person to decide in
``kecocokan.csv`` (:mod:`lokus.places.decisions`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.places.decisions import IGNORE, NOT_A_VILLAGE, read_decisions, write_open_cases
from lokus.places.kode import format_kode
from lokus.places.name_rules import (
    REGIONAL_WORDS,
    STATUS_WORDS,
    abbreviates,
    another_word,
    name_key,
    normalise_name,
    plain_name,
    without_status,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Sequence

    from numpy.typing import NDArray

    from lokus.places.name_rules import NameKey

__all__ = [
    "AMBIGUOUS",
    "MARGIN",
    "MISSING",
    "THRESHOLD",
    "OfficialNames",
    "Outcome",
    "Place",
    "Target",
    "match_kecamatan",
    "match_names",
    "normalise_name",
    "read_decisions",
    "write_open_cases",
]

AMBIGUOUS: Final = "ambigu"
MISSING: Final = "tidak ditemukan"
_CANDIDATE_FLOOR = 60.0
# "S. Rotan" is read as Sungai Rotan, "Kel. Sintep" as a kelurahan; a village called Simpang Rotan or Kelitu
# Sintep is an equally good reading.
_TWO_READINGS: Final = re.compile(r"(s|kel)\.")
_CANDIDATES_SHOWN = 3


class Target(NamedTuple):
    """A place of the official list, with its name in the forms used for comparison."""

    kode: str
    name: str
    kecamatan: str
    plain: str
    key: NameKey


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Result of matching one written name."""

    kode: str
    how: str
    score: float
    candidates: tuple[str, ...] = ()
    reason: str = ""


def assign(
    sources: Sequence[str],
    keys: Sequence[NameKey],
    targets: Sequence[Target],
    *,
    unique: bool,
    threshold: float,
    margin: float,
    status: frozenset[str] = STATUS_WORDS,
    said: str = "",
) -> list[Outcome]:
    """Assign distinct written names to places, each place at most once.

    Parameters
    ----------
    sources : sequence of str
        Distinct names, normalised in case and spacing.
    keys : sequence of NameKey
        Their normalised keys.
    targets : sequence of Target
        Candidate places.
    unique : bool
        Accept a name as written only if no other target has the same normalised name.
    threshold, margin : float
        Least similarity, and least distance to the runner-up among names and among places, 0 to 100.
    status : frozenset of str
        Leading words that may be removed where no place has the whole name.
    said : str
        Word with which every name of the table begins. "Kampung Baru" may then be a village Baru; where there
        is one, the name is left open.

    Returns
    -------
    list of Outcome
        One a source.

    Examples
    --------
    >>> tengah, pulau = (
    ...     Target(kode=kode, name=name, kecamatan="", plain=plain_name(name), key=name_key(name))
    ...     for kode, name in (("9901012001", "Tengah"), ("9901012002", "Pulau Tengah"))
    ... )
    >>> [found] = assign(
    ...     ["p. tengah"], [name_key("p. tengah")], [tengah, pulau], unique=False, threshold=80, margin=10
    ... )
    >>> found.how, found.candidates
    ('ambigu', ('99.01.01.2002 Pulau Tengah () 64', '99.01.01.2001 Tengah () 86'))
    """
    outcomes: list[Outcome | None] = [None] * len(sources)
    by_plain = _positions(target.plain for target in targets)
    by_letters = _positions(target.key.letters for target in targets)
    free = np.ones(len(targets), dtype=bool)

    for i, source in enumerate(sources):
        same = by_plain.get(source, [])
        rivals = by_letters.get(keys[i].letters, []) if unique else same
        shorter = by_letters.get(_without(said, source).replace(" ", ""), []) if said else []
        if shorter and (whole := by_letters.get(keys[i].letters)):
            outcomes[i] = _undecided(keys[i], targets, [*whole, *shorter])
        elif len(same) == 1 and len(rivals) == 1:
            outcomes[i] = Outcome(kode=targets[same[0]].kode, how="nama persis", score=100.0)
            free[same[0]] = False

    alike = _positions(key.letters if outcomes[i] is None else "" for i, key in enumerate(keys))
    for letters, members in alike.items():
        same = by_letters.get(letters, [])
        if not letters or not same:
            continue
        open_targets = [j for j in same if free[j]]
        meant = [j for j in _abbreviated(sources[members[0]], targets) if j not in same]
        if meant and len(members) == 1 and _TWO_READINGS.match(sources[members[0]]):
            outcomes[members[0]] = _undecided(keys[members[0]], targets, [*same, *meant])
        elif len(members) == 1 and len(open_targets) == 1 and (len(same) == 1 or not unique):
            j = open_targets[0]
            outcomes[members[0]] = Outcome(kode=targets[j].kode, how="nama dinormalkan", score=100.0)
            free[j] = False
        else:
            shown = tuple(candidate(targets[j], 100.0) for j in same[:_CANDIDATES_SHOWN])
            for i in members:
                outcomes[i] = Outcome(kode="", how=AMBIGUOUS, score=100.0, candidates=shown)

    _without_status(sources, targets, outcomes, free, status)
    rest = [i for i, outcome in enumerate(outcomes) if outcome is None]
    decided = _by_similarity(
        [sources[i] for i in rest], [keys[i] for i in rest], targets, free, threshold=threshold, margin=margin
    )
    for i, outcome in zip(rest, decided, strict=True):
        outcomes[i] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _without_status(
    sources: Sequence[str],
    targets: Sequence[Target],
    outcomes: list[Outcome | None],
    free: NDArray[np.bool_],
    status: frozenset[str],
) -> None:
    """Match remaining names without the word for their status ("Gampong Baro", "Baro")."""
    bare = [_bare(target.plain, STATUS_WORDS) for target in targets]
    rest = {i: _bare(source, status) for i, source in enumerate(sources) if outcomes[i] is None}
    written = Counter(rest.values())
    for i, name in rest.items():
        same = [j for j, other in enumerate(bare) if other == name]
        if len(same) == 1 and free[same[0]] and written[name] == 1:
            outcomes[i] = Outcome(kode=targets[same[0]].kode, how="nama dinormalkan", score=100.0)
            free[same[0]] = False
        elif same:
            outcomes[i] = _undecided(name_key(sources[i]), targets, same)


def _without(word: str, name: str) -> str:
    """Return a normalised name without this leading word; empty where it does not begin with it."""
    return without_status(normalise_name(name), frozenset({word}))


def _bare(name: str, status: frozenset[str]) -> str:
    normalised = normalise_name(name)
    return (without_status(normalised, status) or normalised).replace(" ", "")


def _abbreviated(source: str, targets: Sequence[Target]) -> list[int]:
    """Return the places that a written name may abbreviate."""
    return [j for j, target in enumerate(targets) if abbreviates(source, target.plain)]


def _undecided(key: NameKey, targets: Sequence[Target], places: Sequence[int]) -> Outcome:
    """Leave a name open between some places, listed in order."""
    similar = _similarities([key], [targets[j] for j in places])[0]
    shown = [candidate(targets[j], score) for j, score in zip(places, similar, strict=True)]
    return Outcome(
        kode="", how=AMBIGUOUS, score=float(similar.max()), candidates=tuple(shown[:_CANDIDATES_SHOWN])
    )


def _positions(values: Iterable[str]) -> dict[str, list[int]]:
    result: dict[str, list[int]] = {}
    for i, value in enumerate(values):
        result.setdefault(value, []).append(i)
    return result


def _pair(gain: NDArray[np.float64], short: Sequence[Sequence[int]]) -> dict[int, int]:
    """Pair names and places with the largest sum of similarities."""
    rows, columns = np.nonzero(gain)
    alone = len(set(rows.tolist())) == len(rows) and len(set(columns.tolist())) == len(columns)
    if alone and not any(short[i] for i in range(len(gain)) if not gain[i].any()):
        return dict(zip(rows.tolist(), columns.tolist(), strict=True))  # no name has a choice
    from scipy.optimize import linear_sum_assignment

    return dict(zip(*linear_sum_assignment(gain, maximize=True), strict=True))


def _by_similarity(
    sources: Sequence[str],
    keys: Sequence[NameKey],
    targets: Sequence[Target],
    free: NDArray[np.bool_],
    *,
    threshold: float,
    margin: float,
) -> list[Outcome]:
    if not keys or not targets:
        return [Outcome(kode="", how=MISSING, score=float("nan")) for _key in keys]
    similar = _similarities(keys, targets)
    same_marks = np.array([[key.marks == target.key.marks for target in targets] for key in keys])
    rivals = np.where(same_marks, similar, 0.0)
    for i, j in np.argwhere(rivals >= threshold):
        if another_word(normalise_name(sources[i]), normalise_name(targets[j].plain)):
            rivals[i, j] = 0.0
    short = [_abbreviated(source, targets) for source in sources]
    # A place already taken is no candidate, but a name more similar to it than to any free place is a second
    # spelling of that place, not another village.
    best_taken = np.where(free, 0.0, rivals).max(axis=1)
    choices = np.where(free, rivals, 0.0)
    gain = np.where(choices >= threshold, choices, 0.0)
    chosen = _pair(gain, short)
    outcomes = []
    for i in range(len(keys)):
        j = chosen.get(i, 0)
        score = choices[i, j]
        runner_up = max(_best_other(choices[i], j), _best_other(choices[:, j], i))
        if any(short_for != j for short_for in short[i]):
            near = np.argsort(-similar[i], kind="stable")
            near = near[similar[i, near] >= _CANDIDATE_FLOOR]
            outcomes.append(_undecided(keys[i], targets, list(dict.fromkeys([*short[i], *near.tolist()]))))
            continue
        if gain[i, j] > 0 and score - runner_up >= margin and score > best_taken[i]:
            outcomes.append(Outcome(kode=targets[j].kode, how="nama mirip", score=float(score)))
            continue
        outcomes.append(
            Outcome(
                kode="",
                how=AMBIGUOUS if rivals[i].max() >= threshold else MISSING,
                score=float(similar[i].max()),
                candidates=_shown(targets, similar[i]),
            )
        )
    return outcomes


def _similarities(keys: Sequence[NameKey], targets: Sequence[Target]) -> NDArray[np.float64]:
    similar = cdist(
        [key.letters for key in keys],
        [target.key.letters for target in targets],
        scorer=OSA.normalized_similarity,
        dtype=np.float64,
    )
    return np.asarray(similar, dtype=np.float64) * 100.0


def _shown(targets: Sequence[Target], similar: NDArray[np.float64]) -> tuple[str, ...]:
    near = [k for k in np.argsort(-similar, kind="stable") if similar[k] >= _CANDIDATE_FLOOR]
    return tuple(candidate(targets[k], similar[k]) for k in near[:_CANDIDATES_SHOWN])


def nearest(key: NameKey, targets: Sequence[Target]) -> tuple[str, ...]:
    """Return the places with the names most similar to a written one, most similar first."""
    return _shown(targets, _similarities([key], targets)[0]) if targets else ()


def _best_other(scores: NDArray[np.float64], position: int) -> float:
    others = np.delete(scores, position)
    return float(others.max()) if len(others) else 0.0


def candidate(target: Target, score: float) -> str:
    """Format a candidate for a person to decide: code, name, kecamatan, similarity."""
    return f"{format_kode(target.kode)} {target.name} ({target.kecamatan}) {score:.0f}"


# The official village list, indexed for looking up written names.


# Without a kecamatan about twenty times as many villages can resemble a name by chance.
_STRICTER_WITHOUT_KECAMATAN = 10.0
_LEAST_VILLAGES = 3
_LEAST_SHARE = 0.6
_LEAST_SAME_WORD = 5
_HINTS_SHOWN = 3


class Place(NamedTuple):
    """A place as named in a table, normalised in case and spacing; an unknown part is empty."""

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
    """

    def __init__(self, villages: pd.DataFrame, *, threshold: float, margin: float) -> None:
        self._threshold = threshold
        self._margin = margin
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
        self._status = STATUS_WORDS
        self._shared_word, self._doubled = "", False
        self._kecamatan = [self._target(code, block[0].kecamatan, "") for code, block in self._blocks.items()]

    def _target(self, kode: str, name: str, kecamatan: str) -> Target:
        key = name_key(name)
        return Target(kode=kode, name=name, kecamatan=kecamatan, plain=plain_name(name), key=key)

    def match(self, rows: Collection[Place], *, taken: Collection[str]) -> dict[Place, Outcome]:
        """Match the place of each row; villages in `taken` are excluded."""
        places = set(rows)
        self._status = STATUS_WORDS | _frequent_regional_words(places)
        self._shared_word = _shared_first_word(places)
        # "Kampung Kampung Baru" arises only where the word was added to all names.
        self._doubled = any(
            _without(self._shared_word, _without(self._shared_word, place.desa)) for place in places
        )
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
        """Leave a name open that several rows without kecamatan have: it may be several villages."""
        bare = [place for place in rows if place.desa and not place.kecamatan and not place.kode_kecamatan]
        keys = {place: name_key(place.desa) for place in bare}
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
        written = [
            _without(self._shared_word, place.desa) if self._doubled else place.desa for place in places
        ]
        outcomes = assign(
            written,
            [name_key(name) for name in written],
            targets,
            unique=whole_list,
            threshold=self._threshold + (_STRICTER_WITHOUT_KECAMATAN if whole_list else 0.0),
            margin=self._margin,
            status=self._status,
            said="" if self._doubled else self._shared_word,
        )
        return {
            place: self._left_open(place, outcome) if outcome.how == MISSING else outcome
            for place, outcome in zip(places, outcomes, strict=True)
        }

    def _left_open(self, place: Place, outcome: Outcome | None = None) -> Outcome:
        """Leave a name open; add villages elsewhere with the same name as a hint, never as a match."""
        letters = name_key(place.desa).letters
        hints = [candidate(target, 100.0) for target in self._by_letters.get(letters, [])[:_HINTS_SHOWN]]
        near = outcome.candidates if outcome else ()
        shown = tuple(dict.fromkeys((*near, *hints)))
        return Outcome(
            kode="", how=MISSING, score=outcome.score if outcome else float("nan"), candidates=shown
        )

    def kecamatan(self, names: Collection[str]) -> dict[str, str]:
        """Return the code of each name that matches one kecamatan only."""
        return self._find_kecamatan({Place(name, "", "") for name in names if name})

    def _find_kecamatan(self, places: Collection[Place]) -> dict[str, str]:
        """Return the code of each kecamatan name that is unambiguous; other names are left out."""
        villages: dict[str, set[str]] = {}
        for place in places:
            if place.kecamatan and not place.kode_kecamatan:
                letters = name_key(place.desa).letters
                villages.setdefault(place.kecamatan, set()).add(letters)
        # Spellings that differ only in spacing or abbreviation are one kecamatan and do not compete.
        spellings: dict[str, list[str]] = {}
        for name in sorted(villages):
            key = name_key(name)
            spellings.setdefault(key.letters, []).append(name)
        first = [names[0] for names in spellings.values()]
        keys = [name_key(name) for name in first]
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


def _shared_first_word(places: Collection[Place]) -> str:
    """Return the status word with which every name of a table begins; empty where there is none."""
    names = [normalise_name(place.desa) for place in places if place.desa]
    first = {name.split(" ", 1)[0] if " " in name else "" for name in names}
    word = first.pop() if len(first) == 1 and len(names) >= _LEAST_SAME_WORD else ""
    return word if word in STATUS_WORDS | REGIONAL_WORDS else ""


def _frequent_regional_words(places: Collection[Place]) -> frozenset[str]:
    """Return regional words with which most names of a table begin: they are the status there."""
    names = {normalise_name(place.desa) for place in places if place.desa}
    first = Counter(name.split(" ", 1)[0] for name in names if " " in name)
    least = max(_LEAST_SAME_WORD, _LEAST_SHARE * len(names))
    return frozenset(word for word, n in first.items() if word in REGIONAL_WORDS and n >= least)


THRESHOLD: Final = 80.0
"""Least similarity, 0 to 100, at which two different spellings may be the same name."""

MARGIN: Final = 10.0
"""By how much the best candidate must beat the next one, in the same points."""


def match_names(
    names: pd.DataFrame,
    villages: pd.DataFrame,
    *,
    decisions: pd.DataFrame | None = None,
    source: str = "",
    sheet: str = "",
    nameless: bool = False,
    threshold: float = THRESHOLD,
    margin: float = MARGIN,
) -> pd.DataFrame:
    """Find the village code of every named village.

    Kecamatan are matched first, then villages inside their kecamatan: by the name as written, by the
    normalised name, and by similarity through the best one-to-one assignment, accepted only above `threshold`
    and with `margin` to the runner-up in both directions. Names that differ in numbers or qualifiers (*II*,
    *Ilir*, *Baru*) are never matched by similarity. A kecamatan under another name is recognised where most
    of its villages belong to one kecamatan that no other name matches. A row without kecamatan is matched
    only where its normalised name is unique among all villages and among such rows (of two rows, one may be a
    village missing from the list), and by similarity only 10 above `threshold`.

    Parameters
    ----------
    names : pandas.DataFrame
        Column ``desa``; optionally ``kecamatan`` (name) or ``kode_kecamatan`` (six digits), which takes
        precedence.
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa``, ``kecamatan``.
    decisions : pandas.DataFrame, optional
        Human decisions as returned by :func:`read_decisions`; they take precedence over every rule.
    source : str
        Name of the table; decisions naming another ``sumber`` do not apply.
    sheet : str
        Its sheet, likewise. A decision with a row number applies to the row of `names` with that number as
        its index, if the name is still the one that was decided.
    nameless : bool
        Let a decision with a row number and no name apply to that row whatever its name; only for tables of
        children, whose cells are not written anywhere. Otherwise it applies to a row without a name only.
    threshold, margin : float
        Similarity (normalised optimal string alignment, 0 to 100) and distance to the runner-up.

    Returns
    -------
    pandas.DataFrame
        Index of `names`; columns ``kode_desa`` (``<NA>`` when open), ``cara`` ("nama persis", "nama
        dinormalkan", "nama mirip", "keputusan", "ambigu", "tidak ditemukan"), ``nilai`` (similarity),
        ``calon`` (list of candidate texts), ``alasan`` (reason of a decision), ``sumber``,
        ``kecamatan_sumber``, ``desa_sumber``. A row left out by decision has ``cara`` "keputusan" and no
        code.

    Raises
    ------
    InputError
        A decision has a code that is not a village of this study.

    Examples
    --------
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Maju II"], "kecamatan": ["Tanjung Sari"] * 2},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> names = pd.DataFrame({"kecamatan": "TJ. SARI", "desa": ["SUKAMAJU", "SUKA MAJU 2"]})
    >>> match_names(names, villages)["kode_desa"].tolist()
    ['9901012001', '9901012002']
    """
    official = OfficialNames(villages, threshold=threshold, margin=margin)
    places = _places(names)
    decided = _decided(
        places, list(names.index), decisions, official.targets, source=source, sheet=sheet, nameless=nameless
    )
    taken = {outcome.kode for outcome in decided.values()}
    open_places = [place for i, place in enumerate(places) if i not in decided]
    outcomes = official.match(open_places, taken=taken)
    found = [decided[i] if i in decided else outcomes[place] for i, place in enumerate(places)]
    return pd.DataFrame(
        {
            "kode_desa": pd.array([o.kode or pd.NA for o in found], dtype="string"),
            "cara": [o.how for o in found],
            "nilai": [o.score for o in found],
            "calon": [list(o.candidates) for o in found],
            "alasan": [o.reason for o in found],
            "sumber": source,
            "kecamatan_sumber": _kecamatan_text(names),
            "desa_sumber": _text(names, "desa"),
        },
        index=names.index,
    )


def match_kecamatan(names: pd.Series, villages: pd.DataFrame) -> pd.Series:
    """Match each written name to a kecamatan, where it is unambiguous.

    Parameters
    ----------
    names : pandas.Series
        Names of kecamatan as written, or missing.
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa``, ``kecamatan``.

    Returns
    -------
    pandas.Series of str
        Code of six digits; empty where the name is missing or ambiguous.

    Examples
    --------
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Air Itam"], "kecamatan": ["Tanjung Sari", "Belida"]},
    ...     index=pd.Index(["9901012001", "9901022001"], name="kode_desa"),
    ... )
    >>> match_kecamatan(pd.Series(["Kec. TJ. SARI", "Belido", None, "Lain"]), villages).tolist()
    ['990101', '990102', '', '']
    """
    official = OfficialNames(villages, threshold=THRESHOLD, margin=MARGIN)
    plain = ["" if pd.isna(name) else plain_name(str(name)) for name in names]
    # One at a time, so that two spellings of one kecamatan do not compete.
    found = {name: official.kecamatan([name]).get(name, "") for name in set(plain)}
    return pd.Series([found.get(name, "") for name in plain], index=names.index, dtype=object)


def _text(names: pd.DataFrame, column: str) -> list[str]:
    if column not in names:
        return [""] * len(names)
    return ["" if pd.isna(cell) else str(cell).strip() for cell in names[column]]


def _kecamatan_text(names: pd.DataFrame) -> list[str]:
    return [
        name or code
        for name, code in zip(_text(names, "kecamatan"), _text(names, "kode_kecamatan"), strict=True)
    ]


def _places(names: pd.DataFrame) -> list[Place]:
    cells = zip(_kecamatan_text(names), _text(names, "kode_kecamatan"), _text(names, "desa"), strict=True)
    return [Place(plain_name(name), code.replace(".", ""), plain_name(desa)) for name, code, desa in cells]


def _decided(
    places: list[Place],
    rows: Sequence[object],
    decisions: pd.DataFrame | None,
    known: Container[str],
    *,
    source: str,
    sheet: str,
    nameless: bool,
) -> dict[int, Outcome]:
    """Return the outcomes decided by a person, by position: decisions about the row, or else the name."""
    if decisions is None:
        return {}
    chosen: dict[tuple[int, str, str], Outcome] = {}
    for line, row in zip(decisions.index, decisions.to_dict("records"), strict=True):
        if row["sumber"] not in ("", source) or row["lembar"] not in ("", sheet):
            continue
        left_out = row["kode_desa"] in (IGNORE, NOT_A_VILLAGE)
        kode = "" if left_out else str(row["kode_desa"])
        if kode and kode not in known:
            raise InputError(
                _("the decision for {desa} names code {kode}, which is no village of this study").format(
                    desa=row["desa"], kode=kode
                ),
                where=Where(file=row.get("berkas"), row=int(line), column="kode_desa"),
                remedy=_('Write the code of a village of this study, or "abaikan" with a reason.'),
            )
        reason = row["alasan"] or (_("not a village") if row["kode_desa"] == NOT_A_VILLAGE else "")
        name = (int(row["baris_sumber"]), plain_name(row["kecamatan"]), plain_name(row["desa"]))
        chosen[name] = Outcome(kode=kode, how="keputusan", score=float("nan"), reason=reason)
    found: dict[int, Outcome] = {}
    for i, (place, label) in enumerate(zip(places, rows, strict=True)):
        number = int(label) if isinstance(label, (int, np.integer)) else 0
        named = [(number, place.kecamatan, place.desa), (number, "", place.desa)]
        if nameless or not place.desa:
            named.append((number, "", ""))
        named.append((0, place.kecamatan, place.desa))
        if outcome := next((chosen[name] for name in named if name in chosen), None):
            found[i] = outcome
    return found
