"""Classify the rows of a table: village, part of a village, subtotal, heading; and assign names.

Offices merge the name of a village over the rows of its posyandu, write "sda" below a kecamatan, number the
names, and label the sum of a kecamatan only with its name. Here each row gets the name that applies to it,
and rows that sum others are set aside, before names are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.tables.columns import as_counts
from lokus.intake.tables.headers import column_letter, fold
from lokus.intake.tables.numbers import DITTO, is_missing_marker, parse_one, tidy
from lokus.places.kode import compress_rows
from lokus.places.name_rules import name_key

if TYPE_CHECKING:
    from lokus.intake.tables.tables import RawTable

__all__ = ["Prepared", "add_up", "village_rows"]

_NUMBER_BEFORE = re.compile(r"^\s*\d{1,3}\s*[.)]\s*(?=[^\W\d])")
_ROMAN_BEFORE = re.compile(r"^\s*[IVX]{1,5}\s*[.)]\s+(?=[^\W\d])")
_KECAMATAN = re.compile(r"(?:kec(?:amatan)?|distrik|kapanewon)\b[.\s:]*(?P<name>\S.*)", re.IGNORECASE)
_VILLAGE_HEADING = re.compile(r"\b(desa|kelurahan|kel|kampung|gampong|nagari|pekon|tiyuh|lembang)\b")
_VILLAGE_BEFORE = re.compile(r"\s*(desa|kelurahan|kel\.|ds\.|gampong|nagari|pekon)\s*\S", re.IGNORECASE)
_SUM = re.compile(r"(l\s*\+\s*p|p\s*\+\s*l|total|jumlah|jml|semua)\b.*", re.IGNORECASE)
_PART = re.compile(
    r"^\W*(?P<word>posyandu|posy|dusun|dsn|rukun\s+warga|rw|rt|jorong|korong)\b[\s.:]*", re.IGNORECASE
)
_RUNNING = frozenset({"no", "nomor", "nourut", "nomorurut", "urut"})
_FEW_ROWS = 3
_NEAR_CANDIDATES = 4
_SLIPPED = 2
_SYSTEMATIC = 0.8


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A table in which each row has its own name.

    Attributes
    ----------
    raw : RawTable
        Without subtotals, and with names of villages and kecamatan filled in.
    parts : frozenset of int
        Rows that got the name of a village from a row above.
    findings : tuple of Finding
    """

    raw: RawTable
    parts: frozenset[int]
    findings: tuple[Finding, ...]


def village_rows(
    raw: RawTable,
    villages: pd.DataFrame,
    *,
    place: Mapping[str, str],
    value_columns: Sequence[str],
    count_columns: Sequence[str],
    where: Mapping[str, str] | None = None,
    add: bool = False,
) -> Prepared:
    r"""Fill in the name of each row, and set aside rows that sum others.

    Parameters
    ----------
    raw : RawTable
    villages : pandas.DataFrame
        Village table: columns ``desa`` and ``kecamatan``.
    place : mapping
        ``{"kode" | "desa" | "kecamatan": header}``.
    value_columns, count_columns : sequence of str
        Columns with data; those of them with counts, by which sums are recognised.
    where : mapping of header to value, optional
        Rows to use; only these can be sums of others.
    add : bool
        Whether the study adds up the rows of a village.

    Raises
    ------
    InputError
        A column is missing, a value column belongs to another table beside this one, or a row without a name
        may be either a part of the village above or a sum.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "krs.csv"
    >>> _ = path.write_text("Desa;KRS;KK\nKUBU;9;90\n1. Kubu;3;30\n2. Dabong;4;40\n3. Ambawang;2;20\n")
    >>> villages = pd.DataFrame({"desa": ["Kubu", "Dabong", "Ambawang"], "kecamatan": "Kubu"})
    >>> prepared = village_rows(
    ...     read_table(path), villages, place={"desa": "Desa"}, value_columns=["KRS"],
    ...     count_columns=["KRS", "KK"],
    ... )
    >>> prepared.raw.data["Desa"].to_dict()
    {3: 'Kubu', 4: 'Dabong', 5: 'Ambawang'}
    """
    columns = {key: raw.column(header) for key, header in place.items()}
    _refuse_beside(raw, columns, value_columns)
    data = raw.data.copy()
    for column in columns.values():
        data[column] = _under_ditto(_without_numbers(data[column]))
    parts: set[int] = set()
    for key in ("kecamatan", "desa", "kode"):
        if key in columns:
            filled = _fill_merged(data, columns[key], raw)
            parts |= filled if key != "kecamatan" else set()
    prepared = replace(raw, data=data)
    parts |= _under_village(data, columns, villages)
    asked = _asked(prepared, where or {})
    described = _described(prepared, [*columns.values(), *value_columns])
    prepared, findings = _without_subtotals(
        prepared, villages, columns, count_columns, asked=asked, described=described
    )
    if "kecamatan" not in columns:
        prepared = _with_kecamatan(_with_heads(prepared, count_columns), villages)
    _refuse_slipped(prepared, columns, value_columns)
    nameless = _fill_nameless(prepared, columns, value_columns, add=add)
    return Prepared(raw=prepared, parts=frozenset(parts | nameless), findings=tuple(findings))


