"""The lock names what was taken from each input: no order of rows, and every changed cell."""

from __future__ import annotations

import random

import geopandas as gpd
import pytest
from PIL import Image
from tiny_study import tiny_mapping, to_toml

from lokus import Kajian
from lokus.manifest import compare_locks

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(
    "name", [TABLES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in TABLES[1:])]
)
def test_the_order_of_rows_of_no_input_changes_its_content(study, name):
    before = Kajian.open(study).lock
    shuffled(study.parent / name, seed=3)
    result = compare_locks(before, Kajian.open(study).lock)
    assert result.holds
    (check,) = [one for one in result.checks if one.subject == name]
    assert "isi sama" in check.outcome


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
        pytest.param("data_2025.csv", None, None, marks=pytest.mark.slow),
        pytest.param("resmi.csv", "Suka Raya", "Suka Rayo", marks=pytest.mark.slow),
        ("kecocokan.csv", "abaikan", "9901012003"),
        pytest.param("sk_2025.csv", "9901012001", "9901012006", marks=pytest.mark.slow),
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


def every_kind_of_input(folder):
    """A study that names the inputs which the small one leaves out, with one cell of each to change."""
    plain = tiny_mapping(folder)
    (folder / "kecocokan.csv").write_text(DECISIONS, encoding="utf-8")
    villages = gpd.read_file(folder / "desa.gpkg")
    own = villages["kode_desa"].to_numpy()
    villages["iddesa"] = [f"{kode[:6]}0{n + 1:03d}" for n, kode in enumerate(own)]
    villages.drop(columns="kode_desa").to_file(folder / "podes.shp")
    lines = [f"{bps};{kode}" for bps, kode in zip(villages["iddesa"], own, strict=True)]
    text = "\n".join(["bps;kemendagri", *lines, "9902010001;9902012001"]) + "\n"
    (folder / "jembatan.csv").write_text(text, encoding="utf-8")
    plain["batas"] = {
        **plain["batas"], "berkas": "podes.shp", "jembatan": "jembatan.csv",
        "kolom": {"kode": "iddesa", "desa": "desa", "kecamatan": "kecamatan"},
    }  # fmt: skip
    children = ["nik;tgl_lahir;desa_kel;kec;tanggal_ukur;zs_tb_u"]
    for number, row in villages.iterrows():
        birth = f"{1 + number % 28:02d}/0{1 + number % 9}/2024"
        place = f"{row['desa']};{row['kecamatan']}"
        score = f"-{1 + number % 3},{number % 9}"
        children.append(f"99010{number:011d};{birth};{place};10/02/2026;{score}")
    (folder / "anak.csv").write_text("\n".join(children) + "\n", encoding="utf-8")
    table = plain["tabel"][0]
    table["indikator"] = {k: v for k, v in table["indikator"].items() if k not in ("diukur", "stunting")}
    plain["tabel"].insert(1, {
        "jenis": "anak", "berkas": "anak.csv", "periode": {"mulai": "2026-02-01", "akhir": "2026-02-28"},
        "kolom": {"nik": "nik", "lahir": "tgl_lahir", "desa": "desa_kel", "kecamatan": "kec",
                  "tanggal": "tanggal_ukur", "zs_tbu": "zs_tb_u"},
    })  # fmt: skip
    plain["tahun_lalu"]["riwayat"] = [
        {"tahun": 2024, "berkas": "sk_2024.csv", "tempat": {"kode": "kode_desa"}}
    ]
    Image.new("RGB", (8, 8), "navy").save(folder / "logo.png")
    plain["keluaran"] |= {"sekitar": "sekitar.geojson", "logo": "logo.png"}
    (folder / "kajian.toml").write_text(to_toml(plain), encoding="utf-8")
    return folder / "kajian.toml"


def replaced(path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def moved(path) -> None:
    """Draw one village otherwise, and leave what is said of it."""
    villages = gpd.read_file(path)
    villages.loc[0, "geometry"] = villages.geometry[0].buffer(-0.001)
    villages.to_file(path)


CELLS = {
    "podes.shp": lambda f: moved(f / "podes.shp"),
    "jembatan.csv": lambda f: replaced(f / "jembatan.csv", b"9902012001", b"9902012002"),
    "resmi.csv": lambda f: replaced(f / "resmi.csv", b"Bukit Jaya", b"Bukit Jayo"),
    "anak.csv": lambda f: replaced(f / "anak.csv", b";-1,3", b";-2,3"),
    "data_2026.csv": lambda f: replaced(f / "data_2026.csv", b"Suka Maju,Sukasari,", b"Suka Maju,Sukasari,1"),
    "sk_2024.csv": lambda f: replaced(f / "sk_2024.csv", b"9901012001", b"9901012003"),
    "sk_2025.csv": lambda f: replaced(f / "sk_2025.csv", b"9901012001", b"9901012003"),
    "kecocokan.csv": lambda f: replaced(f / "kecocokan.csv", b"abaikan", b"9901012003"),
    "sekitar.geojson": lambda f: replaced(f / "sekitar.geojson", b"103.9", b"103.8"),
    "logo.png": lambda f: Image.new("RGB", (8, 8), "red").save(f / "logo.png"),
    "kajian-2025.toml": lambda f: replaced(f / "kajian-2025.toml", b"Kajian kecil", b"Kajian kecik"),
}


@pytest.mark.slow
def test_one_changed_cell_is_seen_in_each_kind_of_input(tmp_path):
    study = every_kind_of_input(tmp_path)
    before = Kajian.open(study).lock
    assert {item["berkas"] for item in before["masukan"]} - {"data_2025.csv", "desa.gpkg"} == set(CELLS)
    for name, change in CELLS.items():
        kept = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        change(tmp_path)
        result = compare_locks(before, Kajian.open(study).lock)
        seen = {check.subject for check in result.checks if not check.holds}
        assert name in seen, name
        assert not result.holds
        for path, content in kept.items():
            path.write_bytes(content)
    assert compare_locks(before, Kajian.open(study).lock).holds
