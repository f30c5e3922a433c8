from __future__ import annotations

import shutil
import tomllib

import pandas as pd
import pytest

from lokus import Kajian, load_catalogue
from lokus.draft import draft_study, guess_columns
from lokus.errors import InputError


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.mark.parametrize(
    ("headers", "place", "indicators"),
    [
        (
            [
                "No",
                "Kecamatan",
                "Desa/Kelurahan",
                "TB/U · Pendek",
                "TB/U · Sangat Pendek",
                "Diukur",
                "% Diukur",
            ],
            {"desa": "Desa/Kelurahan", "kecamatan": "Kecamatan"},
            {"diukur": "Diukur", "pendek": "TB/U · Pendek", "sangat_pendek": "TB/U · Sangat Pendek"},
        ),
        (
            ["KODE_DESA", "NAMA_DESA", "PERSEN_DESIL_1_2"],
            {"kode": "KODE_DESA", "desa": "NAMA_DESA"},
            {"desil_1_2": "PERSEN_DESIL_1_2"},
        ),
        (["Desa", "Air Minum Layak"], {"desa": "Desa"}, {}),
        (["Desa", "Jamban Tidak Layak (%)"], {"desa": "Desa"}, {}),
    ],
)
def test_columns_are_guessed_by_their_whole_header(catalogue, headers, place, indicators):
    guess = guess_columns(headers, catalogue)
    assert guess.place == place
    assert guess.indicators == indicators
    assert set(guess.unused) == set(headers) - set(place.values()) - set(indicators.values())


def test_an_indicator_that_is_taken_is_not_guessed_again(catalogue):
    assert guess_columns(["Desa", "Diukur"], catalogue, taken=["diukur"]).indicators == {}


@pytest.fixture
def example(root, tmp_path):
    shutil.copytree(root / "data", tmp_path / "data")
    return tmp_path / "data"


def test_the_draft_opens_and_gives_the_same_values_as_the_written_study(root, example):
    folder = example / "indicators" / "2026"
    text = draft_study(
        example / "boundaries" / "desa.gpkg",
        sorted(folder.iterdir()),
        folder=example.parent,
        year=2026,
        official=example / "indicators" / "daftar_desa.csv",
    )
    path = example.parent / "kajian.toml"
    path.write_text(text, encoding="utf-8")
    drafted = Kajian.open(path).replace(audit={"kecocokan": "data/kajian/kecocokan.csv"})
    written = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    # Two offices count families; the draft takes the count that it meets first.
    shared = [key for key in written.indicators if key in drafted.indicators and key != "keluarga"]
    assert len(shared) >= 15
    pd.testing.assert_frame_equal(drafted.indicators[shared], written.indicators[shared])
    assert "Catatan" in text, "a sheet that could not be used is told"
    assert "kolom yang tidak dipakai" in text


def test_the_draft_is_toml_whatever_the_names(example):
    odd = example / 'aneh "kutip" é.csv'
    odd.write_text('Desa;Diukur;Stunting\nSuka "Maju";10;1\n', encoding="utf-8")
    text = draft_study(example / "boundaries" / "desa.gpkg", [odd], folder=example, year=2026)
    assert tomllib.loads(text)["tabel"][0]["berkas"] == 'aneh "kutip" é.csv'


def test_without_stunting_counts_there_is_nothing_to_draft(example):
    with pytest.raises(InputError, match="tidak ada tabel yang memuat balita stunting"):
        draft_study(
            example / "boundaries" / "desa.gpkg",
            [example / "indicators" / "2026" / "krs_2026.xlsx"],
            folder=example,
            year=2026,
        )
