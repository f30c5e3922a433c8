"""Normalise village names, so that different spellings of one place compare equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

__all__ = [
    "REGIONAL_WORDS",
    "STATUS_WORDS",
    "NameKey",
    "abbreviates",
    "another_word",
    "name_key",
    "normalise_name",
    "plain_name",
    "without_status",
]

# Words that distinguish twin villages: a name that differs in one of them is another village, however similar
# the rest. Variants of one word are in one text.
_QUALIFIERS: Final = {
    word: group.split()[0]
    for group in (
        "utara", "selatan", "timur", "barat", "tengah",
        "ulu", "ilir", "udik", "atas", "bawah", "dalam", "luar", "lama", "baru", "kiri", "kanan",
        "lor", "kidul", "wetan", "kulon", "tonga", "julu", "jae", "tua tuo tuha", "muda mudo", "besar gadang",
        "kecil", "rayeuk", "cut", "induk", "darat", "laut", "pesisir", "a", "b", "c", "d", "e",
    )
    for word in group.split()
}  # fmt: skip
_SPELLINGS: Final = {"hulu": "ulu", "hilir": "ilir"}

_NUMBERS: Final = (
    "",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
)
_ROMAN: Final = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_ONES: Final = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "": 0,
}

_ABBREVIATIONS: Final = {
    "tj": "tanjung", "tjg": "tanjung", "tg": "tanjung", "tgg": "tanjung", "tng": "tanjung",
    "tanjong": "tanjung", "sei": "sungai", "sungei": "sungai", "sg": "sungai", "sui": "sungai",
    "kp": "kampung", "kpg": "kampung", "kmp": "kampung", "kamp": "kampung", "nag": "nagari",
    "gn": "gunung", "gng": "gunung",
    "lb": "lubuk", "lbk": "lubuk", "tl": "teluk", "tlk": "teluk", "pl": "pulau", "bdr": "bandar",
    "ma": "muara", "blk": "blok", "kep": "kepulauan",
}  # fmt: skip
# "S. Rotan" is Sungai Rotan; without the dot a single letter is too uncertain.
_RIVER = re.compile(r"s\.\s*(?=[a-z]{3})")
_STATUS_WORDS: Final = {"desa", "ds", "kelurahan", "kel", "kec", "kecamatan"}
# In "Desa Adat X" and "Kampung Adat X" the prefix is the status; elsewhere "adat" belongs to the name.
_BEFORE_ADAT: Final = {"desa", "ds", "kampung", "kampong", "kp", "kpg", "kmp"}
# Words of one region for a village (Aceh, Sumatera Barat, Lampung, Yogyakarta) or a kecamatan (Papua). Some
# are also names ("Gampong Baro"), so they are removed only where no village has the whole name.
STATUS_WORDS: Final = frozenset({
    "gampong", "gampoeng", "gp", "gpg", "nagari", "pekon", "tiyuh", "kalurahan", "distrik", "kapanewon",
    "kemantren",
})  # fmt: skip
# Words that are a status in one region and part of the name in another: "Kampung" in Papua and in Jambi.
REGIONAL_WORDS: Final = frozenset({
    "kampung", "kampong", "kampoeng", "dusun", "negeri", "lembang", "kute", "ohoi", "nagori", "wanua",
    "banua", "marga", "pakon", "keude", "lurah",
})  # fmt: skip
_MOST_LETTERS = 4

_APOSTROPHES = re.compile(r"['’‘`´ʼʻ]")
_WORD = re.compile(r"[a-z]+|[0-9]+")


class NameKey(NamedTuple):
    """A name reduced to what identifies it.

    Names with equal ``letters`` denote one place; only names with equal ``marks`` may be compared by
    similarity.

    Parameters
    ----------
    letters : str
        The normalised name without spaces.
    marks : frozenset of str
        Numbers, qualifiers such as ``ilir`` or ``baru``, and single initials: the "P." of "P. Tengah"
        abbreviates a word, which a name without it does not have.
    """

    letters: str
    marks: frozenset[str]


@lru_cache(maxsize=200_000)
def plain_name(text: str) -> str:
    """Normalise case, accents and spacing only.

    Examples
    --------
    >>> plain_name("  SUKA   Maju ")
    'suka maju'
    """
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(letters.casefold().split())


@lru_cache(maxsize=200_000)
def normalise_name(text: str) -> str:
    """Normalise a village or kecamatan name.

    Case, accents, punctuation and spacing are unified; roman and arabic numerals become words; common
    abbreviations are written out; a leading ``Desa``, ``Ds.``, ``Kel.`` or ``Desa Adat`` is removed.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Lower-case words.

    Examples
    --------
    >>> normalise_name("DS. TJ.  LUBUK II"), normalise_name("Tanjung Lubuk 2")
    ('tanjung lubuk dua', 'tanjung lubuk dua')
    """
    plain = _APOSTROPHES.sub("", plain_name(text))
    if river := _RIVER.match(plain):
        plain = f"sungai {plain[river.end() :]}"
    words = _WORD.findall(plain)
    if len(words) > 2 and words[0] in _BEFORE_ADAT and words[1] == "adat":
        words = words[2:]
    while len(words) > 1 and words[0] in _STATUS_WORDS:
        words = words[1:]
    words = [_written_out(word, i, words) for i, word in enumerate(words)]
    return " ".join(words)


def _written_out(word: str, position: int, words: list[str]) -> str:
    if word.isdigit():
        return _number(int(word))
    if word == "sp":
        # "SP 2" is a settlement unit of a transmigration site, "Sp. Tiga" a crossroads.
        following = words[position + 1] if position + 1 < len(words) else ""
        return "sp" if not following or following.isdigit() or _roman(following) else "simpang"
    if len(words) > 1:
        if value := _roman(word):
            return _number(value)
        if position == 0 and word in _ABBREVIATIONS:
            return _ABBREVIATIONS[word]
    return _SPELLINGS.get(word, word)


def _roman(word: str) -> int:
    match = _ROMAN.fullmatch(word)
    return 10 * len(match[1]) + _ROMAN_ONES[match[2]] if match and word else 0


def _number(value: int) -> str:
    return _NUMBERS[value] if 0 < value < len(_NUMBERS) else str(value)


@lru_cache(maxsize=200_000)
def name_key(text: str) -> NameKey:
    """Reduce a name to its :class:`NameKey`.

    Examples
    --------
    >>> key = name_key("Muara Lawai Ilir II")
    >>> key.letters, sorted(key.marks)
    ('muaralawaiilirdua', ['dua', 'ilir'])
    """
    words = normalise_name(text).split()
    marks = {_QUALIFIERS[word] for word in words if word in _QUALIFIERS}
    marks |= {word for word in words if word.isdigit() or word in _NUMBERS or len(word) == 1}
    return NameKey("".join(words), frozenset(marks))


def without_status(normalised: str, words: frozenset[str] = STATUS_WORDS) -> str:
    """Remove the leading word for the status of the place; empty where there is none.

    Examples
    --------
    >>> without_status("gampong baro"), without_status("baro")
    ('baro', '')
    """
    first, _space, rest = normalised.partition(" ")
    return rest if first in words else ""


@lru_cache(maxsize=200_000)
def abbreviates(written: str, name: str) -> bool:
    """Return whether `written` may be `name` with one word abbreviated to four letters or fewer.

    Parameters
    ----------
    written : str
        As in the table; spaces and points do not matter.
    name : str
        Name of a village.

    Examples
    --------
    >>> abbreviates("P. Tengah", "Pulau Tengah"), abbreviates("PLTENGAH", "Pulau Tengah")
    (True, True)
    >>> abbreviates("P. Tengah", "Tengah"), abbreviates("P. Tengah", "Simpang Tengah")
    (False, False)
    """
    short = _letters(_split(written))
    raw = _split(name)
    return any(_cut_down(short, words) for words in (normalise_name(name).split(), raw))


def _split(text: str) -> list[str]:
    return _WORD.findall(_APOSTROPHES.sub("", plain_name(text)))


def _letters(words: list[str]) -> str:
    """Join words, with numerals written out as in :func:`normalise_name`."""
    out = []
    for word in words:
        value = int(word) if word.isdigit() else _roman(word) if len(word) > 1 else 0
        out.append(_number(value) if value else word)
    return "".join(out)


def _cut_down(short: str, words: list[str]) -> bool:
    """Return whether one word, or a pair such as "kudo-kudo", is abbreviated and the others are complete."""
    for first in range(len(words)):
        before = "".join(words[:first])
        for last in range(first + 1, len(words) + 1):
            after, whole = _letters(words[last:]), "".join(words[first:last])
            if not (before or after) or not (short.startswith(before) and short.endswith(after)):
                continue
            cut = short[len(before) : len(short) - len(after)]
            if not 0 < len(cut) <= min(_MOST_LETTERS, len(whole) - 1) or cut[0] != whole[0]:
                continue
            if _in_order(cut, whole):
                return True
    return False


def _in_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def another_word(one: str, other: str) -> bool:
    """Return whether a normalised name is another one plus one word.

    An additional word is not a typing error: "lubuk tanjung harapan" is another village than "tanjung
    harapan". The rest may contain a typing error.

    Examples
    --------
    >>> another_word("pd tanjung harapan", "tanjung harapn")
    True
    >>> another_word("tan jung harapan", "tanjung harapn")
    False
    """
    long, short = sorted((one.split(), other.split()), key=len, reverse=True)
    apart = OSA.distance("".join(long), "".join(short))
    for i, word in enumerate(long):
        rest = "".join(long[:i] + long[i + 1 :])
        if len(long) > len(short) and OSA.distance(rest, "".join(short)) + len(word) <= apart:
            return True
    return False
