"""Write the sentences that slides and report share, from the results only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.followup.gaps import gaps_by_indicator
from lokus.followup.small_counts import SMALLEST_SHOWN
from lokus.i18n import N_, format_number
from lokus.i18n import gettext as _
from lokus.show.results.headlines import Headlines
from lokus.show.results.text import one_line
from lokus.show.themes.palette import both_key

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.findings import Finding
    from lokus.show.results.material import Material

__all__ = [
    "CERTAINTY",
    "Task",
    "cautions",
    "caveats",
    "certainty_label",
    "completeness_sentence",
    "join_names",
    "level_lines",
    "map_sentence",
    "summary",
    "tasks",
]


BELOW_SURVEY = "evidence.below_survey"
_OF_THE_FILE = re.compile(r"\[[a-z_.]+\]|\b\w+ = \S")  # names a section or sets a key
_LEAST_SHARE = 0.1  # percent that one decimal writes without reading as none
# Findings that change how the list is read; the others are about one part of the evidence.
_OF_THE_LIST = ("evidence.kecamatan_apart", BELOW_SURVEY)
_HIGH = ("tinggi", "sangat tinggi")  # classes of a map
CERTAINTY = ("kukuh", "condong", "perbatasan", "tidak")
_CERTAINTY = {
    "kukuh": N_("Very large chance (80 % or more)"),
    "condong": N_("Fairly large chance (50 to below 80 %)"),
    "perbatasan": N_("Medium chance (20 to below 50 %)"),
    "tidak": N_("Small chance (below 20 %)"),
}


def certainty_label(key: str) -> str:
    """Name of a class of certainty as a reader sees it.

    Examples
    --------
    >>> certainty_label("kukuh")
    'Peluang sangat besar (80 % atau lebih)'
    """
    return _(_CERTAINTY[key])


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to do after the list is agreed: who, what, and in how many villages."""

    who: str
    what: str
    extent: str


def join_names(names: list[str], *, most: int) -> str:
    """Write names with commas, those beyond `most` as a count.

    Examples
    --------
    >>> join_names(["Ulu", "Lembak", "Rambang"], most=2)
    'Ulu, Lembak dan 1 lainnya'
    """
    if len(names) <= most:
        return ", ".join(names)
    return _("{names} and {n} others").format(names=", ".join(names[:most]), n=len(names) - most)


def summary(material: Material) -> list[str]:
    """Summarise the results of the study in a few sentences.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> print(*summary(Material(results=place, kecamatan=place, info=info)))
    1 dari 2 desa/kelurahan di Kabupaten Contoh diusulkan menjadi lokus tahun 2026, tersebar di 1 dari 1
    kecamatan.
    """
    info, headlines = material.info, Headlines(material=material)
    lines = [
        _(
            "{n} of the {total} villages of {kabupaten} are proposed as lokus for "
            "{tahun}; they lie in {k} of "
            "{districts} kecamatan."
        ).format(
            n=format_number(headlines.lokus), total=format_number(headlines.villages),
            kabupaten=info.kabupaten, tahun=info.tahun,
            k=headlines.kecamatan_with_lokus, districts=headlines.kecamatan,
        )
    ]  # fmt: skip
    if info.rule:
        lines.append(
            _(
                "Rule of the choice: {rule}. Among all lists that keep it, this one has the "
                "largest sum of scores."
            ).format(rule=info.rule.rstrip("."))
        )
    if material.tie_caution:
        lines.append(material.tie_caution)
    everyone, inside, share = (
        headlines.estimated_children, headlines.estimated_children_in_lokus, headlines.share_of_children,
    )  # fmt: skip
    if everyone and inside is not None and share is not None and not material.public:
        lines.append(
            _(
                "An estimated {inside} of {all} stunted children live in the proposed villages ({share} %)."
            ).format(
                inside=format_number(inside), all=format_number(everyone), share=format_number(share)
            )
        )  # fmt: skip
        surveyed = headlines.children_at_survey, headlines.children_in_lokus_at_survey
        if material.survey is not None and None not in surveyed:
            lines.append(
                _("At the level of the survey ({survey}) these would be {inside} of {all}.").format(
                    survey=material.survey.survey,
                    inside=format_number(surveyed[1]),
                    all=format_number(surveyed[0]),
                )
            )
    if headlines.firm is not None:
        lines.append(_firmness(headlines.firm, headlines.lokus))
    if headlines.values_needed:
        lines.append(completeness_sentence(headlines.values_missing, headlines.values_needed))
    return lines


