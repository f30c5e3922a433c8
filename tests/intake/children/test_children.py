"""Child-level exports: counted as a plain loop counts them, whatever reads them; nobody's name gets out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import pickle
import random
import re
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from example_kabupaten import Kabupaten, make_kabupaten
from example_kabupaten.child_exports import make_children, weighing_month, write_children
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from lokus.errors import InputError
from lokus.findings import findings_frame
from lokus.intake.children import children
from lokus.intake.children import sources as children_sources
from lokus.intake.children import tally as children_tally
from lokus.intake.children.cells import is_personal_number, parse_day, parse_z
from lokus.intake.children.children import (
    CHILD_INDICATORS,
    CHILD_PLACE,
    COUNT_COLUMNS,
    read_children,
)
from lokus.intake.join.join import join_table
from lokus.places.decisions import read_decisions, write_open_cases

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.tables.tables import RawTable

HEADER = [
    "NIK", "Nama", "Tgl Lahir", "Nama Ortu", "Kec", "Pukesmas", "Desa/Kel", "Alamat", "Tanggal Pengukuran",
    "Tinggi", "ZS TB/U",
]  # fmt: skip
NIK = "99010102022300{:02d}"
START, END = "2026-02-01", "2026-02-28"
SECRETS = ("RAHASIA NAMA", "RAHASIA ORTU", "RAHASIA ALAMAT", "9901017777777777", "777777")


def row(
    child: int | str = 1, z: str = "-2,50", day: str = "2026-02-10", *, desa: str = "SUKA MAJU", **other: str
) -> list[str]:
    """One measurement; a child is a number, or its NIK as written."""
    number = child if isinstance(child, int) else 0
    cells = {
        "NIK": NIK.format(child) if isinstance(child, int) else child, "Nama": f"ANAK {number}",
        "Tgl Lahir": "2023-02-02", "Nama Ortu": "ORTU", "Kec": "SUKASARI",
        "Pukesmas": "SUKASARI", "Desa/Kel": desa, "Alamat": "RT 1",
        "Tanggal Pengukuran": day, "Tinggi": "80,1" if z else "", "ZS TB/U": z,
    }  # fmt: skip
    return [other.get(re.sub(r"\W", "_", name).lower(), cells[name]) for name in HEADER]


def text_of(rows: Sequence[Sequence[str]], *, above: str = "Tanggal unduh 2026-03-02\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\n").writerows([HEADER, *rows])
    return above + buffer.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawTable]:
    def reading(rows: Sequence[Sequence[str]], **options: Any) -> RawTable:
        path = tmp_path / "ukur.csv"
        path.write_text(text_of(rows), encoding="utf-8")
        return read_children(path, **{"start": START, "end": END, **options})

    return reading


def counts(table: RawTable, desa: str = "SUKA MAJU") -> dict[str, int]:
    found = table.data[table.data["desa"] == desa]
    return {name: int(found[name].sum()) for name in COUNT_COLUMNS if found[name].sum()}


def checks(table: RawTable) -> dict[str, str]:
    return {finding.check.removeprefix("children."): finding.message for finding in table.findings}


def count_plainly(text: str, start: str = START, end: str = END) -> dict[tuple[str, str], dict[str, int]]:
    """Count by the rules as a planner would read them: dictionaries and loops, no shared code."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("NIK;"))
    people: dict[tuple[str, ...], list[tuple[str, str, str, str, str]]] = defaultdict(list)
    births: dict[str, set[str]] = defaultdict(set)
    kept = []
    villages = set()
    for cells in csv.DictReader(lines[first:], delimiter=";"):
        day = cells["Tanggal Pengukuran"]
        if not start <= day <= end:
            continue
        place = cells["Kec"].upper().strip(), cells["Desa/Kel"].upper().strip()
        villages.add(place)
        nik, born = cells["NIK"], cells["Tgl Lahir"]
        whole = len(nik) == 16 and nik.isdigit() and len(set(nik)) > 1 and nik[0] != "0"
        name, parent = ("".join(c for c in cells[k].upper() if c.isalnum()) for k in ("Nama", "Nama Ortu"))
        if whole:
            births[nik].add(born)
        kept.append((nik if whole else "", born, name, parent, place, day, cells["Tinggi"], cells["ZS TB/U"]))
    for nik, born, name, parent, place, day, height, z in kept:
        if nik:
            who = (nik, born) if len(births[nik] - {""}) > 1 else (nik,)
        elif name and born:
            who = (name, born, parent)
        else:
            continue
        people[who].append((("1" if z else "0") + day, *place, z, height))
    result = {place: dict.fromkeys(COUNT_COLUMNS, 0) for place in villages}
    for found in people.values():
        newest = max(entry[0] for entry in found)
        last = [entry for entry in found if entry[0] == newest]
        at = result[min((entry[1], entry[2]) for entry in last)]
        at["anak"] += 1
        if newest[0] == "0":
            at["tanpa_zskor" if any(entry[4] for entry in last) else "tanpa_tb"] += 1
            continue
        kinds = set()
        for entry in last:
            z_score = float(entry[3].replace(",", "."))
            kinds.add("tidak_wajar" if abs(z_score) > 6 else "sangat_pendek" if z_score < -3
                      else "pendek" if z_score < -2 else "normal")  # fmt: skip
        kind = kinds.pop() if len(kinds) == 1 else "bertentangan"
        at["diukur"] += kind in ("sangat_pendek", "pendek", "normal")
        at["stunting"] += kind in ("sangat_pendek", "pendek")
        if kind != "normal":
            at[kind] += 1
    return result


