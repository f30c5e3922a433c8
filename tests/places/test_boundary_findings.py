from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from lokus.places.boundary_coverage import check_coverage
from lokus.places.boundary_findings import coverage_findings, enclave_findings, finding_unknown


def test_borders_are_never_called_repaired_while_an_overlap_remains() -> None:
    frame = gpd.GeoDataFrame(
        {"desa": ["Suka Maju", "Suka Jaya"]}, geometry=[box(0, 0, 10, 10), box(5, 0, 20, 10)],
        index=["9901012001", "9901012002"], crs="EPSG:32748",
    )  # fmt: skip
    left = check_coverage(frame)
    clean = check_coverage(frame.set_geometry([box(0, 0, 10, 10), box(10, 0, 20, 10)], crs=32748))

    def found(after):
        findings = coverage_findings(
            "a.shp", frame["desa"], before=left, after=after, kept=[], gap_width_m=30.0
        )
        return {finding.check: finding for finding in findings}

    assert found(clean)["batas.coverage"].remedy == "Batas sudah dirapikan."
    assert "batas.overlap" not in found(clean)
    for after in (left, None):
        assert found(after)["batas.coverage"].remedy != "Batas sudah dirapikan."
        assert "99.01.01.2001 Suka Maju – 99.01.01.2002 Suka Jaya" in found(after)["batas.overlap"].message


def test_many_pairs_are_counted_and_the_first_ten_named() -> None:
    names = pd.Series({f"99010120{n:02d}": f"Desa {n}" for n in range(1, 40)})
    pairs = list(zip(names.index[:15], names.index[15:30], strict=True))
    (finding,) = enclave_findings("a.shp", names, enclaves=pairs, twins=[])
    assert finding.message.count("Desa") == 20
    assert finding.message.startswith("15 desa")
    assert "5 lagi" in finding.message


@pytest.mark.parametrize(("n", "level"), [(1, "blocking"), (2, "warning"), (20, "warning")])
def test_most_polygons_off_the_list_mean_the_wrong_list(n: int, level: str) -> None:
    assert finding_unknown("a.shp", ["9901012001"], ["Suka Maju"], n=n).level == level
