from __future__ import annotations

import io

import pytest
from PIL import Image

from lokus.errors import LokusError
from lokus.panel import WhatIf, what_if
from lokus.show.maps.maps import QuickMap, compare_status


@pytest.fixture(scope="module")
def kajian(demo):
    return demo


def test_the_panel_starts_from_the_study(kajian):
    assert WhatIf.of(kajian).apply(kajian).proposal.kode == kajian.proposal.kode


def test_locks_limit_and_number_reach_the_choice(kajian):
    out, into = (
        kajian.proposal.kode[0],
        next(k for k in kajian.villages.index if k not in kajian.proposal.kode),
    )
    state = WhatIf.of(kajian).with_lock(out, False).with_lock(into, True)
    tried = state.apply(kajian)
    assert out not in tried.proposal.kode
    assert into in tried.proposal.kode
    assert (
        state.with_lock(out, None).with_lock(into, None).apply(kajian).proposal.kode == kajian.proposal.kode
    )


def test_impossible_settings_are_refused_in_words(kajian):
    state = WhatIf(weights=WhatIf.of(kajian).weights, n=200, max_kecamatan=2)
    with pytest.raises(LokusError, match="kecamatan"):
        state.apply(kajian).proposal  # noqa: B018 - asking for it is the act


def test_the_widgets_follow(kajian):
    widgets = pytest.importorskip("ipywidgets", reason="the panel is an optional extra")
    panel = what_if(kajian)

    def all_of(kind, widget):
        found = [widget] if isinstance(widget, kind) else []
        return found + [inner for child in getattr(widget, "children", ()) for inner in all_of(kind, child)]

    (picture,) = all_of(widgets.Image, panel)
    first = picture.value
    assert Image.open(io.BytesIO(first)).size[0] == 620
    slider = next(s for s in all_of(widgets.IntSlider, panel) if s.description == "Banyaknya desa")
    slider.value = 10
    assert picture.value != first
    assert any("10 desa" in text.value for text in all_of(widgets.HTML, panel))
    assert any("Tidak lagi terpilih" in text.value for text in all_of(widgets.HTML, panel))
    slider.value = 1
    limit = next(s for s in all_of(widgets.IntSlider, panel) if s.description.startswith("Kecamatan"))
    limit.value = 1
    assert any("1 desa" in text.value for text in all_of(widgets.HTML, panel))


def test_the_small_map_shows_every_class_that_occurs(kajian):
    classes = compare_status(
        kajian.proposal.table["terpilih"], kajian.proposal.table["terpilih"].shift(fill_value=False)
    )
    picture = QuickMap(kajian.villages, kajian.boundaries.kecamatan).png(classes)
    colours = {colour for _, colour in Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 20)}
    from lokus.show.themes.palette import REVIEW

    for key in ("tetap", "masuk", "keluar", "tidak"):
        assert tuple(bytes.fromhex(REVIEW[key][1:])) in colours
