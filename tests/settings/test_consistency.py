from __future__ import annotations

import copy
import tomllib

import pytest
from tiny_study import tiny_mapping

from lokus.errors import StudyFileError
from lokus.example import EXAMPLE_STUDY, example_files
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.settings.consistency import available_indicators
from lokus.settings.read import settings_from_mapping


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return tiny_mapping(tmp_path_factory.mktemp("kecil"))


def changed(plain, section, keys):
    return {**copy.deepcopy(plain), section: {**copy.deepcopy(plain.get(section, {})), **keys}}


def test_what_is_available_is_given_derived_or_estimated(plain):
    found = available_indicators(settings_from_mapping(plain), load_catalogue())
    assert {"stunting", "prevalensi_mentah", "cakupan_pengukuran", "prevalensi", "anak_stunting"} <= found
    assert "krs" not in found
    assert "prevalensi_mentah" in load_catalogue()


NOT_GIVEN = [
    ("laju", {"kovariat": ["krs_persen"]}, "laju.kovariat"),
    ("skor", {"bobot": {"krs_persen": 1.0}}, "skor"),
    ("pola", {"indikator": "krs_persen"}, "pola.indikator"),
    ("tipologi", {"indikator": ["sanitasi_layak", "krs_persen"]}, "tipologi.indikator"),
    ("kesenjangan", {"ambang": {"krs_persen": 10}}, "kesenjangan.ambang"),
    ("keluaran", {"peta": ["indikator:krs_persen"]}, "keluaran.peta"),
    ("pilihan", {"anggaran": 10.0, "biaya": "krs"}, "pilihan.biaya"),
    ("sasaran_penerima", {"Ibu": "krs"}, "sasaran_penerima"),
]


@pytest.mark.parametrize(("section", "keys", "place"), NOT_GIVEN)
def test_an_indicator_that_no_table_gives_is_refused_where_it_is_named(plain, section, keys, place):
    with pytest.raises(StudyFileError, match="tidak ada tabel yang memberi") as caught:
        settings_from_mapping(changed(plain, section, keys))
    assert f"kunci {place}:" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("key", ["dasar", "yang_ada"])
def test_what_is_shared_out_by_must_be_given(plain, key):
    share = {"nama": "Tim", "jumlah": 40, "dasar": "keluarga", key: "krs"}
    with pytest.raises(StudyFileError, match=r'pembagian\[1\]: tidak ada tabel yang memberi "krs"'):
        settings_from_mapping({**plain, "pembagian": [share]})


def test_without_counts_the_pattern_of_prevalence_is_refused(plain):
    table = copy.deepcopy(plain["tabel"][0])
    table["indikator"] = {key: name for key, name in table["indikator"].items() if key != "stunting"}
    bare = {
        **{key: plain[key] for key in ("kajian", "batas", "pilihan", "keluaran")},
        "tabel": [table],
        "skor": {"bobot": {"desil_1_2": 1.0}},
    }
    with pytest.raises(StudyFileError, match=r'pola\.indikator: tidak ada tabel yang memberi "prevalensi"'):
        settings_from_mapping({**bare, "pola": {"indikator": "prevalensi"}})
    settings_from_mapping({**bare, "pola": {"indikator": "desil_1_2"}})
    settings_from_mapping(bare)  # of the weightiest indicator, where no other is named


@pytest.mark.parametrize(
    ("section", "keys", "message"),
    [
        ("tipologi", {"indikator": ["sanitasi_layak", "sanitasi_layak"]}, "disebut dua kali"),
        ("laju", {"kovariat": ["sanitasi_layak", "sanitasi_layak"]}, "disebut dua kali"),
        ("laju", {"kovariat": ["prevalensi"]}, "dirinya sendiri"),
        ("tipologi", {"indikator": ["sanitasi_layak", "keluarga"]}, "ujung yang buruk"),
        ("kesenjangan", {"ambang": {"keluarga": 60}}, "ujung yang buruk"),
        ("skor", {"bobot": {"keluarga": 1.0}}, "ujung buruk"),
        ("katalog", {"skor": {"label": "Skor", "buruk": "tinggi"}}, "nama kolom lokus"),
    ],
)
def test_what_does_not_fit_together_is_refused(plain, section, keys, message):
    with pytest.raises(StudyFileError, match=message) as caught:
        settings_from_mapping(changed(plain, section, keys))
    assert caught.value.remedy


def test_a_case_audit_without_children_to_expect_is_refused(plain):
    changed_tables = [
        {**table, "indikator": {k: v for k, v in table["indikator"].items() if k != "sasaran"}}
        for table in copy.deepcopy(plain["tabel"])
    ]
    with pytest.raises(StudyFileError, match=r'audit_kasus: tidak ada tabel yang memberi "anak_stunting"'):
        settings_from_mapping({**plain, "tabel": changed_tables})


def test_a_code_that_is_no_kabupaten_is_refused_with_its_key(plain):
    with pytest.raises(StudyFileError, match=r'batas.kode_kabupaten: "16" bukan kode 4 angka'):
        settings_from_mapping(changed(plain, "batas", {"kode_kabupaten": "16"}))


MISSPELT = {"opd": "Dinas PUP", "sumber": "DAK", "rupiah": 1}
PRICE = {"rupiah": 3_500_000, "satuan": "keluarga", "tahun": 2026, "sumber": "Standar harga"}


@pytest.mark.parametrize(
    ("costs", "key", "remedy"),
    [
        ({"harga": {"sanitasi_layak": {**PRICE, "satuan": "unit"}}}, "satuan", 'satu "keluarga"'),
        ({"harga": {"desil_1_2": PRICE}}, "biaya.harga.desil_1_2", "kesenjangan.ambang"),
        ({"harga": {"sanitasi": PRICE}}, "biaya.harga", "sanitasi_layak"),
        (
            {"harga": {"sanitasi_layak": PRICE}, "anggaran": [MISSPELT]},
            "biaya.anggaran.opd",
            "Dinas PUPR",
        ),
    ],
)  # fmt: skip
def test_a_cost_that_would_be_multiplied_wrongly_or_used_nowhere_is_refused(costs, key, remedy):
    stated = tomllib.loads((example_files() / EXAMPLE_STUDY).read_text("utf-8"))
    with pytest.raises(StudyFileError) as raised:
        settings_from_mapping({**stated, "biaya": costs}, file="kajian.toml")
    assert key in str(raised.value)
    assert remedy in str(raised.value)
