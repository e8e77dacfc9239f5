"""The command `lnctp`. Without arguments it opens the app, by way of a launcher that imports little."""

from __future__ import annotations

import sys


def main() -> int:
    """The exit code of the command."""
    if sys.argv[1:] in ([], ["run"]):
        from lnctp_tui import launcher

        return launcher.main()
    from lnctp_tui.storage import hardening

    hardening.harden()
    from lnctp_tui.cli import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
