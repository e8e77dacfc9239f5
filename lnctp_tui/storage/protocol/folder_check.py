"""`lnctp protocol check`: every mistake of a protocol folder, with file and line."""

from __future__ import annotations

from pathlib import Path

from lnctp_tui.domain.protocol.protocol_check import Finding, problems
from lnctp_tui.storage.protocol.protocol_loader import read


def check(folder: Path | None = None) -> list[Finding]:
    """All findings of the organisation's folder over the built-in files, by file and line."""
    if folder is not None and not folder.is_dir():
        return [Finding(str(folder), 1, "missing_folder")]
    reading = read(folder)
    found = [*reading.findings, *problems(reading)]
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.code))
