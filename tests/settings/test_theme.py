"""`[tema]`: a study of something else than stunting, from `lokus init` to its outputs."""

from __future__ import annotations

import os
import re

import numpy as np
import pandas as pd
import pytest
from theme_study import write_tables
from tiny_study import to_toml
from told import texts_of

from lokus import Kajian
from lokus.cli import main
from lokus.errors import StudyFileError
from lokus.intake.earlier.outputs import read_previous_pack
from lokus.settings.read import settings_from_mapping
from lokus.settings.theme import inner_keys, inner_names, outer_keys, shipped_theme, shipped_themes

WORDS = {
    "nama": "kemiskinan ekstrem",
    "satuan": "keluarga",
    "kasus": "keluarga miskin ekstrem",
    "pembilang": "miskin",
    "penyebut": "didata",
    "golongan": [2.5, 5, 10, 20],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("tema")
    write_tables(place)
    return place


def draft(folder, table, theme, more=""):
    """Draft a study of a theme as a planner does, and complete it."""
    study = folder / f"{table}.toml"
    if not study.exists():
        asked = ["init", str(folder / "desa.gpkg"), str(folder / f"{table}.xlsx"), "--tahun", "2026"]
        assert main([*asked, "--kajian", str(study), "--tema", theme]) == 0
        text = study.read_text(encoding="utf-8").replace('"Kabupaten …"', '"Kabupaten Contoh"')
        outputs = 'folder = "keluaran-2026"'
        assert outputs in text
        text = text.replace(outputs, f'folder = "keluaran-{table}"\nukuran = ["A4"]\n{more}')
        study.write_text(text + "\n[ketidakpastian]\nundian = 100\n[pola]\npermutasi = 999\n", "utf-8")
    return Kajian.open(study)


def test_a_drafted_study_of_poverty_counts_families(folder):
    study = draft(folder, "kemiskinan", "kemiskinan_ekstrem")
    given = pd.read_excel(folder / "kemiskinan.xlsx", engine="openpyxl")
    assert study.villages["stunting"].sum() == given["Keluarga Miskin Ekstrem"].sum()
    assert study.villages["sasaran"].sum() == given["Jumlah Keluarga"].sum()
    assert study.catalogue["anak_stunting"].label == "Keluarga miskin ekstrem (perkiraan)"
    assert study.settings.to_mapping()["skor"]["bobot"] == {"prevalensi": 0.6, "perkiraan_kasus": 0.4}
    again = settings_from_mapping(study.settings.to_mapping())
    assert again == study.stated


def test_where_few_served_are_bad_those_without_are_the_cases(folder):
    study = draft(folder, "sanitasi", "sanitasi")
    given = pd.read_excel(folder / "sanitasi.xlsx", engine="openpyxl")
    lacking = (given["KK Didata"] - given["KK Sanitasi Layak"]).to_numpy()
    np.testing.assert_array_equal(study.villages["stunting"].to_numpy(), lacking)
    worst = study.rates.table["prevalensi"].idxmax()
    assert (lacking / given["KK Didata"]).to_numpy().argmax() == list(study.villages.index).index(worst)
    assert study.catalogue["stunting"].label == "Keluarga tanpa sanitasi layak"
    assert set(study.settings.needed) >= {"terlayani", "diukur"}


def test_a_study_of_percentages_alone_is_drafted_and_has_a_list(folder):
    study = draft(folder, "persen", "kemiskinan_ekstrem")
    assert study.rates is None
    assert study.settings.theme.numerator is None
    assert set(study.settings.scores.weights) == {"air_layak", "desil_1_2", "sanitasi_layak"}
    assert len(study.proposal.kode) == 2
    assert study.maps.indicators["pola"].label in study.labels.values()


def test_the_words_of_a_stage_are_those_of_the_theme_wherever_it_is_asked_for(folder):
    study = draft(folder, "kemiskinan", "kemiskinan_ekstrem")
    assert "stunting" not in " ".join(map(str, study.method)).lower()
    renamed = study.replace(tema={"nama": "kemiskinan"})
    assert "Persentase kemiskinan (perkiraan)" in renamed.labels.values()
    assert renamed.rates is not study.rates


def test_keys_go_in_and_come_out_again():
    plain = {
        "tema": WORDS,
        "tabel": [{"berkas": "a.csv", "indikator": {"miskin": "miskin"}, "skala": {"didata": "persen"}}],
        "skor": {"bobot": {"perkiraan_kasus": 1.0}},
        "pembagian": [{"nama": "miskin", "dasar": "didata"}],
        "keluaran": {"folder": "miskin", "peta": ["kasus", "indikator:miskin"]},
        "lintasan": {"seluruh": 1000},
    }
    inner = inner_keys(plain)
    assert inner["tabel"][0]["indikator"] == {"stunting": "miskin"}
    assert inner["skor"] == {"bobot": {"anak_stunting": 1.0}}
    assert inner["pembagian"] == [{"nama": "miskin", "dasar": "diukur"}]
    assert inner["keluaran"] == {"folder": "miskin", "peta": ["anak", "indikator:stunting"]}
    assert inner["lintasan"] == {"balita": 1000}
    assert outer_keys(inner) == plain
    assert inner_keys({"skor": {"bobot": {"miskin": 1}}}) == {"skor": {"bobot": {"miskin": 1}}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"penyebut": None}, "pembilang dan penyebut"),
        ({"pembilang": "Keluarga Miskin"}, "bukan kunci"),
        ({"penyebut": "miskin"}, "kunci yang berbeda"),
        ({"golongan": None}, "golongan belum ada"),
        ({"golongan": [5, 5, 10, 20]}, "empat batas yang menaik"),
        ({"buruk": "rendah"}, "terlayani"),
        ({"pembilang": None, "penyebut": None, "seluruh": "semua"}, "seluruh memerlukan"),
        ({"kata": "x"}, "tidak dikenal"),
    ],
)
def test_a_theme_that_does_not_hold_together_is_refused(folder, change, message):
    plain = draft(folder, "kemiskinan", "kemiskinan_ekstrem").settings.to_mapping()
    theme = {key: value for key, value in {**WORDS, **change}.items() if value is not None}
    with pytest.raises(StudyFileError, match=message) as caught:
        settings_from_mapping({**plain, "tema": theme})
    assert "tema" in str(caught.value)


