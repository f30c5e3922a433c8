from __future__ import annotations

import shutil

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.errors import InputError
from lokus.kajian import Kajian
from lokus.manifest import (
    Input,
    compare_locks,
    compare_outputs,
    frame_digest,
    make_lock,
    read_lock,
    write_lock,
)


@pytest.fixture
def lock(tmp_path):
    (tmp_path / "kajian.toml").write_text("a = 1\n")
    (tmp_path / "data.csv").write_text("x\n")
    return make_lock(
        study_file=tmp_path / "kajian.toml",
        settings={"pilihan": {"jumlah": 2}},
        inputs=[Input(path=tmp_path / "data.csv", content="abc")],
        kode=["9901012002", "9901012001"],
        results=pd.DataFrame({"skor": [0.5, 0.25]}, index=["a", "b"]),
        proof={"nilai": 1.5},
    )


@given(st.permutations(range(6)), st.permutations(["x", "y", "z"]))
def test_digest_ignores_the_order_of_rows_and_columns(rows, columns):
    frame = pd.DataFrame(
        {"x": [1.5, None, 2, 3, 4, 5], "y": list("abcdef"), "z": [None, "1", "2", "3", "4", "5"]}
    )
    assert frame_digest(frame.iloc[list(rows)][list(columns)]) == frame_digest(frame)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(x=[1.0, 2.0, 4.0]),
        lambda f: f.rename(columns={"x": "w"}),
        lambda f: f.rename(index={0: 9}),
        lambda f: f.iloc[:2],
        lambda f: f.assign(x=[1.0, None, 3.0]),
    ],
)
def test_digest_sees_every_change_of_content(change):
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": ["a", "b", "c"]})
    assert frame_digest(change(frame)) != frame_digest(frame)


def test_lock_is_the_same_bytes_again_and_names_no_absolute_path(lock, tmp_path):
    paths = [tmp_path / "hasil" / name for name in ("a.json", "b.json")]
    for path in paths:
        write_lock(lock, path, study_file=tmp_path / "kajian.toml")
    text = paths[0].read_text()
    assert text == paths[1].read_text()
    assert str(tmp_path) not in text
    assert read_lock(paths[0]) == {"kajian": "../kajian.toml", **lock}


def altered(lock, **item):
    return {**lock, "masukan": [{**lock["masukan"][0], **item}]}


def test_reordered_rows_hold_and_changed_content_does_not(lock):
    assert compare_locks(lock, lock).holds
    reordered = compare_locks(lock, altered(lock, sha256="other"))
    assert reordered.holds
    assert "isi sama" in reordered.checks[0].outcome
    assert not compare_locks(lock, altered(lock, sha256="other", isi_sha256="other")).holds
    assert not compare_locks(lock, {**lock, "masukan": []}).holds
    assert not compare_locks({**lock, "masukan": []}, lock).holds


def test_another_list_or_other_rules_do_not_hold(lock):
    other = {**lock, "usulan": {**lock["usulan"], "desa": ["9901012001", "9901012003"]}}
    result = compare_locks(lock, other)
    assert not result.holds
    assert "9901012002" in result.checks[-1].outcome
    assert "9901012003" in result.checks[-1].outcome
    assert not compare_locks(lock, {**lock, "pengaturan": {}}).holds


def test_other_versions_are_told_and_hold(lock):
    result = compare_locks(lock, {**lock, "paket": {**lock["paket"], "numpy": "9.9"}})
    assert result.holds
    assert any("9.9" in check.outcome for check in result.checks)


@pytest.mark.parametrize("text", ["bukan json", "[]", '{"kajian": 1}', "3"])
def test_not_a_lock(tmp_path, text):
    path = tmp_path / "kajian.lock.json"
    path.write_text(text)
    with pytest.raises(InputError, match="bukan berkas kunci lokus"):
        read_lock(path)


def test_a_missing_lock(tmp_path):
    with pytest.raises(InputError, match="berkas kunci tidak ada"):
        read_lock(tmp_path / "kajian.lock.json")


SHAPEFILE = ("desa.shp", "desa.dbf", "desa.prj", "desa.cpg")


def locked_boundaries(folder, name):
    return make_lock(
        study_file=folder / "kajian.toml",
        settings={},
        inputs=[Input(path=folder / name, content="abc")],
        kode=["9901012001"],
        results=pd.DataFrame({"skor": [0.5]}, index=["a"]),
        proof={},
    )["masukan"][0]


