"""Write the synthetic kabupaten: ``python -m lokus.datasets TARGET``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from lokus.datasets import make_kabupaten
from lokus.i18n import gettext as _


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all files of the default kabupaten into a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m lokus.datasets",
        description=_("Write the synthetic kabupaten and its untidy workbooks."),
    )
    parser.add_argument("target", help=_("folder to write into, such as data"))
    options = parser.parse_args(arguments)
    written = make_kabupaten().write(options.target)
    sys.stdout.write(
        _("{n} files written to {folder} (synthetic example data)").format(
            n=len(written), folder=options.target
        )
        + "\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
