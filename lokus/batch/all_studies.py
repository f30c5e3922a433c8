"""Run a batch: split national files, and run the studies of its table on the workers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.batch.plan import Entry, Plan, write_study
from lokus.batch.runners import run_tasks
from lokus.batch.study import DONE, Outcome, Status, Task, as_plain, run_study
from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.i18n import language

if TYPE_CHECKING:
    from lokus.findings import Finding

__all__ = ["OUTCOMES", "Batch", "run_batch", "status_word"]

OUTCOMES = "batch.json"


def status_word(status: Status) -> str:
    """Return the label of a study's status.

    Examples
    --------
    >>> status_word("tertahan")
    'tertahan'
    """
    return {
        "selesai": _("done"),
        "dilewati": _("up to date"),
        "tertahan": _("held back"),
        "gagal": _("failed"),
    }[status]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Outcomes of all studies of a batch.

    Parameters
    ----------
    title : str
    folder : Path
    outcomes : tuple of Outcome
        By code.
    findings : tuple of Finding
        Findings of splitting national files.
    """

    title: str
    folder: Path
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def wrong(self) -> tuple[Outcome, ...]:
        """Studies that were held back or failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.status not in DONE)

    def lines(self) -> list[str]:
        """One line for each study that did not end well, and for rows of national files in no study."""
        studies = [
            f"{_dotted(outcome.kode)}{outcome.name}: {status_word(outcome.status)}: "
            + outcome.message.replace("\n", " ")
            for outcome in self.wrong
        ]
        files = [f"{finding.where}: {finding.message}; {finding.remedy}" for finding in self.findings]
        return [*studies, *files]

    def __repr__(self) -> str:
        counts = Counter(outcome.status for outcome in self.outcomes)
        return _(
            "{n} kabupaten: {done} done, {skipped} up to date, {held} held back, {failed} failed"
        ).format(
            n=len(self.outcomes),
            done=counts["selesai"],
            skipped=counts["dilewati"],
            held=counts["tertahan"],
            failed=counts["gagal"],
        )


def _dotted(kode: str) -> str:
    return f"{kode[:2]}.{kode[2:]} " if kode.isdecimal() else ""


def run_batch(
    plan: Plan,
    *,
    workers: int | None = None,
    memory: str | None = None,
    address: str | None = None,
    on_step: Callable[[str, int, int], None] | None = None,
) -> Batch:
    """Run every study of a plan that is not up to date.

    Parameters
    ----------
    plan : Plan
    workers, memory, address : optional
        As for :func:`lokus.batch.runners.run_tasks`.
    on_step : callable, optional
        Called with the finished study, the number finished before it, and the number of studies.

    Returns
    -------
    Batch
        Result and files do not depend on the number or location of workers.

    Raises
    ------
    LokusError
        National files cannot be split, or the cluster cannot be reached.

    Examples
    --------
    >>> import tempfile
    >>> run_batch(Plan(title="Provinsi Contoh", folder=Path(tempfile.mkdtemp()), outputs="daftar"))
    0 kabupaten: 0 selesai, 0 masih berlaku, 0 tertahan, 0 gagal
    """
    entries: Sequence[Entry] = plan.entries
    findings: Sequence[Finding] = ()
    if plan.common is not None:
        from lokus.batch.split import split_national

        entries, findings = split_national(plan, on_step=on_step)
    tasks, outcomes = _prepare(plan, entries)
    total = len(tasks) + len(outcomes)

    def tell(outcome: Outcome) -> None:
        if on_step:
            on_step(f"{outcome.name}: {status_word(outcome.status)}", len(outcomes) - 1, total)

    for outcome in run_tasks(run_study, tasks, workers=workers, memory=memory, address=address):
        outcomes.append(outcome)
        tell(outcome)
    batch = Batch(
        title=plan.title,
        folder=plan.folder,
        outcomes=tuple(sorted(outcomes, key=lambda outcome: outcome.kode)),
        findings=tuple(findings),
    )
    plan.folder.mkdir(parents=True, exist_ok=True)
    with atomic_path(plan.folder / OUTCOMES) as draft:
        plain = {
            "judul": plan.title,
            "kabupaten": [
                {**as_plain(one), "status": "selesai" if one.status in DONE else one.status}
                for one in batch.outcomes
            ],
        }
        draft.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return batch


def _prepare(plan: Plan, entries: Sequence[Entry]) -> tuple[list[Task], list[Outcome]]:
    """Write the study files; a study that cannot be run becomes an outcome at once."""
    tasks, outcomes = [], []
    for entry in entries:
        if not entry.problem:
            write_study(entry)
            tasks.append(
                Task(
                    kode=entry.kode,
                    name=entry.name,
                    study=str(entry.study.absolute()),
                    outputs=plan.outputs,
                    language=language(),
                )
            )
            continue
        (entry.study.parent / "ringkasan.json").unlink(missing_ok=True)
        outcomes.append(Outcome(kode=entry.kode, name=entry.name, status="gagal", message=entry.problem))
    return tasks, outcomes
