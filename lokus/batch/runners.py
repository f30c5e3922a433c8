"""Run tasks in processes of this machine, on a local Dask cluster, or on a cluster by its address."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lokus.batch.study import Outcome, Task
from lokus.errors import LokusError
from lokus.i18n import gettext as _
from lokus.show.pack.processes import end_with

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Work", "by_dask", "by_processes", "has_dask", "run_tasks"]

Work = Callable[[Task], Outcome]

ATTEMPTS = 3
"""How often a study may take its worker down before it is given up."""
_PER_PROCESS = 16
_WAIT = 20


def has_dask() -> bool:
    """Return whether the extra ``klaster`` is installed.

    Examples
    --------
    >>> isinstance(has_dask(), bool)
    True
    """
    return find_spec("distributed") is not None


def run_tasks(
    work: Work,
    tasks: Sequence[Task],
    *,
    workers: int | None = None,
    memory: str | None = None,
    address: str | None = None,
) -> Iterator[Outcome]:
    """Run tasks and yield their outcomes as they end; a failing task does not affect the others.

    Parameters
    ----------
    work : callable
        Takes a task and returns its outcome; a function of a module, so that it can be pickled.
    tasks : sequence of Task
    workers : int, optional
        Number of processes; by default one for each core. Outputs do not depend on it.
    memory : str, optional
        Limit of each worker of a local cluster, ``"2GB"``; above it the worker is restarted.
    address : str, optional
        Of the scheduler of a cluster, ``"tcp://10.0.0.5:8786"``. Its workers must see the same files under
        the same paths.

    Raises
    ------
    LokusError
        The cluster cannot be reached, or an address is given without the extra ``klaster``.

    Examples
    --------
    >>> from lokus.batch.study import run_study
    >>> list(run_tasks(run_study, []))
    []
    """
    count = max(1, min(workers or os.cpu_count() or 1, max(1, len(tasks))))
    if address is not None and not has_dask():
        raise LokusError(
            _("a cluster needs the extra klaster, which is not installed"),
            remedy=_('install it with: pip install "lokus[klaster]", or leave --klaster out'),
        )
    if has_dask():
        yield from by_dask(work, tasks, workers=count, memory=memory, address=address)
    else:
        yield from by_processes(work, tasks, workers=count)


def by_dask(
    work: Work,
    tasks: Sequence[Task],
    *,
    workers: int,
    memory: str | None = None,
    address: str | None = None,
) -> Iterator[Outcome]:
    """Run tasks on Dask; a worker that dies is restarted, and its tasks are run again.

    Raises
    ------
    LokusError
        The cluster cannot be reached.

    Examples
    --------
    >>> from lokus.batch.study import run_study
    >>> list(by_dask(run_study, [], workers=1))
    []
    """
    if not tasks and address is None:
        return
    import dask
    from distributed import as_completed as dask_completed

    settings = {
        "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
        "distributed.scheduler.work-stealing": True,
        "distributed.worker.daemon": False,
    }
    with dask.config.set(settings):
        client, cluster = _client(address, workers, memory)
        try:
            submitted = {
                client.submit(work, task, key=f"lokus-{task.kode}-{id(tasks)}", pure=False): task
                for task in tasks
            }
            again = []
            for future in dask_completed(list(submitted), loop=client.loop):
                if future.status == "finished":
                    yield future.result()
                else:
                    again.append(submitted[future])
            # Dask also blames tasks that were waiting on a worker that died: each is tried once more on its
            # own.
            for task in sorted(again, key=lambda one: one.kode):
                alone = client.submit(work, task, key=f"lokus-{task.kode}-{id(tasks)}-sendiri", pure=False)
                error = alone.exception()
                yield alone.result() if error is None else _lost(task, error)
        finally:
            client.close()
            if cluster is not None:
                cluster.close()


def _client(address: str | None, workers: int, memory: str | None) -> tuple[Client, Any]:
    from distributed import Client, LocalCluster

    if address is None:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            memory_limit=memory or "auto",
            # No page of progress, and no fixed port: a second batch on this machine would stumble over it.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs="CRITICAL",
        )
        return Client(cluster), cluster
    try:
        return Client(address, timeout=_WAIT, set_as_default=False), None
    except (OSError, TimeoutError, ValueError) as error:
        raise LokusError(
            _("the cluster at {address} cannot be reached ({detail})").format(
                address=address, detail=type(error).__name__
            ),
            remedy=_(
                "check that its scheduler runs and that this address is open, such as tcp://10.0.0.5:8786; "
                "without --klaster the batch runs on this machine"
            ),
        ) from error


def by_processes(work: Work, tasks: Sequence[Task], *, workers: int) -> Iterator[Outcome]:
    """Run tasks in processes of this machine.

    When a process dies the pool is lost. Unfinished studies are tried again, the second time one at a time,
    so that the study that kills its process is identified and given up after three attempts.

    Examples
    --------
    >>> from lokus.batch.study import run_study
    >>> list(by_processes(run_study, [], workers=1))
    []
    """
    waiting = {task.kode: task for task in tasks}
    tried = dict.fromkeys(waiting, 0)
    alone = False
    while waiting:
        broken = False
        some = list(waiting.values())[:1] if alone else list(waiting.values())
        for task, outcome in _pool(work, some, 1 if alone else workers):
            if outcome is None:
                broken = True
                continue
            waiting.pop(task.kode)
            yield outcome
        if not broken:
            continue
        if alone:
            kode = some[0].kode
            tried[kode] += 1
            if tried[kode] >= ATTEMPTS:
                yield _lost(waiting.pop(kode), None)
        alone = True


def _pool(work: Work, tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, Outcome | None]]:
    """Yield each task with its outcome, or with None where its pool was lost before it ended."""
    context = multiprocessing.get_context("spawn")
    # A worker that waits for work does not notice that its parent was killed, and would wait forever.
    with ProcessPoolExecutor(
        workers,
        mp_context=context,
        max_tasks_per_child=_PER_PROCESS,
        initializer=end_with,
        initargs=(os.getpid(),),
    ) as pool:
        submitted: dict[Future[Outcome], Task] = {}
        left = list(tasks)
        try:
            for task in tasks:
                submitted[pool.submit(work, task)] = task
                left.remove(task)
        except BrokenProcessPool:
            pass
        try:
            for future in as_completed(submitted):
                try:
                    yield submitted[future], future.result()
                except BrokenProcessPool:
                    yield submitted[future], None
        except BaseException:
            # Whoever interrupts a batch does not want the studies that have not begun.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        for task in left:
            yield task, None


def _lost(task: Task, error: BaseException | None) -> Outcome:
    detail = "" if error is None else f" ({type(error).__name__})"
    return Outcome(
        kode=task.kode,
        name=task.name,
        status="gagal",
        message=_("its worker ended {n} times while it ran; more memory may help").format(n=ATTEMPTS)
        + detail,
    )
