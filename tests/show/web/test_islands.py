"""The page opens on the main body of whatever kabupaten, and every part of it can be reached."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import shapely.affinity

from lokus.show.web.web_map import write_web_map


def views_of(results, outlines, info, path) -> tuple[list[dict], dict]:
    page = write_web_map(results, outlines, info, path).read_text("utf-8")
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])
    return data["map"]["views"], data["map"]


def moved(results, kode: list[str], x: float, y: float):
    shapes = results.geometry.copy()
    for code in kode:
        shapes[code] = shapely.affinity.translate(shapes[code], x, y)
    return results.set_geometry(shapes)


def east_and_west(results):
    codes = list(results.sort_index().index)
    return moved(moved(results, codes[-3:], 4.0, 0.3), codes[:2], -4.0, -0.2), 2


def north_and_south(results):
    codes = list(results.sort_index().index)
    return moved(moved(results, codes[-1:], 0.1, 5.0), codes[:1], 0.0, -3.0), 2


def a_whole_kecamatan_at_sea(results):
    far = results.index[results["kode_kecamatan"] == results["kode_kecamatan"].max()]
    return moved(results, list(far), 3.5, 1.0), 1


def one_reef_far_away(results):
    codes = list(results.sort_index().index)
    shapes = results.geometry.copy()
    shapes[codes[5]] = shapely.affinity.translate(
        shapely.affinity.scale(shapes[codes[5]], 0.01, 0.01), 6.0, 0
    )
    return results.set_geometry(shapes), 1


@pytest.mark.parametrize(
    "kabupaten", [east_and_west, north_and_south, a_whole_kecamatan_at_sea, one_reef_far_away]
)
def test_the_first_view_holds_most_villages_and_the_others_the_rest(
    kabupaten, results, outlines, info, tmp_path
) -> None:
    scattered, islands = kabupaten(results)
    views, whole = views_of(scattered, outlines, info, tmp_path / "a.html")
    assert views[0]["name"] == "Bagian utama"
    assert len(views) >= 1 + islands
    west, south, east, north = scattered.total_bounds
    drawn = scattered[scattered.geometry.notna()]
    middle = drawn.geometry.centroid
    x = (middle.x - west) / (east - west) * whole["width"]
    y = (north - middle.y) / (north - south) * whole["height"]
    boxes = [view["box"] for view in views]
    d = whole["width"] / 100  # the page is drawn in metres, where degrees are not all as wide
    held = np.array([(x >= w - d) & (x <= e + d) & (y >= n - d) & (y <= s + d) for w, n, e, s in boxes])
    assert held[0].sum() == held.sum(axis=1).max() > 0.7 * len(drawn)
    assert held.any(axis=0).all()
    # The main body fills the page: it is not as wide or high as everything together.
    box = views[0]["box"]
    assert min((box[2] - box[0]) / whole["width"], (box[3] - box[1]) / whole["height"]) < 0.5
