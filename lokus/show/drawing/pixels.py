"""Render a sheet as a small PNG with a palette of at most 256 colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.text import Text
from PIL import Image
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

__all__ = ["EFFORT", "draw_pixels"]

EFFORT = 4  # of compression: more of it takes twice the time for a tenth of the size
_COLOURS = 256  # what a byte can tell apart
_RGB = 0xFFFFFF
_SAMPLE = 3  # every third row and column tell how often a colour occurs


def draw_pixels(figure: Figure, dpi: float) -> Image.Image:
    """Draw a figure with at most 256 colours, unless it is not opaque or holds a picture such as a logo.

    A map of 300 dots an inch is a third of the size then. The colours of areas, and those that occur most,
    are kept exactly; only soft edges between areas move to the nearest of them.

    Parameters
    ----------
    figure : Figure
        Left as it was.
    dpi : float
        Dots an inch.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> image = draw_pixels(Figure(figsize=(2, 1)), dpi=50)
    >>> image.size, image.mode
    ((100, 50), 'P')
    """
    before, shown_by = figure.dpi, figure.canvas
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(dpi)
    try:
        canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    finally:
        figure.set_dpi(before)
        # Otherwise all pixels stay as long as the figure lives: its canvas and its texts keep the renderer.
        figure.set_canvas(shown_by)
        for text in _texts(figure):
            text._renderer = None
    packed = pixels.view("<u4")[..., 0]
    values, lengths = _runs(packed)
    if (values >> 24).min() < 255:
        return Image.fromarray(pixels).copy()
    if any(axes.images for axes in figure.axes):
        return Image.fromarray(pixels).convert("RGB")
    kept = _palette(packed[::_SAMPLE, ::_SAMPLE], figure)
    which, colours = pd.factorize(values & _RGB)
    number = KDTree(_channels(kept)).query(_channels(colours.astype(np.int64)))[1].astype(np.uint8)
    image = Image.fromarray(np.repeat(number[which], lengths).reshape(packed.shape))
    image.putpalette(_channels(kept).astype(np.uint8).tobytes())
    return image


def _texts(figure: Figure) -> Iterable[Any]:
    """Texts of a figure; to look for them in axes that are not shown would make all their ticks first."""
    shown = any(axes.axison or axes.child_axes or axes.get_legend() for axes in figure.axes)
    if shown or figure.legends:
        return figure.findobj(Text)
    # Among the children are the titles, which keep the renderer even where they are empty.
    parts = (figure, *figure.axes)
    return [child for part in parts for child in part.get_children() if isinstance(child, Text)]


def _runs(packed: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Value and length of each run of equal pixels, row by row: a map has far fewer runs than pixels."""
    flat = packed.ravel()
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    return flat[starts], np.diff(starts, append=len(flat))


def _palette(sample: npt.NDArray[Any], figure: Figure) -> npt.NDArray[np.int64]:
    """Colours of the areas, then those that occur most."""
    values, lengths = _runs(sample)
    which, colours = pd.factorize(values & _RGB)
    times = np.bincount(which, weights=lengths).astype(np.int64)
    faces = {to_rgba(patch.get_facecolor()) for axes in figure.axes for patch in axes.patches}
    stated = sorted(
        sum(round(255 * part) << 8 * place for place, part in enumerate(face[:3]))
        for face in faces
        if face[3] == 1
    )
    often = colours[np.lexsort((colours, -times))].tolist()
    return np.array(list(dict.fromkeys([*stated, *often]))[:_COLOURS], dtype=np.int64)


def _channels(packed: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Red, green and blue of colours, shape (n, 3)."""
    return np.column_stack([packed & 255, packed >> 8 & 255, packed >> 16])
