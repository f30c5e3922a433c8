"""The annual review of a whole study, from the study file on."""

from __future__ import annotations

import re

import example_pack
import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from tiny_study import tiny_mapping, to_toml

from lokus import Kajian
from lokus.cli import main
from lokus.errors import BlockedError, InputError, StudyFileError
from lokus.kajian import verify_lock


@pytest.fixture(scope="module")
def kajian(demo):
    demo.change  # noqa: B018 - asked for, so that studies with other rules start from the same data
    return demo


@pytest.fixture(scope="module")
def decided(kajian):
    return kajian.past.kode(2025)


@pytest.fixture
def example(root, tmp_path):
    """A copy of the example whose files can be changed."""
    from shutil import copytree

    copytree(root / "data", tmp_path / "data")
    return tmp_path / "data" / "kajian"


def test_the_decided_list_is_reviewed_not_the_proposal(kajian, decided):
    assert len(decided) == 26
    assert len(set(kajian.previous.kode) - set(decided)) == 3
    table = kajian.review.table
    listed, now = table["daftar_lalu"], table["daftar_kini"]
    assert set(table.index[listed]) == set(decided)
    assert set(table.index[now]) == set(kajian.proposal.kode)
    status = table["status_reviu"]
    assert (status[listed & now] == "tetap").all()
    assert (status[~listed & now] == "masuk").all()
    assert status[listed & ~now].isin(["keluar", "lulus"]).all()
    assert (status[~listed & ~now] == "tidak").all()
    outside = table.loc[listed & ~table.index.isin(kajian.previous.kode), "keterangan"]
    assert outside.str.contains("di luar usulan").all()


def test_causes_add_up_to_what_moved_each_village(kajian):
    table = kajian.causes.table
    parts = table.filter(regex="^selisih_").sum(axis=1, skipna=False)
    known = table["selisih"].notna()
    assert known.sum() >= 250
    np.testing.assert_allclose(parts[known], table["selisih"][known], atol=1e-9)


@pytest.fixture
def same_again(request, tmp_path):
    """A study whose last year is itself: the small one, or a copy of the example."""
    if request.param == "example":
        folder = request.getfixturevalue("example")
        study = (folder / "contoh-2026.toml").read_text(encoding="utf-8")
        # The same counts a second time would be more evidence, and so a change.
        study = study.replace("\n[laju]\n", "\n[laju]\npakai_tahun_lalu = false\n", 1)
        alone = study[: study.index("# Daftar tahun lalu")]
        # The periods that the register of foster parents is of are stated further down.
        alone = re.sub(r"(?s)# Register orang tua asuh.*?(?=\[keluaran\])", "", alone)
        before = alone.replace("tahun = 2026", "tahun = 2025", 1)
    else:
        folder, plain = tmp_path, tiny_mapping(tmp_path)
        plain["laju"]["pakai_tahun_lalu"] = False
        kept = {key: plain[key] for key in ("batas", "laju", "skor", "pola", "pilihan", "keluaran")}
        kept["tabel"] = plain["tabel"][:1]
        before, alone = (
            to_toml({"kajian": {**plain["kajian"], "tahun": year}, **kept}) for year in (2025, 2026)
        )
    (folder / "dahulu.toml").write_text(before, encoding="utf-8")
    (folder / "kini.toml").write_text(alone + '\n[tahun_lalu]\nkajian = "dahulu.toml"\n', encoding="utf-8")
    return Kajian.open(folder / "kini.toml")


@pytest.mark.parametrize(
    "same_again", ["small", pytest.param("example", marks=pytest.mark.slow)], indirect=True
)
def test_where_nothing_changed_nothing_is_reported(same_again):
    again = same_again
    assert again.review.moves.empty
    assert set(again.review.table["status_reviu"]) == {"tetap", "tidak"}
    assert (again.causes.table.filter(like="selisih").fillna(0.0) == 0.0).all().all()
    change = again.change.table
    assert (change["perubahan_mentah"].dropna() == 0.0).all()
    assert not (change[["peluang_turun", "peluang_naik"]] > 0.6).any().any()


