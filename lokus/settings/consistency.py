"""Check a study file across its keys: indicators must be known and given by a table."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lokus.errors import StudyFileError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.settings import ESTIMATED, Settings
from lokus.settings.theme import SERVED, catalogue_entries

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue

__all__ = ["available_indicators", "check_settings"]

# Columns that lokus itself adds to the indicators.
_TAKEN = frozenset(
    [
        "kode_desa",
        "desa",
        "kecamatan",
        "kode_kecamatan",
        "kode_kab",
        "jenis",
        "geometry",
        "skor",
        "peringkat",
        "terpilih",
        "nomor",
        "alasan",
        "keterangan",
        "status_usulan",
        "status_skor",
        "titik_panas",
        "tipologi",
        "tipologi_urutan",
        "kelengkapan",
        "disamarkan",
        "belum_andal",
        "tanpa_pengukuran",
        "peluang_lokus",
        "kelas_kepastian",
        "status_reviu",
        "tahun_lokus",
    ]
)


def available_indicators(settings: Settings, catalogue: Catalogue) -> frozenset[str]:
    """Return the indicators of this year that a study has: given, derived and estimated ones.

    Parameters
    ----------
    settings : Settings
    catalogue : Catalogue
        With the study's own indicators.

    Examples
    --------
    >>> import tomllib
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> from lokus.settings.read import settings_from_mapping
    >>> settings = settings_from_mapping(tomllib.loads((example_files() / EXAMPLE_STUDY).read_text("utf-8")))
    >>> found = available_indicators(settings, load_catalogue())
    >>> sorted(found & {"stunting", "prevalensi", "prevalensi_mentah", "ikl"})
    ['prevalensi', 'prevalensi_mentah', 'stunting']
    """
    import pandas as pd

    given = pd.DataFrame(columns=list(dict.fromkeys(settings.given)), dtype=float)
    if {SERVED, "diukur"} <= set(given.columns):
        given["stunting"] = given["diukur"]
    known = {str(key) for key in catalogue.derive(given)}
    if {"stunting", "diukur"} <= known:
        known |= {"prevalensi"} | ({"anak_stunting"} if "sasaran" in known else set())
    return frozenset(known)


def check_settings(settings: Settings, *, file: str) -> None:
    """Raise where parts of a study contradict each other.

    Parameters
    ----------
    settings : Settings
    file : str
        Name of the study file, for the message.

    Raises
    ------
    StudyFileError
        An indicator is given twice, unknown, given by no table, without a worse end where one is needed, or
        named like a column of lokus.

    Examples
    --------
    >>> import tomllib
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> from lokus.settings import Settings
    >>> plain = tomllib.loads((example_files() / EXAMPLE_STUDY).read_text("utf-8"))
    >>> plain["laju"] = {"kovariat": ["ikl"]}
    >>> check_settings(Settings.model_validate(plain), file="kajian.toml")
    Traceback (most recent call last):
    lokus.errors.StudyFileError: berkas kajian.toml: kunci laju.kovariat: tidak ada tabel yang memberi "ikl"
    → ...
    """
    catalogue = load_catalogue(catalogue_entries(settings.theme, settings.own_indicators))
    for key in settings.own_indicators:
        if key in _TAKEN:
            raise _wrong(
                file,
                f"katalog.{key}",
                _('"{key}" is the name of a column of lokus').format(key=key),
                _("give the indicator another key"),
            )
    for place, key in _named(settings):
        if key not in catalogue:
            near = difflib.get_close_matches(key, catalogue, n=1, cutoff=0.5)
            raise _wrong(
                file,
                place,
                _('no indicator "{key}"').format(key=key),
                _('did you mean "{key}"?').format(key=near[0])
                if near
                else _("add it under [katalog.{key}]").format(key=key),
            )
    _check_worse_ends(settings, catalogue, file)
    _check_named_once(settings, file)
    _check_costs(settings, catalogue, file)
    _check_offices(settings, catalogue, file)
    if settings.foster is not None and settings.theme is not None:
        raise _wrong(
            file, "orang_tua_asuh",
            _("the register counts foster parents of stunted children; a study of another theme has none"),
            _("delete the section, or keep it in the study of stunting"),
        )  # fmt: skip
    if "aksi_bangda" in settings.outputs.extras and settings.theme is not None:
        raise _wrong(
            file, "keluaran.bahan",
            _("the form of the essential coverages is about stunting; a study of another theme has none"),
            _('delete "aksi_bangda" from bahan, or write it in the study of stunting'),
        )  # fmt: skip
    available = available_indicators(settings, catalogue)
    for place, key in _needed(settings):
        if key not in available and not (place == "skor" and key == "cakupan_layanan"):
            raise _wrong(
                file,
                place,
                _('no table gives "{key}"').format(key=key),
                _("state the columns of stunting and diukur under indikator of a [[tabel]] of this year")
                if key in ESTIMATED
                else _(
                    "state its column under indikator of a [[tabel]] of this year, or name another indicator"
                ),
            )
    for place, key in (
        *(("laju.kovariat", key) for key in settings.rates.covariates),
        *(("pola_baik.indikator", key) for key in _expected_from(settings)),
    ):
        if key in ESTIMATED and key not in settings.given:
            raise _wrong(
                file,
                place,
                _('"{key}" is what is estimated, and cannot help to estimate itself').format(key=key),
                _("name indicators that a table gives, such as sanitation or poverty"),
            )


def _expected_from(settings: Settings) -> tuple[str, ...]:
    return settings.deviance.covariates if settings.deviance else ()


def _wrong(file: str, key: str, reason: str, remedy: str) -> StudyFileError:
    return StudyFileError(
        _("key {key}: {reason}").format(key=key, reason=reason), where=Where(file=file), remedy=remedy
    )


def _named(settings: Settings) -> Iterator[tuple[str, str]]:
    """Return every indicator that the study names, with the key."""
    for number, table in enumerate(settings.tables, start=1):
        yield from ((f"tabel[{number}].indikator", key) for key in table.gives)
    yield from (("skor", key) for key in settings.scores.keys)
    yield from (("biaya.harga", key) for key in (settings.costs.units if settings.costs else ()))
    yield from (("keluaran.batas_kelas", key) for key in settings.outputs.breaks)
    yield from (("ketidakpastian.galat", key) for key in settings.uncertainty.errors)
    yield from _needed(settings)


def _needed(settings: Settings) -> Iterator[tuple[str, str]]:
    """Return every indicator that something is computed from, with the key."""
    yield from (("laju.kovariat", key) for key in settings.rates.covariates)
    yield from (("pola_baik.indikator", key) for key in _expected_from(settings))
    if settings.scores.preset is None:  # a preset reports its missing indicators itself
        yield from (("skor", key) for key in settings.scores.keys)
    yield from (("keluaran.peta", key) for key in settings.outputs.mapped_indicators)
    if "themes" in settings.outputs.model_fields_set:
        for theme, key in (("prevalensi", "prevalensi"), ("anak", "anak_stunting")):
            if theme in settings.outputs.themes:
                yield "keluaran.peta", key
    yield from (("kesenjangan.ambang", key) for key in settings.gaps.thresholds)
    yield from (("kesenjangan.kelembagaan", key) for key in settings.gaps.structures)
    if settings.patterns.indicator is not None:
        yield "pola.indikator", settings.patterns.indicator
    if settings.choice.objective != "skor":
        yield "pilihan.tujuan", "anak_stunting"
    for number, share in enumerate(settings.shares, start=1):
        yield from ((f"pembagian[{number}]", key) for key in (share.basis, share.existing) if key)
    yield from (("sasaran_penerima", key) for key in (settings.groups or {}).values())
    if settings.case_audit:
        yield "audit_kasus", "anak_stunting"
    if settings.choice.cost:
        yield "pilihan.biaya", settings.choice.cost
    if settings.typology:
        yield from (("tipologi.indikator", key) for key in settings.typology.indicators)


def _check_worse_ends(settings: Settings, catalogue: Catalogue, file: str) -> None:
    weighed = () if settings.scores.preset else settings.scores.keys
    named = (
        *(("skor", key, _("weigh a share or a rate instead")) for key in weighed),
        *(
            ("kesenjangan.ambang", key, _("state a threshold for a share or a rate"))
            for key in settings.gaps.limits
        ),
        *(
            ("tipologi.indikator", key, _("name shares or rates"))
            for key in (settings.typology.indicators if settings.typology else ())
        ),
    )
    for place, key, remedy in named:
        if catalogue[key].worse == "none":
            reason = (
                _('"{key}" has no worse end, so it cannot be weighed')
                if place == "skor"
                else _('"{key}" has no worse end')
            )
            raise _wrong(file, place, reason.format(key=key), remedy)


def _check_offices(settings: Settings, catalogue: Catalogue, file: str) -> None:
    """Raise on a rule of completeness for an office that gives no indicator: it would have no effect."""
    if settings.completeness is None:
        return
    offices = {table.opd for table in settings.tables if table.opd}
    offices |= {catalogue[key].owner for key in settings.needed if key in catalogue and catalogue[key].owner}
    for name in settings.completeness.of_office:
        if name not in offices:
            near = difflib.get_close_matches(name, offices, n=1, cutoff=0.5)
            raise _wrong(
                file,
                "kelengkapan.opd",
                _('no table is of the office "{name}"').format(name=name),
                _('did you mean "{key}"?').format(key=near[0])
                if near
                else _("name one of: {names}").format(names=", ".join(sorted(offices))),
            )


def _check_costs(settings: Settings, catalogue: Catalogue, file: str) -> None:
    """Raise on a unit cost that no gap would use, or that is of another unit than the gap is counted in."""
    stated, limits = settings.costs, settings.gaps.limits
    if stated is None:
        return
    for key, cost in stated.units.items():
        unit = catalogue[key].action_unit
        if key not in limits:
            raise _wrong(
                file,
                f"biaya.harga.{key}",
                _('"{key}" has no threshold, so it has no gaps to be paid for').format(key=key),
                _("state its threshold under [kesenjangan.ambang], or remove the unit cost"),
            )
        if not unit:
            raise _wrong(
                file,
                f"biaya.harga.{key}",
                _('the catalogue does not say in what the intervention of "{key}" is counted').format(
                    key=key
                ),
                _("remove the unit cost; the intervention is then shown without cost"),
            )
        if " ".join(cost.unit.casefold().split()) != unit.casefold():
            raise _wrong(
                file,
                f"biaya.harga.{key}.satuan",
                _('"{given}" is priced, but the intervention is counted in "{unit}"').format(
                    given=cost.unit, unit=unit
                ),
                _('state the cost of one "{unit}", and write this unit').format(unit=unit),
            )
    given = {key: table.opd for table in settings.tables if table.opd for key in table.gives}
    offices = set(given.values()) | {catalogue[key].owner for key in limits if catalogue[key].owner}
    for budget in stated.budgets:
        if budget.opd not in offices:
            near = difflib.get_close_matches(budget.opd, offices, n=1, cutoff=0.5)
            raise _wrong(
                file,
                "biaya.anggaran.opd",
                _('no gap and no table is of the office "{name}"').format(name=budget.opd),
                _('did you mean "{key}"?').format(key=near[0])
                if near
                else _("name one of: {names}").format(names=", ".join(sorted(offices))),
            )


def _check_named_once(settings: Settings, file: str) -> None:
    lists = {
        "laju.kovariat": settings.rates.covariates,
        "pola_baik.indikator": _expected_from(settings),
        "skor.indikator": settings.scores.weighed,
        "tipologi.indikator": settings.typology.indicators if settings.typology else (),
    }
    for place, keys in lists.items():
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise _wrong(file, place, _('"{key}" is named twice').format(key=twice), _("name it once"))
