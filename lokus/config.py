"""The study file ``kajian.toml``: read, checked key by key, frozen.

Keys are Indonesian because planners write them; attributes are English because the code reads them.
An unknown key, a wrong type or a missing file is an error that names file, key and the nearest valid one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from lokus.errors import StudyFileError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.indicators import load_catalogue

__all__ = [
    "Acceptance",
    "AuditSettings",
    "BoundarySettings",
    "ChoiceSettings",
    "ListSettings",
    "Lock",
    "OutputSettings",
    "PlaceColumns",
    "RateSettings",
    "ScoreSettings",
    "Settings",
    "StudySettings",
    "TableSettings",
    "read_settings",
    "settings_from_mapping",
]

# Weighed like indicators, but estimated by lokus rather than read from a table.
ESTIMATED = frozenset({"prevalensi", "anak_stunting"})

Percent = Annotated[float, Field(strict=True, ge=0, le=100)]
Text = Annotated[StrictStr, Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StudySettings(_Section):
    """``[kajian]``: what the study is called and for whom."""

    title: Text = Field(alias="judul")
    kabupaten: Text
    year: StrictInt = Field(alias="tahun", ge=2000, le=2100)
    institution: StrictStr = Field("", alias="instansi")
    seed: StrictInt = Field(alias="benih", ge=0)
    language: Literal["id", "en"] = Field("id", alias="bahasa")


class PlaceColumns(_Section):
    """Columns that say which village a row is."""

    kode: Text | None = None
    desa: Text | None = None
    kecamatan: Text | None = None

    @property
    def stated(self) -> dict[str, str]:
        """Those that are stated, key to header."""
        return self.model_dump(exclude_none=True)


class ListSettings(_Section):
    """``[batas.daftar_resmi]``: the official list of villages, against which the boundary file is checked."""

    file: Text = Field(alias="berkas")
    columns: PlaceColumns = Field(alias="kolom")


class BoundarySettings(_Section):
    """``[batas]``: the file of village boundaries."""

    file: Text = Field(alias="berkas")
    layer: Text | None = Field(None, alias="lapisan")
    crs: Text | None = None
    columns: PlaceColumns | None = Field(None, alias="kolom")
    kabupaten_code: Text | None = Field(None, alias="kode_kabupaten")
    official: ListSettings | None = Field(None, alias="daftar_resmi")
    source: StrictStr = Field("", alias="sumber")


class TableSettings(_Section):
    """``[[tabel]]``: one workbook or CSV file of one office (OPD)."""

    file: Text = Field(alias="berkas")
    sheet: Text | None = Field(None, alias="lembar")
    opd: StrictStr = ""
    source: StrictStr = Field("", alias="sumber")
    date: StrictStr = Field("", alias="tanggal")
    place: PlaceColumns = Field(alias="tempat")
    indicators: dict[str, Text] = Field(alias="indikator")
    rows: dict[str, Text] = Field(default_factory=dict, alias="saring")

    @model_validator(mode="after")
    def _has_place(self) -> Self:
        if not (self.place.kode or self.place.desa):
            raise ValueError(_("tempat needs the key kode or desa"))
        return self


class RateSettings(_Section):
    """``[laju]``: how prevalence is estimated."""

    covariates: tuple[Text, ...] = Field((), alias="kovariat")
    threshold: Percent | None = Field(None, alias="ambang")
    reliable_coverage: Percent = Field(80.0, alias="cakupan_andal")
    odds_ratio: Annotated[float, Field(strict=True, gt=0)] = Field(1.0, alias="rasio_odds_tak_terukur")


class ScoreSettings(_Section):
    """``[skor]``: how indicators become one score."""

    weights: dict[str, Annotated[float, Field(strict=True, ge=0)]] = Field(alias="bobot", min_length=1)
    normalise: Literal["minmax", "peringkat", "zscore"] = Field("minmax", alias="normalisasi")
    missing: Literal["normalkan", "tahan"] = Field("normalkan", alias="data_kosong")


class Lock(_Section):
    """A village locked in or out, with the reason that will stand in the report."""

    kode: Text
    reason: Text = Field(alias="alasan")


class ChoiceSettings(_Section):
    """``[pilihan]``: the rules of the selection."""

    n: StrictInt = Field(alias="jumlah", ge=1)
    max_kecamatan: StrictInt | None = Field(None, alias="maks_kecamatan", ge=1)
    exact_kecamatan: StrictInt | None = Field(None, alias="tepat_kecamatan", ge=1)
    min_per_kecamatan: StrictInt = Field(0, ge=0)
    max_per_kecamatan: StrictInt | None = Field(None, alias="maks_per_kecamatan", ge=1)
    locked_in: tuple[Lock, ...] = Field((), alias="kunci_masuk")
    locked_out: tuple[Lock, ...] = Field((), alias="kunci_keluar")


class Acceptance(_Section):
    """``[[audit.terima]]``: a blocking finding that the study accepts, and why."""

    check: Text = Field(alias="temuan")
    reason: Text = Field(alias="alasan")
    kode_desa: Text | None = Field(None, alias="desa")
    file: Text | None = Field(None, alias="berkas")


class AuditSettings(_Section):
    """``[audit]``: decisions about findings and ambiguous names."""

    decisions: Text | None = Field(None, alias="kecocokan")
    accepted: tuple[Acceptance, ...] = Field((), alias="terima")


class OutputSettings(_Section):
    """``[keluaran]``: where results go and in which paper sizes."""

    folder: Text
    sizes: tuple[Literal["A4", "A3"], ...] = Field(("A4", "A3"), alias="ukuran", min_length=1)
    themes: tuple[Literal["usulan", "prevalensi", "skor"], ...] = Field(
        ("usulan", "prevalensi", "skor"), alias="peta"
    )


class Settings(_Section):
    """A whole study file."""

    study: StudySettings = Field(alias="kajian")
    boundaries: BoundarySettings = Field(alias="batas")
    tables: tuple[TableSettings, ...] = Field(alias="tabel", min_length=1)
    own_indicators: dict[str, dict[str, Any]] = Field(default_factory=dict, alias="katalog")
    rates: RateSettings = Field(RateSettings.model_validate({}), alias="laju")
    scores: ScoreSettings = Field(alias="skor")
    choice: ChoiceSettings = Field(alias="pilihan")
    audit: AuditSettings = AuditSettings.model_validate({})
    outputs: OutputSettings = Field(alias="keluaran")

    def to_mapping(self) -> dict[str, Any]:
        """Plain values under the keys of the study file, without what was left unset."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @property
    def needed(self) -> tuple[str, ...]:
        """Indicators whose gaps matter: inputs and covariates of the rates, and what is weighed."""
        given = {key for table in self.tables for key in table.indicators}
        wanted = ["stunting", "diukur"]
        if "sasaran" in given or "anak_stunting" in self.scores.weights:
            wanted.append("sasaran")
        wanted += [*self.rates.covariates, *(key for key in self.scores.weights if key not in ESTIMATED)]
        return tuple(dict.fromkeys(wanted))

    def files(self) -> Iterator[tuple[str, str]]:
        """Every data file the study names, with the key that names it."""
        yield "batas.berkas", self.boundaries.file
        if self.boundaries.official:
            yield "batas.daftar_resmi.berkas", self.boundaries.official.file
        for number, table in enumerate(self.tables, start=1):
            yield f"tabel[{number}].berkas", table.file
        if self.audit.decisions:
            yield "audit.kecocokan", self.audit.decisions