def as_counted(table: RawTable) -> dict[tuple[str, str], dict[str, int]]:
    return {
        (str(r["kecamatan"]), str(r["desa"])): {name: int(r[name]) for name in COUNT_COLUMNS}
        for r in table.data.to_dict("records")
    }


@pytest.fixture(scope="session")
def kabupaten() -> Kabupaten:
    return make_kabupaten(villages=40, kecamatan=4, kelurahan=2, seed=5)


@pytest.fixture(scope="session")
def export(kabupaten: Kabupaten, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_children(kabupaten, 2026, tmp_path_factory.mktemp("anak") / "anak_2026.csv")


# -- the counts ---------------------------------------------------------------------------------------------


def test_an_export_gives_what_a_plain_loop_counts(export: Path) -> None:
    table = read_children(export, start=START, end=END)
    assert as_counted(table) == count_plainly(export.read_text(encoding="utf-8"))


def test_an_export_gives_the_recap_it_was_drawn_from(
    export: Path, kabupaten: Kabupaten, catalogue: Catalogue
) -> None:
    start, end = weighing_month(2026)
    table = read_children(export, start=start, end=end)
    joined = join_table(
        table, kabupaten.villages, place=CHILD_PLACE, indicators=CHILD_INDICATORS, catalogue=catalogue
    )
    keys = list(CHILD_INDICATORS)
    recap = kabupaten.tables[2026]
    reported = recap["diukur"].notna() & (recap["diukur"] > 0)
    assert_frame_equal(joined.values.loc[reported, keys], recap.loc[reported, keys], check_names=False)
    assert joined.values.loc[recap["sasaran"].isna(), keys].isna().all(axis=None)
    assert not len(joined.open_cases)


CHILDREN = st.builds(
    row,
    st.sampled_from([1, 2, 3, "", "9901********0001", "0000000000000000", "9999999999999999", "123"]),
    st.sampled_from(["", "-2,00", "-2,01", "-3,00", "-3.01", "0,5", "6,00", "-6,01", "7"]),
    st.sampled_from(["2026-01-31", "2026-02-01", "2026-02-10", "2026-02-28", "2026-03-01"]),
    desa=st.sampled_from(["SUKA MAJU", "Suka Jaya", "suka maju"]),
    nama=st.sampled_from(["ANI", "Ani.", "BUDI", ""]),
    tgl_lahir=st.sampled_from(["2023-02-02", "2024-05-06", ""]),
    nama_ortu=st.sampled_from(["ORTU", "or tu", ""]),
    tinggi=st.sampled_from(["80,1", ""]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CHILDREN, min_size=1, max_size=14), seed=st.integers(0, 99))
def test_any_export_gives_what_a_plain_loop_counts_whatever_its_order(
    rows: list[list[str]], seed: int, read: Callable[..., RawTable]
) -> None:
    expected = count_plainly(text_of(rows))
    shuffled = random.Random(seed).sample(rows, len(rows))
    if not expected:
        with pytest.raises(InputError, match="tidak ada pengukuran"):
            read(rows)
        return
    assert as_counted(read(rows)) == expected
    assert as_counted(read(shuffled)) == expected


def test_small_chunks_and_buffers_change_nothing(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_children(export, start=START, end=END)
    monkeypatch.setattr(children, "text_chunks", partial(children_sources.text_chunks, rows=97))
    monkeypatch.setattr(children_tally, "_LEAST_BUFFER", 50)
    parts = read_children(export, start=START, end=END)
    assert_frame_equal(whole.data, parts.data)
    assert whole.findings == parts.findings


def test_a_workbook_gives_the_same(kabupaten: Kabupaten, tmp_path: Path) -> None:
    rows = make_children(kabupaten, 2026).iloc[3000:3600]
    rows.to_csv(tmp_path / "anak.csv", sep=";", index=False)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["DATA CONTOH SINTETIS"])
    sheet.append([])
    sheet.append(list(rows.columns))
    for cells in rows.itertuples(index=False):
        sheet.append([dt.date.fromisoformat(c) if re.fullmatch(r"\d{4}-\d\d-\d\d", c) else c for c in cells])
    book.create_sheet("Catatan").append(["kosong"])
    book.save(tmp_path / "anak.xlsx")
    table = read_children(tmp_path / "anak.xlsx", start=START, end=END)
    expected = read_children(tmp_path / "anak.csv", start=START, end=END)
    assert_frame_equal(table.data.reset_index(drop=True), expected.data.reset_index(drop=True))
    assert (table.data.index - expected.data.index == 2).all()
    assert table.sheet == "Sheet"


# -- the rules, one by one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("z", "kind"),
    [("-1,99", "diukur"), ("-2,00", "diukur"), ("-2,01", "pendek"), ("-3,00", "pendek"),
     ("-3,01", "sangat_pendek"), ("-6,00", "sangat_pendek"), ("-6,01", "tidak_wajar"),
     ("6.01", "tidak_wajar"), ("", "tanpa_tb")],
)  # fmt: skip
def test_bounds_of_the_classes(read: Callable[..., RawTable], z: str, kind: str) -> None:
    found = counts(read([row(1, z)]))
    assert found[kind] == 1
    assert found["anak"] == 1
    assert found.get("diukur", 0) == (kind in ("diukur", "pendek", "sangat_pendek"))


