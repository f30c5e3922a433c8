from __future__ import annotations

import pandas as pd
import pytest
from name_lists import VILLAGES, names_of

from lokus.errors import InputError
from lokus.places.decisions import read_decisions, write_open_cases
from lokus.places.names import match_names


def test_decisions_make_the_round_trip(tmp_path) -> None:
    path = tmp_path / "kecocokan.csv"
    names = names_of(("Muara Dua", "Tanete Baru"), ("Belida", "=Sumber X"), ("Belida", "Air Itam"))
    open_cases = match_names(names, VILLAGES, source="krs.xlsx")
    assert write_open_cases(path, open_cases) == 2
    text = path.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "sumber;lembar;baris;kecamatan;desa;kode_desa;alasan;calon"
    assert ";'=Sumber X;" in text
    assert read_decisions(path).empty

    filled = text.replace("Tanete Baru;;;", "Tanete Baru;99.01.02.2002;ganti nama 2023;")
    filled = filled.replace("'=Sumber X;;;", "'=Sumber X;Abaikan;bukan desa;")
    path.write_text(filled, encoding="utf-8-sig")
    decisions = read_decisions(path)
    result = match_names(names, VILLAGES, decisions=decisions, source="krs.xlsx")
    assert result["kode_desa"].tolist() == ["9901022002", pd.NA, "9901032003"]
    assert result["cara"].tolist() == ["keputusan", "keputusan", "nama persis"]
    assert result["alasan"].tolist() == ["ganti nama 2023", "bukan desa", ""]
    # Written again, decided rows stay as they are and nothing is open any more.
    assert write_open_cases(path, result) == 0
    pd.testing.assert_frame_equal(read_decisions(path), decisions)
    # Of another table the decision says nothing.
    elsewhere = match_names(names, VILLAGES, decisions=decisions, source="tpk.xlsx")
    assert elsewhere["kode_desa"].isna().tolist() == [True, True, False]


def test_a_decision_takes_the_village_away_from_the_rules(tmp_path) -> None:
    path = tmp_path / "kecocokan.csv"
    path.write_text(
        "sumber;kecamatan;desa;kode_desa;alasan\n;Belida;Itam;9901032003;lisan\n", encoding="utf-8"
    )
    rows = names_of(("Belida", "Itam"), ("Belida", "Air Itam"))
    result = match_names(rows, VILLAGES, decisions=read_decisions(path))
    assert result["kode_desa"].tolist() == ["9901032003", pd.NA]


HEADER = "sumber;kecamatan;desa;kode_desa;alasan\n"


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ("sumber;desa;kode_desa;alasan\n", 1, 'kolom "kecamatan" tidak ada'),
        (HEADER + ";Belida;Itam;abaikan;\n", 2, "tidak disertai alasan"),
        (HEADER + ";Belida;A;9901032003;x\n;Belida;Itam;1.6e9;x\n", 3, "pangkat sepuluh"),
        (HEADER + ";Belida;A;9901032003;x\n;belida;a;9901032001;y\n", 3, "diputuskan berbeda pada baris 2"),
    ],
)
def test_a_decisions_file_that_is_wrong_is_refused_with_its_row(tmp_path, text, row, message) -> None:
    path = tmp_path / "kecocokan.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        read_decisions(path)
    assert (error.value.where.file, error.value.where.row) == ("kecocokan.csv", row)


ROWS = "sumber;lembar;baris;kecamatan;desa;kode_desa;alasan\n"


def test_a_decision_with_a_row_is_about_that_row_only(tmp_path) -> None:
    path = tmp_path / "kecocokan.csv"
    path.write_text(
        ROWS + "krs.xlsx;Data;7;Belida;Air Itam;bukan desa;\nkrs.xlsx;Lain;8;;Air Itam;bukan desa;\n"
        "krs.xlsx;;9;;;99.01.03.2001;baris tanpa nama\nkrs.xlsx;;8;;;bukan desa;salah\n",
        encoding="utf-8",
    )
    names = names_of(("Belida", "Air Itam"), ("Belida", "Air Itam"), ("Belida", ""))
    decisions = read_decisions(path)
    found = match_names(
        names.set_axis([7, 8, 9]), VILLAGES, decisions=decisions, source="krs.xlsx", sheet="Data"
    )
    assert found["kode_desa"].tolist() == [pd.NA, "9901032003", "9901032001"]
    assert found["cara"].tolist() == ["keputusan", "nama persis", "keputusan"]
    assert found["alasan"].tolist() == ["bukan desa/kelurahan", "", "baris tanpa nama"]
    # A name without its row has the decision for every row.
    path.write_text(ROWS + ";;;Belida;Air Itam;bukan desa;\n", encoding="utf-8")
    found = match_names(names.set_axis([7, 8, 9]), VILLAGES, decisions=read_decisions(path))
    assert found["cara"].tolist() == ["keputusan", "keputusan", "tidak ditemukan"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("krs.xlsx;;tujuh;;Air Itam;bukan desa;", "bukan nomor baris"),
        ("krs.xlsx;;;;;bukan desa;", "tidak menyebut nama"),
        ("krs.xlsx;;7;;;bukan desa;", "tidak disertai alasan"),
    ],
)
def test_a_decision_by_row_says_what_it_lacks(tmp_path, line: str, message: str) -> None:
    path = tmp_path / "kecocokan.csv"
    path.write_text(ROWS + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_decisions(path)


def test_a_decision_for_an_unknown_village_is_refused_with_its_row(tmp_path) -> None:
    path = tmp_path / "kecocokan.csv"
    path.write_text(HEADER + ";Belida;Itam;9901032003;x\n;Belida;Lain;9999032003;x\n", encoding="utf-8")
    with pytest.raises(InputError, match="9999032003") as error:
        match_names(names_of(("Belida", "Itam")), VILLAGES, decisions=read_decisions(path))
    assert (error.value.where.file, error.value.where.row) == ("kecocokan.csv", 3)


def test_a_missing_decisions_file_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="berkas tidak ada"):
        read_decisions(tmp_path / "kecocokan.csv")


def test_what_people_wrote_is_never_written_over(tmp_path) -> None:
    path = tmp_path / "kecocokan.csv"
    names = names_of(("Muara Dua", "Tanete Baru"), ("Belida", "=Sumber X"))
    written = (
        b"sumber,kecamatan,desa,kode_desa,alasan,petugas\r\n"
        b"krs.xlsx,Muara Dua,Tanete Baru,99.01.02.2002,ganti nama,Camat\r\n"
        b"krs.xlsx,Belida,=Sumber X,,ditanyakan ke camat,Bappeda\r\n"
    )
    path.write_bytes(written)
    decided = match_names(names, VILLAGES, decisions=read_decisions(path), source="krs.xlsx")
    # Nothing new is open: not a byte changes.
    assert write_open_cases(path, decided) == 1
    assert path.read_bytes() == written
    # A further open row is added; reasons without a decision and columns of one's own stay.
    more = match_names(names_of(("Belida", "Entah")), VILLAGES, source="krs.xlsx")
    assert write_open_cases(path, [decided, more]) == 2
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "sumber;lembar;baris;kecamatan;desa;kode_desa;alasan;petugas;calon"
    assert lines[1] == "krs.xlsx;;;Muara Dua;Tanete Baru;99.01.02.2002;ganti nama;Camat;"
    assert lines[2].startswith("krs.xlsx;;;Belida;'=Sumber X;;ditanyakan ke camat;Bappeda")
    assert lines[3].startswith("krs.xlsx;;")
    assert "Entah" in lines[3]
