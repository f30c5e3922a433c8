"""Write minutes of the meeting on the list: villages, changes, commitments of each office."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.documents.page import (
    add_table,
    add_text,
    dotted,
    new_document,
    save_document,
    turn_page,
)
from lokus.show.results.headlines import Headlines
from lokus.show.tables.study import tasks_table
from lokus.show.tables.table import Column, Table
from lokus.show.tables.villages import list_table
from lokus.show.words.narrative import caveats

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = ["commitments_table", "write_minutes"]

_CHANGES = 4  # empty rows for changes of the list
_MORE = 3  # empty rows for others who sign
_LIST = 8.5  # points: type of the list
_ROOM = 480.0  # points between the margins of a broad page


def write_minutes(path: str | Path, material: Material) -> Path:
    """Write a draft of the minutes, to be completed in the meeting and signed.

    Parameters
    ----------
    path : str or Path
        ``.docx``.
    material : Material

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame({"nomor": [1], "desa": "Alai", "kecamatan": "Lembak", "geometry": None})
    >>> place = place.assign(kode_kecamatan="160301").set_axis(["1603012001"])
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> headlines = Material(results=place, kecamatan=place, info=info)
    >>> write_minutes(Path(tempfile.mkdtemp()) / "berita_acara.docx", headlines).name
    'berita_acara.docx'
    """
    info, stated = material.info, material.formalities
    meeting = stated.meeting or _("Coordination Meeting on Focus Villages for Faster Reduction of Stunting")
    document = new_document(info, title=meeting, draft=_("DRAFT"))
    for line, after in (
        (_("MINUTES"), 0),
        # In one paragraph: two would leave the last word of the first one alone on a line.
        (
            " ".join(
                [
                    meeting.upper(),
                    _("{kabupaten}, YEAR {tahun}").format(kabupaten=info.kabupaten.upper(), tahun=info.tahun),
                ]
            ),
            2,
        ),
        (_("NUMBER {number}").format(number=dotted(stated.minutes_number, length=16)), 12),
    ):
        add_text(document, line, align="center", bold=True, after=after, keep=True)
    add_text(
        document,
        _("On {date}, in {place}, the {meeting} was held, attended by those who sign below. It dealt with "
          "the proposed focus villages for the year {tahun} and agreed on the following.").format(
            date=dotted(stated.meeting_date, length=12), place=dotted(stated.meeting_place, length=12),
            meeting=meeting, tahun=info.tahun),
        align="justify", after=6,
    )  # fmt: skip
    for number, text in enumerate(_agreed(material), start=1):
        add_text(document, f"{number}. {text}", align="justify", after=4)
    add_text(document, _("What must be known of the figures:"), before=6, after=2, keep=True)
    for text in caveats(material):
        add_text(document, f"– {text}", align="justify", size=10, after=2)
    _title(document, _("Table 1. Changes of the proposal agreed in the meeting"))
    heads = (_("No."), _("Village that comes in"), _("Village that goes out"), _("Reason"))
    first, *others = heads
    changes = Table.of(Column.number(first, []), *(Column.text(head, []) for head in others))
    add_table(document, changes, blanks=_CHANGES)
    turn_page(document, landscape=True)
    listed = list_table(material)
    _title(document, _("Table 2. {title}").format(title=listed.title))
    for note in listed.notes:  # above: below a full page it would have one of its own
        add_text(document, note, size=8.5, after=3, keep=True)
    add_table(document, listed, size=_list_size(len(listed), notes=len(listed.notes)))
    turn_page(document, landscape=False)
    _title(document, _("Table 3. What each office commits itself to"))
    add_table(document, commitments_table(material), size=9, height=24)
    _title(document, _("Signed by"))
    add_table(document, _signers(material), size=9.5, height=28)
    return save_document(document, path, info)


def commitments_table(material: Material) -> Table:
    """Return the tasks of each office, with empty columns for its commitment and date.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> commitments_table(material).heads
    ('Pelaksana', 'Kegiatan', 'Cakupan', 'Kesanggupan OPD', 'Batas waktu')
    """
    tasks = tasks_table(material)
    empty = [""] * len(tasks)
    return Table.of(
        *tasks.columns, Column.text(_("What it undertakes"), empty), Column.text(_("Due date"), empty)
    )


def _list_size(rows: int, *, notes: int) -> float:
    """Type of the list, points: smaller where that saves a page for its last few rows."""
    above = 25 + 14 * notes
    for size in (_LIST, 8.0, 7.5, 7.0):
        if above + (rows + 1) * (1.25 * size + 2.5) <= _ROOM:
            return size
    return _LIST


def _agreed(material: Material) -> Iterator[str]:
    headlines = Headlines(material=material)
    yield _(
        "{n} villages in {k} kecamatan, as listed in Table 2, are proposed to the head of the region as "
        "focus villages, with the changes in Table 1 where there are any."
    ).format(n=format_number(headlines.lokus), k=format_number(headlines.kecamatan_with_lokus))
    yield _("Each office carries out its part as listed in Table 3 and reports on it to the TPPS.")
    if headlines.values_missing:
        yield _(
            "{missing} of the {total} values needed are missing; the offices complete them by {deadline}."
        ).format(
            missing=format_number(headlines.values_missing), total=format_number(headlines.values_needed),
            deadline=dotted(material.formalities.deadline, length=8),
        )  # fmt: skip
    yield _("The list is set by decree and reviewed in the following year.")


def _signers(material: Material) -> Table:
    offices = [str(name) for name in tasks_table(material).columns[0].values]
    named = list(dict.fromkeys([*material.formalities.attendees, *offices]))
    rows = len(named) + _MORE
    names = [*named, *[""] * _MORE]
    return Table.of(
        Column.number(_("No."), range(1, rows + 1)),
        Column.text(_("Institution"), names),
        Column.text(_("Name and office"), [""] * rows),
        Column.text(_("Signature"), [""] * rows),
    )


def _title(document: object, text: str) -> None:
    add_text(document, text, bold=True, size=10, before=8, after=3, keep=True)  # type: ignore[arg-type]
