"""Hostile text in every field that people fill in, through every output, each read by its own reader."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from hostile_study import LONG, NAMES, SCRIPT, write_hostile
from lxml import etree
from pptx import Presentation

from lokus import Kajian
from lokus.characters import UNSEEN, without_unseen
from lokus.errors import StudyFileError

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Glyph .* missing from font")]
# What no page of ours has; "y" is what the hostile texts try to open.
FOREIGN = {"link", "iframe", "object", "embed", "base", "form", "audio", "video", "frame", "y"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Kajian:
    return Kajian.open(write_hostile(tmp_path_factory.mktemp("jahat")))


@pytest.fixture(scope="module")
def folder(study: Kajian) -> Path:
    made = study.write()
    assert len(made.files) == 14
    return made.folder


def names_of(study: Kajian) -> list[str]:
    return [str(name) for name in study.villages.sort_index()["desa"]]


def test_names_lose_what_is_not_seen_and_it_is_said(study: Kajian) -> None:
    for told, written in zip(names_of(study), NAMES, strict=True):
        seen = " ".join(without_unseen(written).split())
        assert told == (seen if len(seen) <= 100 else seen[:99] + "…")
    checks = set(study.audit.findings["check"])
    assert {"batas.unseen", "batas.long_name", "tables.unseen"} <= checks


@pytest.mark.parametrize("letter", ["\u202e", "\u200b", "\x07", "\x9b", "\ufeff", "\u2066", "\U000e0041"])
def test_a_study_file_with_such_a_character_is_refused(study: Kajian, letter: str) -> None:
    with pytest.raises(StudyFileError, match=f"U\\+{ord(letter):04X}"):
        study.replace(kajian={"judul": f"Usulan {letter} lokus"})


def test_the_names_of_all_files_stay_in_the_folder(folder: Path) -> None:
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    assert len(names) == 14
    assert all(re.fullmatch(r"[a-z0-9_A.]+", name) for name in names), names


class Tags(html.parser.HTMLParser):
    """All tags and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            value or "" for name, value in attrs if name in ("src", "href", "action", "data", "srcset")
        ]
        self.handlers += [name for name, _value in attrs if name.startswith("on")]


@pytest.mark.parametrize("name", ["peta_interaktif.html", "laporan.html"])
def test_pages_hold_no_tag_address_or_handler_of_an_input(folder: Path, name: str) -> None:
    page = (folder / name).read_text("utf-8")
    seen = Tags()
    seen.feed(page)
    assert not set(seen.tags) & FOREIGN
    assert seen.handlers == []
    assert [link[:40] for link in seen.links if not link.startswith(("#", "data:image/png;base64,"))] == []
    assert page.lower().count("<script") == (2 if name.startswith("peta") else 0)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'")
    assert not UNSEEN.search(page)


@pytest.mark.parametrize("name", ["peta_interaktif.html", "laporan.html"])
def test_a_browser_runs_no_script_of_an_input_and_asks_for_nothing(
    folder: Path, tmp_path: Path, name: str
) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not browser:
        pytest.skip("no Chromium on this machine")
    log = tmp_path / "net.json"
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'home'}",
         "--enable-logging=stderr", "--virtual-time-budget=4000", f"--log-net-log={log}", "--dump-dom",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking",
         "--disable-component-update", (folder / name).as_uri()],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    title = re.search("<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert title
    assert title[1] != "diretas"
    # The policy refuses nothing either, for nothing is asked.
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert "contoh.invalid" not in log.read_text("utf-8", "replace")


@pytest.mark.parametrize("name", ["lokus.xlsx", "kalender_aksi.xlsx"])
def test_workbooks_hold_no_formula_link_or_macro_of_an_input(folder: Path, name: str) -> None:
    own = {"IF", "AND", "OR", "ISNUMBER", "COUNTA", "COUNTIF", "COUNTIFS", "SUM", "SUMIF", "SUMIFS",
           "SUMPRODUCT", "IFERROR", "ROUND", "COUNT", "MAX", "MIN", "NOT", "LEN"}  # fmt: skip
    formulas, texts = [], 0
    for sheet in openpyxl.load_workbook(folder / name).worksheets:
        assert UNSEEN.search(sheet.title) is None
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.hyperlink is None or not cell.hyperlink.target
                if cell.data_type == "f":
                    formulas.append(str(cell.value))
                elif isinstance(cell.value, str):
                    texts += 1
                    assert not UNSEEN.search(cell.value)
                    # A leading sign is kept as text by the format, also when the cell is edited.
                    assert not cell.value.startswith(("=", "+", "-", "@")) or cell.quotePrefix
    assert texts > 50
    for formula in formulas:
        # Names of sheets stand between apostrophes, texts between quotation marks, each doubled inside.
        bare = re.sub(r"'(?:[^']|'')*'!|\"(?:[^\"]|\"\")*\"", "", formula)
        assert set(re.findall(r"([A-Z.]+)\(", bare)) <= own, formula
        assert re.fullmatch(r"=[A-Z0-9$:,.()+*/<>=& -]+", bare), formula
    with zipfile.ZipFile(folder / name) as archive:
        parts = archive.namelist()
        assert not [part for part in parts if re.search("vba|external|connections|embed|activeX", part)]
        for part in parts:
            if part.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(part))
                assert b'TargetMode="External"' not in archive.read(part)


