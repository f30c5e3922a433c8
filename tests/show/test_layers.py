from __future__ import annotations

import numpy as np
import pytest

from lokus.show.layers import THEMES, make_layer
from lokus.show.palette import MISSING


@pytest.mark.parametrize("theme", THEMES)
def test_every_village_is_counted_once_and_every_class_is_listed(results, theme):
    layer = make_layer(results, theme)
    assert sum(entry.count for entry in layer.legend) == len(results)
    assert [entry.key for entry in layer.legend] == list(layer.palette)
    assert layer.legend[-1].key == MISSING
    assert layer.legend[-1].count == 2


@pytest.mark.parametrize("theme", THEMES)
def test_colours_do_not_move_when_classes_are_absent(results, theme):
    few = make_layer(results.iloc[:3], theme)
    assert [e.colour for e in few.legend] == [e.colour for e in make_layer(results, theme).legend]


def test_counts_follow_the_data(results):
    usulan = {e.key: e.count for e in make_layer(results, "usulan").legend}
    assert usulan == results["status_usulan"].value_counts().to_dict()
    prevalensi = {e.key: e.count for e in make_layer(results, "prevalensi").legend}
    assert prevalensi["sangat tinggi"] == int((results["prevalensi"] >= 30).sum())
    skor = {e.key: e.count for e in make_layer(results, "skor").legend}
    assert skor["sangat rendah"] == int((results["skor"] < 0.15).sum())


def test_a_village_without_measured_children_has_no_prevalence_of_its_own(results):
    prior = results.copy()
    kode = prior.index[0]
    prior.loc[kode, ["prevalensi", "tanpa_pengukuran", "belum_andal"]] = [14.0, True, True]
    layer = make_layer(prior, "prevalensi")
    assert layer.classes[kode] == MISSING
    assert not layer.unsure[kode]


def test_hatching_marks_what_is_not_reliable(results):
    layer = make_layer(results, "prevalensi")
    assert layer.unsure_count == int((results["belum_andal"] & results["prevalensi"].notna()).sum()) > 0


def test_results_without_a_choice_yet_have_no_lokus(results):
    layer = make_layer(results.drop(columns=["nomor", "belum_andal", "tanpa_pengukuran"]), "prevalensi")
    assert layer.lokus.isna().all()
    assert layer.unsure_count == 0


def test_a_missing_status_is_missing_and_an_unknown_one_an_error(results):
    odd = results.copy()
    odd.loc[odd.index[0], "status_usulan"] = np.nan
    assert make_layer(odd, "usulan").classes.iloc[0] == MISSING
    odd.loc[odd.index[0], "status_usulan"] = "cadangan"
    with pytest.raises(KeyError, match="cadangan"):
        make_layer(odd, "usulan")


def test_an_unknown_theme_is_refused(results):
    with pytest.raises(ValueError, match="usulan"):
        make_layer(results, "harga")
