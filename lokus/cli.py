"""The command ``lokus``: demo, run, batch, review, audit, laporan, init, katalog, kunci, verify, boundaries.

Exit status: 0 done; 1 the data hold the job back; 2 wrong use (options, study file).
"""

from __future__ import annotations

import argparse
import errno
import gettext as stdlib_gettext
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus import __version__
from lokus.errors import LokusError, StudyFileError
from lokus.findings import Where
from lokus.garbage import collect_seldom
from lokus.i18n import LANGUAGES, LOCALE_DIR, N_, format_number, language, use_language
from lokus.i18n import gettext as _
from lokus.subject import set_subject, use_subject

if TYPE_CHECKING:
    import pandas as pd

    from lokus.batch.plan import Plan
    from lokus.kajian import Kajian

__all__ = ["main"]

# A clone of the repository has the example in its folder; elsewhere it is copied from the package.
CLONE = Path("data")
EXAMPLE_FOLDER = Path("contoh-lokus")
PROVINCE_FOLDER = Path("contoh-provinsi")


# Messages of argparse, which uses the process-wide gettext domain, marked for our catalogue.
ARGPARSE_WORDS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("the following arguments are required: %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("argument %(argument_name)s: %(message)s"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Examples
    --------
    Errors go to standard error, and wrong use has its own status:

    >>> main(["run", "belum-ada/kajian.toml"])
    2
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    with collect_seldom(), use_language(_language_of(arguments)), use_subject(None):
        _translate_argparse()
        options = _parser().parse_args(arguments)
        try:
            return int(options.job(options))
        except LokusError as error:
            _complain(_("lokus stopped: {error}").format(error=error))
            return error.exit_code
        except BrokenPipeError:  # the reader of our output, `head` for instance, has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            _complain(_("lokus stopped: {error}").format(error=_refused(error)))
            return LokusError.exit_code
        except KeyboardInterrupt:
            sys.stderr.write(_("Stopped. Outputs of an earlier run are untouched.") + "\n")
            return 130


def _complain(text: str) -> None:
    sys.stderr.write(_visible(text) + "\n")


def _refused(error: OSError) -> LokusError:
    """Report an operation that the system refused, with the usual remedy."""
    remedies = {
        errno.ENOSPC: _("free space on the disk, then run again"),
        errno.EDQUOT: _("free space on the disk, then run again"),
        errno.EACCES: _("close the file in other programs, and see that you may write in its folder"),
        errno.EPERM: _("close the file in other programs, and see that you may write in its folder"),
        errno.EROFS: _("name a folder on a disk that may be written with --keluaran"),
        errno.ENAMETOOLONG: _("shorten the name"),
    }
    return LokusError(
        _("the system refused: {reason}").format(reason=error.strerror or error),
        where=Where(file=str(error.filename)) if error.filename is not None else None,
        remedy=remedies.get(error.errno or 0, _("see that the file is there and may be read or written")),
    )


def _language_of(arguments: Sequence[str]) -> str | None:
    """Return the requested language, which the parser needs for its help texts."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--bahasa", choices=LANGUAGES)
    try:
        return str(chosen) if (chosen := parser.parse_known_args(arguments)[0].bahasa) else None
    except argparse.ArgumentError:
        return None  # the full parser will report the error


def _translate_argparse() -> None:
    """Point the process-wide gettext, which argparse uses, at our catalogue."""
    os.environ["LANGUAGE"] = language()
    stdlib_gettext.bindtextdomain("lokus", LOCALE_DIR)
    stdlib_gettext.textdomain("lokus")


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--bahasa", choices=LANGUAGES, help=_("language of messages and outputs"))
    parser = argparse.ArgumentParser(
        prog="lokus",
        parents=[shared],
        description=_(
            "Choose the focus villages (lokus) for stunting reduction, with reasons that can be defended."
        ),
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"lokus {__version__}",
        help=_("show program's version number and exit"),
    )
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=True)

    def command(name: str, job: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[shared])
        sub.set_defaults(job=job)
        return sub

    demo = command("demo", _demo, _("run the bundled example (synthetic data)"))
    demo.add_argument(
        "--folder",
        type=Path,
        default=EXAMPLE_FOLDER,
        metavar="FOLDER",
        help=_("where to write the example when it is not bundled beside you (default: {folder})").format(
            folder=EXAMPLE_FOLDER
        ),
    )
    demo.add_argument(
        "--provinsi",
        action="store_true",
        help=_("the example of a province: five kabupaten (synthetic data)"),
    )
    run = command("run", _run, _("run a study: audit, proposal, maps, workbook"))
    _study_argument(run)
    _folder_argument(run)
    run.add_argument(
        "--skenario",
        type=Path,
        metavar=_("FILE"),
        help=_("repeat a scenario that the interactive page saved, beside the outputs of the study"),
    )
    batch = command("batch", _batch, _("run the studies of many kabupaten, and sum them up for the province"))
    _batch_arguments(batch)
    review = command(
        "review", _review, _("run a study and review last year's list: who stays, who goes, why")
    )
    _study_argument(review)
    review.add_argument(
        "--sebelumnya",
        "--previous",
        type=Path,
        metavar=_("FILE"),
        help=_("outputs of last year (folder or lock) or its study file, instead of [tahun_lalu]"),
    )
    _folder_argument(review)
    audit = command("audit", _audit, _("check the data of a study without proposing anything"))
    _study_argument(audit)
    audit.add_argument("--csv", type=Path, metavar=_("FILE"), help=_("also write the findings as CSV"))
    audit.add_argument(
        "--xlsx", type=Path, metavar=_("FILE"), help=_("also write the findings as a workbook")
    )
    audit.add_argument(
        "--permintaan",
        type=Path,
        metavar="FOLDER",
        help=_("also write a letter and a workbook to each office that has data missing"),
    )
    init = command("init", _init, _("draft a study file from boundaries and tables"))
    init.add_argument("batas", type=Path, metavar="BATAS", help=_("file of village boundaries"))
    init.add_argument(
        "tabel", type=Path, nargs="+", metavar="TABEL", help=_("workbooks and CSV files of the offices")
    )
    init.add_argument(
        "--kajian",
        type=Path,
        default=Path("kajian.toml"),
        metavar=_("FILE"),
        help=_("study file to write (default: kajian.toml)"),
    )
    init.add_argument("--tahun", type=int, required=True, help=_("year of the proposal"))
    init.add_argument(
        "--tema",
        metavar="TEMA",
        help=_("what the study is about, where it is not stunting: kemiskinan_ekstrem, sanitasi …"),
    )
    init.add_argument("--daftar", type=Path, metavar=_("FILE"), help=_("official list of villages"))
    _boundary_arguments(init)
    init.add_argument("--lembar", nargs="+", default=[], metavar="NAMA", help=_("read these sheets only"))
    report = command(
        "laporan", _period_report, _("write the report of a semester, quarter or other period of the study")
    )
    report.add_argument(
        "kajian",
        type=Path,
        nargs="?",
        default=Path("kajian.toml"),
        metavar="KAJIAN",
        help=_("study file (default: kajian.toml)"),
    )
    which = report.add_mutually_exclusive_group()
    which.add_argument("--semester", type=int, choices=(1, 2), help=_("the semester"))
    which.add_argument("--triwulan", type=int, choices=(1, 2, 3, 4), help=_("the quarter"))
    which.add_argument("--periode", metavar="NAMA", help=_("the name of another period of the study"))
    report.add_argument("--tahun", type=int, help=_("its year, where it is not that of the study"))
    _folder_argument(report)
    listing = command("katalog", _catalogue, _("list every indicator: key, label, unit, worse end, office"))
    listing.add_argument("kata", nargs="*", metavar="KATA", help=_("only indicators with these words"))
    listing.add_argument("--markdown", action="store_true", help=_("as the page of the documentation"))
    keys = command(
        "kunci", _keys, _("list every key of the study file: meaning, what it takes, default, example")
    )
    keys.add_argument("kata", nargs="*", metavar="KATA", help=_("only keys with these words"))
    form = keys.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help=_("as the page of the documentation"))
    form.add_argument("--skema", action="store_true", help=_("as a JSON schema, for editors that check TOML"))
    verify = command("verify", _verify, _("run a locked study again and compare the list"))
    verify.add_argument("kunci", type=Path, metavar=_("LOCK"), help=_("kajian.lock.json of an earlier run"))
    verify.add_argument(
        "--kajian", type=Path, metavar=_("FILE"), help=_("study file, when it is no longer where it was")
    )
    boundaries = commands.add_parser(
        "boundaries", help=_("check or fetch village boundaries"), parents=[shared]
    )
    parts = boundaries.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=True)
    check = parts.add_parser("check", help=_("say what is wrong with a boundary file"), parents=[shared])
    check.add_argument("batas", type=Path, metavar="BATAS", help=_("file of village boundaries"))
    _boundary_arguments(check)
    check.set_defaults(job=_check_boundaries)
    fetch = parts.add_parser(
        "fetch", help=_("download the open boundaries of one kabupaten"), parents=[shared]
    )
    fetch.add_argument(
        "kode", type=_kabupaten, metavar="KODE", help=_("code of the kabupaten, for example 16.03")
    )
    fetch.add_argument(
        "--folder",
        type=Path,
        default=Path("data/boundaries"),
        metavar="FOLDER",
        help=_("where to keep them (default: data/boundaries)"),
    )
    fetch.add_argument("--alamat", metavar=_("ADDRESS"), help=_("address template of another source"))
    fetch.add_argument("--ulang", action="store_true", help=_("download again even if already there"))
    fetch.set_defaults(job=_fetch_boundaries)
    return parser


def _batch_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tabel", type=Path, metavar="TABEL", help=_("table of studies (TOML or CSV)"))
    parser.add_argument(
        "--kajian", type=Path, metavar=_("FILE"), help=_("common study, instead of the one it names")
    )
    _folder_argument(parser)
    parser.add_argument(
        "--isi",
        choices=("daftar", "buku", "lengkap"),
        help=_("what is written of each: its list, its workbook too, or all its study asks for"),
    )
    parser.add_argument(
        "--pekerja", type=_workers, metavar="N", help=_("processes at a time (default: one a core)")
    )
    parser.add_argument("--memori", metavar="2GB", help=_("memory of each worker of a local cluster"))
    parser.add_argument(
        "--klaster", metavar=_("ADDRESS"), help=_("address of a Dask scheduler, such as tcp://10.0.0.5:8786")
    )


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(_('"{text}" is not a number of processes').format(text=text))
    return int(text)


def _kabupaten(text: str) -> str:
    digits = text.replace(".", "")
    if len(digits) != 4 or not digits.isdecimal():
        raise argparse.ArgumentTypeError(
            _('"{text}" is not the code of a kabupaten, such as 16.03').format(text=text)
        )
    return text


def _boundary_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``[batas]``, for commands that read boundaries without a study."""
    parser.add_argument(
        "--kabupaten", type=_kabupaten, metavar="KODE", help=_("only this kabupaten, for example 16.03")
    )
    parser.add_argument("--lapisan", metavar="NAMA", help=_("layer of the boundary file"))
    parser.add_argument(
        "--kolom",
        nargs="+",
        type=_column,
        metavar="kode=KOLOM",
        help=_("columns of the boundary file: kode=…, desa=…, kecamatan=…"),
    )
    parser.add_argument(
        "--crs", metavar=_("EPSG CODE"), help=_("coordinate system, where the file does not say it")
    )
    parser.add_argument("--pengodean", metavar="NAMA", help=_("encoding of the names, for example cp1252"))
    parser.add_argument(
        "--jembatan",
        type=Path,
        metavar=_("FILE"),
        help=_("table from BPS codes (bps) to Kemendagri codes (kemendagri)"),
    )


def _column(text: str) -> tuple[str, str]:
    key, sign, column = text.partition("=")
    if not (sign and column) or key not in ("kode", "desa", "kecamatan"):
        raise argparse.ArgumentTypeError(
            _('"{text}" does not name a column, such as kode=KDEPUM').format(text=text)
        )
    return key, column


def _reading(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options as keywords of :func:`lokus.places.boundaries.read_boundaries`."""
    from lokus.intake.official import read_bridge

    return {
        "layer": options.lapisan,
        "columns": dict(options.kolom) if options.kolom else None,
        "crs": options.crs,
        "encoding": options.pengodean,
        "kabupaten": options.kabupaten,
        "bridge": read_bridge(options.jembatan) if options.jembatan else None,
    }


def _study_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kajian", type=Path, metavar="KAJIAN", help=_("study file (kajian.toml)"))


def _folder_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keluaran", type=Path, metavar="FOLDER", help=_("output folder, instead of the one in the study")
    )


def _demo(options: argparse.Namespace) -> int:
    from lokus.example import EXAMPLE_STUDY, write_example

    if options.provinsi:
        from lokus.batch.example_province import write_example_province
        from lokus.batch.plan import read_plan

        folder = PROVINCE_FOLDER if options.folder == EXAMPLE_FOLDER else options.folder
        _say(_("Writing the example into {folder} …").format(folder=folder))
        return _run_plan(read_plan(write_example_province(folder)))
    study = CLONE / EXAMPLE_STUDY
    if not study.is_file():
        _say(_("Writing the example into {folder} …").format(folder=options.folder))
        study = write_example(options.folder)
    return _write_study(study, None)


def _run(options: argparse.Namespace) -> int:
    kajian = _open(options.kajian)
    if options.skenario:
        kajian = kajian.with_scenario(options.skenario)
        _say(_("TRIAL, not the official proposal: {title}").format(title=kajian.stated.study.title))
    return _write(kajian, options.keluaran)


def _batch(options: argparse.Namespace) -> int:
    from lokus.batch.plan import read_plan

    plan = read_plan(options.tabel, common=options.kajian, folder=options.keluaran, outputs=options.isi)
    return _run_plan(plan, workers=options.pekerja, memory=options.memori, address=options.klaster)


def _run_plan(
    plan: Plan, *, workers: int | None = None, memory: str | None = None, address: str | None = None
) -> int:
    from lokus.batch.all_studies import run_batch
    from lokus.batch.rollup import write_rollup

    with _progress() as step:
        batch = run_batch(plan, workers=workers, memory=memory, address=address, on_step=step)
    files = write_rollup(batch)
    _say()
    _say(str(batch))
    for line in batch.lines():
        _say(f"  {line}")
    for path in files:
        _say(f"  {path}")
    return 1 if batch.wrong or any(finding.level != "note" for finding in batch.findings) else 0


def _review(options: argparse.Namespace) -> int:
    kajian = _open(options.kajian)
    if options.sebelumnya:
        kajian = kajian.compared_with(options.sebelumnya)
    if kajian.settings.previous is None:
        raise StudyFileError(
            _("the study does not say where last year's list is"),
            where=Where(file=options.kajian.name),
            remedy=_("add [tahun_lalu] to it, or name last year's outputs with --sebelumnya"),
        )
    return _write(kajian, options.keluaran)


def _write_study(study: Path, folder: Path | None) -> int:
    return _write(_open(study), folder)


def _write(kajian: Kajian, folder: Path | None) -> int:
    from lokus.show.pack.output_names import action_label, by_action

    if not kajian.audit.blocking.empty:
        _report_audit(kajian, kajian.audit.findings)
        outputs = kajian.write(folder)  # raises what holds the proposal back
    else:
        with kajian.start_helpers() as helpers:
            _report_audit(kajian, _all_findings(kajian))
            with _progress() as step:
                outputs = kajian.write(folder, on_step=step, helpers=helpers)
    _say()
    _say(str(kajian.proposal))
    _say()
    if kajian.review:
        _say(str(kajian.review))
        for result in (kajian.expected_fall, kajian.effect):
            if result:
                _say(result.sentence)
        _say()
    _say(_("Outputs in {folder}:").format(folder=outputs.folder))
    sizes = {path.name: path.stat().st_size for path in outputs.files}
    for action, names in by_action(sizes).items():
        _say(f"  {action_label(action)}")
        for name in names:
            _say(f"    {name:<34} {format_number(sizes[name] / 1024):>8} kB")
    return 0


def _audit(options: argparse.Namespace) -> int:
    kajian = _open(options.kajian)
    # Rates, types and the list take longer than the audit: they are looked at where a table is asked for.
    table = _all_findings(kajian) if options.csv or options.xlsx else kajian.audit.findings
    blocked = _report_audit(kajian, table, every=True)
    if options.csv:
        from lokus.files import atomic_path

        with atomic_path(options.csv) as draft:
            table.to_csv(draft, index=False)
        _say(_("Findings written to {path}").format(path=options.csv))
    if options.xlsx:
        _write_workbook(options.xlsx, table)
        _say(_("Findings written to {path}").format(path=options.xlsx))
    if options.permintaan:
        files = kajian.write_requests(options.permintaan)
        if files:
            _say(_("{n} letters and workbooks written to {path}").format(
                n=len(files), path=options.permintaan))  # fmt: skip
        else:
            _say(_("No office has data missing"))
    if not (options.csv or options.xlsx):
        _say(_("Cautions about rates, types and the list are added with --csv or --xlsx, and by lokus run"))
    return blocked


def _all_findings(kajian: Kajian) -> pd.DataFrame:
    """Return the findings with the cautions; without them, saying why, where the data allow no rates."""
    try:
        return kajian.findings
    except LokusError as error:
        _say(
            _("Cautions about rates, types and the list could not be looked for: {error}").format(error=error)
        )
        return kajian.audit.findings


def _write_workbook(path: Path, findings: pd.DataFrame) -> None:
    """Write the findings to a workbook; no text of an input becomes a formula."""
    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    from lokus.files import atomic_path

    book = Workbook()
    sheet = book.active
    sheet.title, sheet.freeze_panes = "temuan", "A2"
    rows = [[str(name) for name in findings.columns], *findings.astype(object).to_numpy().tolist()]
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub("", value), "s"
            elif not pd.isna(value):
                cell.value = value
    with atomic_path(path) as draft:
        book.save(draft)


def _report_audit(kajian: Kajian, findings: pd.DataFrame, *, every: bool = False) -> int:
    """Print the findings; return 1 where one of the audit is blocking."""
    from lokus.findings import counts_sentence
    from lokus.intake.audit.entries import audit_lines

    audit = kajian.audit
    cases = kajian.write_open_cases()  # before anything is printed: the reader of a pipe may end early
    _say(counts_sentence(findings))
    for line in audit_lines(findings):
        _say(line)
    if every:
        _say(_("Completeness by indicator (villages with data):"))
        for key, filled in audit.completeness.sum().items():
            _say(f"  {key!s:<28} {filled:>5} / {len(audit.completeness)}")
    if cases:
        _say(_("Names that need your decision are listed in {path}").format(path=cases))
    return 1 if len(audit.blocking) else 0


def _init(options: argparse.Namespace) -> int:
    from lokus.draft import draft_study
    from lokus.files import atomic_path
    from lokus.settings.theme import shipped_themes

    if options.kajian.exists():
        raise StudyFileError(
            _("the file already exists"),
            where=Where(file=str(options.kajian)),
            remedy=_("name another one with --kajian"),
        )
    if options.tema is not None and options.tema not in shipped_themes():
        raise StudyFileError(
            _('no theme "{name}"').format(name=options.tema),
            remedy=_("name one of {names}; any other is written by hand under [tema]").format(
                names=", ".join(shipped_themes())
            ),
        )
    text = draft_study(
        options.batas,
        options.tabel,
        folder=options.kajian.parent,
        year=options.tahun,
        official=options.daftar,
        sheets=options.lembar,
        bridge_file=options.jembatan,
        theme=options.tema,
        **_reading(options),
    )
    with atomic_path(options.kajian) as draft:
        draft.write_text(text, encoding="utf-8")
    _say(_("Draft written to {path}. Read it, mend it, then: lokus audit {path}").format(path=options.kajian))
    return 0


def _period_report(options: argparse.Namespace) -> int:
    from lokus.findings import counts_sentence, findings_frame
    from lokus.stages.periods import find_period

    kajian = _open(options.kajian)
    chosen = {
        "semester": options.semester, "quarter": options.triwulan, "name": options.periode,
        "year": options.tahun,
    }  # fmt: skip
    period = find_period(kajian, **chosen)
    files = kajian.write_period_report(options.keluaran, **chosen)
    _say(period.title)
    _say(counts_sentence(findings_frame(period.findings)))
    for path in files:
        _say(f"  {path}")
    return 0


def _catalogue(options: argparse.Namespace) -> int:
    from lokus.intake.indicators.catalogue import load_catalogue
    from lokus.intake.indicators.listing import catalogue_page, catalogue_text

    catalogue = load_catalogue()
    _say(catalogue_page(catalogue) if options.markdown else catalogue_text(catalogue, words=options.kata))
    return 0


def _keys(options: argparse.Namespace) -> int:
    from lokus.settings.reference import key_page, key_text, study_schema

    if options.skema:
        _say(json.dumps(study_schema(), ensure_ascii=False, indent=2))
    else:
        _say(key_page() if options.markdown else key_text(options.kata))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from lokus.kajian import verify_lock

    result = verify_lock(options.kunci, study=options.kajian)
    for check in result.checks:
        _say(f"  {'✓' if check.holds else '✗'} {check.subject}: {check.outcome}")
    _say(
        _("The lock holds: the same data give the same list.")
        if result.holds and not result.periodic
        else _("The lock holds: the same data give the same report.")
        if result.holds
        else _("The lock does not hold.")
    )
    return 0 if result.holds else 1


def _check_boundaries(options: argparse.Namespace) -> int:
    from lokus.places.boundary_report import check_boundaries

    report = check_boundaries(options.batas, **_reading(options))
    _say(str(report))
    return 1 if report.blocking else 0


def _fetch_boundaries(options: argparse.Namespace) -> int:
    from lokus.places.open_boundaries import DEFAULT_URL, fetch_boundaries

    with _progress() as step:
        fetched = fetch_boundaries(
            options.kode,
            options.folder,
            url_template=options.alamat or DEFAULT_URL,
            refresh=options.ulang,
            on_progress=_counting(step),
        )
    _say(str(fetched))
    return 0


def _counting(step: Callable[[str, int, int], None]) -> Callable[[int, int | None], None]:
    """Report bytes as steps, one for each tenth of the file."""
    reported = -1

    def report(done: int, total: int | None) -> None:
        nonlocal reported
        tenth = 10 * done // total if total else 0
        if tenth > reported:
            reported = tenth
            size = _("{n} kB downloaded").format(n=format_number(done / 1024))
            step(size, min(tenth, 9), 10)

    return report


def _open(study: Path) -> Kajian:
    from lokus.kajian import Kajian

    kajian = Kajian.open(study)
    set_subject(kajian.subject)
    return kajian


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Return the progress display of a long job: a bar on a terminal, elsewhere a line for each step."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text, done, total: _say(f"[{done + 1}/{total}] {text}")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)
        yield lambda text, done, total: progress.update(task, description=text, completed=done, total=total)
        progress.update(task, description=_("done"), completed=1, total=1)


def _say(text: str = "") -> None:
    sys.stdout.write(_visible(text) + "\n")


def _visible(text: str) -> str:
    """Escape characters that would move the cursor, colour the terminal or reverse the text."""
    return "".join(
        letter
        if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
        else letter.encode("unicode_escape", "surrogatepass").decode()
        for letter in text
    )
