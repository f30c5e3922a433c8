from __future__ import annotations

import json

import pytest

from lokus.errors import LokusError, StudyFileError
from lokus.settings.read import read_settings
from lokus.settings.scenario import Scenario, read_scenario, scenario_from_mapping

HEAD = '[skenario]\nnama = "Uji"\nkabupaten = "Kabupaten Contoh"\ntahun = 2026\n'


def written(tmp_path, text: str):
    path = tmp_path / "skenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_keys_that_say_the_same_in_another_way_go(tmp_path):
    text = HEAD + "[skor.bobot]\nkrs = 1.0\n[pilihan]\ntepat_kecamatan = 3\n"
    assert read_scenario(written(tmp_path, text)).changes == {
        "skor": {"bobot": {"krs": 1.0}, "pembobotan": None, "indikator": None, "ahp": None},
        "pilihan": {"tepat_kecamatan": 3, "maks_kecamatan": None},
    }


def test_keys_can_be_taken_out(tmp_path):
    text = HEAD + 'hapus = ["pilihan.maks_kecamatan"]\n'
    assert read_scenario(written(tmp_path, text)).changes == {"pilihan": {"maks_kecamatan": None}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nama = ", "TOML"),
        ("[pilihan]\njumlah = 3\n", "skenario"),
        (HEAD.replace("2026", '"2026"'), "skenario"),
        (HEAD + "hapus = [3]\n", "skenario"),
        (HEAD + "hapus = 'pilihan'\n", "skenario"),
        (HEAD + 'hapus = ["batas.berkas"]\n', "batas.berkas"),
        (HEAD + "[keluaran]\nfolder = '/'\n", "keluaran"),
        ("pilihan = 3\n" + HEAD, "pilihan"),
    ],
)
def test_what_is_no_scenario_is_refused(tmp_path, text, words):
    with pytest.raises(StudyFileError, match=words):
        read_scenario(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StudyFileError, match="tidak-ada"):
        read_scenario(tmp_path / "tidak-ada.toml")


def test_title_and_folder_say_that_it_is_a_trial(root, tmp_path):
    settings = read_settings(root / "data" / "kajian" / "contoh-2026.toml")
    sections = read_scenario(written(tmp_path, HEAD)).sections(settings)
    assert sections["kajian"]["judul"].endswith("– percobaan: Uji")
    assert sections["keluaran"]["folder"] == f"{settings.outputs.folder}-skenario-uji"


def test_a_scenario_of_another_study_is_refused(root, tmp_path):
    settings = read_settings(root / "data" / "kajian" / "contoh-2026.toml")
    other = read_scenario(written(tmp_path, HEAD.replace("2026", "2025")))
    with pytest.raises(StudyFileError, match="2025"):
        other.sections(settings)


def test_another_list_than_that_of_the_page_is_refused():
    stated = Scenario(name="Uji", kabupaten="K", year=2026, changes={}, kode=("1", "2"))
    stated.check_list(["2", "1"])
    with pytest.raises(LokusError, match="daftar"):
        stated.check_list(["1", "3"])


def test_what_the_lock_keeps_of_a_scenario_gives_the_same_changes(tmp_path):
    text = HEAD + 'hapus = ["pilihan.maks_per_kecamatan"]\n[skor.bobot]\nkrs = 1.0\n[pilihan]\njumlah = 3\n'
    read = read_scenario(written(tmp_path, text))
    again = scenario_from_mapping(json.loads(json.dumps(read.to_mapping())))
    assert again.changes == read.changes
    assert (again.name, again.kabupaten, again.year) == (read.name, read.kabupaten, read.year)
