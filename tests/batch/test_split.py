"""National files split by kabupaten: every row in its part, cells as they stood, and once."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
from small_province import write_nation

from lokus.batch.all_studies import run_batch
from lokus.batch.plan import read_plan
from lokus.batch.rollup import write_rollup
from lokus.batch.split import split_national
from lokus.errors import InputError, StudyFileError


def test_every_row_is_in_the_part_of_its_kabupaten(tmp_path):
    plan = read_plan(write_nation(tmp_path, 3))
    entries, findings = split_national(plan)
    assert [entry.kode for entry in entries] == ["9901", "9902", "9903"]
    assert entries[1].name == "Kabupaten Contoh 2"
    assert findings == []
    parts = [pd.read_csv(plan.folder / e.kode / "masukan" / "tabel_1.csv", dtype=str) for e in entries]
    assert pd.concat(parts, ignore_index=True).equals(pd.read_csv(tmp_path / "nasional.csv", dtype=str))
    shapes = [gpd.read_parquet(plan.folder / entry.kode / "masukan" / "batas.parquet") for entry in entries]
    whole = gpd.read_parquet(tmp_path / "nasional.parquet")
    assert pd.concat(shapes, ignore_index=True).geom_equals(whole).all()


def test_it_is_done_once_and_again_where_a_part_or_a_source_changed(tmp_path):
    plan = read_plan(write_nation(tmp_path, 2))
    steps = []
    tell = lambda text, _done, _total: steps.append(text)  # noqa: E731
    split_national(plan, on_step=tell)
    split_national(plan, on_step=tell)
    assert len(steps) == 2
    (plan.folder / "9902" / "masukan" / "tabel_1.csv").unlink()
    split_national(plan, on_step=tell)
    assert len(steps) == 4
    with (tmp_path / "nasional.csv").open("a") as file:
        file.write("99.09.01.2001,Asing,Asing,1,1,0,1\n")
    _entries, (finding,) = split_national(plan, on_step=tell)
    assert len(steps) == 6
    assert finding.message == "1 baris tidak berkode, atau kodenya bukan kabupaten dalam berkas batas: 9909"


def test_only_what_is_wanted_is_taken(tmp_path):
    table = write_nation(tmp_path, 3)
    table.write_text(table.read_text().replace("nasional = true", 'nasional = ["99.02"]'))
    entries, findings = split_national(read_plan(table))
    assert [entry.kode for entry in entries] == ["9902"]
    assert findings == []
    table.write_text(table.read_text().replace("99.02", "98"))
    with pytest.raises(InputError, match="98"):
        split_national(read_plan(table))


def test_a_table_without_codes_cannot_be_split(tmp_path):
    table = write_nation(tmp_path, 1)
    study = tmp_path / "bersama.toml"
    study.write_text(study.read_text().replace('tempat = { kode = "kode", ', "tempat = { "))
    with pytest.raises(StudyFileError, match=r"nasional\.csv tidak memiliki kolom kode"):
        split_national(read_plan(table))


def test_a_kabupaten_without_a_row_fails_by_itself_and_names_the_national_file(tmp_path):
    table = write_nation(tmp_path, 3)
    national = tmp_path / "nasional.csv"
    rows = pd.read_csv(national, dtype=str)
    rows[~rows["kode"].str.startswith("99.02")].to_csv(national, index=False)
    plan = read_plan(table)
    for _again in range(2):  # the second time out of the record of the first
        entries, _findings = split_national(plan)
        problems = [entry.problem for entry in entries]
        assert problems == ["", 'berkas "nasional.csv" tidak memuat satu baris pun dari kabupaten ini', ""]
    batch = run_batch(plan, workers=1)
    assert [outcome.status for outcome in batch.outcomes] == ["selesai", "gagal", "selesai"]
    (line,) = batch.lines()
    assert line.startswith("99.02 Kabupaten Contoh 2: gagal: ")
    write_rollup(batch)
    page = (batch.folder / "rangkuman.html").read_text()
    assert "tidak memuat satu baris pun dari kabupaten ini" in page


def test_a_record_that_lacks_something_is_made_anew(tmp_path):
    """As one that an earlier build of the same version wrote."""
    plan = read_plan(write_nation(tmp_path, 2))
    first = split_national(plan)
    record = plan.folder / "masukan.json"
    told = json.loads(record.read_text())
    for key in ("kosong", "temuan", "berkas", "kabupaten"):
        record.write_text(json.dumps({name: value for name, value in told.items() if name != key}))
        assert split_national(plan) == first
        assert json.loads(record.read_text()) == told
