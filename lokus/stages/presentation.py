"""What the outputs of a study are written from."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.stages.record import RecordStages

if TYPE_CHECKING:
    from lokus.show.maps.maps import Maps
    from lokus.show.results.info import StudyInfo
    from lokus.show.results.material import Material
    from lokus.show.results.review import ReviewMaterial

__all__ = ["PresentationStages"]


class PresentationStages(RecordStages):
    """Title and sources, maps, and the material of workbook, slides and report."""

    @cached_property
    def info(self) -> StudyInfo:
        """Title, place and sources, as printed on every output."""
        from lokus.places.kode import is_example
        from lokus.show.results.info import StudyInfo

        study = self.settings.study
        sources = [self.settings.boundaries.source or Path(self.settings.boundaries.file).name]
        sources += [
            ", ".join(part for part in (table.opd, table.source or Path(table.file).name, table.date) if part)
            for table in self.settings.tables
        ]
        return StudyInfo(
            title=study.title,
            kabupaten=study.kabupaten,
            tahun=study.year,
            instansi=study.institution,
            sources=tuple(sources),
            synthetic=any(is_example(kode) for kode in self.boundaries.villages.index),
            rule=str(self.problem),
        )

    @cached_property
    def maps(self) -> Maps:
        """Maps of the results: shown in a notebook, or drawn for print."""
        from lokus.places.boundary_schemas import read_features
        from lokus.show.maps.maps import Maps
        from lokus.show.themes.themes import IndicatorStyle

        stated = self.settings.outputs
        styles = {}
        for key in stated.mapped_indicators:
            item = self.catalogue[key]
            styles[key] = IndicatorStyle(
                label=item.label,
                unit="%" if item.is_share else item.unit,
                worse="" if item.worse == "none" else item.worse,
                breaks=stated.breaks.get(key, ()),
            )
        return Maps(
            results=self.results,
            kecamatan=self.boundaries.kecamatan,
            info=self.info,
            indicators=styles,
            surroundings=read_features(self._beside(stated.surroundings)) if stated.surroundings else None,
            logo=self._beside(stated.logo) if stated.logo else None,
        )

    @property
    def method(self) -> list[tuple[str, str]]:
        """What was computed, in lines a planner can read out."""
        from lokus.show.words.method import method_lines

        return method_lines(
            self.rates,
            self.scores,
            self.proposal,
            robustness=self.robustness,
            labels=self.labels,
            findings=self.audit.findings,
            lock=self.lock,
            change=self.change,
            effect=self.effect,
        )

    @cached_property
    def review_material(self) -> ReviewMaterial | None:
        """What the outputs tell of the review; ``None`` without an earlier list."""
        from lokus.show.results.review import ReviewMaterial

        if self.review is None or self.past is None:
            return None
        return ReviewMaterial.of(
            self.review,
            year=self.past.years[-1],
            change=self.change,
            effect=self.effect,
            no_effect=self.no_effect,
            fall=self.expected_fall,
            history=self.history,
            realisation=self.realisation,
        )

    @cached_property
    def material(self) -> Material:
        """Everything the study can tell, for workbook, slides and report."""
        from lokus.choice.results import name_alternatives
        from lokus.show.results.material import Material

        return Material(
            results=self.results,
            kecamatan=self.boundaries.kecamatan,
            info=self.info,
            contributions=self.scores.contributions.rename(columns=self.labels),
            completeness=self.audit.completeness.rename(columns=self.labels),
            by_opd=self.audit.by_opd,
            reconciliation=self.reconciliation,
            findings=self.audit.findings,
            gaps=self.gaps,
            alternatives=name_alternatives(self.alternatives, self.villages["desa"]),
            prices=self.proposal.prices,
            weights={self.labels[str(key)]: float(w) for key, w in self.scores.weights.items()},
            method=tuple(self.method),
            lock=self.lock,
            review=self.review_material,
            interventions=self.interventions,
            beneficiaries=self.beneficiaries,
            sharings=self.sharings,
            trajectory=self.trajectory,
            case_audit=self.case_audit,
            calendar=self.calendar,
            level=self.rates.level if self.rates else 0.9,
        )
