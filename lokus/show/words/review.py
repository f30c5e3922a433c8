"""Write the labels and sentences of the review that slides and report share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from lokus.i18n import N_, format_number
from lokus.i18n import gettext as _
from lokus.show.results.text import one_line, texts
from lokus.show.words.narrative import join_names

if TYPE_CHECKING:
    from lokus.show.results.material import Material
    from lokus.show.results.review import ReviewMaterial

__all__ = [
    "cause_columns",
    "cause_texts",
    "effect_lines",
    "effect_rows",
    "fall_lines",
    "review_caveats",
    "review_marks",
    "review_summary",
    "status_label",
]


_STATUS = {
    "tetap": N_("stays"),
    "masuk": N_("comes in"),
    "keluar": N_("goes out"),
    "lulus": N_("graduates"),
}
_CAUSES = {
    "aturan": N_("Rules and weights"),
    "indikator": N_("Other indicators"),
    "nyata": N_("Real change"),
    "cakupan": N_("Coverage of measurement"),
    "kebetulan": N_("Chance alone"),
    "batas": N_("Boundaries"),
}
_VIEWS = {
    "turun mentah": N_("Measured change of the lokus (not an effect)"),
    "tanpa bantuan": N_("Expected without any help"),
    "model": N_("Effect: the rest, by the model"),
    "pembanding serupa": N_("Effect: against comparable villages"),
}


def status_label(status: str) -> str:
    """Name of a status of the review in a word; empty for a village on neither list.

    Examples
    --------
    >>> status_label("lulus"), status_label("tidak")
    ('lulus', '')
    """
    return _(_STATUS[status]) if status in _STATUS else ""


def review_marks(table: pd.DataFrame) -> tuple[str, ...]:
    """Status of every village in a word or two, with its years on the list so far.

    Parameters
    ----------
    table : pandas.DataFrame
        ``status_reviu`` and optionally ``tahun_lokus``.

    Examples
    --------
    >>> review_marks(pd.DataFrame({"status_reviu": ["tetap", "masuk", "tidak"], "tahun_lokus": [2, 0, 0]}))
    ('tetap (2 th)', 'masuk', '')
    """
    years = table["tahun_lokus"] if "tahun_lokus" in table else pd.Series(0, index=table.index)
    marks = []
    for status, listed in zip(table["status_reviu"].fillna(""), years.fillna(0).astype(int), strict=True):
        text = status_label(str(status))
        marks.append(_("{status} ({n} y)").format(status=text, n=listed) if text and listed else text)
    return tuple(marks)


def cause_columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Columns that divide a village's move between causes, with the name of each cause.

    Examples
    --------
    >>> cause_columns(pd.DataFrame(columns=["desa", "selisih_aturan", "selisih_nyata"]))
    [('selisih_aturan', 'Aturan dan bobot'), ('selisih_nyata', 'Perubahan nyata')]
    """
    found = []
    for name in map(str, table.columns):
        key = name.removeprefix("selisih_")
        if key != name:
            found.append((name, _(_CAUSES[key]) if key in _CAUSES else key.replace("_", " ").capitalize()))
    return found


def cause_texts(rows: pd.DataFrame) -> list[str]:
    """Give the main cause of each village's move, with what else is remarked about it.

    Examples
    --------
    >>> cause_texts(pd.DataFrame({"sebab": ["aturan", "lulus"], "keterangan": ["berganti kode", "lulus"]}))
    ['aturan · berganti kode', 'lulus']
    """
    parts = [texts(rows[name]) for name in ("sebab", "keterangan") if name in rows]
    return [" · ".join(dict.fromkeys(part for part in row if part)) for row in zip(*parts, strict=True)] or [
        ""
    ] * len(rows)


def review_summary(review: ReviewMaterial) -> list[str]:
    """Summarise the changes of the earlier list.

    Examples
    --------
    >>> from lokus.show.results.review import ReviewMaterial
    >>> table = pd.DataFrame({"status_reviu": ["tetap", "masuk", "keluar", "tidak"]})
    >>> review_summary(ReviewMaterial(year=2025, table=table))
    ['Dari 2 lokus tahun 2025, 1 tetap, 1 keluar dan 0 lulus; 1 masuk.']
    """
    n = review.numbers
    left = [] if review.left is None else texts(review.left["desa"].fillna("–"))
    before = n["tetap"] + n["keluar"] + n["lulus"] + len(left)
    lines = [
        _(
            "Of the {n} lokus of {year}, {stay} stay, {out} go out and {graduated} graduate; {new} come in."
        ).format(
            n=format_number(before), year=review.year, stay=format_number(n["tetap"]),
            out=format_number(n["keluar"]), graduated=format_number(n["lulus"]),
            new=format_number(n["masuk"]),
        )
    ]  # fmt: skip
    if left:
        lines.append(
            _("{n} villages of that list no longer exist: {names}.").format(
                n=format_number(len(left)), names=join_names(left, most=5)
            )
        )
    if "perlu_diperiksa" in review.table:
        doubtful = int(review.table["perlu_diperiksa"].astype("boolean").fillna(value=False).sum())
        if doubtful:
            lines.append(
                _("{n} villages need checking: their data or their borders leave the status open.").format(
                    n=format_number(doubtful)
                )
            )
    history = review.history
    if history is not None and history.lists.shape[1] > 1:
        lines.append(one_line(repr(history)).rstrip(".") + ".")
    return lines


