"""Count national exports of children once, and split only the counts by kabupaten."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.cells import kabupaten_text
from lokus.intake.children.children import CHILD_INDICATORS, CHILD_PLACE, COUNT_COLUMNS, count_children

__all__ = ["as_counts", "split_children"]

_PARTS = "masukan"


def split_children(
    path: Path, stated: Mapping[str, Any], folder: Path, target: str, names: Mapping[str, str]
) -> dict[str, Any]:
    r"""Count the children of national exports, and write each kabupaten its counts.

    Parameters
    ----------
    path : Path
        A text file, or a folder of them.
    stated : mapping
        The ``[[tabel]]`` of the common study.
    folder : Path
        Parts are written to ``<kabupaten>/masukan/<target>`` in it, with counts by village and no data of
        children.
    target : str
    names : mapping of code to str
        Names of the kabupaten, by which the rows of the export are assigned.

    Returns
    -------
    mapping
        As :func:`lokus.batch.split.split_table`.

    Raises
    ------
    InputError
        The export cannot be read, or two kabupaten have one name.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> _ = (place / "ukur.csv").write_text(
    ...     "NIK;Kab/Kota;Kec;Desa/Kel;Tanggal Pengukuran;Tinggi;ZS TB/U\n"
    ...     "9901010202230001;Contoh;Sukasari;Suka Maju;2026-02-03;80,1;-2,31\n"
    ... )
    >>> stated = {"periode": {"mulai": "2026-02-01", "akhir": "2026-02-28"}}
    >>> split_children(place / "ukur.csv", stated, place, "tabel_1.csv", {"9901": "Kabupaten Contoh"})
    {'kabupaten': ['9901'], 'temuan': []}
    """
    files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
    period = stated["periode"]
    counts, _findings = count_children(
        files,
        start=period["mulai"],
        end=period["akhir"],
        columns=stated.get("kolom"),
        where=stated.get("saring"),
    )
    codes: dict[str, str] = {}
    for kode, name in names.items():
        key = kabupaten_text(name)
        if key in codes:
            raise InputError(
                _("kabupaten {first} and {second} have one name: their children cannot be told apart").format(
                    first=codes[key], second=kode
                ),
                where=Where(file=path.name),
                remedy=_("name a file a kabupaten"),
            )
        codes[key] = kode
    of = counts["kabupaten"].map(lambda name: codes.get(kabupaten_text(name), ""))
    heads = [*CHILD_PLACE.values(), *COUNT_COLUMNS]
    for kode in names:
        own = counts.loc[of == kode, heads]
        file = folder / kode / _PARTS / target
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([heads, *own.astype(object).to_numpy().tolist()])
    astray = counts.loc[of == ""]
    findings = []
    if len(astray):
        others = sorted(set(astray["kabupaten"]))
        findings = [{"berkas": path.name, "baris": int(astray["anak"].sum()), "kode": others[:5]}]
    return {"kabupaten": sorted(names), "temuan": findings}


def as_counts(table: dict[str, Any]) -> None:
    """Convert the settings of a table of children to those of a table of counts by :func:`split_children`.

    Examples
    --------
    >>> table = {"jenis": "anak", "berkas": "nasional.csv", "periode": {}}
    >>> as_counts(table)
    >>> table["tempat"], sorted(table["indikator"])
    ({'desa': 'desa', 'kecamatan': 'kecamatan'}, ['diukur', 'pendek', 'sangat_pendek', 'stunting'])
    """
    for key in ("jenis", "periode", "kolom", "saring"):
        table.pop(key, None)
    table["tempat"], table["indikator"] = dict(CHILD_PLACE), dict(CHILD_INDICATORS)
