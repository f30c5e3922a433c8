"""The lock of a study: inputs, versions, rules and the resulting list.

``kajian.lock.json`` has no date, machine or absolute path, so the same study gives the same bytes. Each input
has two fingerprints: of its bytes, and of the content that lokus read, in canonical order. Sorting a workbook
changes only the first.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.errors import InputError
from lokus.files import atomic_path, pending_exchange
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.limits import refuse_large

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PERIOD",
    "SCENARIO",
    "Check",
    "Input",
    "Verification",
    "compare_locks",
    "compare_outputs",
    "digest_of_parts",
    "file_input",
    "frame_digest",
    "make_lock",
    "make_period_lock",
    "read_lock",
    "versions",
    "write_lock",
]

_COMMON = {"lokus", "python", "paket", "kajian", "pengaturan", "masukan", "hasil_sha256"}
PERIOD = "periode"  # only in the lock of a periodic report, in place of the list: which period
_LIST = "usulan"
SCENARIO = "skenario"  # only in the lock of a scenario: the keys that it changes
_OUTPUTS = "keluaran"  # not in locks written before they named outputs
_PACKAGES = (
    "lokus",
    "geopandas",
    "numpy",
    "pandas",
    "pyogrio",
    "python-calamine",
    "rapidfuzz",
    "scipy",
    "shapely",
)
# Files with the content of a Shapefile; .shx and spatial indexes are rebuilt by programs that only read.
_SIDECARS = {".dbf", ".prj", ".cpg"}


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input file, the digest of the content read from it, and its source."""

    path: Path
    content: str
    origin: Mapping[str, str] = field(default_factory=dict)


def file_input(path: Path) -> Input:
    """Build the input of a settings file, where any change of its bytes is a change of content.

    Examples
    --------
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> taken = file_input(example_files() / EXAMPLE_STUDY)
    >>> taken.path.name, len(taken.content)
    ('contoh-2026.toml', 64)
    """
    return Input(path=path, content=hashlib.sha256(path.read_bytes()).hexdigest())


def frame_digest(frame: pd.DataFrame) -> str:
    """Compute the fingerprint of a frame's content, independent of the order of rows and columns.

    Numbers are used with 12 significant digits, geometries as well-known binary.

    Examples
    --------
    >>> import pandas as pd
    >>> a = pd.DataFrame({"x": [1.0, 2.0]}, index=["p", "q"])
    >>> frame_digest(a) == frame_digest(a.iloc[::-1])
    True
    """
    ordered = frame[sorted(frame.columns)]
    lines = sorted("\x1f".join(_canonical(cell) for cell in row) for row in ordered.itertuples(name=None))
    head = "\x1f".join(ordered.columns)
    return hashlib.sha256("\x1e".join([head, *lines]).encode()).hexdigest()


def _canonical(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.12g}"
    if cell is None or str(cell) == "<NA>":
        return "nan"
    if hasattr(cell, "wkb_hex"):
        return str(cell.normalize().wkb_hex)
    return str(cell)


def make_lock(
    *,
    study_file: Path,
    settings: Mapping[str, Any],
    inputs: Iterable[Input],
    kode: Sequence[str],
    results: pd.DataFrame,
    proof: Mapping[str, Any],
) -> dict[str, Any]:
    """Build the lock: everything needed to run the study again and to compare the list.

    Parameters
    ----------
    study_file : Path
        The ``kajian.toml``; inputs are recorded relative to its folder.
    settings : mapping
        The study's settings, as plain values.
    inputs : iterable of Input
        Data files and the digest of their content.
    kode : sequence of str
        The proposed villages.
    results : pandas.DataFrame
        Results table; its digest is recorded.
    proof : mapping
        Result of the solver (objective, bound, engine).

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> study = example_files() / EXAMPLE_STUDY
    >>> decisions = file_input(study.with_name("kecocokan.csv"))
    >>> chosen = ["9901012002", "9901012001"]
    >>> results = pd.DataFrame({"skor": [0.8, 0.7]}, index=chosen)
    >>> lock = make_lock(
    ...     study_file=study, settings={}, inputs=[decisions], kode=chosen, results=results, proof={}
    ... )
    >>> lock["usulan"], lock["masukan"][0]["berkas"]
    ({'desa': ['9901012001', '9901012002']}, 'kecocokan.csv')
    """
    return {
        **versions(),
        "pengaturan": dict(settings),
        "masukan": _recorded(inputs, study_file),
        _LIST: {"desa": sorted(kode), **proof},
        "hasil_sha256": frame_digest(results),
    }


