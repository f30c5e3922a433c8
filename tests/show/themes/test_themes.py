from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.show.themes.palette import MISSING
from lokus.show.themes.themes import (
    ON_REQUEST,
    THEMES,
    IndicatorStyle,
    available_themes,
    indicator_bands,
    make_layer,
    nice_breaks,
    quantile_breaks,
)


@given(st.lists(st.floats(-1e4, 1e6, allow_subnormal=False), min_size=2, max_size=40))
def test_round_limits_rise_are_evenly_spaced_and_lie_in_the_data(values):
    breaks = nice_breaks(pd.Series(values))
    low, high = min(values), max(values)
    if high - low < 1e-6:
        return
    assert 1 <= len(breaks) <= 4
    assert all(low <= b <= high for b in breaks)
    steps = [b - a for a, b in pairwise(breaks)]
    assert np.allclose(steps, steps[:1] * len(steps), rtol=1e-6)
    assert all(step > 0 for step in steps)


def test_stated_limits_are_kept_whatever_the_data():
    style = IndicatorStyle(label="Air", unit="%", worse="low", breaks=(40, 60, 80))
    one = indicator_bands(style, pd.Series([1.0, 2.0]))
    other = indicator_bands(style, pd.Series([90.0]))
    assert one.breaks == other.breaks == (40.0, 60.0, 80.0)
    assert one.palette == other.palette
    assert [one.limits(key) for key in one.palette] == ["<40", "40 – <60", "60 – <80", "≥80", ""]


def test_a_missing_value_is_in_the_missing_class():
    bands = indicator_bands(IndicatorStyle(label="Air"), pd.Series([1.0, None, 9.0]))
    assert list(bands.classify(pd.Series([None]))) == [MISSING]
    assert nice_breaks(pd.Series([np.nan])) == (20.0, 40.0, 60.0, 80.0)


@pytest.mark.parametrize(
    ("values", "breaks"),
    [
        ([0, 100], (20, 40, 60, 80)),
        ([3.2, 4.9], (3.5, 4.0, 4.5)),
        ([7, 7], (7,)),
        ([0, 1], (0.2, 0.4, 0.6, 0.8)),
    ],
)
def test_known_ranges_give_the_limits_one_would_write(values, breaks):
    assert nice_breaks(pd.Series(values, dtype=float)) == pytest.approx(breaks)


def test_quantile_classes_hold_as_many_villages_each(full):
    style = IndicatorStyle(label="Air layak", unit="%", worse="low", quantiles=True)
    layer = make_layer(full, "indikator:air_layak", indicators={"air_layak": style})
    counts = [entry.count for entry in layer.legend if entry.key != "belum ada data"]
    assert sum(counts) == full["air_layak"].notna().sum()
    assert max(counts) - min(counts) <= 2
    assert "kuantil" in layer.note
    assert quantile_breaks(pd.Series([4.0] * 9)) == (4.0,)
    assert quantile_breaks(pd.Series([0.0] * 60 + [1.0] * 40)) == (0.4,)


def test_prevalence_and_children_together_count_what_a_table_counts(full):
    layer = make_layer(full, "prevalensi_anak")
    rate = (
        full["prevalensi"].mask(full["tanpa_pengukuran"])
        if "tanpa_pengukuran" in full
        else full["prevalensi"]
    )
    there = rate.notna() & full["anak_stunting"].notna()
    assert sum(entry.count for entry in layer.legend) == len(full)
    assert (layer.classes != "belum ada data").sum() == there.sum()
    high = (rate.round(1) >= 20) & there
    rows = layer.classes[there].str.split().str[1].astype(int)
    assert (rows == 3).sum() == high.sum()
    by_third = layer.classes[there].str.split().str[3].astype(int)
    children = full.loc[there, "anak_stunting"]
    assert children[by_third == 1].max() < children[by_third == 2].min()
    assert children[by_third == 2].max() < children[by_third == 3].min()
    assert {"prevalensi_anak", "lokus_per_tahun"} <= set(THEMES)
    assert not set(ON_REQUEST) & set(available_themes(full))


def test_what_is_there_or_not_has_two_classes_in_words(results):
    from lokus.show.tables.villages import layer_values

    results = results.copy()
    results["tpps_desa"] = [1.0, 0.0, None, *[1.0] * (len(results) - 3)]
    style = IndicatorStyle(label="TPPS desa/kelurahan", worse="low", presence=True)
    layer = make_layer(results, "indikator:tpps_desa", indicators={"tpps_desa": style})
    assert [(entry.name, entry.limits, entry.count) for entry in layer.legend] == [
        ("Tidak ada", "", 1),
        ("Ada", "", len(results) - 2),
        ("Belum ada data", "", 1),
    ]
    assert layer_values(layer)[:3] == ("Ada", "Tidak ada", "")
    plain = IndicatorStyle(label="TPPS", worse="low", presence=True, breaks=(1.0,))
    assert (
        make_layer(results, "indikator:tpps_desa", indicators={"tpps_desa": plain}).legend[0].limits == "<1"
    )


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=40), st.booleans())
def test_classes_of_a_count_have_whole_limits_and_none_is_empty_of_whole_numbers(values, quantiles):
    counts = pd.Series(values, dtype=float)
    style = IndicatorStyle(label="Tim", unit="tim", worse="low", decimals=0, quantiles=quantiles)
    breaks = indicator_bands(style, counts).breaks
    assert all(float(limit).is_integer() for limit in breaks)
    assert len(set(breaks)) == len(breaks)
