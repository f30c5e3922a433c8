"""Situations met in public, read where they lie beside the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from lokus.kajian import Kajian


@pytest.fixture(scope="session")
def cases(root: Path) -> Path:
    """Folder of cases beside the project; tests that need it skip where it is absent."""
    path = root.parent / "shared" / "cases"
    if not path.is_dir():
        pytest.skip("the folder ../shared/cases is absent")
    return path


@pytest.fixture(scope="session")
def truth(cases: Path) -> pd.DataFrame:
    """Right values of the villages of the cases of tables, by code."""
    return pd.read_csv(cases / "tables" / "base" / "gizi.csv", sep=";", dtype={"kode": str}).set_index("kode")


@pytest.fixture
def case(cases: Path) -> Callable[..., Kajian]:
    """Open the study of a case, in place."""

    def open_case(name: str, study: str = "kajian.toml", **changes: object) -> Kajian:
        opened = Kajian.open(cases / name / study)
        return opened.replace(**changes) if changes else opened

    return open_case
