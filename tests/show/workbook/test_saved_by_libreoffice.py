"""An office fills a form with LibreOffice: what that program saves is read back as what was typed."""

from __future__ import annotations

import shutil
import subprocess
import tomllib

import openpyxl
import pandas as pd
import pytest

from lokus import Kajian
from lokus.draft import draft_study
from lokus.followup.case_audit import audit_shortlist
from lokus.followup.gaps import find_gaps
from lokus.intake.earlier.audit_sheet import AUDIT_HEADS, read_audit_returns
from lokus.intake.earlier.foster_register import FOSTER_HEADS, read_foster_register
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.tables.coverage_form import FORM_PLACE, coverage_sheets
from lokus.settings.read import settings_from_mapping
from lokus.show.documents.request import DataRequests, study_lines, write_request_workbook
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.audit_form import write_audit_form
from lokus.show.workbook.coverage_workbook import write_coverage_form
from lokus.show.workbook.foster_form import write_foster_form
from tests.tiny_study import tiny_mapping, to_toml

CATALOGUE = load_catalogue()
INFO = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
PERIOD = "Semester 1 Tahun 2026"
OFFICE = "Dinas PUPR & Perkim"
VILLAGES = pd.DataFrame(
    {"desa": ["Alai", "Batu"], "kecamatan": "Air", "kode_kecamatan": "990101", "anak_stunting": [12.4, 8.0]},
    index=["9901012001", "9901012002"],
)


