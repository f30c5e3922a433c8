from __future__ import annotations

import io

from lokus.show.province.province_map import draw_province


def test_counts_stand_in_the_legend_and_what_is_not_drawn_is_named(province):
    figure = draw_province(province)
    texts = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert texts[:3] == ["memiliki daftar (1)", "tertahan (1)", "gagal (1)"]
    assert "Lokus (2)" in texts
    below = figure.texts[-1].get_text()
    assert "Kabupaten Tiga" in below
    assert "DATA CONTOH SINTETIS" in below
    figure.savefig(io.BytesIO(), format="png")
