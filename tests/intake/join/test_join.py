from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lokus.intake.join.combine import combine
from lokus.intake.join.join import Joined, join_table
from lokus.intake.join.reconciliation import RECONCILIATION_COLUMNS
from lokus.intake.tables.tables import read_table
from lokus.places.names import read_decisions, write_open_cases

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue

Join = Callable[..., Joined]
NAMES: Mapping[str, str] = {"desa": "desa", "kecamatan": "kecamatan"}


@pytest.fixture
def join(csv_file: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue) -> Join:
    def run(
        text: str, *, place: Mapping[str, str] = NAMES, keys: Mapping[str, str] | None = None, **more: Any
    ) -> Joined:
        raw = read_table(csv_file(text, name=more.pop("name", "data.csv")))
        return join_table(
            raw, villages, place=place, indicators=keys or {"diukur": "diukur"}, catalogue=catalogue, **more
        )

    return run


def checks(joined: Joined) -> dict[str, str]:
    return {
        finding.check: f"{finding.level}: {finding.where}: {finding.message}" for finding in joined.findings
    }


FULL = """kecamatan;desa;diukur
Sukasari;SUKA MAJU;10
;SUKA JAYA;20
;MEKAR SARI;30
Muara Jaya;TJ. HARAPAN;40
;MEKARSARI;50
;AIR PUTIH;60
Total;;210
"""


def test_block_kecamatan_tell_homonyms_apart(join: Join) -> None:
    joined = join(FULL)
    assert joined.values["diukur"].tolist() == [10, 20, 30, 40, 50, 60]
    assert joined.origin.where("9901022002", "diukur").row == 6
    assert joined.origin.where("9901022002", "diukur").column == "diukur"
    assert checks(joined) == {}
    assert joined.open_cases.empty


def test_every_row_and_village_is_reconciled(join: Join) -> None:
    table = join(
        "kecamatan;desa;diukur\nSukasari;Suka Maju;1\nSukasari;Entah;2\nSukasari;Suka Jaya;3\nJumlah;;6\n"
    )
    frame = table.reconciliation
    assert tuple(frame.columns) == RECONCILIATION_COLUMNS
    assert frame["baris"].dropna().tolist() == [2, 3, 4, 5]
    assert frame.loc[frame["baris"] == 5, "cara"].tolist() == ["bukan desa/kelurahan"]
    absent = frame[frame["cara"] == "tidak ada baris"]
    assert absent["kode_desa"].tolist() == ["9901012003", "9901022001", "9901022002", "9901022003"]
    assert set(frame["sumber"]) == {"data.csv"}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(join: Join, order: list[int]) -> None:
    rows = [
        "Sukasari;Suka Maju;10", "Sukasari;Suka Jaya;20", "Sukasari;Mekar Sari;30",
        "Muara Jaya;Tanjung Harapan;40",
        "Muara Jaya;Mekar Sari;50", "Muara Jaya;Air Putih;60",
    ]  # fmt: skip
    joined = join("\n".join(["kecamatan;desa;diukur", *(rows[i] for i in order)]))
    assert joined.values["diukur"].tolist() == [10, 20, 30, 40, 50, 60]


def test_codes_go_before_names(join: Join) -> None:
    joined = join(
        "kode;desa;diukur\n99.01.01.2001;Suka Madju;1\n9901012002.0;;2\n9901022003;Air Putih;3\n",
        place={"kode": "kode", "desa": "desa"},
    )
    assert joined.values["diukur"].dropna().to_dict() == {"9901012001": 1, "9901012002": 2, "9901022003": 3}
    assert joined.reconciliation["cara"].tolist()[:3] == ["kode", "kode", "kode"]
    assert "kode.repaired" in checks(joined)


def test_a_code_that_its_name_contradicts_blocks(join: Join) -> None:
    joined = join(
        "kode;desa;diukur\n9901012001;Suka Jaya;1\n9901022003;Air Putih;3\n",
        place={"kode": "kode", "desa": "desa"},
    )
    message = checks(joined)["join.code_name"]
    assert message.startswith("blocking: berkas data.csv, baris 2")
    assert "kode 99.01.01.2001 adalah Suka Maju, tetapi nama Suka Jaya milik 99.01.01.2002" in message


def test_a_mixed_code_column_falls_back_to_names(join: Join) -> None:
    joined = join(
        "kode;desa;diukur\n9901010001;Suka Maju;1\n9901010002;Suka Jaya;2\n",
        place={"kode": "kode", "desa": "desa"},
    )
    assert joined.values["diukur"].dropna().to_dict() == {"9901012001": 1, "9901012002": 2}
    assert checks(joined)["kode.system"].startswith("warning")


def test_identical_repeats_are_used_once(join: Join) -> None:
    joined = join("kode;diukur\n9901012001;5\n9901012001;5\n9901012002;6\n", place={"kode": "kode"})
    assert joined.values["diukur"].dropna().tolist() == [5, 6]
    assert checks(joined)["join.duplicate_same"].startswith("warning")


def test_one_bare_name_in_two_rows_is_used_for_neither(join: Join) -> None:
    joined = join("desa;diukur\nSuka Maju;5\nSuka Maju;5\nSuka Jaya;6\n", place={"desa": "desa"})
    assert joined.values["diukur"].dropna().to_dict() == {"9901012002": 6}
    assert "join.duplicate_same" not in checks(joined)


