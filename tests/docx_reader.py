"""Read a document back: its texts in order, and its tables."""

from __future__ import annotations

import docx
from docx.oxml.ns import qn


def paragraphs(path) -> list[str]:
    """Every paragraph, those in tables too, in the order of the file."""
    body = docx.Document(str(path)).element.body
    lines = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
    return [line.replace("\u00a0", " ") for line in lines]


def text(path) -> str:
    return "\n".join(paragraphs(path))


def tables(path) -> list[list[list[str]]]:
    """Cells of every table that has borders, so that forms and signatures are left out."""
    return [
        [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
        for table in docx.Document(str(path)).tables
        if table.style.name == "Table Grid"
    ]


def headers(path) -> str:
    return " ".join(p.text for s in docx.Document(str(path)).sections for p in s.header.paragraphs)
