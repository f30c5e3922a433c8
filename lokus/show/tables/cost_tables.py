"""Tables of costs: by office, intervention, source of funding and lokus, and proposals side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lokus.followup.costs import rupiah
from lokus.i18n import format_number, list_counts
from lokus.i18n import gettext as _
from lokus.show.tables.table import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.trade_off import TradeOff
    from lokus.followup.costs import Costs
    from lokus.show.results.material import Material

__all__ = [
    "budget_table",
    "cost_tables",
    "funding_table",
    "length_table",
    "office_costs_table",
    "unit_costs_table",
    "village_costs_table",
]

_MONEY_WIDTH = 20


def cost_tables(material: Material) -> tuple[Table, ...]:
    """All tables of costs that there are, in the order in which they are read.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> cost_tables(material)[0].heads[:2]
    ('OPD', 'Biaya di lokus (Rp)')
    """
    costs, compared = material.costs, material.trade_off
    if costs is None:
        return ()
    tables = [office_costs_table(costs), unit_costs_table(costs)]
    if costs.budgets:
        tables.append(funding_table(costs))
    tables.append(village_costs_table(costs))
    if compared is not None and len(compared.by_number):
        tables.append(length_table(costs, compared))
    if compared is not None and (len(compared.by_budget) or compared.locked_without_cost):
        tables.append(budget_table(costs, compared, n=len(material.chosen)))
    return tuple(tables)


def _money(head: str, values: pd.Series[Any], *, signed: bool = False) -> Column:
    """Whole rupiah; no cost is written as such, never as 0."""
    return Column.number(
        head, values, signed=signed, width=_MONEY_WIDTH, missing=True, missing_as=_("no cost yet")
    )


def office_costs_table(costs: Costs) -> Table:
    """Cost of each office in the lokus and in all villages, with its budget and what is left out.

    Examples
    --------
    >>> from lokus import Kajian
    >>> office_costs_table(Kajian.open("data/kajian/contoh-2026.toml").costs).heads[0]
    'OPD'
    """
    table = costs.by_office
    return Table.of(
        Column.text(_("Office (OPD)"), table.index, width=26),
        _money(_("Cost in the lokus (Rp)"), table["biaya_lokus"]),
        Column.number(
            _("Budget (Rp)"), table["anggaran"], width=_MONEY_WIDTH, missing=True,
            missing_as=_("not stated"),
        ),
        Column.number(
            _("Budget less cost (Rp)"), table["selisih"], signed=True, width=_MONEY_WIDTH, missing=True,
            missing_as=_("not known"),
        ),
        Column.number(_("Gaps in lokus without unit cost"), table["belum_ada_biaya_lokus"]),
        Column.number(_("Gaps in lokus without data"), table["belum_ada_data_lokus"]),
        _money(_("Cost in all villages (Rp)"), table["biaya"]),
        title=_("Cost by office, against its budget"),
        lead=_total_line(costs),
        notes=(_rounding(),),
    )  # fmt: skip


def _total_line(costs: Costs) -> str:
    table = costs.by_office
    known = table["biaya_lokus"].dropna()
    total = int(sum(map(int, known))) if len(known) else None
    unpriced, unknown = (int(table[name].sum()) for name in ("belum_ada_biaya_lokus", "belum_ada_data_lokus"))
    if not unpriced + unknown:
        return _("All lokus together: {cost}.").format(cost=rupiah(total))
    left_out = list_counts(
        (unpriced, _("{n} gaps without unit cost")),
        (unknown, _("{n} gaps whose number of units is not known")),
    )
    return _("All lokus together: at least {cost}. Left out: {gaps}; what they cost is not 0.").format(
        cost=rupiah(total), gaps=left_out
    )


def _rounding() -> str:
    return _(
        "Needs are rounded up to whole units; rupiah are not rounded. Prices are of the year stated and are "
        "not adjusted."
    )


def unit_costs_table(costs: Costs) -> Table:
    """Tabulate unit cost, number of units and cost of each intervention in the lokus.

    Examples
    --------
    >>> from lokus import Kajian
    >>> unit_costs_table(Kajian.open("data/kajian/contoh-2026.toml").costs).heads[-1]
    'Sumber harga'
    """
    table = costs.by_intervention
    return Table.of(
        Column.text(_("Intervention"), table["intervensi"], width=44, wrap=True),
        Column.text(_("Office (OPD)"), table["opd"], width=26),
        Column.text(_("Unit"), table["satuan"], width=12),
        replace(_money(_("Unit cost (Rp)"), table["harga"]), missing_as=_("no price yet")),
        Column.number(
            _("Units needed in the lokus"), table["kebutuhan_lokus"], missing=True,
            missing_as=_("no data yet"),
        ),
        _money(_("Cost in the lokus (Rp)"), table["biaya_lokus"]),
        Column.number(_("Gaps in lokus whose number is not known"), table["tanpa_banyak_lokus"]),
        Column.text(
            _("Source of the price"),
            [
                _("{source}, price of {year}").format(source=source, year=year) if source else ""
                for source, year in zip(table["sumber"], table["tahun"], strict=True)
            ],
            width=36,
            wrap=True,
        ),
        title=_("Cost by intervention"),
    )  # fmt: skip


def funding_table(costs: Costs) -> Table:
    """Budgets by office and source of funding.

    Examples
    --------
    >>> from lokus import Kajian
    >>> funding_table(Kajian.open("data/kajian/contoh-2026.toml").costs).heads
    ('OPD', 'Sumber dana', 'Anggaran (Rp)')
    """
    return Table.of(
        Column.text(_("Office (OPD)"), [one.opd for one in costs.budgets], width=26),
        Column.text(_("Source of funding"), [one.source for one in costs.budgets], width=26),
        Column.number(_("Budget (Rp)"), [one.rupiah for one in costs.budgets], width=_MONEY_WIDTH),
        title=_("Budgets by source of funding"),
    )


def village_costs_table(costs: Costs) -> Table:
    """Cost of each lokus, with the gaps that it leaves out.

    Examples
    --------
    >>> from lokus import Kajian
    >>> len(village_costs_table(Kajian.open("data/kajian/contoh-2026.toml").costs))
    26
    """
    table = costs.by_village[costs.by_village["lokus"]]
    if "nomor" in table:
        table = table.sort_values("nomor", kind="stable")
    return Table.of(
        Column.text(_("Village"), table["desa"], width=26),
        Column.text(_("Kecamatan"), table["kecamatan"], width=20),
        _money(_("Cost (Rp)"), table["biaya"]),
        Column.number(_("Gaps without unit cost"), table["belum_ada_biaya"]),
        Column.number(_("Gaps without data"), table["belum_ada_data"]),
        title=_("Cost of each lokus"),
    )


def length_table(costs: Costs, compared: TradeOff) -> Table:
    """Tabulate the best list of each length: cost and children reached.

    Examples
    --------
    >>> from lokus import Kajian
    >>> study = Kajian.open("data/kajian/contoh-2026.toml")
    >>> length_table(study.costs, study.trade_off).heads[0]
    'Jumlah lokus'
    """
    table = compared.by_number
    return Table.of(
        Column.text(_("Number of lokus"), [format_number(n) for n in table.index], width=26, right=True),
        *_points(table),
        title=_("Longer and shorter lists by cost and children"),
        lead=_("Each line is the best list of that length under the rules of the study, proven."),
        notes=(_compared_cost(costs),),
    )


def budget_table(costs: Costs, compared: TradeOff, *, n: int) -> Table:
    """Tabulate the list that reaches most children within each budget.

    Parameters
    ----------
    costs : Costs
    compared : TradeOff
    n : int
        Villages on every list.

    Examples
    --------
    >>> from lokus import Kajian
    >>> study = Kajian.open("data/kajian/contoh-2026.toml")
    >>> budget_table(study.costs, study.trade_off, n=26).heads[0]
    'Pagu (Rp)'
    """
    table = compared.by_budget
    notes = [_compared_cost(costs)]
    if compared.excluded:
        left_out = _("{n} villages are left out of this comparison, because data for their cost are missing.")
        notes.append(left_out.format(n=format_number(len(compared.excluded))))
    if compared.locked_without_cost:
        notes = [
            _(
                "Not computed: {n} villages locked in have no known cost. Complete their data or unlock them."
            ).format(n=format_number(len(compared.locked_without_cost)))
        ]
    return Table.of(
        Column.number(_("Budget limit (Rp)"), table.index, width=26),
        *_points(table),
        title=_("{n} lokus that reach most children within a budget").format(n=format_number(n)),
        lead=_(
            "On each line no other list of this length that the rules allow reaches more children within the "
            "budget, or as many for less; the score is not looked at."
        ),
        notes=notes,
    )


def _points(table: pd.DataFrame) -> tuple[Column, ...]:
    none = _("no list possible")

    def column(head: str, name: str, width: float = 14) -> Column:
        return Column.number(head, table[name], width=width, missing=True, missing_as=none)

    return (
        column(_("Cost compared (Rp)"), "biaya", _MONEY_WIDTH),
        column(_("Expected stunted children reached"), "anak"),
        column(_("Lokus of unknown cost"), "tanpa_biaya"),
        column(_("Kecamatan"), "kecamatan"),
        column(_("Villages shared with the proposal"), "sama"),
    )


def _compared_cost(costs: Costs) -> str:
    if not costs.unpriced:
        return _("The cost compared holds all interventions.")
    return _(
        "The cost compared holds only interventions that have a unit cost; left out for all villages alike: "
        "{names}."
    ).format(names="; ".join(costs.unpriced))