def fill(path, values, *, mark="Kode desa", sheet=0):
    """Write (row below the heading, heading, value) into the sheet that has a heading `mark`."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]
    head = next(row for row in page.iter_rows() if any(cell.value == mark for cell in row))
    place = {cell.value: cell.column for cell in head}
    for number, name, value in values:
        page.cell(row=head[0].row + number, column=place[name]).value = value
    book.save(path)


def gappy_study(folder):
    """A study in which one office is asked for two values; they are 41,5 and 62."""
    plain = {key: value for key, value in tiny_mapping(folder).items() if value is not None}
    plain.pop("tahun_lalu", None)
    data = pd.read_csv(folder / "data_2026.csv", dtype={"kode_desa": str})
    data["sanitasi"] = data["sanitasi"].astype(float)
    data.loc[[0, 3], "sanitasi"] = None
    data.to_csv(folder / "data_2026.csv", index=False)
    plain["tabel"] = [{**plain["tabel"][0], "opd": OFFICE}, *plain["tabel"][1:]]
    (folder / "kajian.toml").write_text(to_toml(plain), encoding="utf-8")
    return plain, data.loc[[0, 3], "kode_desa"].tolist()


@pytest.fixture(scope="module")
def saved(root, tmp_path_factory):
    """Folder of forms filled in and saved by LibreOffice in one go, with what is needed to read them."""
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("no LibreOffice on this machine")
    folder = tmp_path_factory.mktemp("formulir")
    listed = audit_shortlist(
        VILLAGES, gaps=find_gaps(VILLAGES, {}, CATALOGUE), examined=[], catalogue=CATALOGUE, n=2
    )
    causes = {key: CATALOGUE[key].label for key in ("air_layak", "cakupan_imunisasi")}
    audit = write_audit_form(folder / "hasil_audit_kasus.xlsx", listed, INFO, causes=causes)
    fill(audit, [(1, AUDIT_HEADS["kelompok"], "balita"), (1, AUDIT_HEADS["sebab"], causes["air_layak"]),
                 (1, AUDIT_HEADS["kasus"], 3), (1, AUDIT_HEADS["status"], "selesai")],
         mark=AUDIT_HEADS["kode_desa"])  # fmt: skip
    foster = write_foster_form(folder / "register_orang_tua_asuh.xlsx", VILLAGES, INFO, period=PERIOD)
    given = {"berjanji": 4, "memberi": 3, "anak": 9, "kunjungan": 6, "jenis": "nutrisi; jamban"}
    fill(foster, [(2, FOSTER_HEADS[key], value) for key, value in given.items()],
         mark=FOSTER_HEADS["kode_desa"])  # fmt: skip
    own = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml").boundaries.villages
    frame = pd.DataFrame(own[["desa", "kecamatan", "kode_kecamatan"]])
    coverage = write_coverage_form(
        folder / "cakupan_esensial.xlsx", frame, INFO, sheets=coverage_sheets(CATALOGUE)
    )
    fill(coverage, [(1, "Remaja putri", 77), (4, "Remaja putri", 120)],
         mark=FORM_PLACE["kode"], sheet="Remaja")  # fmt: skip
    plain, codes = gappy_study(folder)
    kajian = Kajian.open(folder / "kajian.toml")
    asked = DataRequests(info=kajian.info, formalities=kajian.formalities, rows=kajian.requests)
    request = write_request_workbook(folder / "isian.xlsx", asked, OFFICE)
    lines = tomllib.loads("\n".join(study_lines(asked, OFFICE, workbook="isian.xlsx")))
    head = lines["tabel"][0]["indikator"]["sanitasi_layak"]
    fill(request, [(1, head, 41.5), (2, head, 62)], mark="Kode")
    out = folder / "disimpan"
    subprocess.run(
        [soffice, f"-env:UserInstallation={(folder / 'profil').as_uri()}", "--headless", "--convert-to",
         "xlsx", "--outdir", str(out), *map(str, (audit, foster, coverage, request))],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    for path in (audit, foster, coverage, request):
        assert (out / path.name).read_bytes() != path.read_bytes()
        shutil.copy(out / path.name, path)
    return folder, plain, lines, codes


@pytest.mark.slow
def test_the_form_of_the_case_audit(saved):
    rows = read_audit_returns(
        [saved[0] / "hasil_audit_kasus.xlsx"], villages=list(VILLAGES.index), catalogue=CATALOGUE
    )
    assert rows[["kode_desa", "kelompok", "sebab", "kasus", "status"]].to_numpy().tolist() == [
        ["9901012001", "balita", "air_layak", 3.0, "selesai"]
    ]


@pytest.mark.slow
def test_the_register_of_foster_parents(saved):
    rows = read_foster_register(
        [saved[0] / "register_orang_tua_asuh.xlsx"], villages=VILLAGES, periods=[PERIOD]
    )
    assert rows.to_numpy().tolist() == [["9901012002", PERIOD, 4.0, 3.0, 9.0, 6.0, "nutrisi; jamban"]]


@pytest.mark.slow
def test_the_form_of_the_essential_coverages(saved, root):
    folder = saved[0]
    own = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml").boundaries.villages
    text = draft_study(
        root / "data" / "boundaries" / "desa.gpkg", [folder / "cakupan_esensial.xlsx"], folder=folder,
        year=2026, official=root / "data" / "indicators" / "daftar_desa.csv",
    )  # fmt: skip
    (folder / "cakupan.toml").write_text(text, encoding="utf-8")
    study = Kajian.open(folder / "cakupan.toml")
    assert not [one for joined in study.joined for one in joined.findings if one.level == "blocking"]
    read = study.indicators["remaja_putri"].dropna()
    assert sorted(read) == [77.0, 120.0]
    assert set(read.index) <= set(own.index)
    book = openpyxl.load_workbook(folder / "cakupan_esensial.xlsx")["Remaja"]
    typed = {row[0].value.replace(".", "") for row in book.iter_rows() if {77, 120} & {c.value for c in row}}
    assert set(read.index) == typed


@pytest.mark.slow
def test_the_workbook_of_a_request_for_data(saved):
    folder, plain, lines, codes = saved
    both = {**plain, "tabel": [*plain["tabel"], *lines["tabel"]]}
    again = Kajian(stated=settings_from_mapping(both, file="kajian.toml"), path=folder / "kajian.toml")
    assert again.requests.empty
    assert again.indicators.loc[sorted(codes), "sanitasi_layak"].tolist() == [41.5, 62.0]
