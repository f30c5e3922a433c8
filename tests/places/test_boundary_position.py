from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from lokus.errors import InputError
from lokus.findings import Where
from lokus.places.boundary_position import believable, read_crs, settle_crs, usable_crs

# Kabupaten with their place: the west and the east, north and south of the equator, an old and a new code.
PLACES = {
    "1603": (103.9, -3.7),
    "1101": (97.3, 3.2),
    "9101": (140.4, -8.0),
    "7203": (119.8, -0.6),
    "9901": (104.2, -3.1),
    "5399": (120.3, -9.7),
}


def villages(code: str, crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    """A few villages of a kabupaten, in degrees."""
    x, y = PLACES[code]
    shapes = [
        shapely.box(x + dx, y + dy, x + dx + 0.02, y + dy + 0.02) for dx in (0, 0.02) for dy in (0, 0.02)
    ]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"{code}01200{n}" for n in range(1, 5)], crs=crs)


def utm(code: str) -> int:
    x, y = PLACES[code]
    return (32600 if y > 0 else 32700) + int((x + 180) // 6) + 1


def mislabelled(code: str, kind: str) -> tuple[gpd.GeoDataFrame, str]:
    """Villages under the name of another system than theirs, and the one that makes it true."""
    own = villages(code)
    number = utm(code)
    metric = own.to_crs(number)
    north = number - 100 if number > 32700 else number + 100
    return {
        "degrees as utm": (own.set_crs(number, allow_override=True), "EPSG:4326"),
        "degrees as web": (own.set_crs(3857, allow_override=True), "EPSG:4326"),
        "metres as degrees": (metric.set_crs(4326, allow_override=True), f"EPSG:{number}"),
        "south as north": (metric.set_crs(north, allow_override=True), f"EPSG:{number}"),
        "web as degrees": (own.to_crs(3857).set_crs(4326, allow_override=True), "EPSG:3857"),
        "web as utm": (own.to_crs(3857).set_crs(number, allow_override=True), "EPSG:3857"),
    }[kind]  # fmt: skip


KINDS = (
    "degrees as utm",
    "degrees as web",
    "metres as degrees",
    "south as north",
    "web as degrees",
    "web as utm",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", PLACES)
def test_what_cannot_lie_there_is_refused_and_the_named_system_mends_it(code: str, kind: str) -> None:
    wrong, right = mislabelled(code, kind)
    try:
        settled, findings = settle_crs(wrong, None, where=Where(file="a.shp"))
    except InputError as refused:
        text = refused.remedy
    else:
        assert findings[0].level == "blocking", (kind, settled.total_bounds)
        text = findings[0].remedy
    assert right in text
    assert "[batas]" in text
    mended, findings = settle_crs(wrong, right, where=Where(file="a.shp"))
    assert [f.check for f in findings] == ["batas.crs_corrected"]
    assert np.allclose(mended.to_crs(4326).total_bounds, villages(code).total_bounds, atol=1e-6)


@pytest.mark.parametrize("code", [code for code in PLACES if code not in ("9901", "9101", "5399")])
def test_another_zone_blocks_where_the_kabupaten_is_known(code: str) -> None:
    number = utm(code)
    wrong = villages(code).to_crs(number).set_crs(number + 1, allow_override=True)
    _settled, findings = settle_crs(wrong, None, where=Where())
    assert [(f.check, f.level) for f in findings] == [("batas.elsewhere", "blocking")]
    assert f"EPSG:{number}" in findings[0].remedy
    mended, findings = settle_crs(wrong, f"EPSG:{number}", where=Where())
    assert [f.check for f in findings] == ["batas.crs_corrected"]
    assert believable(mended, mended.crs).holds


def test_a_zone_that_puts_an_unknown_kabupaten_to_sea_blocks() -> None:
    wrong = villages("5399").to_crs(32751).set_crs(32754, allow_override=True)
    _settled, findings = settle_crs(wrong, None, where=Where())
    assert [(f.check, f.level) for f in findings] == [("batas.elsewhere", "blocking")]
    assert "EPSG:32751" in findings[0].remedy


def test_a_stated_system_that_would_not_be_used_is_an_error() -> None:
    with pytest.raises(InputError, match=r"kajian menyebut EPSG:32748.*\n→ Hapus crs dari \[batas\]"):
        settle_crs(villages("1603"), "EPSG:32748", where=Where())
    # DGN95 and SRGI2013 are WGS 84 by other names.
    for same in ("EPSG:4326", "EPSG:4755", "EPSG:9470", "OGC:CRS84"):
        settled, findings = settle_crs(villages("1603"), same, where=Where())
        assert (settled.crs.to_epsg(), findings) == (4326, [])
    metric = villages("1603").to_crs(32748)
    assert settle_crs(metric, "EPSG:32748", where=Where())[1] == []


@pytest.mark.parametrize(
    "text", ["ESPG:4326", "EPSG:99999999", "WGS 84 / UTM", "", "4326 derajat", "LOCAL_CS"]
)
def test_a_misspelt_system_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"bukan sistem koordinat.*\n→ .*EPSG:4326"):
        read_crs(text)


def test_a_file_without_system_gets_the_one_that_fits_named() -> None:
    with pytest.raises(InputError, match=r"tidak menyebutkan.*\n→ .*crs = .EPSG:4326."):
        settle_crs(villages("1603", None), None, where=Where())
    metric = villages("1603").to_crs(32748).set_crs(None, allow_override=True)
    with pytest.raises(InputError, match=r"\n→ .*crs = .EPSG:32748."):
        settle_crs(metric, None, where=Where())
    assert settle_crs(metric, "EPSG:32748", where=Where())[1] == []
    with pytest.raises(InputError, match="di luar Indonesia"):
        settle_crs(metric, "EPSG:32648", where=Where())


def test_exchanged_metres_are_said_to_be_exchanged() -> None:
    metric = villages("1603").to_crs(32748)
    turned = metric.set_geometry(
        shapely.transform(metric.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=32748
    )
    with pytest.raises(InputError, match="tertukar"):
        settle_crs(turned, None, where=Where())


def test_what_says_no_place_on_earth_is_no_system() -> None:
    assert usable_crs(pyproj.CRS.from_wkt('LOCAL_CS["Unknown",UNIT["Meter",1.0]]')) is None
    assert usable_crs(pyproj.CRS("EPSG:4978")) is None
    assert usable_crs("EPSG:4326+5773").to_epsg() == 4326
    local = villages("1603").to_crs(32748).set_crs('LOCAL_CS["X",UNIT["Meter",1.0]]', allow_override=True)
    with pytest.raises(InputError, match="tidak menunjuk tempat di bumi"):
        settle_crs(local, None, where=Where())
    assert settle_crs(local, "EPSG:32748", where=Where())[1] == []
