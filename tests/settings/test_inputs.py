"""What goes in: what each kind of table needs, and what belongs to another kind."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lokus.settings.inputs import Acceptance, AuditSettings, ListSettings, PlaceColumns, TableSettings

RECAP = {
    "berkas": "krs.xlsx",
    "tempat": {"desa": "Desa", "kecamatan": "Kec"},
    "indikator": {"krs": "KRS"},
}
MONTH = {"mulai": "2026-02-01", "akhir": "2026-02-28"}
CHILDREN = {"berkas": "anak.csv", "jenis": "anak", "periode": MONTH}


def test_a_recap_gives_its_indicators_and_an_export_of_children_its_counts():
    assert TableSettings.model_validate(RECAP).gives == {"krs": "KRS"}
    assert {"diukur", "stunting"} <= set(TableSettings.model_validate(CHILDREN).gives)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({**RECAP, "tempat": {"kecamatan": "Kec"}}, "tempat"),
        ({**RECAP, "indikator": {}}, "indikator"),
        ({**RECAP, "periode": MONTH}, "periode"),
        ({**RECAP, "kolom": {"nik": "NIK"}}, "kolom"),
        ({**RECAP, "putaran_lalu": -1}, "putaran_lalu"),
        ({**RECAP, "jenis": "lain"}, "jenis"),
        ({"berkas": "anak.csv", "jenis": "anak"}, "periode"),
        ({**CHILDREN, "tempat": {"desa": "Desa"}}, "tempat"),
        ({**CHILDREN, "indikator": {"krs": "KRS"}}, "indikator"),
        ({**CHILDREN, "periode": {"mulai": "2026-03-01", "akhir": "2026-02-28"}}, "akhir"),
    ],
)
def test_what_does_not_go_together_is_refused(table, message):
    with pytest.raises(ValidationError, match=message):
        TableSettings.model_validate(table)


@pytest.mark.parametrize("absent", ["kode", "desa", "kecamatan"])
def test_an_official_list_needs_code_village_and_kecamatan(absent):
    columns = {"kode": "Kode", "desa": "Desa", "kecamatan": "Kec"}
    assert ListSettings.model_validate({"berkas": "resmi.csv", "kolom": columns}).columns.stated == columns
    columns.pop(absent)
    with pytest.raises(ValidationError, match=f"kolom (lacks|tidak menyebut) {absent}:"):
        ListSettings.model_validate({"berkas": "resmi.csv", "kolom": columns})


def test_only_stated_columns_say_where_a_row_belongs():
    assert PlaceColumns.model_validate({"desa": "Nama Desa"}).stated == {"desa": "Nama Desa"}


def test_a_finding_is_accepted_with_a_reason_and_its_village_in_any_spelling_of_the_code():
    stated = {"temuan": "join.unmatched", "alasan": "desa baru", "desa": "99.01.01.2001"}
    (accepted,) = AuditSettings.model_validate({"terima": [stated]}).accepted
    assert accepted.kode_desa == "9901012001"
    with pytest.raises(ValidationError, match="alasan"):
        Acceptance.model_validate({"temuan": "join.unmatched"})
