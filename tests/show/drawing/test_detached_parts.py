"""What stays on the main map and what goes to an inset, on made-up islands."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lokus.show.drawing.detached_parts import find_bodies, find_detached, split_bodies

places = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8, unique=True)


@given(places)
def test_every_part_is_in_one_group_and_the_extents_hold_their_parts(corners):
    shapes = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in corners], dtype=object)
    found = find_detached(shapes, scale_of=max)
    assert len(found.group) == len(shapely.get_parts(shapes))
    assert set(found.group.tolist()) == set(range(len(found.extents)))
    for number, extent in enumerate(found.extents):
        assert tuple(shapely.total_bounds(found.parts[found.group == number])) == pytest.approx(extent)
    whole = max(shapely.total_bounds(shapes)[2:] - shapely.total_bounds(shapes)[:2])
    main = max(found.extents[0][2] - found.extents[0][0], found.extents[0][3] - found.extents[0][1])
    assert len(found.extents) == 1 or whole / main >= 1.25


def test_distance_is_from_the_nearest_part_on_the_map():
    mainland, island = shapely.box(0, 0, 20, 10), shapely.box(90, 0, 91, 1)
    found = find_detached(np.array([mainland, island]), scale_of=max)
    assert found.distance(1) == pytest.approx(70)
    assert found.group_of(np.array([shapely.Point(90.5, 0.5).buffer(0.1)])).tolist() == [1]


def test_bodies_are_ordered_by_their_distance_from_the_largest():
    shapes = np.array([shapely.box(40, 0, 41, 1), shapely.box(0, 0, 20, 10), shapely.box(90, 0, 91, 1), None])
    bodies = find_bodies(shapes)
    order, beyond = bodies.by_distance
    assert order.tolist() == [1, 0, 2]
    assert beyond[-1] == pytest.approx(0)
    assert split_bodies(bodies, scale_of=max).group.tolist() == [1, 0, 2]
