"""Outputs made by several processes at once, where that is worth their start."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky import get_reusable_executor

from lokus.i18n import language, use_language

if TYPE_CHECKING:
    from pathlib import Path

    from lokus.show.workshop import Task, Workshop

__all__ = ["work_off"]

MOST = 4  # a process needs about 300 MB, and the costliest output takes a quarter of the time
WORTHWHILE = 8.0  # seconds of work; a process takes about two to load its libraries
SECONDS = {"print_map": 1.0, "slides": 2.0, "report": 2.0, "workbook": 1.0, "atlas": 8.0}
"""Roughly what the outputs of a kabupaten take; the others take less than a second."""

_ASKED = "LOKUS_PROSES"


def work_off(
    workshop: Workshop,
    batches: Sequence[Sequence[Task]],
    *,
    on_step: Callable[[str, int, int], None] | None,
    steps: int,
    processes: int | None = None,
) -> Iterator[tuple[Task, list[Path]]]:
    """Make every task; give each with its files, in no certain order.

    Parameters
    ----------
    workshop : Workshop
    batches : sequence of sequences of Task
        A batch is made by one process, the first batches first.
    on_step : callable, optional
        Called with the name of a task, its number and `steps`.
    steps : int
    processes : int, optional
        How many work at a time; otherwise the environment variable ``LOKUS_PROSES``, otherwise one a core, at
        most four, and this one alone where there is little to do.

    Raises
    ------
    Exception
        What the first failing task raised, wherever it ran; what others are about to make is then given up.
    """
    workers = min(_processes(batches) if processes is None else processes, len(batches))
    done = 0
    if workers < 2:
        for task in (task for batch in batches for task in batch):
            if on_step:
                on_step(task.name, done, steps)
            yield task, workshop.make(task)
            done += 1
        return
    spoken = language()  # another process does not know the one in force
    jobs = (delayed(_make)(workshop, batch, spoken) for batch in batches)
    try:
        for batch in Parallel(n_jobs=workers, return_as="generator_unordered")(jobs):
            for task, paths in batch:
                if on_step:
                    on_step(task.name, done, steps)
                yield task, paths
                done += 1
    finally:
        get_reusable_executor().shutdown(wait=True)  # processes of 300 MB should not linger in a notebook


def _make(workshop: Workshop, batch: Sequence[Task], spoken: str) -> list[tuple[Task, list[Path]]]:
    with use_language(spoken):
        return [(task, workshop.make(task)) for task in batch]


def _processes(batches: Sequence[Sequence[Task]]) -> int:
    asked = os.environ.get(_ASKED, "")
    if asked:
        if not asked.isdecimal() or int(asked) < 1:
            raise ValueError(f"{_ASKED} must be a whole number from 1, not {asked!r}")
        return int(asked)
    work = sum(SECONDS.get(task.method, 0.0) for batch in batches for task in batch)
    return min(cpu_count(), MOST) if work >= WORTHWHILE else 1
