"""The table of values of an earlier report, read back: the same values, or a refusal that says why."""

from __future__ import annotations

import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.followup.period_figures import period_figures
from lokus.intake.earlier.period_values import is_period_values, read_period_values
from lokus.intake.indicators.catalogue import load_catalogue

CATALOGUE = load_catalogue()
KEYS = ["cakupan_mp_asi", "air_layak", "posyandu", "cakupan_imunisasi"]
VILLAGES = pd.DataFrame(
    {"kode_kecamatan": ["990101", "990101", "990102"]}, index=["9901012001", "9901012002", "9901022001"]
)
GIVEN = pd.DataFrame(
    {
        "mp_asi_dilayani": [9.0, 0.0, None],
        "anak_6_23_bulan": [12.0, 0.0, None],  # the second village has nobody of the target group
        "air_layak": [81.3, None, 77.7],  # percentages alone
        "posyandu": [3.0, 2.0, None],
        "imunisasi_dilayani": [1.0, 2.0, 3.0],
        "sasaran_imunisasi": [3.0, 7.0, 11.0],
    },
    index=VILLAGES.index,
)
TITLE = "Semester 2 Tahun 2025"


def write(path, figures=None, **columns):
    table = period_figures(GIVEN, None, VILLAGES, KEYS, CATALOGUE) if figures is None else figures
    table.assign(periode=TITLE, **columns).to_csv(path, index=False)
    return path


def read(path, **options):
    chosen = {"villages": VILLAGES.index, "catalogue": CATALOGUE, "titles": [TITLE], **options}
    return read_period_values(path, **chosen)


def test_the_figures_of_what_is_read_are_those_that_were_written(tmp_path):
    path = write(tmp_path / "laporan.csv")
    values = read(path)
    again = period_figures(values, None, VILLAGES, KEYS, CATALOGUE)
    pd.testing.assert_frame_equal(again, period_figures(GIVEN, None, VILLAGES, KEYS, CATALOGUE))
    for key in GIVEN:
        pd.testing.assert_series_equal(
            values[key].reindex(GIVEN.index), GIVEN[key], check_names=False, check_dtype=False
        )
    assert is_period_values(path)


def test_a_table_that_is_not_of_the_period_is_refused(tmp_path):
    path = write(tmp_path / "laporan.csv")
    with pytest.raises(InputError, match="Semester 2 Tahun 2025, bukan Semester 1 Tahun 2026"):
        read(path, titles=["Semester 1 Tahun 2026"])


def test_a_public_table_is_refused(tmp_path):
    path = write(tmp_path / "laporan.csv", disamarkan=False)
    with pytest.raises(InputError, match="laporan untuk umum"):
        read(path)


def test_other_villages_indicators_and_tables_are_refused(tmp_path):
    path = write(tmp_path / "laporan.csv")
    with pytest.raises(InputError, match="9901022001"):
        read(path, villages=VILLAGES.index[:2])
    with pytest.raises(InputError, match="posyandu"):
        read(path, catalogue={key: item for key, item in CATALOGUE.items() if key != "posyandu"})
    figures = period_figures(GIVEN, None, VILLAGES, KEYS, CATALOGUE)
    with pytest.raises(InputError, match="dua kali"):
        read(write(tmp_path / "b.csv", pd.concat([figures, figures])))
    with pytest.raises(InputError, match="bukan angka"):
        read(write(tmp_path / "c.csv", figures, kini="dua"))
    other = tmp_path / "lain.csv"
    other.write_text("KODE;DESA\n1;Alai\n")
    assert not is_period_values(other)
    with pytest.raises(InputError, match="bukan tabel nilai"):
        read(other)
