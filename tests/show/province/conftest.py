"""The province of three invented kabupaten."""

from __future__ import annotations

import pytest
from three_kabupaten import make_province


@pytest.fixture
def province():
    return make_province()
