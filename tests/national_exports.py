"""Synthetic exports of children of several kabupaten, with what real ones have wrong with them."""

from __future__ import annotations

import numpy as np
import pandas as pd


def dirty_exports(seed: int, children: int = 300) -> pd.DataFrame:
    """Give rows of three kabupaten: blank and masked numbers, twins, wrong days, rows of nowhere."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(children), rng.integers(1, 4, children))
    n = len(who)
    kabupaten = 1 + who % 3
    table = pd.DataFrame(
        {
            "NIK": [f"99{k:02d}01{10 + w % 18:02d}0223{w:04d}" for k, w in zip(kabupaten, who, strict=True)],
            "Nama": [f"Anak {w // 2} {'ab'[w % 2]}" for w in who],
            "Tgl Lahir": [f"2023-0{1 + w % 9}-1{w % 10}" for w in who],
            "Nama Ortu": [f"Ortu; {w % 50}" for w in who],
            "Prov": "Contoh",
            "Kab/Kota": [f"Kabupaten Contoh {k}" for k in kabupaten],
            "Kec": [f"Kecamatan {1 + w % 4}" for w in who],
            "Desa/Kel": [f"Desa {1 + w % 4}-{1 + w // 4 % 4}" for w in who],
            "Tanggal Pengukuran": [f"2026-02-{d:02d}" for d in rng.integers(1, 29, n)],
            "Tinggi": "80,1",
            "ZS TB/U": [f"{z:.2f}".replace(".", ",") for z in rng.normal(-1.2, 1.2, n)],
        }
    )

    def some(share: float) -> np.ndarray:
        return np.flatnonzero(rng.random(n) < share)

    for column, value, share in (
        ("NIK", "", 0.2), ("NIK", "9901********0001", 0.05), ("NIK", " '9901010202230001 ", 0.01),
        ("NIK", "9999999999999999", 0.02), ("Nama", "", 0.05), ("Tgl Lahir", "", 0.05),
        ("Tgl Lahir", "kapan", 0.02), ("Tgl Lahir", "2026-12-01", 0.01), ("Nama", "ANAK  é 1", 0.02),
        ("Kab/Kota", "", 0.03), ("Kab/Kota", "KAB. CONTOH 1", 0.1), ("Kab/Kota", "Kota Lain", 0.03),
        ("Desa/Kel", "", 0.04), ("Desa/Kel", "desa  1-1", 0.1), ("Tanggal Pengukuran", "31/02/2026", 0.03),
        ("Tanggal Pengukuran", "", 0.03), ("Tanggal Pengukuran", "2026-03-05", 0.1),
        ("Tanggal Pengukuran", "5 Februari 2026", 0.1), ("ZS TB/U", "", 0.1), ("ZS TB/U", "pendek", 0.03),
        ("ZS TB/U", "-9,5", 0.03), ("Tinggi", "", 0.1), ("Prov", "Lain", 0.05),
    ):  # fmt: skip
        table.loc[some(share), column] = value
    return pd.concat([table, table.iloc[some(0.1)]], ignore_index=True)
