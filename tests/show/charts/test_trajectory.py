from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text

from lokus.followup.trajectory import measured, trajectory
from lokus.i18n import use_language
from lokus.show.charts.trajectory import trajectory_chart
from lokus.show.maps.print_map import save_map
from lokus.show.words.followup import need_sentences

SURVEY = measured(
    "SSGI/SKI", "survei",
    {2021: 27.1, 2022: (24.9, 22.0, 27.8), 2023: (25.6, 22.4, 28.9), 2024: (23.8, 20.5, 27.1)},
    source="SSGI dan SKI, Kementerian Kesehatan",
)  # fmt: skip
ROUTINE = measured("e-PPGBM", "rutin", {2022: 9.1, 2023: 8.8, 2024: 15.9, 2025: 14.2, 2026: 13.9})
CASES = {
    "both": {"start": (2024, 23.8), "target": (2029, 14.2), "series": [SURVEY, ROUTINE], "children": 34_120},
    "survey": {"start": (2022, 20.2), "target": (2024, 14.0),
               "series": [measured("SSGI/SKI", "survei", {2022: 20.2, 2023: 28.6, 2024: 24.7})]},
    "path": {"start": (2020, 24.1), "target": (2024, 14.0)},
    "close": {"start": (2022, 15.0), "target": (2028, 14.2),
              "series": [measured(f"Survei {k}", "survei", {2024: 14.5 + k / 10}) for k in range(4)]},
    "early": {"start": (2024, 20.0), "target": (2029, 14.0),
              "series": [measured("Riskesdas", "survei", {2018: 30.8}),
                         measured("e-PPGBM", "rutin", {2019: 8.0})]},
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def chart(request, info):
    way = trajectory(**CASES[request.param])
    figure = trajectory_chart(way, info)
    figure.draw_without_rendering()
    return way, figure


def texts(figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def test_every_text_stays_inside_the_figure_and_it_says_synthetic(chart):
    _way, figure = chart
    page = figure.bbox
    outside = [
        text.get_text()
        for text in texts(figure)
        for box in [text.get_window_extent()]
        if not (
            page.x0 - 1 <= box.x0
            and box.x1 <= page.x1 + 1
            and page.y0 - 1 <= box.y0
            and box.y1 <= page.y1 + 1
        )
    ]
    assert outside == []
    assert "DATA CONTOH SINTETIS" in {text.get_text() for text in texts(figure)}


def test_the_labels_in_the_margin_and_the_sentences_do_not_overlap(chart):
    _way, figure = chart
    bold = [text for text in figure.axes[0].texts if text.get_weight() == "bold"]
    below = [text for text in figure.texts if text.get_va() == "center"]
    for group in (bold, below):
        assert group
        for one, other in combinations(group, 2):
            assert not one.get_window_extent().overlaps(other.get_window_extent())


def test_survey_and_routine_are_drawn_as_different_marks_and_never_joined(info):
    way = trajectory(**CASES["both"])
    axes = trajectory_chart(way, info).axes[0]
    solid = [line for line in axes.lines if line.get_linestyle() == "-" and line.get_alpha() == 0.45]
    drawn = [sorted(np.round(line.get_ydata(), 1)) for line in solid]
    assert drawn == [sorted(point.value for point in one.points) for one in way.series.values()]
    faces = [
        tuple(marks.get_facecolor()[0][:3]) for marks in axes.collections if len(marks.get_offsets()) > 1
    ]
    assert faces[0] != (1.0, 1.0, 1.0)
    assert faces[1] == (1.0, 1.0, 1.0)


def test_the_dashed_line_runs_from_start_to_target(chart):
    way, figure = chart
    dashed = [line for line in figure.axes[0].lines if line.get_linewidth() == 1.6]
    (path,) = dashed
    np.testing.assert_allclose(path.get_ydata(), way.path["laju_tetap"])


def test_the_sentences_tell_each_series_by_itself(info):
    survey, routine = need_sentences(trajectory(**CASES["both"]))
    assert survey == (
        "SSGI/SKI (survei) 2024: 23,8 % (20,5–27,1), tepat di lintasan (belum dapat dipastikan). "
        "Menuju 14,2 % pada 2029 perlu turun 1,9 poin setiap tahun (9,8 % dari tahun sebelumnya), "
        "kira-kira 655 anak stunting lebih sedikit setiap tahun."
    )
    assert "cara ukurnya berbeda, maka dinilai dari penurunannya sendiri sejak 2024" in routine
    assert "14,2 %" not in routine
    (missed,) = need_sentences(trajectory(**CASES["survey"]))
    assert missed.endswith("14,0 % pada 2024 tidak tercapai: masih 10,7 poin di atasnya.")
    reached = measured("SSGI", "survei", {2025: 13.0})
    (kept,) = need_sentences(trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[reached]))
    assert kept.endswith("14,0 % pada 2024 tercapai.")
    early, lone = need_sentences(trajectory(**CASES["early"]))
    assert "sebelum awal lintasan" in early
    assert "sebelum awal lintasan" in lone


def test_the_sources_are_written(info):
    figure = trajectory_chart(trajectory(**CASES["both"]), info)
    assert any("SSGI dan SKI, Kementerian Kesehatan" in text.get_text() for text in texts(figure))
    other = trajectory_chart(trajectory(**CASES["path"]), replace(info, sources=("RPJMD",)))
    assert any("RPJMD" in text.get_text() for text in texts(other))


def test_a_chart_is_saved_the_same_twice_and_speaks_english(info, tmp_path):
    way = trajectory(**CASES["both"])
    one, two = (save_map(trajectory_chart(way, info), tmp_path / name) for name in ("a.png", "b.png"))
    assert one.read_bytes() == two.read_bytes()
    with use_language("en"):
        assert "The way to the target" in {text.get_text() for text in texts(trajectory_chart(way, info))}
