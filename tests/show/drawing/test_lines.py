"""Lines of text: where matplotlib would put them, in pixels and in a PDF that can be searched."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from pypdf import PdfReader

from lokus.show.drawing.lines import Line
from lokus.show.drawing.typography import FAMILY

DPI = 300


def sheet():
    figure = Figure(figsize=(3, 1), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, 76.2), ylim=(0, 25.4))
    page.set_axis_off()
    return figure, page


def inked(figure):
    """First and last row and column that are not white."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(DPI)
    canvas.draw()
    dark = np.asarray(canvas.buffer_rgba())[..., :3].min(axis=2) < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return np.array([rows[0], rows[-1], columns[0], columns[-1]])


@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize("va", ["baseline", "center_baseline", "center", "top"])
@pytest.mark.parametrize("turned", [0, 30])
def test_a_line_stands_where_matplotlib_would_put_it(ha, va, turned):
    ours, page = sheet()
    Line(38, 12, "Muara Enim (1)", 12, weight="bold", ha=ha, va=va, rotation=turned).on(page)
    theirs, page = sheet()
    page.text(
        38, 12, "Muara Enim (1)", fontsize=12, fontfamily=FAMILY, weight="bold", ha=ha, va=va, rotation=turned
    )
    # Their letters are moved to whole pixels, one by one.
    assert np.abs(inked(ours) - inked(theirs)).max() <= 5


def test_a_line_is_text_in_a_pdf_and_its_edge_is_not():
    figure, page = sheet()
    Line(10, 12, "Suka Maju $5", 9).on(page)
    Line(10, 5, "Tanjung", 9, edge=2.0).on(page)
    out = io.BytesIO()
    figure.savefig(out, format="pdf")
    assert PdfReader(out).pages[0].extract_text().strip() == "Suka Maju $5"


@pytest.mark.parametrize(
    "text", ["Desa (Ulu) \\ 5", "≥ 8,1 – 9 …", "Sofifi, office", "AVATAR To Ya", "Kraméž", "( \\) (", "أ"]
)
def test_letters_of_a_pdf_stand_where_matplotlib_writes_them(text):
    def written(draw):
        figure, page = sheet()
        draw(page)
        out, found = io.BytesIO(), []
        figure.savefig(out, format="pdf")
        PdfReader(out).pages[0].extract_text(visitor_text=lambda *piece: found.append(piece))
        # Where a piece begins: its place on the page, moved by what was set before it.
        start = next((cm[4] + tm[4], cm[5] + tm[5]) for part, cm, tm, *_font in found if part.strip())
        return "".join(piece[0] for piece in found).split(), start

    ours, here = written(lambda page: Line(10, 12, text, 9).on(page))
    theirs, there = written(
        lambda page: page.text(10, 12, text, fontsize=9, fontfamily=FAMILY, parse_math=False)
    )
    assert ours == theirs
    assert here == pytest.approx(there, abs=0.01)


def test_an_edge_lies_around_the_letters():
    figure, page = sheet()
    page.axhspan(0, 25.4, color="black")
    page.set_axis_off()
    Line(38, 12, "I", 30, ha="center", edge=6.0).on(page)
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(DPI)
    canvas.draw()
    white = np.asarray(canvas.buffer_rgba())[..., 0] > 128
    wide = np.flatnonzero(white.any(axis=0))
    # Half of the edge's width on either side of the open outline of the letter.
    assert wide[-1] - wide[0] == pytest.approx((6 + 0.1 * 30) / 72 * DPI, abs=4)


@pytest.mark.parametrize("text", ["", "   "])
def test_a_line_without_letters_is_nothing(text):
    figure, page = sheet()
    Line(10, 12, text, 9).on(page)
    with pytest.raises(IndexError):
        inked(figure)
