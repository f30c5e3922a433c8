"""Kabupaten Contoh: the invented land, its names, its truth and its files, put together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.datasets.boundary_file import publish_boundaries, write_boundaries
from lokus.datasets.excel import write_workbook
from lokus.datasets.layouts import (
    BANNER,
    decree_sheet,
    dotted,
    family_sheet,
    health_sheet,
    sanitation_sheets,
    service_sheet,
)
from lokus.datasets.streams import stream
from lokus.datasets.studies import study_text
from lokus.datasets.terrain import Terrain, make_terrain
from lokus.datasets.truth import make_truth, observe
from lokus.datasets.village_names import Alias, Names, make_names, spell
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.scores.scoring import score
from lokus.files import atomic_path
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.indicators.catalogue import load_catalogue

__all__ = ["Kabupaten", "make_kabupaten"]


# FOLDED: The decree of the example: what the study of that year proposes, but for what the meeting
# exchanged.


LOKUS_SHARE, LOKUS_KECAMATAN = 0.1, 8
EXCHANGED = 0.12
"""Share of the list that the meeting exchanged for villages with a high raw prevalence."""


def decide(villages: gpd.GeoDataFrame, table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Choose the lokus of a year as its decree names them.

    The list of the year's example study, in which the meeting put the unlisted villages with the highest raw
    prevalence of the chosen kecamatan in the place of those with the lowest score, as meetings do.

    Returns
    -------
    pandas.DataFrame
        Index ``kode_desa``, sorted; ``desa``, ``kecamatan``.
    """
    stated = tomllib.loads(study_text(year))
    catalogue = load_catalogue()
    weights = stated["skor"]["bobot"]
    rates = estimate_rates(
        table["stunting"],
        table["diukur"],
        sasaran=table["sasaran"],
        covariates=table[stated["laju"]["kovariat"]],
    ).table
    scores = score(
        table.join(rates[["prevalensi", "anak_stunting"]]),
        weights=weights,
        worse=catalogue.worse_ends(list(weights)),
        ties=rates["anak_stunting"],
    ).table["skor"]
    kecamatan = villages["kode_kecamatan"].reindex(scores.index)
    rules = Problem(n=round(LOKUS_SHARE * len(villages)), max_kecamatan=LOKUS_KECAMATAN)
    proposed = list(select(scores, kecamatan, rules, tie_break=rates["anak_stunting"]).kode)
    leaving = scores[proposed].nsmallest(int(EXCHANGED * rules.n)).index
    staying = pd.Index(proposed).difference(leaving)
    inside = kecamatan.isin(kecamatan[staying]) & ~kecamatan.index.isin(proposed)
    entering = rates.loc[inside, "prevalensi_mentah"].nlargest(len(leaving)).index
    return pd.DataFrame(villages.loc[staying.union(entering), ["desa", "kecamatan"]])


# FOLDED: Write the files of a synthetic kabupaten, each as untidy as its office sends it.


_README = """# Data contoh sintetis

Semua isi folder ini **DATA CONTOH SINTETIS**: tidak ada wilayah, desa, atau angka yang sebenarnya. Kode
diawali nomor provinsi 99 yang tidak dipakai, dan petanya digambar di laut lepas.

| berkas | isi |
|---|---|
| `boundaries/desa.gpkg` | batas desa/kelurahan, lapisan `desa`, skema BIG, belum rapi (lihat di bawah) |
| `indicators/daftar_desa.csv` | daftar resmi desa/kelurahan |
| `indicators/TAHUN/eppgbm_TAHUN-02.xlsx` | rekap e-PPGBM, Dinas Kesehatan |
| `indicators/TAHUN/krs_TAHUN.xlsx` | rekap keluarga berisiko stunting, DPPKB |
| `indicators/TAHUN/sanitasi_TAHUN.xlsx` | akses sanitasi dan air minum, Dinas PUPR |
| `indicators/TAHUN/kemiskinan_TAHUN.csv` | keluarga desil 1 dan 2, Dinas Sosial |
| `indicators/TAHUN/layanan_TAHUN.xlsx` | cakupan layanan ibu dan anak, Dinas Kesehatan |
| `indicators/{first}/lampiran_sk_lokus_{first}.xlsx` | daftar lokus yang ditetapkan tahun {first} |
| `kajian/contoh-TAHUN.toml` | berkas kajian |
| `kajian/kecocokan.csv` | keputusan orang untuk nama yang tidak dapat dicocokkan dengan aturan |

Berkas-berkas ini sengaja tidak rapi, seperti kiriman OPD yang sebenarnya. Pada peta: satu desa belum punya
poligon (masih menyatu dengan desa induknya), satu poligon menyilang dirinya sendiri, dan sebagian batas retak
beberapa meter. Pada tabel: nama disingkat atau salah ketik, nama yang sama di dua kecamatan, baris jumlah,
angka berupa teks, desa yang belum melapor, dan satu desa persiapan yang belum ada dalam daftar resmi.

Folder ini dibuat ulang dengan `python -m lokus.datasets data`. Lisensinya sama
dengan lisensi proyek.
"""


