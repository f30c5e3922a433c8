from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.errors import FollowupError
from lokus.followup.trajectory import STATUSES, Measured, measured, status_label, trajectory
from lokus.i18n import use_language

SURVEY = measured("SSGI/SKI", "survei", {2022: 20.2, 2023: 28.6, 2024: 24.7}, source="SSGI 2022; pemberitaan")
ROUTINE = measured("e-PPGBM", "rutin", {2023: 4.1, 2024: 3.4})


def test_rejang_lebong():
    """20.2 % (2022) to 14 % (2024); 28.6 % was reported for 2023 and 24.7 % for 2024."""
    way = trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[SURVEY], children=20_000)
    assert way.path["linear"].round(2).tolist() == [20.2, 17.1, 14.0]
    assert way.path.loc[2023, "laju_tetap"] == pytest.approx((20.2 * 14.0) ** 0.5)  # the geometric mean
    need = way.needs.loc["SSGI/SKI"]
    assert need["status"] == "tertinggal"
    assert need["selisih"] == pytest.approx(10.7)
    assert np.isnan(need["turun_poin"])  # the target's year has come
    assert (need["anak_kini"], need["anak_target"]) == (pytest.approx(4940), pytest.approx(2800))


def test_a_new_target_says_what_is_needed_from_each_series_by_itself():
    """From 24.7 % in 2024 to 14.2 % in 2029: 2.1 points a year, of 20,000 children 420."""
    way = trajectory(start=(2024, 24.7), target=(2029, 14.2), series=[SURVEY, ROUTINE], children=20_000)
    survey = way.needs.loc["SSGI/SKI"]
    assert survey["turun_poin"] == pytest.approx(2.1)
    assert survey["turun_persen"] == pytest.approx(100 * (1 - (14.2 / 24.7) ** 0.2))
    assert survey["anak_per_tahun"] == pytest.approx(420)
    assert survey["status"] == "di jalur"  # exactly where the path starts
    assert "e-PPGBM (rutin): 3,4 % (2024), belum ada pembanding" in repr(way)


def test_routine_measurement_is_no_proof_of_a_target_set_by_survey():
    """3.4 % by e-PPGBM is far below 14 %, yet it rose where a fall of 16.7 % a year was planned."""
    rising = measured("e-PPGBM", "rutin", {2021: 9.0, 2022: 3.0, 2023: 3.4})
    way = trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[rising])
    need = way.needs.loc["e-PPGBM"]
    assert (need["dasar"], need["acuan"], need["status"]) == ("laju", 2022, "tertinggal")
    assert need["jalur"] == pytest.approx(3.0 * (14.0 / 20.2) ** 0.5)
    assert need["nilai_target"] == pytest.approx(3.0 * 14.0 / 20.2)
    assert need["turun_poin"] == pytest.approx(3.4 - 3.0 * 14.0 / 20.2)
    falling = measured("e-PPGBM", "rutin", {2022: 3.0, 2023: 2.4})
    assert trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[falling]).needs["status"].tolist() == [
        "di jalur"
    ]
    own = trajectory(start=(2022, 3.2), target=(2024, 2.0), series=[rising, SURVEY], basis="rutin")
    assert own.needs["dasar"].to_dict() == {"e-PPGBM": "target", "SSGI/SKI": "laju"}
    assert own.needs.loc["e-PPGBM", "selisih"] == pytest.approx(3.4 - (3.2 * 2.0) ** 0.5)


def test_the_path_has_the_shape_of_the_national_one():
    """RPJMN 2020-2024: 24.1, 21.1, 18.4, 16, 14 %; the straight line is up to 0.6 points off."""
    way = trajectory(start=(2020, 24.1), target=(2024, 14.0))
    published = np.array([24.1, 21.1, 18.4, 16.0, 14.0])
    assert np.abs(way.path["laju_tetap"] - published).max() < 0.1
    assert np.abs(way.path["linear"] - published).max() > 0.6


# -- sources are never one trend ----------------------------------------------------------------------------


def test_points_of_two_sources_do_not_make_a_series():
    with pytest.raises(FollowupError, match="SSGI/SKI: angka e-PPGBM diukur dengan cara lain"):
        Measured(name="SSGI/SKI", kind="survei", points=SURVEY.points + ROUTINE.points)
    with pytest.raises(FollowupError, match="seri tersendiri"):
        dataclasses.replace(ROUTINE, points=SURVEY.points)
    for join in (lambda: SURVEY + ROUTINE, lambda: pd.concat([SURVEY, ROUTINE]), lambda: SURVEY | ROUTINE):
        with pytest.raises(TypeError):
            join()
    with pytest.raises(FollowupError, match="dua seri bernama sama"):
        trajectory(
            start=(2022, 20.2),
            target=(2024, 14.0),
            series=[SURVEY, measured("SSGI/SKI", "rutin", {2025: 9.0})],
        )


