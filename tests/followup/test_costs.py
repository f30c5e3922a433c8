"""Costs of closing the gaps, in whole rupiah."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from lokus.followup.costs import Budget, UnitCost, intervention_costs, left_out_label, rupiah
from lokus.followup.interventions import intervention_matrix
from lokus.intake.indicators.catalogue import load_catalogue

CATALOGUE = load_catalogue()
THRESHOLDS = {"sanitasi_layak": 80.0, "air_layak": 90.0, "cakupan_imunisasi": 70.0}
LATRINE = UnitCost(rupiah=3_333_333, year=2025, source="Standar harga")
WATER = UnitCost(rupiah=2_750_001, year=2026, source="Standar harga")


@pytest.fixture
def villages():
    rng = np.random.default_rng(7)
    n = 60
    frame = pd.DataFrame(
        {
            "desa": [f"Desa {i}" for i in range(n)],
            "kecamatan": "Air",
            "kode_kecamatan": "990101",
            "keluarga": rng.integers(50, 900, n).astype(float),
            "sanitasi_layak": rng.integers(300, 1000, n) / 10,
            "air_layak": rng.integers(500, 1000, n) / 10,
            "cakupan_imunisasi": rng.integers(300, 1000, n) / 10,
        },
        index=pd.Index([f"990101{2001 + i}" for i in range(n)], name="kode_desa"),
    )
    frame.loc[frame.index[3], "keluarga"] = np.nan
    frame.loc[frame.index[5], "sanitasi_layak"] = np.nan
    return frame


def _found(villages, lokus):
    return intervention_matrix(villages, THRESHOLDS, CATALOGUE, lokus=lokus)


def _by_hand(villages, key, limit, price, *, everyone=False):
    """Cost of each village in exact fractions; no entry where it has no gap, ``None`` where unknown."""
    out = {}
    for kode, row in villages.iterrows():
        if pd.isna(row[key]) or (row[key] < limit and pd.isna(row["keluarga"])):
            out[kode] = None
        elif row[key] < limit:
            value = Fraction(str(row[key]))
            short = (100 if everyone else Fraction(str(limit))) - value
            units = int(row["keluarga"]) * short / 100
            out[kode] = -(-units.numerator // units.denominator) * price
    return out


@pytest.mark.parametrize("everyone", [False, True])
def test_costs_equal_those_of_exact_fractions(villages, everyone):
    lokus = list(villages.index[:20])
    costs = intervention_costs(
        _found(villages, lokus), {"sanitasi_layak": LATRINE, "air_layak": WATER}, everyone=everyone
    )
    latrines = _by_hand(villages, "sanitasi_layak", 80.0, LATRINE.rupiah, everyone=everyone)
    water = _by_hand(villages, "air_layak", 90.0, WATER.rupiah, everyone=everyone)
    for kode in villages.index:
        parts = [one[kode] for one in (latrines, water) if kode in one]
        known = [part for part in parts if part is not None]
        row = costs.by_village.loc[kode]
        assert row["belum_ada_data"] == len(parts) - len(known)
        if known:
            assert row["biaya"] == sum(known)
        assert pd.isna(costs.comparable[kode]) == (len(known) < len(parts))
    total = sum(v for v in latrines.values() if v) + sum(v for v in water.values() if v)
    office = costs.by_office.loc["Dinas PUPR"]
    assert office["biaya"] == total
    assert office["biaya_lokus"] == sum(
        v for one in (latrines, water) for k, v in one.items() if v and k in lokus
    )


def test_a_need_without_unit_cost_is_counted_and_never_costs_nothing(villages):
    costs = intervention_costs(_found(villages, list(villages.index)), {"sanitasi_layak": LATRINE})
    health = costs.by_office.loc["Dinas Kesehatan"]
    assert pd.isna(health["biaya_lokus"])
    assert pd.isna(health["biaya"])
    failing = int((villages["cakupan_imunisasi"] < 70).sum())
    assert health["belum_ada_biaya_lokus"] == failing
    assert "Imunisasi kejar" in costs.unpriced
    only = villages[(villages["sanitasi_layak"] >= 80) & (villages["air_layak"] < 90)].index
    assert costs.by_village.loc[only, "biaya"].isna().all()
    assert (costs.by_village.loc[only, "belum_ada_biaya"] > 0).all()


def test_a_village_without_gaps_costs_nothing():
    village = pd.DataFrame(
        {"desa": ["A"], "kecamatan": "K", "kode_kecamatan": "990101", "sanitasi_layak": [95.0],
         "keluarga": [100.0]}, index=pd.Index(["9901012001"], name="kode_desa"),
    )  # fmt: skip
    found = intervention_matrix(village, {"sanitasi_layak": 80.0}, CATALOGUE)
    costs = intervention_costs(found, {"sanitasi_layak": LATRINE})
    assert costs.by_village["biaya"].tolist() == [0]
    assert costs.comparable.tolist() == [0]


def test_budgets_of_an_office_add_up_over_their_sources(villages):
    budgets = [
        Budget(opd="Dinas PUPR", source="DAK", rupiah=10**9),
        Budget(opd="Dinas PUPR", source="APBDes", rupiah=1),
        Budget(opd="Bappeda", source="APBD", rupiah=5),
    ]
    costs = intervention_costs(
        _found(villages, list(villages.index)), {"sanitasi_layak": LATRINE, "air_layak": WATER},
        budgets=budgets,
    )  # fmt: skip
    row = costs.by_office.loc["Dinas PUPR"]
    assert row["anggaran"] == 10**9 + 1
    assert row["selisih"] == 10**9 + 1 - row["biaya_lokus"]
    assert costs.by_office.loc["Bappeda", "selisih"] == 5
    assert pd.isna(costs.by_office.loc["Dinas Kesehatan", "anggaran"])
    assert pd.isna(costs.by_office.loc["Dinas Kesehatan", "selisih"])


def test_units_that_come_out_whole_are_not_raised_by_floating_point():
    village = pd.DataFrame(  # 300 · (80 − 70.1) / 100 is 29.7; 1000 · (80 − 79.9) / 100 is 1, in floats 0.99…
        {"desa": ["A", "B"], "kecamatan": "K", "kode_kecamatan": "990101", "sanitasi_layak": [70.1, 79.9],
         "keluarga": [300.0, 1000.0]}, index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    )  # fmt: skip
    found = intervention_matrix(village, {"sanitasi_layak": 80.0}, CATALOGUE)
    costs = intervention_costs(found, {"sanitasi_layak": LATRINE})
    assert costs.details["kebutuhan"].tolist() == [30, 1]


def test_money_is_written_as_an_office_writes_it():
    assert rupiah(0) == "Rp0"
    assert rupiah(9_007_199_254_740_993) == "Rp9.007.199.254.740.993"
    assert rupiah(pd.NA) == "belum ada biaya"
    assert left_out_label("belum ada data") == "belum ada data"


def test_where_an_intervention_says_no_data_its_gaps_are_counted_priced_or_not(villages):
    lokus = list(villages.index)
    for prices in ({"sanitasi_layak": LATRINE}, {"air_layak": WATER}, {}):
        costs = intervention_costs(_found(villages, lokus), prices)
        for key, row in costs.by_intervention.iterrows():
            own = costs.details[costs.details["kunci"] == key]
            assert row["tanpa_banyak_lokus"] == own["kebutuhan"].isna().sum()
            if pd.isna(row["kebutuhan_lokus"]):
                assert row["tanpa_banyak_lokus"] == len(own) > 0
