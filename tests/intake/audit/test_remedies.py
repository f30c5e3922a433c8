"""Each remedy of a check of values, obeyed, takes the finding away and leaves the right values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lokus
from lokus.intake.audit.audit import CompletenessRule, audit
from lokus.intake.audit.patterns import double_counted, without_denominator
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.join import Origin
from lokus.settings.inputs import Acceptance

CATALOGUE = load_catalogue()
KODE = [f"99010120{n:02d}" for n in range(1, 21)]
V = KODE[3]
Frame = Callable[[pd.DataFrame], pd.DataFrame]


def truth() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"desa": [f"Desa {n}" for n in range(20)], "kecamatan": "Sukasari"}, index=KODE)
    frame["sasaran"] = rng.integers(90, 160, 20).astype(float)
    frame["diukur"] = frame["sasaran"] - rng.integers(0, 9, 20)
    frame["pendek"] = rng.integers(12, 22, 20).astype(float)
    frame["sangat_pendek"] = rng.integers(2, 7, 20).astype(float)
    frame["stunting"] = frame["pendek"] + frame["sangat_pendek"]
    frame["keluarga_sasaran"] = rng.integers(200, 300, 20).astype(float)
    frame["krs"] = rng.integers(60, 90, 20).astype(float)
    frame["krs_jamban"] = rng.integers(20, 40, 20).astype(float)
    frame["sanitasi_layak"] = rng.uniform(55, 80, 20).round(1)
    return frame


TRUTH = truth()
BEFORE = TRUTH[["sanitasi_layak"]] - 3


def put(key: str, value: object, *villages: str) -> Frame:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        out = frame.copy()
        out.loc[list(villages) or [V], key] = value
        return out

    return change


def without(key: str) -> Frame:
    return lambda frame: frame.drop(columns=key)


@dataclass
class Tried:
    """What is wrong; obeying brings the right values, and these options of the audit."""

    damage: Frame
    options: dict[str, Any] = field(default_factory=dict)
    again: dict[str, Any] | None = None


ORIGIN = Origin(
    source="krs.xlsx", sheet="", rows=pd.Series(range(2, 22), index=KODE, dtype="Int64"),
    columns={"krs_persen": "% KRS"}, opd="Dinas PPKB",
)  # fmt: skip


def more(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a share that its parts contradict."""
    return frame.assign(krs_persen=(100 * frame["krs"] / frame["keluarga_sasaran"] + 7).round(1))


TRIED: dict[str, Tried] = {
    "audit.below_minimum": Tried(
        put("sanitasi_layak", np.nan, *KODE[:12]),
        {"needed": ["sanitasi_layak"], "rule": CompletenessRule(least=60.0)},
    ),
    "audit.range": Tried(put("sanitasi_layak", 180.5)),
    "audit.not_whole": Tried(put("krs", 61.5)),
    "audit.numerator": Tried(put("stunting", 999.0)),
    "audit.share_differs": Tried(more, {"origins": [ORIGIN]}),
    "audit.identity": Tried(put("pendek", 90.0)),
    "audit.part": Tried(put("krs_jamban", 250.0)),
    "audit.coverage": Tried(put("diukur", 30.0)),
    "audit.zero": Tried(
        lambda frame: frame.drop(columns=["pendek", "sangat_pendek"]).pipe(put("stunting", 0.0))
    ),
    "audit.identical": Tried(put("sanitasi_layak", 66.6, *KODE[:19])),
    "audit.outlier": Tried(put("krs", 2.0)),
    "audit.carried_over": Tried(
        lambda frame: frame,
        {"previous": TRUTH[["sanitasi_layak"]]},
        {"previous": BEFORE},
    ),
    "audit.jump": Tried(put("sanitasi_layak", 5.0), {"previous": BEFORE}),
    "audit.no_data": Tried(without("sanitasi_layak"), {"needed": ["sanitasi_layak"]}),
    "audit.incomplete": Tried(put("sanitasi_layak", np.nan), {"needed": ["sanitasi_layak"]}),
    "audit.unused_acceptance": Tried(
        lambda frame: frame,
        {"accepted": [Acceptance.model_validate({"temuan": "join.vintage", "alasan": "sudah ditanyakan"})]},
        {},
    ),
}
# About the study file, not about values: what is found without a table, and what obeying takes away.
OF_SETTINGS: dict[str, tuple[Callable[[Sequence[str]], Any], list[str], list[str]]] = {
    "audit.double_count": (
        lambda keys: double_counted(keys, CATALOGUE), ["krs_persen", "air_tidak_layak"], ["krs_persen"],
    ),
    "audit.no_denominator": (without_denominator, ["stunting", "sasaran"], ["stunting", "diukur"]),
}  # fmt: skip


@pytest.mark.parametrize("check", TRIED)
def test_the_remedy_obeyed_leaves_the_right_values(check: str) -> None:
    tried = TRIED[check]
    found = audit(CATALOGUE.derive(tried.damage(TRUTH)), catalogue=CATALOGUE, **tried.options)
    rows = found.findings[found.findings["check"] == check]
    assert len(rows)
    assert rows["remedy"].str.len().gt(0).all()
    options = tried.options if tried.again is None else tried.again
    again = audit(CATALOGUE.derive(TRUTH), catalogue=CATALOGUE, **options)
    assert again.findings["check"].tolist() == []
    pd.testing.assert_frame_equal(again.values[TRUTH.columns], TRUTH)


@pytest.mark.parametrize("check", OF_SETTINGS)
def test_the_remedy_of_a_check_of_the_study_obeyed(check: str) -> None:
    find, wrong, right = OF_SETTINGS[check]
    [finding] = find(wrong)
    assert finding.check == check
    assert finding.remedy
    assert find(right) == []


def test_no_remedy_is_untried() -> None:
    room = Path(lokus.__file__).parent / "intake" / "audit"
    named = {
        node.value
        for path in room.glob("*.py") if path.name != "entries.py"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(call, ast.Call)
        if any(word.arg == "remedy" for word in call.keywords)
        for node in [*call.args, *(word.value for word in call.keywords)]
        if isinstance(node, ast.Constant) and str(node.value).startswith("audit.")
    }  # fmt: skip
    assert named == {*TRIED, *OF_SETTINGS}
