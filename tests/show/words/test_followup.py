from __future__ import annotations

import pandas as pd
import pytest

from lokus.followup.beneficiaries import beneficiaries
from lokus.followup.trajectory import measured, trajectory
from lokus.i18n import use_language
from lokus.show.words.followup import group_totals, need_sentences, never_joined, path_sentence


def test_a_group_known_in_no_village_has_a_dash_and_one_known_in_part_is_a_lower_bound():
    villages = pd.DataFrame(
        {
            "desa": ["Alai", "Batu"],
            "kecamatan": "Lembak",
            "kode_kecamatan": "160301",
            "krs": [float("nan")] * 2,
            "bumil": [7.0, float("nan")],
        },
        index=["1603012001", "1603012002"],
    )
    found = beneficiaries(villages, villages=villages, lokus=["1603012001"], groups=["krs", "bumil"])
    rows = {row.group: row for row in group_totals(found)}
    assert rows["Keluarga berisiko stunting (KRS)"].all == "–"
    assert (rows["Ibu hamil"].lokus, rows["Ibu hamil"].all) == ("7", "≥ 7")


@pytest.mark.parametrize(
    ("value", "said"),
    [(22.0, "2,0 poin di atas lintasan"), (20.0, "tepat di lintasan"), (18.5, "1,5 poin di bawah lintasan")],
)
def test_a_series_says_on_which_side_of_the_path_it_stands(value, said):
    survey = measured("SSGI", "survei", {2024: value})
    (line,) = need_sentences(trajectory(start=(2024, 20.0), target=(2029, 14.0), series=[survey]))
    assert said in line


def test_a_target_reached_or_missed_is_said_so():
    def at_the_end(value):
        series = [measured("SSGI", "survei", {2029: value})]
        return need_sentences(trajectory(start=(2024, 20.0), target=(2029, 14.0), series=series))[0]

    assert at_the_end(13.0).endswith("14,0 % pada 2029 tercapai.")
    assert at_the_end(16.5).endswith("14,0 % pada 2029 tidak tercapai: masih 2,5 poin di atasnya.")


def test_the_path_and_its_caution_follow_the_language():
    way = trajectory(start=(2024, 20.0), target=(2029, 14.0))
    with use_language("en"):
        assert path_sentence(way).startswith("Target: from 20.0 % (2024) to 14.0 % (2029).")
        assert never_joined().endswith("never one trend.")
