from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import openpyxl
import pandas as pd
import pytest
from example_kabupaten import make_kabupaten
from shuffling import shuffle_inputs
from tiny_study import tiny_mapping

from lokus import Kajian
from lokus.errors import BlockedError, StudyFileError
from lokus.kajian import verify_lock
from lokus.settings.read import settings_from_mapping


@pytest.fixture(scope="module")
def kajian(demo):
    demo.observed  # noqa: B018 - asked for, so that studies with other rules start from the same data
    return demo


@pytest.fixture(scope="module")
def truth():
    return make_kabupaten()


def test_every_village_is_there_and_nothing_is_invented(kajian, truth):
    assert list(kajian.villages.index) == list(truth.villages.index)
    expected = truth.tables[2026]
    for key in (
        "sasaran",
        "diukur",
        "pendek",
        "sangat_pendek",
        "krs",
        "sanitasi_layak",
        "air_layak",
        "desil_1_2",
    ):
        pd.testing.assert_series_equal(
            kajian.villages[key],
            expected[key].reindex(kajian.villages.index),
            check_names=False,
            check_dtype=False,
            obj=key,
        )


def test_the_missing_village_is_kept_without_polygon(kajian, truth):
    drawn = truth.boundaries["KDEPUM"].str.replace(".", "")
    missing = truth.villages.index.difference(drawn)
    assert len(missing) == 1
    assert kajian.villages.geometry[missing].isna().all()
    assert kajian.results.loc[missing, "skor"].notna().all()


def test_every_input_row_is_reconciled(kajian):
    for raw, table in zip(kajian.raw_tables, kajian.settings.tables, strict=True):
        lines = kajian.reconciliation[kajian.reconciliation["sumber"] == raw.source]
        assert set(raw.data.index) <= set(lines["baris"].dropna().astype(int)), table.file


def test_the_proposal_keeps_the_rules_and_beats_the_raw_ranking(kajian, truth):
    chosen = list(kajian.proposal.kode)
    assert len(chosen) == 26
    assert kajian.villages.loc[chosen, "kode_kecamatan"].nunique() <= 8
    rate = truth.truth.loc[2026]["prevalensi"]
    worst = set(rate.nlargest(26).index)
    raw = kajian.villages["prevalensi_mentah"].nlargest(26).index
    shrunk = kajian.rates.table["prevalensi"].nlargest(26).index
    assert len(worst & set(shrunk)) >= len(worst & set(raw))


def test_results_table_is_complete(kajian):
    results = kajian.results
    assert results["status_usulan"].value_counts().to_dict() == {
        "bukan lokus": 227,
        "lokus": 26,
        "belum ada data": 3,
    }
    assert sorted(results["nomor"].dropna()) == list(range(1, 27))
    assert results["alasan"].str.len().min() > 20
    parts = kajian.scores.contributions.sum(axis=1, min_count=1)
    np.testing.assert_allclose(parts, results["skor"], rtol=0, atol=1e-12)


def test_a_study_is_frozen_and_replace_gives_another(kajian):
    other = kajian.replace(pilihan={"jumlah": 30, "maks_kecamatan": 10})
    assert len(other.proposal.kode) == 30
    assert len(kajian.proposal.kode) == 26
    assert other.rates is kajian.rates
    assert other.scores is kajian.scores
    with pytest.raises(AttributeError, match="cannot assign"):
        kajian.path = None


def test_replace_recomputes_what_depends_on_the_change(kajian):
    kajian.proposal  # noqa: B018 - asked for, so that it is kept
    other = kajian.replace(skor={"bobot": {"prevalensi": 1.0}})
    assert other.rates is kajian.rates
    assert other.proposal.kode != kajian.proposal.kode
    fresh = Kajian(stated=other.stated, path=kajian.path)
    assert fresh.proposal.kode == other.proposal.kode
    stricter = kajian.replace(laju={"cakupan_andal": 95})
    assert stricter.rates.table["belum_andal"].sum() > kajian.rates.table["belum_andal"].sum()


def test_replace_refuses_what_the_study_file_would_refuse(kajian):
    with pytest.raises(StudyFileError, match="maks_kecamatan"):
        kajian.replace(pilihan={"maks_kecamtan": 3})


def test_an_unaccepted_finding_holds_the_proposal_back(kajian):
    held = kajian.replace(audit={"terima": []})
    with pytest.raises(BlockedError, match="Mekar Baru"):
        held.proposal  # noqa: B018 - asking for it is the act


