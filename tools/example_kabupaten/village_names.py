"""Invented village names, and the ways offices write them.

The words are everyday ones of Indonesian place names, put together at random; homonyms, numerals and
look-alikes are planted, because real kabupaten have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA

from example_kabupaten.land import ISLAND
from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from example_kabupaten.terrain import Terrain

__all__ = ["Alias", "Names", "make_names", "spell"]

_FIRST = {
    "pesisir": ("Tanjung", "Teluk", "Muara", "Pantai", "Kuala"),
    "sungai": ("Lubuk", "Rantau", "Muara", "Sungai", "Pangkalan", "Tebing"),
    "darat": (
        "Suka", "Karang", "Pagar", "Talang", "Sumber", "Mekar", "Air", "Kampung", "Gunung", "Padang", "Bukit",
        "Simpang", "Pematang", "Batu", "Tanah", "Bangun",
    ),
}  # fmt: skip
_SECOND = (
    "Jaya", "Makmur", "Mulya", "Agung", "Indah", "Harapan", "Bakti", "Sejahtera", "Lestari", "Damai",
    "Bening", "Jernih", "Gelam", "Tinggi", "Panjang", "Hijau", "Bulan", "Kencana", "Meranti", "Merbau",
    "Rotan", "Pinang", "Durian", "Kelapa", "Betung", "Nipah", "Bakau", "Pandan", "Cempaka", "Kenanga",
    "Rambutan", "Manggis", "Permai", "Sentosa", "Bersama", "Mandiri", "Sepakat", "Serasan", "Cahaya",
    "Kuning",
)  # fmt: skip
_KECAMATAN = (
    "Rantau Kencana", "Tebing Merbau", "Muara Gelam", "Karang Sentosa", "Lubuk Cempaka", "Tanah Lestari",
    "Pagar Meranti", "Suka Permai", "Bukit Serasan", "Talang Bersama", "Air Kenanga", "Sumber Cahaya",
    "Padang Betung", "Mekar Mandiri", "Kuala Nipah", "Gunung Pandan", "Simpang Harapan", "Batu Hijau",
    "Teluk Bakau", "Sungai Pinang Raya", "Bangun Sepakat", "Pematang Durian", "Pantai Damai", "Kampung Rotan",
)  # fmt: skip
_QUARTERS = ("Utara", "Selatan", "Timur", "Barat")
_ABBREVIATED = {"Tanjung": "Tj.", "Sungai": "Sei", "Kampung": "Kp.", "Gunung": "Gn.", "Lubuk": "Lb."}
_ARABIC = {"II": "2", "III": "3", "IV": "4"}
_MARKS = {*_ARABIC, *_QUARTERS, "Ulu", "Ilir", "Baru", "Lama"}


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A spelling that only a person can settle.

    Parameters
    ----------
    written : str
        What the office writes.
    reason : str
        Why it means this village, as the person who decides would put it.
    everywhere : bool
        Whether the family-planning office writes it too, not only the health office.
    """

    written: str
    reason: str
    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of an invented land: `desa` per village, `kecamatan` per kecamatan, aliases by village number."""

    desa: NDArray[np.object_]
    kecamatan: NDArray[np.object_]
    aliases: Mapping[int, Alias] = field(default_factory=dict)


def make_names(seed: int, land: Terrain) -> Names:
    """Name the villages and kecamatan of `land`.

    About one village in sixteen shares its name with a village of another kecamatan; about one in fifty has a
    numbered sibling beside it; four can be told from the health office's spelling by a person only.

    Examples
    --------
    >>> from example_kabupaten.terrain import make_terrain
    >>> names = make_names(7, make_terrain(7, villages=30, kecamatan=3))
    >>> len(names.desa), len(names.kecamatan), len(names.aliases)
    (30, 3, 4)
    """
    rng = stream(seed, "names")
    count = len(land.polygons)
    kecamatan = _kecamatan_names(rng, int(land.kecamatan.max()) + 1)
    desa = _village_names(rng, land)
    free = list(map(int, rng.permutation(np.flatnonzero(land.part != ISLAND))))
    _plant_siblings(rng, desa, land.kecamatan, free, max(1, count // 50))
    aliases = _plant_puzzles(desa, land.kecamatan, free)
    _plant_homonyms(desa, land.kecamatan, free, max(1, count // 32))
    return Names(desa=desa, kecamatan=kecamatan, aliases=aliases)


def _kecamatan_names(rng: np.random.Generator, count: int) -> NDArray[np.object_]:
    pool = rng.permutation(_KECAMATAN).tolist()
    split = [f"{name} {quarter}" for quarter in _QUARTERS for name in pool]
    return np.array((pool + split)[:count], dtype=object)


def _village_names(rng: np.random.Generator, land: Terrain) -> NDArray[np.object_]:
    """Name villages to suit the landscape; while words last no two alike, and never two of a kecamatan."""
    kinds = np.where(land.coastal, "pesisir", np.where(land.riverside, "sungai", "darat"))
    pools = {
        kind: [f"{a} {b}" for a, b in rng.permutation(list(product(first, _SECOND))).tolist()]
        for kind, first in _FIRST.items()
    }
    used: set[str] = set()
    here: dict[int, set[str]] = {}
    desa = np.empty(len(kinds), dtype=object)
    for i, (kind, part) in enumerate(zip(kinds, land.part, strict=True)):
        if part == ISLAND:
            desa[i] = f"Pulau {_SECOND[int(rng.integers(len(_SECOND)))]}"
            continue
        pool = pools[kind]
        near = here.setdefault(int(land.kecamatan[i]), set())
        name = next((n for n in pool if n not in used), "") or next(n for n in pool if n not in near)
        pool.remove(name)
        pool.append(name)
        used.add(name)
        near.add(name)
        desa[i] = name
    return desa


def _take_pair(free: list[int], kecamatan: NDArray[np.int64], *, same: bool) -> tuple[int, int]:
    """Take the first two unused villages that lie in the same kecamatan, or in two different ones."""
    for a in free:
        for b in free:
            if a != b and (kecamatan[a] == kecamatan[b]) == same:
                free.remove(a)
                free.remove(b)
                return a, b
    raise ValueError("too few villages to plant the names a real kabupaten has; ask for more villages")


def _plant_siblings(
    rng: np.random.Generator,
    desa: NDArray[np.object_],
    kecamatan: NDArray[np.int64],
    free: list[int],
    count: int,
) -> None:
    for _ in range(count):
        elder, younger = _take_pair(free, kecamatan, same=True)
        desa[younger] = f"{desa[elder]} {rng.choice(('II', 'II', 'III'))}"


def _plant_puzzles(
    desa: NDArray[np.object_], kecamatan: NDArray[np.int64], free: list[int]
) -> dict[int, Alias]:
    """Two halves of a split village, two look-alikes, and a village known by its former name."""
    upper, lower = _take_pair(free, kecamatan, same=True)
    desa[upper], desa[lower] = "Pagar Dewa Ulu", "Pagar Dewa Ilir"
    plain, twin = _take_pair(free, kecamatan, same=True)
    desa[plain], desa[twin] = "Karang Sari", "Karang Asri"
    renamed = free.pop(0)
    desa[renamed] = "Mekar Sari"
    return {
        upper: Alias(written="Pagar Dewa I", reason="Puskesmas menomori dua hasil pemekaran: I = Ulu"),
        lower: Alias(written="Pagar Dewa II", reason="Puskesmas menomori dua hasil pemekaran: II = Ilir"),
        plain: Alias(
            written="Karang Sri",
            reason="Sama dekat dengan Karang Sari dan Karang Asri; dipastikan ke Puskesmas",
        ),
        renamed: Alias(
            written="UPT Dwi Tunggal", reason="Nama lama sebelum menjadi desa definitif", everywhere=True
        ),
    }


def _plant_homonyms(
    desa: NDArray[np.object_], kecamatan: NDArray[np.int64], free: list[int], count: int
) -> None:
    for _ in range(count):
        a, b = _take_pair(free, kecamatan, same=False)
        if desa[a] not in desa[kecamatan == kecamatan[b]]:
            desa[b] = desa[a]


def spell(
    names: Sequence[str],
    groups: Sequence[int],
    rng: np.random.Generator,
    *,
    abbreviate: float = 0.0,
    arabic: float = 0.0,
    join: float = 0.0,
    misspell: float = 0.0,
) -> list[str]:
    """Write names as a hurried office does; each option is the share of names it may befall.

    A misspelling is used only where it stays nearer to its village than to any other of its group, so that a
    careful reader can undo every one.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> spell(["Tanjung Jaya", "Suka Maju II"], [0, 0], rng, abbreviate=1.0, arabic=1.0)
    ['Tj. Jaya', 'Suka Maju 2']
    """
    letters = [name.replace(" ", "").casefold() for name in names]
    written = []
    for i, name in enumerate(names):
        others = [letters[j] for j in range(len(names)) if groups[j] == groups[i] and j != i]
        chance = rng.random(4)
        words = name.split()
        if chance[0] < misspell:
            words = _misspell(words, others, rng)
        elif chance[1] < abbreviate:
            words[0] = _ABBREVIATED.get(words[0], words[0])
        elif chance[2] < join and len(words) == 2 and not _MARKS.intersection(words):
            words = ["".join(words).capitalize()]
        if chance[3] < arabic:
            words[-1] = _ARABIC.get(words[-1], words[-1])
        written.append(" ".join(words))
    return written


def _misspell(words: list[str], others: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Lose, double or swap one letter inside a word, if the name stays unmistakable."""
    position = max((i for i, word in enumerate(words) if word not in _MARKS), key=lambda i: len(words[i]))
    word = words[position]
    at = int(rng.integers(1, len(word) - 1))
    wrong = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at > 1 else word[: at + 1] + word[at:],
    )[int(rng.integers(3))]
    result = [*words[:position], wrong, *words[position + 1 :]]
    seen, meant = ("".join(w).casefold() for w in (result, words))
    score = OSA.normalized_similarity(seen, meant)
    rival = max((OSA.normalized_similarity(seen, other) for other in others), default=0.0)
    return result if score >= 0.87 and score - rival >= 0.2 else words
