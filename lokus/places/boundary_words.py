"""Translate messages of GEOS and GDAL about broken polygons and files into plain words."""

from __future__ import annotations

from typing import Final

from lokus.i18n import gettext as _

__all__ = ["plain_reason", "plain_words"]


def N_(text: str) -> str:  # noqa: N802 - the customary name for "translate later"
    """Mark a text for translation; it is translated where it is shown."""
    return text


# Longer phrases first: "Ring Self-intersection" contains "Self-intersection".
_WORDS: Final = (
    ("ring self-intersection", N_("a border touches itself")),
    ("self-intersection", N_("a border crosses itself")),
    ("hole lies outside", N_("a hole lies outside its village")),
    ("nested holes", N_("a hole lies in another hole")),
    ("nested shells", N_("a part lies inside another part")),
    ("duplicate rings", N_("a border is drawn twice")),
    ("interior is disconnected", N_("holes cut the village into pieces")),
    ("too few points", N_("a border has too few points")),
    ("invalid number of points", N_("a border has too few points")),
    ("closed linestring", N_("a border is not closed: its last point is not its first")),
    ("not closed", N_("a border is not closed: its last point is not its first")),
    ("non-closed", N_("a border is not closed: its last point is not its first")),
    ("shell is empty", N_("a border is empty although it has holes")),
    ("invalid coordinate", N_("a point has no position (NaN or infinite)")),
    ("non-finite", N_("a point has no position (NaN or infinite)")),
    ("no such file", N_("the file does not exist")),
    ("permission denied", N_("it may not be read")),
    ("not recognized as", N_("it is of no format that is known, or it is damaged")),
    ("unable to open", N_("it is damaged or a part is missing")),
    ("failed to read", N_("it is damaged or not whole")),
    ("corrupt", N_("it is damaged or not whole")),
    ("malformed", N_("it is damaged or not whole")),
    ("parquet", N_("it is damaged or not whole")),
    ("geo metadata", N_("it does not say which column holds the polygons")),
)


def plain_words(text: str) -> str:
    """Explain a message of GEOS or GDAL in the current language; empty where unknown.

    Examples
    --------
    >>> from lokus.i18n import use_language
    >>> with use_language("en"):
    ...     plain_words("Self-intersection[104.1 -3.2]")
    'a border crosses itself'
    """
    folded = text.casefold()
    return next((_(plain) for phrase, plain in _WORDS if phrase in folded), "")


def plain_reason(error: BaseException) -> str:
    """Explain an error as the end of a sentence; empty where unknown.

    Examples
    --------
    >>> plain_reason(ValueError("something else"))
    ''
    """
    words = plain_words(str(error))
    return f": {words}" if words else ""
