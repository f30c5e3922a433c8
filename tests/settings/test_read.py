from __future__ import annotations

import copy
import tomllib

import pytest

from lokus.errors import StudyFileError
from lokus.settings.read import read_settings, settings_from_mapping

MINIMAL = """
[kajian]
judul = "Usulan lokus"
kabupaten = "Kabupaten Contoh"
tahun = 2026
benih = 1

[batas]
berkas = "desa.gpkg"

[[tabel]]
berkas = "eppgbm.xlsx"
tempat = { desa = "Desa" }
indikator = { diukur = "Diukur", stunting = "Stunting" }

[skor]
bobot = { prevalensi = 1.0 }

[pilihan]
jumlah = 26

[keluaran]
folder = "hasil"
"""


@pytest.fixture
def raw():
    return tomllib.loads(MINIMAL)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "desa.gpkg").touch()
    (tmp_path / "eppgbm.xlsx").touch()
    path = tmp_path / "kajian.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    return path


def test_a_good_file_is_read_and_frozen(study):
    settings = read_settings(study)
    assert settings.choice.n == 26
    assert settings.rates.reliable_coverage == 80
    with pytest.raises(ValueError, match="frozen"):
        settings.choice.n = 3


def test_settings_survive_a_round_trip_through_plain_values(raw):
    settings = settings_from_mapping(raw)
    assert settings_from_mapping(settings.to_mapping()) == settings


def changed(raw, section, **keys):
    new = copy.deepcopy(raw)
    new[section].update(keys)
    return new


@pytest.mark.parametrize(
    ("section", "keys", "message"),
    [
        (
            "pilihan",
            {"maks_kecamtan": 8},
            'kunci pilihan.maks_kecamtan tidak dikenal\n→ maksud Anda "maks_kecamatan"?',
        ),
        ("kajian", {"tahun": "2026"}, 'kunci kajian.tahun: "2026" salah jenis\n→ seharusnya bilangan bulat'),
        ("kajian", {"tahun": 1026}, "→ seharusnya ≥ 2000"),
        ("pilihan", {"jumlah": 2.5}, "kunci pilihan.jumlah"),
        ("skor", {"bobot": {}}, "kunci skor: sebutkan bobot, pembobotan, ahp atau prasetel"),
        (
            "skor",
            {"bobot": {"prevalensi": "besar"}},
            'kunci skor.bobot.prevalensi: "besar" salah jenis\n→ seharusnya angka',
        ),
        ("skor", {"normalisasi": "min"}, "→ pilihan: 'minmax', 'peringkat', 'zscore'"),
        ("keluaran", {"ukuran": ["A2"]}, "kunci keluaran.ukuran[1]"),
        ("batas", {"kolom": {"desaa": "x"}}, "kunci batas.kolom.desaa tidak dikenal"),
    ],
)
def test_wrong_values_name_the_key_and_the_way_out(raw, section, keys, message):
    with pytest.raises(StudyFileError) as caught:
        settings_from_mapping(changed(raw, section, **keys))
    assert str(caught.value).startswith("berkas kajian.toml: ")
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_missing_key_is_named(raw):
    del raw["pilihan"]["jumlah"]
    with pytest.raises(StudyFileError, match=r"kunci pilihan\.jumlah tidak ada"):
        settings_from_mapping(raw)


def test_every_problem_is_listed_at_once(raw):
    broken = changed(changed(raw, "kajian", tahun="x"), "pilihan", jumlah=0)
    with pytest.raises(StudyFileError, match="2 masalah") as caught:
        settings_from_mapping(broken)
    assert "kajian.tahun" in str(caught.value)
    assert "pilihan.jumlah" in str(caught.value)


def test_a_table_needs_a_place(raw):
    raw["tabel"][0]["tempat"] = {"kecamatan": "Kecamatan"}
    with pytest.raises(StudyFileError, match=r"kunci tabel\[1\]: tempat memerlukan kunci kode atau desa"):
        settings_from_mapping(raw)


def test_an_indicator_may_come_from_several_tables_and_is_named_once(raw):
    # For different villages, such as a sheet a kecamatan; the join refuses a village given twice.
    raw["tabel"].append({**raw["tabel"][0], "berkas": "lain.xlsx"})
    given = settings_from_mapping(raw).given
    assert len(given) == len(set(given))


