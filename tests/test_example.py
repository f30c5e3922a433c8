"""The example is installed with the package, the generator is not."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from lokus import Kajian, cli, example
from lokus.errors import InputError


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_copy_is_the_data_of_the_repository_and_a_study_that_opens(root, tmp_path):
    study = example.write_example(tmp_path / "contoh")
    assert files_below(tmp_path / "contoh") == files_below(root / "data")
    kajian = Kajian.open(study)
    assert all((study.parent / file).is_file() for _, file in kajian.settings.files())


def test_other_files_in_the_folder_stay(tmp_path):
    (tmp_path / "catatan.txt").write_text("milik saya")
    example.write_example(tmp_path)
    assert (tmp_path / "catatan.txt").read_text() == "milik saya"


def test_an_installation_without_the_files_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(example, "_PLACES", (tmp_path,))
    with pytest.raises(InputError, match="lokus demo"):
        example.example_files()


@pytest.mark.parametrize("clone", [True, False])
def test_the_demo_runs_from_any_folder(root, tmp_path, monkeypatch, clone):
    ran = []
    monkeypatch.setattr(cli, "_write_study", lambda study, _folder: ran.append(study.resolve()) or 0)
    monkeypatch.chdir(root if clone else tmp_path)
    assert cli.main(["demo"]) == 0
    folder = root / "data" if clone else tmp_path / "contoh-lokus"
    assert ran == [folder / "kajian" / "contoh-2026.toml"]
    assert ran[0].is_file()


def test_the_wheel_holds_the_example_and_not_its_generator(root, tmp_path):
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        held = {
            name.removeprefix("lokus/example/"): archive.read(name) for name in names if "/example/" in name
        }
    assert held == files_below(root / "data")
    assert not [name for name in names if "example_kabupaten" in name]