def test_the_last_height_counts_not_the_last_row(read: Callable[..., RawTable]) -> None:
    rows = [row(1, "0", "2026-02-03"), row(1, "-2,5", "2026-02-20"), row(1, "", "2026-02-27"),
            row(1, "-4", "2026-03-01")]  # fmt: skip
    assert counts(read(rows)) == {"anak": 1, "diukur": 1, "pendek": 1, "stunting": 1}


def test_an_implausible_last_height_is_not_replaced_by_an_older_one(read: Callable[..., RawTable]) -> None:
    assert counts(read([row(1, "0", "2026-02-03"), row(1, "-9", "2026-02-20")])) == {
        "anak": 1,
        "tidak_wajar": 1,
    }


def test_siblings_under_one_nik_are_two_children(read: Callable[..., RawTable]) -> None:
    table = read([row(1, "0"), row(1, "-2,5", tgl_lahir="2024-03-03"), row(2, tgl_lahir=""), row(2)])
    assert counts(table)["anak"] == 3
    assert checks(table)["nik_ganda"].startswith("1 NIK")


def test_results_that_contradict_each_other_are_not_used(read: Callable[..., RawTable]) -> None:
    table = read([row(1, "0"), row(1, "-2,5"), row(2, "-2,5"), row(2, "-2,6")])
    assert counts(table) == {"anak": 2, "diukur": 1, "pendek": 1, "stunting": 1, "bertentangan": 1}
    assert {"anak_bertentangan", "ganda"} <= set(checks(table))


