"""What stands around the code says the same as the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from jinja2 import Environment, meta

import lokus

FOLDERS = ("web", "report")


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_one_version_and_one_licence(root, project):
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^(version|license): (.+)$", citation, flags=re.MULTILINE))
    assert stated == {"version": lokus.__version__, "license": project["license"]}
    assert project["dynamic"] == ["version"]  # built from lokus.__version__
    assert f"## {lokus.__version__} (" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_hooks_call_the_environment_of_the_project_and_fetch_nothing(root):
    config = (root / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"- repo: (.+)", config) == ["local"]
    assert set(re.findall(r"language: (.+)", config)) == {"system"}
    assert "://" not in config
    commands = re.findall(r"entry: (.+)", config)
    assert commands
    assert all(command.startswith(".venv/bin/") for command in commands)
    for name in re.findall(r"(?:tools|tests)/\S+\.py", " ".join(commands)):
        assert (root / name).is_file(), name


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_links_and_paths_of_a_page_lead_somewhere(root, page):
    text = (root / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = re.findall(r"`((?:lokus|tests|tools|docs|data)/[\w./-]+)`", text)
    missing = [link for link in links if not ((root / page).parent / link).exists()]
    assert missing + [path for path in named if not (root / path).exists()] == []


def test_make_commands_that_pages_name_exist(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    pages = [(root / page).read_text(encoding="utf-8") for page in ("README.md", "CONTRIBUTING.md")]
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", "\n".join(pages), flags=re.MULTILINE))
    assert {"test", "demo", "picture"} <= named
    assert [name for name in sorted(named) if not re.search(rf"^{name}:", makefile, flags=re.MULTILINE)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_page_beside_the_templates_names_all_that_they_are_given(folder):
    templates = Path(lokus.__file__).parent / "show" / folder / "templates"
    page = (templates / "README.md").read_text(encoding="utf-8")
    unnamed = [
        path.name for path in templates.iterdir() if path.name not in page and path.name != "README.md"
    ]
    given = {
        name
        for path in templates.glob("*.j2")
        for name in meta.find_undeclared_variables(
            Environment(autoescape=True).parse(path.read_text("utf-8"))
        )
    }
    assert unnamed + [name for name in sorted(given) if f"`{name}`" not in page] == []
