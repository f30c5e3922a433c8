"""LibreOffice opens every office file of three studies: their pages hold every word that is to be printed."""

from __future__ import annotations

import re
import shutil
import subprocess

import openpyxl
import pytest
from oki_study import write_oki
from pptx import Presentation
from pypdf import PdfReader

from lokus import Kajian
from lokus.show.maps.maps import Maps
from lokus.show.pack.output_writer import OutputWriter
from lokus.show.slides.slides import write_slides
from lokus.show.workbook.period_workbook import write_period_workbook
from lokus.stages.periods import find_period, period_report
from tests.docx_reader import paragraphs

SUFFIXES = (".docx", ".xlsx", ".pptx")


def shape_texts(shapes):
    for shape in shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def words(path) -> set[str]:
    """Words of five letters or more that are to be printed, read without LibreOffice."""
    if path.suffix == ".docx":
        texts = paragraphs(path)
    elif path.suffix == ".pptx":
        texts = [text for slide in Presentation(str(path)).slides for text in shape_texts(slide.shapes)]
    else:
        book = openpyxl.load_workbook(path)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        grids = [
            sheet[sheet.print_area.split("!")[-1]] if sheet.print_area else sheet.rows for sheet in shown
        ]
        cells = [cell.value for grid in grids for row in grid for cell in row]
        texts = [text for text in cells if isinstance(text, str) and not text.startswith("=")]
    return {word.lower() for word in re.findall(r"[A-Za-z]{5,}", "\n".join(texts))}


def office_files(study, folder, sheet):
    """Every office file of a study, no two of one stem (a letter and its workbook share theirs)."""
    written = folder / "tulis"
    written.mkdir()
    maps = Maps(results=study.results, kecamatan=study.boundaries.kecamatan, info=study.info)
    writer = OutputWriter(folder=written, maps=maps, material=study.material)
    # The situation analyses of the kecamatan are of one make: the whole and one of them.
    files = [*writer.workbook(), *writer.calendar(), *writer.documents(), *writer.situations()[:2],
             *writer.audit_form(), *writer.foster_form(), *writer.coverage_form()]  # fmt: skip
    files.append(write_slides(written / "paparan.pptx", study.material, sheets=sheet))
    if study.periods:
        report = period_report(study, find_period(study))
        files.append(write_period_workbook(written / "laporan.xlsx", report))
    files = [path for path in files if path.suffix in SUFFIXES]
    named = [folder / f"{path.stem}_{path.suffix[1:]}{path.suffix}" for path in files]
    for path, copy in zip(files, named, strict=True):
        shutil.copy(path, copy)
    return named


@pytest.mark.slow
@pytest.mark.parametrize("which", ["contoh", "pasangkayu", "oki"])
def test_libreoffice_opens_every_office_file(which, root, small_sheet, tmp_path, request):
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("no LibreOffice on this machine")
    stated = root / "data" / "kajian" / "contoh-2026.toml"
    if which != "contoh":
        shared = request.getfixturevalue("shared_data")
        pasangkayu = root / "tests" / "pasangkayu" / "kajian.toml"
        stated = pasangkayu if which == "pasangkayu" else write_oki(tmp_path / "oki", shared)
    study = Kajian.open(stated)
    files = office_files(study, tmp_path, small_sheet)
    assert {path.suffix for path in files} == set(SUFFIXES)
    made = tmp_path / "pdf"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(made)]
    done = subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=480)
    assert b"rror" not in done.stderr
    kabupaten = study.info.kabupaten.lower()
    for path in files:
        pages = PdfReader(made / f"{path.stem}.pdf").pages
        text = " ".join(page.extract_text() for page in pages).lower()
        assert len(pages) >= 1, path.name
        assert kabupaten in " ".join(text.split()), path.name
        assert not re.search(r"#(ref|name|value|div/0|n/a)\b", text), path.name
        squeezed, said = re.sub(r"\s|-", "", text), words(path)
        assert len(said) > 10, path.name
        assert sorted(word for word in said if word not in squeezed) == [], path.name
    deck = PdfReader(made / "paparan_pptx.pdf")
    assert len(deck.pages) == len(Presentation(str(tmp_path / "paparan_pptx.pptx")).slides)
