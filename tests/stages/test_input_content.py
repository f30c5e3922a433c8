"""The lock names what was taken from each input: no order of rows, and every changed cell."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from input_files import CELLS, every_kind_of_input, shuffle_every_input

from lokus import Kajian
from lokus.manifest import compare_locks

pytestmark = pytest.mark.slow


def told(study: Kajian) -> list[tuple[str, ...]]:
    """Give the findings without their words, which name rows."""
    return sorted(
        study.findings[["level", "check", "opd", "file", "kode_desa"]]
        .astype(str)
        .itertuples(name=None, index=False)
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A study with every kind of input, and its lock."""
    folder = tmp_path_factory.mktemp("masukan")
    study = Kajian.open(every_kind_of_input(folder))
    return folder, study.lock, told(study)


def test_the_study_names_every_kind_of_input(whole):
    _folder, lock, _findings = whole
    assert {item["berkas"] for item in lock["masukan"]} == set(CELLS)


@pytest.mark.parametrize("seed", range(30))
def test_no_order_of_rows_of_any_input_changes_list_content_or_findings(whole, tmp_path: Path, seed: int):
    folder, before, findings = whole
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    shuffled = shuffle_every_input(tmp_path, seed)
    study = Kajian.open(tmp_path / "kajian.toml")
    after = study.lock
    result = compare_locks(before, after)
    outcomes = {check.subject: check.outcome for check in result.checks}
    assert result.holds, outcomes
    assert set(CELLS) - set(shuffled) == {"logo.png", "kajian-2025.toml", "data_2026_temuan.json"}
    named = set(shuffled) & set(CELLS)
    assert all("isi sama" in outcomes[name] for name in named), outcomes
    assert after["usulan"] == before["usulan"]
    assert after["hasil_sha256"] == before["hasil_sha256"]
    assert told(study) == findings


def test_one_changed_cell_is_seen_in_each_input(whole, tmp_path: Path):
    folder, before, _findings = whole
    for name, change in CELLS.items():
        shutil.copytree(folder, tmp_path / name)
        change(tmp_path / name)
        result = compare_locks(before, Kajian.open(tmp_path / name / "kajian.toml").lock)
        seen = {check.subject for check in result.checks if not check.holds}
        assert name in seen, name
        assert not result.holds
