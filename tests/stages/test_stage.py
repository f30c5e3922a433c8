"""What a study keeps when its settings change, and what it does not."""

from __future__ import annotations

import copy
import dataclasses
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from tiny_study import tiny_mapping

from lokus import Kajian, LokusError, use_language
from lokus.settings import Settings
from lokus.settings.base import Section
from lokus.settings.read import settings_from_mapping
from lokus.stages.stage import Stage, stage, whole

STAGES = [name for name, value in vars(Kajian).items() if isinstance(value, Stage)]
# Functions and drawings: they are made of what the other stages give.
NOT_COMPARED = {"scorer", "maps", "material"}

TABLE = {"berkas": "data_2026.csv", "tempat": {"kode": "kode_desa"}, "indikator": {"air_layak": "sanitasi"}}
PRICE = {"rupiah": 1_000_000, "satuan": "keluarga", "tahun": 2026, "sumber": "Standar harga"}
SERIES = {"nama": "Survei", "jenis": "survei", "titik": [{"tahun": 2023, "persen": 21.0}]}
# Another value for every key of the study file; `None` takes the key out.
CHANGES: dict[str, Any] = {
    "kajian.judul": "Judul lain",
    "kajian.kabupaten": "Kabupaten Lain",
    "kajian.tahun": 2025,
    "kajian.instansi": "Bappeda",
    "kajian.alamat": "Jalan Contoh Nomor 1",
    "kajian.edisi": "Edisi 2",
    "kajian.benih": 6,
    "kajian.bahasa": "en",
    "tema": {
        "nama": "gizi kurang",
        "satuan": "anak",
        "kasus": "anak gizi kurang",
        "angka": "angka",
    },
    "batas.berkas": "desa2.gpkg",
    "batas.lapisan": "desa",
    "batas.crs": "EPSG:4326",
    "batas.kolom": {"kode": "kode_desa", "desa": "kecamatan", "kecamatan": "desa"},
    "batas.kode_kabupaten": "99.01",
    "batas.daftar_resmi": None,
    "batas.jembatan": "jembatan.csv",
    "batas.pengodean": "utf-8",
    "batas.status": "batas definitif",
    "batas.sumber": "Sumber lain",
    "tabel": lambda tables: [*tables[:1], TABLE],
    "katalog": {
        "lain": {"label": "Lain", "satuan": "persen", "rentang": [0, 100], "buruk": "tinggi", "opd": "Dinas"}
    },
    "laju.kovariat": [],
    "laju.ambang": 14,
    "laju.cakupan_andal": 95,
    "laju.rasio_odds_tak_terukur": 1.5,
    "laju.pengaruh": "kecamatan",
    "laju.pakai_tahun_lalu": False,
    "survei.persen": 18.0,
    "survei.bawah": lambda _old: ("survei", {"bawah": 16.0}),
    "survei.atas": lambda _old: ("survei", {"atas": 25.0}),
    "survei.tahun": 2025,
    "survei.sumber": "Survei lain",
    "survei": None,
    "pola_baik": None,
    "pola_baik.indikator": ["sanitasi_layak"],
    "pola_baik.selisih": 5.0,
    "pola_baik.peluang": 0.5,
    "pola_baik.paling_banyak": 2,
    "skor.bobot": {"prevalensi": 0.5, "prevalensi_mentah": 0.5},
    "skor": {"pembobotan": "entropi", "indikator": ["prevalensi", "desil_1_2"]},
    "skor.ahp": {"prevalensi": {"desil_1_2": 3.0}},
    "skor.prasetel": "ambang_prevalensi",
    "skor.metode": "geometrik",
    "skor.normalisasi": "peringkat",
    "skor.data_kosong": "tahan",
    "skor.batas_merah": {"prevalensi": 14.0, "desil_1_2": 20.0},
    "skor.batas_tetap": {"prevalensi": [0.0, 40.0], "desil_1_2": [0.0, 60.0]},
    "skor.pengganti": {"prevalensi": "prevalensi_mentah"},
    "skor.batas_kelas": {"prevalensi": [5.0, 10.0, 15.0, 20.0, 25.0]},
    "skor.tidak_berlaku": {"desil_1_2": "kelurahan"},
    "pola.indikator": "desil_1_2",
    "pola.permutasi": 1999,
    "pola.taraf_nyata": 0.1,
    "pola.koreksi": "tanpa",
    "pola.pemindaian": {"ulangan": 199},
    "tipologi.indikator": ["sanitasi_layak", "prevalensi"],
    "tipologi.cara": "ward",
    "tipologi.banyak_tipe": 3,
    "tipologi": None,
    "pilihan.jumlah": 6,
    "pilihan.maks_kecamatan": 4,
    "pilihan.tepat_kecamatan": 2,
    "pilihan.min_per_kecamatan": 2,
    "pilihan.maks_per_kecamatan": 2,
    "pilihan.kuota": {"99.01.01": 1},
    "pilihan.maks_kabupaten": 1,
    "pilihan.tepat_kabupaten": 1,
    "pilihan.min_per_kabupaten": 2,
    "pilihan.maks_per_kabupaten": 5,
    "pilihan.kuota_kabupaten": {"99.01": 4},
    "pilihan.dipertahankan": ["99.01.01.2001"],
    "pilihan.min_dipertahankan": lambda _old: (
        "pilihan", {"dipertahankan": ["99.01.01.2001", "99.01.02.2001"], "min_dipertahankan": 1},
    ),
    "pilihan.jenis": {"desa": {"maks": 5}},
    "pilihan.anggaran": lambda _old: ("pilihan", {"anggaran": 900.0, "biaya": "keluarga"}),
    "pilihan.biaya": lambda _old: ("pilihan", {"anggaran": 1200.0, "biaya": "keluarga"}),
    "pilihan.tujuan": "anak",
    "pilihan.porsi_skor": lambda _old: ("pilihan", {"tujuan": "campuran", "porsi_skor": 0.4}),
    "pilihan.kunci_masuk": [{"kode": "99.01.04.2006", "alasan": "rakor"}],
    "pilihan.kunci_keluar": [{"kode": "99.01.01.2001", "alasan": "rakor"}],
    "ketidakpastian.undian": 150,
    "ketidakpastian.laju": False,
    "ketidakpastian.konsentrasi_bobot": 20.0,
    "ketidakpastian.galat": {"desil_1_2": 3.0},
    "tahun_lalu": None,
    "tahun_lalu.kajian": lambda _old: ("tahun_lalu", {"kajian": None, "tahun": 2025}),
    "tahun_lalu.keluaran": lambda _old: ("tahun_lalu", {"kajian": None, "keluaran": "tidak-ada"}),
    "tahun_lalu.daftar": None,
    "tahun_lalu.tahun": 2025,
    "tahun_lalu.kalender": ["tidak-ada.xlsx"],
    "tahun_lalu.riwayat": [{"tahun": 2024, "berkas": "sk_2024.csv", "tempat": {"kode": "kode_desa"}}],
    "tahun_lalu.lulus": {"target": 12, "peluang": 0.6, "kunci_keluar": True},
    "tahun_lalu.min_tahun": 2,
    "tahun_lalu.maks_berubah": 3,
    "audit.kecocokan": "lain.csv",
    "audit.terima": [{"temuan": "audit.coverage", "alasan": "diketahui"}],
    "kesenjangan.ambang": {"sanitasi_layak": 50, "desil_1_2": 20},
    "kesenjangan.semua_desa": True,
    "audit_kasus.hasil": ["hasil.csv"],
    "kesenjangan.kelembagaan": ["stunting"],
    "orang_tua_asuh.register": ["register.csv"],
    "kelengkapan": {"minimal": 100},
    "biaya": None,
    "biaya.harga": {"sanitasi_layak": {**PRICE, "rupiah": 900_000}},
    "biaya.sampai": "semua",
    "biaya.anggaran": [{"opd": "Dinas PUPR", "sumber": "DAK", "rupiah": 5_000_000}],
    "biaya.banding_jumlah": [2, 3],
    "biaya.banding_pagu": [10_000_000],
    "laporan": None,
    "laporan.periode": [{"semester": 2, "tabel_kajian": True}],
    "laporan.blok": [{"nama": "Sanitasi", "indikator": ["sanitasi_layak"]}],
    "pembagian": [{"nama": "Tim", "jumlah": 30, "dasar": "keluarga", "lingkup": "lokus"}],
    "sasaran_penerima": {"bumil": "bumil"},
    "lintasan": None,
    "lintasan.awal": {"tahun": 2023, "persen": 21.0},
    "lintasan.target": {"tahun": 2030, "persen": 12.0},
    "lintasan.diukur": "rutin",
    "lintasan.balita": 2000.0,
    "lintasan.seri": [SERIES],
    "audit_kasus": None,
    "audit_kasus.jumlah": 4,
    "audit_kasus.lingkup": "semua",
    "keputusan.nomor": "188.45/1/2026",
    "keputusan.tanggal": "2 Januari 2026",
    "keputusan.tempat": "Sukasari",
    "keputusan.tentang": "Lokasi fokus",
    "keputusan.menimbang": ["bahwa perlu"],
    "keputusan.mengingat": ["Undang-Undang Nomor 23 Tahun 2014"],
    "keputusan.kolom": ["prevalensi"],
    "keputusan.penanda_tangan": {"nama": "A"},
    "keputusan.rapat": {"nama": "Rembuk Stunting"},
    "keputusan.surat": {"batas_waktu": "1 Maret"},
    "keluaran.folder": "lain",
    "keluaran.ukuran": ["A4"],
    "keluaran.peta": ["usulan", "indikator:desil_1_2"],
    "keluaran.bahan": ["laporan"],
    "keluaran.batas_kelas": {"desil_1_2": [10.0, 20.0]},
    "keluaran.logo": "logo.png",
    "keluaran.sekitar": "sekitar.geojson",
    "keluaran.laut": True,
    "keluaran.publik": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kecil")
    plain = tiny_mapping(folder)
    plain["survei"] = {"persen": 19.8, "bawah": 17.1, "atas": 22.5, "tahun": 2024, "sumber": "Survei gizi"}
    plain["pola_baik"] = {"indikator": ["desil_1_2"]}
    plain["biaya"] = {"harga": {"sanitasi_layak": PRICE}}
    plain["laporan"] = {"periode": [{"semester": 1, "tabel_kajian": True}]}
    (folder / "desa2.gpkg").write_bytes((folder / "desa.gpkg").read_bytes())
    study = opened(plain, folder)
    for name in STAGES:
        getattr(study, name)
    return plain, study


def opened(plain: dict[str, Any], folder) -> Kajian:
    return Kajian(stated=settings_from_mapping(plain), path=folder / "kajian.toml")


def changed(plain: dict[str, Any], *names: str) -> dict[str, Any]:
    """The study file with the values of `CHANGES` under these keys."""
    plain = copy.deepcopy(plain)
    for name in names:
        value = CHANGES[name]
        section, _, key = name.partition(".")
        if callable(value):
            value = value(plain.get(section))
            if isinstance(value, tuple):  # keys that belong together
                plain[section] = {**plain[section], **value[1]}
                plain[section] = {k: v for k, v in plain[section].items() if v is not None}
                continue
        if key and section == "skor" and key in ("ahp", "prasetel"):
            plain["skor"] = {key: value}
        elif key and section == "skor" and key in ("batas_merah",):
            plain["skor"] |= {key: value, "normalisasi": "batas"}
        elif key and value is None:
            plain[section].pop(key, None)
        elif key:
            plain.setdefault(section, {})[key] = value
        elif value is None:
            plain.pop(section)
        else:
            plain[section] = value
    return plain


def known_keys() -> set[str]:
    """Every section of the study file, and every key of those that are not lists."""
    keys = set()
    for name, field in Settings.model_fields.items():
        section = field.alias or name
        model = next(
            (m for m in [field.annotation, *getattr(field.annotation, "__args__", ())]
             if isinstance(m, type) and issubclass(m, Section)), None,
        )  # fmt: skip
        if model is None or section in ("tabel", "pembagian", "tema", "kelengkapan"):
            keys.add(section)
        else:
            keys |= {f"{section}.{inner.alias or key}" for key, inner in model.model_fields.items()}
    return keys


def test_every_key_of_the_study_file_has_another_value_here():
    covered = set(CHANGES) | {"skor.pembobotan", "skor.indikator"}  # together, as a whole section
    assert known_keys() - covered == set()


@pytest.mark.slow
def test_every_key_can_be_changed_alone_and_each_stands_in_one_pair(base):
    plain, study = base
    assert sorted(name for names in PAIRS for name in names) == sorted(CHANGES)
    for name in CHANGES:
        changes = settable(plain, name)
        assert changes is not None, name
        assert settings_from_mapping(changes) != study.stated, name


def outcome(study: Kajian, name: str) -> Any:
    try:
        return getattr(study, name)
    except (LokusError, KeyError, OSError) as error:
        return f"{type(error).__name__}: {error}"


def alike(one: Any, other: Any) -> bool:
    """Whether two values of a stage say the same, whatever they are made of."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, (pd.DataFrame, pd.Series)):
        return bool(one.equals(other)) and list(one.index) == list(other.index)
    if isinstance(one, pd.Index):
        return bool(one.equals(other))
    if scipy.sparse.issparse(one):
        return one.shape == other.shape and not (one != other).nnz
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if dataclasses.is_dataclass(one):
        return all(
            alike(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(alike, one, other))
    if callable(one):
        return True
    if isinstance(one, float) and one != one:
        return other != other
    if hasattr(one, "__dict__") and type(one).__eq__ is object.__eq__:
        return alike(vars(one), vars(other))
    return bool(one == other)


def agree(study: Kajian, plain: dict[str, Any]) -> list[str]:
    """Stages of the study changed into `plain` that differ from those of a freshly opened one."""
    fresh = opened(plain, study.path.parent)
    other = study._with(plain)
    return [
        name
        for name in STAGES
        if name not in NOT_COMPARED and not alike(outcome(other, name), outcome(fresh, name))
    ]


def settable(plain: dict[str, Any], *names: str) -> dict[str, Any] | None:
    """The changed study file, or nothing where its keys contradict each other."""
    try:
        changes = changed(plain, *names)
        settings_from_mapping(changes)
    except (LokusError, KeyError):
        return None
    return changes


def grouped(keys: list[str]) -> list[tuple[str, ...]]:
    """The keys in random pairs, each key once; none together with another of its own section."""
    keys, pairs = random.Random(11).sample(keys, len(keys)), []
    while keys:
        first = keys.pop()
        section = first.partition(".")[0]
        second = next((key for key in keys if key.partition(".")[0] != section), None)
        if second is not None:
            keys.remove(second)
        pairs.append((first, second) if second else (first,))
    return pairs


PAIRS = grouped(list(CHANGES))


SLOW = [pytest.mark.slow]
MANY = [pytest.mark.slow, pytest.mark.long]


@pytest.mark.parametrize(
    "names",
    [pytest.param(names, marks=MANY if n >= 2 else pytest.mark.slow) for n, names in enumerate(PAIRS)],
    ids="+".join,
)
def test_changed_settings_give_what_a_fresh_study_gives(base, names):
    plain, study = base
    together = settable(plain, *names)
    # Keys that contradict each other are tried one by one.
    for changes in [together] if together else [settable(plain, name) for name in names]:
        assert agree(study, changes) == []


OUTPUTS = {"info", "lock", "maps", "method", "material", "trial"}


@pytest.mark.parametrize("name", ["kajian.judul", "keluaran.ukuran", "keluaran.peta", "keluaran.folder"])
def test_what_only_outputs_read_keeps_all_but_the_outputs(base, name):
    plain, study = base
    kept = {stage for stage, _language in study._with(changed(plain, name)).made}
    assert set(STAGES) - kept <= OUTPUTS
    assert "lock" not in kept  # it states the settings


def test_a_changed_weight_keeps_what_does_not_weigh(base):
    plain, study = base
    kept = {stage for stage, _language in study._with(changed(plain, "skor.bobot")).made}
    assert kept >= {
        "boundaries", "raw_tables", "joined", "checked", "villages", "rates", "observed", "neighbours",
        "hotspots", "clusters", "typology", "previous", "past", "change", "inputs",
    }  # fmt: skip
    assert not kept & {"scores", "proposal", "audit", "results", "lock", "scorer"}


def test_accepting_a_finding_computes_neither_villages_nor_rates_again(base):
    plain, study = base
    kept = {stage for stage, _language in study._with(changed(plain, "audit.terima")).made}
    assert kept >= {"checked", "villages", "rates", "scores"}
    assert "audit" not in kept


def test_a_double_count_is_found_though_the_audit_was_made_before(base):
    _plain, study = base
    raw = study.replace(skor={"bobot": {"prevalensi_mentah": 1.0}})
    assert "audit.double_counted" not in set(raw.audit.findings["check"])
    both = raw.replace(skor={"bobot": {"prevalensi_mentah": 0.5, "stunting": 0.5}})
    fresh = opened(both.stated.to_mapping(), study.path.parent)
    assert both.audit.findings.equals(fresh.audit.findings)
    assert len(both.audit.findings) > len(raw.audit.findings)


def test_a_year_that_last_years_study_is_not_before_raises_though_it_was_read(base):
    _plain, study = base
    with pytest.raises(LokusError, match="2025"):
        study.replace(kajian={"tahun": 2025}).past  # noqa: B018 - asking for it is the act


class Small:
    """A study of two stages, to see the mechanism alone."""

    def __init__(self, settings: Settings) -> None:
        self.stated = settings
        self.made: dict[Any, Any] = {}
        self.asked: list[str] = []

    @property
    def settings(self) -> Settings:
        from lokus.stages.stage import noted

        return noted(self)

    leaky = stage(lambda study: study.settings.rates)
    sound = stage(lambda study: whole(study.settings.rates))


def test_settings_that_outlive_their_stage_are_refused(base):
    _plain, study = base
    small = Small(study.stated)
    with pytest.raises(RuntimeError, match="rates"):
        small.leaky.threshold  # noqa: B018 - asking for it is the act
    assert small.sound is study.stated.rates


def test_a_key_read_after_its_whole_section_does_not_hide_the_section(base):
    # The causes of the review read the problem (all of [pilihan]), then one key of the same section.
    plain, study = base
    kept = {stage for stage, _language in study._with(changed(plain, "pilihan.jumlah")).made}
    assert not kept & {"problem", "causes", "review", "proposal"}


def test_a_stage_is_made_once_a_language(base):
    _plain, study = base
    with use_language("en"):
        english = study.audit.findings["message"].tolist()
    assert english != study.audit.findings["message"].tolist()
    assert study.audit is study.audit


def test_nobody_assigns_a_stage(base):
    _plain, study = base
    with pytest.raises(AttributeError, match="cannot assign"):
        study.rates = None


def test_the_text_of_a_stage_is_pythons_and_the_reader_keeps_their_setting(demo: Kajian) -> None:
    with pd.option_context("mode.string_storage", "pyarrow"):
        fresh = Kajian.open(demo.path)
        assert fresh.boundaries.villages["desa"].dtype.storage == "python"
        assert pd.Series(["Suka Maju"]).dtype.storage == "pyarrow"