def test_a_child_in_two_villages_counts_once(read: Callable[..., RawTable]) -> None:
    table = read([row(1, desa="SUKA MAJU"), row(1, desa="AIR PUTIH")])
    assert counts(table, "AIR PUTIH")["anak"] == 1
    assert counts(table) == {}
    assert "dua_desa" in checks(table)


def test_rows_that_cannot_be_used_are_counted_with_their_rows(read: Callable[..., RawTable]) -> None:
    rows = [
        row(1), row(2, day="31/02/2026"), row(3, day=""), row(4, desa="-"), row("", nama=""),
        row("", tgl_lahir="kapan"), row(6, "pendek sekali"),
    ]  # fmt: skip
    table = read(rows)
    found = checks(table)
    assert "(baris 4)" in found["tanggal"]
    assert "(baris 5)" in found["tanpa_tanggal"]
    assert "(baris 6)" in found["tanpa_desa"]
    assert "(baris 7, 8)" in found["tanpa_identitas"]
    assert "(baris 9)" in found["zskor"]
    assert counts(table) == {"anak": 2, "diukur": 1, "pendek": 1, "stunting": 1, "tanpa_zskor": 1}
    blocking = {finding.check for finding in table.findings if finding.level == "blocking"}
    assert blocking == {f"children.{what}" for what in ("tanggal", "tanpa_desa", "tanpa_identitas", "zskor")}


def test_blank_lines_and_quoted_cells_do_not_shift_rows(
    tmp_path: Path, read: Callable[..., RawTable]
) -> None:
    path = tmp_path / "ukur.csv"
    lines = text_of([row(1, alamat="JL; 1"), row(2, day="?"), row(3, desa="AIR PUTIH")]).splitlines()
    path.write_text("\n".join([*lines[:3], "", *lines[3:], "", ""]), encoding="utf-8")
    table = read_children(path, start=START, end=END)
    assert "(baris 5)" in checks(table)["tanggal"]
    assert table.data.index.tolist() == [6, 3]


def test_rows_of_another_place_are_filtered(read: Callable[..., RawTable]) -> None:
    table = read([row(1), row(2, kec="LAIN")], where={"kec": "sukasari "})
    assert table.data["anak"].tolist() == [1]
    assert "disaring" in checks(table)


REGION = "NIK;Kab/Kota;Kec;Desa/Kel;Tanggal Pengukuran;ZS TB/U\n"


