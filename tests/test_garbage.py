from __future__ import annotations

import gc

import pytest

from lokus.cli import main
from lokus.garbage import collect_seldom


def test_after_a_fault_python_looks_for_cycles_as_before():
    before = gc.get_threshold()
    with pytest.raises(KeyError), collect_seldom():
        assert gc.get_threshold()[0] > before[0]
        raise KeyError
    assert gc.get_threshold() == before


def test_the_command_line_leaves_the_thresholds_as_they_were(capsys):
    before = gc.get_threshold()
    assert main(["run", "belum-ada/kajian.toml"]) == 2
    assert gc.get_threshold() == before
