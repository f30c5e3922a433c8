from __future__ import annotations

import pytest
import shapely

from lokus.places.boundary_words import plain_reason, plain_words


@pytest.mark.parametrize(
    ("wkt", "words"),
    [
        ("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", "memotong dirinya sendiri"),
        ("POLYGON ((0 0, 2 0, 1 1, 2 2, 0 2, 1 1, 0 0))", "menyentuh dirinya sendiri"),
        ("POLYGON ((0 0, 2 0, 2 2, 0 0), (5 5, 6 5, 6 6, 5 5))", "lubang di luar desanya"),
        ("MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((5 2, 6 2, 6 3, 5 2)))", "bagian di dalam bagian lain"),
    ],
)
def test_what_geos_says_is_said_in_plain_words(wkt: str, words: str) -> None:
    assert words in plain_words(shapely.is_valid_reason(shapely.from_wkt(wkt)))


def test_what_is_not_known_is_not_quoted() -> None:
    assert plain_reason(ValueError("Segmentation of the flux capacitor")) == ""
