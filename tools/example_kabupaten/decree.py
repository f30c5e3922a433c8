"""The decree of the example: what the study of that year proposes, but for what the meeting exchanged."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pandas as pd

from example_kabupaten.studies import study_text
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.scores.scoring import score
from lokus.intake.indicators.catalogue import load_catalogue

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["decide", "size_of_list"]

LOKUS_SHARE, LOKUS_KECAMATAN = 0.1, 8 / 22
EXCHANGED = 0.12
"""Share of the list that the meeting exchanged for villages with a high raw prevalence."""


def size_of_list(villages: pd.DataFrame) -> tuple[int, int]:
    """How many villages a list names, and in how many kecamatan at most: 26 of 256, 8 of 22."""
    kecamatan = round(LOKUS_KECAMATAN * villages["kode_kecamatan"].nunique())
    return round(LOKUS_SHARE * len(villages)), max(1, kecamatan)


def decide(villages: gpd.GeoDataFrame, table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Choose the lokus of a year as its decree names them.

    The list of the year's example study, in which the meeting put the unlisted villages with the highest raw
    prevalence of the chosen kecamatan in the place of those with the lowest score, as meetings do.

    Returns
    -------
    pandas.DataFrame
        Index ``kode_desa``, sorted; ``desa``, ``kecamatan``.
    """
    stated = tomllib.loads(study_text(year))
    catalogue = load_catalogue()
    weights = stated["skor"]["bobot"]
    rates = estimate_rates(
        table["stunting"],
        table["diukur"],
        sasaran=table["sasaran"],
        covariates=table[stated["laju"]["kovariat"]],
    ).table
    scores = score(
        table.join(rates[["prevalensi", "anak_stunting"]]),
        weights=weights,
        worse=catalogue.worse_ends(list(weights)),
        ties=rates["anak_stunting"],
    ).table["skor"]
    kecamatan = villages["kode_kecamatan"].reindex(scores.index)
    number, most = size_of_list(villages)
    rules = Problem(n=number, max_kecamatan=most)
    proposed = list(select(scores, kecamatan, rules, tie_break=rates["anak_stunting"]).kode)
    leaving = scores[proposed].nsmallest(int(EXCHANGED * rules.n)).index
    staying = pd.Index(proposed).difference(leaving)
    inside = kecamatan.isin(kecamatan[staying]) & ~kecamatan.index.isin(proposed)
    entering = rates.loc[inside, "prevalensi_mentah"].nlargest(len(leaving)).index
    return pd.DataFrame(villages.loc[staying.union(entering), ["desa", "kecamatan"]])
