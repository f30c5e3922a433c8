"""Build a deck of slides: native titles, text, tables and pictures, each measured before it is placed."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Mm, Pt

from lokus.i18n import gettext as _
from lokus.i18n import language
from lokus.show.drawing.typography import line_height
from lokus.show.results.info import synthetic_mark
from lokus.show.results.text import fixed_archive, printable, property_text, unbroken
from lokus.show.slides.fit import (
    BULLET_INDENT,
    NOTE,
    PAD_X,
    PAD_Y,
    SPACE_AFTER,
    Area,
    Paragraph,
    TablePlan,
    fit_text,
    text_height,
)

if TYPE_CHECKING:
    from pptx.slide import Slide

    from lokus.show.results.info import StudyInfo
    from lokus.show.tables.table import Column

__all__ = ["BODY", "FACE", "Deck"]

FACE = "Arial"
WIDTH, HEIGHT = 338.67, 190.5  # 16:9, millimetres
INK, QUIET, ACCENT, LINE, STRIPE, MARK = "22282C", "5C666C", "14506B", "C9D0D3", "F3F6F7", "6B1D6F"
BODY = Area(left=14, top=37, width=WIDTH - 28, height=140)
_PATTERNS = {"missing": MSO_PATTERN.DIAGONAL_CROSS, "masked": MSO_PATTERN.HORIZONTAL}  # as on the maps
_TITLE = Area(left=14, top=7, width=WIDTH - 28 - 66, height=15)
_LEAD = Area(left=14, top=22, width=WIDTH - 28, height=12)
_MARK = Area(left=WIDTH - 14 - 60, top=9.5, width=60, height=9)
_FOOT = Area(left=14, top=181.5, width=WIDTH - 28 - 20, height=6)


class Deck:
    """Slides of one study, 16:9; every one carries place, year and number, and the mark of made-up data.

    Parameters
    ----------
    info : StudyInfo
        Whose slides they are.
    """

    def __init__(self, info: StudyInfo) -> None:
        self.info = info
        self._file = Presentation()
        self._file.slide_width, self._file.slide_height = Mm(WIDTH), Mm(HEIGHT)
        self._layout = _only_title_layout(self._file)

    def __len__(self) -> int:
        return len(self._file.slides)

    def slide(self, title: str, lead: str = "") -> Slide:
        """Add a slide with a title and one sentence that says what it shows."""
        page: Slide = self._file.slides.add_slide(self._layout)
        size, kept = fit_text([Paragraph(text=title, bold=True)], _TITLE, largest=26, smallest=13)
        heading: Any = page.shapes.title
        _place(heading, _TITLE)
        _fill(heading.text_frame, kept, size, colour=ACCENT, anchor=MSO_ANCHOR.MIDDLE)
        if lead:
            self.text(page, _LEAD, [Paragraph(text=lead, colour=QUIET)], largest=15, smallest=9)
        rule = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, Mm(14), Mm(179.5), Mm(WIDTH - 28), Mm(0.3))
        rule.fill.solid()
        rule.fill.fore_color.rgb = _rgb(LINE)
        rule.line.fill.background()
        _plain(rule)
        foot = " · ".join(part for part in (self.info.place_and_year, self.info.instansi) if part)
        self.text(page, _FOOT, [Paragraph(text=foot, colour=QUIET)], largest=9, smallest=6)
        number = Area(left=WIDTH - 34, top=_FOOT.top, width=20, height=_FOOT.height)
        text = str(len(self._file.slides))
        self.text(
            page, number, [Paragraph(text=text, colour=QUIET)], largest=9, smallest=9, align=PP_ALIGN.RIGHT
        )
        if self.info.synthetic:
            self._mark(page)
        return page

    def _mark(self, page: Slide) -> None:
        box = page.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, Mm(_MARK.left), Mm(_MARK.top), Mm(_MARK.width), Mm(_MARK.height)
        )
        box.fill.solid()
        box.fill.fore_color.rgb = _rgb("F6EAF7")
        box.line.color.rgb = _rgb(MARK)
        box.line.width = Pt(1)
        _plain(box)
        size, kept = fit_text([Paragraph(text=synthetic_mark(), bold=True)], _MARK, largest=12, smallest=6)
        _fill(box.text_frame, kept, size, colour=MARK, anchor=MSO_ANCHOR.MIDDLE, align=PP_ALIGN.CENTER)

    def text(
        self,
        page: Slide,
        area: Area,
        paragraphs: Sequence[Paragraph],
        *,
        largest: float = 18,
        smallest: float = 9,
        align: Any = PP_ALIGN.LEFT,
    ) -> float:
        """Place paragraphs in an area, as large as they fit; give the height they take in millimetres."""
        size, kept = fit_text(paragraphs, area, largest=largest, smallest=smallest)
        box = page.shapes.add_textbox(Mm(area.left), Mm(area.top), Mm(area.width), Mm(area.height))
        _fill(box.text_frame, kept, size, align=align)
        return text_height(kept, size, area.width)

    def side_by_side(
        self,
        page: Slide,
        parts: Sequence[tuple[Area, Sequence[Paragraph]]],
        *,
        largest: float,
        smallest: float,
    ) -> None:
        """Place texts beside each other, all in the size at which the longest fits."""
        size = min(fit_text(text, area, largest=largest, smallest=smallest)[0] for area, text in parts)
        for area, text in parts:
            self.text(page, area, text, largest=size, smallest=smallest)

    def table(
        self, page: Slide, area: Area, columns: Sequence[Column], plan: TablePlan, *, part: int = 0
    ) -> float:
        """Place one page of a measured table, and say how many rows it leaves out; give its height in mm."""
        first, after = plan.pages[part]
        rows = after - first
        frame = page.shapes.add_table(
            rows + 1, len(columns), Mm(area.left), Mm(area.top), Mm(sum(plan.widths)), Mm(plan.height(part))
        )
        table = frame.table
        table.horz_banding = False
        looks: dict[Any, Any] = {}
        for place, (column, wide) in enumerate(zip(columns, plan.widths, strict=True)):
            table.columns[place].width = Mm(wide)
            align = PP_ALIGN.RIGHT if column.is_number else PP_ALIGN.LEFT
            for row, text in enumerate((column.head, *column.texts[first:after])):
                fill, ink = (ACCENT, "FFFFFF") if row == 0 else (STRIPE if row % 2 == 0 else "FFFFFF", INK)
                cell, look = table.cell(row, place), (align, fill)
                if look in looks:
                    _copy_cell(cell, looks[look], text)
                else:
                    _fill_cell(cell, text, plan.size, align, fill=fill, ink=ink, bold=row == 0)
                    looks[look] = cell
        table.rows[0].height = Mm(plan.head)
        for row, tall in enumerate(plan.heights[first:after], start=1):
            table.rows[row].height = Mm(tall)
        if plan.left_out and part == len(plan.pages) - 1:
            note = Area(
                left=area.left, top=area.top + plan.height(part) + 1, width=area.width, height=NOTE - 1
            )
            more = _("… and {n} more rows, see the report").format(n=plan.left_out)
            self.text(page, note, [Paragraph(text=more, colour=QUIET)], largest=11, smallest=8)
        return plan.height(part)

    def picture(self, page: Slide, area: Area, image: bytes, text: str) -> Area:
        """Place a picture as large as the area allows, at its upper left; give where it stands.

        Parameters
        ----------
        page : Slide
        area : Area
        image : bytes
            PNG.
        text : str
            What it shows, for those who cannot see it.
        """
        picture: Any = page.shapes.add_picture(BytesIO(image), Mm(area.left), Mm(area.top))
        scale = min(Mm(area.width) / picture.width, Mm(area.height) / picture.height)
        picture.width, picture.height = round(picture.width * scale), round(picture.height * scale)
        picture._element.nvPicPr.cNvPr.set("descr", printable(text))
        return Area(left=area.left, top=area.top, width=picture.width / Mm(1), height=picture.height / Mm(1))

    def swatch(
        self, page: Slide, left: float, top: float, colour: str, *, side: float = 4.5, pattern: str = ""
    ) -> None:
        """Place a small square of a class's colour (``#rrggbb``), hatched as the class is on the map."""
        box = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, Mm(left), Mm(top), Mm(side), Mm(side))
        if pattern:
            box.fill.patterned()
            box.fill.pattern = _PATTERNS[pattern]
            box.fill.fore_color.rgb = _rgb("8F999E")
            box.fill.back_color.rgb = _rgb(colour.lstrip("#").upper())
        else:
            box.fill.solid()
            box.fill.fore_color.rgb = _rgb(colour.lstrip("#").upper())
        box.line.color.rgb = _rgb("8F999E")
        box.line.width = Pt(0.5)
        _plain(box)

    def to_bytes(self) -> bytes:
        """Give the file; the same slides give the same bytes."""
        stated = datetime(self.info.tahun, 1, 1)
        about = self._file.core_properties
        about.title, about.author = (
            property_text(self.info.title),
            property_text(self.info.instansi or "lokus"),
        )
        about.last_modified_by, about.revision = "lokus", 1
        about.created = about.modified = stated
        about.language = language()
        return fixed_archive(self._file.save, modified=f"{stated:%Y-%m-%dT%H:%M:%SZ}")