def region_file(tmp_path: Path, rows: Sequence[tuple[str, str, str]]) -> Path:
    """An export with a child a row: kabupaten, village, z-score; all in kecamatan SUKASARI."""
    path = tmp_path / "ukur.csv"
    lines = [
        f"{NIK.format(n)};{kabupaten};SUKASARI;{desa};2026-02-10;{z}"
        for n, (kabupaten, desa, z) in enumerate(rows, 10)
    ]
    path.write_text(REGION + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_villages_of_one_name_in_two_kabupaten_are_never_added_up(tmp_path: Path) -> None:
    rows = [("KAB. CONTOH", "-2,5"), ("CONTOH", "0"), ("Kota Contoh", "-3,5")]
    rows = [(kabupaten, "SUKA MAJU", z) for kabupaten, z in rows]
    path = region_file(tmp_path, rows)
    with pytest.raises(InputError, match="2 kabupaten") as error:
        read_children(path, start=START, end=END)
    assert error.value.where.row == 4
    assert 'saring = { "Kab/Kota" = "…" }' in error.value.remedy
    # The remedy, obeyed, counts that kabupaten alone, with or without the word before its name.
    for name in ("Kabupaten Contoh", "contoh"):
        table = read_children(path, start=START, end=END, where={"Kab/Kota": name})
        assert counts(table) == {"anak": 2, "diukur": 2, "pendek": 1, "stunting": 1}
    table = read_children(path, start=START, end=END, where={"Kab/Kota": "Kota Contoh"})
    assert counts(table) == {"anak": 1, "diukur": 1, "sangat_pendek": 1, "stunting": 1}


@pytest.mark.parametrize(
    "header", ["Kabupaten/Kota Domisili", "Nama Kab/Kota", "Prov;Nama Kab/Kota", "Prov", "Kab/Kota;Kab/Kota"]
)
def test_the_column_of_kabupaten_is_known_by_its_word(tmp_path: Path, header: str) -> None:
    """Under any other heading the children of two villages of one name were added up without a word."""
    path = region_file(tmp_path, [("CONTOH", "SUKA MAJU", "-2,5"), ("LAIN", "SUKA MAJU", "0")])
    body = path.read_text(encoding="utf-8").replace("Kab/Kota", header, 1)
    if ";" in header:
        body = body.replace(";CONTOH;", ";CONTOH;CONTOH;").replace(";LAIN;", ";LAIN;LAIN;")
    if header.startswith("Prov;"):
        body = body.replace(";CONTOH;CONTOH;", ";JAWA;CONTOH;").replace(";LAIN;LAIN;", ";JAWA;LAIN;")
    path.write_text(body, encoding="utf-8")
    with pytest.raises(InputError, match="2 kabupaten") as error:
        read_children(path, start=START, end=END)
    own = header.split(";")[-1]
    assert f'saring = {{ "{own}" = "…" }}' in error.value.remedy
    if header != "Kab/Kota;Kab/Kota":
        table = read_children(path, start=START, end=END, where={own: "Contoh"})
        assert counts(table) == {"anak": 1, "diukur": 1, "pendek": 1, "stunting": 1}


def test_the_column_of_kabupaten_is_known_by_what_stands_in_it(tmp_path: Path) -> None:
    """ "Wilayah Kerja" says nothing of a kabupaten; "KAB. CONTOH" and "Kota Contoh" in it do."""
    rows = [("KAB. CONTOH", "SUKA MAJU", "-2,5"), ("Kota Contoh", "SUKA MAJU", "0")]
    path = region_file(tmp_path, rows)
    path.write_text(
        path.read_text(encoding="utf-8").replace("Kab/Kota", "Wilayah Kerja", 1), encoding="utf-8"
    )
    with pytest.raises(InputError, match="2 kabupaten") as error:
        read_children(path, start=START, end=END)
    assert 'saring = { "Wilayah Kerja" = "…" }' in error.value.remedy
    table = read_children(path, start=START, end=END, where={"Wilayah Kerja": "Kab. Contoh"})
    assert counts(table) == {"anak": 1, "diukur": 1, "pendek": 1, "stunting": 1}


def test_a_filter_that_leaves_two_kabupaten_does_not_help(tmp_path: Path) -> None:
    path = region_file(tmp_path, [("CONTOH", "SUKA MAJU", "0"), ("LAIN", "SUKA MAJU", "0")])
    with pytest.raises(InputError, match="2 kabupaten"):
        read_children(path, start=START, end=END, where={"Kec": "Sukasari"})


@pytest.mark.parametrize("n", [40, pytest.param(1_500, marks=(pytest.mark.slow, pytest.mark.long))])
def test_exports_of_several_kabupaten_are_right_or_refused(tmp_path: Path, n: int) -> None:
    rng = random.Random(10)
    refused = 0
    for _number in range(n):
        names = rng.sample(["CONTOH", "Kota Contoh", "LAIN", "UJUNG JAYA"], rng.randint(1, 3))
        rows = [
            (rng.choice(names), rng.choice(["SUKA MAJU", "AIR PUTIH"]), rng.choice(["0", "-2,5", "-3,5"]))
            for _child in range(rng.randint(4, 40))
        ]
        path = region_file(tmp_path, rows)
        there = {name for name, *__ in rows}
        own = rng.choice(sorted(there))
        if len(there) > 1:
            refused += 1
            with pytest.raises(InputError, match=f"{len(there)} kabupaten"):
                read_children(path, start=START, end=END)
        table = read_children(path, start=START, end=END, where={"Kab/Kota": own.lower()}).data
        for desa, counted in table.groupby("desa"):
            mine = [z for kabupaten, village, z in rows if (kabupaten, village) == (own, desa)]
            assert counted["diukur"].sum() == len(mine)
            assert counted["stunting"].sum() == sum(z != "0" for z in mine)
    sys.stdout.write(f"{n} exports, {refused} of several kabupaten and refused, 0 added up\n")
    assert refused


@pytest.mark.parametrize("cell", ["9901017777777777", "2023-02-02", "14,5"])
def test_shifted_columns_stop_where_no_village_can_stand(tmp_path: Path, cell: str) -> None:
    path = region_file(tmp_path, [("CONTOH", "SUKA MAJU", "0"), ("CONTOH", cell, "0")])
    with pytest.raises(InputError, match="bergeser") as error:
        read_children(path, start=START, end=END)
    assert error.value.where.row == 3
    assert cell not in str(error.value)


def test_names_in_the_column_of_villages_stop(tmp_path: Path) -> None:
    letters = "ABCDEFGHIJ"
    rows = [("CONTOH", f"RAHASIA {a}{b}", "0") for a in letters for b in letters[:8]]
    path = tmp_path / "ukur.csv"
    lines = [
        f"{NIK.format(n)};CONTOH;SUKASARI;{desa};2026-02-10;{z}" for n, (__, desa, z) in enumerate(rows, 10)
    ]
    path.write_text(REGION + "\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="80 anak ada di 80 desa") as error:
        read_children(path, start=START, end=END)
    assert "RAHASIA" not in str(error.value)


def test_what_no_village_is_called_is_not_shown(
    tmp_path: Path, villages: pd.DataFrame, catalogue: Catalogue
) -> None:
    path = region_file(tmp_path, [("CONTOH", "SUKA MAJU", "0"), ("CONTOH", "RAHASIA NAMA", "-2,5")])
    joined = join_table(
        read_children(path, start=START, end=END), villages, place=CHILD_PLACE, indicators=CHILD_INDICATORS,
        catalogue=catalogue, personal=True,
    )  # fmt: skip
    assert joined.values["stunting"].dropna().to_dict() == {"9901012001": 0}
    assert joined.open_cases["baris"].tolist() == [3]
    shown = joined.reconciliation.to_csv() + joined.open_cases.to_csv() + repr(joined.findings)
    assert "RAHASIA" not in shown
    # Its row is enough to decide it.
    decisions = tmp_path / "kecocokan.csv"
    write_open_cases(decisions, joined.open_cases)
    text = decisions.read_text("utf-8-sig")
    assert "RAHASIA" not in text
    decisions.write_text(text.replace("ukur.csv;;3;;;;", "ukur.csv;;3;;;9901012002;"), encoding="utf-8")
    again = join_table(
        read_children(path, start=START, end=END), villages, place=CHILD_PLACE, indicators=CHILD_INDICATORS,
        catalogue=catalogue, personal=True, decisions=read_decisions(decisions),
    )  # fmt: skip
    assert again.values["stunting"].dropna().to_dict() == {"9901012001": 0, "9901012002": 1}


def test_headers_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "ukur.csv"
    path.write_text(text_of([row(1)]).replace("ZS TB/U", "Skor"), encoding="utf-8")
    table = read_children(path, start=START, end=END, columns={"zs_tbu": "skor"})
    assert table.data["stunting"].tolist() == [1]


def test_a_whole_nik_has_sixteen_digits() -> None:
    written = ["9901010202230001", "9901********0001", "1111111111111111", "0901010202230001", "9.90101E+15"]
    assert [is_personal_number(text) for text in written] == [True, False, False, False, False]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)))