@pytest.mark.parametrize("changed", SHAPEFILE)
def test_lock_sees_a_change_of_any_file_of_a_shapefile(tmp_path, changed):
    for name in SHAPEFILE:
        (tmp_path / name).write_bytes(name.encode())
    before = locked_boundaries(tmp_path, "desa.shp")
    (tmp_path / "lain.dbf").write_bytes(b"another file")
    assert locked_boundaries(tmp_path, "desa.shp") == before
    (tmp_path / changed).write_bytes(b"other")
    assert locked_boundaries(tmp_path, "desa.shp")["sha256"] != before["sha256"]


def test_lock_sees_a_change_of_any_file_of_a_folder(tmp_path):
    folder = tmp_path / "desa.gdb"
    folder.mkdir()
    (folder / "a0001.gdbtable").write_bytes(b"one")
    before = locked_boundaries(tmp_path, "desa.gdb")
    (folder / "a0001.gdbtable").write_bytes(b"two")
    assert locked_boundaries(tmp_path, "desa.gdb")["sha256"] != before["sha256"]


def test_equal_bytes_with_other_content_do_not_hold(lock):
    assert not compare_locks(lock, altered(lock, isi_sha256="other")).holds


def test_verify_sees_exchanged_attributes_of_a_shapefile(tmp_path, shared_data):
    case = shared_data.parent / "cases" / "boundaries" / "07-verify-blind-to-dbf"
    if not case.is_dir():
        pytest.skip("the folder of cases ../shared/cases is absent")
    for file in case.iterdir():
        shutil.copy(file, tmp_path)
    study_file = tmp_path / "kajian.toml"
    before = Kajian.open(study_file).lock
    shutil.copy(tmp_path / "desa2.dbf", tmp_path / "desa.dbf")
    after = Kajian.open(study_file).lock
    check = next(c for c in compare_locks(before, after).checks if c.subject == "desa.shp")
    assert not check.holds


@pytest.fixture
def outputs(lock, tmp_path):
    folder = tmp_path / "keluaran"
    folder.mkdir()
    for name in ("hasil.csv", "lokus.xlsx", "kalender_aksi.xlsx"):
        (folder / name).write_text(name)
    write_lock(
        lock, folder / "kajian.lock.json", study_file=tmp_path / "kajian.toml", outputs=list(folder.iterdir())
    )
    return folder


def compared(folder):
    found = compare_outputs(read_lock(folder / "kajian.lock.json"), folder)
    return found.holds, {check.subject: check.outcome for check in found.checks}


def test_outputs_are_named_in_the_lock_and_compared(outputs):
    assert compared(outputs) == (True, {"keluaran": "3 berkas seperti yang ditulis proses ini"})
    (outputs / "catatan.txt").write_text("milik perencana")
    assert compared(outputs)[0]


@pytest.mark.parametrize("damage", [lambda path: path.write_text("lain"), lambda path: path.unlink()])
def test_a_changed_or_missing_output_does_not_hold(outputs, damage):
    damage(outputs / "hasil.csv")
    holds, told = compared(outputs)
    assert not holds
    assert "hasil.csv" in told


def test_a_calendar_that_was_filled_in_and_a_lock_kept_alone_hold(outputs, tmp_path):
    (outputs / "kalender_aksi.xlsx").write_text("diisi puskesmas")
    assert compared(outputs)[0]
    alone = tmp_path / "arsip"
    alone.mkdir()
    shutil.copy(outputs / "kajian.lock.json", alone)
    assert compared(alone)[0]


@pytest.mark.parametrize("journal", ["jurnal.json", "jurnal-kembali.json"])
def test_a_folder_with_files_of_two_runs_is_named_as_such(outputs, journal):
    workplace = outputs.with_name(".keluaran.lokus")
    workplace.mkdir()
    (workplace / journal).write_text("{}")
    found = compare_outputs(read_lock(outputs / "kajian.lock.json"), outputs)
    assert not found.holds
    assert "berkas dari dua proses" in found.checks[0].outcome


def test_a_lock_is_located_from_where_it_will_lie(lock, tmp_path):
    stage = tmp_path / ".keluaran.lokus" / "baru"
    stage.mkdir(parents=True)
    write_lock(lock, stage / "a.json", study_file=tmp_path / "kajian.toml", folder=tmp_path / "keluaran")
    assert read_lock(stage / "a.json")["kajian"] == "../kajian.toml"
