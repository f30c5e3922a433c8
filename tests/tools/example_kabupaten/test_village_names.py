"""Names have the traps of real ones, and only those."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from example_kabupaten.land import MAINLAND
from example_kabupaten.streams import stream
from example_kabupaten.village_names import make_names, spell

from lokus.places.names import match_names

if TYPE_CHECKING:
    from example_kabupaten import Kabupaten


def test_homonyms_only_across_kecamatan(kabupaten: Kabupaten) -> None:
    villages = kabupaten.villages
    assert not villages.duplicated(["desa", "kecamatan"]).any()
    spread = villages.groupby("desa")["kecamatan"].nunique()
    assert (spread > 1).sum() >= 6


def test_numerals_stand_beside_their_sibling(kabupaten: Kabupaten) -> None:
    villages = kabupaten.villages
    numbered = villages[villages["desa"].str.contains(r" I{2,3}$")]
    assert len(numbered) >= 4
    for name, kecamatan in zip(numbered["desa"], numbered["kecamatan"], strict=True):
        own = villages.loc[villages["kecamatan"] == kecamatan, "desa"]
        assert name.rsplit(" ", 1)[0] in set(own)


def test_names_are_in_title_case(kabupaten: Kabupaten) -> None:
    plain = kabupaten.villages["desa"].str.replace(r" I{2,3}$", "", regex=True)
    assert (plain == plain.str.title()).all()


@pytest.mark.parametrize("seed", range(5))
def test_every_spelling_can_be_undone(kabupaten: Kabupaten, seed: int) -> None:
    villages = kabupaten.villages
    groups = pd.factorize(villages["kode_kecamatan"])[0].tolist()
    habits = {"abbreviate": 0.4, "arabic": 1.0, "join": 0.1, "misspell": 0.15}
    written = spell(villages["desa"].tolist(), groups, stream(seed, "test"), **habits)
    changed = sum(a != b for a, b in zip(written, villages["desa"], strict=True))
    assert changed > 40
    names = pd.DataFrame({"desa": written, "kecamatan": villages["kecamatan"]}, index=villages.index)
    matched = match_names(names, villages)["kode_desa"].astype(object)
    assert (matched == villages.index).all()


def test_no_two_villages_of_a_kecamatan_have_one_name_where_words_run_out():
    count = 3000
    land = SimpleNamespace(
        polygons=range(count), kecamatan=np.arange(count) % 90, part=np.full(count, MAINLAND),
        coastal=np.zeros(count, dtype=bool), riverside=np.zeros(count, dtype=bool),
    )  # fmt: skip
    names = make_names(7, land)
    seen = Counter(zip(land.kecamatan.tolist(), names.desa.tolist(), strict=True))
    assert max(seen.values()) == 1
    assert len(set(names.desa)) < count
