from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from name_lists import VILLAGES, names_of, villages_of
from scipy.optimize import linear_sum_assignment

from lokus.places.names import _pair, match_names, read_decisions


def match_one(kecamatan: str | None, desa: str, **options: object) -> tuple[str | None, str]:
    row = match_names(names_of((kecamatan, desa)), VILLAGES, **options).iloc[0]
    return (None if pd.isna(row["kode_desa"]) else row["kode_desa"]), row["cara"]


@pytest.mark.parametrize(
    ("kecamatan", "desa", "kode", "how"),
    [
        ("Tanjung Sari", "SUKA MAJU", "9901012001", "nama persis"),
        ("TJ. SARI", "SUKAMAJU 2", "9901012002", "nama dinormalkan"),
        ("Tanjungsari", "Marga Mulyo", "9901012003", "nama mirip"),
        ("Tanjung Sri", "LB. AMPAR", "9901012004", "nama dinormalkan"),
        ("Muara Dua", "Orabua", "9901022003", "nama mirip"),
        ("Muara Dua", "Orabua Timur", "9901022004", "nama mirip"),
        # Another village with a like name, told apart by a qualifier or a number.
        ("Muara Dua", "Tanete Baru", None, "tidak ditemukan"),
        ("Tanjung Sari", "Suka Maju III", None, "tidak ditemukan"),
        ("Tanjung Sari", "Pasar II", None, "tidak ditemukan"),
        # Two candidates too near to each other.
        ("Belida", "Sumber Rejaya", None, "ambigu"),
        # The very name, but in another kecamatan than the table says.
        ("Belida", "Karang Endah", None, "tidak ditemukan"),
        ("Kecamatan Lain", "Karang Endah", None, "tidak ditemukan"),
        # Without kecamatan: only what is unique in the kabupaten.
        (None, "Karang Endah", "9901022005", "nama persis"),
        (None, "KARANGENDAH", "9901022005", "nama dinormalkan"),
        (None, "Suka Maju", None, "ambigu"),
        (None, "Margamulyo", "9901012003", "nama mirip"),
        (None, "Orabua", None, "tidak ditemukan"),
        ("", "Karang Endah", "9901022005", "nama persis"),
        ("Belida", "", None, "tidak ditemukan"),
    ],
)
def test_one_name(kecamatan: str | None, desa: str, kode: str | None, how: str) -> None:
    assert match_one(kecamatan, desa) == (kode, how)


TWIN_NAMES = [
    "Tengah", "Pulau Tengah", "Rotan", "Simpang Rotan", "Sungai Rotan", "Tanjung Harapan", "Baro",
]  # fmt: skip
TWINS = pd.DataFrame(
    {
        "desa": TWIN_NAMES,
        "kecamatan": "Lubuk Raja",
    },
    index=[f"990104{2001 + n}" for n in range(7)],
).rename_axis("kode_desa")


@pytest.mark.parametrize(
    "desa",
    ["P. Tengah", "P Tengah", "PTengah", "p.tengah", "Tengah P.", "S. Rotan", "Pd. Tanjung Harapn"],
)
def test_a_name_cut_short_is_left_open(desa: str) -> None:
    result = match_names(names_of(("Lubuk Raja", desa)), TWINS).iloc[0]
    assert pd.isna(result["kode_desa"])
    assert result["cara"] in ("ambigu", "tidak ditemukan")


def test_what_a_name_may_be_short_for_is_the_first_candidate() -> None:
    result = match_names(names_of(("Lubuk Raja", "PTengah")), TWINS).iloc[0]
    assert [calon.split(" (")[0] for calon in result["calon"]] == [
        "99.01.04.2002 Pulau Tengah", "99.01.04.2001 Tengah",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kecamatan", "desa", "kode"),
    [
        ("Distrik Lubuk Raja", "Sui. Rotan", "9901042005"),
        ("Lubuk Raja", "SUI ROTAN", "9901042005"),
        ("Lubuk Raja", "Gampong Baro", "9901042007"),
        ("Lubuk Raja", "Gp. Baro", "9901042007"),
        ("Lubuk Raja", "Nagari Tanjung Harapan", "9901042006"),
        ("Lubuk Raja", "Pekon Tengah", "9901042001"),
        ("Lubuk Raja", "Tiyuh Tengah", "9901042001"),
        ("Lubuk Raja", "Kelurahan/Desa Tengah", "9901042001"),
        ("Lubuk Raja", "Kampung Tengah", None),
    ],
)
def test_words_of_a_region_for_a_village(kecamatan: str, desa: str, kode: str | None) -> None:
    found = match_names(names_of((kecamatan, desa)), TWINS)["kode_desa"].iloc[0]
    assert (None if pd.isna(found) else found) == kode