def make_period_lock(
    *,
    study_file: Path,
    settings: Mapping[str, Any],
    inputs: Iterable[Input],
    period: str,
    figures: Sequence[pd.DataFrame],
) -> dict[str, Any]:
    """Build the lock of a periodic report: everything needed to compute its figures again.

    Parameters
    ----------
    study_file, settings, inputs
        As for :func:`make_lock`.
    period : str
        Name of the period in file names.
    figures : sequence of DataFrame
        All that the report tells; one digest of them is recorded.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> study, told = example_files() / EXAMPLE_STUDY, pd.DataFrame({"kini": [81.2]})
    >>> lock = make_period_lock(
    ...     study_file=study, settings={}, inputs=[], period="semester_1_2026", figures=[told]
    ... )
    >>> lock["periode"], len(lock["hasil_sha256"])
    ('semester_1_2026', 64)
    """
    digests = [frame_digest(figure.rename(columns=str)) for figure in figures]
    return {
        **versions(),
        "pengaturan": dict(settings),
        "masukan": _recorded(inputs, study_file),
        PERIOD: period,
        "hasil_sha256": hashlib.sha256("\x1e".join(digests).encode()).hexdigest(),
    }


def _recorded(inputs: Iterable[Input], study_file: Path) -> list[dict[str, Any]]:
    return [
        {
            "berkas": Path(os.path.relpath(item.path, study_file.parent)).as_posix(),
            "ukuran": sum(part.stat().st_size for part in _parts(item.path)),
            "sha256": digest_of_parts(item.path),
            "isi_sha256": item.content,
            **item.origin,
        }
        for item in inputs
    ]


def versions() -> dict[str, Any]:
    """Return the versions of lokus, Python and the packages that a result depends on.

    Examples
    --------
    >>> sorted(versions())
    ['lokus', 'paket', 'python']
    """
    return {
        "lokus": version("lokus"),
        "python": platform.python_version(),
        "paket": {name: version(name) for name in _PACKAGES},
    }


def _parts(path: Path) -> list[Path]:
    """Return every file of an input: a Shapefile with its sidecars, all files of a folder."""
    if path.is_dir():
        # An open geodatabase has .lock files, which are not data.
        return sorted(part for part in path.rglob("*") if part.is_file() and part.suffix != ".lock")
    if path.suffix.lower() == ".shp":
        sidecars = (part for part in path.parent.iterdir() if part.stem == path.stem and part != path)
        return [path, *sorted(part for part in sidecars if part.suffix.lower() in _SIDECARS)]
    return [path]


def digest_of_parts(path: Path) -> str:
    """Compute the fingerprint of the bytes of an input or output with all its files.

    Examples
    --------
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> len(digest_of_parts(example_files() / EXAMPLE_STUDY))
    64
    """
    parts = _parts(path)
    if parts == [path]:
        return _digest(path)
    folder = path if path.is_dir() else path.parent
    lines = [f"{part.relative_to(folder).as_posix()}\x1f{_digest(part)}" for part in parts]
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


