"""Write the synthetic kabupaten: ``python -m example_kabupaten TARGET``, with ``tools`` on the path."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from example_kabupaten import make_kabupaten


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all files of the default kabupaten into a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m example_kabupaten",
        description="Write the synthetic kabupaten and its untidy workbooks.",
    )
    parser.add_argument("target", help="folder to write into, such as data")
    options = parser.parse_args(arguments)
    written = make_kabupaten().write(options.target)
    sys.stdout.write(f"{len(written)} files written to {options.target} (synthetic example data)\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
