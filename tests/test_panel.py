from __future__ import annotations

import html
import json
import re

import pytest

from lokus.errors import InfeasibleError
from lokus.panel import WhatIf, what_if


@pytest.fixture(scope="module")
def panel(example):
    return what_if(example)


@pytest.fixture(scope="module")
def example(root):
    from lokus import Kajian

    return Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")


def trying(kajian, **asked) -> WhatIf:
    """A panel on whose page `asked` is tried, as the page tells it."""
    other = WhatIf(kajian)
    other._follow({"new": {"coba": json.dumps({"nama": "", **asked})}})
    return other


def test_the_panel_starts_from_the_study(panel, example):
    assert panel.tried is example
    assert panel.scenarios == {}


@pytest.mark.slow
def test_what_is_tried_on_the_page_reaches_the_study(example):
    official = example.proposal.kode
    into = next(kode for kode in example.villages.index if kode not in official)
    rules = {
        "jumlah": 20,
        "kunci_masuk": [{"kode": into, "alasan": "dicoba"}],
        "kunci_keluar": [{"kode": official[0], "alasan": "dicoba"}],
    }
    tried = trying(example, pilihan=rules, hapus=["pilihan.maks_kecamatan"]).tried
    assert len(tried.proposal.kode) == 20
    assert into in tried.proposal.kode
    assert official[0] not in tried.proposal.kode
    assert tried.problem.max_kecamatan is None
    assert "percobaan" in tried.info.title


def test_other_weights_take_the_place_of_those_of_the_study(example):
    tried = trying(example, skor={"bobot": {"krs_persen": 1.0, "prevalensi": 1.0}}).tried
    assert tried.scores.weights.to_dict() == {"krs_persen": 0.5, "prevalensi": 0.5}


def test_impossible_rules_are_refused_in_words(example):
    panel = trying(example, pilihan={"jumlah": 200, "maks_kecamatan": 2})
    with pytest.raises(InfeasibleError, match="kecamatan"):
        panel.tried  # noqa: B018 - asking for it is the act


def test_scenarios_of_the_page_are_studies(example):
    panel = WhatIf(example)
    kept = [{"nama": "Sepuluh", "pilihan": {"jumlah": 10}}, {"nama": "Lima", "pilihan": {"jumlah": 5}}]
    panel._follow({"new": {"skenario": json.dumps(kept)}})
    assert {name: len(study.proposal.kode) for name, study in panel.scenarios.items()} == {
        "Sepuluh": 10,
        "Lima": 5,
    }


@pytest.mark.slow
def test_without_widgets_the_page_itself_is_shown_in_a_frame_of_its_own(panel):
    shown = panel._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads allow-modals"' in shown
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1])
    assert page == panel.page
    assert "default-src 'none'" in page
    assert len(shown) < 250_000


@pytest.mark.slow
def test_the_widget_holds_the_page_and_hears_what_is_tried(panel, example):
    pytest.importorskip("anywidget", reason="the widget is an optional extra")
    fresh = what_if(example)
    widget = fresh.widget
    assert widget.page == fresh.page
    widget.tried = {"coba": json.dumps({"nama": "Uji", "pilihan": {"jumlah": 12}})}
    assert len(fresh.tried.proposal.kode) == 12
    widget.tried = {}
    assert fresh.tried is example
    data = fresh._repr_mimebundle_()[0]
    assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= set(data)
