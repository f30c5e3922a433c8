"""The report of a study: one HTML file that needs no network and prints to PDF."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lokus.files import atomic_path
from lokus.findings import level_label
from lokus.i18n import format_number, language
from lokus.i18n import gettext as _
from lokus.show.facts import displayed_codes, reasons
from lokus.show.gaps import gaps_by_indicator, threshold_text
from lokus.show.info import synthetic_mark
from lokus.show.layers import make_layer
from lokus.show.narrative import CERTAINTY, caveats, certainty_label, summary, tasks
from lokus.show.pictures import map_picture
from lokus.show.print_map import draw_map
from lokus.show.texts import column_texts, interval_texts, number_texts, texts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.layer import Layer
    from lokus.show.material import Material

__all__ = ["Table", "render_report", "write_report"]

TEMPLATES = Path(__file__).parent / "templates"
_DPI = 130
_THEMES = ("usulan", "prevalensi", "skor")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the report: heads, which of them stand over numbers, and rows of text."""

    heads: tuple[str, ...]
    numbers: frozenset[int]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, *columns: tuple[str, Sequence[str], bool]) -> Table:
        """Put together columns of (head, texts, whether numbers)."""
        return cls(
            heads=tuple(head for head, _texts, _number in columns),
            numbers=frozenset(place for place, (_head, _texts, number) in enumerate(columns) if number),
            rows=tuple(zip(*(values for _head, values, _number in columns), strict=True)),
        )


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
        maps=[_map(material, theme, drawn) for theme in _shown(material)], villages=_village_table(material),
        reasons=reasons(material.chosen),
        weights=[(name, format_number(100 * w, decimals=1)) for name, w in material.weights.items()],
        method=[(str(label), str(value)) for label, value in material.method], certainty=_certainty(material),
        alternatives=_alternatives(material), prices=_prices(material), gaps=_gaps(material),
        tasks=Table.of(
            (_("Who"), [task.who for task in tasks(material)], False),
            (_("What"), [task.what for task in tasks(material)], False),
            (_("Extent"), [task.extent for task in tasks(material)], False),
        ),
        caveats=caveats(material), accepted=_accepted(material), audit=_audit(material),
        by_opd=_by_opd(material), completeness=_completeness(material), inputs=_inputs(material),
        lock=json.dumps(material.lock, indent=2, ensure_ascii=False) if material.lock else "",
    )  # fmt: skip


def _shown(material: Material) -> list[str]:
    columns = {"usulan": "status_usulan", "prevalensi": "prevalensi", "skor": "skor"}
    return [theme for theme in _THEMES if columns[theme] in material.results]


def _map(material: Material, theme: str, drawn: Callable[[str], Figure]) -> dict[str, Any]:
    layer: Layer = make_layer(material.results, theme)
    image = base64.b64encode(map_picture(drawn(theme), dpi=_DPI)).decode("ascii")
    return {
        "title": layer.title,
        "note": layer.note,
        "image": f"data:image/png;base64,{image}",
        "alt": _("Map of {kabupaten}: {title}").format(kabupaten=material.info.kabupaten, title=layer.title),
        "legend": layer.legend,
        "unsure": _("Hatched: {n} villages whose numbers are not yet reliable").format(n=layer.unsure_count)
        if layer.unsure_count
        else "",
    }


def _village_table(material: Material) -> Table:
    chosen = material.chosen
    columns: list[tuple[str, Sequence[str], bool]] = [
        (_("No."), number_texts(chosen["nomor"], 0), True),
        (_("Village"), texts(chosen["desa"]), False),
        (_("Kecamatan"), texts(chosen["kecamatan"]), False),
        (_("Code"), displayed_codes(chosen), False),
    ]
    if "prevalensi" in chosen:
        columns.append((_("Prevalence (%)"), interval_texts(chosen, "prevalensi", decimals=1), True))
    if "anak_stunting" in chosen:
        columns.append(
            (_("Stunted children (estimate)"), column_texts(chosen, "anak_stunting", decimals=0), True)
        )
    columns.append((_("Score (0–100)"), column_texts(chosen, "skor", decimals=1, scale=100), True))
    if "peluang_lokus" in chosen:
        columns.append((_("Chance of being lokus"), number_texts(chosen["peluang_lokus"], 2), True))
    return Table.of(*columns)


