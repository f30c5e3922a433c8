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
def told(root) -> list[str]:
    path = root / "lokus" / "locale" / "id" / "LC_MESSAGES" / "lokus.po"
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    texts = [text for m in messages for text in ([m.string] if isinstance(m.string, str) else m.string)]
    return [re.sub(r"\{\w+\}", "", text) for text in texts]  # names of places in a text are no words of it


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
