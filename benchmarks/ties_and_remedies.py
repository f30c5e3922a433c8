"""Ties that a reader sees, and remedies of impossible rules, each against every list tried.

Run with ``python benchmarks/ties_and_remedies.py [--ties 1000] [--impossible 400] [--write]``; ``--write``
puts the tables into ``docs/ketepatan.md``. Villages are few, so that all their lists can be tried. Scores
have one decimal and are added up in tenths, which no computer rounds: 0,1 + 0,3 is 0,2 + 0,2. A list is
allowed where it keeps each rule, read off one by one; nothing here is shared with the solver or with what
finds remedies.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from docs_page import put_table

from lokus.choice.diagnose import check_feasible, remedies
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.errors import InfeasibleError

SEED = 14
MOST = 13
LOCKS = "perbaiki daftar desa yang dikunci"
KINDS = {
    "jumlah desa": ("n",),
    "jumlah kecamatan": ("max_kecamatan", "exact_kecamatan"),
    "batas per kecamatan": ("min_per_kecamatan", "max_per_kecamatan"),
    "kuota kecamatan": ("quota",),
    "kabupaten": (
        "max_kabupaten", "exact_kabupaten", "min_per_kabupaten", "max_per_kabupaten", "quota_kabupaten",
    ),
    "desa yang dikunci": ("locked_in", "locked_out"),
    "dipertahankan dari tahun lalu": ("min_kept",),
    "desa dan kelurahan": ("min_jenis", "max_jenis"),
    "anggaran": ("budget",),
}  # fmt: skip


class Villages(NamedTuple):
    """Few villages with rules: scores in tenths (missing where unknown), and what the rules look at."""

    tenths: pd.Series
    kecamatan: pd.Series
    jenis: pd.Series
    cost: pd.Series
    stunted: pd.Series
    problem: Problem


def villages(seed: int) -> Villages:
    """Draw a few villages of one or two kabupaten, and rules that are often too many at once."""
    rng = np.random.default_rng([SEED, seed])
    codes = [
        f"99{k:02d}{g:02d}2{v:03d}"
        for k in range(1, 2 + int(rng.random() < 0.4))
        for g in range(1, int(rng.integers(2, 5)))
        for v in range(1, int(rng.integers(2, 6)))
    ]
    codes = sorted(rng.permutation(codes)[:MOST].tolist())
    many = len(codes)

    def maybe(share: float, low: int, high: int) -> int | None:
        drawn, number = rng.random(), int(rng.integers(low, high))
        return number if drawn < share else None

    least, limit, above = int(rng.integers(0, 3)), maybe(0.6, 1, 5), maybe(0.25, 1, 3)
    exact, exact_above = rng.random() < 0.3, rng.random() < 0.5
    kept = rng.permutation(codes)[: int(rng.integers(1, 5))].tolist()
    locked = rng.permutation(codes)[: int(rng.integers(0, 3))].tolist()
    quota = maybe(0.2, 0, 4)
    most = maybe(0.4, max(least, 1), 5)
    kelurahan, budget = maybe(0.3, 0, 3), maybe(0.3, 0, 30)
    problem = Problem(
        n=int(rng.integers(1, many + 2)) if rng.random() < 0.3 else int(rng.integers(1, 2 + many // 2)),
        max_kecamatan=None if exact else limit,
        exact_kecamatan=limit if exact else None,
        min_per_kecamatan=least,
        max_per_kecamatan=most,
        quota={} if quota is None else {codes[0][:6]: quota},
        max_kabupaten=None if exact_above else above,
        exact_kabupaten=above if exact_above else None,
        min_per_kabupaten=maybe(0.2, 2, 5) or 0,
        kept_from=tuple(kept),
        min_kept=maybe(0.3, 0, len(kept) + 1) or 0,
        min_jenis={"desa": int(rng.integers(1, 5))} if rng.random() < 0.2 else {},
        max_jenis={} if kelurahan is None else {"kelurahan": kelurahan},
        budget=None if budget is None else budget / 2,
        locked_in=dict.fromkeys(locked[:1], "SK"),
        locked_out=dict.fromkeys(locked[1:], "SK"),
    )
    index = pd.Index(codes)
    known = pd.Series(rng.random(many) >= 0.1, index=index)
    return Villages(
        tenths=pd.Series(rng.integers(1, 7, many), index=index, dtype=float).where(known),
        kecamatan=pd.Series([code[:6] for code in codes], index=index),
        jenis=pd.Series(rng.choice(["desa", "kelurahan"], many, p=[0.7, 0.3]), index=index),
        cost=pd.Series(rng.integers(1, 40, many) / 8, index=index),
        stunted=pd.Series(rng.integers(0, 3, many), index=index, dtype=float),
        problem=problem,
    )


def allowed(drawn: Villages, rules: Problem) -> Iterator[tuple[str, ...]]:
    """Every list that keeps each of the rules."""
    known, locked = drawn.tenths.notna().to_dict(), set(rules.locked_in)
    open_to = [k for k in sorted(known) if (known[k] or k in locked) and k not in rules.locked_out]
    kecamatan, jenis, cost = drawn.kecamatan.to_dict(), drawn.jenis.to_dict(), drawn.cost.to_dict()
    for chosen in combinations(open_to, rules.n):
        of = Counter(kecamatan[k] for k in chosen)
        above = Counter(k[:4] for k in chosen)
        kinds = Counter(jenis[k] for k in chosen)
        free = [many for name, many in of.items() if name not in rules.quota]
        free_above = [many for name, many in above.items() if name not in rules.quota_kabupaten]
        if (
            locked <= set(chosen)
            and _within(len(of), rules.max_kecamatan, rules.exact_kecamatan)
            and _within(len(above), rules.max_kabupaten, rules.exact_kabupaten)
            and all(many >= rules.min_per_kecamatan for many in free)
            and all(_within(many, rules.max_per_kecamatan, None) for many in free)
            and all(many >= rules.min_per_kabupaten for many in free_above)
            and all(_within(many, rules.max_per_kabupaten, None) for many in free_above)
            and all(of[name] == many for name, many in rules.quota.items())
            and all(above[name] == many for name, many in rules.quota_kabupaten.items())
            and len(set(chosen) & set(rules.kept_from)) >= rules.min_kept
            and all(kinds[kind] >= many for kind, many in rules.min_jenis.items())
            and all(kinds[kind] <= many for kind, many in rules.max_jenis.items())
            and (rules.budget is None or sum(cost[k] for k in chosen) <= rules.budget)
        ):
            yield chosen


def _within(many: int, most: int | None, exactly: int | None) -> bool:
    return (most is None or many <= most) and (exactly is None or many == exactly)


def ties_found(instances: int) -> dict[str, int]:
    """Compare list and ties with all lists of the largest sum, in so many instances that have a list."""
    count = Counter(instances=0, tied=0, missed=0, false=0, other_list=0, float_misses=0)
    seed = 0
    while count["instances"] < instances:
        drawn, seed = villages(seed), seed + 1
        lists = list(allowed(drawn, drawn.problem))
        if not lists:
            continue
        value, stunted = drawn.tenths.fillna(0).astype(int).to_dict(), drawn.stunted.to_dict()
        sums = [sum(value[k] for k in chosen) for chosen in lists]
        best = [chosen for chosen, total in zip(lists, sums, strict=True) if total == max(sums)]
        varying = set().union(*best) - set.intersection(*map(set, best))
        first = min(best, key=lambda chosen: (-sum(stunted[k] for k in chosen), chosen))
        plain = [sum(value[k] / 10 for k in chosen) for chosen in lists]
        found = select(
            drawn.tenths / 10, drawn.kecamatan, drawn.problem, tie_break=drawn.stunted, jenis=drawn.jenis,
            cost=drawn.cost,
        )  # fmt: skip
        told = set(found.ties.index)
        count["instances"] += 1
        count["tied"] += bool(varying)
        count["missed"] += bool(varying - told)
        count["false"] += bool(told - varying)
        count["other_list"] += found.kode != first
        count["float_misses"] += sum(total == max(plain) for total in plain) < len(best)
    return dict(count)


def remedies_followed(impossible: int) -> pd.DataFrame:
    """Follow every remedy of so many impossible sets of rules; rows by the kind of rule that is changed.

    Columns ``disebut`` (remedies named) and ``berhasil`` (a list was found under them by trying all). In
    ``attrs``: impossible sets of rules, how many were drawn, and those without any remedy although some
    village could be chosen.
    """
    named: Counter[str] = Counter()
    worked: Counter[str] = Counter()
    without = found = seed = 0
    while found < impossible:
        drawn, seed = villages(seed), seed + 1
        given = {"jenis": drawn.jenis, "cost": drawn.cost}
        if next(allowed(drawn, drawn.problem), None) is not None:
            check_feasible(drawn.tenths / 10, drawn.kecamatan, drawn.problem, **given)
            continue
        found += 1
        try:
            check_feasible(drawn.tenths / 10, drawn.kecamatan, drawn.problem, **given)
            raise AssertionError(f"seed {seed - 1}: no list keeps the rules, and none is missed")
        except InfeasibleError as error:
            told = error.remedy
        if told == LOCKS:
            continue
        advice = remedies(drawn.tenths / 10, drawn.kecamatan, drawn.problem, **given)
        without += not advice and bool(drawn.tenths.notna().any())
        for one in advice:
            kind = changed(drawn.problem, one.problem)
            good = one.text in told and next(allowed(drawn, one.problem), None) is not None
            for row in (kind, "seluruhnya"):
                named[row] += 1
                worked[row] += good
    rows = [name for name in (*KINDS, "dua aturan atau lebih", "seluruhnya") if named[name]]
    table = pd.DataFrame({"disebut": named, "berhasil": worked}).reindex(rows)
    table.attrs.update(impossible=found, drawn=seed, without=without)
    return table


def changed(before: Problem, after: Problem) -> str:
    """Which kind of rule a remedy changes."""
    kinds = [
        kind for kind, names in KINDS.items() if any(getattr(before, n) != getattr(after, n) for n in names)
    ]
    fields = [n for names in KINDS.values() for n in names if getattr(before, n) != getattr(after, n)]
    return kinds[0] if len(fields) == 1 else "dua aturan atau lebih"


def as_markdown(ties: int, impossible: int) -> str:
    """The two tables in Bahasa Indonesia, the worst row first."""
    seri, saran = ties_found(ties), remedies_followed(impossible)
    saran["gagal"] = saran["disebut"] - saran["berhasil"]
    lines = [
        f"Benih {SEED}; sampai {MOST} desa, semua daftar yang mungkin dicoba satu per satu, skor dijumlahkan "
        "dalam persepuluhan.",
        "",
        "| pemeriksaan seri | pemilihan |",
        "|---|---:|",
        f"| seri yang terlewat | {seri['missed']} |",
        f"| seri yang sebenarnya bukan | {seri['false']} |",
        f"| daftar lain daripada menurut aturan seri | {seri['other_list']} |",
        f"| terlewat bila skor dijumlahkan sebagai bilangan biasa komputer | {seri['float_misses']} |",
        f"| dengan seri | {seri['tied']} |",
        f"| seluruhnya | {seri['instances']} |",
        "",
        f"{saran.attrs['impossible']} perangkat aturan yang mustahil (dari {saran.attrs['drawn']} diundi); "
        f"tanpa saran padahal ada desa yang dapat dipilih: {saran.attrs['without']}.",
        "",
        "| saran mengubah | disebut | diikuti, tetap mustahil |",
        "|---|---:|---:|",
    ]
    for name, row in saran.sort_values("gagal", ascending=False, kind="stable").iterrows():
        lines.append(f"| {name} | {row['disebut']} | {row['gagal']} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ties", type=int, default=1000)
    parser.add_argument("--impossible", type=int, default=400)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/ketepatan.md")
    options = parser.parse_args()
    text = as_markdown(options.ties, options.impossible)
    print(text)
    if options.write:
        put_table("ketepatan.md", "seri", text)


if __name__ == "__main__":
    main()
