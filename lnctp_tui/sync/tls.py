"""The laptop's end of TLS: version 1.3, the organisation's own authority and no other, no variables read."""

from __future__ import annotations

import ipaddress
import ssl
from urllib.parse import SplitResult, urlsplit

from lnctp_tui.errors import SyncFailed

LOOPBACK = frozenset({"localhost"})


def split(url: str) -> SplitResult:
    """The parts of a server's address. Raises SyncFailed `server_address`; plain HTTP only to loopback."""
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
        (host or "").encode("idna")  # no name of a machine has an empty or endless part
    except ValueError:
        raise SyncFailed("server_address") from None
    if not host or parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        raise SyncFailed("server_address")
    if parts.scheme == "http":
        if not loopback(host):
            raise SyncFailed("server_plain")
    elif parts.scheme != "https":
        raise SyncFailed("server_address")
    return parts


def loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def context(ca: str | None) -> ssl.SSLContext:
    """The only settings a connection is made with. `ca` in PEM. Raises SyncFailed `server_ca`."""
    if not ca:
        raise SyncFailed("server_ca")
    ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ssl_context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        ssl_context.load_verify_locations(cadata=ca)
    except (ssl.SSLError, ValueError):
        raise SyncFailed("server_ca") from None
    ssl_context.keylog_filename = None  # type: ignore[assignment]
    return ssl_context
