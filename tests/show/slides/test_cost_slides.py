"""Slides of costs tell what the tables tell, and nothing where no cost is stated."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
from deck_reader import titles, words
from pptx import Presentation

from lokus.choice.trade_off import TradeOff
from lokus.followup.costs import Budget, UnitCost, intervention_costs
from lokus.followup.interventions import intervention_matrix
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.slides.cost_slides import costs_slides
from lokus.show.slides.deck import Deck

COLUMNS = ["mungkin", "biaya", "tanpa_biaya", "anak", "tanpa_anak", "kecamatan", "sama"]


def shown(material):
    deck = Deck(material.info)
    costs_slides(deck, material)
    return Presentation(io.BytesIO(deck.to_bytes()))


def points(rows, name):
    index = pd.Index([row[0] for row in rows], name=name)
    return pd.DataFrame([row[1:] for row in rows], columns=COLUMNS, index=index)


@pytest.fixture(scope="module")
def costed(material):
    villages = pd.DataFrame(
        {"desa": ["Alai", "Batu"], "kecamatan": "Air", "kode_kecamatan": "990101",
         "sanitasi_layak": [55.0, 91.0], "keluarga": [200.0, 310.0], "cakupan_imunisasi": [50.0, 90.0],
         "nomor": [1, None]},
        index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    )  # fmt: skip
    gaps = intervention_matrix(
        villages, {"sanitasi_layak": 80.0, "cakupan_imunisasi": 70.0}, load_catalogue(), lokus=["9901012001"]
    )
    costs = intervention_costs(
        gaps,
        {"sanitasi_layak": UnitCost(rupiah=12_350_000, year=2026, source="Standar harga")},
        budgets=[Budget(opd="Dinas PUPR", source="DAK", rupiah=600_000_000)],
    )
    compared = TradeOff(
        by_number=points([(10, True, 187_500, 0, 12.4, 0, 3, 9)], "jumlah"),
        by_budget=points(
            [
                (100_000, False, None, None, float("nan"), None, None, None),
                (900_000, True, 812_500, 0, 30.0, 0, 3, 9),
            ],
            "pagu",
        ),
        excluded=("9901012002",),
        locked_without_cost=(),
    )
    return replace(material, costs=costs, trade_off=compared)


def test_the_figures_are_those_of_the_tables_and_what_is_left_out_is_told(costed):
    deck = shown(costed)
    text = words(deck)
    assert len(titles(deck)) == 2
    for told in ("617.500.000", "−17.500.000", "belum ada biaya", "187.500", "812.500", "900.000"):
        assert told in text, told
    assert "1 kesenjangan yang belum ada harga satuannya" in text
    assert "1 desa/kelurahan tidak ikut dibandingkan" in text
    assert "tidak ada daftar" in text.casefold()  # within the smallest budget


def test_there_is_no_slide_without_costs_and_none_of_lists_without_a_comparison(costed):
    assert titles(shown(replace(costed, costs=None))) == []
    assert len(titles(shown(replace(costed, trade_off=None)))) == 1
