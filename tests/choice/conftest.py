"""Random small selection problems and their answer by trying every list."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import strategies as st

from lokus.choice.solver.problem import Problem


@st.composite
def problems(draw, most: int = 11, across: bool = False):
    """Scores (on a coarse grid, so that ties abound), kecamatan, tie values and rules.

    With `across` the problem has rules across kecamatan, and the answer two more series: jenis and cost.
    """
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5).filter(lambda s: sum(s) <= most))
    codes = [f"9901{g + 1:02d}2{v + 1:03d}" for g, size in enumerate(sizes) for v in range(size)]
    coarse = st.integers(0, 4).map(lambda v: v / 4)
    scores = draw(st.lists(st.one_of(*[coarse] * 6, st.none()), min_size=len(codes), max_size=len(codes)))
    ties = draw(st.lists(st.integers(0, 2).map(float), min_size=len(codes), max_size=len(codes)))
    locks = draw(
        st.lists(st.sampled_from([""] * 10 + ["in", "out"]), min_size=len(codes), max_size=len(codes))
    )
    limit = draw(st.one_of(st.none(), st.integers((len(sizes) + 1) // 2, len(sizes))))
    exact = draw(st.booleans()) and limit is not None
    least = draw(st.sampled_from([0, 0, 1, 2, 2, 3]))
    most_per = draw(st.one_of(st.none(), st.integers(max(least, 1), 4)))
    quotas = draw(
        st.one_of(st.just({}), st.dictionaries(st.integers(1, len(sizes)), st.integers(0, 2), max_size=2))
    )
    extra = draw(_across(codes)) if across else {}
    problem = Problem(
        quota={f"9901{g:02d}": number for g, number in quotas.items()},
        **extra,
        n=draw(st.integers(1, max(1, len(codes) * 2 // 3))),
        max_kecamatan=None if exact else limit,
        exact_kecamatan=limit if exact else None,
        min_per_kecamatan=least,
        max_per_kecamatan=most_per,
        locked_in={k: "SK" for k, lock in zip(codes, locks, strict=True) if lock == "in"},
        locked_out={k: "SK" for k, lock in zip(codes, locks, strict=True) if lock == "out"},
    )
    index = pd.Index(codes)
    frame = (
        pd.Series(scores, index=index, dtype=float),
        pd.Series([code[:6] for code in codes], index=index),
        problem,
        pd.Series(ties, index=index),
    )
    if not across:
        return frame
    cost = draw(st.lists(st.integers(0, 5).map(float), min_size=len(codes), max_size=len(codes)))
    return (*frame, pd.Series(jenis_of(codes)), pd.Series(cost, index=index))


@st.composite
def _across(draw, codes: list[str]):
    rules = {}
    if draw(st.booleans()):
        kept = draw(st.lists(st.sampled_from(codes), max_size=5, unique=True))
        rules |= {"kept_from": kept, "min_kept": draw(st.integers(0, len(kept)))}
    if draw(st.booleans()):
        rules["max_jenis"] = {"kelurahan": draw(st.integers(0, 2))}
    if draw(st.booleans()):
        rules["min_jenis"] = {"desa": draw(st.integers(0, 3))}
    if draw(st.booleans()):
        rules["budget"] = float(draw(st.integers(0, 20)))
    return rules


def jenis_of(codes) -> dict[str, str]:
    """Every second village a kelurahan."""
    return {kode: "kelurahan" if int(kode[-1]) % 2 == 0 else "desa" for kode in codes}


def satisfies(
    chosen: tuple[str, ...],
    scores: pd.Series,
    kecamatan: pd.Series,
    problem: Problem,
    cost: pd.Series | None = None,
) -> bool:
    """Whether a list keeps every rule, read off the rules one by one."""
    return _keeps_rules(chosen, set(scores.dropna().index), dict(kecamatan), problem, cost)


def _keeps_rules(
    chosen: tuple[str, ...],
    scored: set[str],
    kecamatan: dict[str, str],
    problem: Problem,
    cost: pd.Series | None = None,
) -> bool:
    held = Counter(kecamatan[kode] for kode in chosen)
    kinds = Counter(jenis_of(chosen).values())
    free = [number for name, number in held.items() if name not in problem.quota]
    return (
        len(chosen) == problem.n
        and set(problem.locked_in) <= set(chosen)
        and not set(problem.locked_out) & set(chosen)
        and all(kode in scored or kode in problem.locked_in for kode in chosen)
        and (problem.max_kecamatan is None or len(held) <= problem.max_kecamatan)
        and (problem.exact_kecamatan is None or len(held) == problem.exact_kecamatan)
        and min(free, default=problem.min_per_kecamatan) >= problem.min_per_kecamatan
        and (problem.max_per_kecamatan is None or max(free, default=0) <= problem.max_per_kecamatan)
        and all(held[name] == number for name, number in problem.quota.items())
        and _keeps_above(chosen, problem)
        and len(set(problem.kept_from) & set(chosen)) >= problem.min_kept
        and all(kinds[kind] >= least for kind, least in problem.min_jenis.items())
        and all(kinds[kind] <= most for kind, most in problem.max_jenis.items())
        and (problem.budget is None or sum(cost[kode] for kode in chosen) <= problem.budget)
    )


def _keeps_above(chosen: tuple[str, ...], problem: Problem) -> bool:
    held = Counter(kode[:4] for kode in chosen)
    free = [number for name, number in held.items() if name not in problem.quota_kabupaten]
    return (
        (problem.max_kabupaten is None or len(held) <= problem.max_kabupaten)
        and (problem.exact_kabupaten is None or len(held) == problem.exact_kabupaten)
        and min(free, default=problem.min_per_kabupaten) >= problem.min_per_kabupaten
        and (problem.max_per_kabupaten is None or max(free, default=0) <= problem.max_per_kabupaten)
        and all(held[name] == number for name, number in problem.quota_kabupaten.items())
    )


@st.composite
def province_problems(draw, most: int = 11, across: bool = False):
    """As :func:`problems`, with a level above: one to three kabupaten, and rules that count them."""
    shape = draw(
        st.lists(
            st.lists(st.integers(1, 3), min_size=1, max_size=3), min_size=1, max_size=3
        ).filter(lambda s: sum(map(sum, s)) <= most)
    )  # fmt: skip
    codes = [
        f"99{k + 1:02d}{g + 1:02d}2{v + 1:03d}"
        for k, sizes in enumerate(shape) for g, size in enumerate(sizes) for v in range(size)
    ]  # fmt: skip
    many = len(codes)
    coarse = st.integers(0, 4).map(lambda v: v / 4)
    scores = draw(st.lists(st.one_of(*[coarse] * 6, st.none()), min_size=many, max_size=many))
    ties = draw(st.lists(st.integers(0, 2).map(float), min_size=many, max_size=many))
    locks = draw(st.lists(st.sampled_from([""] * 12 + ["in", "out"]), min_size=many, max_size=many))
    maybe = lambda values: st.one_of(st.none(), values)  # noqa: E731
    limit, opened = draw(maybe(st.integers(1, 5))), draw(maybe(st.integers(1, 3)))
    exact, exact_above = draw(st.booleans()), draw(st.booleans())
    least, least_above = draw(st.sampled_from([0, 0, 1, 2])), draw(st.sampled_from([0, 1, 2, 3]))
    quota = draw(maybe(st.integers(0, 3)))
    problem = Problem(
        n=draw(st.integers(1, max(1, many * 2 // 3))),
        max_kecamatan=None if exact else limit,
        exact_kecamatan=limit if exact else None,
        min_per_kecamatan=least,
        max_per_kecamatan=draw(maybe(st.integers(max(least, 1), 3))),
        max_kabupaten=None if exact_above else opened,
        exact_kabupaten=opened if exact_above else None,
        min_per_kabupaten=least_above,
        max_per_kabupaten=draw(maybe(st.integers(max(least_above, 1), 5))),
        quota_kabupaten={} if quota is None else {codes[-1][:4]: quota},
        locked_in={k: "SK" for k, lock in zip(codes, locks, strict=True) if lock == "in"},
        locked_out={k: "SK" for k, lock in zip(codes, locks, strict=True) if lock == "out"},
        **(draw(_across(codes)) if across else {}),
    )
    index = pd.Index(codes)
    cost = draw(st.lists(st.integers(0, 5).map(float), min_size=many, max_size=many))
    return (
        pd.Series(scores, index=index, dtype=float),
        pd.Series([code[:6] for code in codes], index=index),
        problem,
        pd.Series(ties, index=index),
        pd.Series(jenis_of(codes)),
        pd.Series(cost, index=index),
    )


def best_by_trying(
    scores: pd.Series,
    kecamatan: pd.Series,
    problem: Problem,
    ties: pd.Series,
    cost: pd.Series | None = None,
) -> tuple[tuple[str, ...] | None, list[tuple[str, ...]]]:
    """Best list by the tie rule (None if none is allowed), and every list with the best sum of scores."""
    scored, groups = set(scores.dropna().index), dict(kecamatan)
    value, stunted = dict(scores.fillna(0.0)), dict(ties)
    lists = [
        chosen
        for chosen in combinations(sorted(scores.index), problem.n)
        if _keeps_rules(chosen, scored, groups, problem, cost)
    ]
    if not lists:
        return None, []
    # The strategy's scores are multiples of a quarter, so these sums are exact.
    top = max(sum(value[kode] for kode in chosen) for chosen in lists)
    equal = [chosen for chosen in lists if sum(value[kode] for kode in chosen) == top]
    return min(equal, key=lambda chosen: (-sum(stunted[kode] for kode in chosen), chosen)), equal


@pytest.fixture(scope="session")
def oracle() -> SimpleNamespace:
    """Helpers shared by the tests of this room."""
    return SimpleNamespace(
        problems=problems,
        province_problems=province_problems,
        satisfies=satisfies,
        best_by_trying=best_by_trying,
        jenis_of=jenis_of,
    )
