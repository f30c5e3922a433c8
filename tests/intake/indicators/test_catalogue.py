from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.errors import StudyFileError
from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import Catalogue, load_catalogue

KEYS = [
    "sasaran",
    "diukur",
    "pendek",
    "sangat_pendek",
    "stunting",
    "cakupan_pengukuran",
    "prevalensi_mentah",
    "keluarga_sasaran",
    "krs",
    "krs_persen",
    "keluarga",
    "air_tidak_layak",
    "jamban_tidak_layak",
    "air_layak",
    "sanitasi_layak",
    "stop_babs",
    "desil_1_2",
    "bumil_kek",
    "idm",
    "iks",
    "ike",
    "ikl",
    "fsva",
    "tpk",
    "posyandu",
    "bpjs",
    "penduduk",
]


def test_every_agreed_key_is_there(catalogue: Catalogue) -> None:
    assert set(KEYS) <= set(catalogue)


def test_the_29_services_by_target_group(catalogue: Catalogue) -> None:
    groups = Counter(item.group for item in catalogue.values() if item.group)
    assert groups == {
        "Remaja": 2, "Calon pengantin dan PUS": 7, "Ibu hamil": 4, "Balita": 6, "Keluarga": 6, "Lainnya": 4,
    }  # fmt: skip
    worse_when_high = {item.key for item in catalogue.values() if item.group and item.worse == "high"}
    assert worse_when_high == {"cakupan_unmet_need", "cakupan_kehamilan_tidak_diinginkan"}


def test_every_indicator_is_described(catalogue: Catalogue) -> None:
    for item in catalogue.values():
        assert item.label_id
        assert item.label_en
        assert item.unit
        assert item.owner
        assert item.minimum == (1 if item.key in ("fsva", "status_desa") else 0)
        assert not item.is_share or item.maximum == 100
    assert catalogue.frame().index.tolist() == list(catalogue)


def test_each_of_the_29_services_has_a_numerator_a_denominator_and_an_office(catalogue: Catalogue) -> None:
    services = [item for item in catalogue.values() if item.group]
    assert len(services) == 29
    for item in services:
        top, bottom = catalogue[item.numerator], catalogue[item.denominator]
        assert top.is_count, item.key
        assert bottom.is_count, item.key
        assert item.owner
        assert item.source
    assert len({item.numerator for item in services}) == 29
    counts = pd.DataFrame({"imunisasi_dilayani": [45.0, 0.0], "sasaran_imunisasi": [60.0, 0.0]})
    found = catalogue.derive(counts)["cakupan_imunisasi"]
    assert found.iloc[0] == 75.0
    assert math.isnan(found.iloc[1])


def test_the_index_of_villages_deciles_and_the_six_fields_of_posyandu_are_known(catalogue: Catalogue) -> None:
    dimensions = [key for key in catalogue if key.startswith("id_")]
    assert len(dimensions) == 6
    assert all(catalogue[key].contained_in == ("indeks_desa",) for key in (*dimensions, "status_desa"))
    assert len(catalogue["posyandu_enam_bidang"].sum_of) == 6
    frame = pd.DataFrame({f"keluarga_desil_{n}": [10.0 * n] for n in range(1, 11)} | {"keluarga": [500.0]})
    assert catalogue.derive(frame)["desil_1_4"].tolist() == [20.0]


def test_labels_follow_the_language(catalogue: Catalogue) -> None:
    assert catalogue["diukur"].label == "Balita diukur"
    with use_language("en"):
        assert catalogue["diukur"].label == "Children under five measured"


counts = st.one_of(st.just(math.nan), st.integers(0, 500).map(float))


