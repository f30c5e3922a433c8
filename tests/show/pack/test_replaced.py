from __future__ import annotations

import hashlib
import json

import pytest

from lokus.errors import OutputError
from lokus.show.pack.replaced import refuse_to_lose_work, replaced_outputs

FILES = (
    "lokus.xlsx",
    "hasil.csv",
    "peta_usulan_A4.png",
    "peta_indikator_air_layak_A3.pdf",
    "kalender_aksi.xlsx",
)
NEW = ("lokus.xlsx",)


def lock(folder, names):
    entries = [
        {"berkas": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()} for name in names
    ]
    (folder / "kajian.lock.json").write_text(json.dumps({"keluaran": entries} if names else {}))


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        (tmp_path / name).write_text(f"lama {name}")
    (tmp_path / "peta_banjir_A4.png").write_text("milik perencana")
    lock(tmp_path, FILES)
    return tmp_path


def test_unchanged_outputs_of_an_earlier_run_go(folder):
    assert replaced_outputs(public=False)(folder, NEW) == set(FILES) - set(NEW)
    assert replaced_outputs(public=True)(folder, NEW) == {*FILES, "kajian.lock.json"} - set(NEW)


def test_a_file_that_somebody_changed_stays_and_holds_the_public_version_back(folder):
    (folder / "kalender_aksi.xlsx").write_text("diisi puskesmas")
    assert "kalender_aksi.xlsx" not in replaced_outputs(public=False)(folder, NEW)
    with pytest.raises(OutputError, match=r"kalender_aksi\.xlsx") as caught:
        replaced_outputs(public=True)(folder, NEW)
    assert "--keluaran" in str(caught.value)


def test_outputs_without_a_lock_hold_the_public_version_back(folder):
    (folder / "kajian.lock.json").unlink()
    assert replaced_outputs(public=False)(folder, NEW) == set()
    with pytest.raises(OutputError, match=r"hasil\.csv"):
        replaced_outputs(public=True)(folder, NEW)
    (folder / "kalender_aksi.xlsx").unlink()
    assert replaced_outputs(public=True)(folder, FILES) == {"kajian.lock.json"}


def test_what_was_filled_in_is_not_replaced_by_a_new_one(folder):
    refuse_to_lose_work(folder, FILES)  # as the lock says it was written
    (folder / "kalender_aksi.xlsx").write_text("diisi puskesmas")
    refuse_to_lose_work(folder, NEW)
    for lose in (refuse_to_lose_work, replaced_outputs(public=False)):
        with pytest.raises(OutputError, match="kalender_aksi"):
            lose(folder, FILES)
    (folder / "kajian.lock.json").unlink()
    with pytest.raises(OutputError, match="kalender_aksi"):
        refuse_to_lose_work(folder, FILES)


def test_outputs_of_an_older_lokus_go_too_but_not_what_was_to_be_filled_in(folder):
    lock(folder, ())
    with pytest.raises(OutputError, match="kalender_aksi"):
        replaced_outputs(public=True)(folder, NEW)
    (folder / "kalender_aksi.xlsx").unlink()
    gone = replaced_outputs(public=True)(folder, NEW)
    assert gone == {"hasil.csv", "peta_usulan_A4.png", "peta_indikator_air_layak_A3.pdf", "kajian.lock.json"}


@pytest.mark.parametrize("text", ["", "[]", '{"keluaran": 3}', '{"keluaran": [3, {"berkas": 4}]}'])
def test_a_lock_that_is_none_names_nothing(tmp_path, text):
    (tmp_path / "kajian.lock.json").write_text(text)
    assert replaced_outputs(public=False)(tmp_path, NEW) == set()


def test_a_lock_cannot_name_a_file_outside_or_of_another_name(folder):
    secret = folder.parent / "rahasia.txt"
    secret.write_text("rahasia")
    (folder / "catatan.txt").write_text("milik perencana")
    lock(folder, ("../rahasia.txt", "catatan.txt"))
    assert replaced_outputs(public=False)(folder, NEW) == set()


def test_no_folder_has_nothing_to_go(tmp_path):
    assert replaced_outputs(public=False)(tmp_path / "baru", NEW) == set()
    assert replaced_outputs(public=True)(tmp_path / "baru", NEW) == {"kajian.lock.json"}
