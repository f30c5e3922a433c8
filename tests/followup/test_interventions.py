from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_villages import make_villages

from lokus.followup.interventions import DETAIL_COLUMNS, intervention_matrix
from lokus.intake.indicators.catalogue import load_catalogue

CATALOGUE = load_catalogue()
LIMITS = {"sanitasi_layak": 80.0, "air_tidak_layak": 20.0, "krs_persen": 40.0, "cakupan_imunisasi": 70.0}


VILLAGES = make_villages(
    sanitasi_layak=[55, 80, np.nan, 90],
    air_tidak_layak=[30, 10, 20, 45],
    krs_persen=[50, 10, 60, 10],
    cakupan_imunisasi=[np.nan, 60, 75, 80],
    keluarga=[200, 100, 300, np.nan],
    keluarga_sasaran=[120, 50, 90, 40],
)


def needs(found, key):
    rows = found.details.set_index("kunci").loc[[key]]
    return rows[["kode_desa", "kekurangan", "satuan", "kebutuhan", "kebutuhan_ambang"]].to_numpy().tolist()


def test_needs_follow_from_shares_and_wholes_and_are_never_invented():
    found = intervention_matrix(VILLAGES, LIMITS, CATALOGUE)
    first, third, last = VILLAGES.index[[0, 2, 3]]
    assert needs(found, "sanitasi_layak") == [[first, 25.0, "keluarga", 90.0, 50.0]]
    water = needs(found, "air_tidak_layak")
    assert water[0] == [first, 10.0, "keluarga", 60.0, 20.0]
    assert water[1][:3] == [last, 25.0, "keluarga"]
    assert np.isnan(water[1][3:]).all()  # families of that village are unknown
    assert needs(found, "krs_persen") == [
        [first, 10.0, "keluarga", 60.0, 12.0], [third, 20.0, "keluarga", 54.0, 18.0],
    ]  # fmt: skip
    immunised = needs(found, "cakupan_imunisasi")
    assert immunised[0][:3] == [VILLAGES.index[1], 10.0, "anak"]
    assert np.isnan(immunised[0][3:]).all()  # nobody counts children of that age


def test_counts_coverage_of_counts_and_whole_villages():
    villages = make_villages(
        bumil_kek=[9, 2], posyandu=[1, 4], fsva=[2, 6], cakupan_pengukuran=[60, 100], sasaran=[50, 40],
        diukur=[30, 40], prevalensi=[20, 5], anak_stunting=[11, 2],
    )  # fmt: skip
    limits = {"bumil_kek": 5, "posyandu": 3, "fsva": 4, "cakupan_pengukuran": 80, "prevalensi": 14}
    found = intervention_matrix(villages, limits, CATALOGUE)
    table = found.details.set_index("kunci")
    assert table.loc["bumil_kek", ["satuan", "kebutuhan", "kebutuhan_ambang"]].tolist() == ["ibu hamil", 9, 4]
    assert table.loc["posyandu", ["satuan", "kebutuhan", "kebutuhan_ambang"]].tolist() == ["posyandu", 2, 2]
    assert table.loc["fsva", ["satuan", "kebutuhan"]].tolist() == ["desa", 1]
    # Not measured: 50 due less 30 measured; 10 more reach 80 percent.
    assert table.loc["cakupan_pengukuran", ["kebutuhan", "kebutuhan_ambang"]].tolist() == [20, 10]
    assert table.loc["prevalensi", "kebutuhan"] == 11
    assert table.loc["prevalensi", "kebutuhan_ambang"] == pytest.approx(11 * 6 / 20)


