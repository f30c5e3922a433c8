"""The table of studies: read as it is, and refused in words where it cannot be."""

from __future__ import annotations

import tomllib

import pytest
from small_province import common, write_nation, write_province

from lokus.batch.all_studies import run_batch
from lokus.batch.plan import read_plan, to_toml
from lokus.batch.rollup import write_rollup
from lokus.errors import StudyFileError
from lokus.settings.read import settings_from_mapping


def test_a_row_differs_from_the_common_study_and_has_its_own_folder(tmp_path):
    table = write_province(tmp_path, 2)
    plan = read_plan(table, common=tmp_path / "bersama.toml")
    first, second = plan.entries
    assert (first.kode, second.kode) == ("9901", "9902")
    assert second.plain["kajian"]["judul"] == "Lokus Kabupaten Contoh 2"
    assert second.plain["batas"]["berkas"] == "../../desa2.parquet"
    assert second.plain["tabel"][0]["berkas"] == "../../data2.csv"
    assert second.plain["keluaran"]["folder"] == "keluaran"
    assert [entry.problem for entry in plan.entries] == ["", ""]


def test_what_is_written_reads_back_the_same(tmp_path):
    plain = common("a.gpkg", "b.csv")
    plain["kajian"]["judul"] = 'Judul "dalam kutip" \\ dan\ttab \u2028'
    plain["audit"] = {"terima": [{"temuan": "join.no_row", "alasan": "x"}]}
    assert tomllib.loads(to_toml(plain)) == plain
    settings_from_mapping({**plain, "kajian": {**plain["kajian"], "judul": "Judul"}})


def test_two_rows_for_one_kabupaten_are_its_failure_and_the_others_run(tmp_path):
    """Which row holds is not known: neither runs, what it had before stays, and no other study is held up."""
    table = write_province(tmp_path, 2)
    run_batch(read_plan(table, common=tmp_path / "bersama.toml"), workers=1)
    listed = {n: tmp_path / "provinsi" / n / "keluaran" / "daftar.csv" for n in ("9901", "9902")}
    before = listed["9901"].read_bytes()
    listed["9902"].unlink()
    table.write_text(table.read_text() + "99.01,Lain,desa1.parquet,data1.csv\n")
    plan = read_plan(table, common=tmp_path / "bersama.toml")
    assert [(entry.kode, bool(entry.problem)) for entry in plan.entries] == [("9901", True), ("9902", False)]
    batch = run_batch(plan, workers=1)
    assert [outcome.status for outcome in batch.outcomes] == ["gagal", "selesai"]
    (line,) = batch.lines()
    assert line.startswith("99.01 Kabupaten Contoh 1: gagal: berkas provinsi.csv, baris 4: kabupaten 99.01 ")
    assert "tertulis di baris 2, 4, sehingga tidak diketahui" in line
    assert "sisakan satu baris untuk tiap kabupaten" in line
    assert listed["9901"].read_bytes() == before
    assert listed["9902"].is_file()


def test_a_missing_file_is_the_trouble_of_its_row_alone(tmp_path):
    table = write_province(tmp_path, 2)
    (tmp_path / "data2.csv").unlink()
    first, second = read_plan(table, common=tmp_path / "bersama.toml").entries
    assert first.problem == ""
    assert second.problem == 'baris 3: kunci tabel[1].berkas: berkas "data2.csv" tidak ada'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kode,nama\n99.1,Contoh\n", "bukan kode kabupaten"),
        ("kode,nama\n99.01,Contoh\n", "tidak menyebut kajian"),
        ("kode,nama\n", "tidak memuat kabupaten"),
    ],
)
def test_a_table_that_says_too_little_is_refused(tmp_path, text, said):
    table = tmp_path / "tabel.csv"
    table.write_text(text)
    with pytest.raises(StudyFileError, match=said):
        read_plan(table)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[batch]\njudl = 'x'\n", "judl"),
        ("[batch]\nkeluaran = 'semua'\n", "keluaran"),
        ("[batch]\nnasional = true\n", "kajian bersama"),
        ("[batch]\nkajian = 'tidak-ada.toml'\n", "tidak ada"),
        ("[batch\n", "TOML"),
    ],
)
def test_a_wrong_key_is_named(tmp_path, text, said):
    table = tmp_path / "tabel.toml"
    table.write_text(text)
    with pytest.raises(StudyFileError, match=said):
        read_plan(table)


def test_national_files_that_are_missing_are_named(tmp_path):
    table = write_nation(tmp_path, 1)
    (tmp_path / "nasional.csv").unlink()
    with pytest.raises(StudyFileError, match=r"tabel\[1\]\.berkas.*nasional\.csv"):
        read_plan(table)


def test_an_own_study_may_be_named_in_a_row(tmp_path):
    write_province(tmp_path, 1)
    table = tmp_path / "tabel.toml"
    table.write_text(
        '[[kabupaten]]\nkode = "99.01"\nkajian = "bersama.toml"\n[kabupaten.pilihan]\njumlah = 3\n'
        "maks_kecamatan = 2\n"
        '[[kabupaten]]\nkode = "99.02"\nkajian = "lain.toml"\n'
    )
    first, second = read_plan(table).entries
    assert first.plain["pilihan"] == {"jumlah": 3, "maks_kecamatan": 2}
    assert second.problem == 'baris 2: berkas "lain.toml" tidak ada'


def test_a_spoilt_row_is_a_failure_of_its_own_and_hides_no_other(tmp_path):
    table = write_province(tmp_path, 2)
    heads = table.read_text().splitlines()[0].split(",")
    more = [
        {"kode": "99x1", "nama": "Tanpa Kode"},
        {"kode": "9907", "nama": "Terlalu Lebar", "tabel.1.berkas": "data1.csv"},
    ]
    lines = [",".join(row.get(head, "") for head in heads) for row in more]
    lines[1] += ",sel,lagi"
    table.write_text(table.read_text() + "\n".join(lines) + "\n")
    plan = read_plan(table, common=tmp_path / "bersama.toml")
    assert [entry.kode for entry in plan.entries] == ["9901", "9902", "9907", "baris_4"]
    assert [bool(entry.problem) for entry in plan.entries] == [False, False, True, True]
    assert "99x1" in plan.entries[3].problem
    assert "lebih banyak sel" in plan.entries[2].problem
    batch = run_batch(plan, workers=1)
    assert [outcome.status for outcome in batch.outcomes] == ["selesai", "selesai", "gagal", "gagal"]
    assert any(line.startswith("Tanpa Kode: gagal") for line in batch.lines())
    assert len(write_rollup(batch)) == 4
