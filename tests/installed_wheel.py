"""What a planner installs: the wheel alone in an empty environment, and a kernel of notebooks beside it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

NO_INDEX = "no package index can be reached from here"
_PATIENCE = 600  # seconds that a test waits for the environment that another is making


class NoIndexError(Exception):
    """Packages cannot be fetched from here."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An environment with lokus installed from its wheel."""

    wheel: Path
    python: Path
    command: Path
    kernels: Path


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """Run a command without what this environment would lend it."""
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


def install(root: Path, folder: Path) -> Installed:
    """Install the wheel into `folder`, or wait for the test process that is doing so.

    The packages are fetched first; then lokus is installed as an office without internet does it: no index,
    only a folder. What a notebook needs comes afterwards, in the locked versions: a kernel and the widget.
    """
    ready, failed = folder / "siap.json", folder / "tanpa-indeks"
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        until = time.monotonic() + _PATIENCE
        while not (ready.exists() or failed.exists()) and time.monotonic() < until:
            time.sleep(0.5)
    else:
        try:
            _install(root, folder)
        except NoIndexError:
            failed.touch()
    if failed.exists():
        raise NoIndexError(NO_INDEX)
    places = json.loads(ready.read_text(encoding="utf-8"))
    return Installed(**{key: Path(place) for key, place in places.items()})


def _install(root: Path, folder: Path) -> None:
    packages, place, kernels = folder / "paket", folder / "lingkungan", folder / "kernel"
    packages.mkdir()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", packages, cwd=root)
    fetch("download", "--require-hashes", "--dest", packages, "-r", root / "requirements.lock")
    run(sys.executable, "-m", "venv", place, cwd=folder)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "install", "--no-index", "--find-links", packages, "lokus", cwd=folder)
    locked = re.findall(
        r"^([\w.-]+==\S+)", (root / "requirements-dev.lock").read_text(encoding="utf-8"), re.M
    )
    (folder / "versi.txt").write_text("\n".join(locked) + "\n", encoding="utf-8")
    fetch("install", "-c", folder / "versi.txt", "ipykernel", "anywidget", python=python)
    spec = kernels / "kernels" / "polos"
    spec.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "polos", "language": "python"}), encoding="utf-8"
    )
    (wheel,) = packages.glob("lokus-*.whl")
    places = {"wheel": wheel, "python": python, "command": scripts / "lokus", "kernels": kernels}
    draft = folder / "siap.tmp"
    draft.write_text(json.dumps({key: str(path) for key, path in places.items()}), encoding="utf-8")
    draft.rename(folder / "siap.json")


def fetch(*command: str | Path, python: str | Path = sys.executable) -> None:
    """Run pip with the index of this machine; raise where it reaches none."""
    got = subprocess.run(
        [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode and "Could not find a version" in got.stderr:
        raise NoIndexError(NO_INDEX)
    assert got.returncode == 0, got.stderr[-2000:]
