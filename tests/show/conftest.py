"""A small made-up result: Voronoi villages in eight kecamatan, with everything that makes drawing hard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lokus import Kajian
from lokus.choice.review.causes import FACTORS, Causes
from lokus.choice.review.effect import Effect
from lokus.choice.review.history import list_history
from lokus.choice.review.odds_bounds import odds_bounds
from lokus.choice.review.review import review
from lokus.evidence.change.expected_fall import ExpectedFall
from lokus.findings import Finding, Where, findings_frame
from lokus.followup.calendar import realisation_by_village
from lokus.followup.gaps import find_gaps
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.maps.maps import Maps
from lokus.show.maps.print_map import draw_map
from lokus.show.pack.output_writer import OutputWriter
from lokus.show.pack.period_writer import write_period_report
from lokus.show.results.info import StudyInfo
from lokus.show.results.material import Material
from lokus.show.results.review import ReviewMaterial
from lokus.show.themes.themes import IndicatorStyle
from lokus.stages.periods import find_period, period_report

PROPOSED = 8


def make_results(
    *,
    villages: int = 60,
    kecamatan: int = 8,
    width: float = 60_000,
    height: float = 36_000,
    lokus: int = PROPOSED,
    seed: int = 7,
) -> gpd.GeoDataFrame:
    """Voronoi villages clipped by an ellipse, in EPSG:4326, one on an island, one without polygon."""
    rng = np.random.default_rng(seed)
    centre = np.array([430_000.0, 9_600_000.0])
    points = centre + rng.uniform(-0.5, 0.5, (4 * villages, 2)) * (width, height)
    disc = shapely.affinity.scale(shapely.Point(*centre).buffer(1, 64), width / 2, height / 2)
    points = points[shapely.contains_xy(disc, points[:, 0], points[:, 1])][: villages - 1]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points), ordered=True, extend_to=disc)
    )
    island = centre + np.array([width * 0.62, -height * 0.4])
    shapes = [
        *shapely.intersection(cells, disc),
        shapely.Point(*island).buffer(1500),
    ]
    where = np.vstack([points, island])
    angle = np.arctan2(*(where - centre).T)
    group = np.clip(((angle + np.pi) / (2 * np.pi) * kecamatan).astype(int), 0, kecamatan - 1)
    number = pd.Series(group).groupby(group).cumcount() + 1
    kode = [f"9901{g + 1:02d}{2000 + n:04d}" for g, n in zip(group, number, strict=True)]
    names = ["Sukamaju", "Tanjung Raya", "Sungai Lebar Ilir", "Pulau Panggung", "Lubuk Batu", "Muara Dua II"]
    districts = [
        "Semende Darat Laut",
        "Ulu",
        "Lembak",
        "Tanjung Agung",
        "Muara Belida Timur",
        "Ujan Mas",
        "Gelumbang",
        "Rambang",
    ]
    prevalence = rng.gamma(4, 3.5, len(kode))
    frame = (
        gpd.GeoDataFrame(
            {
                "desa": [f"{names[i % len(names)]} {i + 1}" for i in range(len(kode))],
                "kecamatan": [f"{districts[g % 8]}{'' if g < 8 else f' {g}'}" for g in group],
                "kode_kecamatan": [f"9901{g + 1:02d}" for g in group],
                "jenis": "desa",
                "prevalensi": prevalence,
                "prevalensi_bawah": prevalence * 0.7,
                "prevalensi_atas": prevalence * 1.4,
                "anak_stunting": prevalence * 0.9,
                "belum_andal": rng.uniform(size=len(kode)) < 0.2,
                "tanpa_pengukuran": False,
                "skor": rng.beta(2, 4, len(kode)),
            },
            geometry=list(shapes),
            crs=32748,
            index=pd.Index(kode, name="kode_desa"),
        )
        .to_crs(4326)
        .sort_index()
    )
    silent = frame.index[[3, 17]]
    frame.loc[silent, ["prevalensi", "prevalensi_bawah", "prevalensi_atas", "anak_stunting", "skor"]] = np.nan
    frame.loc[silent, "tanpa_pengukuran"] = True
    rank = frame["skor"].rank(ascending=False, method="first")
    frame["peringkat"] = rank.astype("Int64")
    frame["terpilih"] = rank <= lokus
    frame["nomor"] = rank.where(rank <= lokus).astype("Int64")
    frame["keterangan"] = ""
    frame["status_usulan"] = np.where(frame["terpilih"], "lokus", "bukan lokus")
    frame.loc[silent, "status_usulan"] = "belum ada data"
    lost = frame.index[(~frame["terpilih"]) & ~frame.index.isin(silent)][5]
    frame.loc[lost, "geometry"] = None
    return frame


def make_outlines(results: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Kecamatan outlines dissolved from the villages."""
    present = results[~results.geometry.isna()]
    return present.dissolve("kode_kecamatan")[["kecamatan", "geometry"]]


