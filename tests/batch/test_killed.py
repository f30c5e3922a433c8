"""A batch that is killed or interrupted: its workers end, and the next run leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_province import write_province

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/stat").exists(), reason="asks the system for its processes by /proc"
    ),
]
NUMBER = 3
BATCH = """
import sys
from pathlib import Path
from lokus.batch import runners
from lokus.batch.all_studies import run_batch
from lokus.batch.plan import read_plan

if __name__ == "__main__":
    table, runner = Path(sys.argv[1]), sys.argv[2]
    runners.has_dask = lambda: runner == "dask"
    done = run_batch(read_plan(table, common=table.with_name("bersama.toml")), workers=2)
    print([outcome.status for outcome in done.outcomes])
"""


def processes(session: int) -> list[int]:
    """Give the living processes of a session, all generations."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended in between
        if state[0] != "Z" and int(state[3]) == session:
            found.append(int(stat.parent.name))
    return found


def shared(session: int) -> list[str]:
    return [path.name for path in Path("/dev/shm").iterdir() if str(session) in re.findall(r"\d+", path.name)]


def wait_until(holds, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(holds())


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
@pytest.mark.parametrize("runner", ["pool", "dask"])
def test_nothing_lives_on_and_nothing_is_left_after_the_next_run(tmp_path, runner, how):
    table = write_province(tmp_path, NUMBER)
    script, temporary = tmp_path / "banyak.py", tmp_path / "sementara"
    script.write_text(BATCH, encoding="utf-8")
    temporary.mkdir()
    command = [sys.executable, str(script), str(table), runner]
    surroundings = {**os.environ, "TMPDIR": str(temporary)}
    batch = subprocess.Popen(
        command, env=surroundings, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        begun = wait_until(lambda: list(tmp_path.rglob(".keluaran.lokus")) or batch.poll() is not None, 120)
        assert begun
        assert batch.poll() is None, batch.communicate()
        assert len(processes(batch.pid)) >= 3
        if how == signal.SIGKILL:
            batch.send_signal(how)
        else:
            os.killpg(batch.pid, how)  # as the keyboard does
        batch.wait(timeout=30)
        assert wait_until(lambda: not processes(batch.pid), 10), processes(batch.pid)
        assert wait_until(lambda: not shared(batch.pid), 5), shared(batch.pid)
    finally:
        for process in processes(batch.pid):
            os.kill(process, signal.SIGKILL)
    again = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True)
    assert len(re.findall("selesai|dilewati", again.stdout)) == NUMBER
    assert list(tmp_path.rglob(".*")) == []
    # Dask keeps its two locks; what its workers had is gone.
    assert {path.name for path in temporary.rglob("*")} <= {"dask-scratch-space", "purge.lock", "global.lock"}
