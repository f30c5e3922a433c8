"""Another program opens each document: its pages hold what the document says, and no list loses a row."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from pypdf import PdfReader

from lokus.show.documents.decree import write_decree_annex, write_decree_draft
from lokus.show.documents.minutes import write_minutes
from lokus.show.tables.villages import list_table


def pages(path, folder):
    """Text of each page as LibreOffice lays it out."""
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("no LibreOffice on this machine")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    done = subprocess.run(command, capture_output=True, timeout=180, check=False)
    made = path.with_suffix(".pdf")
    if not made.is_file():
        pytest.skip(f"this LibreOffice has no Writer: {done.stderr[:80]!r}")
    return [" ".join(page.extract_text().split()) for page in PdfReader(made).pages]


@pytest.mark.slow
@pytest.mark.parametrize("write", [write_decree_annex, write_minutes])
def test_every_lokus_is_on_a_page(material, tmp_path, write):
    read = " ".join(pages(write(tmp_path / "a.docx", material), tmp_path))
    listed = list_table(material)
    villages = [row[listed.heads.index("Desa/Kelurahan")] for row in listed.rows]
    assert villages
    assert [village for village in villages if village not in read] == []


@pytest.mark.slow
def test_every_page_of_the_draft_says_that_it_is_one(material, tmp_path):
    read = pages(write_decree_draft(tmp_path / "a.docx", material), tmp_path)
    assert all("RANCANGAN" in page for page in read)
    assert "MEMUTUSKAN" in " ".join(read)
    assert all(f"Halaman {number} dari {len(read)}" in page for number, page in enumerate(read, 1))


@pytest.mark.slow
def test_a_list_of_35_leaves_no_row_alone_on_a_page(material, tmp_path):
    rows = material.results.iloc[[0] * 35].copy()
    rows.index = [f"16030120{number:02d}" for number in range(35)]
    rows["nomor"] = range(1, 36)
    many = replace(material, results=rows)
    read = pages(write_minutes(tmp_path / "a.docx", many), tmp_path)
    heads = [page for page in read if "Kecamatan Desa/Kelurahan" in page]
    assert len(list_table(many).rows) == 35
    assert len(heads) == 1, "the head of the list is repeated on every page that has a row of it"
