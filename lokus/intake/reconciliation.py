"""The reconciliation: what became of every input row, and which villages have no row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from lokus.i18n import gettext as _
from lokus.places.kode import compress_rows

if TYPE_CHECKING:
    from lokus.intake.places_of_rows import RowPlaces
    from lokus.intake.tables import RawTable

__all__ = ["RECONCILIATION_COLUMNS", "reconcile"]

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
