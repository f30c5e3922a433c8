"""The default synthetic kabupaten, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_kabupaten import Kabupaten, make_kabupaten


@pytest.fixture(scope="session")
def kabupaten() -> Kabupaten:
    return make_kabupaten()


@pytest.fixture(scope="session")
def written(kabupaten: Kabupaten, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    kabupaten.write(folder)
    return folder
