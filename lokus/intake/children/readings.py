"""Rows of a child-level export as numbers: who, days, class of the z-score, and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lokus.intake.children.cells import (
    MISSING,
    Lookup,
    has_height,
    kabupaten_text,
    parse_day,
    parse_z,
    place_text,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BEYOND",
    "BY_NAME",
    "BY_NIK",
    "CLASSES",
    "CONFLICT",
    "IMPLAUSIBLE",
    "IS_SEVERE",
    "IS_STUNTED",
    "NOT_STUNTED",
    "NO_IDENTITY",
    "NO_NUMBER",
    "SEVERE",
    "STUNTED",
    "PlaceTexts",
    "Readings",
    "TextReader",
    "class_of",
    "is_same_place",
]

NO_IDENTITY, BY_NAME, BY_NIK = 0, 1, 2
"""How a child is told apart."""

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
NO_HEIGHT, NO_Z, BEYOND, IS_SEVERE, IS_STUNTED, NOT_STUNTED, CONFLICT = range(len(CLASSES))
"""Their positions."""
NO_NUMBER: Final = 8
"""Added to a class where the z-score is a text that is not a number."""

PlaceTexts = tuple[str, str, str]
"""Kabupaten, kecamatan and village as they stand in a row."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Readings:
    """Some rows of an export, in their order. No text of a child is in them.

    Attributes
    ----------
    child : array of uint64
        Salted hash of the identity; its lowest bit is set where it is a NIK.
    told_by : array
        :data:`NO_IDENTITY`, :data:`BY_NAME` or :data:`BY_NIK`.
    birth, day : array of int
        As :func:`lokus.intake.children.cells.parse_day` gives them.
    kind : array of int
        Position in :data:`CLASSES`, plus :data:`NO_NUMBER` where the z-score is not a number.
    place : array of int
        Position in `places`.
    places : list of PlaceTexts
        It may be shared by several readings, and grow.
    wanted : array of bool
        The row passes the row filter.
    wider : array of bool
        The row has more cells than the header.

    Of rows that are outside every period, all but `day`, `place`, `wanted` and `wider` may be anything.
    """

    child: NDArray[np.uint64]
    told_by: NDArray[np.integer]
    birth: NDArray[np.integer]
    day: NDArray[np.integer]
    kind: NDArray[np.integer]
    place: NDArray[np.integer]
    places: list[PlaceTexts]
    wanted: NDArray[np.bool_]
    wider: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.day)


def class_of(z: float, height: float) -> int:
    """Return the class of a measurement, plus :data:`NO_NUMBER` where its z-score is not a number.

    Parameters
    ----------
    z : float
        As :func:`lokus.intake.children.cells.parse_z` gives it.
    height : float
        As :func:`lokus.intake.children.cells.has_height` gives it.

    Examples
    --------
    >>> [CLASSES[class_of(z, 1)] for z in (-3.01, -3.0, -2.0, 6.01)]
    ['sangat_pendek', 'pendek', 'tidak_pendek', 'tidak_wajar']
    >>> class_of(float("inf"), 1) == NO_Z + NO_NUMBER, CLASSES[class_of(float("nan"), 0)]
    (True, 'tanpa_tb')
    """
    if np.isinf(z):
        return NO_Z + NO_NUMBER
    if np.isnan(z):
        return NO_Z if height > 0 else NO_HEIGHT
    if abs(z) > IMPLAUSIBLE:
        return BEYOND
    return IS_SEVERE if z < SEVERE else IS_STUNTED if z < STUNTED else NOT_STUNTED


def is_same_place(wanted: str, text: str) -> bool:
    """Return whether a cell names the wanted place; case, spaces and the word *kabupaten* do not matter.

    Examples
    --------
    >>> is_same_place("BOGOR", "Kab. Bogor"), is_same_place("BOGOR", "Kota Bogor")
    (True, False)
    """
    return kabupaten_text(text) == kabupaten_text(place_text(wanted))


