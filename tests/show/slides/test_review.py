"""Slides on the review of last year's list."""

from __future__ import annotations

from deck_reader import titles, words

from lokus.show.slides.review import review_slides


def test_a_study_without_an_earlier_list_has_none(slides_of, material, small_sheet):
    assert titles(slides_of(review_slides, material, small_sheet)) == []


def test_every_village_that_comes_in_or_goes_out_is_named(slides_of, reviewed, small_sheet):
    text = words(slides_of(review_slides, reviewed, small_sheet))
    table = reviewed.review.table
    moved = table[table["status_reviu"].isin(["masuk", "keluar"])]
    assert all(name in text for name in moved["desa"])
    for n in reviewed.review.numbers.values():
        assert str(n) in text


def test_long_names_find_room(slides_of, hard_reviewed, small_sheet):
    deck = slides_of(review_slides, hard_reviewed, small_sheet)
    wide, tall = deck.slide_width, deck.slide_height
    for page in deck.slides:
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= wide
            assert shape.top + shape.height <= tall
