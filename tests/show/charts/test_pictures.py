"""Pictures for slides and report."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

from lokus.show.charts.pictures import PART_COLOURS, draw_parts, map_picture, png_bytes


def opened(data):
    return Image.open(io.BytesIO(data))


def test_a_part_of_a_figure_in_inches_is_cut_out_and_the_bytes_are_the_same_again():
    figure = Figure(figsize=(4, 2))
    assert opened(png_bytes(figure, dpi=50)).size == (200, 100)
    assert opened(png_bytes(figure, dpi=50, crop=Bbox([[1, 0.5], [3, 1.5]]))).size == (100, 50)
    assert png_bytes(figure, dpi=50) == png_bytes(figure, dpi=50)


def test_a_map_loses_its_margin(material, one_sheet):
    sheet = one_sheet("usulan")
    whole, cut = opened(png_bytes(sheet, dpi=40)), opened(map_picture(sheet, dpi=40))
    assert cut.width < whole.width
    assert cut.height < whole.height
    empty = Figure(figsize=(2, 2))
    empty.add_subplot()
    assert opened(map_picture(empty, dpi=40)).size == (80, 80)


def test_parts_of_the_score_are_as_long_as_they_are(material):
    figure = draw_parts(material, width=240, height=120)
    chosen = material.chosen
    expected = 100 * material.contributions.loc[chosen.index].sum().sum()
    bars = [patch.get_width() for axes in figure.axes[:-1] for patch in axes.patches]
    assert sum(bars) == pytest.approx(expected, rel=1e-6)


def test_more_parts_than_colours_are_summed_as_one(hard_material):
    figure = draw_parts(hard_material, width=240, height=120)
    colours = {patch.get_facecolor() for axes in figure.axes for patch in axes.patches}
    assert len(colours) == len(PART_COLOURS)
    bars = [patch.get_width() for axes in figure.axes[:-1] for patch in axes.patches]
    listed = hard_material.contributions.loc[hard_material.chosen.index]
    assert np.nansum(bars) == pytest.approx(100 * np.nansum(listed), rel=1e-6)


def test_without_contributions_there_are_no_parts(material):
    with pytest.raises(ValueError, match="no contributions"):
        draw_parts(replace(material, contributions=None), width=100, height=100)
    assert isinstance(material.contributions, pd.DataFrame)
