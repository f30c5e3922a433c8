"""Tables of a study beside its villages: certainty, other lists, rules, gaps, offices, findings, inputs.

Each is ``None`` where the study holds nothing for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.findings import level_counts, level_label
from lokus.followup.gaps import gaps_by_indicator
from lokus.i18n import gettext as _
from lokus.show.results.headlines import Headlines
from lokus.show.results.text import number_texts, threshold_text
from lokus.show.tables.table import Column, Table
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
    "completeness_table",
    "gaps_table",
    "groups_table",
    "inputs_table",
    "offices_table",
    "prices_table",
    "tasks_table",
]


def certainty_table(material: Material) -> Table | None:
    """How many villages are of which certainty.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> certainty_table(Material(results=results, kecamatan=results, info=info)).rows
    (('Kukuh (peluang 80 % atau lebih)', '1', '0'), ('Kecil (di bawah 20 %)', '0', '1'))
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
    )


def alternatives_table(material: Material) -> Table | None:
    """Other lists, almost as good.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> other = pd.DataFrame({"daftar": ["B"], "selisih": [0.125], "masuk": ["Ulu"], "keluar": ["Alai"]})
    >>> alternatives_table(Material(results=results, kecamatan=results, info=info, alternatives=other)).rows
    (('B', '0,12', 'Ulu', 'Alai'),)
    """
    table = material.alternatives
    if table is None or table.empty:
        return None
    return Table.of(
        Column.text(_("List"), table["daftar"]),
        Column.number(_("Points less"), table["selisih"], decimals=2),
        Column.text(_("Comes in"), table["masuk"], most=0.4),
        Column.text(_("Goes out"), table["keluar"], most=0.4),
        lead=_(
            "Other lists under the same rules, almost as good; the sum of scores of the "
            "proposal is the largest"
        ),
    )


def prices_table(material: Material) -> Table | None:
    """Say what each rule costs.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> prices = pd.DataFrame({"aturan": ["maks. 8 kecamatan"], "dilonggarkan": ["9"], "harga": [0.0425]})
    >>> prices_table(Material(results=results, kecamatan=results, info=info, prices=prices)).rows
    (('maks. 8 kecamatan', '9', '4,25'),)
    """
    table = material.prices
    if table is None or table.empty:
        return None
    return Table.of(
        Column.text(_("Rule"), table["aturan"]),
        Column.text(_("If loosened to"), table["dilonggarkan"]),
        Column.number(_("Points gained in the sum of scores"), table["harga"], decimals=2, scale=100),
        lead=_("What each rule costs: the gain were it one step looser"),
    )


def gaps_table(material: Material) -> Table | None:
    """How many villages fail which threshold of which office.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> gaps = pd.DataFrame(
    ...     {"kode_desa": ["1603012001"], "kunci": ["sanitasi_layak"], "indikator": ["Sanitasi layak"],
    ...      "opd": ["Dinas PUPR"], "intervensi": ["Jamban"], "jenis": ["sensitif"], "nilai": [61.0],
    ...      "ambang": [70.0], "buruk": ["rendah"]}
    ... )
    >>> gaps_table(Material(results=results, kecamatan=results, info=info, gaps=gaps)).rows
    (('Dinas PUPR', 'Sanitasi layak', 'sensitif', '< 70,0', '1', '1', 'Jamban'),)
    """
    if material.gaps is None or material.gaps.empty:
        return None
    counted = gaps_by_indicator(material.gaps, material.chosen.index)
    limits = zip(number_texts(counted["ambang"], 1), counted["buruk"], strict=True)
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
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> actions_table(Material(results=results, kecamatan=results, info=info)) is None
    True
    """
    if material.interventions is None or material.interventions.by_opd.empty:
        return None
    table = material.interventions.by_opd
    return Table.of(
        Column.text(_("Office (OPD)"), table.index),
        Column.number(_("Lokus with gaps"), table["lokus"]),
        Column.number(_("Gaps in lokus"), table["kesenjangan_lokus"]),
        *(
            Column.number(_("of them {kind}").format(kind=kind_label(kind)), table[f"{kind}_lokus"])
            for kind in ("spesifik", "sensitif")
        ),
        Column.number(_("No data yet in lokus"), table["belum_ada_data_lokus"]),
    )


def groups_table(material: Material) -> Table | None:
    """Totals of each target group; a lower bound is marked.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> groups_table(Material(results=results, kecamatan=results, info=info)) is None
    True
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
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> findings = pd.DataFrame(
    ...     {"message": ["dua baris sama"], "file": ["a.xlsx"], "opd": ["Dinkes"], "reason": ["sama isinya"],
    ...      "accepted": [True]}
    ... )
    >>> accepted_table(Material(results=results, kecamatan=results, info=info, findings=findings)).rows
    (('dua baris sama', 'a.xlsx', 'Dinkes', 'sama isinya'),)
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
        Column.text(_("Office (OPD)"), accepted["opd"]),
        Column.text(_("Reason for accepting it"), accepted["reason"]),
    )


def audit_table(material: Material) -> Table | None:
    """How many findings each office has, by level.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> findings = pd.DataFrame({"opd": ["Dinas PUPR", ""], "level": ["warning", "note"]})
    >>> audit_table(Material(results=results, kecamatan=results, info=info, findings=findings)).rows
    (('Dinas PUPR', '0', '0', '1', '0'), ('–', '0', '0', '0', '1'))
    """
    findings = material.findings
    if findings is None or findings.empty:
        return None
    opd = findings["opd"].replace("", "–")
    names = sorted(opd.unique())
    counts = [level_counts(findings[opd == name]) for name in names]
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
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> offices = pd.DataFrame(
    ...     {"indikator": [2], "terisi": [3], "seharusnya": [4], "persen": [75.0], "desa_lengkap": [1]},
    ...     index=["Dinkes"],
    ... )
    >>> offices_table(Material(results=results, kecamatan=results, info=info, by_opd=offices)).rows
    (('Dinkes', '2', '3', '4', '75,0', '1'),)
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
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> there = pd.DataFrame({"Jamban": [True, False]}, index=results.index)
    >>> completeness_table(Material(results=results, kecamatan=results, info=info, completeness=there)).rows
    (('Jamban', '1', '1'),)
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
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> lock = {"masukan": [{"berkas": "a.xlsx", "sha256": "0f3c"}]}
    >>> inputs_table(Material(results=results, kecamatan=results, info=info, lock=lock)).rows
    (('a.xlsx', '0f3c'),)
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
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kelas_kepastian": ["kukuh", "tidak"], "desa": ["Alai", "Ulu"]},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> tasks_table(Material(results=results, kecamatan=results, info=info)).rows
    (('Bappeda', 'Membahas daftar dalam rakor, menetapkannya dengan SK, ...', '1 lokus'),)
    """
    rows = tasks(material)
    return Table.of(
        Column.text(_("Who"), [task.who for task in rows], most=0.3),
        Column.text(_("What"), [task.what for task in rows]),
        Column.text(_("Extent"), [task.extent for task in rows], right=True),
    )
