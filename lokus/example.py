"""The bundled example: a synthetic kabupaten, its untidy workbooks, and study files for two years.

The files are made by ``tools/example_kabupaten`` in the repository and installed with the package, so that
every demo starts from the same bytes whatever versions of numpy or GDAL are installed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from lokus.errors import InputError
from lokus.files import staged_directory
from lokus.i18n import gettext as _

__all__ = ["EXAMPLE_STUDY", "example_files", "write_example"]

EXAMPLE_STUDY = Path("kajian", "contoh-2026.toml")
"""The study of the newer year, below the folder of the example."""

# In the package that is installed, and in a clone of the repository.
_PLACES = (Path(__file__).parent / "example", Path(__file__).parents[1] / "data")


def example_files() -> Path:
    """Return the folder with the files of the example, for reading only.

    Raises
    ------
    InputError
        The installation lacks the files.

    Examples
    --------
    >>> sorted(path.name for path in (example_files() / "kajian").iterdir())
    ['contoh-2025.toml', 'contoh-2026.toml', 'kecocokan.csv']
    """
    for place in _PLACES:
        if (place / EXAMPLE_STUDY).is_file():
            return place
    raise InputError(
        _("this installation does not hold the bundled example"),
        remedy=_("install lokus again, or run lokus demo in a clone of the repository"),
    )


def write_example(folder: str | Path) -> Path:
    """Copy the example into a folder, and return the path of its study file.

    Parameters
    ----------
    folder : path
        Created where it does not exist. Files of the same name in it are replaced; do not use a folder in
        which you have changed the example.

    Returns
    -------
    Path
        The study of the newer year, for :meth:`lokus.Kajian.open`.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> study = write_example(Path(tempfile.mkdtemp()) / "contoh")
    >>> Kajian.open(study).settings.study.title
    'Usulan Lokasi Fokus Stunting 2026'
    """
    source = example_files()
    with staged_directory(folder) as stage:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                copy = stage / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
    return Path(folder) / EXAMPLE_STUDY