def test_a_word_is_no_status_where_the_name_with_it_exists() -> None:
    villages = pd.concat([TWINS, TWINS.iloc[[6]].assign(desa="Gampong Baro").set_axis(["9901042008"])])
    rows = names_of(("Lubuk Raja", "Gampong Baro"), ("Lubuk Raja", "Baro"), ("Lubuk Raja", "Pekon Baro"))
    assert match_names(rows, villages)["kode_desa"].tolist() == ["9901042008", "9901042007", pd.NA]


def test_kampung_is_left_off_where_a_table_says_it_of_most() -> None:
    rows = names_of(*(("Lubuk Raja", f"Kp. {desa}") for desa in TWINS["desa"]))
    assert match_names(rows, TWINS)["kode_desa"].tolist() == TWINS.index.tolist()


FIRST = ("Pulau", "Simpang", "Pasar", "Kampung", "Muara", "Ulu", "Koto", "Padang", "Tanjung", "Batu")
REST = ("Tengah", "Rotan", "Harapan", "Balai", "Kubang", "Lintang", "Sakti", "Merdeka", "Beringin")


@pytest.mark.parametrize("word", ["Kampung", "Gampong", "Nag."])
def test_a_word_before_every_name_is_not_part_of_any(word: str) -> None:
    """With "Kampung" before every name, the row "Kampung Baru" is of the village Baru."""
    own = {"Nag.": "Nagari"}.get(word, word)
    villages = villages_of(Sari=[f"{own} Baru", "Baru", "Suka Maju", "Padang", "Air Putih", "Lubuk"])
    said = [f"{word} {name}" for name in villages["desa"]]
    whole = match_names(names_of(*(("Sari", name) for name in said)), villages)
    assert whole["kode_desa"].tolist() == villages.index.tolist()
    # Without the row of Kampung Baru nothing says which of the two is meant.
    part = match_names(names_of(*(("Sari", name) for name in said[1:])), villages)
    assert part["cara"].tolist() == ["ambigu", *["nama dinormalkan"] * 4]
    assert [text.split(" (")[0][14:] for text in part["calon"].iloc[0]] == [f"{own} Baru", "Baru"]
    # Where only some rows have the word, it belongs to their names.
    some = match_names(names_of(*(("Sari", name) for name in villages["desa"])), villages)
    assert some["kode_desa"].tolist() == villages.index.tolist()