@pytest.fixture(scope="session")
def make():
    """Give other results with their outlines, by the arguments of :func:`make_results`."""

    def build(**choices):
        frame = make_results(**choices)
        return frame, make_outlines(frame)

    return build


@pytest.fixture(scope="session")
def results() -> gpd.GeoDataFrame:
    return make_results()


def with_every_stage(results: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Results as if every stage had run, each class of every theme occurring."""
    full = results.copy()
    silent = (full["status_usulan"] == "belum ada data").to_numpy()
    order = np.arange(len(full))
    hot = (
        "tinggi-tinggi",
        "rendah-rendah",
        "tinggi-rendah",
        "rendah-tinggi",
        "tanpa tetangga",
        "tidak nyata",
    )
    types = ("Air dan jamban buruk", "Cakupan layanan rendah", "Relatif baik")
    full["peluang_lokus"] = np.where(silent, np.nan, np.linspace(0, 1, len(full)))
    full["titik_panas"] = np.where(silent, "belum ada data", np.take(hot, order % len(hot)))
    full["tipologi"] = np.where(silent, None, np.take(types, order % 3))
    full["tipologi_urutan"] = order % 3 + 1
    full["kelengkapan"] = np.take([0.0, 50.0, 75.0, 100.0], order % 4)
    full["status_reviu"] = np.take(["tetap", "masuk", "keluar", "tidak"], order % 4)
    full["air_layak"] = np.where(silent, np.nan, np.linspace(31, 98, len(full)))
    return full


@pytest.fixture(scope="session")
def every_stage():
    """Give results as if every stage had run."""
    return with_every_stage


@pytest.fixture(scope="session")
def full(results) -> gpd.GeoDataFrame:
    return with_every_stage(results)


@pytest.fixture(scope="session")
def indicators() -> dict[str, IndicatorStyle]:
    return {"air_layak": IndicatorStyle(label="Keluarga dengan air layak", unit="%", worse="low")}


@pytest.fixture(scope="session")
def outlines(results) -> gpd.GeoDataFrame:
    return make_outlines(results)


@pytest.fixture(scope="session")
def info() -> StudyInfo:
    return StudyInfo(
        title="Penentuan lokus penurunan stunting",
        kabupaten="Kabupaten Contoh",
        tahun=2027,
        instansi="Bappeda Kabupaten Contoh",
        sources=("e-PPGBM", "Pendataan keluarga", "Batas desa BIG"),
        data_date="31 Desember 2026",
        synthetic=True,
        rule="8 desa dengan skor tertinggi di maksimal 5 kecamatan.",
    )


LONG = "Sungai Tanjung Harapan Baru Muara Belida Ilir Selatan"
OFFICE = "Dinas Pekerjaan Umum, Penataan Ruang, Perumahan Rakyat dan Kawasan Permukiman"


def make_material(results: gpd.GeoDataFrame, info: StudyInfo) -> Material:
    """Everything that slides, report and workbook can show, made up around results."""
    rng = np.random.default_rng(3)
    results = results.copy()
    results["sanitasi_layak"] = rng.uniform(40, 100, len(results)).round(2)
    results["alasan"] = [f"Peringkat {rank} menurut skor." for rank in results["peringkat"]]
    chance = np.clip(results["skor"].fillna(0) + np.where(results["terpilih"], 0.3, -0.1), 0, 1)
    results["peluang_lokus"] = chance
    limits = [-np.inf, 0.2, 0.5, 0.8, np.inf]
    names = ["tidak", "perbatasan", "condong", "kukuh"]
    results["kelas_kepastian"] = pd.cut(chance, limits, right=False, labels=names).astype(str)
    names = results["desa"].tolist()
    findings = findings_frame(
        [
            Finding(
                check="join.unknown_code",
                level="blocking",
                message="Kode 99 tidak ada",
                where=Where(file="a.csv"),
            ),
            Finding(check="audit.range", level="blocking", message="Nilai 101 %", opd="Dinas PUPR"),
            Finding(
                check="tables.total", level="warning", message="Jumlah tidak cocok", opd="Dinas Kesehatan"
            ),
        ]
    )
    accepted = findings["level"] == "blocking"
    return Material(
        results=results,
        kecamatan=make_outlines(results),
        info=info,
        contributions=pd.DataFrame({"Prevalensi": results["skor"] * 0.6, "Sanitasi": results["skor"] * 0.4}),
        completeness=pd.DataFrame({"Prevalensi": results["prevalensi"].notna(), "Sanitasi": True}),
        by_opd=pd.DataFrame(
            {
                "indikator": [1, 1],
                "terisi": [58, 60],
                "seharusnya": [60, 60],
                "persen": [96.67, 100.0],
                "desa_lengkap": [58, 60],
            },
            index=pd.Index(["Dinas Kesehatan", "Dinas PUPR"], name="opd"),
        ),
        findings=findings.assign(
            accepted=accepted, reason=np.where(accepted, "Sudah dicek ke lapangan & <benar>", "")
        ),
        gaps=find_gaps(results, {"sanitasi_layak": 70.0}, load_catalogue()),
        alternatives=pd.DataFrame(
            {
                "daftar": ["Alternatif 1", "Alternatif 2"],
                "selisih": [0.2, 0.45],
                "masuk": names[3:5],
                "keluar": names[5:7],
            }
        ),
        weights={"Prevalensi": 0.6, "Sanitasi": 0.4},
        method=(("Bobot Prevalensi", "60,0 %"), ("Aturan seri", "kode desa")),
        lock={
            "lokus": "0.1.0",
            "hasil_sha256": "a1" * 32,
            "masukan": [{"berkas": "a.csv", "sha256": "b2" * 32}],
        },
        **make_sensitivity(results),
    )


def make_sensitivity(results: gpd.GeoDataFrame) -> dict[str, object]:
    """What else was possible: the list at other odds, likeness of indicators, a paragraph a lokus."""
    last, next_ = (results[results["peringkat"] == PROPOSED + step].index[0] for step in (0, 1))
    chosen = results.index[results["terpilih"]]
    return {
        "odds_bounds": odds_bounds(
            {0.5: chosen, 1.0: chosen, 2.0: [*chosen.drop(last), next_]}, results, stated=1.0
        ),
        "overlap": pd.DataFrame(
            {"indikator": ["Prevalensi"], "dengan": ["Jamban"], "korelasi": [0.5], "bobot": [1.0]}
        ),
        "justifications": pd.Series(
            [f"{desa} diusulkan." for desa in results.loc[chosen, "desa"]], index=chosen
        ),
        "cautions": (
            Finding(
                check="evidence.kecamatan_apart",
                level="warning",
                message="kecamatan berbeda lebih jauh daripada desa-desanya",
                remedy="ukur ulang",
            ),
            Finding(check="typology.tiny", level="warning", message="tipe 3 hanya memuat Suka Maju"),
        ),
    }


@pytest.fixture(scope="session")
def material(results, info) -> Material:
    return make_material(results, info)


@pytest.fixture(scope="session")
def make_full_material(info):
    """Make material with every stage in the language in force, by the arguments of :func:`make_results`."""

    def build(**choices) -> Material:
        return make_material(with_every_stage(make_results(**choices)), info)

    return build


@pytest.fixture(scope="session")
def hard_material(info) -> Material:
    """Fifty lokus, and names as long as they come, everywhere."""
    results = make_results(villages=160, kecamatan=22, lokus=50)
    results["desa"] = [f"{LONG} {place}" for place in range(len(results))]
    results["kecamatan"] = [f"{LONG[::-1].title()} {kode[-2:]}" for kode in results["kode_kecamatan"]]
    long = replace(
        info,
        title="Penentuan Lokasi Fokus Intervensi Penurunan Stunting Terintegrasi Tingkat Kabupaten Tahun Ini",
        kabupaten="Kabupaten Penukal Abab Lematang Ilir dan Sekitarnya",
        instansi="Badan Perencanaan Pembangunan, Penelitian dan Pengembangan Daerah",
        sources=tuple(f"Rekap semester kedua dari sumber yang panjang namanya, nomor {n}" for n in range(14)),
        rule="50 desa dengan skor tertinggi, maksimal 22 kecamatan, 1 sampai 4 desa tiap kecamatan",
    )
    one = make_material(results, long)
    indicators = [
        f"Indikator cakupan layanan ibu dan anak yang panjang sekali namanya {n}" for n in range(10)
    ]
    failing = one.gaps.head(40)
    return replace(
        one,
        contributions=pd.DataFrame(dict.fromkeys(indicators, results["skor"] / 10)),
        weights=dict.fromkeys(indicators, 0.1),
        gaps=pd.concat(
            [
                failing.assign(indikator=name, opd=f"{OFFICE} {n}", intervensi=f"{LONG}, {LONG}, {LONG}")
                for n, name in enumerate(indicators)
            ],
            ignore_index=True,
        ),
        by_opd=pd.concat([one.by_opd.head(1)] * 10).set_axis([f"{OFFICE} {n}" for n in range(10)]),
        alternatives=pd.concat([one.alternatives.head(1)] * 8).assign(
            masuk=", ".join(results["desa"][:6]), keluar=", ".join(results["desa"][6:12])
        ),
    )


@pytest.fixture(scope="session")
def one_sheet(material):
    """Give the same map for every theme: drawing maps is tested elsewhere, and slow."""
    sheet = draw_map(material.results, material.kecamatan, material.info)
    return lambda _theme: sheet


YEARS = (2026, 2027)


def make_review(results: gpd.GeoDataFrame) -> ReviewMaterial:
    """A review of ten lokus of the year before, six of which stay; one has no village any more."""
    chosen = results.sort_values("nomor").index[:6]
    others = results.index[results["nomor"].isna() & results["skor"].notna()][:4]
    earlier = [*chosen, *others]
    rng = np.random.default_rng(11)
    change = pd.DataFrame(index=results.index)
    change["mentah_lalu"] = rng.uniform(8, 30, len(results)).round(2)
    change["mentah_kini"] = rng.uniform(4, 28, len(results)).round(2)
    change["perubahan_mentah"] = change["mentah_kini"] - change["mentah_lalu"]
    change["harapan_kini"] = 15.0
    change["harapan_perubahan"] = 15.0 - change["mentah_lalu"]
    change["prevalensi_lalu"], change["prevalensi_kini"] = 17.0, 14.5
    change["perubahan"] = -2.5
    change["perubahan_bawah"], change["perubahan_atas"] = -6.0, 1.25
    change["peluang_turun"], change["peluang_naik"], change["arah"] = 0.87, 0.13, "belum pasti"
    change["dua_tahun"] = True
    change.loc[others[0], ["mentah_kini", "perubahan_mentah"]] = np.nan
    change.loc[others[0], "dua_tahun"] = False
    parts = pd.DataFrame(
        {f"selisih_{name}": 0.01 * (place + 1) for place, name in enumerate(FACTORS)}, results.index
    )
    parts.insert(0, "selisih", parts.sum(axis=1))
    parts.insert(0, "jarak_kini", 0.1)
    parts.insert(0, "jarak_lalu", -0.05)
    graduated = pd.DataFrame(
        {"peluang_lulus": [0.93], "tahun_lokus": [3], "lulus": [True], "alasan": [""]}, index=[others[1]]
    )
    found = review(
        previous=[*earlier, "9901990001"],
        current=results.index[results["terpilih"]],
        villages=results,
        years_listed=pd.Series(range(1, 11), index=earlier),
        graduation=graduated,
        causes=Causes(table=parts),
        change=change,
        left=pd.DataFrame({"desa": ["Desa Lama"], "kecamatan": ["Ulu"]}, index=["9901990001"]),
    )
    fall = ExpectedFall(
        table=pd.DataFrame(
            {
                "mentah_lalu": 21.5, "mentah_kini": 17.25, "perubahan": -4.25, "harapan_kini": 16.5,
                "harapan_perubahan": -5.0, "harapan_perubahan_bawah": -7.0, "harapan_perubahan_atas": -3.0,
                "tren": -1.0, "regresi": -4.0, "sisa": 0.75, "sisa_bawah": -1.5, "sisa_atas": 3.0,
            },
            index=pd.Index(["anak", "desa"], name="bobot"),
        ),
        villages=9, left_out=(), level=0.9,
    )  # fmt: skip
    effect = Effect(
        odds_ratio=1.05, odds_ratio_interval=(0.9, 1.22), points=0.75, points_interval=(-1.5, 3.0),
        children=12.0, children_interval=(-20.0, 44.0), probability=0.3, expected=fall,
        table=pd.DataFrame(
            {
                "poin": [-4.25, -5.0, 0.75, -0.5], "poin_bawah": [np.nan, -7.0, -1.5, -2.5],
                "poin_atas": [np.nan, -3.0, 3.0, 1.5], "desa": [9, 9, 9, 8],
            },
            index=pd.Index(["turun mentah", "tanpa bantuan", "model", "pembanding serupa"], name="cara"),
        ),
        pairs=pd.DataFrame(), refusal="", villages=9, others=50, level=0.9,
        caution="Perbandingan ini hanya adil bila daftar dipilih menurut angka tahun lalu.",
    )  # fmt: skip
    counts = pd.DataFrame(
        {"stunting_lalu": 20, "diukur_lalu": 120, "stunting_kini": 18, "diukur_kini": 130}, results.index
    )
    counts.loc[chosen[0], "stunting_lalu"] = 3
    planned = pd.DataFrame(
        {"kegiatan": 4, "selesai": 3, "berjalan": 0, "belum": 0, "belum_diisi": 1}, index=earlier
    )
    return ReviewMaterial(
        year=YEARS[0], table=found.table, left=found.left, change=change, counts=counts, effect=effect,
        history=list_history({2025: earlier[:5], 2026: earlier}, villages=results.index),
        realisation=realisation_by_village(planned, results.index),
    )  # fmt: skip


def with_review(material: Material) -> Material:
    """The same with a review, and its status among the results."""
    told = make_review(material.results)
    results = material.results.assign(
        status_reviu=told.table["status_reviu"], tahun_lokus=told.table["tahun_lokus"]
    )
    return replace(material, results=results, review=told)


@pytest.fixture(scope="session")
def reviewed(material) -> Material:
    return with_review(material)


@pytest.fixture(scope="session")
def hard_reviewed(hard_material) -> Material:
    return with_review(hard_material)


@pytest.fixture(scope="session")
def small_sheet():
    """Give a small picture for every theme: maps are tested elsewhere."""
    figure = Figure(figsize=(3, 2))
    figure.add_axes((0, 0, 1, 1)).add_patch(Rectangle((0, 0), 0.9, 0.9))
    return lambda _theme: figure


@pytest.fixture(scope="session")
def demo(root) -> Kajian:
    """Give the example."""
    return Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")


@pytest.fixture(scope="session")
def demo_outputs(demo, small_sheet, tmp_path_factory) -> list[Path]:
    """Every output of the example but its maps, and those of its newest period."""
    return write_every_output(demo, tmp_path_factory.mktemp("contoh"), small_sheet)


def write_every_output(study: Kajian, folder: Path, sheet) -> list[Path]:
    """Write every output of a study with small pictures in place of maps; return the files."""
    maps = Maps(results=study.results, kecamatan=study.boundaries.kecamatan, info=study.info)
    writer = OutputWriter(folder=folder, maps=maps, material=study.material)
    object.__setattr__(writer, "sheet", sheet)
    files = [*writer.workbook(), *writer.calendar(), *writer.documents(), *writer.situations(),
             *writer.audit_form(), *writer.foster_form(), *writer.coverage_form(), *writer.slides(),
             *writer.report(), *writer.web_map()]  # fmt: skip
    if study.periods:
        files += write_period_report(folder, period_report(study, find_period(study)))
    return files
