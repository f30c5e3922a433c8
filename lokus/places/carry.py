"""Convert last year's table to this year's villages, without imputation; doubtful values are flagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import gettext as _
from lokus.places.boundary_findings import list_codes
from lokus.places.vintages import CHANGES, DOUBTFUL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lokus.places.vintages import Crosswalk

__all__ = ["CarriedOver", "carry_over"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CarriedOver:
    """An old table converted to the villages of the new list.

    Parameters
    ----------
    table : pandas.DataFrame
        Index ``kode_desa`` of every village of the new list, sorted. The columns of the old table, then
        ``asal`` (old codes, separated by commas), ``jenis_perubahan``, ``perlu_diperiksa`` (bool: the village
        was divided or merged, or recognised otherwise than by its code), ``keterangan``.
    left : pandas.DataFrame
        Rows of the old table whose village no longer exists, index ``kode_desa``.
    findings : list of Finding
    """

    table: pd.DataFrame
    left: pd.DataFrame
    findings: list[Finding]

    def __repr__(self) -> str:
        flagged = int(self.table["perlu_diperiksa"].sum())
        return (
            f"<Carried: {len(self.table)} desa, {flagged} perlu diperiksa, {len(self.left)} baris tertinggal>"
        )


def carry_over(
    frame: pd.DataFrame,
    crosswalk: Crosswalk,
    *,
    counts: Collection[str] = (),
    shares: Mapping[str, str] | None = None,
    flags: Collection[str] = (),
) -> CarriedOver:
    """Convert a table of the old year to the villages of the new year.

    A village with one predecessor that has one successor takes its row. The parts of a divided village take
    its flags, shares and other values; counts cannot be divided and are missing. For merged villages counts
    are added, shares are averaged with their denominators as weights, a flag is true if one is true, and any
    other value is used only if it is the same in all. A result that depends on a missing value is missing.

    Parameters
    ----------
    frame : pandas.DataFrame
        Index ``kode_desa`` of the old list; a village without row has no data.
    crosswalk : Crosswalk
    counts : collection of str
        Columns of counts, such as children or families.
    shares : mapping, optional
        ``{share: denominator}``: percentages or other ratios, with the count column of each denominator. A
        share whose denominator is not in `frame` is missing where villages were merged.
    flags : collection of str
        Columns of yes and no, such as having been a lokus.

    Returns
    -------
    CarriedOver

    Raises
    ------
    InputError
        A row is not of a village of the old list.
    ValueError
        A named column is not in `frame`, or is named twice.

    Examples
    --------
    >>> from lokus.places.vintages import crosswalk
    >>> old = pd.DataFrame({"kode_desa": ["9901012001"], "desa": ["Suka Maju"]})
    >>> new = pd.DataFrame({"kode_desa": ["9901022001"], "desa": ["Suka Maju"]})
    >>> last_year = pd.DataFrame({"lokus": [True], "stunting": [12.0]}, index=["9901012001"])
    >>> carried = carry_over(last_year, crosswalk(old, new), counts=["stunting"], flags=["lokus"])
    >>> print(carried.table[["lokus", "stunting", "asal"]])
                lokus  stunting        asal
    kode_desa
    9901022001   True      12.0  9901012001
    """
    shares = dict(shares or {})
    _require_columns(frame, [*counts, *shares, *flags])
    _require_villages(frame, crosswalk)
    pairs = crosswalk.pairs
    codes = sorted(crosswalk.table["kode_baru"].dropna().unique())
    origins = pairs.groupby("kode_baru")["kode_lama"].agg(list)
    divided = set(pairs.loc[pairs["kode_lama"].duplicated(keep=False), "kode_lama"])
    rows = frame.reindex(crosswalk.table["kode_lama"].dropna().unique()).astype(object)
    table = {column: dict.fromkeys(codes) for column in frame.columns}
    for code, old in origins.items():
        if len(old) > 1:
            values = _merged(rows.loc[old], counts, shares, flags, divided=bool(divided & set(old)))
        else:
            values = rows.loc[old[0]].to_dict() | (dict.fromkeys(counts) if old[0] in divided else {})
        for column, value in values.items():
            table[column][code] = value
    carried = pd.DataFrame(
        {
            column: pd.Series(values, index=codes, dtype=object).astype(
                _dtype(frame[column], column in flags)
            )
            for column, values in table.items()
        }
    ).rename_axis("kode_desa")
    return CarriedOver(
        table=carried.join(_described(crosswalk, codes)),
        left=_left(frame, crosswalk),
        findings=_findings(frame, crosswalk, counts, divided),
    )


def _dtype(column: pd.Series, flag: bool) -> Any:
    """Return a type with missing values, since for a village without data a flag is unknown."""
    if flag or pd.api.types.is_bool_dtype(column):
        return "boolean"
    return np.float64 if pd.api.types.is_numeric_dtype(column) else column.dtype


def _require_columns(frame: pd.DataFrame, named: list[str]) -> None:
    unknown = [column for column in named if column not in frame.columns]
    if unknown:
        raise ValueError(f"not columns of the table: {', '.join(unknown)}")
    if len(set(named)) < len(named):
        raise ValueError("a column can only be one of a count, a share and a flag")


def _require_villages(frame: pd.DataFrame, crosswalk: Crosswalk) -> None:
    foreign = frame.index[~frame.index.isin(crosswalk.table["kode_lama"].dropna())]
    twice = frame.index[frame.index.duplicated()]
    if len(foreign):
        raise InputError(
            _("{n} rows of the earlier table are of no village of the earlier list: {codes}").format(
                n=len(foreign), codes=list_codes(list(foreign.astype(str)))
            ),
            remedy=_("Use the village list of the year of that table."),
        )
    if len(twice):
        raise InputError(
            _("villages stand twice in the earlier table: {codes}").format(
                codes=list_codes(list(twice.astype(str)))
            ),
            remedy=_("keep one row for each village"),
        )


def _merged(
    rows: pd.DataFrame,
    counts: Collection[str],
    shares: Mapping[str, str],
    flags: Collection[str],
    *,
    divided: bool,
) -> dict[str, Any]:
    """Return the values of a village merged from several, or from parts of several (`divided`)."""
    result: dict[str, Any] = {}
    for column in rows.columns:
        values = rows[column]
        if column in flags:
            result[column] = bool(values.any()) if values.notna().all() else None
        elif column in counts:
            result[column] = None if divided else values.astype(float).sum(skipna=False)
        elif column in shares:
            result[column] = None if divided else _weighted(values, rows.get(shares[column]))
        else:
            same = values.notna().all() and (values == values.iloc[0]).all()
            result[column] = values.iloc[0] if same else None
    return result


def _weighted(values: pd.Series, weights: pd.Series | None) -> float:
    if weights is None:
        return np.nan
    parts, whole = values.astype(float) * weights.astype(float), weights.astype(float).sum(skipna=False)
    return float(parts.sum(skipna=False) / whole) if whole > 0 else np.nan


def _described(crosswalk: Crosswalk, codes: list[str]) -> pd.DataFrame:
    own = crosswalk.table.dropna(subset=["kode_baru"])
    doubtful = ~own["cara"].isin(["kode dan nama", "kode"]) | own["jenis_perubahan"].isin(list(DOUBTFUL))
    grouped = own.assign(ragu=doubtful & own["kode_lama"].notna()).groupby("kode_baru")
    return pd.DataFrame(
        {
            "asal": grouped["kode_lama"].agg(lambda old: ", ".join(old.dropna())),
            "jenis_perubahan": grouped["jenis_perubahan"].agg(_most_complex),
            "perlu_diperiksa": grouped["ragu"].any(),
            "keterangan": grouped["keterangan"].agg(lambda notes: "; ".join(note for note in notes if note)),
        }
    ).reindex(codes)


def _most_complex(kinds: pd.Series) -> str:
    return str(max(kinds, key=CHANGES.index))


def _left(frame: pd.DataFrame, crosswalk: Crosswalk) -> pd.DataFrame:
    gone = crosswalk.table.loc[crosswalk.table["jenis_perubahan"] == "hilang", "kode_lama"]
    return frame[frame.index.isin(gone)].sort_index().rename_axis("kode_desa")


def _findings(
    frame: pd.DataFrame, crosswalk: Crosswalk, counts: Collection[str], divided: set[str]
) -> list[Finding]:
    pairs = crosswalk.pairs
    held = set(frame.index)
    findings = []
    parted = sorted(divided & held)
    if parted:
        findings.append(
            Finding(
                check="tahun.split",
                level="warning",
                message=_("{n} villages were divided; their parts inherit from them: {codes}").format(
                    n=len(parted), codes=list_codes(parted)
                ),
                remedy=_("Check each part; counts of the former village are left out ({counts}).").format(
                    counts=", ".join(counts) or "–"
                ),
            )
        )
    merged = sorted(set(pairs.loc[pairs["kode_baru"].duplicated(keep=False), "kode_baru"]))
    if merged:
        findings.append(
            Finding(
                check="tahun.merged",
                level="warning",
                message=_("{n} villages were put together from several: {codes}").format(
                    n=len(merged), codes=list_codes(merged)
                ),
                remedy=_(
                    "Make sure that they were merged: counts were added and shares weighted; other values "
                    "stay only where they agree."
                ),
            )
        )
    left = list(_left(frame, crosswalk).index)
    if left:
        findings.append(
            Finding(
                check="tahun.gone",
                level="warning",
                message=_("{n} villages of the earlier table are not in the new list: {codes}").format(
                    n=len(left), codes=list_codes(left)
                ),
                remedy=_(
                    "Complete daftar_resmi where they still exist. Where another village took them in, only "
                    "polygons of both years tell which; without them their data are carried nowhere."
                ),
            )
        )
    return findings
