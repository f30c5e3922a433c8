from __future__ import annotations

import re

import pandas as pd

from lokus.i18n import use_language
from lokus.show.web.page_words import page_text, trial_text, viewer_text

VILLAGES = pd.DataFrame({"kode_kecamatan": ["Lembak", "Ulu"]})


def all_words() -> dict[str, str]:
    return {**page_text(), **viewer_text([1, 0], VILLAGES, ["Ulu"]), **trial_text()}


def test_the_viewer_uses_every_word_and_no_other(root):
    sources = "".join(path.read_text("utf-8") for path in (root / "viewer" / "src").glob("*.js"))
    used = set(re.findall(r"\btext\.(\w+)", sources))
    given = {**viewer_text([1, 0], VILLAGES, []), **trial_text()}
    assert sorted(used - set(given)) == []
    assert sorted(set(given) - used) == []


def test_places_for_numbers_are_the_same_in_both_languages():
    indonesian = all_words()
    with use_language("en"):
        english = all_words()
    places = {key: sorted(re.findall(r"\{(\w+)\}", words)) for key, words in english.items()}
    assert {key: sorted(re.findall(r"\{(\w+)\}", words)) for key, words in indonesian.items()} == places
    assert sum(english[key] == indonesian[key] for key in english) < 12


def test_a_trial_is_never_called_a_proposal():
    assert "BUKAN USULAN RESMI" in trial_text()["trialMark"]
    assert trial_text()["official"] == "Usulan resmi"
