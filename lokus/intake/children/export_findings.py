"""What a pass over national exports of children found, written for the study of the kabupaten it concerns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from lokus.errors import InputError
from lokus.files import atomic_path
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _

__all__ = ["findings_file", "read_findings", "write_findings"]


def findings_file(counts: Path) -> Path:
    """Name of the file of findings beside a file of counts.

    Examples
    --------
    >>> findings_file(Path("tabel_2.csv")).name
    'tabel_2_temuan.json'
    """
    return counts.with_name(f"{counts.stem}_temuan.json")


def write_findings(findings: Iterable[Finding], path: Path) -> None:
    """Write findings, as :func:`read_findings` reads them.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a_temuan.json"
    >>> found = (Finding(check="children.zskor", level="blocking", message="2", where=Where(file="a.csv")),)
    >>> write_findings(found, path)
    >>> read_findings(path) == found
    True
    """
    with atomic_path(path) as draft:
        plain = [asdict(finding) for finding in findings]
        draft.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_findings(path: Path) -> tuple[Finding, ...]:
    """Read the findings of a pass over national files.

    Raises
    ------
    InputError
        The file is not as it was written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a_temuan.json"
    >>> _size = path.write_text("[]")
    >>> read_findings(path)
    ()
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Finding(**{**item, "where": Where(**(item.get("where") or {}))}) for item in plain)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            _("the file cannot be read ({detail})").format(detail=type(error).__name__),
            where=Where(file=path.name),
            remedy=_("delete this file and run lokus batch again, which writes it anew"),
        ) from None