def _firmness(firm: int, listed: int) -> str:
    if not firm:
        return _(
            "None of the proposed villages stays on the list in at least 8 of 10 recalculations with other "
            "plausible data and weights: all deserve discussion."
        )
    if firm == listed:
        return _(
            "All proposed villages stay on the list in at least 8 of 10 recalculations with other plausible "
            "data and weights."
        )
    return _(
        "{firm} of the {n} proposed villages stay on the list in at least 8 of 10 recalculations with other "
        "plausible data and weights; the rest deserve discussion."
    ).format(firm=format_number(firm), n=format_number(listed))


def completeness_sentence(missing: int, needed: int) -> str:
    """Say how many of the values that a study needs are missing.

    Examples
    --------
    >>> completeness_sentence(9, 1308)
    '9 dari 1.308 nilai yang diperlukan belum ada (0,7 %).'
    >>> completeness_sentence(0, 252)
    'Semua 252 nilai yang diperlukan sudah ada.'
    >>> completeness_sentence(1, 5230)
    '1 dari 5.230 nilai yang diperlukan belum ada (di bawah 0,1 %).'
    """
    if not missing:
        return _("All {total} values needed are there.").format(total=format_number(needed))
    share = 100 * missing / needed
    return _("{missing} of the {total} values needed are missing ({share} %).").format(
        missing=format_number(missing), total=format_number(needed),
        share=format_number(share, decimals=1) if share >= _LEAST_SHARE
        else _("below {share}").format(share=format_number(_LEAST_SHARE, decimals=1)),
    )  # fmt: skip


def cautions(material: Material) -> list[str]:
    """List the warnings about the evidence of this study beside those of :func:`caveats`, with what to do.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lokus.findings import Finding
    >>> tiny = Finding(check="typology.tiny", level="warning", message="tipe 3 hanya 1 desa")
    >>> cautions(SimpleNamespace(cautions=(tiny,), findings=None))
    ['Tipe 3 hanya 1 desa.']
    """
    return [
        _caution(one)
        for one in _open_cautions(material)
        if one.level != "note" and one.check not in _OF_THE_LIST
    ]


def _open_cautions(material: Material) -> Iterator[Finding]:
    """Give the cautions that the study has not accepted; the others are listed with their reasons."""
    findings = material.findings
    if findings is None or "accepted" not in findings:
        yield from material.cautions
        return
    accepted = findings[findings["accepted"].astype(bool)]
    known = set(zip(accepted["check"], accepted["message"], strict=True))
    yield from (one for one in material.cautions if (one.check, one.message) not in known)


def _caution(finding: Finding) -> str:
    what = finding.message[:1].upper() + finding.message[1:]
    # A meeting reads what to do, not how it is written in the study file; audit sheet and command say that.
    remedy = "; ".join(part for part in finding.remedy.split("; ") if not _OF_THE_FILE.search(part))
    if not remedy:
        return f"{what}."
    return _("{caution}; {remedy}.").format(caution=what, remedy=remedy)


def level_lines(material: Material) -> list[str]:
    """State the level at which thresholds apply, where a survey differs from the records.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lokus.findings import Finding
    >>> low = Finding(check=BELOW_SURVEY, level="warning", message="tercatat 9,3 %, padahal survei 20,2 %")
    >>> level_lines(SimpleNamespace(survey=None, cautions=(low,)))
    ['Ambang: tercatat 9,3 %, padahal survei 20,2 %']
    """
    if material.survey is not None:
        return [str(material.survey)]
    below = (one.message for one in material.cautions if one.check == BELOW_SURVEY)
    return [_("Thresholds: {caution}").format(caution=message) for message in below]


def caveats(material: Material) -> list[str]:
    """List what a reader must know before using the list.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = gpd.GeoDataFrame({"desa": ["Alai", "Batu"]}, geometry=[None, None])
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> material = Material(results=place, kecamatan=place, info=info, weights={"Prevalensi": 1.0})
    >>> print(" ".join(caveats(material)[1:]))
    2 desa/kelurahan tidak memiliki poligon sehingga tidak tampak di peta: Alai, Batu.
    Bobot adalah keputusan, bukan hasil pengukuran: bobot lain dapat memberi daftar lain.
    """
    return list(_caveats(material))


