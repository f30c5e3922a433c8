from __future__ import annotations

import geopandas as gpd
from shapely import box

from lokus.places.boundary_report import check_boundaries


def test_the_report_counts_what_blocks(tmp_path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "KDEPUM": ["99.01.01.2001", "99.02.01.2001"],
            "WADMKD": ["Suka Maju", "Suka Jaya"],
            "WADMKC": "Sukasari",
        },
        geometry=[box(104, -3, 104.1, -2.9), box(104.1, -3, 104.2, -2.9)], crs="EPSG:4326",
    )  # fmt: skip
    path = tmp_path / "desa.gpkg"
    frame.to_file(path)
    report = check_boundaries(path)
    assert report.blocking == 1
    assert 'kode_kabupaten = "99.01"' in str(report)
    assert (
        check_boundaries(path, kabupaten="99.01").blocking == 1
    )  # a village of its kecamatan has another code
    frame["WADMKC"] = ["Sukasari", "Sukajaya"]
    frame.to_file(path)
    assert check_boundaries(path, kabupaten="99.01").blocking == 0
