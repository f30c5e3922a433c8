"""Text from inputs made fit for XML documents, and archives that do not tell when they were written."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

__all__ = ["fixed_archive", "printable"]

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip archive can state


def printable(value: object) -> str:
    r"""Give a value as text, with "\ufffd" for what a workbook or a slide cannot hold.

    Examples
    --------
    >>> printable("Suka\x07maju")
    'Suka�maju'
    """
    return str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value)))


def fixed_archive(save: Callable[[io.BytesIO], object], *, modified: str) -> bytes:
    """Give an Office document without the time of writing, which its library and zip put in.

    Parameters
    ----------
    save : callable
        Writes the document to the buffer it is given.
    modified : str
        Time to state instead, as in ``"2026-01-01T00:00:00Z"``.
    """
    raw, fixed = io.BytesIO(), io.BytesIO()
    save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + modified.encode(), content)
            target.writestr(zipfile.ZipInfo(entry.filename, _ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