def test_graduates_are_probably_below_the_target(kajian):
    rows = kajian.graduation
    passed = rows[rows["lulus"]]
    assert 0 < len(passed) < len(rows)
    assert (passed["peluang_lulus"] >= 0.8).all()
    assert (rows.loc[~rows["lulus"], "alasan"] != "").all()
    graduates = kajian.review.table["status_reviu"] == "lulus"
    assert set(graduates.index[graduates]) <= set(passed.index)


def test_graduates_leave_when_the_study_says_so(kajian):
    strict = kajian.replace(tahun_lalu={"lulus": {"target": 12, "peluang": 0.7, "kunci_keluar": True}})
    passed = strict.graduation.index[strict.graduation["lulus"]]
    assert len(set(passed) & set(kajian.proposal.kode)) > 0
    assert not set(passed) & set(strict.proposal.kode)
    assert set(passed) == set(strict.problem.locked_out)


@pytest.mark.parametrize("most", [0, 4])
def test_no_more_villages_leave_than_the_study_allows(kajian, decided, most):
    steady = kajian.replace(tahun_lalu={"maks_berubah": most}, pilihan={"maks_kecamatan": 10})
    assert len(set(decided) - set(steady.proposal.kode)) <= most
    assert steady.proposal.objective <= kajian.replace(pilihan={"maks_kecamatan": 10}).proposal.objective


def test_young_lokus_stay(kajian, decided):
    kept = kajian.replace(tahun_lalu={"min_tahun": 2, "lulus": None}, pilihan={"maks_kecamatan": 10})
    assert set(decided) == set(kept.proposal.kode)
    assert "paling sedikit 2 tahun" in kept.problem.locked_in[decided[0]]


@pytest.mark.slow
def test_history_of_several_lists(kajian, tmp_path):
    proposal, listed = sorted(kajian.previous.kode), tmp_path / "daftar_2024.txt"
    listed.write_text("\n".join(proposal[:20]), encoding="utf-8")
    longer = kajian.replace(tahun_lalu={"riwayat": [{"tahun": 2024, "berkas": str(listed)}]})
    assert list(longer.history.lists) == [2024, 2025]
    years = longer.history.table["tahun_lokus"]
    both = set(proposal[:20]) & set(longer.past.kode(2025))
    assert set(years.index[years == 2]) == both
    assert longer.results.loc[sorted(both), "tahun_lokus"].eq(2).all()


def test_a_name_on_the_list_that_is_no_village_holds_the_proposal_back(kajian, tmp_path):
    stated = kajian.settings.to_mapping()["tahun_lalu"]["daftar"]
    path = tmp_path / "lampiran_sk_lokus_2025.xlsx"
    book = load_workbook(kajian.beside(stated["berkas"]))
    sheet = book["Lampiran"]
    cell = next(
        cell for row in sheet.iter_rows(min_row=6) for cell in row
        if cell.column > 2 and isinstance(cell.value, str)
    )  # fmt: skip
    cell.value = "Desa Yang Tidak Ada"
    book.save(path)
    broken = kajian.replace(tahun_lalu={"daftar": {**stated, "berkas": str(path)}})
    with pytest.raises(BlockedError, match="Desa Yang Tidak Ada"):
        broken.proposal  # noqa: B018 - asking for it is the act
    assert len(broken.decided[2025].open_cases) == 1


def test_last_year_is_part_of_the_lock(kajian):
    named = {item.path.name for item in kajian.inputs}
    assert {"contoh-2025.toml", "lampiran_sk_lokus_2025.xlsx", "eppgbm_2025-02.xlsx"} <= named


