"""``python -m watchpost``: the same as the ``watchpost`` command."""

from __future__ import annotations

import multiprocessing
import sys

if __name__ == "__main__":
    # A frozen bundle's children start here too.
    multiprocessing.freeze_support()
    from watchpost.cli import main

    sys.exit(main())
