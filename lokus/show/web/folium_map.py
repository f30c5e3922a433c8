"""Draw an interactive map for notebooks: a `folium.Map` to which layers can be added."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from folium import MacroElement
from folium.template import Template

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.geometry import to_metric
from lokus.show.drawing.labels import deepest_point
from lokus.show.drawing.symbols import symbol_scale
from lokus.show.drawing.topology import simplify_shared
from lokus.show.results.info import StudyInfo, synthetic_mark
from lokus.show.tables.villages import displayed_codes, layer_values, reasons, village_facts
from lokus.show.themes.palette import MASKED_CLASS, MISSING, class_label
from lokus.show.themes.themes import available_themes, make_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lokus.show.themes.layer import Layer
    from lokus.show.themes.themes import IndicatorStyle

__all__ = ["folium_map"]

# A village without a shown value: dashed where it is unknown, dotted where it is masked.
_DASHES, _BORDERS = {MISSING: "2 3", MASKED_CLASS: "1 3"}, {MISSING: "dashed", MASKED_CLASS: "dotted"}
_PIXELS = 600  # longer side of the map in a notebook, by which circles are sized
_DETAIL = 1_500  # finest detail, as a share of the longer side: keeps a notebook with the map small


class _Shapes(MacroElement):
    """Village polygons once, for all layers: folium's own GeoJson would repeat them in each."""

    _template = Template(
        """{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = {{ this.features | tojson }};
        {% endmacro %}"""
    )

    def __init__(self, features: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Shapes"
        self.features = features


class _ThemeLayer(folium.map.Layer):
    """One theme drawn from the common polygons."""

    _template = Template(
        """{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.geoJson({{ this.shapes.get_name() }}, {
            style: function (feature) {
                var key = feature.properties.kelas[{{ this.theme | tojson }}];
                var style = {{ this.styles | tojson }}[key];
                var proposed = feature.properties.nomor > 0 && {{ this.outlined | tojson }};
                return {fillColor: style, fillOpacity: {{ this.opacity }},
                        dashArray: {{ this.dashes | tojson }}[key] || null,
                        color: proposed ? "#111111" : "#8f999e", weight: proposed ? 2 : 0.6};
            },
            onEachFeature: function (feature, layer) {
                var of = feature.properties;
                layer.bindTooltip(of.nama + "<br>" + of.nilai[{{ this.theme | tojson }}], {sticky: true});
                layer.bindPopup(of.keterangan, {maxWidth: 340});
            }
        });
        {% if this.circles %}
        {{ this.circles | tojson }}.forEach(function (circle) {
            L.circleMarker([circle[0], circle[1]], {
                radius: circle[2], weight: 1, interactive: false, color: circle[3] ? "#2b6a8c" : "#ffffff",
                fillColor: circle[3] ? "#ffffff" : "#2b6a8c", fillOpacity: 0.85
            }).addTo({{ this.get_name() }});
        });
        {% endif %}
        {% endmacro %}"""
    )

    def __init__(
        self, layer: Layer, shapes: _Shapes, *, show: bool, opacity: float, circles: list[list[float]]
    ) -> None:
        super().__init__(name=layer.title, overlay=False, control=True, show=show)
        self._name = "ThemeLayer"
        self.shapes = shapes
        self.theme = layer.theme
        self.styles = dict(layer.palette)
        self.opacity = opacity
        self.dashes = _DASHES
        self.outlined = layer.outlined
        self.circles = circles


class _Legend(MacroElement):
    """Legends of all themes, of which the one of the layer in view is shown."""

    _template = Template(
        """{% macro html(this, kwargs) %}
        <details open style="position:absolute;z-index:800;right:10px;bottom:24px;max-width:300px;
                             padding:8px 12px;background:#fff;border:1px solid #8b9499;border-radius:4px;
                             font:13px/1.5 system-ui,sans-serif;color:#22282c">
        <summary style="cursor:pointer">{{ this.heading }}</summary>
        {% for theme, body in this.bodies.items() %}
        <div data-lokus-legend="{{ theme }}"{% if theme != this.shown %} style="display:none"{% endif %}>
        {{ body }}</div>
        {% endfor %}
        </details>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}.on("baselayerchange", function (event) {
            var themes = {{ this.titles | tojson }};
            document.querySelectorAll("[data-lokus-legend]").forEach(function (node) {
                if (event.name in themes) {
                    node.style.display = node.dataset.lokusLegend === themes[event.name] ? "" : "none";
                }
            });
        });
        {% endmacro %}"""
    )

    def __init__(self, layers: list[Layer], info: StudyInfo, *, shown: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Legend"
        self.bodies = {layer.theme: legend_html(layer, info) for layer in layers}
        self.titles = {layer.title: layer.theme for layer in layers}
        self.shown = shown
        self.heading = html.escape(_("Legend"))


def folium_map(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    *,
    theme: str = "usulan",
    indicators: Mapping[str, IndicatorStyle] | None = None,
    basemap: bool = False,
) -> folium.Map:
    """Draw all themes of the results as layers of one `folium.Map`.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``, columns ``kecamatan`` and ``geometry``.
    info : StudyInfo
        What the legend says about the study.
    theme : str
        Layer shown first, see :func:`lokus.show.themes.themes.make_layer`.
    indicators : mapping of str to IndicatorStyle, optional
        Indicators to be shown besides the themes that the results have.
    basemap : bool
        Put OpenStreetMap tiles beneath. They, and folium's own scripts, come from the internet; for a
        room without it use :func:`lokus.show.web.web_map.write_web_map`.

    Returns
    -------
    folium.Map
        Names and reasons from inputs are escaped.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> drawn = folium_map(kajian.results, kajian.boundaries.kecamatan, kajian.info, theme="prevalensi")
    >>> type(drawn).__name__
    'Map'
    """
    results, kecamatan = results.sort_index(), kecamatan.sort_index()
    make_layer(results, theme, indicators=indicators)  # an unknown or absent theme is refused here
    layers = [
        make_layer(results, name, indicators=indicators) for name in available_themes(results, indicators)
    ]
    metric = to_metric(results)
    west, south, east, north = metric.total_bounds
    tolerance = max(east - west, north - south) / _DETAIL
    lower, left, upper, right = np.array(results.to_crs(4326).total_bounds)[[1, 0, 3, 2]]
    drawn = folium.Map(tiles="OpenStreetMap" if basemap else None, control_scale=True, zoom_snap=0.25)
    degrees = _to_degrees(metric, tolerance)
    shapes = _Shapes(_features(results, layers, degrees))
    shapes.add_to(drawn)
    for layer in layers:
        circles = _circles(layer, metric, degrees) if layer.symbols else []
        _ThemeLayer(
            layer, shapes, show=layer.theme == theme, opacity=0.75 if basemap else 1.0, circles=circles
        ).add_to(drawn)
    outlines = _to_degrees(to_metric(kecamatan, metric.crs), tolerance)
    folium.GeoJson(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}
                for shape in outlines
                if shape is not None
            ],
        },
        name=_("Kecamatan borders"),
        style_function=_outline_style,
        interactive=False,
    ).add_to(drawn)
    _Legend(layers, info, shown=theme).add_to(drawn)
    folium.LayerControl(collapsed=False).add_to(drawn)
    drawn.fit_bounds([[lower, left], [upper, right]])
    _number_elements(drawn.get_root())
    return drawn


