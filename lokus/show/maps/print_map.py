"""Draw print maps: one A4 or A3 sheet with title, legend, scale and sources, as PNG or vector PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
import shapely
from matplotlib.figure import Figure
from matplotlib.image import imread

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.drawing.furniture import (
    INK,
    QUIET,
    SOFT,
    draw_box,
    draw_graticule,
    draw_north,
    draw_scale_bar,
    write,
)
from lokus.show.drawing.geometry import crs_line
from lokus.show.drawing.layout import Box, Page
from lokus.show.drawing.legend import draw_legend, legend_height
from lokus.show.drawing.pixels import EFFORT, draw_pixels
from lokus.show.drawing.typography import fit_lines, fit_size, line_height, shorten, text_width, wrap
from lokus.show.drawing.villages import draw_body, scale_for
from lokus.show.maps.base_map import BaseMap
from lokus.show.maps.lettering import draw_labels, label_neighbours, name_villages
from lokus.show.maps.sheet_plan import (
    SEA_COLOUR,
    UNKNOWN,
    Frames,
    draw_locator,
    draw_surroundings,
    inset_captions,
    plan_frames,
    shapes_within,
)
from lokus.show.maps.zoom import draw_zoom, plan_zooms
from lokus.show.results.info import StudyInfo, synthetic_mark
from lokus.show.themes.themes import make_layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes

    from lokus.show.results.info import StudyInfo
    from lokus.show.themes.layer import Layer
    from lokus.show.themes.themes import IndicatorStyle

__all__ = [
    "Listed",
    "Sheet",
    "blank_sheet",
    "draw_footer",
    "draw_header",
    "draw_map",
    "draw_on",
    "draw_watermark",
    "save_map",
]


MARK_INK, MARK_FILL = "#6b1d6f", "#f6e9f6"


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


def draw_watermark(page: Axes, frame: Box, *, unit: float) -> None:
    """Write the mark of made-up data across the map.

    Examples
    --------
    >>> from lokus.show.drawing.layout import plan_page
    >>> plan = plan_page("A4", 90_000, 40_000)
    >>> figure, page = blank_sheet(plan)
    >>> draw_watermark(page, plan.map, unit=1.0)
    >>> page.texts[0].get_text()
    'DATA CONTOH SINTETIS'
    """
    write(
        page, *frame.centre, synthetic_mark(), min(30 * unit, 0.18 * frame.width), rotation=28, ha="center",
        va="center", weight="bold", color=MARK_INK, alpha=0.13, zorder=6, gid="watermark",
    )  # fmt: skip


def draw_header(
    page: Axes, plan: Page, info: StudyInfo, heading: str, *, logo: str | Path | None = None
) -> None:
    """Write heading, place, year, study and rule, with a logo and the mark of made-up data.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> from lokus.show.drawing.layout import plan_page
    >>> plan = plan_page("A4", 90_000, 40_000)
    >>> figure, page = blank_sheet(plan)
    >>> draw_header(page, plan, info, "Usulan lokus")
    >>> page.texts[0].get_text()
    'Usulan lokus – Kabupaten Contoh, 2026'
    """
    box, unit = plan.header, plan.unit
    if logo is not None:
        box = Box(draw_logo(page, box, logo) + 4 * unit, box.bottom, box.right, box.top)
    width = box.width
    if info.synthetic:
        size = 8 * unit
        band = text_width(synthetic_mark(), size, weight="bold") + 6 * unit
        height = 6.5 * unit
        mark = Box(box.right - band, box.top - height, box.right, box.top)
        draw_box(page, mark, face=MARK_FILL, edge=MARK_INK, width=0.8, zorder=9)
        write(
            page, box.right - band / 2, box.top - height / 2, synthetic_mark(), size,
            ha="center", va="center_baseline", weight="bold", color=MARK_INK, zorder=10, gid="sintetis",
        )  # fmt: skip
        width -= band + 4 * unit
    title = _("{theme} – {kabupaten}, {tahun}").format(
        theme=heading, kabupaten=info.kabupaten, tahun=info.tahun
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


def draw_logo(page: Axes, box: Box, logo: str | Path) -> float:
    """Draw a logo at the left of the header, no wider than twice its height; return its right edge."""
    picture = imread(logo)
    height, width = picture.shape[:2]
    tall = min(box.height, 2 * box.height * height / width)
    wide = tall * width / height
    left, right = page.get_xlim()
    bottom, top = page.get_ylim()
    page.imshow(
        picture, extent=(box.left, box.left + wide, box.top - tall, box.top), aspect="auto", zorder=9,
        interpolation="none", gid="logo", cmap="gray",
    )  # fmt: skip
    page.set(xlim=(left, right), ylim=(bottom, top))
    return float(box.left + wide)


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


_LEAST_TYPE = 4.2  # points, in A4
_LEAST_COLUMN = 22.0  # millimetres a column needs for a number and a name, in A4


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
    if size < _LEAST_TYPE * unit:
        # Smaller type is not legible: villages that do not fit are counted, and are in the annex.
        size = _LEAST_TYPE * unit
        columns = max(1, min(4, int((box.width + 3 * unit) // (_LEAST_COLUMN * unit))))
        rows = max(1, int(box.height / line_height(size)))
        fit = rows * columns - 1
        more = _("and {n} more: see the annex").format(n=len(villages) - fit)
        villages, names = villages[:fit], names[:fit]
        left = box.left + (columns - 1) * (box.width + 3 * unit) / columns
        write(
            page, left + 6 * unit, box.top - (rows - 0.1) * line_height(size), more, size, color=QUIET,
            gid="daftar:lanjutan",
        )  # fmt: skip
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
    """Write sources, data date, projection, institution, and the villages that could not be drawn.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> from lokus.show.drawing.layout import plan_page
    >>> plan = plan_page("A4", 90_000, 40_000)
    >>> figure, page = blank_sheet(plan)
    >>> draw_footer(page, plan, info, projection="UTM 48S", missing=["Air Dua"])
    >>> page.texts[-1].get_text()
    'Batas indikatif; ... UTM 48S · 1 desa/kelurahan tanpa poligon, dihitung tetapi tidak tergambar: Air Dua.'
    """
    box, unit = plan.footer, plan.unit
    size = 5.8 * unit
    page.plot([box.left, box.right], [box.top] * 2, color=SOFT, linewidth=0.6)
    width = box.width
    width -= _write_maker(page, box, info, unit=unit)
    notes = [info.status_line, projection]
    if missing:
        names = ", ".join(missing[:4]) + (", …" if len(missing) > 4 else "")
        notes.append(
            _("{n} villages without polygon, counted but not drawn: {names}.").format(
                n=len(missing), names=names
            )
        )
    y = box.top - 0.6 * unit
    # Sources take two lines of three; where they are many, all of them in smaller type.
    room = 3 * line_height(size)
    # What is said of the borders takes one line, or two of smaller type: none of it is left out for the room.
    least, note = 4.2 * unit, " · ".join([notes[0][:1].upper() + notes[0][1:], *notes[1:]])
    if text_width(note, least) <= width:
        fitting = fit_size([note], width, largest=size, smallest=least)
        said, kept = [note], line_height(size)
    else:
        fitting, said = fit_lines(note, width, room / 2, largest=size, smallest=least)
        kept = len(said) * line_height(fitting)
    small, lines = fit_lines(info.source_line, width, room - kept, largest=size, smallest=least)
    for line, points in [*((line, small) for line in lines), *((line, fitting) for line in said)]:
        y -= line_height(points)
        write(page, box.left, y, line, points, color=QUIET)


def _write_maker(page: Axes, box: Box, info: StudyInfo, *, unit: float) -> float:
    """Write who made the map, where they are, and which edition it is; return the width it takes."""
    most = 0.4 * box.width
    lines = []
    if info.instansi:
        lines.append(("instansi", shorten(info.instansi, 7 * unit, most, weight="bold"), 7 * unit, "bold"))
    if info.alamat:
        size = fit_size([info.alamat], most, largest=5.8 * unit, smallest=4.2 * unit)
        lines.append(("alamat", shorten(info.alamat, size, most), size, "normal"))
    if info.edition_line:
        lines.append(("edisi", shorten(info.edition_line, 5.8 * unit, most), 5.8 * unit, "normal"))
    y = box.top - 0.9 * unit
    for gid, text, size, weight in lines:
        y -= line_height(size) * 0.95
        colour = INK if weight == "bold" else QUIET
        write(page, box.right, y, text, size, ha="right", weight=weight, color=colour, gid=gid)
    return (
        max((text_width(text, size, weight=weight) for _, text, size, weight in lines), default=-5 * unit)
        + 5 * unit
    )


DPI = 300
_UNSAID = ("CreationDate", "Creator", "Producer")
_SCREEN_DPI = 100


class Sheet(Figure):
    """A figure that shows itself in a notebook without pyplot, small enough to be kept in it."""

    def _repr_png_(self) -> bytes:
        image = io.BytesIO()
        with mpl.rc_context(mpl.rcParamsDefault):
            self.savefig(image, dpi=_SCREEN_DPI, format="png", metadata={"Software": None})
        return image.getvalue()


def draw_map(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    *,
    theme: str = "usulan",
    size: str = "A4",
    indicators: Mapping[str, IndicatorStyle] | None = None,
    surroundings: gpd.GeoDataFrame | None = None,
    logo: str | Path | None = None,
    sea: bool = False,
) -> Sheet:
    """Draw one theme of the results on one sheet.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``; a village without polygon is
        counted and named in the footer.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``, columns ``kecamatan`` and ``geometry``.
    info : StudyInfo
        What to write around the map.
    theme : str
        What to show, see :func:`lokus.show.themes.themes.make_layer`.
    size : {"A4", "A3"}
        Paper; the orientation follows the shape of the kabupaten.
    indicators : mapping of str to IndicatorStyle, optional
        How indicators are shown, for ``indikator:`` themes.
    surroundings : geopandas.GeoDataFrame, optional
        Outlines around the kabupaten, such as the kabupaten of its province: drawn beneath the map, named
        where there is room if they have a column of names, and as a locator.
    logo : str or Path, optional
        PNG for the header.
    sea : bool
        Whether what lies neither in the kabupaten nor in `surroundings` is known to be sea; otherwise it
        has no colour of its own.

    Returns
    -------
    Sheet
        A matplotlib figure as large as the paper; its single axes measures millimetres.

    Raises
    ------
    ValueError
        Unknown theme or paper, no CRS, or not one village with a polygon.
    InputError
        The results have no such theme.

    Notes
    -----
    Far parts that would make the map tiny are drawn in an inset, see
    :func:`lokus.show.drawing.detached_parts.find_detached`.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> sheet = draw_map(kajian.results, kajian.boundaries.kecamatan, kajian.info, theme="prevalensi")
    >>> sheet.get_size_inches().round(1).tolist()
    [11.7, 8.3]
    """
    base_map = BaseMap(results, kecamatan, surroundings)
    return draw_on(base_map, info, theme=theme, size=size, indicators=indicators, logo=logo, sea=sea)


def draw_on(
    base_map: BaseMap,
    info: StudyInfo,
    *,
    theme: str = "usulan",
    size: str = "A4",
    indicators: Mapping[str, IndicatorStyle] | None = None,
    logo: str | Path | None = None,
    sea: bool = False,
) -> Sheet:
    """Draw one theme on a base map that other sheets share; otherwise as :func:`draw_map`.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.maps.base_map import BaseMap
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> sheets = [draw_on(base_map, kajian.info, theme=theme) for theme in ("usulan", "skor")]
    >>> len(sheets)
    2
    """
    results, kecamatan, crs, around = base_map.results, base_map.kecamatan, base_map.crs, base_map.around
    layer = make_layer(results, theme, indicators=indicators)
    frames = plan_frames(size, base_map.bodies, around, legend_mm=legend_height(layer))
    plan, main = frames.page, frames.main
    drawn = base_map.on(frames.composite)
    shapes, borders = drawn.shapes, drawn.borders

    with mpl.rc_context(mpl.rcParamsDefault):
        figure, page = blank_sheet(plan)
        background = SEA_COLOUR if sea else UNKNOWN
        draw_box(page, main.box, face=background, zorder=0)
        if around is not None:
            draw_surroundings(page, frames, around)
        angle = draw_graticule(page, main.box, main.sketch, crs, unit=plan.unit)
        for panel in frames.insets:
            draw_box(page, panel.box, face=background, zorder=1.5)
        circles = scale_for(layer, shapes, unit=plan.unit)
        draw_body(page, shapes, borders, layer, results.index, unit=plan.unit, circles=circles)
        zooms = plan_zooms(frames, base_map, layer.lokus.loc[results.index])
        named: set[str] = set()
        for zoom in zooms:
            named |= draw_zoom(page, zoom, base_map, layer, unit=plan.unit, circles=circles)
        if info.synthetic:
            draw_watermark(page, main.box, unit=plan.unit)
        inset_captions(page, frames, _inset_names(frames, base_map.outlines, kecamatan["kecamatan"]))
        if around is not None:
            draw_locator(page, frames, around, background=background)
        draw_box(page, main.box, edge=INK, width=0.7, zorder=13)
        key, taken = draw_labels(
            page,
            drawn,
            results,
            kecamatan,
            layer,
            plan,
            taken=[*frames.taken, *(zoom.box for zoom in zooms)],
            circles=circles,
        )
        unnamed = 0
        if size == "A3":
            named |= name_villages(page, drawn, results, plan, taken=taken)
            unnamed = sum(shape is not None for shape in shapes) - len(named)
        if around is not None:
            own = shapely.union_all([shape for shape in (*shapes, *borders) if shape is not None])
            label_neighbours(
                page, shapes_within(frames, base_map.neighbours), frame=main.box, own=own,
                taken=[*taken, *(panel.box for panel in frames.insets)],
            )  # fmt: skip
        draw_header(page, plan, info, layer.title, logo=logo)
        if unnamed:
            note = _("Names of {n} villages find no room here: see the workbook").format(n=unnamed)
            at = main.box.grow(-1.2 * plan.unit)
            write(page, at.left, at.bottom, note, 4.6 * plan.unit, color=QUIET, zorder=12, gid="tanpa nama")
        left_over = draw_legend(page, plan, layer, circles=circles)
        foot = Box(left_over.left, plan.legend.bottom, left_over.right, plan.legend.bottom + 9 * plan.unit)
        draw_scale_bar(page, foot, scale=main.sketch.scale, size=size, unit=plan.unit)
        draw_north(
            page, foot.right - 5 * plan.unit, foot.bottom + 3.6 * plan.unit, angle=angle, unit=plan.unit
        )
        draw_list(page, plan.listing, listed_villages(results, layer), key, unit=plan.unit)
        lost = [str(name) for name, shape in zip(results["desa"], shapes, strict=True) if shape is None]
        projection = crs_line(crs)
        draw_footer(page, plan, info, projection=projection, missing=lost)
    return figure


def blank_sheet(plan: Page) -> tuple[Sheet, Axes]:
    """Give an empty sheet of the planned size, with one axes that measures millimetres.

    Examples
    --------
    >>> from lokus.show.drawing.layout import plan_page
    >>> figure, page = blank_sheet(plan_page("A4", 90_000, 40_000))
    >>> page.get_xlim()
    (np.float64(0.0), np.float64(297.0))
    """
    figure = Sheet(figsize=(plan.sheet.width / 25.4, plan.sheet.height / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, plan.sheet.width), ylim=(0, plan.sheet.height))
    page.set_axis_off()
    return figure, page


def _inset_names(frames: Frames, outlines: Any, names: pd.Series) -> list[str]:
    """Kecamatan that each inset shows parts of, the largest part first."""
    parts, owner = shapely.get_parts(outlines, return_index=True)
    group = frames.composite.detached.group_of(parts)
    areas = pd.DataFrame({"group": group, "name": names.to_numpy()[owner], "area": shapely.area(parts)})
    sums = areas.groupby(["group", "name"])["area"].sum().reset_index()
    sums = sums.sort_values(["area", "name"], ascending=[False, True])
    return [
        ", ".join(sums.loc[sums["group"] == number, "name"].head(3))
        for number in range(1, len(frames.composite.panels))
    ]


def save_map(figure: Figure, path: str | Path) -> Path:
    """Write a map as PNG (300 dpi) or vector PDF, by the suffix; the same map gives the same bytes.

    Raises
    ------
    ValueError
        The suffix is neither ``.png`` nor ``.pdf``.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.show.drawing.layout import plan_page
    >>> figure, page = blank_sheet(plan_page("A4", 90_000, 40_000))
    >>> save_map(figure, Path(tempfile.mkdtemp()) / "peta.pdf").read_bytes()[:4]
    b'%PDF'
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".png", ".pdf"):
        raise ValueError(f"a map is written as .png or .pdf, not {suffix!r}")
    settings = {**mpl.rcParamsDefault, "pdf.compression": EFFORT}
    with mpl.rc_context(settings), atomic_path(path) as draft:
        if suffix == ".pdf":
            figure.savefig(draft, format="pdf", metadata=dict.fromkeys(_UNSAID))
        else:
            draw_pixels(figure, DPI).save(draft, "PNG", dpi=(DPI, DPI), compress_level=EFFORT)
    return path
