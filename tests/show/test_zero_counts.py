"""No sentence counts 0 of a fault: what is not missing is not said to be missing, in either language."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import openpyxl
import pytest
from example_pack import study
from pptx import Presentation

from lokus.i18n import list_counts, use_language
from lokus.show.results.headlines import Headlines
from lokus.show.slides.deck import Deck
from lokus.show.slides.study import data_slide
from lokus.show.words.narrative import caveats, summary
from lokus.show.workbook.workbook import write_workbook
from tests.deck_reader import words

_NONE = re.compile(
    r"(?<![\d.,–(−<≥-])\b0 (desa|lokus|nilai|sel|kesenjangan|tidak|belum|menahan|peringatan|tertahan|gagal|"
    r"villages|values|cells|gaps|not|without|blocking|warnings|held|failed|on part)",
    re.IGNORECASE,
)


def _whole():
    """The bundled study of 2025 with nothing missing and every village measured enough."""
    material = study().replace().material
    sure = material.results.assign(belum_andal=False, tanpa_pengukuran=False)
    notes = material.findings[material.findings["level"] == "note"]
    return replace(material, results=sure, completeness=material.completeness.notna() | True, findings=notes)


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_is_not_missing_is_not_counted(language, tmp_path):
    with use_language(language):
        material = _whole()
        assert not Headlines(material=material).unmeasured
        deck = Deck(material.info)
        data_slide(deck, material)
        slide = words(Presentation(io.BytesIO(deck.to_bytes())))
        book = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", material))
        cells = [
            str(cell.value)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str)
        ]
        told = [slide, *cells, *summary(material), *caveats(material)]
    assert [text for text in told if _NONE.search(text)] == []


def test_a_count_of_none_would_be_noticed():
    for text in ("0 desa/kelurahan tanpa pengukuran", "Audit: 0 menahan", "63 on all, 0 without a score"):
        assert _NONE.search(text)
    assert not _NONE.search("10 desa")
    assert list_counts((0, "{n} failed"), (0, "{n} held back")) == ""