def shortened_twins(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """A kecamatan with twins "Pulau Tengah" and "Tengah", and a table that writes the first short."""
    rests = list(rng.choice(REST, size=4, replace=False))
    pairs = [(str(rng.choice(FIRST)), rest) for rest in rests]
    names = list(dict.fromkeys([*rests, *(f"{first} {rest}" for first, rest in pairs)]))
    villages = pd.DataFrame(
        {"desa": names, "kecamatan": "Lubuk Raja"}, index=[f"990104{2001 + n}" for n in range(len(names))]
    ).rename_axis("kode_desa")
    written, truth = [], []
    for first, rest in pairs:
        cut = first[: int(rng.integers(1, 4))]
        point, space = rng.choice([".", ""]), rng.choice([" ", ""])
        written.append(f"{cut}{point}{space}{rest}" if rng.random() < 0.8 else f"{rest} {cut}{point}")
        truth.append(villages.index[names.index(f"{first} {rest}")])
        if rng.random() < 0.4:  # the twin has a row of its own
            written.append(rest)
            truth.append(villages.index[names.index(rest)])
    written = [str(rng.choice([name, name.upper()])) for name in written]
    return pd.DataFrame({"kecamatan": "Lubuk Raja", "desa": written}), villages, truth


@pytest.mark.parametrize("n", [200, pytest.param(10_000, marks=(pytest.mark.slow, pytest.mark.long))])
def test_shortened_twins_are_right_or_open(n: int) -> None:
    rng = np.random.default_rng(20261129)
    right = opened = 0
    for _number in range(n):
        names, villages, truth = shortened_twins(rng)
        found = match_names(names, villages)["kode_desa"]
        for written, kode, meant in zip(names["desa"], found, truth, strict=True):
            assert pd.isna(kode) or kode == meant, (written, kode, meant)
            right, opened = right + bool(pd.notna(kode)), opened + bool(pd.isna(kode))
    sys.stdout.write(f"{n} tables: {right} names right, {opened} left open, 0 wrong\n")
    assert min(right, opened) > n


def test_the_same_kecamatan_may_be_written_in_two_ways() -> None:
    rows = names_of(("TJ. SARI", "Suka Maju"), ("Tanjung  Sari", "Margomulyo"), ("Tanjungsari", "Pasar 1"))
    assert match_names(rows, VILLAGES)["kode_desa"].tolist() == ["9901012001", "9901012003", "9901012005"]


def test_a_place_is_given_to_one_name_only() -> None:
    rows = names_of(
        ("Tanjung Sari", "Margomulyo"), ("Tanjung Sari", "Margo Mulyo"), ("Tanjung Sari", "Margomulya")
    )
    result = match_names(rows, VILLAGES)
    assert result["kode_desa"].tolist() == ["9901012003", pd.NA, pd.NA]
    assert all("99.01.01.2003 Margomulyo (Tanjung Sari)" in c for c in result["calon"][1:].str[0])


def test_the_same_name_twice_gets_the_same_code_so_that_the_join_names_both_rows() -> None:
    rows = names_of(("Belida", "Air Itam"), ("BELIDA", "AIR ITAM"))
    assert match_names(rows, VILLAGES)["kode_desa"].tolist() == ["9901032003"] * 2


@pytest.mark.parametrize(
    "second", ["Karang Endah", "KARANGENDAH", "karang  endah"], ids=["alike", "one word", "small"]
)
def test_a_bare_name_in_two_rows_is_left_open(second: str) -> None:
    rows = names_of((None, "Karang Endah"), (None, "Air Itam"), ("", second), ("Belida", "Sumber Jaya"))
    result = match_names(rows, VILLAGES)
    assert result["kode_desa"].tolist() == [pd.NA, "9901032003", pd.NA, "9901032001"]
    assert result["cara"].tolist() == ["ambigu", "nama persis", "ambigu", "nama persis"]
    assert all(calon[0] == "99.01.02.2005 Karang Endah (Muara Dua) 100" for calon in result["calon"][::2])
    # Where the other row has a kecamatan, the bare one is the only one of its kind.
    other = match_names(names_of((None, "Karang Endah"), ("Muara Dua", second)), VILLAGES)
    assert other["kode_desa"].tolist() == ["9901022005"] * 2


def test_a_bare_name_in_two_rows_is_settled_by_a_decision(tmp_path) -> None:
    path = tmp_path / "kecocokan.csv"
    path.write_text(
        "sumber;kecamatan;desa;kode_desa;alasan\n;;Karang Endah;9901022005;dipastikan\n", encoding="utf-8"
    )
    rows = names_of((None, "Karang Endah"), (None, "KARANG ENDAH"))
    result = match_names(rows, VILLAGES, decisions=read_decisions(path))
    assert result["cara"].tolist() == ["keputusan"] * 2


def test_langensari_of_sukabumi_is_not_taken_for_its_namesake(shared_data) -> None:
    gpd = pytest.importorskip("geopandas")
    drawn = gpd.read_file(shared_data / "boundaries" / "3202_sukabumi.gpkg", ignore_geometry=True)
    villages = drawn.assign(desa=drawn["nama"], kecamatan=drawn["kec_nama"])
    villages = villages.set_axis(pd.Index(drawn["kode"].str.replace(".", ""), name="kode_desa"))
    table = pd.read_csv(shared_data / "sukabumi" / "DataBalitaStunting.csv", dtype=str)
    desa = table["kemendagri_nama_desa_kelurahan"]
    rows = pd.DataFrame({"desa": desa})[desa == "LANGENSARI"]
    assert len(rows) == 2
    result = match_names(rows, villages)
    # Only the one of Sukaraja is on the list under this name.
    assert result["cara"].tolist() == ["ambigu"] * 2
    assert all("32.02.33.2003 Langensari" in calon[0] for calon in result["calon"])


def test_homonyms_inside_a_kecamatan_are_left_open() -> None:
    villages = villages_of(Sari=["Suka Maju", "Sukamaju"])
    assert match_names(names_of(("Sari", "SUKA-MAJU")), villages)["cara"].tolist() == ["ambigu"]
    both = match_names(names_of(("Sari", "SUKA MAJU"), ("Sari", "SUKAMAJU")), villages)
    assert both["kode_desa"].tolist() == list(villages.index)


def test_an_abbreviated_kecamatan_is_known_by_its_villages() -> None:
    rows = names_of(*[("Tubbi Taramanu", d) for d in ("Tanete Batu", "Orobua", "Orobua Timur", "Poda")])
    result = match_names(rows, VILLAGES)
    assert result["kode_desa"].tolist() == ["9901022002", "9901022003", "9901022004", pd.NA]
    # Two of four are too few, and a kecamatan that has its own name in the table is not taken from it.
    weak = names_of(*[("Tubbi Taramanu", d) for d in ("Tanete Batu", "Orobua", "Besoangin", "Poda")])
    assert match_names(weak, VILLAGES)["kode_desa"].isna().all()
    claimed = pd.concat([rows, names_of(("Muara Dua", "Karang Endah"))])
    assert match_names(claimed, VILLAGES)["kode_desa"].notna().tolist() == [False] * 4 + [True]


def test_candidates_are_shown_with_code_and_kecamatan() -> None:
    result = match_names(names_of((None, "Suka Maju"), ("Belida", "Karang Endah")), VILLAGES)
    assert result["calon"].tolist() == [
        ["99.01.01.2001 Suka Maju (Tanjung Sari) 100", "99.01.02.2001 Suka Maju (Muara Dua) 100"],
        ["99.01.02.2005 Karang Endah (Muara Dua) 100"],
    ]


def test_kecamatan_by_code_and_the_index_of_the_table() -> None:
    rows = pd.DataFrame({"desa": ["Suka Maju"] * 2, "kode_kecamatan": ["99.01.02", "990101"]}, index=[17, 4])
    result = match_names(rows, VILLAGES)
    assert result["kode_desa"].to_dict() == {17: "9901022001", 4: "9901012001"}


def test_kecamatan_homonyms_of_two_kabupaten_are_left_open() -> None:
    other = VILLAGES.set_axis(VILLAGES.index.str.replace("9901", "9902")).rename_axis("kode_desa")
    both = pd.concat([VILLAGES, other])
    result = match_names(names_of(("Belida", "Air Itam")), both)
    assert result["kode_desa"].isna().all()


def test_empty_table() -> None:
    result = match_names(names_of(), VILLAGES)
    assert result.empty
    assert {"kode_desa", "cara", "nilai", "calon"} <= set(result.columns)


WORDS = (
    "suka",
    "maju",
    "sari",
    "tani",
    "jaya",
    "karang",
    "lubuk",
    "muara",
    "endah",
    "mulyo",
    "rejo",
    "agung",
)
NAMES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3, unique=True).map(" ".join),
    min_size=1, max_size=8, unique_by=lambda name: name.replace(" ", ""),
)  # fmt: skip


