from __future__ import annotations

import json
import re

import folium
import pytest

from lokus.errors import InputError
from lokus.show.themes.themes import ON_REQUEST, THEMES, available_themes, make_layer
from lokus.show.web.folium_map import folium_map


def page(*args, **choices) -> str:
    return folium_map(*args, **choices).get_root().render()


def test_it_is_a_folium_map_with_all_layers(results, outlines, info):
    drawn = folium_map(results, outlines, info)
    assert isinstance(drawn, folium.Map)
    html = drawn.get_root().render()
    for theme in available_themes(results):
        assert make_layer(results, theme).title in html
        assert f'data-lokus-legend="{theme}"' in html
    assert "DATA CONTOH SINTETIS" in html


def test_legend_counts_are_those_of_print(results, outlines, info):
    html = page(results, outlines, info)
    for theme in available_themes(results):
        block = re.search(rf'data-lokus-legend="{theme}".*?</table>', html, re.S)[0]
        counts = [int(n) for n in re.findall(r"padding-left:12px\">(\d+)</td>", block)]
        legend = [entry.count for entry in make_layer(results, theme).legend]
        assert counts[: len(legend) + 1] == [*legend, len(results)]


def test_polygons_stand_in_the_page_once(results, outlines, info):
    html = page(results, outlines, info)
    assert html.count('"keterangan"') == int((~results.geometry.isna()).sum())


def test_markup_in_names_is_escaped(results, outlines, info):
    html = page(results.assign(desa="<img src=x onerror=alert(1)></script>"), outlines, info)
    assert "<img src=x" not in html
    assert "\\u0026lt;img src=x" in html


def test_a_planner_can_add_layers(results, outlines, info):
    drawn = folium_map(results, outlines, info)
    folium.Marker([-3.6, 104.4], tooltip="Puskesmas").add_to(drawn)
    assert "Puskesmas" in drawn.get_root().render()


def test_tiles_only_on_request(results, outlines, info):
    assert "tile.openstreetmap" not in page(results, outlines, info)
    assert "tile.openstreetmap" in page(results, outlines, info, basemap=True)


def test_the_same_study_gives_the_same_page(results, outlines, info):
    assert page(results, outlines, info) == page(results.sample(frac=1, random_state=1), outlines, info)


def test_an_unknown_theme_is_refused(results, outlines, info):
    with pytest.raises(ValueError, match="usulan"):
        folium_map(results, outlines, info, theme="harga")


def test_every_theme_and_indicator_is_a_layer_with_its_circles(full, outlines, info, indicators):
    html = page(full, outlines, info, theme="anak", indicators=indicators)
    for theme in (*(t for t in THEMES if t not in ON_REQUEST), "indikator:air_layak"):
        assert f'data-lokus-legend="{theme}"' in html
    circles = re.search(r"(\[\[.*?\]\])\.forEach\(function \(circle\)", html)[1]
    drawn = full["anak_stunting"].notna() & ~full.geometry.isna()
    assert len(json.loads(circles)) == int(drawn.sum())
    radii = [circle[2] for circle in json.loads(circles)]
    assert radii == sorted(radii, reverse=True)


def test_a_theme_of_a_stage_that_did_not_run_is_refused(results, outlines, info):
    with pytest.raises(InputError, match="peluang_lokus"):
        folium_map(results, outlines, info, theme="peluang")
