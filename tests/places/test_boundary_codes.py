from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.findings import Where
from lokus.places.boundary_codes import WrittenCodes, one_spelling, settle_codes

NAMES = ("Amanuban Barat", "Amanuban Timur", "Kolbano", "Boking", "Nunkolo", "Kie", "Kot'olin", "Polen")
VILLAGES = ("Anggrek", "Belimbing", "Cempaka", "Durian", "Enau", "Flamboyan", "Gandaria", "Ilalang")


def written(codes, desa, kecamatan, *, layout: str = "", column: str = "kode", **options) -> WrittenCodes:
    rows = pd.RangeIndex(1, len(codes) + 1)
    return WrittenCodes(
        codes=pd.Series(codes, index=rows, dtype="string"),
        desa=pd.Series(desa, index=rows, dtype=object),
        kecamatan=pd.Series(kecamatan, index=rows, dtype=object),
        layout=layout,
        column=column,
        **options,
    )


def bps_kabupaten(seed: int) -> tuple[list[str], list[str], list[str], list[str]]:
    """Codes of a kabupaten whose kecamatan were divided: BPS numbers them 011, 012, 021 …"""
    rng = np.random.default_rng(seed)
    bps, own, desa, kecamatan = [], [], [], []
    for k, name in enumerate(NAMES):
        ccc = f"{1 + k // 2:02d}{1 + k % 2}"
        for v in range(int(rng.integers(2, len(VILLAGES) + 1))):
            bps.append(f"5304{ccc}{v + 1:03d}")
            own.append(f"5304{k + 1:02d}2{v + 1:03d}")
            desa.append(f"{VILLAGES[v]} {name[:4]}")
            kecamatan.append(name)
    return bps, own, desa, kecamatan


@pytest.mark.parametrize("seed", range(20))
def test_bps_codes_that_pass_a_digit_test_are_told_by_their_kecamatan(seed: int) -> None:
    bps, own, desa, kecamatan = bps_kabupaten(seed)
    with pytest.raises(InputError, match=r"kode BPS.*akan bernama"):
        settle_codes(written(bps, desa, kecamatan), where=Where())
    same, findings = settle_codes(written(own, desa, kecamatan), where=Where())
    assert (same.tolist(), findings) == (own, [])
    bridge = pd.DataFrame({"bps": bps, "kemendagri": own})
    mended, findings = settle_codes(written(bps, desa, kecamatan), where=Where(), bridge=bridge)
    assert (mended.tolist(), findings) == (own, [])
    with pytest.raises(InputError, match=r"sudah kode Kemendagri.*\n→ Hapus jembatan"):
        settle_codes(written(own, desa, kecamatan), where=Where(), bridge=bridge)


@pytest.mark.parametrize(
    "said",
    [
        {"layout": "BPS"},
        {"layout": "HDX"},
        {"column": "kode_bps"},
        {"column": "ADM4_PCODE"},
        {"country": True},
    ],
)
def test_the_layout_says_bps_unless_the_official_list_agrees(said) -> None:
    _bps, own, desa, kecamatan = bps_kabupaten(1)
    with pytest.raises(InputError, match=r"kode BPS.*\n→ .*jembatan.*daftar_resmi"):
        settle_codes(written(own, desa, [""] * len(own), **said), where=Where())
    official = pd.DataFrame({"desa": desa, "kecamatan": kecamatan}, index=own)
    assert settle_codes(written(own, desa, kecamatan, **said), where=Where(), official=official)[1] == []


