"""Make outputs in several processes, where that outweighs starting them."""

from __future__ import annotations

import itertools
import math
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from joblib import cpu_count
from joblib.externals.loky import BrokenProcessPool, ProcessPoolExecutor, process_executor
from joblib.externals.loky.backend.reduction import dumps

from lokus.errors import OutputError
from lokus.garbage import collect_seldom
from lokus.i18n import gettext as _
from lokus.i18n import language, use_language
from lokus.subject import Subject, subject, use_subject

if TYPE_CHECKING:
    from lokus.show.pack.output_writer import OutputWriter, Task

    Made = list[tuple[Task, list[Path]]]

__all__ = ["MOST", "Helpers", "end_with", "seconds_of_work", "start_helpers", "work_off"]

T = TypeVar("T")

_LOOK = 0.2  # seconds between checks whether the parent process is alive
MOST = 4  # a process needs about 300 MB, and the costliest output takes a quarter of the time
_WORTHWHILE = 5.0  # seconds of work; a process takes about two to load its libraries
_SECONDS = {"peta": 0.6, "lokus.xlsx": 1.0, "paparan": 1.5, "laporan": 1.0, "atlas": 4.0, "ansit": 4.0}

_ASKED = "LOKUS_PROSES"


class Helpers:
    """Processes that make outputs beside this one, and load what they need as soon as they are asked for.

    Parameters
    ----------
    count : int
        How many; 0 leaves all work to this process.

    Examples
    --------
    >>> with Helpers(0) as helpers:
    ...     helpers.count
    0
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._executor: Any = None
        if count:
            self._executor = ProcessPoolExecutor(
                max_workers=count, initializer=_begin, initargs=(os.getpid(),)
            )
            for _number in range(count):
                self._executor.submit(os.getpid)  # processes begin with the first work

    def __enter__(self) -> Helpers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        # Processes of 300 MB should not stay in a notebook, nor continue with work that is discarded.
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=kind is not None)
            self._executor = None

    def make(self, batch: Sequence[Task], writer: bytes, lang: str, about: Subject | None) -> Made:
        """Let one of the processes make a batch, and wait for it."""
        made: Made = self._executor.submit(_make, batch, writer, lang, about).result()
        return made


def seconds_of_work(*, sizes: Sequence[str], themes: Sequence[str], extras: Collection[str]) -> float:
    """Tell roughly how long one process needs for the outputs of a kabupaten, leaving out the small ones.

    Examples
    --------
    >>> seconds_of_work(sizes=("A4", "A3"), themes=("usulan", "prevalensi"), extras=("atlas",)) > 5
    True
    """
    named = sum(seconds for name, seconds in _SECONDS.items() if name in extras)
    return named + _SECONDS["peta"] * len(sizes) * len(themes) + _SECONDS["lokus.xlsx"]


def start_helpers(seconds: float, *, processes: int | None = None) -> Helpers:
    """Start as many processes beside this one as outputs of so many seconds of work are worth.

    Parameters
    ----------
    seconds : float
        As :func:`seconds_of_work` gives them.
    processes : int, optional
        How many work at a time, this one included; otherwise the environment variable ``LOKUS_PROSES``,
        otherwise one a core, at most four, and this one alone where there is little to do.

    Raises
    ------
    OutputError
        The environment variable is no number of processes.

    Examples
    --------
    >>> with start_helpers(1.0, processes=1) as helpers:
    ...     helpers.count
    0
    """
    return Helpers((_processes(seconds) if processes is None else processes) - 1)


def work_off(
    writer: OutputWriter,
    batches: Sequence[Sequence[Task]],
    *,
    helpers: Helpers,
    on_step: Callable[[str, int, int], None] | None,
    steps: int,
) -> Iterator[tuple[Task, list[Path]]]:
    """Make all tasks, in this process and its helpers; yield each with its files, in any order.

    Parameters
    ----------
    writer : OutputWriter
    batches : sequence of sequences of Task
        A batch is made by one process; whichever is free takes the first that is left.
    helpers : Helpers
    on_step : callable, optional
        Called with the name of a task, its number and `steps`.
    steps : int

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
    >>> with Helpers(0) as alone:
    ...     made = list(work_off(writer, tasks, helpers=alone, on_step=None, steps=1))
    >>> [[path.name for path in paths] for _task, paths in made]
    [['peta.txt']]
    """
    waiting = deque(batches)
    made: SimpleQueue[Made | BaseException] = SimpleQueue()
    if helpers.count and len(batches) > 1:
        # Put into bytes once, and before this process draws, which adds to what the writer holds. Another
        # process knows neither the language in force nor the subject.
        given = dumps(writer), language(), subject()

        def feed() -> None:
            try:
                while (batch := _first(waiting.popleft)) is not None:
                    made.put(helpers.make(batch, *given))
            except BaseException as error:  # raised below, where somebody waits for the files
                made.put(error)

        for _number in range(min(helpers.count, len(batches) - 1)):
            threading.Thread(target=feed, daemon=True).start()
    number = itertools.count()

    def tell(task: Task) -> None:
        if on_step:
            on_step(task.name, next(number), steps)

    try:
        for _batch in batches:
            finished = _first(made.get_nowait)
            own = _first(waiting.popleft) if finished is None else None
            if own is not None:
                for task in own:
                    tell(task)
                    yield task, writer.make(task)
                continue
            finished = made.get() if finished is None else finished
            if isinstance(finished, BaseException):
                raise finished
            for task, paths in finished:
                tell(task)
                yield task, paths
    except BrokenProcessPool as error:
        raise OutputError(
            _("a process that was making outputs was ended by the system, most likely for want of memory"),
            remedy=_("close other programs, or run with the environment variable {name}=1").format(
                name=_ASKED
            ),
        ) from error
    finally:
        waiting.clear()


def _first(take: Callable[[], T]) -> T | None:
    """Take the first of a queue, or None: another process may have taken the last meanwhile."""
    try:
        return take()
    except (IndexError, Empty):
        return None


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interrupted one ends this one
    end_with(parent)
    # The pool replaces a process that grows by 300 MB, which writer and base maps take: the next one would
    # load everything again, and a warning in English would be all that the reader sees of it.
    setattr(process_executor, "_MAX_MEMORY_LEAK_SIZE", math.inf)  # noqa: B010  # should it go away: no harm
    import lokus.show.pack.output_writer  # noqa: F401  # takes longer than an output


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


def _make(batch: Sequence[Task], given: bytes, lang: str, about: Subject | None) -> Made:
    with collect_seldom(), use_language(lang), use_subject(about):
        writer = _writer(given)
        return [(task, writer.make(task)) for task in batch]


@lru_cache(maxsize=1)
def _writer(given: bytes) -> OutputWriter:
    """Give the writer that all batches of a pack share here, with what it has drawn."""
    writer: OutputWriter = pickle.loads(given)  # noqa: S301  # made by the process that started this one
    return writer


def _processes(seconds: float) -> int:
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
    return min(cpu_count(), MOST) if seconds >= _WORTHWHILE else 1