def write_files(kabupaten: Kabupaten, root: Path) -> list[Path]:
    """Write everything below `root`; give the paths, in the order written."""
    boundaries = root / "boundaries" / "desa.gpkg"
    write_boundaries(kabupaten.boundaries, boundaries)
    written = [
        boundaries,
        _write_text(root / "indicators" / "daftar_desa.csv", _official_list(kabupaten), "utf-8"),
        _write_text(
            root / "kajian" / "kecocokan.csv", decisions(kabupaten).to_csv(sep=";", index=False), "utf-8"
        ),
        _write_text(root / "README.md", _README.format(first=kabupaten.years[0]), "utf-8"),
    ]
    for year, previous in zip(kabupaten.years, (None, *kabupaten.years), strict=False):
        written += _write_year(kabupaten, year, root / "indicators" / str(year))
        study = study_text(year, previous=previous)
        written.append(_write_text(root / "kajian" / f"contoh-{year}.toml", study, "utf-8"))
    return written


def decisions(kabupaten: Kabupaten) -> pd.DataFrame:
    """List what a person decided about spellings no rule can settle, one row a file and spelling."""
    villages = kabupaten.villages
    rows = []
    for year in kabupaten.years:
        for kode, alias in sorted(kabupaten.aliases.items()):
            kecamatan = str(villages["kecamatan"][kode])
            place = {"kode_desa": dotted(kode), "alasan": alias.reason}
            rows.append({"sumber": f"eppgbm_{year}-02.xlsx", "kecamatan": kecamatan.upper(),
                         "desa": alias.written.upper(), **place})  # fmt: skip
            if alias.everywhere:
                rows.append(
                    {"sumber": f"krs_{year}.xlsx", "kecamatan": kecamatan, "desa": alias.written, **place}
                )
    columns = ["sumber", "kecamatan", "desa", "kode_desa", "alasan"]
    return pd.DataFrame(rows, columns=columns).sort_values(columns[:3], kind="stable")


def _write_year(kabupaten: Kabupaten, year: int, folder: Path) -> list[Path]:
    aliases = kabupaten.aliases
    shared = {kode: alias for kode, alias in aliases.items() if alias.everywhere}
    health = _written(
        kabupaten, year, "health", aliases, abbreviate=0.3, arabic=0.7, join=0.06, misspell=0.05
    )
    family = _written(kabupaten, year, "family", shared, abbreviate=0.7, join=0.05, misspell=0.03)
    water = _written(kabupaten, year, "water", {}, abbreviate=0.2, arabic=0.3, misspell=0.03)
    books = {
        f"eppgbm_{year}-02.xlsx": [health_sheet(health, year)],
        f"krs_{year}.xlsx": [family_sheet(family, year)],
        f"sanitasi_{year}.xlsx": sanitation_sheets(water, year),
        f"layanan_{year}.xlsx": [service_sheet(_written(kabupaten, year, "services", {}), year)],
    }
    if year == kabupaten.years[0]:
        books[f"lampiran_sk_lokus_{year}.xlsx"] = [decree_sheet(kabupaten.lokus, year)]
    for name, sheets in books.items():
        write_workbook(folder / name, sheets)
    # one office in two years, and two ways in which spreadsheet programs save a CSV file
    encoding = "utf-8-sig" if year == kabupaten.years[0] else "cp1252"
    poverty = _write_text(folder / f"kemiskinan_{year}.csv", _poverty_list(kabupaten, year), encoding)
    return [*(folder / name for name in books), poverty]


