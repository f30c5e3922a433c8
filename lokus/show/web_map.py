"""One HTML file with the whole study on a map that opens with the network off."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.i18n import language
from lokus.show.facts import displayed_codes, layer_values, reasons, village_facts
from lokus.show.geometry import polygonal, to_metric
from lokus.show.info import StudyInfo, synthetic_mark
from lokus.show.labels import deepest_point
from lokus.show.layers import THEMES, Layer, make_layer
from lokus.show.packing import pack_arcs, pack_shapes
from lokus.show.palette import STATUS, class_label
from lokus.show.topology import Topology, build_topology

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["write_web_map"]

TEMPLATES = Path(__file__).parent / "templates"
_STEPS = 10_000  # grid steps along the longer side: below a pixel until zoomed in some ten times
_DETAIL = 3_500  # finest detail, as a share of the longer side


def write_web_map(
    results: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame, info: StudyInfo, path: str | Path
) -> Path:
    """Write the interactive map of a study as one self-contained HTML file.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``, columns ``kecamatan`` and ``geometry``.
    info : StudyInfo
        Title, rule and provenance.
    path : str or Path
        Where to write; replaced only when the page is complete.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        No CRS, or not one village with a polygon.

    Notes
    -----
    The page names no address at all and forbids itself every request (Content-Security-Policy). Texts from
    inputs stand in a JSON block with ``<``, ``>`` and ``&`` escaped, and the viewer writes them as text.
    """
    page = render_web_map(results, kecamatan, info)
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return path


def render_web_map(results: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame, info: StudyInfo) -> str:
    """Give the page of :func:`write_web_map` as text."""
    data = page_data(results.sort_index(), kecamatan.sort_index())
    return _environment().get_template("web_map.html.j2").render(
        language=language(), title=_("Lokus proposal – {kabupaten}, {tahun}").format(
            kabupaten=info.kabupaten, tahun=info.tahun
        ),
        study=info.title, rule=info.rule, sources=info.source_line, institution=info.instansi,
        synthetic=info.synthetic, mark=synthetic_mark(), text=_page_text(), open_list=len(data["list"]) <= 60,
        data=json_for_html(data),
        style=_asset("web_map.css"), script=_asset("web_map.js"),
    )  # fmt: skip


def json_for_html(data: Any) -> str:
    r"""Write data as JSON that cannot end the script element it stands in.

    Examples
    --------
    >>> json_for_html("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def page_data(results: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame) -> dict[str, Any]:
    """Everything the viewer shows, as plain values; both frames sorted by their index."""
    metric = to_metric(results)
    # A kecamatan none of whose villages has a polygon has no outline, but its villages are still found.
    districts = results.groupby("kode_kecamatan")["kecamatan"].first().astype(str)
    outlines = to_metric(kecamatan, metric.crs).geometry.reindex(districts.index)
    shapes = np.concatenate([polygonal(metric.geometry.to_numpy()), polygonal(outlines.to_numpy())])
    west, south, east, north = shapely.total_bounds([shape for shape in shapes if shape is not None])
    reach = max(east - west, north - south)
    topology = build_topology(shapes, reach / _STEPS).simplify(reach / _DETAIL)
    height = round((north - south) / topology.grid)
    spots = [_spot(shape, topology, height) for shape in shapes]
    layers = [make_layer(results, theme) for theme in THEMES]
    numbers = layers[0].lokus.astype("float").fillna(0).astype(int).tolist()
    lost = [str(name) for name, parts in zip(results["desa"], topology.polygons, strict=False) if not parts]
    status = list(STATUS)
    places = {kode: place for place, kode in enumerate(districts.index)}
    return {
        "text": _viewer_text(numbers, results, lost),
        "map": {
            "width": round((east - west) / topology.grid), "height": height, "grid": topology.grid,
            "count": len(topology.arcs), "arcs": pack_arcs(topology, height),
        },
        "villages": {
            "code": displayed_codes(results), "name": results["desa"].astype(str).tolist(),
            "district": [places[kode] for kode in results["kode_kecamatan"]],
            "number": numbers, "status": [status.index(key) for key in layers[0].classes],
            "reason": reasons(results), "spot": spots[: len(results)],
            "shapes": pack_shapes(topology.polygons[: len(results)]),
        },
        "districts": {
            "name": districts.tolist(), "spot": spots[len(results) :],
            "shapes": pack_shapes(topology.polygons[len(results) :]),
        },
        "list": [place for _number, place in sorted((n, place) for place, n in enumerate(numbers) if n > 0)],
        "status": [
            {"label": class_label(key), "colour": colour, "ink": "#ffffff" if key == "lokus" else "#22282c"}
            for key, colour in STATUS.items()
        ],
        "facts": [{"label": fact.label, "values": fact.values} for fact in village_facts(results)],
        "layers": [_layer_data(layer, results) for layer in layers],
        "undrawn": lost,
    }  # fmt: skip


def _layer_data(layer: Layer, results: gpd.GeoDataFrame) -> dict[str, Any]:
    keys = list(layer.palette)
    return {
        "key": layer.theme, "title": layer.title, "note": layer.note,
        "short": {"usulan": _("Proposal"), "prevalensi": _("Prevalence"), "skor": _("Score")}[layer.theme],
        "classes": [
            {"label": entry.label, "limits": entry.limits, "colour": entry.colour, "count": entry.count}
            for entry in layer.legend
        ],
        "of": [keys.index(key) for key in layer.classes], "values": layer_values(results, layer.theme),
        "unsure": np.flatnonzero(layer.unsure.to_numpy()).tolist(), "weak": layer.unsure_count,
    }  # fmt: skip


def _spot(shape: Any, topology: Topology, height: int) -> list[int] | None:
    """Where to write on a polygon, in grid steps from the upper left corner."""
    if shape is None:
        return None
    x, y = np.rint((deepest_point(shape) - topology.origin) / topology.grid).astype(int).tolist()
    return [x, height - y]


def _viewer_text(numbers: list[int], results: gpd.GeoDataFrame, lost: list[str]) -> dict[str, str]:
    proposed = results.loc[[number > 0 for number in numbers], "kecamatan"]
    names = ", ".join(lost[:6]) + (", …" if len(lost) > 6 else "")
    return {
        "total": _("Total"),
        "weak": _("Not yet reliable, coloured by its class"),
        "close": _("Close"),
        "number": _("no."),
        "district": _("Kecamatan"),
        "no_polygon": _("This village has no polygon and is not on the map."),
        "nothing": _("No village found."),
        "more": _("and {n} more"),
        "list": _("List of lokus: {n} villages in {k} kecamatan").format(
            n=len(proposed), k=proposed.nunique()
        ),
        "undrawn": _("{n} villages without polygon, counted but not drawn: {names}.").format(
            n=len(lost), names=names
        ),
    }


def _page_text() -> dict[str, str]:
    return {
        "map": _("Map"),
        "hands": _(
            "Map. Arrow keys move, plus and minus zoom, 0 shows all, Enter opens the village in the middle."
        ),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "whole": _("Show all"),
        "layers": _("Map layers"),
        "search": _("Search village"),
        "example": _("name or code"),
        "noscript": _("This map needs JavaScript, which this browser has switched off."),
    }


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


@cache
def _asset(name: str) -> str:
    """Style or script of the page, our own text."""
    return (TEMPLATES / name).read_text(encoding="utf-8").rstrip()
