"""Remove invisible characters that change how a text is read, shown or compared."""

from __future__ import annotations

import re

__all__ = ["UNSEEN", "without_unseen"]

UNSEEN = re.compile(
    "["
    # Control characters but line ends and tabs, the soft hyphen, halves of a surrogate pair.
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\ud800-\udfff"
    # Characters that change direction, join, separate or fill.
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    # Signs for programs in other scripts, musical beams, tags.
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
_PILED = re.compile(r"([\u0300-\u036f]{2})[\u0300-\u036f]+")  # no spelling has three marks on a letter


def without_unseen(text: str) -> str:
    r"""Return a text without invisible characters and without stacked accents.

    For names and cells written by an office. Do not use it for the study file, where such characters are
    refused so that the planner removes them.

    Examples
    --------
    >>> [without_unseen(name) for name in ("Suka\u200bmaju", "aman\u202egnp.exe", "Tanjung\x07 Sari")]
    ['Sukamaju', 'amangnp.exe', 'Tanjung Sari']
    """
    if text.isascii() and text.isprintable():
        return text
    return _PILED.sub(r"\1", UNSEEN.sub("", text))