def _written(
    kabupaten: Kabupaten, year: int, office: str, aliases: Mapping[str, Alias], **habits: float
) -> pd.DataFrame:
    """Give the clean table of a year with the names as an office writes them."""
    villages = kabupaten.villages
    groups = pd.factorize(villages["kode_kecamatan"])[0].tolist()
    desa = spell(villages["desa"].tolist(), groups, stream(kabupaten.seed, office, year), **habits)
    table = kabupaten.tables[year].assign(
        kode_kecamatan=villages["kode_kecamatan"],
        kecamatan_tertulis=villages["kecamatan"],
        desa_tertulis=desa,
    )
    for kode, alias in aliases.items():
        table.loc[kode, "desa_tertulis"] = alias.written
    return table


def _official_list(kabupaten: Kabupaten) -> str:
    villages = kabupaten.villages
    table = pd.DataFrame(
        {
            "kode_desa": [dotted(kode) for kode in villages.index],
            "desa": villages["desa"],
            "kecamatan": villages["kecamatan"],
            "jenis": villages["jenis"],
            "keterangan": "data contoh sintetis",
        }
    )
    return table.to_csv(index=False)


def _poverty_list(kabupaten: Kabupaten, year: int) -> str:
    """Poorest first, codes as a spreadsheet spoils them, and a village that is not yet one."""
    villages = kabupaten.villages
    table = kabupaten.tables[year].join(villages[["desa", "kecamatan"]])
    table = table[table["desil_1_2"].notna()].sort_values("desil_1_2", ascending=False, kind="stable")
    lines = [BANNER, "", "KODE_DESA;KECAMATAN;NAMA_DESA;JUMLAH_KELUARGA;KELUARGA_DESIL_1_2;PERSEN_DESIL_1_2"]
    lines += [
        f"{kode}.0;{row.kecamatan};{row.desa};{row.keluarga:.0f};{row.keluarga_desil_1_2:.0f};"
        + f"{row.desil_1_2:.2f}".replace(".", ",")
        for kode, row in zip(table.index, table.itertuples(), strict=True)
    ]
    first = villages.iloc[0]
    lines.append(f"{first['kode_kecamatan']}2099.0;{first['kecamatan']};Persiapan Mekar Baru;58;21;36,21")
    return "\r\n".join(lines) + "\r\n"


def _write_text(path: Path, text: str, encoding: str) -> Path:
    with atomic_path(path) as draft:
        draft.write_bytes(text.encode(encoding))
    return path


PREFIX = "9901"
"""Kabupaten 01 of the unused province 99."""

LEAST_VILLAGES, LEAST_KECAMATAN, LEAST_PER_KECAMATAN = 24, 3, 5


@dataclass(frozen=True, kw_only=True, repr=False)
class Kabupaten:
    """A synthetic kabupaten of which everything is known.

    Attributes
    ----------
    villages : GeoDataFrame
        Village table: index ``kode_desa``; ``desa``, ``kecamatan``, ``kode_kecamatan``, ``jenis``,
        ``geometry`` (EPSG:4326, neighbours share every vertex). All villages, with their true polygons.
    boundaries : GeoDataFrame
        The same as a mapping agency would publish it: one village short, cracked, one polygon invalid.
    truth : DataFrame
        True state per ``tahun`` and ``kode_desa``; see :func:`lokus.datasets.truth.make_truth`.
    tables : mapping of int to DataFrame
        Per year, what a correct reader gets out of the workbooks: catalogue keys, NaN where nothing is
        reported.
    lokus : DataFrame
        The list decided in the first year, in the order of the decree: index ``kode_desa``; the proposal of
        that year's study but for a few villages that the meeting exchanged.
    aliases : mapping of str to Alias
        Spellings that only a person can settle, by ``kode_desa``.
    seed : int
        Seed it was made with.
    """

    villages: gpd.GeoDataFrame
    boundaries: gpd.GeoDataFrame
    truth: pd.DataFrame
    tables: Mapping[int, pd.DataFrame]
    lokus: pd.DataFrame
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    seed: int

    @property
    def years(self) -> tuple[int, ...]:
        """Years there are data for."""
        return tuple(self.tables)

    def write(self, root: str | Path) -> list[Path]:
        """Write boundaries, workbooks, CSV files and decisions below `root`; give the paths.

        The same kabupaten gives the same bytes on every run with the same versions of openpyxl and GDAL.
        """
        return write_files(self, Path(root))

    def __repr__(self) -> str:
        return _(
            "Synthetic kabupaten (seed {seed}): {villages} villages in {kecamatan} kecamatan, {years}"
        ).format(
            seed=self.seed,
            villages=format_number(len(self.villages)),
            kecamatan=self.villages["kode_kecamatan"].nunique(),
            years=", ".join(map(str, self.years)),
        )


