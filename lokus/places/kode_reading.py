"""One village code: reading it in whatever form a spreadsheet left it, and taking it apart."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np
import pandas as pd

from lokus.i18n import gettext as _

__all__ = [
    "EXAMPLE_PREFIX",
    "EmptyKodeError",
    "KodeError",
    "format_kode",
    "is_example",
    "jenis",
    "kabupaten_of",
    "kecamatan_of",
    "parse_kode",
    "read_kode",
]

EXAMPLE_PREFIX: Final = "99"
"""Province digits that no real province uses; codes of synthetic examples begin with them."""

_LENGTH = 10
_JENIS = {"1": "kelurahan", "2": "desa", "3": "desa"}
# Left behind by spreadsheets and web pages: no-break and zero-width spaces, byte order mark, soft hyphen.
_INVISIBLE = re.compile("[\u00a0\u200b\u200c\u200d\u2007\u202f\u2060\ufeff\u00ad]")
_QUOTES = "'\"`’‘“”´"
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*[eE][+-]?[0-9]+")
_DECIMAL_TAIL = re.compile(r"([0-9]{10})[.,]0+")
_THOUSANDS = re.compile(r"[0-9]([.,])[0-9]{3}\1[0-9]{3}\1[0-9]{3}")
_BLOCKS = re.compile(r"([0-9]{1,2})[.\-/ ]+([0-9]{1,2})[.\-/ ]+([0-9]{1,2})[.\-/ ]+([0-9]{4})")
# Where a separator may stand: between the blocks of either system.
_CUTS = {2, 4, 6, 7}


def N_(text: str) -> str:  # noqa: N802 - the customary name for "translate later"
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


class KodeError(ValueError):
    """A value that cannot be read as a village code; the message says why, in the language in force."""


class EmptyKodeError(KodeError):
    """There is no code at all: a blank cell, a dash, a missing value."""


def parse_kode(value: object) -> str:
    """Read a village code in any of the forms spreadsheets give it.

    Accepted are ten digits, as text or as a whole number, with or without the dots of the official form,
    spaces, an apostrophe in front, a tail of ``.0``, thousands separators, and blocks that lost a leading
    zero (``16.3.1.2001``). Refused is whatever has lost digits: ``1.603012e9``, ``11.1``, nine digits.

    Parameters
    ----------
    value : str, int or float

    Returns
    -------
    str
        Ten digits.

    Raises
    ------
    KodeError
        With the reason in the language in force.

    Examples
    --------
    >>> parse_kode("99.01.01.2003"), parse_kode(9901012003.0), parse_kode("'9901012003")
    ('9901012003', '9901012003', '9901012003')
    """
    return read_kode(value)[0]


def read_kode(value: object) -> tuple[str, str]:
    """Read a village code as :func:`parse_kode` does, and say what had to be repaired.

    Returns
    -------
    kode : str
        Ten digits.
    repair : str
        Kind of repair (a source text of the catalogue), empty when the form is an ordinary one.

    Examples
    --------
    >>> read_kode("99.1.1.2003")
    ('9901012003', 'lost leading zeros restored')
    """
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        return _read_number(float(value))
    if not isinstance(value, str):
        if value is None or value is pd.NA or value is pd.NaT:
            raise EmptyKodeError(_("no village code"))
        raise KodeError(_("not a village code"))
    return _read_text(value)


def _read_number(number: float) -> tuple[str, str]:
    if math.isnan(number):
        raise EmptyKodeError(_("no village code"))
    if not math.isfinite(number) or number <= 0:
        raise KodeError(_("not a village code"))
    if not number.is_integer():
        raise KodeError(_("a number with decimals: digits of the code are lost"))
    return _ten_digits(str(int(number))), ""


def _read_text(value: str) -> tuple[str, str]:
    visible = _INVISIBLE.sub("", value).strip()
    text = visible.removeprefix("=").strip(_QUOTES + " ")
    repair = N_("quotation mark or formula sign removed") if text != visible else ""
    if not text or text.casefold() in {"-", "nan", "null", "none", "<na>"}:
        raise EmptyKodeError(_("no village code"))
    if _SCIENTIFIC.fullmatch(text):
        raise KodeError(_("written as a power of ten: digits of the code are lost"))
    if tail := _DECIMAL_TAIL.fullmatch(text):
        return _ten_digits(tail[1]), N_("decimal tail removed")
    if _THOUSANDS.fullmatch(text):
        return _ten_digits(re.sub(r"[.,]", "", text)), N_("thousands separators removed")
    if blocks := _BLOCKS.fullmatch(text):
        digits = "".join(block.zfill(2) for block in blocks.groups())
        padded = len(digits) != sum(map(len, blocks.groups()))
        return _ten_digits(digits), N_("lost leading zeros restored") if padded else repair
    parts = re.split(r"[.\-/ ]+", text)
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise KodeError(_("contains something other than digits"))
    digits = "".join(parts)
    cuts = {sum(map(len, parts[:i])) for i in range(1, len(parts))}
    if len(digits) == _LENGTH and not cuts <= _CUTS:
        raise KodeError(_("the dots do not stand where a village code has them"))
    return _ten_digits(digits), repair


def _ten_digits(digits: str) -> str:
    if len(digits) != _LENGTH:
        raise KodeError(_("{n} digits instead of 10").format(n=len(digits)))
    if digits.startswith("0"):
        raise KodeError(_("no province has a code that begins with 0"))
    if digits.endswith("000"):
        raise KodeError(_("ends in 000, which no village does: digits of the code are lost"))
    return digits


def format_kode(kode: str) -> str:
    """Write a ten-digit code the official way.

    Examples
    --------
    >>> format_kode("9901012003")
    '99.01.01.2003'
    """
    return f"{kode[:2]}.{kode[2:4]}.{kode[4:6]}.{kode[6:]}"


def jenis(kode: str) -> str:
    """Tell a kelurahan from a desa by the seventh digit of a Kemendagri code.

    ``1`` is a kelurahan and ``2`` a desa. ``3`` is a *desa adat* (fourteen in Jayapura), which UU 6/2014
    article 6 counts as a desa. Any other digit gives ``"lainnya"``: the code is of another system or
    mistyped.

    Examples
    --------
    >>> jenis("9901011001"), jenis("9901012003"), jenis("9103013007"), jenis("3202010001")
    ('kelurahan', 'desa', 'desa', 'lainnya')
    """
    return _JENIS.get(kode[6:7], "lainnya")


def kecamatan_of(kode: str) -> str:
    """Six-digit Kemendagri code of the kecamatan.

    Examples
    --------
    >>> kecamatan_of("9901012003")
    '990101'
    """
    return kode[:6]


def kabupaten_of(kode: str) -> str:
    """Four-digit Kemendagri code of the kabupaten or kota.

    Examples
    --------
    >>> kabupaten_of("9901012003")
    '9901'
    """
    return kode[:4]


def is_example(kode: str) -> bool:
    """Whether the code belongs to a synthetic example rather than to a real village.

    Examples
    --------
    >>> is_example("9901012003"), is_example("1603012003")
    (True, False)
    """
    return kode.startswith(EXAMPLE_PREFIX)
