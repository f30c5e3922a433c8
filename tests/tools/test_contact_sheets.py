from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from contact_sheets import BROWSER, contact_sheet, main, pages_of
from PIL import Image

from lokus.show.documents.page import add_text, new_document, save_document


def test_every_page_is_on_the_sheet_and_none_lies_on_another():
    colours = [(n, 0, 0) for n in range(1, 24)]
    sheet = contact_sheet([Image.new("RGB", (340, 480), colour) for colour in colours], "atlas")
    counted = {colour: n for n, colour in sheet.getcolors(sheet.width * sheet.height)}
    assert [counted[colour] for colour in colours] == [340 * 480] * 23


@pytest.mark.slow
def test_a_document_is_rendered_and_a_broken_one_is_named(info, tmp_path, capsys):
    if not (shutil.which("soffice") and shutil.which("pdftoppm") and BROWSER):
        pytest.skip("LibreOffice, Poppler or Chromium is not installed")
    outputs = tmp_path / "keluaran"
    outputs.mkdir()
    document = new_document(info, title="Surat")
    add_text(document, "Menimbang")
    save_document(document, outputs / "surat.docx", info)
    assert main([str(outputs), str(tmp_path / "lembar")]) == 0
    assert [path.name for path in Path(tmp_path / "lembar").iterdir()] == ["surat.docx.png"]
    (outputs / "rusak.pdf").write_bytes(b"bukan pdf")
    assert main([str(outputs), str(tmp_path / "lembar")]) == 1
    assert "rusak.pdf: CANNOT BE OPENED" in capsys.readouterr().out


@pytest.mark.slow
def test_a_page_for_a_browser_is_shown_on_a_laptop_on_a_phone_and_printed(tmp_path):
    if not (shutil.which("pdftoppm") and BROWSER):
        pytest.skip("Poppler or Chromium is not installed")
    page = tmp_path / "laporan.html"
    page.write_text("<!doctype html><meta name=viewport content='width=device-width'><p>Laporan</p>")
    laptop, phone, *printed = pages_of(page, tmp_path)
    assert (laptop.size, phone.size) == ((1366, 768), (390, 844))
    assert len(printed) == 1


@pytest.fixture
def info():
    from lokus.show.results.info import StudyInfo

    return StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
