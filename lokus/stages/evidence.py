"""What the data of a study show."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lokus.stages.audit import AuditStages

if TYPE_CHECKING:
    import pandas as pd

    from lokus.evidence.patterns.hotspots import Hotspots
    from lokus.evidence.patterns.scan import Clusters
    from lokus.evidence.patterns.typology import Typology
    from lokus.evidence.rates.rates import Rates
    from lokus.evidence.scores.scoring import Scores

__all__ = ["EvidenceStages"]


class EvidenceStages(AuditStages):
    """Rates, scores, and where and what kind the villages are."""

    @cached_property
    def rates(self) -> Rates | None:
        """Prevalence with intervals, and expected stunted children; ``None`` without children measured."""
        from lokus.evidence.rates.rates import estimate_rates
        from lokus.stages.recipes import EFFECTS

        stated, table = self.settings.rates, self.villages
        if not {"stunting", "diukur"} <= set(table.columns):
            return None
        effect = EFFECTS[stated.effect]
        return estimate_rates(
            table["stunting"],
            table["diukur"],
            sasaran=table.get("sasaran"),
            covariates=table[list(stated.covariates)] if stated.covariates else None,
            earlier=[
                (past["stunting"], past["diukur"])
                for past in self.earlier
                if {"stunting", "diukur"} <= set(past.columns)
            ],
            effect=effect,
            kecamatan=table["kode_kecamatan"] if effect in ("kecamatan", "auto") else None,
            neighbours=self.neighbours.to_csr() if effect in ("neighbours", "auto") else None,
            threshold=stated.threshold,
            reliable_coverage=stated.reliable_coverage,
            odds_ratio=stated.odds_ratio,
        )

    @property
    def children(self) -> pd.Series[float] | None:
        """Expected stunted children; where nobody said how many were measured, the cases reported."""
        return self.rates.table["anak_stunting"] if self.rates else self.villages.get("stunting")

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Indicators and estimated rates side by side: what the score can weigh."""
        from lokus.choice.results import side_by_side

        return side_by_side(self.audit.values, *([self.rates.table] if self.rates else []))

    @cached_property
    def observed(self) -> pd.DataFrame:
        """The same without the rates of villages where nobody was measured: there only the prior speaks."""
        from lokus.choice.results import side_by_side

        return side_by_side(self.audit.values, *([self.rates.observed] if self.rates else []))

    @cached_property
    def hotspots(self) -> Hotspots:
        """Villages that are high, or low, together with their neighbours."""
        from lokus.evidence.patterns.hotspots import local_moran

        stated = self.settings.patterns
        return local_moran(
            self.observed[stated.indicator].reindex(self.neighbours.index),
            self.neighbours.to_csr(),
            seed=self.settings.study.seed,
            permutations=stated.permutations,
            alpha=stated.alpha,
            correction="fdr" if stated.correction == "fdr" else "none",
            raw_rate=stated.indicator == "prevalensi_mentah",
        )

    @cached_property
    def clusters(self) -> Clusters:
        """Circles of villages with significantly more stunted children inside than outside."""
        from lokus.evidence.patterns.scan import scan

        stated = self.settings.patterns
        points = self.boundaries.centres
        return scan(
            self.villages["stunting"],
            trials=self.villages["diukur"],
            x=points.x,
            y=points.y,
            seed=self.settings.study.seed,
            max_share=stated.scan.max_share,
            replicates=stated.scan.replicates,
            alpha=stated.alpha,
        )

    @cached_property
    def typology(self) -> Typology | None:
        """Kinds of villages, when the study asks for them."""
        from lokus.evidence.patterns.typology import typology

        stated = self.settings.typology
        if stated is None:
            return None
        keys = list(stated.indicators)
        return typology(
            self.observed[keys],
            worse=self.catalogue.worse_ends(keys),
            labels={key: self.catalogue[key].words for key in keys},
            method=stated.method,
            k=stated.k,
            seed=self.settings.study.seed,
        )

    @cached_property
    def scores(self) -> Scores:
        """Score of every village, with what each indicator adds to it."""
        from lokus.stages.recipes import scorer

        weigh = scorer(self.settings.scores, catalogue=self.catalogue, jenis=self.villages["jenis"])
        return weigh(self.evidence, self.children)

    @property
    def labels(self) -> dict[str, str]:
        """Indicator key → label, for what the study weighs or estimates from."""
        keys = (*self.settings.needed, *self.scores.weights.index)
        return {key: self.catalogue[key].label for key in keys}
