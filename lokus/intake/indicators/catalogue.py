"""Load the catalogue of indicators, and derive shares and sums."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from lokus.errors import StudyFileError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.indicators.indicator import Indicator, Kind, Worse

__all__ = ["Catalogue", "Indicator", "load_catalogue"]


# One entry, checked key by key


_WORSE: Mapping[str, Worse] = {"tinggi": "high", "rendah": "low", "tidak": "none"}
_KINDS: Mapping[str, Kind] = {"spesifik": "spesifik", "sensitif": "sensitif"}
_KEYS = (
    "label", "buruk", "satuan", "rentang", "pembilang", "penyebut", "jumlah_dari", "opd",
    "intervensi", "jenis_intervensi", "satuan_kegiatan", "sasaran_kegiatan", "jumlah_kegiatan", "sumber",
    "kelompok", "terkandung_dalam", "di_luar_rentang", "sebutan",
)  # fmt: skip


def read_entry(key: str, entry: Mapping[str, Any]) -> Indicator:
    """Check one entry and return its indicator.

    Raises
    ------
    StudyFileError
        A key is unknown, missing or of the wrong type.
    """
    for name in entry:
        if name not in _KEYS:
            near = difflib.get_close_matches(str(name), _KEYS, n=1, cutoff=0.5)
            raise wrong_entry(
                key,
                _('unknown key "{name}"').format(name=name),
                _('did you mean "{key}"?').format(key=near[0])
                if near
                else _("known keys: {keys}").format(keys=", ".join(_KEYS)),
            )
    for name in ("label", "buruk"):
        if name not in entry:
            raise wrong_entry(key, _('the key "{name}" is missing').format(name=name))
    if str(entry["buruk"]) not in _WORSE:
        raise wrong_entry(
            key,
            _('"{value}" is not a value of "buruk"').format(value=entry["buruk"]),
            _("possible: {values}").format(values=", ".join(_WORSE)),
        )
    if bool(entry.get("pembilang")) != bool(entry.get("penyebut")):
        raise wrong_entry(key, _('"pembilang" and "penyebut" belong together'))
    label = entry["label"]
    labels = label if isinstance(label, Mapping) else {"id": label, "en": label}
    if not all(isinstance(labels.get(lang), str) and labels[lang] for lang in ("id", "en")):
        raise wrong_entry(key, _('"label" must be text, or texts for id and en'))
    minimum, maximum = _range(key, entry.get("rentang", []))
    beyond = entry.get("di_luar_rentang", "ditahan")
    if beyond not in ("ditahan", "peringatan"):
        raise wrong_entry(
            key,
            _('"{value}" is not a value of "di_luar_rentang"').format(value=beyond),
            _("possible: {values}").format(values="ditahan, peringatan"),
        )
    whole = _text(key, entry, "sasaran_kegiatan")
    if whole and entry.get("satuan") != "persen":
        raise wrong_entry(key, _('"sasaran_kegiatan" is for shares, whose "satuan" is "persen"'))
    return Indicator(
        key=key,
        label_id=labels["id"],
        label_en=labels["en"],
        worse=_WORSE[entry["buruk"]],
        unit=_text(key, entry, "satuan"),
        minimum=minimum,
        maximum=maximum,
        beyond="warning" if beyond == "peringatan" else "blocking",
        numerator=_text(key, entry, "pembilang"),
        denominator=_text(key, entry, "penyebut"),
        sum_of=_texts(key, entry, "jumlah_dari"),
        owner=_text(key, entry, "opd"),
        intervention=_text(key, entry, "intervensi"),
        intervention_kind=_kind(key, entry),
        action_unit=_text(key, entry, "satuan_kegiatan"),
        action_whole=whole or _text(key, entry, "penyebut"),
        action_count=_text(key, entry, "jumlah_kegiatan"),
        source=_text(key, entry, "sumber"),
        group=_text(key, entry, "kelompok"),
        contained_in=_texts(key, entry, "terkandung_dalam"),
        **_words(key, entry),
    )


def _kind(key: str, entry: Mapping[str, Any]) -> Kind:
    """Read the kind of the intervention; empty where it is not stated."""
    stated = entry.get("jenis_intervensi", "")
    if stated == "":
        return ""
    if str(stated) not in _KINDS:
        raise wrong_entry(
            key,
            _('"{value}" is not a value of "jenis_intervensi"').format(value=stated),
            _("possible: {values}").format(values=", ".join(_KINDS)),
        )
    if not entry.get("intervensi"):
        raise wrong_entry(key, _('"jenis_intervensi" needs "intervensi", which it is the kind of'))
    return _KINDS[stated]


def _words(key: str, entry: Mapping[str, Any]) -> dict[str, str]:
    """Read ``{ id = [bad, good], en = [bad, good] }``."""
    stated = entry.get("sebutan", {})
    texts: dict[str, str] = {}
    for lang, pair in stated.items() if isinstance(stated, Mapping) else [("", stated)]:
        match pair:
            case [str(bad), str(good)] if lang in ("id", "en"):
                texts |= {f"bad_{lang}": bad, f"good_{lang}": good}
            case _:
                raise wrong_entry(key, _('"sebutan" must be two texts, bad and good, for id and en'))
    return texts


def _range(key: str, bounds: object) -> tuple[float, float]:
    """Read ``[low]``, ``[low, high]`` or nothing."""
    numbers = (
        [b for b in bounds if isinstance(b, (int, float))] if isinstance(bounds, (list, tuple)) else [0.0] * 3
    )
    low, high = (
        (float(numbers[0]) if numbers else -math.inf),
        (float(numbers[1]) if len(numbers) == 2 else math.inf),
    )
    if len(numbers) > 2 or not low < high:
        raise wrong_entry(key, _('"rentang" must be [lowest] or [lowest, highest]'))
    return low, high


def _text(key: str, entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise wrong_entry(key, _('"{name}" must be text').format(name=name))
    return value


def _texts(key: str, entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name, [])
    if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
        raise wrong_entry(key, _('"{name}" must be a list of texts').format(name=name))
    return tuple(value)


def wrong_entry(key: str, what: str, remedy: str = "") -> StudyFileError:
    """Build the error for an invalid entry."""
    return StudyFileError(
        _('indicator "{key}": {what}').format(key=key, what=what),
        where=Where(file="katalog"),
        remedy=remedy or _("correct [katalog.{key}] in the study file").format(key=key),
    )


# All entries

_OVERLAPPING = frozenset({"pus_terlalu_muda", "pus_terlalu_tua", "pus_terlalu_dekat", "pus_terlalu_banyak"})
_FILE = Path(__file__).with_name("catalogue.toml")


class Catalogue(Mapping[str, Indicator]):
    """All indicators by key.

    Examples
    --------
    >>> catalogue = load_catalogue()
    >>> catalogue["prevalensi_mentah"].label
    'Prevalensi stunting terukur'
    >>> frame = pd.DataFrame({"pendek": [3.0, 0.0], "sangat_pendek": [1.0, 0.0], "diukur": [40.0, 0.0]})
    >>> catalogue.derive(frame)["prevalensi_mentah"].tolist()
    [10.0, nan]
    """

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._indicators = {indicator.key: indicator for indicator in indicators}

    def __getitem__(self, key: str) -> Indicator:
        try:
            return self._indicators[key]
        except KeyError:
            near = difflib.get_close_matches(str(key), self._indicators, n=3, cutoff=0.5)
            hint = (
                _("did you mean: {names}?").format(names=", ".join(near))
                if near
                else _("add it to the study file under [katalog]")
            )
            raise UnknownIndicatorError(
                _('no indicator "{key}" in the catalogue').format(key=key), remedy=hint
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._indicators)

    def __len__(self) -> int:
        return len(self._indicators)

    def __contains__(self, key: object) -> bool:
        return key in self._indicators

    def __repr__(self) -> str:
        return _("Catalogue of {n} indicators").format(n=len(self))

    def worse_ends(self, keys: Iterable[str]) -> dict[str, Literal["high", "low"]]:
        """Return the worse end of each indicator.

        Raises
        ------
        StudyFileError
            An indicator is unknown, or has no worse end to score.

        Examples
        --------
        >>> load_catalogue().worse_ends(["prevalensi", "air_layak"])
        {'prevalensi': 'high', 'air_layak': 'low'}
        """
        ends: dict[str, Literal["high", "low"]] = {}
        for key in keys:
            end = self[key].worse
            if end == "none":
                raise StudyFileError(
                    _('"{key}" has no worse end, so it cannot be weighed').format(key=key),
                    remedy=_("weigh a share or a rate instead"),
                )
            ends[key] = end
        return ends

    def derived_from(self, key: str) -> tuple[str, ...]:
        """Return the keys of the indicators computed from `key`, directly or through another one.

        Examples
        --------
        >>> load_catalogue().derived_from("pendek")
        ('stunting', 'prevalensi_mentah')
        """
        found: dict[str, None] = {}
        fresh = [key]
        while fresh:
            parents = set(fresh)
            fresh = [
                name
                for name, item in self._indicators.items()
                if name not in found and parents & {item.numerator, item.denominator, *item.sum_of}
            ]
            found |= dict.fromkeys(fresh)
        return tuple(found)

    def derive(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Compute derived indicators that are not given.

        An existing column is never changed, not even where it is empty. A share is 100 × numerator /
        denominator; it is missing where either is missing or the denominator is 0. A sum is missing where a
        part is.

        Parameters
        ----------
        frame : pandas.DataFrame
            Villages × indicators (and any other columns).

        Returns
        -------
        pandas.DataFrame
            A copy with the derived columns added.
        """
        out = frame.copy()
        # Sums first, since shares may use them.
        for key, item in self._indicators.items():
            if item.sum_of and key not in out and set(item.sum_of) <= set(out.columns):
                out[key] = out[list(item.sum_of)].astype(float).sum(axis=1, skipna=False)
        for key, item in self._indicators.items():
            if item.numerator and key not in out and {item.numerator, item.denominator} <= set(out.columns):
                below = out[item.denominator].astype(float)
                out[key] = 100.0 * out[item.numerator].astype(float) / below.where(below > 0, np.nan)
        return out

    def frame(self) -> pd.DataFrame:
        """Return the catalogue as a table for the method sheet: one row an indicator, Indonesian columns."""
        rows = [
            {
                "kunci": item.key,
                "indikator": item.label,
                "satuan": item.unit,
                "buruk": item.worse,
                "minimum": item.minimum,
                "maksimum": item.maximum,
                "opd": item.owner,
                "kelompok": item.group,
                "intervensi": item.intervention,
                "jenis_intervensi": item.intervention_kind,
                "satuan_kegiatan": item.action_unit,
                "sumber": item.source,
                "terkandung_dalam": ", ".join(item.contained_in),
            }
            for item in self._indicators.values()
        ]
        return pd.DataFrame(rows).set_index("kunci")


