"""Build the intervention matrix, villages × offices, with the numbers of families and children concerned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from lokus.followup.gaps import Measure, find_gaps
from lokus.i18n import format_number, list_counts
from lokus.i18n import gettext as _

__all__ = ["DETAIL_COLUMNS", "WHOLE_VILLAGE", "Interventions", "intervention_matrix", "office_words"]


WHOLE_VILLAGE = "desa"  # unit of an action for the village as a whole
_PLACE = ("kode_desa", "desa", "kecamatan", "kode_kecamatan", "lokus")
DETAIL_COLUMNS = (
    *_PLACE, "opd", "kunci", "indikator", "nilai", "ambang", "buruk", "desimal", "kekurangan",
    "jenis", "intervensi", "satuan", "kebutuhan", "kebutuhan_ambang",
)  # fmt: skip
_KINDS = ("spesifik", "sensitif")
_AT_THRESHOLD = ["desa", "lokus", "belum_ada_data", "belum_ada_data_lokus"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Interventions:
    """Interventions that follow from the gaps: which office acts in which village.

    Attributes
    ----------
    villages : pandas.DataFrame
        Index ``kode_desa``: ``desa``, ``kecamatan``, ``kode_kecamatan``, ``lokus``, whether it is on the
        list, and ``nomor``, its number there, where the villages have it.
    matrix : pandas.DataFrame
        Villages × offices: number of indicators of that office that fail.
    no_data : pandas.DataFrame
        Villages × offices: number of indicators with a threshold and without data. These count neither as
        failed nor as passed.
    details : pandas.DataFrame
        One row a gap, columns ``DETAIL_COLUMNS``: ``kekurangan`` is the distance to the threshold in the
        indicator's unit; ``kebutuhan`` is the number of families, children … concerned, ``kebutuhan_ambang``
        how many of them it takes to reach the threshold; both are missing where the data do not determine
        them.
    missing : pandas.DataFrame
        One row a village and indicator without data: place, ``opd``, ``kunci``, ``indikator``.
    thresholds : pandas.DataFrame
        One row an indicator, index ``kunci``: ``indikator``, ``opd``, ``ambang``, ``buruk``, ``desimal``,
        ``jenis``, ``intervensi``, ``satuan``, and in how many villages and lokus it fails or is unknown.
    by_opd, by_kecamatan : pandas.DataFrame
        ``desa`` and ``lokus`` with at least one gap; ``kesenjangan``, gaps in all villages, and
        ``kesenjangan_lokus``, in lokus, these divided into ``spesifik_lokus``, ``sensitif_lokus`` and
        ``tanpa_jenis_lokus``; ``belum_ada_data`` and ``belum_ada_data_lokus``, values that are missing.
    """

    villages: pd.DataFrame
    matrix: pd.DataFrame
    no_data: pd.DataFrame
    details: pd.DataFrame
    missing: pd.DataFrame
    thresholds: pd.DataFrame
    by_opd: pd.DataFrame
    by_kecamatan: pd.DataFrame

    @property
    def lokus(self) -> tuple[str, ...]:
        """Codes of the villages on the list."""
        return tuple(map(str, self.villages.index[self.villages["lokus"]]))

    def __repr__(self) -> str:
        gaps = (
            _("{gaps} gaps in {villages} villages, {in_lokus} of them in {lokus} lokus").format(
                gaps=format_number(len(self.details)),
                villages=format_number(self.details["kode_desa"].nunique()),
                in_lokus=format_number(int(self.details["lokus"].sum())),
                lokus=format_number(len(self.lokus)),
            )
            if len(self.details)
            else _("no gap is known")
        )
        scope = _("{offices} offices, {thresholds} thresholds").format(
            offices=format_number(self.matrix.shape[1]), thresholds=format_number(len(self.thresholds))
        )
        missing = list_counts((len(self.missing), _("{n} values with no data yet")))
        return _("Interventions: {parts}").format(parts="; ".join(filter(None, (gaps, scope, missing))))

    def _repr_html_(self) -> str:
        words = office_words()
        shown = self.by_opd[list(words)].rename(columns=words).rename_axis(_("Office (OPD)"))
        return f"<p>{escape(repr(self))}</p>{shown.to_html()}"


def office_words() -> dict[str, str]:
    """Return the labels of the sums shown for each office, in order.

    Examples
    --------
    >>> office_words()["kesenjangan_lokus"]
    'Kesenjangan di lokus'
    """
    of_them = _("of them {kind}")
    return {
        "lokus": _("Lokus with gaps"),
        "kesenjangan_lokus": _("Gaps in lokus"),
        "spesifik_lokus": of_them.format(kind=_("specific")),
        "sensitif_lokus": of_them.format(kind=_("sensitive")),
        "belum_ada_data_lokus": _("No data yet in lokus"),
    }


def intervention_matrix(
    villages: pd.DataFrame,
    thresholds: Mapping[str, float],
    catalogue: Mapping[str, Measure],
    *,
    owners: Mapping[str, str] | None = None,
    lokus: Collection[str] | None = None,
) -> Interventions:
    """Determine which office has to act in which village.

    Parameters
    ----------
    villages : pandas.DataFrame
        Villages, index ``kode_desa``, with ``desa``, ``kecamatan``, ``kode_kecamatan`` and the indicators;
        the results table of a study is one.
    thresholds : mapping of indicator key to float
        In the indicator's unit, as for :func:`~lokus.followup.gaps.find_gaps`.
    catalogue : mapping of indicator key to Indicator
    owners : mapping of indicator key to str, optional
        Offices as the study names them; otherwise the catalogue's.
    lokus : collection of str, optional
        Codes of the villages on the list; without it every village counts as lokus.

    Raises
    ------
    ValueError
        A lokus is not among the villages, or a threshold cannot be applied.

    Notes
    -----
    An indicator without data in a village counts neither as a gap nor as passed, but separately. The number
    of those concerned comes only from data of the village itself.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Air Bening"], "kecamatan": "Tanjung Agung", "kode_kecamatan": "990101",
    ...      "sanitasi_layak": [55.0, None], "keluarga": [200.0, 310.0]},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> found = intervention_matrix(villages, {"sanitasi_layak": 80}, load_catalogue())
    >>> found.details[["desa", "opd", "jenis", "kekurangan", "kebutuhan", "kebutuhan_ambang"]]
            desa         opd     jenis  kekurangan  kebutuhan  kebutuhan_ambang
    0  Suka Maju  Dinas PUPR  sensitif        25.0       90.0              50.0
    >>> found.no_data["Dinas PUPR"].tolist()
    [0, 1]
    """
    villages = villages.sort_index()
    chosen = set(villages.index if lokus is None else lokus)
    strangers = sorted(chosen - set(villages.index))
    if strangers:
        raise ValueError(f"lokus that are not among the villages: {', '.join(map(str, strangers[:5]))}")
    place = villages[["desa", "kecamatan", "kode_kecamatan"]].rename_axis("kode_desa")
    place = place.assign(lokus=place.index.isin(list(chosen)))
    if "nomor" in villages:
        place["nomor"] = villages["nomor"].astype("Int64").where(place["lokus"])

    gaps = find_gaps(villages, thresholds, catalogue, owners=owners)
    details = gaps.join(place, on="kode_desa").assign(kekurangan=(gaps["nilai"] - gaps["ambang"]).abs())
    details = details.join(_count_needs(gaps, villages, catalogue))[list(DETAIL_COLUMNS)]
    details["lokus"] = details["lokus"].astype(bool)
    stated = _stated(thresholds, catalogue, owners)
    missing = _missing(villages, stated, place)
    offices = pd.Index(sorted(set(stated["opd"])), name="opd")
    return Interventions(
        villages=place,
        matrix=_cross(details, place.index, offices),
        no_data=_cross(missing, place.index, offices),
        details=details,
        missing=missing,
        thresholds=stated.join(_counts(details, missing, "kunci", stated.index)[_AT_THRESHOLD]),
        by_opd=_counts(details, missing, "opd", offices),
        by_kecamatan=_by_kecamatan(details, missing, place),
    )


def _stated(
    thresholds: Mapping[str, float], catalogue: Mapping[str, Measure], owners: Mapping[str, str] | None
) -> pd.DataFrame:
    rows = [
        {
            "kunci": key,
            "indikator": catalogue[key].label,
            "opd": (owners or {}).get(key) or catalogue[key].owner,
            "ambang": float(limit),
            "buruk": "tinggi" if catalogue[key].worse == "high" else "rendah",
            "desimal": catalogue[key].decimals,
            "jenis": catalogue[key].intervention_kind,
            "intervensi": catalogue[key].intervention,
            "satuan": catalogue[key].action_unit,
        }
        for key, limit in thresholds.items()
    ]
    columns = ["kunci", "indikator", "opd", "ambang", "buruk", "desimal", "jenis", "intervensi", "satuan"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["opd", "indikator", "kunci"], kind="stable").set_index("kunci")


def _missing(villages: pd.DataFrame, stated: pd.DataFrame, place: pd.DataFrame) -> pd.DataFrame:
    parts = [
        place[villages[key].isna().to_numpy()]
        .reset_index()
        .assign(opd=row["opd"], kunci=key, indikator=row["indikator"])
        for key, row in zip(stated.index.astype(str), stated.to_dict("records"), strict=True)
    ]
    columns = [*_PLACE, "opd", "kunci", "indikator"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _cross(rows: pd.DataFrame, villages: pd.Index, offices: pd.Index) -> pd.DataFrame:
    counted = pd.crosstab(rows["kode_desa"], rows["opd"])
    return counted.reindex(index=villages, columns=offices, fill_value=0).astype(int)


def _counts(details: pd.DataFrame, missing: pd.DataFrame, by: str, index: pd.Index) -> pd.DataFrame:
    own = details[details["lokus"]]
    columns = {
        "desa": details.groupby(by)["kode_desa"].nunique(),
        "lokus": own.groupby(by)["kode_desa"].nunique(),
        "kesenjangan": details.groupby(by).size(),
        "kesenjangan_lokus": own.groupby(by).size(),
        **{f"{kind}_lokus": own[own["jenis"] == kind].groupby(by).size() for kind in _KINDS},
        "tanpa_jenis_lokus": own[~own["jenis"].isin(_KINDS)].groupby(by).size(),
        "belum_ada_data": missing.groupby(by).size(),
        "belum_ada_data_lokus": missing[missing["lokus"].astype(bool)].groupby(by).size(),
    }
    table = {name: counts.reindex(index, fill_value=0).to_numpy(np.int64) for name, counts in columns.items()}
    return pd.DataFrame(table, index=index)


def _by_kecamatan(details: pd.DataFrame, missing: pd.DataFrame, place: pd.DataFrame) -> pd.DataFrame:
    names = place.groupby("kode_kecamatan", sort=True)["kecamatan"].first()
    counts = _counts(details, missing, "kode_kecamatan", names.index)
    counts.insert(0, "kecamatan", names)
    return counts


def _count_needs(
    gaps: pd.DataFrame, villages: pd.DataFrame, catalogue: Mapping[str, Measure]
) -> pd.DataFrame:
    """Count those concerned by each gap, and how many of them it takes to reach the threshold.

    Parameters
    ----------
    gaps : pandas.DataFrame
        As :func:`~lokus.followup.gaps.find_gaps` gives them.
    villages : pandas.DataFrame
        Villages × indicators, index ``kode_desa``.
    catalogue : mapping of indicator key to Indicator

    Returns
    -------
    pandas.DataFrame
        Index of `gaps`: ``satuan``; ``kebutuhan``, number concerned; ``kebutuhan_ambang``, number needed to
        reach the threshold. Not rounded; NaN where the data do not determine it.

    Notes
    -----
    A share of bad cases v of a whole N concerns N·v/100, a coverage N·(100 − v)/100; reaching the threshold t
    takes N·|v − t|/100. A count where high is worse concerns as many as it counts; where low is worse, the
    shortfall. An action for the village as a whole concerns one village. N is the count that the catalogue
    names for the indicator; where it is missing in a village the result is NaN.
    """
    parts = [_of_indicator(rows, villages, catalogue[str(key)]) for key, rows in gaps.groupby("kunci")]
    if not parts:
        return pd.DataFrame(
            {"satuan": [], "kebutuhan": [], "kebutuhan_ambang": []}, index=gaps.index, dtype=object
        )
    return pd.concat(parts).reindex(gaps.index)


def _of_indicator(rows: pd.DataFrame, villages: pd.DataFrame, item: Measure) -> pd.DataFrame:
    value, limit = rows["nilai"].astype(float), rows["ambang"].astype(float)
    short = (value - limit).abs()
    high = item.worse == "high"
    if item.action_unit == WHOLE_VILLAGE:
        need = least = pd.Series(1.0, index=rows.index)
    elif item.action_count:
        need = _of_villages(item.action_count, rows, villages)
        least = need * (short / value)
    elif item.is_share:
        whole = _of_villages(item.action_whole, rows, villages)
        need, least = whole * (value if high else 100.0 - value) / 100.0, whole * short / 100.0
    elif item.is_count:
        need, least = (value if high else short), short
    else:
        need = least = pd.Series(np.nan, index=rows.index)
    return pd.DataFrame({"satuan": item.action_unit, "kebutuhan": need, "kebutuhan_ambang": least})


def _of_villages(key: str, rows: pd.DataFrame, villages: pd.DataFrame) -> pd.Series[float]:
    """Return a count for the village of each gap; missing where the count is not available."""
    if key not in villages:
        return pd.Series(np.nan, index=rows.index)
    values = villages[key].astype(float).reindex(rows["kode_desa"])
    return pd.Series(values.to_numpy(), index=rows.index)
