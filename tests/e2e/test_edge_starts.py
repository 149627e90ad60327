"""Starts that cannot be: each ends with code 2 and a sentence, also in the log."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from support.edge_process import running
from watchpost.base.paths import DataFolder


def refused(*arguments: str) -> str:
    """Run an edge that cannot start; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "watchpost", "edge", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=90,
        env=os.environ,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def logged(folder: DataFolder) -> str:
    return (folder.logs / "watchpost.log").read_text(encoding="utf-8")


def test_a_second_edge_on_one_folder(tmp_path: Path) -> None:
    with running(tmp_path / "data") as edge:
        said = refused("--data", str(tmp_path / "data"))
        assert "Another edge is already running" in said
        assert "--data" in said
        assert "store.locked" in logged(edge.folder)
        assert edge.client.info().name


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused("--data", str(tmp_path / "data"), "--port", str(port))
        assert f"Port {port}" in said
        said = refused(
            "--data", str(tmp_path / "data"), "--listen", f"127.0.0.1:{port}"
        )
        assert f"Port {port}" in said
    assert "listen.port" in logged(DataFolder(tmp_path / "data"))


def test_an_address_that_is_not_ours(tmp_path: Path) -> None:
    said = refused("--data", str(tmp_path / "data"), "--listen", "192.0.2.1:8443")
    assert "192.0.2.1" in said
    said = refused("--data", str(tmp_path / "data"), "--listen", "8443")
    assert "HOST:PORT" in said


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    assert "cannot be written" in refused("--data", str(in_the_way / "data"))


def test_a_damaged_database(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.database.write_bytes(b"this is no database" * 400)
    said = refused("--data", str(folder.root))
    assert "database" in said
    assert "store.damaged" in logged(folder)


def test_a_damaged_certificate(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.certificate.write_text("nothing", encoding="utf-8")
    said = refused("--data", str(folder.root), "--listen", "127.0.0.1:0")
    assert "certificate" in said


def test_a_damaged_token_file_harms_nothing(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.token_file.write_text("{", encoding="utf-8")
    with running(folder.root) as edge:
        said = json.loads(folder.token_file.read_text(encoding="utf-8"))
        assert said["token"] == edge.address.token


def test_address_and_token_are_the_same_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path / "data") as edge:
        address = edge.address
        edge.kill()
    with running(tmp_path / "data") as edge:
        assert edge.address == address
