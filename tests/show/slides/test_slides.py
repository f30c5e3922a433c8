from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest
from deck_reader import titles, words
from pptx import Presentation
from pptx.util import Mm, Pt

from lokus.show.drawing.typography import line_height
from lokus.show.slides.fit import PAD_X, PAD_Y, count_lines
from lokus.show.slides.slides import build_slides, write_slides

MARK = "DATA CONTOH SINTETIS"


@pytest.fixture(scope="module")
def opened(one_sheet):
    """Build and open a deck."""

    def build(material):
        return Presentation(io.BytesIO(build_slides(material, sheets=one_sheet).to_bytes()))

    return build


@pytest.fixture(scope="module")
def deck(material):
    return Presentation(io.BytesIO(build_slides(material).to_bytes()))


@pytest.fixture(scope="module")
def hard_deck(hard_material, opened, every_stage):
    """Fifty lokus, long names, and every map there is but that of the review."""
    full = every_stage(hard_material.results).drop(columns="status_reviu")
    return opened(replace(hard_material, results=full))


def tables(deck):
    return [(page, shape) for page in deck.slides for shape in page.shapes if shape.has_table]


def test_it_tells_the_story_in_order_on_wide_slides(deck):
    assert titles(deck) == [
        "Penentuan lokus penurunan stunting",
        "Data dan kelengkapannya",
        "Metode dalam satu halaman",
        "Peta: Usulan lokus",
        "Daftar usulan: 8 lokus di 5 kecamatan",
        "Mengapa desa-desa ini",
        "Peta: Prevalensi dan Peluang",
        "Seberapa pasti daftar ini",
        "Alternatif",
        "Kesenjangan per OPD",
        "Tindak lanjut",
        "Batasan dan sumber",
    ]
    assert round(deck.slide_width / deck.slide_height, 3) == round(16 / 9, 3)


@pytest.mark.slow
def test_ten_to_fourteen_slides_with_everything_and_with_little(deck, hard_deck, material, opened):
    bare = replace(
        material, gaps=None, alternatives=None, prices=None, findings=None, completeness=None, by_opd=None
    )
    assert [10 <= len(d.slides) <= 14 for d in (deck, opened(bare))] == [True] * 2
    assert len(hard_deck.slides) <= 16  # two more rather than a list that nobody can read


def test_maps_stand_in_pairs_each_with_its_sentence(hard_deck, hard_material, every_stage):
    shown = titles(hard_deck)
    assert "Peta: Prevalensi dan Peluang" in shown
    assert "Peta: Klaster dan Tipologi" in shown
    results = every_stage(hard_material.results)
    hot = results["titik_panas"] == "tinggi-tinggi"
    sentence = (
        f"{hot.sum()} desa/kelurahan bernilai tinggi di antara tetangga yang tinggi; "
        f"{(hot & results['nomor'].notna()).sum()} di antaranya diusulkan menjadi lokus."
    )
    assert sentence in words(hard_deck)


def test_one_pattern_alone_has_a_slide_of_its_own(material, opened, every_stage):
    results = every_stage(material.results).drop(columns=["status_reviu", "tipologi"])
    got = titles(opened(replace(material, results=results)))
    assert "Peta: Klaster tinggi dan rendah" in got


def test_every_slide_of_a_made_up_study_says_so(deck, material, opened):
    for page in deck.slides:
        assert MARK in [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]
    real = opened(replace(material, info=replace(material.info, synthetic=False)))
    assert MARK not in words(real)


@pytest.mark.parametrize("which", ["deck", "hard_deck"])
def test_the_list_holds_every_lokus_once_in_order(which, request, material, hard_material):
    chosen = {"deck": material, "hard_deck": hard_material}[which].chosen
    rows = []
    for _page, shape in tables(request.getfixturevalue(which)):
        grid = [[cell.text for cell in row.cells] for row in shape.table.rows]
        if grid[0][0] == "No":
            rows += grid[1:]
    assert [row[0] for row in rows] == [str(number) for number in chosen["nomor"]]
    assert [row[2] for row in rows] == chosen["desa"].tolist()


@pytest.mark.parametrize("which", ["deck", "hard_deck"])
def test_everything_stands_inside_the_slide_and_nothing_on_anything_else(which, request):
    deck = request.getfixturevalue(which)
    for page in deck.slides:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height, s.name) for s in page.shapes]
        for left, top, right, bottom, name in boxes:
            assert 0 <= left < right <= deck.slide_width, name
            assert 0 <= top < bottom <= deck.slide_height, name
        big = [shape for shape in page.shapes if shape.has_table or shape.shape_type == 13]
        for shape in big:
            assert shape.top + shape.height <= Mm(178)
        for a in big:
            for b in big:
                apart = a.left + a.width <= b.left or b.left + b.width <= a.left
                apart |= a.top + a.height <= b.top or b.top + b.height <= a.top
                assert a is b or apart


