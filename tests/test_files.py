from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lokus import files
from lokus.errors import OutputError
from lokus.files import atomic_path, file_name, pending_exchange, staged_directory

LOCK = "kajian.lock.json"


def test_a_failed_write_leaves_the_old_file(tmp_path):
    target = tmp_path / "hasil.txt"
    target.write_text("lama")
    with pytest.raises(RuntimeError), atomic_path(target) as draft:
        draft.write_text("setengah")
        raise RuntimeError
    assert target.read_text() == "lama"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_pack_leaves_every_old_output(tmp_path):
    folder = tmp_path / "keluaran"
    folder.mkdir()
    (folder / "peta.png").write_text("lama")
    with pytest.raises(RuntimeError), staged_directory(folder) as stage:
        (stage / "peta.png").write_text("baru")
        raise RuntimeError
    assert (folder / "peta.png").read_text() == "lama"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_finished_pack_replaces_outputs_and_keeps_other_files(tmp_path):
    folder = tmp_path / "keluaran"
    folder.mkdir()
    (folder / "peta.png").write_text("lama")
    (folder / "catatan.txt").write_text("milik perencana")
    with staged_directory(folder) as stage:
        (stage / "peta.png").write_text("baru")
        (stage / "sub").mkdir()
        (stage / "sub" / "a.csv").write_text("a")
    assert (folder / "peta.png").read_text() == "baru"
    assert (folder / "catatan.txt").read_text() == "milik perencana"
    assert (folder / "sub" / "a.csv").read_text() == "a"


# -- an exchange that is stopped ---------------------------------------------------------------------------

OLD = {f"lama_{n}.txt": f"lama {n}" for n in range(6)}
BOTH = [f"keduanya_{n}.txt" for n in range(24)]
NEW = {**dict.fromkeys(BOTH, "baru"), "baru.txt": "baru", "sub/dalam.txt": "baru", LOCK: "baru"}
OWN = {"catatan.txt": "milik perencana"}