def test_days_are_read_in_the_usual_ways(day: dt.date) -> None:
    number = (day - dt.date(1989, 12, 31)).days
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d 08:15:00"):
        assert parse_day(day.strftime(form)) == number


@given(st.integers(-999, 999))
def test_z_scores_are_read_with_comma_and_point(hundredths: int) -> None:
    text = f"{hundredths / 100:.2f}"
    assert parse_z(text) == parse_z(text.replace(".", ",")) == hundredths / 100


@pytest.mark.parametrize("how", ["bom", "crlf", "latin", "trailing", "tab", "no last newline"])
def test_text_files_as_programs_save_them(tmp_path: Path, read: Callable[..., RawTable], how: str) -> None:
    rows = [row(1), row(2, nama="ANDRÉ"), row("", "0", nama="ANDRÉ")]
    text = text_of(rows, above="")
    changed = {
        "crlf": text.replace("\n", "\r\n"), "trailing": text.replace("\n", ";\n"),
        "tab": text.replace(";", "\t"), "no last newline": text.rstrip(),
    }.get(how, text)  # fmt: skip
    path = tmp_path / "simpan.csv"
    path.write_bytes(changed.encode({"bom": "utf-8-sig", "latin": "cp1252"}.get(how, "utf-8")))
    table = read_children(path, start=START, end=END)
    assert_frame_equal(table.data.reset_index(drop=True), read(rows).data.reset_index(drop=True))
    assert table.data.index.tolist() == [2]