def test_sheets_that_are_joined_are_a_list_or_all(raw):
    raw["tabel"][0]["lembar"] = ["Kubu", "Terentang"]
    table = settings_from_mapping(raw).tables[0]
    assert (table.sheet, table.several) == (None, ("Kubu", "Terentang"))
    raw["tabel"][0]["lembar"] = "*"
    table = settings_from_mapping(raw).tables[0]
    assert (table.sheet, table.several) == (None, ())


def test_a_scale_is_for_an_indicator_of_its_table(raw):
    raw["tabel"][0]["skala"] = {"air_layak": "pecahan"}
    with pytest.raises(StudyFileError, match="skala menyebut air_layak"):
        settings_from_mapping(raw)


@pytest.mark.parametrize("section", ["bobot", "kovariat"])
def test_an_unknown_indicator_is_refused_with_the_nearest(raw, section):
    if section == "bobot":
        raw["skor"]["bobot"] = {"prevalensy": 1.0}
    else:
        raw["laju"] = {"kovariat": ["sanitasi_layk"]}
    near = "prevalensi" if section == "bobot" else "sanitasi_layak"
    with pytest.raises(StudyFileError, match=f'maksud Anda "{near}"'):
        settings_from_mapping(raw)


def test_a_missing_data_file_is_named_with_the_nearest(study):
    (study.parent / "eppgbm.xlsx").rename(study.parent / "eppgbm_2026.xlsx")
    with pytest.raises(StudyFileError) as caught:
        read_settings(study)
    assert 'kunci tabel[1].berkas: berkas "eppgbm.xlsx" tidak ada' in str(caught.value)
    assert 'maksud Anda "eppgbm_2026.xlsx"?' in str(caught.value)


@pytest.mark.parametrize("name", ["a" * 300 + ".xlsx", "b" * 300 + "/rekap.xlsx"])
def test_a_name_that_no_system_can_have_is_that_of_a_missing_file(study, name):
    text = study.read_text(encoding="utf-8").replace("eppgbm.xlsx", name)
    study.write_text(text, encoding="utf-8")
    with pytest.raises(StudyFileError) as caught:
        read_settings(study)
    assert "kunci tabel[1].berkas: berkas" in str(caught.value)
    assert caught.value.remedy
    assert len(str(caught.value)) < 1_500
    with pytest.raises(StudyFileError, match="tidak ada"):
        read_settings(study.parent / name)


def test_a_missing_study_file_is_named_with_the_nearest(study):
    with pytest.raises(StudyFileError, match="berkas kajian tidak ada"):
        read_settings(study.with_name("kajan.toml"))


def test_broken_toml_names_the_row(study):
    study.write_text("[kajian]\njudul = \n", encoding="utf-8")
    with pytest.raises(StudyFileError, match=r"kajian\.toml, baris 2: bukan TOML"):
        read_settings(study)


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n1234", b"\xff\xd8\xff", b"GIF89a"])
def test_a_logo_that_is_no_picture_is_refused(study, content):
    (study.parent / "logo.png").write_bytes(content)
    study.write_text(MINIMAL + 'logo = "logo.png"\n', encoding="utf-8")
    with pytest.raises(StudyFileError, match=r"keluaran\.logo.*bukan gambar") as caught:
        read_settings(study)
    assert "PNG" in caught.value.remedy


@pytest.mark.parametrize("key", ["logo", "sekitar"])
@pytest.mark.parametrize(
    "name", ["tidak-ada.png", "http://contoh.id/a.png", "/vsicurl/http://contoh.id/a.shp"]
)
def test_a_picture_or_surroundings_that_are_no_file_are_refused(study, key, name):
    study.write_text(f'{MINIMAL}{key} = "{name}"\n', encoding="utf-8")
    with pytest.raises(StudyFileError, match=f"keluaran.{key}"):
        read_settings(study)


def test_a_study_file_of_another_kind_is_refused(study):
    study.write_text("a = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(StudyFileError, match="bukan TOML"):
        read_settings(study)
    study.write_bytes(b"#" * 6_000_000)
    with pytest.raises(StudyFileError, match="6 MB"):
        read_settings(study)