def _digest(path: Path) -> str:
    """Fingerprint of one file, which may be larger than memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(
    lock: Mapping[str, Any],
    path: Path,
    *,
    study_file: Path,
    folder: Path | None = None,
    outputs: Iterable[Path] = (),
) -> None:
    """Write a lock, atomically and in a stable order, with the path from it to the study file.

    Parameters
    ----------
    lock : mapping
        As returned by :func:`make_lock`.
    path : Path
        Where to write it.
    study_file : Path
        The ``kajian.toml``.
    folder : Path, optional
        Final folder of the lock, where it is first written elsewhere.
    outputs : iterable of Path
        Files of the same run beside `path`; each is named in the lock with its fingerprint.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_lock({"lokus": "0.1.0"}, folder / "keluaran" / "a.json", study_file=folder / "kajian.toml")
    >>> json.loads((folder / "keluaran" / "a.json").read_text())
    {'kajian': '../kajian.toml', 'lokus': '0.1.0'}
    """
    place = path.parent if folder is None else folder
    located = {"kajian": Path(os.path.relpath(study_file, place)).as_posix(), **lock}
    named = sorted((file.relative_to(path.parent).as_posix(), file) for file in outputs)
    if named:
        located[_OUTPUTS] = [{"berkas": name, "sha256": digest_of_parts(file)} for name, file in named]
    with atomic_path(path) as draft:
        draft.write_text(json.dumps(located, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_lock(path: Path) -> dict[str, Any]:
    """Read a lock.

    Raises
    ------
    InputError
        The file is missing or is not a lock of lokus.

    Examples
    --------
    >>> from lokus.example import EXAMPLE_STUDY, example_files
    >>> read_lock(example_files() / EXAMPLE_STUDY)
    Traceback (most recent call last):
    lokus.errors.InputError: berkas ...contoh-2026.toml: bukan berkas kunci lokus
    → ...
    """
    refuse_large(path, "text")
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            _("the lock file does not exist"),
            where=Where(file=str(path)),
            remedy=_("it is written by lokus run beside the other outputs"),
        ) from error
    except ValueError:
        lock = None
    if not isinstance(lock, dict) or not lock.keys() >= _COMMON or not lock.keys() & {_LIST, PERIOD}:
        raise InputError(
            _("not a lock file of lokus"),
            where=Where(file=str(path)),
            remedy=_("it is written by lokus run beside the other outputs"),
        )
    return lock


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of a verification."""

    subject: str
    outcome: str
    holds: bool


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Comparison with a lock. ``holds`` is true where the same data give the same list.

    Parameters
    ----------
    checks : tuple of Check
    periodic : bool
        The lock is that of a periodic report, which has figures instead of a list.
    """

    checks: tuple[Check, ...]
    periodic: bool = False

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)


def compare_locks(locked: Mapping[str, Any], now: Mapping[str, Any]) -> Verification:
    """Compare the lock of an earlier run with that of a new run.

    A file with reordered rows agrees; changed content, changed rules and another list do not. Other versions
    of lokus or of a package are reported but are not a difference, because the list itself is compared.

    Examples
    --------
    >>> locked = {
    ...     "python": "3.12.1", "paket": {"lokus": "0.1.0"}, "pengaturan": {}, "masukan": [],
    ...     "usulan": {"desa": ["9901012001"]},
    ... }
    >>> compare_locks(locked, {**locked, "python": "3.13.0"}).holds
    True
    >>> compare_locks(locked, {**locked, "usulan": {"desa": ["9901012002"]}}).checks[-1].outcome
    'keluar: 9901012001; masuk: 9901012002'
    """
    checks = []
    if SCENARIO in locked:
        name = locked[SCENARIO][SCENARIO]["nama"]
        outcome = _("TRIAL “{name}”, not the official proposal").format(name=name)
        checks.append(Check(subject=_("scenario"), outcome=outcome, holds=True))
    checks += [_compare_inputs(old, now) for old in locked["masukan"]]
    known = {item["berkas"] for item in locked["masukan"]}
    checks += [
        Check(subject=item["berkas"], outcome=_("was not among the inputs"), holds=False)
        for item in now["masukan"]
        if item["berkas"] not in known
    ]
    same_rules = locked["pengaturan"] == now["pengaturan"]
    checks.append(
        Check(
            subject=_("study settings"),
            holds=same_rules,
            outcome=_("unchanged") if same_rules else _("changed"),
        )
    )
    old_versions = {"python": locked["python"], **locked["paket"]}
    new_versions = {"python": now["python"], **now["paket"]}
    moved = [
        f"{name} {old} → {new_versions.get(name)}"
        for name, old in old_versions.items()
        if new_versions.get(name) != old
    ]
    checks.append(Check(subject=_("versions"), outcome=", ".join(moved) or _("unchanged"), holds=True))
    checks.append(_compare_figures(locked, now) if PERIOD in locked else _compare_lists(locked, now))
    return Verification(checks=tuple(checks))


def _compare_figures(locked: Mapping[str, Any], now: Mapping[str, Any]) -> Check:
    same = locked["hasil_sha256"] == now["hasil_sha256"]
    return Check(
        subject=_("figures of the report"), holds=same, outcome=_("unchanged") if same else _("changed")
    )


def _compare_lists(locked: Mapping[str, Any], now: Mapping[str, Any]) -> Check:
    before, after = set(locked[_LIST]["desa"]), set(now[_LIST]["desa"])
    if before == after:
        outcome = _("the same {n} villages").format(n=len(after))
    else:
        outcome = _("out: {gone}; in: {new}").format(
            gone=", ".join(sorted(before - after)) or "–", new=", ".join(sorted(after - before)) or "–"
        )
    return Check(subject=_("proposal"), outcome=outcome, holds=before == after)


def compare_outputs(locked: Mapping[str, Any], folder: Path) -> Verification:
    """Compare the files in a folder of outputs with its lock.

    A lock without its outputs agrees, and so does a calendar that was filled in.

    Parameters
    ----------
    locked : mapping
        The lock.
    folder : Path
        Folder of the lock.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "hasil.csv").write_text("changed")
    >>> compare_outputs({"keluaran": [{"berkas": "hasil.csv", "sha256": "00"}]}, folder).holds
    False
    """
    checks = []
    if pending_exchange(folder):
        checks.append(
            Check(
                subject=_("outputs"),
                outcome=_(
                    "files of two runs: a run was stopped while it moved its files into the folder; "
                    "the next lokus run puts that right"
                ),
                holds=False,
            )
        )
    stated = locked.get(_OUTPUTS, ())
    present = {item["berkas"]: folder / item["berkas"] for item in stated}
    present = {name: path for name, path in present.items() if path.is_file()}
    if not stated:
        checks.append(
            Check(subject=_("outputs"), outcome=_("not named in this lock; not compared"), holds=True)
        )
    elif not present:
        checks.append(Check(subject=_("outputs"), outcome=_("not beside the lock; not compared"), holds=True))
    else:
        checks += _compare_files(stated, present)
    return Verification(checks=tuple(checks))


def _compare_files(stated: Sequence[Mapping[str, Any]], present: Mapping[str, Path]) -> list[Check]:
    from lokus.show.pack.output_names import is_filled_in

    same = {
        item["berkas"]
        for item in stated
        if item["berkas"] in present and digest_of_parts(present[item["berkas"]]) == item["sha256"]
    }
    checks = []
    for name in (item["berkas"] for item in stated if item["berkas"] not in same):
        if name not in present:
            outcome, holds = _("absent"), False
        elif is_filled_in(name):  # it is meant to be filled in
            outcome, holds = _("filled in since"), True
        else:
            outcome, holds = _("not as this run wrote it: changed since, or a file of another run"), False
        checks.append(Check(subject=name, outcome=outcome, holds=holds))
    if same:
        outcome = _("{n} files as this run wrote them").format(n=len(same))
        checks.append(Check(subject=_("outputs"), outcome=outcome, holds=True))
    return checks


def _compare_inputs(old: Mapping[str, Any], now: Mapping[str, Any]) -> Check:
    new = next((item for item in now["masukan"] if item["berkas"] == old["berkas"]), None)
    if new is None:
        return Check(subject=old["berkas"], outcome=_("no longer among the inputs"), holds=False)
    same = new["isi_sha256"] == old["isi_sha256"]
    if same and new["sha256"] == old["sha256"]:
        return Check(subject=old["berkas"], outcome=_("unchanged"), holds=True)
    return Check(
        subject=old["berkas"],
        holds=same,
        outcome=_("file changed, content the same (order of rows)") if same else _("content changed"),
    )
