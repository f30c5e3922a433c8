"""From the rows of an office to the villages of the study, every row accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.join.row_places import place_rows
from lokus.intake.tables.columns import Scale, read_column
from lokus.intake.tables.rows import add_up, running_number, village_rows
from lokus.places.kode import compress_rows, format_kode

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.join.row_places import RowPlaces
    from lokus.intake.tables.tables import RawTable

__all__ = ["RECONCILIATION_COLUMNS", "Joined", "Origin", "combine", "join_table", "reconcile"]


# FOLDED: The reconciliation: what became of every input row, and which villages have no row.


RECONCILIATION_COLUMNS = (
    "sumber", "lembar", "baris", "kecamatan_sumber", "desa_sumber", "kode_sumber", "kode_desa", "cara",
    "nilai", "keterangan",
)  # fmt: skip


def reconcile(
    raw: RawTable, placed: RowPlaces, villages: pd.DataFrame, doubled: Mapping[str, str]
) -> pd.DataFrame:
    """Account for every input row and every village.

    Parameters
    ----------
    raw : RawTable
    placed : RowPlaces
        Villages of its rows.
    villages : pandas.DataFrame
        Village table.
    doubled : mapping of kode_desa to "sama" or "beda"
        Villages with several rows, with the same or different values.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`RECONCILIATION_COLUMNS`.
    """
    table = placed.table
    twice = {
        "sama": _("listed twice with the same values"),
        "beda": _("listed more than once: not used"),
        "jumlah": _("added up with the other rows of the village"),
    }
    note = table["keterangan"].where(
        ~table["kode_desa"].isin(doubled),
        table["kode_desa"].map(lambda kode: twice.get(doubled.get(kode, ""), "")),
    )
    parts = [
        pd.DataFrame(
            {
                "baris": table.index.to_numpy(),
                "kecamatan_sumber": table["kecamatan_sumber"].to_numpy(),
                "desa_sumber": table["desa_sumber"].to_numpy(),
                "kode_sumber": table["kode_sumber"].to_numpy(),
                "kode_desa": table["kode_desa"].to_numpy(),
                "cara": table["cara"].to_numpy(),
                "nilai": table["nilai"].to_numpy(),
                "keterangan": note.to_numpy(),
            }
        )
    ]
    aside = [(row.cara, row.baris, row.keterangan) for row in placed.set_aside.itertuples()]
    kinds = {
        "total": _("total row, checked against the sums"),
        "heading": _("heading of a block"),
        "footer": _("footer"),
        "numbering": _("column numbers"),
        "header": _("header repeated on a new page"),
    }
    for kind, index in raw.totals.groupby("jenis_baris").groups.items():
        listed = compress_rows([int(row) for row in index])
        aside.append(
            (
                "bukan desa/kelurahan",
                int(index[0]),
                _("{what}: rows {rows}").format(what=kinds[str(kind)], rows=listed),
            )
        )
    parts.append(pd.DataFrame(aside, columns=["cara", "baris", "keterangan"]))
    missing = villages.index.difference(pd.Index(table["kode_desa"].dropna()))
    parts.append(
        pd.DataFrame(
            {
                "kecamatan_sumber": "",
                "desa_sumber": "",
                "kode_sumber": "",
                "kode_desa": missing,
                "cara": "tidak ada baris",
                "keterangan": villages.loc[missing, "desa"]
                .map(lambda desa: _("{desa} is not in this table").format(desa=desa))
                .to_numpy(),
            }
        )
    )
    out = pd.concat([part for part in parts if len(part)], ignore_index=True)
    out = out.assign(sumber=raw.source, lembar=raw.sheet).reindex(columns=list(RECONCILIATION_COLUMNS))
    for column in ("kecamatan_sumber", "desa_sumber", "kode_sumber", "cara", "keterangan"):
        out[column] = out[column].fillna("").astype(object)
    return out.astype({"baris": "Int64", "nilai": float, "kode_desa": "string"})


def find_duplicates(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    raw: RawTable,
    *,
    place: Iterable[str] = (),
    parts: frozenset[int] = frozenset(),
) -> tuple[dict[str, str], list[Finding]]:
    """Villages with several rows: code → what became of them, and the findings.

    Rows are repeats of one another where they agree in every column but a running number, and no row got its
    village from the one above it (`parts`): equal numbers of two posyandu are two numbers.
    """
    places = set(place)
    told_apart = raw.data[
        [name for name in raw.data.columns if not running_number(str(name)) and name not in places]
    ]
    codes = table["kode_desa"].dropna()
    groups = {str(kode): list(index) for kode, index in codes.groupby(codes).groups.items() if len(index) > 1}

    def repeats(index: list[int]) -> bool:
        # Two rows that share only a bare name may be two villages of that name.
        certain = table.loc[index, "cara"].eq("kode") | table.loc[index, "kecamatan_sumber"].ne("")
        return (
            bool(certain.all())
            and not parts.intersection(map(int, index))
            and len(rows.loc[index].drop_duplicates()) == 1
            and len(told_apart.loc[index].drop_duplicates()) == 1
        )

    # Where other villages have rows that differ, rows are parts, and equal ones two parts of the same size.
    same = bool(groups) and all(repeats(index) for index in groups.values())
    findings = []
    for kode, index in groups.items():
        listed = compress_rows([int(row) for row in index])
        names = ", ".join(dict.fromkeys(str(name) for name in table.loc[index, "desa_sumber"] if name))
        findings.append(
            Finding(
                check="join.duplicate_same" if same else "join.duplicate",
                level="warning" if same else "blocking",
                where=Where(file=raw.source, sheet=raw.sheet or None, row=int(index[0]), kode_desa=kode),
                message=(
                    _("village {kode} {names} is in the table twice with the same values: rows {rows}")
                    if same
                    else _("village {kode} {names} is in the table more than once: rows {rows}")
                ).format(kode=format_kode(kode), names=names, rows=listed),
                remedy=_("delete the repeated row")
                if same
                else _(
                    "keep the right row, or add the rows up with jumlahkan under [[tabel]] if they "
                    "are parts of the "
                    "village (posyandu, RW); until then it has no values from this table"
                ),
            )
        )
    return dict.fromkeys(groups, "sama" if same else "beda"), findings


def find_absent(villages: pd.DataFrame, row_of: pd.Series, raw: RawTable) -> list[Finding]:
    """Find the villages that no row names."""
    absent = villages[row_of.isna().to_numpy()]
    if absent.empty:
        return []
    names = [f"{row.desa} ({row.kecamatan})" for row in absent.itertuples()]
    return [
        Finding(
            check="join.no_row",
            level="warning",
            where=raw.where,
            message=_("{n} of {total} villages have no row: {names}").format(
                n=len(absent),
                total=len(villages),
                names=", ".join(names[:8]) + (", …" if len(names) > 8 else ""),
            ),
            remedy=_("ask the office for these villages; until then they have no data"),
        )
    ]


# FOLDED: Columns that look filled by dragging or copied from another one.


_MIN_TEXT_RUN = 4
_MIN_NUMBER_RUN = 6
_MIN_ROWS = 10
_TRAILING = re.compile(r"(.*?)(\d+)\D*")


def suspicious_columns(
    values: pd.DataFrame, cells: pd.DataFrame, headers: Mapping[str, str], *, where: Where
) -> list[Finding]:
    """Find runs made by dragging a cell (56,99; 56,100; 56,101), and pairs of equal columns.

    Parameters
    ----------
    values : pandas.DataFrame of float
        Rows × indicator keys, index = spreadsheet row.
    cells : pandas.DataFrame
        The same rows as written.
    headers : mapping of indicator key to column of `cells`
    where : Where
        File and sheet.
    """
    findings = []
    for key, header in headers.items():
        run = _dragged_text(cells[header]) or _dragged_numbers(values[key])
        if run:
            first, last = int(values.index[run[0]]), int(values.index[run[1]])
            findings.append(
                Finding(
                    check="tables.dragged",
                    level="warning",
                    where=Where(file=where.file, sheet=where.sheet, row=first, column=header),
                    message=_(
                        'rows {first} to {last} rise by one step each ("{a}" to "{b}"), as if dragged down'
                    ).format(
                        first=first, last=last, a=cells[header].iloc[run[0]], b=cells[header].iloc[run[1]]
                    ),
                    remedy=_("check these cells against the source"),
                )
            )
    keys = list(headers)
    findings.extend(
        Finding(
            check="tables.copied",
            level="warning",
            where=Where(file=where.file, sheet=where.sheet, column=headers[other]),
            message=_('all values equal those of the column "{other}"').format(other=headers[one]),
            remedy=_("check whether one column was copied over the other"),
        )
        for one, other in combinations(keys, 2)
        if headers[one] != headers[other] and _copied(values[one], values[other])
    )
    return findings


def _dragged_text(cells: pd.Series) -> tuple[int, int] | None:
    """Longest run of texts whose last digits count up while the rest stays."""
    parts = [_TRAILING.fullmatch(cell.strip()) if isinstance(cell, str) else None for cell in cells]
    steps = np.array(
        [
            bool(
                a
                and b
                and re.search(r"\D", a.group(1))
                and a.group(1) == b.group(1)
                and int(b.group(2)) - int(a.group(2)) == 1
            )
            for a, b in pairwise(parts)
        ],
        dtype=bool,
    )
    return _longest(steps, _MIN_TEXT_RUN - 1)


def _dragged_numbers(values: pd.Series) -> tuple[int, int] | None:
    """Longest run of numbers that rise by exactly one."""
    return _longest(np.isclose(np.diff(values.to_numpy()), 1.0, atol=1e-9), _MIN_NUMBER_RUN - 1)


def _longest(steps: np.ndarray, least: int) -> tuple[int, int] | None:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steps, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    if not len(runs):
        return None
    first, last = (int(edge) for edge in runs[np.argmax(runs[:, 1] - runs[:, 0])])
    return (first, last) if last - first >= least else None


def _copied(one: pd.Series, other: pd.Series) -> bool:
    both = one.notna() & other.notna()
    return (
        int(both.sum()) >= _MIN_ROWS and one[both].nunique() >= 5 and bool((one[both] == other[both]).all())
    )


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the values of a table stand.

    Attributes
    ----------
    source, sheet : str
    rows : pandas.Series of int
        Spreadsheet row by ``kode_desa``.
    columns : mapping of indicator key to header
    opd : str
        Office that owns the table.
    """

    source: str
    sheet: str
    rows: pd.Series
    columns: Mapping[str, str]
    opd: str = ""

    def where(self, kode_desa: str, key: str | None = None) -> Where:
        """Cell of indicator `key` of a village, or its row."""
        row = self.rows.get(kode_desa)
        return Where(
            file=self.source,
            sheet=self.sheet or None,
            row=None if row is None else int(row),
            column=self.columns.get(key) if key else None,
            kode_desa=kode_desa,
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Joined:
    """One table, brought to the villages.

    Attributes
    ----------
    values : pandas.DataFrame of float
        Index ``kode_desa`` (every village of the study, sorted), one column an indicator; NaN where the
        table has nothing that can be used.
    reconciliation : pandas.DataFrame
        One row for every input row (totals, continuation rows and rows outside the filter in one line a
        kind) and for every village without a row; columns :data:`RECONCILIATION_COLUMNS`.
    findings : tuple of Finding
        Those of placing and converting the rows; those of reading them are in :attr:`RawTable.findings`.
    open_cases : pandas.DataFrame
        Rows without a village, as :func:`lokus.places.names.write_open_cases` takes them.
    origin : Origin
        Cell of every value.
    """

    values: pd.DataFrame
    reconciliation: pd.DataFrame
    findings: tuple[Finding, ...]
    open_cases: pd.DataFrame
    origin: Origin = field(repr=False)

    def __repr__(self) -> str:
        found = int(self.origin.rows.notna().sum())
        return _("{source}: {found} of {n} villages have a row; {open} rows are open").format(
            source=self.origin.source, found=found, n=len(self.values), open=len(self.open_cases)
        )


def join_table(
    raw: RawTable,
    villages: pd.DataFrame,
    *,
    place: Mapping[str, str],
    indicators: Mapping[str, str],
    catalogue: Catalogue,
    opd: str = "",
    decisions: pd.DataFrame | None = None,
    where: Mapping[str, str] | None = None,
    personal: bool = False,
    scales: Mapping[str, Scale] | None = None,
    add: bool = False,
) -> Joined:
    r"""Give every village the values of its row in a table.

    Rows are settled by code where the table has Kemendagri codes, otherwise by name within the kecamatan, or
    by a name that is unique in the kabupaten. Two different rows for one village leave it without values.

    Parameters
    ----------
    raw : RawTable
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    place : mapping
        ``{"kode" | "desa" | "kecamatan": header}``, at least ``kode`` or ``desa``. A kecamatan written only
        in the first row of its block is filled down; nothing else ever is.
    indicators : mapping of indicator key to header
    catalogue : Catalogue
        Every key must be in it.
    opd : str
        Office that owns the table, named in findings.
    decisions : pandas.DataFrame, optional
        Human decisions about names, from :func:`lokus.places.names.read_decisions`.
    where : mapping of header to value, optional
        Keep only rows with these values (case and spaces do not matter).
    personal : bool
        The table was counted from rows of children; see :func:`lokus.intake.join.row_places.place_rows`.
    scales : mapping of indicator key to "percent", "fraction" or "mixed", optional
        What the study says of shares that stand without a percent sign; see
        :func:`lokus.intake.tables.columns.read_column`.
    add : bool
        Add up the counts of the rows of a village, such as those of its posyandu.

    Raises
    ------
    InputError
        A column is missing, no row is left by `where`, or the table is for another kabupaten.
    StudyFileError
        An indicator is not in the catalogue.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Kode;Diukur\n99.01.01.2001;81\n99.01.01.2002;40\n")
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": ["Sukasari", "Sukasari"]},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> joined = join_table(
    ...     read_table(path), villages, place={"kode": "kode"}, indicators={"diukur": "Diukur"},
    ...     catalogue=load_catalogue(),
    ... )
    >>> joined.values["diukur"].tolist()
    [81.0, 40.0]
    """
    villages = villages.sort_index()
    for key in indicators:
        catalogue[key]
    headers = {key: raw.column(header) for key, header in indicators.items()}
    counts = [key for key in headers if catalogue[key].is_count]
    prepared = village_rows(
        raw,
        villages,
        place=place,
        value_columns=list(headers.values()),
        count_columns=[headers[key] for key in counts],
        where=where,
        add=add,
    )
    raw = prepared.raw
    placed = place_rows(
        raw, villages, place=place, value_columns=list(headers.values()), decisions=decisions, where=where,
        personal=personal,
    )  # fmt: skip
    findings = [*prepared.findings, *placed.findings]
    cells = raw.data.loc[placed.table.index]
    parsed: dict[str, pd.Series] = {}
    named = placed.table["kode_desa"].fillna(placed.table["desa_sumber"].replace("", pd.NA))
    for key, header in headers.items():
        parsed[key], found = read_column(
            cells[header],
            catalogue[key],
            where=Where(file=raw.source, sheet=raw.sheet or None, column=header),
            scale=(scales or {}).get(key),
            facts=raw.facts.of(header, named),
        )
        findings += found
    rows = pd.DataFrame(parsed, index=cells.index, dtype=float)
    findings += suspicious_columns(rows, cells, headers, where=raw.where)
    if add:
        rows, added, add_findings = add_up(
            rows, placed.table["kode_desa"], raw, counts=counts, headers=headers
        )
        findings += add_findings
        doubled = dict.fromkeys(added, "jumlah")
    else:
        doubled, duplicate_findings = find_duplicates(
            rows, placed.table, raw, place=[raw.column(name) for name in place.values()], parts=prepared.parts
        )
        findings += duplicate_findings
    values, row_of = _to_villages(rows, placed.table, villages, doubled)
    reconciliation = reconcile(raw, placed, villages, doubled)
    findings += find_absent(villages, row_of, raw)
    return Joined(
        values=values,
        reconciliation=reconciliation,
        findings=tuple(_owned(finding, opd) for finding in findings),
        open_cases=placed.open_cases(raw),
        origin=Origin(source=raw.source, sheet=raw.sheet, rows=row_of, columns=headers, opd=opd),
    )


def combine(tables: Iterable[Joined], index: pd.Index) -> pd.DataFrame:
    """Put the values of several tables side by side.

    Parameters
    ----------
    tables : iterable of Joined
    index : pandas.Index
        Codes of the villages.

    Returns
    -------
    pandas.DataFrame of float
        Index `index`, sorted; one column an indicator.

    Raises
    ------
    InputError
        Two tables give the same indicator for one village.
    """
    out = pd.DataFrame(index=index.sort_values())
    given: dict[str, list[Joined]] = {}
    for joined in tables:
        for key in map(str, joined.values.columns):
            values = joined.values[key].reindex(out.index)
            for other in given.get(key, ()):
                _refuse_overlap(key, other, joined)
            out[key] = out[key].where(out[key].notna(), values) if key in given else values
            given.setdefault(key, []).append(joined)
    return out


def _refuse_overlap(key: str, one: Joined, other: Joined) -> None:
    """Refuse two tables that give an indicator for one village."""
    both = one.origin.rows.dropna().index.intersection(other.origin.rows.dropna().index)
    if not len(both):
        return
    kode = str(both[0])
    raise InputError(
        _(
            'indicator "{key}" is given twice for {n} villages, first for {kode}: by {first} and by {second}'
        ).format(
            key=key,
            n=len(both),
            kode=format_kode(kode),
            first=one.origin.where(kode, key),
            second=other.origin.where(kode, key),
        ),
        remedy=_("take it from one of them, or keep the rows that are meant with saring"),
    )


def _owned(finding: Finding, opd: str) -> Finding:
    if finding.opd or not opd:
        return finding
    return Finding(
        check=finding.check,
        level=finding.level,
        message=finding.message,
        remedy=finding.remedy,
        where=finding.where,
        opd=opd,
    )


def _to_villages(
    rows: pd.DataFrame, table: pd.DataFrame, villages: pd.DataFrame, doubled: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.Series]:
    codes = table["kode_desa"].dropna()
    first = codes[~codes.duplicated()]
    values = rows.loc[first.index].set_axis(first.to_numpy(dtype=object), axis=0).reindex(villages.index)
    values.index.name = "kode_desa"
    unusable = [kode for kode, what in doubled.items() if what == "beda"]
    values.loc[unusable] = np.nan
    row_of = pd.Series(first.index.to_numpy(), index=first.to_numpy(dtype=object), dtype="Int64")
    return values.astype(float), row_of.reindex(villages.index)
