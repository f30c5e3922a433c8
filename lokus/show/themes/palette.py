"""Classes and their colours: fixed, total, colour-blind safe and legible in grey print.

A class keeps its colour whichever other classes occur, so maps of different years, themes and formats
can be laid side by side. A category without a colour is an error, never a silent default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lokus.i18n import N_, format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BOTH",
    "CHANCE",
    "CHILDREN",
    "COMPLETENESS",
    "HOTSPOT",
    "MASKED_CLASS",
    "MISSING",
    "MOST_TYPES",
    "REVIEW",
    "SCORE",
    "STATUS",
    "WHO",
    "Bands",
    "Palette",
    "both_key",
    "class_label",
    "contrast",
    "mark_colour",
    "ramp",
    "type_palette",
]


MISSING = "belum ada data"
MASKED_CLASS = "disamarkan"

_LABELS = {
    "lokus": N_("Proposed lokus"),
    "bukan lokus": N_("Not proposed"),
    MISSING: N_("No data yet"),
    MASKED_CLASS: N_("Masked"),
    "sangat rendah": N_("Very low"),
    "rendah": N_("Low"),
    "sedang": N_("Medium"),
    "tinggi": N_("High"),
    "sangat tinggi": N_("Very high"),
    "kukuh": N_("Very large chance"),
    "condong": N_("Fairly large chance"),
    "perbatasan": N_("Medium chance"),
    "tidak": N_("Small chance"),
    "ada perkiraan": N_("With an estimate"),
    "tinggi-tinggi": N_("High cluster: high among high"),
    "rendah-rendah": N_("Low cluster: low among low"),
    "tinggi-rendah": N_("High among low"),
    "rendah-tinggi": N_("Low among high"),
    "tanpa tetangga": N_("No neighbour"),
    "tidak nyata": N_("Not significant"),
    "kurang dari separuh": N_("Less than half"),
    "lebih dari separuh": N_("At least half"),
    "hampir lengkap": N_("Nearly complete"),
    "lengkap": N_("Complete"),
    "tetap": N_("Stays lokus"),
    "masuk": N_("Comes in"),
    "keluar": N_("Goes out"),
    "lulus": N_("Graduates"),
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
    labels : tuple of (str, str)
        Class and its name, marked for translation, where it is called differently on this map.

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
    labels: tuple[tuple[str, str], ...] = ()

    def label(self, key: str) -> str:
        """Name of a class as a reader sees it on this map."""
        own = dict(self.labels).get(key)
        return class_label(key) if own is None else _(own) if own else ""

    def with_masked(self) -> Palette:
        """Give the palette with the class of what the public version masks, before the missing class."""
        *classes, missing = self.colours
        return replace(self, colours=(*classes, (MASKED_CLASS, "#dcdfe2"), missing))

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
    highest : float, optional
        Largest possible value; a last class of just this value is written as such, not as "at least".

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
    highest: float | None = None

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
        decimals = max((len(f"{b:.3f}".rstrip("0").partition(".")[2]) for b in self.breaks), default=0)
        texts = [format_number(b, decimals=0 if float(b).is_integer() else decimals) for b in self.breaks]
        if place == len(self.palette) - 1:
            return ""
        if place == 0:
            return f"<{texts[0]}"
        if place == len(self.breaks):
            return texts[-1] if self.breaks[-1] == self.highest else f"≥{texts[-1]}"
        return f"{texts[place - 1]} – <{texts[place]}"


_DARK, _LIGHT = "#1f2629", "#ffffff"


def contrast(one: str, other: str) -> float:
    """Contrast of two colours (``#rrggbb``) as WCAG 2.2 defines it, from 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mark_colour(background: str) -> str:
    """Colour of hatching and text on a class: dark or white, whichever stands out more.

    Examples
    --------
    >>> mark_colour("#fff6d0"), mark_colour("#7f2a05")
    ('#1f2629', '#ffffff')
    """
    return max(_DARK, _LIGHT, key=lambda colour: contrast(colour, background))


def _luminance(colour: str) -> float:
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


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

CHANCE = Bands(
    breaks=(20.0, 50.0, 80.0),
    palette=Palette(
        "peluang_lokus",
        (
            ("tidak", "#f5f1f8"),
            ("perbatasan", "#cdb8de"),
            ("condong", "#9468b4"),
            ("kukuh", "#4d1a70"),
            (MISSING, "#ffffff"),
        ),
    ),
)

COMPLETENESS = Bands(
    breaks=(50.0, 75.0, 100.0),
    palette=Palette(
        "kelengkapan",
        (
            ("kurang dari separuh", "#3a3f5c"),
            ("lebih dari separuh", "#76809e"),
            ("hampir lengkap", "#b4bccd"),
            ("lengkap", "#eef1f4"),
            (MISSING, "#ffffff"),
        ),
    ),
    highest=100.0,
)

CHILDREN = Palette("anak_stunting", (("ada perkiraan", "#f4efe4"), (MISSING, "#ffffff")))

# All six differ in lightness: a hot spot and a cold spot stay apart in grey print.
HOTSPOT = Palette(
    "titik_panas",
    (
        ("tinggi-tinggi", "#8c1d0d"),
        ("tinggi-rendah", "#dd7a3a"),
        ("rendah-tinggi", "#a9d0ea"),
        ("rendah-rendah", "#2f6fae"),
        ("tidak nyata", "#f3f1ea"),
        ("tanpa tetangga", "#b8b2aa"),
        (MISSING, "#ffffff"),
    ),
)
# Where low is worse, low among low is what red has to mark.
HOTSPOT_LOW_WORSE = Palette(
    "titik_panas",
    (
        ("rendah-rendah", HOTSPOT["tinggi-tinggi"]),
        ("rendah-tinggi", HOTSPOT["tinggi-rendah"]),
        ("tinggi-rendah", HOTSPOT["rendah-tinggi"]),
        ("tinggi-tinggi", HOTSPOT["rendah-rendah"]),
        *list(HOTSPOT.items())[4:],
    ),
)

# Prevalence from above (rows) by children (columns): each way a class darkens, the last is the darkest.
_BOTH = (
    ("#f4f1ea", "#a9cde6", "#3f86bd"),
    ("#f3cf8e", "#a99a8a", "#47648a"),
    ("#d8762a", "#97472c", "#3a1526"),
)


def both_key(row: int, column: int) -> str:
    """Key of a class of two numbers at once: third of the first, third of the second.

    Examples
    --------
    >>> both_key(2, 0)
    'prevalensi 3 anak 1'
    """
    return f"prevalensi {row + 1} anak {column + 1}"


BOTH = Palette(
    "prevalensi_anak",
    (
        *((both_key(r, c), _BOTH[r][c]) for r in (2, 1, 0) for c in (2, 1, 0)),
        (MISSING, "#ffffff"),
    ),
)

REVIEW = Palette(
    "status_reviu",
    (
        ("tetap", STATUS["lokus"]),
        ("masuk", "#f0a03c"),
        ("keluar", "#5b86ad"),
        ("lulus", "#b5dba2"),
        ("tidak", "#f4f1ea"),
        (MISSING, "#ffffff"),
    ),
    labels=(("tidak", N_("Neither before nor now")),),
)

_TYPES = ("#22093f", "#641a80", "#9c2d80", "#cf4570", "#f57d5d", "#feb980", "#fdf3bd")
MOST_TYPES = len(_TYPES)


def type_palette(names: Sequence[str]) -> Palette:
    """Give the types of villages their colours, the most severe type the darkest.

    Parameters
    ----------
    names : sequence of str
        Names of the types, most severe first; the n-th of k always gets the same colour. A reader can tell
        `MOST_TYPES` colours apart; more types than that get colours in between, so that their order is seen
        though not always their name.

    Examples
    --------
    >>> dict(type_palette(["sanitasi buruk", "sekitar rata-rata"]))
    {'sanitasi buruk': '#22093f', 'sekitar rata-rata': '#fdf3bd', 'belum ada data': '#ffffff'}
    """
    if len(names) == 1:  # no clear types: no colour that suggests severity
        only = ((names[0], _TYPES[-2]), (MISSING, "#ffffff"))
        return Palette("tipologi", only, labels=_as_labels(names))
    if len(names) <= MOST_TYPES:
        places = np.rint(np.linspace(0, MOST_TYPES - 1, max(len(names), 2)))
    else:
        places = np.linspace(0, MOST_TYPES - 1, len(names))
    colours = tuple((name, _between(_TYPES, place)) for name, place in zip(names, places, strict=False))
    return Palette("tipologi", (*colours, (MISSING, "#ffffff")), labels=_as_labels(names))


def _as_labels(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Names of types, written as the other classes of a legend are."""
    return tuple((name, name[:1].upper() + name[1:]) for name in names)


def _between(colours: Sequence[str], place: float) -> str:
    """Give the colour at `place` along a row of colours, mixed from its two neighbours."""
    below = min(int(place), len(colours) - 2)
    one, other = (
        np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) for colour in colours[below : below + 2]
    )
    mixed = np.rint(one + (place - below) * (other - one)).astype(int)
    return "#" + "".join(f"{part:02x}" for part in mixed)


_WORSE = ("#fbf3e4", "#e9c9a3", "#cc9163", "#9c5738", "#5d2519")
_NEUTRAL = ("#f1f4ee", "#c6d5c3", "#93ae94", "#5d8465", "#2b5137")


def ramp(classes: int, *, worse: str) -> tuple[str, ...]:
    """Colours of a number of classes, lowest values first.

    Parameters
    ----------
    classes : int
        From 2 to 7.
    worse : {"high", "low", ""}
        Which end is worse and therefore dark; with neither, high values are dark in another hue.

    Examples
    --------
    >>> ramp(2, worse="low")
    ('#5d2519', '#fbf3e4')
    """
    if not 2 <= classes <= 7:
        raise ValueError(f"a map shows from 2 to 7 classes, not {classes}")
    stops = _WORSE if worse else _NEUTRAL
    rgb = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops], dtype=float)
    at = np.linspace(0, len(stops) - 1, classes)
    mixed = np.column_stack([np.interp(at, np.arange(len(stops)), channel) for channel in rgb.T])
    colours = tuple("#{:02x}{:02x}{:02x}".format(*np.rint(row).astype(int)) for row in mixed)
    return colours[::-1] if worse == "low" else colours
