"""Villages and written names for the tests of matching and of decisions."""

from __future__ import annotations

import pandas as pd


def villages_of(**kecamatan: list[str]) -> pd.DataFrame:
    rows = [
        (f"9901{i:02d}2{j:03d}", desa, name.replace("_", " "))
        for i, (name, desas) in enumerate(kecamatan.items(), 1)
        for j, desa in enumerate(desas, 1)
    ]
    frame = pd.DataFrame(rows, columns=["kode_desa", "desa", "kecamatan"])
    return frame.set_index("kode_desa")


def names_of(*rows: tuple[str | None, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["kecamatan", "desa"])


VILLAGES = villages_of(
    Tanjung_Sari=["Suka Maju", "Suka Maju II", "Margomulyo", "Lubuk Ampar", "Pasar I"],
    Muara_Dua=["Suka Maju", "Tanete Batu", "Orobua", "Orobua Timur", "Karang Endah"],
    Belida=["Sumber Jaya", "Sumber Rejo", "Air Itam"],
)
