"""A list of lokus as it was decided: read from whatever file it stands in, brought to village codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.list_rows import numbering_findings, village_rows
from lokus.intake.list_sources import ListTable, read_list_table
from lokus.intake.places_of_rows import place_rows
from lokus.intake.reconciliation import reconcile
from lokus.places.kode import compress_rows, format_kode

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.tables import RawTable

__all__ = ["DecidedList", "read_decided_list"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DecidedList:
    """A decided list.

    Attributes
    ----------
    kode : tuple of str
        Codes of the villages, in the order of the list, each once.
    reconciliation : pandas.DataFrame
        What became of every row of the file (totals, signatures and rows outside the filter in one line a
        kind); columns :data:`lokus.intake.join.RECONCILIATION_COLUMNS`.
    findings : tuple of Finding
        A row that no village is found for is blocking.
    open_cases : pandas.DataFrame
        Rows without a village, as :func:`lokus.places.names.write_open_cases` takes them.
    source, sheet : str
        File name; sheet or layer, empty for none.
    """

    kode: tuple[str, ...]
    reconciliation: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    open_cases: pd.DataFrame = field(repr=False)
    source: str
    sheet: str = ""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that must be mended or accepted before the list is used."""
        return tuple(finding for finding in self.findings if finding.level == "blocking")

    def __len__(self) -> int:
        return len(self.kode)

    def __repr__(self) -> str:
        return _("Decided list {where}: {n} villages, {open} rows open").format(
            where=Where(file=self.source, sheet=self.sheet or None),
            n=len(self.kode),
            open=len(self.open_cases),
        )


def read_decided_list(
    path: str | Path,
    villages: pd.DataFrame,
    *,
    sheet: str | None = None,
    place: Mapping[str, str] | None = None,
    decisions: pd.DataFrame | None = None,
    where: Mapping[str, str] | None = None,
) -> DecidedList:
    r"""Read a decided list of lokus, such as the annex of a decree.

    Parameters
    ----------
    path : str or Path
        A workbook or CSV file with names or codes; a text file with one village a line; a map layer
        (``.gpkg``, ``.geojson``, ``.shp``); ``kajian.lock.json``, ``lokus.xlsx``, ``hasil.gpkg`` or
        ``hasil.csv`` of an earlier run, of which the proposed villages are read.
    villages : pandas.DataFrame
        Village table of the year of the list: index ``kode_desa``, columns ``desa``, ``kecamatan``.
    sheet : str, optional
        Sheet or layer; found where only one holds villages.
    place : mapping, optional
        ``{"kode" | "desa" | "kecamatan": header}``; recognised where not stated. A kecamatan written only in
        the first row of its block is filled down.
    decisions : pandas.DataFrame, optional
        Human decisions about names, from :func:`lokus.places.names.read_decisions`.
    where : mapping of header to value, optional
        Keep only rows with these values.

    Returns
    -------
    DecidedList

    Raises
    ------
    InputError
        The file cannot be read, does not tell which sheet or columns are meant, or is of another kabupaten.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sukasari"},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> path = Path(tempfile.mkdtemp()) / "sk.csv"
    >>> _ = path.write_text("LAMPIRAN SK;;\nNo;Kecamatan;Desa\n1;Sukasari;SUKAJAYA\n;;BUPATI CONTOH\n")
    >>> decided = read_decided_list(path, villages)
    >>> decided.kode
    ('9901012002',)
    """
    table = read_list_table(path, villages, sheet=sheet, place=place, where=where)
    raw, notes = village_rows(table, villages, decisions)
    placed = place_rows(
        raw,
        villages,
        place=table.place,
        value_columns=[table.number] if table.number else [],
        decisions=decisions,
        where=table.rows,
    )
    codes = _in_order(placed.table, raw, table)
    repeated = codes[codes.duplicated(keep=False)]
    reconciliation = reconcile(raw, placed, villages.loc[sorted(set(codes))], {})
    rows_of = {str(kode): [int(row) for row in own.index] for kode, own in repeated.groupby(repeated)}
    reconciliation.loc[
        reconciliation["kode_desa"].isin(rows_of) & reconciliation["keterangan"].eq(""), "keterangan"
    ] = _("stands in the list more than once")
    kept = replace(raw, data=raw.data.loc[placed.table.index])
    return DecidedList(
        kode=tuple(dict.fromkeys(str(kode) for kode in codes)),
        reconciliation=reconciliation,
        findings=(
            *raw.findings,
            *notes,
            *placed.findings,
            *_repeated(rows_of, villages, raw),
            *numbering_findings(kept, table.number),
            *_too_long(codes.nunique(), len(villages), raw),
        ),
        open_cases=placed.table[placed.table["cara"].isin(["ambigu", "tidak ditemukan"])],
        source=raw.source,
        sheet=raw.sheet,
    )


def _in_order(placed: pd.DataFrame, raw: RawTable, table: ListTable) -> pd.Series[str]:
    """Codes in the order of the list: by its numbers where they number it throughout, else by rows."""
    codes: pd.Series[str] = placed["kode_desa"].dropna()
    if not table.number:
        return codes
    numbers = raw.data.loc[codes.index, table.number]
    if numbers.isna().any() or numbers.duplicated().any():
        return codes
    ordered: pd.Series[str] = codes.loc[numbers.astype(float).sort_values(kind="stable").index]
    return ordered


def _repeated(rows_of: Mapping[str, list[int]], villages: pd.DataFrame, raw: RawTable) -> list[Finding]:
    return [
        Finding(
            check="daftar.duplicate",
            level="warning",
            where=replace(raw.where, row=rows[0], kode_desa=kode),
            message=_("{desa} ({kode}) stands in the list {n} times: rows {rows}").format(
                desa=villages["desa"][kode], kode=format_kode(kode), n=len(rows), rows=compress_rows(rows)
            ),
            remedy=_("it is counted once; see in the decree whether another village is meant"),
        )
        for kode, rows in rows_of.items()
    ]


def _too_long(n: int, total: int, raw: RawTable) -> list[Finding]:
    """Doubt a list of most villages: a table of all of them may say in a column which are lokus."""
    if 2 * n <= total:
        return []
    return [
        Finding(
            check="daftar.whole",
            level="blocking" if n == total else "warning",
            where=raw.where,
            message=_("the list names {n} of {total} villages").format(n=n, total=total),
            remedy=_("where a column says which villages are lokus, state it in the row filter (saring)"),
        )
    ]
