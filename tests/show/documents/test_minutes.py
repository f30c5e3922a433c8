from __future__ import annotations

from dataclasses import replace

import docx

from lokus.show.documents.minutes import commitments_table, write_minutes
from lokus.show.results.formalities import Formalities
from lokus.show.tables.study import tasks_table
from lokus.show.tables.villages import list_table
from tests.docx_reader import tables, text


def test_the_minutes_hold_the_list_the_changes_the_commitments_and_the_signatures(material, tmp_path):
    changes, listed, undertaken, signed = tables(write_minutes(tmp_path / "a.docx", material))
    assert changes[0][1:] == ["Desa/kelurahan yang masuk", "Desa/kelurahan yang keluar", "Alasan"]
    assert not any(any(row) for row in changes[1:])
    assert [tuple(row) for row in listed] == [list_table(material).heads, *list_table(material).rows]
    assert [tuple(row[:3]) for row in undertaken[1:]] == list(tasks_table(material).rows)
    offices = set(tasks_table(material).columns[0].values)
    assert offices <= {row[1] for row in signed[1:]}


def test_a_lokus_is_listed_with_the_mark_of_what_is_not_yet_reliable(material, tmp_path):
    weak = material.results.assign(belum_andal=True, tanpa_pengukuran=False)
    listed = tables(write_minutes(tmp_path / "a.docx", replace(material, results=weak)))[1]
    assert "Keandalan" in listed[0]
    assert {row[listed[0].index("Keandalan")] for row in listed[1:]} == {"belum andal"}


def test_the_meeting_is_as_the_study_states_it(material, tmp_path):
    stated = Formalities(meeting="Rembuk Stunting", meeting_place="Aula", attendees=("Camat Lembak",))
    path = write_minutes(tmp_path / "a.docx", replace(material, formalities=stated))
    assert "REMBUK STUNTING" in text(path)
    assert "bertempat di Aula" in text(path)
    assert "Camat Lembak" in {row[1] for row in tables(path)[3]}


def test_commitments_are_left_to_the_offices(material):
    assert {text for row in commitments_table(material).rows for text in row[3:]} == {""}


def test_what_an_office_does_has_more_room_than_what_is_written_in_by_hand(material, tmp_path):
    document = docx.Document(str(write_minutes(tmp_path / "a.docx", material)))
    table = next(one for one in document.tables if one.rows[0].cells[1].text == "Kegiatan")
    widths = {
        cell.text: column.width.cm for cell, column in zip(table.rows[0].cells, table.columns, strict=True)
    }
    assert max(widths, key=widths.get) == "Kegiatan", widths
    assert widths["Kegiatan"] > 5
    assert widths["Kesanggupan OPD"] > 2.5
