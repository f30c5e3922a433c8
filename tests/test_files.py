from __future__ import annotations

import pytest

from lokus.files import atomic_path, staged_directory


def test_a_failed_write_leaves_the_old_file(tmp_path):
    target = tmp_path / "hasil.txt"
    target.write_text("lama")
    with pytest.raises(RuntimeError), atomic_path(target) as draft:
        draft.write_text("setengah")
        raise RuntimeError
    assert target.read_text() == "lama"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_pack_leaves_every_old_output(tmp_path):
    folder = tmp_path / "keluaran"
    folder.mkdir()
    (folder / "peta.png").write_text("lama")
    with pytest.raises(RuntimeError), staged_directory(folder) as stage:
        (stage / "peta.png").write_text("baru")
        raise RuntimeError
    assert (folder / "peta.png").read_text() == "lama"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_finished_pack_replaces_outputs_and_keeps_other_files(tmp_path):
    folder = tmp_path / "keluaran"
    folder.mkdir()
    (folder / "peta.png").write_text("lama")
    (folder / "catatan.txt").write_text("milik perencana")
    with staged_directory(folder) as stage:
        (stage / "peta.png").write_text("baru")
        (stage / "sub").mkdir()
        (stage / "sub" / "a.csv").write_text("a")
    assert (folder / "peta.png").read_text() == "baru"
    assert (folder / "catatan.txt").read_text() == "milik perencana"
    assert (folder / "sub" / "a.csv").read_text() == "a"