def test_the_csv_holds_no_formula(folder: Path, study: Kajian) -> None:
    text = (folder / "hasil.csv").read_text("utf-8-sig")
    assert not UNSEEN.search(text)
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows[1:]:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?(e-?\d+)?", cell), cell
    found = {row[rows[0].index("desa")].removeprefix("'") for row in rows[1:]}
    assert found == set(names_of(study))


def test_slides_say_the_names_and_refer_to_nothing(folder: Path) -> None:
    deck = Presentation(str(folder / "paparan.pptx"))
    shown = "\n".join(
        shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame
    )
    assert SCRIPT in shown
    assert not UNSEEN.search(shown.replace("\x0b", ""))
    with zipfile.ZipFile(folder / "paparan.pptx") as archive:
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(part))
                assert b'TargetMode="External"' not in archive.read(part)
                assert b"hlinkClick" not in archive.read(part)


def test_styles_of_the_geopackage_are_sound_xml_and_its_names_are_whole(folder: Path, study: Kajian) -> None:
    layer = gpd.read_file(folder / "hasil.gpkg", layer="desa")
    assert sorted(layer["desa"]) == sorted(names_of(study))
    with sqlite3.connect(folder / "hasil.gpkg") as base:
        styles = base.execute("select styleQML, styleSLD from layer_styles").fetchall()
    assert styles
    for qml, sld in styles:
        for text in filter(None, (qml, sld)):
            etree.fromstring(text.encode())
            # No expression of a style is made of an input, and none runs a function of a file or an address.
            plain = re.sub(r"http://(mrcc\.com/qgis\.dtd|www\.(opengis\.net|w3\.org)/[\w/.-]*)", "", text)
            assert not re.search(r"script|hyperlink|env\(|load_layer|http", plain)


def test_geojson_and_lock_are_sound(folder: Path, study: Kajian) -> None:
    features = json.loads((folder / "hasil.geojson").read_text("utf-8"))["features"]
    assert sorted(one["properties"]["desa"] for one in features) == sorted(names_of(study))
    lock = (folder / "kajian.lock.json").read_text("utf-8")
    json.loads(lock)
    assert not UNSEEN.search(lock)


@pytest.mark.parametrize(
    "name", ["peta_usulan_A4.pdf", "peta_indikator_rumah_kumuh_A4.pdf", "atlas_kecamatan.pdf"]
)
def test_pdfs_hold_no_action_and_their_text_stays_on_the_page(folder: Path, name: str) -> None:
    raw = (folder / name).read_bytes()
    for action in (
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/URI",
        b"/OpenAction",
        b"/EmbeddedFile",
        b"/SubmitForm",
    ):
        assert action not in raw, action
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(folder / name), "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', boxes, re.DOTALL)
    assert pages
    for width, height, words in pages:
        found = re.findall(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', words)
        assert len(found) > 20
        for left, top, right, bottom in (map(float, one) for one in found):
            assert left >= 0
            assert top >= 0
            assert right <= float(width) + 1
            assert bottom <= float(height) + 1
    assert LONG[:99] not in boxes.replace("\n", "")


def test_what_is_printed_on_the_terminal_holds_no_control_character(
    study: Kajian, capsys: pytest.CaptureFixture[str]
) -> None:
    from lokus.cli import main

    main(["audit", str(study.path)])
    there = study.path.parent
    main(["init", str(there / "desa.gpkg"), str(there / "data_2026.csv"), "--tahun", "2026", "--kajian",
          str(there / "baru.toml")])  # fmt: skip
    told = capsys.readouterr()
    assert not UNSEEN.search((told.out + told.err).replace("\u200b", ""))
