from __future__ import annotations

import pandas as pd

from lokus.followup.data_requests import REQUEST_COLUMNS, missing_values
from lokus.intake.indicators.catalogue import load_catalogue

KODE = ["9901012001", "9901012002", "9901012003"]


def villages(**columns):
    index = pd.Index(KODE, name="kode_desa")
    return pd.DataFrame({"desa": ["A", "B", "C"], "kecamatan": "K", **columns}, index=index)


def test_every_missing_value_is_asked_for_once_and_no_other():
    frame = villages(sanitasi_layak=[1.0, None, 3.0], air_layak=[None, None, 2.0])
    rows = missing_values(frame, ["sanitasi_layak", "air_layak", "air_layak"], load_catalogue(), owners={})
    assert rows[["kode_desa", "kunci"]].values.tolist() == [
        [KODE[0], "air_layak"], [KODE[1], "sanitasi_layak"], [KODE[1], "air_layak"],
    ]  # fmt: skip
    assert list(rows.columns) == list(REQUEST_COLUMNS)


def test_an_indicator_that_no_table_gives_is_asked_for_in_every_village():
    rows = missing_values(villages(), ["air_layak"], load_catalogue(), owners={"air_layak": "PDAM"})
    assert rows["kode_desa"].tolist() == KODE
    assert set(rows["opd"]) == {"PDAM"}


def test_a_value_that_cannot_be_true_is_stated():
    frame = villages(air_layak=[None, 50.0, None])
    given = villages(air_layak=[140.0, 50.0, None])
    rows = missing_values(frame, ["air_layak"], load_catalogue(), owners={}, given=given, lokus=[KODE[2]])
    assert rows["nilai_ditolak"].fillna(-1).tolist() == [140.0, -1]
    assert rows["lokus"].tolist() == [False, True]


def test_nothing_missing_gives_no_row():
    frame = villages(air_layak=[1.0, 2.0, 3.0])
    assert missing_values(frame, ["air_layak"], load_catalogue(), owners={}).empty
    assert missing_values(frame, [], load_catalogue(), owners={}).empty
