"""Each remedy of a finding about earlier years, obeyed, leads to the right past."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from village_years import drawn, village_list

import lokus
from lokus.intake.earlier import outputs
from lokus.intake.earlier.earlier_years import EarlierYears, carry_earlier_years
from lokus.intake.indicators.catalogue import load_catalogue

if TYPE_CHECKING:
    from lokus.findings import Finding

ANGGREK, BAMBU, CEMPAKA, DAMAR, ENAU = (f"990101200{n}" for n in range(1, 6))
BEFORE = drawn(
    village_list(*(f"{code} {name}/K" for code, name in zip(
        (ANGGREK, BAMBU, CEMPAKA, DAMAR, ENAU), ("Anggrek", "Bambu", "Cempaka", "Damar", "Enau"), strict=True,
    ))),
    (0, 0, 10, 10), (10, 0, 20, 10), (20, 0, 30, 10), (30, 0, 40, 10), (40, 0, 50, 10),
)  # fmt: skip
RESULTS = pd.DataFrame(
    {"stunting": [10.0, 4.0, 6.0, 3.0, 7.0], "diukur": [100.0, 20.0, 60.0, 30.0, 70.0]}, index=BEFORE.index
)


def as_map(rows: list[str], *boxes: tuple[float, float, float, float]) -> pd.DataFrame:
    return drawn(village_list(*rows), *boxes)


def carried(villages: pd.DataFrame, lists: list[str], *, before: pd.DataFrame = BEFORE) -> EarlierYears:
    return carry_earlier_years(before, RESULTS, {2025: lists}, villages, catalogue=load_catalogue())


def checks(past: EarlierYears) -> dict[str, Finding]:
    return {finding.check: finding for finding in past.findings}


TRIED: dict[str, Callable[[], None]] = {}


def tried(check: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def enter(attempt: Callable[[], None]) -> Callable[[], None]:
        TRIED[check] = attempt
        return attempt

    return enter


DIVIDED = as_map(
    [f"{ANGGREK} Anggrek/K", "9901012006 Anyelir/K", f"{BAMBU} Bambu/K", f"{CEMPAKA} Cempaka/K",
     f"{DAMAR} Damar/K", f"{ENAU} Enau/K"],
    (0, 0, 6, 10), (6, 0, 10, 10), (10, 0, 20, 10), (20, 0, 30, 10), (30, 0, 40, 10), (40, 0, 50, 10),
)  # fmt: skip
MERGED = as_map(
    [f"{ANGGREK} Anggrek/K", f"{BAMBU} Bambu/K", f"{DAMAR} Damar/K", f"{ENAU} Enau/K"],
    (0, 0, 10, 10), (10, 0, 30, 10), (30, 0, 40, 10), (40, 0, 50, 10),
)  # fmt: skip


@tried("tahun.split")
def check_each_part() -> None:
    past = carried(DIVIDED, [ANGGREK])
    named = checks(past)["tahun.split"]
    assert "99.01.01.2001" in named.message
    assert "stunting, diukur" in named.remedy
    parts = past.changes.index[past.changes["asal"] == ANGGREK]
    assert list(parts) == [ANGGREK, "9901012006"]
    assert past.values.loc[parts].isna().all(axis=None)  # a former count is neither part's
    assert past.changes.loc[parts, "perlu_diperiksa"].all()
    # Checked, and found to be wrong: the village was never divided, the second part is a border drawn anew.
    again = carried(BEFORE, [ANGGREK])
    assert again.findings == ()
    assert again.values.loc[ANGGREK].tolist() == [10.0, 100.0]


@tried("tahun.merged")
def make_sure_that_they_were_merged() -> None:
    past = carried(MERGED, [BAMBU])
    assert "99.01.01.2002" in checks(past)["tahun.merged"].message
    assert past.values.loc[BAMBU].tolist() == [10.0, 80.0]
    again = carried(BEFORE, [BAMBU])  # they were not: this year's map lacked a border
    assert again.findings == ()
    assert again.values.loc[CEMPAKA].tolist() == [6.0, 60.0]


@tried("tahun.gone")
def complete_the_list_or_give_polygons() -> None:
    names = pd.DataFrame(BEFORE.drop(columns="geometry"))
    past = carried(names.drop(CEMPAKA), [BAMBU], before=names)
    assert "daftar_resmi" in checks(past)["tahun.gone"].remedy
    assert not past.values.isin([6.0]).any(axis=None)
    assert carried(names, [BAMBU], before=names).values.loc[CEMPAKA, "stunting"] == 6.0
    assert "tahun.gone" not in checks(carried(names, [BAMBU], before=names))
    # It still exists in no list, because Bambu took it in: polygons tell.
    with_polygons = carried(MERGED, [BAMBU])
    assert "tahun.gone" not in checks(with_polygons)
    assert with_polygons.values["stunting"].sum() == RESULTS["stunting"].sum()


@tried("tahun.lokus_gone")
def complete_the_official_list() -> None:
    names = pd.DataFrame(BEFORE.drop(columns="geometry"))
    past = carried(names.drop(CEMPAKA), [BAMBU, CEMPAKA], before=names)
    found = checks(past)["tahun.lokus_gone"]
    assert "Cempaka (K)" in found.message
    assert {"daftar_resmi", "kunci_masuk"} <= set(found.remedy.replace(":", " ").split())
    again = carried(names, [BAMBU, CEMPAKA], before=names)
    assert again.findings == ()
    assert again.kode(2025) == (BAMBU, CEMPAKA)


@tried("tahun.lokus_count")
def see_which_of_them_the_decree_means() -> None:
    past = carried(DIVIDED, [ANGGREK])
    assert "kunci_keluar" in checks(past)["tahun.lokus_count"].remedy
    assert past.kode(2025) == (ANGGREK, "9901012006")
    # All that were added to the list are those the finding beside it names, with the code they come from.
    assert "Anggrek (K) ← 99.01.01.2001, Anyelir (K) ← 99.01.01.2001" in (
        checks(past)["tahun.lokus_doubtful"].message
    )
    assert "tahun.lokus_count" not in checks(carried(DIVIDED, [ENAU]))


@tried("tahun.lokus_doubtful")
def correct_the_code_in_the_official_list() -> None:
    recoded = BEFORE.rename(index={DAMAR: "9901022001"})
    past = carried(recoded, [DAMAR])
    found = checks(past)["tahun.lokus_doubtful"]
    assert "Damar (K) ← 99.01.01.2004" in found.message
    assert "daftar_resmi" in found.remedy
    assert past.kode(2025) == ("9901022001",)
    again = carried(BEFORE, [DAMAR])  # the office: its code never changed
    assert again.findings == ()
    assert again.kode(2025) == (DAMAR,)


@tried("tahun.unknown")
def name_last_years_outputs() -> None:
    recoded = BEFORE.rename(index={DAMAR: "9901022001"})
    past = carry_earlier_years(None, None, {2025: [ENAU]}, recoded, catalogue=load_catalogue())
    assert set(checks(past)) == {"tahun.unknown"}
    again = carried(recoded, [DAMAR, ENAU])
    assert "tahun.unknown" not in checks(again)
    assert again.kode(2025) == (ENAU, "9901022001")


@tried("tahun.no_counts")
def name_outputs_that_hold_them() -> None:
    frame = BEFORE.assign(stunting=RESULTS["stunting"])
    (found,) = outputs._without_counts(frame)
    assert "diukur, sasaran" in found.message
    assert "kajian" in found.remedy
    whole = frame.assign(diukur=RESULTS["diukur"], sasaran=np.nan)
    assert outputs._without_counts(whole) == []
    rates = carry_earlier_years(BEFORE, whole, {2025: [ENAU]}, BEFORE, catalogue=load_catalogue()).values
    assert rates.loc[ENAU, ["stunting", "diukur"]].tolist() == [7.0, 70.0]


# Tried with real outputs of the example.
ELSEWHERE = {
    "tahun.altered": "test_edited_results_written_again_by_their_study_are_believed in test_outputs.py",
}


@pytest.mark.parametrize("check", TRIED)
def test_the_remedy_obeyed_gives_the_right_past(check: str) -> None:
    TRIED[check]()


def test_no_remedy_about_earlier_years_is_untried() -> None:
    package = Path(lokus.__file__).parent
    named = {
        word.value.value
        for path in package.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and "remedy" in {word.arg for word in call.keywords}
        for word in call.keywords
        if word.arg == "check" and isinstance(word.value, ast.Constant)
        if str(word.value.value).startswith("tahun.")
    }
    assert named == {*TRIED, *ELSEWHERE}
    beside = Path(__file__).parent
    assert all(
        where.split(" in ")[0] in (beside / where.split(" in ")[1]).read_text(encoding="utf-8")
        for where in ELSEWHERE.values()
    )
