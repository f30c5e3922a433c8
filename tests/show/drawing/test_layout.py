from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.show.drawing.layout import PAPER, Box, plan_page

metres = st.floats(500, 400_000)


@given(metres, metres, st.sampled_from(list(PAPER)))
def test_parts_of_a_page_never_touch_and_stay_on_the_sheet(width, height, size):
    page = plan_page(size, width, height)
    parts = [page.header, page.map, page.legend, page.listing, page.footer]
    assert all(page.sheet.grow(-5).contains(part) for part in parts)
    assert not any(a.overlaps(b) for a, b in combinations(parts, 2))
    assert all(part.width > 0 and part.height > 0 for part in parts)


@given(metres, metres, st.sampled_from(list(PAPER)))
def test_the_extent_fits_the_map_at_the_larger_of_the_two_scales(width, height, size):
    page = plan_page(size, width, height)
    scale = page.scale_of(width, height)
    assert width / scale < page.map.width
    assert height / scale < page.map.height
    turned = plan_page(size, height, width)
    assert (turned.landscape != page.landscape) or scale <= turned.scale_of(width, height) * 1.0001


def test_orientation_follows_the_shape():
    assert plan_page("A3", 100_000, 30_000).landscape
    assert not plan_page("A3", 30_000, 100_000).landscape


def test_wrong_paper_or_empty_extent_is_refused():
    with pytest.raises(ValueError, match="A4"):
        plan_page("A5", 1, 1)
    with pytest.raises(ValueError, match="extent"):
        plan_page("A4", 0, 10)


def test_touching_boxes_do_not_overlap():
    assert not Box(0, 0, 1, 1).overlaps(Box(1, 0, 2, 1))
