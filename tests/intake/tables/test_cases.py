"""Each situation met in public ends in right values, or is held with its cause; never in wrong values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import openpyxl
import pytest

from lokus.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from lokus.kajian import Kajian

    Case = Callable[..., Kajian]
COUNTS = ["sasaran", "diukur", "stunting"]


def held(study: Kajian) -> dict[str, str]:
    """Blocking findings by check, with place and remedy: the first of each."""
    blocking = study.audit.blocking
    return {
        str(
            row["check"]
        ): f"{row['file']} {row['sheet']} {row['row']} {row['column']}: {row['message']} → {row['remedy']}"
        for row in blocking[::-1].to_dict("records")
    }


def right(study: Kajian, truth: pd.DataFrame, keys: Sequence[str] = COUNTS) -> bool:
    """Whether every village has its right values."""
    return bool(study.villages[list(keys)].eq(truth[list(keys)]).all(axis=None))


def tables(study: Kajian, number: int = 0, **keys: object) -> list[dict[str, object]]:
    """Tables of the study, with other keys in one of them."""
    plain = study.settings.to_mapping()["tabel"]
    return [{**table, **(keys if position == number else {})} for position, table in enumerate(plain)]


# Scale of shares


@pytest.mark.parametrize(
    ("name", "key"),
    [("tables/01-percent-mixed-scale", "sanitasi_layak")],
)
def test_shares_on_two_scales_are_held_and_both_readings_shown(case: Case, name: str, key: str) -> None:
    study = case(name)
    message = held(study)["join.fraction"]
    assert "sanitasi.xlsx Data 10 Akses Sanitasi Layak (%): 8 nilai" in message
    assert "0,9029 % atau 90,29 %" in message
    assert study.villages[key].dropna().min() > 30
    settled = study.replace_tables(tables(study, 1, skala={key: "campuran"}))
    assert held(settled) == {}
    assert settled.villages[key].between(30, 100).all()


def test_a_percent_format_is_read_cell_by_cell(case: Case) -> None:
    study = case("newcomer/01_persen_campur")
    assert held(study) == {}
    assert study.villages["sanitasi_layak"].tolist() == [63, 66, 85, 72, 90, 78, 80, 84, 88, 90]


def test_a_share_above_100_percent_does_not_change_the_scale_of_the_others(case: Case) -> None:
    study = case("tables/02-percent-over-100")
    values = study.indicators["cakupan_imunisasi"]
    assert values.loc["9901012001":"9901012004"].tolist() == [94.12, 68.92, 86.13, 106.67]
    assert "106,67" in held(study)["audit.range"]


def test_all_or_nothing_in_percent_is_100_or_0(case: Case) -> None:
    study = case("tables/03-percent-0-or-100")
    assert held(study) == {}
    first = study.villages["stop_babs"].loc["9901012001":"9901012007"]
    assert first.tolist() == [100, 0, 0, 0, 0, 100, 100]


# Columns by position


def test_rows_wider_than_their_header_are_refused(case: Case) -> None:
    with pytest.raises(
        InputError, match=r"(?s)sanitasi.csv, baris 2: 24 baris .*7.*5.*Suka Damai; 38; 9; 94"
    ):
        _ = case("tables/04-unquoted-decimal-comma").audit


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "tables/05-repeated-header-first-hidden",
            r'(?s)"Sasaran \(1\)" \(kolom D, tersembunyi: 357, 283.*"Sasaran \(2\)" \(kolom G: 307',
        ),
        (
            "newcomer/13_judul_kembar",
            r'(?s)"Sasaran \(1\)" \(kolom D: 246.*"Sasaran \(2\)" \(kolom G: 249',
        ),
        (
            "newcomer/07_dua_tabel_berdampingan",
            r'(?s)"Desa" ada lebih.*"Desa \(1\)" \(kolom C.*"Desa \(2\)" \(kolom J',
        ),
        ("tables/10-init-takes-oldest-year", r'"Tahun 2026 · Sasaran"'),
        ("tables/15-four-level-header", r'"STATUS GIZI BALITA · TB/U · SASARAN · L\+P"'),
    ],
)
def test_a_column_that_is_there_twice_is_never_taken_by_position(case: Case, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        _ = case(name).audit


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("tables/05-repeated-header-first-hidden", "{} (2)"),
        ("tables/10-init-takes-oldest-year", "2026 · {}"),
        ("tables/15-four-level-header", "{} · L+P"),
    ],
)
def test_the_column_that_the_study_names_is_taken(
    case: Case, truth: pd.DataFrame, name: str, pattern: str
) -> None:
    study = case(name)
    named = {key: pattern.format(header) for key, header in study.settings.tables[0].indicators.items()}
    study = study.replace_tables(tables(study, indikator=named))
    assert held(study) == {}
    assert right(study, truth)


# Counts


def test_a_percent_sign_in_a_count_is_held(case: Case) -> None:
    study = case("tables/07-percent-sign-in-count-column")
    assert "24 sel" in held(study)["numbers.percent_in_count"]
    assert study.villages["stunting"].isna().all()


def test_formulas_that_nobody_calculated_are_held(case: Case) -> None:
    study = case("tables/08-formula-cached-zero")
    assert "(=F2+G2)" in held(study)["numbers.formula"]
    assert study.villages["stunting"].isna().all()


def test_points_of_thousands_that_became_decimals_are_held(case: Case) -> None:
    study = case("tables/17-thousands-became-decimals")
    message = held(study)["numbers.fraction"]
    assert "krs.xlsx Data 2 Jumlah Keluarga" in message
    assert "(1630, bukan 1,63)" in message
    assert study.villages["keluarga"].isna().all()


def test_a_count_is_whole_and_that_settles_what_a_comma_is(case: Case) -> None:
    study = case("tables/18-us-thousands-in-counts")
    assert held(study) == {}
    assert study.villages["keluarga"].loc[["9901012001", "9901012002", "9901012003"]].tolist() == [
        1630,
        1029,
        1558,
    ]


def test_errors_of_formulas_are_named_with_their_cells(case: Case) -> None:
    study = case("tables/19-error-cells")
    assert 'baris 2 "#REF!"' in held(study)["numbers.error"]
    findings = study.audit.findings
    warned = findings[(findings["check"] == "numbers.error") & (findings["level"] == "warning")]
    assert warned["message"].str.contains("#DIV/0!").any()


def test_percentages_in_the_column_of_stunted_children_are_held(case: Case) -> None:
    study = case("newcomer/11_persen_di_kolom_hitungan")
    assert 'baris 2 "18,4"' in held(study)["numbers.fraction"]
    assert study.villages["stunting"].isna().all()


# What a row is


def test_a_value_merged_over_villages_is_nobodys(case: Case, truth: pd.DataFrame) -> None:
    study = case("tables/11-values-merged-over-villages")
    merged = study.audit.blocking[study.audit.blocking["check"] == "numbers.merged"]
    assert merged["message"].str.contains("baris 4-5").any()
    assert merged["message"].str.contains("baris 12-13").any()
    assert study.villages.loc[["9901012003", "9901012004"], "diukur"].isna().all()
    assert study.villages.loc["9901012001", "diukur"] == truth.loc["9901012001", "diukur"]


def test_subtotals_under_the_name_of_a_kecamatan_are_known_by_their_sum(case: Case) -> None:
    study = case("tables/13-kecamatan-row-taken-for-village")
    krs = study.joined[1]
    assert krs.values["keluarga_sasaran"].max() < 2000
    # The third sum has a village that has no row of its own, and is named like that village.
    assert list(held(study)) == ["rows.subtotal"]
    assert "krs.xlsx Data 20 Kecamatan/Desa" in held(study)["rows.subtotal"]
    gunung_sari = study.villages.index[study.villages["desa"] == "Gunung Sari"]
    assert krs.values.loc[gunung_sari].isna().all(axis=None)
    assert krs.values["keluarga_sasaran"].notna().sum() == 23


@pytest.mark.parametrize(
    "name", ["newcomer/09_baris_kecamatan_senama", "newcomer/10_jumlah_kecamatan_tanpa_desa"]
)
def test_subtotals_are_no_villages(case: Case, name: str) -> None:
    study = case(name)
    assert held(study) == {}
    kubu = study.villages[study.villages["desa"] == "Kubu"].iloc[0]
    assert kubu[COUNTS].tolist() == [147, 135, 15]


def test_rows_of_posyandu_are_added_up_on_request_and_never_the_first_taken(
    case: Case, truth: pd.DataFrame
) -> None:
    study = case("tables/16-posyandu-rows-under-merged-name")
    assert "dengan jumlahkan di bawah [[tabel]]" in held(study)["join.duplicate"]
    assert study.villages["stunting"].isna().all()
    added = study.replace_tables(tables(study, jumlahkan=True))
    assert held(added) == {}
    assert right(added, truth)


def test_a_row_that_the_filter_asks_for_is_no_total(case: Case, truth: pd.DataFrame) -> None:
    study = case("tables/20-rows-L-P-Jumlah")
    assert held(study) == {}
    assert right(study, truth)


@pytest.mark.parametrize("name", ["tables/21-ditto-sda", "tables/28-page-headers-in-body"])
def test_dittos_and_page_heads_are_read_as_a_reader_does(case: Case, truth: pd.DataFrame, name: str) -> None:
    study = case(name)
    assert held(study) == {}
    assert right(study, truth)


@pytest.mark.parametrize("name", ["newcomer/08_nama_bernomor", "newcomer/12_judul_berulang"])
def test_numbers_before_names_and_repeated_headers(case: Case, name: str) -> None:
    study = case(name)
    assert held(study) == {}
    assert study.villages["stunting"].tolist() == [36, 21, 34, 46, 24, 31, 86, 53, 21, 25]


@pytest.mark.parametrize(
    "name",
    [
        "tables/15-four-level-header",
        "tables/16-posyandu-rows-under-merged-name",
        "tables/28-page-headers-in-body",
    ],
)
def test_what_a_study_accepts_leads_to_no_wrong_value(case: Case, truth: pd.DataFrame, name: str) -> None:
    try:
        values = case(name, "kajian_diterima.toml").villages[COUNTS]
    except InputError:
        return
    assert (values.isna() | values.eq(truth[COUNTS])).all(axis=None)


# Sheets


@pytest.mark.parametrize("sheets", ["*", ["Muara Batu", "Sungai Rawa", "Tanjung Lestari"], None])
def test_sheets_of_the_same_columns_are_joined(case: Case, truth: pd.DataFrame, sheets: object) -> None:
    study = case("tables/14-sheet-per-kecamatan")
    if sheets is not None:
        study = study.replace_tables([{**tables(study)[0], "lembar": sheets}])
    assert held(study) == {}
    assert right(study, truth)
    assert "join.no_row" not in set(study.audit.findings["check"])
    assert sorted(study.reconciliation["lembar"].unique()) == ["Muara Batu", "Sungai Rawa", "Tanjung Lestari"]


@pytest.mark.parametrize("named", ["*", ["Muara Batu", "Sungai Rawa", "Tanjung Lestari"]])
def test_a_sheet_of_persons_beside_those_that_are_read_is_reported(
    case: Case, truth: pd.DataFrame, tmp_path: Path, named: object
) -> None:
    study = case("tables/14-sheet-per-kecamatan")
    book = openpyxl.load_workbook(study.path.parent / tables(study)[0]["berkas"])
    children = book.create_sheet("By name")
    children.append(["Nama Anak", "NIK", "Desa"])
    children.append(["Melati", "9901010202230001", "Suka Maju"])
    book.save(tmp_path / "gizi.xlsx")
    study = study.replace_tables([
        {**tables(study)[0], "lembar": named, "berkas": str(tmp_path / "gizi.xlsx")}
    ])  # fmt: skip
    findings = study.audit.findings
    [told] = findings[findings["check"] == "tables.persons"].itertuples()
    assert (told.level, told.sheet, told.file) == ("warning", "By name", "gizi.xlsx")
    assert "Melati" not in findings.to_csv()
    assert right(study, truth)


@pytest.mark.parametrize("name", ["daftar.toml", "dua_tabel.toml"])
def test_several_sheets_and_several_tables_are_the_same(case: Case, name: str) -> None:
    study = case("newcomer/06_lembar_per_kecamatan", name)
    assert held(study) == {}
    assert study.villages["stunting"].notna().all()


def test_a_hidden_sheet_never_stands_in_for_a_visible_one(case: Case, truth: pd.DataFrame) -> None:
    study = case("tables/09-init-takes-hidden-sheet")
    assert held(study) == {}
    assert right(study, truth)


def test_two_tables_side_by_side_are_read_one_by_one(case: Case) -> None:
    study = case("newcomer/07_dua_tabel_berdampingan")
    plain = tables(study)[0]
    two = [
        plain
        | {
            part: {key: f"{name} ({n})" for key, name in plain[part].items()}
            for part in ("tempat", "indikator")
        }
        for n in (1, 2)
    ]
    study = study.replace_tables(two)
    assert held(study) == {}
    assert study.villages["stunting"].notna().all()
    kubu = study.villages[study.villages["desa"] == "Kubu"].iloc[0]
    assert kubu[COUNTS].tolist() == [147, 135, 15]


# Files that lie


@pytest.mark.parametrize("name", ["tables/26-html-named-xls", "tables/27-html-named-csv"])
def test_html_is_read_as_html_whatever_its_name(case: Case, truth: pd.DataFrame, name: str) -> None:
    study = case(name)
    assert held(study) == {}
    assert right(study, truth)
    kinds = study.audit.findings[study.audit.findings["check"] == "tables.kind"]
    assert "HTML" in kinds["message"].iloc[0]
