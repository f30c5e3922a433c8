"""A few villages with the indicators a test states."""

from __future__ import annotations

import pandas as pd


def make_villages(**columns: list[float]) -> pd.DataFrame:
    """Villages of two kecamatan, three in each, with one column an indicator."""
    rows = max(len(values) for values in columns.values())
    index = pd.Index([f"99010{1 + n // 3}2{n:03d}" for n in range(rows)], name="kode_desa")
    frame = pd.DataFrame(columns, index=index, dtype=float)
    frame.insert(0, "kode_kecamatan", [kode[:6] for kode in index])
    frame.insert(0, "kecamatan", [f"Kecamatan {kode[5]}" for kode in index])
    frame.insert(0, "desa", [f"Desa {n}" for n in range(rows)])
    return frame