@pytest.fixture
def written(root, kajian, tmp_path):
    """A copy of the example with its lock, as a planner would keep it."""
    from lokus.manifest import write_lock

    shutil.copytree(root / "data", tmp_path / "data")
    study = tmp_path / "data" / "kajian" / "contoh-2026.toml"
    write_lock(kajian.lock, tmp_path / "keluaran" / "kajian.lock.json", study_file=study)
    return tmp_path


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2)])
def test_the_lock_gives_the_same_list_with_all_rows_shuffled(written, seed):
    shuffle_inputs(written / "data", year=2026, seed=seed)
    result = verify_lock(written / "keluaran" / "kajian.lock.json")
    assert result.holds, [check for check in result.checks if not check.holds]
    assert sum("urutan baris" in check.outcome for check in result.checks) >= 6


@pytest.mark.slow
def test_the_lock_sees_one_changed_number(written):
    path = written / "data" / "indicators" / "2026" / "kemiskinan_2026.csv"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"60,44", b"61,44"))
    assert path.read_bytes() != text
    assert not verify_lock(written / "keluaran" / "kajian.lock.json").holds


def test_import_is_light():
    heavy = "{'numpy', 'pandas', 'pydantic', 'geopandas', 'matplotlib'}"
    code = f"import sys, lokus; print(sorted({{m.split('.')[0] for m in sys.modules}} & {heavy}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_every_public_name_resolves():
    import lokus

    assert all(getattr(lokus, name) is not None for name in lokus.__all__)
    assert {"__version__", *lokus._HOME} == set(lokus.__all__)
    with pytest.raises(AttributeError, match="no attribute 'scoer'"):
        lokus.scoer  # noqa: B018 - asking for it is the act


def test_every_rule_of_the_choice_is_reached_from_the_study_file(kajian):
    kelurahan = kajian.villages.index[kajian.villages["jenis"] == "kelurahan"]
    old = [str(kode) for kode in kajian.scores.table["skor"].nsmallest(5).index]
    study = kajian.replace(
        katalog={"biaya": {"label": "Biaya", "buruk": "tidak", "satuan": "rupiah"}},
        pilihan={
            "kuota": {"99.01.02": 2},
            "dipertahankan": old,
            "min_dipertahankan": 3,
            "jenis": {"kelurahan": {"min": 1, "maks": 2}},
            "maks_kecamatan": None,
        },
    )
    chosen = set(study.proposal.kode)
    assert (study.villages.loc[list(chosen), "kode_kecamatan"] == "990102").sum() == 2
    assert len(chosen & set(old)) >= 3
    assert 1 <= len(chosen & set(kelurahan)) <= 2
    assert study.proposal.engine == "HiGHS"
    assert study.proposal.objective == pytest.approx(study.proposal.bound)


def test_the_objective_can_be_children_reached(kajian):
    by_children = kajian.replace(pilihan={"tujuan": "anak"})
    reached = [k.rates.table["anak_stunting"][list(k.proposal.kode)].sum() for k in (kajian, by_children)]
    assert reached[1] > reached[0]
    with pytest.raises(StudyFileError, match="anggaran"):
        kajian.replace(pilihan={"anggaran": 5.0})


def test_a_study_in_english_is_written_in_english_throughout(tmp_path):
    plain = tiny_mapping(tmp_path)
    for key in ("tahun_lalu", "lintasan", "audit_kasus"):
        plain.pop(key)
    plain["kajian"]["bahasa"] = "en"
    plain["keluaran"] |= {"ukuran": ["A4"], "peta": ["usulan"], "bahan": []}
    table = pd.read_csv(tmp_path / "data_2026.csv", dtype={"kode_desa": str})
    table.loc[3, ["sasaran", "diukur", "stunting", "sanitasi"]] = float("nan")
    table.to_csv(tmp_path / "data_2026.csv", index=False)
    english = Kajian(stated=settings_from_mapping(plain), path=tmp_path / "kajian.toml")
    assert english.audit.findings["message"].str.contains("belum ada data").any()
    book = openpyxl.load_workbook(english.write(tmp_path / "en").folder / "lokus.xlsx")
    told = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("no data" in text for text in told)
    assert any(text.startswith("Rank ") for text in told)
    assert not [text for text in told if "belum ada data" in text or text.startswith("Peringkat")]
