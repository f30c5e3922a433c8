"""Words around a printed map: header, legend with counts, numbered list of lokus, footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Circle

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.furniture import INK, QUIET, SOFT, draw_box, draw_hatch, write
from lokus.show.info import StudyInfo, synthetic_mark
from lokus.show.layout import Box, Page
from lokus.show.palette import MISSING
from lokus.show.typography import fit_size, line_height, shorten, text_width, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from lokus.show.layers import Layer

__all__ = [
    "KECAMATAN_LINE",
    "LOKUS_LINE",
    "UNSURE_HATCH",
    "Listed",
    "draw_footer",
    "draw_header",
    "draw_legend",
    "draw_list",
]

MARK_INK, MARK_GROUND = "#6b1d6f", "#f6e9f6"
LOKUS_LINE: dict[str, Any] = {"color": "#111111", "width": 1.05}
KECAMATAN_LINE: dict[str, Any] = {"color": "#4c565b", "width": 0.85}
MISSING_HATCH: dict[str, Any] = {"spacing": 1.5, "colour": "#9aa3a8", "width": 0.45}
UNSURE_HATCH: dict[str, Any] = {"spacing": 1.9, "colour": "#1f2629", "width": 0.38}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A village of the list beside the map."""

    nomor: int
    desa: str
    kecamatan: str
    drawn: bool


def listed_villages(results: pd.DataFrame, layer: Layer) -> list[Listed]:
    """Proposed villages in the order of their numbers."""
    numbers = layer.lokus.dropna().sort_values(kind="stable")
    rows = results.loc[numbers.index]
    drawn = ~(rows.geometry.isna() | rows.geometry.is_empty)
    return [
        Listed(nomor=int(number), desa=str(desa), kecamatan=str(kecamatan), drawn=bool(there))
        for number, desa, kecamatan, there in zip(
            numbers, rows["desa"], rows["kecamatan"], drawn, strict=True
        )
    ]


def draw_header(page: Axes, plan: Page, info: StudyInfo, layer: Layer) -> None:
    """Write title, year, study and rule, and the mark of made-up data."""
    box, unit = plan.header, plan.unit
    width = box.width
    if info.synthetic:
        size = 8 * unit
        band = text_width(synthetic_mark(), size, weight="bold") + 6 * unit
        height = 6.5 * unit
        mark = Box(box.right - band, box.top - height, box.right, box.top)
        draw_box(page, mark, face=MARK_GROUND, edge=MARK_INK, width=0.8, zorder=9)
        write(
            page, box.right - band / 2, box.top - height / 2, synthetic_mark(), size,
            ha="center", va="center_baseline", weight="bold", color=MARK_INK, zorder=10, gid="sintetis",
        )  # fmt: skip
        width -= band + 4 * unit
    title = _("{theme} – {kabupaten}, {tahun}").format(
        theme=layer.title, kabupaten=info.kabupaten, tahun=info.tahun
    )
    size = fit_size([title], width, largest=14 * unit, smallest=9 * unit, weight="bold")
    y = box.top - 4.9 * unit
    write(page, box.left, y, shorten(title, size, width, weight="bold"), size, weight="bold", gid="judul")
    y -= 4.6 * unit
    write(page, box.left, y, shorten(info.title, 8.5 * unit, width), 8.5 * unit, color=QUIET, gid="kajian")
    if info.rule:
        size = 7 * unit
        for line in wrap(info.rule, size, box.width, lines=1 if plan.landscape else 2):
            y -= line_height(size) + 0.4 * unit
            write(page, box.left, y, line, size, color=QUIET, gid="aturan")


