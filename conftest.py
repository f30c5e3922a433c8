"""Examples in docstrings open the bundled study as a reader would; here it is opened once for all of them."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from lokus import Kajian

# A study is frozen and its stages are made when asked for, so that examples can share it.
_open_once = functools.cache(Kajian.open)


@pytest.fixture(autouse=True)
def _one_study_for_all_examples(request, monkeypatch):
    if isinstance(request.node, pytest.DoctestItem):
        shared = staticmethod(lambda path: _open_once(Path(path).resolve()))
        monkeypatch.setattr(Kajian, "open", shared)
