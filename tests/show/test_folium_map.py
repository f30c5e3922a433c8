from __future__ import annotations

import re

import folium
import pytest

from lokus.show.folium_map import folium_map
from lokus.show.layers import THEMES, make_layer


def page(*args, **choices) -> str:
    return folium_map(*args, **choices).get_root().render()


def test_it_is_a_folium_map_with_all_layers(results, outlines, info):
    drawn = folium_map(results, outlines, info)
    assert isinstance(drawn, folium.Map)
    html = drawn.get_root().render()
    for theme in THEMES:
        assert make_layer(results, theme).title in html
        assert f'data-lokus-legend="{theme}"' in html
    assert "DATA CONTOH SINTETIS" in html


def test_legend_counts_are_those_of_print(results, outlines, info):
    html = page(results, outlines, info)
    for theme in THEMES:
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