def test_no_column_of_the_table_holds_two_sources():
    table = trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[SURVEY, ROUTINE]).table
    assert list(table.columns.get_level_values(0).unique()) == [
        "Lintasan target", "SSGI/SKI (survei)", "e-PPGBM (rutin)",
    ]  # fmt: skip
    assert table["SSGI/SKI (survei)"]["nilai"].dropna().tolist() == [20.2, 28.6, 24.7]
    assert table["e-PPGBM (rutin)"]["nilai"].tolist()[1:] == [4.1, 3.4]
    assert np.isnan(table["e-PPGBM (rutin)"]["nilai"][2022])


values = st.floats(1, 60).map(lambda v: round(v, 1))


@given(
    st.dictionaries(st.integers(2020, 2030), values, min_size=1),
    st.dictionaries(st.integers(2020, 2030), values, min_size=1),
)
def test_what_one_series_needs_does_not_depend_on_another(one, other):
    series = measured("survei A", "survei", one)
    rest = measured("rutin B", "rutin", other)
    alone, beside = (
        trajectory(start=(2022, 70.0), target=(2028, 0.5), series=listed)
        for listed in ([series], [rest, series])
    )
    assert alone.needs.loc["survei A"].to_dict() == pytest.approx(
        beside.needs.loc["survei A"].to_dict(), nan_ok=True
    )


@given(values, values, st.integers(1, 12))
def test_falling_as_needed_leads_to_the_target(now, end, years):
    if end >= 65:
        return
    series = measured("a", "survei", {2024: now})
    need = trajectory(start=(2020, 70.0), target=(2024 + years, end), series=[series]).needs.loc["a"]
    assert now - years * need["turun_poin"] == pytest.approx(end)
    assert now * (1 - need["turun_persen"] / 100) ** years == pytest.approx(end)


@pytest.mark.parametrize(
    ("point", "status"),
    [
        ((16.0, 14.0, 18.0), "belum dapat dipastikan"),
        ((16.0, 15.0, 16.5), "di jalur"),
        ((18.0, 17.0, 19.0), "tertinggal"),
        (16.5, "di jalur"),
        (17.5, "tertinggal"),
    ],
)
def test_an_interval_must_say_it_as_a_whole(point, status):
    """The path of 2023 is at 16.8 %."""
    way = trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[measured("a", "survei", {2023: point})])
    assert way.needs.loc["a", "status"] == status


def test_before_the_start_and_after_the_target():
    early, late = measured("a", "survei", {2019: 30.0}), measured("b", "survei", {2026: 13.9})
    way = trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[early, late])
    assert way.needs["status"].tolist() == ["sebelum awal lintasan", "di jalur"]
    assert way.needs["sisa_tahun"].tolist() == [5, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": (2022, 14.0)}, "tahun target .2022. harus sesudah tahun awal .2022."),
        ({"target": (2024, 21.0)}, "target .21,0 %. harus paling sedikit 0 dan di bawah angka awal .20,2 %."),
        ({"target": (2024, -0.5)}, "harus paling sedikit 0"),
        ({"children": 0}, "jumlah balita"),
    ],
)
def test_wrong_paths_are_refused(change, message):
    with pytest.raises(FollowupError, match=message):
        trajectory(**({"start": (2022, 20.2), "target": (2024, 14.0)} | change))


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({2023: 120.0}, "a 2023: prevalensi harus antara 0 dan 100 %"),
        ({2023: (12.0, 13.0, 14.0)}, "a 2023: rentang memerlukan kedua batas"),
        ({2023: float("nan")}, "antara 0 dan 100"),
        ({}, "sedikitnya satu tahun"),
    ],
)
def test_wrong_points_are_refused(points, message):
    with pytest.raises(FollowupError, match=message):
        measured("a", "survei", points)
    with pytest.raises(FollowupError, match="survei, rutin"):
        measured("a", "sensus", {2023: 3.0})


def test_status_names_in_both_languages():
    with use_language("en"):
        assert [status_label(status) for status in STATUSES][:2] == ["on track", "behind"]
    assert [status_label(status) for status in STATUSES] == list(STATUSES)


def test_to_a_target_of_none_leads_the_straight_line():
    series = [
        measured("Susenas", "survei", {2022: 4.0, 2024: 2.6}),
        measured("Pendataan", "rutin", {2023: 6.0, 2024: 5.0}),
    ]
    way = trajectory(start=(2022, 4.0), target=(2026, 0.0), series=series, children=1000)
    assert way.path["linear"].tolist() == [4.0, 3.0, 2.0, 1.0, 0.0]
    assert way.path["laju_tetap"].isna().all()
    assert way.compared == "linear"
    survey, routine = way.needs.loc["Susenas"], way.needs.loc["Pendataan"]
    assert (survey["jalur"], survey["status"]) == (2.0, "tertinggal")
    assert (survey["turun_poin"], survey["nilai_target"]) == (1.3, 0.0)
    assert np.isnan(survey["turun_persen"])
    # From its own 6 % of 2023, a third a year of what the three years until 2026 have to take away.
    assert (routine["jalur"], routine["status"]) == (pytest.approx(4.0), "tertinggal")
    assert "nan" not in repr(way)
    assert "1,0 poin setiap tahun" in repr(way)
