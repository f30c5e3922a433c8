"""Reference of the study file: meaning, accepted values and default of every key.

Types, limits, words and defaults are taken from the section classes, meanings from ``keys.toml``. The
documentation page, the schema for editors and the comments of a draft are made from it.
"""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
from pydantic import TypeAdapter

from lokus.i18n import gettext as _
from lokus.i18n import language
from lokus.settings import Settings
from lokus.settings.base import Section

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = ["key_meaning", "key_page", "key_table", "key_text", "study_schema"]

FIRST = "0.1.0"  # the first version; later keys state theirs
_NO_LIMIT = 1e9  # limits that no study comes near are not shown
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, kw_only=True)
class _Key:
    """One key, with its section class."""

    path: str
    field: FieldInfo
    section: type[Section] | None
    repeated: bool


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((files("lokus.settings") / "keys.toml").read_text(encoding="utf-8"))


def key_meaning(path: str) -> str:
    """Return the meaning of a key in the current language.

    Parameters
    ----------
    path : str
        The key with its section, ``"pilihan.jumlah"``, or a section alone.

    Raises
    ------
    KeyError
        There is no such key.

    Examples
    --------
    >>> from lokus.i18n import use_language
    >>> with use_language("en"):
    ...     key_meaning("pilihan.jumlah"), key_meaning("pilihan")
    ('number of villages proposed', 'Rules of the list')
    """
    return str(_entry(path)[language()])


def _entry(path: str) -> Mapping[str, str]:
    if path in _words():
        entry: Mapping[str, str] = _words()[path][""]
        return entry
    section, _dot, key = path.rpartition(".")
    section = _words()[section].get("seperti", section)
    found: Mapping[str, str] = _words()[section][key]
    return found


def key_table() -> pd.DataFrame:
    """Tabulate every key of the study file, one row each, in the current language.

    Returns
    -------
    DataFrame
        Index ``kunci``, such as ``"pilihan.jumlah"``; columns ``bagian`` (the section as it is written),
        ``isian`` (what the key takes), ``wajib``, ``bawaan`` (as it would be written; empty where there is
        none), ``contoh``, ``sejak`` (first version that knew it), ``isi`` (what it means). Keys of a section
        equal to another one are listed there.

    Examples
    --------
    >>> keys = key_table()
    >>> keys.loc["laju.cakupan_andal", ["bagian", "bawaan", "contoh"]].tolist()
    ['[laju]', '80', '80']
    """
    rows = [
        {
            "kunci": key.path,
            "bagian": _heading(key.path.rpartition(".")[0]),
            "isian": _takes(key.path),
            "wajib": key.field.is_required(),
            "bawaan": _default(key.field),
            "contoh": entry.get("contoh", ""),
            "sejak": entry.get("sejak", FIRST),
            "isi": entry[language()],
        }
        for key in _keys(Settings)
        if key.section is None and "seperti" not in _words().get(key.path.rpartition(".")[0], {})
        for entry in [_entry(key.path)]
    ]
    return pd.DataFrame(rows).set_index("kunci")


def study_schema() -> dict[str, Any]:
    """Return the JSON schema of the study file, for completion and error marks in editors.

    It has types, words and limits; do not use it to validate a study: only
    :func:`lokus.settings.read.read_settings` checks keys against each other.

    Returns
    -------
    dict
        JSON Schema, draft 2020-12, with meanings in the current language.

    Examples
    --------
    >>> schema = study_schema()
    >>> schema["properties"]["pilihan"]["properties"]["jumlah"]["minimum"]
    1
    """
    schema = copy.deepcopy(_bare_schema())
    for key in _keys(Settings):
        node = _node(schema, key.path)
        node.pop("title", None)
        node["description"] = key_meaning(key.path)
        if "default" in node:
            default = _plain_default(key.field)
            node.pop("default")
            if default not in (None, "", [], {}):
                node["default"] = default
        if key.section is None and (example := _entry(key.path).get("contoh")):
            node["examples"] = [json.loads(json.dumps(_example(example), default=str))]
    return {"$schema": _DIALECT, "title": "kajian.toml", **schema}


def key_text(words: Sequence[str] = ()) -> str:
    """Format the keys as lines for a terminal; with `words` only those that contain all of them.

    Examples
    --------
    >>> print(key_text(["cakupan_andal"]))
    laju.cakupan_andal = 80
      cakupan pengukuran (persen) dari mana angka desa disebut andal; bilangan mulai 0 sampai 100
      contoh: laju.cakupan_andal = 80
    """
    lines = []
    for path, row in key_table().iterrows():
        heading = f"{path} = {row['bawaan']}" if row["bawaan"] else str(path)
        if row["wajib"]:
            heading += " (" + _("required") + ")"
        block = [heading, f"  {row['isi']}; {row['isian'].replace('`', '')}"]
        if row["contoh"]:
            block.append("  " + _("example") + f": {path} = {row['contoh']}")
        if all(word.casefold() in " ".join(block).casefold() for word in words):
            lines += block
    return "\n".join(lines) if lines else _("No key with these words.")


