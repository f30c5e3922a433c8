from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

from lokus.show.charts.falls import draw_falls, fall_chart
from lokus.show.maps.print_map import save_map

YEARS = (2026, 2027)


@pytest.fixture(scope="module")
def falls(reviewed):
    return reviewed.review.falls(reviewed.results)


def many(falls, number):
    repeated = falls.iloc[np.arange(number) % len(falls)].copy()
    repeated.index = [f"99010120{place:02d}" for place in range(number)]
    repeated["mentah_lalu"] = np.linspace(5, 40, number)
    repeated["desa"] = [f"Sungai Tanjung Harapan Baru Muara Belida {place}" for place in range(number)]
    return repeated


def names_of(figure) -> list[str]:
    axes = [a for a in figure.axes if a.get_xlabel() == "prevalensi terukur (%)"]
    return [text.get_text() for a in axes for text in a.texts]


def test_the_worst_of_last_year_stand_first_and_every_village_once(falls):
    figure = draw_falls(falls, years=YEARS, width=300, height=120)
    expected = falls.sort_values("mentah_lalu", ascending=False)["desa"].tolist()
    assert names_of(figure) == expected


@pytest.mark.parametrize(
    ("number", "width", "columns"), [(26, 310, 2), (50, 310, 2), (50, 200, 1), (8, 310, 1)]
)
def test_many_villages_stand_in_two_columns_where_there_is_width(falls, number, width, columns):
    figure = draw_falls(many(falls, number), years=YEARS, width=width, height=140 if width > 250 else 255)
    assert len(figure.axes) == 2 * columns
    assert len(names_of(figure)) == number


def test_marks_stand_at_the_numbers_and_a_missing_one_is_not_drawn(falls):
    figure = draw_falls(falls, years=YEARS, width=300, height=120)
    rates, changes = figure.axes
    ordered = falls.sort_values("mentah_lalu", ascending=False)
    drawn = {}
    for collection in rates.collections:
        offsets = np.ma.filled(collection.get_offsets().astype(float), np.nan)
        if len(offsets) == len(ordered) and len(collection.get_sizes()):
            drawn[len(drawn)] = offsets[:, 0]
    assert np.allclose(drawn[0], ordered["mentah_lalu"])
    assert np.allclose(drawn[1], ordered["mentah_kini"], equal_nan=True)
    ticks = [path.vertices[0, 0] for path in rates.collections[-1].get_paths()]
    assert np.allclose(ticks, ordered["harapan_kini"])
    whiskers = np.array([path.vertices[:, 0] for path in changes.collections[0].get_paths()])
    assert np.allclose(whiskers, [[-6.0, 1.25]] * len(ordered))


@pytest.mark.parametrize("number", [1, 26, 50])
def test_nothing_leaves_the_figure_and_names_do_not_overlap(falls, info, number):
    for figure in (
        draw_falls(many(falls, number), years=YEARS, width=310, height=115),
        fall_chart(many(falls, number), info, years=YEARS),
    ):
        figure.draw_without_rendering()
        page = figure.bbox
        texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
        for axes in figure.axes:  # numbers beyond the ends of the axis are never drawn
            low, high = axes.get_xlim()
            beyond = {t for t in axes.get_xticklabels() if not low <= t.get_position()[0] <= high}
            texts = [text for text in texts if text not in beyond]
        for text in texts:
            box = text.get_window_extent()
            assert page.x0 - 1 <= box.x0, text.get_text()
            assert box.x1 <= page.x1 + 1, text.get_text()
        for axes in figure.axes:
            boxes = [text.get_window_extent() for text in axes.texts]
            assert all(a.y0 >= b.y1 - 0.5 for a, b in pairwise(boxes))


def test_the_page_says_place_year_and_synthetic(falls, info):
    said = {text.get_text() for text in fall_chart(falls, info, years=YEARS).findobj(Text)}
    assert "DATA CONTOH SINTETIS" in said
    assert info.place_and_year in said
    assert "Turun sungguhan atau variasi acak?" in said


def test_the_same_chart_gives_the_same_bytes(falls, info, tmp_path):
    mixed = falls.sample(frac=1, random_state=5)
    one = save_map(fall_chart(falls, info, years=YEARS), tmp_path / "a.png").read_bytes()
    assert save_map(fall_chart(mixed, info, years=YEARS), tmp_path / "b.png").read_bytes() == one
