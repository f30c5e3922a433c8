"""Count national exports of children once, and split only the counts by kabupaten."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.cells import kabupaten_text
from lokus.intake.children.children import (
    CHILD_INDICATORS,
    CHILD_PLACE,
    COUNT_COLUMNS,
    ChildCounts,
    count_rounds,
)
from lokus.intake.children.export_findings import findings_file, write_findings
from lokus.intake.children.exports import export_files

__all__ = ["as_counts", "split_children"]

_PARTS = "masukan"


def split_children(
    path: Path,
    rounds: Sequence[tuple[str, Mapping[str, Any]]],
    folder: Path,
    names: Mapping[str, str],
    *,
    everything: bool = True,
) -> list[dict[str, Any]]:
    r"""Count the children of national exports in one pass, and write each kabupaten its counts of each round.

    Parameters
    ----------
    path : Path
        A text or Parquet file, or a folder of them.
    rounds : sequence of (str, mapping)
        For each round the name of its parts and its ``[[tabel]]`` of the common study; these differ in
        ``periode``, and not in ``kolom`` and ``saring``.
    folder : Path
        Parts go to ``<kabupaten>/masukan/<name>`` in it; they hold counts of villages, and no child;
        what was found stands beside them, in ``<name>_temuan.json``.
    names : mapping of code to str
        Names of the kabupaten, by which the rows of the export are assigned.
    everything : bool
        The batch has every kabupaten of the export; otherwise rows under other names are expected, and only a
        note.

    Returns
    -------
    list of mapping
        For each round as :func:`lokus.batch.split.split_table`.

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
    >>> split_children(
    ...     place / "ukur.csv", [("tabel_1.csv", stated)], place, {"9901": "Kabupaten Contoh"}
    ... )
    [{'kabupaten': ['9901'], 'kosong': [], 'juga': ['tabel_1_temuan.json'], 'temuan': []}]
    """
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
    found = count_rounds(
        export_files(path),
        [(stated["periode"]["mulai"], stated["periode"]["akhir"]) for _target, stated in rounds],
        columns=rounds[0][1].get("kolom"),
        where=rounds[0][1].get("saring"),
    )
    out = []
    for (target, _stated), counts in zip(rounds, found, strict=True):
        empty = _write(counts, codes, folder, target, names)
        beside = findings_file(Path(target)).name
        astray = _astray(path, counts, codes, everything)
        out.append({"kabupaten": sorted(names), "kosong": empty, "juga": [beside], "temuan": astray})
    return out


def _write(
    found: ChildCounts, codes: Mapping[str, str], folder: Path, target: str, names: Mapping[str, str]
) -> list[str]:
    """Write counts and findings of each kabupaten; return those without a village."""
    counts = found.table
    of = counts["kabupaten"].map(lambda name: codes.get(name, ""))
    seen = {codes[name]: findings for name, findings in found.of.items() if name in codes}
    heads = [*CHILD_PLACE.values(), *COUNT_COLUMNS]
    empty = []
    for kode in sorted(names):
        own = counts.loc[of == kode, heads]
        file = folder / kode / _PARTS / target
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([heads, *own.astype(object).to_numpy().tolist()])
        write_findings(seen.get(kode, ()), findings_file(file))
        if own.empty:
            empty.append(kode)
    return empty


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
