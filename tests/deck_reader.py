"""Read slides back as the text a person sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pptx.presentation import Presentation


def titles(deck: Presentation) -> list[str]:
    """Title of every slide."""
    return [_plain(page.shapes.title.text_frame.text) for page in deck.slides]


def words(deck: Presentation) -> str:
    """All text, tables included."""
    texts = []
    for page in deck.slides:
        for shape in page.shapes:
            if shape.has_text_frame:
                texts.append(shape.text_frame.text)
            elif shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
    return _plain("\n".join(texts))


def _plain(text: str) -> str:
    """Without the marks of where no line may end."""
    return text.replace("\u00a0", " ")
