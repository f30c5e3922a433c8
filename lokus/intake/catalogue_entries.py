"""Entries of ``catalogue.toml`` and of the study's own catalogue, checked key by key."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Any

from lokus.errors import StudyFileError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.indicator import Indicator, Kind, Worse

__all__ = ["read_entry", "wrong_entry"]

_WORSE: Mapping[str, Worse] = {"tinggi": "high", "rendah": "low", "tidak": "none"}
_KINDS: Mapping[str, Kind] = {"spesifik": "spesifik", "sensitif": "sensitif"}
_KEYS = (
    "label", "buruk", "satuan", "rentang", "pembilang", "penyebut", "jumlah_dari", "opd",
    "intervensi", "jenis_intervensi", "satuan_kegiatan", "sasaran_kegiatan", "jumlah_kegiatan", "sumber",
    "kelompok", "terkandung_dalam", "di_luar_rentang", "sebutan",
)  # fmt: skip


def read_entry(key: str, entry: Mapping[str, Any]) -> Indicator:
    """Check one entry and make the indicator of it.

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
    """Read which kind the intervention is of; nothing is assumed where it is not said."""
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
    """Make the error for an entry that cannot be used."""
    return StudyFileError(
        _('indicator "{key}": {what}').format(key=key, what=what), where=Where(file="katalog"), remedy=remedy
    )
