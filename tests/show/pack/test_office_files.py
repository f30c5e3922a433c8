"""LibreOffice opens every office file that the example gives: each has pages, and they hold its words."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from pptx import Presentation
from pypdf import PdfReader

from lokus import Kajian
from lokus.show.maps.maps import Maps
from lokus.show.pack.output_writer import OutputWriter
from lokus.show.slides.slides import write_slides

SUFFIXES = (".docx", ".xlsx", ".pptx")


@pytest.mark.slow
def test_libreoffice_opens_every_office_file_of_the_example(root, small_sheet, tmp_path):
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("no LibreOffice on this machine")
    study = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    folder, made = tmp_path / "keluaran", tmp_path / "pdf"
    folder.mkdir()
    maps = Maps(results=study.results, kecamatan=study.boundaries.kecamatan, info=study.info)
    writer = OutputWriter(folder=folder, maps=maps, material=study.material)
    files = [*writer.workbook(), *writer.calendar(), *writer.documents()]
    files.append(write_slides(folder / "paparan.pptx", study.material, sheets=small_sheet))
    assert {path.suffix for path in files} == set(SUFFIXES)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(made)]
    for suffix in SUFFIXES:  # a letter and its workbook share their stem
        same = [str(path) for path in files if path.suffix == suffix]
        target = [*command[:-1], str(made / suffix[1:])]
        subprocess.run([*target, *same], check=False, capture_output=True, timeout=240)
    for path in files:
        pages = PdfReader(made / path.suffix[1:] / f"{path.stem}.pdf").pages
        text = " ".join(page.extract_text() for page in pages)
        assert len(pages) >= 1, path.name
        assert "Kabupaten Contoh".lower() in text.lower(), path.name
        assert "#REF" not in text, path.name
        assert "#NAME" not in text, path.name
    deck = PdfReader(made / "pptx" / "paparan.pdf")
    assert len(deck.pages) == len(Presentation(str(folder / "paparan.pptx")).slides)
