"""Whether what goes into a study is sound, and the village table that comes of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lokus.stages.past import PastStages

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.intake.audit.audit import Audit
    from lokus.places.neighbours import Neighbours

__all__ = ["AuditStages"]


class AuditStages(PastStages):
    """Reconciliation, audit and village table."""

    @cached_property
    def reconciliation(self) -> pd.DataFrame:
        """What became of every row of every table and earlier list, and which villages no row named."""
        import pandas as pd

        parts = [joined.reconciliation for joined in self.joined]
        parts += [decided.reconciliation for decided in self.decided.values()]
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def audit(self) -> Audit:
        """Findings about the data, completeness per office, and what holds the proposal back."""
        from lokus.intake.audit.audit import audit
        from lokus.intake.audit.patterns import double_counted, without_denominator

        findings = [*self.boundaries.findings]
        for raw, joined in zip(self.raw_tables, self.joined, strict=True):
            findings += [*raw.findings, *joined.findings]
        findings += double_counted(self.settings.scores.keys, self.catalogue)
        findings += without_denominator(self.settings.given)
        findings += [finding for decided in self.decided.values() for finding in decided.findings]
        findings += self.previous.findings if self.previous else ()
        findings += self.past.findings if self.past else ()
        named = self.boundaries.villages[["desa", "kecamatan"]].join(self.indicators)
        return audit(
            named,
            catalogue=self.catalogue,
            needed=self.settings.needed,
            findings=findings,
            accepted=self.settings.audit.accepted,
            origins=[
                joined.origin
                for joined, table in zip(self.joined, self.settings.tables, strict=True)
                if table.rounds_ago == 0
            ],
            previous=self.earlier[0] if self.earlier else None,
            reliable_coverage=self.settings.rates.reliable_coverage,
        )

    @cached_property
    def villages(self) -> gpd.GeoDataFrame:
        """Village table: one row a village, place and geometry, then the indicators that passed the audit."""
        return self.boundaries.villages.join(self.audit.values.drop(columns=["desa", "kecamatan"]))

    @cached_property
    def neighbours(self) -> Neighbours:
        """Which villages share a border."""
        from lokus.places.neighbours import contiguity

        return contiguity(self.boundaries.villages)
