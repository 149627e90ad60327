"""USB cameras of this computer.

What differs by platform about capture devices stands here and nowhere else.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from watchpost.base.errors import CaptureError


@dataclass(frozen=True, slots=True)
class Device:
    """How FFmpeg opens a camera."""

    url: str
    format: str
    options: dict[str, str]


def _missing(address: str) -> CaptureError:
    return CaptureError(
        f"There is no camera {address!r} at this computer.",
        todo="Plug it in, or choose one from the list of cameras.",
        code="capture.no_device",
    )


if sys.platform == "win32":
    import av.device

    def list_usb() -> list[tuple[str, str]]:
        """Return (address, name) of every camera; the address goes into a source."""
        return [
            (device.description or device.name, device.description or device.name)
            for device in av.device.enumerate_input_devices("dshow")
            if "video" in device.media_types
        ]

    def device_of(address: str, fps: float) -> Device:
        """Return how to open a camera by its DirectShow name, or number in the list.

        Args:
            address: Name or number.
            fps: Wished rate.

        Raises:
            CaptureError: No camera has it (``capture.no_device``).
        """
        names = [name for _, name in list_usb()]
        if address.isdigit() and int(address) < len(names):
            address = names[int(address)]
        if address not in names:
            raise _missing(address)
        return Device(f"video={address}", "dshow", {"framerate": f"{fps:g}"})

else:
    import fcntl
    import os
    import re
    import struct
    from pathlib import Path

    _DEVICES = Path("/dev")
    _BY_ID = Path("/dev/v4l/by-id")
    _NAMES = Path("/sys/class/video4linux")
    # From linux/videodev2.h.
    _QUERYCAP = 0x80685600
    _CAPABILITY = struct.Struct("16s32s32sIII12x")
    _VIDEO_CAPTURE = 0x00000001
    _DEVICE_CAPS = 0x80000000

    def list_usb() -> list[tuple[str, str]]:
        """Return (address, name) of every camera; the address goes into a source."""
        lasting = _lasting_names()
        return [
            (lasting.get(path, str(path)), _name(path))
            for path in sorted(_DEVICES.glob("video[0-9]*"), key=_number)
            if _captures(path)
        ]

    def device_of(address: str, fps: float) -> Device:
        """Return how to open a camera by path, number or name.

        Args:
            address: ``/dev/video0``, ``/dev/v4l/by-id/...``, ``0`` or its name.
            fps: Wished rate.

        Raises:
            CaptureError: No camera has it (``capture.no_device``).
        """
        return Device(_path_of(address), "v4l2", {"framerate": f"{fps:g}"})

    def _path_of(address: str) -> str:
        if address.isdigit():
            path = _DEVICES / f"video{address}"
        elif re.fullmatch(r"/dev/(video\d+|v4l/by-(id|path)/[\w:.+-]+)", address):
            path = Path(address)
        else:
            path = next((Path(a) for a, n in list_usb() if n == address), Path())
        if not path.is_char_device():
            raise _missing(address)
        return str(path)

    def _lasting_names() -> dict[Path, str]:
        # /dev/video0 may be another camera after the next start; these names stay.
        if not _BY_ID.is_dir():
            return {}
        return {link.resolve(): str(link) for link in sorted(_BY_ID.iterdir())}

    def _number(path: Path) -> int:
        return int(path.name.removeprefix("video") or 0)

    def _name(path: Path) -> str:
        try:
            return (_NAMES / path.name / "name").read_text(encoding="utf-8").strip()
        except OSError:
            return path.name

    def _captures(path: Path) -> bool:
        """Say whether a node gives pictures; many cameras have a second for metadata."""
        try:
            handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            answer = fcntl.ioctl(handle, _QUERYCAP, bytes(_CAPABILITY.size))
        except OSError:
            return False
        finally:
            os.close(handle)
        _driver, _card, _bus, _version, all_caps, node_caps = _CAPABILITY.unpack(answer)
        caps = node_caps if all_caps & _DEVICE_CAPS else all_caps
        return bool(caps & _VIDEO_CAPTURE)
