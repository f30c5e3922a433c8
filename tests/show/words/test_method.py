from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace

import pandas as pd
import pytest

from lokus.show.tables.study import odds_table
from lokus.show.words.method import _describe_bounds, _describe_rates, _describe_review


def test_the_method_states_trend_correlation_and_comparison(reviewed):
    change = SimpleNamespace(
        trend=0.882, trend_interval=(0.83, 0.936), correlation=0.71, correlation_interval=(0.5, 0.85)
    )
    lines = dict(_describe_review(change, reviewed.review.effect))
    assert lines["Tren sejak tahun sebelumnya"] == "rasio odds 0,88 (0,83–0,94)"
    assert lines["Korelasi kedua tahun"].startswith("0,71 (0,50–0,85)")
    assert "9 lokus dibandingkan dengan 50 desa/kelurahan lain; rasio odds" in lines["Pengaruh menjadi lokus"]
    assert list(_describe_review(None, None)) == []


def test_the_mean_of_the_model_is_not_called_the_figure_of_the_kabupaten():
    rates = SimpleNamespace(mean=9.048, precision=108.0, coefficients=pd.Series(dtype=float), level=0.9)
    with suppress(AttributeError):  # of lines after those looked at
        for label, text in _describe_rates(rates, {}):
            if "9,0 %" in text:
                assert "kabupaten" not in label.lower()
                assert "bukan angka kabupaten" in text
                return
    pytest.fail("the mean is not stated")


def test_as_many_villages_change_at_other_odds_as_the_small_table_counts(material):
    told = [text for _item, text in _describe_bounds(None, material.odds_bounds)]
    counted = [int(row[1]) for row in odds_table(material).rows if "usulan" not in row[0]]
    assert any(counted)
    moved = [f"{n} desa/kelurahan masuk dan {n} keluar" for n in counted if n]
    assert [text.split(" bila odds")[0] for text in told if "keluar bila" in text] == moved
