"""Who works: real local clusters and pools of two, workers killed midway, addresses that lead nowhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from small_province import always_die, files, here, plan_of, run_but_die_once

from lokus.batch import all_studies as batches
from lokus.batch import runners
from lokus.batch.all_studies import run_batch
from lokus.batch.runners import by_dask, by_processes, run_tasks
from lokus.batch.study import DONE, Task, run_study
from lokus.errors import LokusError


def test_a_cluster_that_cannot_be_reached_is_said_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(runners, "_WAIT", 0.2)
    task = Task(kode="9901", name="Contoh", study="x.toml", outputs="daftar", language="id")
    with pytest.raises(LokusError, match=r"tcp://127\.0\.0\.1:9 tidak dapat dihubungi") as caught:
        list(run_tasks(run_study, [task], address="tcp://127.0.0.1:9"))
    assert "tcp://10.0.0.5:8786" in caught.value.remedy


def test_an_address_without_the_extra_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(runners, "has_dask", lambda: False)
    with pytest.raises(LokusError, match="ekstra klaster"):
        list(run_tasks(run_study, [], address="tcp://127.0.0.1:9"))


def outcomes_by(runner, folder: Path, work, workers: int = 2):
    plan = plan_of(folder, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            batches, "run_tasks", lambda _work, tasks, **_options: runner(work, tasks, workers=workers)
        )
        return run_batch(plan)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tenang") / "x"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "run_tasks", here)
        run_batch(plan_of(folder, 4))
    return files(folder)


@pytest.mark.slow
@pytest.mark.parametrize("runner", [by_dask, by_processes])
def test_a_worker_killed_midway_changes_nothing(tmp_path, undisturbed, runner):
    """A real local cluster of two workers, or a pool of two processes."""
    folder = tmp_path / "x"
    done = outcomes_by(runner, folder, partial(run_but_die_once, str(tmp_path), "9902"))
    assert (tmp_path / "mati").exists()
    assert list(tmp_path.rglob(".*")) == []
    assert all(outcome.status in DONE for outcome in done.outcomes)
    assert files(folder) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("runner", [by_dask, by_processes])
def test_a_study_that_always_takes_its_worker_down_is_given_up_alone(tmp_path, runner):
    done = outcomes_by(runner, tmp_path / "x", partial(always_die, "9903"))
    # What a dead worker had finished may be asked for again, and is then found to be up to date.
    assert [outcome.status in DONE for outcome in done.outcomes] == [True, True, False, True]
    assert "proses pekerjanya berhenti 3 kali" in done.outcomes[2].message
