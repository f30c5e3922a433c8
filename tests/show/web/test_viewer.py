"""The scripts of the page are what their sources give, and the sources pass their own checks."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def npm(root):
    """Run a script of the viewer's package."""
    found, folder = shutil.which("npm"), root / "viewer"
    if found is None:
        pytest.skip("no npm on this machine")
    if not (folder / "node_modules").is_dir():
        pytest.skip("the tools of the viewer are not installed: npm ci --prefix viewer")

    def run(*script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [found, "run", "--silent", *script], cwd=folder, capture_output=True, text=True, check=False
        )

    return run


def test_the_committed_scripts_are_what_the_sources_give(npm):
    done = npm("build", "--", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_types_and_style_of_the_sources(npm):
    done = npm("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_units_of_the_viewer(npm):
    done = npm("test")
    assert done.returncode == 0, done.stdout + done.stderr


def test_users_need_nothing_of_it(root):
    package = json.loads((root / "viewer" / "package.json").read_text("utf-8"))
    assert package["private"] is True
    assert "dependencies" not in package
