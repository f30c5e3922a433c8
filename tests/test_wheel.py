"""What a planner installs: the wheel in an empty environment, from a folder of wheels, without internet."""

from __future__ import annotations

import json
import sys
import zipfile

import pytest
from installed_wheel import NoIndexError, fetch, run

pytestmark = pytest.mark.slow


def test_the_wheel_holds_no_tests_and_is_small(installed):
    with zipfile.ZipFile(installed.wheel) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith("tests/") or "/tests/" in name]
    assert installed.wheel.stat().st_size <= 3_000_000


def test_the_demo_runs_in_an_empty_folder_and_proposes_what_it_does_here(installed, tmp_path, demo):
    run(installed.command, "demo", cwd=tmp_path)
    (lock,) = tmp_path.rglob("kajian.lock.json")
    proposed = json.loads(lock.read_text(encoding="utf-8"))
    assert proposed["usulan"]["desa"] == list(demo.proposal.kode)
    assert (lock.parent / "lokus.xlsx").stat().st_size > 50_000


@pytest.mark.parametrize("tool", ["uv", "pipx"])
def test_it_is_installed_as_a_command_of_its_own_without_an_index(installed, tmp_path, tool):
    run(sys.executable, "-m", "venv", tmp_path / "alat", cwd=tmp_path)
    scripts = tmp_path / "alat" / installed.python.parent.name
    try:
        fetch("install", tool, python=scripts / "python")
    except NoIndexError as error:
        pytest.skip(str(error))
    packages, own = installed.wheel.parent, tmp_path / "perintah"
    if tool == "uv":
        words = ("tool", "install", "--offline", "--no-index", "--find-links", packages, "lokus")
        places = {"UV_TOOL_DIR": tmp_path / "uv", "UV_TOOL_BIN_DIR": own, "UV_PYTHON": sys.executable}
    else:
        fetch("download", "--no-deps", "--dest", tmp_path / "pip", "pip")  # which pipx renews for itself
        where = f"--no-index --find-links {packages} --find-links {tmp_path / 'pip'}"
        words = ("install", f"--pip-args={where}", "lokus")
        places = {"PIPX_HOME": tmp_path / "pipx", "PIPX_BIN_DIR": own}
    run(scripts / tool, *words, cwd=tmp_path, **{name: str(place) for name, place in places.items()})
    empty = tmp_path / "kosong"
    empty.mkdir()
    assert run(own / "lokus", "--version", cwd=empty).startswith("lokus ")


def test_a_draft_is_made_in_an_empty_folder(installed, tmp_path, root):
    data = root / "data"
    recap = data / "indicators" / "2026" / "eppgbm_2026-02.xlsx"
    boundaries = data / "boundaries" / "desa.gpkg"
    run(
        installed.command,
        "init",
        boundaries,
        recap,
        "--tahun",
        "2026",
        cwd=tmp_path,
        PYTHONIOENCODING="cp1252",
    )
    assert "[pilihan]" in (tmp_path / "kajian.toml").read_text(encoding="utf-8")
