"""Study files of the example: what a planner of Kabupaten Contoh would have written."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

from example_kabupaten.structure_files import STRUCTURES, structure_study

__all__ = ["TEAMS", "study_text"]

TEAMS = 467
"""Family assistance teams of the default kabupaten of 256 villages."""

_STUDY = Template("""\
# Kajian contoh: usulan lokus stunting Kabupaten Contoh tahun $year.
# DATA CONTOH SINTETIS: bukan wilayah dan bukan angka yang sebenarnya.
# Alamat berkas dihitung dari folder berkas ini.

[kajian]
judul = "Usulan Lokasi Fokus Stunting $year"
kabupaten = "Kabupaten Contoh"
tahun = $year
benih = $year
instansi = "Bappeda Kabupaten Contoh"

[batas]
berkas = "../boundaries/desa.gpkg"
sumber = "Batas desa contoh, skema BIG"

[batas.daftar_resmi]
berkas = "../indicators/daftar_desa.csv"
kolom = { kode = "kode_desa", desa = "desa", kecamatan = "kecamatan" }

[[tabel]]
berkas = "../indicators/$year/eppgbm_$year-02.xlsx"
opd = "Dinas Kesehatan"
sumber = "Rekap e-PPGBM"
tanggal = "Februari $year"
tempat = { desa = "Desa/Kelurahan", kecamatan = "Kecamatan" }
[tabel.indikator]
sasaran = "Sasaran"
diukur = "Diukur"
pendek = "TB/U · Pendek"
sangat_pendek = "TB/U · Sangat Pendek"
stunting = "Stunting"

[[tabel]]
berkas = "../indicators/$year/krs_$year.xlsx"
opd = "DPPKB"
sumber = "Rekap keluarga berisiko stunting"
tanggal = "$year"
tempat = { desa = "Desa/Kelurahan", kecamatan = "Kecamatan" }
[tabel.indikator]
keluarga = "Jumlah Keluarga"
keluarga_sasaran = "Jumlah Keluarga Sasaran"
krs = "Keluarga Berisiko Stunting (KRS)"
tidak_krs = "Tidak Berisiko"

[[tabel]]
berkas = "../indicators/$year/sanitasi_$year.xlsx"
lembar = "Data $year"
opd = "Dinas PUPR"
sumber = "Data air minum dan sanitasi"
tanggal = "$year"
tempat = { desa = "Nama Desa/ Kelurahan", kecamatan = "Kecamatan" }
[tabel.indikator]
sanitasi_layak = "Akses Sanitasi Layak (%)"
air_layak = "Akses Air Minum Layak (%)"
stop_babs = "Stop BABS (%)"

[[tabel]]
berkas = "../indicators/$year/kemiskinan_$year.csv"
opd = "Dinas Sosial"
sumber = "Keluarga desil 1 dan 2"
tanggal = "$year"
tempat = { kode = "KODE_DESA", desa = "NAMA_DESA", kecamatan = "KECAMATAN" }
indikator = { desil_1_2 = "PERSEN_DESIL_1_2" }

[[tabel]]
berkas = "../indicators/$year/layanan_$year.xlsx"
opd = "Dinas Kesehatan"
sumber = "Cakupan layanan ibu dan anak"
tanggal = "$year"
tempat = { kode = "Kode Wilayah", desa = "Desa/Kelurahan", kecamatan = "Kecamatan" }
[tabel.indikator]
bumil = "Jumlah Bumil"
bumil_kek = "Bumil KEK"
cakupan_imunisasi = "Imunisasi Dasar Lengkap (%)"
cakupan_bumil_ttd = "Bumil Mendapat TTD 90 (%)"
cakupan_asi_eksklusif = "ASI Eksklusif (%)"
$structure_tables
# Prevalensi tiap desa diperkirakan dengan meminjam kekuatan dari desa lain yang mirip.
[laju]
kovariat = ["sanitasi_layak", "air_layak", "desil_1_2"]
ambang = 14
cakupan_andal = 80

# Bobot dibagi jumlahnya. Susunan ini mengikuti prasetel lokus_default: bukan resmi.
[skor]
normalisasi = "minmax"
data_kosong = "normalkan"
[skor.bobot]
prevalensi = 0.35
anak_stunting = 0.25
cakupan_imunisasi = 0.0834
cakupan_bumil_ttd = 0.0833
cakupan_asi_eksklusif = 0.0833
desil_1_2 = 0.15

# Tipe desa menurut keadaan dan layanannya.
[tipologi]
indikator = ["sanitasi_layak", "air_layak", "desil_1_2", "cakupan_imunisasi", "cakupan_bumil_ttd"]

[pilihan]
jumlah = $listed
maks_kecamatan = $kecamatan

# Seribu kali data dan bobot diundi dalam batas ketidakpastiannya, seribu kali daftar dicari lagi.
[ketidakpastian]
undian = 1000
konsentrasi_bobot = 100

[audit]
kecocokan = "kecocokan.csv"

[[audit.terima]]
temuan = "join.unknown_code"
berkas = "kemiskinan_$year.csv"
alasan = "Desa persiapan Mekar Baru belum ditetapkan; datanya masih menyatu dengan desa induk"

$gaps# Di bawah (atau di atas) ambang ini, OPD pemilik indikator diminta bertindak.
[kesenjangan.ambang]
sanitasi_layak = 75
air_layak = 80
krs_persen = 50
cakupan_imunisasi = 70
cakupan_bumil_ttd = 70
cakupan_asi_eksklusif = 60

