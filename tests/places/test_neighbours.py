from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.places.boundaries import read_boundaries
from lokus.places.neighbours import contiguity


def frame(polygons: list[shapely.Geometry | None], crs: str = "EPSG:32748") -> gpd.GeoDataFrame:
    codes = [f"99010120{i:02d}" for i in range(len(polygons))]
    index = pd.Index(codes, name="kode_desa")
    return gpd.GeoDataFrame(
        {"desa": [f"Desa {i}" for i in range(len(polygons))]}, geometry=polygons, index=index, crs=crs
    )


def pairs(neighbours) -> set[tuple[str, str]]:
    return set(neighbours.pairs().itertuples(index=False, name=None))


def brute_force(villages: gpd.GeoDataFrame, distance: float) -> set[tuple[str, str]]:
    drawn = villages.geometry.dropna()
    return {
        (a, b)
        for a, b in itertools.combinations(sorted(drawn.index), 2)
        if (drawn[a].distance(drawn[b]) <= distance)
    }


CELLS = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20)


@given(CELLS)
def test_a_clean_coverage_of_cells_gives_queen_neighbours(cells: set[tuple[int, int]]) -> None:
    ordered = sorted(cells)
    villages = frame([shapely.box(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for x, y in ordered])
    expected = {
        (villages.index[i], villages.index[j])
        for (i, a), (j, b) in itertools.combinations(enumerate(ordered), 2)
        if max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1
    }
    result = contiguity(villages, tolerance_m=0)
    assert pairs(result) == expected
    assert (result.first < result.second).all()
    touches = {
        (a, b)
        for a, b in itertools.combinations(villages.index, 2)
        if villages.geometry[a].touches(villages.geometry[b])
    }
    assert pairs(result) == touches


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 2.0, 40.0]))
def test_any_polygons_agree_with_brute_force(seed: int, tolerance: float) -> None:
    rng = np.random.default_rng(seed)
    points = shapely.points(rng.uniform(0, 1000, (12, 2)))
    polygons: list[shapely.Geometry | None] = list(
        shapely.buffer(points, rng.uniform(20, 150, 12), quad_segs=3)
    )
    polygons[3] = None
    villages = frame(polygons)
    result = contiguity(villages.sample(frac=1, random_state=seed % 1000), tolerance_m=tolerance)
    assert pairs(result) == brute_force(villages, tolerance)
    assert result.index.equals(villages.index)
    assert result.degree.sum() == 2 * len(result.first)
    assert result.degree[villages.index[3]] == 0
    assert villages.index[3] in result.isolates.index


def test_components_are_numbered_by_size_and_isolates_named() -> None:
    boxes = [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 500, 600, 700, 2000)]
    result = contiguity(frame(boxes))
    assert result.components.tolist() == [1, 1, 0, 0, 0, 2]
    assert result.isolates.to_dict() == {"9901012005": "Desa 5"}
    assert repr(result) == (
        "<Neighbours: 6 desa, 3 pasang, rata-rata 1.0 tetangga, 3 bagian, "
        "1 tanpa tetangga: 9901012005 Desa 5>"
    )


def test_matrices() -> None:
    boxes = [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200, 900)]
    result = contiguity(frame(boxes))
    dense = result.to_csr().toarray()
    assert dense.tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert result.to_csr(row_standardised=True).toarray()[1].tolist() == [0.5, 0, 0.5, 0]
    assert result.to_csr(row_standardised=True).sum(axis=1).tolist() == [1, 1, 1, 0]


def test_a_crack_parts_villages_unless_tolerated() -> None:
    boxes = [shapely.box(0, 0, 100, 100), shapely.box(103, 0, 200, 100)]
    for crs in ("EPSG:32748", "EPSG:4326"):
        villages = frame(boxes).set_crs("EPSG:32748")
        if crs == "EPSG:4326":
            villages.geometry = gpd.GeoSeries(
                [shapely.box(104 + x / 111_320, -3, 104 + (x + 97) / 111_320, -2.999) for x in (0, 100)],
                index=villages.index,
            ).set_crs(crs, allow_override=True)
        assert len(contiguity(villages, tolerance_m=2).first) == 0
        assert len(contiguity(villages, tolerance_m=4).first) == 1


def test_bad_arguments_and_empty_tables() -> None:
    villages = frame([shapely.box(0, 0, 1, 1)])
    with pytest.raises(ValueError, match="negative"):
        contiguity(villages, tolerance_m=-1)
    with pytest.raises(ValueError, match="CRS"):
        contiguity(villages.set_crs(None, allow_override=True))
    nobody = contiguity(frame([]))
    assert (len(nobody.first), len(nobody.degree), len(nobody.components)) == (0, 0, 0)
    assert "0 desa" in repr(nobody)
    without = contiguity(frame([None, None]))
    assert without.components.tolist() == [0, 1]


def test_real_kabupaten_after_repair(shared_data) -> None:
    folder = shared_data / "boundaries"
    kayong = read_boundaries(folder / "6111_kayong_utara.gpkg").villages
    result = contiguity(kayong)
    assert pairs(result) == {
        (a, b)
        for a, b in itertools.combinations(kayong.index, 2)
        if kayong.geometry[a].intersects(kayong.geometry[b])
    }
    # As ../shared/data/README.md says: four components, one of them an isolate.
    assert result.components.nunique() == 4
    assert len(result.isolates) == 1
    muara_enim = read_boundaries(folder / "1603_muara_enim.gpkg").villages
    assert contiguity(muara_enim).components.nunique() == 2


@pytest.mark.parametrize(
    "file",
    [
        "1603_muara_enim", "1702_rejang_lebong", "6111_kayong_utara", "7601_pasangkayu",
        *(pytest.param(f, marks=pytest.mark.slow) for f in ("1602_oki", "1609_oku_selatan", "3202_sukabumi")),
    ],
)  # fmt: skip
def test_a_cleaned_coverage_has_the_queen_neighbours_of_libpysal(shared_data, file: str) -> None:
    graph = pytest.importorskip("libpysal.graph", reason="libpysal is not installed: no second opinion")
    villages = read_boundaries(shared_data / "boundaries" / f"{file}.gpkg").villages
    theirs = graph.Graph.build_contiguity(villages, rook=False)
    expected = {(a, b) for a, others in theirs.neighbors.items() for b in others if a < b}
    assert pairs(contiguity(villages, tolerance_m=0)) == expected
