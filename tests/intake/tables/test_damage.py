"""Tables damaged at random, as offices damage them: read rightly, or held with the cause; never wrongly."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from damaged import KINDS, read, truth

from lokus.errors import InputError


def verdict(kind: str, seed: int, folder: Path) -> str:
    """Damage a table and say what became of it: "right" or "held"; anything else is a fault."""
    rng = np.random.default_rng([sorted(KINDS).index(kind), seed])
    table = truth(rng, low=rng.random() < 0.2)
    make = KINDS[kind][int(rng.integers(len(KINDS[kind])))]
    damaged = make(rng, table, folder)
    told = f"{make.__name__}, seed {seed}"
    try:
        values, findings = read(damaged)
    except InputError as error:
        return "held" if "error" in damaged.held else f"{told}: refused: {error}"
    known = table[list(damaged.indicators)]
    values = values.reindex(columns=known.columns)
    wrong = values.notna() & ~np.isclose(values, known, atol=1e-6)
    if wrong.any(axis=None):
        return f"{told}: wrong values in {values.columns[wrong.any()].tolist()}"
    blocking = {finding.check for finding in findings if finding.level == "blocking"}
    if blocking - damaged.held:
        return f"{told}: held for another cause: {sorted(blocking - damaged.held)}"
    if damaged.must and not blocking:
        return f"{told}: not held"
    if values.isna().any(axis=None) and not blocking:
        return f"{told}: values missing without a word"
    return "held" if blocking else "right"


def damage(kind: str, n: int, folder: Path) -> Counter[str]:
    """Damage n tables of one kind."""
    return Counter(verdict(kind, seed, folder) for seed in range(n))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_sample_of_damaged_tables_is_never_read_wrongly(kind: str, tmp_path: Path) -> None:
    outcome = damage(kind, 10, tmp_path)
    assert set(outcome) <= {"right", "held"}, outcome


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_damaged_tables_are_never_read_wrongly(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = damage(kind, 10_200 // len(KINDS), tmp_path)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{kind}: {outcome.total()} tables, {outcome['right']} right, {outcome['held']} held\n"
        )
    assert set(outcome) <= {"right", "held"}, outcome.most_common(4)