def make_kabupaten(
    *,
    villages: int = 256,
    kecamatan: int = 22,
    kelurahan: int = 10,
    years: Sequence[int] = (2025, 2026),
    seed: int = 2026,
) -> Kabupaten:
    """Make a synthetic kabupaten with known truth.

    Parameters
    ----------
    villages : int
        Number of desa and kelurahan together, at least 24.
    kecamatan : int
        Number of kecamatan, at least 3, with at least 5 villages each on average.
    kelurahan : int
        How many of the villages, those nearest to the capital town, are kelurahan.
    years : sequence of int
        Successive years, at least one.
    seed : int
        The same seed gives the same kabupaten.

    Returns
    -------
    Kabupaten

    Raises
    ------
    ValueError
        A number is out of bounds.

    Examples
    --------
    >>> kabupaten = make_kabupaten(villages=30, kecamatan=3, kelurahan=2, seed=7)
    >>> kabupaten
    Kabupaten sintetis (benih 7): 30 desa/kelurahan di 3 kecamatan, 2025, 2026
    >>> kabupaten.villages.index[0], kabupaten.villages.crs.to_epsg()
    ('9901012001', 4326)
    """
    _check(villages, kecamatan, kelurahan, years)
    land = make_terrain(seed, villages=villages, kecamatan=kecamatan)
    names = make_names(seed, land)
    as_drawn = _village_table(land, names, kelurahan)
    table = as_drawn.sort_index()
    position = table.index.get_indexer(as_drawn.index)
    truth = make_truth(seed, land, as_drawn.index, years).sort_index()
    group = table["kode_kecamatan"].astype(int).to_numpy()
    tables = {year: observe(seed, year, pd.DataFrame(truth.loc[year]), group) for year in years}
    return Kabupaten(
        villages=table,
        boundaries=publish_boundaries(seed, table, position[land.borders]),
        truth=truth,
        tables=tables,
        lokus=decide(table, tables[years[0]], years[0]),
        aliases={as_drawn.index[i]: alias for i, alias in names.aliases.items()},
        seed=seed,
    )


def _check(villages: int, kecamatan: int, kelurahan: int, years: Sequence[int]) -> None:
    if villages < LEAST_VILLAGES:
        raise ValueError(f"villages must be at least {LEAST_VILLAGES}, not {villages}")
    if not LEAST_KECAMATAN <= kecamatan <= min(99, villages // LEAST_PER_KECAMATAN):
        raise ValueError(
            f"kecamatan must lie between {LEAST_KECAMATAN} and villages / {LEAST_PER_KECAMATAN}, "
            f"not {kecamatan}"
        )
    if not 0 <= kelurahan <= villages // 2:
        raise ValueError(f"kelurahan must lie between 0 and half the villages, not {kelurahan}")
    if not years or list(years) != list(range(years[0], years[0] + len(years))):
        raise ValueError(f"years must be successive, not {tuple(years)}")


def _village_table(land: Terrain, names: Names, kelurahan: int) -> gpd.GeoDataFrame:
    """Give codes and names in the order of `land`: kelurahan about the town, then from west to east."""
    count = len(land.polygons)
    urban = np.isin(np.arange(count), np.argsort(land.town_distance, kind="stable")[:kelurahan])
    kode = np.empty(count, dtype=object)
    for group in range(len(names.kecamatan)):
        members = np.flatnonzero(land.kecamatan == group)
        ranked = members[np.lexsort((land.xy[members, 0], ~urban[members]))]
        for number, village in enumerate(ranked, start=1):
            kode[village] = f"{PREFIX}{group + 1:02d}{1 if urban[village] else 2}{number:03d}"
    return gpd.GeoDataFrame(
        {
            "desa": names.desa,
            "kecamatan": names.kecamatan[land.kecamatan],
            "kode_kecamatan": [k[:6] for k in kode],
            "jenis": np.where(urban, "kelurahan", "desa"),
        },
        geometry=land.polygons,
        index=pd.Index(kode, name="kode_desa"),
        crs=4326,
    )
