"""Account for every input row, and find villages with several rows or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.tables.rows import running_number
from lokus.places.kode import compress_rows, format_kode

if TYPE_CHECKING:
    from lokus.intake.join.row_places import RowPlaces
    from lokus.intake.tables.tables import RawTable

__all__ = ["RECONCILIATION_COLUMNS", "find_absent", "find_duplicates", "reconcile"]

RECONCILIATION_COLUMNS = (
    "sumber", "lembar", "baris", "kecamatan_sumber", "desa_sumber", "kode_sumber", "kode_desa", "cara",
    "nilai", "keterangan",
)  # fmt: skip


def reconcile(
    raw: RawTable, placed: RowPlaces, villages: pd.DataFrame, doubled: Mapping[str, str]
) -> pd.DataFrame:
    r"""Account for every input row and every village.

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

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.intake.join.row_places import place_rows
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Kecamatan;Desa;n\nSukasari;Suka Maju;81\nSukasari;Suka Maju;40\n")
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sukasari"}, index=["9901012001", "9901012002"]
    ... )
    >>> raw = read_table(path)
    >>> place = {"desa": "Desa", "kecamatan": "Kecamatan"}
    >>> placed = place_rows(raw, villages, place=place, value_columns=["n"])
    >>> reconcile(raw, placed, villages, {"9901012001": "beda"})["cara"].tolist()
    ['nama persis', 'nama persis', 'tidak ada baris']
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
    r"""Find villages with several rows; return their outcome by code, and the findings.

    Rows are repetitions where they agree in every column except a running number, and none got its village
    from the row above (`parts`): equal numbers of two posyandu are not a repetition.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.intake.join.row_places import place_rows
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Kecamatan;Desa;n\nSukasari;Suka Maju;81\nSukasari;Suka Maju;40\n")
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sukasari"}, index=["9901012001", "9901012002"]
    ... )
    >>> raw = read_table(path)
    >>> place = {"desa": "Desa", "kecamatan": "Kecamatan"}
    >>> placed = place_rows(raw, villages, place=place, value_columns=["n"])
    >>> outcome, findings = find_duplicates(raw.data[["n"]], placed.table, raw, place=["Kecamatan", "Desa"])
    >>> outcome, findings[0].check
    ({'9901012001': 'beda'}, 'join.duplicate')
    """
    places = set(place)
    distinguishing = raw.data[
        [name for name in raw.data.columns if not running_number(str(name)) and name not in places]
    ]
    codes = table["kode_desa"].dropna()
    groups = {str(kode): list(index) for kode, index in codes.groupby(codes).groups.items() if len(index) > 1}

    def repeats(index: list[int]) -> bool:
        # Two rows with only a name in common may be two villages of that name.
        certain = table.loc[index, "cara"].eq("kode") | table.loc[index, "kecamatan_sumber"].ne("")
        return (
            bool(certain.all())
            and not parts.intersection(map(int, index))
            and len(rows.loc[index].drop_duplicates()) == 1
            and len(distinguishing.loc[index].drop_duplicates()) == 1
        )

    # Where other villages have different rows, rows are parts, and equal ones two parts of the same size.
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
    r"""Find the villages without a row.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lokus.intake.tables.tables import read_table
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Desa;Diukur\nSuka Maju;81\n")
    >>> villages = pd.DataFrame({"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": "Sukasari"})
    >>> find_absent(villages, pd.Series([2, None], index=villages.index), read_table(path))[0].message
    '1 dari 2 desa/kelurahan tidak memiliki baris: Suka Jaya (Sukasari)'
    """
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
