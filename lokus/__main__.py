"""``python -m lokus``: the command line where the ``lokus`` script is not on the path."""

from lokus.cli import main

raise SystemExit(main())
