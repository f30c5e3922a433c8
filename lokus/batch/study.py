"""Run one study of a batch in any process, and return its outcome."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lokus.errors import BlockedError, LokusError
from lokus.files import atomic_path
from lokus.garbage import collect_seldom
from lokus.i18n import gettext as _
from lokus.i18n import use_language
from lokus.manifest import digest_of_parts, read_lock, versions, write_lock
from lokus.show.pack.output_names import LOCK

if TYPE_CHECKING:
    from lokus.batch.plan import Outputs
    from lokus.kajian import Kajian

__all__ = ["DONE", "Outcome", "Status", "Task", "run_study"]

Status = Literal["selesai", "dilewati", "tertahan", "gagal"]
DONE: tuple[Status, ...] = ("selesai", "dilewati")
SUMMARY = "ringkasan.json"
FIGURES = ("skor", "prevalensi", "anak_stunting", "peluang_lokus")
_TOLERANCE = 0.002  # degrees; outlines of the summary, for a map of a province


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker needs to run one study; plain values, so that it can be pickled."""

    kode: str
    name: str
    study: str
    outputs: Outputs
    language: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Outcome of one study.

    Parameters
    ----------
    kode, name : str
    status : {"selesai", "dilewati", "tertahan", "gagal"}
        Done; skipped because its lock is current; held back by a blocking finding; failed.
    message : str
        Why it was held back or failed.
    """

    kode: str
    name: str
    status: Status
    message: str = ""


def run_study(task: Task) -> Outcome:
    """Run one study, unless its lock is current; exceptions become a failed outcome.

    Parameters
    ----------
    task : Task

    Examples
    --------
    >>> task = Task(kode="9901", name="Contoh", study="belum/ada.toml", outputs="daftar", language="id")
    >>> run_study(task).status
    'gagal'
    """
    with collect_seldom(), use_language(task.language):
        try:
            return _run(task)
        except LokusError as error:
            return _ended(task, "gagal", str(error))
        except MemoryError:
            return _ended(task, "gagal", _("the memory of this worker was not enough"))
        except Exception as error:
            # A bug met in one study must not stop the others, and must be reported.
            return _ended(task, "gagal", f"{type(error).__name__}: {error}")


def _ended(task: Task, status: Status, message: str = "") -> Outcome:
    return Outcome(kode=task.kode, name=task.name, status=status, message=message)


def _run(task: Task) -> Outcome:
    from lokus.kajian import Kajian

    study = Kajian.open(task.study)
    if is_current(study, task.outputs):
        return _ended(task, "dilewati")
    _forget(study.path.parent)
    try:
        study.audit.raise_if_blocked()
    except BlockedError as error:
        study.write_open_cases()
        _write_summary(study, _summary(study, task, "tertahan", message=str(error)))
        return _ended(task, "tertahan", str(error))
    if task.outputs == "lengkap":
        study.write()
    else:
        _write_reduced(study, task.outputs)
    _write_summary(study, _summary(study, task, "selesai"))
    return _ended(task, "selesai")


def _forget(folder: Path) -> None:
    """Remove the summary of an earlier run, so that it is not used where this run fails."""
    (folder / SUMMARY).unlink(missing_ok=True)


def is_current(study: Kajian, outputs: Outputs) -> bool:
    """Return whether outputs, rules, versions and inputs are those recorded in the lock.

    Nothing is computed: fingerprints of files are compared.
    """
    lock, summary = study.folder / LOCK, study.path.parent / SUMMARY
    if not lock.is_file() or not summary.is_file():
        return False
    try:
        locked, written = read_lock(lock), json.loads(summary.read_text(encoding="utf-8"))
    except (LokusError, ValueError):
        return False
    if written.get("kunci_sha256") != _digest(lock) or written.get("keluaran") != outputs:
        return False
    if {name: locked.get(name) for name in ("lokus", "python", "paket")} != versions():
        return False
    if locked["pengaturan"] != study.stated.to_mapping():
        return False
    named = {item["berkas"] for item in locked["masukan"]}
    if study.decisions_file.is_file() and study.decisions_file.name not in {Path(n).name for n in named}:
        return False
    return all(
        (place / item["berkas"]).exists() and digest_of_parts(place / item["berkas"]) == item["sha256"]
        for place, key in ((study.path.parent, "masukan"), (study.folder, "keluaran"))
        for item in locked.get(key, ())
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_reduced(study: Kajian, outputs: Outputs) -> None:
    """Write list and results as CSV, where wanted the workbook, and the lock."""
    from lokus.files import staged_directory
    from lokus.show.pack.geopackage import write_csv
    from lokus.show.workbook.workbook import write_workbook

    with staged_directory(study.folder) as stage:
        write_csv(study.results, stage / "hasil.csv")
        columns = ["nomor", "desa", "kecamatan", "skor", "peringkat", "keterangan"]
        listed = study.results[study.results["terpilih"]].sort_values("nomor")
        listed[[name for name in columns if name in listed]].to_csv(stage / "daftar.csv")
        if outputs == "buku":
            write_workbook(stage / "lokus.xlsx", study.material)
        files = [file for file in stage.rglob("*") if file.is_file()]
        write_lock(study.lock, stage / LOCK, study_file=study.path, folder=study.folder, outputs=files)


def _write_summary(study: Kajian, summary: Mapping[str, Any]) -> None:
    with atomic_path(study.path.parent / SUMMARY) as draft:
        text = json.dumps(summary, ensure_ascii=False, indent=1, allow_nan=False)
        draft.write_text(text + "\n", encoding="utf-8")


def _summary(study: Kajian, task: Task, status: Status, *, message: str = "") -> dict[str, Any]:
    """Build the summary for the province; villages that are not on the list are not named."""
    summary = {
        "kode": task.kode,
        "kabupaten": study.stated.study.kabupaten,
        "tahun": study.stated.study.year,
        "status": status,
        "pesan": message,
        "keluaran": task.outputs,
        "desa": len(study.boundaries.villages),
        "kelengkapan": _completeness(study),
        "temuan": _findings(study),
        "garis": _outline(study),
        "sebanding": _comparable(study),
    }
    if status != "selesai":
        return summary
    results = study.results
    lock = study.folder / LOCK
    return {
        **summary,
        "kunci_sha256": _digest(lock) if lock.is_file() else "",
        "kecamatan": study.proposal.n_kecamatan,
        "diukur": _sum(results, "diukur"),
        "stunting": _sum(results, "stunting"),
        "anak_stunting": _sum(results, "anak_stunting"),
        "tanpa_skor": study.proposal.n_without_score,
        "lokus": _listed(study),
    }


def _sum(frame: Any, column: str) -> float | None:
    if column not in frame or frame[column].isna().all():
        return None
    return float(frame[column].sum())


def _listed(study: Kajian) -> list[dict[str, Any]]:
    results = study.results
    listed = results[results["terpilih"]].sort_values("nomor")
    points = listed.geometry.representative_point()
    rows = []
    for kode, row in listed.iterrows():
        point = points[kode]
        there = point is not None and not point.is_empty
        rows.append(
            {
                "kode_desa": str(kode),
                "desa": row["desa"],
                "kecamatan": row["kecamatan"],
                "nomor": int(row["nomor"]),
                **{
                    key: _plain(row.get(key))
                    for key in ("skor", "prevalensi", "anak_stunting", "peluang_lokus")
                },
                "titik": [round(point.x, 4), round(point.y, 4)] if there else None,
            }
        )
    return rows


def _plain(value: Any) -> float | None:
    return None if value is None or value != value else float(value)  # not a number


def _completeness(study: Kajian) -> list[dict[str, Any]]:
    frame, owners = study.audit.completeness, study.owners
    return [
        {
            "indikator": str(key),
            "opd": str(owners.get(str(key), "")),
            "ada": int(filled.sum()),
            "dari": len(filled),
        }
        for key, filled in frame.items()
    ]


def _findings(study: Kajian) -> list[dict[str, Any]]:
    findings = study.audit.findings
    kinds = findings.groupby(["level", "check", "opd", "accepted"], dropna=False)["message"]
    return [
        {
            "tingkat": level,
            "temuan": check,
            "opd": str(opd or ""),
            "diterima": bool(accepted),
            "n": len(messages),
            "contoh": min(messages),
        }
        for (level, check, opd, accepted), messages in kinds
    ]


def _outline(study: Kajian) -> str:
    """Return the simplified outline of the kabupaten as well-known binary in hexadecimal digits."""
    import shapely

    shapes = study.boundaries.villages.to_crs(4326).geometry
    known = shapes[shapes.notna() & ~shapes.is_empty]
    whole = shapely.union_all(shapely.make_valid(known.simplify(_TOLERANCE / 4).to_numpy()), grid_size=1e-5)
    # Buffering outwards and back closes cracks between villages.
    whole = whole.buffer(_TOLERANCE).buffer(-_TOLERANCE).simplify(_TOLERANCE)
    return str(shapely.to_wkb(whole, hex=True))


def _comparable(study: Kajian) -> dict[str, Any]:
    """Return the scale of the scores; scores of two kabupaten compare where it is the same fixed one."""
    stated = study.stated.scores
    weights = {key: float(weight) for key, weight in stated.weights.items()}
    posts = {key: list(pair) for key, pair in stated.goalposts.items()}
    fixed = bool(weights) and stated.normalise in (None, "minmax") and set(weights) <= set(posts)
    return {"tetap": fixed, "skala": {"bobot": weights, "patokan": posts, "cara": stated.aggregate}}


def as_plain(outcome: Outcome) -> dict[str, Any]:
    """Return the plain values of an outcome."""
    return asdict(outcome)