def legend_html(layer: Layer, info: StudyInfo) -> str:
    """Legend of one layer with counts, as escaped HTML."""
    rows = [
        _legend_row(
            entry.label, entry.count, limits=entry.limits, fill=entry.colour,
            border=f"1px {_BORDERS.get(entry.key, 'solid')} #8b9499",
        )
        for entry in layer.legend
    ]  # fmt: skip
    rows.append(_legend_row(_("Total"), len(layer.classes), weight=600))
    if layer.outlined:
        rows.append(
            _legend_row(class_label("lokus"), int(layer.lokus.notna().sum()), border="2px solid #111111")
        )
    parts = [f"<strong>{html.escape(layer.title)}</strong>", f"<table>{''.join(rows)}</table>"]
    if layer.symbols:
        parts.append(f"<div>{html.escape(layer.note)}</div>")
    if layer.unsure_count:
        text = _("{n} villages not yet reliable: few children measured, or unknown").format(
            n=layer.unsure_count
        )
        parts.append(f"<div>{html.escape(text)}</div>")
    parts.append(f"<div>{html.escape(info.place_and_year)}</div>")
    if info.synthetic:
        parts.append(f'<strong style="color:#6b1d6f">{html.escape(synthetic_mark())}</strong>')
    return "".join(parts)


