"""Find the indicators that fail their threshold in each village, with the responsible office."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import pandas as pd

from lokus.i18n import format_number, round_number

__all__ = [
    "GAP_COLUMNS",
    "Measure",
    "find_gaps",
    "gap_digits",
    "gap_texts",
    "gaps_by_indicator",
    "limit_texts",
]

GAP_COLUMNS = (
    "kode_desa", "kunci", "indikator", "opd", "nilai", "ambang", "buruk", "desimal", "jenis", "intervensi",
)  # fmt: skip
_MOST_DIGITS = 4


class Measure(Protocol):
    """Attributes of an indicator; :class:`lokus.intake.indicators.indicator.Indicator` has them."""

    @property
    def label(self) -> str:
        """Label for readers."""

    @property
    def worse(self) -> str:
        """Which end is worse: "high", "low" or "none"."""

    @property
    def owner(self) -> str:
        """Responsible office (OPD)."""

    @property
    def intervention(self) -> str:
        """What that office does."""

    @property
    def intervention_kind(self) -> str:
        """Kind of the intervention: "spesifik", "sensitif", or empty where not stated."""

    @property
    def action_unit(self) -> str:
        """What the action is counted in."""

    @property
    def action_whole(self) -> str:
        """Key of the count that is the denominator of a share."""

    @property
    def action_count(self) -> str:
        """Key of the count of those concerned."""

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage."""

    @property
    def is_count(self) -> bool:
        """Whether it is a count."""

    @property
    def decimals(self) -> int:
        """Digits in which its values are shown."""