def draw_legend(page: Axes, plan: Page, layer: Layer) -> Box:
    """Draw the legend from the top of its box; return what is left below it."""
    box, unit = plan.legend, plan.unit
    size, row = 7 * unit, 4.25 * unit
    y = box.top - 3.4 * unit
    counted = _("villages")
    room = box.width - text_width(counted, 6 * unit) - 2 * unit
    heading = fit_size([layer.title], room, largest=8.5 * unit, smallest=6.5 * unit, weight="bold")
    write(page, box.left, y, layer.title, heading, weight="bold")
    write(page, box.right, y, counted, 6 * unit, ha="right", color=QUIET)
    page.plot([box.left, box.right], [y - 1.5 * unit] * 2, color=SOFT, linewidth=0.6)
    y -= 1.1 * unit
    swatch_width, swatch_height, gap = 7 * unit, 3 * unit, 2 * unit
    limits_width = max((text_width(e.limits, size) for e in layer.legend), default=0.0)
    text_left = box.left + swatch_width + gap

    def swatch(y: float, **style: Any) -> Box:
        bottom = y - 0.55 * unit
        field = Box(box.left, bottom, box.left + swatch_width, bottom + swatch_height)
        draw_box(page, field, **{"edge": "#8b9499", **style})
        return field

    def count(y: float, value: int, **style: Any) -> None:
        write(page, box.right, y, format_number(value), size, ha="right", **style)

    for entry in layer.legend:
        y -= row
        field = swatch(y, face=entry.colour)
        if entry.key == MISSING:
            draw_hatch(page, field.path, zorder=8.5, crossed=True, **MISSING_HATCH)
        if limits_width:
            write(page, text_left, y, entry.limits, size)
            write(page, text_left + limits_width + gap, y, entry.label, size, gid=f"legenda:{entry.key}")
        else:
            write(page, text_left, y, entry.label, size, gid=f"legenda:{entry.key}")
        count(y, entry.count, gid=f"jumlah:{entry.key}")
    y -= row
    page.plot([text_left, box.right], [y + 3 * unit] * 2, color=SOFT, linewidth=0.6)
    write(page, text_left, y, _("Total"), size, weight="bold")
    count(y, len(layer.classes), weight="bold", gid="jumlah:semua")
    if layer.theme == "prevalensi":
        y -= row
        draw_hatch(page, swatch(y, face="white").path, zorder=8.5, **UNSURE_HATCH)
        write(page, text_left, y, _("Not yet reliable, coloured by its class"), size)
        count(y, layer.unsure_count, gid="jumlah:belum andal")
    y -= row
    middle = y + 0.9 * unit
    if layer.theme != "usulan":
        swatch(y, edge=LOKUS_LINE["color"], width=LOKUS_LINE["width"] * unit)
    draw_disc(page, box.left + swatch_width / 2, middle, "1", unit=unit)
    label = (
        _("Lokus, numbered as listed") if layer.theme == "usulan" else _("Proposed lokus, numbered as listed")
    )
    write(page, text_left, y, label, size)
    count(y, int(layer.lokus.notna().sum()), gid="jumlah:nomor")
    y -= row
    middle = y + 0.9 * unit
    page.plot([box.left, box.left + swatch_width], [middle] * 2, zorder=8, color=KECAMATAN_LINE["color"],
              linewidth=KECAMATAN_LINE["width"] * unit)  # fmt: skip
    write(page, text_left, y, _("Kecamatan border"), size)
    second = box.left + box.width * 0.53
    page.plot([second, second + swatch_width * 0.7], [middle] * 2, color="#a9b1b5", linewidth=0.4 * unit)
    label = _("Village border")
    room = box.right - second - swatch_width * 0.7 - gap
    write(
        page,
        second + swatch_width * 0.7 + gap,
        y,
        label,
        fit_size([label], room, largest=size, smallest=4.5 * unit),
    )
    for line in wrap(layer.note, 5.4 * unit, box.width, lines=3):
        y -= line_height(5.4 * unit) + 0.6 * unit
        write(page, box.left, y, line, 5.4 * unit, color=QUIET)
    return Box(box.left, box.bottom, box.right, y - 1.5 * unit)


def draw_disc(page: Axes, x: float, y: float, text: str, *, unit: float, gid: str | None = None) -> None:
    """Draw a numbered disc, the same in the legend and on the map."""
    page.add_artist(
        Circle((x, y), 1.5 * unit, facecolor="white", edgecolor=INK, linewidth=0.6 * unit, zorder=11)
    )
    size = 5.2 * unit if len(text) < 3 else 4 * unit
    write(
        page,
        x,
        y - 0.03 * unit,
        text,
        size,
        ha="center",
        va="center_baseline",
        weight="bold",
        zorder=12,
        gid=gid,
    )


