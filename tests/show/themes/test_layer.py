"""A layer counts all its villages, and a part of it keeps classes and colours."""

from __future__ import annotations

import pytest

from lokus.show.themes.themes import THEMES, make_layer


@pytest.mark.parametrize("theme", THEMES)
def test_the_legend_has_every_class_in_its_order_and_counts_each_village_once(full, theme):
    layer = make_layer(full, theme)
    assert [entry.key for entry in layer.legend] == list(layer.palette)
    assert sum(entry.count for entry in layer.legend) == len(full)
    assert all(entry.name for entry in layer.legend)


@pytest.mark.parametrize("theme", THEMES)
def test_a_part_keeps_the_classes_and_colours_of_all(full, theme):
    layer = make_layer(full, theme)
    some = layer.only(full.index[:7])
    assert some.classes.tolist() == layer.classes.tolist()[:7]
    assert [entry.colour for entry in some.legend] == [entry.colour for entry in layer.legend]
    assert sum(entry.count for entry in some.legend) == 7
    assert some.unsure_count <= layer.unsure_count
