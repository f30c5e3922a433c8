"""No English of the catalogue in what an Indonesian reader is given."""

from __future__ import annotations

import re

import openpyxl
import pytest
from babel.messages.pofile import read_po
from page_reader import Reader
from pptx import Presentation

from lokus.show.maps import Maps
from lokus.show.pack import write_pack


@pytest.fixture(scope="module")
def pack(material, tmp_path_factory):
    reconciliation = material.completeness.reset_index()[["kode_desa"]].assign(
        cara="nama persis", nilai=100.0
    )
    return write_pack(
        tmp_path_factory.mktemp("pack"),
        maps=Maps(results=material.results, kecamatan=material.kecamatan, info=material.info),
        sizes=[], themes=[], contributions=material.contributions, completeness=material.completeness,
        reconciliation=reconciliation, findings=material.findings, method=material.method,
        write_lock=lambda path: path.write_text("{}"), by_opd=material.by_opd, gaps=material.gaps,
        alternatives=material.alternatives, weights=material.weights, lock=material.lock,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shown(pack) -> dict[str, str]:
    """Texts a reader sees, file by file."""
    book = openpyxl.load_workbook(pack.folder / "lokus.xlsx")
    cells = [
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    deck = Presentation(str(pack.folder / "paparan.pptx"))
    boxes = []
    for page in deck.slides:
        for shape in page.shapes:
            if shape.has_text_frame:
                boxes.append(shape.text_frame.text)
            elif shape.has_table:
                boxes += [cell.text for row in shape.table.rows for cell in row.cells]
    return {
        "lokus.xlsx": "\n".join([*book.sheetnames, *cells]),
        "paparan.pptx": "\n".join(boxes),
        "laporan.html": Reader((pack.folder / "laporan.html").read_text("utf-8")).text,
        "peta_interaktif.html": Reader((pack.folder / "peta_interaktif.html").read_text("utf-8")).text,
    }


@pytest.fixture(scope="module")
def english(root) -> dict[str, re.Pattern[str]]:
    """Every msgid of two words or more that its translation differs from, placeholders open."""
    with (root / "lokus" / "locale" / "id" / "LC_MESSAGES" / "lokus.po").open("rb") as file:
        catalogue = read_po(file)
    patterns = {}
    for message in catalogue:
        text = str(message.id)
        if not text or text == message.string or len(re.findall(r"[A-Za-z]{2,}", text)) < 2:
            continue
        fixed = [part.strip() for part in re.split(r"\{[^}]*\}", text)]
        telling = max(fixed, key=len)
        if len(re.findall(r"[A-Za-z]{2,}", telling)) >= 2:
            patterns[text] = re.compile(r"(?<!\w)" + re.escape(telling) + r"(?!\w)")
    return patterns


@pytest.mark.parametrize("file", ["lokus.xlsx", "paparan.pptx", "laporan.html", "peta_interaktif.html"])
def test_no_english_of_the_catalogue_is_shown(file, shown, english):
    assert len(english) > 300
    assert len(shown[file]) > 500
    assert [text for text, pattern in english.items() if pattern.search(shown[file])] == []


def test_the_search_would_find_english(english):
    assert any(pattern.search("Data and their completeness") for pattern in english.values())


def test_every_sentence_of_these_outputs_is_translated(root):
    with (root / "lokus" / "locale" / "id" / "LC_MESSAGES" / "lokus.po").open("rb") as file:
        catalogue = read_po(file)
    ours = [
        str(message.id)
        for message in catalogue
        if message.id and any(str(name).startswith("lokus/show/") for name, _line in message.locations)
    ]
    assert len(ours) > 150
    assert [text for text in ours if not catalogue[text].string] == []
