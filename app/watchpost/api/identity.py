"""Who calls, and what each role may do; enforced here, on the server."""

from __future__ import annotations

from dataclasses import dataclass

from watchpost.protocol.edge import Role

EVERYBODY: frozenset[Role] = frozenset(
    ("operator", "technician", "supervisor", "manager", "admin")
)
INSTALLERS: frozenset[Role] = frozenset(("technician", "admin"))
MODEL_KEEPERS: frozenset[Role] = frozenset(("technician", "supervisor", "admin"))
REVIEWERS: frozenset[Role] = frozenset(("supervisor", "manager", "admin"))
SHIFT_LEADERS: frozenset[Role] = frozenset(("supervisor", "admin"))
ADMINS: frozenset[Role] = frozenset(("admin",))


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated caller.

    Attributes:
        user: Name, as the audit shows it.
        role: What the caller may do.
        remote: Came in from the network rather than over loopback with the token file.
    """

    user: str
    role: Role
    remote: bool