def test_codes_of_the_list_under_other_names_block() -> None:
    _bps, own, desa, kecamatan = bps_kabupaten(2)
    official = pd.DataFrame({"desa": desa[::-1], "kecamatan": kecamatan}, index=own)
    _codes, findings = settle_codes(written(own, desa, kecamatan), where=Where(), official=official)
    assert [(f.check, f.level) for f in findings] == [("batas.other_names", "blocking")]
    swapped = [desa[1], desa[0], *desa[2:]]
    official = pd.DataFrame({"desa": desa, "kecamatan": kecamatan}, index=own)
    _codes, findings = settle_codes(written(own, swapped, kecamatan), where=Where(), official=official)
    assert [(f.check, f.where.kode_desa) for f in findings] == [
        ("batas.exchanged_names", own[0]), ("batas.exchanged_names", own[1]),
    ]  # fmt: skip


def test_a_village_under_another_kecamatan_is_named() -> None:
    _bps, own, desa, kecamatan = bps_kabupaten(3)
    moved = [own[-1][:4] + "99" + own[-1][6:]]
    _codes, findings = settle_codes(written([*own[:-1], *moved], desa, kecamatan), where=Where())
    assert [(f.check, f.level, f.where.kode_desa) for f in findings] == [
        ("batas.kecamatan_codes", "blocking", moved[0])
    ]
    other = [*kecamatan[:-1], "Lain Sekali"]
    _codes, findings = settle_codes(written(own, desa, other), where=Where())
    assert [(f.check, f.level, f.where.kode_desa) for f in findings] == [
        ("batas.kecamatan_names", "blocking", own[-1])
    ]
    spelt = ["KEC. " + name.upper().replace("AMANUBAN", "Amanubn") for name in kecamatan[:2]] + kecamatan[2:]
    assert settle_codes(written(own, desa, spelt), where=Where())[1] == []


def test_one_kecamatan_is_written_in_one_way_and_another_name_is_left() -> None:
    codes = pd.Series([f"990101200{n}" for n in range(1, 7)] + [pd.NA], dtype="string")
    names = pd.Series(["Kolbano", "Kolbano ´", "KOLBANO", "Kolbano", "Polen", "", "Kolbano"], dtype=object)
    mended, given_up = one_spelling(codes, names)
    assert mended.tolist() == ["Kolbano"] * 4 + ["Polen", "", "Kolbano"]
    assert given_up == ["KOLBANO", "Kolbano ´"]


def test_a_mistyped_kind_is_named_and_many_are_another_system() -> None:
    _bps, own, desa, kecamatan = bps_kabupaten(4)
    one = [own[0][:6] + "7" + own[0][7:], *own[1:]]
    _codes, findings = settle_codes(written(one, desa, kecamatan), where=Where())
    assert [(f.check, f.where.kode_desa) for f in findings] == [("batas.jenis", one[0])]
    many = [kode[:6] + "0" + kode[7:] if n % 3 == 0 else kode for n, kode in enumerate(own)]
    with pytest.raises(InputError, match="kode BPS"):
        settle_codes(written(many, desa, [""] * len(own)), where=Where())


def test_a_bridge_with_holes_blocks_and_one_of_elsewhere_is_refused() -> None:
    bps, own, desa, kecamatan = bps_kabupaten(5)
    bridge = pd.DataFrame({"bps": bps, "kemendagri": own})
    codes, findings = settle_codes(written(bps, desa, kecamatan), where=Where(), bridge=bridge.iloc[1:])
    assert codes.isna().tolist() == [True] + [False] * (len(own) - 1)
    assert [(f.check, f.level) for f in findings] == [("kode.no_bridge", "blocking")]
    elsewhere = bridge.replace({"bps": {"^5304": "7101"}}, regex=True)
    with pytest.raises(InputError, match="tidak memuat satu pun"):
        settle_codes(written(bps, desa, kecamatan), where=Where(), bridge=elsewhere)


def test_lost_digits_are_seen_in_text_too() -> None:
    codes = [
        str(int(np.float32(int(kode)))) for kode in ("1603012001", "1603012102", "1603022003", "1603032044")
    ]
    with pytest.raises(InputError, match="angka pada kode desa hilang"):
        settle_codes(written(codes, list("abcd"), [""] * 4), where=Where())
