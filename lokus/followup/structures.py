"""Tabulate in which villages the required structures exist: TPPS, BKB, TPK, posyandu."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["Structures", "village_structures"]


class Named(Protocol):
    """Attributes of an indicator; :class:`~lokus.intake.indicators.indicator.Indicator` has them."""

    @property
    def label(self) -> str:
        """Label for readers."""

    @property
    def owner(self) -> str:
        """Office that usually owns the data."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Structures:
    """Villages where each structure exists, does not exist, or is unknown.

    Parameters
    ----------
    table : DataFrame, index ``kunci``
        ``struktur``, ``opd``, and the number of villages where it exists (``ada``), does not (``belum``) or
        is unknown (``belum_ada_data``); the same for the lokus with the suffix ``_lokus``.
    by_kecamatan : DataFrame
        Index ``kode_kecamatan`` and ``kunci``: ``kecamatan``, ``ada``, ``belum``, ``belum_ada_data``.
    lacking : DataFrame
        One row a village and structure that does not exist there: ``kode_desa``, ``desa``, ``kecamatan``,
        ``kode_kecamatan``, ``kunci``, ``struktur``, ``opd``, ``lokus``; lokus first.
    unknown : DataFrame
        The same for those unknown.
    """

    table: pd.DataFrame
    by_kecamatan: pd.DataFrame
    lacking: pd.DataFrame
    unknown: pd.DataFrame

    def __repr__(self) -> str:
        return "\n".join(
            _("{structure}: in {there} villages, not in {lacking}, not known in {unknown}").format(
                structure=row["struktur"],
                there=format_number(row["ada"]),
                lacking=format_number(row["belum"]),
                unknown=format_number(row["belum_ada_data"]),
            )
            for row in self.table.to_dict("records")
        )


def village_structures(
    villages: pd.DataFrame,
    keys: Sequence[str],
    catalogue: Mapping[str, Named],
    *,
    lokus: Collection[str] = (),
    owners: Mapping[str, str] | None = None,
) -> Structures:
    """Determine in which villages each structure exists.

    Parameters
    ----------
    villages : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``, ``kode_kecamatan`` and a column a structure: its number, or 1 and 0. A
        missing value is unknown and never counts as 0.
    keys : sequence of str
        Indicators that count the structures.
    catalogue : mapping of indicator key to Indicator
    lokus : collection of str
        Codes of the villages on the list.
    owners : mapping of indicator key to str, optional
        Offices as the study names them.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Alai", "Batu", "Cupu"], "kecamatan": "Air", "kode_kecamatan": "990101",
    ...      "posyandu": [3.0, 0.0, None]}, index=["9901012001", "9901012002", "9901012003"],
    ... )
    >>> found = village_structures(villages, ["posyandu"], load_catalogue())
    >>> found
    Posyandu: ada di 1 desa/kelurahan, belum ada di 1, belum diketahui di 1
    >>> found.lacking["desa"].tolist()
    ['Batu']
    """
    frame = villages.sort_index()
    place = (
        pd.DataFrame(frame[["desa", "kecamatan", "kode_kecamatan"]]).rename_axis("kode_desa").reset_index()
    )
    place["lokus"] = place["kode_desa"].isin(list(lokus))
    parts = []
    for key in keys:
        value = frame[key].astype("Float64").astype(float).to_numpy()
        state = (
            pd.Series("ada", index=place.index)
            .mask(value < 1, "belum")
            .mask(pd.isna(value), "belum_ada_data")
        )
        parts.append(
            place.assign(
                kunci=key,
                struktur=catalogue[key].label,
                opd=(owners or {}).get(key) or catalogue[key].owner,
                keadaan=state,
            )
        )
    rows = (
        pd.concat(parts, ignore_index=True)
        if parts
        else place.assign(kunci="", struktur="", opd="", keadaan="")[:0]
    )
    named = rows.groupby("kunci")[["struktur", "opd"]].first().reindex(list(keys))
    table = named.join(_states(rows, "kunci")).join(
        _states(rows[rows["lokus"]], "kunci").add_suffix("_lokus")
    )
    counts = table.columns.drop(["struktur", "opd"])
    table[counts] = table[counts].fillna(0).astype(int)
    by = ["kode_kecamatan", "kunci"]
    names = rows.groupby(by)[["kecamatan"]].first()
    columns = ["kode_desa", "desa", "kecamatan", "kode_kecamatan", "kunci", "struktur", "opd", "lokus"]
    listed = rows.sort_values(["lokus", "kunci", "kode_desa"], ascending=[False, True, True], kind="stable")
    return Structures(
        table=table.rename_axis("kunci"),
        by_kecamatan=names.join(_states(rows, by)),
        lacking=listed.loc[listed["keadaan"] == "belum", columns].reset_index(drop=True),
        unknown=listed.loc[listed["keadaan"] == "belum_ada_data", columns].reset_index(drop=True),
    )


def _states(rows: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    states = ("ada", "belum", "belum_ada_data")
    each = rows.assign(**{state: (rows["keadaan"] == state).astype(int) for state in states})
    return each.groupby(by)[list(states)].sum()
