from __future__ import annotations

from lokus.findings import Finding, Where, findings_frame
from lokus.intake.audit.entries import audit_lines, check_label


def finding(row: int, **more: object) -> Finding:
    plain = {"check": "join.unmatched", "level": "blocking", "message": f"Entah {row}", "remedy": "putuskan"}
    return Finding(**{**plain, **more}, where=Where(file="gizi.xlsx", sheet="Data", row=row))


def test_findings_of_one_kind_are_one_entry_with_rows_and_first_messages() -> None:
    table = findings_frame([finding(row) for row in (4, 5, 6, 9, 12)]).assign(accepted=False, reason="")
    assert audit_lines(table) == [
        '  [menahan] baris tanpa desa: 5 temuan, gizi.xlsx, lembar "Data", baris 4–6, 9, 12',
        "      Entah 4; Entah 5; Entah 6; … +2",
        "      → putuskan",
    ]


def test_accepted_findings_are_shown_as_accepted_with_their_reason() -> None:
    table = findings_frame([finding(4), finding(5)])
    table = table.assign(accepted=[False, True], reason=["", "pasar, bukan desa"])
    lines = audit_lines(table)
    assert lines[0].startswith("  [menahan] ")
    assert lines[3].startswith("  [diterima] baris tanpa desa: gizi.xlsx")
    assert lines[5] == "      diterima: pasar, bukan desa"


def test_a_check_without_a_plain_name_is_its_message() -> None:
    assert check_label("tahun.unknown") == ""
    table = findings_frame([Finding(check="tahun.unknown", level="note", message="Pesan.")])
    assert audit_lines(table.assign(accepted=False, reason="")) == ["  [catatan] Pesan."]
    assert audit_lines(table.assign(accepted=False, reason="").iloc[:0]) == []
