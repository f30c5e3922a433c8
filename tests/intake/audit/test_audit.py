from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from lokus.errors import BlockedError, InputError
from lokus.findings import Finding, Where
from lokus.intake.audit.audit import Acceptance, Audit, audit
from lokus.intake.audit.patterns import robust_z
from lokus.intake.join.join import Origin

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue


def run(catalogue: Catalogue, columns: Mapping[str, Any], *, n: int = 3, **more: Any) -> Audit:
    index = pd.Index([f"99010120{i + 1:02d}" for i in range(n)], name="kode_desa")
    frame = pd.DataFrame(
        {"desa": [f"Desa {i + 1}" for i in range(n)], "kecamatan": "Sukasari", **columns}, index=index
    )
    return audit(catalogue.derive(frame), catalogue=catalogue, **more)


def messages(result: Audit, check: str) -> list[str]:
    return result.findings.loc[result.findings["check"] == check, "message"].tolist()


def test_sound_data_pass(catalogue: Catalogue) -> None:
    result = run(catalogue, {
        "sasaran": [100.0, 90, 80], "diukur": [95.0, 88, 80], "pendek": [5.0, 4, 3],
        "sangat_pendek": [1.0, 0, 2],
        "krs": [10.0, 20, 30], "tidak_krs": [40.0, 30, 20], "keluarga_sasaran": [50.0, 50, 50],
    }, needed=["prevalensi_mentah", "krs_persen"])  # fmt: skip
    assert result.findings.empty
    assert result.completeness.all(axis=None)
    result.raise_if_blocked()


def test_an_impossible_percentage_is_left_empty_and_said(catalogue: Catalogue) -> None:
    result = run(catalogue, {"air_layak": [55.0, 103.2, -1]})
    assert result.values["air_layak"].isna().tolist() == [False, True, True]
    assert messages(result, "audit.range") == [
        "Desa 2 (Sukasari): Akses air minum layak bernilai 103,2, di luar rentang 0 sampai 100 "
        "(nilainya dikosongkan)",
        "Desa 3 (Sukasari): Akses air minum layak bernilai -1, di luar rentang 0 sampai 100 "
        "(nilainya dikosongkan)",
    ]
    assert set(result.blocking["kode_desa"]) == {"9901012002", "9901012003"}


def test_more_stunted_than_measured_empties_both_and_the_rate(catalogue: Catalogue) -> None:
    result = run(catalogue, {"sasaran": [50.0] * 3, "diukur": [48.0, 10, 45], "stunting": [5.0, 12, 0]})
    assert messages(result, "audit.numerator") == [
        "Desa 2 (Sukasari): Balita stunting (pendek dan sangat pendek) (12) melebihi Balita diukur (10) "
        "(kedua nilainya dikosongkan)"
    ]
    row = result.values.loc["9901012002"]
    assert row[["stunting", "diukur", "prevalensi_mentah", "cakupan_pengukuran"]].isna().all()
    assert row["sasaran"] == 50


def test_more_measured_than_due_is_a_warning_and_stays(catalogue: Catalogue) -> None:
    result = run(catalogue, {"sasaran": [50.0, 50, 50], "diukur": [60.0, 45, 45]})
    assert result.findings["level"].tolist() == ["warning"]
    assert result.values["diukur"].tolist() == [60, 45, 45]


@pytest.mark.parametrize("columns", [
    {"stunting": [9.0], "pendek": [5.0], "sangat_pendek": [1.0]},
    {"keluarga_sasaran": [100.0], "krs": [30.0], "tidak_krs": [60.0]},
    {"krs": [30.0], **{f"krs_peringkat_{rank}": [6.0] for rank in ("1", "2", "3", "4", "di_atas_4")},
     "krs_peringkat_1": [5.0]},
])  # fmt: skip
def test_broken_identities_block(catalogue: Catalogue, columns: Mapping[str, Any]) -> None:
    result = run(catalogue, columns, n=1)
    assert result.blocking["check"].tolist() == ["audit.identity"]


def test_a_part_larger_than_its_whole_blocks(catalogue: Catalogue) -> None:
    result = run(catalogue, {"krs": [30.0], "pus_terlalu_muda": [31.0], "pus_terlalu_tua": [20.0]}, n=1)
    assert messages(result, "audit.part") == [
        "Desa 1 (Sukasari): PUS terlalu muda (31) melebihi Keluarga berisiko stunting (KRS) (30)"
    ]


