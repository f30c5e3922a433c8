"""Compute what closing the gaps costs, by office, village and intervention, against the budgets stated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.i18n import format_number, list_counts
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.followup.interventions import Interventions

__all__ = ["Budget", "Costs", "UnitCost", "intervention_costs", "left_out_label", "rupiah"]

NO_PRICE, NO_DATA = "belum ada biaya", "belum ada data"
_PLACE = ["kode_desa", "desa", "kecamatan", "kode_kecamatan", "lokus"]
_WHAT = ["opd", "kunci", "indikator", "intervensi", "satuan"]


@dataclass(frozen=True, kw_only=True)
class UnitCost:
    """Cost of one unit of an intervention.

    Parameters
    ----------
    rupiah : int
        Whole rupiah for one unit.
    year : int
        Year of the price.
    source : str
        Document that states it.
    """

    rupiah: int
    year: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Money that an office has for these interventions from one source of funding, in whole rupiah."""

    opd: str
    source: str
    rupiah: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Costs:
    """Cost of the interventions that the gaps require; all money in whole rupiah.

    Parameters
    ----------
    details : DataFrame
        One row a village and gap, or a village and value without data: place, ``opd``, ``kunci``,
        ``indikator``, ``intervensi``, ``satuan``, ``kebutuhan`` (whole units, rounded up), ``harga``,
        ``biaya``, and ``keterangan``: "" where the cost is known, "belum ada biaya" without a unit cost,
        "belum ada data" where the number of units is not known.
    by_intervention : DataFrame, index ``kunci``
        ``opd``, ``indikator``, ``intervensi``, ``satuan``, ``harga``, ``tahun``, ``sumber``; for the lokus
        ``kebutuhan_lokus``, ``biaya_lokus``, ``belum_ada_biaya_lokus``, ``belum_ada_data_lokus``, and
        ``tanpa_banyak_lokus`` (gaps whose number of units is not known, priced or not); for all
        villages the same names without suffix.
    by_office : DataFrame, index ``opd``
        The costs and the two counts, ``anggaran`` and ``selisih`` (budget less the known cost of the lokus).
    by_village : DataFrame, index ``kode_desa``
        Place, ``biaya``, ``belum_ada_biaya``, ``belum_ada_data``.
    budgets : tuple of Budget
    comparable : Series, index ``kode_desa``
        Cost of the interventions that have a unit cost; missing where the village lacks data for one of them.
    """

    details: pd.DataFrame
    by_intervention: pd.DataFrame
    by_office: pd.DataFrame
    by_village: pd.DataFrame
    budgets: tuple[Budget, ...]
    comparable: pd.Series[Any]

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Interventions without unit cost, by name."""
        table = self.by_intervention
        return tuple(table.loc[table["harga"].isna(), "intervensi"])

    def __repr__(self) -> str:
        known = self.by_village[self.by_village["lokus"]]
        left_out = list_counts(
            (int(known["belum_ada_biaya"].sum()), _("{n} gaps without unit cost")),
            (int(known["belum_ada_data"].sum()), _("{n} gaps whose number of units is not known")),
        )
        text = _("Cost of the {n} lokus: {cost}").format(
            n=format_number(len(known)), cost=rupiah(_total(known["biaya"]))
        )
        return _("{text}; left out: {gaps}").format(text=text, gaps=left_out) if left_out else text


def rupiah(amount: int | None) -> str:
    """Format whole rupiah as an office writes them; missing money is "belum ada biaya".

    Examples
    --------
    >>> rupiah(1234567), rupiah(-2500000), rupiah(None)
    ('Rp1.234.567', '−Rp2.500.000', 'belum ada biaya')
    """
    if amount is None or pd.isna(amount):
        return _("no cost yet")
    digits = f"{abs(int(amount)):,}".replace(",", ".")
    return f"{'−' if amount < 0 else ''}Rp{digits}"


def left_out_label(state: str) -> str:
    """Return in words why a gap has no cost.

    Examples
    --------
    >>> left_out_label("belum ada biaya"), left_out_label("")
    ('belum ada biaya', '')
    """
    return {NO_PRICE: _("no cost yet"), NO_DATA: _("no data yet")}.get(state, "")


def intervention_costs(
    found: Interventions,
    prices: Mapping[str, UnitCost],
    *,
    budgets: Sequence[Budget] = (),
    everyone: bool = False,
) -> Costs:
    """Compute the cost of closing the gaps.

    Parameters
    ----------
    found : Interventions
        Gaps with the number of units that each requires.
    prices : mapping of indicator key to UnitCost
        For one unit in which the catalogue counts the indicator's intervention. An intervention without one
        is counted and never costs 0.
    budgets : sequence of Budget
        Of the offices, by source of funding.
    everyone : bool
        Cost of all who are concerned, instead of as many as it takes to reach the threshold.

    Notes
    -----
    Units are rounded up to whole ones, since no half latrine is built; money is then multiplied and added in
    integers and never rounded.

    Examples
    --------
    >>> from lokus.followup.interventions import intervention_matrix
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Air Bening"], "kecamatan": "Tanjung Agung", "kode_kecamatan": "990101",
    ...      "sanitasi_layak": [55.0, None], "keluarga": [201.0, 310.0]},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> gaps = intervention_matrix(villages, {"sanitasi_layak": 80}, load_catalogue())
    >>> price = UnitCost(rupiah=3_500_000, year=2026, source="Standar harga")
    >>> intervention_costs(gaps, {"sanitasi_layak": price}).by_village["biaya"].tolist()
    [178500000, <NA>]
    """
    details = _details(found, prices, everyone=everyone)
    names = found.thresholds[["opd", "indikator", "intervensi", "satuan"]]
    priced = pd.DataFrame(
        {
            "harga": pd.array([prices[str(k)].rupiah if k in prices else None for k in names.index], "Int64"),
            "tahun": pd.array([prices[str(k)].year if k in prices else None for k in names.index], "Int64"),
            "sumber": [prices[str(k)].source if k in prices else "" for k in names.index],
        },
        index=names.index,
    )
    by_intervention = names.join(priced).join(_sums(details, "kunci", names.index, units=True))
    offices = pd.Index(sorted({*names["opd"], *(one.opd for one in budgets)}), name="opd")
    by_office = _sums(details, "opd", offices)
    stated = {name: [one.rupiah for one in budgets if one.opd == name] for name in offices}
    by_office["anggaran"] = pd.array([sum(parts) if parts else None for parts in stated.values()], "Int64")
    by_office["selisih"] = by_office["anggaran"] - by_office["biaya_lokus"]
    sums = _sums(details, "kode_desa", found.villages.index)
    kept = ["biaya", "belum_ada_biaya", "belum_ada_data"]
    return Costs(
        details=details,
        by_intervention=by_intervention,
        by_office=by_office,
        by_village=found.villages.join(sums[kept]),
        budgets=tuple(budgets),
        comparable=_comparable(details, prices, found.villages.index),
    )


def _details(found: Interventions, prices: Mapping[str, UnitCost], *, everyone: bool) -> pd.DataFrame:
    gaps = found.details.assign(jumlah=found.details["kebutuhan" if everyone else "kebutuhan_ambang"])
    missing = found.missing.assign(jumlah=float("nan"))
    missing = missing.join(found.thresholds[["intervensi", "satuan"]], on="kunci")
    columns = [*_PLACE, *_WHAT, "jumlah"]
    parts = [part[columns] for part in (gaps, missing) if len(part)]
    rows = pd.concat(parts, ignore_index=True) if parts else gaps[columns]
    units = [_whole(value) for value in rows.pop("jumlah").astype(float)]
    each = [prices[key].rupiah if key in prices else None for key in rows["kunci"]]
    cost = [
        None if one is None or price is None else one * price for one, price in zip(units, each, strict=True)
    ]
    rows["kebutuhan"] = pd.array(units, "Int64")
    rows["harga"] = pd.array(each, "Int64")
    rows["biaya"] = pd.array(cost, "Int64")
    rows["keterangan"] = [
        NO_PRICE if price is None else NO_DATA if one is None else ""
        for one, price in zip(units, each, strict=True)
    ]
    order = ["opd", "indikator", "kode_desa"]
    return rows.sort_values(order, kind="stable").reset_index(drop=True)


def _whole(value: float) -> int | None:
    """Round units up; what arithmetic adds beyond the sixth decimal is no further unit."""
    return None if math.isnan(value) else math.ceil(round(value, 6))


def _total(values: pd.Series[Any]) -> int | None:
    """Sum of known money; ``None`` where there are values and none is known."""
    known = values.dropna()
    return None if len(values) and known.empty else int(sum(map(int, known)))


def _sums(details: pd.DataFrame, by: str, index: pd.Index, *, units: bool = False) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for suffix, rows in (("_lokus", details[details["lokus"].astype(bool)]), ("", details)):
        groups = {str(name): group for name, group in rows.groupby(by)}
        for column in ("kebutuhan", "biaya") if units else ("biaya",):
            values = [_total(groups[str(i)][column]) if str(i) in groups else 0 for i in index]
            columns[f"{column}{suffix}"] = pd.array(values, "Int64")
        if units:
            unknown = rows[rows["kebutuhan"].isna()].groupby(by).size().reindex(index, fill_value=0)
            columns[f"tanpa_banyak{suffix}"] = unknown.to_numpy("int64")
        for state in (NO_PRICE, NO_DATA):
            counted = rows[rows["keterangan"] == state].groupby(by).size().reindex(index, fill_value=0)
            columns[f"{state.replace(' ', '_')}{suffix}"] = counted.to_numpy("int64")
    return pd.DataFrame(columns, index=index)


def _comparable(details: pd.DataFrame, prices: Mapping[str, UnitCost], villages: pd.Index) -> pd.Series[Any]:
    rows = details[details["kunci"].isin(list(prices))]
    total = rows.groupby("kode_desa")["biaya"].sum().reindex(villages, fill_value=0).astype("Int64")
    unknown = set(rows.loc[rows["biaya"].isna(), "kode_desa"])
    return total.mask(total.index.isin(list(unknown))).rename("biaya")
