"""No English of the catalogue in what an Indonesian reader is given, and no Indonesian in what others are."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from dataclasses import replace
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from babel.messages.pofile import read_po
from page_reader import Reader
from pptx import Presentation
from pypdf import PdfReader

from lokus.followup.calendar import draft_calendar
from lokus.followup.interventions import intervention_matrix
from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.maps.maps import Maps
from lokus.show.pack.pack import write_pack
from lokus.show.themes.themes import IndicatorStyle

pytestmark = pytest.mark.slow


FILES = (
    "lokus.xlsx", "paparan.pptx", "laporan.html", "peta_interaktif.html", "atlas_kecamatan.pdf", "hasil.gpkg",
    "hasil.geojson", "hasil.csv", "kalender_aksi.xlsx",
)  # fmt: skip


DATA = ("hasil.geojson", "hasil.csv")  # their columns and classes are called the same in every language


def write(language, make_full_material, folder):
    """Write every output in a language, from material made in it; give the texts a reader sees by file."""
    with use_language(language):
        material = make_full_material(villages=36, kecamatan=3)
        if language == "en":  # what the study itself says is in its own language
            material = in_english(material)
        found = intervention_matrix(material.results, {"sanitasi_layak": 70.0}, load_catalogue())
        material = replace(material, interventions=found, calendar=draft_calendar(found, year=2026))
        maps = Maps(
            results=material.results, kecamatan=material.kecamatan, info=material.info,
            indicators={"air_layak": IndicatorStyle(label="%", unit="%", worse="low")},
        )  # fmt: skip
        pack = write_pack(
            folder, replace(material, reconciliation=reconciliation_of(material)), maps=maps, sizes=[],
            themes=[], write_lock=lambda path: path.write_text("{}"),
            extras=("paparan", "laporan", "atlas", "kalender", "geojson", "csv"),
        )  # fmt: skip
        shown = {path.name: read(path) for path in pack.files if path.name in FILES}
        shown["peta cetak"] = "\n".join(
            text.get_text() for theme in maps.themes for text in maps.sheet(theme).axes[0].texts
        )
    return shown


def in_english(material):
    results = material.results.assign(alasan="Ranked by score.")
    results["tipologi"] = results["tipologi"].map(
        {"Air dan jamban buruk": "A", "Cakupan layanan rendah": "B", "Relatif baik": "C"}
    )
    names = {"Prevalensi": "Rate", "Sanitasi": "Latrines"}
    info = replace(material.info, title="Study", rule="8 villages.", data_date="2026", sources=("a", "b"))
    findings = material.findings.assign(message="x", reason="y")
    alternatives = material.alternatives.assign(daftar=["One", "Two"])
    return replace(
        material, results=results, info=info, findings=findings, alternatives=alternatives,
        contributions=material.contributions.rename(columns=names),
        completeness=material.completeness.rename(columns=names), weights={"Rate": 0.6, "Latrines": 0.4},
        method=(("Rule of ties", "code"),),
    )  # fmt: skip


def reconciliation_of(material):
    codes = material.completeness.reset_index()[["kode_desa"]]
    return codes.assign(cara="nama persis", nilai=100.0)


def read(path) -> str:
    """Texts that a reader of an output sees."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value]
        return "\n".join([*book.sheetnames, *cells])
    if path.suffix == ".pptx":
        boxes = []
        for page in Presentation(str(path)).slides:
            for shape in page.shapes:
                if shape.has_text_frame:
                    boxes.append(shape.text_frame.text)
                elif shape.has_table:
                    boxes += [cell.text for row in shape.table.rows for cell in row.cells]
        return "\n".join(boxes)
    if path.suffix == ".html":
        return Reader(path.read_text("utf-8")).text
    if path.suffix == ".pdf":
        book = PdfReader(path)
        marks = [str(mark.title) for mark in book.outline]
        return "\n".join([str(book.metadata.title), *marks, *(page.extract_text() for page in book.pages)])
    if path.suffix == ".gpkg":
        return styles_of(path)
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return "\n".join(cell for row in csv.reader(file, delimiter=";") for cell in row)
    return "\n".join(
        f"{name} {value}"
        for feature in json.loads(path.read_text("utf-8"))["features"]
        for name, value in feature["properties"].items()
    )


