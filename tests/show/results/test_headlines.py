"""Headline figures are counted as a reader of the tables would count them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lokus.show.results.headlines import Headlines
from lokus.show.results.material import Material
from lokus.show.themes.themes import make_layer


def test_counts_are_those_of_the_tables(full, outlines, info):
    told = Headlines(material=Material(results=full, kecamatan=outlines, info=info))
    chosen = full[full["nomor"].notna()]
    assert told.villages == len(full)
    assert told.lokus == len(chosen)
    assert told.kecamatan_with_lokus == chosen["kode_kecamatan"].nunique()
    assert told.estimated_children == round(full["anak_stunting"].sum())
    assert told.estimated_children_in_lokus == round(chosen["anak_stunting"].sum())


def test_the_villages_not_yet_reliable_are_those_that_maps_mark(full, outlines, info):
    told = Headlines(material=Material(results=full, kecamatan=outlines, info=info))
    assert told.not_reliable == make_layer(full, "prevalensi").unsure_count
    assert told.unmeasured == int(full["tanpa_pengukuran"].sum()) > 0


def test_a_missing_flag_of_completeness_is_a_missing_value(full, outlines, info):
    table = pd.DataFrame({"jamban": [True, None], "krs": [False, True]}, dtype=object)
    material = replace(Material(results=full, kecamatan=outlines, info=info), completeness=table)
    told = Headlines(material=material)
    assert (told.values_missing, told.values_needed) == (2, 4)


def test_without_estimates_there_are_no_children_to_tell_of(full, outlines, info):
    told = Headlines(
        material=Material(results=full.drop(columns="anak_stunting"), kecamatan=outlines, info=info)
    )
    assert told.estimated_children is None
    assert told.share_of_children is None
