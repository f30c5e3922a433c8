"""Recognise an office of the catalogue under the name that a study gives it: DPPKB is Dinas PPKB."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["office_key", "study_names"]

_LEAST = 4  # letters; "DKP" is Dinas Ketahanan Pangan and Dinas Kelautan dan Perikanan
_LEFT_OUT = frozenset({"dan", "serta", "untuk", "kabupaten", "kota", "daerah"})


def office_key(name: str) -> str:
    """Give the initials of an office, the same however much of its name is abbreviated.

    Examples
    --------
    >>> [office_key(name) for name in ("Dinas PPKB", "DPPKB", "DP2KB")]
    ['DPPKB', 'DPPKB', 'DPPKB']
    >>> office_key("Dinas Pengendalian Penduduk dan Keluarga Berencana")
    'DPPKB'
    """
    parts = []
    for word in re.findall(r"[^\W_]+", name):
        if word.casefold() in _LEFT_OUT:
            continue
        if len(word) > 1 and word.isupper():
            parts.append(re.sub(r"([A-Z])([2-9])", lambda match: match[1] * int(match[2]), word))
        else:
            parts.append(word[0].upper())
    return "".join(parts)


def study_names(stated: Iterable[str], owners: Iterable[str]) -> dict[str, str]:
    """Map offices of the catalogue to the one name under which a study has them.

    An office that the study writes as the catalogue does, does not name, or names in two ways is left out.

    Parameters
    ----------
    stated : iterable of str
        Offices as the study names them.
    owners : iterable of str
        Offices of the catalogue.

    Examples
    --------
    >>> study_names(["DPPKB", "Dinas Kesehatan"], ["Dinas PPKB", "Dinas Kesehatan", "Dinas PMD"])
    {'Dinas PPKB': 'DPPKB'}
    """
    names = sorted(set(stated) - {""})
    found = {}
    for owner in sorted(set(owners) - {""}):
        key = office_key(owner)
        same = [name for name in names if office_key(name) == key]
        if len(key) >= _LEAST and len(same) == 1 and owner not in names:
            found[owner] = same[0]
    return found
