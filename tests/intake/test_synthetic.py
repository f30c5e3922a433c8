"""The dirty workbooks of the bundled example, read back against the numbers they were made from."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_kabupaten import make_kabupaten
from example_kabupaten.structure_files import village_structures

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.combine import combine
from lokus.intake.join.join import join_table
from lokus.intake.official import read_official_list
from lokus.intake.tables.tables import read_table
from lokus.places.names import read_decisions
from lokus.settings.read import read_settings


def test_every_number_comes_back_to_its_village(root: Path) -> None:
    study = root / "data" / "kajian" / "contoh-2026.toml"
    if not study.is_file():
        pytest.skip("the bundled example is absent")
    settings = read_settings(study)
    kabupaten = make_kabupaten()
    truth = kabupaten.tables[2026].join(village_structures(kabupaten, 2026))
    assert settings.boundaries.official is not None
    assert settings.audit.decisions is not None
    stated = settings.boundaries.official
    villages = read_official_list(study.parent / stated.file, columns=stated.columns.stated)
    decisions = read_decisions(study.parent / settings.audit.decisions)
    tables = [
        join_table(
            read_table(study.parent / table.file, sheet=table.sheet, columns=list(table.indicators.values())),
            villages,
            place=table.place.stated,
            indicators=table.indicators,
            catalogue=load_catalogue(),
            opd=table.opd,
            decisions=decisions,
            where=table.rows,
        )
        for table in settings.tables
    ]
    values = combine(tables, villages.index)
    known = truth.reindex(index=values.index, columns=values.columns).astype(float)
    # Shares were written with two decimals.
    assert ((values - known).abs() > 0.0051).sum().sum() == 0
    assert not (values.notna() & known.isna()).any(axis=None)
    rows_without = sum(int(table.origin.rows.isna().sum()) for table in tables)
    assert (values.isna() & known.notna()).sum().sum() <= rows_without
    for table in tables:
        assert set(table.reconciliation["kode_desa"].dropna()) >= set(villages.index)
