"""Tables of the situation analysis: kecamatan side by side, villages of one, what they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.followup.gaps import gaps_by_indicator, limit_texts
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.headlines import Headlines
from lokus.show.results.parts import kecamatan_names, part_of
from lokus.show.results.text import threshold_text
from lokus.show.tables.table import Column, Table
from lokus.show.tables.villages import evidence_columns
from lokus.show.themes.palette import class_label
from lokus.show.words.narrative import join_names

if TYPE_CHECKING:
    from lokus.show.results.material import Material
    from lokus.show.themes.layer import Layer

__all__ = ["area_gaps_table", "area_villages_table", "classes_table", "kecamatan_table", "missing_table"]

_NAMES = 12  # villages named in a cell


def kecamatan_table(material: Material) -> Table:
    """Put the kecamatan side by side.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> kecamatan_table(material).heads
    ('Kecamatan', 'Desa/kelurahan', 'Lokus', 'Anak stunting (perkiraan)', 'Belum andal', 'Kesenjangan',
    'Nilai belum ada')
    """
    names = kecamatan_names(material)
    parts = [part_of(material, kode) for kode in names]
    headlines = [Headlines(material=part) for part in parts]
    children = [one.estimated_children for one in headlines]
    gaps = [0 if part.gaps is None else len(part.gaps) for part in parts]
    return Table.of(
        Column.text(_("Kecamatan"), list(names.values()), width=24),
        Column.number(_("Villages"), [one.villages for one in headlines]),
        Column.number(_("Lokus"), [one.lokus for one in headlines]),
        Column.number(_("Stunted children (estimate)"), children)
        if any(n is not None for n in children) and not material.public
        else None,
        Column.number(_("Not yet reliable"), [one.not_reliable + one.unmeasured for one in headlines]),
        None if material.gaps is None else Column.number(_("Gaps"), gaps),
        Column.number(_("Values missing"), [one.values_missing for one in headlines]),
        title=_("The kecamatan side by side"),
    )


def area_villages_table(material: Material) -> Table:
    """All villages of an area, with what is known of each and how many gaps it has.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> area_villages_table(part_of(material, "990101")).heads[:2]
    ('Desa/Kelurahan', 'Status')
    """
    villages = material.results.sort_index()
    gaps = material.gaps
    counted = None if gaps is None else gaps["kode_desa"].value_counts().reindex(villages.index, fill_value=0)
    return Table.of(
        Column.text(_("Village"), villages["desa"], width=24),
        Column.text(_("Status"), [class_label(key) for key in villages["status_usulan"]], width=16),
        Column.figure(villages, "peringkat", narrow=True, width=9) if "peringkat" in villages else None,
        *evidence_columns(villages, narrow=True),
        None if counted is None else Column.number(_("Gaps"), counted),
        title=_("The villages"),
    )


def area_gaps_table(material: Material) -> Table | None:
    """Which office has what to do in which villages of an area; ``None`` without thresholds or gaps.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> area_gaps_table(part_of(material, "990101")).heads[:2]
    ('OPD', 'Indikator')
    """
    gaps = material.gaps
    if gaps is None or gaps.empty:
        return None
    counted = gaps_by_indicator(gaps, material.chosen.index)
    named = gaps.sort_values("kode_desa").groupby(["opd", "indikator"])["kode_desa"].agg(list)
    villages = [
        [str(material.results["desa"][kode]) for kode in named[opd, indicator]]
        for opd, indicator in zip(counted["opd"], counted["indikator"], strict=True)
    ]
    limits = zip(limit_texts(counted), counted["buruk"], strict=True)
    return Table.of(
        Column.text(_("Office (OPD)"), counted["opd"], width=22),
        Column.text(_("Indicator"), counted["indikator"], width=30),
        Column.text(_("Fails if"), [threshold_text(limit, worse) for limit, worse in limits], right=True),
        Column.number(_("Villages that fail"), counted["desa"]),
        Column.text(_("Which"), [join_names(names, most=_NAMES) for names in villages], width=60, wrap=True),
        Column.text(_("Intervention"), counted["intervensi"], width=34),
        title=_("Gaps and the offices that close them"),
    )


def missing_table(material: Material) -> Table | None:
    """Tell what is not known of an area, by office and indicator; ``None`` where all is known.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> missing_table(material).heads
    ('OPD', 'Indikator', 'Desa/kelurahan tanpa data', 'Yang mana')
    """
    asked = material.requests
    if asked is None or asked.empty:
        return None
    rows = asked.groupby(["opd", "indikator"], sort=True)["desa"].agg(list).reset_index()
    return Table.of(
        Column.text(_("Office (OPD)"), rows["opd"], width=22),
        Column.text(_("Indicator"), rows["indikator"], width=34),
        Column.number(_("Villages without data"), [len(names) for names in rows["desa"]]),
        Column.text(
            _("Which"),
            [join_names([str(n) for n in names], most=_NAMES) for names in rows["desa"]],
            wrap=True,
        ),
        title=_("What is not known yet"),
    )


def classes_table(layer: Layer) -> Table:
    """Legend of a map as a table: classes and how many villages are in each.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.show.themes.themes import make_layer
    >>> layer = make_layer(Kajian.open("data/kajian/contoh-2026.toml").results, "usulan")
    >>> classes_table(layer).rows[0]
    ('Lokus usulan', '26')
    """
    entries = [entry for entry in layer.legend if entry.count]
    return Table.of(
        Column.text(
            layer.short,
            [f"{e.label} ({e.limits})" if e.label and e.limits else e.name for e in entries],
        ),
        Column.text(_("Villages"), [format_number(entry.count) for entry in entries], right=True),
    )
