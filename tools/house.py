"""List where the code breaks a habit of the house: ``python tools/house.py [room ...]``.

Six habits are read off the source, without importing it:

``example``   a public function without a ``>>>`` example
``remedy``    an error that does not say what to do
``test``      a public module without a test of its name in the mirrored folder
``mark``      a mark left by a script that moved code
``name``      one module name in two rooms, where the package path does not explain it
``key``       a remedy that names a key which no study file has

Exit status 1 when one is broken.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    from lokus.settings.base import Section

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lokus"

# One name, two concepts that the package path tells apart.
SAME_NAME = {
    "calendar": "followup makes it, intake/earlier reads a filled one, show/workbook writes it",
    "cells": "intake/children reads the cells of an export, show/workbook writes the cells of a sheet",
    "choice": "settings and stages each hold the part of a study that belongs to the room choice",
    "evidence": "settings and stages each hold the part of a study that belongs to the room evidence",
    "followup": "settings, stages, slides, words and workbook each hold their part of the room followup",
    "layout": "intake/children reads that of an export, show/drawing holds that of a printed page",
    "maps": "show/maps draws them, show/slides places them",
    "outputs": "intake/earlier reads those of last year, stages makes those of this year",
    "proposal": "show/slides and show/workbook each tell the proposal",
    "review": "choice/review compares; settings, stages and the folders of show hold their part",
    "situation": "show/words says what was found, show/tables sets it out, show/documents writes it",
    "study": "show/slides opens with it, show/tables holds the tables of what it says beside its villages",
    "trajectory": "followup computes the way to the target, show/charts draws it",
    "villages": "show/drawing draws them, show/tables lists them",
}

# Words that mean the same in both languages, or name a file, an office, a program, a column or a word of
# `kecocokan.csv` (abaikan, baris, bukan desa) and of the reconciliation (asal, keterangan): no keys of a
# study file. The last line: words of the table of studies of a batch, and of an address.
PLAIN_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        """
        baris bukan
        abaikan and asal atlas audit bahasa bappeda columns counts cpg csv dan data dbf demo desa diagonal
        errors excel false file format geojson geopackage high html https init install internal json kabupaten
        kajian kecamatan kecocokan kelurahan keterangan kode lokus low model nik opd per pip posyandu prj
        program puskesmas pyarrow rakor rupiah run sheet shp shx status stunting toml total utf
        verify xls xlsx zip
        batch nasional true tcp
        """,
    )
)

# Nobody calls a stage: `kajian.py` makes each an attribute of the study, and the example stands there.
NO_EXAMPLE_NEEDED = "lokus/stages/"

WORD = r"(?<![A-Za-z_-])[a-z_]{3,}(?![A-Za-z])"
PLACEHOLDER = r"\{[^}]*\}"


@dataclass(frozen=True, order=True)
class Offence:
    """One place where a habit is broken; a line number would change with every edit, so there is none."""

    kind: str
    path: str
    name: str

    @property
    def room(self) -> str:
        """The folder of the package, or ``root``."""
        parts = Path(self.path).parts
        return parts[1] if len(parts) > 2 else "root"

    def __str__(self) -> str:
        return f"{self.kind}\t{self.path}\t{self.name}"


def modules() -> dict[Path, ast.Module]:
    """Every module of the package, parsed."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "__pycache__" not in path.parts
    }


def offences(trees: dict[Path, ast.Module] | None = None) -> list[Offence]:
    """Every broken habit of the tree, sorted."""
    trees = trees if trees is not None else modules()
    found: set[Offence] = set()
    for path, tree in trees.items():
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(NO_EXAMPLE_NEEDED):
            found.update(Offence("example", place, name) for name in without_example(tree))
        found.update(Offence("mark", place, mark) for mark in marks(path))
        if is_public(path) and not mirrored_test(path).is_file():
            found.add(Offence("test", place, mirrored_test(path).relative_to(ROOT).as_posix()))
    found.update(without_remedy(trees))
    found.update(doubled_names(trees))
    found.update(unknown_keys(trees))
    return sorted(found)


def is_public(path: Path) -> bool:
    """Whether others import the module: neither a package's front page nor the entry of ``python -m``."""
    return not path.stem.startswith("_")


def exported(tree: ast.Module) -> list[str]:
    """Names in ``__all__``."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return [item.value for item in getattr(node.value, "elts", []) if isinstance(item, ast.Constant)]
    return []


def without_example(tree: ast.Module) -> list[str]:
    """Functions in ``__all__`` whose docstring shows no call."""
    public = set(exported(tree))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.name in public
        and not node.name.startswith("_")
        and ">>>" not in (ast.get_docstring(node) or "")
    ]


def error_classes(trees: dict[Path, ast.Module]) -> set[str]:
    """``LokusError`` and every class of the package made from it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    errors = {"LokusError"}
    while more := {name for name, of in bases.items() if of & errors} - errors:
        errors |= more
    return errors


def without_remedy(trees: dict[Path, ast.Module]) -> Iterator[Offence]:
    """Errors made without ``remedy=``, or with an empty one; the name is the function and its count."""
    errors = error_classes(trees)
    for path, tree in trees.items():
        counted: Counter[str] = Counter()
        for function, node in calls_in(tree):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called not in errors:
                continue
            given = [word for word in node.keywords if word.arg in ("remedy", None)]
            if not given or (isinstance(given[0].value, ast.Constant) and not given[0].value.value):
                counted[function] += 1
        for function, n in counted.items():
            for number in range(1, n + 1):
                yield Offence("remedy", path.relative_to(ROOT).as_posix(), f"{function}#{number}")


