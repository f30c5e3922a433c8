"""Draw lines of text that are measured and outlined once, however often the sheet is drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontPath, FontProperties, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from lokus.show.drawing.typography import FAMILY, lay_out, metrics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from lokus.show.drawing.typography import Letter

__all__ = ["Line"]

_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}  # share of the width left of the position


class Line(Text):
    """One line of plain text; in a PDF it stays text, in pixels it is the outline of its letters.

    matplotlib lays a text out for each drawing and each resolution anew. This line is measured by the size of
    its letters alone, so that sheets in PNG and PDF have it in the same place.

    Parameters
    ----------
    x, y : float
        In the units of the page.
    text : str
        Dollar signs and backslashes in it mean themselves.
    size : float
        Points.
    weight, style : str
        Of the type.
    edge : float
        Width in points of a white edge; a line that has one is the edge alone, without the letters.
    **more
        As of :class:`matplotlib.text.Text`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> line = Line(0.5, 0.5, "Muara Enim", 9, ha="center").on(page)
    >>> line.get_text(), list(page.texts) == [line]
    ('Muara Enim', True)
    """

    def __init__(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        weight: str = "normal",
        style: str = "normal",
        edge: float = 0.0,
        **more: Any,
    ) -> None:
        super().__init__(x, y, text, fontproperties=_font(weight, style, size), parse_math=False, **more)
        self._kind, self._edge = (weight, style), edge

    def on(self, page: Axes) -> Line:
        """Put the line on a page; it ends nowhere but at the edge of the paper."""
        self.set_transform(page.transData)
        page.add_artist(self)
        return self

    def set_clip_path(self, path: Any, transform: Any = None) -> None:
        """Do nothing: a page is the whole sheet, and a clip for each line costs as much as the line."""

    def draw(self, renderer: Any) -> None:
        """Draw the line, by matplotlib itself where it is turned, broken, or not for pixels or PDF."""
        text = self.get_text()
        pixels = isinstance(renderer, RendererAgg)
        plain = self.get_verticalalignment() in ("baseline", "center_baseline") and not self.get_rotation()
        if not self.get_visible() or not text.strip():
            return
        if not plain or "\n" in text or not (pixels or hasattr(renderer, "file")):
            if self._edge:
                raise NotImplementedError("an edge is drawn around plain lines only")
            super().draw(renderer)
            return
        x, y = self.get_transform().transform(self.get_position())
        size = renderer.points_to_pixels(self.get_fontsize())
        before, raised = _BEFORE[self.get_horizontalalignment()], self.get_verticalalignment() != "baseline"
        if before or raised:
            width, rise = metrics(text, *self._kind)
            x -= before * width * size
            y -= 0.5 * rise * size if raised else 0.0
        gc = renderer.new_gc()
        gc.set_alpha(self.get_alpha())
        if pixels or self._edge:
            colour = to_rgba("white" if self._edge else self.get_color())
            gc.set_foreground(colour, isRGBA=True)
            gc.set_linewidth(self._edge)
            gc.set_joinstyle("round")
            place = Affine2D.from_values(size, 0.0, 0.0, size, x, y)
            renderer.draw_path(gc, _outline(text, *self._kind), place, None if self._edge else colour)
        else:
            gc.set_foreground(to_rgba(self.get_color()), isRGBA=True)
            if not self._write(renderer, gc, x, y, size):
                renderer.draw_text(gc, x, y, text, self.get_fontproperties(), 0.0, ismath=False, mtext=self)
        gc.restore()
        self.stale = False

    def _write(self, renderer: Any, gc: Any, x: float, y: float, size: float) -> bool:
        """Write the letters into a PDF at once; False where only matplotlib can.

        matplotlib lays the line out again, and writes each piece of it by itself: two thirds of the work of a
        page of text.
        """
        if mpl.rcParams["pdf.fonttype"] != _TYPE_3 or mpl.rcParams["pdf.use14corefonts"]:
            return False
        runs = _runs(renderer.file, self.get_text(), *self._kind)
        if runs is None:
            return False
        renderer.check_gc(gc, gc._rgb)
        points = _number(size)
        shown = [b"BT %s %s Td" % (_number(x), _number(y))]
        shown += [b"/%s %s Tf [(%s)] TJ" % (font, points, letters) for font, letters in runs]
        renderer.file.write(b"\n".join([*shown, b"ET\n"]))
        return True


_TYPE_3 = 3  # default font type of matplotlib in PDF
_IN_FILE: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()


def _runs(file: Any, text: str, weight: str, style: str) -> list[tuple[bytes, bytes]] | None:
    """Letters of a line with their kerning, by font of the PDF; None where matplotlib has to write it."""
    known = _IN_FILE.setdefault(file, {})
    tracked = hasattr(getattr(file, "_character_tracker", None), "track_glyph")
    runs: list[tuple[bytes, bytes]] = []
    for word in lay_out(text, weight, style):
        # By identity, with the word kept alive: to compare words letter by letter takes longer than to write.
        if id(word) not in known:
            plain = tracked and all(letter.glyph and not letter.up for letter in word.letters)
            known[id(word)] = word, list(_by_font(file, known, word.letters)) if plain else None
        own = known[id(word)][1]
        if own is None:
            return None
        for font, letters in own:
            before = runs.pop()[1] if runs and runs[-1][0] == font else b""
            runs.append((font, before + letters))
    return runs


def _by_font(file: Any, known: dict[Any, Any], letters: Sequence[Letter]) -> Iterator[tuple[bytes, bytes]]:
    """Put letters together that matplotlib keeps in the same font: a byte tells 256 of them apart."""
    for letter in letters:
        key = (letter.font, letter.text, letter.glyph)
        if key not in known:
            font = get_font(letter.font)
            subset, code = file._character_tracker.track_glyph(font, letter.text, letter.glyph)
            name = file.fontName(FontPath(letter.font, font.face_index), subset).name
            known[key] = name, _ESCAPED.get(code, bytes([code]))
        name, sign = known[key]
        yield name, (b") %s (" % _number(-10 * letter.kern) if letter.kern else b"") + sign


_ESCAPED = {ord(sign): b"\\" + as_.encode("ascii") for sign, as_ in zip("\\()\n\r", "\\()nr", strict=True)}


def _number(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode("ascii")


@lru_cache(maxsize=256)
def _font(weight: str, style: Any, size: float) -> FontProperties:
    return FontProperties(family=FAMILY, weight=weight, style=style, size=size)


@lru_cache(maxsize=16384)
def _outline(text: str, weight: str, style: str) -> Path:
    """Outline of a line of type one unit high, from its left end on the baseline."""
    left, vertices, codes = 0.0, [np.empty((0, 2))], [np.empty(0, dtype=Path.code_type)]
    for word in lay_out(text, weight, style):
        for letter in word.letters:
            points, drawn = _glyph(letter.font, letter.glyph)
            vertices.append(points + np.array([left + letter.left, letter.up]))
            codes.append(drawn)
        left += word.width
    return Path(np.concatenate(vertices) / 100, np.concatenate(codes), readonly=True)


@lru_cache(maxsize=4096)
def _glyph(file: str, number: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[Any]]:
    """Outline of a glyph: points in hundredths of an em, and how the line goes on to each."""
    font = get_font(file)
    font.set_size(100, 72)
    font.load_glyph(number, flags=LoadFlags.NO_HINTING)
    return font.get_path()
