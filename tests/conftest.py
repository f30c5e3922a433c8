"""Fixtures shared by all rooms."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from installed_wheel import Installed, NoIndexError, install

# In CI the same examples every time, so that a failure belongs to the change; elsewhere ever new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# The tests themselves run side by side, one process a core.
os.environ.setdefault("LOKUS_PROSES", "1")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data beside the project; tests that need it skip where it is absent."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("real data folder ../shared/data is absent")
    return path


@pytest.fixture(scope="session")
def installed(root, tmp_path_factory, worker_id) -> Installed:
    """Lokus from its wheel in an empty environment, one for all test processes; skips without an index."""
    base = tmp_path_factory.getbasetemp()
    try:
        return install(root, (base if worker_id == "master" else base.parent) / "terpasang")
    except NoIndexError as error:
        pytest.skip(str(error))
