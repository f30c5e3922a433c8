"""Small maps of several years: one panel a year in the same colours, the list of that year outlined."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.maps import Maps
from lokus.show.maps.years import draw_years, year_layers
from lokus.show.themes.palette import STATUS, WHO


@pytest.fixture(scope="module")
def earlier(full):
    flags = np.arange(len(full)) % 7 == 0
    before = pd.DataFrame({"lokus": flags, "prevalensi": full["prevalensi"] + 4.0}, index=full.index)
    long_ago = before.assign(lokus=np.arange(len(full)) % 5 == 0, prevalensi=np.nan)
    return {2025: long_ago, 2026: before}


def test_each_year_is_classed_by_its_own_numbers_and_outlined_by_its_own_list(full, earlier):
    layers = year_layers(full, "prevalensi_per_tahun", 2027, earlier)
    assert list(layers) == [2026, 2027]  # of 2025 there is no prevalence
    told = earlier[2026]["prevalensi"].round(1)
    expected = pd.Series(WHO.classify(told), index=full.index)
    assert layers[2026].classes.tolist() == expected.tolist()
    assert layers[2026].lokus.notna().tolist() == earlier[2026]["lokus"].tolist()
    lists = year_layers(full, "lokus_per_tahun", 2027, earlier)
    assert list(lists) == [2025, 2026, 2027]
    assert (lists[2025].classes == "lokus").tolist() == earlier[2025]["lokus"].tolist()


def test_panels_lie_apart_and_have_their_year_and_count(full, outlines, info, earlier):
    base_map = BaseMap(full, outlines)
    figure = draw_years(base_map, info, year_layers(base_map.results, "lokus_per_tahun", 2027, earlier))
    page = figure.axes[0]
    years = [text.get_text() for text in page.texts if (text.get_gid() or "").startswith("tahun:")]
    assert years == ["2025", "2026", "2027"]
    reds = [
        patch.get_path().get_extents()
        for patch in page.patches
        if patch.get_gid() == "kelas:lokus" and len(patch.get_path().vertices)
    ]
    assert len(reds) == 3
    assert not any(a.overlaps(b) for i, a in enumerate(reds) for b in reds[:i])
    red = [patch for patch in page.patches if patch.get_gid() == "kelas:lokus"]
    assert {mpl.colors.to_hex(patch.get_facecolor()) for patch in red} == {STATUS["lokus"]}
    counted = [f"{int(earlier[year]['lokus'].sum())} lokus" for year in (2025, 2026)]
    assert set(counted) <= {text.get_text() for text in page.texts}


def test_a_study_of_one_year_is_told_what_to_state(full, outlines, info):
    maps = Maps(results=full, kecamatan=outlines, info=info)
    with pytest.raises(InputError, match=r"tahun sebelumnya(.|\n)*tahun_lalu"):
        maps.layer("lokus_per_tahun")
    with pytest.raises(InputError, match=r"tahun_lalu"):
        maps.sheet("prevalensi_per_tahun")