@given(NAMES, NAMES, st.randoms(use_true_random=False))
def test_every_unperturbed_name_is_matched_right_whatever_the_order(first, second, random) -> None:
    villages = villages_of(Satu=first, Dua=second)
    truth = list(villages.index)
    random.shuffle(truth)
    shuffled = villages.loc[random.sample(list(villages.index), len(villages))]
    names = villages.loc[truth, ["kecamatan", "desa"]].reset_index(drop=True)
    names["desa"] = [
        random.choice([str.upper, str.title, lambda s: s.replace(" ", "")])(d) for d in names["desa"]
    ]
    assert match_names(names, shuffled)["kode_desa"].tolist() == truth


@settings(max_examples=60)
@given(NAMES, st.integers(0, 10**6))
def test_accepted_matches_keep_every_promise(desas: list[str], seed: int) -> None:
    villages = villages_of(Satu=desas, Dua=["lain lagi"])
    rng = np.random.default_rng(seed)
    written = []
    for desa in desas:
        i = int(rng.integers(len(desa)))
        written.append(desa[:i] + "xe"[int(rng.integers(2))] + desa[i + 1 :])
    names = pd.DataFrame({"kecamatan": "SATU", "desa": written})
    result = match_names(names, villages)
    order = rng.permutation(len(names))
    pd.testing.assert_frame_equal(match_names(names.iloc[order], villages).sort_index(), result)
    found = result.dropna(subset=["kode_desa"])
    one_name_one_code = found.groupby("kode_desa")["desa_sumber"].agg(
        lambda d: len({x.casefold() for x in d})
    )
    assert (one_name_one_code == 1).all()
    assert (found["kode_desa"].str[:6] == "990101").all()
    for row in found[found["cara"] == "nama mirip"].itertuples():
        assert row.nilai >= 80
        official = villages.loc[row.kode_desa, "desa"].replace(" ", "")
        mine = row.desa_sumber.replace(" ", "")
        assert row.nilai == pytest.approx(
            100 * (1 - edit_distance(mine, official) / max(len(mine), len(official)))
        )


