"""Messages in the words of a theme."""

from __future__ import annotations

import re

from babel.messages.pofile import read_po

from lokus.i18n import LOCALE_DIR, gettext, use_language
from lokus.settings.theme import ThemeSettings, shipped_theme, shipped_themes
from lokus.subject import Subject, output_column, use_subject


def subject_of(name):
    return ThemeSettings.model_validate(shipped_theme(name)[0]).subject


def test_placeholders_stay_and_capitals_follow_the_place():
    about = Subject(words=(("id", (("stunting", "miskin ekstrem"), ("anak", "keluarga"))),))
    assert about.say("Stunting: {stunting} anak", "id") == "Miskin ekstrem: {stunting} keluarga"
    assert about.say("Lokus Stunting", "id") == "Lokus Miskin Ekstrem"
    assert about.say("stuntings, anakku", "id") == "stuntings, anakku"
    assert about.say("anak", "en") == "anak"


def test_keys_are_renamed_whole_or_before_an_underscore():
    about = Subject(words=(), keys=(("anak_stunting", "perkiraan_kasus"), ("stunting", "miskin")))
    with use_subject(about):
        told = [output_column(key) for key in ("stunting", "anak_stunting_atas", "stuntingan", "skor")]
    assert told == ["miskin", "perkiraan_kasus_atas", "stuntingan", "skor"]


def test_no_message_of_any_shipped_theme_says_stunting_and_every_placeholder_is_kept():
    with (LOCALE_DIR / "id" / "LC_MESSAGES" / "lokus.po").open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    texts = [("en", str(entry.id)) for entry in entries] + [("id", str(entry.string)) for entry in entries]
    for name in shipped_themes():
        about = subject_of(name)
        for language, text in texts:
            said = about.say(text, language)
            assert "stunt" not in said.lower(), (name, text)
            assert re.findall(r"\{[^{}]*\}", said) == re.findall(r"\{[^{}]*\}", text)


def test_what_is_said_of_stunting_alone_is_not_said_of_a_theme():
    with use_subject(subject_of("kemiskinan_ekstrem")):
        kind = gettext(
            "Specific interventions act on direct causes of stunting, sensitive ones on indirect causes "
            "(Perpres 72/2021)."
        )
        assert "Perpres" not in kind
        assert gettext("Health office and puskesmas") == "Dinas Sosial"
        assert gettext("Stunted children (estimate)") == "Keluarga miskin ekstrem (perkiraan)"
        with use_language("en"):
            assert gettext("Stunted children (estimate)") == "Extremely poor families (estimate)"
    assert gettext("Stunted children (estimate)") == "Anak stunting (perkiraan)"