def _only_title_layout(file: Any) -> Any:
    """Keep the layout that has a title alone, and set master and layout to the width of the slides."""
    layouts = file.slide_layouts
    kept = layouts.get_by_name("Title Only")
    for layout in list(layouts):
        if layout is not kept:
            layouts.remove(layout)
    for sheet in (file.slide_master, kept):
        for shape in list(sheet.placeholders):
            if shape.placeholder_format.type is not None and shape.placeholder_format.idx == 0:
                _place(shape, _TITLE)
            elif sheet is kept or shape.placeholder_format.idx > 1:
                shape._element.getparent().remove(shape._element)
            else:
                _place(shape, BODY)
    return kept


def _rgb(digits: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(digits))  # type: ignore[no-untyped-call]  # python-pptx leaves it untyped


def _plain(shape: Any) -> None:
    """Take away the theme's style, which some programs draw with a shadow."""
    style = shape._element.find("{http://schemas.openxmlformats.org/presentationml/2006/main}style")
    shape._element.remove(style)


def _place(shape: Any, area: Area) -> None:
    shape.left, shape.top, shape.width, shape.height = (
        Mm(area.left), Mm(area.top), Mm(area.width), Mm(area.height)
    )  # fmt: skip


def _fill(
    frame: Any,
    paragraphs: Sequence[Paragraph],
    size: float,
    *,
    colour: str = "",
    align: Any = PP_ALIGN.LEFT,
    anchor: Any = MSO_ANCHOR.TOP,
) -> None:
    frame.word_wrap = True
    frame.vertical_anchor = anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for place, paragraph in enumerate(paragraphs):
        line = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        line.alignment = align
        line.space_after = Pt(SPACE_AFTER * line_height(size) * 72 / 25.4) if len(paragraphs) > 1 else Pt(0)
        line.space_before = Pt(0)
        _bullet(line, on=paragraph.bullet)
        run = line.add_run()
        run.text = unbroken(paragraph.text)
        _set_font(run.font, size * paragraph.scale, colour or paragraph.colour, bold=paragraph.bold)


