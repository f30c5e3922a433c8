"""Read the official list of villages, and the bridge from BPS codes to its codes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.tables.tables import read_table
from lokus.places.kode import repair_codes

__all__ = ["read_bridge", "read_official_list"]


def read_official_list(
    path: str | Path, *, columns: Mapping[str, str], sheet: str | None = None
) -> pd.DataFrame:
    r"""Read an official list of villages.

    Parameters
    ----------
    path : str or Path
        A table that :func:`lokus.intake.tables.tables.read_table` reads.
    columns : mapping
        ``{"kode": header, "desa": header, "kecamatan": header}``; the code is required. Rows without a
        code are left out.
    sheet : str, optional

    Returns
    -------
    pandas.DataFrame
        Index ``kode_desa``, sorted; the other columns as text.

    Raises
    ------
    InputError
        A column is missing, a code is invalid or occurs twice.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "daftar.csv"
    >>> _ = path.write_text("kode;nama\n99.01.01.2001;Suka Maju\n99.01.01.2002;Suka Jaya\n")
    >>> read_official_list(path, columns={"kode": "kode", "desa": "nama"})
                     desa
    kode_desa
    9901012001  Suka Maju
    9901012002  Suka Jaya
    """
    raw = read_table(path, sheet=sheet, columns=list(columns.values()))
    header = raw.column(columns["kode"])
    where = Where(file=raw.source, sheet=raw.sheet or None, column=header)
    codes, findings = repair_codes(raw.data[header], where=where)
    refused = next((finding for finding in findings if finding.level == "blocking"), None)
    if refused:
        raise InputError(refused.message, where=refused.where, remedy=refused.remedy)
    codes = codes.dropna()
    twice = codes[codes.duplicated()]
    if len(twice):
        first = int(codes.index[codes == twice.iloc[0]][0])
        raise InputError(
            _("code {kode} is in the official list twice, first in row {row}").format(
                kode=twice.iloc[0], row=first
            ),
            where=Where(file=raw.source, sheet=raw.sheet or None, row=int(twice.index[0]), column=header),
            remedy=_("delete the repeated row"),
        )
    rows = raw.data.loc[codes.index]
    names = {
        key: rows[raw.column(wanted)].astype("string") for key, wanted in columns.items() if key != "kode"
    }
    frame = pd.DataFrame(names, index=rows.index)
    frame.index = pd.Index(codes.astype(object), name="kode_desa")
    return frame.sort_index()


def read_bridge(path: str | Path, *, bps: str = "bps", kemendagri: str = "kemendagri") -> pd.DataFrame:
    r"""Read the table from BPS codes to Kemendagri codes.

    Parameters
    ----------
    path : str or Path
        A table that :func:`lokus.intake.tables.tables.read_table` reads.
    bps, kemendagri : str
        Headers of its columns.

    Returns
    -------
    pandas.DataFrame
        Columns ``bps`` and ``kemendagri``, as text, one row a village.

    Raises
    ------
    InputError
        A column is missing.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "jembatan.csv"
    >>> _ = path.write_text("bps;kemendagri\n9901010001;99.01.01.2001\n9901010002;99.01.01.2002\n")
    >>> read_bridge(path)["kemendagri"].tolist()
    ['99.01.01.2001', '99.01.01.2002']
    """
    raw = read_table(path, columns=[bps, kemendagri])
    columns = {"bps": raw.column(bps), "kemendagri": raw.column(kemendagri)}
    rows = raw.data[list(columns.values())].dropna(how="all")
    return pd.DataFrame({name: rows[header] for name, header in columns.items()}).reset_index(drop=True)
