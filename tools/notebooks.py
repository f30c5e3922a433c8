"""Execute the notebooks and store them with their output: ``python tools/notebooks.py``.

The stored notebooks are the same bytes whenever the results are the same, and small: ids of cells are
counted, pictures are reduced to a palette, and large interactive maps, which nobody sees in a notebook that
is only looked at, are left out.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
LARGEST_HTML = 250_000


def execute(path: Path, *, kernel: str = "python3") -> nbformat.NotebookNode:
    """Run a notebook from its own folder on a kernel; an error in any cell is raised."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=600, kernel_name=kernel, resources=resources).execute()
    return stable(notebook)


def stable(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave out what differs between two equal runs, and what is too large to store."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"sel-{number:02d}"
        cell.metadata = {}
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop("application/vnd.jupyter.widget-view+json", None)  # lives in a running notebook only
            if len(data.get("text/html", "")) > LARGEST_HTML:
                del data["text/html"]
            if "image/png" in data:
                data["image/png"] = _with_palette(data["image/png"])
    return notebook


def _with_palette(picture: str) -> str:
    out = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        image.convert("RGB").quantize(colors=64, dither=Image.Dither.NONE).save(
            out, format="png", optimize=True
        )
    return base64.b64encode(out.getvalue()).decode()


def main() -> None:
    """Execute and store every notebook."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        nbformat.write(execute(path), path)


if __name__ == "__main__":
    main()
