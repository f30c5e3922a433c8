"""What a planner installs: the wheel in an empty environment, from a folder of wheels, without internet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "LOKUS"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**clean, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(root, tmp_path_factory):
    """An environment with the wheel alone, and the command in it; skips where no index can be reached."""
    folder = tmp_path_factory.mktemp("paket")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=root)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    got = subprocess.run(
        [*pip, "download", "--require-hashes", "--dest", str(folder), "-r", str(root / "requirements.lock")],
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode and "Could not find a version" in got.stderr:
        pytest.skip("no package index can be reached from here")
    assert got.returncode == 0, got.stderr[-2000:]
    place = tmp_path_factory.mktemp("lingkungan")
    run(sys.executable, "-m", "venv", place, cwd=folder)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    # As an office without internet does it: no index, only the folder.
    run(
        scripts / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install",
        "--no-index", "--find-links", folder, "lokus", cwd=folder,
    )  # fmt: skip
    (wheel,) = folder.glob("lokus-*.whl")
    return wheel, scripts / "lokus"


def test_the_wheel_holds_no_tests_and_is_small(installed):
    wheel, _command = installed
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith("tests/") or "/tests/" in name]
    assert wheel.stat().st_size <= 3_000_000


def test_the_demo_runs_in_an_empty_folder_and_proposes_what_it_does_here(installed, tmp_path, demo):
    _wheel, command = installed
    run(command, "demo", cwd=tmp_path)
    (lock,) = tmp_path.rglob("kajian.lock.json")
    proposed = json.loads(lock.read_text(encoding="utf-8"))
    assert proposed["usulan"]["desa"] == list(demo.proposal.kode)
    assert (lock.parent / "lokus.xlsx").stat().st_size > 50_000


def test_a_draft_is_made_in_an_empty_folder(installed, tmp_path, root):
    _wheel, command = installed
    data = root / "data"
    recap = data / "indicators" / "2026" / "eppgbm_2026-02.xlsx"
    boundaries = data / "boundaries" / "desa.gpkg"
    run(command, "init", boundaries, recap, "--tahun", "2026", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert "[pilihan]" in (tmp_path / "kajian.toml").read_text(encoding="utf-8")
