"""`lnctp server erase|refold`: what the law orders erased, and whether log and tables say the same."""

from __future__ import annotations

from collections.abc import Callable

COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = ()
