"""The help of a stage as it is in use in a vault: read when somebody asks, and not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.field_help import StageHelp
    from lnctp_tui.services.vault.workspace import Workspace


def help_of(workspace: Workspace, stage: str) -> StageHelp | None:
    """What is taught about the fields of a stage: accepted files of the organisation, else the program's."""
    from lnctp_tui.storage.protocol import help_files

    return help_files.of_vault(workspace.store, stage)
