"""Read the filled sheets of the case audit: causes by code, counts, recommendations, status."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lokus.errors import InputError, name_some
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.tables.numbers import parse_numbers, tidy
from lokus.intake.tables.tables import read_table

if TYPE_CHECKING:
    from lokus.intake.indicators.indicator import Indicator

__all__ = ["AUDIT_HEADS", "read_audit_returns"]

AUDIT_HEADS: Mapping[str, str] = {
    "kode_desa": "Kode desa",
    "kelompok": "Kelompok",
    "sebab": "Sebab (kode)",
    "kasus": "Jumlah kasus",
    "rekomendasi": "Rekomendasi",
    "status": "Status",
}
"""Headings of the sheet that is handed out, the same in every language: they are read back."""

_GROUPS = ("catin", "bumil", "nifas", "balita")
_STATUSES = ("belum", "berjalan", "selesai")


def read_audit_returns(
    paths: Sequence[str | Path], *, villages: Collection[str], catalogue: Mapping[str, Indicator]
) -> pd.DataFrame:
    r"""Read the filled sheets of the case audit.

    Parameters
    ----------
    paths : sequence of str or Path
    villages : collection of kode_desa
    catalogue : mapping of indicator key to Indicator
        Causes are coded by its keys.

    Returns
    -------
    DataFrame
        ``kode_desa``, ``kelompok``, ``sebab``, ``kasus``, ``rekomendasi``, ``status``; rows without a cause
        are left out.

    Raises
    ------
    InputError
        A village, group, cause or status is unknown, or a number of cases is invalid; names the rows.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> path = Path(tempfile.mkdtemp()) / "hasil.csv"
    >>> head, row = ";".join(AUDIT_HEADS.values()), "9901012001;balita;air_layak;3;Sumur;selesai"
    >>> _size = path.write_text(f"{head}\n{row}\n", encoding="utf-8")
    >>> read_audit_returns([path], villages=["9901012001"], catalogue=load_catalogue())["kasus"].tolist()
    [3.0]
    """
    parts = [_read(Path(path), villages=villages, catalogue=catalogue) for path in paths]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(AUDIT_HEADS))


def _read(path: Path, *, villages: Collection[str], catalogue: Mapping[str, Indicator]) -> pd.DataFrame:
    raw = read_table(path, columns=list(AUDIT_HEADS.values())).data
    named = {tidy(head).casefold(): head for head in raw.columns}
    rows = pd.DataFrame({key: raw[named[head.casefold()]] for key, head in AUDIT_HEADS.items()})
    for key in AUDIT_HEADS:
        if key != "kasus":
            rows[key] = [
                tidy(cell) if isinstance(cell, str) else "" if pd.isna(cell) else cell for cell in rows[key]
            ]
    rows = rows[rows["sebab"].astype(str).str.strip() != ""].copy()
    rows["kode_desa"] = rows["kode_desa"].astype(str).str.replace(r"\D", "", regex=True)
    labels = {item.label_id.casefold(): key for key, item in catalogue.items()}
    rows["sebab"] = [labels.get(str(text).casefold(), str(text)) for text in rows["sebab"]]
    for key in ("kelompok", "status"):
        rows[key] = rows[key].astype(str).str.casefold()
    rows["status"] = rows["status"].replace("", _STATUSES[0])
    known: dict[str, Collection[str]] = {
        "kode_desa": set(villages), "kelompok": _GROUPS, "sebab": set(catalogue), "status": _STATUSES,
    }  # fmt: skip
    for key, allowed in known.items():
        _refuse(path, rows, key, ~rows[key].isin(list(allowed)))
    numbers = parse_numbers(rows["kasus"]).value
    _refuse(path, rows, "kasus", numbers.isna() | (numbers < 0) | (numbers % 1 != 0))
    return rows.assign(kasus=numbers).reset_index(drop=True)


def _refuse(path: Path, rows: pd.DataFrame, key: str, wrong: pd.Series[bool]) -> None:
    if not wrong.any():
        return
    first = rows.index[wrong][0]
    raise InputError(
        _("{n} rows cannot be used: {values}").format(
            n=int(wrong.sum()), values=name_some({f'"{value}"' for value in rows.loc[wrong, key]})
        ),
        where=Where(
            file=path.name, column=AUDIT_HEADS[key], row=int(first) if isinstance(first, int) else None
        ),
        remedy=_("take the words of the lists in the sheet; a cause is a code of lokus katalog"),
    )
