"""A program that behaves at its start as an edge does, for tests of who starts one.

Arguments: the data folder, then how to behave: ``serve``, ``refuse``, ``crash``, ``mute``.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from support import api_stub
from watchpost.api.identity import Identity
from watchpost.base.paths import DataFolder
from watchpost.client.local import CANNOT_START, STAY
from watchpost.edge.access import write_token_file
from watchpost.protocol.edge import EdgeInfo
from watchpost.protocol.wire import Problem

TOKEN = "admin"


class _Site:
    def info(self, caller: Identity) -> EdgeInfo:
        return EdgeInfo(
            id="e",
            name="Pretended",
            version="1",
            demo=False,
            started_ns=1,
            now_ns=2,
            hostname="here",
            shared_memory=True,
            role=caller.role,
            user=caller.user,
        )


def main() -> int:
    folder, manner = DataFolder(Path(sys.argv[1])), sys.argv[2]
    if manner == "refuse":
        problem = Problem(code="store.full", what="The disk is full.", todo="Free it.")
        sys.stderr.write("a warning before\n" + problem.model_dump_json() + "\n")
        return CANNOT_START
    if manner == "crash":
        return 1
    if manner == "mute":
        sys.stdin.buffer.read()
        return 0
    folder.create()
    with api_stub.serving(api_stub.services(site=_Site())) as url:
        write_token_file(folder, int(url.rpartition(":")[2]), TOKEN)
        said = sys.stdin.buffer.read()
        (folder.root / "said").write_bytes(said)
        if said == STAY:
            threading.Event().wait(60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
