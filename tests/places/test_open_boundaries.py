from __future__ import annotations

import hashlib
import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas as gpd
import pytest

from lokus.errors import InputError
from lokus.places.boundaries import read_boundaries
from lokus.places.open_boundaries import DEFAULT_URL, download, fetch_boundaries, read_source

HEAD = """/*
filename  : db/kel/99/wilayah_boundaries_kel_99.01.sql
updated_at: 2026-08-20 22:22:26
====
MIT License

Permission is hereby granted to no village in particular.
====
*/
DELETE FROM wilayah_boundaries WHERE kode LIKE '99.01.%';
"""
VILLAGES = """INSERT INTO wilayah_boundaries(kode,nama,lat,lng,path) VALUES
    ('99.01.01.2001','Suka Ma''ju; Lama',-2.99,104.01,'[[[-3,104],[-3,104.01],[-2.99,104.01],[-3,104]]]'),
    ('99.01.01.2002','Suka Jaya',-2.99,104.01,'[[[[-3,104.01],[-3,104.02],[-2.99,104.01],[-3,104.01]]]]');
"""
SQL = (HEAD + VILLAGES).encode()

Answer = Callable[[BaseHTTPRequestHandler], None]


def send(content: bytes, *, status: int = 200, kind: str = "text/plain", length: int | None = None) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        if length != -1:
            request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)

    return answer


