"""Every notebook runs as readers install it, gives what is stored, and says that its data are made up."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import nbformat
import pytest
from installed_wheel import run

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def tool(root):
    spec = importlib.util.spec_from_file_location("notebooks", root / "tools" / "notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(notebook):
    """Text outputs; pictures depend on the fonts of the machine."""
    return [
        [output.get("text") or output.get("data", {}).get("text/plain") for output in cell.get("outputs", [])]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_and_gives_what_is_stored(path, tool, installed, monkeypatch):
    # The kernel of an environment with lokus, a kernel and the widget, and nothing that only developers have.
    monkeypatch.setenv("JUPYTER_PATH", str(installed.kernels))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    stored = nbformat.read(path, as_version=4)
    assert shown(tool.execute(path, kernel="polos")) == shown(stored), "run: make notebooks"


@pytest.mark.slow
def test_the_kernel_of_the_notebooks_knows_lokus_from_its_wheel_alone(installed):
    asked = "import importlib.util, lokus; print(lokus.__file__, importlib.util.find_spec('pytest'))"
    place, tool = run(installed.python, "-c", asked, cwd=installed.kernels).split()
    assert installed.python.parents[1] in Path(place).parents
    assert tool == "None"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_small_executed_and_marked_as_synthetic(path):
    stored = nbformat.read(path, as_version=4)
    assert path.stat().st_size < 1_000_000
    assert all(cell.execution_count for cell in stored.cells if cell.cell_type == "code")
    assert "data contoh sintetis" in stored.cells[0].source.lower()


def test_the_first_notebook_needs_at_most_15_lines():
    first = nbformat.read(NOTEBOOKS[0], as_version=4)
    lines = [line for cell in first.cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    assert len([line for line in lines if line.strip()]) <= 15
