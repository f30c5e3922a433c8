"""One-to-one assignment of written names to places: as written, normalised, then by similarity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment

from lokus.places.kode_reading import format_kode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from lokus.places.name_rules import NameKey

__all__ = ["AMBIGUOUS", "MISSING", "Outcome", "Target", "assign", "candidate", "nearest"]

AMBIGUOUS: Final = "ambigu"
MISSING: Final = "tidak ditemukan"
_CANDIDATE_FLOOR = 60.0
_CANDIDATES_SHOWN = 3


class Target(NamedTuple):
    """A place of the official list, with its name in the forms it is compared by."""

    kode: str
    name: str
    kecamatan: str
    plain: str
    key: NameKey


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one written name."""

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
) -> list[Outcome]:
    """Assign distinct written names to places, each place once at most.

    Parameters
    ----------
    sources : sequence of str
        Distinct names, folded in case and spacing.
    keys : sequence of NameKey
        Their normalised keys.
    targets : sequence of Target
        The places they may be.
    unique : bool
        Accept a name as written only if no other target has the same normalised name.
    threshold, margin : float
        Least similarity, and least distance to the runner-up among names and among places, 0 to 100.

    Returns
    -------
    list of Outcome
        One a source.
    """
    outcomes: list[Outcome | None] = [None] * len(sources)
    by_plain = _positions(target.plain for target in targets)
    by_letters = _positions(target.key.letters for target in targets)
    free = np.ones(len(targets), dtype=bool)

    for i, source in enumerate(sources):
        same = by_plain.get(source, [])
        rivals = by_letters.get(keys[i].letters, []) if unique else same
        if len(same) == 1 and len(rivals) == 1:
            outcomes[i] = Outcome(kode=targets[same[0]].kode, how="nama persis", score=100.0)
            free[same[0]] = False

    alike = _positions(key.letters if outcomes[i] is None else "" for i, key in enumerate(keys))
    for letters, members in alike.items():
        same = by_letters.get(letters, [])
        if not letters or not same:
            continue
        open_targets = [j for j in same if free[j]]
        if len(members) == 1 and len(open_targets) == 1 and (len(same) == 1 or not unique):
            j = open_targets[0]
            outcomes[members[0]] = Outcome(kode=targets[j].kode, how="nama dinormalkan", score=100.0)
            free[j] = False
        else:
            shown = tuple(candidate(targets[j], 100.0) for j in same[:_CANDIDATES_SHOWN])
            for i in members:
                outcomes[i] = Outcome(kode="", how=AMBIGUOUS, score=100.0, candidates=shown)

    rest = [i for i, outcome in enumerate(outcomes) if outcome is None]
    decided = _by_similarity([keys[i] for i in rest], targets, free, threshold=threshold, margin=margin)
    for i, outcome in zip(rest, decided, strict=True):
        outcomes[i] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _positions(values: Iterable[str]) -> dict[str, list[int]]:
    result: dict[str, list[int]] = {}
    for i, value in enumerate(values):
        result.setdefault(value, []).append(i)
    return result


def _by_similarity(
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
    # A place already taken by a better name is no choice, but a name nearer to it than to any free place is a
    # second spelling of that place rather than another village.
    best_taken = np.where(free, 0.0, rivals).max(axis=1)
    choices = np.where(free, rivals, 0.0)
    gain = np.where(choices >= threshold, choices, 0.0)
    chosen = dict(zip(*linear_sum_assignment(gain, maximize=True), strict=True))
    outcomes = []
    for i in range(len(keys)):
        j = chosen.get(i, 0)
        score = choices[i, j]
        runner_up = max(_best_other(choices[i], j), _best_other(choices[:, j], i))
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
    """Give the places whose names are most like a written one, nearest first."""
    return _shown(targets, _similarities([key], targets)[0]) if targets else ()


def _best_other(scores: NDArray[np.float64], position: int) -> float:
    others = np.delete(scores, position)
    return float(others.max()) if len(others) else 0.0


def candidate(target: Target, score: float) -> str:
    """Write a candidate for a person to judge: code, name, kecamatan, similarity."""
    return f"{format_kode(target.kode)} {target.name} ({target.kecamatan}) {score:.0f}"
