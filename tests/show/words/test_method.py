from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace

import pandas as pd
import pytest

from lokus.show.words.method import _describe_rates, _describe_review


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
