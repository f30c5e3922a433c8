"""Build the parts of documents: page, paragraphs, tables and signature blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.results.info import StudyInfo, synthetic_mark
from lokus.show.results.text import fixed_archive, one_line, printable, unbroken

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

    from lokus.show.results.formalities import Signer
    from lokus.show.tables.table import Table

__all__ = [
    "NumberedSections",
    "add_clauses",
    "add_form",
    "add_heading",
    "add_signature",
    "add_table",
    "add_text",
    "dotted",
    "new_document",
    "save_document",
    "turn_page",
]

FACE = "Bookman Old Style"  # typeface of official documents of regional governments
_SHORT, _LONG = 21.5, 33.0  # cm: folio (F4), the paper of decrees
_MARGIN = 2.5
_EMU = 360_000  # of the format's own unit of length, a centimetre
_LETTER = 0.0245  # cm a letter and point of size takes in this face, a little generous
_KEPT = 2  # rows of a table that stand on the page of the signature below it
_HEAD = 1.12  # of a letter of a heading, which is bold, to one of a text
_PADDING = 0.42  # cm, both sides of a cell
_NARROWEST = 1.2  # cm, a column
_HEAD_LINES = 3  # of the heading of a column of numbers
_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_AIRY = 0.5  # of what a column of texts asks for, that it takes beside numbers
_WRITING = 5.0  # cm that an empty column asks for, to be written in by hand
_BY_HAND = 0.3  # of the room to spare, for columns to be written in beside text


def dotted(text: str, *, length: int = 18) -> str:
    """Return a text, or dots for handwriting where there is none.

    Examples
    --------
    >>> dotted("188.45/12"), dotted("", length=4)
    ('188.45/12', '…………')
    """
    return printable(text) if text.strip() else "…" * length


def new_document(info: StudyInfo, *, title: str, draft: str = "", landscape: bool = False) -> Document:
    """Create a document: folio paper, page numbers, and the marks of drafts and synthetic data.

    Parameters
    ----------
    info : StudyInfo
    title : str
        In the properties of the file.
    draft : str
        Mark of a draft; empty for none.
    landscape : bool

    Examples
    --------
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026, synthetic=True)
    >>> document = new_document(info, title="Lampiran")
    >>> document.sections[0].header.paragraphs[0].text
    'DATA CONTOH SINTETIS'
    """
    import docx
    from docx.shared import Pt, RGBColor

    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(11)
    style.paragraph_format.space_after = Pt(4)
    _set_language(style.element)
    section = document.sections[0]
    _set_page(section, landscape=landscape)
    header = section.header.paragraphs[0]
    for mark, colour in ((synthetic_mark() if info.synthetic else "", "6B1D6F"), (draft, "9A3B00")):
        if mark:
            if header.text:
                header.add_run(" · ")
            run = header.add_run(mark)
            run.bold, run.font.size, run.font.color.rgb = True, Pt(9), RGBColor.from_string(colour)
    _number_pages(section.footer.paragraphs[0])
    stated = datetime(info.tahun, 1, 1)
    properties = document.core_properties
    properties.title, properties.author = printable(title), printable(info.instansi or "lokus")
    properties.created = properties.modified = stated
    properties.comments = ""
    return document


def turn_page(document: Document, *, landscape: bool) -> Section:
    """Start a section on a new page, portrait or landscape; marks and page numbers continue.

    Examples
    --------
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> section = turn_page(new_document(info, title="Lampiran"), landscape=True)
    >>> section.page_width > section.page_height
    True
    """
    from docx.enum.section import WD_SECTION

    section: Section = document.add_section(WD_SECTION.NEW_PAGE)
    _set_page(section, landscape=landscape)
    return section


def add_text(
    document: Document | _Cell,
    text: str,
    *,
    align: str = "left",
    bold: bool = False,
    size: float = 11,
    after: float = 4,
    before: float = 0,
    left: float = 0,
    keep: bool = False,
) -> Paragraph:
    """Add a paragraph.

    Parameters
    ----------
    align : {"left", "center", "right", "justify"}
    size, before, after : float
        Points.
    left : float
        Indent, cm.
    keep : bool
        Stay on the page of the next paragraph.

    Examples
    --------
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> add_text(new_document(info, title="Surat"), "Menimbang").text
    'Menimbang'
    """
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    paragraph = document.add_paragraph()
    _write(paragraph, text, size=size, bold=bold)
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    form = paragraph.paragraph_format
    form.space_after, form.space_before, form.keep_with_next = Pt(after), Pt(before), keep
    if left:
        form.left_indent = Cm(left)
    return paragraph


def add_clauses(
    document: Document, label: str, clauses: Sequence[tuple[str, str]], *, first: float = 3.3
) -> None:
    """Add lettered or numbered clauses behind a label, as "Menimbang : a. bahwa …".

    Parameters
    ----------
    clauses : sequence of (mark, text)
        A clause without a mark takes the whole width.
    first : float
        Width of the label, cm.

    Examples
    --------
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> document = new_document(info, title="Keputusan")
    >>> add_clauses(document, "Menimbang", [("a.", "bahwa …"), ("b.", "bahwa …")])
    >>> [cell.text for cell in document.tables[0].rows[0].cells]
    ['Menimbang', ':', 'a.', 'bahwa …']
    """
    marked = any(mark for mark, _text in clauses)
    widths = [first, 0.6, *([1.0] if marked else [])]
    widths.append(_room(document) - sum(widths))
    grid = _grid(document, len(clauses), widths)
    for place, (mark, text) in enumerate(clauses):
        row = grid.rows[place]
        _stay_whole(row)
        texts = [label if place == 0 else "", ":" if place == 0 else "", *([mark] if marked else []), text]
        for number, (cell, part) in enumerate(zip(row.cells, texts, strict=True)):
            _fill(cell, part, align="justify" if number == len(texts) - 1 else "left", after=5)
    _gap(document, 4)


def add_form(document: Document, rows: Sequence[tuple[str, str]], *, first: float = 2.6) -> None:
    """Add lines "Nomor : …".

    Examples
    --------
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> document = new_document(info, title="Surat")
    >>> add_form(document, [("Nomor", "12")])
    >>> [cell.text for cell in document.tables[0].rows[0].cells]
    ['Nomor', ':', '12']
    """
    room = _room(document)
    grid = _grid(document, len(rows), [first, 0.5, room - first - 0.5])
    for row, (label, text) in zip(grid.rows, rows, strict=True):
        for cell, part in zip(row.cells, (label, ":", text), strict=True):
            _fill(cell, part, after=1)


def add_heading(document: Document, lines: Sequence[str], rows: Sequence[tuple[str, str]]) -> None:
    """Add lines and a form in the right half of the page, where an annex says what it belongs to.

    Examples
    --------
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> document = new_document(info, title="Lampiran")
    >>> add_heading(document, ["LAMPIRAN"], [("NOMOR", "12")])
    >>> document.tables[0].rows[0].cells[1].text.splitlines()[0]
    'LAMPIRAN'
    """
    room = _room(document)
    grid = _grid(document, len(lines) + len(rows), [room - 9.4, 2.5, 0.5, 6.4])
    for row, line in zip(grid.rows, lines, strict=False):
        _fill(row.cells[1].merge(row.cells[3]), line, after=0)
    for row, (label, text) in zip(grid.rows[len(lines) :], rows, strict=True):
        for cell, part in zip(row.cells[1:], (label, ":", text), strict=True):
            _fill(cell, part, after=0)


def add_table(
    document: Document, table: Table, *, size: float = 9, blanks: int = 0, height: float = 0
) -> Any:
    """Add a table with a heading repeated on every page and rows that are not split.

    Parameters
    ----------
    table : Table
    size : float
        Points.
    blanks : int
        Empty rows at the end, to be written in by hand.
    height : float
        Least height of the rows, points: room to write.

    Examples
    --------
    >>> from lokus.show.tables.table import Column, Table
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> document = new_document(info, title="Lampiran")
    >>> grid = add_table(document, Table.of(Column.text("Desa/Kelurahan", ["Alai", "Lembak"])))
    >>> [row.cells[0].text for row in grid.rows]
    ['Desa/Kelurahan', 'Alai', 'Lembak']
    """
    rows = [*table.rows, *([("",) * len(table.heads)] * blanks)]
    widths = _widths(table, _room(document), size)
    grid = _grid(document, len(rows[:1]) + 1, widths, style="Table Grid")
    _repeat(grid.rows[0])
    looks: dict[str, Any] = {}
    for cell, head in zip(grid.rows[0].cells, table.heads, strict=True):
        _fill(cell, head, align="center", bold=True, size=size, after=1, looks=looks)
        _shade(cell, "E6ECEF")
    looks = {}
    for row, texts in zip(grid.rows[1:], rows[:1], strict=True):
        _stay_whole(row)
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            side = "right" if place in table.numbers else "left"
            _fill(cell, text, align=side, size=size, after=1, looks=looks)
    _add_rows_like_last(grid, rows[1:])
    for row in grid.rows[1 if height else len(table) + 1 :]:
        row.height = _points(height or 26)
    if not len(table):  # a few empty rows: a page that ends among them would take them for two tables
        for paragraph in (one for row in grid.rows[:-1] for cell in row.cells for one in cell.paragraphs):
            paragraph.paragraph_format.keep_with_next = True
    _gap(document, 4)
    return grid


class NumberedSections:
    """Sections of a document, numbered as they are written.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> document = new_document(info, title="Laporan")
    >>> sections = NumberedSections(document)
    >>> sections.head("Ringkasan")
    >>> document.paragraphs[-1].text
    '1. Ringkasan'
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.number = 0

    def head(self, title: str) -> None:
        """Write the heading of the next section."""
        self.number += 1
        add_text(self.document, f"{self.number}. {title}", bold=True, before=8, after=4, keep=True)

    def table(self, table: Table | None, *, title: str = "", size: float = 9) -> None:
        """Write a table under its own title; nothing where there is none."""
        if table is None or not len(table):
            return
        self.head(title or table.title)
        if table.lead:
            add_text(self.document, table.lead, size=10, after=3, keep=True)
        add_table(self.document, table, size=size)
        for note in table.notes:
            add_text(self.document, note, size=8.5, after=2)


