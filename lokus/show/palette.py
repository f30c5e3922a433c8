"""Classes and their colours: fixed, total, colour-blind safe and legible in grey print.

A class keeps its colour whichever other classes occur, so maps of different years, themes and formats
can be laid side by side. A category without a colour is an error, never a silent default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MISSING", "SCORE", "STATUS", "WHO", "Bands", "Palette", "class_label"]


def N_(text: str) -> str:  # noqa: N802 - the customary name that marks a text for the catalogue
    """Mark `text` for translation at the moment it is shown."""
    return text


MISSING = "belum ada data"

_LABELS = {
    "lokus": N_("Proposed lokus"),
    "bukan lokus": N_("Not proposed"),
    MISSING: N_("No data yet"),
    "sangat rendah": N_("Very low"),
    "rendah": N_("Low"),
    "sedang": N_("Medium"),
    "tinggi": N_("High"),
    "sangat tinggi": N_("Very high"),
}


def class_label(key: str) -> str:
    """Name of a class as a reader sees it.

    Examples
    --------
    >>> class_label("sangat tinggi")
    'Sangat tinggi'
    """
    return _(_LABELS[key])


@dataclass(frozen=True)
class Palette(Mapping[str, str]):
    """Total mapping from class to colour (``#rrggbb``), in legend order, the missing class last.

    Parameters
    ----------
    name : str
        Name used in error messages.
    colours : tuple of (str, str)
        Class and colour.

    Examples
    --------
    >>> list(STATUS)
    ['lokus', 'bukan lokus', 'belum ada data']
    >>> STATUS["cadangan"]
    Traceback (most recent call last):
    KeyError: "palette 'status' has no class 'cadangan'; it knows lokus, bukan lokus, belum ada data"
    """

    name: str
    colours: tuple[tuple[str, str], ...]

    def __getitem__(self, key: str) -> str:
        for known, colour in self.colours:
            if known == key:
                return colour
        raise KeyError(f"palette {self.name!r} has no class {key!r}; it knows {', '.join(self)}")

    def __iter__(self) -> Iterator[str]:
        return (key for key, _colour in self.colours)

    def __len__(self) -> int:
        return len(self.colours)


@dataclass(frozen=True, kw_only=True)
class Bands:
    """Ordered classes of a number by stated breaks; a class includes its lower limit, not its upper one.

    Parameters
    ----------
    breaks : tuple of float
        Inner limits, rising, in the unit shown.
    palette : Palette
        One more class than breaks, and the missing class last.

    Examples
    --------
    >>> import pandas as pd
    >>> list(WHO.classify(pd.Series([2.5, 9.99, 10.0, None])))
    ['rendah', 'rendah', 'sedang', 'belum ada data']
    >>> WHO.limits("rendah")
    '2,5 – <10'
    """

    breaks: tuple[float, ...]
    palette: Palette

    def __post_init__(self) -> None:
        if any(low >= high for low, high in pairwise(self.breaks)):
            raise ValueError(f"breaks must rise, not {self.breaks}")
        if len(self.palette) != len(self.breaks) + 2:
            raise ValueError("a palette needs one class more than breaks, and the missing class")

    def classify(self, values: pd.Series) -> pd.Series:
        """Class key of every value; a missing one belongs to the missing class."""
        import pandas as pd

        keys = np.array(list(self.palette), dtype=object)
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        place = np.searchsorted(self.breaks, numbers, side="right")
        place[np.isnan(numbers)] = len(keys) - 1
        return pd.Series(keys[place], index=values.index, name="kelas")

    def limits(self, key: str) -> str:
        """Limits of a class as text, empty for the missing class."""
        place = list(self.palette).index(key)
        texts = [format_number(b, decimals=0 if float(b).is_integer() else 1) for b in self.breaks]
        if place == len(self.palette) - 1:
            return ""
        if place == 0:
            return f"<{texts[0]}"
        if place == len(self.breaks):
            return f"≥{texts[-1]}"
        return f"{texts[place - 1]} – <{texts[place]}"


# Lightness falls with severity in every palette, so order survives grey print and colour blindness.
STATUS = Palette("status", (("lokus", "#b4441c"), ("bukan lokus", "#f1e9d8"), (MISSING, "#ffffff")))

WHO = Bands(
    breaks=(2.5, 10.0, 20.0, 30.0),  # de Onis et al. 2019, Public Health Nutrition 22(1)
    palette=Palette(
        "prevalensi",
        (
            ("sangat rendah", "#fff6d0"),
            ("rendah", "#fdd688"),
            ("sedang", "#f59a32"),
            ("tinggi", "#cc5a12"),
            ("sangat tinggi", "#7f2a05"),
            (MISSING, "#ffffff"),
        ),
    ),
)

SCORE = Bands(
    breaks=(15.0, 30.0, 45.0, 60.0),
    palette=Palette(
        "skor",
        (
            ("sangat rendah", "#eef6ec"),
            ("rendah", "#a3d2c0"),
            ("sedang", "#62afc0"),
            ("tinggi", "#2c7fb0"),
            ("sangat tinggi", "#123f7a"),
            (MISSING, "#ffffff"),
        ),
    ),
)
