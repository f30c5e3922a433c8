from __future__ import annotations

import docx
import pytest
from docx.oxml.ns import qn

from lokus.show.documents.page import (
    add_signature,
    add_table,
    add_text,
    dotted,
    new_document,
    save_document,
    turn_page,
)
from lokus.show.drawing.typography import text_width
from lokus.show.results.formalities import Signer
from lokus.show.tables.table import Column, Table
from tests.docx_reader import headers, text


def table(rows: int, name: str = "Sukamaju") -> Table:
    return Table.of(
        Column.number("No", range(1, rows + 1)), Column.text("Desa/Kelurahan", [name] * rows),
        Column.text("Kesanggupan", [""] * rows),
    )  # fmt: skip


def test_the_heading_of_a_table_is_repeated_and_no_row_is_divided(info, tmp_path):
    document = new_document(info, title="A")
    add_table(document, table(90))
    rows = docx.Document(str(save_document(document, tmp_path / "a.docx", info))).tables[0].rows
    marks = [row._tr.trPr for row in rows]
    assert [mark.find(qn("w:tblHeader")) is not None for mark in marks] == [True, *[False] * 90]
    assert all(mark.find(qn("w:cantSplit")) is not None for mark in marks)


@pytest.mark.parametrize("name", ["Alai", "Sungai Tanjung Harapan Baru Muara Belida Ilir Selatan"])
@pytest.mark.parametrize("landscape", [False, True])
def test_a_table_is_as_wide_as_the_text(info, name, landscape):
    document = new_document(info, title="A", landscape=landscape)
    grid = add_table(document, table(3, name))
    section = document.sections[-1]
    room = section.page_width - section.left_margin - section.right_margin
    assert sum(column.width for column in grid.columns) == pytest.approx(room, rel=1e-3)


@pytest.mark.parametrize("size", [7.5, 8, 9])
def test_words_of_headings_stay_whole_in_a_wide_face(info, size):
    """DejaVu Sans Bold, the widest face that a word processor puts in place of another."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    heads = ["Membaik", "Memburuk", "Tetap"]
    columns = [Column.number(head, [12, 250]) for head in heads]
    document = new_document(info, title="A")
    grid = add_table(document, Table.of(Column.text("Layanan", ["Ibu hamil " * 9] * 2), *columns), size=size)
    face = FontProperties(family="DejaVu Sans", weight="bold")
    for head, column in zip(heads, list(grid.columns)[1:], strict=True):
        written = TextPath((0, 0), head, size=size, prop=face).get_extents().width
        assert written <= column.width.pt - 2 * 0.19 * 72 / 2.54, head


def test_every_page_of_made_up_data_says_so(info, tmp_path):
    document = new_document(info, title="A", draft="RANCANGAN")
    turn_page(document, landscape=True)
    path = save_document(document, tmp_path / "a.docx", info)
    sections = docx.Document(str(path)).sections
    assert len(sections) == 2
    assert all("SINTETIS" in section.header.paragraphs[0].text for section in sections)
    assert "RANCANGAN" in headers(path)


def test_pages_are_numbered_by_the_word_processor(info):
    footer = new_document(info, title="A").sections[0].footer.paragraphs[0]._p
    assert [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]


def test_what_nobody_stated_is_dotted(info, tmp_path):
    document = new_document(info, title="A")
    add_signature(document, Signer(), office="Bupati Contoh")
    told = text(save_document(document, tmp_path / "a.docx", info))
    assert "BUPATI CONTOH," in told
    assert dotted("") in told
    assert "NIP" not in told


def test_a_signature_stays_with_the_last_rows_or_lines_of_what_is_signed(info):
    document = new_document(info, title="A")
    grid = add_table(document, table(5))
    add_signature(document, Signer(), office="Bupati Contoh")
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in grid.rows]
    assert kept == [None, None, None, None, True, True]
    assert all(paragraph.paragraph_format.keep_with_next for paragraph in document.paragraphs[-2:])
    letter = new_document(info, title="A")
    for line in ("Satu", "Dua"):
        add_text(letter, line)
    add_signature(letter, Signer(), office="Bupati Contoh")
    held = {one.text: one.paragraph_format.keep_with_next for one in letter.paragraphs if one.text}
    assert (bool(held["Satu"]), held["Dua"]) == (False, True)


def test_text_that_no_document_can_hold_is_replaced(info, tmp_path):
    document = new_document(info, title="A")
    add_table(document, Table.of(Column.text("Desa", ["Suka\x07maju"])))
    assert "Suka\ufffdmaju" in text(save_document(document, tmp_path / "a.docx", info))


def test_a_table_to_be_written_in_stays_on_one_page(info):
    document = new_document(info, title="A")
    grid = add_table(document, table(0), blanks=4)
    *others, _last = grid.rows
    kept = [
        p.paragraph_format.keep_with_next for row in others for cell in row.cells for p in cell.paragraphs
    ]
    assert len(kept) == 4 * 3
    assert all(kept)


def test_a_column_of_names_beside_numbers_is_not_mostly_empty(info):
    columns = [Column.number(str(place), [12.5, 7.1]) for place in range(1, 12)]
    names = Column.text("Kecamatan", ["Pantai Damai", "Kampung Rotan"])
    document = new_document(info, title="A", landscape=True)
    first, *numbers = add_table(document, Table.of(names, *columns), size=8).columns
    assert first.width.cm < 6
    assert all(number.width.cm > 1.8 for number in numbers)


def test_names_and_indicators_keep_their_line_beside_broad_headings_and_sentences(info):
    """The letter of an office: indicators beside counts, and names beside what is missing there."""
    longest = "Ibu hamil mengonsumsi sedikitnya 90 tablet tambah darah"
    counts = Table.of(
        Column.text("Indikator", [longest, "Balita sasaran"]),
        Column.number("Desa/kelurahan tanpa data", [3, 1]),
        Column.number("di antaranya usulan lokus", [1, 0]),
    )
    names = Table.of(
        Column.number("No", [1, 2]),
        Column.text("Kecamatan", ["Sumber Cahaya", "Padang Betung"]),
        Column.text("Desa/Kelurahan", ["Simpang Bulan", "Rantau Cahaya"]),
        Column.text("Data yang belum ada", ["; ".join([longest] * 3), longest]),
    )
    for one, size, places in ((counts, 9, [0]), (names, 9, [1, 2])):
        grid = add_table(new_document(info, title="Surat"), one, size=size)
        for place in places:
            room = grid.columns[place].width.mm - 3.9
            widest = max(text_width(text, size * 0.87) for text in one.columns[place].texts)
            assert widest <= room
