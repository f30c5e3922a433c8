"""Build the tables of a study: certainty, other lists, rules, gaps, offices, findings, inputs.

Each is ``None`` where the study holds nothing for it.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

from lokus.choice.results import LOKUS
from lokus.findings import finding_offices, level_counts, level_label
from lokus.followup.gaps import gaps_by_indicator, limit_texts
from lokus.followup.interventions import office_words
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.headlines import Headlines
from lokus.show.results.text import threshold_text
from lokus.show.tables.table import Column, Table
from lokus.show.tables.villages import place_columns
from lokus.show.words.followup import group_totals, kind_label
from lokus.show.words.narrative import CERTAINTY, certainty_label, tasks

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = [
    "accepted_table",
    "actions_table",
    "alternatives_table",
    "audit_table",
    "certainty_table",
    "clusters_table",
    "completeness_table",
    "deviance_table",
    "gaps_table",
    "groups_table",
    "influence_table",
    "inputs_table",
    "odds_table",
    "offices_table",
    "overlap_table",
    "prices_table",
    "tasks_table",
]


def certainty_table(material: Material) -> Table | None:
    """How many villages are of which certainty.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> certainty_table(material).heads
    ('Kepastian', 'Dalam daftar', 'Di luar daftar')
    """
    results = material.results
    if "kelas_kepastian" not in results:
        return None
    inside = results["nomor"].notna()
    keys = [key for key in CERTAINTY if (results["kelas_kepastian"] == key).any()]
    fits = [results["kelas_kepastian"] == key for key in keys]
    return Table.of(
        Column.text(_("Certainty"), [certainty_label(key) for key in keys]),
        Column.number(_("On the list"), [int((fit & inside).sum()) for fit in fits]),
        Column.number(_("Not on it"), [int((fit & ~inside).sum()) for fit in fits]),
        title=_("How sure is the list"),
        lead=_(
            "Chance: share of recalculations with other plausible rates and weights in "
            "which a village is chosen"
        ),
    )


def clusters_table(material: Material) -> Table | None:
    """Circles of villages with more stunted children than chance explains, and the likeliest in any case.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> clusters_table(material).heads
    ('Desa/kelurahan di pusat', 'Banyak desa/kelurahan', 'Radius (km)', 'Anak stunting', 'Harapan',
    'Kali lipat dari harapan', 'Peluang muncul dari variasi acak saja (%)', 'Nyata')
    """
    if material.clusters is None or material.clusters.clusters.empty:
        return None
    found, villages = material.clusters, material.results
    rows = found.clusters
    n = int(rows["nyata"].sum())
    centres = [
        f"{village['desa']} ({village['kecamatan']})"
        for village in villages.loc[rows["pusat"]].to_dict("records")
    ]
    return Table.of(
        Column.text(_("Village at the centre"), centres, width=34, wrap=True),
        Column.number(_("Number of villages"), rows["desa"], width=16),
        Column.number(_("Radius (km)"), rows["radius_m"] / 1000.0, decimals=1),
        Column.number(_("Stunted children"), rows["kasus"]),
        Column.number(_("Expected"), rows["harapan"], decimals=1),
        # Of the two numbers before it, so that a reader can check it; statistics stand under the method.
        Column.number(_("Times what is expected"), rows["kasus"] / rows["harapan"], decimals=1),
        Column.number(
            _("Chance of arising from random variation alone (%)"), rows["p"], decimals=1, scale=100, width=20
        ),
        Column.text(_("Significant"), [_("yes") if sure else _("no") for sure in rows["nyata"]]),
        title=_("Clusters: circles with more stunted children than chance explains"),
        lead=_("{n} significant clusters").format(n=n)
        if n
        else _("no significant cluster; the likeliest circle is given all the same"),
        notes=[
            _(
                "As counted among the children measured. Expected: if the villages of the circle had the "
                "rate of the whole kabupaten. Chance: how often a map with the villages dealt anew to the "
                "places has a circle that stands out as much."
            )
        ],
    )


def deviance_table(material: Material) -> Table | None:
    """Villages better than their situation leads one to expect, the surest first.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> asked = kajian.replace(pola_baik={"indikator": ["desil_1_2"], "peluang": 0.5})
    >>> deviance_table(asked.material).heads[3:]
    ('Terukur (%)', 'Anak diukur (%)', 'Harapan dari keadaan desa (%)', 'Peluang lebih baik (%)')
    """
    found = material.deviance
    if found is None:
        return None
    rows = material.results.loc[found.listed].join(
        found.table[["prevalensi_harapan", "peluang_lebih_baik"]].loc[found.listed]
    )
    notes = [
        _(
            "A lead for a visit, not a proof: where the measuring was too favourable, or where some were not "
            "brought to be measured, a village looks just as good."
        ),
        _(
            "Expected from {indicators}, as the other villages show; better: lower by {margin} % of that."
        ).format(indicators=", ".join(found.covariates), margin=format_number(found.margin)),
    ]
    if len(found.withheld):
        notes.append(
            _("{n} villages look as good but are not listed: too few were measured there.").format(
                n=format_number(len(found.withheld))
            )
        )
    return Table.of(
        *place_columns(rows),
        Column.figure(rows, "prevalensi_mentah", narrow=True),
        *(Column.figure(rows, key) for key in ("cakupan_pengukuran",) if key in rows),
        Column.figure(rows, "prevalensi_harapan"),
        Column.figure(rows, "peluang_lebih_baik"),
        title=_("Villages better than expected"),
        lead=_("{n} villages that may hold a practice worth learning from").format(n=format_number(len(rows)))
        if len(rows)
        else _("no village is better than expected with enough certainty"),
        notes=notes,
    )


def influence_table(material: Material) -> Table | None:
    """Return the influence of each indicator on the score, and the changes of the list without it.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> influence_table(material).heads
    ('Indikator', 'Bobot (%)', 'Bagian dari keragaman skor (%)', 'Desa/kelurahan masuk tanpa indikator ini',
    'Desa/kelurahan keluar')
    """
    table = material.influence
    if table is None or table.empty:
        return None
    return Table.of(
        Column.text(_("Indicator"), table.index),
        Column.number(_("Weight (%)"), table["bobot"], decimals=1, scale=100),
        Column.number(_("Share of the variance of scores (%)"), table["pengaruh"], decimals=1, scale=100),
        Column.number(_("Villages that come in without it"), table["masuk"]),
        Column.number(_("Villages that go out"), table["keluar"]),
        lead=_("Each indicator left out in turn, the weights of the others scaled up"),
    )


def alternatives_table(material: Material) -> Table | None:
    """Other lists, almost as good.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> alternatives_table(material).heads
    ('Daftar', 'Selisih skor', 'Masuk', 'Keluar')
    """
    table = material.alternatives
    if table is None or table.empty:
        return None
    return Table.of(
        Column.text(_("List"), table["daftar"]),
        Column.number(_("Points less"), table["selisih"], decimals=2),
        Column.text(_("Comes in"), table["masuk"], most=0.4),
        Column.text(_("Goes out"), table["keluar"], most=0.4),
        title=_("Other lists, almost as good"),
        lead=_(
            "Other lists under the same rules, almost as good; the sum of scores of the "
            "proposal is the largest"
        ),
    )


def prices_table(material: Material) -> Table | None:
    """Say what each rule costs.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> prices_table(material).heads
    ('Aturan', 'Jika dilonggarkan menjadi', 'Tambahan jumlah skor')
    """
    table = material.prices
    if table is None or table.empty:
        return None
    return Table.of(
        Column.text(_("Rule"), table["aturan"]),
        Column.text(_("If loosened to"), table["dilonggarkan"]),
        Column.number(_("Points gained in the sum of scores"), table["harga"], decimals=2, scale=100),
        title=_("What each rule costs"),
        lead=_("What each rule costs: the gain were it one step looser"),
    )


def odds_table(material: Material) -> Table | None:
    """Which villages enter and leave if the children not measured had other odds of being stunted.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> table = odds_table(material)
    >>> table.heads, [row[0] for row in table.rows]
    (('Anak yang tidak diukur', 'Desa/kelurahan yang berganti', 'Masuk', 'Keluar'),
    ['lebih jarang stunting (0,5×)', 'sama seringnya (usulan)', 'lebih sering stunting (2×)'])
    """
    bounds = material.odds_bounds
    if bounds is None:
        return None
    proposed = bounds.attrs["odds_usulan"]
    names = [
        f"{desa} ({kecamatan})" for desa, kecamatan in zip(bounds["desa"], bounds["kecamatan"], strict=True)
    ]
    rows = []
    for column in bounds.columns.drop(["desa", "kecamatan"]):
        moved = (bounds[column] != bounds[proposed]).to_numpy()
        listed = (bounds[column] == LOKUS).to_numpy()
        times = _stunted_how_often(float(str(column).removeprefix("odds ").replace(",", ".")))
        rows.append(
            (
                _("{supposed} (proposal)").format(supposed=times) if column == proposed else times,
                int((moved & listed).sum()),
                *(", ".join(compress(names, moved & side)) or "–" for side in (listed, ~listed)),
            )
        )
    head, changed, enters, leaves = zip(*rows, strict=True)
    return Table.of(
        Column.text(_("Children not measured"), head),
        Column.number(_("Villages that change"), changed),
        Column.text(_("Comes in"), enters, most=0.4),
        Column.text(_("Goes out"), leaves, most=0.4),
        title=_("If the children not measured are stunted more or less often"),
        lead=_(
            "Nobody knows it: the list, were children not measured stunted less or more often than the "
            "measured ones; the Method says how it is computed"
        ),
    )


def _stunted_how_often(odds: float) -> str:
    """Return the assumption about children not measured in words; the odds are in the method."""
    times = format_number(odds, decimals=0 if odds.is_integer() else 1)
    if odds == 1:
        return _("stunted as often")
    return (_("stunted less often ({times}×)") if odds < 1 else _("stunted more often ({times}×)")).format(
        times=times
    )


def overlap_table(material: Material) -> Table | None:
    """How far the weighed indicators say the same, the most alike pairs first.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> overlap_table(material).rows[0]
    ('Prevalensi stunting (perkiraan)', '0,64', 'Anak stunting (perkiraan)', '60,0')
    """
    pairs = material.overlap
    if pairs is None or pairs.empty:
        return None
    return Table.of(
        Column.text(_("Indicator"), pairs["indikator"]),
        Column.number(_("Likeness of the order"), pairs["korelasi"], decimals=2),
        Column.text(_("With"), pairs["dengan"]),
        Column.number(_("Weight of both (%)"), pairs["bobot"], decimals=1, scale=100),
        title=_("Indicators that say the same"),
        lead=_("Near 1, two indicators count one thing twice: weigh one of them, or both less"),
    )


def gaps_table(material: Material) -> Table | None:
    """How many villages fail which threshold of which office.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> gaps_table(material).heads
    ('OPD', 'Indikator', 'Jenis', 'Ambang', 'Lokus melewati ambang',
    'Desa/kelurahan melewati ambang', 'Intervensi')
    """
    if material.gaps is None or material.gaps.empty:
        return None
    counted = gaps_by_indicator(material.gaps, material.chosen.index)
    limits = zip(limit_texts(counted), counted["buruk"], strict=True)
    kinds = [kind_label(kind) for kind in counted["jenis"]]
    return Table.of(
        Column.text(_("Office (OPD)"), counted["opd"]),
        Column.text(_("Indicator"), counted["indikator"]),
        Column.text(_("Kind"), kinds) if set(kinds) != {"–"} else None,
        Column.text(_("Fails if"), [threshold_text(limit, worse) for limit, worse in limits], right=True),
        Column.number(_("Lokus that fail"), counted["lokus"]),
        Column.number(_("Villages that fail"), counted["desa"]),
        Column.text(_("Intervention"), counted["intervensi"]),
    )


def actions_table(material: Material) -> Table | None:
    """How many gaps each office has to close in the lokus.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> actions_table(material).heads
    ('OPD', 'Lokus dengan kesenjangan', 'Kesenjangan di lokus', 'di antaranya spesifik', 'di antaranya
    sensitif', 'Belum ada data di lokus')
    """
    if material.interventions is None or material.interventions.by_opd.empty:
        return None
    table = material.interventions.by_opd
    return Table.of(
        Column.text(_("Office (OPD)"), table.index),
        *(Column.number(word, table[name]) for name, word in office_words().items()),
    )


def groups_table(material: Material) -> Table | None:
    """Totals of each target group; a lower bound is marked.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> groups_table(material).heads
    ('Kelompok sasaran', 'Di lokus', 'Di semua desa/kelurahan')
    """
    if material.beneficiaries is None:
        return None
    rows = group_totals(material.beneficiaries)
    if not rows:
        return None
    bound = any("≥" in text for row in rows for text in (row.lokus, row.all))
    return Table.of(
        Column.text(_("Target group"), [row.group for row in rows]),
        Column(head=_("In lokus"), values=[row.lokus for row in rows], right=True),
        Column(head=_("In all villages"), values=[row.all for row in rows], right=True),
        notes=[_("≥: at least so many; some villages have no number yet")] if bound else [],
    )


def accepted_table(material: Material) -> Table | None:
    """Every accepted finding with the reason for accepting it.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> accepted_table(material).heads
    ('Temuan', 'Berkas', 'OPD', 'Alasan diterima')
    """
    findings = material.findings
    if findings is None or "accepted" not in findings:
        return None
    accepted = findings[findings["accepted"].astype(bool)]
    if accepted.empty:
        return None
    return Table.of(
        Column.text(_("Finding"), accepted["message"]),
        Column.text(_("File"), accepted["file"]),
        Column.text(_("Office (OPD)"), finding_offices(accepted)),
        Column.text(_("Reason for accepting it"), accepted["reason"]),
    )


def audit_table(material: Material) -> Table | None:
    """How many findings each office has, by level.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> audit_table(material).heads
    ('OPD', 'menahan', 'diterima', 'peringatan', 'catatan')
    """
    findings = material.findings
    if findings is None or findings.empty:
        return None
    owners = set(findings["opd"])
    findings = findings.assign(opd=finding_offices(findings))
    # Offices first, then what belongs to none.
    names = sorted(findings["opd"].unique(), key=lambda name: (name not in owners, name))
    counts = [level_counts(findings[findings["opd"] == name]) for name in names]
    heads = {
        "blocking": level_label("blocking"), "accepted": _("accepted"), "warning": level_label("warning"),
        "note": level_label("note"),
    }  # fmt: skip
    return Table.of(
        Column.text(_("Office (OPD)"), names),
        *(Column.number(head, [found[level] for found in counts]) for level, head in heads.items()),
    )


def offices_table(material: Material) -> Table | None:
    """How complete the data of each office are.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> offices_table(material).heads
    ('OPD', 'Indikator', 'Nilai terisi', 'Seharusnya', 'Lengkap (%)', 'Desa/kelurahan lengkap')
    """
    table = material.by_opd
    if table is None or table.empty:
        return None
    return Table.of(
        Column.text(_("Office (OPD)"), table.index),
        Column.number(_("Indicators"), table["indikator"]),
        Column.number(_("Values present"), table["terisi"]),
        Column.number(_("Needed"), table["seharusnya"]),
        Column.number(_("Complete (%)"), table["persen"], decimals=1),
        Column.number(_("Villages complete"), table["desa_lengkap"]),
    )


def completeness_table(material: Material) -> Table | None:
    """How many villages have which indicator.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> completeness_table(material).heads
    ('Indikator', 'Desa/kelurahan dengan data', 'Desa/kelurahan tanpa data')
    """
    table = material.completeness
    if table is None or not table.size:
        return None
    present = Headlines.present(table)
    return Table.of(
        Column.text(_("Indicator"), present.columns),
        Column.number(_("Villages with data"), present.sum()),
        Column.number(_("Villages without data"), (~present).sum()),
    )


def inputs_table(material: Material) -> Table | None:
    """Files that went in, with their digests.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> inputs_table(material).heads
    ('Berkas', 'SHA-256')
    """
    files = (material.lock or {}).get("masukan", ())
    if not files:
        return None
    return Table.of(
        Column.text(_("File"), [item["berkas"] for item in files]),
        Column.text("SHA-256", [item["sha256"] for item in files]),
    )


def tasks_table(material: Material) -> Table:
    """Who does what in how many villages.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> tasks_table(material).heads
    ('Pelaksana', 'Kegiatan', 'Cakupan')
    """
    rows = tasks(material)
    return Table.of(
        Column.text(_("Who"), [task.who for task in rows], most=0.3),
        Column.text(_("What"), [task.what for task in rows]),
        Column.text(_("Extent"), [task.extent for task in rows], right=True),
    )
