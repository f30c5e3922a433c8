"""Findings about the data: what is wrong or noteworthy, where, and what to do."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lokus.i18n import gettext as _
from lokus.i18n import list_counts

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FINDING_COLUMNS",
    "LEVELS",
    "Finding",
    "Level",
    "Where",
    "counts_sentence",
    "finding_offices",
    "findings_frame",
    "level_counts",
    "level_label",
    "of_evidence",
]

Level = Literal["blocking", "warning", "note"]


@dataclass(frozen=True, kw_only=True)
class Where:
    """A location in the data, as exactly as it is known.

    Parameters
    ----------
    file : str, optional
        File name as in the study.
    sheet : str, optional
        Worksheet.
    row : int, optional
        Row number of the spreadsheet, from 1; for a CSV file the line.
    column : str, optional
        Header text of the column.
    kode_desa : str, optional
        Village.

    Examples
    --------
    >>> print(Where(file="krs.xlsx", sheet="2026", row=14, column="KRS"))
    berkas krs.xlsx, lembar "2026", baris 14, kolom "KRS"
    """

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    kode_desa: str | None = None

    def __str__(self) -> str:
        parts = [
            _("file {}").format(self.file) if self.file else "",
            _('sheet "{}"').format(self.sheet) if self.sheet else "",
            _("row {}").format(self.row) if self.row else "",
            _('column "{}"').format(self.column) if self.column else "",
            _("village {}").format(self.kode_desa) if self.kode_desa else "",
        ]
        return ", ".join(part for part in parts if part)


_LONGEST = 2_000  # letters of a message


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding about the data.

    Parameters
    ----------
    check : str
        Stable name of the check, ``"room.what"``, by which a study accepts it.
    level : {"blocking", "warning", "note"}
        ``"blocking"`` holds the proposal back until the data are corrected or the study accepts the finding.
    message, remedy : str
        What is wrong, and what to do, in the current language.
    where : Where
        The place.
    opd : str
        Office that owns the data, empty when unknown.
    """

    check: str
    level: Level
    message: str
    remedy: str = ""
    where: Where = Where()
    opd: str = ""

    def __post_init__(self) -> None:
        if len(self.message) > _LONGEST:  # a quoted cell may be very long
            object.__setattr__(self, "message", self.message[: _LONGEST - 1] + "…")


def level_label(level: Level) -> str:
    """Return the label of a level in the current language.

    Examples
    --------
    >>> level_label("blocking")
    'menahan'
    """
    return {"blocking": _("blocking"), "warning": _("warning"), "note": _("note")}[level]


# Rooms of what is computed from the data; all other checks look at the data themselves.
_EVIDENCE = ("evidence", "typology", "hotspots", "scan", "choice")


def of_evidence(check: str) -> bool:
    """Whether a check looks at rates, scores, types, patterns or the list rather than at the data given.

    Examples
    --------
    >>> of_evidence("evidence.kecamatan_apart"), of_evidence("audit.range")
    (True, False)
    """
    return check.partition(".")[0] in _EVIDENCE


FINDING_COLUMNS = (
    "level",
    "check",
    "opd",
    "file",
    "sheet",
    "row",
    "column",
    "kode_desa",
    "message",
    "remedy",
)
LEVELS: tuple[Level, ...] = ("blocking", "warning", "note")
_ORDER = {level: place for place, level in enumerate(LEVELS)}


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Convert findings to a frame, most serious first, otherwise in order.

    Returns
    -------
    pandas.DataFrame
        One row a finding, columns ``FINDING_COLUMNS``; an unknown ``row`` is ``<NA>``.

    Examples
    --------
    >>> found = [
    ...     Finding(check="join.case", level="note", message="ejaan berbeda"),
    ...     Finding(check="audit.range", level="blocking", message="lebih dari 100 %", where=Where(row=7)),
    ... ]
    >>> findings_frame(found)[["level", "row", "message"]].to_numpy().tolist()
    [['blocking', 7, 'lebih dari 100 %'], ['note', <NA>, 'ejaan berbeda']]
    """
    import pandas as pd

    ordered = sorted(findings, key=lambda finding: _ORDER[finding.level])
    rows = [
        {
            "level": f.level,
            "check": f.check,
            "opd": f.opd,
            "file": f.where.file or "",
            "sheet": f.where.sheet or "",
            "row": f.where.row,
            "column": f.where.column or "",
            "kode_desa": f.where.kode_desa or "",
            "message": f.message,
            "remedy": f.remedy,
        }
        for f in ordered
    ]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)).astype({"row": "Int64"})


def level_counts(findings: pd.DataFrame) -> dict[str, int]:
    """Count findings by level; those accepted with a reason count only as accepted.

    Parameters
    ----------
    findings : pandas.DataFrame
        Column ``level``, and optionally ``accepted``.

    Examples
    --------
    >>> import pandas as pd
    >>> level_counts(pd.DataFrame({"level": ["blocking", "note", "note"], "accepted": [True, False, False]}))
    {'blocking': 0, 'accepted': 1, 'warning': 0, 'note': 2}
    """
    if "accepted" not in findings:
        counts, accepted = findings["level"].value_counts(), 0
    else:
        mark = findings["accepted"].astype(bool)
        counts, accepted = findings.loc[~mark, "level"].value_counts(), int(mark.sum())
    by_level: dict[str, int] = {level: int(counts.get(level, 0)) for level in LEVELS}
    return {"blocking": by_level.pop("blocking"), "accepted": accepted, **by_level}


def finding_offices(findings: pd.DataFrame) -> list[str]:
    """Office of each finding, or why it has none.

    Parameters
    ----------
    findings : pandas.DataFrame
        ``opd``, ``check`` and ``file``.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("Dinas PUPR", "join.no_row", "a.csv"), ("", "batas.gaps", "desa.gpkg"), ("", "scan", "")]
    >>> finding_offices(pd.DataFrame(rows, columns=["opd", "check", "file"]))
    ['Dinas PUPR', 'tanpa OPD: berkas batas desa', 'tanpa OPD: hasil penghitungan']
    """

    def name(row: dict[Hashable, object]) -> str:
        if row["opd"]:
            return str(row["opd"])
        if str(row["check"]).startswith("batas."):
            return _("no office: the boundary file")
        return _("office unknown") if row.get("file") else _("no office: what was computed")

    return [name(row) for row in findings.to_dict("records")]


def counts_sentence(findings: pd.DataFrame) -> str:
    """Return the sentence on the number of findings, for all outputs.

    Examples
    --------
    >>> import pandas as pd
    >>> counts_sentence(pd.DataFrame({"level": ["note"], "accepted": [False]}))
    'Audit: 1 catatan'
    """
    found = level_counts(findings)
    counts = list_counts(
        (found["blocking"], _("{n} blocking")), (found["accepted"], _("{n} accepted")),
        (found["warning"], _("{n} warnings")), (found["note"], _("{n} notes")),
    )  # fmt: skip
    return _("Audit: {counts}").format(counts=counts or _("no findings"))