@given(st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=10))
def test_derived_values_are_what_their_definition_says(rows: list[tuple[float, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["pendek", "sangat_pendek", "diukur", "sasaran"])
    out = load_catalogue().derive(frame)
    for (short, very, measured, due), (_, row) in zip(rows, out.iterrows(), strict=True):
        stunted = short + very
        np.testing.assert_equal(row["stunting"], stunted)
        rate = 100 * stunted / measured if measured and not math.isnan(measured) else math.nan
        np.testing.assert_allclose(row["prevalensi_mentah"], rate)
        np.testing.assert_allclose(row["cakupan_pengukuran"], 100 * measured / due if due else math.nan)


def test_given_columns_are_never_touched(catalogue: Catalogue) -> None:
    frame = pd.DataFrame({"stunting": [7.0, np.nan], "pendek": [1.0, 2.0], "sangat_pendek": [1.0, 2.0]})
    pd.testing.assert_series_equal(catalogue.derive(frame)["stunting"], frame["stunting"])


def test_a_study_may_add_and_change(catalogue: Catalogue) -> None:
    own = load_catalogue({
        "rumah_kumuh": {"label": "Rumah kumuh", "buruk": "tinggi", "satuan": "persen", "pembilang": "krs",
                        "penyebut": "keluarga", "rentang": [0, 100]},
        "idm": {"opd": "Bappeda"},
    })  # fmt: skip
    assert own["rumah_kumuh"].worse == "high"
    assert own["idm"].owner == "Bappeda"
    assert own["idm"].maximum == 1
    assert own.derive(pd.DataFrame({"krs": [5.0], "keluarga": [20.0]}))["rumah_kumuh"].tolist() == [25.0]
    assert "rumah_kumuh" not in catalogue


@pytest.mark.parametrize(("entry", "message"), [
    ({"label": "X", "buruk": "tinggi", "satuann": "anak"}, 'kunci "satuann" tidak dikenal.*satuan'),
    ({"buruk": "tinggi"}, 'kunci "label" belum ada'), ({"label": "X"}, 'kunci "buruk" belum ada'),
    ({"label": "X", "buruk": "naik"}, '"naik" bukan isian untuk "buruk"'),
    ({"label": "X", "buruk": "tinggi", "rentang": [5, 1]}, '"rentang" harus'),
    ({"label": "X", "buruk": "tinggi", "rentang": "0-100"}, '"rentang" harus'),
    ({"label": "X", "buruk": "tinggi", "pembilang": "krs"}, "harus diisi bersama"),
    ({"label": "X", "buruk": "tinggi", "jumlah_dari": ["pendekk"]}, '"pendekk" yang tidak dikenal.*"pendek"'),
    ({"label": {"id": "X"}, "buruk": "tinggi"}, '"label" harus'),
    ({"label": "X", "buruk": "tinggi", "opd": 3}, "opd"),
    ({"label": "X", "buruk": "tinggi", "jumlah_dari": ["pus_terlalu_muda", "pus_terlalu_tua"]}, "4T"),
])  # fmt: skip
def test_wrong_entries_are_named(entry: dict[str, object], message: str) -> None:
    with pytest.raises(StudyFileError, match=f'(?s)indikator "baru": .*{message}'):
        load_catalogue({"baru": entry})


def test_an_unknown_key_suggests_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(StudyFileError, match=r'(?s)tidak ada indikator "stuntin" .*stunting'):
        catalogue["stuntin"]
    assert catalogue.get("stuntin") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"rentang": [3, 2]}, {"rentang": [1, 2, 3]}, {"label": {"id": "Rumah"}}, {"pembilang": "keluarga"},
        {"sebutan": {"id": "buruk"}}, {"di_luar_rentang": "x"}, {"burok": "tinggi"},
    ],
)  # fmt: skip
def test_whatever_is_wrong_with_an_entry_has_a_remedy(wrong):
    entry = {"label": "Rumah", "buruk": "tinggi", "rentang": [0, 100], "satuan": "persen"}
    with pytest.raises(StudyFileError) as caught:
        load_catalogue({"rumah_kumuh": {**entry, **wrong}})
    assert caught.value.remedy
