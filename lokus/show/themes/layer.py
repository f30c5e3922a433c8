"""One theme of a study, ready to be drawn, and the lines of its legend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lokus.show.themes.palette import MASKED_CLASS, MISSING

if TYPE_CHECKING:
    import pandas as pd

    from lokus.show.themes.palette import Bands, Palette

__all__ = ["Layer", "LegendEntry"]


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One line of a legend: class, its name and limits, its colour, and how many villages are in it."""

    key: str
    label: str
    limits: str
    colour: str
    count: int

    @property
    def name(self) -> str:
        """Name of the class, or its limits when it goes by those only."""
        return self.label or self.limits

    @property
    def pattern(self) -> str:
        """Lines over the colour: "missing" crossed, "masked" level; empty for a class with a value."""
        return {MISSING: "missing", MASKED_CLASS: "masked"}.get(self.key, "")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One theme of a study, ready to be drawn.

    Parameters
    ----------
    theme : str
        Key, one of ``THEMES`` or ``indikator:`` and the key of an indicator.
    title, short, note : str
        Name of the theme, the same in a word or two, and what a reader of its legend must know.
    classes : pandas.Series
        Class key of every village, whether it has a polygon or not.
    palette : Palette
        Colours of all classes.
    lokus : pandas.Series
        Number of each proposed village on the list, ``<NA>`` for the others.
    values : pandas.Series
        The number behind the class, as it is shown; missing where there is none.
    decimals, unit
        How that number is written.
    words : tuple of str
        What is told instead of the numbers 0, 1 …; empty for the numbers themselves.
    bands : Bands or None
        Limits of the classes, when they are classes of a number.
    unsure : pandas.Series
        True where the value rests on weak data and is hatched.
    unsure_label : str
        What the hatching means; empty on a theme that has none.
    outlined : bool
        Whether the proposed villages are outlined, because their colour does not tell them.
    numbered : bool
        Whether the proposed villages carry their number on the map.
    symbols : bool
        Whether the number is shown by circles of proportional area instead of colours.
    """

    theme: str
    title: str
    short: str
    classes: pd.Series
    palette: Palette
    lokus: pd.Series
    values: pd.Series
    unsure: pd.Series
    note: str = ""
    decimals: int = 1
    unit: str = ""
    words: tuple[str, ...] = ()
    bands: Bands | None = None
    unsure_label: str = ""
    outlined: bool = True
    numbered: bool = True
    symbols: bool = False

    @property
    def legend(self) -> tuple[LegendEntry, ...]:
        """Every class in its fixed order with its count, those that do not occur too."""
        counts = self.classes.value_counts()
        return tuple(
            LegendEntry(
                key=key, label=self.palette.label(key), colour=colour, count=int(counts.get(key, 0)),
                limits=self.bands.limits(key) if self.bands and key in self.bands.palette else "",
            )
            for key, colour in self.palette.items()
        )  # fmt: skip

    @property
    def unsure_count(self) -> int:
        """Villages hatched as resting on weak data."""
        return int(self.unsure.sum())

    def only(self, index: pd.Index) -> Layer:
        """Give the layer of some villages; classes and colours stay those of all."""
        return replace(
            self,
            classes=self.classes.loc[index],
            lokus=self.lokus.loc[index],
            values=self.values.loc[index],
            unsure=self.unsure.loc[index],
        )
