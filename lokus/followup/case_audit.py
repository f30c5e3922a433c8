"""Shortlist villages and risk groups for the audit of stunting cases, without names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

import numpy as np
import pandas as pd

from lokus.errors import FollowupError, name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = [
    "AUDIT_STATUSES",
    "AUDIT_STEPS",
    "CLEAR",
    "NOT_EXAMINED",
    "RISK_GROUPS",
    "TO_LOOK_AT",
    "UNKNOWN",
    "AuditShortlist",
    "Grouped",
    "audit_shortlist",
    "risk_group_of",
    "risk_label",
    "state_label",
    "step_label",
]


RISK_GROUPS = ("catin", "bumil", "nifas", "balita")
AUDIT_STEPS = ("tim", "audit", "pendampingan", "evaluasi")
AUDIT_STATUSES = ("belum", "berjalan", "selesai")
TO_LOOK_AT, CLEAR, UNKNOWN, NOT_EXAMINED = (
    "perlu dilihat", "tanpa kesenjangan", "belum ada data", "tidak diperiksa",
)  # fmt: skip
# Target groups as written in the catalogue.
_BY_GROUP = MappingProxyType({"Calon pengantin dan PUS": "catin", "Ibu hamil": "bumil", "Balita": "balita"})
# Indicators whose target group in the catalogue is wider, or missing.
_BY_KEY = MappingProxyType(
    {
        "cakupan_kb_pascasalin": "nifas",
        "bumil_kek": "bumil",
        "gizi_buruk": "balita",
        "cakupan_pengukuran": "balita",
    }
)


class Grouped(Protocol):
    """Attributes of an indicator; :class:`~lokus.intake.indicators.indicator.Indicator` has them."""

    @property
    def group(self) -> str:
        """Target group, empty for none."""


def risk_group_of(key: str, catalogue: Mapping[str, Grouped]) -> str | None:
    """Return the risk group of the audit that an indicator concerns, or None.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> [risk_group_of(key, load_catalogue()) for key in ("cakupan_imunisasi", "bumil_kek", "air_layak")]
    ['balita', 'bumil', None]
    """
    return _BY_KEY.get(key) or _BY_GROUP.get(catalogue[key].group)


def risk_label(group: str) -> str:
    """Return the label of a risk group.

    Examples
    --------
    >>> risk_label("nifas")
    'ibu nifas'
    """
    return {
        "catin": _("brides- and grooms-to-be"),
        "bumil": _("pregnant women"),
        "nifas": _("women after childbirth"),
        "balita": _("children under two and under five"),
    }[group]


def state_label(state: str) -> str:
    """Return the label of the state of a risk group.

    Examples
    --------
    >>> state_label("perlu dilihat")
    'perlu dilihat'
    """
    return {
        TO_LOOK_AT: _("to be looked at"),
        CLEAR: _("no gap"),
        UNKNOWN: _("no data yet"),
        NOT_EXAMINED: _("not examined"),
    }[state]


def step_label(step: str) -> str:
    """Return the label of a step of the audit.

    Examples
    --------
    >>> [step_label(step) for step in AUDIT_STEPS][:2]
    ['1. Pembentukan tim audit', '2. Pelaksanaan audit']
    """
    return {
        "tim": _("1. Audit team formed"),
        "audit": _("2. Audit carried out"),
        "pendampingan": _("3. Findings shared, families accompanied"),
        "evaluasi": _("4. Evaluation and follow-up plan (RTL)"),
    }[step]


@dataclass(frozen=True, kw_only=True, repr=False)
class AuditShortlist:
    """Villages for the case audit, with the risk groups to examine.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa``, in the order of the list
        ``urutan`` (1 = first; missing in the public version, which is ordered by code), ``desa``,
        ``kecamatan``, ``anak_stunting`` (expected stunted children), ``kesenjangan`` (failing indicators of
        the four risk groups), and for each of "catin", "bumil", "nifas", "balita" its state: "perlu dilihat",
        "tanpa kesenjangan", "belum ada data" (nothing fails, but a value is missing) or "tidak diperiksa" (no
        threshold is stated for this group).
    risks : DataFrame
        One row a village and failing indicator: ``kode_desa``, ``kelompok``, ``kunci``, ``indikator``,
        ``nilai``, ``ambang``, ``buruk``, ``desimal``, ``opd``.
    unranked : tuple of kode_desa
        Villages without an estimate; they are not listed, but may have cases.
    candidates : int
        Number of villages from which the list was chosen.
    public : bool
        Whether small counts are masked.
    """

    table: pd.DataFrame
    risks: pd.DataFrame
    unranked: tuple[str, ...]
    candidates: int
    public: bool = False

    @property
    def rule(self) -> str:
        """The order of the list as one sentence."""
        if self.public:
            return _("The villages with most expected stunted children, in the order of their codes")
        return _("Most expected stunted children first, then most gaps in services, then the village code")

    def reasons(self, kode: str, group: str) -> pd.DataFrame:
        """Return the failing indicators of one risk group in one village."""
        return self.risks[(self.risks["kode_desa"] == kode) & (self.risks["kelompok"] == group)]

    def for_public(self, masked: pd.DataFrame) -> AuditShortlist:
        """Return the list with all numbers from a table in which small counts are masked.

        Parameters
        ----------
        masked : DataFrame, index ``kode_desa``
            As returned by :func:`lokus.show.results.public.mask_results`.

        Returns
        -------
        AuditShortlist
            Sorted by code, since a position between two known numbers would disclose a masked one.
        """
        table = self.table.sort_index()
        table["urutan"] = pd.Series(pd.NA, index=table.index, dtype="Int64")
        for name in ("anak_stunting", "anak_stunting_bawah", "anak_stunting_atas"):
            if name in table:
                table[name] = masked[name].reindex(table.index) if name in masked else np.nan
        values = [
            masked[key].get(kode, np.nan) if key in masked else np.nan
            for kode, key in zip(self.risks["kode_desa"], self.risks["kunci"], strict=True)
        ]
        # "Nothing to examine" would disclose that less than one child is expected.
        table.loc[table["anak_stunting"].isna(), "balita"] = TO_LOOK_AT
        risks = self.risks.assign(nilai=np.array(values, dtype=float))
        return replace(self, table=table, risks=risks, public=True)

    def __repr__(self) -> str:
        looked = {
            group: int((self.table[group] == TO_LOOK_AT).sum())
            for group in RISK_GROUPS
            if not (len(self.table) and self.table[group].eq(NOT_EXAMINED).all())
        }
        groups = [f"{risk_label(group)} {format_number(n)}" for group, n in looked.items()]
        groups += [
            f"{risk_label(group)} {state_label(NOT_EXAMINED)}" for group in RISK_GROUPS if group not in looked
        ]
        lines = [
            _("Case audit: {n} of {total} villages; to look at: {groups}").format(
                n=format_number(len(self.table)),
                total=format_number(self.candidates),
                groups=", ".join(groups),
            ),
            self.rule,
        ]
        if self.unranked:
            lines.append(
                _("{n} villages have no estimate and are not on the list: {villages}").format(
                    n=format_number(len(self.unranked)), villages=name_some(self.unranked)
                )
            )
        return "\n".join(lines)


def audit_shortlist(
    results: pd.DataFrame,
    *,
    gaps: pd.DataFrame,
    examined: Collection[str],
    catalogue: Mapping[str, Grouped],
    n: int,
    candidates: Collection[str] | None = None,
) -> AuditShortlist:
    """Choose villages for the case audit, with the risk groups to examine and the reasons.

    Parameters
    ----------
    results : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``, ``anak_stunting`` and the indicators.
    gaps : DataFrame
        As returned by :func:`lokus.followup.gaps.find_gaps`.
    examined : collection of indicator keys
        Indicators with a stated threshold, whether or not they fail.
    catalogue : mapping of indicator key to Indicator
        ``group`` states whom an indicator concerns.
    n : int
        Number of villages; fewer are returned where fewer have an estimate.
    candidates : collection of kode_desa, optional
        Villages to choose from, for instance the lokus; by default all.

    Returns
    -------
    AuditShortlist

    Raises
    ------
    FollowupError
        `n` is below 1, a column is missing, or a candidate is not among the villages.

    Notes
    -----
    Villages are ordered by expected stunted children, unrounded; then by the number of failing indicators of
    the four risk groups; then by code. Children under five are to be examined wherever at least one is
    expected to be stunted, the other groups where one of their indicators fails. Data and result contain no
    persons: the audit team finds the cases in the field.

    Examples
    --------
    >>> from lokus.followup.gaps import find_gaps
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> catalogue = load_catalogue()
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Air Dua", "Batu"], "kecamatan": "Air", "anak_stunting": [7.2, 11.4],
    ...      "cakupan_bumil_ttd": [48.0, 93.0]}, index=["9901012001", "9901012002"],
    ... )
    >>> gaps = find_gaps(villages, {"cakupan_bumil_ttd": 70}, catalogue)
    >>> audit_shortlist(villages, gaps=gaps, examined=["cakupan_bumil_ttd"], catalogue=catalogue, n=2)
    Audit kasus: 2 dari 2 desa/kelurahan; perlu dilihat: ibu hamil 1, baduta/balita 2, calon pengantin tidak
    diperiksa, ibu nifas tidak diperiksa
    Perkiraan anak stunting terbanyak lebih dahulu, lalu kesenjangan layanan terbanyak, lalu kode desa
    """
    if n < 1:
        raise FollowupError(_("the list needs at least one village"), remedy=_("state jumlah = 1 or more"))
    lacking = [name for name in ("desa", "kecamatan", "anak_stunting") if name not in results]
    if lacking:
        raise FollowupError(
            _("columns missing: {columns}").format(columns=", ".join(lacking)),
            remedy=_("give the results table with these columns"),
        )
    frame = pd.DataFrame(results).sort_index()
    if candidates is not None:
        strange = [kode for kode in candidates if kode not in frame.index]
        if strange:
            raise FollowupError(
                _("candidates that are no village: {villages}").format(villages=name_some(strange)),
                remedy=_("take the candidates from the village table"),
            )
        frame = frame[frame.index.isin(list(candidates))]
    keys = {key: group for key in examined if (group := risk_group_of(key, catalogue)) is not None}
    risks = gaps[gaps["kunci"].isin(list(keys)) & gaps["kode_desa"].isin(frame.index)]
    risks = risks.assign(kelompok=risks["kunci"].map(keys))
    expected = frame["anak_stunting"].astype(float)
    failing = risks["kode_desa"].value_counts().reindex(frame.index, fill_value=0)
    order = np.lexsort((frame.index.astype(str), -failing.to_numpy(), -expected.to_numpy()))
    ranked = [place for place in order if not np.isnan(expected.iloc[place])]
    chosen = frame.iloc[ranked[:n]]
    shown = [
        name
        for name in ("desa", "kecamatan", "anak_stunting", "anak_stunting_bawah", "anak_stunting_atas")
        if name in frame
    ]
    table = chosen[shown].rename_axis("kode_desa")
    table.insert(0, "urutan", pd.Series(range(1, len(table) + 1), index=table.index, dtype="Int64"))
    table["kesenjangan"] = failing.loc[table.index].astype("int64")
    for group in RISK_GROUPS:
        own = [key for key, of in keys.items() if of == group]
        table[group] = list(_states(chosen, group, own, risks))
    columns = ["kode_desa", "kelompok", "kunci", "indikator", "nilai", "ambang", "buruk", "desimal", "opd"]
    place = {kode: number for number, kode in enumerate(table.index)}
    mine = risks[risks["kode_desa"].isin(table.index)]
    by = pd.DataFrame(
        {
            "village": mine["kode_desa"].map(place),
            "group": mine["kelompok"].map(RISK_GROUPS.index),
            "key": mine["kunci"],
        }
    )
    return AuditShortlist(
        table=table,
        risks=mine.loc[by.sort_values(["village", "group", "key"]).index, columns].reset_index(drop=True),
        unranked=tuple(frame.index[expected.isna()].astype(str)),
        candidates=len(frame),
    )


def _states(chosen: pd.DataFrame, group: str, keys: Collection[str], risks: pd.DataFrame) -> Iterator[str]:
    failing = set(risks.loc[risks["kelompok"] == group, "kode_desa"])
    values = chosen.reindex(columns=list(keys))
    for kode, expected, unknown in zip(
        chosen.index, chosen["anak_stunting"], values.isna().any(axis=1), strict=True
    ):
        if kode in failing or (group == "balita" and expected >= 1):
            yield TO_LOOK_AT
        elif not keys:
            yield NOT_EXAMINED
        else:
            yield UNKNOWN if unknown else CLEAR
