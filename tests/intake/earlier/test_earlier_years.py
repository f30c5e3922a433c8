from __future__ import annotations

import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.earlier.earlier_years import carry_earlier_years
from lokus.intake.indicators.catalogue import load_catalogue

OLD = pd.DataFrame(
    {"desa": ["Suka Maju", "Suka Jaya", "Air Itam"], "kecamatan": ["Sari", "Sari", "Belida"]},
    index=pd.Index(["9901012001", "9901012002", "9901022001"], name="kode_desa"),
)
RESULTS = pd.DataFrame({"stunting": [4.0, 9.0, 2.0], "sanitasi_layak": [60.0, 70.0, 80.0]}, index=OLD.index)


def carried(villages, lists, *, results=RESULTS, old=OLD):
    return carry_earlier_years(old, results, lists, villages, catalogue=load_catalogue())


def test_where_nothing_changed_every_value_stays_with_its_village():
    past = carried(OLD, {2025: ["9901012002"]})
    pd.testing.assert_frame_equal(past.values[RESULTS.columns], RESULTS, check_names=False)
    assert past.kode(2025) == ("9901012002",)
    assert past.years == (2025,)
    assert past.left.empty


def test_a_village_with_a_new_code_keeps_its_past():
    new = OLD.rename(index={"9901012002": "9901012009"})
    past = carried(new, {2024: ["9901012002"], 2025: ["9901012002", "9901022001"]})
    assert past.kode(2024) == ("9901012009",)
    assert past.kode(2025) == ("9901012009", "9901022001")
    assert past.values.loc["9901012009", "stunting"] == 9.0
    assert past.changes.loc["9901012009", "asal"] == "9901012002"


def test_a_village_of_the_list_that_is_gone_is_listed_with_its_years():
    past = carried(OLD.drop(index="9901022001"), {2025: ["9901022001", "9901012001"]})
    assert past.left["desa"].tolist() == ["Air Itam"]
    assert past.kode(2025) == ("9901012001",)
    assert any(finding.check == "tahun.lokus_gone" for finding in past.findings)


def test_a_new_village_was_on_no_list_that_can_be_known():
    new = OLD.copy()
    new.loc["9901022009"] = ["Baru", "Belida"]
    past = carried(new, {2025: ["9901022001"]})
    assert past.lists.loc["9901022009", 2025] is pd.NA
    assert past.values.loc["9901022009"].isna().all()


def test_a_code_that_was_no_village_is_refused():
    with pytest.raises(InputError) as refused:
        carried(OLD, {2025: ["9901099999"]})
    assert refused.value.remedy
