from __future__ import annotations

import argparse
import errno
import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from tiny_study import tiny_mapping, to_toml

from lokus import cli
from lokus.cli import main


@pytest.fixture(scope="module")
def example(root, tmp_path_factory):
    """A copy of the example without what stands after the outputs: maps and last year."""
    folder = tmp_path_factory.mktemp("contoh")
    shutil.copytree(root / "data", folder / "data")
    study = folder / "data" / "kajian" / "contoh-2026.toml"
    head, _sep, _outputs = study.read_text(encoding="utf-8").partition("ukuran = ")
    study.write_text(head, encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A study of 24 villages that writes one small map, so that runs are quick."""
    folder = tmp_path_factory.mktemp("kajian")
    plain = tiny_mapping(folder)
    for key in ("tahun_lalu", "tipologi", "kesenjangan", "pembagian", "lintasan", "audit_kasus"):
        plain.pop(key)
    plain["keluaran"] |= {"ukuran": ["A4"], "peta": ["usulan"]}
    study = folder / "kajian.toml"
    study.write_text(to_toml(plain), encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def outputs(quick, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keluaran")
    assert main(["run", str(quick), "--keluaran", str(folder)]) == 0
    return folder


def test_run_writes_the_whole_pack(outputs):
    assert {path.name for path in outputs.iterdir()} == {
        "peta_usulan_A4.png",
        "peta_usulan_A4.pdf",
        "peta_interaktif.html",
        "lokus.xlsx",
        "paparan.pptx",
        "laporan.html",
        "lampiran_keputusan.docx",
        "rancangan_keputusan.docx",
        "berita_acara.docx",
        "hasil.gpkg",
        "kajian.lock.json",
    }
    assert len(json.loads((outputs / "kajian.lock.json").read_text())["usulan"]["desa"]) == 5


@pytest.mark.slow
def test_a_second_run_gives_the_same_bytes(quick, outputs, tmp_path):
    assert main(["run", str(quick), "--keluaran", str(tmp_path)]) == 0
    differing = [
        path.name
        for path in outputs.iterdir()
        if path.suffix != ".json" and path.read_bytes() != (tmp_path / path.name).read_bytes()
    ]
    assert differing == []


def test_verify_holds_and_says_so(outputs, capsys):
    assert main(["verify", str(outputs / "kajian.lock.json")]) == 0
    assert "Kunci cocok" in capsys.readouterr().out


def test_verify_does_not_hold_for_another_list(quick, outputs, tmp_path, capsys):
    lock = json.loads((outputs / "kajian.lock.json").read_text())
    lock["usulan"]["desa"][0] = next(
        code for code in ("9901012001", "9901012002") if code != lock["usulan"]["desa"][0]
    )
    path = tmp_path / "kajian.lock.json"
    path.write_text(json.dumps(lock))
    assert main(["verify", str(path), "--kajian", str(quick)]) == 1
    assert "Kunci tidak cocok" in capsys.readouterr().out


def test_a_row_whose_finding_is_accepted_needs_no_decision(example):
    decisions = example.with_name("kecocokan.csv")
    before = decisions.read_bytes()
    main(["audit", str(example)])
    assert decisions.read_bytes() == before


def test_audit_tells_findings_and_completeness(example, tmp_path, capsys):
    written = ["--csv", str(tmp_path / "temuan.csv"), "--xlsx", str(tmp_path / "temuan.xlsx")]
    assert main(["audit", str(example), *written]) == 0
    out = capsys.readouterr().out
    assert "[diterima] kode tidak dikenal" in out
    assert "join.unknown_code" not in out, "plain names on screen, the key in the files"
    table = pd.read_csv(tmp_path / "temuan.csv")
    assert out.count("[") < len(table), "findings of one kind stand in one entry"
    assert len(pd.read_excel(tmp_path / "temuan.xlsx", engine="openpyxl")) == len(table)
    assert "1 diterima" in out
    assert "Kelengkapan per indikator" in out
    assert (tmp_path / "temuan.csv").read_text().startswith("level,check,")
    # Cautions about the evidence are rows of the table; without a table they would cost, and it says so.
    apart = table.query("check == 'evidence.kecamatan_apart'")
    assert len(apart) == 1
    assert apart["message"].iloc[0] in out
    assert "ditambahkan dengan --csv" not in out


def test_a_blocked_run_leaves_good_outputs_alone(quick, outputs, capsys):
    before = {path.name: path.read_bytes() for path in outputs.iterdir()}
    table = quick.with_name("data_2026.csv").read_text(encoding="utf-8")
    unknown = table.splitlines()[1].split(",")
    unknown[:2] = "9901012999", "Mekar Baru"
    quick.with_name("tertahan.csv").write_text(f"{table}{','.join(unknown)}\n", encoding="utf-8")
    held = quick.with_name("tertahan.toml")
    held.write_text(
        quick.read_text(encoding="utf-8").replace("data_2026.csv", "tertahan.csv"), encoding="utf-8"
    )
    assert main(["run", str(held), "--keluaran", str(outputs)]) == 1
    error = capsys.readouterr().err
    assert "lokus berhenti" in error
    assert "Mekar Baru" in error
    assert {path.name: path.read_bytes() for path in outputs.iterdir()} == before


def test_unsettled_names_are_listed_and_a_filled_list_settles_them(example, tmp_path, capsys):
    shutil.copytree(example.parents[1], tmp_path / "data")
    study = tmp_path / "data" / "kajian" / example.name
    study.write_text(
        study.read_text(encoding="utf-8").replace('kecocokan = "kecocokan.csv"', ""), encoding="utf-8"
    )
    decisions = study.with_name("kecocokan.csv")
    settled = decisions.read_text(encoding="utf-8")
    decisions.unlink()
    assert main(["audit", str(study)]) == 1
    assert str(decisions) in capsys.readouterr().out
    assert "KARANG SRI" in decisions.read_text(encoding="utf-8-sig")
    decisions.write_text(settled, encoding="utf-8")
    assert main(["audit", str(study)]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "argumen berikut wajib ada"),
        (["usul"], "pilihan 'usul' tidak dikenal"),
        (["run"], "argumen berikut wajib ada: KAJIAN"),
        (["run", "x.toml", "--warna"], "argumen tidak dikenal: --warna"),
    ],
)
def test_wrong_use_is_status_2_in_indonesian(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_wrong_study_file_is_status_2(tmp_path, capsys):
    assert main(["run", str(tmp_path / "kajian.toml")]) == 2
    assert "berkas kajian tidak ada" in capsys.readouterr().err


def test_help_is_indonesian_and_english_on_request(capsys):
    for arguments, words in ((["--help"], "jalankan kajian"), (["--bahasa", "en", "--help"], "run a study")):
        with pytest.raises(SystemExit):
            main(arguments)
        assert words in capsys.readouterr().out


def test_init_drafts_a_study_and_never_overwrites_one(example, tmp_path, capsys):
    data = example.parents[1]
    study = tmp_path / "kajian.toml"
    arguments = [
        "init",
        str(data / "boundaries" / "desa.gpkg"),
        str(data / "indicators" / "2026" / "eppgbm_2026-02.xlsx"),
        "--tahun",
        "2026",
        "--kajian",
        str(study),
    ]
    assert main(arguments) == 0
    assert "[tabel.indikator]" in study.read_text(encoding="utf-8")
    assert main(arguments) == 2
    assert "berkas sudah ada" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error(quick):
    command = f'"{sys.executable}" -m lokus audit "{quick}" | head -n 1'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        env={**os.environ, "LOKUS_LANG": "id"},
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("Audit:")


def test_boundaries_are_checked_and_a_wrong_code_is_wrong_use(example, capsys):
    assert main(["boundaries", "check", str(example.parents[1] / "boundaries" / "desa.gpkg")]) == 0
    assert "255 desa/kelurahan di 22 kecamatan" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        main(["boundaries", "fetch", "6x"])
    assert stopped.value.code == 2
    assert "bukan kode kabupaten" in capsys.readouterr().err


@pytest.fixture
def odd_boundaries(tmp_path):
    """Give boundaries that need every option, and a table for them."""
    import geopandas as gpd
    from shapely.geometry import box

    shapes = gpd.GeoDataFrame(
        {
            "ID": [f"{kab}0{n % 2 + 1}000{n}" for kab in ("9901", "9902") for n in range(1, 5)],
            "NM": ["Désa A", "Désa B", "Désa C", "Désa D"] * 2,
            "KEC": ["Dua", "Satu", "Dua", "Satu"] * 2,
        },
        geometry=[box(104 + n / 50, -3, 104.02 + n / 50, -2.98) for n in range(8)],
        crs="EPSG:4326",
    )
    path = tmp_path / "batas.shp"
    shapes.to_crs(32748).to_file(path, encoding="cp1252")
    path.with_suffix(".cpg").write_text("UTF-8")
    path.with_suffix(".prj").unlink()
    rows = [f"{code};{code[:6]}2{code[-3:]}" for code in shapes["ID"]]
    (tmp_path / "jembatan.csv").write_text("\n".join(["bps;kemendagri", *rows]) + "\n")
    (tmp_path / "data.csv").write_text("Desa;Diukur;Stunting\nDésa A;10;1\n", encoding="utf-8")
    return path


OPTIONS = [
    "--crs", "EPSG:32748", "--pengodean", "cp1252", "--kolom", "kode=ID", "desa=NM", "kecamatan=KEC",
    "--kabupaten", "99.01",
]  # fmt: skip


def test_check_init_and_the_study_read_boundaries_alike(odd_boundaries, tmp_path, capsys):
    options = [*OPTIONS, "--jembatan", str(tmp_path / "jembatan.csv"), "--lapisan", "batas"]
    assert main(["boundaries", "check", str(odd_boundaries)]) == 1
    assert main(["boundaries", "check", str(odd_boundaries), *options]) == 0
    assert "4 desa/kelurahan di 2 kecamatan" in capsys.readouterr().out
    study = tmp_path / "kajian.toml"
    arguments = [str(odd_boundaries), str(tmp_path / "data.csv"), "--tahun", "2026", "--kajian", str(study)]
    assert main(["init", *arguments, *options]) == 0
    from lokus import Kajian

    villages = Kajian.open(study).boundaries.villages
    assert villages["desa"].tolist() == ["Désa B", "Désa D", "Désa A", "Désa C"]
    assert villages.crs == "EPSG:32748"


def test_a_column_that_names_nothing_is_wrong_use(odd_boundaries, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["boundaries", "check", str(odd_boundaries), "--kolom", "kod=ID"])
    assert stopped.value.code == 2
    assert "kode=KDEPUM" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "lokus.xlsx"), "kosongkan ruang"),
        (PermissionError(errno.EACCES, "Permission denied", "lokus.xlsx"), "tutup berkas itu"),
        (OSError("aneh"), "pastikan berkas itu ada"),
    ],
)
def test_what_the_system_refuses_is_told_without_a_traceback(monkeypatch, capsys, error, remedy):
    def refuse(_options):
        raise error

    monkeypatch.setattr(cli, "_audit", refuse)
    assert main(["audit", "kajian.toml"]) == 1
    told = capsys.readouterr().err
    assert "sistem menolak" in told
    assert remedy in told


def test_text_from_a_file_cannot_steer_the_terminal(capsys):
    assert main(["audit", "kajian\x1b[31m\u202etxt.toml"]) == 2
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert r"\x1b[31m\u202e" in told


def test_words_for_values_in_the_help_are_indonesian():
    from lokus.cli import _parser
    from lokus.i18n import use_language

    def words(parser):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                yield from (word for sub in action.choices.values() for word in words(sub))
            elif isinstance(action.metavar, str):
                yield action.metavar

    with use_language("id"):
        told = set(words(_parser()))
    assert {"BERKAS", "KUNCI", "ALAMAT", "KODE_EPSG", "KAJIAN", "FOLDER"} <= told
    assert not told & {"FILE", "PATH", "LOCK", "URL", "ADDRESS"}