def calls_in(node: ast.AST, inside: str = "<module>") -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the innermost function or class it stands in."""
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if isinstance(child, ast.Call):
            yield inside, child
        yield from calls_in(child, child.name if named else inside)


def mirrored_test(path: Path) -> Path:
    """Where the test of a module belongs."""
    return ROOT / "tests" / path.relative_to(PACKAGE).parent / f"test_{path.stem}.py"


def marks(path: Path) -> list[str]:
    """Comments left by a script."""
    return re.findall(r"# FOLDED: ?([^\n]{0,60})", path.read_text(encoding="utf-8"))


def doubled_names(trees: dict[Path, ast.Module]) -> Iterator[Offence]:
    """Modules of one name, unless a reason is written in ``SAME_NAME``."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in trees:
        if is_public(path):
            places[path.stem].append(path.relative_to(ROOT).as_posix())
    for name, paths in places.items():
        if len(paths) > 1 and name not in SAME_NAME:
            yield from (Offence("name", path, name) for path in paths)


def unknown_keys(
    trees: dict[Path, ast.Module], known: tuple[set[str], set[str]] | None = None
) -> Iterator[Offence]:
    """Words of remedies that read like keys of the study file and are none.

    A key is Indonesian, so it is the same word in the English message and in its translation; so is every
    word in square brackets or with an underscore. What is left after keys, commands, indicators, columns and
    words that both languages share is a key that does not exist.
    """
    words_known, sections = known or known_words(trees)
    translations = catalogue()
    for path, tree in trees.items():
        for message in remedies(tree):
            bare = re.sub(PLACEHOLDER, " ", message)
            translated = set(re.findall(WORD, re.sub(PLACEHOLDER, " ", translations.get(message, ""))))
            words = {word for word in re.findall(WORD, bare) if word in translated or "_" in word}
            bracketed = set(re.findall(r"\[\[?([a-z_][a-z_.]*)\]?\]", bare))
            wrong = {word for word in words - words_known if word.strip("_")} | {
                f"[{name}]" for name in bracketed if name.rstrip(".") not in sections
            }
            for word in sorted(wrong):
                yield Offence("key", path.relative_to(ROOT).as_posix(), f"{word} in: {message[:60]}")


def remedies(tree: ast.Module) -> Iterator[str]:
    """Messages that stand in an argument ``remedy=``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "remedy":
            for part in ast.walk(node.value):
                if (
                    isinstance(part, ast.Call)
                    and isinstance(part.func, ast.Name)
                    and part.func.id == "_"
                    and isinstance(part.args[0], ast.Constant)
                ):
                    yield str(part.args[0].value)


def known_words(trees: dict[Path, ast.Module]) -> tuple[set[str], set[str]]:
    """Words a remedy may name, and the sections of the study file."""
    from lokus.intake.indicators.catalogue import load_catalogue
    from lokus.settings import Settings
    from lokus.settings.read import section_in

    words: set[str] = set(PLAIN_WORDS) | set(load_catalogue())
    sections: set[str] = set()

    def walk(model: type[Section], prefix: str) -> None:
        for name, field in model.model_fields.items():
            key = field.alias or name
            words.add(key)
            sections.add(f"{prefix}{key}")
            words.update(values_of((field.annotation, *field.metadata)))
            inner = section_in(field.annotation)
            if inner is not None:
                walk(inner, f"{prefix}{key}.")

    walk(Settings, "")
    for path in ("cli.py", "draft.py"):
        # Commands and options are words of the command line; columns of files are constants of the code.
        tree = trees.get(PACKAGE / path)
        words.update(strings(tree) if tree else ())
    for tree in trees.values():
        words.update(word for word in strings(tree) if "_" in word)
        words.update(callables(tree))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sections.update(project["optional-dependencies"])
    words.update(project["optional-dependencies"])
    return words, sections


def values_of(parts: tuple[object, ...]) -> Iterator[str]:
    """Words that a key accepts, wherever in its type they stand."""
    for part in parts:
        if isinstance(part, str):
            yield part
        yield from getattr(part, "meaning", ())
        yield from values_of((*get_args(part), *getattr(part, "__metadata__", ())))


def callables(tree: ast.Module) -> Iterator[str]:
    """Functions, methods and their parameters: what a remedy tells those who write Python."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
            yield from (word.arg for word in (*node.args.args, *node.args.kwonlyargs))


def strings(tree: ast.Module) -> set[str]:
    """Constants of a module that are one word."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            word = node.value.lstrip("-").replace("-", "_")
            if re.fullmatch(r"[a-z_]+", word):
                found.add(word)
    return found


def catalogue() -> dict[str, str]:
    """Give the translations, by message."""
    from babel.messages.pofile import read_po

    with (PACKAGE / "locale" / "id" / "LC_MESSAGES" / "lokus.po").open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id}


def main(arguments: list[str] | None = None) -> int:
    """Print what breaks a habit, and how much of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rooms", nargs="*", help="rooms of the package, or root; without any, all")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    found = offences()
    shown = [offence for offence in found if not options.rooms or offence.room in options.rooms]
    sys.stdout.writelines(f"{offence}\n" for offence in shown)
    counts = Counter((offence.room, offence.kind) for offence in shown)
    sys.stdout.writelines(f"{room:10} {kind:8} {n:4}\n" for (room, kind), n in sorted(counts.items()))
    sys.stdout.write(f"{len(shown)} in all\n")
    return 1 if shown else 0


if __name__ == "__main__":
    raise SystemExit(main())
