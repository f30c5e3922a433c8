from __future__ import annotations

import tomllib

import openpyxl
import pandas as pd
import pytest

from lokus import Kajian
from lokus.settings.read import settings_from_mapping
from lokus.show.documents.request import (
    DataRequests,
    asked_offices,
    study_lines,
    write_request_letter,
    write_request_workbook,
)
from tests.docx_reader import paragraphs, tables, text
from tests.tiny_study import tiny_mapping, to_toml

OFFICE = "Dinas PUPR & Perkim"


@pytest.fixture
def gappy(tmp_path):
    """A study in which six values of one office are missing, and one of another cannot be true."""
    plain = tiny_mapping(tmp_path)
    plain["tahun_lalu"] = None
    plain = {key: value for key, value in plain.items() if value is not None}
    data = pd.read_csv(tmp_path / "data_2026.csv", dtype={"kode_desa": str})
    truth = data.copy()
    data.loc[:3, "sanitasi"] = None
    data.loc[2:3, "miskin"] = None
    data.loc[5, "miskin"] = 140.0
    data.to_csv(tmp_path / "data_2026.csv", index=False)
    first, rest = plain["tabel"][0], plain["tabel"][1:]
    plain["tabel"] = [{**first, "opd": OFFICE}, *rest]
    plain["audit"] = {"terima": [{"temuan": "audit.range", "alasan": "diminta ke dinas"}]}
    (tmp_path / "kajian.toml").write_text(to_toml(plain), encoding="utf-8")
    return tmp_path, plain, truth


def asked_of(kajian) -> DataRequests:
    return DataRequests(info=kajian.info, formalities=kajian.formalities, rows=kajian.requests)


def test_a_filled_workbook_is_read_back_as_it_is(gappy):
    folder, plain, truth = gappy
    kajian = Kajian.open(folder / "kajian.toml")
    asked = asked_of(kajian)
    assert len(asked.of(OFFICE)) == 7
    path = write_request_workbook(folder / "isian.xlsx", asked, OFFICE)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for row in sheet.iter_rows() for cell in row if cell.value == "Kode"}
    top = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "Kode")
    assert heads
    stated = tomllib.loads("\n".join(study_lines(asked, OFFICE, workbook="isian.xlsx")))
    columns = {cell.value: cell.column for cell in sheet[top]}
    source = {"sanitasi_layak": "sanitasi", "desil_1_2": "miskin"}
    wanted = truth.set_index("kode_desa")
    filled = 0
    for row in range(top + 1, sheet.max_row + 1):
        kode = str(sheet.cell(row, columns["Kode"]).value).replace(".", "")
        for key, head in stated["tabel"][0]["indikator"].items():
            if sheet.cell(row, columns[head]).fill.fgColor.rgb.endswith("FFF6D6"):
                sheet.cell(row, columns[head]).value = float(wanted.loc[kode, source[key]])
                filled += 1
    assert filled == 7
    book.save(path)
    both = {**plain, "tabel": [*plain["tabel"], *stated["tabel"]]}
    again = Kajian(stated=settings_from_mapping(both, file="kajian.toml"), path=folder / "kajian.toml")
    assert again.requests.empty
    for key, name in source.items():
        assert again.indicators[key].tolist() == wanted[name].sort_index().tolist()
    replaced = again.audit.findings.query("check == 'join.replaced'")["message"].tolist()
    assert len(replaced) == 1
    assert "140,00 diganti" in replaced[0]
    assert not (again.audit.findings["check"] == "join.no_row").any()


def test_a_workbook_sent_back_empty_changes_nothing(gappy):
    folder, plain, _truth = gappy
    kajian = Kajian.open(folder / "kajian.toml")
    asked = asked_of(kajian)
    write_request_workbook(folder / "isian.xlsx", asked, OFFICE)
    stated = tomllib.loads("\n".join(study_lines(asked, OFFICE, workbook="isian.xlsx")))
    both = {**plain, "tabel": [*plain["tabel"], *stated["tabel"]]}
    again = Kajian(stated=settings_from_mapping(both, file="kajian.toml"), path=folder / "kajian.toml")
    pd.testing.assert_frame_equal(again.indicators, kajian.indicators)
    pd.testing.assert_frame_equal(again.requests, kajian.requests)


def test_the_letter_counts_what_the_workbook_asks_for(gappy):
    folder, _plain, _truth = gappy
    asked = asked_of(Kajian.open(folder / "kajian.toml"))
    path = write_request_letter(folder / "surat.docx", asked, OFFICE, workbook="isian.xlsx")
    assert "masih terdapat 7 nilai" in text(path)
    assert "untuk 5 desa/kelurahan" in text(path)
    assert f"Kepala {OFFICE}" in text(path)
    summary, listing = tables(path)
    assert sum(int(row[1]) for row in summary[1:]) == 7
    assert len(listing) == 6
    assert any("nilai 140,00 tidak mungkin benar" in row[-1] for row in listing)


def test_the_letter_bears_the_address_of_the_agency_unless_it_states_another(gappy):
    folder, plain, _truth = gappy
    plain["kajian"] = {**plain["kajian"], "alamat": "Jalan Contoh Nomor 1"}
    own = {**plain, "keputusan": {"surat": {"alamat": "Jalan Surat Nomor 2"}}}
    for mapping, address in ((plain, "Jalan Contoh Nomor 1"), (own, "Jalan Surat Nomor 2")):
        (folder / "kajian.toml").write_text(to_toml(mapping), encoding="utf-8")
        asked = asked_of(Kajian.open(folder / "kajian.toml"))
        path = write_request_letter(folder / "surat.docx", asked, OFFICE, workbook="isian.xlsx")
        assert paragraphs(path)[1] == address


def test_letters_are_written_while_the_audit_still_holds_the_proposal_back(gappy):
    folder, plain, _truth = gappy
    open_ = {key: value for key, value in plain.items() if key != "audit"}
    kajian = Kajian(stated=settings_from_mapping(open_, file="kajian.toml"), path=folder / "kajian.toml")
    assert len(kajian.audit.blocking)
    files = kajian.write_requests(folder / "surat")
    assert [path.name for path in files] == [
        "permintaan_data_dinas_pupr_perkim.docx", "permintaan_data_dinas_pupr_perkim.xlsx",
    ]  # fmt: skip
    assert len(tables(files[0])[0][0]) == 2  # no column of proposed lokus: nothing is proposed yet


def test_offices_whose_names_give_one_file_name_keep_files_of_their_own():
    names = ["Dinas PU", "Dinas P.U", "dinas pu", "!!"]
    slugs = asked_offices(pd.DataFrame({"opd": names}))
    assert len(set(slugs.values())) == len(names)
    assert all(slugs.values())
