"""A drawn sheet in pixels, small: as many colours as a map needs, not as many as there could be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from PIL import Image
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["EFFORT", "draw_pixels"]

EFFORT = 4  # of compression: more of it takes twice the time for a tenth of the size
_COLOURS = 256  # what a byte can tell apart
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
        figure.set_canvas(shown_by)  # the other one would keep its pixels as long as the figure lives
    if pixels[..., 3].min() < 255:
        return Image.fromarray(pixels).copy()
    if any(axes.images for axes in figure.axes):
        return Image.fromarray(pixels).convert("RGB")
    packed = pixels.view("<u4")[..., 0] & 0xFFFFFF
    kept = _kept(packed[::_SAMPLE, ::_SAMPLE], figure)
    occurs = np.zeros(1 << 24, dtype=bool)
    occurs[packed] = True
    colours = np.flatnonzero(occurs)
    number = np.zeros(1 << 24, dtype=np.uint8)
    number[colours] = KDTree(_channels(kept)).query(_channels(colours))[1]
    image = Image.fromarray(number[packed])
    image.putpalette(_channels(kept).astype(np.uint8).tobytes())
    return image


def _kept(sample: npt.NDArray[Any], figure: Figure) -> npt.NDArray[np.int64]:
    """Colours of the areas, then those that occur most."""
    colours, times = np.unique(sample, return_counts=True)
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