def _certainty(material: Material) -> Table | None:
    results = material.results
    if "kelas_kepastian" not in results:
        return None
    inside = results["nomor"].notna()
    keys = [key for key in CERTAINTY if (results["kelas_kepastian"] == key).any()]
    fits = [results["kelas_kepastian"] == key for key in keys]
    return Table.of(
        (_("Certainty"), [certainty_label(key) for key in keys], False),
        (_("On the list"), [format_number(int((fit & inside).sum())) for fit in fits], True),
        (_("Not on it"), [format_number(int((fit & ~inside).sum())) for fit in fits], True),
    )


def _alternatives(material: Material) -> Table | None:
    table = material.alternatives
    if table is None or table.empty:
        return None
    return Table.of(
        (_("List"), texts(table["daftar"]), False),
        (_("Points less"), number_texts(table["selisih"], 2), True),
        (_("Comes in"), texts(table["masuk"]), False),
        (_("Goes out"), texts(table["keluar"]), False),
    )


def _prices(material: Material) -> Table | None:
    table = material.prices
    if table is None or table.empty:
        return None
    return Table.of(
        (_("Rule"), texts(table["aturan"]), False),
        (_("If loosened to"), texts(table["dilonggarkan"]), False),
        (_("Points gained in the sum of scores"), number_texts(table["harga"] * 100, 2), True),
    )


def _gaps(material: Material) -> Table | None:
    if material.gaps is None or material.gaps.empty:
        return None
    counted = gaps_by_indicator(material.gaps, material.chosen.index)
    limits = zip(number_texts(counted["ambang"], 1), counted["buruk"], strict=True)
    return Table.of(
        (_("Office (OPD)"), texts(counted["opd"]), False),
        (_("Indicator"), texts(counted["indikator"]), False),
        (_("Fails if"), [threshold_text(limit, worse) for limit, worse in limits], True),
        (_("Lokus that fail"), number_texts(counted["lokus"], 0), True),
        (_("Villages that fail"), number_texts(counted["desa"], 0), True),
        (_("Intervention"), texts(counted["intervensi"]), False),
    )


def _accepted(material: Material) -> Table | None:
    """Every accepted finding with the reason for accepting it."""
    findings = material.findings
    if findings is None or "accepted" not in findings:
        return None
    accepted = findings[findings["accepted"].astype(bool)]
    if accepted.empty:
        return None
    return Table.of(
        (_("Finding"), texts(accepted["message"]), False),
        (_("File"), texts(accepted["file"]), False),
        (_("Office (OPD)"), texts(accepted["opd"]), False),
        (_("Reason for accepting it"), texts(accepted["reason"]), False),
    )


def _audit(material: Material) -> Table | None:
    """How many findings each office has, by level."""
    findings = material.findings
    if findings is None or findings.empty:
        return None
    levels = ("blocking", "warning", "note")
    opd = findings["opd"].replace("", "–")
    names = sorted(opd.unique())
    return Table.of(
        (_("Office (OPD)"), names, False),
        *(
            (
                level_label(level),  # type: ignore[arg-type]
                [format_number(int(((opd == name) & (findings["level"] == level)).sum())) for name in names],
                True,
            )
            for level in levels
        ),
    )


def _by_opd(material: Material) -> Table | None:
    table = material.by_opd
    if table is None or table.empty:
        return None
    return Table.of(
        (_("Office (OPD)"), [str(name) for name in table.index], False),
        (_("Indicators"), number_texts(table["indikator"], 0), True),
        (_("Values present"), number_texts(table["terisi"], 0), True),
        (_("Needed"), number_texts(table["seharusnya"], 0), True),
        (_("Complete (%)"), number_texts(table["persen"], 1), True),
        (_("Villages complete"), number_texts(table["desa_lengkap"], 0), True),
    )


def _completeness(material: Material) -> Table | None:
    table = material.completeness
    if table is None or not table.size:
        return None
    present = table.astype("boolean").fillna(value=False).astype(bool)
    return Table.of(
        (_("Indicator"), [str(name) for name in present], False),
        (_("Villages with data"), number_texts(present.sum(), 0), True),
        (_("Villages without data"), number_texts((~present).sum(), 0), True),
    )


def _inputs(material: Material) -> Table | None:
    files = (material.lock or {}).get("masukan", ())
    if not files:
        return None
    return Table.of(
        (_("File"), [str(item["berkas"]) for item in files], False),
        ("SHA-256", [str(item["sha256"]) for item in files], False),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


@cache
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").rstrip()
