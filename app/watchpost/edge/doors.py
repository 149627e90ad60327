"""Where an edge is reached: loopback with a token file, the network behind TLS."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from watchpost.api.application import create_app
from watchpost.api.server import ApiServer
from watchpost.api.services import Services
from watchpost.base.errors import ConfigError
from watchpost.base.paths import DataFolder
from watchpost.base.sockets import listen
from watchpost.edge.access import local_token
from watchpost.edge.certificate import ensure_certificate

LOOPBACK = "127.0.0.1"
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 compared with, not bound to
# An address for documentation: nothing is sent, the system only picks our own address.
_FAR_AWAY = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class RemoteDoor:
    """The network side.

    Attributes:
        listening: Bound socket.
        certificate: PEM file with certificate and key.
        fingerprint: SHA-256 of the certificate, hex.
        address: What to type at another console.
    """

    listening: socket.socket
    certificate: Path
    fingerprint: str
    address: str


class Doors:
    """Binds first, so that a taken port is said before anything runs; serves later.

    Args:
        folder: Where the token file and the certificate lie.
        port: Loopback port; 0 takes the one of the last start, or any free one.
        remote: Host and port for the network, or None.
        edge_id: For the certificate's name.

    Raises:
        ConfigError: A port is in use, or an address is not ours.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        port: int,
        remote: tuple[str, int] | None,
        edge_id: str,
    ) -> None:
        self.token, last_port = local_token(folder)
        self._servers: list[ApiServer] = []
        self._local: socket.socket = _bind_local(port, last_port)
        self.port: int = self._local.getsockname()[1]
        self.remote: RemoteDoor | None = None
        if remote is not None:
            try:
                self.remote = _bind_remote(folder, remote, edge_id)
            except BaseException:
                self._local.close()
                raise

    def open(self, services: Services) -> None:
        """Serve from now on."""
        servers = [ApiServer(create_app(services, remote=False), self._local)]
        if self.remote is not None:
            servers.append(
                ApiServer(
                    create_app(services, remote=True),
                    self.remote.listening,
                    certificate=self.remote.certificate,
                )
            )
        for server in servers:
            server.start()
            self._servers.append(server)

    def close(self) -> None:
        """Serve no longer."""
        for server in self._servers:
            server.stop()
        self._servers.clear()
        self._local.close()
        if self.remote is not None:
            self.remote.listening.close()


def _bind_local(port: int, last_port: int) -> socket.socket:
    if port == 0 and last_port:
        try:
            return listen(LOOPBACK, last_port)
        except ConfigError:
            # Somebody else has it now; consoles read the token file again.
            return listen(LOOPBACK, 0)
    return listen(LOOPBACK, port)


def _bind_remote(
    folder: DataFolder, remote: tuple[str, int], edge_id: str
) -> RemoteDoor:
    host, port = remote
    fingerprint = ensure_certificate(folder.certificate, edge_id)
    listening = listen(host, port)
    bound_port = listening.getsockname()[1]
    shown = own_address() if host in _EVERYWHERE else host
    shown = f"[{shown}]" if ":" in shown else shown
    return RemoteDoor(
        listening, folder.certificate, fingerprint, f"https://{shown}:{bound_port}"
    )


def own_address() -> str:
    """Return the address by which this computer is reached from its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)
            address: str = probe.getsockname()[0]
        except OSError:
            return socket.gethostname()
    return address