def add_signature(
    document: Document, signer: Signer, *, above: Sequence[str] = (), office: str = "", room: float = 8.2
) -> None:
    """Add a signature block at the right, which no page break divides nor parts from what is signed.

    Parameters
    ----------
    signer : Signer
    above : sequence of str
        Lines above the office: place and date.
    office : str
        Office where the signer states none.
    room : float
        Width, cm.

    Examples
    --------
    >>> from lokus.show.results.formalities import Signer
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> document = new_document(info, title="Surat")
    >>> add_signature(document, Signer(office="Kepala Bappeda"))
    >>> document.tables[0].rows[0].cells[1].text.splitlines()[0]
    'KEPALA BAPPEDA,'
    """
    _gap(document, 8)
    _keep_last(document)
    grid = _grid(document, 1, [_room(document) - room, room])
    _stay_whole(grid.rows[0])
    cell = grid.rows[0].cells[1]
    lines = [*above, one_line(signer.office or office).upper() + ","]
    _fill(cell, lines[0], align="left", after=0)
    for line in lines[1:]:
        add_text(cell, line, after=0, keep=True)
    for _blank in range(4):
        add_text(cell, "", after=0, keep=True)
    add_text(cell, dotted(signer.name.upper()), bold=bool(signer.name), after=0)
    if signer.nip:
        add_text(cell, _("NIP. {nip}").format(nip=printable(signer.nip)), after=0)


