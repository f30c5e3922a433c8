"""Study files damaged at random, and run as far as they go: every refusal is one of lokus, with a remedy."""

from __future__ import annotations

import copy
import math
import random
import shutil
import sys
import time
from collections import Counter

import pytest
from tiny_study import tiny_mapping, to_toml

from lokus import Kajian, LokusError
from lokus.errors import StudyFileError

ODD = [
    None, True, False, 0, -1, 1, 2, 3, 7, 10**9, 2**31, 2**63, 10**30, 0.0, -0.5, 0.5, 1.0, 1e-300,
    1e300, math.inf, -math.inf, math.nan, "", " ", "x", "tidak ada", "0", "2026", "=1+1", "<b>x</b>",
    "x/../../../nama", "CON", "\u202e", "\x07", "a" * 600, "http://contoh.id/a.csv",
    "/vsicurl/http://contoh.id/a.csv", "../kajian.toml", "desa.gpkg", "data_2026.csv", "resmi.csv",
    "sk_2025.csv", "kecocokan.csv", "kajian.toml", "prevalensi", "prevalensi_mentah", "anak_stunting",
    "stunting", "diukur", "sasaran", "krs", "krs_persen", "ikl", "keluarga", "desil_1_2",
    "sanitasi_layak", "cakupan_layanan", "kode_desa", "desa", "kecamatan", "semua", "lokus", "kelurahan",
    "99.01.01.2001", "9901012001", "99.99.99.2999", "990101", [], {}, [1], ["x"], [[]], {"x": 1},
    {"x": {}}, ["desil_1_2", "desil_1_2"], ["prevalensi", "keluarga"], {"desil_1_2": 1.0},
    {"keluarga": 5}, {"prevalensi": [0.0, 40.0]}, [{"x": 1}],
]  # fmt: skip

