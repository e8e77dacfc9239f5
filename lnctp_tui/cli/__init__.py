"""The command line: one file per noun, heavy imports inside the commands that need them.

Exit codes: 0 done, 1 refused, 2 not understood.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

DONE, REFUSED, MISUSED = 0, 1, 2
INTERRUPTED = 130
"""What Typer makes of Ctrl+C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code. Errors go to standard error, without any value."""
    from lnctp_tui.cli import output, session, words
    from lnctp_tui.cli.output import tell
    from lnctp_tui.errors import LnctpError, StorageFailed
    from lnctp_tui.i18n import _
    from lnctp_tui.i18n.messages import explain

    output.take_any_text()
    session.choose_language()
    command = build()
    try:
        code = command.main(
            args=None if arguments is None else list(arguments),
            prog_name="lnctp",
            standalone_mode=False,
            obj=session.Settings(),
        )
    except words.UsageError as error:
        if text := words.usage_error(error):
            tell(text)
        return MISUSED
    except StorageFailed as error:  # no app that would try again
        tell(f"{explain(error).happened} {_('Lo que faltaba no se guardó: repita la orden al resolverlo.')}")
        return REFUSED
    except LnctpError as error:
        tell(str(explain(error)))
        return REFUSED
    except BrokenPipeError:
        sys.stderr.close()
        return REFUSED
    except (KeyboardInterrupt, EOFError, _abort()):
        code = INTERRUPTED
    except Exception as error:  # the outer door: a code, never a value
        return _fault(error)
    if code == INTERRUPTED:
        tell(_("Interrumpido."))
        return REFUSED
    return code if isinstance(code, int) else DONE


def build() -> Any:
    """The command `lnctp` with everything below it, in the language in use."""
    import typer

    from lnctp_tui.cli import (
        authority,
        calls,
        cases,
        demo,
        directory,
        doctor,
        follow,
        links,
        orders,
        recovery,
        referrals,
        session,
        sync,
        vaults,
        words,
    )
    from lnctp_tui.cli.protocol import protocols

    words.speak()
    app = typer.Typer(
        name="lnctp",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help=vaults.ABOUT,
    )
    app.callback()(_root)
    for each in (vaults, demo, doctor, sync):
        for name, function, text in each.COMMANDS:
            app.command(name, help=text)(function)
    for name, each in (("case", cases), ("call", calls), ("directory", directory), ("link", links),
                       ("protocol", protocols),
                       ("recovery", recovery), ("referral", referrals)):  # fmt: skip
        group = typer.Typer(no_args_is_help=True, help=each.ABOUT)
        group.callback()(_root)
        for command, function, text in each.COMMANDS:
            group.command(command, help=text)(function)
        app.add_typer(group, name=name)
    for name, about, commands in (("order", orders.ABOUT_ORDERS, orders.ORDERS),
                                  ("authority", authority.ABOUT_AUTHORITY, authority.AUTHORITY),
                                  ("task", follow.ABOUT_TASKS, follow.TASKS),
                                  ("file", follow.ABOUT_FILES, follow.FILES),
                                  ("handover", follow.ABOUT_SHIFTS, follow.SHIFTS)):  # fmt: skip
        group = typer.Typer(no_args_is_help=True, help=about)
        group.callback()(_root)
        for command, function, text in commands:
            group.command(command, help=text)(function)
        app.add_typer(group, name=name)
    app.add_typer(_report(), name="report")
    app.add_typer(_server(), name="server")
    command = typer.main.get_command(app)
    words.dress(command, session.keep)
    return command


def _report() -> Any:
    """`lnctp report`, which is a command and has others below it."""
    import typer

    from lnctp_tui.cli.count import report

    group = typer.Typer(invoke_without_command=True, help=report.ABOUT)
    group.callback()(report.report)
    for command, function, text in report.SUBCOMMANDS:
        group.command(command, help=text)(function)
    return group


def _server() -> Any:
    """`lnctp server` with its groups."""
    import typer

    from lnctp_tui.cli.count import report
    from lnctp_tui.cli.office import server, server_control, server_people, server_records

    alone = (
        *server.COMMANDS,
        *server_people.COMMANDS,
        *server_records.COMMANDS,
        *server_control.COMMANDS,
        *report.SERVER,
    )
    groups = ((None, server.ABOUT, alone),
              ("order", server_control.ABOUT_ORDERS, server_control.ORDERS),
              ("person", server_people.ABOUT_PEOPLE, server_people.PEOPLE),
              ("device", server_people.ABOUT_DEVICES, server_people.DEVICES))  # fmt: skip
    made: dict[str | None, Any] = {}
    for name, about, commands in groups:
        made[name] = group = typer.Typer(no_args_is_help=True, help=about)
        group.callback()(_root)
        for command, function, text in commands:
            group.command(command, help=text)(function)
        if name:
            made[None].add_typer(group, name=name)
    return made[None]


def _root() -> None:
    return None


def _abort() -> type[BaseException]:
    import typer

    return typer.Abort


def _fault(error: Exception) -> int:
    from lnctp_tui.cli.output import tell
    from lnctp_tui.i18n.messages import explain_code
    from lnctp_tui.storage import hardening

    code = hardening.code_of(error)
    hardening.keep_code(code)
    tell(str(explain_code(code)))
    return REFUSED
