"""What the pages of the documentation tell a reader to write is what lokus takes."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib

import pytest

from lokus.cli import _parser
from lokus.evidence.scores.presets import PRESETS
from lokus.settings import reference
from lokus.settings.reference import study_schema

PAGES = (
    "kajian", "mulai", "batas", "membaca-peta", "hari-rakor", "reviu-setahun", "tanya-jawab",
    "peta-interaktif", "tabel-berantakan", "publik", "pasangkayu", "reviu", "ketepatan", "installing",
)  # fmt: skip
"""Pages that planners follow."""


def blocks(root, language):
    for page in PAGES:
        text = (root / "docs" / f"{page}.md").read_text(encoding="utf-8")
        for found in re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL):
            yield page, found


def alternatives(text):
    """The block, or its lines one by one where they are said as alternatives."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return text.splitlines()
    return [text]


def test_every_piece_of_a_study_file_has_keys_that_exist(root):
    schema = study_schema()
    seen = 0
    pieces = [(page, piece) for page, text in blocks(root, "toml") for piece in alternatives(text)]
    for page, text in pieces:
        if "batch" in tomllib.loads(text):  # a table of studies, not a study
            continue
        for section, value in tomllib.loads(text).items():
            if section not in schema["properties"]:  # a key of a section that the page names
                paths = [key.path for key in reference._keys(reference.Settings)]
                assert any(path.endswith(f".{section}") for path in paths), page
                continue
            node = schema["properties"][section]
            for keys in value if isinstance(value, list) else [value]:
                unknown = set(keys) - set(reference._inside(node).get("properties", keys))
                assert not unknown, f"{page}: [{section}] {unknown}"
                seen += len(keys)
    assert seen >= 9


def test_every_command_is_one_that_the_program_takes(root):
    parser = _parser()
    seen = 0
    for page, text in blocks(root, "sh"):
        for line in text.splitlines():
            words = shlex.split(line, comments=True)
            name = words[0].rpartition("/")[2] if words else ""
            if name == "lokus":
                try:
                    parser.parse_args(words[1:])
                except SystemExit:
                    pytest.fail(f"{page}: {line}")
                seen += 1
    assert seen > 8


def test_every_piece_of_python_can_be_read(root):
    for page in ("kajian", "methods", "installing"):
        text = (root / "docs" / f"{page}.md").read_text(encoding="utf-8")
        for found in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
            ast.parse(found)


def test_links_between_pages_lead_somewhere(root):
    for page in (root / "docs").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#\s]+)\)", text):
            made = link.startswith(("api/", "galeri"))
            assert "://" in link or made or (page.parent / link).exists(), f"{page.name}: {link}"


REPEATS = ("--replicates", "--worlds")


@pytest.mark.parametrize("page", ["ketepatan", "reviu"])
def test_every_simulated_table_has_the_command_that_prints_it(root, page):
    """Before each table stands its command, and the table has as many simulations as that command makes."""
    text = (root / "docs" / f"{page}.md").read_text(encoding="utf-8")
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (root / "benchmarks").glob("*.py")}
    tables = re.findall(r"<!-- tabel (\S+): awal -->\n(.*)\n", text)
    assert len(tables) >= 4
    for name, first in tables:
        before = text.split(f"<!-- tabel {name}: awal -->")[0]
        commands = re.findall(r"`python benchmarks/(\S+\.py)([^`]*)`", before)
        writers = {
            one
            for one, code in scripts.items()
            if f'"{page}.md", "{name}"' in code or (f'"{page}.md", name' in code and f'"{name}"' in code)
        }
        script, options = next(found for found in reversed(commands) if found[0] in writers)
        assert "--write" in options, name
        known = dict(re.findall(r'"(--\w+)", type=int, default=(\d+)', scripts[script]))
        stated = dict(re.findall(r"(--\w+) (\d+)", options))
        assert set(stated) <= set(known), name
        made = re.search(r"(\d+) (?:kabupaten )?simulasi", first)
        if made:
            many = [count for option, count in (known | stated).items() if option in REPEATS]
            assert many == [made[1]], f"{name}: {script}{options} makes {many}"


def test_every_preset_stands_with_its_source_and_its_page(root):
    text = (root / "docs" / "kajian.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| (.*) \|$", text.split("## Prasetel dan sumbernya")[1], flags=re.MULTILINE
    )
    told = {key: cells.split(" | ") for key, cells in rows[: len(PRESETS)]}
    assert set(told) == set(PRESETS)
    for key, preset in PRESETS.items():
        parts = (preset.status, preset.source, preset.page, preset.stated, preset.assumed)
        assert told[key] == [part or "–" for part in parts], key
