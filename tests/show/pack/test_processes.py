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
from lokus.show.pack.processes import work_off

# Stands for an OutputWriter: what it makes is a note of the process that made it.
SLOW = """
import os, signal, sys, time
from pathlib import Path
from lokus.show.pack.processes import work_off
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
    list(work_off(Shop(), tasks, on_step=None, steps=4, processes=2))
"""


class Shop:
    def __init__(self, fault=None) -> None:
        self.fault = fault

    def make(self, task):
        if task.name == "2" and self.fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if task.name == "2" and self.fault:
            raise KeyError(self.fault)
        return [Path(task.name)]


TASKS = [[Task(name="1", method="a"), Task(name="2", method="b")], [Task(name="3", method="c")]]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_every_task_is_made_once_wherever_it_is_made(processes):
    steps = []
    made = dict(
        work_off(Shop(), TASKS, on_step=lambda *step: steps.append(step), steps=3, processes=processes)
    )
    assert {task.name: paths for task, paths in made.items()} == {n: [Path(n)] for n in "123"}
    assert sorted(name for name, *_rest in steps) == ["1", "2", "3"]
    assert [number for _name, number, _total in steps] == [0, 1, 2]


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_what_a_task_raises_is_raised_here(processes):
    with pytest.raises(KeyError, match="rusak"):
        list(work_off(Shop("rusak"), TASKS, on_step=None, steps=3, processes=processes))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="another signal ends a process there")
def test_a_process_that_the_system_ended_is_told_with_a_remedy():
    with pytest.raises(OutputError, match="LOKUS_PROSES=1"):
        list(work_off(Shop("killed"), TASKS, on_step=None, steps=3, processes=2))


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