def edit_distance(a: str, b: str) -> int:
    """Optimal string alignment by its recurrence."""
    d = [[max(i, j) if 0 in (i, j) else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = a[i - 1] == b[j - 1]
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (not same))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]


def benchmark(root):
    """The script benchmarks/names.py as a module."""
    pytest.importorskip("pyarrow")
    spec = importlib.util.spec_from_file_location("benchmark_names", root / "benchmarks" / "names.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cases(root, shared_data):
    """Measured tables of benchmarks/names.py by title, without the national one."""
    module = benchmark(root)
    return {c.title: module.run(c) for c in module.cases(shared_data) if len(c.names) < 1000}


def test_real_tables_with_known_truth_have_no_wrong_match(cases) -> None:
    known = {title: row for title, row in cases.items() if row["salah"] != ""}
    assert len(known) == 16
    assert {title: row["salah"] for title, row in known.items() if row["salah"]} == {}
    assert cases["Sukabumi BPS, kecamatan + nama"]["cocok"] == 386
    idm = [row for title, row in known.items() if title.startswith("IDM") and "kecamatan" in title]
    assert len(idm) == 7
    assert sum(row["cocok"] for row in idm) >= 0.99 * sum(row["baris"] for row in idm)


def test_a_name_cut_short_is_never_taken_for_the_twin_without_that_word(root, shared_data) -> None:
    """454 real pairs "Tanjung Nama" and "Nama" in a kecamatan, the first written short, the second absent."""
    module = benchmark(root)
    villages = module.national_villages(shared_data)
    rows = [module.run(case) for case in module.shortened(villages)]
    assert len(rows) == 6
    assert all("454" in row["kasus"] for row in rows)
    assert {row["kasus"]: row["salah"] for row in rows if row["salah"]} == {}


def test_the_pasangkayu_recap_leaves_two_names_to_a_person(cases) -> None:
    assert (cases["Rekap Pasangkayu, nama saja"]["baris"], cases["Rekap Pasangkayu, nama saja"]["cocok"]) == (
        63,
        61,
    )
    assert cases["TPK pasangkayu, kecamatan + nama"]["cocok"] == 63


def test_pairs_without_a_choice_are_those_of_the_assignment() -> None:
    rng = np.random.default_rng(3)
    for _time in range(200):
        gain = np.where(rng.random((5, 6)) < 0.2, rng.uniform(80, 100, (5, 6)), 0.0)
        rows, columns = linear_sum_assignment(gain, maximize=True)
        expected = {(i, j) for i, j in zip(rows.tolist(), columns.tolist(), strict=True) if gain[i, j]}
        found = _pair(gain, [[] for _row in gain])
        assert sum(gain[i, j] for i, j in found.items()) == pytest.approx(
            sum(gain[i, j] for i, j in expected)
        )
        if len(set(np.nonzero(gain)[0])) == len(set(np.nonzero(gain)[1])) == np.count_nonzero(gain):
            assert set(found.items()) == expected
