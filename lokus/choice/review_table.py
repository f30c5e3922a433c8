"""The columns of a review that need no causes: status, graduation, origin, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ENTERS",
    "GRADUATES",
    "LEAVES",
    "NEVER",
    "STATUSES",
    "STAYS",
    "add_graduation",
    "add_origin",
    "add_outside",
    "notes",
    "status",
    "villages_left",
]

STAYS, ENTERS, LEAVES, GRADUATES, NEVER = "tetap", "masuk", "keluar", "lulus", "tidak"
STATUSES = (STAYS, ENTERS, LEAVES, GRADUATES, NEVER)


def add_graduation(
    table: pd.DataFrame, years_listed: pd.Series[int] | None, graduation: pd.DataFrame | None
) -> None:
    """Add ``tahun_lokus``, ``peluang_lulus`` and ``lulus``; years not stated are those graduation used."""
    index = table.index
    years = pd.Series(pd.NA, index=index, dtype="Int64")
    if years_listed is None and graduation is not None:
        years_listed = graduation["tahun_lokus"]
    if years_listed is not None:
        years = years_listed.reindex(index).astype("Int64")
    table["tahun_lokus"] = years.mask(~table["daftar_lalu"], 0)
    table["peluang_lulus"] = np.nan
    table["lulus"] = False
    if graduation is not None:
        table["peluang_lulus"] = graduation["peluang_lulus"].reindex(index).astype(float)
        reached = graduation.index[graduation["lulus"].astype(bool)]
        table["lulus"] = index.isin(reached) & table["daftar_lalu"]


def status(table: pd.DataFrame) -> pd.Series[str]:
    """Status of each village from ``daftar_lalu``, ``daftar_kini`` and ``lulus``.

    Examples
    --------
    >>> table = pd.DataFrame({"daftar_lalu": [True, True], "daftar_kini": False, "lulus": [True, False]})
    >>> status(table).tolist()
    ['lulus', 'keluar']
    """
    was, now = table["daftar_lalu"], table["daftar_kini"]
    values = np.select([was & now, now, was & table["lulus"], was], [STAYS, ENTERS, GRADUATES, LEAVES], NEVER)
    return pd.Series(values, index=table.index, dtype=object)


def add_origin(table: pd.DataFrame, carried: pd.DataFrame | None) -> None:
    """Add what the crosswalk says of each village; nothing where it says nothing."""
    known = pd.DataFrame(index=table.index) if carried is None else carried.reindex(table.index)
    for name in ("asal", "jenis_perubahan", "keterangan"):
        column = known[name] if name in known else pd.Series("", index=table.index)
        table[name] = column.astype(object).where(column.notna(), "")
    flag = known.get("perlu_diperiksa", pd.Series(False, index=table.index))
    table["perlu_diperiksa"] = flag.astype("boolean").fillna(value=False).astype(bool)


def add_outside(table: pd.DataFrame, proposed: Iterable[str] | None, *, decided: bool) -> None:
    """Mark where a decided list is not what the rules proposed.

    Without last year's proposal that is read from the margins, where 0 is a tie and proves nothing; so it is
    for this year's list, where that is `decided` and not the proposal itself.
    """
    table["luar_usulan_lalu"] = _contrary(table["daftar_lalu"], table["jarak_lalu"])
    table["luar_usulan_kini"] = _contrary(table["daftar_kini"], table["jarak_kini"]) & decided
    if proposed is not None:
        table["luar_usulan_lalu"] = table["daftar_lalu"] != table.index.isin([str(kode) for kode in proposed])


def _contrary(listed: pd.Series[bool], margin: pd.Series[float]) -> pd.Series[bool]:
    return (listed & (margin < 0)) | (~listed & (margin > 0))


def notes(row: Mapping[str, object]) -> str:
    """Say what a reader of one village's row should know besides its cause."""
    said = [str(row["keterangan"])] if row["keterangan"] else []
    if row["luar_usulan_lalu"]:
        said.append(
            _("last year decided outside the proposal")
            if row["daftar_lalu"]
            else _("last year proposed but not decided")
        )
    if row["luar_usulan_kini"]:
        said.append(_("decided against this year's proposal"))
    if row["lulus"] and row["daftar_kini"]:
        said.append(_("may graduate, but is still on the list"))
    return "; ".join(said)


def villages_left(left: pd.DataFrame | None, unmatched: set[str]) -> pd.DataFrame:
    """List the villages of last year's list that are none of this year's, with names where known."""
    rows = pd.DataFrame(columns=["desa", "kecamatan"], dtype=object) if left is None else left
    index = pd.Index(sorted({*map(str, rows.index), *unmatched}), name="kode_desa", dtype=object)
    out = rows.reindex(columns=["desa", "kecamatan"]).reindex(index).astype(object)
    out["keterangan"] = _("no longer among this year's villages")
    return out
