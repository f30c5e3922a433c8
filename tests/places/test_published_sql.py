from __future__ import annotations

import json
from contextlib import suppress

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lokus.errors import InputError
from lokus.places.published_sql import read_published_sql, read_sql_header


def sql(path: object, *, kode: str = "99.01.01.2001", nama: str = "Suka Maju") -> str:
    quoted = nama.replace("\\", "\\\\").replace("'", "''")
    return f"INSERT INTO b(kode,nama,path) VALUES ('{kode}','{quoted}','{json.dumps(path)}');"


def ring(west: float, south: float, size: float) -> list[list[float]]:
    """A square as [latitude, longitude]."""
    east, north = west + size, south + size
    return [[south, west], [south, east], [north, east], [north, west], [south, west]]


FAR = shapely.box(108, -3, 109, -2)
SHELL, HOLE, ISLAND = ring(104, -3, 1), ring(104.2, -2.8, 0.1), ring(108, -3, 1)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (SHELL, shapely.box(104, -3, 105, -2)),
        ([SHELL], shapely.box(104, -3, 105, -2)),
        ([[SHELL]], shapely.box(104, -3, 105, -2)),
        ([SHELL, HOLE], shapely.box(104, -3, 105, -2) - shapely.box(104.2, -2.8, 104.3, -2.7)),
        ([SHELL, ISLAND], shapely.box(104, -3, 105, -2) | FAR),
        ([[SHELL], [ISLAND]], shapely.box(104, -3, 105, -2) | FAR),
        (
            [[SHELL, HOLE], [ISLAND]],
            shapely.box(104, -3, 105, -2) - shapely.box(104.2, -2.8, 104.3, -2.7) | FAR,
        ),
        ([[SHELL], ISLAND], shapely.box(104, -3, 105, -2) | FAR),
    ],
)
def test_every_nesting_gives_the_same_polygons_with_axes_set_right(path, expected) -> None:
    got = read_published_sql(sql(path)).geometry.iloc[0]
    assert got.is_valid
    assert got.symmetric_difference(expected).area == pytest.approx(0, abs=1e-12)


def test_only_inserted_rows_are_read_and_nothing_else_obeyed() -> None:
    path = json.dumps([SHELL])
    text = f'''
    -- comment; INSERT INTO b(kode,nama,path) VALUES ('1','x','[]');
    # another '
    /* and 'another */
    CREATE TABLE `b` (`kode` varchar(13) DEFAULT 'INSERT INTO b VALUES (1);', PRIMARY KEY (`kode`));
    DROP TABLE desa; DELETE FROM b WHERE nama = 'INSERT INTO';
    INSERT IGNORE INTO `b` (`path`, `kode`, `luas`, `nama`) VALUES
      ('{path}', "99.01.01.2001", -1.5e3, "Suka ""Maju"""), (NULL, '99.01.01.2002', NULL, 'Lebak\\'s');
    REPLACE INTO b(kode,nama,path) VALUES ('99.01.01.2003','Pagar','{path}')
      ON DUPLICATE KEY UPDATE nama='(';
    '''
    villages = read_published_sql(text)
    assert villages["kode"].tolist() == ["99.01.01.2001", "99.01.01.2002", "99.01.01.2003"]
    assert villages["nama"].tolist() == ['Suka "Maju"', "Lebak's", "Pagar"]
    assert villages.geometry.isna().tolist() == [False, True, False]


@given(st.text(max_size=30))
def test_any_name_comes_back(nama: str) -> None:
    assert read_published_sql(sql([SHELL], nama=nama))["nama"].tolist() == [nama]


@given(st.integers(min_value=1), st.booleans())
def test_a_file_cut_anywhere_is_refused_or_loses_no_begun_row(cut: int, both: bool) -> None:
    text = sql([SHELL], nama="Satu")[:-1] + f",('99.01.01.2002','Dua','{json.dumps([HOLE])}');"
    cut = cut % len(text)
    with pytest.raises(InputError, match="SQL"):
        read_published_sql(text[:cut])


@given(st.recursive(st.none() | st.floats() | st.text(max_size=3), lambda node: st.lists(node, max_size=4)))
def test_any_other_path_is_refused_or_read_never_a_crash(path: object) -> None:
    with suppress(InputError):
        assert len(read_published_sql(sql(path))) == 1


@given(st.text(alphabet="INSERTVALUES(),;'\"`\\ab1-/*# \n", max_size=80))
def test_any_text_is_refused_never_a_crash(text: str) -> None:
    with pytest.raises(InputError):
        read_published_sql(text)


def test_a_deep_nesting_is_refused() -> None:
    text = "INSERT INTO b(kode,nama,path) VALUES ('1','x','" + "[" * 100_000 + "]" * 100_000 + "');"
    with pytest.raises(InputError, match="lintang"):
        read_published_sql(text)


def test_a_file_without_header_states_no_licence() -> None:
    header = read_sql_header("INSERT INTO b VALUES (1);")
    assert (header.licence, header.licence_text, header.updated_at) == ("", "", "")
