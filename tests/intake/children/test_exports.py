"""Files of an export: all of a folder or none, each row known by its file."""

from __future__ import annotations

import pytest

from lokus.errors import InputError
from lokus.intake.children.children import read_children
from lokus.intake.children.exports import export_files

HEAD = "NIK;Desa;Tgl Ukur;ZS TB/U\n"


def test_a_folder_is_one_export_and_its_rows_are_told_with_their_file(tmp_path):
    folder = tmp_path / "anak"
    folder.mkdir()
    (folder / "a.csv").write_text(HEAD + "9901010101200001;Suka Maju;2026-02-01;-2.5\n")
    (folder / "b.csv").write_text(HEAD + "9901010101200001;Suka Maju;2026-02-09;0\n;Suka Maju;2026-02-09;0\n")
    table = read_children(folder, start="2026-02-01", end="2026-02-28")
    assert table.data[["anak", "diukur", "stunting"]].values.tolist() == [[1, 1, 0]]
    (message,) = [f.message for f in table.findings if f.check == "children.tanpa_identitas"]
    assert "b.csv 3" in message


def test_a_folder_with_other_files_is_refused_by_their_names(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD)
    (tmp_path / "b.xlsx").write_bytes(b"")
    with pytest.raises(InputError, match=r"b\.xlsx"):
        export_files(tmp_path)
