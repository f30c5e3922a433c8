from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.errors import InputError
from lokus.findings import Where
from lokus.places.kode import (
    EmptyKodeError,
    KodeError,
    bridge_bps,
    compress_rows,
    detect_system,
    format_kode,
    is_example,
    jenis,
    kabupaten_of,
    kecamatan_of,
    parse_kode,
    repair_codes,
)

CODES = st.builds(
    lambda kecamatan, kind, number: f"{kecamatan:06d}{kind}{number:03d}",
    st.integers(110101, 999999),
    st.sampled_from("123"),
    st.integers(1, 999),
)


@given(CODES, st.sampled_from(["{}", " {} ", "'{}", "{}.0", "{},00", '="{}"', "\ufeff{}", "{}\u00a0"]))
def test_every_harmless_form_of_a_code_gives_the_code(code: str, form: str) -> None:
    assert parse_kode(form.format(code)) == code


@given(CODES)
def test_numbers_dots_and_blocks_give_the_code(code: str) -> None:
    dotted = format_kode(code)
    grouped = f"{code[0]}.{code[1:4]}.{code[4:7]}.{code[7:]}"
    unpadded = ".".join([*(str(int(block)) for block in dotted.split(".")[:3]), code[6:]])
    for value in (int(code), float(code), np.int64(code), np.float64(code), dotted, grouped, unpadded):
        assert parse_kode(value) == code
    assert parse_kode(f"{code[:6]} {code[6:]}") == code


@given(CODES)
def test_a_code_that_lost_digits_is_refused(code: str) -> None:
    number = int(code)
    for value in (f"{number:.6e}", f"{number:.6e}".replace(".", ","), code[:-1], f"{code}0", int(code[:-1])):
        with pytest.raises(KodeError):
            parse_kode(value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1.603012e9", "pangkat sepuluh"),
        ("1,603012E+09", "pangkat sepuluh"),
        ("11.1", "3 angka"),
        (11.1, "berkoma"),
        (160301.2001, "berkoma"),
        ("16.03.01.201", "9 angka"),
        (1603012000.0, "000"),
        ("16030.12001", "titik"),
        ("16O3012001", "selain angka"),
        ("１６０３０１２００１", "selain angka"),
        ("0603012001", "diawali 0"),
        (-1603012001, "bukan kode"),
        (float("inf"), "bukan kode"),
        (True, "bukan kode"),
        ([1], "bukan kode"),
    ],
)
def test_refusals_say_why(value: object, reason: str) -> None:
    with pytest.raises(KodeError, match=reason):
        parse_kode(value)


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT, "", "  ", "-", "'", "NULL", "nan"])
def test_an_empty_cell_is_told_from_a_wrong_one(value: object) -> None:
    with pytest.raises(EmptyKodeError):
        parse_kode(value)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none()))
def test_anything_else_is_refused_or_gives_ten_digits(value: object) -> None:
    try:
        code = parse_kode(value)
    except KodeError:
        return
    assert len(code) == 10
    assert code.isascii()
    assert code.isdigit()


@given(CODES)
def test_parents_are_prefixes_of_the_dotted_form(code: str) -> None:
    blocks = format_kode(code).split(".")
    assert kabupaten_of(code) == "".join(blocks[:2])
    assert kecamatan_of(code) == "".join(blocks[:3])
    assert is_example(code) == (blocks[0] == "99")
    assert jenis(code) == {"1": "kelurahan", "2": "desa", "3": "desa"}[blocks[3][0]]


def test_a_column_is_repaired_and_every_repair_is_reported() -> None:
    cells = [
        "1603012001.0",
        "'1603012002",
        "16.03.01.2003",
        "16.3.1.2004",
        "1.603012e9",
        None,
        "1603012007.0",
    ]
    where = Where(file="a.xlsx", sheet="1", column="Kode")
    codes, findings = repair_codes(pd.Series(cells, index=range(4, 11)), where=where)
    assert codes.tolist() == [
        "1603012001", "1603012002", "1603012003", "1603012004", pd.NA, pd.NA, "1603012007",
    ]  # fmt: skip
    assert [(f.level, f.check, f.where.row) for f in findings] == [
        ("note", "kode.repaired", 4),
        ("note", "kode.repaired", 7),
        ("note", "kode.repaired", 5),
        ("warning", "kode.empty", 9),
        ("blocking", "kode.refused", 8),
    ]
    assert findings[0].message == "2 kode desa diperbaiki (ekor desimal dibuang): baris 4, 10"
    assert str(findings[-1].where) == 'berkas a.xlsx, lembar "1", baris 8, kolom "Kode"'
    assert "1.603012e9" in findings[-1].message


def test_clean_codes_give_no_findings() -> None:
    assert repair_codes(pd.Series(["1603012001", 1603012002, 1603012003.0, "16.03.01.2004"]))[1] == []


@given(st.lists(st.integers(1, 60), min_size=1))
def test_row_ranges_hold_exactly_the_rows(rows: list[int]) -> None:
    read: set[int] = set()
    for part in compress_rows(rows).split(", "):
        first, _, last = part.partition("–")
        read |= set(range(int(first), int(last or first) + 1))
    assert read == set(rows)