def _refuse_beside(raw: RawTable, columns: Mapping[str, str], value_columns: Sequence[str]) -> None:
    """Raise where values belong to another column of villages than the stated one."""
    named = columns.get("desa")
    if named is None:
        return
    headers = list(map(str, raw.data.columns))
    start = headers.index(named)
    for position in range(start + 1, len(headers)):
        other = headers[position]
        if other in columns.values() or other in value_columns or not _VILLAGE_HEADING.search(fold(other)):
            continue
        beyond = [value for value in value_columns if headers.index(value) > position]
        if not beyond or not _names_other_villages(raw.data[named], raw.data[other]):
            continue
        raise InputError(
            _(
                'the values of "{value}" stand beside the villages of "{other}" (column {letter}), '
                'not of "{named}": '
                "two tables side by side"
            ).format(value=beyond[0], other=other, letter=column_letter(position), named=named),
            where=raw.where,
            remedy=_(
                "write a [[tabel]] for each of the two, with its own columns under tempat and indikator"
            ),
        )


def _names_other_villages(one: pd.Series, other: pd.Series) -> bool:
    """Return whether a second column of names is of other villages, not another spelling.

    Most of its names differ, or some occur in other rows of the first column (shifted tables).
    """
    texts = [
        (fold(a) if isinstance(a, str) else "", fold(b))
        for a, b in zip(one, other, strict=True)
        if isinstance(b, str) and parse_one(b) is None
    ]
    differ = [b for a, b in texts if a != b]
    if len(texts) < _FEW_ROWS or not differ or 2 * len({b for __, b in texts}) <= len(texts):
        return False
    named = {fold(cell) for cell in one if isinstance(cell, str)}
    return 2 * len(differ) > len(texts) or sum(name in named for name in differ) >= _SLIPPED


