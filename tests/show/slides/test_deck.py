"""A deck of slides: native, inside its areas, marked where the data are made up."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.dml import MSO_FILL
from pptx.util import Mm

from lokus.show.drawing.typography import text_width
from lokus.show.slides.deck import BODY, Deck
from lokus.show.slides.fit import Area, Paragraph, count_lines, plan_table
from lokus.show.tables.table import Column


def png(width, height):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "PNG")
    return out.getvalue()


def opened(deck):
    return Presentation(io.BytesIO(deck.to_bytes()))


@pytest.mark.parametrize("synthetic", [True, False])
def test_only_slides_of_made_up_data_carry_the_mark(info, synthetic):
    deck = Deck(replace(info, synthetic=synthetic))
    deck.slide("Judul", "Satu kalimat.")
    (page,) = opened(deck).slides
    words = [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]
    assert ("DATA CONTOH SINTETIS" in words) is synthetic
    assert page.shapes.title.text_frame.text == "Judul"
    assert "1" in words
    assert len(deck) == 1


@pytest.mark.parametrize("size", [(400, 100), (100, 400)])
def test_a_picture_keeps_its_shape_inside_its_area_and_says_what_it_shows(info, size):
    deck = Deck(info)
    stands = deck.picture(deck.slide("Peta"), BODY, png(*size), "Peta usulan")
    assert stands.width / stands.height == pytest.approx(size[0] / size[1], rel=1e-3)
    assert stands.width <= BODY.width + 1e-6
    assert stands.height <= BODY.height + 1e-6
    (page,) = opened(deck).slides
    (picture,) = [shape for shape in page.shapes if shape.shape_type == 13]
    assert picture._element.nvPicPr.cNvPr.get("descr") == "Peta usulan"


def test_a_table_is_native_and_says_how_many_rows_it_leaves_out(info):
    deck = Deck(info)
    columns = [Column(head="Desa", values=[f"Desa {n}" for n in range(90)])]
    plan = plan_table(columns, BODY.width, BODY.height)
    page = deck.slide("Daftar")
    height = deck.table(page, BODY, columns, plan)
    (shape,) = [shape for shape in opened(deck).slides[0].shapes if shape.has_table]
    rows = len(shape.table.rows) - 1
    words = [box.text_frame.text for box in opened(deck).slides[0].shapes if box.has_text_frame]
    assert any(str(90 - rows) in text for text in words)
    assert shape.height == pytest.approx(Mm(height), abs=Mm(1))


def test_texts_beside_each_other_have_one_size(info):
    deck = Deck(info)
    left, right = BODY.columns(1, 1)
    parts = [(left, [Paragraph(text="pendek")]), (right, [Paragraph(text="panjang sekali " * 200)])]
    deck.side_by_side(deck.slide("Dua"), parts, largest=20, smallest=6)
    boxes = [shape for shape in opened(deck).slides[0].shapes if shape.has_text_frame][-2:]
    sizes = {run.font.size for box in boxes for p in box.text_frame.paragraphs for run in p.runs}
    assert len(sizes) == 1


def test_the_same_slides_give_the_same_bytes(info):
    def build():
        deck = Deck(info)
        deck.swatch(deck.slide("Judul"), 20, 50, "#14506b")
        return deck.to_bytes()

    assert build() == build()


def test_the_square_of_a_hatched_class_is_hatched(info):
    deck = Deck(info)
    page = deck.slide("Peta")
    for pattern in ("", "missing", "masked"):
        deck.swatch(page, 20, 40, "#ffffff", pattern=pattern)
    made = Presentation(io.BytesIO(deck.to_bytes())).slides[0]
    kinds = [shape.fill.type for shape in made.shapes if shape.width == Mm(4.5)]
    assert kinds == [MSO_FILL.SOLID, MSO_FILL.PATTERNED, MSO_FILL.PATTERNED]


def test_no_line_of_a_slide_parts_a_number_from_its_unit(info):
    deck = Deck(info)
    page = deck.slide("Peluang 80 % atau lebih", "Seharusnya ≥ 15")
    deck.text(page, BODY, [Paragraph(text="di bawah 20 %")], largest=12, smallest=8)
    (page,) = opened(deck).slides
    written = "\n".join(shape.text_frame.text for shape in page.shapes if shape.has_text_frame)
    assert all(part in written for part in ("80\u00a0% atau", "≥\u00a015", "bawah 20\u00a0%"))
    narrow = Area(left=0, top=0, width=text_width("di bawah 20", 12) + 0.5, height=40)
    # Where "20" still fits but "20 %" does not, both stand on the next line, and the height is that of three.
    assert count_lines("di bawah 20 % sekali", 12, narrow.width) == 2
    assert count_lines("bawah 20 % sekali", 12, text_width("bawah 20", 12) + 0.5) == 3


def test_cells_of_a_slide_keep_a_number_with_its_unit(info):
    deck = Deck(info)
    columns = [Column.text("Kepastian (20 % ke atas)", ["80 % atau lebih", "20 %"])]
    page = deck.slide("Judul")
    deck.table(page, BODY, columns, plan_table(columns, BODY.width, BODY.height))
    (table,) = [shape.table for shape in opened(deck).slides[0].shapes if shape.has_table]
    assert [row.cells[0].text for row in table.rows] == [
        "Kepastian (20\u00a0% ke atas)", "80\u00a0% atau lebih", "20\u00a0%",
    ]  # fmt: skip
