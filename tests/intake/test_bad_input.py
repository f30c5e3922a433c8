"""Every kind of bad table: a clear message in Bahasa Indonesia with file, sheet and row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lokus.errors import InputError
from lokus.intake.audit.audit import Audit, audit
from lokus.intake.join.join import Joined, join_table
from lokus.intake.tables.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.indicators.catalogue import Catalogue

HEADER = ["Kecamatan", "Desa", "Sasaran", "Diukur", "Stunting", "Air layak"]
ROWS = [
    ["Sukasari", "Suka Maju", 100, 90, 10, 80], ["Sukasari", "Suka Jaya", 100, 90, 10, 81],
    ["Sukasari", "Mekar Sari", 100, 90, 10, 82], ["Muara Jaya", "Tanjung Harapan", 100, 90, 10, 83],
    ["Muara Jaya", "Mekar Sari", 100, 90, 10, 84], ["Muara Jaya", "Air Putih", 100, 90, 10, 85],
]  # fmt: skip
KEYS = {"sasaran": "Sasaran", "diukur": "Diukur", "stunting": "Stunting", "air_layak": "Air layak"}


@pytest.fixture
def study(
    workbook: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue
) -> Callable[..., tuple[Joined, Audit]]:
    def run(rows: list[list[object]], header: list[str] = HEADER, **place: str) -> tuple[Joined, Audit]:
        path = workbook({"Juli": [header, *rows]}, name="gizi.xlsx")
        raw = read_table(path, columns=list(KEYS.values()))
        joined = join_table(
            raw,
            villages,
            place=place or {"desa": "Desa", "kecamatan": "Kecamatan"},
            indicators=KEYS,
            catalogue=catalogue,
            opd="Dinas Kesehatan",
        )
        table = catalogue.derive(villages.join(joined.values))
        return joined, audit(
            table, catalogue=catalogue, findings=[*raw.findings, *joined.findings], origins=[joined.origin]
        )

    return run


def changed(position: int, **cells: object) -> list[list[object]]:
    rows = [list(row) for row in ROWS]
    for header, value in cells.items():
        rows[position][HEADER.index(header.replace("_", " "))] = value
    return rows


def test_the_sound_table_passes(study: Callable[..., tuple[Joined, Audit]]) -> None:
    __, result = study(ROWS)
    assert result.blocking.empty
    assert result.values["air_layak"].tolist() == [80, 81, 82, 83, 84, 85]


def test_missing_file(workbook: Callable[..., Path], tmp_path: Path) -> None:
    workbook({"Juli": [HEADER, *ROWS]}, name="gizi 2026.xlsx")
    with pytest.raises(InputError, match=r"(?s)^berkas gizi_2026.xlsx: berkas tidak ada.*gizi 2026.xlsx"):
        read_table(tmp_path / "gizi_2026.xlsx")


def test_unsupported_kind(csv_file: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r'(?s)berkas data.pdf: berkas jenis ".pdf" tidak didukung.*\.xlsx'):
        read_table(csv_file("x", name="data.pdf"))


def test_wrong_sheet(workbook: Callable[..., Path]) -> None:
    path = workbook({"Juli 2026": [HEADER, *ROWS], "Arsip": [["x"]]}, name="gizi.xlsx")
    with pytest.raises(
        InputError, match=r'(?s)berkas gizi.xlsx: tidak ada lembar "juni 2026".*"Juli 2026".*"Arsip"'
    ):
        read_table(path, sheet="juni 2026")


def test_header_not_found(workbook: Callable[..., Path]) -> None:
    path = workbook({"Juli": [["Laporan gizi"], [], HEADER, *ROWS]}, name="gizi.xlsx")
    with pytest.raises(InputError) as raised:
        read_table(path, columns=["Desa", "Balita diukurr", "Sasran"])
    text = str(raised.value)
    assert text.startswith('berkas gizi.xlsx, lembar "Juli", baris 3: tidak ada kolom "Balita diukurr"')
    assert '"Kecamatan", "Desa", "Sasaran"' in text
    with pytest.raises(InputError, match=r'(?s)tidak ada kolom "Sasran".*maksud Anda: "Sasaran"'):
        read_table(path, columns=["Desa", "Sasran"])


@pytest.mark.parametrize("rows", [[], [[]], [HEADER], [["Judul"], [], HEADER, ["Total", None, 0, 0, 0, 0]]])
def test_empty_table(workbook: Callable[..., Path], rows: list[list[object]]) -> None:
    with pytest.raises(InputError, match=r'^berkas kosong.xlsx, lembar "Juli": tabel kosong'):
        read_table(workbook({"Juli": rows}, name="kosong.xlsx"))


def test_empty_text_file(csv_file: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"^berkas kosong.csv: tabel kosong"):
        read_table(csv_file("\n \n", name="kosong.csv"))


def test_duplicate_village_names_both_rows_and_uses_neither(
    study: Callable[..., tuple[Joined, Audit]],
) -> None:
    rows = [*ROWS, ["Sukasari", "SUKA MAJU", 50, 40, 9, 10]]
    joined, result = study(rows)
    (finding,) = [finding for finding in joined.findings if finding.check == "join.duplicate"]
    assert finding.level == "blocking"
    assert "baris 2, 8" in finding.message
    assert "99.01.01.2001" in finding.message
    assert result.values.loc["9901012001", list(KEYS)].isna().all()
    assert result.values.loc["9901012002", list(KEYS)].notna().all()
    assert joined.reconciliation["keterangan"].str.contains("sekali: tidak dipakai").sum() == 2


def test_duplicate_code_names_both_rows(study: Callable[..., tuple[Joined, Audit]]) -> None:
    codes = ["9901012001", "9901012002", "9901012003", "9901022001", "9901022002", "9901012002"]
    rows = [[code, *row[1:]] for code, row in zip(codes, ROWS, strict=True)]
    joined, __ = study(rows, ["Kode", *HEADER[1:]], kode="Kode")
    (finding,) = [finding for finding in joined.findings if finding.check == "join.duplicate"]
    assert "baris 3, 7" in finding.message


def test_percentage_above_100(study: Callable[..., tuple[Joined, Audit]]) -> None:
    __, result = study(changed(3, Air_layak=103.5))
    (row,) = result.blocking.to_dict("records")
    assert (row["file"], row["sheet"], row["row"], row["column"]) == ("gizi.xlsx", "Juli", 5, "Air layak")
    assert "103,5, di luar rentang 0 sampai 100" in row["message"]


def test_more_stunted_than_measured(study: Callable[..., tuple[Joined, Audit]]) -> None:
    __, result = study(changed(1, Stunting=95))
    (row,) = result.blocking.to_dict("records")
    assert (row["file"], row["sheet"], row["row"], row["column"]) == ("gizi.xlsx", "Juli", 3, "Stunting")
    assert "(95) melebihi Balita diukur (90)" in row["message"]


def test_text_in_a_number_column(study: Callable[..., tuple[Joined, Audit]]) -> None:
    __, result = study(changed(4, Diukur="sembilan puluh"))
    (row,) = result.blocking.to_dict("records")
    assert (row["file"], row["sheet"], row["row"], row["column"]) == ("gizi.xlsx", "Juli", 6, "Diukur")
    assert '"sembilan puluh" bukan angka' in row["message"]
    assert row["opd"] == "Dinas Kesehatan"
    assert result.values["diukur"].isna().sum() == 1


def test_table_for_another_kabupaten_by_name(study: Callable[..., tuple[Joined, Audit]]) -> None:
    rows = [["Lain", f"Kampung {letter}", 1, 1, 0, 50] for letter in "BCDFGH"]
    with pytest.raises(
        InputError, match=r'^berkas gizi.xlsx, lembar "Juli": tampaknya ini tabel kabupaten lain.*0 dari 6'
    ):
        study(rows)


def test_table_for_another_kabupaten_by_code(study: Callable[..., tuple[Joined, Audit]]) -> None:
    rows = [[f"990201200{n}", *row[1:]] for n, row in enumerate(ROWS, start=1)]
    with pytest.raises(InputError, match=r"tampaknya ini tabel kabupaten lain: kodenya diawali 9902.*9901"):
        study(rows, ["Kode", *HEADER[1:]], kode="Kode")


def test_village_in_no_boundary(study: Callable[..., tuple[Joined, Audit]], villages: pd.DataFrame) -> None:
    codes = [*villages.index[:5], "9901022099"]
    rows = [[code, *row[1:]] for code, row in zip(codes, ROWS, strict=True)]
    joined, result = study(rows, ["Kode", *HEADER[1:]], kode="Kode")
    (row,) = result.blocking.to_dict("records")
    assert (row["check"], row["row"], row["kode_desa"]) == ("join.unknown_code", 7, "9901022099")
    assert "99.01.02.2099 tidak ada di batas desa maupun daftar resmi" in row["message"]
    assert joined.reconciliation["keterangan"].str.contains("tidak ada di batas desa").sum() == 1


def test_village_name_in_no_boundary(study: Callable[..., tuple[Joined, Audit]]) -> None:
    __, result = study(changed(5, Desa="Entah Berantah"))
    (row,) = result.blocking.to_dict("records")
    assert (row["check"], row["row"]) == ("join.unmatched", 7)
    assert "Entah Berantah (Muara Jaya) bukan desa/kelurahan kajian ini" in row["message"]


def test_filter_value_that_is_nowhere(
    csv_file: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue
) -> None:
    raw = read_table(csv_file("kab;desa;krs\nA;Suka Maju;1\nB;Suka Jaya;2\n", name="krs.csv"))
    with pytest.raises(
        InputError, match=r'(?s)berkas krs.csv, kolom "kab": tidak ada baris berisi "C".*A, B'
    ):
        join_table(
            raw,
            villages,
            place={"desa": "desa"},
            indicators={"krs": "krs"},
            catalogue=catalogue,
            where={"kab": "C"},
        )
