"""What goes into a study: boundaries, tables, and their values by village."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.stages.base import Study

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.join.join import Joined
    from lokus.intake.tables.tables import RawTable
    from lokus.places.boundaries import Boundaries
    from lokus.settings.inputs import TableSettings

__all__ = ["IntakeStages"]


class IntakeStages(Study):
    """Boundaries and tables, brought together."""

    @cached_property
    def catalogue(self) -> Catalogue:
        """Indicators known to this study."""
        from lokus.intake.indicators.catalogue import load_catalogue

        return load_catalogue(self.settings.own_indicators)

    @cached_property
    def official(self) -> pd.DataFrame | None:
        """Official list of villages, when the study names one."""
        from lokus.intake.official import read_official_list

        stated = self.settings.boundaries.official
        return (
            read_official_list(self._beside(stated.file), columns=stated.columns.stated) if stated else None
        )

    @cached_property
    def boundaries(self) -> Boundaries:
        """Village polygons, checked."""
        from lokus.places.boundaries import read_boundaries

        stated = self.settings.boundaries
        return read_boundaries(
            self._beside(stated.file),
            layer=stated.layer,
            columns=stated.columns.stated if stated.columns else None,
            crs=stated.crs,
            official=self.official,
            kabupaten=stated.kabupaten_code,
        )

    @cached_property
    def raw_tables(self) -> tuple[RawTable, ...]:
        """Tables as they stand in the workbooks; exports of children as counts by village."""
        return tuple(self._read(table) for table in self.settings.tables)

    def _read(self, table: TableSettings) -> RawTable:
        from lokus.intake.children.children import read_children
        from lokus.intake.tables.tables import read_table

        path = self._beside(table.file)
        if table.period is not None:
            return read_children(
                path,
                start=table.period.start,
                end=table.period.end,
                sheet=table.sheet,
                columns=table.child_columns,
                where=table.rows,
            )
        wanted = [*table.place.stated.values(), *table.indicators.values(), *table.rows]
        return read_table(path, sheet=table.sheet, columns=wanted)

    @cached_property
    def joined(self) -> tuple[Joined, ...]:
        """Each table's values by village, with what became of each of its rows."""
        from lokus.intake.children.children import CHILD_PLACE
        from lokus.intake.join.join import join_table
        from lokus.places.names import read_decisions

        decisions = read_decisions(self.decisions_file) if self.decisions_file.is_file() else None
        return tuple(
            join_table(
                raw,
                self.boundaries.villages,
                place=table.place.stated or {k: v for k, v in CHILD_PLACE.items() if v in raw.data},
                indicators=table.gives,
                catalogue=self.catalogue,
                opd=table.opd,
                decisions=decisions,
                where=table.rows if table.period is None else {},
            )
            for raw, table in zip(self.raw_tables, self.settings.tables, strict=True)
        )

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Indicators of all tables and those derived from them, villages × keys."""
        return self._round(0)

    @cached_property
    def earlier(self) -> tuple[pd.DataFrame, ...]:
        """The same of earlier rounds or years, the newest of them first."""
        rounds = sorted({table.rounds_ago for table in self.settings.tables} - {0})
        return tuple(self._round(number) for number in rounds)

    def _round(self, number: int) -> pd.DataFrame:
        from lokus.intake.join.join import combine

        tables = zip(self.joined, self.settings.tables, strict=True)
        own = [joined for joined, table in tables if table.rounds_ago == number]
        return self.catalogue.derive(combine(own, self.boundaries.villages.index))

    @property
    def decisions_file(self) -> Path:
        """Where human decisions about names are kept: as the study says, else ``kecocokan.csv`` beside it."""
        return self._beside(self._decisions)

    @property
    def _decisions(self) -> str:
        return self.settings.audit.decisions or "kecocokan.csv"
