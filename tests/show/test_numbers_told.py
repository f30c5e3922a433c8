"""Numbers that embarrass in a meeting, looked for in what readers see: the example and a real study."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pptx import Presentation

from lokus import Kajian
from lokus.followup.case_audit import NOT_EXAMINED, RISK_GROUPS, risk_label
from lokus.show.report.report import write_report
from lokus.show.results.headlines import Headlines
from lokus.show.slides.slides import build_slides
from lokus.show.themes.palette import SCORE, WHO
from lokus.show.themes.themes import make_layer
from lokus.show.workbook.workbook import write_workbook
from tests.deck_reader import words

MINUS_NOTHING = re.compile(r"(?<![\d.,–])[-−]0(?:[.,]0+)?(?![\d.,]\d|\d)")
FALL = re.compile(r"dari (\d+,\d) % menjadi (\d+,\d) % \(([+−-]?\d+,\d) poin\)")


def number(text: str) -> float:
    return float(text.replace(".", "").replace(",", ".").replace("−", "-").replace("+", ""))


def told_texts(study: Kajian, sheet, folder: Path) -> dict[str, str]:
    """Report, slides and workbook as text."""
    material = study.material
    written = write_report(folder / "laporan.html", material, sheets=sheet).read_text(encoding="utf-8")
    page = re.sub(r"<(style|script)[^>]*>.*?</\1>", " ", written, flags=re.DOTALL)
    deck = words(Presentation(io.BytesIO(build_slides(material, sheets=sheet).to_bytes())))
    book = openpyxl.load_workbook(write_workbook(folder / "lokus.xlsx", material))
    cells = [cell for part in book for row in part.iter_rows() for cell in row if cell.value is not None]
    below_zero = [
        f"{cell.parent.title}!{cell.coordinate}: -0,0"
        for cell in cells
        if isinstance(cell.value, float)
        and cell.value < 0
        and "E" not in cell.number_format
        and round(cell.value, len(cell.number_format.partition(".")[2].partition(";")[0])) == 0
    ]
    texts = [str(cell.value) for cell in cells if isinstance(cell.value, str)] + below_zero
    return {
        "laporan": unescape(re.sub(r"<[^>]+>", " ", page)), "paparan": deck, "buku kerja": "\n".join(texts),
    }  # fmt: skip


def faults(study: Kajian, texts: dict[str, str]) -> list[str]:
    """Each kind of fault with the words around it; none where the outputs hang together."""
    found, results, told = [], study.results, Headlines(material=study.material)
    for name, text in texts.items():
        found += [
            f"{name}: {text[max(0, m.start() - 30) : m.end() + 9]!r}" for m in MINUS_NOTHING.finditer(text)
        ]
        for match in FALL.finditer(text):
            then, now, change = (number(part) for part in match.groups())
            if round(now - then, 1) != change:
                found.append(f"{name}: does not add up: {match.group()}")
        for match in re.finditer(r"Di ([\d.]+) desa/kelurahan sedikit anak yang diukur", text):
            if number(match[1]) != told.not_reliable:
                found.append(f"{name}: {match.group()}, counted {told.not_reliable}")
    if "prevalensi" in results:
        layer = make_layer(results, "prevalensi")
        if layer.unsure_count != told.not_reliable:
            found.append(f"map marks {layer.unsure_count}, told {told.not_reliable}")
    for theme, bands in (("prevalensi", WHO), ("skor", SCORE)):
        if theme in results:
            layer = make_layer(results, theme)
            read = pd.Series([round(value, 1) for value in layer.values], index=layer.values.index)
            wrong = layer.classes[layer.values.notna()] != bands.classify(read)[layer.values.notna()]
            found += [f"{theme}: {kode} coloured as {layer.classes[kode]}" for kode in wrong.index[wrong]]
    reasons = results["alasan"].astype(str)
    found += [
        text for text in reasons if re.search(r"\d+,\d+ di bawah", text)
    ]  # of what? "3,9 poin di bawah"
    named = {table.opd for table in study.settings.tables if table.opd}
    named |= {study.catalogue[key].owner for key in study.settings.gaps.thresholds}
    for source, frame in (("by_opd", study.audit.by_opd.reset_index()), ("gaps", study.gaps)):
        if frame is not None and "opd" in frame:
            found += [f"{source}: office {name}" for name in sorted(set(frame["opd"]) - named)]
    if study.gaps is not None and len(study.gaps):
        offices = study.gaps.groupby("kunci")["opd"].nunique()
        found += [f"two offices for {key}" for key in offices.index[offices > 1]]
    if study.case_audit is not None:
        heading = repr(study.case_audit)
        for group in RISK_GROUPS:
            unseen = study.case_audit.table[group].eq(NOT_EXAMINED).all()
            if unseen and f"{risk_label(group)} 0" in heading:
                found.append(f"heading counts {group}, which nobody examined: {heading}")
    rates = {
        match for text in texts.values() for match in re.findall(r"kabupaten[^.\n]{0,40}?(\d+,\d) %", text)
    }
    recorded = {match for text in texts.values() for match in re.findall(r"[Tt]ercatat (\d+,\d) %", text)}
    if len(recorded) > 1:
        found.append(f"recorded prevalence of the kabupaten: {recorded} ({rates})")
    return found


@pytest.mark.slow
def test_the_example_tells_no_number_that_embarrasses(root, small_sheet, tmp_path):
    study = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    assert faults(study, told_texts(study, small_sheet, tmp_path)) == []


@pytest.mark.slow
def test_a_real_study_tells_no_number_that_embarrasses(root, shared_data, small_sheet, tmp_path):
    study = Kajian.open(root / "tests" / "pasangkayu" / "kajian.toml").replace(
        kesenjangan={"ambang": {"prevalensi": 20, "krs": 100}}, audit_kasus={"jumlah": 8}
    )
    assert faults(study, told_texts(study, small_sheet, tmp_path)) == []


def test_such_numbers_would_be_found():
    for text in ("turun −0,0 poin", "-0.0", "berubah −0 anak"):
        assert MINUS_NOTHING.search(text), text
    for text in ("−0,04", "2024-01-02", "0,0", "KA-2026-0", "−3,0", "10–0,5"):
        assert not MINUS_NOTHING.search(text), text
    match = FALL.search("dari 16,0 % menjadi 12,9 % (−3,1 poin)")
    assert match is not None
    assert [number(part) for part in match.groups()] == [16.0, 12.9, -3.1]
