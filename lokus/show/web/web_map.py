"""Write the interactive map of a study as one HTML file that opens offline."""

from __future__ import annotations

import base64
import json
import math
import zlib
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lokus.files import atomic_path
from lokus.followup.gaps import gap_texts, limit_texts
from lokus.i18n import N_, format_number, language
from lokus.i18n import gettext as _
from lokus.show.drawing.detached_parts import find_bodies, split_bodies
from lokus.show.drawing.geometry import polygonal, smaller_above, to_metric
from lokus.show.drawing.labels import deepest_points
from lokus.show.drawing.symbols import symbol_scale
from lokus.show.drawing.topology import Topology, build_topology
from lokus.show.results.info import StudyInfo, synthetic_mark
from lokus.show.tables.villages import displayed_codes, layer_values, reasons, village_facts
from lokus.show.themes.palette import REVIEW, STATUS, class_label, mark_colour
from lokus.show.themes.themes import INDICATOR, available_themes, make_layer
from lokus.show.web.geometry_text import pack_arcs, pack_shapes
from lokus.show.web.page_words import page_text, trial_text, viewer_text
from lokus.show.web.trial_data import trial_data
from lokus.subject import output_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from lokus.show.drawing.topology import Topology
    from lokus.show.results.trial import Trial
    from lokus.show.themes.layer import Layer
    from lokus.show.themes.themes import IndicatorStyle

__all__ = ["write_web_map"]


TEMPLATES = Path(__file__).parent / "templates"
_STEPS = 10_000  # grid steps along the longer side of a kabupaten: below a pixel until zoomed in ten times
_DETAIL = 3_500  # finest detail, as a share of the longer side
_KABUPATEN = 300  # villages; with more of them the detail grows, a little slower than a village shrinks
_GROWTH = 0.4
_SHEET = 220.0  # longer side of a sheet, mm, by which circles are sized
_MOST_VIEWS = 12  # bodies of land with a button each
_FEW_NAMES = 2  # names on such a button
_PLAIN = 1_000_000  # characters of data above which they are packed
_TRIAL_CLASSES = (
    ("tetap", N_("In both lists"), ""),
    ("masuk", N_("Enters in the trial"), ""),
    ("keluar", N_("Leaves in the trial"), ""),
    ("tidak", N_("In neither list"), ""),
    ("belum ada data", N_("No data yet"), "missing"),
)  # places in the viewer: src/app.js


