"""Maps of one study."""

from __future__ import annotations

import html

from lokus.show.maps.maps import Maps


def test_the_themes_are_those_that_the_results_have(full, results, outlines, info, indicators):
    assert "reviu" in Maps(results=full, kecamatan=outlines, info=info).themes
    plain = Maps(results=results, kecamatan=outlines, info=info, indicators=indicators)
    assert "reviu" not in plain.themes
    assert repr(plain) == "Maps(Kabupaten Contoh, 2027)"


def test_a_notebook_shows_the_interactive_page_and_folium_on_request(results, outlines, info):
    maps = Maps(results=results, kecamatan=outlines, info=info)
    shown = maps._repr_html_()
    assert shown.startswith('<iframe title="Maps(Kabupaten Contoh, 2027)" sandbox="allow-scripts')
    page = html.unescape(shown.split('srcdoc="')[1])
    assert "default-src 'none'" in page
    assert 'id="data" data-packed="1"' in page
    assert "folium" not in page
    assert type(maps.folium("skor")).__module__.startswith("folium")
