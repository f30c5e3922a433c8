"""Determine the code system of a boundary file from its layout, kecamatan names and the official list."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from lokus.errors import InputError, name_some
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.kode import EmptyKodeError, KodeError, bridge_bps, format_kode, jenis, parse_kode
from lokus.places.name_rules import name_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["WrittenCodes", "name_of_the_same_code", "one_spelling", "settle_codes"]

_BPS_LAYOUTS: Final = ("BPS", "HDX")
# "bps" as a word of the column name, or together with id, kd, kode and desa only; the code columns of the BPS
# layout, also followed by a year.
_BPS_COLUMNS: Final = re.compile(
    r"(.*[^a-z])?bps([^a-z].*)?|(id|kd|kode|desa)*bps(id|kd|kode|desa)*\d*|iddesa_?\d*|adm4_?pcode"
)
_ALIKE: Final = 85.0
_FEW: Final = 0.1
_ENOUGH: Final = 3  # names to compare before a majority counts
# Spacing of ten-digit float32 numbers: 128 below 2,147,483,648, 256 and 512 above.
_SINGLE_STEP: Final = 128


@dataclass(frozen=True, kw_only=True)
class WrittenCodes:
    """Codes as written in a boundary file, with names.

    Parameters
    ----------
    codes : pandas.Series of str
        Ten digits, ``<NA>`` where there is none; index are rows of the file.
    desa, kecamatan : pandas.Series of str
        Same index; empty where there is no name.
    layout : str
        Name of the recognised layout, empty when the columns were stated.
    column : str
        Column of the codes.
    country : bool
        Whether the codes had the letters ID in front, as those of the United Nations have.
    """

    codes: pd.Series
    desa: pd.Series
    kecamatan: pd.Series
    layout: str
    column: str
    country: bool = False

    @property
    def says_bps(self) -> bool:
        """Whether the layout uses BPS codes."""
        return (
            self.country
            or self.layout in _BPS_LAYOUTS
            or _BPS_COLUMNS.fullmatch(self.column.casefold()) is not None
        )


def settle_codes(
    written: WrittenCodes,
    *,
    where: Where,
    bridge: pd.DataFrame | None = None,
    official: pd.DataFrame | None = None,
    kabupaten: str | None = None,
) -> tuple[pd.Series, list[Finding]]:
    """Return Kemendagri codes, translated by the bridge where the file has BPS codes.

    Both systems have ten digits, and thousands of BPS codes are Kemendagri codes of other villages. The
    system is therefore inferred from the layout, the kecamatan names and the official list; where they
    indicate BPS, a bridge is required.

    Parameters
    ----------
    written : WrittenCodes
    where : Where
        File and column.
    bridge : pandas.DataFrame, optional
        Columns ``bps`` and ``kemendagri``.
    official : pandas.DataFrame, optional
        Official list: index ``kode_desa``, columns ``desa``, ``kecamatan``.
    kabupaten : str, optional
        Four digits; contradictions in other kabupaten are ignored.

    Returns
    -------
    codes : pandas.Series of str
        Kemendagri codes, same index.
    findings : list of Finding

    Raises
    ------
    InputError
        The codes are of BPS and no bridge is given, the bridge does not fit, or digits were lost.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = range(1, 3)
    >>> written = WrittenCodes(
    ...     codes=pd.Series(["9901010001", "9901010002"], index=rows),
    ...     desa=pd.Series(["Suka Maju", "Suka Jaya"], index=rows),
    ...     kecamatan=pd.Series("", index=rows),
    ...     layout="BPS",
    ...     column="iddesa",
    ... )
    >>> table = pd.DataFrame(
    ...     {"bps": ["9901010001", "9901010002"], "kemendagri": ["9901012001", "9901012002"]}
    ... )
    >>> settle_codes(written, where=Where(), bridge=table)[0].tolist()
    ['9901012001', '9901012002']
    """
    codes = written.codes
    present = codes.dropna()
    if present.empty:
        return codes, []
    _refuse_lost_digits(present, where)
    if bridge is not None:
        codes, findings = _translate(written, bridge, where)
        written = replace(written, codes=codes, layout="", column="", country=False)
        return codes, [*findings, *_contradictions(written, official, kabupaten, where)]
    agrees = _agrees(written, official)
    reason = "" if agrees else _why_bps(written)
    if reason:
        raise InputError(
            _("the village codes are of BPS, not of Kemendagri: {reason}").format(reason=reason),
            where=where,
            remedy=_(
                "Name a table from BPS to Kemendagri codes with jembatan under [batas] (columns bps and "
                "kemendagri), or use boundaries with the latter. If they are of Kemendagri, name the "
                "official list with daftar_resmi: codes that agree with it are used as they are."
            ),
        )
    return codes, _contradictions(written, official, kabupaten, where)


def _odd_kind(code: str) -> bool:
    """Return whether a code is not of a desa or kelurahan; desa adat (digit 3) exist only in Papua."""
    return jenis(code) == "lainnya" or (code[6] == "3" and not code.startswith("9"))


def _why_bps(written: WrittenCodes) -> str:
    """Return the evidence that codes are of BPS; empty where there is none."""
    codes = written.codes.dropna()
    foreign = codes[[_odd_kind(code) for code in codes]]
    # A few odd codes are typing errors, each a finding; more indicate another system.
    if len(foreign) >= max(3, _FEW * len(codes)) or len(foreign) == len(codes):
        return _("the seventh digit of {n} of {all} is that of no desa or kelurahan, first {kode}").format(
            n=len(foreign), all=len(codes), kode=min(foreign)
        )
    six, seven = _names_of(written, 6), _names_of(written, 7)
    several, finer = _several(six), _several(seven)
    if several and len(finer) < len(several) and _split_by_seventh(written, several):
        code = min(several)
        return _("kecamatan {code} would carry the names {names}").format(
            code=f"{code[:2]}.{code[2:4]}.{code[4:]}", names=name_some(several[code])
        )
    if written.country:
        return _("codes that begin with ID are those of BPS")
    if written.layout in _BPS_LAYOUTS:
        return _("{column} is the column of codes in files of {layout}").format(
            column=written.column, layout=written.layout
        )
    if written.says_bps:
        return _("that is what the column {column} is called").format(column=written.column)
    return ""


def _split_by_seventh(written: WrittenCodes, several: dict[str, list[str]]) -> bool:
    """Return whether kecamatan names vary with the seventh digit, which BPS codes give the kecamatan."""
    finer = _names_of(written, 7)
    kinds = {code for code in several if sum(other.startswith(code) for other in finer) > 1}
    return any(all(len(_distinct(finer[o])) == 1 for o in finer if o.startswith(code)) for code in kinds)


def _names_of(written: WrittenCodes, digits: int) -> dict[str, dict[str, int]]:
    """Count the villages of each kecamatan name, by the first digits of the code."""
    names: dict[str, dict[str, int]] = defaultdict(dict)
    for code, name in zip(written.codes, written.kecamatan, strict=True):
        if isinstance(code, str) and name:
            own = names[code[:digits]]
            own[name] = own.get(name, 0) + 1
    return names


def _distinct(names: dict[str, int]) -> list[str]:
    """Return names that are not spellings of each other, the most frequent first."""
    chosen: list[str] = []
    for name in sorted(names, key=lambda name: (-names[name], name)):
        if not any(_alike(name, other) for other in chosen):
            chosen.append(name)
    return chosen


def _several(names: dict[str, dict[str, int]]) -> dict[str, list[str]]:
    found = {code: _distinct(own) for code, own in names.items() if len(own) > 1}
    return {code: own for code, own in found.items() if len(own) > 1}


def _alike(one: str, other: str) -> bool:
    a, b = name_key(one), name_key(other)
    return a.letters == b.letters or (a.marks == b.marks and fuzz.ratio(a.letters, b.letters) >= _ALIKE)


def one_spelling(codes: pd.Series, kecamatan: pd.Series) -> tuple[pd.Series, list[str]]:
    """Unify spellings of a kecamatan name to that of most of its villages.

    Parameters
    ----------
    codes, kecamatan : pandas.Series of str
        Ten digits, and the name beside each; empty where there is none.

    Returns
    -------
    names : pandas.Series of str
    changed : list of str
        Spellings that were replaced.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = pd.Series(["9901012001", "9901012002", "9901012003"])
    >>> names = pd.Series(["Kolbano", "KOLBANO", "Kolbano"])
    >>> one_spelling(codes, names)[1]
    ['KOLBANO']
    """
    names = kecamatan.copy()
    changed: set[str] = set()
    for _code, own in kecamatan[codes.notna() & kecamatan.ne("")].groupby(codes.str[:6]):
        counts = own.value_counts()
        usual = min(counts.index, key=lambda name: (-counts[name], name))
        others = own[(own != usual) & own.map(lambda name, usual=usual: _alike(name, usual))]
        names[others.index] = usual
        changed.update(others)
    return names, sorted(changed)


def name_of_the_same_code(codes: pd.Series, kecamatan: pd.Series) -> tuple[pd.Series, list[int]]:
    """Fill missing kecamatan names from other villages with the same kecamatan code.

    Where those have several names, none is filled in.

    Parameters
    ----------
    codes, kecamatan : pandas.Series of str
        As in :func:`one_spelling`, whose result comes first.

    Returns
    -------
    names : pandas.Series of str
    filled : list of int
        Labels of the villages that got a name.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = pd.Series(["9901012001", "9901012002", "9901022001"])
    >>> name_of_the_same_code(codes, pd.Series(["Kolbano", "", ""]))[0].tolist()
    ['Kolbano', 'Kolbano', '']
    """
    block = codes.str[:6]
    named = kecamatan[codes.notna() & kecamatan.ne("")]
    several = named.groupby(block).nunique()
    usual = named.groupby(block).first()[several.eq(1)]
    lacking = codes.notna() & kecamatan.eq("") & block.isin(usual.index)
    return kecamatan.mask(lacking, block.map(usual)), [int(row) for row in kecamatan.index[lacking]]


def _agrees(written: WrittenCodes, official: pd.DataFrame | None) -> bool:
    """Return whether most codes have the same names in the official list."""
    if official is None:
        return False
    hits = written.codes.isin(official.index)
    if 2 * int(hits.sum()) < int(written.codes.notna().sum()):
        return False
    same, compared = _same_names(written, official)
    return compared == 0 or 2 * same > compared


def _same_names(written: WrittenCodes, official: pd.DataFrame) -> tuple[int, int]:
    if "desa" not in official:
        return 0, 0
    listed = official["desa"].fillna("").astype(str).to_dict()
    pairs = [
        (name, listed[code])
        for code, name in zip(written.codes, written.desa, strict=True)
        if isinstance(code, str) and name and listed.get(code)
    ]
    return sum(_alike(a, b) for a, b in pairs), len(pairs)


def _other_names(written: WrittenCodes, official: pd.DataFrame | None, where: Where) -> list[Finding]:
    """Report codes that the official list has for a village of another name."""
    if official is None or "desa" not in official:
        return []
    listed = official["desa"].fillna("").astype(str)
    by_name = {(str(code)[:6], name_key(name).letters): str(code) for code, name in listed.items() if name}
    other = [
        (row, code, name)
        for row, code, name in zip(written.codes.index, written.codes, written.desa, strict=True)
        if isinstance(code, str) and name and listed.get(code) and not _alike(name, listed[code])
    ]
    _same, compared = _same_names(written, official)
    if compared >= _ENOUGH and 2 * len(other) >= compared:
        row, code, name = other[0]
        return [
            Finding(
                check="batas.other_names",
                level="blocking",
                message=_(
                    "codes and names belong to different villages: {kode} is {name} in the file and "
                    "{other} in the official list, and so for {n} of {all} villages"
                ).format(kode=format_kode(code), name=name, other=listed[code], n=len(other), all=compared),
                remedy=_(
                    "The codes are of BPS or of another year: name a table with jembatan under [batas], or "
                    "use boundaries with codes of the official list."
                ),
                where=replace(where, row=int(row), kode_desa=code),
            )
        ]
    return [
        Finding(
            check="batas.exchanged_names",
            level="blocking",
            message=_("{kode} is {name} in the file, but {name} is {right} in the official list").format(
                kode=format_kode(code), name=name, right=format_kode(right)
            ),
            remedy=_("Correct the code or the name of this village in the boundary file."),
            where=replace(where, row=int(row), kode_desa=code),
        )
        for row, code, name in other
        if (right := by_name.get((code[:6], name_key(name).letters))) is not None
    ]


def _translate(written: WrittenCodes, bridge: pd.DataFrame, where: Where) -> tuple[pd.Series, list[Finding]]:
    asked = written.codes.dropna()
    translated, findings = bridge_bps(written.codes, bridge, where=where)
    as_bps = int(asked.isin(_read(bridge["bps"])).sum())
    as_kemendagri = int(asked.isin(_read(bridge["kemendagri"])).sum())
    if as_kemendagri > as_bps and 2 * as_kemendagri > len(asked):
        raise InputError(
            _(
                "the village codes are of Kemendagri already: {n} of {all} stand in that column of the "
                "bridge table, {bps} in that of BPS"
            ).format(n=as_kemendagri, all=len(asked), bps=as_bps),
            where=where,
            remedy=_("Take jembatan out of [batas]; it would not be used."),
        )
    if not translated.notna().any():
        raise InputError(
            _("the bridge table holds none of the village codes, first {kode}").format(kode=min(asked)),
            where=where,
            remedy=_("Check that jembatan names the table of this kabupaten, and its columns."),
        )
    # A village whose code has no counterpart would silently not be a candidate.
    return translated, [
        replace(
            finding,
            level="blocking",
            remedy=_("Complete the table that jembatan under [batas] names; until then they are left out."),
        )
        for finding in findings
    ]


def _read(column: pd.Series) -> set[str]:
    codes = set()
    for cell in column:
        try:
            codes.add(parse_kode(cell))
        except (KodeError, EmptyKodeError):
            continue
    return codes


def _refuse_lost_digits(codes: pd.Series, where: Where) -> None:
    numbers = codes.astype("int64")
    if len(numbers) < 3 or (numbers % _SINGLE_STEP).any():
        return
    raise InputError(
        _("digits of the village codes are lost: all {n} are multiples of {step}, first {kode}").format(
            n=len(numbers), step=_SINGLE_STEP, kode=codes.iloc[0]
        ),
        where=where,
        remedy=_(
            "The column was saved as a number in single precision; save it as text from the original file."
        ),
    )


def _contradictions(
    written: WrittenCodes, official: pd.DataFrame | None, kabupaten: str | None, where: Where
) -> list[Finding]:
    """Report codes of no desa or kelurahan, kecamatan codes with several names, names with several codes."""
    findings: list[Finding] = []
    if kabupaten is not None:
        own = written.codes.str.startswith(kabupaten).fillna(value=False)
        written = replace(written, codes=written.codes.where(own))
    if official is not None:
        # Villages that are not on the list are left out, whatever their code.
        written = replace(written, codes=written.codes.where(written.codes.isin(official.index)))
    findings += _other_names(written, official, where)
    names = dict(zip(written.codes.index, written.desa, strict=True))
    for row, code in written.codes.dropna().items():
        if _odd_kind(code):
            findings.append(
                Finding(
                    check="batas.jenis",
                    level="blocking",
                    message=_(
                        "code {kode} {name} is of no desa or kelurahan: its seventh digit is not 1 or 2"
                    ).format(kode=format_kode(code), name=names[row]),
                    remedy=_("Correct the code in the boundary file."),
                    where=replace(where, row=_row(row), kode_desa=code),
                )
            )
    six = _names_of(written, 6)
    for code, several in sorted(_several(six).items()):
        findings.append(_two_names(written, code, several, where))
    return findings + _two_codes(written, six, where)


def _row(label: object) -> int | None:
    return label if isinstance(label, int) else None


def _two_names(written: WrittenCodes, code: str, several: Sequence[str], where: Where) -> Finding:
    odd = [
        (row, kode, name)
        for row, kode, name, kecamatan in zip(
            written.codes.index, written.codes, written.desa, written.kecamatan, strict=True
        )
        if isinstance(kode, str) and kode[:6] == code and kecamatan and not _alike(kecamatan, several[0])
    ]
    return Finding(
        check="batas.kecamatan_names",
        level="blocking",
        message=_(
            "kecamatan {code} carries several names: {names}; under another than the first: {villages}"
        ).format(
            code=f"{code[:2]}.{code[2:4]}.{code[4:]}",
            names=", ".join(several),
            villages=name_some(f"{format_kode(kode)} {name}" for _row_, kode, name in odd),
        ),
        remedy=_("Correct the codes or the kecamatan names of these villages in the boundary file."),
        where=replace(where, row=int(odd[0][0]), kode_desa=odd[0][1] if len(odd) == 1 else None),
    )


def _two_codes(written: WrittenCodes, six: dict[str, dict[str, int]], where: Where) -> list[Finding]:
    """Report a kecamatan name under two codes of one kabupaten, which does not exist in Indonesia."""
    codes_of: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for code, names in six.items():
        for name, n in names.items():
            own = codes_of[code[:4], name_key(name).letters]
            own[code] = own.get(code, 0) + n
    findings = []
    for (_kabupaten, letters), codes in sorted(codes_of.items()):
        if len(codes) < 2:
            continue
        usual = max(sorted(codes), key=lambda code: codes[code])
        odd = [
            (row, kode, name, kecamatan)
            for row, kode, name, kecamatan in zip(
                written.codes.index, written.codes, written.desa, written.kecamatan, strict=True
            )
            if isinstance(kode, str)
            and kode[:6] in codes
            and kode[:6] != usual
            and kecamatan
            and name_key(kecamatan).letters == letters
        ]
        if not odd:
            continue
        findings.append(
            Finding(
                check="batas.kecamatan_codes",
                level="blocking",
                message=_(
                    "kecamatan {name} has several codes: {codes}; under another than {usual}: {villages}"
                ).format(
                    name=odd[0][3],
                    codes=", ".join(f"{c[:2]}.{c[2:4]}.{c[4:]}" for c in sorted(codes)),
                    usual=f"{usual[:2]}.{usual[2:4]}.{usual[4:]}",
                    villages=name_some(f"{format_kode(kode)} {name}" for _r, kode, name, _k in odd),
                ),
                remedy=_("Correct the codes or the kecamatan names of these villages in the boundary file."),
                where=replace(where, row=int(odd[0][0]), kode_desa=odd[0][1] if len(odd) == 1 else None),
            )
        )
    return findings
