"""A study: the frozen shell that runs every stage once and keeps what it gave.

No method is hidden here. Each stage is one call of a public function with the settings of the study file, and
gives a frame or a small frozen result that can be looked at, tested and drawn by itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.config import Settings, read_settings, settings_from_mapping
from lokus.i18n import use_language
from lokus.manifest import Input, Verification, compare_locks, frame_digest, make_lock, read_lock, write_lock
from lokus.settings import ESTIMATED

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.choice.problem import Problem
    from lokus.choice.robustness import Robustness
    from lokus.choice.selection import Selection
    from lokus.evidence.aggregation import Aggregate, Missing
    from lokus.evidence.hotspots import Hotspots
    from lokus.evidence.normalise import Normalise
    from lokus.evidence.rate_inputs import EffectName
    from lokus.evidence.rates import Rates
    from lokus.evidence.scan import Clusters
    from lokus.evidence.scoring import Scores
    from lokus.evidence.sensitivity import LeaveOneOut, Overlap
    from lokus.evidence.typology import Typology
    from lokus.evidence.weighting import DataWeights
    from lokus.intake.audit import Audit
    from lokus.intake.indicators import Catalogue
    from lokus.intake.join import Joined
    from lokus.intake.tables import RawTable
    from lokus.places.boundaries import Boundaries
    from lokus.places.neighbours import Neighbours
    from lokus.settings import TableSettings
    from lokus.show.info import StudyInfo
    from lokus.show.maps import Maps
    from lokus.show.pack import Pack

__all__ = ["Kajian", "verify_lock"]

# Words of the study file and of the functions.
_NORMALISE: Mapping[str, Normalise] = {
    "minmax": "minmax",
    "peringkat": "rank",
    "zscore": "zscore",
    "batas": "limit",
}
_AGGREGATE: Mapping[str, Aggregate] = {
    "aritmetik": "arithmetic",
    "geometrik": "geometric",
    "topsis": "topsis",
    "jumlah_peringkat": "rank_sum",
}
_WEIGHTING: Mapping[str, DataWeights] = {
    "sama": "equal",
    "entropi": "entropy",
    "critic": "critic",
    "pca": "pca",
}
_EFFECT: Mapping[str, EffectName] = {
    "tidak": "none",
    "kecamatan": "kecamatan",
    "tetangga": "neighbours",
    "otomatis": "auto",
}
_MISSING: Mapping[str, Missing] = {"normalkan": "renormalise", "tahan": "withhold"}


def _joined_by(settings: Settings) -> tuple[object, ...]:
    return settings.boundaries, settings.tables, settings.own_indicators, settings.audit.decisions


def _estimated_by(settings: Settings) -> tuple[object, ...]:
    return *_joined_by(settings), settings.rates


# What each stage takes from the study file. `replace` keeps a stage when this did not change.
_TAKES: Mapping[str, Callable[[Settings], object]] = {
    "catalogue": lambda settings: settings.own_indicators,
    "official": lambda settings: settings.boundaries.official,
    "boundaries": lambda settings: settings.boundaries,
    "raw_tables": lambda settings: settings.tables,
    "joined": _joined_by,
    "indicators": _joined_by,
    "earlier": _joined_by,
    "reconciliation": _joined_by,
    "inputs": _joined_by,
    "audit": lambda settings: (*_estimated_by(settings), settings.audit, settings.needed),
    "villages": _joined_by,
    "rates": _estimated_by,
    "evidence": _estimated_by,
    "scores": lambda settings: (*_estimated_by(settings), settings.scores),
    "neighbours": lambda settings: settings.boundaries,
    "hotspots": lambda settings: (*_estimated_by(settings), settings.patterns, settings.study.seed),
    "clusters": lambda settings: (*_joined_by(settings), settings.patterns, settings.study.seed),
    "typology": lambda settings: (*_estimated_by(settings), settings.typology, settings.study.seed),
    "problem": lambda settings: settings.choice,
}


@dataclass(frozen=True, eq=False, repr=False)
class Kajian:
    """A study of one kabupaten and year.

    Open one with :meth:`open`; every stage is an attribute, computed when first asked for and kept.

    Parameters
    ----------
    settings : Settings
        The checked study file.
    path : Path
        Where the study file is; its paths are relative to this file's folder.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> len(kajian.villages), len(kajian.proposal.kode)
    (256, 26)
    >>> kajian.replace(pilihan={"jumlah": 30}).proposal.n_kecamatan
    8
    """

    settings: Settings
    path: Path

    @classmethod
    def open(cls, path: str | Path) -> Kajian:
        """Open a study file.

        Raises
        ------
        StudyFileError
            The file is wrong; the message names the key and the nearest valid one.
        """
        path = Path(path)
        return cls(settings=read_settings(path), path=path)

    def replace(self, **sections: Mapping[str, Any]) -> Kajian:
        """Return the study with other settings; stages that do not depend on them are not computed again.

        Parameters
        ----------
        **sections : mapping
            Section of the study file → keys to change, ``pilihan={"jumlah": 30}``. A key is replaced whole:
            ``skor={"bobot": {...}}`` states all weights; ``None`` takes a key out.
        """
        plain = self.settings.to_mapping()
        for name, keys in sections.items():
            merged = {**plain.get(name, {}), **keys}
            plain[name] = {key: value for key, value in merged.items() if value is not None}
        return self._with(plain)

    def replace_tables(self, tables: Sequence[Mapping[str, Any]]) -> Kajian:
        """Return the study with other tables, each with the keys of a ``[[tabel]]``."""
        return self._with({**self.settings.to_mapping(), "tabel": list(tables)})

    def _with(self, plain: Mapping[str, Any]) -> Kajian:
        other = Kajian(settings=settings_from_mapping(plain, file=self.path.name), path=self.path)
        for stage, takes in _TAKES.items():
            if stage in self.__dict__ and takes(self.settings) == takes(other.settings):
                other.__dict__[stage] = self.__dict__[stage]
        return other

    def __repr__(self) -> str:
        study = self.settings.study
        return f"Kajian({study.title!r}, {study.kabupaten}, {study.year}, {self.path.name})"

    # -- what goes in ---------------------------------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Catalogue:
        """Indicators known to this study."""
        from lokus.intake.indicators import load_catalogue

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
        from lokus.intake.children import read_children
        from lokus.intake.tables import read_table

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
        from lokus.intake.children import CHILD_PLACE
        from lokus.intake.join import join_table
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
        from lokus.intake.join import combine

        tables = zip(self.joined, self.settings.tables, strict=True)
        own = [joined for joined, table in tables if table.rounds_ago == number]
        return self.catalogue.derive(combine(own, self.boundaries.villages.index))

    @cached_property
    def reconciliation(self) -> pd.DataFrame:
        """What became of every row of every table, and which villages no row named."""
        import pandas as pd

        return pd.concat([joined.reconciliation for joined in self.joined], ignore_index=True)

    # -- is it sound ----------------------------------------------------------------------------------------

    @cached_property
    def audit(self) -> Audit:
        """Findings about the data, completeness per office, and what holds the proposal back."""
        from lokus.intake.audit import audit
        from lokus.intake.patterns import double_counted, without_denominator

        findings = [*self.boundaries.findings]
        for raw, joined in zip(self.raw_tables, self.joined, strict=True):
            findings += [*raw.findings, *joined.findings]
        findings += double_counted(self.settings.scores.keys, self.catalogue)
        findings += without_denominator(self.settings.given)
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

    # -- what it shows --------------------------------------------------------------------------------------

    @cached_property
    def rates(self) -> Rates | None:
        """Prevalence with intervals, and expected stunted children; ``None`` without children measured."""
        from lokus.evidence.rates import estimate_rates

        stated, table = self.settings.rates, self.villages
        if not {"stunting", "diukur"} <= set(table.columns):
            return None
        effect = _EFFECT[stated.effect]
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

    # -- where and what kind --------------------------------------------------------------------------------

    @cached_property
    def neighbours(self) -> Neighbours:
        """Which villages share a border."""
        from lokus.places.neighbours import contiguity

        return contiguity(self.boundaries.villages)

    @cached_property
    def hotspots(self) -> Hotspots:
        """Villages that are high, or low, together with their neighbours."""
        from lokus.evidence.hotspots import local_moran

        stated = self.settings.patterns
        return local_moran(
            self.evidence[stated.indicator].reindex(self.neighbours.index),
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
        from lokus.evidence.scan import scan

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
        from lokus.evidence.typology import typology

        stated = self.settings.typology
        if stated is None:
            return None
        keys = list(stated.indicators)
        return typology(
            self.evidence[keys],
            worse=self.catalogue.worse_ends(keys),
            labels={key: self.catalogue[key].words for key in keys},
            method=stated.method,
            k=stated.k,
            seed=self.settings.study.seed,
        )

    @cached_property
    def scores(self) -> Scores:
        """Score of every village, with what each indicator adds to it."""
        from lokus.evidence.pairwise import compare_pairs
        from lokus.evidence.preset_scores import apply_preset
        from lokus.evidence.scoring import score

        stated, ties = self.settings.scores, self.children
        missing = _MISSING[stated.missing] if stated.missing else None
        if stated.preset is not None:
            return apply_preset(
                stated.preset,
                self.evidence,
                limits=stated.limits,
                goalposts=stated.goalposts,
                cuts=stated.cuts,
                instead=stated.instead,
                missing=missing,
                jenis=self.villages["jenis"],
                ties=ties,
            )
        jenis = self.villages["jenis"]
        return score(
            self.evidence,
            weights=_WEIGHTING[stated.weighting]
            if stated.weighting
            else compare_pairs(stated.pairs)
            if stated.pairs
            else stated.weights,
            worse=self.catalogue.worse_ends(stated.keys),
            normalise=_NORMALISE[stated.normalise] if stated.normalise else None,
            goalposts=stated.goalposts,
            limits=stated.limits,
            aggregate=_AGGREGATE[stated.aggregate or "aritmetik"],
            missing=missing or "renormalise",
            not_applicable={key: list(jenis.index[jenis == kind]) for key, kind in stated.not_for.items()},
            ties=ties,
        )

    # -- what is proposed -----------------------------------------------------------------------------------

    @cached_property
    def problem(self) -> Problem:
        """Rules of the choice."""
        from lokus.choice.problem import Problem

        stated = self.settings.choice
        return Problem(
            n=stated.n,
            max_kecamatan=stated.max_kecamatan,
            exact_kecamatan=stated.exact_kecamatan,
            min_per_kecamatan=stated.min_per_kecamatan,
            max_per_kecamatan=stated.max_per_kecamatan,
            quota=stated.quota,
            kept_from=stated.kept_from,
            min_kept=stated.min_kept,
            min_jenis={
                kind: limits.least for kind, limits in stated.jenis.items() if limits.least is not None
            },
            max_jenis={kind: limits.most for kind, limits in stated.jenis.items() if limits.most is not None},
            budget=stated.budget,
            objective=stated.objective,
            blend=stated.blend,
            locked_in={lock.kode: lock.reason for lock in stated.locked_in},
            locked_out={lock.kode: lock.reason for lock in stated.locked_out},
        )

    @cached_property
    def proposal(self) -> Selection:
        """Best list under the rules.

        Raises
        ------
        BlockedError
            A blocking finding is neither mended nor accepted.
        InfeasibleError
            No list satisfies the rules.
        """
        self.audit.raise_if_blocked()
        return self._choose(self.scores.table["skor"])

    def _choose(self, scores: pd.Series[float]) -> Selection:
        from lokus.choice.selection import select

        cost, children = self.settings.choice.cost, self.children
        return select(
            scores,
            self.villages["kode_kecamatan"],
            self.problem,
            tie_break=self.scores.tie_break if self.settings.scores.preset else children,
            children=children,
            jenis=self.villages["jenis"],
            cost=self.villages[cost] if cost else None,
        )

    @cached_property
    def robustness(self) -> Robustness | None:
        """How sure each village is of its place; ``None`` where nothing is known of what is uncertain.

        Draws need a score that is a weighted sum, and something to draw: rates, several weights, or errors.
        """
        from lokus.choice.robustness import assess_robustness

        scores, stated = self.scores, self.settings.uncertainty
        keys = [str(key) for key in scores.weights.index]
        rates = self.rates if stated.rates and not ESTIMATED.isdisjoint(keys) else None
        concentration = stated.concentration if len(keys) > 1 else None
        summed = scores.aggregate == "arithmetic" and scores.normalise != "limit" and not scores.exempt
        if not summed or not (rates or concentration or stated.errors):
            return None
        return assess_robustness(
            self.proposal,
            self.evidence,
            weights={str(key): float(weight) for key, weight in scores.weights.items()},
            worse=self.catalogue.worse_ends(keys),
            normalise=scores.normalise,
            goalposts=self.settings.scores.goalposts,
            missing=scores.missing,
            children=self.children,
            rates=rates,
            concentration=concentration,
            errors=stated.errors,
            limits={key: (self.catalogue[key].minimum, self.catalogue[key].maximum) for key in stated.errors},
            draws=stated.draws,
            seed=self.settings.study.seed,
        )

    @cached_property
    def leave_one_out(self) -> LeaveOneOut:
        """What becomes of ranks and list when one indicator is left out of the score."""
        from lokus.evidence.sensitivity import leave_one_out

        return leave_one_out(self.scores, choose=lambda scores: self._choose(scores).kode)

    @cached_property
    def overlap(self) -> Overlap:
        """Which indicators of the score say the same thing twice."""
        from lokus.evidence.sensitivity import overlap

        contained = {key: item.contained_in for key, item in self.catalogue.items()}
        return overlap(self.scores, contained_in=contained)

    @cached_property
    def alternatives(self) -> pd.DataFrame:
        """The ten next best lists, and what differs."""
        from lokus.choice.alternatives import alternatives

        return alternatives(self.proposal)

    @cached_property
    def justifications(self) -> pd.Series[str]:
        """One paragraph for each proposed village, made only of computed numbers."""
        from lokus.choice.record import justifications

        return justifications(
            self.scores,
            self.proposal,
            self.villages["kecamatan"],
            self.labels,
            desa=self.villages["desa"],
            robustness=self.robustness,
        )

    def compare(self, other: Kajian) -> pd.DataFrame:
        """Say which villages move between this proposal and that of `other`, and why."""
        from lokus.choice.compare import compare

        return compare(self.proposal, other.proposal)

    @cached_property
    def results(self) -> gpd.GeoDataFrame:
        """Results table: everything known of each village."""
        from lokus.choice.explain import reasons
        from lokus.choice.results import assemble_results

        text = reasons(
            self.scores,
            self.proposal,
            self.villages["kecamatan"],
            labels=self.labels,
            desa=self.villages["desa"],
        )
        return assemble_results(
            self.villages,
            *([self.rates.table] if self.rates else []),
            self.scores.table,
            self.traits,
            *([self.robustness.table] if self.robustness else []),
            selection=self.proposal.table,
            reasons=text,
        )

    @cached_property
    def traits(self) -> pd.DataFrame:
        """What kind of village each is: hot spot class, type, completeness of its data (percent)."""
        from lokus.choice.results import describe_villages

        return describe_villages(
            self.villages.index,
            hotspots=self.hotspots.table["kelas"],
            types=self.typology.table if self.typology else None,
            completeness=self.audit.completeness,
        )

    # -- what comes out -------------------------------------------------------------------------------------

    @cached_property
    def info(self) -> StudyInfo:
        """Title, place and sources, as printed on every output."""
        from lokus.places.kode import is_example
        from lokus.show.info import StudyInfo

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
    def gaps(self) -> pd.DataFrame | None:
        """Villages on the worse side of the thresholds that the study states, by office."""
        from lokus.show.gaps import find_gaps

        thresholds = self.settings.gaps.thresholds
        if not thresholds:
            return None
        owners = {key: table.opd for table in self.settings.tables for key in table.gives if table.opd}
        return find_gaps(self.results, thresholds, self.catalogue, owners=owners)

    @cached_property
    def maps(self) -> Maps:
        """Maps of the results: shown in a notebook, or drawn for print."""
        from lokus.places.boundary_schemas import read_features
        from lokus.show.indicator_style import IndicatorStyle
        from lokus.show.maps import Maps

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
    def labels(self) -> dict[str, str]:
        """Indicator key → label, for what the study weighs or estimates from."""
        keys = (*self.settings.needed, *self.scores.weights.index)
        return {key: self.catalogue[key].label for key in keys}

    @property
    def method(self) -> list[tuple[str, str]]:
        """What was computed, in lines a planner can read out."""
        from lokus.show.method import method_lines

        return method_lines(
            self.rates,
            self.scores,
            self.proposal,
            robustness=self.robustness,
            labels=self.labels,
            findings=self.audit.findings,
            lock=self.lock,
        )

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Every file that went in, with the digest of what was taken from it."""
        from lokus.places.names import read_decisions
        from lokus.places.sources import read_source

        stated = self.settings.boundaries
        taken = [(stated.file, self.boundaries.villages)]
        if self.official is not None and stated.official:
            taken.append((stated.official.file, self.official))
        taken += [
            (table.file, joined.values)
            for table, joined in zip(self.settings.tables, self.joined, strict=True)
        ]
        if self.decisions_file.is_file():
            taken.append((self._decisions, read_decisions(self.decisions_file)))
        digests: dict[Path, list[str]] = {}
        for name, frame in taken:
            digests.setdefault(self._beside(name), []).append(frame_digest(frame))
        record = read_source(self._beside(stated.file)) or {}
        fetched = {key: str(record[key]) for key in ("sumber", "lisensi", "diperbarui") if record.get(key)}
        return tuple(
            Input(
                path=path,
                content="+".join(parts),
                origin=fetched if path == self._beside(stated.file) else {},
            )
            for path, parts in digests.items()
        )

    @cached_property
    def lock(self) -> dict[str, Any]:
        """What went in, with which versions and rules, and which list came out."""
        return make_lock(
            study_file=self.path,
            settings=self.settings.to_mapping(),
            inputs=self.inputs,
            kode=self.proposal.kode,
            results=self.results,
            proof={
                "kecamatan": self.proposal.n_kecamatan,
                "nilai": self.proposal.objective,
                "batas_atas": self.proposal.bound,
                "mesin": self.proposal.engine,
            },
        )

    @property
    def folder(self) -> Path:
        """Output folder that the study names."""
        return Path(os.path.normpath(self._beside(self.settings.outputs.folder)))

    def write(
        self, folder: str | Path | None = None, *, on_step: Callable[[str, int, int], None] | None = None
    ) -> Pack:
        """Write the whole pack: maps, page, workbook, GeoPackage, lock.

        All files are made first and moved into place together; when anything fails, earlier outputs stay.

        Parameters
        ----------
        folder : str or Path, optional
            Instead of the folder that the study names.
        on_step : callable, optional
            Called with the name of each step, its number from 0 and the number of steps.
        """
        from lokus.choice.results import name_alternatives
        from lokus.show.pack import write_pack

        target = Path(folder) if folder else self.folder
        stated = self.settings.outputs
        with use_language(self.settings.study.language):
            return write_pack(
                target,
                maps=self.maps,
                sizes=stated.sizes,
                themes=stated.themes,
                contributions=self.scores.contributions.rename(columns=self.labels),
                completeness=self.audit.completeness.rename(columns=self.labels),
                by_opd=self.audit.by_opd,
                reconciliation=self.reconciliation,
                findings=self.audit.findings,
                gaps=self.gaps,
                alternatives=name_alternatives(self.alternatives, self.villages["desa"]),
                prices=self.proposal.prices,
                weights={self.labels[str(key)]: float(w) for key, w in self.scores.weights.items()},
                method=self.method,
                lock=self.lock,
                level=self.rates.level if self.rates else 0.9,
                extras=stated.extras,
                publik=stated.public,
                catalogue=self.catalogue,
                write_lock=lambda path: write_lock(self.lock, path, study_file=self.path),
                on_step=on_step,
            )

    def write_open_cases(self) -> Path | None:
        """Add the names that need a human decision to the decisions file; ``None`` when there are none.

        Decisions already in the file stay. Fill the column ``kode_desa`` and run again.
        """
        from lokus.places.names import write_open_cases

        cases = [joined.open_cases for joined in self.joined if len(joined.open_cases)]
        if not cases:
            return None
        write_open_cases(self.decisions_file, cases)
        return self.decisions_file

    @property
    def decisions_file(self) -> Path:
        """Where human decisions about names are kept: as the study says, else ``kecocokan.csv`` beside it."""
        return self._beside(self._decisions)

    @property
    def _decisions(self) -> str:
        return self.settings.audit.decisions or "kecocokan.csv"

    def _beside(self, name: str) -> Path:
        return self.path.parent / name


def verify_lock(lock: str | Path, *, study: str | Path | None = None) -> Verification:
    """Run a locked study again and compare inputs, rules and list.

    Parameters
    ----------
    lock : str or Path
        ``kajian.lock.json`` of an earlier run.
    study : str or Path, optional
        The study file, when it is no longer where the lock says.
    """
    lock = Path(lock)
    locked = read_lock(lock)
    kajian = Kajian.open(study or lock.parent / locked["kajian"])
    return compare_locks(locked, kajian.lock)
