"""The bundled study, opened once for all tests; examples in docstrings open it as a reader would."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd
import pytest

from lokus import Kajian

# What a test reads by itself is compared with what a stage made, text in the same kind of column.
pd.set_option("mode.string_storage", "python")

# A study is frozen and its stages are made when asked for, so that tests and examples can share it.
_open_once = functools.cache(Kajian.open)


@pytest.fixture(scope="session")
def demo() -> Kajian:
    """Open the bundled study of 2026, as it is; a changed one comes from its ``replace``."""
    return _open_once(Path(__file__).resolve().parent / "data" / "kajian" / "contoh-2026.toml")


@pytest.fixture(autouse=True)
def _one_study_for_all_examples(request, monkeypatch):
    if isinstance(request.node, pytest.DoctestItem):
        shared = staticmethod(lambda path: _open_once(Path(path).resolve()))
        monkeypatch.setattr(Kajian, "open", shared)
