"""Files of releases over the laptop's own line: the organisation's authority and no other, no faster than may be.

What was fetched of a version stays until it is whole, so that a line which breaks costs only what was under way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import IO, Final
from urllib.parse import urlsplit

import httpcore
from tuf.api.exceptions import DownloadHTTPError, DownloadLengthMismatchError, RepositoryError
from tuf.ngclient import FetcherInterface

from lnctp_tui.sync import tls
from lnctp_tui.sync.transport import CONNECT, PORTS, SILENT, failures
from lnctp_tui.updates.unpacking import ARCHIVE

RATE: Final = 200_000
"""Bytes a second: a call's synchronisation and other people need the line too."""


class LineFetcher(FetcherInterface):
    """Fetches from one server. Raises SyncFailed for the line, DownloadHTTPError for another answer than the file."""

    def __init__(self, url: str, ca: str | None, half: Path, *, rate: int = RATE) -> None:
        """`half` is the file in which an archive is collected."""
        parts = tls.split(url)
        assert parts.hostname
        self._scheme, self._name = parts.scheme.encode(), parts.hostname.encode("idna")
        self._port = PORTS[parts.scheme] if parts.port is None else parts.port
        name = f"[{parts.hostname}]" if ":" in parts.hostname else self._name.decode()
        self._host = name if self._port == PORTS[parts.scheme] else f"{name}:{self._port}"
        self._pool = httpcore.ConnectionPool(tls.context(ca) if parts.scheme == "https" else None)
        self._half, self._rate, self._pause = half, rate, Event()

    def _fetch(self, url: str) -> Iterator[bytes]:
        return self._from(url, 0)

    @contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        """An archive goes on where it was broken off. What turns out to be another is forgotten."""
        if not url.endswith(ARCHIVE):
            with super().download_file(url, max_length) as file:
                yield file
            return
        name = self._half.with_name(f"{url.rpartition('/')[2]}{self._half.suffix}")
        with name.open("ab+") as half:
            try:
                if half.tell() < max_length:
                    for piece in self._from(url, half.tell()):
                        half.write(piece)
                        if half.tell() > max_length:
                            raise DownloadLengthMismatchError("too long")
                half.seek(0)
                yield half
            except (DownloadHTTPError, DownloadLengthMismatchError, RepositoryError):
                half.truncate(0)
                raise

    def _from(self, url: str, start: int) -> Iterator[bytes]:
        """The pieces of a file from a byte on."""
        scope = {"Range": f"bytes={start}-"} if start else {}
        request = httpcore.Request(
            "GET",
            httpcore.URL(
                scheme=self._scheme, host=self._name, port=self._port, target=urlsplit(url).path.encode()
            ),
            headers=list(({"Host": self._host, "Accept-Encoding": "identity"} | scope).items()),
            extensions={"timeout": {"connect": CONNECT, "read": SILENT, "write": SILENT, "pool": SILENT}},
        )  # fmt: skip
        with failures():
            answer = self._pool.handle_request(request)
        try:
            if answer.status != (206 if start else 200):
                raise DownloadHTTPError("another answer", answer.status)
            yield from self._paced(answer)
        finally:
            answer.close()

    def _paced(self, answer: httpcore.Response) -> Iterator[bytes]:
        began, count = time.monotonic(), 0
        pieces = answer.iter_stream()
        while True:
            with failures():
                piece = next(pieces, None)
            if piece is None:
                return
            count += len(piece)
            yield piece
            if (early := began + count / self._rate - time.monotonic()) > 0:
                self._pause.wait(early)
