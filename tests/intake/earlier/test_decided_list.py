"""Decided lists in every form they come in."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING

import example_pack
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.errors import InputError
from lokus.intake.earlier import decided_list as room
from lokus.intake.earlier.decided_list import DecidedList, read_decided_list
from lokus.intake.official import read_official_list
from lokus.places.names import read_decisions, write_open_cases

if TYPE_CHECKING:
    from lokus.findings import Finding


@pytest.fixture(scope="module")
def contoh(root: Path) -> pd.DataFrame:
    """The 256 villages of the bundled example."""
    columns = {"kode": "kode_desa", "desa": "desa", "kecamatan": "kecamatan"}
    return read_official_list(root / "data" / "indicators" / "daftar_desa.csv", columns=columns)


@pytest.fixture(scope="module")
def annex(root: Path) -> Path:
    return root / "data" / "indicators" / "2025" / "lampiran_sk_lokus_2025.xlsx"


@pytest.fixture(scope="module")
def rows(annex: Path) -> list[tuple[int, str, str]]:
    """Number, kecamatan and village of the bundled annex, read by other means."""
    sheet = openpyxl.load_workbook(annex)["Lampiran"]
    out, kecamatan = [], ""
    for number, block, desa in sheet.iter_rows(min_row=6, values_only=True):
        kecamatan = block or kecamatan
        out.append((number, kecamatan, desa))
    return out


@pytest.fixture(scope="module")
def truth(rows, contoh) -> tuple[str, ...]:
    code = {(row.kecamatan, row.desa): str(row.Index) for row in contoh.itertuples()}
    return tuple(code[kecamatan, desa] for _number, kecamatan, desa in rows)


def by_check(decided: DecidedList) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in decided.findings:
        found.setdefault(finding.check, []).append(finding)
    return found


def test_the_bundled_annex(annex, contoh, truth):
    decided = read_decided_list(annex, contoh)
    assert len(truth) == 26
    assert decided.kode == truth
    assert decided.findings == ()
    assert decided.open_cases.empty
    table = decided.reconciliation
    assert table["baris"].tolist() == list(range(6, 32))
    assert set(table["cara"]) == {"nama persis"}
    assert set(table["lembar"]) == {"Lampiran"}
    assert repr(decided) == (
        'Daftar lokus berkas lampiran_sk_lokus_2025.xlsx, lembar "Lampiran": 26 desa/kelurahan, '
        "0 baris belum terpasangkan"
    )


SIGNATURE = [
    ("", "", ""),
    ("", "", "Ditetapkan di Contoh"),
    ("", "", "pada tanggal 3 Maret 2025"),
    ("", "", "BUPATI CONTOH,"),
    ("", "", "ttd"),
    ("", "", "SUMBER SERASAN, S.E."),
]


def blocks(rows, *, subtotal: bool = False):
    """Give the rows with the kecamatan in the first of each block only."""
    before = None
    count = 0
    for number, kecamatan, desa in rows:
        if subtotal and before not in (None, kecamatan):
            yield ("", f"Jumlah {before}", float(count))
            count = 0
        yield (number, kecamatan if kecamatan != before else "", desa)
        before = kecamatan
        count += 1


def table_text(head, rows, *, above=()) -> str:
    lines = [*above, ";".join(head), *(";".join(str(cell) for cell in row) for row in rows)]
    return "\n".join(lines) + "\n"


TITLES = ["LAMPIRAN KEPUTUSAN BUPATI CONTOH", "NOMOR 1 TAHUN 2025;;", "DAFTAR DESA/KELURAHAN LOKUS;;", ";;"]


@pytest.mark.parametrize("numbered", [True, False])
def test_signatures_below_the_list_are_no_villages(csv_file, contoh, rows, truth, numbered):
    body = [row if numbered else ("", *row[1:]) for row in blocks(rows)]
    path = csv_file(table_text(["No", "Kecamatan", "Desa/Kelurahan"], [*body, *SIGNATURE], above=TITLES))
    decided = read_decided_list(path, contoh)
    assert decided.kode == truth
    assert decided.blocking == ()
    (note,) = by_check(decided)["daftar.tail"]
    first = len(TITLES) + 1 + len(rows) + 2
    assert note.message == (
        f"5 baris di bawah daftar adalah tanda tangan atau catatan: baris {first}–{first + 4}"
    )
    last = decided.reconciliation.iloc[-1]
    assert (last["cara"], last["baris"]) == ("bukan desa/kelurahan", first)


def test_a_misspelt_village_without_number_at_the_end_is_not_lost(csv_file, contoh, rows, truth):
    body = [*blocks(rows)][:-1]
    end = ("", "Muara Gelam", "Sumber Seraxxxx")
    path = csv_file(table_text(["No", "Kecamatan", "Desa/Kelurahan"], [*body, end, *SIGNATURE]))
    decided = read_decided_list(path, contoh)
    assert decided.kode == truth[:-1]
    (finding,) = decided.blocking
    assert finding.where.row == len(body) + 2
    assert "Sumber Seraxxxx (Muara Gelam)" in finding.message


def test_what_no_village_is_found_for_blocks_and_says_what_to_do(csv_file, contoh, rows, truth, tmp_path):
    body = [list(row) for row in rows]
    body[3][1:] = ["Talang Bersama", "Gunung Kerinci"]
    path = csv_file(table_text(["No", "Kecamatan", "Desa"], body), name="sk.csv")
    decided = read_decided_list(path, contoh)
    assert decided.kode == truth[:3] + truth[4:]
    (finding,) = decided.blocking
    assert finding.check == "join.unmatched"
    assert (finding.where.file, finding.where.row) == ("sk.csv", 5)
    assert finding.message.startswith("Gunung Kerinci (Talang Bersama) bukan desa/kelurahan kajian ini")
    assert "Gunung Kenanga" in finding.message
    assert "kecocokan.csv" in finding.remedy
    # Filled in, it is settled.
    decisions = tmp_path / "kecocokan.csv"
    assert write_open_cases(decisions, decided.open_cases) == 1
    text = decisions.read_text(encoding="utf-8-sig")
    text = text.replace("Gunung Kerinci;;;", f"Gunung Kerinci;{truth[3]};salah tulis dalam SK;")
    decisions.write_text(text, encoding="utf-8-sig")
    settled = read_decided_list(path, contoh, decisions=read_decisions(decisions))
    assert settled.kode == truth
    assert settled.blocking == ()


def test_subtotals_totals_and_a_foot_note(csv_file, contoh, rows, truth):
    body = [*blocks(rows, subtotal=True), ("", "Jumlah Muara Gelam", 3), ("", "Jumlah seluruhnya", 26)]
    body += [("Keterangan: hasil rapat koordinasi", "", "")]
    path = csv_file(table_text(["No", "Kecamatan", "Desa/Kelurahan"], body))
    decided = read_decided_list(path, contoh)
    assert decided.kode == truth
    assert decided.blocking == ()


def test_villages_called_sumber_are_no_foot_notes(csv_file, contoh):
    own = contoh[contoh["desa"].str.startswith("Sumber")]
    own = own[own["kecamatan"] == own["kecamatan"].mode()[0]]
    assert len(own) >= 2
    body = [(own["kecamatan"].iloc[0] if n == 0 else "", name, "") for n, name in enumerate(own["desa"])]
    path = csv_file(
        table_text(["Kecamatan", "Desa", "Catatan"], [("Kuala Nipah", "Padang Rambutan", "baru"), *body])
    )
    decided = read_decided_list(path, contoh)
    assert decided.kode[1:] == tuple(own.index)
    (note,) = by_check(decided)["daftar.put_back"]
    assert note.level == "note"


def test_a_header_repeated_on_every_page(csv_file, contoh, rows, truth):
    head = ["No", "Kecamatan", "Desa/Kelurahan"]
    body = [*rows[:10], tuple(head), ("(1)", "(2)", "(3)"), *rows[10:]]
    decided = read_decided_list(csv_file(table_text(head, body)), contoh)
    assert decided.kode == truth
    assert decided.blocking == ()
    (note,) = by_check(decided)["daftar.page_heads"]
    assert note.message == "2 baris mengulang kepala tabel: baris 12–13"


def test_headings_instead_of_a_column(workbook, contoh, rows, truth):
    body = []
    before = None
    for number, kecamatan, desa in rows:
        if kecamatan != before:
            body.append([None, f"Kecamatan {kecamatan}"])
        body.append([number, desa.upper()])
        before = kecamatan
    path = workbook({"SK": [["DAFTAR LOKUS", None], [None, None], ["No.", "Desa/Kelurahan Lokus"], *body]})
    decided = read_decided_list(path, contoh)
    assert decided.kode == truth
    assert decided.blocking == ()


def test_numbers_stand_in_the_names(workbook, contoh, rows, truth):
    cells = [["Kecamatan", "Lokasi Fokus"]]
    cells += [[f"I. {kecamatan}", f"{number}. {desa}"] for number, kecamatan, desa in rows]
    assert read_decided_list(workbook({"Sheet1": cells}), contoh).kode == truth


def test_a_column_of_other_codes_is_not_taken_for_village_codes(csv_file, contoh, rows, truth):
    body = [(f"P{number}", kecamatan, desa) for number, kecamatan, desa in rows]
    decided = read_decided_list(csv_file(table_text(["Kode", "Kecamatan", "Desa"], body)), contoh)
    assert decided.kode == truth
    (note,) = decided.findings
    assert (note.check, note.where.column) == ("daftar.no_codes", "Kode")


def test_long_headers_in_two_rows(workbook, contoh, rows, truth):
    head = [
        ["No.", "Lokasi Prioritas", None, "Sasaran"],
        [None, "Nama Kecamatan", "Desa/ Kelurahan Lokus Tahun 2025", "Jumlah"],
    ]
    body = [[number, kecamatan, desa, 3 * number] for number, kecamatan, desa in rows]
    decided = read_decided_list(workbook({"SK": [*head, *body]}, merge=["B1:C1", "A1:A2"]), contoh)
    assert decided.kode == truth


def test_several_villages_in_a_cell_are_refused_with_their_row(csv_file, contoh):
    text = "No;Kecamatan;Desa\n1;Kuala Nipah;Padang Rambutan\n2;Talang Bersama;Mekar Hijau, Padang Cempaka\n"
    with pytest.raises(InputError, match="satu sel memuat beberapa desa/kelurahan") as error:
        read_decided_list(csv_file(text), contoh)
    assert (error.value.where.row, error.value.where.column) == (3, "Desa")


def test_a_table_of_all_villages_is_no_list(csv_file, contoh, truth):
    body = [(row.kecamatan, row.desa, "Ya" if row.Index in truth else "Tidak") for row in contoh.itertuples()]
    path = csv_file(table_text(["Kecamatan", "Desa", "Lokus 2025"], body))
    (finding,) = by_check(read_decided_list(path, contoh))["daftar.whole"]
    assert finding.level == "blocking"
    assert "256 dari 256" in finding.message
    decided = read_decided_list(path, contoh, where={"Lokus 2025": "ya"})
    assert set(decided.kode) == set(truth)
    assert decided.blocking == ()
    half = csv_file(table_text(["Kecamatan", "Desa"], [row[:2] for row in body[:200]]), name="banyak.csv")
    (warning,) = by_check(read_decided_list(half, contoh))["daftar.whole"]
    assert warning.level == "warning"


def test_codes_of_every_shape_in_a_text_file(csv_file, contoh, truth):
    shapes = [str, lambda k: f"{k[:2]}.{k[2:4]}.{k[4:6]}.{k[6:]}", lambda k: f"'{k}"]
    text = "# SK 2025\n\n" + "".join(f"{shapes[i % 3](kode)}\n" for i, kode in enumerate(truth))
    decided = read_decided_list(csv_file(text, name="lokus.txt"), contoh)
    assert decided.kode == truth
    assert decided.blocking == ()
    headed = read_decided_list(csv_file("Kode\n" + text, name="lokus2.txt"), contoh)
    assert headed.kode == truth


def test_names_in_a_text_file(csv_file, contoh, rows, truth):
    lines = [f"{number}. {desa} (Kec. {kecamatan})" for number, kecamatan, desa in rows]
    assert read_decided_list(csv_file("\n".join(lines), name="a.txt"), contoh).kode == truth
    commas = [f"{desa}, Kecamatan {kecamatan}" for _number, kecamatan, desa in rows]
    assert read_decided_list(csv_file("\n".join(commas), name="b.txt"), contoh).kode == truth
    both = [f"{kode} {desa}" for kode, (_n, _k, desa) in zip(truth, rows, strict=True)]
    assert read_decided_list(csv_file("\n".join(both), name="c.txt"), contoh).kode == truth
    under = []
    for kecamatan in dict.fromkeys(kecamatan for _n, kecamatan, _d in rows):
        under += [f"Kec. {kecamatan}:", *(desa for _n, own, desa in rows if own == kecamatan)]
    decided = read_decided_list(csv_file("\n".join([*under, "BUPATI CONTOH"]), name="d.txt"), contoh)
    assert decided.kode == truth
    assert decided.blocking == ()


def test_the_first_line_of_a_plain_list_is_not_lost_as_a_header(csv_file, contoh):
    decided = read_decided_list(csv_file("Padang Rambutan\nMekar Hijau\n", name="lokus.csv"), contoh)
    assert decided.kode == ("9901032006", "9901042001")


def test_bare_names_that_stand_twice_are_left_open(csv_file, contoh):
    twice = contoh["desa"].value_counts()
    single = twice.index[twice == 1][0]
    decided = read_decided_list(csv_file(f"Desa\n{single}\n{single.upper()}\nPadang Rambutan\n"), contoh)
    assert decided.kode == ("9901032006",)
    assert [finding.where.row for finding in decided.blocking] == [2, 3]


def test_a_village_listed_twice_is_counted_once_and_told(csv_file, contoh, rows, truth):
    body = [*rows, (27, rows[0][1], rows[0][2].upper())]
    decided = read_decided_list(csv_file(table_text(["No", "Kecamatan", "Desa"], body)), contoh)
    assert decided.kode == truth
    (finding,) = by_check(decided)["daftar.duplicate"]
    kode = truth[0]
    dotted = f"{kode[:2]}.{kode[2:4]}.{kode[4:6]}.{kode[6:]}"
    assert finding.message == f"{rows[0][2]} ({dotted}) tercantum 2 kali dalam daftar: baris 2, 28"
    told = decided.reconciliation.set_index("baris")["keterangan"]
    assert told[2] == told[28] == "tercantum lebih dari sekali dalam daftar"


# What a list may be doubted for, and what its remedy has a planner write after looking into the decree.
DOUBTED = {
    "daftar.duplicate": lambda rows: [*rows[:-1], (rows[-1][0], *rows[0][1:])],
    "daftar.numbering": lambda rows: [row for row in rows if row[0] not in (4, 9, 10)],
}


@pytest.mark.parametrize("check", DOUBTED)
def test_the_remedy_of_a_doubted_list_obeyed_gives_the_list_of_the_decree(
    csv_file, contoh, rows, truth, check
):
    head = ["No", "Kecamatan", "Desa"]
    decided = read_decided_list(csv_file(table_text(head, DOUBTED[check](rows))), contoh)
    assert all(finding.remedy for finding in by_check(decided)[check])
    assert set(decided.kode) < set(truth)
    again = read_decided_list(csv_file(table_text(head, rows), name="sk.csv"), contoh)
    assert check not in by_check(again)
    assert again.kode == truth


def test_no_remedy_of_a_list_is_untried():
    elsewhere = {"daftar.whole"}  # test_a_table_of_all_villages_is_no_list
    tree = ast.parse(Path(room.__file__).read_text(encoding="utf-8"))
    found = {
        word.value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and "remedy" in {word.arg for word in call.keywords}
        for word in call.keywords
        if word.arg == "check" and isinstance(word.value, ast.Constant)
    }
    assert found == {*DOUBTED, *elsewhere}


def test_running_numbers_that_are_left_out_are_told(csv_file, contoh, rows):
    body = [row for row in rows if row[0] not in (4, 9, 10)]
    decided = read_decided_list(csv_file(table_text(["No", "Kecamatan", "Desa"], body)), contoh)
    (finding,) = by_check(decided)["daftar.numbering"]
    assert finding.message == "nomor urut yang terlewat: 4, 9–10"
    anew = [(1 + sum(own == k for _n, own, _d in rows[:i]), k, d) for i, (_n, k, d) in enumerate(rows)]
    decided = read_decided_list(csv_file(table_text(["No", "Kecamatan", "Desa"], anew), name="b.csv"), contoh)
    assert "daftar.numbering" not in by_check(decided)


def test_a_numbered_row_without_a_village_blocks(csv_file, contoh, rows, truth):
    body = [(n, k, "" if n == 5 else d) for n, k, d in rows]
    decided = read_decided_list(csv_file(table_text(["No", "Kecamatan", "Desa"], body)), contoh)
    assert decided.kode == truth[:4] + truth[5:]
    assert [finding.where.row for finding in decided.blocking] == [6]


def test_a_code_that_is_no_village_blocks(csv_file, contoh, rows, truth):
    body = [(truth[0], rows[0][2]), (truth[1], rows[1][2]), ("9901019999", "Entah")]
    path = csv_file(table_text(["kode", "desa"], body))
    decided = read_decided_list(path, contoh)
    assert decided.kode == truth[:2]
    (finding,) = decided.blocking
    assert (finding.check, finding.where.row) == ("join.unknown_code", 4)


def test_stated_columns_sheet_and_rows(workbook, contoh, rows, truth):
    wide = [["Wilayah", "Nama", "Tahap"], *([k, d, 1 if n <= 20 else 2] for n, k, d in rows)]
    path = workbook({"A": wide, "B": wide})
    place = {"desa": "Nama", "kecamatan": "Wilayah"}
    with pytest.raises(InputError, match="tidak ada kolom desa/kelurahan yang dikenali") as error:
        read_decided_list(path, contoh, sheet="A")
    assert '"Wilayah", "Nama", "Tahap"' in error.value.remedy
    with pytest.raises(InputError, match='2 lembar mungkin dimaksud: "A", "B"'):
        read_decided_list(path, contoh, place=place)
    decided = read_decided_list(path, contoh, sheet="A", place=place, where={"Tahap": "1"})
    assert decided.kode == truth[:20]
    assert "6 baris di luar saringan" in decided.reconciliation.iloc[-1]["keterangan"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("tidak_ada.csv", None, "berkas tidak ada"),
        ("lokus.docx", "x", r'berkas jenis "\.docx" tidak didukung'),
        ("a.json", "{}", "bukan berkas kunci lokus"),
        ("b.json", "[1", "bukan berkas kunci lokus"),
        ("c.json", "[]", "bukan berkas kunci lokus"),
        ("d.gpkg", "x", "tidak dapat dibaca"),
        ("e.txt", "", "kosong"),
    ],
)
def test_files_that_are_no_lists(tmp_path, contoh, name, text, message):
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_decided_list(path, contoh)


def test_a_list_of_another_kabupaten_is_refused(csv_file, contoh, truth):
    text = "kode\n" + "".join(f"1603{kode[4:]}\n" for kode in truth)
    with pytest.raises(InputError, match="kabupaten lain"):
        read_decided_list(csv_file(text), contoh)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["lokus_id.xlsx", "lokus_en.xlsx", "hasil.gpkg", "hasil.geojson", "hasil.csv", "kajian.lock.json"]
)
def test_what_lokus_wrote_gives_back_its_proposal(name):
    kajian = example_pack.study()
    proposed = kajian.results["nomor"].dropna().sort_values().index
    decided = read_decided_list(example_pack.pack() / name, kajian.boundaries.villages, place={}, where={})
    assert decided.blocking == ()
    ordered = tuple(proposed) if name != "kajian.lock.json" else tuple(sorted(proposed))
    assert decided.kode == ordered
    assert not {"daftar.numbering", "daftar.duplicate"} & set(by_check(decided))


def test_a_layer_of_another_program(tmp_path, contoh, truth):
    features = [{"type": "Feature", "geometry": None, "properties": {"KDEPUM": kode}} for kode in truth]
    path = tmp_path / "lokus.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert read_decided_list(path, contoh).kode == truth


CASES = st.lists(st.integers(0, 255), min_size=5, max_size=60, unique=True)
CHANGES = st.lists(
    st.sampled_from([str.upper, str.lower, lambda s: f"  {s} ", lambda s: f"DS. {s}"]), min_size=60
)


@settings(max_examples=20)
@given(chosen=CASES, changes=CHANGES, numbered=st.booleans(), sign=st.booleans(), coded=st.booleans())
def test_any_list_in_any_layout_gives_its_villages(
    contoh, tmp_path_factory, chosen, changes, numbered, sign, coded
):
    own = contoh.iloc[chosen].sort_values("kecamatan", kind="stable")
    cells = [
        (n if numbered else "", row.kecamatan, change(row.desa), row.Index if coded else "")
        for n, (row, change) in enumerate(zip(own.itertuples(), changes, strict=False), 1)
    ]
    body = [(n, k, d, cells[i][3]) for i, (n, k, d) in enumerate(blocks([row[:3] for row in cells]))]
    tail = [(*row, "") for row in SIGNATURE] if sign else []
    path = tmp_path_factory.mktemp("daftar") / "sk.csv"
    path.write_text(table_text(["No", "Kecamatan", "Desa", "Kode"], [*body, *tail], above=TITLES))
    decided = read_decided_list(path, contoh)
    if decided.blocking:
        # Blanks are few, so a blank kecamatan is not taken for a block, and a name may be one of several.
        blank = sum(not row[1] for row in body) / len(body)
        assert blank < 0.2
        assert set(decided.kode) < set(own.index)
    else:
        assert decided.kode == tuple(own.index)
    accounted = decided.reconciliation["baris"].dropna()
    assert set(range(len(TITLES) + 2, len(TITLES) + 2 + len(body))) <= set(accounted)


def test_the_names_of_sukabumi(shared_data, csv_file):
    table = pd.read_csv(shared_data / "sukabumi" / "DataBalitaStunting.csv", dtype=str)
    table = table.replace(r"\s+", " ", regex=True)
    index = pd.Index(table["kemendagri_kode_desa_kelurahan"].str.replace(".", ""), name="kode_desa")
    villages = pd.DataFrame(
        {
            "desa": table["kemendagri_nama_desa_kelurahan"].to_numpy(),
            "kecamatan": table["kemendagri_nama_kecamatan"].to_numpy(),
        },
        index=index,
    ).sort_index()
    part = table.sample(40, random_state=1).sort_values("bps_nama_kecamatan", kind="stable")
    body = blocks(zip(range(1, 41), part["bps_nama_kecamatan"], part["bps_nama_desa_kelurahan"], strict=True))
    decided = read_decided_list(
        csv_file(table_text(["No", "Kec", "Kelurahan"], body, above=TITLES)), villages
    )
    wanted = tuple(part["kemendagri_kode_desa_kelurahan"].str.replace(".", ""))
    assert decided.kode == wanted
