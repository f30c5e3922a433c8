"""A sheet in few colours: areas keep theirs exactly."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lokus.show.drawing.pixels import draw_pixels


def sheet(face="white"):
    figure = Figure(figsize=(2, 2), facecolor=face)
    page = figure.add_axes((0, 0, 1, 1))
    page.set_axis_off()
    colours = [f"#{40 + 5 * k:02x}{200 - 4 * k:02x}{90 + k:02x}" for k in range(30)]
    for k, colour in enumerate(colours):
        page.add_patch(Rectangle((k / 30, 0), 1 / 30, 1, facecolor=colour, linewidth=0))
    return figure, colours


def test_the_colours_of_areas_are_kept_exactly_in_one_byte_a_pixel():
    figure, colours = sheet()
    image = draw_pixels(figure, 90)
    assert image.mode == "P"
    seen = {tuple(pixel) for pixel in np.asarray(image.convert("RGB")).reshape(-1, 3).tolist()}
    assert {tuple(bytes.fromhex(colour[1:])) for colour in colours} <= seen


def test_what_is_not_opaque_or_holds_a_picture_keeps_all_colours():
    figure, _colours = sheet(face="none")
    figure.axes[0].patches[0].remove()
    assert draw_pixels(figure, 50).mode == "RGBA"
    figure, _colours = sheet()
    figure.axes[0].imshow(np.random.default_rng(1).random((4, 4, 3)))
    assert draw_pixels(figure, 50).mode == "RGB"


def test_the_figure_is_left_as_it_was():
    figure, _colours = sheet()
    before, canvas = figure.dpi, figure.canvas
    draw_pixels(figure, 200)
    assert (figure.dpi, figure.canvas) == (before, canvas)


@pytest.mark.parametrize("axes", ["none", "hidden", "with ticks"])
def test_no_pixels_stay_with_the_figure(axes):
    """Seven sheets and a picture for each kecamatan are kept while a pack is written."""
    figure = Figure(figsize=(2, 1))
    if axes != "none":
        page = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        page.text(0.5, 0.5, "Lawang Kidul")
        page.set_axis_on() if axes == "with ticks" else page.set_axis_off()
    figure.text(0.5, 0.5, "Muara Enim", rotation=30)
    kept = []

    class Noted(RendererAgg):
        def __init__(self, *size):
            super().__init__(*size)
            kept.append(weakref.ref(self))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matplotlib.backends.backend_agg.RendererAgg", Noted)
        draw_pixels(figure, dpi=50)
    assert kept
    assert not any(alive() for alive in kept)
