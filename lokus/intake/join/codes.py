"""Place rows by their village code, and report names that contradict it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import gettext as _
from lokus.places.kode import compress_rows, detect_system, format_kode, kabupaten_of, repair_codes
from lokus.places.name_rules import abbreviates, name_key, normalise_name, without_status
from lokus.places.names import THRESHOLD, match_kecamatan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lokus.findings import Where
    from lokus.intake.tables.tables import RawTable

__all__ = ["CODE_CONFLICT", "UNKNOWN_CODE", "CodePlaces", "other_kabupaten", "place_by_code"]

UNKNOWN_CODE = "kode tidak dikenal"
CODE_CONFLICT = "kode dan nama berbeda"

_SURE = ("nama persis", "nama dinormalkan")
_BY_NAME = (*_SURE, "nama mirip")
_LEAST_SHARE_NAMED = 0.8
_LEAST_ROWS_OF_A_VINTAGE = 3
# Nearly all villages with the same code but another name in 2018 and 2025 have more similar names.
_CLEARLY_DIFFERENT = 60.0
# Largest share of rows of other kabupaten in a table of one kabupaten.
_FEW_ELSEWHERE = 0.25


@dataclass(frozen=True, kw_only=True)
class CodePlaces:
    """Rows placed by code, after they were placed by name.

    Attributes
    ----------
    table : pandas.DataFrame
        As in :class:`lokus.intake.join.row_places.RowPlaces`, without rows of other kabupaten.
    elsewhere : pandas.Index
        Rows of other kabupaten.
    findings : list of Finding
    """

    table: pd.DataFrame
    elsewhere: pd.Index = field(default_factory=lambda: pd.Index([], dtype="int64"))
    findings: list[Finding] = field(default_factory=list)


def place_by_code(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    villages: pd.DataFrame,
    raw: RawTable,
    place: Mapping[str, str],
    *,
    listed: bool = True,
) -> CodePlaces:
    r"""Place rows by code instead of name, where the column has Kemendagri codes of this year.

    A code is used unless a person decided on the row. Where name or kecamatan of a row contradict its code,
    the row is a blocking finding. Rows with a code of another year, or of no village, are placed by name
    where that is unambiguous. Where this holds for most villages of the study in its own kabupaten, the codes
    of the boundaries may be wrong: unless they are `listed`, the finding is blocking.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows as placed by name.
    rows : pandas.DataFrame
        ``kode``, ``desa`` and ``kecamatan`` as written; same index.
    villages : pandas.DataFrame
        Village table.
    raw : RawTable
    place : mapping
        ``{"kode" | "desa" | "kecamatan": header}``.
    listed : bool
        Whether the codes of `villages` are in an official list.

    Raises
    ------
    InputError
        Neither codes nor names are of this kabupaten.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from lokus.intake.join.row_places import place_rows
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Kode;Desa;Diukur\n99.01.01.2001;Suka Jaya;81\n99.01.01.2002;Suka Maju;40\n")
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sukasari"},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> placed = place_rows(
    ...     read_table(path), villages, place={"kode": "Kode", "desa": "Desa"}, value_columns=["Diukur"]
    ... )
    >>> [(finding.check, finding.where.row) for finding in placed.findings]
    [('join.code_name', 2), ('join.code_name', 3)]
    """
    at = replace(raw.where, column=raw.column(place["kode"]))
    codes, findings = repair_codes(rows["kode"], where=at)
    findings = _refused_but_named(findings, table, at)
    if codes.isna().all():
        return CodePlaces(table=table, findings=findings)
    kabupaten = {kabupaten_of(kode) for kode in villages.index}
    vintage = _of_another_vintage(codes, table, villages) if "desa" in place else codes.index[:0]
    here = codes[vintage].str[:4].isin(kabupaten)
    if not listed and 2 * table["kode_desa"][vintage[here]].nunique() > len(villages):
        findings.append(_other_codes(codes[vintage[here]], table, at, len(villages)))
        findings += _vintage_findings(codes[vintage[~here]], table, at)
    else:
        findings += _vintage_findings(codes[vintage], table, at)
    rest = codes.drop(index=vintage)
    elsewhere = rest.index[rest.notna() & ~rest.str[:4].isin(kabupaten)]
    if len(elsewhere) <= _FEW_ELSEWHERE * int(rest.notna().sum()):
        elsewhere = elsewhere[~_meant_here(table.loc[elsewhere], set(rest))]
    if len(vintage) == 0 and rest.notna().any() and len(elsewhere) == int(rest.notna().sum()):
        raise other_kabupaten(
            raw,
            _("its codes begin with {found}, this study's with {wanted}").format(
                found=", ".join(sorted(set(codes.dropna().str[:4]))[:6]), wanted=", ".join(sorted(kabupaten))
            ),
        )
    rest = rest.drop(index=elsewhere)
    if rest.notna().any():
        system = detect_system(rest, villages, where=at)
        if system.system != "kemendagri":
            if "desa" not in place:
                first = system.findings[0]
                raise InputError(first.message, where=first.where, remedy=first.remedy)
            names_used = [replace(finding, level="warning") for finding in system.findings]
            return CodePlaces(table=table, findings=[*findings, *names_used])
    table = table.drop(index=elsewhere)
    table, found = _by_code(table, rest.drop(index=vintage, errors="ignore"), rows, villages, at)
    return CodePlaces(table=table, elsewhere=elsewhere, findings=[*findings, *found])


def _meant_here(table: pd.DataFrame, claimed: set[str]) -> np.ndarray:
    """Return rows that name a village without a row by code: their code is mistyped, not of elsewhere."""
    here = table["cara"].isin(_SURE) & ~table["kode_desa"].isin(claimed)
    return np.asarray(here, dtype=bool)


def _by_code(
    table: pd.DataFrame, codes: pd.Series, rows: pd.DataFrame, villages: pd.DataFrame, at: Where
) -> tuple[pd.DataFrame, list[Finding]]:
    """Place rows by code, and report codes that are unknown or contradict their row."""
    codes = codes.reindex(table.index)
    open_to_code = table["cara"] != "keputusan"
    known = codes.isin(villages.index) & open_to_code
    unknown = codes.notna() & ~codes.isin(villages.index) & open_to_code
    findings = [_unknown_code(table.loc[row], str(codes[row]), at, villages) for row in table.index[unknown]]
    near: dict[int, list[str]] = {
        row: [_candidate(str(table["kode_desa"][row]), villages)]
        for row in table.index[unknown]
        if table["cara"][row] in _BY_NAME
    }
    conflicts = _conflicts(rows.loc[table.index[known]], codes[known], villages, at)
    # A row stays open although its name is unambiguous: its code is of another village.
    table = table.copy()
    table["kode_desa"] = table["kode_desa"].mask(unknown, pd.NA).mask(known, codes)
    table["cara"] = table["cara"].mask(unknown, UNKNOWN_CODE).mask(known, "kode")
    table["nilai"] = table["nilai"].mask(unknown, float("nan")).mask(known, 100.0)
    for row in table.index[unknown]:
        written = _("code in the table: {kode}").format(kode=format_kode(str(codes[row])))
        near[row] = [*near.get(row, []), written]
    for row, (finding, other) in conflicts.items():
        findings.append(finding)
        near[row] = [_candidate(one, villages) for one in (str(codes[row]), other) if one]
    # A row whose code and name contradict each other has no village, even where the finding is accepted.
    disputed = table.index.isin(list(conflicts))
    table["kode_desa"] = table["kode_desa"].mask(disputed, pd.NA)
    table["nilai"] = table["nilai"].mask(disputed, float("nan"))
    table["cara"] = table["cara"].mask(disputed, CODE_CONFLICT)
    table["calon"] = [near.get(row, calon) for row, calon in zip(table.index, table["calon"], strict=True)]
    return table, findings


def _unknown_code(row: pd.Series, kode: str, at: Where, villages: pd.DataFrame) -> Finding:
    named = row["cara"] in _BY_NAME
    return Finding(
        check="join.unknown_code",
        level="blocking",
        where=replace(at, row=int(str(row.name)), kode_desa=kode),
        message=_("code {kode} {desa} is in no boundary and on no official list")
        .format(kode=format_kode(kode), desa=row["desa_sumber"])
        .replace("  ", " "),
        remedy=_(
            "correct the code; if {village} is meant, write {other} there or for this row in kecocokan.csv"
        ).format(village=villages["desa"][row["kode_desa"]], other=format_kode(row["kode_desa"]))
        if named
        else _("correct the code, or add the village to the boundaries or the official list"),
    )


def _conflicts(
    rows: pd.DataFrame, codes: pd.Series, villages: pd.DataFrame, at: Where
) -> dict[int, tuple[Finding, str]]:
    """Report the rows that name another village than their code, with that village where known."""
    kecamatan = match_kecamatan(rows["kecamatan"], villages)
    names = villages["desa"]
    out: dict[int, tuple[Finding, str]] = {}
    numbers = [int(str(row)) for row in codes.index]
    cells = zip(numbers, codes, rows["desa"], rows["kecamatan"], kecamatan, strict=True)
    for row, kode, desa, written_kecamatan, said in cells:
        written = "" if pd.isna(desa) else str(desa)
        where = replace(at, row=row, kode_desa=str(kode))
        if said and said != kode[:6]:
            other = _better(written, "", names[names.index.str[:6] == said]) if written else ""
            out[row] = (_other_kecamatan(where, kode, str(written_kecamatan), villages), other)
        elif written and not _same_name(written, names[kode]):
            other = _better(written, kode, names[names.index.str[:6] == said] if said else names)
            if other or _different(written, names[kode]):
                out[row] = (_other_name(where, kode, written, other, villages), other)
    return out


# Cached, because each row is compared with all villages.
_key = lru_cache(maxsize=20_000)(name_key)


def _same_name(written: str, name: str) -> bool:
    return _bare(written) == _bare(name) or _key(written).letters == _key(name).letters


@lru_cache(maxsize=20_000)
def _bare(text: str) -> str:
    normalised = normalise_name(text)
    return (without_status(normalised) or normalised).replace(" ", "")


def _better(written: str, own: str, names: pd.Series) -> str:
    """Return the village whose name fits better than that of `own`, if any; otherwise an empty text."""
    others = names.drop(index=own, errors="ignore")
    same = [kode for kode, name in others.items() if _same_name(written, str(name))]
    if same:
        return str(same[0])
    if others.empty:
        return ""
    key = _key(written)
    letters = [_key(str(name)).letters for name in others]
    similar = 100 * cdist([key.letters], letters, scorer=OSA.normalized_similarity)[0]
    likeness = pd.Series(similar, index=others.index)
    likeness = likeness[[_key(str(name)).marks == key.marks for name in others]]
    mine = _alike(written, names[own]) if own in names.index else 0.0
    if likeness.empty or likeness.max() < THRESHOLD or likeness.max() <= mine:
        return ""
    return str(likeness.idxmax())


def _alike(written: str, name: str) -> float:
    one, other = _key(written), _key(name)
    return 100 * OSA.normalized_similarity(one.letters, other.letters) if one.marks == other.marks else 0.0


def _different(written: str, name: str) -> bool:
    """Return whether two names differ by more than a missing word or an abbreviation."""
    one, other = normalise_name(written), normalise_name(name)
    shorter, longer = sorted((one, other), key=len)
    if _key(one).marks == _key(other).marks and (
        set(shorter.split()) <= set(longer.split())
        or longer.replace(" ", "").startswith(shorter.replace(" ", ""))
    ):
        return False
    if abbreviates(written, name) or abbreviates(name, written):
        return False
    return _alike(written, name) < _CLEARLY_DIFFERENT


def _other_name(where: Where, kode: str, written: str, other: str, villages: pd.DataFrame) -> Finding:
    if other:
        message = _("the code {kode} is {village}, but the name {desa} belongs to {other}").format(
            kode=format_kode(kode),
            village=villages["desa"][kode],
            desa=written,
            other=_candidate(other, villages),
        )
    else:
        message = _("the code {kode} is {village}, but the row is called {desa}").format(
            kode=format_kode(kode), village=villages["desa"][kode], desa=written
        )
    return Finding(check="join.code_name", level="blocking", where=where, message=message, remedy=_remedy())


def _other_kecamatan(where: Where, kode: str, said: str, villages: pd.DataFrame) -> Finding:
    return Finding(
        check="join.code_kecamatan",
        level="blocking",
        where=where,
        message=_(
            "the code {kode} is {village} in kecamatan {own}, but the row says kecamatan {said}"
        ).format(
            kode=format_kode(kode),
            village=villages["desa"][kode],
            own=villages["kecamatan"][kode],
            said=said,
        ),
        remedy=_remedy(),
    )


def _remedy() -> str:
    return _(
        "ask the office which village the numbers of this row are of; then correct the table, or write the "
        "right code for this row in kecocokan.csv"
    )


def _candidate(kode: str, villages: pd.DataFrame) -> str:
    return f"{format_kode(kode)} {villages['desa'][kode]} ({villages['kecamatan'][kode]})"


def _refused_but_named(findings: list[Finding], table: pd.DataFrame, at: Where) -> list[Finding]:
    """Replace the findings of refused codes whose rows are placed by name by one warning."""
    placed = set(table.index[table["kode_desa"].notna() | (table["cara"] == "keputusan")])
    named = [f for f in findings if f.check == "kode.refused" and f.where.row in placed]
    if not named:
        return findings
    rows = [finding.where.row or 0 for finding in named]
    text = _("{n} codes are no village codes; their villages were found by name: rows {rows} ({first})")
    summary = Finding(
        check="kode.refused",
        level="warning",
        where=replace(at, row=rows[0]),
        message=text.format(n=len(rows), rows=compress_rows(rows), first=named[0].message),
        remedy=_("write the ten digits, or take the key kode out of tempat"),
    )
    return [summary, *(finding for finding in findings if finding not in named)]


def _of_another_vintage(codes: pd.Series, table: pd.DataFrame, villages: pd.DataFrame) -> pd.Index:
    """Return rows with codes of another year: unknown kabupaten or kecamatan code, known names."""
    known = codes.isin(villages.index)
    claimed = set(codes[known])
    open_rows = codes.notna() & (table["cara"] != "keputusan")
    found: list[int] = []
    for digits, least in ((4, _LEAST_SHARE_NAMED), (6, 1.0)):
        prefix = codes.str[:digits]
        for value in sorted(set(prefix[open_rows & ~known])):
            group = codes.index[(prefix == value) & open_rows]
            if known[group].any() or len(group) < _LEAST_ROWS_OF_A_VINTAGE:
                continue
            named = table.loc[group]
            sure = named["cara"].isin(_SURE) & ~named["kode_desa"].isin(claimed)
            kecamatan = set(named["kode_desa"].dropna().str[:6])
            if sure.mean() >= least and (digits == 4 or len(kecamatan) == 1):
                found += [int(row) for row in group if row not in found]
    return pd.Index(sorted(found), dtype="int64")


def _vintage_findings(codes: pd.Series, table: pd.DataFrame, at: Where) -> list[Finding]:
    if codes.empty:
        return []
    row = int(codes.index[0])
    example = (
        _("row {row}: {old}, now {new}").format(
            row=row, old=format_kode(str(codes[row])), new=format_kode(str(table["kode_desa"][row]))
        )
        if pd.notna(table["kode_desa"][row])
        else _("row {row}: {old}").format(row=row, old=format_kode(str(codes[row])))
    )
    text = _("{n} codes are of another year; their villages were found by name: rows {rows} ({example})")
    listed = compress_rows([int(one) for one in codes.index])
    return [
        Finding(
            check="join.vintage",
            level="warning",
            where=replace(at, row=row),
            message=text.format(n=len(codes), rows=listed, example=example),
            remedy=_("ask for a table with the codes of this year"),
        )
    ]


def _other_codes(codes: pd.Series, table: pd.DataFrame, at: Where, total: int) -> Finding:
    """Report codes that differ from the boundaries for most villages, where it is unknown which are right."""
    named = table["kode_desa"][codes.index].dropna()
    row = int(named.index[0])
    return Finding(
        check="join.other_codes",
        level="blocking",
        where=replace(at, row=row),
        message=_(
            "{n} of {total} villages have another code here than in the boundary file, though their names "
            "are the same (row {row}: {theirs}, boundary file {ours}); the proposal would carry the codes of "
            "the boundary file, and no official list says which are right"
        ).format(
            n=named.nunique(), total=total, row=row,
            theirs=format_kode(str(codes[row])), ours=format_kode(str(named[row])),
        ),
        remedy=_(
            "name the official list of villages under [batas.daftar_resmi]: it shows which codes are right. "
            "If the table has old codes, take the key kode out of tempat; if the boundary file has, ask for "
            "one with the codes of this year"
        ),
    )  # fmt: skip


def other_kabupaten(raw: RawTable, why: str) -> InputError:
    r"""Build the error for a table of another kabupaten.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Desa;Diukur\nSuka Maju;81\n")
    >>> other_kabupaten(read_table(path), "…").where.file
    'gizi.csv'
    """
    return InputError(
        _("this looks like a table for another kabupaten: {why}").format(why=why),
        where=raw.where,
        remedy=_("check file and sheet; if the table holds several kabupaten, state the row filter (saring)"),
    )
