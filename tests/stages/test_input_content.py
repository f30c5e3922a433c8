"""The lock names what was taken from each input: no order of rows, and every changed cell."""

from __future__ import annotations

import random

import pytest
from tiny_study import tiny_mapping, to_toml

from lokus import Kajian
from lokus.manifest import compare_locks

DECISIONS = (
    "sumber;kecamatan;desa;kode_desa;alasan\na;b;c;9901012001;x\na;b;d;abaikan;y\na;b;e;9901012002;z\n"
)


@pytest.fixture
def study(tmp_path):
    plain = tiny_mapping(tmp_path)
    (tmp_path / "kecocokan.csv").write_text(DECISIONS, encoding="utf-8")
    (tmp_path / "kajian.toml").write_text(to_toml(plain), encoding="utf-8")
    return tmp_path / "kajian.toml"


def shuffled(path, seed):
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    before = list(rows)
    while rows == before:
        random.Random(seed).shuffle(rows)
        seed += 1
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


TABLES = ("data_2026.csv", "data_2025.csv", "resmi.csv", "kecocokan.csv", "sk_2025.csv")


@pytest.mark.parametrize("name", TABLES)
def test_the_order_of_rows_of_no_input_changes_its_content(study, name):
    before = Kajian.open(study).lock
    shuffled(study.parent / name, seed=3)
    result = compare_locks(before, Kajian.open(study).lock)
    assert result.holds
    (check,) = [one for one in result.checks if one.subject == name]
    assert "isi sama" in check.outcome


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_all_inputs_shuffled_give_the_same_list_and_content(study, seed):
    before = Kajian.open(study).lock
    for name in TABLES:
        shuffled(study.parent / name, seed=seed)
    after = Kajian.open(study).lock
    assert compare_locks(before, after).holds
    assert after["hasil_sha256"] == before["hasil_sha256"]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data_2026.csv", None, None),
        ("data_2025.csv", None, None),
        ("resmi.csv", "Suka Raya", "Suka Rayo"),
        ("kecocokan.csv", "abaikan", "9901012003"),
        ("sk_2025.csv", "9901012001", "9901012006"),
    ],
)
def test_a_changed_cell_of_any_input_is_seen(study, name, old, new):
    before = Kajian.open(study).lock
    path = study.parent / name
    text = path.read_text(encoding="utf-8")
    if old is None:
        head, first, *rest = text.splitlines()
        cells = first.split(",")
        place = head.split(",").index("stunting")
        cells[place] = str(int(cells[place]) + 1)
        text = "\n".join([head, ",".join(cells), *rest]) + "\n"
    else:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    checks = compare_locks(before, Kajian.open(study).lock).checks
    (check,) = [one for one in checks if one.subject == name]
    assert not check.holds


def test_what_is_only_drawn_is_locked_too(study):
    plain = tiny_mapping(study.parent)
    plain["keluaran"]["sekitar"] = "sekitar.geojson"
    study.write_text(to_toml(plain), encoding="utf-8")
    named = {item["berkas"] for item in Kajian.open(study).lock["masukan"]}
    assert "sekitar.geojson" in named
