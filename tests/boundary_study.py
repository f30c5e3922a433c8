"""A study with a boundary file that was damaged: what becomes of it, and whether its villages are right."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from boundary_mutator import truth

from lokus.errors import LokusError
from lokus.kajian import Kajian
from lokus.settings.read import settings_from_mapping

# What libraries say in English, and what no planner can act on.
FOREIGN = re.compile(r"GEOS|LinearRing|Traceback|codec|driver|<DRIVER>|Shell|libduckdb|pyproj|UTM CRS")


def study_of(path: Path, kabupaten: str, stated: dict) -> Kajian:
    folder = path.parent
    names = truth(kabupaten)
    rng = np.random.default_rng(1)
    measured = rng.integers(40, 150, len(names))
    table = names.assign(diukur=measured, stunting=rng.binomial(measured, 0.2))
    table.to_csv(folder / "data.csv", index=False)
    plain = {
        "kajian": {"judul": "Uji", "kabupaten": "Kabupaten Uji", "tahun": 2026, "benih": 1},
        "batas": {"berkas": path.name, **stated},
        "tabel": [
            {
                "berkas": "data.csv",
                "tempat": {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"},
                "indikator": {"diukur": "diukur", "stunting": "stunting"},
            }
        ],
        "skor": {"bobot": {"prevalensi": 1.0}},
        "pilihan": {"jumlah": 4},
        "keluaran": {"folder": "keluaran"},
    }
    return Kajian(stated=settings_from_mapping(plain), path=folder / "kajian.toml")


def outcome(path: Path, kabupaten: str, stated: dict) -> str:
    """What becomes of a study with these boundaries; wrong villages with nothing held back fail."""
    kajian = study_of(path, kabupaten, stated)
    try:
        held = kajian.audit.blocking
    except LokusError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert refused.remedy, refused
        assert not FOREIGN.search(str(refused)), refused
        return "refused"
    texts = " ".join(held["message"] + held["remedy"])
    assert not FOREIGN.search(texts), texts
    assert (held["remedy"] != "").all(), texts
    villages = kajian.villages
    _ = kajian.neighbours, kajian.boundaries.kecamatan, kajian.boundaries.centres
    if len(held):
        return "blocked"
    right = truth(kabupaten).set_index("kode")
    with_data = villages[villages["diukur"].notna()]
    assert sorted(with_data.index) == sorted(right.index)
    assert (with_data["kode_kecamatan"] == with_data.index.str[:6]).all()
    known = ~with_data["kecamatan"].str.contains(r"\d")
    folded = with_data["kecamatan"].str.casefold().str.replace("kec. ", "")
    assert (folded == right["kecamatan"].reindex(with_data.index).str.casefold())[known].all()
    return "right"
