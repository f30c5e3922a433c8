"""Every kabupaten of the country, in the published SQL form and out of one file of all: the same villages."""

from __future__ import annotations

import json
import sys

import geopandas as gpd
import pytest
import shapely

from lokus.places.boundaries import read_boundaries
from lokus.places.published_sql import read_published_sql

KABUPATEN = 514


def published(villages: gpd.GeoDataFrame) -> str:
    """Write villages as they are published: rows of SQL, latitude first, one polygon or several."""
    rows = []
    for kode, nama, shape in zip(villages["kode"], villages["nama"], villages.geometry, strict=True):
        if shape is None:
            path = "NULL"
        else:
            parts = [
                [[[y, x] for x, y in ring.coords] for ring in (part.exterior, *part.interiors)]
                for part in shapely.get_parts(shape)
            ]
            path = f"'{json.dumps(parts[0] if len(parts) == 1 else parts)}'"
        name = nama.replace("\\", "\\\\").replace("'", "''")
        rows.append(f"('{kode}','{name}',{path})")
    return "INSERT INTO `wilayah_boundaries` (`kode`,`nama`,`path`) VALUES\n" + ",\n".join(rows) + ";\n"


@pytest.mark.long
@pytest.mark.slow
def test_all_514_kabupaten_are_read_from_published_sql(shared_data, tmp_path, capsys) -> None:
    path = shared_data / "boundaries" / "nasional.parquet"
    every = gpd.read_parquet(path, columns=["kode", "nama", "kec_nama", "geometry"])
    path = tmp_path / "kel.sql"
    read = villages = undrawn = blocked = 0
    for kabupaten, own in every.groupby(every["kode"].str[:5], sort=True):
        text = published(own)
        path.write_text(text, encoding="utf-8")
        # As drawn: the repair of borders is measured by benchmarks/boundaries.py.
        drawn = read_published_sql(text).set_index("kode").geometry.sort_index()
        expected = own.set_index("kode").geometry.sort_index()
        present = expected.notna()
        assert drawn.index.equals(expected.index)
        assert drawn.notna().equals(present)
        sound = present & expected.is_valid
        assert shapely.equals(drawn[sound].to_numpy(), expected[sound].to_numpy()).all()
        result = read_boundaries(path, kabupaten=str(kabupaten), repair=False)
        assert sorted(result.villages.index) == sorted(own["kode"].str.replace(".", ""))
        assert result.villages.crs.to_epsg() == 4326
        held = [finding.check for finding in result.findings if finding.level == "blocking"]
        # The source itself has polygons with two codes, and a few codes of another kind.
        assert set(held) <= {"batas.same_polygon", "batas.jenis"}, (kabupaten, held)
        blocked += bool(held)
        read, villages = read + 1, villages + len(own)
        undrawn += int(result.villages.geometry.isna().sum())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{read} kabupaten, {villages} villages, {undrawn} without polygon, {blocked} held back\n"
        )
    assert read == KABUPATEN
    assert villages == len(every)
