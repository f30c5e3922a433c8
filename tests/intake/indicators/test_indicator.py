"""One indicator: what follows from its unit and its parts."""

from __future__ import annotations

import pytest

from lokus.i18n import use_language
from lokus.intake.indicators.indicator import Indicator


def make(**words: object) -> Indicator:
    plain = {
        "key": "air",
        "label_id": "Air layak",
        "label_en": "Safe water",
        "worse": "low",
        "unit": "persen",
    }
    return Indicator(**{**plain, **words})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "share", "count"),
    [("persen", True, False), ("anak", False, True), ("keluarga", False, True), ("indeks", False, False)],
)
def test_shares_and_counts_by_their_unit(unit: str, share: bool, count: bool) -> None:
    item = make(unit=unit)
    assert (item.is_share, item.is_count) == (share, count)


def test_words_in_both_languages_or_the_label() -> None:
    pair = make(bad_id="air buruk", good_id="air baik", bad_en="poor water", good_en="good water")
    assert pair.words == ("air buruk", "air baik")
    assert make(bad_id="air buruk").words == "air layak"  # one word is no pair
    with use_language("en"):
        assert pair.words == ("poor water", "good water")
        assert make().label == "Safe water"


def test_every_key_that_it_names_is_told() -> None:
    item = make(numerator="a", denominator="b", sum_of=("c", "d"), contained_in=("e",), action_whole="f")
    assert set(item.refers_to) == {"a", "b", "c", "d", "e", "f"}
    assert make().refers_to == ()
