"""Assemble the results table: one row a village, read by maps, workbook and review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "LOKUS",
    "NOT_LOKUS",
    "NO_DATA",
    "assemble_results",
    "describe_villages",
    "name_alternatives",
    "side_by_side",
]

LOKUS, NOT_LOKUS, NO_DATA = "lokus", "bukan lokus", "belum ada data"


def side_by_side(left: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """Join frames of the same villages; of a column in several frames the last one counts.

    Parameters
    ----------
    left, *others : pandas.DataFrame
        All with the same index, in the same order.

    Raises
    ------
    ValueError
        The frames do not share one index.

    Examples
    --------
    >>> indicators = pd.DataFrame({"prevalensi_mentah": [9.0], "air_layak": [70.0]}, index=["9901012001"])
    >>> rates = pd.DataFrame({"prevalensi_mentah": [10.0]}, index=["9901012001"])
    >>> side_by_side(indicators, rates).loc["9901012001"].to_dict()
    {'air_layak': 70.0, 'prevalensi_mentah': 10.0}
    """
    for frame in others:
        if not frame.index.equals(left.index):
            raise ValueError("every frame needs the same index, in the same order")
        left = left.drop(columns=[name for name in frame if name in left]).join(frame)
    return left


def describe_villages(
    index: pd.Index,
    *,
    hotspots: pd.Series[str],
    completeness: pd.DataFrame,
    types: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Build the columns of classes that maps show: hot spots, completeness, typology.

    Parameters
    ----------
    index : pandas.Index
        Villages.
    hotspots : pandas.Series
        Class by local Moran's I; becomes ``titik_panas``.
    completeness : pandas.DataFrame of bool
        Villages × needed indicators; the share present, in percent, becomes ``kelengkapan``.
    types : pandas.DataFrame, optional
        ``tipe`` and ``nama_tipe``; become ``tipologi_urutan`` (1 the most severe) and ``tipologi``.

    Examples
    --------
    >>> traits = describe_villages(
    ...     pd.Index(["9901012001"]), hotspots=pd.Series({"9901012001": "tidak nyata"}),
    ...     completeness=pd.DataFrame({"diukur": [True], "krs": [False]}, index=["9901012001"]),
    ... )
    >>> traits.loc["9901012001"].to_dict()
    {'titik_panas': 'tidak nyata', 'kelengkapan': 50.0}
    """
    traits = pd.DataFrame(index=index)
    traits["titik_panas"] = hotspots.reindex(index).astype(str)
    traits["kelengkapan"] = 100.0 * completeness.reindex(index).astype(float).mean(axis=1)
    if types is not None:
        traits["tipologi"] = types["nama_tipe"].reindex(index).astype(str)
        traits["tipologi_urutan"] = types["tipe"].reindex(index)
    return traits


def assemble_results(
    villages: gpd.GeoDataFrame, *parts: pd.DataFrame, selection: pd.DataFrame, reasons: pd.Series[str]
) -> gpd.GeoDataFrame:
    """Join the stages of a study into the results table.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Village table, index ``kode_desa``.
    *parts : pandas.DataFrame
        Rates and scores with the same index, joined by :func:`side_by_side`.
    selection : pandas.DataFrame
        ``terpilih``, ``nomor``, ``keterangan``.
    reasons : pandas.Series
        One sentence a village, becomes ``alasan``.

    Returns
    -------
    geopandas.GeoDataFrame
        The village table with all columns and ``status_usulan``: ``"lokus"``, ``"bukan lokus"``, or
        ``"belum ada data"`` for a village without a score that was not locked in.

    Examples
    --------
    >>> villages = pd.DataFrame({"desa": ["Air", "Batu"]}, index=["9901012001", "9901012002"])
    >>> scores = pd.DataFrame({"skor": [0.8, None]}, index=villages.index)
    >>> selection = pd.DataFrame({"terpilih": [True, False]}, index=villages.index)
    >>> reasons = pd.Series("", index=villages.index)
    >>> assemble_results(villages, scores, selection=selection, reasons=reasons)["status_usulan"].tolist()
    ['lokus', 'belum ada data']
    """
    results = side_by_side(villages, *parts, selection, reasons.rename("alasan").to_frame())
    status = pd.Series(NOT_LOKUS, index=results.index, dtype=object)
    status[results["skor"].isna()] = NO_DATA
    status[results["terpilih"].astype(bool)] = LOKUS
    results["status_usulan"] = status
    return results


def name_alternatives(alternatives: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Replace codes by names and shares by points of 100 in a table of alternatives.

    Parameters
    ----------
    alternatives : pandas.DataFrame
        As returned by :func:`lokus.choice.alternatives.alternatives`.
    names : pandas.Series
        Name of each village.

    Returns
    -------
    pandas.DataFrame
        ``daftar``, ``selisih`` (points), ``masuk``, ``keluar`` (names, separated by commas).

    Examples
    --------
    >>> lists = pd.DataFrame({"selisih": [0.01], "masuk": [("a",)], "keluar": [("b", "c")]}, index=[1])
    >>> name_alternatives(lists, pd.Series({"a": "Air", "b": "Batu", "c": "Cempaka"})).loc[1, "keluar"]
    'Batu, Cempaka'
    """

    def named(codes: tuple[str, ...]) -> str:
        return ", ".join(str(names[kode]) for kode in codes)

    return pd.DataFrame(
        {
            "daftar": alternatives.index,
            "selisih": 100.0 * alternatives["selisih"],
            "masuk": alternatives["masuk"].map(named),
            "keluar": alternatives["keluar"].map(named),
        },
        index=alternatives.index,
    )
