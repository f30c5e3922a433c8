"""Document, workbook and values of a period say the same."""

from __future__ import annotations

import json

import docx_reader
import pandas as pd
import pytest
from openpyxl import load_workbook
from period_study import period_study

from lokus import Kajian
from lokus.cli import main
from lokus.errors import StudyFileError
from lokus.i18n import format_number
from lokus.kajian import verify_lock


def test_all_three_tell_one_figure_and_come_out_the_same(tmp_path):
    study = period_study(tmp_path)
    document, workbook, values, lock = study.write_period_report(tmp_path / "a", semester=1)
    table = pd.read_csv(values, dtype={"kode": str}, keep_default_na=False)
    row = table[(table["kunci"] == "cakupan_mp_asi") & (table["tingkat"] == "kabupaten")].iloc[0]
    text = format_number(float(row["kini"]), decimals=1)
    cells = [cells for own in docx_reader.tables(document) for cells in own]
    assert any("Anak 6–23 bulan mendapat MP-ASI" in line and text in line for line in cells)
    book = load_workbook(workbook)
    assert {"Blok 1A", "Blok 1B kecamatan", "Naik dan turun", "Sukasari", "Bukitsari"} <= set(book.sheetnames)
    lines = list(book["Blok 1A"].iter_rows(values_only=True))
    assert any(
        "Anak 6–23 bulan mendapat MP-ASI" in line and round(float(row["kini"]), 1) in line for line in lines
    )
    again = study.write_period_report(tmp_path / "b", semester=1)
    assert [path.read_bytes() for path in again] == [
        path.read_bytes() for path in (document, workbook, values, lock)
    ]


def test_the_command_refuses_a_period_that_is_not_stated(tmp_path, capsys):
    from tiny_study import to_toml

    study = period_study(tmp_path)
    path = tmp_path / "kajian.toml"
    path.write_text(to_toml(study.stated.to_mapping()), encoding="utf-8")
    assert main(["laporan", str(path), "--triwulan", "3"]) == 2
    assert "Semester 1 Tahun 2026" in capsys.readouterr().err
    assert main(["laporan", str(path), "--semester", "1", "--keluaran", str(tmp_path / "keluar")]) == 0
    assert len(list((tmp_path / "keluar").iterdir())) == 4