@pytest.mark.slow
def test_the_outputs_of_last_year_do_as_well_as_its_study(kajian, tmp_path):
    from lokus.manifest import write_lock
    from lokus.show.pack.geopackage import write_geopackage

    earlier = example_pack.study()
    write_geopackage(earlier.results, earlier.boundaries.kecamatan, tmp_path / "hasil.gpkg")
    write_lock(earlier.lock, tmp_path / "kajian.lock.json", study_file=earlier.path)
    read_back = kajian.compared_with(tmp_path)
    pd.testing.assert_frame_equal(read_back.review.table, kajian.review.table)
    assert str(read_back.effect) == str(kajian.effect)


@pytest.mark.slow
def test_a_later_study_is_no_last_year(kajian):
    wrong = kajian.replace(tahun_lalu={"kajian": "contoh-2026.toml", "daftar": None})
    with pytest.raises(InputError, match="2026"):
        wrong.previous  # noqa: B018 - asking for it is the act


def test_the_study_file_says_where_the_list_is(kajian):
    with pytest.raises(StudyFileError, match="tahun_lalu"):
        kajian.replace(tahun_lalu={"kajian": None, "daftar": None})
    with pytest.raises(StudyFileError, match="bukan keduanya"):
        kajian.replace(tahun_lalu={"keluaran": "."})


def test_a_study_without_a_past_has_no_review(capsys):
    alone = example_pack.study()
    assert alone.review is None
    assert alone.change is None
    assert alone.expected_fall is None
    assert alone.effect is None
    assert main(["review", str(alone.path)]) == 2
    assert "tahun_lalu" in capsys.readouterr().err


@pytest.mark.slow
def test_settings_that_do_not_touch_the_past_keep_it(kajian):
    kajian.change  # noqa: B018 - asked for, so that it is kept
    other = kajian.replace(pilihan={"jumlah": 30})
    assert other.past is kajian.past
    assert other.change is kajian.change
    assert len(other.review.table.query("daftar_kini")) == 30
    assert re.match("26 lokus tahun lalu", str(other.review))


@pytest.mark.slow
def test_review_from_the_command_line(example, tmp_path, capsys):
    first, second = tmp_path / "2025", tmp_path / "2026"
    assert main(["run", str(example / "contoh-2025.toml"), "--keluaran", str(first)]) == 0
    study = str(example / "contoh-2026.toml")
    assert main(["review", study, "--previous", str(first), "--keluaran", str(second)]) == 0
    told = capsys.readouterr().out
    assert "26 lokus tahun lalu" in told
    assert "Tanpa bantuan apa pun" in told
    book = load_workbook(second / "lokus.xlsx")
    assert "Reviu" in book.sheetnames
    result = verify_lock(second / "kajian.lock.json", study=None)
    assert result is not None


@pytest.mark.slow
def test_what_the_offices_filled_in_comes_back_in_the_review(kajian, tmp_path):
    from lokus.show.results.review import ReviewMaterial
    from lokus.show.workbook.calendar import write_calendar

    earlier = example_pack.study()
    book = tmp_path / "kalender_aksi_2025.xlsx"
    write_calendar(book, earlier.calendar, earlier.info, interventions=earlier.interventions)
    filled = load_workbook(book)
    sheet = next(sheet for sheet in filled if sheet.title.startswith("Dinas PUPR"))
    head = next(
        row for row in sheet.iter_rows() if {"Status", "Realisasi"} <= {str(cell.value) for cell in row}
    )
    status = next(cell.column for cell in head if cell.value == "Status")
    village = next(cell.column for cell in head if str(cell.value).startswith("Kode"))
    rows = [row for row in range(head[0].row + 1, sheet.max_row + 1) if sheet.cell(row, village).value]
    for row in rows:
        sheet.cell(row, status).value = "selesai"
    filled.save(book)
    done = {str(sheet.cell(row, village).value).replace(".", "") for row in rows}

    study = kajian.replace(tahun_lalu={"kalender": [str(book)]})
    told = study.realisation
    assert set(told.index[told["selesai"] > 0]) == done
    assert told.loc[list(done), "persen_selesai"].between(1, 100).all()
    shown = ReviewMaterial.of(kajian.review, year=2025, realisation=told).rows(kajian.results)
    assert shown["persen_selesai"].notna().any()
