"""`lnctp protocol check`: every mistake of a protocol folder, with file and line."""

from __future__ import annotations

from pathlib import Path

from lnctp_tui.domain.protocol import field_help
from lnctp_tui.domain.protocol.protocol_check import SOFT, Finding, problems
from lnctp_tui.storage.protocol import help_files
from lnctp_tui.storage.protocol.protocol_loader import read


def check(folder: Path | None = None) -> list[Finding]:
    """All findings of the organisation's folder over the built-in files, by file and line."""
    if folder is not None and not folder.is_dir():
        return [Finding(str(folder), 1, "missing_folder")]
    reading = read(folder)
    helps, flaws = help_files.read_all(folder, tuple(form.stage.code for form in reading.forms))
    if folder is not None:
        flaws.extend(help_files.unused(folder, reading.head.stages))
    found = [*reading.findings, *problems(reading), *flaws]
    broken = {finding.file for finding in found if finding.code not in SOFT}
    found += (finding for finding in field_help.problems(reading, helps) if finding.file not in broken)
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.code))
