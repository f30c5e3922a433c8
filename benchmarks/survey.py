"""What a survey mends where all records are too low: villages called below a threshold, and graduates.

Run with ``python benchmarks/survey.py [--replicates 8] [--write]``; ``--write`` puts the table into
``docs/reviu.md``. In the world "tercatat rendah" the records hold less than half of the stunting there is, in
every village alike; no count can tell. The survey gives the true level of the kabupaten with an interval of a
tenth to either side. Called below 14 %: a chance of less than 0.2 to lie above. Graduates: as in `change`, at
the level of the kabupaten and at 1.6 times that.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from change import estimated, share
from docs_page import put_table
from worlds import WORLDS, Kabupaten, replicates

from lokus.choice.review.graduation import graduation, probability_below
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.rates.survey import Survey, at_survey

LOW = "tercatat rendah"
THRESHOLD, SURE, LISTED = 14.0, 0.2, 26
KINDS = {
    "di bawah, tercatat": "disebut di bawah 14 % menurut catatan",
    "di bawah, survei": "disebut di bawah 14 % pada tingkat survei",
    "lulus, tercatat": "lulus menurut catatan",
    "lulus, survei": "lulus pada tingkat survei",
}


def told(kabupaten: Kabupaten) -> pd.DataFrame:
    """What is said of the villages, by records alone and with a survey, and whether it is so."""
    now = kabupaten.rounds[-1]
    rates = estimate_rates(now["stunting"], now["diukur"], sasaran=now["sasaran"], threshold=THRESHOLD)
    truth = 100 * kabupaten.truth
    level = float(np.average(truth, weights=now["sasaran"]))
    at = at_survey(rates, Survey(percent=level, low=0.9 * level, high=1.1 * level, year=2026))
    above = {"tercatat": rates.table["peluang_di_atas"], "survei": at.table["peluang_di_atas"]}
    said = {f"di bawah, {way}": [truth[chance < SURE] < THRESHOLD] for way, chance in above.items()}
    listed = rates.among_worst(LISTED).nlargest(LISTED).index
    draws = estimated(kabupaten).draws_of_all_due(2000, seed=1, codes=listed)
    years = pd.Series(2, index=listed)
    for way, shown in (("tercatat", draws), ("survei", at.shift_draws(draws, seed=1))):
        for target in (level, 1.6 * level):
            found = graduation(probability_below(shown, target), years)
            said.setdefault(f"lulus, {way}", []).append(truth[found.index[found["lulus"]]] < target)
    return pd.concat(
        part.to_frame("benar").assign(hal=kind) for kind, parts in said.items() for part in parts
    )


def said_in(times: int) -> pd.DataFrame:
    """By what is said: villages, the share of which it is true, and its standard error; worst first."""
    found = pd.concat(
        told(kabupaten).assign(kabupaten=number)
        for number, kabupaten in enumerate(replicates(WORLDS[LOW], times, seed=5))
    )
    rows = {}
    for kind, part in found.groupby("hal"):
        true, error = share(part, "benar")
        rows[kind] = {"desa": len(part), "benar": true, "galat": error}
    return pd.DataFrame.from_dict(rows, orient="index").sort_values("benar")


def as_markdown(rows: pd.DataFrame, times: int) -> str:
    """The table in Bahasa Indonesia."""
    lines = [
        f"Dunia {WORLDS[LOW].label}, {times} kabupaten simulasi; ± galat baku.",
        "",
        "| yang disebut | desa | benar |",
        "|---|---:|---:|",
    ]
    lines += [
        f"| {KINDS[str(kind)]} | {row['desa']:.0f} | {100 * row['benar']:.0f} ± {100 * row['galat']:.0f} % |"
        for kind, row in rows.iterrows()
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=8)
    parser.add_argument("--write", action="store_true", help="put the table into docs/reviu.md")
    options = parser.parse_args()
    text = as_markdown(said_in(options.replicates), options.replicates)
    print(text)
    if options.write:
        put_table("reviu.md", "survei", text)


if __name__ == "__main__":
    main()
