from __future__ import annotations

import pytest
from matplotlib.text import Text

from lokus.show.charts.charts import (
    chance_chart,
    completeness_chart,
    funnel_chart,
    interval_chart,
    profile_chart,
)
from lokus.show.maps.print_map import save_map

KEYS = ["sanitasi_layak", "air_layak", "desil_1_2"]


@pytest.fixture(scope="module")
def kajian(demo):
    return demo.replace(tipologi={"indikator": KEYS})


@pytest.fixture(scope="module")
def charts(kajian):
    results, info = kajian.results, kajian.info
    return {
        "funnel": funnel_chart(results, info),
        "completeness": completeness_chart(
            kajian.audit.completeness, kajian.villages["kecamatan"], {"diukur": "Dinas Kesehatan"}, info
        ),
        "interval": interval_chart(results, info, most=12),
        "chance": chance_chart(results, info),
        "profile": profile_chart(
            kajian.typology.profile, {key: kajian.catalogue[key].label for key in KEYS}, info
        ),
    }


@pytest.mark.parametrize("name", ["funnel", "interval", "chance", "profile", "completeness"])
def test_every_text_stays_inside_the_figure_and_it_says_synthetic(charts, name):
    figure = charts[name]
    figure.draw_without_rendering()
    page = figure.bbox
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    outside = [
        text.get_text()
        for text in texts
        if not (page.x0 - 1 <= text.get_window_extent().x0 and text.get_window_extent().x1 <= page.x1 + 1)
    ]
    assert outside == []
    assert "DATA CONTOH SINTETIS" in {text.get_text() for text in texts}


def test_the_highest_estimates_are_listed_from_the_top(charts, kajian):
    labels = [text.get_text() for text in charts["interval"].axes[0].get_yticklabels()]
    top = kajian.results.nlargest(12, "prevalensi")["desa"].tolist()
    assert [label.split(" (")[0] for label in reversed(labels)] == top


def test_every_proposed_village_is_on_the_chance_chart_in_bold(charts, kajian):
    bold = [
        text.get_text()
        for text in charts["chance"].axes[0].get_yticklabels()
        if text.get_fontweight() == "bold"
    ]
    assert len(bold) == len(kajian.proposal.kode)


def test_the_completeness_chart_is_dark_where_a_value_is_missing(charts, kajian):
    (image,) = charts["completeness"].axes[0].images
    assert image.get_array().sum() == (~kajian.audit.completeness).to_numpy().sum()
    assert image.get_array().shape == kajian.audit.completeness.shape


def test_a_chart_is_saved_the_same_twice(charts, tmp_path):
    one, two = (save_map(charts["funnel"], tmp_path / name) for name in ("a.pdf", "b.pdf"))
    assert one.read_bytes() == two.read_bytes()


def test_long_names_of_indicators_are_not_cut_beside_the_profile(kajian):
    long = "Ibu hamil mengonsumsi sedikitnya 90 tablet tambah darah"
    figure = profile_chart(kajian.typology.profile, dict.fromkeys(KEYS, long), kajian.info)
    figure.draw_without_rendering()
    names = [text for text in figure.findobj(Text) if text.get_visible() and "tablet" in text.get_text()]
    assert len(names) == len(KEYS)
    assert min(text.get_window_extent().x0 for text in names) >= 0