def _without_numbers(cells: pd.Series) -> pd.Series:
    """Remove running numbers from names: "1. Suka Maju"; roman ones only where most names have one."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    roman = sum(bool(_ROMAN_BEFORE.match(text)) for text in texts) * 2 > max(len(texts), 1)

    def bare(cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        text = _NUMBER_BEFORE.sub("", cell, count=1)
        return _ROMAN_BEFORE.sub("", text, count=1) if roman else text

    return cells.map(bare)


def _under_ditto(cells: pd.Series) -> pd.Series:
    """Replace "sda" and similar marks by the cell above."""
    ditto = cells.map(lambda cell: isinstance(cell, str) and tidy(cell).casefold() in DITTO).astype(bool)
    return cells.mask(ditto).ffill().where(ditto, cells) if ditto.any() else cells


def _fill_merged(data: pd.DataFrame, column: str, raw: RawTable) -> set[int]:
    filled: set[int] = set()
    for rows in raw.facts.merged_rows(column):
        here = [row for row in rows if row in data.index]
        if len(here) < 2 or is_missing_marker(data.loc[here[0], column]):
            continue
        for row in here[1:]:
            if is_missing_marker(data.loc[row, column]):
                data.loc[row, column] = data.loc[here[0], column]  # type: ignore[index, assignment]
                filled.add(row)
    return filled


def _under_village(data: pd.DataFrame, columns: Mapping[str, str], villages: pd.DataFrame) -> set[int]:
    """Assign rows named by a part of a village ("Posyandu Melati", "RW 03") to the village above.

    Not where the word is part of village names, as "Dusun" in Bungo.
    """
    if "desa" not in columns:
        return set()
    known = {name_key(str(name)).letters for name in villages["desa"].unique()}
    names = data[columns["desa"]]
    matches = {
        int(str(row)): match
        for row, cell in names.items()
        if isinstance(cell, str) and (match := _PART.match(cell))
    }
    ours = {
        match["word"].casefold()
        for row, match in matches.items()
        if {name_key(names[row]).letters, name_key(names[row][match.end() :]).letters} & known
    }
    last: int | None = None
    done: set[int] = set()
    for row in map(int, data.index):
        match = matches.get(row)
        if match is None or match["word"].casefold() in ours:
            last = row if not is_missing_marker(names[row]) else last
            continue
        others = [columns[key] for key in ("kode", "kecamatan") if key in columns]
        fits = last is not None and all(
            is_missing_marker(data.loc[row, name]) or str(data.loc[row, name]) == str(data.loc[last, name])
            for name in others
        )
        if last is None or not fits:
            continue
        for name in [columns["desa"], *others]:
            data.loc[row, name] = data.loc[last, name]  # type: ignore[index, assignment]
        done.add(row)
    return done


def _asked(raw: RawTable, where: Mapping[str, str]) -> pd.Series:
    """Return which rows the filter selects."""
    asked = pd.Series(True, index=raw.data.index)
    for header, value in where.items():
        cells = raw.data[raw.column(header)]
        wanted = fold(value)
        asked &= cells.map(
            lambda cell, wanted=wanted: (
                fold(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)) == wanted
            )
        )
    return asked


def _described(raw: RawTable, known: Sequence[str]) -> pd.Series:
    """Return which rows have a further text, such as the name of a posyandu."""
    others = [name for name in raw.data.columns if name not in known]
    if not others:
        return pd.Series(False, index=raw.data.index)
    texts = raw.data[others].map(
        lambda cell: isinstance(cell, str) and not is_missing_marker(cell) and parse_one(cell) is None
    )
    return texts.any(axis=1).astype(bool)


def _without_subtotals(
    raw: RawTable,
    villages: pd.DataFrame,
    columns: Mapping[str, str],
    count_columns: Sequence[str],
    *,
    asked: pd.Series,
    described: pd.Series,
) -> tuple[RawTable, list[Finding]]:
    """Set aside rows with sums of others, labelled only with a kecamatan or without a name."""
    data = raw.data[asked]
    if data.empty:
        return raw, []  # excluded by the filter
    blank = pd.Series(True, index=data.index)
    for key in ("desa", "kode"):
        if key in columns:
            blank &= data[columns[key]].map(is_missing_marker)
    kecamatan = {name_key(str(name)).letters for name in villages["kecamatan"].unique()}
    known = {name_key(str(name)).letters for name in villages["desa"].unique()}
    # Looked up once for each name, since a national table has 83,000 rows.
    keys = (
        data[columns["desa"]].map(_name_letters).where(~blank, "")
        if "desa" in columns
        else pd.Series("", index=data.index)
    )
    coded = ~data[columns["kode"]].map(is_missing_marker) if "kode" in columns else blank & False
    said = data[columns["desa"]].map(_says_village) if "desa" in columns else blank & False
    named = keys.isin(kecamatan) & ~coded & ~said.astype(bool)
    counts = pd.DataFrame(
        {name: as_counts(data[name]) for name in dict.fromkeys(count_columns)}, index=data.index
    )
    has_data = counts.notna().any(axis=1) if len(counts.columns) else blank & False
    # A row without a village name but with another label (a posyandu) is a part, not a sum.
    possible = ((blank & ~described[asked]) | named) & has_data
    candidates = [position for position, here in enumerate(possible) if here]
    if not candidates:
        return raw, []
    placed = (
        ~data[columns["kecamatan"]].map(is_missing_marker).astype(bool)
        if "kecamatan" in columns
        else pd.Series(False, index=data.index)
    )
    sole = [bool(placed.iloc[one]) if blank.iloc[one] else keys.iloc[one] not in known for one in candidates]
    names = (
        keys
        if "desa" in columns
        else data[columns["kode"]].map(lambda cell: "" if cell is None else str(cell))
    )
    sums = _sums(counts, candidates, names=names.tolist(), sole=sole)
    findings: list[Finding] = []
    doubtful: list[int] = []
    called = _called_kecamatan(raw)
    elsewhere = _villages_of_others(data, columns, keys, villages)
    subtotals_there = any(named.iloc[position] for position in sums) or any(
        named.iloc[position] and keys.iloc[position] not in known for position in candidates
    )
    for position in candidates:
        twice = int((keys == keys.iloc[position]).sum()) > 1
        if position in sums or not named.iloc[position] or not subtotals_there or twice:
            continue
        if keys.iloc[position] in called:
            continue  # the kecamatan has a row of its own: this one is the village
        if position in elsewhere:
            continue  # it is in a block of another kecamatan, which has a village of this name
        if keys.iloc[position] in known:
            doubtful.append(position)
            findings.append(
                Finding(
                    check="rows.subtotal",
                    level="blocking",
                    where=replace(raw.where, row=int(data.index[position]), column=columns["desa"]),
                    message=_(
                        '"{name}" is the name of a kecamatan and of a village, and other rows sum '
                        "kecamatan; this row "
                        "is not the sum of its neighbours, so it may be either; it is left out"
                    ).format(name=data[columns["desa"]].iloc[position]),
                    remedy=_('write "Desa {name}" or "Kecamatan {name}" in that row').format(
                        name=data[columns["desa"]].iloc[position]
                    ),
                )
            )
    gone = [*sums, *doubtful]
    if not gone:
        return raw, findings
    taken = data.iloc[gone].assign(jenis_baris="total")
    if "kecamatan" not in columns and "desa" in columns:
        heading = [position for position, below in sums.items() if below and named.iloc[position]]
        # Where sums are above their rows, treat one that does not agree in the same way.
        heading += doubtful if heading else []
        for position in heading:
            if named.iloc[position]:
                row = data.index[position]
                taken.loc[row, columns["desa"]] = f"Kecamatan {data[columns['desa']].iloc[position]}"
                taken.loc[row, "jenis_baris"] = "heading"
    if sums:
        findings.append(
            Finding(
                check="tables.subtotal",
                level="note",
                where=raw.where,
                message=_("{n} rows hold the sums of other rows and are no villages: rows {rows}").format(
                    n=format_number(len(sums)),
                    rows=compress_rows([int(data.index[position]) for position in sorted(sums)]),
                ),
            )
        )
    return (
        replace(
            raw,
            data=raw.data.drop(index=data.index[gone]),
            totals=pd.concat([raw.totals, taken]).sort_index(),
        ),
        findings,
    )


def _says_village(cell: object) -> bool:
    return isinstance(cell, str) and bool(_VILLAGE_BEFORE.match(cell))


def _called_kecamatan(raw: RawTable) -> set[str]:
    """Return the kecamatan with a row of numbers of their own: "Kecamatan Kubu"."""
    totals = raw.totals[raw.totals["jenis_baris"] == "total"]
    cells = [cell.strip() for cell in totals.to_numpy().ravel() if isinstance(cell, str)]
    return {name_key(match["name"]).letters for cell in cells if (match := _KECAMATAN.fullmatch(cell))}


def _villages_of_others(
    data: pd.DataFrame, columns: Mapping[str, str], keys: pd.Series, villages: pd.DataFrame
) -> set[int]:
    """Return positions of rows in another kecamatan than their name, which has a village of that name."""
    if "kecamatan" not in columns:
        return set()
    known = {
        (name_key(str(kecamatan)).letters, name_key(str(desa)).letters)
        for kecamatan, desa in villages[["kecamatan", "desa"]].itertuples(index=False)
    }
    under = data[columns["kecamatan"]].map(_name_letters)
    pairs = zip(under.tolist(), keys.tolist(), strict=True)
    return {place for place, pair in enumerate(pairs) if pair[0] != pair[1] and pair in known}


def _name_letters(cell: object) -> str:
    if not isinstance(cell, str):
        return ""
    match = _KECAMATAN.fullmatch(cell.strip())
    return name_key(match["name"] if match else cell).letters


def _sums(
    counts: pd.DataFrame, candidates: Sequence[int], *, names: Sequence[str], sole: Sequence[bool]
) -> dict[int, bool]:
    """Find candidates that are sums of adjacent rows; map positions to whether of the rows below.

    A block ends at a later candidate, which may be a village with the name of its kecamatan, or with the
    table. The rows summed have other names: at least two, unless the row cannot be a village (`sole`).
    """
    stated = counts.to_numpy(dtype=float)
    running = np.vstack([np.zeros(stated.shape[1]), np.nancumsum(stated, axis=0)])
    sums: dict[int, bool] = {}
    for order, position in enumerate(candidates):
        later = candidates[order + 1 : order + 1 + _NEAR_CANDIDATES]
        earlier = candidates[max(0, order - _NEAR_CANDIDATES) : order]
        blocks = [(position + 1, end, True) for end in (*later, len(counts))]
        blocks += [(start, position, False) for start in (*(one + 1 for one in reversed(earlier)), 0)]
        for first, last, below in blocks:
            inside = [one for one in sums if first <= one < last]
            total = running[last] - running[first] - np.nan_to_num(stated[inside]).sum(axis=0)
            checked = ~np.isnan(stated[position]) & (stated[position] != 0)
            agreeing = int((checked & (np.abs(stated[position] - total) < 1e-6)).sum())
            if not agreeing or 2 * agreeing <= int(checked.sum()):
                continue
            others = {names[row] for row in range(first, last) if row not in sums}
            others -= {names[position], ""}
            n = last - first - len(inside)
            if len(others) >= (1 if sole[order] else 2) and (sole[order] or n >= _FEW_ROWS or agreeing > 1):
                sums[position] = below
                break
    return sums


def _with_heads(raw: RawTable, count_columns: Sequence[str]) -> RawTable:
    """Treat rows such as "Kecamatan Kubu" as headings where most of them are sums of the rows below."""
    totals = raw.totals
    named = [
        row
        for row, cells in totals[totals["jenis_baris"] == "total"].iterrows()
        if any(isinstance(cell, str) and _KECAMATAN.fullmatch(cell.strip()) for cell in cells)
    ]
    if not named or not count_columns:
        return raw
    both = pd.concat([raw.data[list(count_columns)], totals.loc[named, list(count_columns)]]).sort_index()
    counts = pd.DataFrame({name: as_counts(both[name]) for name in count_columns}, index=both.index)
    positions = [list(both.index).index(row) for row in named]
    rows = [str(row) for row in both.index]
    found = _sums(counts, positions, names=rows, sole=[True] * len(positions))
    below = sum(found.values())
    if 2 * below <= len(found):
        return raw
    return replace(
        raw, totals=totals.assign(jenis_baris=totals["jenis_baris"].mask(totals.index.isin(named), "heading"))
    )


def _with_kecamatan(raw: RawTable, villages: pd.DataFrame) -> RawTable:
    """Add the kecamatan of a whole sheet, from its title or name, as a heading above the rows."""
    names = {name_key(str(name)).letters: str(name) for name in villages["kecamatan"].unique()}
    found: set[str] = set()
    for line in raw.title_lines:
        match = _KECAMATAN.fullmatch(line.strip())
        if match and name_key(match["name"]).letters in names:
            found.add(names[name_key(match["name"]).letters])
    sheet = _name_letters(raw.sheet)
    if not found and sheet in names:
        found.add(names[sheet])
    headings = raw.totals[raw.totals["jenis_baris"] == "heading"]
    said = any(
        isinstance(cell, str) and _KECAMATAN.fullmatch(cell.strip())
        for cell in headings.drop(columns="jenis_baris").to_numpy().ravel()
    )
    if len(found) != 1 or said:
        return raw
    row = int(raw.data.index.min()) - 1
    heading = pd.DataFrame(
        [{raw.data.columns[0]: f"Kecamatan {found.pop()}", "jenis_baris": "heading"}],
        columns=raw.totals.columns,
        index=pd.Index([row], name=raw.totals.index.name),
        dtype=object,
    )
    return replace(raw, totals=pd.concat([raw.totals, heading]).sort_index())


def _refuse_slipped(raw: RawTable, columns: Mapping[str, str], value_columns: Sequence[str]) -> None:
    """Raise where a column is shifted down: no number for the first village, and one below the last."""
    data = raw.data
    names = [columns[key] for key in ("desa", "kode") if key in columns]
    blank = data[names].map(is_missing_marker).all(axis=1).to_numpy()
    named = np.flatnonzero(~blank)
    if len(value_columns) < 2 or not len(named) or named[-1] == len(data) - 1 or named[-1] == named[0]:
        return
    filled = data[list(value_columns)].map(_is_number)
    below = filled.iloc[named[-1] + 1 :].any()
    slipped = [
        name for name in value_columns if below[name] and not filled[name].iloc[named[0]] and below.sum() == 1
    ]
    if not slipped:
        return
    raise InputError(
        _(
            'the numbers of "{column}" seem to have slipped down: the first village has none, and one stands '
            "below the last village"
        ).format(column=slipped[0]),
        where=replace(raw.where, row=int(data.index[named[0]]), column=slipped[0]),
        remedy=_("move the cells of this column back beside their villages"),
    )


def _fill_nameless(
    raw: RawTable, columns: Mapping[str, str], value_columns: Sequence[str], *, add: bool
) -> set[int]:
    """Assign rows with numbers and no name to the village above, so that no part counts as the whole."""
    data = raw.data
    names = [columns[key] for key in ("desa", "kode") if key in columns]
    blank = data[names].map(is_missing_marker).all(axis=1).to_numpy()
    if not blank.any():
        return set()
    filled = data[list(value_columns)].map(_is_number).any(axis=1).to_numpy()
    kecamatan = columns.get("kecamatan")
    texts = _described(raw, [*columns.values(), *value_columns])
    last: int | None = None
    done: set[int] = set()
    for position, row in enumerate(data.index):
        if not blank[position]:
            last = int(row)
            continue
        if last is None or not filled[position]:
            continue
        described = bool(texts.loc[row])
        if not described and kecamatan and not is_missing_marker(data.loc[row, kecamatan]):
            continue
        if add and not described:
            raise InputError(
                _("the row has only numbers: it may be a part of {village}, or a sum of rows").format(
                    village=data.loc[last, names[0]]
                ),
                where=replace(raw.where, row=int(row)),
                remedy=_('write in that row the name of its village, or "Jumlah"'),
            )
        for name in [*names, *([kecamatan] if kecamatan else [])]:
            if is_missing_marker(data.loc[row, name]):
                data.loc[row, name] = data.loc[last, name]  # type: ignore[assignment]
        done.add(int(row))
    return done


def _is_number(cell: object) -> bool:
    return isinstance(cell, float) or (isinstance(cell, str) and parse_one(cell) is not None)


def add_up(
    values: pd.DataFrame,
    codes: pd.Series,
    raw: RawTable,
    *,
    counts: Iterable[str],
    headers: Mapping[str, str],
) -> tuple[pd.DataFrame, frozenset[str], list[Finding]]:
    r"""Add up the rows of each village.

    Parameters
    ----------
    values : pandas.DataFrame of float
        Rows × indicator keys.
    codes : pandas.Series
        Village of each row, missing where none.
    raw : RawTable
    counts : iterable of str
        Keys of counts; other columns are not added up.
    headers : mapping of key to column

    Returns
    -------
    values : pandas.DataFrame
        The sum is in the first row of a village, the others are NaN.
    added : frozenset of str
        Villages with several rows.
    findings : list of Finding

    Raises
    ------
    InputError
        A row is already the sum of the others of its village.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Desa;Posyandu;n\nKubu;Melati;3\nKubu;Mawar;4\nDabong;Melati;2\n")
    >>> raw = read_table(path)
    >>> values = raw.data[["n"]].astype(float)
    >>> add_up(values, raw.data["Desa"], raw, counts=["n"], headers={"n": "n"})[0]["n"].tolist()
    [7.0, nan, 2.0]
    """
    groups = {str(kode): list(rows) for kode, rows in codes.dropna().groupby(codes.dropna()).groups.items()}
    several = {kode: rows for kode, rows in groups.items() if len(rows) > 1}
    counted = [key for key in values.columns if key in set(counts)]
    _refuse_sums(values[counted], several, raw)
    out = values.copy()
    findings: list[Finding] = []
    for key in values.columns:
        missing: list[int] = []
        for rows in several.values():
            part = values.loc[rows, key]
            if key in counted:
                total = part.sum(skipna=False)
                missing += [int(row) for row in part.index[part.isna()]] if part.notna().any() else []
            else:
                total = part.iloc[0] if bool((part == part.iloc[0]).all()) else float("nan")
                missing += [int(rows[0])] if part.notna().any() and pd.isna(total) else []
            out.loc[rows, key] = float("nan")
            out.loc[rows[0], key] = total
        if missing:
            findings.append(
                Finding(
                    check="rows.not_added" if key not in counted else "rows.part_missing",
                    level="blocking",
                    where=replace(raw.where, column=headers[key], row=missing[0]),
                    message=(
                        _("{n} villages have several rows in a column that is no count; it is not added up")
                        if key not in counted
                        else _(
                            "{n} rows of villages with several rows have no number; the sum is left "
                            "empty: rows {rows}"
                        )
                    ).format(n=format_number(len(missing)), rows=compress_rows(missing)),
                    remedy=_("name a column of counts, or ask the office for one row a village")
                    if key not in counted
                    else _("ask the office for these numbers; write 0 where there are none"),
                )
            )
    return out, frozenset(several), findings


def _refuse_sums(values: pd.DataFrame, several: Mapping[str, list[int]], raw: RawTable) -> None:
    """Raise where one row of a village is already the sum of the others."""
    systematic: list[int] = []
    for rows in several.values():
        part = values.loc[rows]
        texts = raw.data.loc[rows].map(
            lambda cell: isinstance(cell, str) and bool(_SUM.fullmatch(cell.strip()))
        )
        said = [row for row in rows if texts.loc[row].any()]
        held = [
            row
            for row in (rows[0], rows[-1])
            if len(rows) > 2
            and bool((part.loc[row] == part.drop(index=row).sum()).all())
            and bool(part.loc[row].sum() > 0)
        ]
        if said:
            raise _already(raw, said[0])
        systematic += held[:1]
    if systematic and len(systematic) >= _SYSTEMATIC * len(several):
        raise _already(raw, systematic[0])


def _already(raw: RawTable, row: int) -> InputError:
    return InputError(
        _("the row holds the sum of the other rows of its village already; adding it up would count twice"),
        where=replace(raw.where, row=int(row)),
        remedy=_("take out jumlahkan and keep only these rows with saring"),
    )


def running_number(header: str) -> bool:
    """Return whether a column only numbers the rows.

    Examples
    --------
    >>> running_number("No."), running_number("Nomor Urut"), running_number("No. KK")
    (True, True, False)
    """
    return re.sub(r"[^a-z]", "", fold(header)) in _RUNNING
