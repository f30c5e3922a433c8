"""What SECURITY.md promises of the whole package, and that the tests it names are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

FORBIDDEN_MODULES = {
    "pickle", "shelve", "marshal", "dill", "cloudpickle", "joblib", "subprocess", "pty", "code", "runpy",
    "yaml", "xmlrpc", "socket", "urllib", "http", "requests", "ftplib", "telnetlib", "webbrowser",
}  # fmt: skip
# Published boundaries are fetched where a person asks for them by name, and nowhere else.
# Helper processes get their work from the process that started them, and from no file.
ASKED_FOR = {
    "lokus/places/open_boundaries.py": {"http", "urllib"},
    "lokus/show/pack/processes.py": {"joblib", "pickle"},
}
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.startfile", "os.execv",
    "pd.eval", "pd.read_pickle", "pd.read_clipboard", "np.load", "np.loadtxt", "joblib.load", "yaml.load",
    "tempfile.mktemp",
}  # fmt: skip
FORBIDDEN_METHODS = {"eval", "query", "read_pickle", "to_pickle"}  # of frames: text that is run
FORBIDDEN_OPTIONS = {"shell": True, "allow_pickle": True, "resolve_entities": True, "no_network": False}


def faults(tree: ast.AST) -> list[str]:
    """Name what could run the contents of a file, or ask for something elsewhere."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in FORBIDDEN_MODULES]
        elif isinstance(node, ast.ImportFrom):
            found += [str(node.module)] * (str(node.module).partition(".")[0] in FORBIDDEN_MODULES)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in FORBIDDEN_CALLS or (method in FORBIDDEN_METHODS and "tree" not in name.lower()):
                found.append(name)
            for option in node.keywords:
                value = option.value.value if isinstance(option.value, ast.Constant) else None
                if option.arg in FORBIDDEN_OPTIONS and value is FORBIDDEN_OPTIONS[option.arg]:
                    found.append(f"{name}({option.arg}={value})")
    return found


def allowed(path: str, names: list[str]) -> list[str]:
    return [name for name in names if name.partition(".")[0] not in ASKED_FOR.get(path, set())]


@pytest.mark.slow
def test_nothing_in_a_file_is_ever_executed(root: Path) -> None:
    modules = sorted((root / "lokus").rglob("*.py"))
    assert len(modules) > 200
    found = {
        path.name: names
        for path in modules
        if (names := allowed(path.relative_to(root).as_posix(), faults(ast.parse(path.read_text("utf-8")))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "from pickle import loads", "import os\nos.system(text)", "eval(text)", "exec(text)",
        "subprocess.run(text, shell=True)", "np.load(path, allow_pickle=True)", "yaml.load(text)",
        "frame.query(text)", "frame.eval(text)", "etree.XMLParser(resolve_entities=True)",
        "pd.read_pickle(path)", "import urllib.request", "etree.XMLParser(no_network=False)",
    ],
)  # fmt: skip
def test_the_search_would_find_it(source: str) -> None:
    assert faults(ast.parse(source))


def test_every_test_that_security_md_names_is_there(root: Path) -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (root / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) >= 10
    assert [name for name in named if not (root / name).exists()] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_is_locked_to_a_version_and_its_hashes(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.M), flags=re.M)
    entries = [entry for entry in entries if entry.strip()]
    assert len(entries) >= 20
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,]+\])?==[\w.]+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
        assert "://" not in entry.split("--hash")[0], entry
    assert "--extra-index-url" not in text
    assert "--require-hashes" in (root / "Makefile").read_text(encoding="utf-8")