def write_web_map(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    path: str | Path,
    *,
    indicators: Mapping[str, IndicatorStyle] | None = None,
    trial: Trial | None = None,
    gaps: pd.DataFrame | None = None,
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
    indicators : mapping of str to IndicatorStyle, optional
        Indicators to be shown besides the themes that the results have.
    trial : Trial, optional
        What is needed to choose again; without it the page shows and does not propose. It holds the score
        of every village and its parts: leave it out of what is published.
    gaps : pandas.DataFrame, optional
        What fails its threshold where, as :func:`lokus.followup.gaps.find_gaps` gives it.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        No CRS, or not one village with a polygon.
    InputError
        The results have no ``status_usulan``.

    Notes
    -----
    The page names no address at all and forbids itself every request (Content-Security-Policy). Texts from
    inputs stand in a JSON block with ``<``, ``>`` and ``&`` escaped, and the viewer writes them as text.
    The data of a province or of the nation are packed; browsers older than 2023 cannot open those.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> import tempfile
    >>> page = Path(tempfile.mkdtemp()) / "peta.html"
    >>> page = write_web_map(kajian.results, kajian.boundaries.kecamatan, kajian.info, page)
    >>> page.read_text(encoding="utf-8")[:15]
    '<!DOCTYPE html>'
    """
    page = render_web_map(results, kecamatan, info, indicators=indicators, trial=trial, gaps=gaps)
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return path


def render_web_map(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    *,
    indicators: Mapping[str, IndicatorStyle] | None = None,
    trial: Trial | None = None,
    gaps: pd.DataFrame | None = None,
    pack: bool = False,
) -> str:
    """Give the page of :func:`write_web_map` as text; with `pack` its data are packed whatever their size."""
    data = page_data(
        results.sort_index(),
        kecamatan.sort_index(),
        info,
        indicators=indicators or {},
        trial=trial,
        gaps=gaps,
    )
    block = json_for_html(data)
    packed = pack or len(block) > _PLAIN
    if packed:
        block = base64.b64encode(zlib.compress(block.encode(), 7)).decode("ascii")
    return _environment().get_template("web_map.html.j2").render(
        language=language(), title=_("Lokus proposal – {kabupaten}, {tahun}").format(
            kabupaten=info.kabupaten, tahun=info.tahun
        ),
        study=info.title, rule=info.rule, sources=info.source_line, status=info.status_line,
        institution=info.instansi,
        synthetic=info.synthetic, mark=synthetic_mark(), text=page_text(), open_list=len(data["list"]) <= 60,
        data=block, packed=packed,
        style=_asset("web_map.css"), script=_asset("web_map.js"),
    )  # fmt: skip


def page_frame(page: str, *, title: str, height: int = 680) -> str:
    """Put a page into a frame of its own, for a notebook: it reaches neither the notebook nor the network.

    Examples
    --------
    >>> page_frame("<p>Halo</p>", title="Peta", height=100)
    '<iframe title="Peta" ... srcdoc="&lt;p&gt;Halo&lt;/p&gt;"></iframe>'
    """
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts allow-downloads allow-modals" '
        f'style="width:100%;height:{height}px;border:1px solid #b9c2c6" srcdoc="{escape(page)}"></iframe>'
    )


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


def page_data(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    *,
    indicators: Mapping[str, IndicatorStyle],
    trial: Trial | None = None,
    gaps: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Everything the viewer shows, as plain values; both frames sorted by their index."""
    metric = to_metric(results)
    # A kecamatan none of whose villages has a polygon has no outline, but its villages are still found.
    districts = results.groupby("kode_kecamatan")["kecamatan"].first().astype(str)
    outlines = to_metric(kecamatan, metric.crs).geometry.reindex(districts.index)
    west, south, east, north = shapely.total_bounds(
        [shape for part in (metric.geometry, outlines) for shape in part if shape is not None]
    )
    reach = max(east - west, north - south)
    more = max(1.0, (len(results) / _KABUPATEN) ** _GROWTH)
    villages = smaller_above(metric.geometry.to_numpy(), thinnest=reach / _STEPS / more)
    shapes = np.concatenate([villages, polygonal(outlines.to_numpy())])
    topology = build_topology(shapes, reach / _STEPS / more).simplify(reach / _DETAIL / more)
    height = round((north - south) / topology.grid)
    spots = _spots(topology, height)
    proposal = make_layer(results, "usulan")
    layers = [
        make_layer(results, theme, indicators=indicators) for theme in available_themes(results, indicators)
    ]
    area = float(sum(shape.area for shape in shapes[: len(results)] if shape is not None))
    numbers = proposal.lokus.astype("float").fillna(0).astype(int).tolist()
    lost = [str(name) for name, parts in zip(results["desa"], topology.polygons, strict=False) if not parts]
    status = list(STATUS)
    places = {kode: place for place, kode in enumerate(districts.index)}
    return {
        "text": viewer_text(numbers, results, lost) | (trial_text() if trial else {}),
        "study": {"kabupaten": info.kabupaten, "tahun": info.tahun},
        "map": {
            "width": round((east - west) / topology.grid), "height": height, "grid": topology.grid,
            "count": len(topology.lengths), "arcs": pack_arcs(topology, height),
            "views": _views(results, shapes[: len(results)], (west, north), topology.grid),
        },
        "villages": {
            "code": displayed_codes(results), "name": results["desa"].astype(str).tolist(),
            "district": [places[kode] for kode in results["kode_kecamatan"]],
            "number": numbers, "status": [status.index(key) for key in proposal.classes],
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
        "facts": [{"label": fact.head, "values": fact.texts} for fact in village_facts(results)],
        "layers": [_layer_data(layer, area, reach) for layer in layers],
        "undrawn": lost,
        "gaps": None if gaps is None else _gaps_of_villages(gaps, results.index),
        "trial": None if trial is None else trial_data(trial),
        "trialClasses": [
            {"label": _(label), "limits": "", "colour": REVIEW[key], "pattern": pattern, "light": False}
            for key, label, pattern in _TRIAL_CLASSES
        ],
    }  # fmt: skip


def _views(
    results: gpd.GeoDataFrame, shapes: npt.NDArray[Any], corner: tuple[float, float], grid: float
) -> list[dict[str, Any]]:
    """Where the page can open: on the main body first, then on islands far from it; none where all is near.

    Parameters
    ----------
    shapes : array of polygons or None
        Villages, in metres.
    corner : tuple of float
        West and north of the map.
    grid : float
        Metres a grid step.
    """
    there = np.array([shape is not None for shape in shapes])
    bodies = find_bodies(shapes[there])
    parts = split_bodies(bodies, scale_of=max, most_groups=_MOST_VIEWS)
    if len(parts.extents) == 1:
        return []
    group = parts.group_of(shapes[there])
    views = []
    for number, (west, south, east, north) in enumerate(parts.extents):
        own = results[there][group == number]
        names = own["desa"] if len(own) <= _FEW_NAMES else own["kecamatan"]
        listed = list(dict.fromkeys(names.astype(str)))
        name = ", ".join(listed[:_FEW_NAMES]) + (", …" if len(listed) > _FEW_NAMES else "")
        views.append(
            {
                "name": _("Main part") if number == 0 else name,
                "box": [
                    round((west - corner[0]) / grid), round((corner[1] - north) / grid),
                    round((east - corner[0]) / grid), round((corner[1] - south) / grid),
                ],
            }
        )  # fmt: skip
    return [view for view in views if view["name"]]


def _gaps_of_villages(gaps: pd.DataFrame, villages: pd.Index) -> dict[str, Any]:
    """Return the kinds of gaps, as office and the words around the value, and kind and value by village.

    Masked values are not shown. The words of a kind would otherwise stand in the page for each village.
    """
    sign = {"tinggi": "≤", "rendah": "≥"}
    kinds: dict[tuple[str, str, str], int] = {}
    found: dict[str, list[list[Any]]] = {str(kode): [] for kode in villages}
    names = (gaps[name] for name in ("kode_desa", "opd", "indikator", "buruk"))
    rows = zip(*names, gap_texts(gaps), limit_texts(gaps), strict=True)
    for kode, office, indicator, worse, value, limit in rows:
        if str(kode) not in found:
            continue
        words = _("{indicator}: {value} (to be {sign} {limit})").format(
            indicator=indicator, value="\0", sign=sign[worse], limit=limit
        )
        before, _value, after = words.partition("\0")
        kind = kinds.setdefault((str(office), before, after), len(kinds))
        found[str(kode)].append([kind, _("masked") if value == "–" else value])
    return {"kinds": [list(kind) for kind in kinds], "villages": list(found.values())}


def _theme_key(theme: str) -> str:
    return (
        f"{INDICATOR}{output_column(theme.removeprefix(INDICATOR))}" if theme.startswith(INDICATOR) else theme
    )


def _layer_data(layer: Layer, area: float, reach: float) -> dict[str, Any]:
    keys = {key: place for place, key in enumerate(layer.palette)}
    data: dict[str, Any] = {
        "key": _theme_key(layer.theme), "title": layer.title, "note": layer.note, "short": layer.short,
        "indicator": layer.theme.startswith(INDICATOR), "outlined": layer.outlined,
        "classes": [
            {
                "label": entry.label, "limits": entry.limits, "colour": entry.colour, "count": entry.count,
                "pattern": entry.pattern, "light": mark_colour(entry.colour) == "#ffffff",
            }
            for entry in layer.legend
        ],
        "of": [keys[key] for key in layer.classes], "values": layer_values(layer),
        "unsure": np.flatnonzero(layer.unsure.to_numpy()).tolist(), "weak": layer.unsure_count,
        "weakLabel": layer.unsure_label, "symbols": None,
    }  # fmt: skip
    if layer.symbols:
        values = layer.values.to_numpy(dtype=float)
        scale = symbol_scale(values, area / reach**2 * _SHEET**2)
        data["symbols"] = {
            "largest": scale.largest, "radius": scale.radius / _SHEET, "examples": scale.examples,
            "labels": [
                format_number(value) + (f" {layer.unit}" if place == 0 else "")
                for place, value in enumerate(scale.examples)
            ],
            "values": [None if math.isnan(value) else round(value, 1) for value in values.tolist()],
        }  # fmt: skip
    return data


def _spots(topology: Topology, height: int) -> list[list[int] | None]:
    """Where to write on each polygon, in grid steps from the upper left corner; None without polygon."""
    points = deepest_points(topology.geometries(valid=False), share=0.02)
    missing = np.isnan(points[:, 0])
    steps = np.rint((np.nan_to_num(points) - topology.origin) / topology.grid).astype(int)
    places = np.column_stack([steps[:, 0], height - steps[:, 1]]).tolist()
    return [None if lost else place for place, lost in zip(places, missing, strict=True)]


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


@cache
def _asset(name: str) -> str:
    """Style or script of the page, our own text."""
    return (TEMPLATES / name).read_text(encoding="utf-8").rstrip()
