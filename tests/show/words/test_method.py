from __future__ import annotations

from types import SimpleNamespace

from lokus.show.words.method import _describe_review


def test_the_method_states_trend_correlation_and_comparison(reviewed):
    change = SimpleNamespace(
        trend=0.882, trend_interval=(0.83, 0.936), correlation=0.71, correlation_interval=(0.5, 0.85)
    )
    lines = dict(_describe_review(change, reviewed.review.effect))
    assert lines["Tren sejak tahun sebelumnya"] == "rasio odds 0,88 (0,83–0,94)"
    assert lines["Korelasi kedua tahun"].startswith("0,71 (0,50–0,85)")
    assert "9 lokus dibandingkan dengan 50 desa/kelurahan lain; rasio odds" in lines["Pengaruh menjadi lokus"]
    assert list(_describe_review(None, None)) == []
