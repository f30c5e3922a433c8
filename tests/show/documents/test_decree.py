from __future__ import annotations

import re
from dataclasses import replace

import docx
import pytest
from docx.shared import Cm, Pt

from lokus.show.documents.decree import write_decree_annex, write_decree_draft
from lokus.show.results.formalities import Formalities, Signer
from lokus.show.results.headlines import Headlines
from tests.docx_reader import headers, paragraphs, tables, text


@pytest.fixture
def stated(material):
    return replace(
        material,
        formalities=Formalities(
            number="188.45/77/2027", date="5 Januari 2027", place="Kota Contoh",
            basis=("Undang-Undang Satu;",),
            recitals=("rembuk stunting telah menyepakati daftar",), columns=("prevalensi", "anak_stunting"),
            signer=Signer(name="A. B."),
        ),
    )  # fmt: skip


def test_the_annex_has_the_heading_of_a_decree_and_the_list_in_order(material, tmp_path):
    path = write_decree_annex(tmp_path / "a.docx", material)
    head = [line for line in paragraphs(path) if line][:4]
    assert head[:3] == ["LAMPIRAN", "KEPUTUSAN BUPATI CONTOH", "NOMOR"]
    assert "PENETAPAN DESA/KELURAHAN LOKASI FOKUS" in text(path)
    (grid,) = tables(path)
    assert grid[0] == ["No", "Kecamatan", "Desa/Kelurahan", "Kode"]
    chosen = material.chosen
    assert [row[:3] for row in grid[1:]] == [
        [str(n), kecamatan, desa]
        for n, kecamatan, desa in zip(chosen["nomor"], chosen["kecamatan"], chosen["desa"], strict=True)
    ]
    assert "BUPATI CONTOH," in paragraphs(path)
    assert "SINTETIS" in headers(path)


def test_the_annex_tells_no_reason_chance_or_interval(stated, tmp_path):
    path = write_decree_annex(tmp_path / "a.docx", stated)
    (grid,) = tables(path)
    assert grid[0][4:] == ["Perkiraan (%)", "Anak (perkiraan)"]
    assert not re.search(r"[Pp]eluang|[Aa]lasan|–\d", text(path).replace("…", ""))


def test_what_the_study_states_is_printed_and_nothing_else_is_made_up(material, stated, tmp_path):
    own = text(write_decree_draft(tmp_path / "a.docx", stated))
    for words in ("NOMOR 188.45/77/2027", "pada tanggal 5 Januari 2027", "Ditetapkan di Kota Contoh", "A. B.",
                  "Undang-Undang Satu;", "bahwa rembuk stunting telah menyepakati daftar;"):  # fmt: skip
        assert words in own
    empty = paragraphs(write_decree_draft(tmp_path / "b.docx", material))
    assert sum(bool(re.fullmatch("(NOMOR |pada tanggal |Ditetapkan di )?…+", line)) for line in empty) >= 6


def test_the_draft_states_the_headline_figures(material, tmp_path):
    told = Headlines(material=material)
    path = write_decree_draft(tmp_path / "a.docx", material)
    assert f"Menetapkan {told.lokus} desa/kelurahan di {told.kecamatan_with_lokus} kecamatan" in text(path)
    assert f"diperkirakan {told.estimated_children_in_lokus} dari {told.estimated_children} anak" in text(
        path
    )
    assert "untuk ditelaah Bagian Hukum" in headers(path)
    lines = paragraphs(path)
    order = ["Menimbang", "Mengingat", "MEMUTUSKAN:", "Menetapkan", "KESATU", "KEDUA", "KETIGA", "KEEMPAT",
             "KELIMA"]  # fmt: skip
    assert [line for line in lines if line in order] == order


def test_dots_to_write_on_stay_on_one_line(material, tmp_path):
    for write in (write_decree_annex, write_decree_draft):
        seen = 0
        for table in docx.Document(str(write(tmp_path / "a.docx", material))).tables:
            for cell in (cell for row in table.rows for cell in row.cells):
                if cell.text.strip("… ") == "" and cell.text:
                    seen += 1  # a sign of dots is as wide as its type is high
                    assert len(cell.text) * Pt(11) < cell.width - Cm(0.38), cell.text
                for line in cell.paragraphs:  # letters beside the dots are about half as wide
                    if set(line.text) & {"…"}:
                        wide = line.text.count("…") + 0.52 * len(line.text.replace("…", ""))
                        assert wide * Pt(11) < cell.width - Cm(0.38), line.text
        assert seen >= 2


def test_no_line_ends_between_a_number_and_its_percent_sign(material, tmp_path):
    document = docx.Document(str(write_decree_draft(tmp_path / "a.docx", material)))
    words = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert re.search(r"\d\u00a0%", words)
    assert not re.search(r"\d %", words)


def test_letters_of_the_considerations_go_up_to_the_one_before_the_last(stated, tmp_path):
    lines = paragraphs(write_decree_draft(tmp_path / "a.docx", stated))
    marks = [line for line in lines if re.fullmatch(r"[a-z]\.", line)]
    assert marks == ["a.", "b.", "c.", "d.", "e."]
    assert any("huruf a sampai dengan huruf d," in line for line in lines)


def test_there_may_be_more_considerations_than_letters(material, tmp_path):
    many = replace(material.formalities, recitals=tuple(f"hal {n};" for n in range(60)))
    told = text(write_decree_draft(tmp_path / "a.docx", replace(material, formalities=many)))
    marks = [mark for mark in ("z.", "aa.", "az.", "ba.") if mark in told.split()]
    assert marks == ["z.", "aa.", "az.", "ba."]


def test_a_city_has_a_mayor(material, tmp_path):
    city = replace(material, info=replace(material.info, kabupaten="Kota Prabumulih"))
    assert "KEPUTUSAN WALI KOTA PRABUMULIH" in text(write_decree_draft(tmp_path / "a.docx", city))


def test_the_same_study_gives_the_same_bytes(material, tmp_path):
    for write in (write_decree_annex, write_decree_draft):
        one, two = (write(tmp_path / name, material) for name in ("1.docx", "2.docx"))
        assert one.read_bytes() == two.read_bytes()
