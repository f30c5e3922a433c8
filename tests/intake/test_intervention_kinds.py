"""Kinds and units of interventions in the catalogue."""

from __future__ import annotations

import pytest

from lokus.errors import StudyFileError
from lokus.intake.indicators.catalogue import load_catalogue

# Lampiran A of Perpres 72/2021: the services it lists as specific, and those it lists as sensitive.
SPECIFIC = {
    "cakupan_bumil_kek_asupan", "cakupan_bumil_ttd", "cakupan_remaja_ttd", "cakupan_asi_eksklusif",
    "cakupan_mp_asi", "cakupan_gizi_buruk_tata_laksana", "cakupan_balita_dipantau",
    "cakupan_gizi_kurang_asupan", "cakupan_imunisasi",
}  # fmt: skip
SENSITIVE = {
    "cakupan_kb_pascasalin", "cakupan_kehamilan_tidak_diinginkan", "cakupan_catin_periksa",
    "cakupan_air_minum", "cakupan_sanitasi", "cakupan_pus_pbi", "cakupan_krs_didampingi", "cakupan_pus_tunai",
    "cakupan_pus_pangan", "cakupan_stop_babs",
}  # fmt: skip


def test_the_services_of_the_decree_have_the_kind_it_gives_them():
    catalogue = load_catalogue()
    kinds = {key: item.intervention_kind for key, item in catalogue.items()}
    assert {kinds[key] for key in SPECIFIC} == {"spesifik"}
    assert {kinds[key] for key in SENSITIVE} == {"sensitif"}


def test_every_intervention_has_a_kind_and_a_unit_and_nothing_else_has():
    for item in load_catalogue().values():
        assert bool(item.intervention) == bool(item.intervention_kind) == bool(item.action_unit), item.key


def test_wholes_are_counts_in_the_unit_of_people_the_action_reaches():
    catalogue = load_catalogue()
    for item in catalogue.values():
        if item.intervention and item.action_whole:
            assert item.is_share
            assert catalogue[item.action_whole].is_count
            assert catalogue[item.action_whole].unit.split()[0] == item.action_unit.split()[0]


def test_a_study_may_state_kind_and_unit_of_its_own():
    own = {
        "label": "Rumah kumuh", "buruk": "tinggi", "satuan": "persen", "intervensi": "Bedah rumah",
        "jenis_intervensi": "sensitif", "satuan_kegiatan": "rumah", "sasaran_kegiatan": "keluarga",
    }  # fmt: skip
    item = load_catalogue({"kumuh": own})["kumuh"]
    assert (item.intervention_kind, item.action_unit, item.action_whole) == ("sensitif", "rumah", "keluarga")
    changed = load_catalogue({"fsva": {"jenis_intervensi": "spesifik"}})
    assert changed["fsva"].intervention_kind == "spesifik"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"jenis_intervensi": "gizi", "intervensi": "PMT"}, '"gizi" bukan nilai "jenis_intervensi"'),
        ({"jenis_intervensi": ["spesifik"], "intervensi": "PMT"}, "bukan nilai"),
        ({"jenis_intervensi": "spesifik"}, 'memerlukan "intervensi"'),
        ({"sasaran_kegiatan": "keluarga"}, "hanya untuk persentase"),
        ({"satuan": "persen", "sasaran_kegiatan": "keluargaa"}, '"keluargaa"'),
        ({"jumlah_kegiatan": "tidak_ada_ini"}, '"tidak_ada_ini"'),
        ({"satuan_kegiatan": 3}, '"satuan_kegiatan" harus berupa teks'),
    ],
)
def test_what_cannot_be_is_refused(entry, said):
    with pytest.raises(StudyFileError, match=said):
        load_catalogue({"kolam": {"label": "Kolam", "buruk": "rendah", **entry}})
