"""The report of a study: one HTML file that needs no network and prints to PDF."""

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
from lokus.show.facts import reasons
from lokus.show.info import synthetic_mark
from lokus.show.layers import available_themes, make_layer
from lokus.show.map_words import map_sentence
from lokus.show.narrative import caveats, summary
from lokus.show.pictures import map_picture
from lokus.show.print_map import draw_map
from lokus.show.report_review import follow_up_parts, review_parts
from lokus.show.report_tables import (
    accepted_table,
    alternatives_table,
    audit_table,
    certainty_table,
    completeness_table,
    gaps_table,
    inputs_table,
    offices_table,
    prices_table,
    tasks_table,
    village_table,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.layer import Layer
    from lokus.show.material import Material

__all__ = ["render_report", "write_report"]

TEMPLATES = Path(__file__).parent / "templates"
_DPI = 130
_THEMES = ("usulan", "prevalensi", "peluang", "titik_panas", "tipologi", "skor")


def write_report(
    path: str | Path, material: Material, *, sheets: Callable[[str], Figure] | None = None
) -> Path:
    """Write the report as one self-contained HTML file.

    Parameters
    ----------
    path : str or Path
        Where to write; replaced only when the page is complete.
    material : Material
        What the report tells; parts that are absent have no section.
    sheets : callable, optional
        Gives the A4 map sheet of a theme, when it is drawn already.

    Returns
    -------
    Path

    Notes
    -----
    Maps are embedded, formulas are MathML, and there is no script. The page names no address and forbids
    itself every request (Content-Security-Policy). All texts from inputs are escaped.
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
        maps=[_map(material, theme, drawn) for theme in _shown(material)], villages=village_table(material),
        reasons=reasons(material.chosen),
        weights=[(name, format_number(100 * w, decimals=1)) for name, w in material.weights.items()],
        method=[(str(label), str(value)) for label, value in material.method],
        certainty=certainty_table(material), alternatives=alternatives_table(material),
        prices=prices_table(material), gaps=gaps_table(material), tasks=tasks_table(material),
        caveats=caveats(material), accepted=accepted_table(material), audit=audit_table(material),
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