@dataclass(kw_only=True, repr=False)
class TextReader:
    """Reads chunks of texts, as :mod:`lokus.intake.children.sources` yields them.

    Parameters
    ----------
    filters : mapping of column name to value
        Rows to keep; case and spaces do not matter.

    Examples
    --------
    >>> chunk = {"anak": [8], "cara": BY_NIK, "desa": "Suka Maju", "tanggal": "2026-02-05"}
    >>> chunk = pd.DataFrame({**chunk, "zs_tbu": "-2,31", "lebih": False})
    >>> found = TextReader().read(chunk)
    >>> found.day.tolist(), CLASSES[found.kind[0]], found.places
    ([13185], 'pendek', [('', '', 'Suka Maju')])
    """

    filters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._day = Lookup(parse_day, missing=MISSING, dtype=np.int64)
        self._z = Lookup(parse_z, missing=np.nan, dtype=np.float64)
        self._height = Lookup(has_height, missing=0, dtype=np.int64)
        self._keep = {
            name: Lookup(partial(is_same_place, value), missing=False, dtype=np.bool_)
            for name, value in self.filters.items()
        }

    def read(self, chunk: pd.DataFrame) -> Readings:
        """Return the numbers of a chunk."""
        n = len(chunk)
        wanted = np.ones(n, dtype=bool)
        for name, lookup in self._keep.items():
            wanted &= lookup(chunk[name])
        by_nik = (chunk["cara"] == BY_NIK).to_numpy().astype(np.uint64)
        one = np.uint64(1)
        place, places = _places(chunk)
        return Readings(
            child=chunk["anak"].to_numpy(dtype=np.uint64) >> one << one | by_nik,
            told_by=chunk["cara"].to_numpy(),
            birth=_values(self._day, chunk, "lahir"),
            day=_values(self._day, chunk, "tanggal"),
            kind=_classify(_values(self._z, chunk, "zs_tbu"), _values(self._height, chunk, "tinggi")),
            place=place,
            places=places,
            wanted=wanted,
            wider=chunk["lebih"].to_numpy(dtype=bool),
        )


def _places(chunk: pd.DataFrame) -> tuple[NDArray[np.int64], list[PlaceTexts]]:
    """Return the number of each row's place, and the places."""
    code = np.zeros(len(chunk), dtype=np.int64)
    texts: list[list[str]] = []
    for role in ("kabupaten", "kecamatan", "desa"):
        codes, names = _codes(chunk, role)
        # -1, a cell without text, is the last.
        code = code * (len(names) + 1) + codes % (len(names) + 1)
        texts.append([*names, ""])
    distinct, back = np.unique(code, return_inverse=True)
    places = []
    for number in distinct.tolist():
        rest, village = divmod(number, len(texts[2]))
        region, block = divmod(rest, len(texts[1]))
        places.append((texts[0][region], texts[1][block], texts[2][village]))
    return back, places


def _codes(chunk: pd.DataFrame, role: str) -> tuple[NDArray[np.int64], list[str]]:
    """Return the number of each row's text, -1 without one, and the texts."""
    if role not in chunk:
        return np.full(len(chunk), -1), []
    codes, texts = pd.factorize(chunk[role])
    return codes, [*map(str, texts)]


def _values(lookup: Lookup, chunk: pd.DataFrame, role: str) -> np.ndarray:
    """Return the numbers of a column; zeros without the column."""
    return lookup(chunk[role]) if role in chunk else np.zeros(len(chunk), dtype=np.int64)


def _classify(z: NDArray[np.float64], height: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return :func:`class_of` of each row."""
    return np.select(
        [np.isinf(z), np.isnan(z), np.abs(z) > IMPLAUSIBLE, z < SEVERE, z < STUNTED],
        [NO_Z + NO_NUMBER, np.where(height > 0, NO_Z, NO_HEIGHT), BEYOND, IS_SEVERE, IS_STUNTED],
        default=NOT_STUNTED,
    ).astype(np.int8)