def test_an_unknown_theme_is_refused_with_those_known(folder, capsys):
    asked = [str(folder / "desa.gpkg"), str(folder / "sanitasi.xlsx"), "--tahun", "2026", "--tema", "sanitas"]
    assert main(["init", *asked, "--kajian", str(folder / "lain.toml")]) == 2
    assert "kemiskinan_ekstrem" in capsys.readouterr().err


def test_every_shipped_theme_is_whole():
    for name in shipped_themes():
        theme, headers = shipped_theme(name)
        assert {"stunting", "terlayani"} & set(headers)
        assert "diukur" in headers
        assert inner_names({"tema": theme})(theme["penyebut"]) == "diukur"


_EVERYTHING = """bahan = [
    "ansit", "audit_kasus", "paparan", "laporan", "atlas", "kalender", "dokumen", "geojson", "csv",
]
peta = ["usulan", "prevalensi", "kasus", "skor", "titik_panas", "peluang"]

[kesenjangan.ambang]
prevalensi = 5
cakupan_pengukuran = 85

[audit_kasus]
jumlah = 2

[lintasan]
awal = { tahun = 2024, persen = 9 }
target = { tahun = 2029, persen = 0 }
"""


@pytest.mark.slow
@pytest.mark.parametrize(("table", "theme"), [("kemiskinan", "kemiskinan_ekstrem"), ("sanitasi", "sanitasi")])
def test_no_output_of_another_theme_says_stunting(tmp_path, monkeypatch, table, theme):
    monkeypatch.setitem(os.environ, "LOKUS_PROSES", "1")
    write_tables(tmp_path)
    study = draft(tmp_path, table, theme, _EVERYTHING)
    assert main(["run", str(study.path)]) == 0
    files = sorted(path for path in (tmp_path / f"keluaran-{table}").rglob("*") if path.is_file())
    kinds = {path.suffix for path in files}
    assert kinds >= {".xlsx", ".pptx", ".docx", ".html", ".pdf", ".csv", ".geojson", ".gpkg", ".json"}
    for path in files:
        assert "stunting" not in path.name
        said = texts_of(path)
        assert said or path.suffix == ".png", path.name
        assert "stunting" not in said.lower(), path.name
        if path.suffix in (".docx", ".pptx", ".pdf"):
            assert not {"balita", "puskesmas", "TPPS"} & set(said.replace(".", " ").split()), path.name
    # Next year reads these outputs back under the names inside lokus.
    pack = read_previous_pack(tmp_path / f"keluaran-{table}", inner=inner_names)
    assert {"stunting", "diukur", "anak_stunting_bawah"} <= set(pack.results.columns)
    assert not pack.findings
    assert main(["verify", str(tmp_path / f"keluaran-{table}" / "kajian.lock.json")]) == 0


