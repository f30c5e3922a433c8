from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from contact_sheets import contact_sheet, main
from PIL import Image

from lokus.show.documents.page import add_text, new_document, save_document


def test_every_page_is_on_the_sheet_and_none_lies_on_another():
    colours = [(n, 0, 0) for n in range(1, 24)]
    sheet = contact_sheet([Image.new("RGB", (340, 480), colour) for colour in colours], "atlas")
    counted = {colour: n for n, colour in sheet.getcolors(sheet.width * sheet.height)}
    assert [counted[colour] for colour in colours] == [340 * 480] * 23


@pytest.mark.slow
def test_a_document_is_rendered_and_a_broken_one_is_named(info, tmp_path, capsys):
    if not (shutil.which("soffice") and shutil.which("pdftoppm")):
        pytest.skip("LibreOffice or Poppler is not installed")
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


@pytest.fixture
def info():
    from lokus.show.results.info import StudyInfo

    return StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
