from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lokus.errors import OutputError
from lokus.show.pack.output_writer import Task
from lokus.show.pack.processes import Helpers, work_off

# Stands for an OutputWriter: what it makes is a note of the process that made it.
SLOW = """
import os, signal, sys, time
from pathlib import Path
from lokus.show.pack.processes import Helpers, work_off
from lokus.show.pack.output_writer import Task

class Shop:
    def make(self, task):
        Path(sys.argv[1], f"{os.getpid()}.pid").touch()
        time.sleep(120)
        return []

if __name__ == "__main__":
    # What runs in the background of a shell may have been told to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tasks = [[Task(name=str(n), method="slow")] for n in range(4)]
    with Helpers(1) as helpers:
        list(work_off(Shop(), tasks, helpers=helpers, on_step=None, steps=4))
"""


class Shop:
    """Makes nothing; here it waits until a helper is at work, so that both have a part of it."""

    def __init__(self, fault=None, *, folder=None) -> None:
        self.fault, self.folder, self.begun_in = fault, folder, os.getpid()

    def make(self, task):
        helper = os.getpid() != self.begun_in
        if self.folder and helper:
            (self.folder / "dibuat").touch()
        if helper and self.fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if helper and self.fault:
            raise KeyError(self.fault)
        deadline = time.monotonic() + 60
        while self.folder and not (self.folder / "dibuat").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return [Path(f"{task.name}-{helper}")]


def work(shop, count, **more):
    with Helpers(count) as helpers:
        return list(work_off(shop, TASKS, helpers=helpers, **{"on_step": None, "steps": 3, **more}))


TASKS = [[Task(name="1", method="a"), Task(name="2", method="b")], [Task(name="3", method="c")]]


def test_alone_tasks_are_made_in_their_order():
    steps = []
    made = work(Shop(), 0, on_step=lambda *step: steps.append(step))
    assert [str(path) for _task, paths in made for path in paths] == ["1-False", "2-False", "3-False"]
    assert steps == [("1", 0, 3), ("2", 1, 3), ("3", 2, 3)]


@pytest.mark.slow
def test_every_task_is_made_once_here_or_by_a_helper(tmp_path):
    steps = []
    made = work(Shop(folder=tmp_path), 1, on_step=lambda *step: steps.append(step))
    assert sorted(task.name for task, _paths in made) == ["1", "2", "3"]
    assert {str(path).partition("-")[2] for _task, paths in made for path in paths} == {"True", "False"}
    assert sorted(name for name, *_rest in steps) == ["1", "2", "3"]
    assert [number for _name, number, _total in steps] == [0, 1, 2]


class Broken(Shop):
    def make(self, task):
        raise KeyError("rusak", task)


def test_what_a_task_raises_here_is_raised():
    with pytest.raises(KeyError, match="rusak"):
        work(Broken(), 0)


@pytest.mark.slow
def test_what_a_task_raises_in_a_helper_is_raised_here(tmp_path):
    with pytest.raises(KeyError, match="rusak"):
        work(Shop("rusak", folder=tmp_path), 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="another signal ends a process there")
def test_a_process_that_the_system_ended_is_told_with_a_remedy(tmp_path):
    with pytest.raises(OutputError, match="LOKUS_PROSES=1"):
        work(Shop("killed", folder=tmp_path), 1)


def left(marks: Path) -> list[int]:
    return [int(path.stem) for path in marks.iterdir() if _alive(int(path.stem))]


def _alive(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the system for its processes by /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_processes_end_with_the_one_that_started_them(tmp_path, how):
    marks = tmp_path / "tanda"
    marks.mkdir()
    script = tmp_path / "lama.py"
    script.write_text(SLOW)
    shared = Path("/dev/shm")
    before = {path.name for path in shared.iterdir()}
    run = subprocess.Popen(
        [sys.executable, str(script), str(marks)], stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while len(list(marks.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(left(marks)) == 2
    run.send_signal(how)
    run.wait(timeout=20)
    deadline = time.monotonic() + 5
    while left(marks) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left(marks) == []

    def own() -> set[str]:
        named = {path.name for path in shared.iterdir()} - before
        return {name for name in named if str(run.pid) in name}

    deadline = time.monotonic() + 5
    while own() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert own() == set()
