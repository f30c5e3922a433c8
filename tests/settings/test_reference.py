"""The reference of the study file says of every key what it means, and only what is true."""

from __future__ import annotations

import tomllib
from typing import Annotated

import jsonschema
import pytest
from pydantic import TypeAdapter

from lokus.cli import main
from lokus.i18n import use_language
from lokus.settings import Settings, reference
from lokus.settings.read import read_settings
from lokus.settings.reference import key_meaning, key_page, key_table, key_text, study_schema

KEYS = {key.path: key for key in reference._keys(Settings)}
LEAVES = [path for path, key in KEYS.items() if key.section is None]


def told() -> set[str]:
    """Every path that keys.toml has words for."""
    words = reference._words()
    return {
        f"{section}.{key}" if key else section
        for section, keys in words.items()
        for key in keys
        if key != "seperti"
    }


def test_every_key_has_words_in_both_languages():
    for path in KEYS:
        for lang in ("id", "en"):
            with use_language(lang):
                assert key_meaning(path), path


def test_no_words_are_left_of_a_key_that_is_gone():
    assert told() - set(KEYS) == set()


@pytest.mark.parametrize("path", LEAVES)
def test_every_example_is_one_that_the_key_takes(path):
    field = KEYS[path].field
    value = tomllib.loads(f"x = {reference._entry(path)['contoh']}")["x"]
    taken = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    TypeAdapter(taken).validate_python(value)


def test_a_default_is_written_as_a_planner_would_write_it():
    table = key_table()
    assert table.loc["laju.pengaruh", "bawaan"] == '"tidak"'
    assert table.loc["pola.koreksi", "bawaan"] == '"fdr"'
    for path, row in table[table["bawaan"] != ""].iterrows():
        field = KEYS[path].field
        value = tomllib.loads(f"x = {row['bawaan']}")["x"]
        taken = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        validated = TypeAdapter(taken).validate_python(value)
        assert validated == field.get_default(call_default_factory=True), path


def test_limits_are_those_that_are_enforced():
    assert key_table().loc["ketidakpastian.undian", "isian"] == "bilangan bulat mulai 100 sampai 20000"
    assert study_schema()["properties"]["ketidakpastian"]["properties"]["undian"]["maximum"] == 20_000


def test_the_page_of_the_documentation_is_current(root):
    written = (root / "docs" / "kunci.md").read_text(encoding="utf-8")
    assert written.strip() == key_page().strip(), "run: lokus kunci --markdown > docs/kunci.md"


@pytest.fixture(scope="module")
def schema():
    return study_schema()


@pytest.mark.parametrize("study", ["contoh-2025.toml", "contoh-2026.toml"])
def test_the_schema_accepts_the_bundled_studies(schema, root, study):
    text = (root / "data" / "kajian" / study).read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(_plain(tomllib.loads(text)), schema)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("pilihan", "jumlah", "26"), ("pilihan", "jumlah", 0), ("pilihan", "jumlh", 26),
        ("laju", "pengaruh", "puskesmas"), ("laju", "ambang", 120), ("ketidakpastian", "undian", 20_001),
        ("keluaran", "ukuran", ["A5"]), ("kajian", "tahun", 1999), ("skor", "metode", "rata"),
    ],
)  # fmt: skip
def test_the_schema_marks_what_lokus_refuses(schema, root, section, key, value):
    study = root / "data" / "kajian" / "contoh-2026.toml"
    plain = _plain(tomllib.loads(study.read_text(encoding="utf-8")))
    plain.setdefault(section, {})[key] = value
    assert not jsonschema.Draft202012Validator(schema).is_valid(plain)


def test_the_schema_knows_no_other_keys_than_the_reader(root):
    settings = read_settings(root / "data" / "kajian" / "contoh-2026.toml")
    assert set(settings.to_mapping()) <= set(study_schema()["properties"])


def test_the_command_lists_the_keys_with_some_words(capsys):
    assert main(["kunci", "kuota"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("pilihan.kuota\n")
    assert key_text(["tidak ada kata ini"]) == "Tidak ada kunci dengan kata itu."


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) else str(value)
