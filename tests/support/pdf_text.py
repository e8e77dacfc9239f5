"""What somebody may read in a file that left: its bytes, what is packed in it, and the text of a PDF's pages."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path

_STREAM = re.compile(rb"stream\r?\n")
_RUN = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\)", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>\s*\n")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def everything(path: Path) -> str:
    """All that can be read of a file, in one text."""
    content = path.read_bytes()
    texts = [content.decode("utf-8", "replace"), content.decode("utf-16-be", "ignore")]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    if content.startswith(b"%PDF"):
        texts.append(text(content))
        texts += [stream.decode("latin-1") for stream in streams(content)]
        texts += [
            bytes.fromhex(word.decode()).decode("utf-16-be", "replace")
            for word in re.findall(rb"<FEFF([0-9A-F]+)>", content)
        ]
    return "\n".join([path.name, *texts])


def streams(content: bytes) -> list[bytes]:
    """The unpacked streams of a PDF."""
    found = []
    for match in _STREAM.finditer(content):
        try:
            found.append(zlib.decompressobj().decompress(content[match.end() :]))
        except zlib.error:
            continue
    return found


def text(content: bytes) -> str:
    """The text of the pages, by the fonts' own tables."""
    tables: dict[str, dict[int, str]] = {}
    unpacked = streams(content)
    maps = [stream for stream in unpacked if b"begincmap" in stream]
    names = sorted({name.decode() for name in re.findall(rb"/(f\d+) [\d.]+ Tf", b"".join(unpacked))})
    options = [_table(stream) for stream in maps]
    words = []
    for order in (options, options[::-1]):  # which table is whose stands in the fonts; both are tried
        tables = dict(zip(names, order, strict=False))
        for stream in unpacked:
            if b"BT" in stream and b"Tf" in stream:
                words.append(_shown(stream, tables))
    return "\n".join(words)


def _table(stream: bytes) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(sign.decode()).decode("utf-16-be", "replace")
        for code, sign in _PAIR.findall(stream)
    }


def _shown(stream: bytes, tables: dict[str, dict[int, str]]) -> str:
    font, shown = "", []
    for name, run in _RUN.findall(stream):
        if name:
            font = name.decode()
            continue
        raw = _ESCAPED.sub(_unescaped, run)
        table = tables.get(font, {})
        shown += [table.get(int.from_bytes(raw[at : at + 2], "big"), "?") for at in range(0, len(raw) - 1, 2)]
    return "".join(shown)


def _unescaped(match: re.Match[bytes]) -> bytes:
    said = match[1]
    return bytes([int(said, 8) & 0xFF]) if said.isdigit() else _PLAIN.get(said, said)