def save_document(document: Document, path: str | Path, info: StudyInfo) -> Path:
    """Write a document; the same study gives the same bytes.

    Examples
    --------
    >>> import tempfile
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> folder = Path(tempfile.mkdtemp())
    >>> one, two = (save_document(new_document(info, title="A"), folder / f"{n}.docx", info) for n in "12")
    >>> one.read_bytes() == two.read_bytes()
    True
    """
    path = Path(path)
    with atomic_path(path) as part:
        part.write_bytes(fixed_archive(document.save, modified=f"{info.tahun}-01-01T00:00:00Z"))
    return path


def _keep_last(document: Document) -> None:
    """Keep the last lines, or the last rows of a table, with what follows them."""
    for element in reversed(list(document.element.body)):
        kind = element.tag.rpartition("}")[2]
        if kind == "tbl":
            for row in document.tables[-1].rows[1:][-_KEPT:]:
                for paragraph in (paragraph for cell in row.cells for paragraph in cell.paragraphs):
                    paragraph.paragraph_format.keep_with_next = True
            return
        if kind == "p":
            element.get_or_add_pPr().get_or_add_keepNext().val = True  # a line may say that it is not kept
            if "".join(element.itertext()).strip():
                return


def _gap(document: Document, size: float) -> None:
    """Add an empty line, which two tables need between them, as low as `size` points."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = _points(0)
    paragraph.paragraph_format.line_spacing = _points(size)


def _points(size: float) -> Any:
    from docx.shared import Pt

    return Pt(size)


def _set_page(section: Section, *, landscape: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    across, down = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
    section.page_width, section.page_height = Cm(across), Cm(down)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Cm(_MARGIN if side != "bottom" else 2.0))
    section.header_distance, section.footer_distance = Cm(1.0), Cm(0.9)


def _room(document: Document) -> float:
    """Width between the margins of the last section, cm."""
    section = document.sections[-1]
    inner = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    return inner / _EMU


def _grid(document: Document, rows: int, widths: Sequence[float], *, style: str = "") -> Any:
    from docx.shared import Cm

    grid = document.add_table(rows=rows, cols=len(widths), style=style or None)
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(width)
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    return grid


def _fill(cell: _Cell, text: str, *, align: str = "left", bold: bool = False, size: float = 11,
          after: float = 2, looks: dict[str, Any] | None = None) -> None:  # fmt: skip
    """Write into a cell; one that looks like another is copied from it: `looks` has one of each alignment."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = cell.paragraphs[0]
    if looks is not None and align in looks:
        copied = deepcopy(looks[align])
        _put(copied.r_lst[0], text)
        cell._tc.replace(paragraph._p, copied)
        return
    _write(paragraph, text, size=size, bold=bold)
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    paragraph.paragraph_format.space_after = _points(after)
    paragraph.paragraph_format.space_before = _points(min(after, 1))
    if looks is not None:
        looks[align] = paragraph._p


