"""The command `lnctp`. Without arguments it opens the app, by way of a launcher that imports little."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from lnctp_tui import programs

COMPLETING = "_LNCTP_COMPLETE"
"""Set by the shell when it asks what could follow."""

PLAIN = ["call", "--plain"]
"""Calls in lines: opened and renewed as the app is."""


def main() -> int:
    """The exit code of the command."""
    code = _command()
    if sys.flags.inspect:  # PYTHONINSPECT would open Python's prompt on what this process holds
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    return code


def _command() -> int:
    if sys.argv[1:2] == [programs.FLAG]:
        return programs.run_part(sys.argv[2:])
    opens = sys.argv[1:] in ([], ["run"])
    if programs.frozen() and (newer := _newer(opens or sys.argv[-2:] == PLAIN)):
        from lnctp_tui.updates import places

        return places.go_on_with(newer, sys.argv[1:])
    if opens and COMPLETING not in os.environ:
        from lnctp_tui import launcher

        return launcher.main(light=True)
    from lnctp_tui.storage import hardening

    hardening.harden()
    from lnctp_tui.cli import main as command_line

    return command_line()


def _newer(opens: bool) -> str | None:
    """The program of the version that is to start in place of this one, in a data folder that has any."""
    from lnctp_tui.errors import LnctpError
    from lnctp_tui.storage import paths

    try:
        home = paths.home()
    except LnctpError:
        return None
    if not (home / "programs").is_dir():
        return None
    from lnctp_tui.updates import places

    path = places.next_program(home, counts=opens)
    return str(path) if path else None


if __name__ == "__main__":
    sys.exit(main())