def redirect(url: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", url)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


class Served:
    """A server on this machine that gives its answers in turn, the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.paths: list[str] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.paths.append(self.path)
                served.answers[min(len(served.paths), len(served.answers)) - 1](self)

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.template = f"http://127.0.0.1:{self.server.server_port}/{{provinsi}}/{{kabupaten}}.sql"


@contextmanager
def serving(*answers: Answer) -> Iterator[Served]:
    served = Served(*answers)
    thread = threading.Thread(target=served.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        served.server.shutdown()
        served.server.server_close()
        thread.join()


def fetch(served: Served, folder: Path, **options: object):
    quick = {"timeout": 5.0, "retries": 2, "backoff": 0.0}
    return fetch_boundaries("99.01", folder, url_template=served.template, **quick | options)


def test_a_kabupaten_is_fetched_with_its_licence_and_checksum(tmp_path) -> None:
    steps: list[tuple[int, int | None]] = []
    with serving(send(SQL)) as served:
        result = fetch(
            served, tmp_path / "batas", on_progress=lambda done, total: steps.append((done, total))
        )
    assert served.paths == ["/99/99.01.sql"]
    assert steps[-1] == (len(SQL), len(SQL))
    assert result.published.read_bytes() == SQL
    assert result.sha256 == hashlib.sha256(SQL).hexdigest()
    assert (result.villages, result.licence, result.updated_at) == (2, "MIT", "2026-08-20")
    assert result.licence_text.endswith("to no village in particular.")
    source = json.loads(result.source_file.read_text(encoding="utf-8"))
    assert source == read_source(result.path)
    assert (source["lisensi"], source["sha256"], source["byte"]) == ("MIT", result.sha256, len(SQL))
    assert "lisensi: MIT; perubahan terakhir oleh penerbit: 2026-08-20" in str(result)
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [
        "batas_9901.gpkg", "batas_9901.sql", "batas_9901.sumber.json",
    ]  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["batas"]

    villages = read_boundaries(result.path).villages
    assert villages["desa"].tolist() == ["Suka Ma'ju; Lama", "Suka Jaya"]
    assert villages.total_bounds == pytest.approx([104, -3, 104.02, -2.99])
    from_sql = read_boundaries(result.published).villages
    assert from_sql.geometry.geom_equals(villages.geometry).all()


def test_what_is_there_already_is_not_fetched_again_unless_it_has_changed(tmp_path) -> None:
    with serving(send(SQL)) as served:
        first = fetch(served, tmp_path)
        again = fetch(served, tmp_path)
        assert (first.from_cache, again.from_cache, len(served.paths)) == (False, True, 1)
        assert again.path.read_bytes() == first.path.read_bytes()
        assert not fetch(served, tmp_path, refresh=True).from_cache
        bytes_of_both = first.path.read_bytes()
        for damaged in (first.path, first.published, first.source_file):
            damaged.write_bytes(damaged.read_bytes()[:-2])
            if damaged != first.published:
                assert read_source(first.path) is None
            assert not fetch(served, tmp_path).from_cache
        assert first.path.read_bytes() == bytes_of_both
        assert len(served.paths) == 5
        elsewhere = served.template.replace("{kabupaten}", "x{kabupaten}")
        moved = fetch_boundaries("9901", tmp_path, url_template=elsewhere)
        assert not moved.from_cache


@pytest.mark.parametrize(
    ("answers", "message", "remedy", "tries"),
    [
        ([send(SQL, length=len(SQL) + 9)], "gagal setelah 3 kali: sambungan terputus", "proksi", 3),
        ([send(SQL[:-90], length=-1)], "bukan berkas SQL batas desa yang lengkap", "Unduh kembali", 1),
        ([send(SQL[:-3], length=-1)], "terputus di tengah", "Unduh kembali", 1),
        ([send(HEAD.encode())], "tidak memuat baris desa", "Unduh kembali", 1),
        ([send(b"")], "tidak memuat baris desa", "Unduh kembali", 1),
        ([send(b"<html>Masuk</html>", kind="text/html; charset=utf-8")], "halaman web", "alamat", 1),
        ([send(b"\n <!DOCTYPE html>")], "halaman web", "alamat", 1),
        ([send(b"tiada", status=404)], r"tidak memiliki berkas itu \(404\)", "kode kabupaten", 1),
        ([send(b"dilarang", status=403)], r"menolak berkas itu \(403\)", "peramban", 1),
        ([send(b"sibuk", status=503)], "gagal setelah 3 kali: server menjawab 503", "proksi", 3),
        ([send(SQL, length=10**9)], "lebih besar daripada 1,0 MB", "alamat", 1),
        ([send(SQL + b" " * 10**6, length=-1)], "lebih besar daripada 1,0 MB", "alamat", 1),
        (
            [send(SQL.replace(b"99.01.01", b"99.02.01"))],
            r"2 dari 2 desa/kelurahan bukan .*99\.01",
            "kode kabupaten",
            1,
        ),
        ([send(SQL.replace(b"]]]", b"]]"))], "bukan daftar", "Unduh kembali", 1),
        ([send(SQL.replace(b",104.02]", b",NaN]"))], "bukan daftar", "Unduh kembali", 1),
        ([send(SQL.replace(b"nama,lat", b"name,lat"))], "tidak memiliki kolom nama", "Unduh kembali", 1),
        ([redirect("http://example.org/a.sql")], "hanya diunduh melalui HTTPS", "https://", 1),
        ([redirect("ftp://127.0.0.1/a.sql")], "HTTPS", "https://", 1),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_kept(tmp_path, answers, message, remedy, tries) -> None:
    folder = tmp_path / "batas"
    with serving(*answers) as served, pytest.raises(InputError, match=message) as error:
        fetch(served, folder, max_bytes=10**6)
    assert remedy in error.value.remedy
    assert len(served.paths) == tries
    assert list(tmp_path.rglob("*")) == []


def test_a_failed_refresh_leaves_the_files_that_were_there(tmp_path) -> None:
    with serving(send(SQL), send(SQL[: len(SQL) // 2], length=-1)) as served:
        first = fetch(served, tmp_path)
        before = {p: p.read_bytes() for p in tmp_path.iterdir()}
        with pytest.raises(InputError, match="SQL"):
            fetch(served, tmp_path, refresh=True)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert read_source(first.path) is not None


def test_a_passing_failure_is_tried_again(tmp_path) -> None:
    busy, cut = send(b"", status=503), send(SQL, length=len(SQL) + 1)
    with serving(busy, cut, send(SQL)) as served:
        assert fetch(served, tmp_path).villages == 2
    assert len(served.paths) == 3


def test_no_network_says_what_to_do(tmp_path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        template = f"http://127.0.0.1:{unused.getsockname()[1]}/{{kabupaten}}"
        with pytest.raises(InputError, match="gagal setelah 2 kali: server menolak sambungan") as error:
            fetch_boundaries("9901", tmp_path, url_template=template, retries=1, backoff=0, timeout=2)
    assert "peramban" in error.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_silent_server_is_given_up(tmp_path) -> None:
    release = threading.Event()
    with serving(lambda _request: release.wait(5)) as served:
        with pytest.raises(InputError, match="tidak ada jawaban"):
            fetch(served, tmp_path, timeout=0.2, retries=0)
        release.set()


def test_only_safe_addresses_are_used(tmp_path) -> None:
    for url in ("http://example.org/a", "file:///etc/hostname", "ftp://example.org/a", "https://"):
        with pytest.raises(InputError, match="HTTPS"):
            download(url)
    with pytest.raises(InputError, match="pola alamat"):
        fetch_boundaries("9901", tmp_path, url_template="https://example.org/{desa}")
    with pytest.raises(ValueError, match="four digits"):
        fetch_boundaries("../../etc", tmp_path)


def test_the_default_address_is_that_of_the_published_file(shared_data) -> None:
    head = (shared_data / "boundaries" / "wilayah_boundaries_kel_61.11.sql").read_text(encoding="utf-8")[:400]
    filename = next(line.split(":")[1].strip() for line in head.splitlines() if line.startswith("filename"))
    assert DEFAULT_URL.format(provinsi="61", kabupaten="61.11").endswith(
        f"/wilayah_boundaries/main/{filename}"
    )


def test_the_real_published_file_gives_the_same_polygons_as_the_geopackage(tmp_path, shared_data) -> None:
    folder = shared_data / "boundaries"
    content = (folder / "wilayah_boundaries_kel_61.11.sql").read_bytes()
    with serving(send(content)) as served:
        result = fetch_boundaries("61.11", tmp_path, url_template=served.template)
    assert (result.villages, result.licence, result.updated_at) == (43, "MIT", "2026-08-20")
    assert result.licence_text.startswith("MIT License")
    assert result.licence_text.endswith("copyright (c) 2025 by cahya dsn; cahyadsn@gmail.com")
    expected = gpd.read_file(folder / "6111_kayong_utara.gpkg").set_index("kode").sort_index()
    got = gpd.read_file(result.path).set_index("kode").sort_index()
    assert got["nama"].tolist() == expected["nama"].tolist()
    assert got.geometry.geom_equals(expected.geometry).all()
    shutil.copy(result.published, tmp_path / "langsung.sql")
    direct = read_boundaries(tmp_path / "langsung.sql", kabupaten="61.11")
    repaired = read_boundaries(folder / "6111_kayong_utara.gpkg")
    assert len(direct.coverage_before.overlaps) == len(repaired.coverage_before.overlaps) == 51
    assert direct.villages.geometry.geom_equals(repaired.villages.geometry).all()
