"""Words of the follow-up that slides and report share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lokus.followup.beneficiaries import group_label
from lokus.followup.trajectory import status_label
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.followup.beneficiaries import Beneficiaries
    from lokus.followup.trajectory import Trajectory

__all__ = [
    "GroupTotal",
    "group_totals",
    "kind_label",
    "need_sentences",
    "never_joined",
    "path_sentence",
    "trajectory_text_kind_label",
]


def kind_label(kind: str) -> str:
    """Name of a kind of intervention; a dash where the catalogue does not say.

    Examples
    --------
    >>> kind_label("sensitif"), kind_label("")
    ('sensitif', '–')
    """
    return {"spesifik": _("specific"), "sensitif": _("sensitive")}.get(kind, "–")


@dataclass(frozen=True, kw_only=True)
class GroupTotal:
    """A target group with its number in the lokus and in all villages, as they are read."""

    group: str
    lokus: str
    all: str


def group_totals(found: Beneficiaries) -> list[GroupTotal]:
    """Give the totals of each target group; a lower bound is marked "≥".

    Parameters
    ----------
    found : Beneficiaries

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import pandas as pd
    >>> rows = [("lokus", "bumil", 40.0, False), ("kabupaten", "bumil", 1210.0, True)]
    >>> table = pd.DataFrame(rows, columns=["lingkup", "kelompok", "jumlah", "batas_bawah"])
    >>> group_totals(SimpleNamespace(table=table))
    [GroupTotal(group='Ibu hamil', lokus='40', all='≥ 1.210')]
    """
    numbers: dict[str, dict[str, str]] = {"lokus": {}, "kabupaten": {}}
    for row in found.table.to_dict("records"):
        if row["lingkup"] in numbers:
            numbers[row["lingkup"]][row["kelompok"]] = _number(row["jumlah"], at_least=row["batas_bawah"])
    return [
        GroupTotal(group=group_label(name), lokus=numbers["lokus"].get(name, "–"), all=text)
        for name, text in numbers["kabupaten"].items()
    ]


def _number(value: float, *, at_least: bool) -> str:
    text = format_number(float(value))
    return f"≥ {text}" if at_least and text != "–" else text


def trajectory_text_kind_label(kind: str) -> str:
    """Name of a kind of series.

    Examples
    --------
    >>> trajectory_text_kind_label("survei"), trajectory_text_kind_label("rutin")
    ('survei', 'pencatatan rutin')
    """
    return {"survei": _("survey"), "rutin": _("routine measurement")}[kind]


def never_joined() -> str:
    """Say why the sources stand side by side.

    Examples
    --------
    >>> print(never_joined())
    Survei dan pencatatan rutin menghitung anak yang berbeda dengan cara yang berbeda: tidak disambung menjadi
    satu tren.
    """
    return _("Surveys and routine measurement count different children in different ways: never one trend.")


def path_sentence(way: Trajectory) -> str:
    """Say what the path asks, by both readings.

    Examples
    --------
    >>> from lokus.followup.trajectory import trajectory
    >>> print(path_sentence(trajectory(start=(2022, 20.2), target=(2024, 14.0))))
    Target: dari 20,2 % (2022) ke 14,0 % (2024). Lintasan utama berlaju tetap: turun 16,7 % dari tahun
    sebelumnya, setiap tahun. Garis lurus sebagai pembanding: turun 3,1 poin setiap tahun.
    """
    years = way.target[0] - way.start[0]
    if way.compared == "linear":
        return _(
            "Target: from {start} % ({first}) to {end} % ({last}), on a straight line: {points} points each "
            "year. No constant rate reaches 0."
        ).format(
            start=_one(way.start[1]),
            first=way.start[0],
            end=_one(way.target[1]),
            last=way.target[0],
            points=_one((way.start[1] - way.target[1]) / years),
        )
    return _(
        "Target: from {start} % ({first}) to {end} % ({last}). The main path has a constant rate: {rate} % "
        "less than the year before, each year. The straight line for comparison: {points} points each year."
    ).format(
        start=_one(way.start[1]),
        first=way.start[0],
        end=_one(way.target[1]),
        last=way.target[0],
        rate=_one(way.rate),
        points=_one((way.start[1] - way.target[1]) / years),
    )


def need_sentences(way: Trajectory) -> list[str]:
    """Say of each series, by itself, where it stands and what is still needed.

    Examples
    --------
    >>> from lokus.followup.trajectory import measured
    >>> from lokus.followup.trajectory import trajectory
    >>> survey = measured("SSGI", "survei", {2024: 24.7})
    >>> print(*need_sentences(trajectory(start=(2024, 24.7), target=(2029, 14.2), series=[survey])))
    SSGI (survei) 2024: 24,7 %, tepat di lintasan (di jalur). Menuju 14,2 % pada 2029 perlu turun 2,1 poin
    setiap tahun (10,5 % dari tahun sebelumnya).
    """
    rows = way.needs.rename_axis("seri").reset_index().to_dict("records")
    return [_sentence(row, way) for row in rows]


def _sentence(row: Mapping[Any, Any], way: Trajectory) -> str:
    head = _("{series} ({kind}) {year}: {value} %").format(
        series=row["seri"],
        kind=trajectory_text_kind_label(row["jenis"]),
        year=row["tahun"],
        value=_one(row["nilai"]),
    )
    if not math.isnan(row["bawah"]):
        head += " ({}–{})".format(_one(row["bawah"]), _one(row["atas"]))
    return f"{head}, {_place(row)}. {_rest(row, way.target[0])}".strip()


def _place(row: Mapping[Any, Any]) -> str:
    status = status_label(row["status"])
    if row["status"] in ("belum ada pembanding", "sebelum awal lintasan"):
        return status
    gap = row["selisih"]
    if row["dasar"] == "target":
        if abs(gap) < 0.05:
            text = _("on the path")
        elif gap > 0:
            text = _("{points} points above the path").format(points=_one(gap))
        else:
            text = _("{points} points below the path").format(points=_one(-gap))
    else:
        text = _("measured differently, so judged by its own fall since {year}: should be {value} %").format(
            year=row["acuan"], value=_one(row["jalur"])
        )
    return f"{text} ({status})"


def _rest(row: Mapping[Any, Any], last: int) -> str:
    end = row["nilai_target"]
    if math.isnan(end):
        return ""
    if row["sisa_tahun"] > 0 and row["turun_poin"] > 0:
        text = (
            _("To reach {end} % in {last} it must fall by {points} points each year")
            if math.isnan(row["turun_persen"])
            else _(
                "To reach {end} % in {last} it must fall by {points} points each year "
                "({rate} % of the year before)"
            )
            if row["dasar"] == "target"
            else _(
                "To reach {end} % in {last}, as its own path asks, it must fall by {points} points each year "
                "({rate} % of the year before)"
            )
        ).format(end=_one(end), last=last, points=_one(row["turun_poin"]), rate=_one(row["turun_persen"]))
        if "anak_per_tahun" in row:
            text += _(", about {n} stunted children fewer each year").format(
                n=format_number(row["anak_per_tahun"])
            )
        return text + "."
    if row["sisa_tahun"] > 0:
        return _("Already at or below the {end} % of {last}.").format(end=_one(end), last=last)
    above = row["nilai"] - end
    if above <= 0:
        return _("The {end} % of {last} is reached.").format(end=_one(end), last=last)
    text = _("The {end} % of {last} is missed by {points} points").format(
        end=_one(end), last=last, points=_one(above)
    )
    if "anak_kini" in row:
        text += _(", about {n} stunted children").format(
            n=format_number(row["anak_kini"] - row["anak_target"])
        )
    return text + "."


def _one(value: float) -> str:
    return format_number(value, decimals=1)
