"""A batch: some done, some not, none hidden; stopped and taken up again; the same bytes however many work."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from small_province import files, here, plan_of, write_nation

from lokus.batch import all_studies as batches
from lokus.batch.all_studies import run_batch
from lokus.batch.plan import read_plan


def spoil(folder: Path, number: int) -> None:
    """Damage the table of a kabupaten so that its audit holds it back: more measured than there are."""
    path = folder / f"data{number}.csv"
    table = pd.read_csv(path)
    table.loc[0, "kode"] = table.loc[1, "kode"]
    table.to_csv(path, index=False)


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """Four kabupaten: two good, one held back, one whose table is missing; run, and run again."""
    folder = tmp_path_factory.mktemp("provinsi")
    plan = plan_of(folder, 4)
    spoil(folder, 2)
    (folder / "data3.csv").unlink()
    plan = read_plan(folder / "provinsi.csv", common=folder / "bersama.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "run_tasks", here)
        first = run_batch(plan)
        before = files(folder)
        second = run_batch(plan)
    return folder, first, second, before


def test_what_fails_is_listed_with_its_message_and_hides_nothing(province):
    folder, first, _second, _before = province
    assert [outcome.status for outcome in first.outcomes] == ["selesai", "tertahan", "gagal", "selesai"]
    assert "99.03 Kabupaten Contoh 3: gagal: baris 4: kunci tabel[1].berkas" in first.lines()[1]
    assert first.lines()[0].startswith("99.02 Kabupaten Contoh 2: tertahan: ")
    assert str(first) == "4 kabupaten: 2 selesai, 0 masih berlaku, 1 tertahan, 1 gagal"
    told = json.loads((folder / "provinsi" / "batch.json").read_text())
    assert [one["status"] for one in told["kabupaten"]] == ["selesai", "tertahan", "gagal", "selesai"]


def test_what_is_up_to_date_is_skipped_and_no_byte_changes(province):
    folder, _first, second, before = province
    assert [outcome.status for outcome in second.outcomes] == ["dilewati", "tertahan", "gagal", "dilewati"]
    assert files(folder) == before


@pytest.mark.slow
def test_any_cluster_by_its_address_and_a_national_table(tmp_path):
    from distributed import LocalCluster

    folder = tmp_path / "x"
    folder.mkdir()
    plan = read_plan(write_nation(folder, 3))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        first = run_batch(plan, address=cluster.scheduler_address)
        # Stopped and taken up again: one study's outputs are lost.
        (plan.folder / "9902" / "ringkasan.json").unlink()
        second = run_batch(plan, address=cluster.scheduler_address)
    assert [outcome.status for outcome in first.outcomes] == ["selesai"] * 3
    assert [outcome.status for outcome in second.outcomes] == ["dilewati", "selesai", "dilewati"]
