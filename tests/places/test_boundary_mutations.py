"""Damaged boundary files end in the right villages, a blocking finding, or an error in plain words."""

from __future__ import annotations

import shutil
import signal
import sys
import warnings
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from boundary_mutator import DAMAGES, mutated
from boundary_study import outcome

SAMPLE, MANY = len(DAMAGES), 60 * len(DAMAGES)
SECONDS = 300  # by the clock, so a machine that many share is not taken for a hang


@contextmanager
def within(seconds: int):
    def late(_number, _frame):
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run(seeds: range, folder: Path) -> Counter[str]:
    seen: Counter[str] = Counter()
    failures = []
    for seed in seeds:
        own = folder / str(seed)
        own.mkdir()
        path, draft = mutated(seed, own)
        try:
            with within(SECONDS), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                seen[outcome(path, draft.kabupaten, draft.stated)] += 1
        except Exception as error:
            failures.append(
                f"seed {seed} {draft.done} {path.name} {draft.stated}: {type(error).__name__} {error}"
            )
        shutil.rmtree(own)
    assert not failures, f"{len(failures)} of {len(seeds)}\n" + "\n".join(
        text[:400] for text in failures[:40]
    )
    return seen


@pytest.mark.slow
def test_a_sample_of_damaged_files_is_right_blocked_or_refused(tmp_path) -> None:
    seen = run(range(SAMPLE), tmp_path)
    assert seen.total() == SAMPLE
    assert min(seen.values()) >= 5
    assert len(seen) == 3


@pytest.mark.slow
def test_many_damaged_files_are_right_blocked_or_refused(tmp_path, capsys) -> None:
    seen = run(range(1000, 1000 + MANY), tmp_path)
    with capsys.disabled():
        sys.stdout.write(f"\n{MANY} damaged boundary files: {dict(seen)}\n")
    assert seen.total() == MANY >= 2000
