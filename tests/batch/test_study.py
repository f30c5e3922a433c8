"""One study of a batch: what makes it run again, and what it leaves behind."""

from __future__ import annotations

import pandas as pd
from small_province import here, plan_of

from lokus.batch import all_studies as batches
from lokus.batch.all_studies import run_batch


def test_a_changed_input_or_output_is_run_again(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "run_tasks", here)
    plan = plan_of(tmp_path, 1)
    run_batch(plan)
    listed = plan.folder / "9901" / "keluaran" / "daftar.csv"
    good = listed.read_bytes()
    listed.write_text("rusak")
    assert run_batch(plan).outcomes[0].status == "selesai"
    assert listed.read_bytes() == good
    table = pd.read_csv(tmp_path / "data1.csv")
    table["stunting"] = table["stunting"].clip(upper=1)
    table.to_csv(tmp_path / "data1.csv", index=False)
    assert run_batch(plan).outcomes[0].status == "selesai"
    assert run_batch(plan).outcomes[0].status == "dilewati"


def test_a_summary_of_an_earlier_run_does_not_stand_for_one_that_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "run_tasks", here)
    plan = plan_of(tmp_path, 1)
    run_batch(plan)
    summary = plan.folder / "9901" / "ringkasan.json"
    assert summary.is_file()
    (tmp_path / "data1.csv").write_text("kode,desa\n")
    assert run_batch(plan).outcomes[0].status == "gagal"
    assert not summary.is_file()
