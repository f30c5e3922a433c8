"""One indicator: what it means, which end is worse, who owns it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from lokus.i18n import language

__all__ = ["Indicator", "Worse"]

Worse = Literal["high", "low", "none"]


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator.

    Parameters
    ----------
    key : str
        Name of its column in every frame.
    label_id, label_en : str
    worse : {"high", "low", "none"}
        Which end is the worse one; ``"none"`` for denominators and other counts that are not to be scored.
    unit : str
        ``"persen"`` for shares (0–100), otherwise what is counted.
    minimum, maximum : float
        Valid range, infinite where open.
    beyond : {"blocking", "warning"}
        How serious a value outside the range is: impossible, or only in need of an explanation.
    numerator, denominator : str
        Keys that give a share, empty for none.
    sum_of : tuple of str
        Keys that add up to this one.
    owner : str
        Office (OPD) that usually owns the data.
    intervention : str
        What that office does where the indicator is bad.
    source : str
        Where the definition or range comes from.
    group : str
        Target group, for the 29 service coverages.
    contained_in : tuple of str
        Indicators that count this one too: scoring both counts it twice.
    bad_id, good_id, bad_en, good_en : str
        Words for a village at either end, such as "sanitasi buruk" and "sanitasi baik"; empty for none.
    """

    key: str
    label_id: str
    label_en: str
    worse: Worse
    unit: str
    minimum: float = -math.inf
    maximum: float = math.inf
    beyond: Literal["blocking", "warning"] = "blocking"
    numerator: str = ""
    denominator: str = ""
    sum_of: tuple[str, ...] = ()
    owner: str = ""
    intervention: str = ""
    source: str = ""
    group: str = ""
    contained_in: tuple[str, ...] = ()
    bad_id: str = ""
    good_id: str = ""
    bad_en: str = ""
    good_en: str = ""

    @property
    def words(self) -> str | tuple[str, str]:
        """Words for the names of types: (bad, good), or a noun where the catalogue has no pair.

        Examples
        --------
        >>> from lokus.intake.indicators import load_catalogue
        >>> load_catalogue()["sanitasi_layak"].words
        ('sanitasi buruk', 'sanitasi baik')
        """
        pair = (self.bad_en, self.good_en) if language() == "en" else (self.bad_id, self.good_id)
        return pair if all(pair) else self.label[:1].lower() + self.label[1:]

    @property
    def label(self) -> str:
        """Label in the language in force."""
        return self.label_en if language() == "en" else self.label_id

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage."""
        return self.unit == "persen"

    @property
    def is_count(self) -> bool:
        """Whether it counts whole things: children, families, teams."""
        return self.unit in _COUNTED


_COUNTED = frozenset({"anak", "keluarga", "ibu", "jiwa", "tim", "posyandu", "bidang", "orang"})
