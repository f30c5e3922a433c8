from __future__ import annotations

import importlib.util
import io
import string

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po, write_po

from lokus.i18n import LOCALE_DIR, format_number, gettext, language, use_language


@pytest.fixture(scope="module")
def messages(root):
    spec = importlib.util.spec_from_file_location("messages", root / "tools" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_message_of_the_code_is_translated(messages):
    _catalogue, missing = messages.build(messages.existing())
    assert missing == []


def test_the_catalogue_file_is_what_the_code_needs(messages):
    translations = messages.existing()
    assert set(translations) == set(messages.extract()), "run: make messages"


def test_compiled_catalogue_matches_its_source():
    folder = LOCALE_DIR / "id" / "LC_MESSAGES"
    with (folder / "lokus.po").open("rb") as source, (folder / "lokus.mo").open("rb") as compiled:
        wanted = {m.id: m.string for m in read_po(source) if m.id}
        got = {m.id: m.string for m in read_mo(compiled) if m.id}
    assert got == wanted


def test_placeholders_survive_translation(messages):
    with messages.CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream)

    def fields(text):
        return sorted(name or "" for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    differing = [m.id for m in catalogue if m.id and "%(" not in m.id and fields(m.id) != fields(m.string)]
    assert differing == []


def test_no_message_hides_inside_an_f_string(root):
    # The extractor does not see those, so they would stay English without anybody noticing.
    import ast

    hidden = [
        f"{path.name}:{call.lineno}"
        for path in sorted((root / "lokus").rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"
    ]
    assert hidden == []


def test_catalogue_has_no_trace_of_a_machine(messages):
    catalogue, _missing = messages.build(messages.existing())
    out = io.BytesIO()
    write_po(out, catalogue)
    assert b"/home/" not in out.getvalue()


def test_language_falls_back_to_indonesian(monkeypatch):
    monkeypatch.delenv("LOKUS_LANG", raising=False)
    assert language() == "id"
    monkeypatch.setenv("LOKUS_LANG", "en")
    assert language() == "en"
    assert gettext("unchanged") == "unchanged"
    with use_language("id"):
        assert gettext("unchanged") == "tidak berubah"


def test_unknown_language_is_refused():
    with pytest.raises(ValueError, match="lang must be one of"), use_language("jv"):
        pass


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (0.0, 2, "0,00", "0.00"),
        (-1e6, 0, "-1.000.000", "-1,000,000"),
        (None, 1, "–", "–"),
    ],
)
def test_numbers_are_written_as_the_language_does(value, decimals, indonesian, english):
    with use_language("id"):
        assert format_number(value, decimals=decimals) == indonesian
    with use_language("en"):
        assert format_number(value, decimals=decimals) == english
