"""The one place that draws ids and salts."""

import secrets
import sys

from lnctp_tui.domain.records.changes import SALT_BYTES

if sys.version_info >= (3, 14):
    from uuid import uuid7
else:
    from uuid_utils import uuid7


def new_salt() -> str:
    """Random bytes for one change, hexadecimal (domain.records.changes.SALT)."""
    return secrets.token_hex(SALT_BYTES)


def new_id() -> str:
    """A fresh UUIDv7: sortable by time, unique across laptops."""
    return str(uuid7())
