"""One term for one thing: the glossary and the catalogue of messages agree."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po


@pytest.fixture(scope="module")
def terms(root) -> list[tuple[str, list[str]]]:
    rows = re.findall(r"^\| (?!istilah)([^|-][^|]*) \| [^|]+ \| ([^|]+) \|$",
                      (root / "docs" / "istilah.md").read_text(encoding="utf-8"), re.MULTILINE)  # fmt: skip
    assert len(rows) > 10
    return [(term, others.split(", ")) for term, others in rows]


@pytest.fixture(scope="module")
def messages(root) -> list[tuple[str, str]]:
    """File that first shows a message, and its Indonesian text."""
    path = root / "lokus" / "locale" / "id" / "LC_MESSAGES" / "lokus.po"
    with path.open("rb") as file:
        found = [message for message in read_po(file) if message.id]
    return [
        (file, text)
        for m in found
        for text in ([m.string] if isinstance(m.string, str) else m.string)
        for file in sorted({place for place, _line in m.locations})
    ]


@pytest.fixture(scope="module")
def told(messages) -> list[str]:
    # Names of places in a text are no words of it.
    return [re.sub(r"\{\w+\}", "", text) for _file, text in messages]


def found(word: str, texts: list[str]) -> list[str]:
    return [text for text in texts if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)]


def test_every_term_is_used(terms, told):
    assert [term for term, _others in terms if not found(term, told)] == []


def test_no_message_uses_another_word_for_a_term(terms, told):
    wrong = {other: found(other, told)[:3] for _term, others in terms for other in others}
    assert {other: texts for other, texts in wrong.items() if texts} == {}


def test_another_word_would_be_noticed(terms):
    others = {other for _term, words in terms for other in words}
    assert {"kebetulan", "titik panas"} <= others
    assert found("kebetulan", ["Turun karena Kebetulan saja"])
    assert not found("gap", ["Menggapai target"])


# Under Method, in what a developer prints, and in messages about the key of the study file.
ODDS_MAY_STAND_IN = {
    "lokus/show/words/method.py",
    "lokus/evidence/change/change.py",
    "lokus/evidence/rates/rates.py",
}


def test_odds_are_told_under_method_only(messages):
    assert {file for file, text in messages if found("odds", [text])} == ODDS_MAY_STAND_IN


# Measures of statistics: no words that a Bupati reads.
STATISTICS = ("risiko relatif", "rasio risiko", "korelasi peringkat", "nilai p", "p", "llr", "logit",
              "simpangan baku", "galat baku", "posterior", "likelihood", "empirical bayes")  # fmt: skip
STATISTICS_MAY_STAND_IN = {
    "lokus/show/words/method.py",
    "lokus/show/report/templates/report.html.j2",  # its section on the method
}


def statistics_told(texts: list[str]) -> list[str]:
    plain = [re.sub(r"\{\w+\}", "", text) for text in texts]
    return [text for text in plain if any(found(word, [text]) for word in STATISTICS)]


def test_statistics_are_told_under_method_only(messages):
    shown = [
        (file, text)
        for file, text in messages
        if file.startswith("lokus/show/") and file not in STATISTICS_MAY_STAND_IN
    ]
    assert len(shown) > 1000
    assert [(file, text) for file, text in shown if statistics_told([text])] == []
    template = [
        text for file, text in messages if file.endswith("report.html.j2") and statistics_told([text])
    ]
    assert len(template) == 1
    assert "presisi" in template[0]


def test_a_measure_of_statistics_would_be_noticed():
    heads = ["Risiko relatif", "p", "Korelasi peringkat", "p berlaku untuk seluruh peta"]
    assert statistics_told([*heads, "Prevalensi", "peluang {p}", "prioritas"]) == heads


def test_no_heading_of_a_table_escapes_the_catalogue(root):
    """A heading written past the catalogue is neither translated nor seen by the tests above."""
    bare = [
        (path.name, match[1])
        for path in sorted((root / "lokus").rglob("*.py"))
        for match in re.finditer(r"^(?!\s*>>>).*?Column\.\w+\(\s*\"([^\"]+)\"", path.read_text("utf-8"), re.M)
    ]
    assert bare == [("study.py", "SHA-256")]  # the name of a method, the same in every language


def test_counted_villages_are_desa_or_kelurahan(messages):
    wrong = [text for _file, text in messages if re.search(r"\} (lokus )?desa\b(?!/kelurahan)", text)]
    assert wrong == []
