"""The map on a page of the atlas."""

from __future__ import annotations

import pytest

from lokus.show.atlas.page_map import AtlasBaseMap
from lokus.show.drawing.layout import Box, plan_page
from lokus.show.maps.print_map import blank_sheet
from lokus.show.themes.themes import make_layer


@pytest.fixture
def base_map(full, outlines):
    names = full.groupby("kode_kecamatan")["kecamatan"].first().to_dict()
    return AtlasBaseMap(full.sort_index(), outlines, names)


@pytest.mark.parametrize("theme", ["prevalensi", "anak"])
def test_each_village_of_the_kecamatan_is_named_and_no_other(base_map, full, theme):
    kode = base_map.group[0]
    villages = full.sort_index()[base_map.group == kode]
    plan = plan_page("A4", 2, 1)
    _figure, page = blank_sheet(plan)
    drawn = base_map.draw(page, plan, kode, villages, make_layer(full, theme).only(villages.index))
    named = {
        text.get_gid().removeprefix("desa:")
        for text in page.texts
        if (text.get_gid() or "").startswith("desa:")
    }
    assert named == set(villages.index[villages.geometry.notna()])
    assert set(drawn.letters) <= named
    assert (drawn.circles is None) == (theme == "prevalensi")


def test_neighbours_touch_and_are_not_the_kecamatan_itself(base_map, outlines):
    metric = outlines.geometry.to_crs(base_map.crs)
    for place, name in enumerate(base_map.names):
        touching = [list(base_map.names)[number] for number in base_map._touching(place)]
        assert name not in touching
        near = metric.distance(metric.loc[name])
        assert set(touching) == set(near.index[near <= 30]) - {name}


def test_a_kecamatan_without_polygons_has_an_empty_map(full, outlines):
    kode = full["kode_kecamatan"].iloc[0]
    lost = full.sort_index().copy()
    lost.loc[lost["kode_kecamatan"] == kode, "geometry"] = None
    names = lost.groupby("kode_kecamatan")["kecamatan"].first().to_dict()
    base_map = AtlasBaseMap(lost, outlines.drop(index=kode), names)
    plan = plan_page("A4", 2, 1)
    _figure, page = blank_sheet(plan)
    villages = lost[lost["kode_kecamatan"] == kode]
    drawn = base_map.draw(page, plan, kode, villages, make_layer(lost, "usulan").only(villages.index))
    assert (drawn.letters, drawn.unnamed, drawn.circles) == ({}, (), None)
    base_map.draw_locator(page, Box(10, 10, 40, 40), kode)