# -- bad input ----------------------------------------------------------------------------------------------


def bad_files() -> Iterator[Any]:
    good = text_of([row(1), secret_row()])
    yield pytest.param(good.split("\n", 2)[2], "bukan ekspor per anak", id="no header")
    yield pytest.param(good.replace("ZS TB/U", "X"), "ZS TB/U", id="column missing")
    yield pytest.param(good.replace("NIK;Nama;", "Y;X;"), "NIK", id="no identity")
    yield pytest.param(good + ";".join(secret_row()) + ";lebih\n", "baris 5", id="row too wide")
    yield pytest.param(good + ";".join(secret_row()) + ";;;lebih\n", "baris 5", id="row much too wide")
    yield pytest.param(good.replace("2026-02-10", "2025-02-10"), "tidak ada pengukuran", id="out of period")
    yield pytest.param(good + '"RAHASIA NAMA;x\n' + good, "tanda kutip", id="open quote")
    yield pytest.param("", "kosong", id="empty")


def secret_row() -> list[str]:
    return row("9901017777777777", nama="RAHASIA NAMA", nama_ortu="RAHASIA ORTU", alamat="RAHASIA ALAMAT")


def assert_no_secret(text: str) -> None:
    for secret in SECRETS:
        assert secret.casefold() not in text.casefold(), secret


