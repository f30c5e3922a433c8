"""Tables of costs say what they leave out, and never 0 for what has no cost."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from lokus.choice.trade_off import TradeOff
from lokus.followup.costs import Budget, UnitCost, intervention_costs
from lokus.followup.interventions import intervention_matrix
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.tables.cost_tables import (
    budget_table,
    cost_tables,
    funding_table,
    length_table,
    office_costs_table,
    unit_costs_table,
    village_costs_table,
)

VILLAGES = pd.DataFrame(
    {"desa": ["Alai", "Batu"], "kecamatan": "Air", "kode_kecamatan": "990101", "sanitasi_layak": [55.0, 91.0],
     "keluarga": [200.0, 310.0], "cakupan_imunisasi": [50.0, 90.0], "nomor": [1, None]},
    index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
)  # fmt: skip
FOUND = intervention_matrix(
    VILLAGES, {"sanitasi_layak": 80.0, "cakupan_imunisasi": 70.0}, load_catalogue(), lokus=["9901012001"]
)
COSTS = intervention_costs(
    FOUND,
    {"sanitasi_layak": UnitCost(rupiah=3_500_000, year=2025, source="Standar harga")},
    budgets=[Budget(opd="Dinas PUPR", source="DAK", rupiah=100_000_000)],
)
COLUMNS = ["mungkin", "biaya", "tanpa_biaya", "anak", "tanpa_anak", "kecamatan", "sama"]


def _points(*rows, index):
    return pd.DataFrame(list(rows), columns=COLUMNS, index=index)


def test_an_office_without_unit_costs_has_no_cost_yet_and_the_total_says_what_is_left_out():
    table = office_costs_table(COSTS)
    rows = {row[0]: row for row in table.rows}
    assert rows["Dinas Kesehatan"][1:4] == ("belum ada biaya", "tidak dinyatakan", "belum diketahui")
    assert rows["Dinas PUPR"][1:4] == ("175.000.000", "100.000.000", "−75.000.000")
    assert "sekurang-kurangnya Rp175.000.000" in table.lead
    assert "1 kesenjangan yang belum ada harga satuannya" in table.lead


def test_the_price_is_shown_with_its_year_and_source():
    (latrine,) = [row for row in unit_costs_table(COSTS).rows if row[1] == "Dinas PUPR"]
    assert latrine[2:6] == ("keluarga", "3.500.000", "50", "175.000.000")
    assert latrine[-1] == "Standar harga, harga tahun 2025"


def test_only_lokus_are_listed_and_budgets_are_listed_by_source():
    assert village_costs_table(COSTS).rows == (("Alai", "Air", "175.000.000", "1", "0"),)
    assert funding_table(COSTS).rows == (("Dinas PUPR", "DAK", "100.000.000"),)


def test_a_length_that_the_rules_do_not_allow_is_said_to_be_impossible():
    lines = _points(
        (True, 175_000_000, 0, 12.4, 0, 1, 1), (False, None, None, None, None, None, None), index=[1, 9]
    )
    compared = TradeOff(by_number=lines, by_budget=lines, excluded=("x",), locked_without_cost=())
    table = length_table(COSTS, compared)
    assert table.rows[0] == ("1", "175.000.000", "12", "0", "1", "1")
    assert set(table.rows[1][1:]) == {"tidak ada daftar yang mungkin"}
    assert "Imunisasi kejar" in table.notes[0]
    budget = budget_table(COSTS, compared, n=1)
    assert "1 desa/kelurahan tidak ikut dibandingkan" in budget.notes[1]
    locked = TradeOff(by_number=lines, by_budget=lines[:0], excluded=(), locked_without_cost=("x",))
    assert "lepaskan kuncinya" in budget_table(COSTS, locked, n=1).notes[0]


def test_without_costs_there_are_no_tables():
    assert cost_tables(SimpleNamespace(costs=None, trade_off=None)) == ()
    four = cost_tables(SimpleNamespace(costs=COSTS, trade_off=None))
    assert len(four) == 4
