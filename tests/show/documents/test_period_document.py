"""The document of a periodic report."""

from __future__ import annotations

import docx_reader
from period_study import period_study

from lokus.show.documents.period_document import write_period_document
from lokus.stages.periods import find_period, period_report


def test_the_document_has_blocks_changes_and_a_place_to_sign(tmp_path):
    study = period_study(tmp_path)
    report = period_report(study, find_period(study, semester=1))
    text = docx_reader.text(write_period_document(tmp_path / "a.docx", report))
    for words in (
        "LAPORAN BERKALA",
        "SEMESTER 1 TAHUN 2026",
        "Blok 1A. Layanan intervensi spesifik",
        "Tindak lanjut yang disepakati",
        "Data yang belum ada",
    ):
        assert words in text
    first = period_report(study, find_period(study, semester=2, year=2025))
    assert "Perubahan per desa" not in docx_reader.text(write_period_document(tmp_path / "b.docx", first))
