"""A small study with everything in it, opened once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_study import tiny_mapping

from lokus import Kajian
from lokus.settings.read import settings_from_mapping


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Kajian:
    folder: Path = tmp_path_factory.mktemp("kajian-kecil")
    return Kajian(stated=settings_from_mapping(tiny_mapping(folder)), path=folder / "kajian.toml")


@pytest.fixture(scope="session")
def alone(small: Kajian) -> Kajian:
    """The same without last year and without all that is optional."""
    plain = small.settings.to_mapping()
    for key in ("tahun_lalu", "tipologi", "kesenjangan", "pembagian", "lintasan", "audit_kasus"):
        plain.pop(key)
    return Kajian(stated=settings_from_mapping(plain), path=small.path)
