"""A heading that says the opposite of its indicator is held, and never drafted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lokus.findings import Where
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.join import join_table
from lokus.intake.tables.coverage_form import ESSENTIAL_NAMES
from lokus.intake.tables.guesses import INDICATOR_HEADERS, guess_columns, nearest_keys
from lokus.intake.tables.opposite import opposite_headings, says_the_opposite
from lokus.intake.tables.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.indicators.catalogue import Catalogue


@pytest.mark.parametrize(
    ("key", "header"),
    [
        ("sanitasi_layak", "Sanitasi Tidak Layak"), ("sanitasi_layak", "% KK TDK LAYAK SANITASI"),
        ("sanitasi_layak", "Tanpa jamban"), ("sanitasi_layak", "Sanitasi · Tidak Layak · %"),
        ("sanitasi_layak", "Tidak Layak · Sanitasi"), ("sanitasi_layak", "Sanitasi kurang layak"),
        ("sanitasi_layak", "Sanitasi (Tidak Layak)"), ("sanitasi_layak", "sanitasi_tidak_layak"),
        ("air_layak", "Belum memiliki akses air minum layak"), ("air_layak", "Akses Air Layak · Tidak"),
        ("stop_babs", "Tidak ODF"), ("stop_babs", "Belum SBS"), ("stop_babs", "BABS"),
        ("stop_babs", "KK masih buang air besar sembarangan"), ("bpjs", "Non BPJS"),
        ("bpjs", "Penduduk belum punya JKN"), ("cakupan_imunisasi", "Tidak Imunisasi Dasar Lengkap"),
        ("cakupan_asi_eksklusif", "Non-ASI eksklusif"), ("diukur", "Tidak/Belum Diukur"),
        ("stunting", "Balita Tidak Stunting"), ("bumil_kek", "Ibu hamil tidak KEK"),
        ("krs", "Keluarga Tidak Berisiko"), ("tidak_krs", "Keluarga Berisiko"),
        ("krs_air", "Sumber air minum layak"), ("krs_jamban", "Jamban Layak"),
        ("air_tidak_layak", "Air minum layak (%)"),
        ("fsva_tanpa_air_bersih", "Rumah tangga dengan air bersih"),
        ("tpk", "TPK non aktif"),
    ],
)  # fmt: skip
def test_the_opposite(catalogue: Catalogue, key: str, header: str) -> None:
    assert says_the_opposite(header, catalogue[key])
    assert key not in guess_columns(["Desa", header], catalogue).indicators
    assert key not in nearest_keys(header, catalogue)


@pytest.mark.parametrize(
    ("key", "header"),
    [
        ("sanitasi_layak", "Sanitasi Layak"), ("sanitasi_layak", "Sanitasi (layak/tidak layak) · Layak"),
        ("sanitasi_layak", "Jamban sehat (tidak termasuk jamban umum)"), ("stop_babs", "ODF"),
        ("stop_babs", "Tidak BABS"), ("stop_babs", "KK stop buang air besar sembarangan"),
        ("krs_air", "Sumber air minum · Tidak layak"), ("krs_air", "Air minum"),
        ("krs_jamban", "Tidak memiliki jamban"), ("air_tidak_layak", "Tanpa akses air minum layak"),
        ("tidak_krs", "Tidak Berisiko"), ("krs", "Berisiko"), ("desil_1_2", "Keluarga tidak mampu"),
        ("cakupan_kehamilan_tidak_diinginkan", "Kehamilan tidak diinginkan"),
        ("cakupan_gizi_buruk_tata_laksana", "Gizi buruk dirawat"),
        ("bumil_kek", "Bumil Kurang Energi Kronis"),
    ],
)  # fmt: skip
def test_no_opposite(catalogue: Catalogue, key: str, header: str) -> None:
    assert not says_the_opposite(header, catalogue[key])


def test_no_known_heading_or_label_is_the_opposite_of_its_own_indicator(catalogue: Catalogue) -> None:
    known = {key: (item.label_id, *INDICATOR_HEADERS.get(key, ())) for key, item in catalogue.items()}
    wrong = [
        (key, text)
        for key, texts in known.items()
        for text in texts
        if says_the_opposite(text, catalogue[key])
    ]
    assert wrong == []
    assert sum(map(len, known.values())) > 100


def test_the_remedy_of_a_count_speaks_of_no_share(catalogue: Catalogue) -> None:
    headers = {"diukur": "Tidak diukur", "air_layak": "Air tidak layak", "sasaran": "Sasaran"}
    count, share = opposite_headings(headers, catalogue, where=Where())
    assert "100" not in count.remedy
    assert "100" in share.remedy


def test_a_table_is_held_by_the_whole_heading_that_a_short_one_finds(
    csv_file: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue
) -> None:
    raw = read_table(csv_file("desa;kecamatan;Air Minum Tidak Layak (%)\nSuka Maju;Sukasari;7\n"))
    joined = join_table(
        raw, villages, place={"desa": "desa", "kecamatan": "kecamatan"},
        indicators={"air_layak": "air minum tidak layak (%)"}, catalogue=catalogue,
    )  # fmt: skip
    [finding] = [finding for finding in joined.findings if finding.level == "blocking"]
    assert (finding.check, finding.where.column) == ("tables.opposite", "Air Minum Tidak Layak (%)")
    assert joined.values["air_layak"].dropna().tolist() == [7.0]  # true where the heading alone is wrong


def test_an_official_name_that_denies_something_is_not_the_opposite():
    catalogue = load_catalogue()
    for key, name in ESSENTIAL_NAMES.items():
        assert not says_the_opposite(f"7. {name} (%)", catalogue[key]), key
    assert says_the_opposite("Balita belum imunisasi dasar lengkap", catalogue["cakupan_imunisasi"])