def test_continuation_rows_are_no_villages(join: Join) -> None:
    joined = join(
        "kode;desa;diukur;saran\n9901012001;Suka Maju;5;dokter\n;;;bidan\n;;;jalan\n"
        "9901012002;Suka Jaya;6;jalan\n",
        place={"kode": "kode", "desa": "desa"},
    )
    assert joined.values["diukur"].notna().sum() == 2
    assert "2 baris lanjutan" in checks(joined)["join.continuation"]
    assert (joined.reconciliation["cara"] == "tidak dipasangkan").sum() == 1


def test_numbers_without_a_village_are_not_lost(join: Join) -> None:
    joined = join("kode;desa;diukur\n9901012001;Suka Maju;5\n;;7\n", place={"kode": "kode", "desa": "desa"})
    # The row may be a part of the village above: then neither stands for the whole.
    assert "baris 2–3" in checks(joined)["join.duplicate"]
    assert joined.values["diukur"].isna().all()
    above = join("kode;desa;diukur\n;;7\n9901012001;Suka Maju;5\n", place={"kode": "kode", "desa": "desa"})
    assert "baris 2: baris berisi angka tanpa nama" in checks(above)["join.unmatched"]


def test_the_row_filter_ignores_case(join: Join) -> None:
    joined = join(
        "kab;desa;diukur\nCONTOH;Suka Maju;5\nLain;Suka Jaya;6\n",
        place={"desa": "desa"},
        where={"KAB": "contoh"},
    )
    assert joined.values["diukur"].dropna().to_dict() == {"9901012001": 5}
    assert "1 baris di luar saringan" in checks(joined)["join.filter"]


def test_heading_rows_give_the_kecamatan(join: Join) -> None:
    joined = join(
        "no;desa;diukur\nKecamatan Sukasari;;\n1;Mekar Sari;5\nKec. Muara Jaya;;\n2;Mekar Sari;6\n",
        place={"desa": "desa"},
    )
    assert joined.values["diukur"].dropna().to_dict() == {"9901012003": 5, "9901022002": 6}


def test_open_names_are_settled_by_decisions(join: Join, tmp_path: Path) -> None:
    text = "desa;diukur\nSuka Maju;1\nMekar Sari;2\nAer Puteh Lama;3\nSuka Jaya;4\n"
    joined = join(text, place={"desa": "desa"}, name="gizi.csv")
    assert len(joined.open_cases) == 2
    path = tmp_path / "kecocokan.csv"
    assert write_open_cases(path, joined.open_cases) == 2
    filled = path.read_text("utf-8-sig").replace(";Mekar Sari;;", ";Mekar Sari;9901022002;kata camat", 1)
    path.write_text(filled.replace(";Aer Puteh Lama;;;", ";Aer Puteh Lama;abaikan;dusun;"), encoding="utf-8")
    again = join(text, place={"desa": "desa"}, name="gizi.csv", decisions=read_decisions(path))
    assert again.values["diukur"].to_dict()["9901022002"] == 2
    assert again.open_cases.empty
    decided = again.reconciliation[again.reconciliation["cara"] == "keputusan"]
    assert decided["keterangan"].tolist() == ["kode 99.01.02.2002: kata camat", "diabaikan: dusun"]
    assert sum(finding.check == "join.decision" for finding in again.findings) == 2


def test_fractions_in_a_percent_column_block(join: Join) -> None:
    rows = ["Sukasari;Suka Maju;0,5", "Sukasari;Suka Jaya;0,25", "Sukasari;Mekar Sari;0,9",
            "Muara Jaya;Air Putih;1",
            "Muara Jaya;Mekar Sari;0,2"]  # fmt: skip
    joined = join("\n".join(["kecamatan;desa;air", *rows]), keys={"air_layak": "air"})
    assert "0 sampai 100" in checks(joined)["join.fraction"]


def test_dragged_and_copied_columns_are_suspicious(
    csv_file: Callable[..., Path], catalogue: Catalogue
) -> None:
    villages = pd.DataFrame(
        {"desa": [f"Desa {chr(65 + n)}" for n in range(12)], "kecamatan": "K"},
        index=pd.Index([f"99010120{n + 1:02d}" for n in range(12)], name="kode_desa"),
    )
    values = [3, 8, 2, 9, 4, 7, 1, 12, 5, 6, 11, 10]
    shares = ["12,5", "56,99", "56,100", "56,101", "56,102", "31,2", *["40,1"] * 6]
    lines = [f"{kode};{n};{n};{share}" for kode, n, share in zip(villages.index, values, shares, strict=True)]
    raw = read_table(csv_file("\n".join(["kode;pendek;diukur;air", *lines])))
    joined = join_table(
        raw,
        villages,
        place={"kode": "kode"},
        catalogue=catalogue,
        indicators={"pendek": "pendek", "diukur": "diukur", "air_layak": "air"},
    )
    found = checks(joined)
    assert (
        'baris 3, kolom "air": baris 3 sampai 6 naik satu-satu ("56,99" sampai "56,102")'
        in found["tables.dragged"]
    )
    assert 'sama dengan kolom "pendek"' in found["tables.copied"]


def test_tables_are_combined_and_clashes_refused(join: Join, villages: pd.DataFrame) -> None:
    one = join(FULL)
    two = join(FULL.replace("diukur", "krs"), keys={"krs": "krs"})
    frame = combine([one, two], villages.index)
    assert frame.columns.tolist() == ["diukur", "krs"]
    assert np.array_equal(frame["diukur"], frame["krs"])
    with pytest.raises(Exception, match=r'indikator "diukur" diberikan dua kali untuk 6 desa'):
        combine([one, one], villages.index)
