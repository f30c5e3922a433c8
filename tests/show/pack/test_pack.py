from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

import pytest

from lokus.errors import OutputError
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.tables.coverage_form import coverage_sheets
from lokus.show.maps.maps import Maps
from lokus.show.pack.pack import EXTRAS, write_pack


@pytest.fixture(scope="module")
def given(material):
    reconciliation = material.completeness.reset_index()[["kode_desa"]].assign(
        cara="nama persis", nilai=100.0
    )
    return {
        "maps": Maps(results=material.results, kecamatan=material.kecamatan, info=material.info),
        "material": replace(material, reconciliation=reconciliation),
        "sizes": ["A4"],
        "themes": ["usulan"],
        "write_lock": lambda path: path.write_text("{}"),
    }


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_how_many_make_them(given, tmp_path):
    told = {}
    packs = {}
    for processes in (1, 2):
        told[processes] = []
        packs[processes] = write_pack(
            tmp_path / str(processes), **{**given, "extras": EXTRAS}, processes=processes,
            on_step=lambda *step, told=told[processes]: told.append(step),
        )  # fmt: skip
    alone, together = packs[1], packs[2]
    assert [path.name for path in alone.files] == [path.name for path in together.files]
    for one, other in zip(alone.files, together.files, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    for steps in told.values():
        assert [number for _name, number, _total in steps] == list(range(len(steps)))
        assert {total for _name, _number, total in steps} == {len(steps)}
        assert steps[-1][0] == "Kunci kajian"
    assert sorted(name for name, *_rest in told[1]) == sorted(name for name, *_rest in told[2])


def test_files_are_listed_in_the_order_of_use(given, tmp_path):
    pack = write_pack(tmp_path / "p", **given)
    assert [path.name for path in pack.files] == [
        "peta_usulan_A4.png", "peta_usulan_A4.pdf", "peta_interaktif.html", "lokus.xlsx", "paparan.pptx",
        "laporan.html", "lampiran_keputusan.docx", "rancangan_keputusan.docx", "berita_acara.docx",
        "hasil.gpkg", "kajian.lock.json",
    ]  # fmt: skip


def test_a_failure_leaves_earlier_outputs_and_nothing_else(given, tmp_path, monkeypatch):
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "lokus.xlsx").write_text("lama")

    def fail(path):
        raise OSError("cakram penuh")

    with pytest.raises(OSError, match="cakram penuh"):
        write_pack(folder, **{**given, "write_lock": fail})
    assert [path.name for path in tmp_path.iterdir()] == ["p"]
    assert [path.name for path in folder.iterdir()] == ["lokus.xlsx"]
    assert (folder / "lokus.xlsx").read_text() == "lama"


@pytest.mark.slow
def test_a_failure_in_another_process_leaves_earlier_outputs_too(given, tmp_path):
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "lokus.xlsx").write_text("lama")
    odd = replace(given["material"], gaps=given["material"].gaps.drop(columns="opd"))
    with pytest.raises(KeyError, match="opd"):
        write_pack(folder, **{**given, "material": odd}, processes=2)
    assert [path.name for path in tmp_path.iterdir()] == ["p"]
    assert [path.name for path in folder.iterdir()] == ["lokus.xlsx"]
    assert (folder / "lokus.xlsx").read_text() == "lama"


@pytest.mark.parametrize("asked", ["0", "dua", "-1"])
def test_a_wrong_number_of_processes_is_told(given, tmp_path, monkeypatch, asked):
    monkeypatch.setenv("LOKUS_PROSES", asked)
    with pytest.raises(OutputError, match=f'LOKUS_PROSES bernilai "{asked}"') as refused:
        write_pack(tmp_path / "p", **given)
    assert "LOKUS_PROSES=1" in refused.value.remedy


def test_an_unknown_extra_is_told(given, tmp_path):
    with pytest.raises(ValueError, match="extras must be among"):
        write_pack(tmp_path / "p", **given, extras=("poster",))


def test_a_file_that_was_filled_in_is_never_written_over(given, tmp_path):
    folder = tmp_path / "p"
    digest = {"write_lock": lambda path: write_named(path)}
    write_pack(folder, **{**given, **digest, "extras": ("dokumen",)})
    write_pack(folder, **{**given, **digest, "extras": ("dokumen",)})  # unchanged since: replaced
    signed = b"ditandatangani"
    (folder / "berita_acara.docx").write_bytes(signed)
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(OutputError, match=r"berita_acara\.docx"):
        write_pack(folder, **{**given, **digest, "extras": ("dokumen",)})
    assert (folder / "berita_acara.docx").read_bytes() == signed
    assert sorted(path.name for path in folder.iterdir()) == before
    write_pack(folder, **{**given, **digest, "extras": ()})  # a run that does not write it leaves it
    assert (folder / "berita_acara.docx").read_bytes() == signed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extra", "name", "needs"),
    [
        ("orang_tua_asuh", "register_orang_tua_asuh.xlsx", {"foster_period": "Semester 1 Tahun 2026"}),
        ("aksi_bangda", "cakupan_esensial.xlsx", {"coverage_sheets": coverage_sheets(load_catalogue())}),
    ],
)
def test_a_form_that_was_filled_in_is_never_written_over_nor_published(given, extra, name, needs, tmp_path):
    folder, digest = tmp_path / "p", {"write_lock": lambda path: write_named(path)}
    asked = {**given, **digest, "sizes": (), "themes": (), "extras": (extra,)}
    none = write_pack(folder, **asked)
    assert not any(path.name == name for path in none.files)  # the study has no use for it
    asked["material"] = replace(given["material"], **needs)
    (form,) = [path for path in write_pack(folder, **asked).files if path.name == name]
    form.write_bytes(b"sudah diisi")
    with pytest.raises(OutputError, match=re.escape(name)):
        write_pack(folder, **asked)
    assert form.read_bytes() == b"sudah diisi"
    public = write_pack(tmp_path / "umum", **asked, public=True, catalogue=load_catalogue())
    assert not any(path.name == name for path in public.files)


def write_named(path):
    files = sorted(file for file in path.parent.iterdir() if file != path)
    outputs = [{"berkas": f.name, "sha256": hashlib.sha256(f.read_bytes()).hexdigest()} for f in files]
    path.write_text(json.dumps({"keluaran": outputs}))


def test_the_public_version_holds_no_document_to_be_signed(given, tmp_path):
    from lokus.intake.indicators.catalogue import load_catalogue

    pack = write_pack(
        tmp_path / "p", **{**given, "extras": ("dokumen",)}, public=True, catalogue=load_catalogue()
    )
    assert not [path.name for path in pack.files if path.suffix == ".docx"]
