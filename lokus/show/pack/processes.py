"""Make outputs in several processes, where that outweighs starting them."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from joblib import cpu_count
from joblib.externals.loky import BrokenProcessPool, ProcessPoolExecutor, as_completed

from lokus.errors import OutputError
from lokus.i18n import gettext as _
from lokus.i18n import language, use_language
from lokus.subject import Subject, subject, use_subject

if TYPE_CHECKING:
    from lokus.show.pack.output_writer import OutputWriter, Task

__all__ = ["MOST", "SECONDS", "WORTHWHILE", "end_with", "work_off"]

_LOOK = 0.2  # seconds between checks whether the parent process is alive
MOST = 4  # a process needs about 300 MB, and the costliest output takes a quarter of the time
WORTHWHILE = 8.0  # seconds of work; a process takes about two to load its libraries
SECONDS = {"print_map": 1.0, "slides": 2.0, "report": 2.0, "workbook": 1.0, "atlas": 8.0, "situations": 8.0}
"""Roughly what the outputs of a kabupaten take; the others take less than a second."""

_ASKED = "LOKUS_PROSES"


def work_off(
    writer: OutputWriter,
    batches: Sequence[Sequence[Task]],
    *,
    on_step: Callable[[str, int, int], None] | None,
    steps: int,
    processes: int | None = None,
) -> Iterator[tuple[Task, list[Path]]]:
    """Make all tasks; yield each with its files, in any order.

    Parameters
    ----------
    writer : OutputWriter
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

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lokus.show.pack.output_writer import Task
    >>> writer = SimpleNamespace(make=lambda task: [Path(f"{task.method}.txt")])
    >>> tasks = [[Task(name="Peta", method="peta")]]
    >>> made = work_off(writer, tasks, on_step=None, steps=1, processes=1)
    >>> [[path.name for path in paths] for _task, paths in made]
    [['peta.txt']]
    """
    workers = min(_processes(batches) if processes is None else processes, len(batches))
    done = 0
    if workers < 2:
        for task in (task for batch in batches for task in batch):
            if on_step:
                on_step(task.name, done, steps)
            yield task, writer.make(task)
            done += 1
        return
    lang = language()  # another process does not know the one in force
    executor = ProcessPoolExecutor(max_workers=workers, initializer=_end_with, initargs=(os.getpid(),))
    whole = False
    try:
        jobs = [executor.submit(_make, writer, batch, lang, subject()) for batch in batches]
        for job in as_completed(jobs):
            for task, paths in job.result():
                if on_step:
                    on_step(task.name, done, steps)
                yield task, paths
                done += 1
        whole = True
    except BrokenProcessPool as error:
        raise OutputError(
            _("a process that was making outputs was ended by the system, most likely for want of memory"),
            remedy=_("close other programs, or run with the environment variable {name}=1").format(
                name=_ASKED
            ),
        ) from error
    finally:
        # Processes of 300 MB should not stay in a notebook, nor continue with work that is discarded.
        executor.shutdown(wait=True, kill_workers=not whole)


def _end_with(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interrupted one ends this one
    end_with(parent)


def end_with(parent: int) -> None:
    """Make this process end when its parent does, however that ended.

    Parameters
    ----------
    parent : int
        Number of the process that started this one.

    Examples
    --------
    >>> end_with(os.getppid())
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)
        os._exit(1)

    # On Windows a process keeps the number of a parent that is gone; the pool's own watch ends it there.
    if sys.platform != "win32":
        threading.Thread(target=watch, daemon=True).start()


def _make(
    writer: OutputWriter, batch: Sequence[Task], lang: str, about: Subject | None
) -> list[tuple[Task, list[Path]]]:
    with use_language(lang), use_subject(about):
        return [(task, writer.make(task)) for task in batch]


def _processes(batches: Sequence[Sequence[Task]]) -> int:
    asked = os.environ.get(_ASKED, "")
    if asked:
        if not asked.isdecimal() or int(asked) < 1:
            raise OutputError(
                _('the environment variable {name} is "{value}", and no whole number from 1').format(
                    name=_ASKED, value=asked
                ),
                remedy=_("set it to the number of processes, for example {name}=1, or take it away").format(
                    name=_ASKED
                ),
            )
        return int(asked)
    work = sum(SECONDS.get(task.method, 0.0) for batch in batches for task in batch)
    return min(cpu_count(), MOST) if work >= WORTHWHILE else 1
