"""The tables of the returned case audit: no small count, no name, one figure wherever it stands."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lokus.followup.audit_returns import audit_returns
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.tables.case_audit_tables import (
    case_audit_kecamatan_table,
    case_audit_tables,
    case_audit_villages_table,
)


def returned(seed: int = 3, villages: int = 12):
    rng = np.random.default_rng(seed)
    codes = [f"99010{1 + n % 3}20{n:02d}" for n in range(villages)]
    places = pd.DataFrame(
        {
            "desa": [f"Desa {n}" for n in range(villages)],
            "kecamatan": [f"Kec {n % 3}" for n in range(villages)],
            "kode_kecamatan": [kode[:6] for kode in codes],
        },
        index=codes,
    )
    rows = pd.DataFrame(
        [
            (kode, cause, int(rng.integers(0, 12)), "Sumur", str(rng.choice(["belum", "selesai"])))
            for kode in codes
            for cause in ("air_layak", "cakupan_imunisasi")
        ],
        columns=["kode_desa", "sebab", "kasus", "rekomendasi", "status"],
    )
    return audit_returns(rows, places, load_catalogue()), rows, places


def test_no_count_from_one_to_four_is_told_anywhere():
    for seed in range(20):
        found, _, __ = returned(seed)
        for table in case_audit_tables(found):
            cases = table.heads.index("Kasus")
            assert not {row[cases] for row in table.rows} & {"1", "2", "3", "4"}


def test_what_a_reader_adds_up_is_what_was_returned():
    found, rows, places = returned()
    _total, _districts, villages = case_audit_tables(found)
    shown = {(row[1], row[2]): row[3] for row in villages.rows}
    labels = {key: load_catalogue()[key].label for key in rows["sebab"]}
    for row in rows.itertuples():
        told = shown[places.loc[row.kode_desa, "desa"], labels[row.sebab]]
        assert told == ("disamarkan" if 0 < row.kasus < 5 else str(row.kasus))


def test_a_kecamatan_is_told_of_its_own_villages_only():
    found, _, places = returned()
    table = case_audit_villages_table(found, kecamatan="990102")
    assert {row[0] for row in table.rows} == set(places["desa"][places["kode_kecamatan"] == "990102"])
    own = case_audit_kecamatan_table(found, kecamatan="990102")
    everywhere = case_audit_kecamatan_table(found)
    assert [row[1:] for row in everywhere.rows if row[0] == "Kec 1"] == list(own.rows)


def test_where_nothing_came_back_there_is_no_table():
    found, _, __ = returned()
    empty = audit_returns(
        pd.DataFrame({"kode_desa": [], "sebab": [], "kasus": [], "rekomendasi": [], "status": []}),
        pd.DataFrame({"desa": ["A"], "kecamatan": "K", "kode_kecamatan": "1"}, index=["11"]),
        load_catalogue(),
    )
    assert case_audit_tables(empty) == ()
    assert len(case_audit_tables(found, villages=False)) == 2
