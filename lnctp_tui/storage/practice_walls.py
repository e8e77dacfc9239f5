"""Walls around a process that practises: it can import nothing that synchronises, and open no connection.

Raised before anything else is imported. An audit hook cannot be taken away again (PEP 578).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

FORBIDDEN = (
    *(f"lnctp_tui.sync.{name}" for name in ("client", "loop", "transport", "tls", "sending", "enroll")),
    *(f"lnctp_tui.services.sync.{name}" for name in ("synchronise", "server_requests", "alert_requests")),
    "lnctp_tui.server",
)
"""Modules, with all below them, that a practice process never has."""
NETWORK = frozenset(
    {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.bind"}
)


class NoSync:
    """Refuses to find what would synchronise."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None for every other module, so that the usual finders look."""
        if any(name == banned or name.startswith(banned + ".") for banned in FORBIDDEN):
            raise ImportError(f"{name} is not for practice", name=name)
        return None


def stand() -> None:
    """Raise the walls around this process, for good."""
    sys.meta_path.insert(0, NoSync)
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in NETWORK:
        raise PermissionError(f"{event} is not for practice")