VILLAGES = pd.DataFrame(index=pd.Index([f"160301200{i}" for i in range(1, 9)], name="kode_desa"))
BPS = [f"160301000{i}" for i in range(1, 9)]


@pytest.mark.parametrize(
    ("codes", "system", "check"),
    [
        (list(VILLAGES.index), "kemendagri", None),
        ([*VILLAGES.index[:7], "1603012099", None], "kemendagri", None),
        (BPS, "bps", "kode BPS"),
        ([*VILLAGES.index[:5], *BPS[:3]], "campuran", "mencampur"),
        ([f"170101200{i}" for i in range(1, 9)], "tidak dikenal", "bukan milik"),
        ([], "tidak dikenal", "bukan milik"),
        ([*VILLAGES.index, "1603010001"], "kemendagri", None),
    ],
)
def test_the_system_is_found_by_hits(codes: list[str | None], system: str, check: str | None) -> None:
    result = detect_system(codes, VILLAGES)
    assert result.system == system
    assert [check in finding.message for finding in result.findings] == ([True] if check else [])


def test_codes_valid_in_both_systems_do_not_decide() -> None:
    shared = list(VILLAGES.index[:2])
    result = detect_system([*shared, *BPS[:6]], VILLAGES, bps_codes=[*shared, *BPS])
    assert (result.system, result.kemendagri, result.bps) == ("bps", 0, 6)


def test_the_bridge_gives_only_unique_ways() -> None:
    bridge = pd.DataFrame(
        [
            ("1603010001", "16.03.01.2001"),
            ("1603010002", "16.03.01.2002"),
            ("1603010003", "16.03.01.2003"),
            ("1603010003", "16.03.01.2004"),
            ("1603010004", "16.03.01.2005"),
            ("1603010005", "16.03.01.2005"),
        ],
        columns=["bps", "kemendagri"],
    )
    codes = pd.Series([*bridge["bps"].unique(), "1603010009", None], index=range(10, 17), dtype="string")
    result, findings = bridge_bps(codes, bridge)
    assert result.dropna().to_dict() == {10: "1603012001", 11: "1603012002"}
    assert {f.check: f.message for f in findings} == {
        "kode.no_bridge": "1 kode BPS tidak ada dalam tabel jembatan: 1603010009",
        "kode.unclear_bridge": (
            "3 kode BPS tidak memiliki padanan kode Kemendagri yang tunggal: "
            "1603010003, 1603010004, 1603010005"
        ),
    }
    with pytest.raises(InputError, match="kode_bps"):
        bridge_bps(codes, bridge, bps="kode_bps")


def test_real_columns_are_told_apart(shared_data) -> None:
    pytest.importorskip("pyarrow")
    raw = pd.read_csv(shared_data / "sukabumi" / "DataBalitaStunting.csv", dtype=str)
    kemendagri, findings = repair_codes(raw["kemendagri_kode_desa_kelurahan"])
    assert findings == []
    villages = pd.DataFrame(index=pd.Index(kemendagri))
    assert detect_system(kemendagri, villages).system == "kemendagri"
    bps = repair_codes(raw["bps_kode_desa_kelurahan"])[0]
    assert detect_system(bps, villages).system == "bps"

    bridge = pd.read_parquet(shared_data / "codes" / "bps_kemendagri.parquet")
    assert detect_system(bps, villages, bps_codes=bridge["bps"]).system == "bps"
    crossed, _ = bridge_bps(bps, bridge, kemendagri="dagri")
    known = crossed.notna()
    assert known.mean() > 0.9
    assert (crossed[known] == kemendagri[known]).all()


def test_codes_that_are_all_valid_in_both_systems_decide_nothing(shared_data) -> None:
    pytest.importorskip("pyarrow")
    bridge = pd.read_parquet(shared_data / "codes" / "bps_kemendagri.parquet")
    codes = pd.read_csv(shared_data / "idm" / "idm_rincian_pilot_2021_2024.csv", dtype=str)["kode10"]
    official = pd.DataFrame(index=pd.Index(bridge["dagri"].str.replace(".", "").unique()))
    result = detect_system(codes, official, bps_codes=bridge["bps"])
    assert result.system == "tidak dikenal"
    assert result.findings[0].message == "semua 66 kode sah dalam kedua sistem, untuk desa yang berlainan"


@pytest.mark.slow
def test_every_kabupaten_of_the_country_is_told_apart(shared_data) -> None:
    pytest.importorskip("pyarrow")
    bridge = pd.read_parquet(shared_data / "codes" / "bps_kemendagri.parquet")
    bridge["kode"] = bridge["dagri"].str.replace(".", "")
    for _kabupaten, own in bridge.groupby(bridge["kode"].str[:4]):
        villages = pd.DataFrame(index=pd.Index(own["kode"]))
        assert detect_system(own["kode"], villages).system == "kemendagri"
        assert detect_system(own["bps"], villages).system in ("bps", "tidak dikenal")