def draw_list(
    page: Axes, box: Box, villages: Sequence[Listed], key: Sequence[tuple[str, str]], *, unit: float
) -> None:
    """Write the numbered lokus, and the kecamatan that stand on the map by their letter only."""
    kecamatan = len({v.kecamatan for v in villages})
    y = box.top - 3 * unit
    write(page, box.left, y, _("List of lokus"), 8.5 * unit, weight="bold")
    text = _("{n} villages in {k} kecamatan").format(n=len(villages), k=kecamatan)
    write(page, box.right, y, text, 6 * unit, ha="right", color=QUIET)
    y -= 1.5 * unit
    page.plot([box.left, box.right], [y] * 2, color=SOFT, linewidth=0.6)
    if not villages:
        write(page, box.left, y - 4 * unit, _("No village has been proposed yet."), 7 * unit, color=QUIET)
    bottom = box.bottom
    if any(not v.drawn for v in villages):
        write(
            page,
            box.left,
            bottom + 0.5 * unit,
            _("* has no polygon and is not on the map"),
            5.4 * unit,
            color=QUIET,
        )
        bottom += 3 * unit
    if key:
        entries = [f"{letter} = {name}" for letter, name in key]
        lines = _flow([_("Kecamatan by letter:"), *entries], 5.6 * unit, box.width)
        for line in reversed(lines):
            write(page, box.left, bottom + 0.5 * unit, line, 5.6 * unit, color=QUIET, gid="kunci kecamatan")
            bottom += line_height(5.6 * unit)
        bottom += 1 * unit
    _write_columns(page, Box(box.left, bottom, box.right, y), villages, unit)


def _flow(words: Sequence[str], size: float, width: float) -> list[str]:
    """Lines of whole entries, parted by two spaces."""
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]}  {word}"
        if text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [shorten(line, size, width) for line in lines]


def _write_columns(page: Axes, box: Box, villages: Sequence[Listed], unit: float) -> None:
    """As many columns as give the largest type; a long name is cut, its number never."""
    if not villages:
        return
    names = [v.desa + ("" if v.drawn else " *") for v in villages]
    texts = [f"{name}  {v.kecamatan}" for name, v in zip(names, villages, strict=True)]
    best = (0.0, 1)
    for columns in (1, 2, 3, 4):
        rows = -(-len(villages) // columns)
        width = (box.width - (columns - 1) * 3 * unit) / columns - 6 * unit
        by_height = box.height / rows / line_height(1.0)
        by_width = fit_size(texts, width, largest=7 * unit, smallest=0.1)
        best = max(best, (min(by_height, by_width, 7 * unit), -columns))
    size, columns = max(best[0], 4.4 * unit), abs(best[1])
    rows = -(-len(villages) // columns)
    size = min(size, box.height / rows / line_height(1.0))
    pitch = (box.width + 3 * unit) / columns
    width = pitch - 9 * unit
    height = line_height(size) * 1.06 if rows * line_height(size) * 1.06 <= box.height else line_height(size)
    for place, (village, name) in enumerate(zip(villages, names, strict=True)):
        column, line = divmod(place, rows)
        left = box.left + column * pitch
        y = box.top - (line + 1) * height + 0.1 * height
        write(page, left + 4 * unit, y, str(village.nomor), size, ha="right", weight="bold")
        name = shorten(name, size, width)
        write(page, left + 6 * unit, y, name, size, gid=f"daftar:{village.nomor}")
        used = text_width(name + "  ", size)
        rest = width - used
        if rest > text_width("…", size):
            write(page, left + 6 * unit + used, y, shorten(village.kecamatan, size, rest), size, color=QUIET)


def draw_footer(page: Axes, plan: Page, info: StudyInfo, *, projection: str, missing: Sequence[str]) -> None:
    """Write sources, data date, projection, institution, and the villages that could not be drawn."""
    box, unit = plan.footer, plan.unit
    size = 5.8 * unit
    page.plot([box.left, box.right], [box.top] * 2, color=SOFT, linewidth=0.6)
    width = box.width
    if info.instansi:
        name = shorten(info.instansi, 7 * unit, 0.4 * box.width, weight="bold")
        write(
            page, box.right, box.top - 3.4 * unit, name, 7 * unit, ha="right", weight="bold", gid="instansi"
        )
        width -= text_width(name, 7 * unit, weight="bold") + 5 * unit
    notes = [projection]
    if missing:
        names = ", ".join(missing[:4]) + (", …" if len(missing) > 4 else "")
        notes.append(
            _("{n} villages without polygon, counted but not drawn: {names}.").format(
                n=len(missing), names=names
            )
        )
    lines = wrap(info.source_line, size, width, lines=2) if info.source_line else []
    y = box.top - 0.6 * unit
    for line in [*lines, shorten(" · ".join(notes), size, width)]:
        y -= line_height(size)
        write(page, box.left, y, line, size, color=QUIET)
