"""Tables of the review of the earlier list: what becomes of its villages, why, and what helped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.figures import FIGURES, add_up
from lokus.show.results.review import direction_texts
from lokus.show.results.text import MASKED_REVIEW, is_masked
from lokus.show.tables.table import Column, Table
from lokus.show.words.review import (
    cause_columns,
    cause_texts,
    effect_rows,
    review_marks,
    status_label,
)

if TYPE_CHECKING:
    import pandas as pd

    from lokus.show.results.material import Material
    from lokus.show.results.review import ReviewMaterial

__all__ = [
    "cause_points",
    "causes_table",
    "change_column",
    "change_columns",
    "effect_table",
    "moves_table",
    "rate_columns",
    "realised_columns",
    "review_table",
    "stability_table",
    "stated_columns",
]

_REALISED = ("kegiatan", "selesai", "belum_diisi", "persen_selesai")


def change_column(rows: pd.DataFrame, *, level: float) -> Column | None:
    """Give the estimated change of each village with its interval; None where no village has one.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"perubahan": [-2.5], "perubahan_bawah": [-6.0], "perubahan_atas": [1.0]})
    >>> change_column(rows, level=0.9).texts
    ('−2,5 (−6,0 sampai +1,0)',)
    """
    if "perubahan" not in rows or not rows["perubahan"].notna().any():
        return None
    head = _("Estimated change, points ({share} % interval)").format(share=format_number(100 * level))
    return Column.figure(rows, "perubahan", head=head, interval=True, masked_as=MASKED_REVIEW)


def change_columns(rows: pd.DataFrame, *, level: float) -> tuple[Column, ...]:
    """Give the estimated change with its interval, and beside it the direction as far as that is sure.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"perubahan": [-2.5], "perubahan_bawah": [-6.0], "perubahan_atas": [1.0]})
    >>> [column.texts for column in change_columns(rows.assign(arah="belum pasti"), level=0.9)]
    [('−2,5 (−6,0 sampai +1,0)',), ('belum pasti',)]
    """
    change = change_column(rows, level=level)
    if change is None:
        return ()
    if "arah" not in rows:
        return (change,)
    return change, Column.text(_("Direction"), direction_texts(rows), width=16, wrap=True)


def review_table(material: Material) -> Table:
    """Give every village of either list with its status and what it rests on, for a page of the report.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> review_table(material).heads
    ('Reviu', 'Desa/Kelurahan', 'Kecamatan', 'Sebab utama', 'Peluang target tercapai (%)', 'Perkiraan
    perubahan, poin (rentang 90 %)', 'Arah')
    """
    review, rows = _rows(material)
    return Table.of(
        Column.text(_("Review"), review_marks(rows)),
        Column.text(_("Village"), rows["desa"]),
        Column.text(_("Kecamatan"), rows["kecamatan"]),
        Column.text(_("Main cause"), cause_texts(rows)) if "sebab" in rows else None,
        _graduating(rows),
        *change_columns(rows, level=review.level),
        _optional(rows, "persen_selesai"),
    )


def moves_table(material: Material) -> Table:
    """Give the villages that come in, go out or graduate, with the cause.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> moves_table(material).heads
    ('Reviu', 'Desa/Kelurahan', 'Kecamatan', 'Sebab utama', 'Lama menjadi lokus (tahun)', 'Perkiraan
    perubahan, poin (rentang 90 %)', 'Arah')
    """
    review, rows = _rows(material)
    moved = rows[rows["status_reviu"] != "tetap"]
    listed = "tahun_lokus" in moved and (moved["tahun_lokus"].fillna(0) > 0).any()
    return Table.of(
        Column.text(_("Review"), [status_label(key) for key in moved["status_reviu"]]),
        Column.text(_("Village"), moved["desa"]),
        Column.text(_("Kecamatan"), moved["kecamatan"]),
        Column.text(_("Main cause"), cause_texts(moved), most=0.5),
        Column.figure(moved, "tahun_lokus", narrow=True) if listed else None,
        *change_columns(moved, level=review.level),
        title=_("Why villages come in and go out"),
        lead=_("The largest of the causes that moved the village, and its share in the move"),
    )


def cause_points(rows: pd.DataFrame) -> list[tuple[str, Column]]:
    """Give the parts of each village's move between the causes, in points of the score.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"selisih_nyata": [0.042], "selisih_aturan": [-0.01]})
    >>> [(cause, column.texts) for cause, column in cause_points(rows)]
    [('Perubahan nyata', ('+4,2',)), ('Aturan dan bobot', ('−1,0',))]
    """
    found = [(name, cause) for name, cause in cause_columns(rows) if rows[name].notna().any()]
    if not found:
        return []
    names = [name for name, _cause in found]
    parts = rows[names].astype("Float64").astype(float)
    score = FIGURES["skor"]
    points = add_up(
        parts, parts.sum(axis=1).to_numpy(dtype=float), decimals=score.decimals, scale=score.scale
    )
    masked = is_masked(rows, MASKED_REVIEW)
    return [
        (
            cause,
            Column.number(
                cause, points[name], decimals=score.decimals, signed=True, width=13, missing=True,
                masked=masked,
            ),
        )
        for name, cause in found
    ]  # fmt: skip


def causes_table(material: Material) -> Table | None:
    """Give the causes of the villages that moved.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> causes_table(material).title
    'Yang menggeser desa/kelurahan, dalam poin skor'
    >>> causes_table(material).heads
    ('Reviu', 'Desa/Kelurahan', 'Aturan dan bobot', 'Indikator lain', 'Perubahan nyata', 'Cakupan
    pengukuran', 'Variasi acak (anak diukur sedikit)')
    """
    _review, rows = _rows(material)
    moved = rows[rows["status_reviu"] != "tetap"]
    points = cause_points(moved)
    if not points:
        return None
    return Table.of(
        Column.text(_("Review"), [status_label(key) for key in moved["status_reviu"]]),
        Column.text(_("Village"), moved["desa"]),
        *(column for _cause, column in points),
        title=_("What moved the villages, in points of the score"),
    )


def rate_columns(material: Material, rows: pd.DataFrame) -> tuple[Column, ...]:
    """Give the rates of both years and the change between them.

    This year's estimate is the one of the list; the change is estimated from both years together, and is not
    the difference of two estimates.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> [column.head for column in rate_columns(material, material.review.rows(material.results))]
    ['Terukur 2025 (%)', 'Terukur 2026 (%)', 'Harapan 2026 dari data tahun sebelumnya (%)', 'Prevalensi
    perkiraan (%)', 'Perkiraan perubahan, poin (rentang 90 %)', 'Arah', 'Peluang turun nyata (%)']
    """
    review = material.review
    if review is None:
        return ()
    heads = {
        "mentah_lalu": _("Measured in {year} (%)").format(year=review.year),
        "mentah_kini": _("Measured in {year} (%)").format(year=material.info.tahun),
        "harapan_kini": _("Expected in {year} from the year before (%)").format(year=material.info.tahun),
    }
    columns = [
        Column.figure(rows, name, head=head, width=13, masked_as=MASKED_REVIEW)
        for name, head in heads.items()
        if name in rows and rows[name].notna().any()
    ]
    if "prevalensi" in rows and rows["prevalensi"].notna().any():
        columns.append(Column.figure(rows, "prevalensi", width=12))
    columns += change_columns(rows, level=review.level)
    fall = _optional(rows, "peluang_turun")
    return (*columns, *([fall] if fall is not None else []))


def realised_columns(rows: pd.DataFrame) -> tuple[Column, ...]:
    """Give last year's activities and how many were done.

    Examples
    --------
    >>> import pandas as pd
    >>> [c.texts for c in realised_columns(pd.DataFrame({"kegiatan": [4], "selesai": [3]}))]
    [('4',), ('3',)]
    """
    return tuple(Column.figure(rows, name, width=11) for name in _REALISED if name in rows)


def stated_columns(rows: pd.DataFrame) -> tuple[Column, ...]:
    """Give years on the list, cause, remark, and the chance that the target is reached.

    Examples
    --------
    >>> import pandas as pd
    >>> [c.texts for c in stated_columns(pd.DataFrame({"tahun_lokus": [2], "sebab": ["aturan"]}))]
    [('2',), ('aturan',)]
    """
    columns = []
    if "tahun_lokus" in rows:
        columns.append(Column.figure(rows, "tahun_lokus", width=9))
    if "sebab" in rows:
        columns.append(Column.text(_("Main cause"), rows["sebab"], width=38, wrap=True))
    if "keterangan" in rows and (rows["keterangan"].fillna("") != "").any():
        columns.append(Column.text(_("Remark"), rows["keterangan"], width=28, wrap=True))
    chance = _graduating(rows)
    if chance is not None:
        columns.append(chance)
    if "perlu_diperiksa" in rows:
        flags = rows["perlu_diperiksa"].astype("boolean").fillna(value=False).astype(bool)
        columns.append(Column(head=_("To be checked"), values=list(flags), width=11))
    return tuple(columns)


def effect_table(material: Material) -> Table | None:
    """Give the views of the effect of being lokus side by side.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> effect_table(material).heads
    ('Cara melihat', 'Poin', 'Rentang', 'Desa/kelurahan')
    """
    rows = effect_rows(material)
    if not rows:
        return None
    heads = (_("View"), _("Points"), _("Interval"), _("Villages"))
    return Table.of(
        *(Column.text(head, [row[n] for row in rows], right=n > 0) for n, head in enumerate(heads))
    )


def stability_table(material: Material) -> Table | None:
    """Give how many lokus stayed from each list to the next.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> stability_table(material) is None
    True
    """
    history = None if material.review is None else material.review.history
    if history is None or history.stability.empty:
        return None
    pairs = history.stability
    return Table.of(
        Column.text(_("From"), [str(int(year)) for year in pairs["dari"]]),
        Column.text(_("To"), [str(int(year)) for year in pairs["ke"]]),
        Column.number(_("Lokus before"), pairs["jumlah_lama"]),
        Column.number(_("of them stayed"), pairs["bertahan"]),
        Column.number(_("Lokus after"), pairs["jumlah_baru"]),
        Column.number(_("Stability (1 same, 0 chance)"), pairs["indeks_stabilitas"], decimals=2),
    )


def _rows(material: Material) -> tuple[ReviewMaterial, pd.DataFrame]:
    review = material.review
    if review is None:
        raise ValueError("the material has no review")
    return review, review.rows(material.results)


def _graduating(rows: pd.DataFrame) -> Column | None:
    """Chance that the target is reached; of a village that was no lokus it is not asked."""
    column = _optional(rows, "peluang_lulus")
    if column is None or "status_reviu" not in rows:
        return column
    return replace(
        column, missing_as=["–" if key == "masuk" else _("no data yet") for key in rows["status_reviu"]]
    )


def _optional(rows: pd.DataFrame, name: str) -> Column | None:
    if name not in rows or not rows[name].notna().any():
        return None
    return Column.figure(rows, name, width=11, masked_as=MASKED_REVIEW)