def _add_rows_like_last(grid: Any, rows: Sequence[Sequence[str]]) -> None:
    """Add rows that look like the last one: setting each cell of each row takes ten times as long."""
    last = grid.rows[-1]._tr
    for texts in rows:
        row = deepcopy(last)
        for cell, text in zip(row.tc_lst, texts, strict=True):
            _put(cell.p_lst[0].r_lst[0], text)
        grid._tbl.append(row)


def _put(run: Any, text: str) -> None:
    """Write a text into a run that has one; python-docx makes the elements of a run anew for each text."""
    text = unbroken(text)
    plain = text and text == text.strip() and text.isprintable()
    if plain and len(run.t_lst) == 1 and run[-1].tag == _TEXT:
        run[-1].text = text
    else:
        run.text = text


def _write(paragraph: Paragraph, text: str, *, size: float, bold: bool) -> None:
    run = paragraph.add_run(unbroken(text))
    run.bold, run.font.size = bold, _points(size)


def _widths(table: Table, room: float, size: float) -> list[float]:
    """Widths of columns, cm: each word whole first, then what is left by the length of the longest text."""
    letter = _LETTER * size
    least, wanted = [], []
    for column in table.columns:
        texts = [column.head, *column.texts]
        words = [word for text in column.texts for word in text.split()]
        whole = column.texts if column.is_number else ()
        longest = max(map(len, [*words, *whole]), default=0)
        head = _HEAD * max(map(len, column.head.split()), default=0)
        least.append(max(_NARROWEST, _PADDING + letter * max(longest, head)))
        to_write_in = not any(column.texts) and not column.is_number
        if column.is_number:  # its heading may stand on several lines: the room is for texts
            texts = [column.head[: math.ceil(len(column.head) / _HEAD_LINES)], *column.texts]
        wanted.append(max(least[-1], _WRITING if to_write_in else _PADDING + letter * max(map(len, texts))))
    spare = room - sum(least)
    if spare <= 0:
        return [room * part / sum(least) for part in least]
    more = [max(0.0, want - part) for want, part in zip(wanted, least, strict=True)]
    widths = list(least)
    written_in = [not any(one.texts) and not one.is_number for one in table.columns]
    if any(written_in):  # what is read needs the room first, the more the longer it is
        read = [n for n, by_hand in enumerate(written_in) if not by_hand]
        room_of_texts = sum(least[n] for n in read) + (1 - _BY_HAND) * spare
        lines = next(
            lines / 10
            for lines in range(10, 10_000)
            if sum(max(least[n], 10 * wanted[n] / lines) for n in read) <= room_of_texts
        )
        for n in read:
            widths[n] = max(least[n], wanted[n] / lines)
            spare -= widths[n] - least[n]
            more[n] = 0.0
    # Who asks for little gets it first, so that a name stays on its line beside a column of sentences.
    for done, place in enumerate(sorted(range(len(more)), key=lambda place: (more[place], place))):
        extra = min(more[place], spare / (len(more) - done))
        widths[place] += extra
        spare -= extra
    # A table as wide as the text: texts take what is left, as they are long, up to half as much again as they
    # ask for; beside many numbers a column of names would be a gap otherwise. The numbers share the rest.
    beside = [not column.is_number for column in table.columns]
    asked = sum(want for want, is_text in zip(wanted, beside, strict=True) if is_text)
    over = min((room - sum(widths)) / (asked or 1.0), _AIRY if not all(beside) else room)
    widths = [
        width + over * want * is_text for width, want, is_text in zip(widths, wanted, beside, strict=True)
    ]
    rest = (room - sum(widths)) / (len(beside) - sum(beside) or 1)
    return [width + rest * (not is_text) for width, is_text in zip(widths, beside, strict=True)]


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _repeat(row: Any) -> None:
    _stay_whole(row)
    row._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))


def _stay_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))


def _shade(cell: _Cell, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=colour))


def _number_pages(paragraph: Paragraph) -> None:
    """Write "Halaman 1 dari 3" with fields that the word processor counts."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    mark = "\x00"
    parts = _("Page {page} of {pages}").format(page=f"{mark}PAGE{mark}", pages=f"{mark}NUMPAGES{mark}")
    if paragraph.style is not None:
        paragraph.style.font.size = _points(9)
    for number, part in enumerate(parts.split(mark)):
        if number % 2 == 0:
            paragraph.add_run(part)
            continue
        field = _element("w:fldSimple", instr=part)
        paragraph._p.append(field)
        shown = paragraph.add_run("1")  # until the word processor counts
        field.append(shown._r)


def _set_language(style: Any) -> None:
    from lokus.i18n import language

    properties = style.get_or_add_rPr()
    fonts = properties.rFonts
    from docx.oxml.ns import qn

    fonts.set(qn("w:eastAsia"), FACE)
    fonts.set(qn("w:cs"), FACE)
    properties.append(_element("w:lang", val="id-ID" if language() == "id" else "en-GB"))