def fall_lines(material: Material) -> list[str]:
    """State the observed and the expected change of the earlier list.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> fall = SimpleNamespace(sentence="Turun 3,2 poin; 1,9 poin dapat diharapkan.")
    >>> fall_lines(SimpleNamespace(review=SimpleNamespace(expected=fall), public=False))
    ['Turun 3,2 poin; 1,9 poin dapat diharapkan.']
    """
    review = material.review
    if review is None or review.expected is None:
        return []
    if not material.public:
        return [review.expected.sentence]
    row = review.expected.table.to_dict("index")["anak"]
    return [
        _(
            "The measured prevalence of the earlier lokus changed by about {change} points; with no help at "
            "all about {expected} points were to be expected. Rounded for the public version."
        ).format(change=_signed(row["perubahan"], 0), expected=_signed(row["harapan_perubahan"], 0))
    ]


def effect_lines(material: Material) -> list[str]:
    """State the effect of having been lokus, what could not be compared, and the caution.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lokus.show.results.review import ReviewMaterial
    >>> table = pd.DataFrame({"status_reviu": ["tetap"]})
    >>> review = ReviewMaterial(year=2025, table=table, no_effect="Hitungan tahun lalu tidak ada.")
    >>> effect_lines(SimpleNamespace(review=review, public=False))
    ['Hitungan tahun lalu tidak ada.']
    """
    review = material.review
    if review is None:
        return []
    if review.effect is None:
        return [review.no_effect] if review.no_effect else []
    effect = review.effect
    low, high = effect.odds_ratio_interval
    if not material.public:
        first = effect.sentence
    elif high < 1:
        first = _("The lokus did better than was to be expected without help.")
    elif low > 1:
        first = _("The lokus did worse than was to be expected without help.")
    else:
        first = _("An effect of being lokus cannot be told from none with these data.")
    return [line for line in (first, effect.refusal, effect.caution) if line]


def effect_rows(material: Material) -> list[tuple[str, str, str, str]]:
    """Give the views of the effect side by side: name, points, interval, villages.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> columns = ["poin", "poin_bawah", "poin_atas", "desa"]
    >>> table = pd.DataFrame([[-1.24, -3.5, 0.9, 26]], index=["model"], columns=columns)
    >>> effect = SimpleNamespace(table=table, expected=SimpleNamespace(shown={"perubahan": -3.2}))
    >>> effect_rows(SimpleNamespace(review=SimpleNamespace(effect=effect), public=False))
    [('Pengaruh: sisanya, menurut model', '−1,2', '−3,5 sampai +0,9', '26')]
    """
    review = material.review
    if review is None or review.effect is None:
        return []
    decimals = 0 if material.public else 1
    rows = []
    naive = review.effect.expected.shown["perubahan"]
    for key, row in review.effect.table.iterrows():
        points = naive if key == "turun mentah" and not material.public else row["poin"]
        interval = (
            "–"
            if pd.isna(row["poin_bawah"]) or pd.isna(row["poin_atas"])
            else _("{low} to {high}").format(
                low=_signed(row["poin_bawah"], decimals), high=_signed(row["poin_atas"], decimals)
            )
        )
        name = _(_VIEWS[str(key)]) if key in _VIEWS else str(key)
        rows.append((name, _signed(points, decimals), interval, format_number(float(row["desa"]))))
    return rows


def review_caveats(material: Material) -> Sequence[str]:
    """List what a reader must know before believing the review.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lokus.show.results.review import ReviewMaterial
    >>> table = pd.DataFrame({"status_reviu": ["tetap"], "tahun_lokus": [2]})
    >>> review_caveats(SimpleNamespace(review=ReviewMaterial(year=2025, table=table)))[-1]
    'Lama menjadi lokus dihitung berturut-turut sampai 2025.'
    """
    return list(_caveats(material))


def _caveats(material: Material) -> Iterator[str]:
    review = material.review
    if review is None:
        return
    yield _(
        "Villages are listed for a high figure of one year, and part of it is chance: a year later their "
        "figures are lower on average, helped or not. Compare with the expected fall, not with zero."
    )
    if review.effect is not None:
        yield _(
            "The comparison is no experiment: lokus differ from other villages in more than the help they "
            "got."
        )
    if review.change is not None and "dua_tahun" in review.change:
        once = int((~review.change["dua_tahun"].astype(bool)).sum())
        if once:
            yield _(
                "{n} villages were not measured in both years; their change is an estimate alone."
            ).format(n=format_number(once))
    if "selisih_nyata" in review.table and review.table["selisih_nyata"].notna().any():
        yield _(
            "A small share of “real change” does not mean that nothing changed: in simulated kabupaten less "
            "than a quarter of the true change of a village with up to 30 children measured is counted as "
            "real, with more than 200 a quarter to four fifths, and the rest as chance."
        )
    if "tahun_lokus" in review.table:
        yield _("Years on the list are counted in a row, up to {year}.").format(year=review.year)


def _signed(points: float, decimals: int) -> str:
    """Points with their sign, as in changes."""
    text = format_number(abs(points), decimals=decimals)
    return ("−" if points < 0 else "+") + text if text.strip("0.,–") else text
