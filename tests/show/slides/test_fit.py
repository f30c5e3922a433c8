from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.show.drawing.typography import text_width
from lokus.show.slides.fit import (
    NOTE,
    Area,
    Paragraph,
    count_lines,
    fit_text,
    plan_table,
    text_height,
)
from lokus.show.tables.table import Column

WORDS = st.lists(st.text("abcdefgh ijklm", min_size=1, max_size=18), min_size=1, max_size=30).map(" ".join)


@given(WORDS, st.floats(6, 30), st.floats(8, 200))
@settings(max_examples=60, deadline=None)
def test_lines_are_neither_too_few_nor_absurdly_many(text, size, width):
    lines = count_lines(text, size, width)
    whole = text_width(" ".join(text.split()), size)
    assert lines >= whole / width - 1.5
    assert lines <= len(text.split()) + whole // width + 1


@pytest.mark.parametrize("size", [8.5, 9, 10, 11.3])
@pytest.mark.parametrize("text", ["135 (133–137)", "75 (72–79)", "Ya. Tidak", "AV To 1"])
def test_a_text_takes_one_line_in_a_column_as_wide_as_it(text, size):
    wide = text_width(text, size)
    assert count_lines(text, size, wide) == 1
    assert count_lines(text, size, wide - 0.5) == 2


def test_a_line_breaks_where_a_word_no_longer_fits():
    one = text_width("Muara Enim", 10)
    assert count_lines("Muara Enim", 10, one + 0.1) == 1
    assert count_lines("Muara Enim", 10, one - 0.1) == 2


@given(st.lists(WORDS, min_size=1, max_size=8), st.floats(20, 120), st.floats(10, 90))
@settings(max_examples=40, deadline=None)
def test_what_is_kept_fits(texts, width, height):
    area = Area(left=0, top=0, width=width, height=height)
    size, kept = fit_text([Paragraph(text=t) for t in texts], area, largest=20, smallest=7)
    assert 7 <= size <= 20
    assert text_height(kept, size, width) <= height + 1e-9
    if [p.text for p in kept] != texts:
        assert size == 7


@given(st.integers(1, 60), st.integers(1, 6), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_pages_hold_the_rows_in_order_and_fit(rows, words, pages):
    columns = [
        Column.number("No", range(rows)),
        Column(head="Desa", values=["Tanjung " * (1 + n % words) for n in range(rows)]),
    ]
    plan = plan_table(columns, 120, 60, most_pages=pages)
    assert len(plan.pages) <= pages
    assert plan.pages[0][0] == 0
    assert [after for _first, after in plan.pages[:-1]] == [first for first, _after in plan.pages[1:]]
    assert plan.left_out == rows - plan.pages[-1][1]
    room = 60 - (NOTE if plan.left_out else 0)
    assert all(plan.height(page) <= room + 1e-9 for page in range(len(plan.pages)))
    assert sum(plan.widths) <= 120 + 1e-9


def test_few_rows_are_set_large_and_pages_are_even():
    columns = [Column(head="Desa", values=["Ulu"] * 26)]
    plan = plan_table(columns, 100, 90, largest=16, smallest=11, most_pages=3)
    held = [after - first for first, after in plan.pages]
    assert len(held) == 3
    assert max(held) - min(held) <= 1


def test_no_room_is_an_error():
    with pytest.raises(ValueError, match="no room"):
        count_lines("Ulu", 10, 0)


def test_names_of_a_table_are_not_broken_where_smaller_type_keeps_them_whole():
    """Ten lokus of Pasangkayu: at the largest type that the rows allow, "Bambalamotu" was divided."""
    names = ["Pasangkayu", "Baras", "Lariang", "Duripoku", "Bambalamotu"] * 2
    columns = [
        Column(head="Kecamatan", values=names),
        Column(head="Desa/ Kelurahan", values=["Randomayang", "Tammarunang"] * 5),
        *(Column.number(f"Angka {n}", [123456.5] * 10, decimals=1) for n in range(10)),
    ]
    plan = plan_table(columns, 310, 140)
    for column, wide in zip(columns[:2], plan.widths, strict=False):
        for name in column.values:
            assert count_lines(name, plan.size, wide - 2 * 1.6) == 1
