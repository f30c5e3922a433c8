"""Count national exports of children once, and split only the counts by kabupaten."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.carried import findings_file, write_findings
from lokus.intake.children.cells import kabupaten_text
from lokus.intake.children.children import (
    CHILD_INDICATORS,
    CHILD_PLACE,
    COUNT_COLUMNS,
    ChildCounts,
    count_children,
)
from lokus.intake.children.exports import export_files

__all__ = ["as_counts", "split_children"]

_PARTS = "masukan"


def split_children(
    path: Path,
    stated: Mapping[str, Any],
    folder: Path,
    target: str,
    names: Mapping[str, str],
    *,
    everything: bool = True,
) -> dict[str, Any]:
    r"""Count the children of national exports, and write each kabupaten its counts.

    Parameters
    ----------
    path : Path
        A text or Parquet file, or a folder of them.
    stated : mapping
        The ``[[tabel]]`` of the common study.
    folder : Path
        Parts go to ``<kabupaten>/masukan/<target>`` in it; they hold counts of villages, and no child;
        what was found stands beside them, in ``<target>_temuan.json``.
    target : str
    names : mapping of code to str
        Names of the kabupaten, by which the rows of the export are assigned.
    everything : bool
        The batch has every kabupaten of the export; otherwise rows under other names are expected, and only a
        note.

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
    {'kabupaten': ['9901'], 'juga': ['tabel_1_temuan.json'], 'temuan': []}
    """
    files = export_files(path)
    period = stated["periode"]
    found = count_children(
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
    counts = found.table
    of = counts["kabupaten"].map(lambda name: codes.get(name, ""))
    seen = {codes[name]: findings for name, findings in found.of.items() if name in codes}
    heads = [*CHILD_PLACE.values(), *COUNT_COLUMNS]
    for kode in names:
        own = counts.loc[of == kode, heads]
        file = folder / kode / _PARTS / target
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([heads, *own.astype(object).to_numpy().tolist()])
        write_findings(seen.get(kode, ()), findings_file(file))
    beside = findings_file(Path(target)).name
    return {"kabupaten": sorted(names), "juga": [beside], "temuan": _astray(path, found, codes, everything)}


def _astray(
    path: Path, found: ChildCounts, codes: Mapping[str, str], everything: bool
) -> list[dict[str, Any]]:
    """Rows of no kabupaten of the batch: they are in no study, so the batch tells of them."""
    astray = {name: n for name, n in found.rows.items() if name not in codes and n}
    if not astray:
        return []
    # What stands in the column of kabupaten may be anything where cells are shifted: it is not repeated.
    expected = not everything and all(astray)
    return [{"berkas": path.name, "baris": sum(astray.values()), "nama": len(astray), "wajar": expected}]


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
