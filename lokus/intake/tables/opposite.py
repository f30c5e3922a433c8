"""Find headings that mean the opposite of their indicator: "tidak layak" for a share of "layak".

Their values are all possible, so no check of values detects that the worst village looks best.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.tables.coverage_form import ESSENTIAL_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.indicators.indicator import Indicator

__all__ = ["opposite_headings", "says_the_opposite"]

_NEGATIONS = frozenset({"tidak", "tdk", "tak", "belum", "blm", "tanpa", "non", "bukan"})
_ENDS = frozenset({"dan", "atau", "serta", "|"})
# "Tidak termasuk kelurahan" states which rows are counted and is no negation of the indicator.
_OF_SCOPE = frozenset({"termasuk", "terhitung", "dihitung"})
_OWNING = frozenset({"memiliki", "mempunyai", "punya", "ada", "mendapat", "mendapatkan", "yang", "yg"})
# In "tanpa sumber air minum layak" the last word is the one denied.
_QUALITIES = frozenset({"layak", "bersih", "aman", "sehat", "memadai", "berisiko", "diinginkan", "lengkap"})
# Spellings of "open defecation free", a negation that offices do not use as one.
_REWRITTEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(?:buang air besar|bab)\s+sembarangan\b"), "babs"),
    (re.compile(r"\b(?:stop|bebas|tidak|tdk|tanpa|non)[\s-]+babs\b|\bsbs\b"), "odf"),
    (re.compile(r"\bbabs\b"), "tidak odf"),
    (re.compile(r"\b(?:kurang|krg)\s+layak\b"), "tidak layak"),
)


@dataclass
class _Polarity:
    """Words that a text affirms and words that it denies."""

    affirmed: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)


def says_the_opposite(header: str, item: Indicator, known: Iterable[str] = ()) -> bool:
    """Return whether a heading denies what an indicator counts, or affirms what it counts the lack of.

    A heading with both ("layak/tidak layak") is neither. Where the low end is the worse one, denying anything
    is the opposite; otherwise only denying what the indicator names, as "keluarga tidak mampu" counts the
    poor.

    Parameters
    ----------
    header : str
        Flattened heading, its levels joined by "·".
    item : Indicator
    known : iterable of str
        Further headings known to mean the indicator.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> catalogue = load_catalogue()
    >>> sanitation = catalogue["sanitasi_layak"]
    >>> [says_the_opposite(text, sanitation) for text in ("Sanitasi Tidak Layak", "Tanpa jamban", "Jamban")]
    [True, True, False]
    >>> says_the_opposite("Jamban layak", catalogue["krs_jamban"])
    True
    >>> [says_the_opposite(text, catalogue["stop_babs"]) for text in ("Belum ODF", "ODF", "BABS")]
    [True, False, True]
    """
    found = _polarity(_without_name(header, item))
    label = _polarity(item.label_id)
    if label.denied:
        lacked = label.denied & _QUALITIES or label.denied
        return not found.denied and lacked <= found.affirmed
    if not found.denied:
        return False
    texts = [label, *map(_polarity, (item.key.replace("_", " "), *known))]
    return item.worse == "low" or any(text.affirmed & found.denied for text in texts)


def _without_name(header: str, item: Indicator) -> str:
    """Leave out the official name: one that denies something ("orang tidak mampu") is not the opposite."""
    name = ESSENTIAL_NAMES.get(item.key)
    if name is None:
        return header
    pattern = r"\s+".join(map(re.escape, name.split()))
    return re.sub(pattern, "", header, flags=re.IGNORECASE)


def opposite_headings(headers: Mapping[str, str], catalogue: Catalogue, *, where: Where) -> list[Finding]:
    """Report columns whose heading means the opposite of the indicator they are stated for.

    Parameters
    ----------
    headers : mapping of indicator key to flattened heading
    catalogue : Catalogue
    where : Where
        File and sheet.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> headers = {"sanitasi_layak": "Sanitasi Tidak Layak (%)"}
    >>> [found] = opposite_headings(headers, load_catalogue(), where=Where(file="air.xlsx"))
    >>> found.check, found.level
    ('tables.opposite', 'blocking')
    """
    return [
        Finding(
            check="tables.opposite",
            level="blocking",
            where=Where(file=where.file, sheet=where.sheet, column=header),
            message=_(
                'the heading "{header}" seems to say the opposite of {label} ({key}): '
                "the worst villages would look best"
            ).format(header=header, label=catalogue[key].label, key=key),
            remedy=_remedy(catalogue[key]),
        )
        for key, header in headers.items()
        if says_the_opposite(header, catalogue[key])
    ]


def _remedy(item: Indicator) -> str:
    if item.is_share:
        return _(
            "name the column that holds {label}; where there is none, add one with 100 minus these shares. "
            "If the numbers do hold {label} and only the heading is wrong, correct the heading, or accept "
            "this finding with that reason"
        ).format(label=item.label)
    return _(
        "name the column that holds {label}. If the numbers do hold it and only the heading is wrong, "
        "correct the heading, or accept this finding with that reason"
    ).format(label=item.label)


def _polarity(text: str) -> _Polarity:
    out = _Polarity()
    before: set[str] = set()
    for level in text.split("·"):
        one = _polarity_of_level(level, before)
        if not one.affirmed & one.denied:
            out.affirmed |= one.affirmed
            out.denied |= one.denied
            before |= one.affirmed
    out.affirmed -= out.denied
    return out


def _polarity_of_level(level: str, before: set[str]) -> _Polarity:
    """Parse one level; a level of "Tidak" alone denies the level above it."""
    text = " ".join(level.lower().replace("_", " ").split())
    for pattern, rewritten in _REWRITTEN:
        text = pattern.sub(rewritten, text)
    words = re.findall(r"[a-z0-9]+|[|/,;()]", re.sub(r"[/,;()]", " | ", text))
    found, position = _Polarity(), 0
    while position < len(words):
        word = words[position]
        position += 1
        if word not in _NEGATIONS:
            if word not in _ENDS:
                found.affirmed.add(word)
            continue
        scope: list[str] = []
        while position < len(words) and words[position] not in _ENDS | _NEGATIONS:
            scope.append(words[position])
            position += 1
        if not scope:
            found.denied |= found.affirmed or before
            found.affirmed = set()
        elif scope[0] not in _OF_SCOPE:
            found.denied |= set(scope) - _OWNING
    return found