def contents(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


BEFORE = {**OLD, **dict.fromkeys(BOTH, "lama"), LOCK: "lama", **OWN}
AFTER = {**NEW, **OWN}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "keluaran"
    folder.mkdir()
    for name, text in BEFORE.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """A kill, unlike a power cut, loses nothing that was written: no need to wait for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


def run_into(folder: Path) -> None:
    """A run that makes the new files, and takes those away that only the old run had."""
    with staged_directory(folder, stale=lambda _folder, _new: OLD) as stage:
        (stage / "sub").mkdir()
        for name, text in NEW.items():
            (stage / name).write_text(text)


def next_run(folder: Path) -> None:
    """A run that fails: all it does to the folder is what it does for the one before it."""
    with pytest.raises(RuntimeError), staged_directory(folder):
        raise RuntimeError


def count_moves(folder: Path, monkeypatch) -> int:
    moves = []
    with monkeypatch.context() as patch:
        patch.setattr(files, "_move", lambda a, b: (moves.append(b), a.replace(b)))
        run_into(folder)
    return len(moves)


class Fault:
    """Lets `after` moves happen, and then does something, before or after the next one."""

    def __init__(self, after: int, then, *, late: bool = False) -> None:
        self.left, self.then, self.late = after, then, late

    def __call__(self, source, target) -> None:
        self.left -= 1
        if self.left != -1:
            source.replace(target)
            return
        if self.late:
            source.replace(target)
        self.then()


def in_a_process(job) -> int:
    """Do `job` in a copy of this process; give the signal that ended it."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        job()
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system copies no processes")


@needs_fork
@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_a_run_killed_between_any_two_moves_is_completed_by_the_next(folder, monkeypatch, tmp_path, every):
    probe = tmp_path / "lain" / "keluaran"
    shutil.copytree(folder, probe)
    moves = count_moves(probe, monkeypatch)
    assert contents(probe) == AFTER
    kills = mixed = 0
    for late in (False, True):
        for after in range(0, moves, every):
            shutil.rmtree(folder)
            folder.mkdir()
            for name, text in BEFORE.items():
                (folder / name).write_text(text)

            def job(after=after, late=late):
                files._move = Fault(after, lambda: os.kill(os.getpid(), signal.SIGKILL), late=late)
                run_into(folder)

            assert in_a_process(job) == signal.SIGKILL
            kills += 1
            seen = contents(folder)
            if seen not in (BEFORE, AFTER):
                mixed += 1
                assert pending_exchange(folder), (after, late)
            next_run(folder)
            assert contents(folder) in (BEFORE, AFTER), (after, late)
            assert contents(folder) == (AFTER if after or late else BEFORE)
            assert not pending_exchange(folder)
            assert {path.name for path in tmp_path.iterdir()} == {"keluaran", "lain"}
    sys.stdout.write(
        f"{kills} kills, {mixed} of them with files of two runs in the folder until the next run\n"
    )
    assert kills >= (100 if every == 1 else 8)
    assert mixed >= kills // 2


@needs_fork
def test_an_undoing_that_is_killed_is_undone_by_the_next_run(folder, tmp_path):
    """The exchange fails at its tenth move; while it is undone, the process is killed."""
    kills = 0
    for after in range(30):

        def job(after=after):
            def refuse():
                files._move = Fault(after, lambda: os.kill(os.getpid(), signal.SIGKILL))
                raise PermissionError

            files._move = Fault(10, refuse)
            with suppress(PermissionError):
                run_into(folder)

        kills += in_a_process(job) == signal.SIGKILL
        next_run(folder)
        # Killed before it was written down that it failed, it is completed; the next rounds start from there.
        assert contents(folder) in (BEFORE, AFTER), after
        if contents(folder) == AFTER:
            assert after == 0
            for name in NEW:
                (folder / name).unlink()
            for name, text in BEFORE.items():
                (folder / name).write_text(text)
            (folder / "sub").rmdir()
    assert kills >= 10
    assert [path.name for path in tmp_path.iterdir()] == ["keluaran"]


@pytest.mark.parametrize(
    "error", [PermissionError(13, "berkas hanya baca"), OSError(28, "cakram penuh"), KeyboardInterrupt()]
)
@pytest.mark.parametrize("late", [False, True])
def test_an_exchange_that_fails_at_any_move_leaves_the_old_files(folder, monkeypatch, tmp_path, error, late):
    def fail():
        raise error

    failed = 0
    for after in range(200):
        with monkeypatch.context() as patch:
            patch.setattr(files, "_move", Fault(after, fail, late=late))
            try:
                run_into(folder)
            except (OSError, KeyboardInterrupt):
                failed += 1
            else:
                break
        assert contents(folder) == BEFORE, after
        assert [path.name for path in tmp_path.iterdir()] == ["keluaran"]
    assert contents(folder) == AFTER
    assert failed >= 25


def test_a_second_run_into_the_same_folder_is_refused_while_the_first_writes(folder, tmp_path):
    with staged_directory(folder) as stage:
        with pytest.raises(OutputError, match="proses lain sedang menulis") as caught:
            run_into(folder)
        assert "--keluaran" in str(caught.value)
        (stage / "baru.txt").write_text("baru")
    assert contents(folder) == {**BEFORE, "baru.txt": "baru"}
    run_into(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["keluaran"]


@needs_fork
def test_many_runs_at_once_leave_the_files_of_one(folder, tmp_path):
    """Sixteen processes write at once, again and again: whoever is let in writes the whole."""

    def job(number):
        failed = 1
        try:
            for _turn in range(20):
                with suppress(OutputError), staged_directory(folder) as stage:
                    for name in BOTH:
                        (stage / name).write_text(str(number))
            failed = 0
        except BaseException:
            traceback.print_exc()
        finally:  # never back into the tests of the process that it was forked from
            os._exit(failed)

    children = []
    for number in range(16):
        if (child := os.fork()) == 0:
            job(number)
        children.append(child)
    assert {os.waitpid(child, 0)[1] for child in children} == {0}
    assert len({(folder / name).read_text() for name in BOTH}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keluaran"]


@pytest.mark.parametrize("again", [False, True])
def test_a_folder_removed_midway_gets_nothing_of_the_run(folder, monkeypatch, tmp_path, again):
    def remove():
        shutil.rmtree(folder)
        if again:
            folder.mkdir()

    for after in range(1, 12):
        with monkeypatch.context() as patch:
            patch.setattr(files, "_move", Fault(after, remove, late=True))
            with pytest.raises(OutputError, match="dihapus"):
                run_into(folder)
        assert (contents(folder) if again else folder.exists()) in ({}, False)
        assert {path.name for path in tmp_path.iterdir()} <= {"keluaran"}
        folder.mkdir(exist_ok=True)
        for name, text in BEFORE.items():
            (folder / name).write_text(text)
    run_into(folder)
    assert contents(folder) == AFTER


def test_a_folder_in_the_place_of_a_file_is_not_moved(folder):
    (folder / "baru.txt").mkdir()
    (folder / "baru.txt" / "foto.jpg").write_text("milik perencana")
    with pytest.raises(OutputError, match=r"baru\.txt"):
        run_into(folder)
    assert contents(folder) == {**BEFORE, "baru.txt/foto.jpg": "milik perencana"}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"berkas": ["../../luar.txt"], "usang": []}', '{"berkas": ["/etc/x"], "usang": []}']
)
def test_a_journal_that_is_none_is_told_and_moves_nothing(folder, tmp_path, text):
    workplace = tmp_path / ".keluaran.lokus"
    (workplace / "baru").mkdir(parents=True)
    (workplace / "jurnal.json").write_text(text)
    with pytest.raises(OutputError, match=r"jurnal") as caught:
        run_into(folder)
    assert str(workplace) in str(caught.value)
    assert contents(folder) == BEFORE


@needs_fork
@pytest.mark.skipif(
    not Path("/proc/mounts").exists() or os.getuid() != 0, reason="needs a small disk of its own"
)
def test_a_full_disk_leaves_the_old_files(tmp_path):
    disk = tmp_path / "cakram"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("no disk of its own may be mounted here")
    try:
        folder = disk / "keluaran"
        folder.mkdir()
        (folder / "baru.txt").write_text("lama")
        with pytest.raises(OSError, match="space"), staged_directory(folder) as stage:
            (stage / "baru.txt").write_bytes(b"0" * 1_000_000)
        assert contents(folder) == {"baru.txt": "lama"}
        assert [path.name for path in disk.iterdir()] == ["keluaran"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@needs_fork
def test_what_a_killed_writer_left_is_taken_away_by_the_next(tmp_path):
    target = tmp_path / "kecocokan.csv"

    def job():
        with atomic_path(target) as draft:
            draft.write_text("setengah")
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(job) == signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    with atomic_path(target) as draft, atomic_path(target) as other:
        draft.write_text("satu")
        other.write_text("dua")
    assert [path.name for path in tmp_path.iterdir()] == ["kecocokan.csv"]
    assert target.read_text() == "satu"


# -- names -------------------------------------------------------------------------------------------------

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


@given(st.text(max_size=500))
@example("x/../../../nama")
@example("CON")
@example("nul.txt")
@example("titik...")
@example("spasi ")
@example("\u202egnp.exe")
@example("..")
@example("")
@example("\ud800")
def test_any_text_gives_a_name_that_is_safe_everywhere(text):
    name = file_name(text)
    assert re.fullmatch("[a-z0-9_-]{1,80}", name)
    assert name not in RESERVED


@given(
    st.lists(st.text(alphabet="aAbB_:/.- 1ä", min_size=1, max_size=8), min_size=2, max_size=8, unique=True)
)
def test_two_texts_have_two_names(texts):
    apart = {text.replace(":", "_") for text in texts}
    assert len({file_name(text) for text in texts}) >= len(apart)