def _bullet(line: Any, *, on: bool) -> None:
    properties = line._p.get_or_add_pPr()
    indent = round(Mm(BULLET_INDENT)) if on else 0
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    sign = properties.makeelement(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}" + ("buChar" if on else "buNone"), {}
    )
    if on:
        sign.set("char", "•")
    properties.append(sign)


def _set_font(font: Any, size: float, colour: str, *, bold: bool) -> None:
    font.name, font.bold = FACE, bold
    font.size = Pt(round(2 * size) / 2)
    font.color.rgb = _rgb(colour)


def _fill_cell(cell: Any, text: str, size: float, align: Any, *, fill: str, ink: str, bold: bool) -> None:
    cell.margin_left = cell.margin_right = Mm(PAD_X)
    cell.margin_top = cell.margin_bottom = Mm(PAD_Y)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(fill)
    line = cell.text_frame.paragraphs[0]
    line.alignment = align
    run = line.add_run()
    run.text = unbroken(text)
    _set_font(run.font, size, ink, bold=bold)


def _copy_cell(cell: Any, other: Any, text: str) -> None:
    """Make a cell look like another, at once: setting each property takes ten times as long."""
    look = deepcopy(other._tc)
    cell._tc.getparent().replace(cell._tc, look)
    cell._tc = look
    cell.text_frame.paragraphs[0].runs[0].text = unbroken(text)


def continued(title: str, part: int, parts: int) -> str:
    """Title of one of several slides with the same subject."""
    return (
        title if parts == 1 else _("{title} ({part} of {parts})").format(title=title, part=part, parts=parts)
    )
