"""Codes against the rest of their row: right values, or a finding that blocks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from lokus import Kajian
from lokus.errors import InputError
from lokus.intake.join.join import Joined, join_table
from lokus.intake.tables.tables import RawTable, read_table
from lokus.places.names import read_decisions

if TYPE_CHECKING:
    from lokus.findings import Finding
    from lokus.intake.indicators.catalogue import Catalogue

CODES = {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"}
Join = Callable[..., Joined]


@pytest.fixture
def join(csv_file: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue) -> Join:
    def run(text: str, decisions: pd.DataFrame | None = None, **place: str) -> Joined:
        raw = read_table(csv_file(text))
        return join_table(
            raw, villages, place=place or CODES, indicators={"diukur": "diukur"}, catalogue=catalogue,
            decisions=decisions,
        )  # fmt: skip

    return run


def found(joined: Joined, check: str) -> list[Finding]:
    return [finding for finding in joined.findings if finding.check == check]


HEAD = "kode;desa;kecamatan;diukur\n"


@pytest.mark.parametrize(
    ("line", "check", "words"),
    [
        ("9901012001;Suka Jaia;Sukasari;1", "join.code_name", "Suka Jaia milik 99.01.01.2002 Suka Jaya"),
        ("9901012001;Kebon Kopi;Sukasari;1", "join.code_name", "nama pada baris itu Kebon Kopi"),
        ("9901012003;Mekar Sari;Muara Jaya;1", "join.code_kecamatan", "menyebut kecamatan Muara Jaya"),
        ("9901012001;Suka Maju;Muara Jaja;1", "join.code_kecamatan", "menyebut kecamatan Muara Jaja"),
        ("9901012001;;Muara Jaya;1", "join.code_kecamatan", "menyebut kecamatan Muara Jaya"),
        ("9901012009;Suka Maju;Sukasari;1", "join.unknown_code", "99.01.01.2009 Suka Maju"),
        ("9902012001;Suka Maju;Sukasari;1", "join.unknown_code", "99.02.01.2001 Suka Maju"),
    ],
)
def test_a_row_that_contradicts_its_code_blocks(join: Join, line: str, check: str, words: str) -> None:
    rest = "9901022001;TJ. HARAPAN;Muara Jaya;4\n9901022003;Air Putih;Muara Jaya;6\n"
    rest += "9901012002;Suka Jaya;Sukasari;2\n9901022002;Mekar Sari;Muara Jaya;3\n9901022001;;;\n"
    joined = join(HEAD + line + "\n" + rest.replace("9901012002;Suka Jaya;Sukasari;2\n", ""))
    [finding] = found(joined, check)
    assert finding.level == "blocking"
    assert finding.where.row == 2
    assert words in finding.message
    assert joined.open_cases["baris"].tolist() == [2]


@pytest.mark.parametrize(
    "name",
    ["SUKAMAJU", "Suka Madju", "S. Maju", "Desa Suka Maju", "Suka", "Suka Maju Timbul", "", "Sk Maju"],
)
def test_habits_of_writing_are_no_contradiction(join: Join, name: str) -> None:
    joined = join(HEAD + f"9901012001;{name};SUKA SARI;1\n9901022003;Air Putih;Muara Jaya;6\n")
    assert joined.values["diukur"].dropna().to_dict() == {"9901012001": 1, "9901022003": 6}
    assert not [finding for finding in joined.findings if finding.level == "blocking"]


def test_codes_of_another_year_leave_the_rows_to_their_names(join: Join) -> None:
    rows = [
        "Suka Maju;Sukasari", "Suka Jaya;Sukasari", "Mekar Sari;Sukasari", "Tanjung Harapan;Muara Jaya",
        "Mekar Sari;Muara Jaya", "Air Putih;Muara Jaya",
    ]  # fmt: skip
    joined = join(HEAD + "".join(f"9801{1 + n // 3:02d}{2001 + n};{row};{n}\n" for n, row in enumerate(rows)))
    assert joined.values["diukur"].tolist() == [0, 1, 2, 3, 4, 5]
    [finding] = found(joined, "join.vintage")
    assert finding.level == "warning"
    assert "baris 2: 98.01.01.2001, kini 99.01.01.2001" in finding.message


@pytest.mark.parametrize(
    ("rows", "check"), [(6, "join.other_codes"), (4, "join.other_codes"), (3, "join.vintage")]
)
def test_other_codes_of_this_kabupaten_for_most_villages_block_until_a_list_says_which_are_right(
    csv_file: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue, rows: int, check: str
) -> None:
    text = HEAD + "".join(
        f"99010{4 + int(str(kode)[5])}20{n + 11};{village['desa']};{village['kecamatan']};{n}\n"
        for n, (kode, village) in enumerate(villages.iloc[:rows].iterrows())
    )
    for listed, level in (
        (False, "blocking" if check == "join.other_codes" else "warning"),
        (True, "warning"),
    ):
        joined = join_table(
            read_table(csv_file(text)), villages, place=CODES, indicators={"diukur": "diukur"},
            catalogue=catalogue, listed=listed,
        )  # fmt: skip
        [finding] = found(joined, "join.vintage" if listed else check)
        assert finding.level == level
        assert joined.values["diukur"].dropna().tolist() == list(range(rows))


def test_one_recoded_kecamatan_is_placed_by_name(join: Join) -> None:
    joined = join(
        HEAD + "9901012001;Suka Maju;Sukasari;1\n9901012002;Suka Jaya;Sukasari;2\n"
        "9901052001;Tanjung Harapan;Muara Jaya;4\n9901052002;Mekar Sari;Muara Jaya;5\n"
        "9901052003;Air Putih;Muara Jaya;6\n"
    )
    assert joined.values["diukur"].dropna().tolist() == [1, 2, 4, 5, 6]
    assert "3 kode berasal dari tahun lain" in found(joined, "join.vintage")[0].message


def test_a_table_of_another_kabupaten_is_still_refused(join: Join) -> None:
    with pytest.raises(InputError, match="kabupaten lain"):
        join(HEAD + "".join(f"98010120{n:02d};Lain {n};Entah;1\n" for n in range(10, 20)))


@pytest.mark.parametrize("code", ["2001", "9901012001001"], ids=["4 digits", "13 digits"])
def test_local_codes_are_one_warning_where_names_place_every_row(join: Join, code: str) -> None:
    joined = join(HEAD + f"{code};Suka Maju;Sukasari;1\n{code};Suka Jaya;Sukasari;2\n")
    assert joined.values["diukur"].dropna().tolist() == [1, 2]
    [finding] = found(joined, "kode.refused")
    assert finding.level == "warning"
    assert not [one for one in joined.findings if one.level == "blocking"]


@pytest.mark.parametrize("fix", ["table", "decision"])
def test_the_remedy_for_swapped_codes_gives_the_right_values(join: Join, tmp_path: Path, fix: str) -> None:
    swapped = HEAD + "9901012001;Suka Jaja;Sukasari;2\n9901012002;Suka Madju;Sukasari;1\n"
    joined = join(swapped)
    assert len(found(joined, "join.code_name")) == 2
    decisions = None
    if fix == "table":
        swapped = swapped.replace("2001", "X").replace("2002", "2001").replace("X", "2002")
    else:
        path = tmp_path / "kecocokan.csv"
        lines = "data.csv;;2;Sukasari;Suka Jaja;9901012002;\ndata.csv;;3;Sukasari;Suka Madju;9901012001;\n"
        path.write_text("sumber;lembar;baris;kecamatan;desa;kode_desa;alasan\n" + lines, encoding="utf-8")
        decisions = read_decisions(path)
    again = join(swapped, decisions)
    assert again.values["diukur"].dropna().to_dict() == {"9901012001": 1, "9901012002": 2}
    assert not [one for one in again.findings if one.level == "blocking"]


def test_a_decision_about_a_row_that_moved_is_not_applied(join: Join, tmp_path: Path) -> None:
    path = tmp_path / "kecocokan.csv"
    path.write_text(
        "sumber;lembar;baris;kecamatan;desa;kode_desa;alasan\ndata.csv;;2;Sukasari;Suka Jaja;bukan desa;\n",
        encoding="utf-8",
    )
    joined = join(HEAD + "9901012001;Suka Maju;Sukasari;1\n", read_decisions(path))
    assert joined.values["diukur"].dropna().tolist() == [1]
    assert "Suka Jaja" in found(joined, "join.decision_stale")[0].message


# A known table of 24 villages, damaged at random.

FIRST = ("Suka", "Tanjung", "Muara", "Bukit", "Rantau", "Kuala")
SECOND = ("Maju", "Panjang", "Harapan", "Jaya")
KECAMATAN = ("Sukasari", "Muara Jaya", "Bukit Indah", "Rantau Alai")
KNOWN = pd.DataFrame(
    {
        "desa": [f"{first} {second}" for second in SECOND for first in FIRST],
        "kecamatan": np.repeat(KECAMATAN, 6),
    },
    index=pd.Index([f"9901{1 + n // 6:02d}{2001 + n % 6}" for n in range(24)], name="kode_desa"),
)
DAMAGES = (
    "swap", "swap and misspell", "shift", "one wrong", "other kecamatan", "vintage", "kecamatan recoded",
    "local codes", "name changed", "mistyped digit",
)  # fmt: skip


def misspelt(name: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(1, len(name)))
    return name[:place] + "aeiou"[int(rng.integers(5))] + name[place + int(rng.integers(2)) :]


def damaged(rng: np.random.Generator) -> tuple[str, pd.DataFrame]:
    """Kind of damage, and a table with the true number of each village under ``diukur``."""
    kind = str(rng.choice(DAMAGES))
    table = KNOWN.reset_index(names="kode").assign(diukur=np.arange(1.0, 25.0) * 3)
    if rng.random() < 0.3:
        table = table.sample(frac=1, random_state=int(rng.integers(2**31)), ignore_index=True)
    one, other = (int(n) for n in rng.choice(24, size=2, replace=False))
    code = table["kode"].tolist()
    if kind in ("swap", "swap and misspell"):
        code[one], code[other] = code[other], code[one]
    elif kind == "shift":
        code = [*code[1:], code[0]]
    elif kind == "one wrong":
        code[one] = code[other]
        table = table.drop(index=other)
        code.pop(other)
    elif kind == "other kecamatan":
        others = [name for name in KECAMATAN if name != table["kecamatan"][one]]
        table.loc[one, "kecamatan"] = str(rng.choice(others))
    elif kind == "vintage":
        code = ["98" + one_code[2:] for one_code in code]
    elif kind == "kecamatan recoded":
        code = [one_code.replace("990102", "990109") for one_code in code]
    elif kind == "local codes":
        digits = int(rng.choice([4, 13]))
        code = [one_code[-4:] if digits == 4 else one_code + "001" for one_code in code]
    elif kind == "name changed":
        table.loc[one, "desa"] = "Kebun Kopi Lestari"
    elif kind == "mistyped digit":
        digit = int(rng.choice([1, 2, 3, 7, 8]))
        code[one] = code[one][:digit] + str((int(code[one][digit]) + 1) % 10) + code[one][digit + 1 :]
    table["kode"] = code
    if kind == "swap and misspell" or rng.random() < 0.3:
        table["desa"] = [misspelt(name, rng) if rng.random() < 0.5 else name for name in table["desa"]]
    columns = ["kode", "desa", "kecamatan", "diukur"]
    if kind != "other kecamatan" and rng.random() < 0.3:
        columns.remove("kecamatan")
    return kind, table[columns].astype(object)


TRUTH = pd.Series(np.arange(1.0, 25.0) * 3, index=KNOWN.index)


@pytest.mark.parametrize("n", [60, pytest.param(1_500, marks=(pytest.mark.slow, pytest.mark.long))])
def test_damaged_codes_give_right_values_or_block(catalogue: Catalogue, n: int) -> None:
    rng = np.random.default_rng(12)
    counted: dict[str, list[int]] = {kind: [0, 0] for kind in DAMAGES}
    for number in range(n):
        kind, table = damaged(rng)
        raw = RawTable(
            data=table.set_axis(pd.RangeIndex(2, 2 + len(table), name="baris")), source="data.csv", sheet="",
            title_lines=(), totals=table.iloc[:0].assign(jenis_baris=None), findings=(),
        )  # fmt: skip
        place = {key: key for key in table.columns if key != "diukur"}
        try:
            joined = join_table(raw, KNOWN, place=place, indicators={"diukur": "diukur"}, catalogue=catalogue)
        except InputError:
            counted[kind][1] += 1
            continue
        values = joined.values["diukur"].dropna()
        wrong = values[values != TRUTH[values.index]]
        blocked = {one.check for one in joined.findings if one.level == "blocking"}
        # Held or not: what is accepted must bring in no wrong value either.
        assert wrong.empty, (number, kind)
        counted[kind][bool(blocked)] += 1
    sys.stdout.write(f"{n} tables (right, blocked): {counted}\n")
    assert counted["vintage"][0]
    assert counted["swap"][1]


@pytest.fixture
def case(root: Path, tmp_path: Path) -> Callable[[str], Kajian]:
    """A case of the shared folder, read in a copy because the command writes beside it."""

    def open_case(name: str) -> Kajian:
        tables = root.parent / "shared" / "cases" / "tables"
        if not (tables / name).is_dir():
            pytest.skip("the folder of cases ../shared/cases is absent")
        for folder in ("base", name):
            shutil.copytree(tables / folder, tmp_path / folder)
        return Kajian.open(tmp_path / name / "kajian.toml")

    return open_case


def test_case_code_of_another_village_near_name(case: Callable[[str], Kajian]) -> None:
    blocking = case("06-code-of-another-village-near-name").audit.blocking
    assert blocking["check"].tolist() == ["join.code_name"] * 2
    assert all("Rantau Panjang" in text and "Kuala Baru" in text for text in blocking["message"])


def test_case_initial_before_name(case: Callable[[str], Kajian]) -> None:
    [message] = case("12-initial-before-name").audit.blocking["message"]
    assert "P. Tengah" in message
    assert "Pulau Tengah" in message


@pytest.mark.parametrize(
    ("name", "check"), [("22-recoded-province", "join.vintage"), ("25-local-code-4-digits", "kode.refused")]
)
def test_case_codes_that_are_none_of_this_year(case: Callable[[str], Kajian], name: str, check: str) -> None:
    kajian = case(name)
    assert kajian.audit.blocking.empty
    assert kajian.audit.findings["check"].tolist() == [check]
    truth = pd.read_csv(
        kajian.path.parent.parent / "base" / "gizi.csv", dtype={"kode": str}, sep=None, engine="python"
    )
    truth = truth.set_index("kode")["stunting"].astype(float)
    values = kajian.villages["stunting"]
    assert values.to_dict() == truth.to_dict()