@pytest.mark.parametrize("which", ["deck", "hard_deck"])
def test_texts_measured_again_fit_their_boxes(which, request):
    for page in request.getfixturevalue(which).slides:
        for shape in page.shapes:
            if not shape.has_text_frame or not shape.text_frame.text:
                continue
            need = 0.0
            for line in shape.text_frame.paragraphs:
                size = line.runs[0].font.size.pt
                indent = int(line._p.pPr.get("marL", "0")) / Mm(1)
                weight = "bold" if line.runs[0].font.bold else "normal"
                lines = count_lines(line.text, size, shape.width / Mm(1) - indent, weight=weight)
                need += lines * line_height(size)
                need += (
                    (line.space_after or Pt(0)).pt * 25.4 / 72
                    if line is not shape.text_frame.paragraphs[-1]
                    else 0
                )
            assert need <= shape.height / Mm(1) + 0.6, (shape.name, shape.text_frame.text[:60])


@pytest.mark.parametrize("which", ["deck", "hard_deck"])
def test_cells_measured_again_fit_their_rows(which, request):
    for _page, shape in tables(request.getfixturevalue(which)):
        widths = [column.width / Mm(1) for column in shape.table.columns]
        for row in shape.table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                run = cell.text_frame.paragraphs[0].runs[0]
                lines = count_lines(
                    cell.text,
                    run.font.size.pt,
                    width - 2 * PAD_X + 0.01,
                    weight="bold" if run.font.bold else "normal",
                )
                assert lines * line_height(run.font.size.pt) + 2 * PAD_Y <= row.height / Mm(1) + 0.1


def test_rows_that_find_no_room_are_counted(material, opened):
    many = material.alternatives.loc[[0] * 60].assign(masuk="Sukamaju " * 30).reset_index(drop=True)
    crowded = opened(replace(material, alternatives=many))
    page = crowded.slides[titles(crowded).index("Alternatif")]
    shown = next(len(shape.table.rows) - 1 for shape in page.shapes if shape.has_table)
    notes = [s.text_frame.text for s in page.shapes if s.has_text_frame]
    assert 0 < shown < 60
    assert f"… dan {60 - shown} baris lagi, lihat laporan" in notes


def test_absent_parts_have_no_slide(material, opened):
    bare = replace(material, gaps=None, alternatives=None, prices=None, odds_bounds=None, contributions=None)
    got = titles(opened(bare))
    assert not {"Kesenjangan per OPD", "Alternatif", "Mengapa desa-desa ini"} & set(got)


def test_without_chances_the_widest_intervals_are_shown(material, opened):
    results = material.results.drop(columns=["peluang_lokus", "kelas_kepastian"])
    assert "Seberapa pasti angkanya" in titles(opened(replace(material, results=results)))


def test_same_bytes_whatever_the_time_and_the_row_order(material, one_sheet, tmp_path):
    one = write_slides(tmp_path / "a.pptx", material, sheets=one_sheet).read_bytes()
    shuffled = replace(material, results=material.results.sample(frac=1, random_state=4))
    assert write_slides(tmp_path / "b.pptx", shuffled, sheets=one_sheet).read_bytes() == one
    with zipfile.ZipFile(tmp_path / "a.pptx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_pictures_say_what_they_show(deck):
    shown = [
        s._element.nvPicPr.cNvPr.get("descr") for p in deck.slides for s in p.shapes if s.shape_type == 13
    ]
    assert shown == [
        "Peta Kabupaten Contoh: Usulan lokus",
        "Bagian skor tiap desa/kelurahan yang diusulkan",
        "Peta Kabupaten Contoh: Prevalensi stunting (%)",
        "Peta Kabupaten Contoh: Peluang masuk daftar lokus (%)",
    ]


def test_text_that_xml_cannot_hold_is_shown_as_lost(material, opened):
    odd = material.results.copy()
    odd.loc[odd.index[odd["nomor"] == 1], "desa"] = "Suka\x07\nmaju <b>&"
    assert "Suka\ufffd maju <b>&" in words(opened(replace(material, results=odd)))


@pytest.mark.slow
def test_libreoffice_draws_every_slide(hard_material, tmp_path):
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("no LibreOffice on this machine")
    path = write_slides(tmp_path / "paparan.pptx", hard_material)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    done = subprocess.run(command, capture_output=True, timeout=180)
    if not (tmp_path / "paparan.pdf").is_file():
        pytest.skip(f"this LibreOffice has no Impress: {done.stderr[:80]!r}")
    from pypdf import PdfReader

    pages = PdfReader(tmp_path / "paparan.pdf").pages
    assert len(pages) == len(Presentation(str(path)).slides)
    # A table grown by the program would push its last row over the footer: the footer must come last.
    assert all(MARK in page.extract_text() for page in pages)
