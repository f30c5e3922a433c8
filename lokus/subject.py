"""Words, classes and column names of a study's subject in its outputs.

Messages are written for stunting, children and measuring. For a study of another theme (`[tema]`) its own
nouns replace these in the template of a message, before numbers or names are inserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Subject", "output_column", "set_subject", "subject", "use_subject"]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Words of a theme.

    Parameters
    ----------
    words : tuple of (language, tuple of (pattern, text))
        For each language: regular expressions and their replacements in messages; of two that match at a
        position the first is used.
    keys : tuple of (str, str)
        Key of an indicator inside lokus → its name in tables, pages and locks.
    bands : tuple of float
        Limits of the five classes of the rate; empty: those of the World Health Organization for stunting.
    """

    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    keys: tuple[tuple[str, str], ...] = ()
    bands: tuple[float, ...] = ()

    def say(self, text: str, language: str) -> str:
        """Return a message template in the words of the theme."""
        return _say(self, text, language)


_about: ContextVar[Subject | None] = ContextVar("lokus_subject", default=None)


def subject() -> Subject | None:
    """Return the current subject; ``None`` for stunting.

    Examples
    --------
    >>> subject() is None
    True
    """
    return _about.get()


@contextmanager
def use_subject(about: Subject | None) -> Iterator[None]:
    """Use another subject inside the block; ``None`` for stunting.

    Examples
    --------
    >>> with use_subject(Subject(words=(("id", (("anak", "keluarga"),)),))):
    ...     subject().say("{anak} anak", "id")
    '{anak} keluarga'
    """
    token = _about.set(about)
    try:
        yield
    finally:
        _about.reset(token)


def set_subject(about: Subject | None) -> None:
    """Set the subject until the enclosing block of :func:`use_subject` ends.

    Examples
    --------
    >>> with use_subject(None):
    ...     set_subject(Subject(words=()))
    ...     subject()
    Subject(words=(), keys=(), bands=())
    >>> subject() is None
    True
    """
    _about.set(about)


def output_column(key: str) -> str:
    """Return the name of a column in outputs: that of the theme, where the study has one.

    Examples
    --------
    >>> output_column("anak_stunting_bawah")
    'anak_stunting_bawah'
    >>> with use_subject(Subject(words=(), keys=(("anak_stunting", "perkiraan_kasus"),))):
    ...     output_column("anak_stunting_bawah")
    'perkiraan_kasus_bawah'
    """
    about = _about.get()
    if about is None:
        return key
    for own, outside in about.keys:
        if key == own or key.startswith(f"{own}_"):
            return outside + key[len(own) :]
    return key


@lru_cache(maxsize=4096)
def _say(about: Subject, text: str, language: str) -> str:
    rules = dict(about.words).get(language, ())
    if not rules:
        return text
    pattern, texts = _compiled(rules)

    def instead(found: re.Match[str]) -> str:
        if found.lastgroup is None:  # a placeholder stays as it is
            return found[0]
        said, was = texts[found.lastgroup], found[0]
        if len(was) > 1 and was.isupper() and not text.isupper() and was == "TPPS":
            return said
        if len(was) > 1 and was.isupper():
            return said.upper()
        if not was[:1].isupper():
            return said
        within = re.search(r"[\w)] \Z", text[: found.start()]) is not None  # a title, not a sentence's start
        words = said.split(" ") if within else [said]
        return " ".join(word[:1].upper() + word[1:] for word in words)

    return pattern.sub(instead, text)


@lru_cache(maxsize=32)
def _compiled(rules: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    parts = [r"\{[^{}]*\}"]
    parts += [rf"(?P<r{number}>(?<!\w)(?:{pattern})(?!\w))" for number, (pattern, _text) in enumerate(rules)]
    return re.compile("|".join(parts), re.IGNORECASE), {
        f"r{number}": text for number, (_pattern, text) in enumerate(rules)
    }
