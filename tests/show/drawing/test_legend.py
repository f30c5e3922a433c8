"""The legend counts every village once and stays in its box."""

from __future__ import annotations

import pytest

from lokus.show.drawing.layout import plan_page
from lokus.show.drawing.legend import draw_disc, draw_legend, legend_height
from lokus.show.drawing.typography import text_width
from lokus.show.drawing.villages import scale_for
from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.print_map import blank_sheet
from lokus.show.maps.sheet_plan import plan_frames
from lokus.show.themes.themes import PATTERN, THEMES, IndicatorStyle, make_layer


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", ["A4", "A3"])
def test_counts_add_up_and_nothing_is_written_below_the_planned_height(full, outlines, theme, size):
    layer = make_layer(full, theme)
    frames = plan_frames(size, BaseMap(full, outlines).bodies, None, legend_mm=legend_height(layer))
    _figure, page = blank_sheet(frames.page)
    drawn = BaseMap(full, outlines).on(frames.composite)
    circles = scale_for(layer, drawn.shapes, unit=frames.page.unit)
    left_over = draw_legend(page, frames.page, layer, circles=circles)
    counts = {
        gid.removeprefix("jumlah:"): int(text.get_text().replace(".", ""))
        for text in page.texts
        if (gid := text.get_gid() or "").startswith("jumlah:")
    }
    assert sum(counts[key] for key in layer.palette) == counts["semua"] == len(full)
    # Where lokus have neither outline nor number, the classes tell them.
    marked = {layer.lokus.notna().sum()} if layer.outlined or layer.numbered else {None}
    assert {counts.get("nomor")} == marked
    assert left_over.top > frames.page.legend.bottom


def test_a_number_of_three_digits_is_written_smaller():
    _figure, page = blank_sheet(plan_page("A4", 2, 1))
    for text in ("7", "26", "100"):
        draw_disc(page, 20, 20, text, unit=1.0)
    assert [text.get_fontsize() for text in page.texts] == pytest.approx([5.2, 5.2, 4.0])


@pytest.mark.parametrize("label", ["Air", "Prevalensi stunting (perkiraan) anak di bawah lima tahun"])
def test_the_heading_does_not_run_into_what_is_counted(full, label):
    layer = make_layer(full, "titik_panas", indicators={PATTERN: IndicatorStyle(label=label)})
    plan = plan_page("A4", 90_000, 40_000)
    _figure, page = blank_sheet(plan)
    draw_legend(page, plan, layer)
    heading = next(text for text in page.texts if text.get_gid() == "judul legenda")
    width = text_width(heading.get_text(), heading.get_fontsize(), weight="bold")
    assert width <= plan.legend.width - text_width("desa", 6)
