"""Read and split village codes, repair columns of codes, and convert BPS codes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import N_
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "EXAMPLE_PREFIX",
    "CodeSystem",
    "EmptyKodeError",
    "KodeError",
    "System",
    "bridge_bps",
    "compress_rows",
    "detect_system",
    "format_kode",
    "is_example",
    "jenis",
    "kabupaten_of",
    "kecamatan_of",
    "parse_kode",
    "read_kode",
    "repair_codes",
]


EXAMPLE_PREFIX: Final = "99"
"""Province digits that no real province uses; codes of synthetic examples begin with them."""

_LENGTH = 10
_JENIS = {"1": "kelurahan", "2": "desa", "3": "desa"}
# Invisible characters of spreadsheets and web pages: no-break and zero-width spaces, BOM, soft hyphen.
_INVISIBLE = re.compile("[\u00a0\u200b\u200c\u200d\u2007\u202f\u2060\ufeff\u00ad]")
_QUOTES = "'\"`’‘“”´"
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*[eE][+-]?[0-9]+")
_DECIMAL_TAIL = re.compile(r"([0-9]{10})[.,]0+")
_THOUSANDS = re.compile(r"[0-9]([.,])[0-9]{3}\1[0-9]{3}\1[0-9]{3}")
_BLOCKS = re.compile(r"([0-9]{1,2})[.\-/ ]+([0-9]{1,2})[.\-/ ]+([0-9]{1,2})[.\-/ ]+([0-9]{4})")
# Positions of separators: between the blocks of either system.
_CUTS = {2, 4, 6, 7}


class KodeError(ValueError):
    """A value cannot be read as a village code; the message states the reason."""


class EmptyKodeError(KodeError):
    """There is no code: a blank cell, a dash, a missing value."""


def parse_kode(value: object) -> str:
    """Read a village code in any form that spreadsheets produce.

    Accepts ten digits, as text or as a whole number, with or without the dots of the official form, spaces, a
    leading apostrophe, a trailing ``.0``, thousands separators, and blocks that lost a leading zero
    (``16.3.1.2001``). Refuses codes that have lost digits: ``1.603012e9``, ``11.1``, nine digits.

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
        The value is no code; the message states the reason.

    Examples
    --------
    >>> parse_kode("99.01.01.2003"), parse_kode(9901012003.0), parse_kode("'9901012003")
    ('9901012003', '9901012003', '9901012003')
    """
    return read_kode(value)[0]


def read_kode(value: object) -> tuple[str, str]:
    """Read a village code as :func:`parse_kode` does, and return what was repaired.

    Returns
    -------
    kode : str
        Ten digits.
    repair : str
        Kind of repair (a source text of the catalogue); empty where none was needed.

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
    """Format a ten-digit code in the official form.

    Examples
    --------
    >>> format_kode("9901012003")
    '99.01.01.2003'
    """
    return f"{kode[:2]}.{kode[2:4]}.{kode[4:6]}.{kode[6:]}"


