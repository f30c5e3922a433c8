"""Format numbers and texts for tables and documents: missing as a dash, masked as such, valid in XML."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from lokus.findings import Finding

__all__ = [
    "MASKED",
    "MASKED_PARTS",
    "MASKED_REVIEW",
    "caution_line",
    "fixed_archive",
    "has_flag",
    "is_masked",
    "number_texts",
    "one_line",
    "printable",
    "property_text",
    "texts",
    "threshold_text",
    "unbroken",
]


_LONGEST_PROPERTY = 255
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip archive can state
_UNIT = re.compile(r"(?<=\d) (?=%)|(?<=[<>≤≥]) (?=\d)")  # blanks at which no line may end
MASKED = "disamarkan"  # column of a public results table: names of the columns masked in a village
MASKED_PARTS = "bagian_skor"  # stands there for the parts of the score, which are a frame of their own
MASKED_REVIEW = "reviu"  # and for everything that the review says of a village


def printable(value: object) -> str:
    r"""Give a value as text, with "\ufffd" for what a workbook or a slide cannot hold.

    Examples
    --------
    >>> printable("Suka\x07maju")
    'Suka�maju'
    """
    return str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value)))


def unbroken(value: object) -> str:
    r"""Give a value as `printable` does, so that a number stays on one line with its "%" and its sign.

    Examples
    --------
    >>> unbroken("rentang 90 %, seharusnya ≥ 15")
    'rentang 90\xa0%, seharusnya ≥\xa015'
    """
    return _UNIT.sub("\u00a0", printable(value))


def property_text(value: object) -> str:
    r"""Give a text as a property of a document holds it: on one line, cut with an ellipsis.

    Examples
    --------
    >>> property_text("Suka\n Maju"), len(property_text("a" * 600))
    ('Suka Maju', 255)
    """
    text = one_line(value)
    return text if len(text) <= _LONGEST_PROPERTY else text[: _LONGEST_PROPERTY - 1] + "…"


def fixed_archive(save: Callable[[io.BytesIO], object], *, modified: str) -> bytes:
    """Give an Office document without the time of writing, which its library and zip put in.

    Parameters
    ----------
    save : callable
        Writes the document to the buffer it is given.
    modified : str
        Time to state instead, as in ``"2026-01-01T00:00:00Z"``.

    Examples
    --------
    >>> def save(buffer):
    ...     with zipfile.ZipFile(buffer, "w") as archive:
    ...         archive.writestr("isi.xml", "<isi/>")
    >>> document = fixed_archive(save, modified="2026-01-01T00:00:00Z")
    >>> zipfile.ZipFile(io.BytesIO(document)).getinfo("isi.xml").date_time
    (1980, 1, 1, 0, 0, 0)
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


def one_line(text: object) -> str:
    r"""Give a text without line breaks, doubled spaces and signs that cannot be shown.

    Examples
    --------
    >>> one_line("Suka\n  Maju ")
    'Suka Maju'
    """
    return " ".join(printable(text).split())


def texts(values: pd.Series) -> list[str]:
    """Texts on one line each, a missing one empty.

    Examples
    --------
    >>> import pandas as pd
    >>> texts(pd.Series(["Suka  Maju", None]))
    ['Suka Maju', '']
    """
    return [one_line(value) for value in values.fillna("")]


def number_texts(values: pd.Series, decimals: int) -> list[str]:
    """Numbers as the language in force writes them, a missing one as an en dash.

    Examples
    --------
    >>> import pandas as pd
    >>> number_texts(pd.Series([1234.56, None]), 1)
    ['1.234,6', '–']
    """
    floats = values.astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    return [format_number(float(value), decimals=decimals) for value in floats]


def is_masked(frame: pd.DataFrame, column: str) -> npt.NDArray[np.bool_]:
    """Whether the value of a column is masked for the public, village by village.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"stunting": [None, None], "disamarkan": ["pendek, stunting", ""]})
    >>> is_masked(frame, "stunting").tolist()
    [True, False]
    """
    import numpy as np

    if MASKED not in frame:
        return np.zeros(len(frame), dtype=bool)
    return np.array([column in str(names).split(", ") for names in frame[MASKED]], dtype=bool)


def has_flag(frame: pd.DataFrame, column: str) -> npt.NDArray[np.bool_]:
    """Whether a flag is set, village by village; a missing flag or column is none.

    Examples
    --------
    >>> import pandas as pd
    >>> has_flag(pd.DataFrame({"belum_andal": [True, None]}), "belum_andal").tolist()
    [True, False]
    """
    import numpy as np

    if column not in frame:
        return np.zeros(len(frame), dtype=bool)
    return frame[column].astype("boolean").fillna(value=False).to_numpy(dtype=bool)


def threshold_text(threshold: str, worse: str) -> str:
    """Write which values fail: above a threshold, or below it.

    Examples
    --------
    >>> threshold_text("80", "rendah"), threshold_text("14", "tinggi")
    ('< 80', '> 14')
    """
    return f"{'>' if worse == 'tinggi' else '<'} {threshold}"


def caution_line(finding: Finding) -> tuple[str, str]:
    """Give the line of a table that says what a reader should know.

    Examples
    --------
    >>> from lokus.findings import Finding
    >>> caution_line(Finding(check="scan.missing", level="note", message="2 desa tanpa data"))
    ('Catatan', '2 desa tanpa data')
    """
    label = _("Note") if finding.level == "note" else _("Caution")
    return label, "; ".join(part for part in (finding.message, finding.remedy) if part)
