"""How a plain indicator is shown on a map: its name, unit, worse end, and stated class limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lokus.show.palette import MISSING, Bands, Palette, ramp

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["IndicatorStyle", "indicator_bands", "nice_breaks"]


@dataclass(frozen=True, kw_only=True)
class IndicatorStyle:
    """What a map must know of an indicator to show it.

    Parameters
    ----------
    label : str
        Name as a reader sees it, in the language of the output.
    unit : str
        Unit behind the numbers, ``"%"`` for shares; empty when there is none.
    worse : {"high", "low", ""}
        Which end is worse, and dark on the map; empty when neither is.
    breaks : tuple of float
        Inner class limits, rising, 1 to 6 of them. Without them round limits are taken from the data, and
        the legend says so: such maps of two years do not compare.
    decimals : int
        Decimals of the values shown.

    Examples
    --------
    >>> IndicatorStyle(label="Keluarga dengan air layak", unit="%", worse="low", breaks=(40, 60, 80)).breaks
    (40, 60, 80)
    """

    label: str
    unit: str = ""
    worse: Literal["high", "low", ""] = ""
    breaks: tuple[float, ...] = ()
    decimals: int = 1


def indicator_bands(style: IndicatorStyle, values: pd.Series) -> Bands:
    """Classes of an indicator: by its stated limits, else by round ones that span the data.

    Parameters
    ----------
    style : IndicatorStyle
        How to show it.
    values : pandas.Series
        Values of all villages; used only when the style states no limits.
    """
    breaks = style.breaks or nice_breaks(values)
    colours = ramp(len(breaks) + 1, worse=style.worse)
    keys = tuple(f"kelas {number}" for number in range(1, len(colours) + 1))
    palette = Palette(
        style.label,
        (*zip(keys, colours, strict=True), (MISSING, "#ffffff")),
        labels=tuple((key, "") for key in keys),
    )
    return Bands(
        breaks=tuple(float(b) for b in breaks), palette=palette, highest=100.0 if style.unit == "%" else None
    )


def nice_breaks(values: pd.Series, classes: int = 5) -> tuple[float, ...]:
    """Round limits of at most `classes` equally wide classes that span the values.

    Parameters
    ----------
    values : pandas.Series
        Missing values are left aside; with none at all the limits are those of a share.
    classes : int
        At least 2.

    Examples
    --------
    >>> import pandas as pd
    >>> nice_breaks(pd.Series([12.0, 31.5, 88.0]))
    (20.0, 40.0, 60.0, 80.0)
    """
    present = values.dropna().astype(float)
    if present.empty:
        return (20.0, 40.0, 60.0, 80.0)
    low, high = float(present.min()), float(present.max())
    if low == high:
        return (low,)
    power = 10.0 ** math.floor(math.log10((high - low) / classes))
    for step in (power * factor for factor in (1, 2, 2.5, 5, 10, 20)):
        first = math.floor(low / step) + 1
        count = math.ceil(high / step) - first
        if 1 <= count < classes:
            return tuple(round((first + k) * step, 10) for k in range(count))
    return (round((low + high) / 2, 10),)