# Sections that the small study leaves out, so that damage reaches them too.
MORE = {
    "katalog": {
        "rumah_kumuh": {"label": "Rumah kumuh", "buruk": "tinggi", "rentang": [0, 100], "satuan": "persen"}
    },
    "audit": {"terima": [{"temuan": "join.no_row", "alasan": "sudah dicek"}]},
    "sasaran_penerima": {"bumil": "bumil"},
}
SCORES = [
    {"bobot": {"prevalensi": 1.0}},
    {"pembobotan": "entropi", "indikator": ["prevalensi", "desil_1_2"]},
    {"ahp": {"prevalensi": {"desil_1_2": 3.0}}},
    {"prasetel": "ambang_prevalensi"},
    {"prasetel": "empat_kriteria"},
    {"bobot": {"prevalensi": 1.0, "desil_1_2": 1.0}, "metode": "topsis"},
    {"bobot": {"prevalensi": 1.0, "desil_1_2": 1.0}, "metode": "geometrik", "data_kosong": "tahan"},
    {"bobot": {"desil_1_2": 1.0}, "batas_tetap": {"desil_1_2": [0.0, 60.0]}},
]
# Keys that the small study leaves out: any of them, alone or with others, must run or be refused.
KEYS = [
    ("laju.pengaruh", "kecamatan"),
    ("laju.pengaruh", "tetangga"),
    ("laju.pengaruh", "otomatis"),
    ("laju.ambang", 14),
    ("laju.rasio_odds_tak_terukur", 100.0),
    ("laju.cakupan_andal", 100),
    ("laju.kovariat", []),
    ("pola.indikator", "desil_1_2"),
    ("pola.indikator", "keluarga"),
    ("pola.taraf_nyata", 0.499),
    ("pola.koreksi", "tanpa"),
    ("pola.pemindaian", {"bagian_terbesar": 0.0001, "ulangan": 99}),
    ("tipologi.cara", "ward"),
    ("tipologi.banyak_tipe", 12),
    ("pilihan.tepat_kecamatan", 4),
    ("pilihan.min_per_kecamatan", 2),
    ("pilihan.maks_per_kecamatan", 1),
    ("pilihan.kuota", {"990101": 3, "990102": 0}),
    ("pilihan.kuota", {"990199": 1}),
    ("pilihan.dipertahankan", ["9901012001", "9901099999"]),
    ("pilihan.min_dipertahankan", 1),
    ("pilihan.jenis", {"desa": {"maks": 2, "min": 3}}),
    ("pilihan.anggaran", 900.0),
    ("pilihan.biaya", "keluarga"),
    ("pilihan.tujuan", "anak"),
    ("pilihan.tujuan", "campuran"),
    ("pilihan.porsi_skor", 0.5),
    ("pilihan.jumlah", 24),
    ("pilihan.jumlah", 25),
    ("pilihan.kunci_masuk", [{"kode": "9901012001", "alasan": "x"}]),
    ("pilihan.kunci_keluar", [{"kode": "9901012001", "alasan": "x"}]),
    ("ketidakpastian.laju", False),
    ("ketidakpastian.konsentrasi_bobot", 1e-9),
    ("ketidakpastian.konsentrasi_bobot", 1e9),
    ("ketidakpastian.galat", {"desil_1_2": 1e9}),
    ("ketidakpastian.galat", {"sanitasi_layak": 5.0}),
    ("skor.metode", "topsis"),
    ("skor.metode", "geometrik"),
    ("skor.metode", "jumlah_peringkat"),
    ("skor.normalisasi", "zscore"),
    ("skor.normalisasi", "peringkat"),
    ("skor.normalisasi", "batas"),
    ("skor.data_kosong", "tahan"),
    ("skor.batas_merah", {"prevalensi": 14.0, "desil_1_2": 20.0}),
    ("skor.batas_tetap", {"prevalensi": [40.0, 0.0]}),
    ("skor.tidak_berlaku", {"desil_1_2": "desa"}),
    ("skor.pengganti", {"prevalensi": "prevalensi_mentah"}),
    ("skor.batas_kelas", {"prevalensi": [5.0, 4.0, 3.0, 2.0, 1.0]}),
    ("tahun_lalu.kajian", "kajian.toml"),
    ("tahun_lalu.min_tahun", 2),
    ("tahun_lalu.maks_berubah", 0),
    ("tahun_lalu.lulus", {"target": 99.9, "peluang": 1.0, "kunci_keluar": True}),
    ("tahun_lalu.kalender", ["sk_2025.csv"]),
    ("tahun_lalu.riwayat", [{"tahun": 2024, "berkas": "sk_2024.csv", "tempat": {"kode": "kode_desa"}}]),
    ("tahun_lalu.riwayat", [{"tahun": 2025, "berkas": "sk_2024.csv", "tempat": {"kode": "kode_desa"}}]),
    ("tahun_lalu.riwayat", [{"tahun": 2030, "berkas": "data_2023.csv", "tempat": {"desa": "desa"}}]),
    ("batas.kode_kabupaten", "16.03"),
    ("batas.crs", "EPSG:99999"),
    ("batas.crs", "x"),
    ("batas.crs", "EPSG:23830"),
    ("batas.lapisan", "tidak ada"),
    ("batas.berkas", "data_2026.csv"),
    ("batas.daftar_resmi.berkas", "sk_2025.csv"),
    ("kesenjangan.ambang", {"prevalensi": 14, "desil_1_2": 20}),
    ("kesenjangan.semua_desa", True),
    ("audit_kasus.lingkup", "semua"),
    ("audit_kasus.jumlah", 24),
    ("lintasan.diukur", "rutin"),
    ("lintasan.balita", 1e9),
    ("lintasan.target", {"tahun": 2023, "persen": 30}),
    ("keluaran.batas_kelas", {"desil_1_2": [3.0, 2.0]}),
    ("keluaran.peta", ["indikator:desil_1_2", "tidak ada"]),
    ("keluaran.logo", "desa.gpkg"),
    ("keluaran.sekitar", "sekitar.geojson"),
    ("keluaran.sekitar", "data_2026.csv"),
    ("keluaran.publik", True),
    ("audit.kecocokan", "data_2026.csv"),
    ("kajian.tahun", 2030),
    ("kajian.bahasa", "en"),
    ("kajian.benih", 2**32 - 1),
    ("ketidakpastian.undian", 101),
]
STAGES = ("audit", "results", "lock", "gaps", "interventions", "sharings", "beneficiaries", "trajectory",
          "case_audit", "clusters", "review", "material")  # fmt: skip


def places(plain, path=()):
    """Every place in nested mappings and lists."""
    items = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, value in list(items):
        yield (*path, key)
        yield from places(value, (*path, key))