def _legend_row(
    label: str, count: int, *, limits: str = "", fill: str = "none", border: str = "", weight: int = 400
) -> str:
    sample = (
        f'<span style="display:inline-block;width:22px;height:12px;border:{border};background:{fill}"></span>'
    )
    return (
        f'<tr style="font-weight:{weight}"><td style="padding-right:8px">{sample if border else ""}</td>'
        f'<td style="white-space:nowrap;padding-right:8px">{html.escape(limits)}</td>'
        f'<td style="width:100%">{html.escape(label)}</td>'
        f'<td style="text-align:right;padding-left:12px">{format_number(count)}</td></tr>'
    )


def _number_elements(root: Any) -> None:
    """Replace folium's random names by numbers, so that the same study gives the same notebook."""
    waiting, number = [root], 0
    while waiting:
        element = waiting.pop()
        element._id = f"{number:032x}"
        number += 1
        waiting.extend(reversed(element._children.values()))


def _outline_style(_feature: Any) -> dict[str, Any]:
    return {"fill": False, "color": "#4c565b", "weight": 1.4}


def _to_degrees(metric: gpd.GeoDataFrame, tolerance: float) -> list[Any]:
    """Polygons simplified together, in degrees rounded to about a metre; None stays None."""
    simple = gpd.GeoSeries(simplify_shared(metric.geometry.to_numpy(), tolerance), crs=metric.crs).to_crs(
        4326
    )
    return [
        None if shape is None else shapely.transform(shape, lambda points: np.round(points, 5))
        for shape in simple
    ]


def _circles(layer: Layer, metric: gpd.GeoDataFrame, degrees: list[Any]) -> list[list[float]]:
    """Circles of a layer as latitude, longitude, radius in pixels and whether hollow, large ones first."""
    west, south, east, north = metric.total_bounds
    area = float(metric.area.sum()) / max(east - west, north - south) ** 2 * _PIXELS**2
    values = layer.values.to_numpy(dtype=float)
    radii = symbol_scale(values, area, unit=3.0).radii(values)
    circles = []
    for place in np.argsort(-np.nan_to_num(radii), kind="stable"):
        if degrees[place] is not None and radii[place] > 0:
            x, y = np.round(deepest_point(degrees[place]), 5).tolist()
            circles.append([y, x, round(max(float(radii[place]), 1.0), 1), float(layer.unsure.iloc[place])])
    return circles


def _features(results: gpd.GeoDataFrame, layers: list[Layer], shapes: list[Any]) -> dict[str, Any]:
    facts, why, codes = village_facts(results), reasons(results), displayed_codes(results)
    values = {layer.theme: layer_values(layer) for layer in layers}
    names = {layer.theme: {entry.key: entry.name for entry in layer.legend} for layer in layers}
    numbers = layers[0].lokus
    features = []
    for place, (shape, row) in enumerate(zip(shapes, results.itertuples(), strict=True)):
        if shape is None:
            continue
        name = f"<strong>{html.escape(str(row.desa))}</strong><br>{html.escape(str(row.kecamatan))}"
        lines = "".join(
            f"<tr><td>{html.escape(fact.head)}</td><td style='text-align:right;padding-left:10px'>"
            f"{html.escape(fact.texts[place])}</td></tr>"
            for fact in facts
        )
        features.append(
            {
                "type": "Feature",
                "geometry": shapely.geometry.mapping(shape),
                "properties": {
                    "nama": name,
                    "nomor": int(numbers.iloc[place]) if numbers.notna().iloc[place] else 0,
                    "keterangan": f"{name} · {codes[place]}<table>{lines}</table>{html.escape(why[place])}",
                    "kelas": {layer.theme: layer.classes.iloc[place] for layer in layers},
                    "nilai": {
                        layer.theme: " · ".join(
                            html.escape(text)
                            for text in (
                                values[layer.theme][place],
                                names[layer.theme][layer.classes.iloc[place]],
                                _("not yet reliable") if layer.unsure.iloc[place] else "",
                            )
                            if text
                        )
                        for layer in layers
                    },
                },
            }
        )
    # Later features are drawn over earlier ones: the outline of a lokus must not vanish under a neighbour's.
    features.sort(key=lambda feature: feature["properties"]["nomor"] > 0)
    return {"type": "FeatureCollection", "features": features}
