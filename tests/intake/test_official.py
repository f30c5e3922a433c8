from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lokus.errors import InputError
from lokus.intake.official import read_bridge, read_official_list

COLUMNS = {"kode": "kode", "desa": "nama", "kecamatan": "kecamatan"}


def test_the_list_is_sorted_by_code(csv_file: Callable[..., Path]) -> None:
    path = csv_file(
        "kode;nama;kecamatan\n99.01.01.2002;Suka Jaya;Sukasari\n99.01.01.2001;Suka Maju;Sukasari\n"
    )
    frame = read_official_list(path, columns=COLUMNS)
    assert frame.index.tolist() == ["9901012001", "9901012002"]
    assert frame["desa"].tolist() == ["Suka Maju", "Suka Jaya"]


@pytest.mark.parametrize(("code", "message"), [("99.01.01.2001", "dua kali.*baris 2"), ("99.01", "baris 3")])
def test_codes_that_repeat_or_cannot_be_read(csv_file: Callable[..., Path], code: str, message: str) -> None:
    path = csv_file(
        f"kode;nama;kecamatan\n99.01.01.2001;Suka Maju;S\n{code};Suka Jaya;S\n", name="daftar.csv"
    )
    with pytest.raises(InputError, match=f"berkas daftar.csv, .*{message}"):
        read_official_list(path, columns=COLUMNS)


def test_a_bridge_is_read_by_its_headers(tmp_path):
    path = tmp_path / "jembatan.csv"
    path.write_text("Kode BPS;Kode Kemendagri\n9901010001;99.01.01.2001\n;\n9901010002;99.01.01.2002\n")
    bridge = read_bridge(path, bps="Kode BPS", kemendagri="Kode Kemendagri")
    assert bridge.to_dict("list") == {
        "bps": ["9901010001", "9901010002"],
        "kemendagri": ["99.01.01.2001", "99.01.01.2002"],
    }
    with pytest.raises(InputError):
        read_bridge(path)
