"""The codes that an organisation's own protocol adds to the closed catalogs: the server takes those too."""

from __future__ import annotations

from pathlib import Path

FOLDER = "protocol"
"""In the server's folder, the same files as in a laptop's data folder."""


def learn(home: Path) -> None:
    """Read the organisation's protocol, where there is one. Raises BadProtocol."""
    own = home / FOLDER
    if own.is_dir():
        from lnctp_tui.storage.database import fitness
        from lnctp_tui.storage.protocol import protocol_loader

        fitness.learn(protocol_loader.load(own).catalogs)
