"""Read the study file ``kajian.toml`` and check it key by key.

Keys are Indonesian because planners write them; attributes are English because the code reads them.
An unknown key, a wrong type or a missing file is an error that names file, key and the nearest valid one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from lokus.errors import StudyFileError
from lokus.files import is_there
from lokus.findings import Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.limits import allowed, refuse_large
from lokus.settings import Settings
from lokus.settings.consistency import check_settings
from lokus.settings.theme import inner_keys

__all__ = ["Settings", "read_settings", "settings_from_mapping"]

_LARGEST_FILE = 5.0  # megabytes; the study files of real kabupaten have some kilobytes


_LONGEST_NAME = 255  # characters of a path that a message quotes; no file system has longer names
_MAY_BE_FOLDERS = ("batas.berkas", "keluaran.sekitar")


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

    Examples
    --------
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> settings = read_settings(example_files() / EXAMPLE_STUDY)
    >>> settings.study.year, settings.choice.n, len(settings.tables)
    (2026, 26, 7)
    """
    path = Path(path)
    if not is_there(path):
        raise StudyFileError(
            _("the study file does not exist"),
            where=Where(file=str(path)),
            remedy=_similar_files(path) or _("draft one with: lokus init"),
        )
    try:
        raw = tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise StudyFileError(
            _("not valid TOML"),
            where=Where(file=path.name, row=int(line.group(1)) if line else None),
            remedy=_("check quotes, brackets and the equals sign on that row ({detail})").format(
                detail=error
            ),
        ) from error
    settings = settings_from_mapping(raw, file=path.name)
    # Exports of children may be a folder of files.
    folders = {*_MAY_BE_FOLDERS}
    folders |= {f"tabel[{n}].berkas" for n, table in enumerate(settings.tables, 1) if table.kind == "anak"}
    for key, name in settings.files():
        target = path.parent / name
        # Boundaries may be a folder: a geodatabase, or a Shapefile with its parts.
        if not is_there(target, or_folder=key in folders):
            shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
            raise StudyFileError(
                _('key {key}: the file "{name}" does not exist').format(key=key, name=shown),
                where=Where(file=path.name),
                remedy=_similar_files(target) or _("paths are relative to the folder of the study file"),
            )
    if settings.outputs.logo:
        _check_picture(path.parent / settings.outputs.logo, file=path.name)
    return settings


def _text(path: Path) -> str:
    size = path.stat().st_size
    limit = allowed(_LARGEST_FILE)
    if size > 1e6 * limit:
        raise StudyFileError(
            _(
                "the study file is of {size} MB; one of more than {limit} MB is none that a person wrote"
            ).format(size=format_number(size / 1e6), limit=format_number(limit)),
            where=Where(file=path.name),
            remedy=_("name the study file itself, not a data file"),
        )
    return path.read_text(encoding="utf-8")


def _check_picture(path: Path, *, file: str) -> None:
    """Open the logo as for drawing, so that a file that is no picture is refused at once."""
    import warnings

    from PIL import Image

    refuse_large(path, "picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG")) as picture:
                picture.load()
    except Exception as error:  # a damaged picture can raise any exception
        raise StudyFileError(
            _('key {key}: the file "{name}" is no picture that can be drawn').format(
                key="keluaran.logo", name=path.name
            ),
            where=Where(file=file),
            remedy=_("name a PNG or JPEG file of at most 89 million pixels"),
        ) from error


def settings_from_mapping(raw: Mapping[str, Any], *, file: str = "kajian.toml") -> Settings:
    """Check plain values, as read from TOML, and return frozen settings.

    Raises
    ------
    StudyFileError
        As :func:`read_settings`; lists every problem of the file in order.

    Examples
    --------
    >>> import tomllib
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> plain = tomllib.loads((example_files() / EXAMPLE_STUDY).read_text(encoding="utf-8"))
    >>> settings_from_mapping(plain).choice.max_kecamatan
    8
    >>> del plain["pilihan"]["jumlah"]
    >>> settings_from_mapping(plain)
    Traceback (most recent call last):
    lokus.errors.StudyFileError: berkas kajian.toml: kunci pilihan.jumlah tidak ada
    → tambahkan kunci itu; lokus init membuat draf dengan semua kunci yang wajib
    """
    try:
        settings = Settings.model_validate(inner_keys(raw))
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
            what,
            where=Where(file=file),
            remedy=problems[0][1] if len(problems) == 1 else _("correct each of them in the study file"),
        ) from error
    check_settings(settings, file=file)
    return settings


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
    """Translate one validation error into what is wrong and what to do."""
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
        return _("the key {key} is missing").format(key=key), _(
            "add it; lokus init drafts a study file with all keys that are needed"
        )
    if kind == "literal_error":
        return (
            _("key {key}: {value} is not one of the possible values").format(
                key=key, value=_shown(problem["input"])
            ),
            _("possible: {values}").format(values=str(context["expected"]).replace(" or ", ", ")),
        )
    if kind == "value_error":
        return _("key {key}: {reason}").format(key=key, reason=context["error"]), _(
            "correct this part of the study file"
        )
    if kind == "too_much":
        return (
            _("key {key}: {value} is out of range").format(key=key, value=_shown(problem["input"])),
            _("must be ≤ {limit}: {why}").format(limit=format_number(context["limit"]), why=context["why"]),
        )
    if kind == "finite_number":
        return (
            _("key {key}: {value} is not a number that can be computed with").format(
                key=key, value=_shown(problem["input"])
            ),
            _("state a finite number"),
        )
    if kind == "string_too_long":
        return _("key {key}: the text is too long").format(key=key), _("shorten it to {n} characters").format(
            n=format_number(context["max_length"])
        )
    bounds = {"greater_than_equal": ("≥", "ge"), "greater_than": (">", "gt"), "less_than_equal": ("≤", "le")}
    if kind in bounds:
        sign, name = bounds[kind]
        return (
            _("key {key}: {value} is out of range").format(key=key, value=_shown(problem["input"])),
            _("must be {sign} {bound}").format(sign=sign, bound=context[name]),
        )
    if kind in ("too_short", "string_too_short"):
        return _("key {key} is empty").format(key=key), _("state at least one value")
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
    """Return the valid keys of the section at `steps`."""
    model: type[BaseModel] = Settings
    for step in steps[:-1]:
        if isinstance(step, int):
            continue
        field = next((f for name, f in model.model_fields.items() if (f.alias or name) == step), None)
        inner = section_in(field.annotation) if field else None
        if inner is None:
            break
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def section_in(annotation: Any) -> type[BaseModel] | None:
    """Find the section class inside ``X``, ``X | None`` or ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, tuple):
        return next((model for part in get_args(annotation) if (model := section_in(part))), None)
    return None


def _similar_files(path: Path) -> str:
    try:
        found = path.parent.is_dir()
    except OSError:
        return _("shorten the name")
    if not found:
        return _('the folder "{folder}" does not exist').format(folder=path.parent)
    names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.4)
    return _('did you mean "{key}"?').format(key=near[0]) if near else ""