def test_the_matrix_counts_gaps_and_no_data_apart():
    found = intervention_matrix(VILLAGES, LIMITS, CATALOGUE)
    assert found.matrix.columns.tolist() == ["Dinas Kesehatan", "Dinas PPKB", "Dinas PUPR"]
    assert found.matrix.to_numpy().tolist() == [[0, 1, 2], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert found.no_data.to_numpy().tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert tuple(found.details.columns) == DETAIL_COLUMNS


def test_counts_by_office_and_kecamatan_tell_lokus_and_kinds():
    lokus = [VILLAGES.index[0], VILLAGES.index[1]]
    found = intervention_matrix(VILLAGES, LIMITS, CATALOGUE, lokus=lokus, owners={"krs_persen": "DPPKB"})
    counts = found.by_opd
    assert counts.loc["Dinas PUPR"].to_dict() == {
        "desa": 2, "lokus": 1, "kesenjangan": 3, "kesenjangan_lokus": 2, "spesifik_lokus": 0,
        "sensitif_lokus": 2, "tanpa_jenis_lokus": 0, "belum_ada_data": 1, "belum_ada_data_lokus": 0,
    }  # fmt: skip
    assert counts.loc["Dinas Kesehatan", ["spesifik_lokus", "belum_ada_data_lokus"]].tolist() == [1, 1]
    assert "DPPKB" in counts.index
    assert found.by_kecamatan["kecamatan"].tolist() == ["Kecamatan 1", "Kecamatan 2"]
    assert found.by_kecamatan["kesenjangan"].tolist() == [5, 1]
    assert found.thresholds.loc["sanitasi_layak", ["desa", "lokus", "belum_ada_data"]].tolist() == [1, 1, 1]
    assert found.thresholds.loc["sanitasi_layak", "ambang"] == 80.0
    assert repr(found).startswith("Intervensi: 6 kesenjangan di 4 desa/kelurahan, 4 di antaranya di 2 lokus")


def test_an_intervention_of_no_stated_kind_is_counted_as_such():
    own = load_catalogue({"kolam": {"label": "Kolam", "buruk": "rendah", "intervensi": "Bantuan benih"}})
    found = intervention_matrix(make_villages(kolam=[1, 9]), {"kolam": 5}, own)
    assert found.by_opd["tanpa_jenis_lokus"].tolist() == [1]
    assert found.details["kebutuhan"].isna().all()  # neither a share nor a count of whole things


def test_no_threshold_gives_an_empty_matrix_and_strangers_are_refused():
    found = intervention_matrix(VILLAGES, {}, CATALOGUE)
    assert found.details.empty
    assert found.matrix.shape == (4, 0)
    met = intervention_matrix(VILLAGES, {"sanitasi_layak": 1.0}, CATALOGUE)
    assert met.matrix["Dinas PUPR"].tolist() == [0, 0, 0, 0]
    with pytest.raises(ValueError, match="9999999999"):
        intervention_matrix(VILLAGES, LIMITS, CATALOGUE, lokus=["9999999999"])


values = st.one_of(st.none(), st.floats(0, 100, allow_nan=False))


@settings(max_examples=15)
@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=7), st.randoms())
def test_every_value_fails_passes_or_is_missing_whatever_the_row_order(rows, random):
    share, rate, cover = zip(*rows, strict=True)
    villages = make_villages(sanitasi_layak=share, krs_persen=rate, cakupan_imunisasi=cover)
    limits = {"sanitasi_layak": 50.0, "krs_persen": 50.0, "cakupan_imunisasi": 50.0}
    shuffled = list(villages.index)
    random.shuffle(shuffled)
    found = intervention_matrix(villages.loc[shuffled], limits, CATALOGUE, lokus=shuffled[:2])
    fails = (villages[["sanitasi_layak", "cakupan_imunisasi"]] < 50).sum(axis=1) + (
        villages["krs_persen"] > 50
    )
    assert found.matrix.sum(axis=1).tolist() == fails.tolist()
    assert found.no_data.sum(axis=1).tolist() == villages.iloc[:, 3:].isna().sum(axis=1).tolist()
    for table in (found.by_opd, found.by_kecamatan):
        assert table["kesenjangan"].sum() == fails.sum()
        assert table["kesenjangan_lokus"].sum() == fails[shuffled[:2]].sum()
        assert table["belum_ada_data"].sum() == len(found.missing)


def test_a_notebook_shows_the_sums_of_offices_by_name():
    found = intervention_matrix(VILLAGES, LIMITS, CATALOGUE, lokus=VILLAGES.index[:2])
    shown = found._repr_html_()
    for text in ("OPD", "Lokus dengan kesenjangan", "di antaranya spesifik", "Belum ada data di lokus"):
        assert text in shown
    assert not any(name in shown for name in found.by_opd.columns if "_" in name)