def test_the_register_of_foster_parents_is_told_with_its_period_and_masked_in_public(tmp_path):
    from lokus.intake.earlier.foster_register import FOSTER_HEADS

    study = period_study(tmp_path)
    first, second, third = study.boundaries.villages.index.sort_values()[:3]
    lines = [
        ";".join(FOSTER_HEADS.values()),
        f"{first};Semester 2 Tahun 2025;5;5;5;4;nutrisi",
        f"{first};Semester 1 Tahun 2026;9;8;7;6;nutrisi, jamban",
        f"{second};Semester 1 Tahun 2026;6;5;13;2;edukasi",
        f"{third};Semester 1 Tahun 2026;2;2;3;11;",
        f"{third};Triwulan 1 Tahun 2026;30;30;30;30;",
    ]
    (tmp_path / "register.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    study = study.replace(orang_tua_asuh={"register": ["register.csv"]})
    document, workbook, *_others = study.write_period_report(tmp_path / "a", semester=1)
    text = docx_reader.text(document)
    assert "3 dari 24 desa/kelurahan melapor" in text
    assert "orang tua asuh yang berjanji: 17, yang sudah memberi: 15; anak terjangkau: 23" in text
    assert "nutrisi di 1 desa/kelurahan" in text
    book = load_workbook(workbook)
    told = {
        row[0]: row[2:6] for row in book["Orang tua asuh"].iter_rows(values_only=True) if row[2] is not None
    }
    assert told["Semester 2 Tahun 2025"] == (5, 5, 5, 4)
    assert told["Semester 1 Tahun 2026"] == (17, 15, 23, 19)  # the quarter is another kind of period
    assert not any("Triwulan" in str(key) for key in told)
    public = study.replace(keluaran={"publik": True})
    document, workbook, *others = public.write_period_report(tmp_path / "b", semester=1)
    assert not any(path.name.endswith(".lock.json") for path in others)  # it would tell what is masked
    rows = list(load_workbook(workbook)["Orang tua asuh desa"].iter_rows(values_only=True))
    name = study.boundaries.villages["desa"][third]
    own = next(row for row in rows if row[1] == name)
    assert "disamarkan" in own
    assert 3 not in own
    assert "anak terjangkau: disamarkan" in docx_reader.text(document)  # one masked village would be known


def test_the_register_is_reported_while_the_proposal_is_held_back(tmp_path):
    from lokus.intake.earlier.foster_register import FOSTER_HEADS

    study = period_study(tmp_path, kelengkapan={"minimal": 100})
    given = pd.read_csv(tmp_path / "data_2026.csv", dtype={"kode_desa": str})
    given.loc[0, "sanitasi"] = float("nan")
    given.to_csv(tmp_path / "data_2026.csv", index=False)
    row = f"{given['kode_desa'][1]};Semester 1 Tahun 2026;5;5;5;4;nutrisi"
    (tmp_path / "register.csv").write_text("\n".join([";".join(FOSTER_HEADS.values()), row]) + "\n", "utf-8")
    study = study.replace(orang_tua_asuh={"register": ["register.csv"]})
    assert len(study.audit.blocking)
    document, *_others = study.write_period_report(tmp_path / "a", semester=1)
    assert "1 dari 24 desa/kelurahan melapor" in docx_reader.text(document)


def test_a_filled_calendar_is_followed_up_in_document_and_workbook(tmp_path):
    study = period_study(tmp_path)
    village = study.boundaries.villages.iloc[0]
    heads = ["No", "Kegiatan", "Desa/Kelurahan", "Kecamatan", "Target", "Realisasi", "Status", "Keterangan"]
    rows = [
        [1, "Imunisasi kejar", village["desa"], village["kecamatan"], 20, 20, "selesai", ""],
        [2, "Kelas ibu balita", village["desa"], village["kecamatan"], 10, 4, "berjalan", ""],
        [3, "Sumur bor", village["desa"], village["kecamatan"], 1, None, "belum", ""],
        [4, "Jamban", village["desa"], village["kecamatan"], 8, None, "", ""],
    ]
    name = "kalender_terisi.xlsx"
    pd.DataFrame([heads, *rows]).to_excel(
        tmp_path / name, sheet_name="Dinas Kesehatan", index=False, header=False
    )
    plain = study.stated.to_mapping()["laporan"]["periode"]
    periods = [dict(one, kalender=[name]) if one.get("semester") == 1 else one for one in plain]
    study = study.replace(laporan={"periode": periods})
    document, workbook, *_others = study.write_period_report(tmp_path / "a", semester=1)
    text = docx_reader.text(document)
    assert "4 kegiatan kalender aksi" in text
    own = next(table for table in docx_reader.tables(document) if table[0][1:3] == ["Kegiatan", "Selesai"])
    office = next(cells for cells in own if cells[0] == "Dinas Kesehatan")
    assert office[1:] == ["4", "1", "1", "1", "1"]  # all, done, under way, not begun, not reported
    book = load_workbook(workbook)
    cells = list(book["Kegiatan terbuka"].iter_rows(values_only=True))
    activities = {row[3]: row[4] for row in cells if row[3] in {one[1] for one in rows}}
    assert activities == {
        "Kelas ibu balita": "Berjalan", "Sumur bor": "Belum dimulai", "Jamban": "Belum diisi",
    }  # fmt: skip
    public = study.replace(keluaran={"publik": True})
    document, workbook, *_others = public.write_period_report(tmp_path / "b", semester=1)
    assert "Kalender aksi" in load_workbook(workbook).sheetnames  # work that was done, and no people


def written(folder, **changed):
    """A study on disk with its report of the last semester; the study file and the lock."""
    from tiny_study import to_toml

    study = period_study(folder, **changed)
    path = folder / "kajian.toml"
    path.write_text(to_toml(study.stated.to_mapping()), encoding="utf-8")
    *_files, lock = Kajian.open(path).write_period_report(folder / "laporan", semester=1)
    return path, lock


def failed(lock):
    return {check.subject for check in verify_lock(lock).checks if not check.holds}


def test_the_lock_of_a_report_holds_and_says_so(tmp_path, capsys):
    _path, lock = written(tmp_path)
    assert main(["verify", str(lock)]) == 0
    said = capsys.readouterr().out
    assert "angka laporan: tidak berubah" in said
    assert "laporan yang sama" in said
    named = {part["berkas"] for part in json.loads(lock.read_text(encoding="utf-8"))["masukan"]}
    assert {"periode_1.csv", "periode_2.csv"} <= named
    assert "data_2026.csv" not in named  # no figure of the report rests on it


def test_another_number_in_a_table_of_either_period_does_not_hold(tmp_path):
    for step in (1, 2):
        folder = tmp_path / str(step)
        folder.mkdir()
        _path, lock = written(folder)
        table = pd.read_csv(folder / f"periode_{step}.csv", dtype=str)
        table.loc[3, "dapat"] = "1"
        table.to_csv(folder / f"periode_{step}.csv", index=False)
        assert failed(lock) == {f"periode_{step}.csv", "angka laporan"}


def test_sorted_rows_hold_and_a_file_exchanged_beside_the_lock_does_not(tmp_path):
    _path, lock = written(tmp_path)
    table = pd.read_csv(tmp_path / "periode_2.csv", dtype=str)
    table.iloc[::-1].to_csv(tmp_path / "periode_2.csv", index=False)
    assert not failed(lock)
    (lock.parent / "laporan_semester_1_2026.docx").write_bytes(b"ditandatangani")
    assert not failed(lock)  # a document is meant to be filled in and signed
    values = lock.parent / "laporan_semester_1_2026.csv"
    values.write_text(values.read_text("utf-8").replace("naik", "turun"), "utf-8")
    assert failed(lock) == {values.name}


def test_a_period_that_is_added_later_leaves_the_lock_of_an_earlier_one(tmp_path):
    from tiny_study import to_toml

    path, _later = written(tmp_path)
    study = Kajian.open(path)
    *_files, lock = study.write_period_report(tmp_path / "lalu", semester=2, year=2025)
    assert not failed(lock)
    plain = study.stated.to_mapping()
    plain["laporan"]["periode"].append({"semester": 2, "tabel_kajian": True})
    path.write_text(to_toml(plain), encoding="utf-8")
    assert not failed(lock)
    plain["laporan"]["periode"] = [one for one in plain["laporan"]["periode"] if one.get("tahun") != 2025]
    path.write_text(to_toml(plain), encoding="utf-8")
    with pytest.raises(StudyFileError, match="Semester 1 Tahun 2026"):
        verify_lock(lock)


def test_a_public_report_leaves_no_lock_of_an_earlier_one_behind(tmp_path):
    path, lock = written(tmp_path)
    public = Kajian.open(path).replace(keluaran={"publik": True})
    public.write_period_report(lock.parent, semester=1)
    assert not lock.exists()
