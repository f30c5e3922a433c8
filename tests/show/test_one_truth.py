"""No figure exists in two versions: outputs are read back, and every figure that two share is compared."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from lokus import Kajian
from lokus.places.kode import format_kode
from lokus.show.documents.decree import write_decree_annex, write_decree_draft
from lokus.show.documents.minutes import write_minutes
from lokus.show.documents.situation import write_situation
from lokus.show.pack.geopackage import write_csv, write_geopackage
from lokus.show.pack.period_writer import write_period_report
from lokus.show.report.report import write_report
from lokus.show.results.parts import kecamatan_names
from lokus.show.slides.slides import write_slides
from lokus.show.web.web_map import write_web_map
from lokus.show.workbook.workbook import write_workbook
from lokus.stages.periods import find_period, period_report
from tests import docx_reader
from tests.show.figure_reader import (
    Read,
    all_tables,
    atlas_lines,
    from_document,
    from_frame,
    from_report,
    from_slides,
    from_web_map,
    from_workbook,
    page_data,
)


def number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))


READERS = {
    "lokus.xlsx": from_workbook,
    "paparan.pptx": from_slides,
    "laporan.html": from_report,
    "lampiran_keputusan.docx": from_document,
    "berita_acara.docx": from_document,
    "ansit.docx": from_document,
    "peta_interaktif.html": from_web_map,
    "hasil.gpkg": from_frame,
    "hasil.csv": from_frame,
}


def read_back(folder: Path, results) -> dict[str, Read]:
    """Every reading of every output there is."""
    names = {
        (str(kecamatan), str(desa)): format_kode(str(kode))
        for kode, kecamatan, desa in zip(results.index, results["kecamatan"], results["desa"], strict=True)
    }
    found: dict[str, Read] = {}
    for name, reader in READERS.items():
        if (folder / name).exists():
            found |= reader(folder / name, names)
    return found


def compare(found: dict[str, Read]) -> tuple[int, list[str]]:
    """Number of figures that two readings share, and those of them that differ."""
    versions: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for source, read in found.items():
        for key, text in read.items():
            versions[key][text].append(source)
    shared = sum(len([s for sources in texts.values() for s in sources]) > 1 for texts in versions.values())
    different = [f"{key}: {dict(texts)}" for key, texts in versions.items() if len(texts) > 1]
    return shared, different


def headlines(folder: Path) -> dict[str, set[str]]:
    """Headline figures by output, found by the sentences that tell them."""
    from tests.deck_reader import words

    texts = {}
    if (folder / "laporan.html").exists():
        texts["laporan"] = re.sub(r"<[^>]+>", " ", (folder / "laporan.html").read_text(encoding="utf-8"))
    if (folder / "paparan.pptx").exists():
        from pptx import Presentation

        texts["paparan"] = words(Presentation(str(folder / "paparan.pptx")))
    for name in ("rancangan_keputusan.docx", "berita_acara.docx"):
        if (folder / name).exists():
            texts[name] = docx_reader.text(folder / name)
    if (folder / "peta_interaktif.html").exists():
        texts["peta"] = page_data(folder / "peta_interaktif.html")["text"]["list"]
    patterns = {
        "lokus": r"(\d+) (?:desa(?:/kelurahan)? )?(?:lokus )?(?:di|pada) (\d+) kecamatan",
        "anak": r"(\S+) dari (\S+) anak stunting",
        "kosong": r"(\S+) dari (\S+) nilai yang (?:perlu|dibutuhkan)",
    }
    found: dict[str, set[str]] = defaultdict(set)
    for told in texts.values():
        for name, pattern in patterns.items():
            found[name] |= {" ".join(match) for match in re.findall(pattern, " ".join(told.split()))}
    return found


def write_all(material, folder, sheet):
    write_workbook(folder / "lokus.xlsx", material)
    write_slides(folder / "paparan.pptx", material, sheets=sheet)
    write_report(folder / "laporan.html", material, sheets=sheet)
    write_decree_annex(folder / "lampiran_keputusan.docx", material)
    write_decree_draft(folder / "rancangan_keputusan.docx", material)
    write_minutes(folder / "berita_acara.docx", material)
    write_web_map(material.results, material.kecamatan, material.info, folder / "peta_interaktif.html")
    write_geopackage(material.results, material.kecamatan, folder / "hasil.gpkg")
    write_csv(material.results, folder / "hasil.csv")


@pytest.mark.parametrize("which", ["material", "reviewed", "hard_reviewed"])
def test_outputs_of_a_small_study_agree(which, request, small_sheet, tmp_path):
    material = request.getfixturevalue(which)
    write_all(material, tmp_path, small_sheet)
    found = read_back(tmp_path, material.results)
    shared, different = compare(found)
    assert not different
    assert shared > 3 * len(material.results)
    sources = {source for source, read in found.items() if read}
    assert {"lokus.xlsx:Lampiran SK", "lokus.xlsx:Peringkat", "paparan.pptx", "laporan.html"} <= sources
    assert {"lokus.xlsx:Dasar penetapan"} <= sources
    assert {"peta_interaktif.html", "peta_interaktif.html:warna", "hasil.gpkg", "hasil.csv"} <= sources
    assert {"lampiran_keputusan.docx", "berita_acara.docx"} <= sources
    for name, versions in headlines(tmp_path).items():
        assert len(versions) <= 1, (name, versions)


def test_a_figure_in_two_versions_is_noticed(reviewed, small_sheet, tmp_path):
    write_all(reviewed, tmp_path, small_sheet)
    found = read_back(tmp_path, reviewed.results)
    key = next(key for key, text in found["laporan.html"].items() if key[1] == "prevalensi" and text != "–")
    found["laporan.html"][key] = "99,9"
    assert len(compare(found)[1]) == 1


# What a lokus is never listed without: measured, estimate with interval, recorded and estimated children,
# share measured, and the mark of what is not yet reliable.
RESTS_ON = {"prevalensi_mentah", "prevalensi", "prevalensi_bawah", "prevalensi_atas", "stunting",
            "anak_stunting", "cakupan_pengukuran", "keandalan"}  # fmt: skip
LISTS = ("lokus.xlsx:Dasar penetapan", "lokus.xlsx:Peringkat", "paparan.pptx", "laporan.html",
         "berita_acara.docx", "ansit.docx")  # fmt: skip


def not_told(found: dict[str, Read], chosen) -> list[str]:
    """What a list does not tell of a lokus, or a mark that is not the one that its results give."""
    faults = []
    for source in LISTS:
        for kode, weak in chosen["belum_andal"].items():
            code = format_kode(str(kode))
            told = {column for other, column in found[source] if other == code}
            faults += [f"{source}: {code} without {column}" for column in sorted(RESTS_ON - told)]
            if (found[source].get((code, "keandalan")) == "belum andal") != bool(weak):
                faults.append(f"{source}: {code} marked {found[source].get((code, 'keandalan'))!r}")
    return faults


def test_every_lokus_stands_with_what_it_rests_on(demo, small_sheet, tmp_path):
    results = demo.material.results
    weak = results.index.isin(demo.material.chosen.index[:3])
    material = replace(demo.material, results=results.assign(belum_andal=weak, tanpa_pengukuran=False))
    write_all(material, tmp_path, small_sheet)
    write_situation(tmp_path / "ansit.docx", material)
    found = read_back(tmp_path, material.results)
    chosen = material.chosen
    assert chosen["belum_andal"].sum() == 3
    assert not_told(found, chosen) == []
    code = format_kode(str(chosen.index[0]))
    del found["berita_acara.docx"][code, "cakupan_pengukuran"]
    found["laporan.html"][code, "keandalan"] = "?"
    noticed = not_told(found, chosen)
    assert f"berita_acara.docx: {code} without cakupan_pengukuran" in noticed


def test_the_total_of_the_scores_is_the_sum_of_the_scores_that_are_listed(demo, small_sheet, tmp_path):
    material = demo.material
    write_workbook(tmp_path / "lokus.xlsx", material)
    write_report(tmp_path / "laporan.html", material, sheets=small_sheet)
    found = read_back(tmp_path, material.results)
    rows = [
        row for sheet in load_workbook(tmp_path / "lokus.xlsx") for row in sheet.iter_rows(values_only=True)
    ]
    said = [" ".join(str(cell) for row in rows for cell in row if cell is not None)]
    said.append((tmp_path / "laporan.html").read_text(encoding="utf-8"))
    listed = {format_kode(str(kode)) for kode in material.chosen.index}
    scores = [
        number(text)
        for (code, column), text in found["lokus.xlsx:Dasar penetapan"].items()
        if column == "skor" and code in listed
    ]
    assert len(scores) == len(material.chosen)
    for text in said:
        # The bound of the proof is the same number where the list is proven to be the best.
        totals = {number(told) for told in re.findall(r": jumlah skor ([\d.]+,\d) \(tiap desa 0–100\)", text)}
        assert len(totals) == 1
        # Each score is rounded to a tenth.
        assert abs(totals.pop() - sum(scores)) <= 0.05 * len(scores)


def check_pack(folder: Path, results, *, least: int) -> None:
    found = read_back(folder, results)
    shared, different = compare(found)
    print(f"{folder.name}: {shared} figures shared by two outputs or more, {len(different)} differ")  # noqa: T201
    assert not different[:5], f"{len(different)} figures in two versions"
    assert shared > least
    layers = {layer["key"]: layer for layer in page_data(folder / "peta_interaktif.html")["layers"]}
    if "peluang" in layers:
        # The map counts the classes of certainty that the tables count, villages without data apart.
        drawn = sorted(entry["count"] for entry in layers["peluang"]["classes"] if entry["count"])
        assert drawn == sorted(results["kelas_kepastian"].value_counts())
    for name, versions in headlines(folder).items():
        assert len(versions) <= 1, (name, versions)
    lines = atlas_lines(folder / "atlas_kecamatan.pdf") if (folder / "atlas_kecamatan.pdf").exists() else None
    if lines:
        chosen = results[results["nomor"].notna()]
        annex = found["lokus.xlsx:Dasar penetapan"]
        for kode, desa, number in zip(chosen.index, chosen["desa"], chosen["nomor"], strict=True):
            code = format_kode(str(kode))
            # A dash stands on a line of its own in the text of a PDF, so a row is up to three lines.
            starts = [n for n, line in enumerate(lines) if line.startswith(f"{int(number)} {desa} ")]
            rows = [" ".join(lines[n : n + 3]) for n in starts]
            told = [annex[code, column] for column in ("skor", "peluang_lokus") if (code, column) in annex]
            assert any(all(f" {text} " in f"{row} " for text in told) for row in rows), (desa, told, rows)


# Of a table of what the field sent back: the headings that mark it, and those that name a row.
FIELD = {
    "audit": ({"Sebab", "Kasus", "Anjuran"}, ("Kecamatan", "Desa/Kelurahan", "Sebab")),
    "asuh": ({"Anak terjangkau", "Kunjungan"}, ("Periode", "Kecamatan", "Desa/Kelurahan")),
    "kelembagaan": ({"Kelembagaan", "Desa yang memilikinya"}, ("Kelembagaan",)),
}


def field_figures(path: Path, kecamatan: str = "") -> Read:
    """Figures of what the field sent back, by what names the row; `kecamatan` is that of the whole file."""
    read: Read = {}
    for heads, *rows in all_tables(path):
        for family, (marks, names) in FIELD.items():
            if not marks <= set(heads):
                continue
            for cells in rows:
                row = dict(zip(heads, cells, strict=False))
                if kecamatan and "Kecamatan" not in row and family != "kelembagaan":
                    row["Kecamatan"] = kecamatan
                place = " / ".join(f"{name}={row[name]}" for name in names if name in row)
                if kecamatan and family == "kelembagaan":
                    place += f" / {kecamatan}"
                for head, text in row.items():
                    if head not in (*names, "OPD", "Lokus", "Jenis bantuan"):
                        read[f"{family}: {place}", head] = "–" if text == "belum ada data" else text
    return read


@pytest.mark.slow
def test_what_the_field_sent_back_is_told_alike_in_every_output(root, small_sheet, tmp_path):
    kajian = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    material = kajian.material
    write_workbook(tmp_path / "lokus.xlsx", material)
    write_slides(tmp_path / "paparan.pptx", material, sheets=small_sheet)
    write_report(tmp_path / "laporan.html", material, sheets=small_sheet)
    write_situation(tmp_path / "ansit.docx", material)
    write_period_report(tmp_path, period_report(kajian, find_period(kajian)))
    found = {path.name: field_figures(path) for path in tmp_path.iterdir() if path.suffix != ".csv"}
    for kode, name in kecamatan_names(material).items():
        path = write_situation(tmp_path / f"ansit_{kode}.docx", material, kecamatan=kode)
        found[path.name] = field_figures(path, name)
    shared, different = compare(found)
    assert not different[:5], f"{len(different)} figures in two versions"
    assert shared > 1000
    for family in FIELD:
        holders = {name for name, read in found.items() if any(key[0].startswith(family) for key in read)}
        assert {"lokus.xlsx", "paparan.pptx", "laporan.html", "ansit.docx"} <= holders, family
    periodic = {"laporan_semester_1_2026.docx", "laporan_semester_1_2026.xlsx"}
    assert all(any(key[0].startswith("audit") for key in found[name]) for name in periodic)
    # What the tables say is what was returned, added up by other means.
    rows = kajian.audit_rows
    wells = rows[rows["sebab"] == "air_layak"]["kasus"].sum()
    assert found["laporan.html"]["audit: Sebab=Akses air minum layak", "Kasus"] == f"{wells:.0f}"
    # A figure in another version is noticed.
    found["laporan.html"]["audit: Sebab=Akses air minum layak", "Kasus"] = "999"
    assert len(compare(found)[1]) == 1


@pytest.mark.slow
def test_all_outputs_of_the_example_agree(root, tmp_path):
    kajian = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    kajian.write(tmp_path / "contoh")
    check_pack(tmp_path / "contoh", kajian.results, least=3000)


@pytest.mark.slow
def test_all_outputs_of_a_real_study_agree(root, shared_data, tmp_path):
    kajian = Kajian.open(root / "tests" / "pasangkayu" / "kajian.toml")
    kajian.write(tmp_path / "pasangkayu")
    check_pack(tmp_path / "pasangkayu", kajian.results, least=300)
