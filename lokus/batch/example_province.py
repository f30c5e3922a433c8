"""Write a synthetic example province: the area of the bundled example divided into five kabupaten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.batch.plan import to_toml
from lokus.example import example_files
from lokus.files import staged_directory
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["write_example_province"]

KABUPATEN = 5
_TABLE, _STUDY = "provinsi.toml", "bersama.toml"
_NAMES = ("Barat", "Tengah Barat", "Tengah", "Tengah Timur", "Timur")
_MARK = "data contoh sintetis"


def write_example_province(folder: str | Path) -> Path:
    """Write national files, the common study and the table of studies; return the path of the table.

    Parameters
    ----------
    folder : str or Path
        Created where it does not exist; files of the same name in it are replaced.

    Examples
    --------
    >>> import tempfile
    >>> write_example_province(tempfile.mkdtemp()).name
    'provinsi.toml'
    """
    import numpy as np
    import pandas as pd

    folder = Path(folder)
    villages = _villages()
    rng = np.random.default_rng(2026)
    due = rng.integers(40, 180, len(villages))
    measured = rng.binomial(due, rng.uniform(0.75, 0.98, len(villages)))
    level = rng.normal(-1.6, 0.35, KABUPATEN)[villages["nomor"] - 1]
    share = 1 / (1 + np.exp(-(level + rng.normal(0, 0.45, len(villages)))))
    places = villages[["KDEPUM", "WADMKD", "WADMKC"]].set_axis(["kode", "desa", "kecamatan"], axis=1)
    counts = pd.DataFrame(
        {
            **places,
            "sasaran": due,
            "diukur": measured,
            "stunting": rng.binomial(measured, share),
            "keterangan": _MARK,
        }
    )
    homes = pd.DataFrame(
        {
            **places,
            "sanitasi": (100 / (1 + np.exp(2.2 * (share - 0.35) + rng.normal(-1, 0.5, len(share))))).round(1),
            "keterangan": _MARK,
        }
    )
    # An office that has not yet sent every village: some are gaps in the completeness of the province.
    homes = homes[rng.random(len(homes)) > 0.04]
    with staged_directory(folder) as stage:
        villages.drop(columns="nomor").to_parquet(stage / "desa.parquet")
        counts.to_csv(stage / "gizi.csv", index=False)
        homes.to_csv(stage / "sanitasi.csv", index=False)
        (stage / _STUDY).write_text(to_toml(_study()), encoding="utf-8")
        table = {"judul": _("Lokus of an example province 2026"), "kajian": _STUDY, "nasional": True}
        (stage / _TABLE).write_text(to_toml({"batch": {**table, "folder": "keluaran"}}), encoding="utf-8")
    return folder / _TABLE


def _villages() -> gpd.GeoDataFrame:
    """Villages of the example, kecamatan after kecamatan from west to east, under codes of five kabupaten."""
    import geopandas as gpd
    import numpy as np

    shapes = gpd.read_file(example_files() / "boundaries" / "desa.gpkg")
    shapes = shapes.drop_duplicates("KDEPUM").sort_values("KDEPUM", ignore_index=True)
    # The village table needs valid polygons; the example has damaged ones to show findings of audits.
    shapes["geometry"] = shapes.geometry.make_valid().buffer(0)
    kecamatan = shapes["KDEPUM"].str[:8]
    west = shapes.geometry.representative_point().x.groupby(kecamatan).mean().sort_values()
    place = dict(zip(west.index, np.arange(len(west)) * KABUPATEN // len(west) + 1, strict=True))
    shapes["nomor"] = kecamatan.map(place).astype(int)
    shapes["KDEPUM"] = [
        f"99.{n:02d}{kode[5:]}" for n, kode in zip(shapes["nomor"], shapes["KDEPUM"], strict=True)
    ]
    shapes["WADMKK"] = [f"Kabupaten Contoh {_NAMES[n - 1]}" for n in shapes["nomor"]]
    return shapes.sort_values("KDEPUM", ignore_index=True)


def _study() -> dict[str, Any]:
    place = {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"}
    return {
        "kajian": {
            "judul": "Usulan lokus {kabupaten} 2026 (data contoh sintetis)",
            "kabupaten": "Kabupaten Contoh",
            "tahun": 2026,
            "benih": 2026,
        },
        "batas": {"berkas": "desa.parquet", "sumber": "Batas desa contoh, skema BIG"},
        "tabel": [
            {
                "berkas": "gizi.csv",
                "opd": "Dinas Kesehatan",
                "tempat": place,
                "indikator": {"sasaran": "sasaran", "diukur": "diukur", "stunting": "stunting"},
            },
            {
                "berkas": "sanitasi.csv",
                "opd": "Dinas PUPR",
                "tempat": place,
                "indikator": {"sanitasi_layak": "sanitasi"},
            },
        ],
        "laju": {"kovariat": ["sanitasi_layak"]},
        # Fixed goalposts: scores of two kabupaten compare.
        "skor": {
            "bobot": {"prevalensi": 0.7, "sanitasi_layak": 0.3},
            "batas_tetap": {"prevalensi": [0, 50], "sanitasi_layak": [0, 100]},
        },
        "pilihan": {"jumlah": 8, "maks_kecamatan": 4},
        "keluaran": {"folder": "keluaran"},
    }
