from __future__ import annotations

import pytest

from lokus.errors import InputError
from lokus.places.boundary_schemas import SCHEMAS, find_schema


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: f"{schema.name}-{schema.desa}")
@pytest.mark.parametrize("case", [str, str.upper, str.lower])
def test_every_layout_is_found_whatever_the_case(schema, case) -> None:
    columns = [case(name) for name in (schema.kode, schema.desa, schema.kecamatan, schema.also_desa) if name]
    found = find_schema(["OBJECTID", *columns])
    assert (found.kode, found.desa, found.also_desa) == (
        case(schema.kode), case(schema.desa), case(schema.also_desa),
    )  # fmt: skip


def test_columns_that_differ_in_case_alone_must_be_named() -> None:
    both = ["kode_desa", "KODE_DESA", "desa", "kecamatan"]
    with pytest.raises(InputError, match=r"kode_desa, KODE_DESA.*\n→ .*kolom"):
        find_schema(both)
    assert find_schema(both, columns={"kode": "KODE_DESA", "desa": "desa"}).kode == "KODE_DESA"


def test_stated_columns_are_found_in_other_case_and_cut_short_by_a_shapefile() -> None:
    stated = {"kode": "Kode_Desa", "desa": "nama_desa_lengkap", "kecamatan": "KEC"}
    found = find_schema(["KODE_DESA", "nama_desa_", "kec"], columns=stated)
    assert (found.kode, found.desa, found.kecamatan) == ("KODE_DESA", "nama_desa_", "kec")
    with pytest.raises(InputError, match="Maksudnya KODE"):
        find_schema(["KODE", "Kode", "desa"], columns={"kode": "kode", "desa": "desa"})
    with pytest.raises(InputError, match="kode, desa, dan kecamatan"):
        find_schema(["kode"], columns={"kode": "kode"})


def test_a_stated_column_of_a_known_layout_keeps_what_the_layout_says() -> None:
    stated = find_schema(["iddesa", "nm"], columns={"kode": "iddesa", "desa": "nm"})
    assert stated.name == "BPS"
    big = find_schema(["KDEPUM", "WADMKD", "NAMOBJ"], columns={"kode": "KDEPUM", "desa": "WADMKD"})
    assert big.also_desa == "NAMOBJ"