class UnknownIndicatorError(StudyFileError, KeyError):
    """A study names an indicator that the catalogue does not have."""

    __str__ = Exception.__str__


def load_catalogue(extra: Mapping[str, Mapping[str, Any]] | None = None) -> Catalogue:
    """Load the catalogue of lokus, with a study's own indicators added.

    Parameters
    ----------
    extra : mapping of key to mapping, optional
        Further indicators, or changed ones, under the keys of ``catalogue.toml``: ``label`` (text, or
        ``{id = …, en = …}``) and ``buruk`` ("tinggi", "rendah", "tidak") are required for a new one; a
        changed one gives only what differs.

    Raises
    ------
    StudyFileError
        An own indicator has an unknown key, lacks one, or refers to an indicator that does not exist.

    Examples
    --------
    >>> own = {"rumah_kumuh": {"label": "Rumah kumuh", "buruk": "tinggi", "rentang": [0, 100]}}
    >>> load_catalogue(own)["rumah_kumuh"].worse
    'high'
    """
    raw = {key: dict(entry) for key, entry in _shipped().items()}
    for key, entry in (extra or {}).items():
        if not isinstance(entry, Mapping):
            raise wrong_entry(key, _("must be a table of keys"))
        raw[key] = {**raw.get(key, {}), **entry}
    indicators = [read_entry(key, entry) for key, entry in raw.items()]
    known = {indicator.key for indicator in indicators}
    for item in indicators:
        for other in item.refers_to:
            if other not in known:
                near = difflib.get_close_matches(other, known, n=1, cutoff=0.5)
                raise wrong_entry(
                    item.key,
                    _('refers to the unknown indicator "{key}"').format(key=other),
                    _('did you mean "{key}"?').format(key=near[0]) if near else "",
                )
        if len(_OVERLAPPING & set(item.sum_of)) > 1:
            raise wrong_entry(item.key, _("the four 4T groups overlap and must not be added up"))
    return Catalogue(indicators)


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
