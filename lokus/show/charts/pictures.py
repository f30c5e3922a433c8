"""Make pictures for slides and report: maps without margin, and the parts of each lokus's score."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.pixels import EFFORT, draw_pixels
from lokus.show.drawing.typography import FAMILY, fit_size, shorten, text_width
from lokus.show.results.text import one_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

    from lokus.show.results.material import Material

__all__ = ["DPI", "PART_COLOURS", "draw_parts", "map_picture", "png_bytes"]

DPI = 170  # sharp on a projector of twice full HD
_MM = 25.4
_INK = "#22282c"
# Okabe & Ito's colours without the darkest and lightest: distinguishable with any colour vision.
PART_COLOURS = ("#b4441c", "#e69f00", "#0072b2", "#56b4e9", "#009e73", "#cc79a7", "#8f999e")


def png_bytes(figure: Figure, *, dpi: float, crop: Bbox | None = None) -> bytes:
    r"""Return a figure, or a part of it in inches, as PNG; the same figure gives the same bytes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> png_bytes(Figure(figsize=(1, 1)), dpi=40)[:4]
    b'\x89PNG'
    """
    image = io.BytesIO()
    with mpl.rc_context(mpl.rcParamsDefault):
        picture = draw_pixels(figure, dpi)
    if crop is not None:
        left, right = round(crop.x0 * dpi), round(crop.x1 * dpi)
        picture = picture.crop(
            (left, picture.height - round(crop.y1 * dpi), right, picture.height - round(crop.y0 * dpi))
        )
    picture.save(image, "PNG", dpi=(dpi, dpi), compress_level=EFFORT)
    return image.getvalue()


def map_picture(sheet: Figure, *, dpi: float = DPI) -> bytes:
    r"""Crop the map of a sheet of :func:`lokus.show.draw_map`, without its margin.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> sheet = kajian.maps.sheet("usulan")
    >>> map_picture(sheet, dpi=40)[:4]
    b'\x89PNG'
    """
    frames = [patch.get_window_extent() for patch in sheet.axes[0].patches if isinstance(patch, Rectangle)]
    whole = sheet.bbox
    # The neat line is the largest rectangle on the sheet that is not the sheet.
    inner = [
        frame for frame in frames if 0.2 < frame.width * frame.height / (whole.width * whole.height) < 0.95
    ]
    if not inner:
        return png_bytes(sheet, dpi=dpi)
    frame = max(inner, key=lambda box: box.width * box.height)
    return png_bytes(sheet, dpi=dpi, crop=frame.transformed(sheet.dpi_scale_trans.inverted()))


def draw_parts(material: Material, *, width: float, height: float) -> Figure:
    """Draw the score of every proposed village as a bar of its parts.

    Parameters
    ----------
    material : Material
        With `contributions`.
    width, height : float
        Millimetres; more than 26 villages stand in two columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame({"nomor": [1], "desa": "Alai", "kecamatan": "Lembak", "skor": 0.7}, index=["a"])
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> parts = pd.DataFrame({"Prevalensi": [0.4], "Anak": [0.3]}, index=["a"])
    >>> material = Material(results=place, kecamatan=place, info=info, contributions=parts)
    >>> figure = draw_parts(material, width=240, height=120)
    >>> figure.get_size_inches().round(2).tolist()
    [9.45, 4.72]
    """
    chosen = material.chosen
    parts = _leading_parts(material, limit=len(PART_COLOURS))
    columns = 1 if len(chosen) <= 16 else 2
    rows = -(-len(chosen) // columns)
    longest = float(np.nanmax([*parts.sum(axis=1), 1.0]))
    with mpl.rc_context({**mpl.rcParamsDefault, "font.family": FAMILY}):
        figure = Figure(figsize=(width / _MM, height / _MM), facecolor="white")
        legend = 8.0 * (1 + (parts.shape[1] - 1) // 3)
        room = width / columns
        names = min(0.42 * room, 70.0)
        step = (height - legend - 2) / rows
        type_size = min(11.0, max(5.0, step / _MM * 72 * 0.62))
        for column in range(columns):
            part = slice(column * rows, (column + 1) * rows)
            axes = figure.add_axes(
                ((column * room + names) / width, 0.0, (room - names - 4) / width, 1 - legend / height)
            )
            _draw_bars(
                axes, parts.iloc[part], chosen.iloc[part], rows=rows, longest=longest,
                size=type_size, names=names - 2, room=room - names - 4,
            )  # fmt: skip
        _draw_key(figure, list(parts.columns), width=width, height=height)
    return figure


def _leading_parts(material: Material, *, limit: int) -> pd.DataFrame:
    """Parts in points, the largest of all together first; those beyond `limit` summed as one."""
    if material.contributions is None:
        raise ValueError("the material has no contributions")
    parts = 100 * material.contributions.reindex(material.chosen.index).astype(float)
    order = parts.sum().sort_values(ascending=False, kind="stable").index
    parts = parts[order]
    if parts.shape[1] <= limit:
        return parts
    kept = parts.iloc[:, : limit - 1].copy()
    kept[_("Other indicators")] = parts.iloc[:, limit - 1 :].sum(axis=1)
    return kept


def _draw_bars(
    axes: Axes,
    parts: pd.DataFrame,
    villages: pd.DataFrame,
    *,
    rows: int,
    longest: float,
    size: float,
    names: float,
    room: float,
) -> None:
    axes.set(xlim=(0, longest * 1.12), ylim=(rows - 0.4, -0.6))
    axes.set_axis_off()
    scale = longest * 1.12 / room
    start = np.zeros(len(parts))
    for (_name, values), colour in zip(parts.items(), PART_COLOURS, strict=False):
        filled = values.fillna(0).to_numpy()
        axes.barh(range(len(parts)), filled, left=start, height=0.72, color=colour, edgecolor="white", lw=0.4)
        start += filled
    labels = [
        f"{number}  {one_line(desa)}"
        for number, desa in zip(villages["nomor"], villages["desa"], strict=True)
    ]
    full = [f"{label}, {one_line(name)}" for label, name in zip(labels, villages["kecamatan"], strict=True)]
    shown = full if all(text_width(label, size) <= names for label in full) else labels
    for place, (label, total) in enumerate(zip(shown, villages["skor"], strict=True)):
        axes.text(
            -1.5 * scale, place, shorten(label, size, names), size=size, ha="right", va="center", color=_INK,
            parse_math=False,
        )  # fmt: skip
        text = format_number(float(total) * 100, decimals=1)
        if parts.iloc[place].isna().all():
            text = _("{score} (parts masked)").format(score=text)
        axes.text(start[place] + scale, place, text, size=size, va="center", color=_INK)


def _draw_key(figure: Figure, names: list[str], *, width: float, height: float) -> None:
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    cell = width / 3
    size = fit_size(names, cell - 8, largest=12, smallest=7)
    for place, (name, colour) in enumerate(zip(names, PART_COLOURS, strict=False)):
        x, y = cell * (place % 3), 8.0 * (place // 3) + 3.4
        axes.add_patch(Rectangle((x, y - 1.7), 3.4, 3.4, color=colour))
        axes.text(
            x + 5, y, shorten(name, size, cell - 7), size=size, va="center", color=_INK, parse_math=False
        )
