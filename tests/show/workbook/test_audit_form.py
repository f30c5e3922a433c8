"""The form of the case audit holds no field for a person."""

from __future__ import annotations

import openpyxl

from lokus.intake.earlier.audit_sheet import AUDIT_HEADS
from lokus.show.workbook.audit_form import write_audit_form


def test_the_form_is_the_same_bytes_and_asks_for_no_person(tmp_path, material):
    from lokus.followup.case_audit import audit_shortlist
    from lokus.followup.gaps import find_gaps
    from lokus.intake.indicators.catalogue import load_catalogue

    catalogue = load_catalogue()
    listed = audit_shortlist(
        material.results,
        gaps=find_gaps(material.results, {}, catalogue),
        examined=[],
        catalogue=catalogue,
        n=3,
    )
    one, two = (
        write_audit_form(tmp_path / f"{n}.xlsx", listed, material.info, causes={"air_layak": "Air"})
        for n in "12"
    )
    assert one.read_bytes() == two.read_bytes()
    sheet = openpyxl.load_workbook(one).worksheets[0]
    heads = next(row for row in sheet.iter_rows(values_only=True) if row[0] == AUDIT_HEADS["kode_desa"])
    assert not any(word in str(head).lower() for head in heads for word in ("nama", "nik", "alamat"))
    assert len(sheet.data_validations.dataValidation) == 3
