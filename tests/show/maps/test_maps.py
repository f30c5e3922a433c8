"""Maps of one study, and the small one that is redrawn in a moment."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from PIL import Image

from lokus.show.maps.maps import Maps, QuickMap, compare_status


def test_the_themes_are_those_that_the_results_have(full, results, outlines, info, indicators):
    assert "reviu" in Maps(results=full, kecamatan=outlines, info=info).themes
    plain = Maps(results=results, kecamatan=outlines, info=info, indicators=indicators)
    assert "reviu" not in plain.themes
    assert repr(plain) == "Maps(Kabupaten Contoh, 2027)"


@pytest.mark.parametrize(
    ("was", "now", "status"),
    [(True, True, "tetap"), (True, False, "keluar"), (False, True, "masuk"), (False, False, "tidak")],
)
def test_status_of_a_village_when_one_list_follows_another(was, now, status):
    before, after = pd.Series([was], index=["a"]), pd.Series([now], index=["a"])
    assert compare_status(before, after).tolist() == [status]


def test_the_small_map_is_a_picture_of_its_width_and_the_same_bytes_again(results, outlines):
    quick = QuickMap(results, outlines)
    classes = compare_status(results["terpilih"], results["terpilih"].shift(fill_value=False))
    first = quick.png(classes, width=400)
    assert Image.open(io.BytesIO(first)).width == 400
    assert quick.png(classes.sample(frac=1, random_state=2), width=400) == first