def jenis(kode: str) -> str:
    """Return whether a Kemendagri code is of a kelurahan or a desa, by its seventh digit.

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
    """Return the six-digit Kemendagri code of the kecamatan.

    Examples
    --------
    >>> kecamatan_of("9901012003")
    '990101'
    """
    return kode[:6]


def kabupaten_of(kode: str) -> str:
    """Return the four-digit Kemendagri code of the kabupaten or kota.

    Examples
    --------
    >>> kabupaten_of("9901012003")
    '9901'
    """
    return kode[:4]


def is_example(kode: str) -> bool:
    """Return whether the code belongs to a synthetic example instead of a real village.

    Examples
    --------
    >>> is_example("9901012003"), is_example("1603012003")
    (True, False)
    """
    return kode.startswith(EXAMPLE_PREFIX)


# Columns of village codes: repaired where no digit is lost, otherwise refused; both are reported.


def repair_codes(series: pd.Series, *, where: Where | None = None) -> tuple[pd.Series, list[Finding]]:
    """Read a column of codes, with findings about repaired and refused ones.

    Parameters
    ----------
    series : pandas.Series
        Cells as read; the index holds spreadsheet row numbers.
    where : Where, optional
        File, sheet and column of the cells.

    Returns
    -------
    codes : pandas.Series of str
        Same index; ``<NA>`` where there is no code or it was refused.
    findings : list of Finding
        One for each kind of repair (note) with its rows, one for cells without a code (warning), one for each
        refused cell (blocking).

    Examples
    --------
    >>> codes, findings = repair_codes(pd.Series(["9901012003.0", 1.5], index=[4, 5]))
    >>> codes.tolist(), [finding.level for finding in findings]
    (['9901012003', <NA>], ['note', 'blocking'])
    """
    where = where or Where()
    codes: list[str | None] = []
    repaired: dict[str, list[int]] = {}
    empty: list[int] = []
    refused: list[Finding] = []
    code: str | None
    for row, value in series.items():
        try:
            code, repair = read_kode(value)
        except EmptyKodeError:
            code, repair = None, ""
            empty.append(_row_number(row))
        except KodeError as error:
            code, repair = None, ""
            refused.append(_refusal(value, error, where=where, row=_row_number(row)))
        codes.append(code)
        if repair:
            repaired.setdefault(repair, []).append(_row_number(row))
    findings = [
        Finding(
            check="kode.repaired",
            level="note",
            message=_("{n} village codes repaired ({repair}): rows {rows}").format(
                n=len(rows), repair=_(repair), rows=compress_rows(rows)
            ),
            where=_at(where, rows[0]),
        )
        for repair, rows in sorted(repaired.items())
    ]
    if empty:
        findings.append(
            Finding(
                check="kode.empty",
                level="warning",
                message=_("{n} rows have no village code: rows {rows}").format(
                    n=len(empty), rows=compress_rows(empty)
                ),
                remedy=_("Fill in the codes, or name the columns of village and kecamatan for these rows."),
                where=_at(where, empty[0]),
            )
        )
    return pd.Series(codes, index=series.index, name=series.name, dtype="string"), findings + refused


def _refusal(value: object, error: KodeError, *, where: Where, row: int) -> Finding:
    return Finding(
        check="kode.refused",
        level="blocking",
        message=_("village code {value} cannot be used: {reason}").format(value=repr(value), reason=error),
        remedy=_("Write the ten digits as text, for example 16.03.01.2001."),
        where=_at(where, row),
    )


def _at(where: Where, row: int) -> Where:
    return replace(where, row=row or where.row)


def _row_number(label: object) -> int:
    return int(label) if isinstance(label, Integral) else 0


def compress_rows(rows: Sequence[int]) -> str:
    """Format row numbers as ranges.

    Examples
    --------
    >>> compress_rows([3, 4, 5, 9])
    '3–5, 9'
    """
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


# Detection of the code system of a column, and conversion of BPS codes to Kemendagri codes.


System = Literal["kemendagri", "bps", "campuran", "tidak dikenal"]
_KEMENDAGRI_SEVENTH = {"1", "2", "3"}
_LEAST_SHARE = 0.02


@dataclass(frozen=True, kw_only=True)
class CodeSystem:
    """Code system of a column of codes.

    Parameters
    ----------
    system : {"kemendagri", "bps", "campuran", "tidak dikenal"}
        ``"campuran"`` is a mix of the two; ``"tidak dikenal"`` means hardly any code is known in either.
    n : int
        Number of distinct codes.
    kemendagri, bps, unknown : int
        Distinct codes that can only be Kemendagri, only BPS, and neither; the rest are known in both systems.
    findings : tuple of Finding
    """

    system: System
    n: int
    kemendagri: int
    bps: int
    unknown: int
    findings: tuple[Finding, ...] = ()


def detect_system(
    codes: Iterable[str | None],
    villages: pd.DataFrame,
    *,
    bps_codes: Iterable[str] | None = None,
    where: Where | None = None,
) -> CodeSystem:
    """Detect the system of a column of codes by the share of codes in the village list.

    Parameters
    ----------
    codes : iterable of str
        Ten-digit codes; missing ones are left out.
    villages : pandas.DataFrame
        Village table, indexed by Kemendagri code.
    bps_codes : iterable of str, optional
        Known BPS codes, for instance of a bridge table. Without them a code counts as BPS where its seventh
        digit cannot be that of a Kemendagri code (1, 2 or 3), and a mixture is only detected where most codes
        are Kemendagri.
    where : Where, optional
        File, sheet and column of the codes.

    Returns
    -------
    CodeSystem

    Examples
    --------
    >>> villages = pd.DataFrame(index=["9901012001", "9901012002"])
    >>> detect_system(["9901012001", "9901012002"], villages).system
    'kemendagri'
    >>> detect_system(["9901010001", "9901010002"], villages).system
    'bps'
    """
    where = where or Where()
    distinct = pd.Index(pd.Series(list(codes), dtype="string").dropna().unique())
    in_kemendagri = distinct.isin(villages.index)
    if bps_codes is None:
        in_bps = ~distinct.str[6].isin(_KEMENDAGRI_SEVENTH)
    else:
        in_bps = distinct.isin(pd.Index(list(bps_codes)))
    only_kemendagri = int((in_kemendagri & ~in_bps).sum())
    only_bps = int((in_bps & ~in_kemendagri).sum())
    unknown = int((~in_bps & ~in_kemendagri).sum())
    system = _decide(len(distinct), only_kemendagri, only_bps, unknown, listed=bps_codes is not None)
    counts = {"n": len(distinct), "kemendagri": only_kemendagri, "bps": only_bps, "unknown": unknown}
    return CodeSystem(system=system, **counts, findings=tuple(_system_findings(system, counts, where)))


def _decide(n: int, kemendagri: int, bps: int, unknown: int, *, listed: bool) -> System:
    # One odd code among many is a typing error, which the join reports, not a mixture.
    enough = max(2, _LEAST_SHARE * n)
    if bps >= enough:
        # Without a list of BPS codes up to 43 percent of a purely BPS column match villages by accident.
        mixed = kemendagri >= enough if listed else 2 * kemendagri > n
        return "campuran" if mixed else "bps"
    # All are valid in both systems, so it is unknown which villages are meant.
    undecidable = kemendagri == bps == unknown == 0
    return "tidak dikenal" if undecidable or 2 * unknown > n else "kemendagri"


def _system_findings(system: System, counts: dict[str, int], where: Where) -> list[Finding]:
    if system == "kemendagri":
        return []
    if system == "campuran":
        message = _("the column mixes code systems: {kemendagri} of {n} codes are Kemendagri, {bps} are BPS")
        remedy = _("Use codes of one system, or join by names; a mixed column can hit wrong villages.")
    elif system == "bps":
        message = _("{bps} of {n} codes are BPS codes, not Kemendagri codes")
        remedy = _("Give a bridge table from BPS to Kemendagri codes, or join this table by names.")
    elif counts["n"] > 0 and counts["unknown"] == 0:
        message = _("all {n} codes are valid in both systems, of different villages")
        remedy = _("Join this table by names, or check one code that you know.")
    else:
        message = _("{unknown} of {n} codes belong to no village of this study")
        remedy = _("Check that the table is for this kabupaten and that the column holds village codes.")
    return [
        Finding(
            check="kode.system",
            level="blocking",
            message=message.format(**counts),
            remedy=remedy,
            where=where,
        )
    ]


def bridge_bps(
    codes: pd.Series,
    bridge: pd.DataFrame,
    *,
    bps: str = "bps",
    kemendagri: str = "kemendagri",
    where: Where | None = None,
) -> tuple[pd.Series, list[Finding]]:
    """Convert BPS codes to Kemendagri codes by a table that the user supplies.

    Parameters
    ----------
    codes : pandas.Series of str
        Ten-digit BPS codes.
    bridge : pandas.DataFrame
        One row a village, with both codes in any form that :func:`lokus.places.kode.parse_kode` reads.
    bps, kemendagri : str
        The columns of `bridge`.
    where : Where, optional
        File, sheet and column of `codes`.

    Returns
    -------
    codes : pandas.Series of str
        Kemendagri codes, same index; ``<NA>`` where the bridge has none, or several.
    findings : list of Finding

    Raises
    ------
    InputError
        A column is not in `bridge`.

    Examples
    --------
    >>> table = pd.DataFrame({"bps": ["9901010001"], "kemendagri": ["99.01.01.2003"]})
    >>> bridge_bps(pd.Series(["9901010001"]), table)[0].tolist()
    ['9901012003']
    """
    where = where or Where()
    for column in (bps, kemendagri):
        if column not in bridge.columns:
            raise InputError(
                _('the bridge table has no column "{column}"').format(column=column),
                remedy=_("Its columns are: {columns}").format(columns=", ".join(map(str, bridge.columns))),
            )
    pairs = pd.DataFrame({"bps": repair_codes(bridge[bps])[0], "kode": repair_codes(bridge[kemendagri])[0]})
    pairs = pairs.dropna().drop_duplicates()
    # A BPS code with several Kemendagri codes is ambiguous, as is a Kemendagri code with several BPS codes.
    several = pairs["bps"].duplicated(keep=False) | pairs["kode"].duplicated(keep=False)
    way = pairs[~several].set_index("bps")["kode"]
    result = codes.map(way).astype("string")
    asked = codes.dropna()
    no_way = asked[~asked.isin(pairs["bps"])]
    unclear = asked[asked.isin(pairs.loc[several, "bps"])]
    findings = []
    for check, lost, template in (
        ("kode.no_bridge", no_way, _("{n} BPS codes are not in the bridge table: {codes}")),
        ("kode.unclear_bridge", unclear, _("{n} BPS codes have no unique Kemendagri code: {codes}")),
    ):
        if len(lost):
            findings.append(
                Finding(
                    check=check,
                    level="warning",
                    message=template.format(n=len(lost), codes=", ".join(sorted(set(lost))[:10])),
                    remedy=_("Complete the bridge table, or settle these villages by name."),
                    where=where,
                )
            )
    return result, findings
