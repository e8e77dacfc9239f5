"""What F1 says, read when somebody asks, and not kept: the help of a stage in use in a vault, what a dialog is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.field_help import StageHelp
    from lnctp_tui.domain.protocol.protocol import Label
    from lnctp_tui.services.vault.workspace import Workspace


def help_of(workspace: Workspace, stage: str) -> StageHelp | None:
    """What is taught about the fields of a stage: accepted files of the organisation, else the program's."""
    from lnctp_tui.storage.protocol import help_files

    return help_files.of_vault(workspace.store, stage)


def purpose_of(code: str) -> Label:
    """What the dialog of a code is for. Raises KeyError."""
    from lnctp_tui.storage.protocol import help_files

    return help_files.dialogs()[code]