def holder(plain, path):
    for step in path[:-1]:
        plain = plain[step]
    return plain


def nearby(value, rng):
    """Another value of the same kind, which may well be right."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice([value + 1, max(value - 1, 0), value * 10, 0, 1, 2, 24])
    if isinstance(value, float):
        return rng.choice([value / 10, value * 10, 0.0, 0.1, 50.0])
    return rng.choice([text for text in ODD if isinstance(text, str) and text.isidentifier()])


def damaged(plain, rng):
    plain = copy.deepcopy(plain)
    if rng.random() < 0.3:
        plain["skor"] = copy.deepcopy(rng.choice(SCORES))
    for key, value in MORE.items():
        if rng.random() < 0.2:
            plain[key] = copy.deepcopy(value)
    for place, value in rng.sample(KEYS, rng.choice([0, 1, 1, 2, 3])):
        *steps, last = place.split(".")
        within = plain
        for step in steps:
            within = within.setdefault(step, {})
        within[last] = copy.deepcopy(value)
    for _time in range(rng.choice([0, 0, 0, 1, 1, 2])):
        path = rng.choice(list(places(plain)))
        within, key = holder(plain, path), path[-1]
        kind = rng.randrange(9)
        if kind >= 6 and isinstance(within[key], (int, float, str)):
            within[key] = nearby(within[key], rng)
        elif kind <= 2:
            within[key] = copy.deepcopy(rng.choice(ODD))
        elif kind == 3:
            del within[key]
        elif kind == 4 and isinstance(within, dict):
            within[rng.choice([text for text in ODD if isinstance(text, str)])] = within[key]
            if rng.random() < 0.7:
                within.pop(key, None)
        elif kind == 5:
            other = rng.choice(list(places(plain)))
            within[key] = copy.deepcopy(holder(plain, other)[other[-1]])
    return plain


def garbled(text, rng):
    """Damage of the text rather than of the values: letters lost, doubled, exchanged, cut off."""
    place = rng.randrange(len(text))
    return rng.choice([
        text[:place], text[:place] + text[place + 1:], text[:place] + text[place] * 50 + text[place:],
        text[:place] + rng.choice("[]{}=\"'#\n\\é\x00") + text[place + 1:],
        "\n".join(sorted(text.splitlines())), text + text[place:],
    ])  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kajian-rusak")
    return folder, tiny_mapping(folder)


def run(path):
    kajian = Kajian.open(path)
    for stage in STAGES:
        getattr(kajian, stage)


def attack(small, seeds):
    """Run every damaged study; give how often what happened, and what should not have."""
    folder, plain = small
    counts: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        rng = random.Random(seed)
        text = to_toml(damaged(plain, rng))
        if rng.random() < 0.15:
            text = garbled(text, rng)
        path = folder / f"rusak-{seed}.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        start = time.process_time()
        try:
            run(path)
            counts["runs"] += 1
        except LokusError as error:
            counts["refused at once" if isinstance(error, StudyFileError) else "refused by a stage"] += 1
            if not error.remedy:
                wrong.append((seed, f"no remedy: {error}"))
        except Exception as error:  # what this test is for
            frame = sys.exc_info()[2]
            while frame.tb_next:
                frame = frame.tb_next
            at = f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}"
            wrong.append((seed, f"{type(error).__name__} at {at}: {error}"[:300]))
        if time.process_time() - start > 20:
            wrong.append((seed, "took more than 20 seconds of work"))
        path.unlink()
    sys.stdout.write(f"{dict(counts)}, {len(wrong)} wrong\n")
    return counts, wrong


@pytest.mark.slow
def test_a_few_damaged_studies_are_refused_with_a_remedy(small):
    counts, wrong = attack(small, [*range(4), 1071, 1350, 1409, 2136])  # the last escaped once
    assert not wrong
    assert counts["refused at once"] >= 1


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_damaged_studies_are_refused_with_a_remedy(small, part):
    counts, wrong = attack(small, range(1000 + 220 * part, 1220 + 220 * part))
    assert not wrong
    assert counts.total() == 220


@pytest.mark.slow
def test_the_small_study_itself_runs(small):
    folder, plain = small
    path = folder / "utuh.toml"
    path.write_text(to_toml({**plain, **MORE}), encoding="utf-8")
    run(path)
    shutil.copy(path, folder / "utuh2.toml")
