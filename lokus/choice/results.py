"""Everything known of each village in one table: what maps, workbook and review read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["LOKUS", "NOT_LOKUS", "NO_DATA", "assemble_results", "side_by_side"]

LOKUS, NOT_LOKUS, NO_DATA = "lokus", "bukan lokus", "belum ada data"


def side_by_side(left: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """Join frames of the same villages; where a column stands in several, the last one's is kept.

    Parameters
    ----------
    left, *others : pandas.DataFrame
        All with the same index, in the same order.

    Raises
    ------
    ValueError
        An index differs.

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
    """
    results = side_by_side(villages, *parts, selection, reasons.rename("alasan").to_frame())
    status = pd.Series(NOT_LOKUS, index=results.index, dtype=object)
    status[results["skor"].isna()] = NO_DATA
    status[results["terpilih"].astype(bool)] = LOKUS
    results["status_usulan"] = status
    return results