def _caveats(material: Material) -> Iterator[str]:
    results, headlines = material.results, Headlines(material=material)
    if material.info.synthetic:
        yield _("All names, borders and numbers are made up; nothing here describes a real place.")
    if material.public:
        yield _(
            "Public version: counts below {threshold}, and others from which they could be worked out, are "
            "masked; estimates of those villages are rounded."
        ).format(threshold=SMALLEST_SHOWN)
    yield _(
        "Prevalence is an estimate from routine measurement, not a survey; {share} % "
        "intervals show how far it "
        "may be off."
    ).format(share=format_number(100 * material.level))
    if material.survey is not None:
        yield str(material.survey)
    if headlines.not_reliable:
        yield _(
            "In {n} villages few of the children were measured, or it is not known how "
            "many: their numbers are "
            "not yet reliable."
        ).format(n=format_number(headlines.not_reliable))
    if headlines.unmeasured:
        yield _(
            "In {n} villages no child was measured; their estimate rests on similar villages alone."
        ).format(n=format_number(headlines.unmeasured))
    yield from (_caution(one) for one in _open_cautions(material) if one.check in _OF_THE_LIST)
    partial = int((results["status_skor"] == "sebagian").sum()) if "status_skor" in results else 0
    if partial:
        yield _(
            "{n} villages are scored on part of the indicators only; the weights of those "
            "they have are scaled up."
        ).format(n=partial)
    lost = results.loc[results.geometry.isna(), "desa"].astype(str).tolist()
    if lost:
        yield _("{n} villages have no polygon and are on no map: {names}.").format(
            n=len(lost), names=join_names(lost, most=5)
        )
    if material.weights:
        yield _("Weights are a decision, not a measurement: other weights can give another list.")


def tasks(material: Material) -> list[Task]:
    """List what follows from gaps and completeness, office by office, and the steps of the list itself.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> by_opd = pd.DataFrame({"seharusnya": [40], "terisi": [37]}, index=["Dinas PUPR"])
    >>> material = Material(results=place, kecamatan=place, info=info, by_opd=by_opd)
    >>> print(*((task.who, task.extent) for task in tasks(material)))
    ('Dinas PUPR', '3 nilai') ('Bappeda', '1 lokus')
    """
    return list(_tasks(material))


def _tasks(material: Material) -> Iterator[Task]:
    chosen = material.chosen
    if material.gaps is not None:
        for row in gaps_by_indicator(material.gaps, chosen.index).to_dict("records"):
            if row["lokus"] and row["intervensi"]:
                yield Task(
                    who=str(row["opd"]) or _("office unknown"),
                    what=str(row["intervensi"]),
                    extent=_("{n} lokus").format(n=row["lokus"]),
                )
    weak = Headlines(material=material).lokus_not_reliable
    if weak:
        yield Task(
            who=_("Health office and puskesmas"),
            what=_("Measure the children under five who have not been measured"),
            extent=_("{n} lokus").format(n=weak),
        )
    if material.by_opd is not None:
        absent = material.by_opd["seharusnya"] - material.by_opd["terisi"]
        for opd, missing in absent.astype(int).items():
            if missing:
                yield Task(
                    who=str(opd),
                    what=_("Complete the data of its indicators"),
                    extent=_("{n} values").format(n=format_number(missing)),
                )
    yield Task(
        who=material.info.instansi or "Bappeda",
        what=_("Bring the list to the rakor, set it by decree, and review it next year"),
        extent=_("{n} lokus").format(n=len(chosen)),
    )


def map_sentence(results: gpd.GeoDataFrame, theme: str, classes: pd.Series) -> str:
    """Say what a map shows, by counting villages and lokus in its classes; nothing for a theme without words.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table.
    theme : str
        Theme of the map.
    classes : pandas.Series
        Class key of every village, as :attr:`lokus.show.themes.layer.Layer.classes`.

    Examples
    --------
    >>> import pandas as pd
    >>> results = pd.DataFrame({"nomor": [1, None, None]})
    >>> map_sentence(results, "titik_panas", pd.Series(["tinggi-tinggi", "tinggi-tinggi", "tidak nyata"]))
    '2 desa/kelurahan bernilai tinggi di antara tetangga yang tinggi; 1 di antaranya diusulkan menjadi lokus.'
    """
    words = _WORDS.get(theme)
    return words(results, classes) if words else ""


