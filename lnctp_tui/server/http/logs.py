"""One JSON object per line on standard error: what happened when, never what was in it.

Only fields that we name are written. Of other libraries' messages only the template is kept, of errors only
the class and our line: their arguments can hold values.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson

from lnctp_tui.storage import hardening, instants

FIELDS = (
    "method",
    "route",
    "status",
    "ms",
    "code",
    "device",
    "bytes_in",
    "bytes_out",
    "count",
    "n",
    "address",
)
"""Everything a record of ours may carry besides time, level and event."""
_OURS = "lnctp"


class Lines(logging.Formatter):
    """Records as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": instants.iso(instants.now()),
            "level": record.levelname.lower(),
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        if not record.name.startswith(_OURS):
            line["from"] = record.name
        line |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = hardening.code_of(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def start(level: int = logging.INFO) -> None:
    """Sends every logger of this process through `Lines`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    logging.captureWarnings(True)


def note(event: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:
    """One line. Raises ValueError for a field that is not in FIELDS."""
    if unknown := fields.keys() - set(FIELDS):
        raise ValueError(f"not for a log: {', '.join(sorted(unknown))}")
    logging.getLogger(_OURS).log(level, event, extra=fields, exc_info=error)
