"""Make a release in ``dist/``, checked: ``make release``.

Builds the wheel and the source archive, checks their metadata, states what the wheel is made of (a bill of
materials in CycloneDX form, and the licences of every package it needs), and takes the notes from the
changelog. It uploads nothing. ``--rehearsal`` accepts a version that the changelog still calls unreleased.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

import lokus

__all__ = ["ReleaseError", "licence_of", "main", "notes_of", "refuse_wheel"]

ROOT = Path(__file__).resolve().parents[1]
LARGEST_WHEEL = 3_000_000  # bytes
_NOT_IN_A_WHEEL = ("tests/", "notebooks/", "benchmarks/", "tools/", "docs/", "viewer/")
_COPYLEFT = re.compile(r"\b(A?GPL|LGPL|GNU)", re.IGNORECASE)


class ReleaseError(Exception):
    """What stands in the way of a release."""


def notes_of(changelog: str, version: str, *, rehearsal: bool = False) -> str:
    r"""Give the part of the changelog about a version.

    Raises
    ------
    ReleaseError
        There is none, or it has no date.

    Examples
    --------
    >>> notes_of("# Changelog\n\n## 1.0.0 (2027-01-04)\n\n- First.\n", "1.0.0")
    '- First.'
    """
    found = re.search(
        rf"^## {re.escape(version)} \(([^)]+)\)\n(.*?)(?=^## |\Z)", changelog, flags=re.DOTALL | re.MULTILINE
    )
    if found is None:
        raise ReleaseError(f"CHANGELOG.md says nothing of {version}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found[1]) and not rehearsal:
        raise ReleaseError(f"CHANGELOG.md: {version} has no date; write the day in place of ({found[1]})")
    return found[2].strip()


def refuse_wheel(names: Iterable[str], size: int) -> None:
    """Refuse a wheel that is too large, or holds what a planner does not install.

    Raises
    ------
    ReleaseError

    Examples
    --------
    >>> refuse_wheel(["lokus/kajian.py", "lokus/example/kajian/contoh-2026.toml"], 1_500_000)
    """
    if size > LARGEST_WHEEL:
        raise ReleaseError(f"the wheel has {size:,} bytes, more than {LARGEST_WHEEL:,}")
    if strays := [name for name in names if name.startswith(_NOT_IN_A_WHEEL) or "/tests/" in name]:
        raise ReleaseError(f"the wheel holds {strays[0]}")


def licence_of(package: str) -> str:
    """Give the licence that an installed package states.

    Examples
    --------
    >>> licence_of("shapely")
    'BSD-3-Clause'
    """
    about = metadata.metadata(package)
    stated = about.get("License-Expression") or ""
    if not stated:
        classes = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
        stated = "; ".join(line.rpartition(":: ")[2] for line in classes if not line.endswith("OSI Approved"))
    return stated or (about.get("License") or "").strip().split("\n")[0] or "not stated"


def main(argv: Sequence[str] | None = None) -> int:
    """Build, check and describe a release."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rehearsal", action="store_true", help="the version may still be unreleased")
    options = parser.parse_args(argv)
    version = lokus.__version__
    folder = ROOT / "dist" / version
    try:
        notes = notes_of(
            (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version, rehearsal=options.rehearsal
        )
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        _run("hatchling", "build", "-d", str(folder))
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            refuse_wheel(archive.namelist(), wheel.stat().st_size)
        _run("twine", "check", "--strict", *map(str, sorted(folder.glob("lokus-*"))))
        _run(
            "cyclonedx_py", "requirements", "requirements.lock", "--pyproject", "pyproject.toml",
            "--output-reproducible", "-o", str(folder / f"lokus-{version}.cdx.json"),
        )  # fmt: skip
        (folder / "LICENCES.md").write_text(_licences(), encoding="utf-8")
    except ReleaseError as error:
        sys.stderr.write(f"no release: {error}\n")
        return 1
    (folder / "NOTES.md").write_text(f"# lokus {version}\n\n{notes}\n", encoding="utf-8")
    for path in sorted(folder.iterdir()):
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes\n")
    return 0


def _licences() -> str:
    """Write the licences of all that lokus needs; refuse a copyleft one."""
    lines = ["# Licences of what lokus needs", "", "| package | version | licence |", "|---|---|---|"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for package in sorted(set(re.findall(r"^([a-z0-9_.-]+)==", lock, flags=re.MULTILINE))):
        try:
            stated, version = licence_of(package), metadata.version(package)
        except metadata.PackageNotFoundError:  # of another platform
            stated, version = "not installed here", ""
        if _COPYLEFT.search(stated):
            raise ReleaseError(f"{package} is under {stated}")
        lines.append(f"| {package} | {version} | {stated} |")
    return "\n".join([*lines, ""])


def _run(*command: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError(f"{' '.join(command[:2])}: {(done.stdout + done.stderr).strip()}")


if __name__ == "__main__":
    sys.exit(main())
