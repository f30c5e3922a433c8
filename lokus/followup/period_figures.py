"""What a period reports of each service by village, kecamatan and kabupaten, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from lokus.i18n import round_number

__all__ = ["FIGURE_COLUMNS", "LEVELS", "period_figures"]

LEVELS = ("kabupaten", "kecamatan", "desa")
FIGURE_COLUMNS = (
    "kunci", "tingkat", "kode", "pembilang", "penyebut", "kini", "lalu", "selisih", "melapor", "melapor_lalu",
    "persen_saja", "sama", "desa", "arah", "arti", "keadaan",
)  # fmt: skip


class Measured(Protocol):
    """What must be known of an indicator; :class:`~lokus.intake.indicators.indicator.Indicator` is one."""

    @property
    def numerator(self) -> str:
        """Key of what a share counts."""

    @property
    def denominator(self) -> str:
        """Key of what it counts them among."""

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage."""

    @property
    def is_count(self) -> bool:
        """Whether it counts whole things."""

    @property
    def decimals(self) -> int:
        """Digits in which it is shown; a change that is not seen in them is none."""

    @property
    def worse(self) -> str:
        """Which end is the worse one."""


def period_figures(
    now: pd.DataFrame,
    before: pd.DataFrame | None,
    villages: pd.DataFrame,
    keys: Iterable[str],
    catalogue: Mapping[str, Measured],
) -> pd.DataFrame:
    """Sum the services of a period up, and compare them with the period before.

    Parameters
    ----------
    now, before : DataFrame, index ``kode_desa``
        Indicators of the two periods, with the numerators and denominators that were given; `before` is
        ``None`` for the first period.
    villages : DataFrame, index ``kode_desa``
        ``kode_kecamatan``.
    keys : iterable of str
        Indicators to tell of.
    catalogue : mapping of indicator key to Indicator

    Returns
    -------
    DataFrame
        Columns ``FIGURE_COLUMNS``, one row an indicator, level and area. ``kini`` and ``lalu``: percent for a
        share, otherwise the sum, missing where there is none. ``melapor``: villages in it; ``persen_saja``:
        villages that gave only a percentage, which no sum can take in. ``selisih`` (points or number) is
        taken over the ``sama`` villages that reported in both periods, unrounded. ``arah``: "naik", "turun",
        "tetap" or "" where nothing can be compared; ``arti``: "membaik", "memburuk" or "". ``keadaan``:
        "ada", "tanpa sasaran" (none of the target group), "persen saja" (only percentages, not summed),
        "tidak dijumlahkan" (an index), "hilang" (reported last time, not now) or "belum ada data".

    Notes
    -----
    A share of an area is the sum of the numerators over the sum of the denominators of the villages that gave
    both. Percentages are never averaged: their denominators differ.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame({"kode_kecamatan": ["990101", "990101"]}, index=["1", "2"])
    >>> counted = {"mp_asi_dilayani": [9.0, 10.0], "anak_6_23_bulan": [10.0, 90.0]}
    >>> now = pd.DataFrame(counted, index=["1", "2"])
    >>> found = period_figures(now, None, villages, ["cakupan_mp_asi"], load_catalogue())
    >>> found.set_index("kode")["kini"].round(1).to_dict()
    {'': 19.0, '990101': 19.0, '1': 90.0, '2': 11.1}
    """
    frame = villages.sort_index()
    parts = [
        _of_indicator(key, catalogue.get(key), now, before, frame["kode_kecamatan"].astype(str))
        for key in keys
    ]
    if not parts:
        return pd.DataFrame(columns=list(FIGURE_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(FIGURE_COLUMNS)]


class _Given:
    """Values of one indicator in one period, village by village."""

    def __init__(self, key: str, item: Measured | None, frame: pd.DataFrame | None, index: pd.Index) -> None:
        nothing = pd.Series(np.nan, index=index)

        def column(name: str) -> pd.Series[float]:
            if frame is None or not name or name not in frame:
                return nothing
            return frame[name].reindex(index).astype("Float64").astype(float)

        own = column(key)
        if item is not None and item.is_share:
            above, below = column(item.numerator), column(item.denominator)
            self.summed = above.notna() & below.notna()
            self.above, self.below = above.where(self.summed), below.where(self.summed)
            counted = 100.0 * self.above / self.below.where(self.below > 0)
            self.value = counted.where(self.summed, own)
            self.alone = own.notna() & ~self.summed
            self.addable = True
        else:
            self.summed = own.notna()
            self.above, self.below, self.value = own, nothing, own
            self.alone = pd.Series(data=False, index=index)
            self.addable = item is not None and item.is_count

    @property
    def reported(self) -> pd.Series[bool]:
        return self.summed | self.alone


def _of_indicator(
    key: str,
    item: Measured | None,
    now: pd.DataFrame,
    before: pd.DataFrame | None,
    kecamatan: pd.Series[str],
) -> pd.DataFrame:
    index = kecamatan.index
    this, last = _Given(key, item, now, index), _Given(key, item, before, index)
    share = item is not None and item.is_share
    everywhere = pd.Series("", index=index)
    tables = [
        _area(this, last, by, share=share).assign(tingkat=level)
        for level, by in (("kabupaten", everywhere), ("kecamatan", kecamatan))
    ]
    tables.append(_villages(this, last, share=share).assign(tingkat="desa"))
    table = pd.concat([one.rename_axis("kode").reset_index() for one in tables], ignore_index=True)
    decimals = 1 if item is None else item.decimals
    shown = [round_number(value, decimals) if pd.notna(value) else np.nan for value in table["selisih"]]
    table["arah"] = np.select(
        [np.isnan(shown), np.array(shown) > 0, np.array(shown) < 0], ["", "naik", "turun"], "tetap"
    )
    better = {"low": ("naik", "turun"), "high": ("turun", "naik")}.get(item.worse if item else "none")
    table["arti"] = ""
    if better:
        table["arti"] = np.select(
            [table["arah"] == better[0], table["arah"] == better[1]], ["membaik", "memburuk"], ""
        )
    return table.assign(kunci=key)


def _area(this: _Given, last: _Given, by: pd.Series[str], *, share: bool) -> pd.DataFrame:
    def total(values: pd.Series[float], among: pd.Series[bool]) -> pd.Series[float]:
        return values.where(among).groupby(by).sum(min_count=1)

    def number(flags: pd.Series[bool]) -> pd.Series[int]:
        return flags.groupby(by).sum().astype(int)

    def level(given: _Given, among: pd.Series[bool]) -> pd.Series[float]:
        above = total(given.above, among)
        if share:
            below = total(given.below, among)
            return 100.0 * above / below.where(below > 0)
        return above if given.addable else above * np.nan

    both = this.summed & last.summed
    out = pd.DataFrame(
        {
            "pembilang": total(this.above, this.summed) if share else np.nan,
            "penyebut": total(this.below, this.summed) if share else np.nan,
            "kini": level(this, this.summed),
            "lalu": level(last, last.summed),
            "melapor": number(this.summed),
            "melapor_lalu": number(last.summed),
            "persen_saja": number(this.alone),
            "sama": number(both),
            "desa": by.groupby(by).size(),
        }
    )
    out["selisih"] = level(this, both) - level(last, both)
    reported = number(this.reported)
    out["keadaan"] = np.select(
        [
            out["kini"].notna(),
            (out["melapor"] > 0) & (not this.addable),
            out["melapor"] > 0,
            reported > 0,
            number(last.reported) > 0,
        ],
        ["ada", "tidak dijumlahkan", "tanpa sasaran", "persen saja", "hilang"],
        "belum ada data",
    )
    return out


def _villages(this: _Given, last: _Given, *, share: bool) -> pd.DataFrame:
    reported = this.reported
    out = pd.DataFrame(
        {
            "pembilang": this.above if share else np.nan,
            "penyebut": this.below if share else np.nan,
            "kini": this.value,
            "lalu": last.value,
            "selisih": this.value - last.value,
            "melapor": reported.astype(int),
            "melapor_lalu": last.reported.astype(int),
            "persen_saja": this.alone.astype(int),
            "sama": (reported & last.reported).astype(int),
            "desa": 1,
        }
    )
    out["keadaan"] = np.select(
        [out["kini"].notna(), reported, last.reported],
        ["ada", "tanpa sasaran", "hilang"],
        "belum ada data",
    )
    return out
