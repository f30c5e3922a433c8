"""Define an indicator: label, unit, worse end, range, owner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from lokus.i18n import language

__all__ = ["Indicator", "Kind", "Worse"]

Worse = Literal["high", "low", "none"]
Kind = Literal["spesifik", "sensitif", ""]


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
        Level of a finding about a value outside the range: impossible, or to be explained.
    numerator, denominator : str
        Keys from which a share is computed, empty for none.
    sum_of : tuple of str
        Keys that add up to this one.
    owner : str
        Office (OPD) that usually owns the data.
    intervention : str
        What that office does where the indicator is bad.
    intervention_kind : {"spesifik", "sensitif", ""}
        Whether it addresses direct or indirect causes of stunting; empty where not stated.
    action_unit : str
        What the action is counted in; "desa" for one that concerns the village as a whole.
    action_whole : str
        For a share: key of the count from which the number concerned is computed; by default its denominator.
    action_count : str
        Key of the count of those concerned, where an indicator gives it directly.
    source : str
        Source of the definition or range.
    group : str
        Target group, for the 29 service coverages.
    contained_in : tuple of str
        Indicators that contain this one: a score with both counts it twice.
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
    intervention_kind: Kind = ""
    action_unit: str = ""
    action_whole: str = ""
    action_count: str = ""
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
        >>> from lokus.intake.indicators.catalogue import load_catalogue
        >>> load_catalogue()["sanitasi_layak"].words
        ('sanitasi buruk', 'sanitasi baik')
        """
        pair = (self.bad_en, self.good_en) if language() == "en" else (self.bad_id, self.good_id)
        return pair if all(pair) else self.label[:1].lower() + self.label[1:]

    @property
    def label(self) -> str:
        """Label in the current language."""
        return self.label_en if language() == "en" else self.label_id

    @property
    def refers_to(self) -> tuple[str, ...]:
        """Keys of the other indicators this one names."""
        named = (self.numerator, self.denominator, *self.sum_of, *self.contained_in)
        return tuple(key for key in (*named, self.action_whole, self.action_count) if key)

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage."""
        return self.unit == "persen"

    @property
    def is_count(self) -> bool:
        """Whether it is a count: of children, families, teams."""
        return self.unit in _COUNTED

    @property
    def decimals(self) -> int:
        """Digits in which its values are shown everywhere; a change that is not seen in them is none.

        Counts, classes and what is there or not have none; an index that ends at 1 is published with four.

        Examples
        --------
        >>> from lokus.intake.indicators.catalogue import load_catalogue
        >>> [load_catalogue()[key].decimals for key in ("cakupan_mp_asi", "keluarga", "tpps_desa", "idm")]
        [1, 0, 0, 4]
        """
        if self.is_count or self.unit in _CLASSED:
            return 0
        return 4 if self.unit in ("indeks", "rasio") and self.maximum <= 1 else 1


_CLASSED = frozenset({"ada", "kelas", "status desa"})
_COUNTED = frozenset(
    {"anak", "keluarga", "ibu", "jiwa", "tim", "posyandu", "bidang", "orang", "kelompok", "pasangan", "bayi"}
)
