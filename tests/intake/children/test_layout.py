from __future__ import annotations

import random

import pytest

from lokus.errors import InputError
from lokus.findings import Where
from lokus.intake.children.layout import DELIMITERS, find_layout, split_lines

HEAD = ["No", "NIK", "Nama", "Tgl Lahir", "Kec", "Desa/Kel", "Tanggal Pengukuran", "ZS TB/U"]
CHILD = ["1", "9901010101200001", "Anak Satu", "2020-01-01", "Sari", "Suka Maju", "2026-02-01", "-2.5"]
HERE = Where(file="ukur.csv")


def layout(lines, *, columns=None, filters=None):
    return find_layout(split_lines(lines), columns=columns or {}, filters=filters or {}, where=HERE)


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("seed", range(5))
def test_the_header_is_found_under_titles_whatever_the_order_of_columns(delimiter, seed):
    rng = random.Random(seed)
    order = rng.sample(range(len(HEAD)), len(HEAD))
    titles = ["LAPORAN PENGUKURAN", "", "Februari 2026"][: rng.randint(0, 3)]
    rows = [delimiter.join(row[at] for at in order) for row in (HEAD, CHILD)]
    found = layout([*titles, *rows])
    assert (found.lines, found.width, found.delimiter) == (len(titles) + 1, len(HEAD), delimiter)
    for role, head in (("nik", "NIK"), ("desa", "Desa/Kel"), ("zs_tbu", "ZS TB/U")):
        assert order[found.roles[role]] == HEAD.index(head)


@pytest.mark.parametrize("without", ["Desa/Kel", "Tanggal Pengukuran", "ZS TB/U"])
def test_what_is_missing_is_named_and_nothing_that_is_there(without):
    kept = [at for at, head in enumerate(HEAD) if head != without]
    with pytest.raises(InputError) as refused:
        layout([";".join(row[at] for at in kept) for row in (HEAD, CHILD)])
    told = f"{refused.value} {refused.value.remedy}"
    assert without in told
    assert not any(cell in told for cell in CHILD if len(cell) > 1)


def test_a_child_above_the_header_is_refused_with_its_row():
    with pytest.raises(InputError, match="baris 1") as refused:
        layout([";".join(CHILD), ";".join(HEAD), ";".join(CHILD)])
    assert CHILD[2] not in str(refused.value)


def test_rows_are_filtered_by_places_and_never_by_what_is_personal():
    assert layout([";".join(HEAD)], filters={"Kec": "Sari"}).filters == {HEAD.index("Kec"): "Sari"}
    with pytest.raises(InputError, match="Nama"):
        layout([";".join(HEAD)], filters={"Nama": "Anak Satu"})
    with pytest.raises(InputError, match="Puskesmas"):
        layout([";".join(HEAD)], filters={"Puskesmas": "Sari"})