def styles_of(path) -> str:
    """Names of layers and styles, and the labels of their legends as QGIS shows them."""
    base = sqlite3.connect(path)
    layers = base.execute("SELECT identifier, description FROM gpkg_contents").fetchall()
    styles = base.execute("SELECT styleName, description, styleQML FROM layer_styles").fetchall()
    base.close()
    labels = [
        str(element.get("label"))
        for _name, _text, qml in styles
        for element in ET.fromstring(qml).iter()
        if element.get("label")
    ]
    shown = [str(text) for row in layers for text in row] + [str(t) for row in styles for t in row[:2]]
    return "\n".join([*shown, *labels])


@pytest.fixture(scope="module")
def shown(make_full_material, tmp_path_factory) -> dict[str, str]:
    return write("id", make_full_material, tmp_path_factory.mktemp("id"))


@pytest.fixture(scope="module")
def shown_in_english(make_full_material, tmp_path_factory) -> dict[str, str]:
    return write("en", make_full_material, tmp_path_factory.mktemp("en"))


@pytest.fixture(scope="module")
def messages(root) -> list[tuple[str, str]]:
    """Msgid and translation of every message that has two words or more and is translated differently."""
    with (root / "lokus" / "locale" / "id" / "LC_MESSAGES" / "lokus.po").open("rb") as file:
        return [
            (str(message.id), str(message.string))
            for message in read_po(file)
            if message.id and message.string and message.id != message.string
        ]


def telling(text: str) -> str:
    """Longest part of a message between its placeholders; empty when it is a word only."""
    fixed = max((part.strip() for part in re.split(r"\{[^}]*\}", text)), key=len)
    return fixed if len(re.findall(r"[A-Za-z]{2,}", fixed)) >= 2 else ""


def patterns_of(texts) -> dict[str, re.Pattern[str]]:
    return {
        text: re.compile(r"(?<!\w)" + re.escape(part) + r"(?!\w)")
        for text in texts
        if (part := telling(text))
    }


@pytest.fixture(scope="module")
def english(messages) -> dict[str, re.Pattern[str]]:
    return patterns_of(msgid for msgid, _text in messages)


@pytest.fixture(scope="module")
def indonesian(messages) -> dict[str, re.Pattern[str]]:
    known = "\n".join(msgid for msgid, _text in messages)
    found = patterns_of(text for _msgid, text in messages)
    return {text: pattern for text, pattern in found.items() if not pattern.search(known)}


@pytest.mark.parametrize("file", [*FILES, "peta cetak"])
def test_no_english_of_the_catalogue_is_shown(file, shown, english):
    assert len(english) > 300
    assert len(shown[file]) > 200
    assert [text for text, pattern in english.items() if pattern.search(shown[file])] == []


@pytest.mark.slow
@pytest.mark.parametrize("file", [*FILES, "peta cetak"])
def test_no_indonesian_of_the_catalogue_is_shown_in_english(file, shown_in_english, indonesian):
    assert len(indonesian) > 300
    assert len(shown_in_english[file]) > 200
    found = {text for text, pattern in indonesian.items() if pattern.search(shown_in_english[file])}
    assert found <= ({"belum ada data"} if file in DATA else set())


def test_the_viewer_has_no_words_of_its_own(root):
    errors = {"the tables lead nowhere"}  # never happens, and is for whoever changes the viewer
    for source in sorted((root / "viewer" / "src").glob("*.js")):
        code = re.sub(r"/\*.*?\*/|//.*$", "", source.read_text("utf-8"), flags=re.M | re.S)
        # Words between quotes of one kind; what stands between the places of a template is looked at too.
        texts = re.findall(r'"([^"\n]*)"|`([^`\n]*)`', code)
        words = [re.sub(r"\$\{[^}]*\}", "|", "".join(pair)) for pair in texts]
        own = [text for text in words if re.search(r"[A-Za-z]{3,} [A-Za-z]{3,}", text)]
        assert set(own) <= errors, source.name


def test_the_search_would_find_either_language(english, indonesian):
    assert any(pattern.search("Data and their completeness") for pattern in english.values())
    assert any(pattern.search("Batas kecamatan") for pattern in indonesian.values())


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
