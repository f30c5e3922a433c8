"""Read back the table of values that the report of an earlier period wrote, where its tables are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from lokus.errors import InputError, name_some
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.limits import refuse_large

__all__ = ["is_period_values", "read_period_values"]

_COLUMNS = ("kunci", "tingkat", "kode", "pembilang", "penyebut", "kini", "keadaan", "periode")
_MASKED = "disamarkan"


class Measured(Protocol):
    """What must be known of an indicator; :class:`~lokus.intake.indicators.indicator.Indicator` is one."""

    @property
    def numerator(self) -> str:
        """Key of what a share counts."""

    @property
    def denominator(self) -> str:
        """Key of what it counts them among."""

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage."""


def is_period_values(path: Path) -> bool:
    """Return whether a file is the table of values of a periodic report, by its headings.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "laporan.csv"
    >>> _size = path.write_text("kunci,tingkat,kode,pembilang,penyebut,kini,keadaan,periode")
    >>> is_period_values(path)
    True
    """
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.readline(4_000).decode("utf-8", errors="replace")
    return set(_COLUMNS) <= {head.strip('"') for head in first.lstrip("\ufeff").strip().split(",")}


def read_period_values(
    path: Path,
    *,
    villages: Collection[str],
    catalogue: Mapping[str, Measured],
    titles: Sequence[str],
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    r"""Read what each village gave in an earlier period.

    Parameters
    ----------
    path : Path
        ``laporan_….csv`` as ``lokus laporan`` wrote it.
    villages : collection of kode_desa
    catalogue : mapping of indicator key to Indicator
    titles : sequence of str
        Names of the period; the file must be of one of them.
    names : mapping of str to str, optional
        Keys as outputs of the study's theme name them → keys of the catalogue.

    Returns
    -------
    DataFrame, index ``kode_desa``
        Percentages, numerators and denominators as the tables of that period gave them.

    Raises
    ------
    InputError
        It is no such table, of another period, masked for the public, or names villages or indicators that
        the study does not have.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> path = Path(tempfile.mkdtemp()) / "laporan_semester_2_2025.csv"
    >>> lines = ["kunci,tingkat,kode,pembilang,penyebut,kini,keadaan,periode",
    ...          "cakupan_mp_asi,desa,9901012001,9,12,75,ada,Semester 2 Tahun 2025"]
    >>> _size = path.write_text("\n".join(lines))
    >>> found = read_period_values(
    ...     path, villages=["9901012001"], catalogue=load_catalogue(), titles=["Semester 2 Tahun 2025"]
    ... )
    >>> found[["mp_asi_dilayani", "anak_6_23_bulan"]].iloc[0].tolist()
    [9, 12]
    """
    refuse_large(path, "text")
    try:
        rows = pd.read_csv(path, dtype={"kode": str, "kunci": str, "tingkat": str, "periode": str})
    except (ValueError, UnicodeDecodeError) as error:
        raise _no_table(path) from error
    if not set(_COLUMNS) <= set(rows.columns):
        raise _no_table(path)
    if _MASKED in rows:
        raise InputError(
            _("the table is that of a public report: small counts are masked in it, and no counts are given"),
            where=Where(file=path.name, column=_MASKED),
            remedy=_("name the table of the report that was not written for the public"),
        )
    stated = sorted(set(rows["periode"].dropna()))
    if not stated or not set(stated) <= set(titles):
        raise InputError(
            _("the table is of another period: {found} instead of {period}").format(
                found="; ".join(stated) or _("none"), period=titles[0]
            ),
            where=Where(file=path.name, column="periode"),
            remedy=_("name the table that the report of this period wrote"),
        )
    own = rows[rows["tingkat"] == "desa"].copy()
    own["kunci"] = own["kunci"].map(lambda key: (names or {}).get(key, key))
    for column, known, what in (
        ("kode", set(villages), _("villages that the study does not have: {values}")),
        ("kunci", set(catalogue), _("indicators that the study does not have: {values}")),
    ):
        strange = sorted(set(own[column].dropna()) - known)
        if strange:
            raise InputError(
                what.format(values=name_some(strange)),
                where=Where(file=path.name, column=column),
                remedy=_("name a table that was written from a study with the same villages and indicators"),
            )
    if own.duplicated(["kunci", "kode"]).any():
        raise InputError(
            _("the table has a village twice for one indicator"),
            where=Where(file=path.name),
            remedy=_("name the table as lokus laporan wrote it"),
        )
    return _values(path, own, catalogue)


def _values(path: Path, own: pd.DataFrame, catalogue: Mapping[str, Measured]) -> pd.DataFrame:
    for column in ("pembilang", "penyebut", "kini"):
        numbers = pd.to_numeric(own[column], errors="coerce")
        if (own[column].notna() & ~np.isfinite(numbers)).any():
            raise InputError(
                _("a value of the table is no number"),
                where=Where(file=path.name, column=column),
                remedy=_("name the table as lokus laporan wrote it"),
            )
        own[column] = numbers
    found: dict[str, pd.Series[float]] = {}
    for key, part in own.groupby("kunci", sort=False):
        item, by_village = catalogue[str(key)], part.set_index("kode")
        columns = {str(key): by_village["kini"]}
        if item.is_share:
            columns |= {item.numerator: by_village["pembilang"], item.denominator: by_village["penyebut"]}
        for name, values in columns.items():
            if name and values.notna().any():
                before = found.get(name)
                found[name] = values if before is None else before.combine_first(values)
    return pd.DataFrame(found).rename_axis("kode_desa")


def _no_table(path: Path) -> InputError:
    return InputError(
        _("this is no table of values of a periodic report"),
        where=Where(file=path.name),
        remedy=_("name laporan_….csv as lokus laporan wrote it; other tables belong under tabel"),
    )
