"""Forms of lokus as villages and audit teams send them back: foster parents, results of the case audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from example_kabupaten.excel import Cell, Sheet
from example_kabupaten.layouts import BANNER, dotted
from example_kabupaten.streams import stream
from lokus.intake.earlier.audit_sheet import AUDIT_HEADS
from lokus.intake.earlier.foster_register import FOSTER_HEADS, FOSTER_HELP, FOSTER_PLACE

if TYPE_CHECKING:
    from example_kabupaten.kabupaten import Kabupaten

__all__ = ["audit_sheet", "foster_sheet"]

AUDITED = 10
# Cause, risk group, what the team advises: of a cause as the catalogue codes it.
_ADVICE = (
    ("air_layak", "balita", "Perbaikan sumber air minum keluarga"),
    ("sanitasi_layak", "balita", "Jamban sehat melalui dana desa"),
    ("cakupan_asi_eksklusif", "balita", "Konseling menyusui oleh kader"),
    ("cakupan_imunisasi", "balita", "Kunjungan imunisasi kejar"),
    ("cakupan_mp_asi", "balita", "Kelas pemberian makan anak"),
    ("cakupan_bumil_ttd", "bumil", "Pemantauan minum tablet tambah darah"),
    ("cakupan_bumil_kek_asupan", "bumil", "Makanan tambahan bagi ibu hamil KEK"),
    ("cakupan_kb_pascasalin", "nifas", "Konseling KB sebelum pulang bersalin"),
    ("cakupan_catin_periksa", "catin", "Pemeriksaan kesehatan sebelum nikah"),
)


def foster_sheet(kabupaten: Kabupaten, year: int, semester: int) -> Sheet:
    """Register of a semester: rows of the villages that sent it back, with numbers some do not know."""
    rng = stream(kabupaten.seed, "foster", year, semester)
    step = (year - kabupaten.years[0]) * 2 + semester - 2
    villages = kabupaten.villages
    truth = pd.DataFrame(kabupaten.truth.loc[year]).reindex(villages.index)
    due = truth["sasaran"] * truth["prevalensi"] / 100
    groups = np.unique(villages["kode_kecamatan"].to_numpy(str))
    order = stream(kabupaten.seed, "foster").permutation(groups)  # who joins stays
    joined = set(order[: round(len(groups) * min(0.9, 0.6 + 0.2 * step))])
    heads = [
        *(
            FOSTER_HEADS["kode_desa"],
            FOSTER_PLACE["kecamatan"],
            FOSTER_PLACE["desa"],
            FOSTER_HEADS["periode"],
        ),
        *(FOSTER_HEADS[key] for key in ("berjanji", "memberi", "anak", "kunjungan", "jenis")),
    ]
    sheet = Sheet(title="Register")
    sheet.add(["REGISTER ORANG TUA ASUH (GENTING), ANGKA PER DESA TANPA DATA ORANG"], bold=True)
    sheet.add([BANNER])
    sheet.add(heads, bold=True)
    for kode, place in villages.iterrows():
        sent, whole, missing = rng.random(3)
        pledged = int(rng.poisson(0.25 * due[kode] + 1.0))
        gave = int(rng.binomial(pledged, 0.7))
        reached = int(min(round(due[kode]), gave + rng.poisson(0.6 * gave))) if gave else 0
        visits: Cell = int(rng.poisson(2.0 * reached))
        kinds = "; ".join(kind for kind in FOSTER_HELP if rng.random() < 0.28) or FOSTER_HELP[0]
        if place["kode_kecamatan"] not in joined or sent < 0.08:
            continue
        counts: list[Cell] = [pledged, gave, reached, None if missing < 0.06 else visits]
        if whole < 0.05:  # only the pledges are known
            counts = [pledged, None, None, None]
        period = f"Semester {semester} Tahun {year}"
        names = [place["kecamatan"], place["desa"]]
        sheet.add([dotted(str(kode)), *names, period, *counts, kinds if gave else None])
    return sheet


def audit_sheet(kabupaten: Kabupaten, year: int) -> Sheet:
    """Results of the case audit in lokus of a year: causes by code, counts, what was advised and done."""
    rng = stream(kabupaten.seed, "audit", year)
    stunted = kabupaten.tables[year]["stunting"].reindex(kabupaten.lokus.index).fillna(0)
    audited = stunted.sort_values(ascending=False, kind="stable").index[:AUDITED].sort_values()
    heads = [AUDIT_HEADS["kode_desa"], "Desa/Kelurahan", *list(AUDIT_HEADS.values())[1:]]
    sheet = Sheet(title="Hasil audit kasus")
    sheet.add([f"HASIL AUDIT KASUS STUNTING TAHUN {year}, TANPA NAMA DAN NIK"], bold=True)
    sheet.add([BANNER])
    sheet.add(heads, bold=True)
    for kode in audited:
        place = kabupaten.villages.loc[kode]
        chosen = sorted(rng.choice(len(_ADVICE), size=int(rng.integers(3, 6)), replace=False))
        for cause, group, advice in (_ADVICE[number] for number in chosen):
            cases = int(1 + rng.binomial(int(stunted[kode]), 0.35))
            status = str(rng.choice(["belum", "berjalan", "selesai"], p=[0.35, 0.35, 0.3]))
            name = f"{place['desa']}, {place['kecamatan']}"
            sheet.add([dotted(str(kode)), name, group, cause, cases, advice, status])
    return sheet