def _chosen(results: gpd.GeoDataFrame, fits: pd.Series) -> str:
    inside = results["nomor"].notna() if "nomor" in results else fits & False
    return format_number(int((fits & inside).sum()))


def _count(fits: pd.Series) -> str:
    return format_number(int(fits.sum()))


def _proposal(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    chosen = results[classes == "lokus"]
    if chosen.empty:
        return ""
    held = chosen["kecamatan"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return _("{n} proposed lokus lie in {k} kecamatan; {name} has the most ({most}).").format(
        n=format_number(len(chosen)), k=format_number(chosen["kode_kecamatan"].nunique()),
        name=one_line(held.index[0]), most=format_number(int(held.iloc[0])),
    )  # fmt: skip


def _prevalence(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    high = classes.isin(_HIGH)
    if not high.any():
        return _("In no village is the estimate 20 % or more.")
    return _("In {n} villages the estimate is 20 % or more; {m} of them are proposed as lokus.").format(
        n=_count(high), m=_chosen(results, high)
    )


def _both(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    worst = classes == both_key(2, 2)
    if not worst.any():
        return _(
            "No village has both a prevalence of 20 % or more and a place among the third with most stunted "
            "children."
        )
    return _(
        "{n} villages have a prevalence of 20 % or more and are among the third with most stunted children; "
        "{m} of them are proposed as lokus."
    ).format(n=_count(worst), m=_chosen(results, worst))


def _chance(_results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    return _(
        "{firm} villages are chosen in at least 8 of 10 recalculations; for {open} villages, chosen in 2 to "
        "8 of 10, the data alone do not decide."
    ).format(firm=_count(classes == "kukuh"), open=_count(classes.isin(("condong", "perbatasan"))))


def _hotspots(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    hot = classes == "tinggi-tinggi"
    cold = classes == "rendah-rendah"
    if not hot.any() and cold.any():
        return _(
            "No group of neighbouring villages is high beyond chance; {n} are low among low ones."
        ).format(n=_count(cold))
    if not hot.any():
        return _("No group of neighbouring villages stands out beyond chance.")
    return _("{n} villages are high among high neighbours; {m} of them are proposed as lokus.").format(
        n=_count(hot), m=_chosen(results, hot)
    )


def _types(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    known = results.dropna(subset=["tipologi", "tipologi_urutan"])
    if known.empty:
        return ""
    if len(known["tipologi_urutan"].unique()) == 1:
        return _("The villages do not fall into clear types.")
    worst = known.sort_values("tipologi_urutan", kind="stable")["tipologi"].iloc[0]
    fits = classes == worst
    return _("The most severe type, “{name}”, holds {n} villages; {m} of them are proposed as lokus.").format(
        name=one_line(worst), n=_count(fits), m=_chosen(results, fits)
    )


def _score(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    top = classes.isin(_HIGH)
    if not top.any():
        return _("No village scores 45 or more of 100.")
    return _("{n} villages score 45 or more of 100; {m} of them are proposed as lokus.").format(
        n=_count(top), m=_chosen(results, top)
    )


def _children(_results: gpd.GeoDataFrame, _classes: pd.Series) -> str:
    return _("A large village can hold many stunted children at a middling prevalence: compare both maps.")


def _review(_results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    counts = {key: _count(classes == key) for key in ("tetap", "masuk", "keluar", "lulus")}
    return _("{tetap} villages stay, {masuk} come in, {keluar} go out, {lulus} graduate.").format(**counts)


_WORDS: Mapping[str, Callable[[gpd.GeoDataFrame, pd.Series], str]] = {
    "usulan": _proposal,
    "prevalensi": _prevalence,
    "prevalensi_anak": _both,
    "anak": _children,
    "skor": _score,
    "peluang": _chance,
    "titik_panas": _hotspots,
    "tipologi": _types,
    "reviu": _review,
}
