"""Run the benchmarks and put what they printed into ``docs/pengukuran.md``: ``make measure``.

Run with ``PYTHONPATH=tools python benchmarks/all.py [name ...]`` on a machine that does nothing else; without
a name all of them, which takes about an hour. What a benchmark prints replaces what stands between the marks
of its name on the page, with the day, the load of the machine before and after it, and the work and the clock
of the run. A benchmark that fails, or whose real files or peer package are not there, leaves its part of the
page as it was; the command then ends with 1 and names it.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from docs_page import put_table

from lokus.i18n import format_number

HERE = Path(__file__).resolve().parent
PAGE = "pengukuran.md"
COMMANDS: dict[str, tuple[str, ...]] = {
    "jawaban": ("first_answer.py", "--times", "5"),
    "pertumbuhan": ("first_answer.py", "--times", "1", "--pack", "--made", "63", "256", "852", "3239"),
    "bahan": ("pack.py", "--pairs", "3"),
    "laju": ("rates.py",),
    "web": ("web_map.py",),
    "titik-panas": ("hotspots.py",),
    "pemindaian": ("scan.py",),
    "pemilihan": ("selection.py",),
    "kepastian": ("robustness.py",),
    "bagaimana-jika": ("whatif.py",),
    "nama": ("names.py",),
    "dua-tahun": ("vintages.py",),
    "ketetanggaan": ("neighbours.py",),
    "batas": ("boundaries.py",),
    "anak": ("children.py", "5000000"),
    "beban": ("load.py",),
}


def load() -> float:
    """Average number of processes that wanted a core in the last minute."""
    return os.getloadavg()[0]


def measured(name: str) -> str | None:
    """What goes between the marks of a benchmark; None where it failed."""
    script, *options = COMMANDS[name]
    before, used, clock = load(), resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(
        [sys.executable, str(HERE / script), *options], capture_output=True, text=True, check=False
    )
    clock, spent = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode or not run.stdout.strip():
        sys.stderr.write(f"{name}: {run.stderr.strip()[-600:] or 'printed nothing'}\n")
        return None
    work = spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime
    told = " ".join(("python", f"benchmarks/{script}", *options))
    head = (
        f"`{told}` – {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} inti, beban "
        f"{format_number(before, decimals=1)} sebelum dan {format_number(load(), decimals=1)} sesudahnya; "
        f"seluruhnya CPU {work:.0f} detik dalam {clock:.0f} detik."
    )
    return f"{head}\n\n{as_markdown(run.stdout)}"


def as_markdown(printed: str) -> str:
    """Keep tables, with a decimal comma, and put what is aligned by spaces into blocks of fixed width."""
    parts: list[str] = []
    for block in re.split(r"\n\s*\n", printed.strip("\n")):
        if any(line.startswith("|") for line in block.splitlines()):
            table = re.sub(r"(?m)^(?!\|)(.+)\n(?=\|)", r"\1\n\n", block)
            parts.append(re.sub(r"(?<=\| )(\d+)\.(\d+)(?= \|)", r"\1,\2", table))
        else:
            parts.append(f"```text\n{block}\n```")
    return "\n\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", nargs="*", choices=[*COMMANDS, []], help="only these")
    lost = []
    for name in parser.parse_args().name or COMMANDS:
        sys.stdout.write(f"{name} ...\n")
        sys.stdout.flush()
        text = measured(name)
        if text is None:
            lost.append(name)
        else:
            put_table(PAGE, name, text)
    if lost:
        sys.stderr.write(f"not measured: {', '.join(lost)}\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