@pytest.mark.parametrize(("table", "theme"), [("kemiskinan", "kemiskinan_ekstrem"), ("sanitasi", "sanitasi")])
def test_the_periodic_report_of_another_theme_compares_its_periods_in_its_own_words(tmp_path, table, theme):
    write_tables(tmp_path)
    study = draft(tmp_path, table, theme)
    before = pd.read_excel(tmp_path / f"{table}.xlsx", engine="openpyxl")
    number = before.columns[-1]
    before[number] -= before[number] // 4  # fewer than now
    before.to_csv(tmp_path / "lalu.csv", index=False)
    plain = study.stated.to_mapping()
    (own,) = plain["tabel"]
    last = {key: value for key, value in own.items() if key != "lembar"} | {"berkas": "lalu.csv"}
    periods = [{"semester": 2, "tahun": 2025, "tabel": [last]}, {"semester": 1, "tabel_kajian": True}]
    study.path.write_text(to_toml({**plain, "laporan": {"periode": periods}}), encoding="utf-8")
    folder = tmp_path / "laporan"
    assert main(["laporan", str(study.path), "--semester", "1", "--keluaran", str(folder)]) == 0
    files = sorted(folder.iterdir())
    assert [path.suffix for path in files] == [".csv", ".docx", ".json", ".xlsx"]
    for path in files:
        said = texts_of(path)
        assert "stunting" not in said.lower(), path.name
        if path.suffix == ".docx":
            assert not {"balita", "puskesmas", "TPPS"} & set(re.findall(r"\w+", said)), path.name
            assert "Semester 2 Tahun 2025" in said
    values = pd.read_csv(folder / "laporan_semester_1_2026.csv", keep_default_na=False)
    changed = values[(values["tingkat"] == "kabupaten") & (values["arah"] == "naik")]
    assert len(changed)
    now = pd.read_excel(tmp_path / f"{table}.xlsx", engine="openpyxl")
    more = float(now[number].sum() - before[number].sum())
    points = 100 * more / now[now.columns[-2]].sum()  # of those recorded
    told = changed["selisih"].astype(float)
    assert ((told - more).abs() < 1e-9).any() or ((told - points).abs() < 1e-9).any()


@pytest.mark.slow
@pytest.mark.parametrize(
    "columns", [{"sanitasi_layak": "S"}, {"stunting": "K"}], ids=["persen", "tanpa penyebut"]
)
def test_studies_without_counts_run_end_to_end(tmp_path, monkeypatch, columns):
    monkeypatch.setitem(os.environ, "LOKUS_PROSES", "1")
    write_tables(tmp_path)
    given = pd.read_excel(tmp_path / "persen.xlsx", engine="openpyxl")
    given["S"], given["K"] = given["Akses Sanitasi Layak (%)"], range(len(given))
    given.to_csv(tmp_path / "lain.csv", index=False)
    key = next(iter(columns))
    plain = {
        "kajian": {"judul": "Tanpa cacah", "kabupaten": "Kabupaten Contoh", "tahun": 2026, "benih": 1},
        "batas": {"berkas": "desa.gpkg"},
        "tabel": [
            {"berkas": "lain.csv", "tempat": {"desa": "Desa", "kecamatan": "Kecamatan"}, "indikator": columns}
        ],
        "skor": {"bobot": {key: 1.0}},
        "pola": {"permutasi": 999},
        "pilihan": {"jumlah": 4},
        "keluaran": {
            "folder": "hasil",
            "ukuran": ["A4"],
            "bahan": ["paparan", "laporan", "atlas", "kalender", "dokumen", "geojson", "csv"],
        },
    }
    study = Kajian(stated=settings_from_mapping(plain), path=tmp_path / "kajian.toml")
    pack = study.write(tmp_path / "hasil")
    assert {"peta_usulan_A4.pdf", "peta_skor_A4.pdf", "atlas_kecamatan.pdf", "laporan.html"} <= {
        path.name for path in pack.files
    }
    assert not any("prevalensi" in path.name for path in pack.files)
    assert study.maps.indicators["pola"].label == study.catalogue[key].label
    asked = {**plain, "keluaran": {**plain["keluaran"], "peta": ["prevalensi"]}}
    with pytest.raises(StudyFileError, match=r'keluaran\.peta: tidak ada tabel yang memberi "prevalensi"'):
        settings_from_mapping(asked)