def whole_traceback(error: BaseException) -> str:
    """All that a traceback can be made to tell: messages, causes, the variables of every frame of ours."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    told = [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
    frames = [
        repr(frame.locals)
        for frame in shown.stack
        if "lokus" in frame.filename and "tests" not in frame.filename
    ]
    assert frames
    return "\n".join([*told, *frames])


@pytest.mark.parametrize(("text", "message"), list(bad_files()))
def test_bad_files_say_what_is_wrong_without_a_name(
    tmp_path: Path, text: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ukur.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_children(path, start=START, end=END)
    assert message in str(caught.value)
    assert "ukur.csv" in str(caught.value)
    assert_no_secret(whole_traceback(caught.value))
    assert_no_secret("".join(capfd.readouterr()))


def test_a_bad_workbook_says_so_without_a_name(workbook: Callable[..., Path]) -> None:
    path = workbook({"Data": [HEADER[1:3], secret_row()], "Lagi": [secret_row()]})
    with pytest.raises(InputError, match="bukan ekspor per anak") as caught:
        read_children(path, start=START, end=END)
    assert_no_secret(whole_traceback(caught.value))


@pytest.mark.parametrize("column", ["Nama", "NIK", "Alamat", "Nama Ortu"])
def test_children_are_not_filtered_by_who_they_are(read: Callable[..., RawTable], column: str) -> None:
    with pytest.raises(InputError, match="tidak dapat disaring"):
        read([row(1)], where={column: "x"})


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ukur.csv"
    for content, message in (("é".encode("utf-16"), "UTF-16"), (b"PK\x03\x04", "xlsx")):
        path.write_bytes(content)
        with pytest.raises(InputError, match=message):
            read_children(path, start=START, end=END)
    with pytest.raises(InputError, match="tidak ada"):
        read_children(tmp_path / "tiada.csv", start=START, end=END)


def test_the_period_must_be_days_in_order(read: Callable[..., RawTable]) -> None:
    with pytest.raises(ValueError, match="start"):
        read([row(1)], start=END, end=START)
    with pytest.raises(ValueError, match="end"):
        read([row(1)], end="akhir bulan")


# -- privacy ------------------------------------------------------------------------------------------------


def test_nothing_personal_is_kept_printed_or_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    recwarn: pytest.WarningsRecorder,
    villages: pd.DataFrame,
    catalogue: Catalogue,
) -> None:
    path = tmp_path / "masuk" / "ukur.csv"
    path.parent.mkdir()
    rows = [
        secret_row(), [*secret_row()[:2], "2024-01-01", *secret_row()[3:]], row(1, "RAHASIA NAMA"),
        row(2, day="RAHASIA NAMA"), row("", nama="RAHASIA NAMA", tgl_lahir="RAHASIA ORTU"),
        row(3, tinggi="RAHASIA ALAMAT"), row(3, "0"),
    ]  # fmt: skip
    path.write_text(text_of(rows, above="Petugas: RAHASIA NAMA\n"), encoding="utf-8")
    empty = tmp_path / "kerja"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setenv("TMPDIR", str(empty))
    caplog.set_level(0)
    table = read_children(path, start=START, end=END)
    joined = join_table(table, villages, place=CHILD_PLACE, indicators=CHILD_INDICATORS, catalogue=catalogue)
    told = [
        repr(table), table.data.to_csv(), str(table.title_lines), table.totals.to_csv(), str(table.findings),
        findings_frame([*table.findings, *joined.findings]).to_csv(), joined.reconciliation.to_csv(),
        joined.open_cases.to_csv(), repr(pickle.dumps(table)), *capfd.readouterr(), caplog.text,
        *(str(warning.message) for warning in recwarn),
    ]  # fmt: skip
    assert_no_secret("\n".join(told))
    assert len(table.findings) > 3
    assert list(empty.iterdir()) == []
    assert [entry.name for entry in path.parent.iterdir()] == ["ukur.csv"]


def test_a_fault_of_the_program_tells_no_name_either(
    read: Callable[..., RawTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(text: str) -> str:
        raise KeyError(text)

    monkeypatch.setattr(children_sources, "letters", stumble)
    with pytest.raises(RuntimeError, match="KeyError in") as caught:
        read([row("", nama="RAHASIA NAMA")])
    assert_no_secret(whole_traceback(caught.value))