def read_settings(path: str | Path) -> Settings:
    """Read and check a study file.

    Parameters
    ----------
    path : str or Path
        The ``kajian.toml``. Paths inside it are relative to its folder.

    Raises
    ------
    StudyFileError
        The file is missing or not TOML, a key is unknown, missing or of the wrong type, or a data file
        that it names does not exist.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyFileError(
            _("the study file does not exist"),
            where=Where(file=str(path)),
            remedy=_similar_files(path) or _("draft one with: lokus init"),
        )
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise StudyFileError(
            _("not valid TOML"),
            where=Where(file=path.name, row=int(line.group(1)) if line else None),
            remedy=_("check quotes, brackets and the equals sign on that row ({detail})").format(
                detail=error
            ),
        ) from error
    settings = settings_from_mapping(raw, file=path.name)
    for key, name in settings.files():
        target = path.parent / name
        if not target.is_file():
            raise StudyFileError(
                _('key {key}: the file "{name}" does not exist').format(key=key, name=name),
                where=Where(file=path.name),
                remedy=_similar_files(target) or _("paths are relative to the folder of the study file"),
            )
    return settings


def settings_from_mapping(raw: Mapping[str, Any], *, file: str = "kajian.toml") -> Settings:
    """Check plain values (as TOML gives them) and freeze them.

    Raises
    ------
    StudyFileError
        As :func:`read_settings`; every problem of the file is listed, the first one first.
    """
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        problems = [_explain(problem) for problem in _independent(error.errors())]
        what = (
            problems[0][0]
            if len(problems) == 1
            else "\n  ".join(
                [
                    _("{n} problems").format(n=len(problems)),
                    *(f"{text} ({hint})" if hint else text for text, hint in problems),
                ]
            )
        )
        raise StudyFileError(
            what, where=Where(file=file), remedy=problems[0][1] if len(problems) == 1 else ""
        ) from error
    _check_given_once(settings, file)
    _check_known(settings, file)
    return settings


def _check_given_once(settings: Settings, file: str) -> None:
    owner: dict[str, str] = {}
    for table in settings.tables:
        for key in table.indicators:
            if key in owner:
                raise StudyFileError(
                    _('indicator "{key}" is taken from two tables: {first} and {second}').format(
                        key=key, first=owner[key], second=table.file
                    ),
                    where=Where(file=file),
                    remedy=_("keep it in one [[tabel]] only"),
                )
            owner[key] = table.file


def _check_known(settings: Settings, file: str) -> None:
    """Refuse indicators that the catalogue does not have, or that have no worse end to weigh."""
    catalogue = load_catalogue(settings.own_indicators)
    named = [
        *(
            (f"tabel[{number}].indikator", key)
            for number, table in enumerate(settings.tables, start=1)
            for key in table.indicators
        ),
        *(("laju.kovariat", key) for key in settings.rates.covariates),
        *(("skor.bobot", key) for key in settings.scores.weights),
    ]
    for place, key in named:
        if key not in catalogue:
            near = difflib.get_close_matches(key, catalogue, n=1, cutoff=0.5)
            raise StudyFileError(
                _("key {key}: {reason}").format(key=place, reason=_('no indicator "{key}"').format(key=key)),
                where=Where(file=file),
                remedy=_('did you mean "{key}"?').format(key=near[0])
                if near
                else _("add it under [katalog.{key}]").format(key=key),
            )
    for key in settings.scores.weights:
        if catalogue[key].worse == "none":
            raise StudyFileError(
                _("key {key}: {reason}").format(
                    key="skor.bobot",
                    reason=_('"{key}" has no worse end, so it cannot be weighed').format(key=key),
                ),
                where=Where(file=file),
                remedy=_("weigh a share or a rate instead"),
            )


def _independent(problems: Sequence[Any]) -> list[Any]:
    """Leave out "is empty" where the list is empty only because its items are wrong."""
    paths = [problem["loc"] for problem in problems]
    return [
        problem
        for problem in problems
        if problem["type"] != "too_short"
        or not any(
            len(path) > len(problem["loc"]) and path[: len(problem["loc"])] == problem["loc"]
            for path in paths
        )
    ]


def _explain(problem: Any) -> tuple[str, str]:
    """Turn one validation error into what is wrong and what to do."""
    steps: Sequence[str | int] = problem["loc"]
    key = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    context = problem.get("ctx", {})
    kind = problem["type"]
    if kind == "extra_forbidden":
        known = _keys_beside(steps)
        near = difflib.get_close_matches(str(steps[-1]), known, n=1, cutoff=0.5)
        hint = (
            _('did you mean "{key}"?').format(key=near[0])
            if near
            else _("known keys: {keys}").format(keys=", ".join(known))
        )
        return _("unknown key {key}").format(key=key), hint
    if kind == "missing":
        return _("the key {key} is missing").format(key=key), ""
    if kind == "literal_error":
        return (
            _("key {key}: {value} is not one of the possible values").format(
                key=key, value=_shown(problem["input"])
            ),
            _("possible: {values}").format(values=str(context["expected"]).replace(" or ", ", ")),
        )
    if kind == "value_error":
        return _("key {key}: {reason}").format(key=key, reason=context["error"]), ""
    bounds = {"greater_than_equal": ("≥", "ge"), "greater_than": (">", "gt"), "less_than_equal": ("≤", "le")}
    if kind in bounds:
        sign, name = bounds[kind]
        return (
            _("key {key}: {value} is out of range").format(key=key, value=_shown(problem["input"])),
            _("must be {sign} {bound}").format(sign=sign, bound=context[name]),
        )
    if kind in ("too_short", "string_too_short"):
        return _("key {key} is empty").format(key=key), ""
    wanted = {
        "string_type": _("text in quotes"),
        "int_type": _("a whole number"),
        "float_type": _("a number"),
        "bool_type": _("true or false"),
        "tuple_type": _("a list in square brackets"),
        "dict_type": _("a table of keys"),
        "model_type": _("a table of keys"),
        "model_attributes_type": _("a table of keys"),
    }.get(kind)
    text = _("key {key}: {value} has the wrong type").format(key=key, value=_shown(problem["input"]))
    return text, _("must be {wanted}").format(wanted=wanted) if wanted else str(problem["msg"])


def _shown(value: object) -> str:
    text = str(value)
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'


def _keys_beside(steps: Sequence[str | int]) -> list[str]:
    """Keys that the section at `steps` knows."""
    model: type[BaseModel] = Settings
    for step in steps[:-1]:
        if isinstance(step, int):
            continue
        field = next((f for name, f in model.model_fields.items() if (f.alias or name) == step), None)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            break
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the section class inside ``X``, ``X | None`` or ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, tuple):
        return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
    return None


def _similar_files(path: Path) -> str:
    if not path.parent.is_dir():
        return _('the folder "{folder}" does not exist').format(folder=path.parent)
    names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.4)
    return _('did you mean "{key}"?').format(key=near[0]) if near else ""
