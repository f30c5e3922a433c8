"""The documentation site: ``make docs`` builds it from these pages and the docstrings, warnings as errors."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import lokus

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tools"))

project = "lokus"
author = "lokus"
copyright = "lokus, Apache-2.0"
version = release = lokus.__version__
language = "id"
locale_dirs = [str(HERE / "locale")]  # words of the theme that have no translation of their own

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "_templates"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc tells the types
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = "lokus"
html_static_path: list[str] = []
html_copy_source = False
html_search_scorer = str(HERE / "scorer.js")
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 4,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "search_bar_text": "Cari di situs ini ...",
    "back_to_top_button": True,
    "secondary_sidebar_items": ["page-toc"],
    "search_as_you_type": False,
}

ROOMS = {
    "settings": "The study file",
    "places": "What a village is, and where",
    "intake": "What the offices say, and whether it can be believed",
    "evidence": "What the numbers show",
    "choice": "Which villages, how surely, and why",
    "followup": "Who does what where",
    "show": "What decision makers see",
    "stages": "A study stage by stage",
}


def _modules(package: str) -> list[str]:
    """Every module of a room that has something public."""
    root = importlib.import_module(package)
    names = [package, *(found.name for found in pkgutil.walk_packages(root.__path__, f"{package}."))]
    return [name for name in names if "__main__" not in name and _own(name)]


def _own(name: str) -> list[str]:
    """Public objects that a module defines itself, in its own order; what it hands on is told at home."""
    module = importlib.import_module(name)
    return [
        public
        for public in getattr(module, "__all__", ())
        if getattr(getattr(module, public, None), "__module__", None) == name
    ]


def _page(name: str) -> str:
    """Write the page of a module."""
    heading = f"``{name}``"
    blocks = []
    for public in _own(name):
        value = getattr(importlib.import_module(name), public)
        if isinstance(value, type):  # ``set`` is what matplotlib writes into each of its artists
            blocks.append(f".. autoclass:: {name}.{public}\n   :members:\n   :exclude-members: set\n")
        elif callable(value):
            blocks.append(f".. autofunction:: {name}.{public}\n")
        else:
            blocks.append(f".. autodata:: {name}.{public}\n   :no-value:\n")
    objects = "\n".join(blocks)
    return f"{heading}\n{'=' * len(heading)}\n\n.. automodule:: {name}\n   :no-members:\n\n{objects}"


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:  # what is the same is not read again
        path.write_text(text, encoding="utf-8")


def make_reference(_app: object) -> None:
    """Write the pages of the reference, one a module, and one that lists those of each room."""
    folder = HERE / "api"
    folder.mkdir(exist_ok=True)
    front = ["lokus.kajian", "lokus.example", "lokus.panel", "lokus.errors", "lokus.findings", "lokus.i18n"]
    groups = [("From the top", front)]
    groups += [(title, _modules(f"lokus.{room}")) for room, title in ROOMS.items()]
    lines = ["API reference", "=============", "", lokus.__doc__ or "", ""]
    for title, modules in groups:
        lines += [title, "-" * len(title), "", ".. toctree::", "   :maxdepth: 1", ""]
        lines += [f"   {name}" for name in modules] + [""]
        for name in modules:
            _write(folder / f"{name}.rst", _page(name))
    _write(folder / "index.rst", "\n".join(lines))


def setup(app: object) -> None:
    """Make the reference before the pages are read."""
    app.connect("builder-inited", make_reference)  # type: ignore[attr-defined]
