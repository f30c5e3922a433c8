"""Every text that a reader can find in a folder of outputs, file by file."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path

import pyogrio

__all__ = ["texts_of"]


def texts_of(path: Path) -> str:
    """Text of a file: the XML of office documents, the layout text of a PDF, columns and rows of a table."""
    if path.suffix in (".xlsx", ".docx", ".pptx"):
        with zipfile.ZipFile(path) as parts:
            return "\n".join(
                re.sub(r"<[^>]+>", "", part) + part
                for name in parts.namelist()
                if name.endswith((".xml", ".rels"))
                for part in [parts.read(name).decode("utf-8")]
            )
    if path.suffix == ".pdf":
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
        return done.stdout.decode("utf-8")
    if path.suffix == ".gpkg":
        frames = [pyogrio.read_dataframe(path, layer=layer) for layer, _kind in pyogrio.list_layers(path)]
        return "\n".join(frame.drop(columns="geometry", errors="ignore").to_csv() for frame in frames)
    if path.suffix == ".json":
        return json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
    if path.suffix in (".html", ".csv", ".geojson", ".txt"):
        return path.read_text(encoding="utf-8-sig")
    return ""
