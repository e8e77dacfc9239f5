"""What was promised at the end of a call, until the call is finished: as it was typed, and the task that it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.follow import windows
from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.values import moments, values
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.services.vault.workspace import Workspace

PROMISE = "promise:"
"""Before a call's id: the draft, which goes when the call ends."""
SAY = "say"
"""The column that takes what cannot be read."""


class Promise:
    """The texts of one call's promise by field; a draft, so that a lock loses none of them."""

    def __init__(self, workspace: Workspace, contact_id: str) -> None:
        self.workspace = workspace
        self.texts: dict[str, str] = {}
        self._draft = PROMISE + contact_id

    def stored(self) -> dict[str, str]:
        """What was promised before a lock. Blocking."""
        texts: dict[str, str] = self.workspace.draft(self._draft, {})
        return texts

    def enter(self, field: Field, raw: str) -> Parsed:
        """Keep what was typed."""
        self.texts[field.code] = raw
        self.workspace.keep_draft(self._draft, self.texts)
        return self.read(field)

    def read(self, field: Field) -> Parsed:
        """What the text of a field says, as a patch of the task."""
        now = self.workspace.store.now().astimezone(ZoneInfo(self.workspace.zone))
        raw = self.texts.get(field.code, "")
        return values.parse(field, raw, protocol=self.workspace.protocol, today=now.date(), now=now)

    def task(self, fields: Sequence[Field]) -> dict[str, Any] | None:
        """The promise as a task; what cannot be read is kept in what to say. None: nothing was promised."""
        task: dict[str, Any] = {}
        say: list[str] = []
        for field in fields:
            if text := self.texts.get(field.code, "").strip():
                patch = self.read(field).patch
                if values.raw_key(field) in patch or field.code == SAY:
                    say.append(text)
                else:
                    task |= patch
        return task | ({SAY: " · ".join(say)} if say else {}) or None


def has_no_window(task: Mapping[str, Any], case: Mapping[str, Any], now: datetime) -> bool:
    """Whether hours were agreed and none of them is left before the promised call is due."""
    begins, ends = moments.zoned(task.get("due_from")), moments.zoned(task.get("due_to"))
    if ends is None or not case.get("callback_hours"):
        return False
    from lnctp_tui.services.directory.opening import (
        evaluate,  # with the library of hours, which few calls need
    )

    return windows.no_window(case, max(begins or now, now), ends, evaluate)
