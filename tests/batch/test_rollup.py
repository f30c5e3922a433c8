"""From summaries to the province: every kabupaten is there, and ranks only where scores compare."""

from __future__ import annotations

import pandas as pd
import pytest
from small_province import here, write_province

from lokus.batch import all_studies as batches
from lokus.batch.all_studies import run_batch
from lokus.batch.plan import read_plan
from lokus.batch.rollup import NAMES, gather, write_rollup


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rangkum")
    write_province(folder, 3)
    (folder / "data2.csv").unlink()
    plan = read_plan(folder / "provinsi.csv", common=folder / "bersama.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "run_tasks", here)
        return run_batch(plan)


def test_figures_are_those_of_the_studies(batch):
    province = gather(batch)
    assert province.kabupaten["status"].tolist() == ["selesai", "gagal", "selesai"]
    for kode in ("9901", "9903"):
        results = pd.read_csv(batch.folder / kode / "keluaran" / "hasil.csv", dtype={"kode_desa": str})
        listed = results[results["status_usulan"] == "lokus"]
        row = province.kabupaten.loc[kode]
        assert row["desa"] == len(results)
        assert row["lokus"] == len(listed)
        assert row["stunting"] == results["stunting"].sum()
        mine = province.lists[province.lists["kode"] == kode]
        assert set(mine.index) == set(listed["kode_desa"])
    assert province.comparable
    ranks = province.lists.sort_values("skor", ascending=False)["peringkat"]
    assert ranks.is_monotonic_increasing
    assert ranks.iloc[0] == 1


def test_all_is_written_and_the_same_bytes_again(batch):
    files = write_rollup(batch)
    assert [path.name for path in files] == list(NAMES)
    before = [path.read_bytes() for path in files]
    write_rollup(batch)
    assert [path.read_bytes() for path in files] == before


def test_other_goalposts_of_one_study_end_the_ranking(batch, tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "run_tasks", here)
    table = write_province(tmp_path, 2)
    rows = table.read_text().splitlines()
    rows = [rows[0] + ",skor.bobot.prevalensi", rows[1] + ",0.6", rows[2] + ",0.5"]
    table.write_text("\n".join(rows) + "\n")
    province = gather(run_batch(read_plan(table, common=tmp_path / "bersama.toml")))
    assert not province.comparable
    assert province.lists["peringkat"].isna().all()