def find_gaps(
    values: pd.DataFrame,
    thresholds: Mapping[str, float],
    catalogue: Mapping[str, Measure],
    *,
    owners: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """List every village and indicator on the worse side of a stated threshold.

    Parameters
    ----------
    values : pandas.DataFrame
        Villages × indicator keys; a missing value is not a gap but a matter of completeness.
    thresholds : mapping of indicator key to float
        In the indicator's unit; a value equal to the threshold is not a gap.
    catalogue : mapping of indicator key to Indicator
    owners : mapping of indicator key to str, optional
        Offices as the study names them; otherwise the catalogue's.

    Returns
    -------
    pandas.DataFrame
        One row a gap, columns ``GAP_COLUMNS``, by office, indicator and village. ``desimal`` is the number of
        digits in which value and threshold are shown; ``jenis`` is the kind of the intervention: "spesifik",
        "sensitif", or empty where the catalogue does not say.

    Raises
    ------
    ValueError
        A threshold is stated for an indicator without a worse end, or without a column in `values`.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> values = pd.DataFrame({"sanitasi_layak": [55.0, 91.0]}, index=["9901012001", "9901012002"])
    >>> find_gaps(values, {"sanitasi_layak": 80.0}, load_catalogue())["kode_desa"].tolist()
    ['9901012001']
    """
    parts = []
    for key, threshold in thresholds.items():
        if key not in values:
            raise ValueError(f"no column {key!r} among the values")
        item = catalogue[key]
        if item.worse == "none":
            raise ValueError(f"indicator {key!r} has no worse end, so it cannot fail a threshold")
        column = values[key].astype(float)
        failing = column[column > threshold] if item.worse == "high" else column[column < threshold]
        parts.append(
            pd.DataFrame(
                {
                    "kode_desa": failing.index.astype(str),
                    "kunci": key,
                    "indikator": item.label,
                    "opd": (owners or {}).get(key) or item.owner,
                    "nilai": failing.to_numpy(),
                    "ambang": float(threshold),
                    "buruk": "tinggi" if item.worse == "high" else "rendah",
                    "desimal": item.decimals,
                    "jenis": item.intervention_kind,
                    "intervensi": item.intervention,
                }
            )
        )
    if not parts:
        return pd.DataFrame(columns=list(GAP_COLUMNS))
    gaps = pd.concat(parts, ignore_index=True)
    return gaps.sort_values(["opd", "indikator", "kode_desa"], kind="stable").reset_index(drop=True)


def gaps_by_indicator(gaps: pd.DataFrame, lokus: Collection[str]) -> pd.DataFrame:
    """Count, for every office and indicator, the villages and the lokus that fail.

    Returns
    -------
    pandas.DataFrame
        ``opd``, ``indikator``, ``ambang``, ``buruk``, ``desimal``, ``jenis``, ``intervensi``, ``lokus``,
        ``desa``; by office, and within it the indicator that fails in most lokus first.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> codes = ["9901012001", "9901012002", "9901012003"]
    >>> values = pd.DataFrame({"sanitasi_layak": [55.0, 61.0, 91.0]}, index=codes)
    >>> gaps = find_gaps(values, {"sanitasi_layak": 80.0}, load_catalogue())
    >>> gaps_by_indicator(gaps, lokus=["9901012001"])[["ambang", "buruk", "lokus", "desa"]].to_dict("records")
    [{'ambang': 80.0, 'buruk': 'rendah', 'lokus': 1, 'desa': 2}]
    """
    keys = ["opd", "indikator", "ambang", "buruk", "desimal", "jenis", "intervensi"]
    if gaps.empty:
        return pd.DataFrame(columns=[*keys, "lokus", "desa"])
    counted = (
        gaps.assign(lokus=gaps["kode_desa"].isin(list(lokus)).astype(int), desa=1)
        .groupby(keys, dropna=False, as_index=False)[["lokus", "desa"]]
        .sum()
    )
    return counted.sort_values(
        ["opd", "lokus", "desa", "indikator"], ascending=[True, False, False, True], kind="stable"
    ).reset_index(drop=True)


def limit_texts(rows: pd.DataFrame) -> list[str]:
    """Write thresholds in the digits of their indicator, and in more where they are stated in more.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``ambang`` and ``desimal``, as those of :func:`find_gaps` and :func:`gaps_by_indicator`.

    Examples
    --------
    >>> limit_texts(pd.DataFrame({"ambang": [1.0, 80.0, 12.25], "desimal": [0, 1, 1]}))
    ['1', '80,0', '12,25']
    """
    return [
        format_number(limit, decimals=_digits_of_limit(limit, int(decimals)))
        for limit, decimals in zip(rows["ambang"].tolist(), rows["desimal"].tolist(), strict=True)
    ]


def gap_digits(rows: pd.DataFrame) -> list[int]:
    """Digits in which each value of a gap is seen to fail its threshold: those of the indicator, or more.

    Examples
    --------
    >>> gap_digits(pd.DataFrame({"nilai": [0.0, 79.96], "ambang": [1.0, 80.0], "desimal": [0, 1]}))
    [0, 2]
    """
    columns = (rows[name].astype(float).tolist() for name in ("nilai", "ambang", "desimal"))
    return [
        _digits_of_value(value, limit, int(digits)) for value, limit, digits in zip(*columns, strict=True)
    ]


def gap_texts(rows: pd.DataFrame) -> list[str]:
    """Write the values of gaps, so that none reads like the threshold that it fails.

    A missing one, such as a masked one, is an en dash.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``nilai``, ``ambang`` and ``desimal``, as those of :func:`find_gaps`.

    Examples
    --------
    >>> rows = pd.DataFrame({"nilai": [0.0, 55.02, 79.96], "ambang": [1.0, 80.0, 80.0], "desimal": [0, 1, 1]})
    >>> gap_texts(rows)
    ['0', '55,0', '79,96']
    """
    values = rows["nilai"].astype(float).tolist()
    return [
        format_number(value, decimals=digits) for value, digits in zip(values, gap_digits(rows), strict=True)
    ]


def _digits_of_limit(limit: float, decimals: int) -> int:
    enough = (digits for digits in range(decimals, _MOST_DIGITS) if round_number(limit, digits) == limit)
    return next(enough, _MOST_DIGITS)


def _digits_of_value(value: float, limit: float, decimals: int) -> int:
    if value != value or value == limit:
        return decimals
    apart = (digits for digits in range(decimals, _MOST_DIGITS) if round_number(value, digits) != limit)
    return next(apart, _MOST_DIGITS)
