"""The public report of a period tells no small count."""

from __future__ import annotations

import pandas as pd
from period_study import period_study

from lokus.stages.periods import find_period, period_report


def test_small_counts_and_what_would_tell_them_are_masked(tmp_path):
    study = period_study(tmp_path)
    told = period_report(study, find_period(study, semester=1))
    public = period_report(*(lambda own: (own, find_period(own, semester=1)))(
        study.replace(keluaran={"publik": True})
    ))  # fmt: skip
    assert public.public
    keys = ("cakupan_mp_asi",)
    villages, shown = told.of("desa", keys), public.of("desa", keys)
    small = villages["pembilang"].between(1, 4)
    assert small.any()
    assert shown.loc[small.index[small], "disamarkan"].all()
    assert shown.loc[shown["disamarkan"], ["kini", "lalu", "selisih", "pembilang"]].isna().all(axis=None)
    assert public.figures["pembilang"].isna().all()
    assert public.figures["penyebut"].isna().all()
    # Where exactly one village of a kecamatan is masked, the sum would tell it.
    hidden = shown[shown["disamarkan"]]["kode"].str[:6].value_counts()
    for kode, count in hidden.items():
        row = public.of("kecamatan", keys, kode).iloc[0]
        assert row["disamarkan"] or count > 1
    assert not public.findings
    assert pd.notna(told.of("kabupaten", keys).iloc[0]["selisih"])
    assert pd.isna(public.of("kabupaten", keys).iloc[0]["selisih"])