def key_page() -> str:
    """Format the reference of the study file as a Markdown page in the current language.

    Examples
    --------
    >>> key_page().splitlines()[0]
    '# Kunci berkas kajian'
    """
    table = key_table()
    lines = [
        "# " + _("Keys of the study file"),
        "",
        _(
            "Made by `lokus kunci --markdown` from the very settings that lokus reads. Keys that are left "
            "out have the default; a key without one says nothing."
        ),
        "",
    ]
    for section in _sections(Settings):
        lines += [f"## `{_heading(section)}`", "", key_meaning(section) + ".", ""]
        like = _words()[section].get("seperti")
        if like:
            lines += [_("The keys are those of `{section}`.").format(section=_heading(like)), ""]
            continue
        own = table[table.index.str.rpartition(".").get_level_values(0) == section]
        if section in table.index:  # a section whose keys the study itself names
            lines += [_("example") + f": `{table['contoh'][section]}`", ""]
        if own.empty:
            continue
        header = (_("key"), _("meaning"), _("takes"), _("default"), _("example"), _("since"))
        lines += [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
        for path, row in own.iterrows():
            default = _("required") if row["wajib"] else _code(row["bawaan"])
            cells = (
                _code(str(path).rpartition(".")[2]), row["isi"], row["isian"],
                default, _code(row["contoh"]), row["sejak"],
            )  # fmt: skip
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _keys(model: type[Section], path: str = "") -> Iterator[_Key]:
    """Every key of a section and of the sections in it."""
    for name, field in model.model_fields.items():
        own = f"{path}.{field.alias or name}" if path else str(field.alias or name)
        section, repeated = _section_of(field.annotation)
        yield _Key(path=own, field=field, section=section, repeated=repeated)
        if section is not None:
            yield from _keys(section, own)


def _sections(model: type[Section]) -> Iterator[str]:
    for key in _keys(model):
        if key.section is not None or "." not in key.path:
            yield key.path


def _section_of(annotation: Any) -> tuple[type[Section] | None, bool]:
    """Return the section class of an annotation, and whether it is repeated."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, False
    parts = getattr(annotation, "__args__", ())
    found = [section for section, _several in map(_section_of, parts) if section is not None]
    return (found[0], getattr(annotation, "__origin__", None) is tuple) if found else (None, False)


@lru_cache(maxsize=1)
def _repeated() -> frozenset[str]:
    return frozenset(key.path for key in _keys(Settings) if key.repeated)


def _heading(section: str) -> str:
    return f"[[{section}]]" if section in _repeated() else f"[{section}]"


def _plain_default(field: FieldInfo) -> Any:
    """Return the default as written in the study file, not the word of the code."""
    if field.is_required():
        return None
    taken: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(taken)
    return adapter.dump_python(field.get_default(call_default_factory=True), mode="json", by_alias=True)


def _default(field: FieldInfo) -> str:
    value = _plain_default(field)
    if value in (None, "", [], {}):
        return ""
    return _written(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _example(text: str) -> Any:
    return tomllib.loads(f"contoh = {text}")["contoh"]


@lru_cache(maxsize=1)
def _bare_schema() -> dict[str, Any]:
    plain = Settings.model_json_schema(by_alias=True)
    schema: dict[str, Any] = _resolved(plain, plain.get("$defs", {}))
    return schema


def _resolved(node: Any, definitions: Mapping[str, Any]) -> Any:
    """Inline the definitions, so that each use can have its own description."""
    if isinstance(node, Mapping):
        if "$ref" in node:
            target = definitions[str(node["$ref"]).rpartition("/")[2]]
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return _resolved({**target, **rest}, definitions)
        return {key: _resolved(value, definitions) for key, value in node.items() if key != "$defs"}
    if isinstance(node, list):
        return [_resolved(item, definitions) for item in node]
    return node


def _node(schema: dict[str, Any], path: str) -> dict[str, Any]:
    node = schema
    for part in path.split("."):
        inside = _inside(node)
        node = inside["properties"][part]
    return node


def _inside(node: dict[str, Any]) -> dict[str, Any]:
    """Return the object with the keys, inside a list, a table of sections or an optional value."""
    if "properties" in node:
        return node
    for inner in (*node.get("anyOf", ()), node.get("items"), node.get("additionalProperties")):
        if isinstance(inner, dict) and (found := _inside(inner)):
            return found
    return {}


def _takes(path: str) -> str:
    """Describe the values of a key: kind, words, limits."""
    return _kind(_node(_bare_schema(), path))


def _kind(node: Mapping[str, Any]) -> str:
    if "anyOf" in node:
        kinds = [kind for kind in node["anyOf"] if kind.get("type") != "null"]
        return _(" or ").join(dict.fromkeys(_kind(kind) for kind in kinds))
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return ", ".join(f"`{word}`" for word in node["enum"])
    kind = node.get("type")
    if kind == "array":
        items = node.get("items")
        if items is None:
            return _("list of {n} numbers").format(n=node["maxItems"])
        return _("list of: {kind}").format(kind=_kind(items))
    if kind == "object":
        inner = node.get("additionalProperties")
        if not isinstance(inner, Mapping) or not inner:
            return _("table")
        return _("table of: {kind}").format(kind=_kind(inner))
    if kind in ("integer", "number"):
        name = _("whole number") if kind == "integer" else _("number")
        return name + _range(node)
    names = {"string": _("text"), "boolean": "`true`, `false`"}
    return _("date") if node.get("format") == "date" else names[str(kind)]


def _range(node: Mapping[str, Any]) -> str:
    """Describe the limits, with numbers as written in a study file."""
    words = []
    if (low := node.get("minimum", node.get("ge"))) is not None:
        words.append(_("from {number}").format(number=_written(low)))
    if (above := node.get("exclusiveMinimum", node.get("gt"))) is not None:
        words.append(_("above {number}").format(number=_written(above)))
    if (high := node.get("maximum")) is not None and high < _NO_LIMIT:
        words.append(_("up to {number}").format(number=_written(high)))
    if (below := node.get("exclusiveMaximum")) is not None:
        words.append(_("below {number}").format(number=_written(below)))
    return " " + " ".join(words) if words else ""


def _written(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)
