"""Write the report of a study: one HTML file that needs no network and prints to PDF."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lokus.files import atomic_path
from lokus.i18n import format_number, language
from lokus.i18n import gettext as _
from lokus.show.charts.falls import draw_falls
from lokus.show.charts.pictures import map_picture, png_bytes
from lokus.show.charts.trajectory import trajectory_chart
from lokus.show.maps.print_map import draw_map
from lokus.show.results.info import synthetic_mark
from lokus.show.results.text import caution_line
from lokus.show.tables.case_audit_tables import case_audit_tables
from lokus.show.tables.cost_tables import cost_tables
from lokus.show.tables.foster_tables import foster_tables
from lokus.show.tables.review import causes_table, effect_table, review_table, stability_table
from lokus.show.tables.situation import kecamatan_table
from lokus.show.tables.study import (
    accepted_table,
    actions_table,
    alternatives_table,
    audit_table,
    certainty_table,
    clusters_table,
    completeness_table,
    deviance_table,
    gaps_table,
    groups_table,
    influence_table,
    inputs_table,
    odds_table,
    offices_table,
    prices_table,
    tasks_table,
)
from lokus.show.tables.village_structures import structure_tables
from lokus.show.tables.villages import proposal_table, reasons
from lokus.show.themes.themes import available_themes, make_layer
from lokus.show.words.narrative import cautions, caveats, map_sentence, summary
from lokus.show.words.review import effect_lines, fall_lines, review_caveats, review_summary
from lokus.show.words.situation import situation_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.results.material import Material
    from lokus.show.results.review import ReviewMaterial
    from lokus.show.themes.layer import Layer

__all__ = ["write_report"]


TEMPLATES = Path(__file__).parent / "templates"
_DPI = 130
_THEMES = ("usulan", "prevalensi", "peluang", "titik_panas", "tipologi", "skor")
_WIDTH, _ROW = 200.0, 4.6  # of the chart of falls, millimetres


def review_parts(material: Material, draw: Callable[[str], dict[str, Any]]) -> dict[str, Any] | None:
    """Give what the section of the review holds; nothing when there is no earlier list.

    Parameters
    ----------
    material : Material
    draw : callable
        Gives the figure of a theme with its legend.
    """
    review = material.review
    if review is None:
        return None
    return {
        "year": review.year,
        "summary": review_summary(review),
        "map": draw("reviu") if "status_reviu" in material.results else None,
        "villages": review_table(material),
        "causes": causes_table(material),
        "fall": fall_lines(material),
        "chart": _chart(material, review),
        "effect": effect_lines(material),
        "views": effect_table(material),
        "history": stability_table(material),
        "caveats": review_caveats(material),
    }


def _chart(material: Material, review: ReviewMaterial) -> dict[str, str] | None:
    villages = review.falls(material.results)
    if villages is None:
        return None
    years = (review.year, material.info.tahun)
    figure = draw_falls(
        villages, years=years, width=_WIDTH, height=25 + _ROW * max(len(villages), 4), level=review.level
    )
    return _picture(figure, _("Measured prevalence of the earlier lokus in both years, and the expected one"))


def _picture(figure: Figure, text: str) -> dict[str, str]:
    image = base64.b64encode(png_bytes(figure, dpi=_DPI)).decode("ascii")
    return {"image": f"data:image/png;base64,{image}", "alt": text}


def follow_up_parts(material: Material) -> dict[str, Any]:
    """Give what the section of the follow-up holds besides gaps and tasks."""
    way = material.trajectory
    return {
        "offices": actions_table(material),
        "groups": groups_table(material),
        "tables": (
            *cost_tables(material),
            *structure_tables(material.structures),
            *foster_tables(material.foster, villages=False),
            *case_audit_tables(material.audit_returns, villages=False),
        ),
        "trajectory": _picture(
            trajectory_chart(way, material.info), _("Target path, surveys and routine measurement by year")
        )
        if way
        else None,
    }


def write_report(
    path: str | Path, material: Material, *, sheets: Callable[[str], Figure] | None = None
) -> Path:
    """Write the report as one self-contained HTML file.

    Parameters
    ----------
    path : str or Path
        Where to write; replaced only when the page is complete.
    material : Material
        What the report shows; parts that are absent have no section.
    sheets : callable, optional
        Gives the A4 map sheet of a theme, when it is drawn already.

    Returns
    -------
    Path

    Notes
    -----
    Maps are embedded, formulas are MathML, and there is no script. The page names no address and forbids
    itself every request (Content-Security-Policy). All texts from inputs are escaped.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = gpd.GeoDataFrame(
    ...     {"nomor": [1], "desa": "Alai", "kecamatan": "Lembak", "kode_kecamatan": "160301"}, geometry=[None]
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> with TemporaryDirectory() as folder:
    ...     path = write_report(f"{folder}/laporan.html", Material(results=place, kecamatan=place, info=info))
    ...     "Kabupaten Contoh" in path.read_text(encoding="utf-8")
    True
    """
    page = render_report(material, sheets=sheets)
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return path


def render_report(material: Material, *, sheets: Callable[[str], Figure] | None = None) -> str:
    """Give the page of :func:`write_report` as text."""
    material = material.in_order
    drawn = sheets or (
        lambda theme: draw_map(material.results, material.kecamatan, material.info, theme=theme)
    )
    info = material.info
    return _environment().get_template("report.html.j2").render(
        _=_, language=language(), info=info, mark=synthetic_mark(), style=_asset("report.css"),
        public=material.public, level=format_number(100 * material.level), summary=summary(material),
        review=review_parts(material, lambda theme: _map(material, theme, drawn)),
        follow_up=follow_up_parts(material),
        districts=kecamatan_table(material), districts_lines=situation_lines(material),
        maps=[_map(material, theme, drawn) for theme in _shown(material)],
        clusters=clusters_table(material), deviance=deviance_table(material),
        villages=proposal_table(material),
        reasons=reasons(material.chosen),
        weights=[(name, format_number(100 * w, decimals=1)) for name, w in material.weights.items()],
        method=[
            *((str(label), str(value)) for label, value in material.method),
            *(caution_line(one) for one in material.cautions if one.level == "note"),
        ],
        certainty=certainty_table(material), alternatives=alternatives_table(material),
        prices=prices_table(material), odds=odds_table(material), influence=influence_table(material),
        gaps=gaps_table(material), tasks=tasks_table(material),
        caveats=[*caveats(material), *cautions(material)],
        accepted=accepted_table(material), audit=audit_table(material),
        by_opd=offices_table(material), completeness=completeness_table(material),
        inputs=inputs_table(material),
        lock=json.dumps(material.lock, indent=2, ensure_ascii=False) if material.lock else "",
    )  # fmt: skip


def _shown(material: Material) -> list[str]:
    known = available_themes(material.results)
    return [theme for theme in _THEMES if theme in known]


def _map(material: Material, theme: str, drawn: Callable[[str], Figure]) -> dict[str, Any]:
    layer: Layer = make_layer(material.results, theme)
    image = base64.b64encode(map_picture(drawn(theme), dpi=_DPI)).decode("ascii")
    return {
        "title": layer.title,
        "words": map_sentence(material.results, theme, layer.classes),
        "note": layer.note,
        "image": f"data:image/png;base64,{image}",
        "alt": _("Map of {kabupaten}: {title}").format(kabupaten=material.info.kabupaten, title=layer.title),
        "legend": layer.legend,
        "unsure": _("Hatched: {n} villages whose numbers are not yet reliable").format(n=layer.unsure_count)
        if layer.unsure_count
        else "",
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


@cache
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").rstrip()
