"""Writing the report of a period: document, workbook, and the table of its values that is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.files import atomic_path
from lokus.show.documents.period_document import write_period_document
from lokus.show.workbook.period_workbook import write_period_workbook
from lokus.subject import output_column

if TYPE_CHECKING:
    from lokus.show.results.period_report import PeriodReport

__all__ = ["period_names", "write_period_report"]


def period_names(slug: str) -> tuple[str, str, str, str]:
    """Names of the document, the workbook, the table of values and the lock of a period.

    Examples
    --------
    >>> period_names("semester_1_2026")[0]
    'laporan_semester_1_2026.docx'
    """
    stem = f"laporan_{slug}"
    return f"{stem}.docx", f"{stem}.xlsx", f"{stem}.csv", f"{stem}.lock.json"


def write_period_report(
    folder: str | Path, report: PeriodReport, *, write_lock: Callable[[Path, list[Path]], None] | None = None
) -> tuple[Path, ...]:
    """Write the report of a period into a folder; each file is replaced as a whole.

    Parameters
    ----------
    folder : str or Path
    report : PeriodReport
    write_lock : callable, optional
        Writes the lock to the path it is given, naming the other files; a public report has none.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> files = write_period_report(tempfile.mkdtemp(), period_report(kajian, find_period(kajian)))
    >>> [path.suffix for path in files]
    ['.docx', '.xlsx', '.csv']
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    document, workbook, values, lock = (target / name for name in period_names(report.slug))
    write_period_document(document, report)
    write_period_workbook(workbook, report)
    table = report.figures.assign(
        periode=report.title, kunci=[output_column(str(key)) for key in report.figures["kunci"]]
    )
    with atomic_path(values) as draft:
        table.to_csv(draft, index=False)
    if write_lock is None or report.public:
        lock.unlink(missing_ok=True)  # of an earlier run, which these files no longer are
        return document, workbook, values
    write_lock(lock, [document, workbook, values])
    return document, workbook, values, lock
