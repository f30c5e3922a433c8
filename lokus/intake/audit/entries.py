"""Format findings for readers: one entry for each kind, with its label and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lokus.findings import level_label
from lokus.i18n import gettext as _
from lokus.places.kode import compress_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["audit_lines", "check_label"]

_SHOWN = 3
_ROWS_SHOWN = 8


def check_label(check: str) -> str:
    """Return the label of a check; empty where its message suffices.

    Examples
    --------
    >>> check_label("join.unknown_code"), check_label("audit.range")
    ('kode tidak dikenal', 'nilai di luar yang mungkin')
    """
    return _labels().get(check, "")


def _labels() -> Mapping[str, str]:
    return {
        "join.unknown_code": _("unknown code"),
        "join.unmatched": _("row without a village"),
        "join.code_name": _("code and name differ"),
        "join.code_kecamatan": _("code and kecamatan differ"),
        "join.vintage": _("codes of another year"),
        "join.other_codes": _("other codes than the boundaries"),
        "join.no_row": _("villages without a row"),
        "join.duplicate": _("village in several rows"),
        "join.duplicate_same": _("village twice with the same values"),
        "join.decision": _("decided in kecocokan.csv"),
        "join.decision_stale": _("decision about a row that has changed"),
        "join.fraction": _("shares as fractions"),
        "kode.refused": _("not a village code"),
        "kode.repaired": _("codes repaired"),
        "kode.empty": _("rows without a code"),
        "kode.system": _("codes of another system"),
        "audit.range": _("value outside the possible"),
        "audit.numerator": _("part larger than the whole"),
        "audit.part": _("part larger than the whole"),
        "audit.identity": _("parts do not add up"),
        "audit.share_differs": _("share differs from its parts"),
        "audit.not_whole": _("count with a fraction"),
        "audit.coverage": _("few children measured"),
        "audit.zero": _("no stunted child among many measured"),
        "audit.no_data": _("no data at all"),
        "audit.incomplete": _("data missing"),
        "audit.outlier": _("value far from the others"),
        "audit.identical": _("one value in most villages"),
        "audit.jump": _("large change since last year"),
        "audit.carried_over": _("same values as last year"),
        "audit.double_count": _("counted twice in the score"),
        "audit.unused_acceptance": _("acceptance without a finding"),
        "numbers.text": _("text instead of a number"),
        "numbers.ambiguous": _("number with two readings"),
        "numbers.mixed": _("commas and points mixed"),
        "numbers.error": _("spreadsheet error"),
        "tables.total": _("total differs from its rows"),
        "tables.dragged": _("cells as if dragged down"),
        "tables.copied": _("column as if copied"),
        "tables.opposite": _("heading of the opposite"),
        "tables.persons": _("sheet of single persons"),
    }


def audit_lines(findings: pd.DataFrame) -> list[str]:
    """Format the findings, with one entry for each kind, table and column.

    Parameters
    ----------
    findings : pandas.DataFrame
        :attr:`lokus.intake.audit.audit.Audit.findings`, or part of it.

    Returns
    -------
    list of str
        Blocking ones first, then warnings, notes, and those that the study accepts with their reasons.

    Examples
    --------
    >>> from lokus.findings import Finding, Where, findings_frame
    >>> low = [
    ...     Finding(
    ...         check="audit.coverage", level="warning", message=f"Desa {name}: hanya {n} %", remedy="ukur",
    ...         where=Where(file="gizi.xlsx", row=row),
    ...     )
    ...     for row, name, n in ((4, "A", 12), (7, "B", 30))
    ... ]
    >>> for line in audit_lines(findings_frame(low).assign(accepted=False, reason="")):
    ...     print(line)
      [peringatan] sedikit balita diukur: 2 temuan, gizi.xlsx, baris 4, 7
          Desa A: hanya 12 %; Desa B: hanya 30 %
          → ukur
    """
    if findings.empty:
        return []
    keys = ["accepted", "level", "check", "file", "sheet", "column"]
    order = {"blocking": 0, "warning": 1, "note": 2}
    groups = [part for _key, part in findings.groupby(keys, sort=False, dropna=False)]
    groups.sort(key=lambda part: (bool(part["accepted"].iloc[0]), order[str(part["level"].iloc[0])]))
    return [line for part in groups for line in _entry(part)]


def _entry(part: pd.DataFrame) -> list[str]:
    first = part.iloc[0]
    level = _("accepted") if first["accepted"] else level_label(first["level"])
    count = _("{n} findings").format(n=len(part)) if len(part) > 1 else ""
    head = ", ".join(text for text in (count, _place(part, first)) if text)
    label = check_label(str(first["check"]))
    lines = [f"  [{level}] " + ": ".join(text for text in (label, head) if text)]
    messages = list(dict.fromkeys(part["message"]))
    more = f"; … +{len(messages) - _SHOWN}" if len(messages) > _SHOWN else ""
    text = "; ".join(messages[:_SHOWN]) + more
    if label or head:
        lines.append(f"      {text}")
    else:
        lines[0] += text
    if first["accepted"]:
        word = _("accepted")
        lines += [f"      {word}: {reason}" for reason in dict.fromkeys(part["reason"])]
    else:
        lines += [f"      → {remedy}" for remedy in list(dict.fromkeys(part["remedy"]))[:1] if remedy]
    return lines


def _place(part: pd.DataFrame, first: pd.Series) -> str:
    rows = [int(row) for row in part["row"].dropna()]
    listed = compress_rows(rows).split(", ")
    more = ", …" if len(listed) > _ROWS_SHOWN else ""
    texts = [
        str(first["file"]),
        _('sheet "{}"').format(first["sheet"]) if first["sheet"] else "",
        _('column "{}"').format(first["column"]) if first["column"] else "",
        _("row {}").format(", ".join(listed[:_ROWS_SHOWN]) + more) if rows else "",
    ]
    return ", ".join(text for text in texts if text)
