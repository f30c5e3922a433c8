"""What has no data is no candidate, whatever rules, locks and scheme (score, choice and draws together)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lokus.choice.diagnose import InfeasibleError
from lokus.choice.robustness import UNKNOWN, assess_robustness
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.evidence.scores.preset_scores import apply_preset
from lokus.evidence.scores.presets import PRESETS
from lokus.evidence.scores.scoring import Scores, score

WORST = {"high": (0.0, 1e6), "low": (1e6, 0.0)}


@dataclass(frozen=True)
class World:
    """A kabupaten of a dozen villages, some of them without the leading indicator."""

    frame: pd.DataFrame
    worse: dict[str, Any]
    weights: dict[str, float]
    kecamatan: pd.Series
    jenis: pd.Series
    random: np.random.Generator


@st.composite
def worlds(draw: st.DrawFn) -> World:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, many = draw(st.integers(5, 14)), draw(st.integers(2, 5))
    keys = [f"i{number}" for number in range(many)]
    worse = {key: draw(st.sampled_from(["high", "low"])) for key in keys}
    weights = {key: float(draw(st.integers(1, 4))) for key in keys}
    codes = [f"9901{1 + i % 4:02d}{2 if random.random() < 0.8 else 1}{1 + i:03d}" for i in range(n)]
    index = pd.Index(sorted(codes), name="kode_desa")
    frame = pd.DataFrame(random.uniform(0, 100, (n, many)).round(1), index=index, columns=keys)
    frame = frame.mask(random.random((n, many)) < draw(st.sampled_from([0.0, 0.2, 0.5])))
    kinds = ["kelurahan" if code[6] == "1" else "desa" for code in index]
    return World(
        frame, worse, weights, pd.Series(index.str[:6], index=index), pd.Series(kinds, index=index), random
    )


def silenced(frame: pd.DataFrame, leading: list[str], worse: dict[str, Any], random: np.random.Generator):
    """Take the leading indicators from a few villages, and make whatever they have left as bad as can be."""
    frame = frame.copy()
    silent = frame.index[random.random(len(frame)) < 0.3]
    for key in frame:
        left = random.random(len(silent)) < 0.7
        frame.loc[silent[left], key] = WORST[worse[key]][1]
    frame.loc[silent, leading] = np.nan
    return frame, silent


def rules(draw: st.DrawFn, world: World, silent: pd.Index) -> Problem:
    index = list(world.frame.index)
    some = st.lists(st.sampled_from(index), unique=True, max_size=3)
    out = draw(some)
    held_in = {code: "sudah ditetapkan" for code in draw(some) if code not in {*out, *silent}}
    kept = tuple(dict.fromkeys([*draw(some), *silent[:2]]))  # last year's list may name them
    try:
        return Problem(
            n=draw(st.integers(1, 5)),
            max_kecamatan=draw(st.none() | st.integers(1, 4)),
            min_per_kecamatan=draw(st.integers(0, 2)),
            max_per_kecamatan=draw(st.none() | st.integers(1, 4)),
            kept_from=kept,
            min_kept=draw(st.integers(0, 2)),
            max_jenis=draw(st.sampled_from([{}, {"kelurahan": 1}])),
            objective=(objective := draw(st.sampled_from(["skor", "anak", "campuran"]))),
            blend=0.5 if objective == "campuran" else None,
            locked_in=held_in,
            locked_out=dict.fromkeys(out, "ditolak"),
        )
    except RuleError:
        assume(False)
        raise


def never_chosen(world: World, scores: Scores, silent: pd.Index, data: st.DataObject, **recipe: Any) -> None:
    """Score, choose and draw: a silent village has neither score, rank, place nor chance."""
    problem = data.draw(st.composite(rules)(world, silent))
    table = scores.table
    assert table.loc[silent, ["skor", "peringkat"]].isna().all(axis=None)
    assert (table.loc[silent, "status_skor"] == "ditahan").all()
    # The most children of all are no reason either.
    children = pd.Series(world.random.uniform(1, 20, len(table)), index=table.index)
    children[silent] = 500.0
    try:
        chosen = select(
            table["skor"], world.kecamatan, problem, tie_break=children, children=children, jenis=world.jenis
        )
    except InfeasibleError:
        return  # no list is not a list with them
    except RuleError:
        assume(False)
        raise
    assert len(chosen.kode) == problem.n
    assert not set(silent) & set(chosen.kode)
    if not recipe:
        return
    sure = assess_robustness(
        chosen, world.frame, children=children, concentration=20.0, draws=20, seed=1, **recipe
    ).table
    assert (sure.loc[silent, "peluang_lokus"] == 0).all()
    assert (sure.loc[silent, "kelas_kepastian"] == UNKNOWN).all()


def weighed(world: World, data: st.DataObject) -> None:
    method = data.draw(st.sampled_from(["arithmetic", "geometric", "topsis", "rank_sum"]))
    normalise = data.draw(
        st.sampled_from(["rank"] if method == "rank_sum" else ["minmax", "rank", "zscore", "limit"])
    )
    missing = data.draw(st.sampled_from(["renormalise", "withhold"]))
    heaviest = max(world.weights.values())
    leading = [key for key, weight in world.weights.items() if weight == heaviest]
    frame, silent = silenced(world.frame, leading, world.worse, world.random)
    assume(len(silent) and frame.notna().any().all())
    world = World(frame, world.worse, world.weights, world.kecamatan, world.jenis, world.random)
    scores = score(
        frame,
        weights=world.weights,
        worse=world.worse,
        normalise=normalise,
        aggregate=method,
        missing=missing,
    )
    recipe = (
        {"weights": world.weights, "worse": world.worse, "normalise": normalise, "missing": missing}
        if method == "arithmetic" and normalise != "limit"
        else {}
    )
    never_chosen(world, scores, silent, data, **recipe)


def by_preset(world: World, data: st.DataObject) -> None:
    preset = PRESETS[data.draw(st.sampled_from(sorted(PRESETS)))]
    keys = list(dict.fromkeys([*preset.indicators, *preset.ties]))
    values = world.random.uniform(0, 100, (len(world.frame), len(keys))).round(1)
    frame = pd.DataFrame(values, index=world.frame.index, columns=keys)
    worse = {key: preset.worse.get(key, "high") for key in keys}
    heaviest = max(preset.weights.values())
    leading = [key for key, weight in preset.weights.items() if weight == heaviest]
    frame, silent = silenced(frame, leading, worse, world.random)
    assume(len(silent) and frame.notna().any().all())
    scores = apply_preset(
        preset, frame, jenis=world.jenis, missing=data.draw(st.sampled_from([None, "renormalise"]))
    )
    never_chosen(world, scores, silent, data)


@settings(max_examples=20, deadline=None)
@given(worlds(), st.data())
def test_a_village_without_the_leading_indicator_is_never_chosen(world: World, data: st.DataObject) -> None:
    weighed(world, data)


@settings(max_examples=8, deadline=None)
@given(worlds(), st.data())
def test_nor_by_a_preset(world: World, data: st.DataObject) -> None:
    by_preset(world, data)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(worlds(), st.data())
def test_a_village_without_the_leading_indicator_is_never_chosen_in_many_worlds(
    world: World, data: st.DataObject
) -> None:
    weighed(world, data)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(worlds(), st.data())
def test_nor_by_a_preset_in_many_worlds(world: World, data: st.DataObject) -> None:
    by_preset(world, data)


def test_a_lock_with_a_reason_is_a_decision_and_stays_one() -> None:
    """People may put such a village on the list; it adds nothing to the sum, and no draw says otherwise."""
    frame = pd.DataFrame(
        {"a": [np.nan, 20.0, 30.0, 10.0], "b": [100.0, 1.0, 2.0, 3.0]},
        index=["9901012001", "9901012002", "9901012003", "9901012004"],
    )
    scores = score(frame, weights={"a": 3, "b": 1}, worse={"a": "high", "b": "high"})
    problem = Problem(n=2, locked_in={"9901012001": "banjir"})
    chosen = select(scores.table["skor"], pd.Series("990101", index=frame.index), problem)
    assert chosen.kode == ("9901012001", "9901012003")
    assert pd.isna(scores.table.loc["9901012001", "skor"])


def test_many_children_are_no_candidate_without_a_score() -> None:
    """A list of the most children took a village that "belum dapat dinilai" for its children."""
    frame = pd.DataFrame({"a": [np.nan, 20.0, 30.0], "b": [9.0, 1.0, 2.0]}, index=list("abc"))
    scores = score(frame, weights={"a": 3, "b": 1}, worse={"a": "high", "b": "high"})
    children = pd.Series([500.0, 4.0, 3.0], index=frame.index)
    problem = Problem(n=1, objective="anak")
    chosen = select(scores.table["skor"], pd.Series("990101", index=frame.index), problem, children=children)
    assert chosen.kode == ("b",)


def test_where_all_lack_it_there_is_no_score_at_all() -> None:
    frame = pd.DataFrame({"a": [np.nan, np.nan], "b": [1.0, 2.0]}, index=["9901012001", "9901012002"])
    scores = score(frame, weights={"a": 3, "b": 1}, worse={"a": "high", "b": "high"})
    assert scores.table["skor"].isna().all()
