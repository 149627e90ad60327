"""What can be wrong with a source, as sentences: what is wrong and what to do.

Texts of FFmpeg's errors contain the whole URL with its password; they are never used.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

import av.error

from watchpost.base.errors import CaptureError
from watchpost.domain.cameras import CameraState, Source, SourceKind
from watchpost.engine.capture.sources.address import host_of

REFUSED_RETRY_S = 60.0
FAILED_RETRY_S = 10.0
FIRST_RETRY_S = 0.25
LAST_RETRY_S = 2.0

# Nothing but a person can mend these; they are tried now and then all the same.
_FAILED = {
    "capture.address",
    "capture.path",
    "capture.codec",
    "capture.no_file",
    "capture.empty_file",
    "capture.no_video",
    "capture.too_large",
    "capture.no_pictures",
    "capture.no_picture",
    "capture.not_found",
    "capture.not_a_stream",
    "capture.no_device",
    "capture.scene",
}
_REFUSED = {"capture.password", "capture.forbidden"}


@dataclass(frozen=True, slots=True)
class Retry:
    """How a camera in trouble is and when it is tried again."""

    state: CameraState
    after_s: float


def retry_of(error: CaptureError, tries: int) -> Retry:
    """Return how to go on after the n-th trouble in a row, counted from 0.

    The longest wait is the time that a camera stays away after it came back: 2 s. A
    refused password is tried once a minute, or cameras lock the account.
    """
    if error.code in _REFUSED:
        return Retry(CameraState.REFUSED, REFUSED_RETRY_S)
    if error.code in _FAILED:
        return Retry(CameraState.FAILED, FAILED_RETRY_S)
    wait_s = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** min(tries, 10))
    return Retry(CameraState.RETRYING, wait_s)


def explain(error: Exception, source: Source) -> CaptureError:
    """Return the sentences for whatever opening or reading a source raised."""
    if isinstance(error, CaptureError):
        return error
    if source.kind is SourceKind.RTSP:
        return _explain_network(error, host_of(source.address))
    if source.kind is SourceKind.USB:
        return _explain_usb(error, source.address)
    return CaptureError(
        f"{source.address} cannot be read as video: it is none, or it is damaged.",
        todo="Play it with another program; if that works, convert it to MP4 (H.264).",
        code="capture.no_video",
    )


def disconnected(source: Source) -> CaptureError:
    """Return the trouble of a live stream that ended."""
    what = (
        f"The camera at {host_of(source.address)} closed the connection."
        if source.kind is SourceKind.RTSP
        else f"The camera {source.address} sends no more."
    )
    return CaptureError(
        what,
        todo="It is opened again by itself; check its power and cable if it stays away.",
        code="capture.disconnected",
    )


def stalled(source: Source) -> CaptureError:
    """Return the trouble of a camera that is connected and sends nothing."""
    where = host_of(source.address) or source.address
    return CaptureError(
        f"The camera at {where} has stopped sending pictures.",
        todo="It is opened again by itself; restart the camera if it stays away.",
        code="capture.stalled",
    )


def mute(source: Source) -> CaptureError:
    """Return the trouble of a camera that answers and never sends a picture."""
    return CaptureError(
        f"The camera at {host_of(source.address)} answers but sends no picture.",
        todo="Restart it, or try the other transport (TCP or UDP) for it.",
        code="capture.mute",
    )


def no_picture(source: Source) -> CaptureError:
    """Return the trouble of packets of which none decodes."""
    where = (
        f"The camera at {host_of(source.address)}"
        if source.kind is SourceKind.RTSP
        else source.address
    )
    return CaptureError(
        f"{where} sends video of which no picture can be decoded.",
        todo="Set it to H.264 or H.265 without encryption, or convert the file.",
        code="capture.no_picture",
    )


def _explain_network(error: Exception, host: str) -> CaptureError:
    if isinstance(error, av.error.HTTPUnauthorizedError):
        return CaptureError(
            f"The camera at {host} refuses the user name or the password.",
            todo="Correct them; it is tried once a minute so as not to lock the account.",
            code="capture.password",
        )
    if isinstance(error, av.error.HTTPForbiddenError):
        return CaptureError(
            f"The camera at {host} does not let this user see the stream.",
            todo="Give the user the right to watch in the camera's own settings.",
            code="capture.forbidden",
        )
    if isinstance(error, av.error.HTTPNotFoundError):
        return CaptureError(
            f"The camera at {host} has no stream at this address.",
            todo="Check the part behind the host name; the maker's manual names it.",
            code="capture.not_found",
        )
    if isinstance(error, TimeoutError | av.error.ExitError) or _number(error) in (
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
    ):
        return CaptureError(
            f"The camera at {host} does not answer.",
            todo="Check its power, its network and the address.",
            code="capture.timeout",
        )
    if isinstance(error, ConnectionRefusedError):
        return CaptureError(
            f"The device at {host} refuses the connection.",
            todo="Check the port (554 is usual) and that RTSP is switched on in it.",
            code="capture.refused",
        )
    if _number(error) == errno.EIO:
        return CaptureError(
            f"The camera at {host} cannot be found or reached.",
            todo="Check the host name or address.",
            code="capture.unreachable",
        )
    if isinstance(error, av.error.InvalidDataError | av.error.HTTPError):
        return CaptureError(
            f"What answers at {host} sends no video stream.",
            todo="Check the address and the port; it may be another device.",
            code="capture.not_a_stream",
        )
    return CaptureError(
        f"The camera at {host} cannot be read (error {_number(error)}).",
        todo="It is tried again by itself; check its address and restart it.",
        code="capture.unknown",
    )


def _explain_usb(error: Exception, address: str) -> CaptureError:
    if isinstance(error, PermissionError):
        return CaptureError(
            f"This user may not open the camera {address}.",
            todo="Add the user to the group 'video' and sign in again.",
            code="capture.forbidden",
        )
    if _number(error) == errno.EBUSY:
        return CaptureError(
            f"Another program uses the camera {address}.",
            todo="Close that program.",
            code="capture.busy",
        )
    return CaptureError(
        f"There is no camera {address} at this computer.",
        todo="Plug it in, or choose one from the list of cameras.",
        code="capture.no_device",
    )


def _number(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError | av.error.FFmpegError) else None
