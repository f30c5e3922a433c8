"""Join the rows of an office's table to the villages of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.join.reconciliation import find_absent, find_duplicates, reconcile
from lokus.intake.join.row_places import place_rows
from lokus.intake.tables.columns import Scale, read_column
from lokus.intake.tables.opposite import opposite_headings
from lokus.intake.tables.rows import add_up, village_rows
from lokus.intake.tables.suspicious import suspicious_columns

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.tables.tables import RawTable

__all__ = ["Joined", "Origin", "join_table"]


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Cells of the values of a table.

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
        """Return the cell of indicator `key` of a village, or its row."""
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
    """One table joined to the villages.

    Attributes
    ----------
    values : pandas.DataFrame of float
        Index ``kode_desa`` (every village of the study, sorted), one column an indicator; NaN where the table
        has no usable value.
    reconciliation : pandas.DataFrame
        One row for every input row (totals, continuation rows and rows outside the filter in one line a
        kind) and for every village without a row; columns
        :data:`~lokus.intake.join.reconciliation.RECONCILIATION_COLUMNS`.
    findings : tuple of Finding
        Those of placing and converting the rows; those of reading them are in :attr:`RawTable.findings`.
    open_cases : pandas.DataFrame
        Rows without a village, as for :func:`lokus.places.names.write_open_cases`.
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
    listed: bool = False,
) -> Joined:
    r"""Join the values of a table to the villages.

    Rows are placed by code where the table has Kemendagri codes, otherwise by name within the kecamatan, or
    by a name that is unique in the kabupaten. A village with two different rows gets no values.

    Parameters
    ----------
    raw : RawTable
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    place : mapping
        ``{"kode" | "desa" | "kecamatan": header}``, at least ``kode`` or ``desa``. A kecamatan written only
        in the first row of its block is filled down; no other column is.
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
        Scale of shares without a percent sign, stated by the study; see
        :func:`lokus.intake.tables.columns.read_column`.
    add : bool
        Add up the counts of the rows of a village, such as those of its posyandu. Do not use it where a row
        may be repeated by mistake.
    listed : bool
        Whether the codes of `villages` were checked against an official list; they then take precedence over
        those of the table.

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
        personal=personal, listed=listed,
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
    findings += opposite_headings(headers, catalogue, where=raw.where)
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


def _owned(finding: Finding, opd: str) -> Finding:
    return finding if finding.opd or not opd else replace(finding, opd=opd)


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
