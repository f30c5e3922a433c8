"""Characters that are not seen are found by what Unicode says of them."""

from __future__ import annotations

import sys
import unicodedata

from lokus.characters import UNSEEN, without_unseen


def test_every_control_and_format_character_is_unseen_and_no_letter_is():
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        kind = unicodedata.category(letter)
        if letter in "\t\n\r":
            assert not UNSEEN.match(letter)
        elif kind in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert UNSEEN.match(letter), hex(number)
        elif UNSEEN.match(letter):
            # What else is left out: fillers, tags and places nobody has been given.
            assert kind in ("Cn", "Mn", "Lo"), hex(number)
            assert kind != "Lo" or "FILLER" in unicodedata.name(letter), hex(number)


def test_piles_of_accents_are_taken_down_and_spellings_stay():
    assert without_unseen("l" + "\u0301" * 300) == "l" + "\u0301" * 2
    for name in (
        "Batu Ampar",
        "Kubu\tRaya",
        "Olak-Olak",
        "D\u00e9sa",
        "\u4e2d",
        "\U0001f476",
        "a\u0323\u0301",
    ):
        assert without_unseen(name) == name
