"""Combine the summaries of many studies into the outputs of a province."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.batch.study import DONE, SUMMARY
from lokus.files import atomic_path
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import geopandas as gpd

    from lokus.batch.all_studies import Batch
    from lokus.batch.study import Outcome
    from lokus.show.province.province_tables import Province

__all__ = ["gather", "write_rollup"]

NAMES = ("rangkuman.xlsx", "rangkuman_peta.png", "rangkuman_peta.pdf", "rangkuman.html")
_NUMBERS = ("desa", "kecamatan", "diukur", "stunting", "anak_stunting")


def write_rollup(batch: Batch) -> tuple[Path, ...]:
    """Write workbook, map and page of a batch into its folder.

    Parameters
    ----------
    batch : Batch

    Returns
    -------
    tuple of Path
        Empty where no study could be read.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.batch.all_studies import Batch
    >>> write_rollup(Batch(title="Provinsi Contoh", folder=Path(tempfile.mkdtemp()), outcomes=()))
    ()
    """
    from lokus.show.province.province_map import draw_province
    from lokus.show.province.province_page import write_province_page
    from lokus.show.province.province_workbook import write_province_workbook

    province = gather(batch)
    if province is None:
        return ()
    book, picture, sheet, page = (batch.folder / name for name in NAMES)
    write_province_workbook(book, province)
    held = io.BytesIO()
    figure = draw_province(province)
    with atomic_path(sheet) as draft:
        figure.savefig(
            draft, format="pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None}
        )
    figure.savefig(held, format="png", dpi=160, metadata={"Software": None})
    with atomic_path(picture) as draft:
        draft.write_bytes(held.getvalue())
    write_province_page(page, province, picture=held.getvalue())
    return book, picture, sheet, page


def gather(batch: Batch) -> Province | None:
    """Combine the summaries of a batch; ``None`` where there is none.

    Parameters
    ----------
    batch : Batch

    Examples
    --------
    >>> from lokus.batch.all_studies import Batch
    >>> gather(Batch(title="Provinsi Contoh", folder=Path("tidak-ada"), outcomes=())) is None
    True
    """
    import pandas as pd

    from lokus.places.kode import is_example
    from lokus.show.province.province_tables import Province
    from lokus.show.results.info import StudyInfo

    summaries = {outcome.kode: _summary(batch.folder, outcome) for outcome in batch.outcomes}
    known = {kode: summary for kode, summary in summaries.items() if summary}
    if not known:
        return None
    done = [known[one.kode] for one in batch.outcomes if one.status in DONE and one.kode in known]
    scales = {json.dumps(summary["sebanding"]["skala"], sort_keys=True) for summary in done}
    comparable = len(scales) == 1 and all(summary["sebanding"]["tetap"] for summary in done)
    years = [int(summary["tahun"]) for summary in known.values()]
    return Province(
        info=StudyInfo(
            title=batch.title,
            kabupaten=_("{n} kabupaten").format(n=len(batch.outcomes)),
            tahun=max(years),
            synthetic=all(is_example(kode) for kode in summaries if kode.isdecimal()),
        ),
        kabupaten=_kabupaten(batch.outcomes, summaries),
        lists=_lists(done, comparable=comparable),
        completeness=_completeness(known),
        findings=_findings(pd.DataFrame([
            {"contoh": "", **finding, "kode": kode, "di": summary["kabupaten"]}
            for kode, summary in known.items()
            for finding in summary["temuan"]
        ])),
        comparable=comparable,
        nowhere=batch.findings,
    )  # fmt: skip


def _summary(folder: Path, outcome: Outcome) -> dict[str, Any]:
    path = folder / outcome.kode / SUMMARY
    if outcome.status == "gagal" or not path.is_file():
        return {}
    summary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return summary


def _kabupaten(outcomes: Sequence[Outcome], summaries: Mapping[str, Mapping[str, Any]]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    rows = []
    for outcome in outcomes:
        summary = summaries[outcome.kode]
        measured, stunted = summary.get("diukur"), summary.get("stunting")
        there = [item["ada"] for item in summary.get("kelengkapan", ())]
        needed = sum(item["dari"] for item in summary.get("kelengkapan", ()))
        rows.append(
            {
                "kode": outcome.kode,
                "kabupaten": summary.get("kabupaten", outcome.name),
                "status": "selesai" if outcome.status in DONE else outcome.status,
                "pesan": outcome.message,
                **{key: summary.get(key) for key in _NUMBERS},
                "lokus": len(summary["lokus"]) if "lokus" in summary else None,
                "prevalensi_mentah": 100 * stunted / measured if measured and stunted is not None else None,
                "kelengkapan": 100 * sum(there) / needed if needed else None,
                "geometry": shapely.from_wkb(bytes.fromhex(summary["garis"])) if summary else None,
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=4326).set_index("kode")


def _lists(done: Sequence[Mapping[str, Any]], *, comparable: bool) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd
    import shapely

    columns = ["kode_desa", "kode", "kabupaten", "kecamatan", "desa", "nomor", "skor", "prevalensi"]
    rows = [
        {**village, "kode": summary["kode"], "kabupaten": summary["kabupaten"]}
        for summary in done
        for village in summary["lokus"]
    ]
    frame = pd.DataFrame(rows, columns=[*columns, "anak_stunting", "titik"])
    points = [shapely.Point(at) if at else None for at in frame.pop("titik")]
    for name in ("skor", "prevalensi", "anak_stunting"):
        frame[name] = frame[name].astype(float)
    frame["peringkat"] = frame["skor"].rank(ascending=False, method="min") if comparable else float("nan")
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326).set_index("kode_desa")


def _completeness(known: Mapping[str, Mapping[str, Any]]) -> Any:
    import pandas as pd

    frame = pd.DataFrame(
        [
            {"kode": kode, "kabupaten": summary["kabupaten"], **item}
            for kode, summary in known.items()
            for item in summary["kelengkapan"]
        ],
        columns=["kode", "kabupaten", "opd", "ada", "dari"],
    )
    frame = frame.groupby(["kode", "kabupaten", "opd"], as_index=False)[["ada", "dari"]].sum()
    frame["persen"] = 100 * frame["ada"] / frame["dari"]
    return frame


def _findings(frame: Any) -> Any:
    import pandas as pd

    columns = ["tingkat", "temuan", "contoh", "di", "diterima", "kabupaten", "n"]
    if frame.empty:
        return pd.DataFrame(columns=columns)
    kinds = frame.groupby(["tingkat", "temuan", "diterima"], as_index=False).agg(
        contoh=("contoh", "first"), di=("di", "first"), kabupaten=("kode", "nunique"), n=("n", "sum")
    )
    order = kinds["tingkat"].map({"blocking": 0, "warning": 1, "note": 2})
    kinds = kinds.assign(order=order).sort_values(["order", "n", "temuan"], ascending=[True, False, True])
    return kinds[columns].reset_index(drop=True)
