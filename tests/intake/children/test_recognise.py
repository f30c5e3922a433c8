"""Tables of single persons are recognised by what they hold, stop, and give away no cell."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from example_kabupaten import Kabupaten, make_kabupaten
from example_kabupaten.child_exports import CHILD_COLUMNS, make_children
from tiny_study import tiny_mapping, to_toml

from lokus.cli import main
from lokus.findings import Where
from lokus.intake.children.recognise import PersonsError, persons_in, refuse_persons
from lokus.intake.tables.grid import read_grid

NAME, NIK, PARENT = CHILD_COLUMNS.index("Nama"), CHILD_COLUMNS.index("NIK"), CHILD_COLUMNS.index("Nama Ortu")


@pytest.fixture(scope="module")
def kabupaten() -> Kabupaten:
    return make_kabupaten(villages=30, kecamatan=3, kelurahan=2, seed=7)


@pytest.fixture(scope="module")
def children(kabupaten: Kabupaten) -> pd.DataFrame:
    rows = make_children(kabupaten, 2026).head(400)
    # The generator numbers its children; here they get names of persons, which must appear nowhere.
    first = ["Aisyah", "Bagas", "Citra", "Dimas", "Elok", "Fajar", "Gendis", "Haris", "Intan", "Jaka"]
    last = ["Wirabumi", "Kusumaningrat", "Prawirodirjo", "Adiwangsa", "Suryomentaram", "Tjokronegoro"]
    whole = [
        f"{first[n % 10]} {last[n // 10 % 6]} {'abcdefghijklmnopqrst'[n // 60 % 20]}"
        for n in range(len(rows))
    ]
    return rows.assign(**{"Nama": whole, "Nama Ortu": [f"Ibu {name}" for name in whole]})


def identities(children: pd.DataFrame) -> set[str]:
    columns = children[["NIK", "Nama", "Nama Ortu", "Tgl Lahir"]]
    return {text for column in columns for text in columns[column] if len(str(text)) >= 8}


@pytest.mark.parametrize(
    "columns",
    [
        ["NIK", "Desa/Kel"], ["Nama", "Tgl Lahir", "Desa/Kel", "Kec"], ["Nama", "JK", "Desa/Kel", "ZS TB/U"],
        ["Nama", "Nama Ortu", "Desa/Kel"], list(CHILD_COLUMNS),
    ],
    ids=lambda columns: "+".join(columns[:3]),
)  # fmt: skip
@pytest.mark.parametrize("header", [True, False], ids=["header", "no header"])
def test_children_are_recognised_by_some_of_their_columns(
    children: pd.DataFrame, columns: list[str], header: bool
) -> None:
    rows = children[columns].to_numpy().tolist()
    assert persons_in([columns, *rows] if header else rows)


def test_a_list_of_villages_without_a_header_is_none_of_persons() -> None:
    rows = [[f"Desa {'abcdefgh'[n % 8]}{'klmnopqr'[n // 8]}", f"Kec {n // 9}"] for n in range(60)]
    assert not persons_in(rows)
    assert not persons_in([[f"99010{n}", *row] for n, row in enumerate(rows)])


def test_numbers_of_persons_in_the_forms_of_spreadsheets() -> None:
    for cell in (
        "9901010202230001",
        9901010202230001.0,
        "'9901010202230001",
        "9901 0102 0223 0001",
        "9901********0001",
    ):
        assert persons_in([["Desa", "x"], ["Suka Maju", cell]]), cell
    assert persons_in([["Desa", "x"], ["Suka Maju", "99.01.01.020223.0001"]])
    assert persons_in([["Desa", "x"], *[["Suka Maju", "9,90101E+15"]] * 3])
    assert not persons_in([["Desa", "peluang"], *[["Suka Maju", "0.9901010202230001"]] * 5])
    assert not persons_in([["Desa", "NIP 19700101 199503 1 001"], ["Suka Maju", "1603012001"], ["B", 1.2e9]])


def test_tables_of_villages_are_none_of_persons(kabupaten: Kabupaten, root: Path, shared_data: Path) -> None:
    files = [path for path in (root / "data").rglob("*") if path.suffix in (".csv", ".xlsx", ".ods")]
    files += [path for path in shared_data.rglob("*") if path.suffix in (".csv", ".xlsx")]
    cases = shared_data.parent / "cases"
    files += [path for path in cases.rglob("*") if path.suffix in (".csv", ".xlsx")]
    read = 0
    for path in files:
        try:
            grids = read_grid(path)
        except PersonsError as error:
            raise AssertionError(path) from error
        except Exception:  # other faults of a case are the subject of other tests
            continue
        read += len(grids)
    assert read > 30


def test_a_sheet_of_persons_beside_one_of_villages_is_left_out(workbook, children: pd.DataFrame) -> None:
    sheets = {
        "Anak": [list(CHILD_COLUMNS), *children.head(20).to_numpy().tolist()],
        "Rekap": [["Desa", "Stunting"], ["Suka Maju", 4]],
    }
    (grid,) = read_grid(workbook(sheets))
    assert grid.sheet == "Rekap"
    (said,) = grid.findings
    assert (said.check, said.where.sheet) == ("tables.persons", "Anak")
    assert "21 baris" in said.message
    assert not {secret for secret in identities(children) if secret in said.message}
    with pytest.raises(PersonsError, match='lembar "Anak"'):
        read_grid(workbook(sheets), sheet="Anak")


def written(children: pd.DataFrame, folder: Path, rng: np.random.Generator) -> tuple[str, dict[str, str]]:
    """Write some columns of the export under an innocent name, in an order drawn at random."""
    keep = [
        "Desa/Kel",
        "Kec",
        str(rng.choice(["NIK", "Tgl Lahir", "JK"])),
        "Nama",
        "Nama Ortu",
        "Berat",
        "Tinggi",
    ]
    part = children[[str(name) for name in rng.permutation(keep)]].head(int(rng.integers(60, 400)))
    header = dict(zip(part.columns, part.columns, strict=True))
    kind = str(rng.choice(["plain", "shifted", "no header", "renamed", "title above"]))
    if kind == "shifted":
        cells = np.roll(part.to_numpy(), int(rng.integers(1, 4)), axis=1)
        part = pd.DataFrame(cells, columns=part.columns)
    if kind == "renamed":
        header = {name: f"Kolom {n}" for n, name in enumerate(part.columns)} | {"Desa/Kel": "Desa"}
        part = part.rename(columns=header)
    name = f"rekap_{kind.replace(' ', '_')}.{rng.choice(['csv', 'xlsx'])}"
    lines = [["Rekap gizi"]] if kind == "title above" else []
    lines += [] if kind == "no header" else [list(part.columns)]
    lines += part.to_numpy().tolist()
    frame = pd.DataFrame([[*line, *[None] * (part.shape[1] - len(line))] for line in lines])
    if name.endswith("csv"):
        frame.to_csv(folder / name, sep=";", header=False, index=False)
    else:
        frame.to_excel(folder / name, header=False, index=False)
    return name, header


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, pytest.param(120, marks=pytest.mark.long)])
def test_no_cell_of_a_child_reaches_any_output(
    children: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str], n: int
) -> None:
    rng = np.random.default_rng(16)
    secrets = identities(children)
    plain = tiny_mapping(tmp_path)
    study = tmp_path / "kajian.toml"
    study.write_text(to_toml(plain), encoding="utf-8")
    assert main(["run", str(study), "--keluaran", str(tmp_path / "dahulu")]) == 0
    own = {path.name for path in tmp_path.iterdir()}
    shown = ""
    for _number in range(n):
        name, header = written(children, tmp_path, rng)
        own.add(name)
        table = {
            "berkas": name, "tempat": {"desa": header["Desa/Kel"]},
            "indikator": {"keluarga": header["Berat"]},
        }  # fmt: skip
        first, *others = plain["tabel"]
        first = {**first, "indikator": {k: v for k, v in first["indikator"].items() if k != "keluarga"}}
        study.write_text(to_toml({**plain, "tabel": [first, table, *others]}), encoding="utf-8")
        for command in (
            ["verify", str(tmp_path / "dahulu" / "kajian.lock.json"), "--kajian", str(study)],
            ["audit", str(study), "--csv", str(tmp_path / "temuan.csv")],
            ["run", str(study), "--keluaran", str(tmp_path / "keluaran")],
            ["init", str(tmp_path / "desa.gpkg"), str(tmp_path / name), "--tahun", "2026",
             "--kajian", str(tmp_path / "baru.toml")],
        ):  # fmt: skip
            assert main(command) != 0 or command[0] == "init"
        (tmp_path / "baru.toml").unlink(missing_ok=True)
        captured = capsys.readouterr()
        shown += captured.out + captured.err
    shown += "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name not in own
    )
    found = {secret for secret in secrets if secret in shown}
    sys.stdout.write(f"{n} exports of {len(children)} rows, {len(secrets)} identities: {len(found)} shown\n")
    assert len(secrets) > 1_000
    assert found == set()


def test_the_error_names_no_cell(children: pd.DataFrame) -> None:
    with pytest.raises(PersonsError) as error:
        refuse_persons(children.to_numpy().tolist(), where=Where(file="rekap.csv"))
    assert 'jenis = "anak"' in str(error.value)
    assert not {secret for secret in identities(children) if secret in str(error.value)}