# Menutup kesenjangan itu berapa biayanya? Harga contoh; kegiatan yang belum ada harganya tidak dihitung 0.
[biaya]
sampai = "ambang"
banding_jumlah = [10, 15, 20, 26, 30, 35, 40]
banding_pagu = [250000000, 500000000, 750000000, 1000000000, 1500000000, 2000000000]
[biaya.harga]
sanitasi_layak = { rupiah = 3500000, satuan = "keluarga", tahun = $year, sumber = "Harga contoh" }
air_layak = { rupiah = 2750000, satuan = "keluarga", tahun = $year, sumber = "Harga contoh" }
krs_persen = { rupiah = 360000, satuan = "keluarga", tahun = $year, sumber = "Harga contoh" }
[[biaya.anggaran]]
opd = "Dinas PUPR"
sumber = "DAK"
rupiah = 1250000000
[[biaya.anggaran]]
opd = "Dinas PUPR"
sumber = "APBDes (dana desa)"
rupiah = 400000000
[[biaya.anggaran]]
opd = "DPPKB"
sumber = "APBD"
rupiah = 100000000

# Tim Pendamping Keluarga dibagi menurut banyaknya keluarga, paling sedikit satu tim tiap desa.
# Satu desa belum melaporkan keluarganya; timnya ditetapkan setelah datanya ada.
[[pembagian]]
nama = "Tim Pendamping Keluarga"
jumlah = $teams
dasar = "keluarga"
min = 1
tanpa_bobot = [$silent]

# Survei dan catatan rutin mengukur hal yang berbeda: tiap sumber menjadi seri tersendiri.
[lintasan]
awal = { tahun = 2024, persen = 19.8 }
target = { tahun = 2029, persen = 14.2 }
[[lintasan.seri]]
nama = "Survei status gizi"
jenis = "survei"
titik = [{ tahun = 2024, persen = 19.8, bawah = 17.1, atas = 22.5 }]

[audit_kasus]
jumlah = 10
$returned
[keluaran]
folder = "../../outputs/contoh-$year"
ukuran = ["A4", "A3"]
peta = ["usulan", "peluang", "prevalensi", "anak", "titik_panas", "tipologi"$review_map]
bahan = [$extras]

# Yang tertulis dalam keputusan, berita acara, dan surat; yang dikosongkan dicetak sebagai titik-titik.
[keputusan]
tempat = "Contoh"
mengingat = [
    "Undang-Undang Nomor 23 Tahun 2014 tentang Pemerintahan Daerah",
    "Peraturan Presiden Nomor 72 Tahun 2021 tentang Percepatan Penurunan Stunting",
]
[keputusan.surat]
batas_waktu = "31 Maret $year"
penanda_tangan = { jabatan = "Kepala Bappeda Kabupaten Contoh" }
""")

_GAPS = Template("""\
# Yang harus ada di setiap desa; yang belum ada menjadi kegiatan OPD-nya.
[kesenjangan]
kelembagaan = [$structures]

""")


_RETURNED = Template("""\
hasil = ["../indicators/$previous/hasil_audit_kasus_$previous.xlsx"]

# Register orang tua asuh (Genting) yang dikirim kembali desa: angka per desa, tanpa data orang.
[orang_tua_asuh]
register = [
    "../indicators/$previous/orang_tua_asuh_${previous}_s2.xlsx",
    "../indicators/$year/orang_tua_asuh_${year}_s1.xlsx",
]
""")


_REVIEW = Template("""
# Daftar tahun lalu seperti ditetapkan dalam SK, dan kajian tahun lalu sebagai pembandingnya.
[tahun_lalu]
kajian = "contoh-$year.toml"
[tahun_lalu.daftar]
berkas = "../indicators/$year/lampiran_sk_lokus_$year.xlsx"

# Lulus: prevalensinya di bawah target dengan peluang sebesar ini, dan sudah cukup lama menjadi lokus.
[tahun_lalu.lulus]
target = 14
peluang = 0.8
min_tahun = 1
""")


def study_text(
    year: int,
    *,
    previous: int | None = None,
    silent: Sequence[str] = (),
    teams: int = TEAMS,
    size: tuple[int, int] = (26, 8),
) -> str:
    """Text of ``contoh-YEAR.toml``.

    Parameters
    ----------
    year : int
    previous : int, optional
        An earlier year: the study reviews its list.
    silent : sequence of str
        Villages, codes with points, that did not report their families.
    teams : int
        Family assistance teams to be apportioned, at least one a village.
    size : tuple of int
        Villages to be proposed, and kecamatan at most.
    """
    extras = ["paparan", "laporan", "atlas", "kalender", "dokumen"]
    parts = dict.fromkeys(("review_map", "structure_tables", "gaps", "returned"), "")
    review = ""
    if previous is not None:
        extras += ["ansit", "audit_kasus", "orang_tua_asuh", "aksi_bangda"]
        review = _REVIEW.substitute(year=previous)
        parts = {
            "review_map": ', "reviu"',
            "structure_tables": structure_study(year),
            "gaps": _GAPS.substitute(structures=_quoted(STRUCTURES)),
            "returned": _RETURNED.substitute(year=year, previous=previous),
        }
    named = _quoted(silent)
    study = _STUDY.substitute(
        year=year, silent=named, teams=teams, listed=size[0], kecamatan=size[1],
        extras=_quoted(extras), **parts,
    )  # fmt: skip
    return study + review


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