def test_low_coverage_and_zero_cases_are_flagged(catalogue: Catalogue) -> None:
    result = run(
        catalogue, {"sasaran": [100.0, 100, 100], "diukur": [19.6, 90, 90], "stunting": [5.0, 0, 20]}
    )
    assert "hanya 19,6 % balita sasaran yang diukur" in messages(result, "audit.coverage")[0]
    assert len(messages(result, "audit.zero")) == 1
    assert messages(result, "audit.not_whole")


def test_a_village_without_any_measurement_is_said_so(catalogue: Catalogue) -> None:
    result = run(catalogue, {"sasaran": [100.0, 100, 100], "diukur": [0.0, 90, 90]})
    assert messages(result, "audit.coverage") == [
        "Desa 1 (Sukasari): tidak seorang pun balita sasaran diukur; prevalensinya belum diketahui"
    ]


def test_identical_values_and_outliers(catalogue: Catalogue) -> None:
    result = run(catalogue, {
        "air_layak": [55.5] * 8 + [10.0, 20, 30, 40], "desil_1_2": [20.0 + i for i in range(11)] + [95.0],
    }, n=12)  # fmt: skip
    assert "persis 55,5 di 8 dari 12" in messages(result, "audit.identical")[0]
    assert [text.split(" (")[0] for text in messages(result, "audit.outlier")] == ["Desa 12"]


def test_robust_z_against_its_definition() -> None:
    values = np.random.default_rng(1).normal(size=99)
    expected = (values - np.median(values)) / (1.4826 * np.median(np.abs(values - np.median(values))))
    np.testing.assert_allclose(robust_z(pd.Series(values)), expected)


def test_jumps_and_columns_carried_over_from_last_year(catalogue: Catalogue) -> None:
    index = pd.Index([f"99010120{i + 1:02d}" for i in range(12)], name="kode_desa")
    then = pd.DataFrame({"stunting": 10.0, "diukur": 100.0, "krs": np.arange(12.0) + 20}, index=index)
    then["prevalensi_mentah"] = 10.0
    now = {"stunting": [11.0] * 11 + [60.0], "diukur": [100.0] * 12, "krs": np.arange(12.0) + 20}
    result = run(catalogue, now, n=12, previous=then)
    jumped = result.findings[result.findings["check"] == "audit.jump"]
    assert set(jumped["kode_desa"]) == {"9901012012"}
    assert "100 % desa/kelurahan" in messages(result, "audit.carried_over")[0]


def test_completeness_per_village_and_office(catalogue: Catalogue) -> None:
    result = run(
        catalogue,
        {"diukur": [1.0, np.nan, 3], "idm": [0.5, 0.6, np.nan]},
        needed=["diukur", "idm", "krs"],
        owners={"idm": "Bappeda"},
    )
    assert result.completeness.to_numpy().tolist() == [
        [True, True, False],
        [False, True, False],
        [True, False, False],
    ]
    assert result.by_opd.loc["Bappeda", ["terisi", "seharusnya", "desa_lengkap"]].tolist() == [2, 3, 2]
    assert result.by_opd.loc["Dinas PPKB", "persen"] == 0
    assert result.by_village_opd.loc["9901012001"].to_dict() == {
        "Bappeda": 100.0,
        "Dinas Kesehatan": 100.0,
        "Dinas PPKB": 0.0,
    }
    assert result.blocking["check"].tolist() == ["audit.no_data"]
    assert (
        "belum ada data untuk 1 dari 3 desa/kelurahan: Desa 2 (Sukasari)"
        in messages(result, "audit.incomplete")[0]
    )


def test_findings_carry_cell_and_office(catalogue: Catalogue) -> None:
    origin = Origin(
        source="air.xlsx",
        sheet="2026",
        rows=pd.Series([7, 8, 9], index=["9901012001", "9901012002", "9901012003"]),
        columns={"air_layak": "Air layak (%)"},
        opd="Dinas PUPR",
    )
    earlier = Finding(
        check="tables.total", level="warning", message="x", where=Where(file="air.xlsx", sheet="2026")
    )
    result = run(catalogue, {"air_layak": [1.0, 200, 3]}, origins=[origin], findings=[earlier])
    first, second = result.findings.to_dict("records")
    assert (first["file"], first["sheet"], first["row"], first["column"], first["opd"]) == (
        "air.xlsx",
        "2026",
        8,
        "Air layak (%)",
        "Dinas PUPR",
    )
    assert second["opd"] == "Dinas PUPR"


