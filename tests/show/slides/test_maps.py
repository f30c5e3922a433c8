"""Slides with maps: one or two, each with its legend in text."""

from __future__ import annotations

from deck_reader import titles, words

from lokus.show.slides.maps import map_pair_slide, map_slide
from lokus.show.themes.themes import make_layer

PICTURE = 13


def pictures(deck):
    return [shape for page in deck.slides for shape in page.shapes if shape.shape_type == PICTURE]


def test_a_map_has_every_class_with_its_count_beside_it(slides_of, material, small_sheet):
    deck = slides_of(map_slide, material, "prevalensi", small_sheet)
    text = words(deck)
    for entry in make_layer(material.results, "prevalensi").legend:
        assert entry.name in text
        assert str(entry.count) in text
    assert titles(deck) == ["Peta: Prevalensi stunting (%)"]


def test_a_pair_has_two_maps_that_differ_in_what_they_say(slides_of, material, small_sheet):
    deck = slides_of(map_pair_slide, material, ["prevalensi", "peluang"], small_sheet)
    said = [picture._element.nvPicPr.cNvPr.get("descr") for picture in pictures(deck)]
    assert len(set(said)) == 2
    assert len(titles(deck)) == 1


def test_one_of_a_pair_alone_is_a_slide_of_its_own(slides_of, material, small_sheet):
    alone = slides_of(map_pair_slide, material, ["skor"], small_sheet)
    assert titles(alone) == titles(slides_of(map_slide, material, "skor", small_sheet))


def test_both_legends_of_a_pair_are_written_in_one_size(slides_of, material, small_sheet):
    deck = slides_of(map_pair_slide, material, ["prevalensi", "peluang"], small_sheet)
    entries = [
        entry
        for theme in ("prevalensi", "peluang")
        for entry in make_layer(material.results, theme).legend
        if entry.count
    ]
    lines = [
        run
        for shape in deck.slides[0].shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
        if any(run.text.endswith(f": {entry.count} desa/kelurahan") for entry in entries)
    ]
    assert len(lines) == len(entries)
    (size,) = {run.font.size.pt for run in lines}
    assert size >= 9


def test_the_legend_of_a_map_alone_is_written_in_one_size(slides_of, material, small_sheet):
    deck = slides_of(map_slide, material, "peluang", small_sheet)
    runs = [
        run
        for shape in deck.slides[0].shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
        if run.text.endswith(" desa/kelurahan")
    ]
    assert len(runs) == len(make_layer(material.results, "peluang").legend)
    assert len({run.font.size.pt for run in runs}) == 1
