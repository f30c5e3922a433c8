"""Translate messages and format numbers: Bahasa Indonesia by default, English on request.

Source strings are English and pass through :func:`gettext`; ``locale/id`` translates them. Messages are
templates (``_("{n} villages").format(n=3)``), never f-strings, so that they can be translated.
"""

from __future__ import annotations

import gettext as _stdlib_gettext
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from lokus.subject import subject

__all__ = [
    "LANGUAGES",
    "N_",
    "format_number",
    "format_percent",
    "gettext",
    "language",
    "list_counts",
    "round_number",
    "use_language",
]

LANGUAGES = ("id", "en")
LOCALE_DIR = Path(__file__).parent / "locale"

_chosen: ContextVar[str | None] = ContextVar("lokus_language", default=None)


def language() -> str:
    """Return the current language: set by :func:`use_language`, else ``LOKUS_LANG``, else ``"id"``.

    Examples
    --------
    >>> with use_language("en"):
    ...     language()
    'en'
    """
    chosen = _chosen.get() or os.environ.get("LOKUS_LANG", "id")
    return chosen if chosen in LANGUAGES else "id"


@contextmanager
def use_language(lang: str | None) -> Iterator[None]:
    """Use language `lang` inside the block; ``None`` does not change it.

    Examples
    --------
    >>> with use_language("en"):
    ...     format_number(1234.5, decimals=1)
    '1,234.5'
    """
    if lang is not None and lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {LANGUAGES}, not {lang!r}")
    token = _chosen.set(lang if lang is not None else _chosen.get())
    try:
        yield
    finally:
        _chosen.reset(token)


@lru_cache
def _catalogue(lang: str) -> _stdlib_gettext.NullTranslations:
    if lang == "en":
        return _stdlib_gettext.NullTranslations()
    return _stdlib_gettext.translation("lokus", LOCALE_DIR, languages=[lang])


def gettext(message: str) -> str:
    """Translate `message` into the current language, in the words of the current subject.

    Examples
    --------
    >>> gettext("unchanged")
    'tidak berubah'
    """
    text = _catalogue(language()).gettext(message)
    about = subject()
    return text if about is None else about.say(text, language())


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a message for translation without translating it; it is translated where it is shown.

    Examples
    --------
    >>> label = N_("unchanged")
    >>> label, gettext(label)
    ('unchanged', 'tidak berubah')
    """
    return message


def round_number(value: float, decimals: int) -> float:
    """Round half to even on the shortest decimal representation of a value.

    Examples
    --------
    >>> round_number(0.575 * 100, 0), round_number(12.25, 1), round_number(-0.04, 1)
    (58.0, 12.2, 0.0)
    """
    if not math.isfinite(value):
        return value
    power = 10.0**decimals
    return round(round(value * power, 6)) / power + 0.0


def format_number(value: float | None, *, decimals: int = 0) -> str:
    """Format a number in the current language, rounded half to even; a missing one as an en dash.

    Examples
    --------
    >>> format_number(1234567.25, decimals=1)
    '1.234.567,2'
    >>> format_number(float("nan"))
    '–'
    """
    if value is None or math.isnan(value):
        return "–"
    text = f"{round_number(value, decimals):,.{decimals}f}"
    if language() == "id":
        text = text.translate(str.maketrans(",.", ".,"))
    return text


def list_counts(*counts: tuple[int, str]) -> str:
    """List counts with their words; what there is none of is left out.

    Parameters
    ----------
    *counts : tuple of int and str
        A count, and its translated words with ``{n}`` for it.

    Examples
    --------
    >>> list_counts((0, "{n} menahan"), (34, "{n} peringatan"), (1200, "{n} catatan"))
    '34 peringatan, 1.200 catatan'
    """
    return ", ".join(words.format(n=format_number(n)) for n, words in counts if n)


def format_percent(share: float | None, *, decimals: int = 0) -> str:
    """Format a share, such as a probability, as percent.

    Examples
    --------
    >>> format_percent(0.974)
    '97 %'
    """
    text = format_number(None if share is None else 100 * share, decimals=decimals)
    return text if text == "–" else f"{text} %"
