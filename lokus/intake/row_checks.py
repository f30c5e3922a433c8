"""Rows that repeat a village, villages without a row, columns of the wrong scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.kode import compress_rows, format_kode

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.indicators import Catalogue
    from lokus.intake.tables import RawTable

__all__ = ["find_absent", "find_duplicates", "find_fractions"]


def find_fractions(values: pd.Series, catalogue: Catalogue, key: str, at: Where) -> list[Finding]:
    """Find shares that are a hundred times too small: Excel stores 86 % as 0.86."""
    known = values.dropna()
    if not catalogue[key].is_share or len(known) < 5 or known.max() > 1 or known.nunique() < 3:
        return []
    return [
        Finding(
            check="join.fraction",
            level="blocking",
            where=at,
            message=_("all {n} values lie between 0 and 1, but {label} is a percentage from 0 to 100").format(
                n=len(known), label=catalogue[key].label
            ),
            remedy=_("write the column as percent (86,4 instead of 0,864)"),
        )
    ]


def find_duplicates(
    rows: pd.DataFrame, table: pd.DataFrame, raw: RawTable
) -> tuple[dict[str, str], list[Finding]]:
    """Villages with several rows: code → what became of them, and the findings."""
    codes = table["kode_desa"].dropna()
    outcome: dict[str, str] = {}
    findings = []
    for kode, index in codes.groupby(codes).groups.items():
        if len(index) < 2:
            continue
        # Two rows that share only a bare name may be two villages of that name.
        certain = table.loc[index, "cara"].eq("kode") | table.loc[index, "kecamatan_sumber"].ne("")
        same = bool(certain.all()) and len(rows.loc[index].drop_duplicates()) == 1
        listed = compress_rows([int(row) for row in index])
        outcome[str(kode)] = "sama" if same else "beda"
        names = ", ".join(dict.fromkeys(str(name) for name in table.loc[index, "desa_sumber"] if name))
        findings.append(
            Finding(
                check="join.duplicate_same" if same else "join.duplicate",
                level="warning" if same else "blocking",
                where=Where(file=raw.source, sheet=raw.sheet or None, row=int(index[0]), kode_desa=str(kode)),
                message=(
                    _("village {kode} {names} is in the table twice with the same values: rows {rows}")
                    if same
                    else _("village {kode} {names} is in the table more than once: rows {rows}")
                ).format(kode=format_kode(str(kode)), names=names, rows=listed),
                remedy=_("delete the repeated row")
                if same
                else _("keep the right row; until then the village has no values from this table"),
            )
        )
    return outcome, findings


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
