"""No second write path: a synchronised table is written by statements that say RECORDED, and by no others.

Those of `storage.database.session.Unit` say it, and of `storage.replication`, and of the migrations; a test holds
that nobody else does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lnctp_tui.errors import Refused
from lnctp_tui.models import SYNCED

if TYPE_CHECKING:
    from sqlalchemy import Engine

RECORDED: Mapping[str, Any] = {"recorded": True}
"""Execution options of a statement whose writes have their change in the log."""

_WORDLESS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?(?:\*/|$)", re.DOTALL)
"""Texts and comments; a comment parts words as a space does."""
_WRITE = re.compile(
    r"\b(?:(?:INSERT(?: OR \w+)?|REPLACE) INTO|UPDATE(?: OR \w+)?|DELETE FROM|"
    r"(?:DROP|ALTER) TABLE(?: IF EXISTS)?) (?:\w+ ?\. ?)?(?:" + "|".join(SYNCED) + r")\b",
    re.IGNORECASE,
)


@lru_cache(1024)
def writes_synchronised(statement: str) -> bool:
    """Whether a statement of SQL writes, alters or drops a synchronised table."""
    bare = re.sub(r"[\"`\[\]\s]+", " ", _WORDLESS.sub(" ", statement))
    return _WRITE.search(bare) is not None


def watch(engine: Engine) -> None:
    """Have an engine refuse what would write past the log. Its statements raise Refused `write_outside_log`."""
    from sqlalchemy import event

    @event.listens_for(engine, "before_cursor_execute")
    def refuse(_on: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if not context.execution_options.get("recorded") and writes_synchronised(statement):
            raise Refused("write_outside_log")
