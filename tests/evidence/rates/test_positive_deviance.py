"""Villages better than their situation leads one to expect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from positive_deviance import WORLDS, named, outcomes

from lokus.errors import EvidenceError, StudyFileError
from lokus.evidence.rates.positive_deviance import better_than_expected
from lokus.show.tables.study import deviance_table


@pytest.fixture
def villages():
    rng = np.random.default_rng(4)
    index = pd.Index([f"99010{1 + n // 20}20{n % 20:02d}" for n in range(60)])
    poor = pd.DataFrame({"miskin": rng.uniform(0, 40, 60)}, index=index)
    measured = pd.Series(150.0, index=index)
    stunted = pd.Series(rng.binomial(150, 0.05 + 0.006 * poor["miskin"]), index=index, dtype=float)
    stunted.iloc[30] = 1.0
    return stunted, measured, poor


@pytest.mark.slow
@pytest.mark.parametrize("world", [name for name in WORLDS if name != "yang_sehat"])
def test_of_the_villages_named_as_many_are_better_as_is_stated(world):
    found = list(outcomes(WORLDS[world], 4))
    share, error, naive = named(found)
    assert sum(one.named for one in found) >= 4
    assert share >= 80.0 - 3.0 * error
    assert share > naive - 3.0 * error


def test_a_village_has_no_part_in_what_is_expected_of_it(villages):
    stunted, measured, poor = villages
    before = better_than_expected(stunted, measured, poor, sasaran=measured)
    kode = stunted.index[30]
    after = better_than_expected(stunted.where(stunted.index != kode, 60.0), measured, poor, sasaran=measured)
    assert before.listed[0] == kode
    assert kode not in after.listed
    assert after.table.loc[kode, "prevalensi_harapan"] == before.table.loc[kode, "prevalensi_harapan"]


def test_the_order_of_the_rows_changes_nothing(villages):
    stunted, measured, poor = villages
    shuffled = stunted.sample(frac=1.0, random_state=1).index
    one = better_than_expected(stunted, measured, poor, sasaran=measured)
    other = better_than_expected(stunted[shuffled], measured[shuffled], poor.loc[shuffled], sasaran=measured)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.listed.equals(other.listed)


def test_where_few_children_were_measured_a_village_is_withheld_and_counted(villages):
    stunted, measured, poor = villages
    kode = stunted.index[30]
    found = better_than_expected(
        stunted, measured, poor, sasaran=measured.where(measured.index != kode, 400.0)
    )
    assert kode not in found.listed
    assert kode in found.withheld


def test_a_village_without_measurement_has_an_expectation_and_no_chance(villages):
    stunted, measured, poor = villages
    kode = stunted.index[5]
    gone = stunted.index != kode
    found = better_than_expected(stunted.where(gone), measured.where(gone), poor, sasaran=measured)
    row = found.table.loc[kode]
    assert np.isnan(row["peluang_lebih_baik"])
    assert np.isnan(row["prevalensi_mentah"])
    assert 0.0 < row["prevalensi_harapan"] < 100.0


@pytest.mark.parametrize("wrong", [{"margin": 100.0}, {"least_chance": 1.0}, {"at_most": 0}])
def test_settings_out_of_range_are_refused(villages, wrong):
    stunted, measured, poor = villages
    with pytest.raises(EvidenceError) as caught:
        better_than_expected(stunted, measured, poor, **wrong)
    assert caught.value.remedy


def test_nothing_to_expect_from_is_refused(villages):
    stunted, measured, poor = villages
    with pytest.raises(EvidenceError, match="diharapkan"):
        better_than_expected(stunted, measured, poor[[]])


@pytest.mark.parametrize("keys", [["prevalensi"], ["tidak_ada"], ["desil_1_2", "desil_1_2"], []])
def test_a_study_cannot_expect_a_rate_from_itself_from_nothing_or_twice(demo, keys):
    with pytest.raises(StudyFileError, match="pola_baik"):
        demo.replace(pola_baik={"indikator": keys})


def test_outputs_show_the_measured_rate_of_the_results_and_the_public_version_none(demo):
    from lokus.show.results.public import mask_small_counts

    asked = demo.replace(pola_baik={"indikator": ["desil_1_2", "sanitasi_layak"]})
    told = asked.material
    table = deviance_table(told)
    assert table is not None
    kept = asked.deviance.listed
    rates = dict(zip(table.columns[0].values, table.columns[3].values, strict=True))
    shown = [rates[f"{kode[:2]}.{kode[2:4]}.{kode[4:6]}.{kode[6:]}"] for kode in kept]
    assert shown == told.results.loc[kept, "prevalensi_mentah"].astype(float).round(1).tolist()
    assert "bukti" in table.notes[0]
    assert deviance_table(demo.material) is None
    assert asked.proposal.kode == demo.proposal.kode
    assert mask_small_counts(told, asked.catalogue).deviance is None
