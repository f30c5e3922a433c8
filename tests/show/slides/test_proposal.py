"""Slides on the proposal: list, reasons, certainty, alternatives, sources."""

from __future__ import annotations

from dataclasses import replace

import pytest
from deck_reader import titles, words

from lokus.show.slides.proposal import (
    alternatives_slide,
    certainty_slide,
    list_slides,
    sources_slide,
    why_slide,
)
from tests.show.conftest import make_material


@pytest.mark.parametrize("which", ["material", "hard_material"])
def test_the_list_has_every_lokus_once_in_its_order(slides_of, request, which):
    material = request.getfixturevalue(which)
    deck = slides_of(list_slides, material)
    rows = [
        [cell.text for cell in row.cells]
        for page in deck.slides
        for shape in page.shapes
        if shape.has_table
        for row in list(shape.table.rows)[1:]
    ]
    assert [int(row[0]) for row in rows] == list(range(1, len(material.chosen) + 1))
    assert len(titles(deck)) <= 5


def test_parts_of_the_score_only_where_there_are_parts_and_a_list(slides_of, material):
    assert len(titles(slides_of(why_slide, material))) == 1
    assert titles(slides_of(why_slide, replace(material, contributions=None))) == []
    nobody = material.results.assign(nomor=None, terpilih=False)
    assert titles(slides_of(why_slide, replace(material, results=nobody))) == []


def test_without_chances_the_intervals_are_shown_and_without_both_nothing(slides_of, material):
    plain = material.results.drop(columns=["peluang_lokus", "kelas_kepastian"])
    bare = plain.drop(columns=["prevalensi_bawah", "prevalensi_atas"])
    assert titles(slides_of(certainty_slide, material)) == ["Seberapa pasti daftar ini"]
    assert len(titles(slides_of(certainty_slide, replace(material, results=plain)))) == 1
    assert titles(slides_of(certainty_slide, replace(material, results=bare))) == []


def test_other_lists_are_named_with_what_comes_in_and_goes_out(slides_of, material):
    text = words(slides_of(alternatives_slide, material))
    for row in material.alternatives.to_dict("records"):
        assert row["masuk"] in text
        assert row["keluar"] in text


def test_every_source_and_the_date_of_the_data_are_stated(slides_of, material):
    text = words(slides_of(sources_slide, material))
    assert all(source in text for source in material.info.sources)
    assert material.info.data_date in text
    silent = replace(material, info=replace(material.info, sources=(), data_date=""))
    assert len(titles(slides_of(sources_slide, silent))) == 1


def test_a_long_list_takes_more_slides_before_it_becomes_illegible(slides_of, make, info):
    results, _outlines = make(villages=160, kecamatan=22, lokus=50)
    long = results.assign(desa=[f"Sungai Tanjung Harapan Baru {number}" for number in range(len(results))])
    deck = slides_of(list_slides, make_material(long, info))
    sizes = {
        run.font.size.pt
        for page in deck.slides
        for shape in page.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
        for paragraph in cell.text_frame.paragraphs
        for run in paragraph.runs
        if run.font.size
    }
    assert 3 <= len(deck.slides) <= 5
    assert min(sizes) >= 11
