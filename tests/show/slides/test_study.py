"""Slides on question, data and method."""

from __future__ import annotations

from dataclasses import replace

from deck_reader import titles, words

from lokus.show.slides.study import data_slide, method_slide, question_slide


def test_the_first_slide_asks_and_gives_the_list_in_figures(slides_of, material):
    deck = slides_of(question_slide, material)
    assert titles(deck) == [material.info.title]
    assert "Desa mana" in words(deck) or "2027" in words(deck)
    assert str(len(material.chosen)) in words(deck)


def test_the_data_slide_counts_villages_without_measurement_and_names_the_offices(slides_of, material):
    text = words(slides_of(data_slide, material))
    assert f"{len(material.results)} desa" in text
    silent = int(material.results["tanpa_pengukuran"].sum())
    assert any(line.startswith(f"{silent} ") for line in text.splitlines())
    assert "Dinas Kesehatan" in text
    assert "Dinas PUPR" in text


def test_data_without_an_audit_still_have_their_slide(slides_of, material):
    bare = replace(material, by_opd=None, completeness=None, findings=None)
    assert len(titles(slides_of(data_slide, bare))) == 1


def test_the_method_slide_states_the_weights_and_the_share_of_the_interval(slides_of, material):
    text = words(slides_of(method_slide, material))
    assert "Prevalensi" in text
    assert "90 %" in text
    assert "80 %" in words(slides_of(method_slide, replace(material, level=0.8)))
