"""The study of Kabupaten Pasangkayu, from its offices' files as they are."""

from __future__ import annotations

import pytest

from lokus import Kajian


@pytest.fixture(scope="module")
def kajian(root, shared_data):
    return Kajian.open(root / "tests" / "pasangkayu" / "kajian.toml")


def test_all_63_villages_have_their_measurements(kajian):
    assert len(kajian.villages) == 63
    assert kajian.villages[["sasaran", "diukur", "stunting"]].notna().all(axis=None)


def test_totals_agree_with_the_total_row_of_the_sheet(kajian):
    sums = kajian.villages[["sasaran", "diukur", "stunting"]].sum()
    assert sums.to_dict() == {"sasaran": 14961, "diukur": 10832, "stunting": 2342}
    assert not kajian.audit.findings["check"].str.startswith("tables.total_differs").any()


def test_the_two_names_no_rule_can_settle_are_human_decisions(kajian):
    lines = kajian.reconciliation
    decided = lines[(lines["sumber"] == "data_posyandu.xlsx") & (lines["cara"] == "keputusan")]
    assert dict(zip(decided["desa_sumber"], decided["kode_desa"], strict=True)) == {
        "GODANG": "7601122005",
        "PAKAWA": "7601022010",
    }
    assert (kajian.audit.findings["check"] == "join.decision").sum() == 2


def test_without_the_decisions_both_names_hold_the_proposal_back(kajian, root, tmp_path):
    empty = tmp_path / "kecocokan.csv"
    empty.write_text("sumber;kecamatan;desa;kode_desa;alasan\n")
    undecided = kajian.replace(audit={"kecocokan": str(empty)})
    assert undecided.audit.blocking["check"].tolist() == ["join.unmatched"] * 2
    assert {text.split()[0] for text in undecided.audit.blocking["message"]} == {"GODANG", "PAKAWA"}


def test_low_coverage_is_flagged_and_neither_punished_nor_rewarded(kajian):
    lowest = kajian.results["cakupan_pengukuran"].idxmin()
    row = kajian.results.loc[lowest]
    assert row["desa"] == "Pasangkayu"
    assert row["cakupan_pengukuran"] == pytest.approx(19.6, abs=0.05)
    assert row["belum_andal"]
    flagged = kajian.audit.findings.query("check == 'audit.coverage'")["kode_desa"]
    assert set(flagged) == set(kajian.results.index[kajian.results["belum_andal"]])
    assert "cakupan_pengukuran" not in kajian.scores.weights


def test_ten_desa_in_at_most_five_kecamatan(kajian):
    assert len(kajian.proposal.kode) == 10
    assert kajian.villages.loc[list(kajian.proposal.kode), "kode_kecamatan"].nunique() <= 5
    again = Kajian(stated=kajian.stated, path=kajian.path)
    assert again.proposal.kode == kajian.proposal.kode


@pytest.mark.slow
def test_every_output_is_written(kajian, tmp_path):
    small = kajian.replace(
        keluaran={"ukuran": ["A4"], "bahan": ["paparan", "laporan", "atlas", "geojson", "csv"]}
    )
    pack = small.write(tmp_path)
    assert {path.name for path in pack.files} == {
        *(f"peta_{theme}_A4.{kind}" for theme in ("usulan", "prevalensi", "skor") for kind in ("png", "pdf")),
        "peta_interaktif.html", "lokus.xlsx", "paparan.pptx", "laporan.html", "atlas_kecamatan.pdf",
        "hasil.gpkg", "hasil.geojson", "hasil.csv", "kajian.lock.json",
    }  # fmt: skip
    assert all(path.stat().st_size > 1000 for path in pack.files)
    page = (tmp_path / "peta_interaktif.html").read_text(encoding="utf-8")
    assert "SINTETIS" not in page
