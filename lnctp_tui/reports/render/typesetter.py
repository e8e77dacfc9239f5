"""The process that sets a PDF: template and sheet come in as JSON, the PDF goes out. It imports typst alone."""

from __future__ import annotations

import json
import sys


def main() -> int:
    """Set one PDF/UA-1. The fonts of the machine are not looked at."""
    import typst

    wanted = json.load(sys.stdin)
    made = typst.compile(
        wanted["template"].encode(),
        format="pdf",
        sys_inputs={"sheet": wanted["sheet"]},
        pdf_standards=wanted["standard"],
        ignore_system_fonts=True,
    )
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
