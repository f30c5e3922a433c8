"""Build the tables of villages: place, figures, and the reason for being on the list or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.places.kode import format_kode
from lokus.show.results.figures import FIGURES, add_up, round_values, value_texts
from lokus.show.results.text import MASKED_PARTS, has_flag, is_masked, one_line
from lokus.show.tables.table import Column, Table
from lokus.show.themes.palette import class_label
from lokus.show.words.review import review_marks

if TYPE_CHECKING:
    import pandas as pd

    from lokus.show.results.material import Material
    from lokus.show.themes.layer import Layer

__all__ = [
    "annex_table",
    "displayed_codes",
    "evidence_columns",
    "layer_values",
    "least_sure_table",
    "list_table",
    "nearest_table",
    "place_columns",
    "proposal_table",
    "ranking_table",
    "reasons",
    "reliability",
    "village_cells",
    "village_facts",
    "widest_table",
]

# Figures reported with their interval.
_INTERVALS = ("prevalensi", "prevalensi_survei", "anak_stunting", "anak_stunting_survei", "peringkat")
_EVIDENCE = (
    "prevalensi_mentah", "prevalensi", "prevalensi_survei", "stunting", "anak_stunting",
    "anak_stunting_survei", "cakupan_pengukuran",
)  # fmt: skip
_WIDE_ONLY = ("anak_stunting_survei",)


def displayed_codes(places: pd.DataFrame) -> tuple[str, ...]:
    """Codes in dotted form.

    Examples
    --------
    >>> import pandas as pd
    >>> displayed_codes(pd.DataFrame(index=["1603012001"]))
    ('16.03.01.2001',)
    """
    return tuple(format_kode(str(kode)) for kode in places.index)


def reasons(results: pd.DataFrame) -> tuple[str, ...]:
    """Why a village is on the list or not, as the results state it.

    Examples
    --------
    >>> import pandas as pd
    >>> reasons(pd.DataFrame({"alasan": ["Skor tertinggi."], "keterangan": ["dikunci masuk"]}))
    ('Skor tertinggi. · dikunci masuk',)
    """
    columns = [name for name in ("alasan", "keterangan") if name in results]
    rows = zip(*(results[name].fillna("").astype(str) for name in columns), strict=True)
    texts = tuple(" · ".join(dict.fromkeys(part for part in row if part)) for row in rows)
    return texts or ("",) * len(results)


def reliability(results: pd.DataFrame) -> list[str]:
    """Mark of every village whose numbers must be read with care; a dash for the others.

    Examples
    --------
    >>> import pandas as pd
    >>> flags = {"belum_andal": [True, True, False], "tanpa_pengukuran": [False, True, False]}
    >>> reliability(pd.DataFrame(flags))
    ['belum andal', 'tanpa pengukuran', '–']
    """
    if "belum_andal" not in results:
        return ["–"] * len(results)
    weak, silent = (has_flag(results, name) for name in ("belum_andal", "tanpa_pengukuran"))
    return [
        _("not measured") if none else _("not yet reliable") if few else "–"
        for few, none in zip(weak, silent, strict=True)
    ]


def place_columns(places: pd.DataFrame) -> tuple[Column, ...]:
    """Code, kecamatan and village.

    Parameters
    ----------
    places : DataFrame, index ``kode_desa``
        ``kecamatan`` and ``desa``.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"kecamatan": ["Lembak"], "desa": ["Alai"]}, index=["1603012001"])
    >>> [column.head for column in place_columns(places)]
    ['Kode', 'Kecamatan', 'Desa/Kelurahan']
    """
    return (
        Column(head=_("Code"), values=displayed_codes(places), width=15),
        _names(_("Kecamatan"), places["kecamatan"]),
        _names(_("Village"), places["desa"]),
    )


def _names(head: str, names: pd.Series) -> Column:
    """Names, in a column as wide as the longest of them."""
    longest = max((len(one_line(name)) for name in names), default=0)
    return Column.text(head, names, width=min(max(16.0, 1.1 * longest + 2), 30.0))


def evidence_columns(villages: pd.DataFrame, *, narrow: bool = False) -> tuple[Column, ...]:
    """Give what is measured and estimated of villages, with the mark of those not yet reliable.

    A lokus is never listed without it: measured and estimated prevalence, recorded and estimated children,
    share of the children measured. Where the study states a survey, what is recorded is followed by what the
    survey's level makes of it.

    Parameters
    ----------
    villages : pandas.DataFrame
        Results; a figure whose column it lacks is left out.
    narrow : bool
        With the headings for narrow tables.

    Examples
    --------
    >>> import pandas as pd
    >>> row = pd.DataFrame({"prevalensi_mentah": [19.6], "prevalensi": [24.1], "belum_andal": [True]})
    >>> [(column.head, column.texts[0]) for column in evidence_columns(row)]
    [('Prevalensi terukur (%)', '19,6'), ('Prevalensi perkiraan (%)', '24,1'), ('Keandalan', 'belum andal')]
    """
    columns = [
        Column.figure(villages, name, narrow=narrow, interval=name in _INTERVALS)
        for name in _EVIDENCE
        if name in villages and not (narrow and name in _WIDE_ONLY)
    ]
    if "belum_andal" in villages:
        columns.append(Column(head=_("Reliability"), values=reliability(villages), width=12, wrap=True))
    return tuple(columns)


def _score_columns(villages: pd.DataFrame, *, narrow: bool = False) -> tuple[Column, ...]:
    return tuple(
        Column.figure(villages, name, narrow=narrow, width=10)
        for name in ("skor", "peluang_lokus")
        if name in villages
    )


def proposal_table(material: Material, *, narrow: bool = False) -> Table:
    """Give the list: the proposed villages in the order of their numbers, with what they rest on.

    Parameters
    ----------
    material : Material
    narrow : bool
        With the headings for narrow tables.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> proposal_table(material).heads
    ('No', 'Kecamatan', 'Desa/Kelurahan', 'Kode', 'Prevalensi terukur (%)', 'Prevalensi perkiraan (%)',
    'Anak stunting tercatat', 'Anak stunting (perkiraan)', 'Anak diukur (%)', 'Keandalan', 'Skor
    (0–100)', 'Peluang menjadi lokus (%)')
    """
    chosen = material.chosen
    code, kecamatan, desa = place_columns(chosen)
    return Table.of(
        Column.figure(chosen, "nomor", width=6), kecamatan, desa, code,
        *evidence_columns(chosen, narrow=narrow), *_score_columns(chosen, narrow=narrow),
        title=_("The list: {n} lokus in {k} kecamatan").format(
            n=len(chosen), k=chosen["kode_kecamatan"].nunique()
        ),
        notes=[
            _("Estimated prevalence is drawn towards villages like it where few children are measured; how, "
              "the sheet Metode of the workbook says.")
        ],
    )  # fmt: skip


def annex_table(material: Material) -> Table:
    """Give what a decree sets: number, kecamatan and village, and the figures that the study names.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> annex_table(material).heads
    ('No', 'Kecamatan', 'Desa/Kelurahan', 'Kode')
    """
    chosen = material.chosen
    code, kecamatan, desa = place_columns(chosen)
    return Table.of(
        Column.figure(chosen, "nomor", width=6), kecamatan, desa, code,
        *(
            Column.figure(chosen, name, narrow=True)
            for name in material.formalities.columns
            if name in chosen
        ),
        title=proposal_table(material).title,
    )  # fmt: skip


def list_table(material: Material) -> Table:
    """Give the list for a broad page: what each lokus rests on, without codes and scores.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> list_table(material).heads[:5]
    ('No', 'Kecamatan', 'Desa/Kelurahan', 'Terukur (%)', 'Perkiraan (%)')
    """
    chosen, whole = material.chosen, proposal_table(material)
    _code, kecamatan, desa = place_columns(chosen)
    return Table.of(
        Column.figure(chosen, "nomor", width=6), kecamatan, desa, *evidence_columns(chosen, narrow=True),
        title=whole.title, notes=whole.notes,
    )  # fmt: skip


def ranking_table(material: Material) -> Table:
    """Give all villages by rank, with the parts of the score; those without a score at the end.

    Parameters
    ----------
    material : Material

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> ranking_table(material).heads[:5]
    ('Peringkat', 'Kode', 'Kecamatan', 'Desa/Kelurahan', 'Status')
    """
    results = material.results
    ordered = results.assign(_kode=results.index).sort_values(["peringkat", "_kode"], na_position="last")
    return Table.of(
        Column.figure(ordered, "peringkat", narrow=True, width=9), *place_columns(ordered),
        Column(head=_("Status"), values=[class_label(key) for key in ordered["status_usulan"]], width=16),
        Column.number(_("No. on the list"), ordered["nomor"], width=9),
        *evidence_columns(ordered), *_score_columns(ordered), *_part_columns(material, ordered),
        Column(head=_("Reason"), values=reasons(ordered), width=60, wrap=True),
        title=_("Ranking of all villages"),
    )  # fmt: skip


def _part_columns(material: Material, ordered: pd.DataFrame) -> tuple[Column, ...]:
    """Give the parts of the score in points, such that those of a village add up to its score."""
    parts = material.contributions
    if parts is None:
        return ()
    score = FIGURES["skor"]
    own = add_up(parts.reindex(ordered.index), ordered["skor"].astype("Float64").to_numpy(
        dtype=float, na_value=float("nan")
    ), decimals=score.decimals, scale=score.scale)  # fmt: skip
    return tuple(
        Column.number(
            _("Part of the score: {indicator}").format(indicator=name), own[name],
            decimals=score.decimals, width=14, missing=True, masked=is_masked(ordered, MASKED_PARTS),
            joined=place > 0,
        )
        for place, name in enumerate(own)
    )  # fmt: skip


def _chance_table(villages: pd.DataFrame, head: str) -> Table:
    return Table.of(
        Column.text(head, villages["desa"]), Column.text(_("Kecamatan"), villages["kecamatan"]),
        Column.figure(villages, "peluang_lokus", narrow=True), title=head,
    )  # fmt: skip


def least_sure_table(material: Material, *, n: int = 8) -> Table:
    """Give the lokus with the smallest chance of being one.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> least_sure_table(material).heads
    ('Paling kurang pasti dalam daftar', 'Kecamatan', 'Peluang (%)')
    """
    inside = material.results[material.results["nomor"].notna()]
    return _chance_table(
        inside.sort_values("peluang_lokus", kind="stable").head(n), _("Least sure on the list")
    )


def nearest_table(material: Material, *, n: int = 8) -> Table:
    """Give the villages outside the list with the largest chance of being lokus.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> nearest_table(material).heads
    ('Paling dekat di luar daftar', 'Kecamatan', 'Peluang (%)')
    """
    outside = material.results[material.results["nomor"].isna()]
    ordered = outside.sort_values("peluang_lokus", ascending=False, kind="stable")
    return _chance_table(ordered.head(n), _("Nearest outside the list"))


def widest_table(material: Material, *, n: int = 12) -> Table:
    """Give the lokus whose estimates have the widest intervals.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> widest_table(material).heads
    ('Desa/Kelurahan', 'Kecamatan', 'Prevalensi perkiraan (%)', 'Balita diukur')
    """
    chosen = material.chosen
    width = chosen["prevalensi_atas"] - chosen["prevalensi_bawah"]
    widest = chosen.assign(_width=width).sort_values("_width", ascending=False, kind="stable").head(n)
    return Table.of(
        Column.text(_("Village"), widest["desa"]), Column.text(_("Kecamatan"), widest["kecamatan"]),
        Column.figure(widest, "prevalensi", interval=True),
        Column.figure(widest, "diukur") if "diukur" in widest else None,
    )  # fmt: skip


def village_facts(results: pd.DataFrame) -> list[Column]:
    """Give what a map tells of a village when asked, the same in every interactive map.

    Parameters
    ----------
    results : pandas.DataFrame
        Results table; facts whose column it lacks are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> [(fact.head, fact.texts) for fact in village_facts(pd.DataFrame({"skor": [0.8125]}))]
    [('Skor (0–100)', ('81,2',))]
    """
    facts = [*evidence_columns(results), *_score_columns(results)]
    if "peringkat" in results:
        facts.append(Column.figure(results, "peringkat", interval=True))
    if "tipologi" in results:
        facts.append(Column.text(_("Type"), results["tipologi"].fillna("–").astype(str)))
    if "kelengkapan" in results:
        facts.append(Column.figure(results, "kelengkapan"))
    if "status_reviu" in results:
        marks = [mark or "–" for mark in review_marks(results)]
        facts.append(Column(head=_("Review"), values=marks))
    return facts


def village_cells(results: pd.DataFrame) -> list[Column]:
    """Give the facts of every village in narrow columns; those whose column is absent are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> [column.head for column in village_cells(pd.DataFrame({"peringkat": [1], "skor": [0.8]}))]
    ['Peringkat', 'Skor']
    """
    cells = []
    if "peringkat" in results:
        cells.append(Column.figure(results, "peringkat", narrow=True))
    cells += [*evidence_columns(results, narrow=True), *_score_columns(results, narrow=True)]
    if "status_reviu" in results:
        cells.append(Column(head=_("Review"), values=review_marks(results)))
    return cells


def layer_values(layer: Layer) -> tuple[str, ...]:
    """Value behind the colour or circle of each village, with its unit; empty where there is none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import pandas as pd
    >>> layer_values(SimpleNamespace(values=pd.Series([12.34, None]), decimals=1, unit="%", words=()))
    ('12,3 %', '')
    """
    unit = f" {layer.unit}" if layer.unit else ""
    values = layer.values.astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    if layer.words:
        return tuple("" if value != value else layer.words[int(value)] for value in values.tolist())
    texts = value_texts(round_values(values, layer.decimals), decimals=layer.decimals)
    return tuple("" if text == "–" else text + unit for text in texts)