def test_a_computed_value_is_of_the_office_that_gives_all_it_is_computed_from(catalogue: Catalogue) -> None:
    """One office has one name, that of the study, also where the catalogue knows it by another."""
    n = 24
    counts = {
        "krs": [float(18 + k % 7) for k in range(n - 1)] + [95.0],
        "keluarga_sasaran": [float(97 + k % 5) for k in range(n)],
    }
    rows = pd.Series(range(7, 7 + n), index=[f"99010120{i + 1:02d}" for i in range(n)])
    origin = Origin(source="krs.xlsx", sheet="", rows=rows, columns={k: k for k in counts}, opd="DPPKB")
    found = run(catalogue, counts, n=n, origins=[origin]).findings
    assert "audit.outlier" in set(found["check"])
    assert set(found["opd"]) == {"DPPKB"}


@pytest.mark.parametrize(("measured", "words"), [(411, "hanya 41,1 %"), (799.6, "hanya 79,96 %")])
def test_coverage_has_the_decimal_of_the_tables_and_is_never_written_as_the_limit_itself(
    catalogue: Catalogue, measured: float, words: str
) -> None:
    columns = {"sasaran": [1000.0] * 3, "diukur": [measured, 990, 995], "stunting": [40.0, 50, 60]}
    (message,) = messages(run(catalogue, columns), "audit.coverage")
    assert words in message


def test_acceptance_needs_a_reason_and_frees_only_what_it_names(catalogue: Catalogue) -> None:
    columns = {"air_layak": [101.0, 102, 3]}
    accepted = [Acceptance(check="audit.range", reason="sedang diperiksa PUPR", kode_desa="99.01.01.2001")]
    result = run(catalogue, columns, accepted=accepted)
    assert result.blocking["kode_desa"].tolist() == ["9901012002"]
    assert result.findings.loc[result.findings["accepted"], "reason"].tolist() == ["sedang diperiksa PUPR"]
    assert np.isnan(result.values.loc["9901012001", "air_layak"])
    with pytest.raises(InputError, match=r'temuan "audit.range" diterima tanpa alasan'):
        run(catalogue, columns, accepted=[Acceptance(check="audit.range", reason=" ")])
    everything = run(catalogue, columns, accepted=[Acceptance(check="audit.range", reason="semua diketahui")])
    everything.raise_if_blocked()


def test_an_acceptance_that_fits_nothing_is_noted(catalogue: Catalogue) -> None:
    result = run(catalogue, {"krs": [1.0, 2, 3]}, accepted=[Acceptance(check="audit.range", reason="lama")])
    assert result.findings["check"].tolist() == ["audit.unused_acceptance"]


def test_the_gate_lists_what_blocks_and_how_to_accept(catalogue: Catalogue) -> None:
    result = run(catalogue, {"air_layak": [101.0 + i for i in range(12)]}, n=12)
    with pytest.raises(BlockedError) as raised:
        result.raise_if_blocked()
    text = str(raised.value)
    assert "12 temuan menahan usulan" in text
    assert "nilai di luar yang mungkin: " in text
    assert "… dan 4 temuan lain" in text
    assert '[[audit.terima]] temuan = "audit.range"' in text


def test_the_order_of_villages_does_not_matter(catalogue: Catalogue) -> None:
    columns = {"sasaran": [50.0, 60, 70], "diukur": [10.0, 60, 20], "stunting": [12.0, 0, 3]}
    index = ["9901012001", "9901012002", "9901012003"]
    frame = catalogue.derive(pd.DataFrame({"desa": list("ABC"), "kecamatan": "K", **columns}, index=index))
    one, other = (audit(f, catalogue=catalogue, needed=["krs"]) for f in (frame, frame.iloc[[2, 0, 1]]))
    pd.testing.assert_frame_equal(one.findings, other.findings)
    pd.testing.assert_frame_equal(one.values, other.values)


def test_acceptance_by_file_and_row(catalogue: Catalogue) -> None:
    found = [
        Finding(check="numbers.text", level="blocking", message="<b>", where=Where(file="a.xlsx", row=row))
        for row in (4, 5)
    ]
    accepted = [Acceptance(check="numbers.text", reason="ditanyakan", file="a.xlsx", row=5)]
    result = run(catalogue, {}, findings=found, accepted=accepted)
    assert result.blocking["row"].tolist() == [4]
    assert "&lt;b&gt;" in result._repr_html_()
    assert "<b>" not in result._repr_html_()
