"""What a failure below means on the line: not allowed, wait, or a value that cannot be stored."""

from __future__ import annotations

from typing import Final

import psycopg

from lnctp_tui.domain.authority.documents import ControlRefused
from lnctp_tui.errors import Declined, Denied
from lnctp_tui.server.postgres.database import Outdated, failures

STATUS: Final[dict[str, int]] = {
    "malformed": 422,
    "too_large": 413,
    "not_found": 404,
    "busy": 503,
    "server_full": 503,
    "control_form": 422,
    "control_incomplete": 503,
}
"""Of codes of the rooms below; every other is a 403."""
WAIT: Final[dict[str, int]] = {"busy": 5, "server_full": 60, "control_incomplete": 60}


def denied(error: BaseException) -> Denied:
    """The refusal that goes over the line. 500 `error` for what nobody foresaw."""
    if isinstance(error, Denied):
        return error
    if isinstance(error, Outdated):
        error = Declined("busy")
    if isinstance(error, (Declined, ControlRefused)):
        reason = str(error.facts.get("reason", "")) if error.code == "busy" else ""
        return Denied(STATUS.get(error.code, 403), error.code, WAIT.get(error.code), reason=reason)
    if isinstance(error, (psycopg.DataError, UnicodeEncodeError)):
        return Denied(422, "malformed")
    return denied(_translated(error))


def _translated(error: BaseException) -> Denied | Declined:
    try:
        with failures():
            raise error
    except Declined as declined:
        return declined
    except BaseException:
        return Denied(500, "error")
