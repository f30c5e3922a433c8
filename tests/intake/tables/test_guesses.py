from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lokus.intake.tables.guesses import guess_columns, guess_place, nearest_keys

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue


@pytest.mark.parametrize(
    "header",
    [
        "Desa/Kel.",
        "Kelurahan/Desa",
        "Kelurahan_Desa",
        "NAMA DESA",
        "Gampong",
        "Nama Nagari",
        "Pekon",
        "Tiyuh",
        "Kampung",
    ],
)
def test_headings_of_villages(header: str) -> None:
    assert guess_place(["No", header, "Kode Kecamatan"]) == {"desa": header}


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("NILAI IDM 2024", "idm"), ("SKOR INDEKS DESA 2025", "indeks_desa"), ("STATUS DESA", "status_desa"),
        ("Dimensi Aksesibilitas", "id_aksesibilitas"), ("JML KELUARGA DESIL 1", "keluarga_desil_1"),
        ("TPPS Desa", "tpps_desa"), ("Jumlah BKB", "bkb"),
        ("Posyandu melayani bidang sosial", "posyandu_sosial"),
        ("Akses Sanitasi Layak", "sanitasi_layak"),
        ("JML STUNTING", "stunting"), ("Jml. Balita Stunting", "stunting"), ("Balita Diukur", "diukur"),
        ("Jumlah KK", "keluarga"), ("IKS 2024", "iks"), ("Tidak Diukur", None), ("Target Sasaran", None),
        ("Stunting (%)", None), ("Sanitasi Layak", None),
    ],
)  # fmt: skip
def test_headings_of_indicators(catalogue: Catalogue, header: str, key: str | None) -> None:
    assert guess_columns(["Desa", header], catalogue).indicators == ({key: header} if key else {})


def test_of_several_that_fit_none_is_taken(catalogue: Catalogue) -> None:
    guess = guess_columns(["Desa", "Total Stunting", "Stunting L", "Kasus Stunting"], catalogue)
    assert "stunting" not in guess.indicators
    assert guess.doubtful == {"stunting": ("Total Stunting", "Kasus Stunting")}


def test_nearest_keys(catalogue: Catalogue) -> None:
    assert "bumil_kek" in nearest_keys("Ibu hamil KEK baru", catalogue)
    assert nearest_keys("Nomor telepon", catalogue) == ()
