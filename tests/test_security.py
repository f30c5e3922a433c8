"""What SECURITY.md promises of the whole package, and that the tests it names are there."""

from __future__ import annotations

import ast
import re

FORBIDDEN_MODULES = {"pickle", "shelve", "marshal", "dill", "cloudpickle", "subprocess", "pty", "code"}
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "pd.eval",
    "pd.read_pickle",
    "np.load",
    "joblib.load",
}


def test_nothing_in_a_file_is_ever_executed(root):
    found = []
    for path in sorted((root / "lokus").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: set[str] = set()
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names} & FORBIDDEN_MODULES
            elif isinstance(node, ast.ImportFrom):
                names = {str(node.module).partition(".")[0]} & FORBIDDEN_MODULES
            elif isinstance(node, ast.Call):
                names = {ast.unparse(node.func)} & FORBIDDEN_CALLS
            found += [f"{path.relative_to(root)}: {name}" for name in names]
    assert found == []


def test_every_test_that_security_md_names_is_there(root):
    named = re.findall(r"`(tests/[\w/.]+)`", (root / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) >= 10
    assert [name for name in named if not (root / name).exists()] == []


def test_every_package_is_locked_to_a_version(root):
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    stated = [line for line in lines if line and not line.startswith((" ", "#", "-"))]
    assert stated
    assert [line for line in stated if "==" not in line] == []
