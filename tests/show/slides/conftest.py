"""One part of the slides at a time, read back from the file."""

from __future__ import annotations

import io

import pytest
from pptx import Presentation

from lokus.show.slides.deck import Deck


@pytest.fixture(scope="session")
def slides_of():
    """Give the slides that one part adds to an empty deck."""

    def build(part, material, *more):
        deck = Deck(material.info)
        part(deck, material, *more)
        return Presentation(io.BytesIO(deck.to_bytes()))

    return build
