"""Digits follow the unit, from one home: no count of a village carries a decimal, in any output."""

from __future__ import annotations

import re

import pytest

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.atlas.page_text import PageText
from tests.show.figure_reader import page_data
from tests.told_lines import lines_of

_ITEMS = load_catalogue().values()
WHOLE = sorted({item.label for item in _ITEMS if item.decimals == 0}, key=len, reverse=True)
_LABEL, _DECIMAL = "|".join(map(re.escape, WHOLE)), r"(?<![\d.,])\d{1,3}(?:\.\d{3})*,\d+"
NAMED = tuple(f"{name}:" for name in WHOLE)
_SIGN = "[<>≤≥]"
# Beside a threshold or before one, or alone under its heading; points of a score, weights and correlations
# may stand beside the name of a count too.
BESIDE = re.compile(
    rf"(?:{_LABEL})(?:[^A-Za-z%]{{0,4}}{_SIGN}[^A-Za-z%]{{0,12}}?{_DECIMAL}"
    rf"|:? {_DECIMAL} \((?:ambang|seharusnya|{_SIGN}))|^(?:{_LABEL}) \| {_DECIMAL}$"
)


def with_decimals(lines: list[str]) -> list[str]:
    """Lines in which a count of a village stands with decimals."""
    told = [line.replace("\u00a0", " ") for line in lines]
    return [line[max(0, m.start() - 20) : m.end() + 20] for line in told for m in BESIDE.finditer(line)]


@pytest.mark.slow
def test_no_count_of_a_village_carries_a_decimal_in_any_output(demo, demo_outputs):
    found = {path.name: with_decimals(lines_of(path)) for path in demo_outputs}
    assert {name: lines[:3] for name, lines in found.items() if lines} == {}
    assert sum(path.suffix in (".xlsx", ".docx", ".html", ".pptx") for path in demo_outputs) > 30
    gaps = demo.material.gaps
    text = PageText.of(demo.results, gaps).gaps or {}
    entries = [entry for entries in text.values() for entry in entries if entry.startswith(NAMED)]
    assert entries, "the atlas tells of no count"
    assert not [entry for entry in entries if re.search(r"\(\d+,\d", entry)]
    page = page_data(next(path for path in demo_outputs if path.name == "peta_interaktif.html"))["gaps"]
    counts = {n for n, (_office, before, _after) in enumerate(page["kinds"]) if before.startswith(NAMED)}
    assert counts
    assert not [kind for kind in page["kinds"] if with_decimals([" ".join(kind)])]
    assert not [v for village in page["villages"] for kind, v in village if kind in counts and "," in str(v)]


def test_a_count_with_a_decimal_would_be_noticed():
    for text in (
        "Posyandu: 12,0 (seharusnya ≥ 15)", "TPPS desa/kelurahan | <\u00a01,0 | 20", "Keluarga | 1,5",
        "Dinas PPKB · Keluarga berisiko stunting (KRS) (> 200) | 678,0", "Ibu hamil 0,5 (ambang 1)",
    ):  # fmt: skip
        assert with_decimals([text]), text
    for text in ("Keluarga | 1.234", "Anak stunting (perkiraan) 35,0; Bumil", "Keluarga | 20,0 | 16,5"):
        assert not with_decimals([text]), text
