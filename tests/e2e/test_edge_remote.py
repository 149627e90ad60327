"""An edge on another computer: no shared memory, only what goes over the network."""

from __future__ import annotations

import queue
import socket
import ssl
from pathlib import Path

import httpx
import pytest

from support.edge_process import Console, EdgeProcess, eventually, running
from watchpost.base.errors import EdgeError
from watchpost.client.edge import EdgeAddress, EdgeClient
from watchpost.client.packets import PacketStream, RelayedPacket
from watchpost.client.pairing import PairedEdge, pair
from watchpost.domain.cameras import CameraState
from watchpost.protocol.cameras import CameraSpec, SourceSpec, TileRequest
from watchpost.protocol.live import HealthUpdate, StreamHeader

SIMULATED = CameraSpec(
    name="Bus door", source=SourceSpec(kind="simulated", address="bus_door", fps=10)
)


def paired(edge: EdgeProcess, role: str = "admin") -> PairedEdge:
    code = edge.client.pairing_code()
    assert code.address.startswith("https://127.0.0.1:")
    return pair(code.address, code.code, "Office")


def test_a_remote_console_sees_pictures_and_results(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--listen", "127.0.0.1:0") as edge:
        office = paired(edge)
        client = EdgeClient(office.address)
        assert not client.info().shared_memory
        camera = client.add_camera(SIMULATED)
        eventually(
            lambda: client.camera(camera.id).status.state is CameraState.LIVE or None
        )
        with pytest.raises(EdgeError) as caught:
            client.lease_tile(camera.id, TileRequest(width=320, height=180))
        assert caught.value.code == "tile.remote"

        headers: queue.Queue[tuple[StreamHeader, bytes]] = queue.Queue()
        packets: queue.Queue[RelayedPacket] = queue.Queue()
        stream = PacketStream(
            office.address,
            camera.id,
            on_header=lambda header, extra: headers.put((header, extra)),
            on_packet=packets.put,
            on_state=lambda _state: None,
        )
        stream.start()
        try:
            header, _ = headers.get(timeout=30)
            first = packets.get(timeout=30)
            assert first.is_key
            assert first.sequence == header.first_frame_sequence
            assert first.epoch == header.epoch
            following = [packets.get(timeout=30) for _ in range(20)]
            assert [p.sequence for p in following] == [
                first.sequence + 1 + i for i in range(20)
            ]
        finally:
            stream.stop()
        with Console(office.address) as console:
            console.next(HealthUpdate)
        client.close()


def test_a_code_made_twice_is_the_second(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--listen", "127.0.0.1:0") as edge:
        first = edge.client.pairing_code()
        edge.client.pairing_code()
        with pytest.raises(EdgeError) as caught:
            pair(first.address, first.code, "Office")
        assert caught.value.code == "pair.refused"


def test_the_network_side_speaks_tls_only_and_the_pin_is_kept(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--listen", "127.0.0.1:0") as edge:
        office = paired(edge)
        port = int(office.address.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200" not in plain.recv(1000)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{office.address.url}/healthz", trust_env=False)
        local = EdgeAddress(
            office.address.url,
            edge.address.token,
            office.address.fingerprint,
            office.address.certificate_pem,
        )
        with pytest.raises(EdgeError) as caught:
            EdgeClient(local).info()
        assert caught.value.code == "edge.signed_out"
    with running(tmp_path / "other", "--listen", f"127.0.0.1:{port}"):
        with pytest.raises(EdgeError) as caught:
            EdgeClient(office.address).info()
        assert caught.value.code == "edge.unreachable"
        context = office.address.ssl_context()
        assert context is not None
        assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_pairing_survives_a_restart_of_the_edge(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--listen", "127.0.0.1:0") as edge:
        office = paired(edge)
        port = office.address.url.rpartition(":")[2]
        edge.kill()
    with running(tmp_path / "data", "--listen", f"127.0.0.1:{port}"):
        client = EdgeClient(office.address)
        assert client.info().user == "Office"
        client.close()


def test_a_console_that_goes_leaves_the_edge_counting(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--listen", "127.0.0.1:0") as edge:
        office = paired(edge)
        client = EdgeClient(office.address)
        camera = client.add_camera(SIMULATED)
        with Console(office.address) as console:
            console.next(HealthUpdate)
        client.close()

        def newer_frame() -> int | None:
            status = edge.client.camera(camera.id).status
            return status.last_frame_ns if status.recording else None

        first = eventually(newer_frame)
        assert eventually(
            lambda: newest if (newest := newer_frame()) and newest > first else None
        )
