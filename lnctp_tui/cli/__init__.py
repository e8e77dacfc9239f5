"""The command line: one file per noun, heavy imports inside the commands that need them.

Exit codes: 0 done, 1 refused, 2 not understood.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    try:
        command = build()
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

    from lnctp_tui.cli import demo, doctor, session, sync, vaults, words
    from lnctp_tui.cli.learn import practice

    words.speak()
    app = typer.Typer(
        name="lnctp",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help=vaults.ABOUT,
    )
    app.callback()(_root)
    for module in (vaults, demo, doctor, sync, practice):
        for name, function, text in module.COMMANDS:
            app.command(name, help=text)(function)
    for name, group in (*_of_cases(), *_of_counts(), *_of_learning(), ("server", _server())):
        app.add_typer(group, name=name)
    command = typer.main.get_command(app)
    words.dress(command, session.keep)
    return command


def _of_cases() -> Iterator[tuple[str, Any]]:
    """The groups of calls, cases, the directory and what follows."""
    from lnctp_tui.cli import authority, calls, cases, directory, follow, links, orders, recovery, referrals
    from lnctp_tui.cli.protocol import protocols

    yield "call", _calls(calls)
    for name, module in (("case", cases), ("directory", directory), ("link", links),
                         ("protocol", protocols), ("recovery", recovery), ("referral", referrals)):  # fmt: skip
        yield name, _group(module.ABOUT, module.COMMANDS)
    yield "order", _group(orders.ABOUT_ORDERS, orders.ORDERS)
    yield "authority", _group(authority.ABOUT_AUTHORITY, authority.AUTHORITY)
    yield "task", _group(follow.ABOUT_TASKS, follow.TASKS)
    yield "file", _group(follow.ABOUT_FILES, follow.FILES)
    yield "handover", _group(follow.ABOUT_SHIFTS, follow.SHIFTS)


def _calls(calls: Any) -> Any:
    """`lnctp call`: what is below it, and by itself a call in lines."""
    import typer

    group = typer.Typer(invoke_without_command=True, help=calls.ABOUT)
    group.callback()(calls.call)
    for name, function, text in calls.COMMANDS:
        group.command(name, help=text)(function)
    return group


def _of_counts() -> Iterator[tuple[str, Any]]:
    """The groups of what is counted, published, handed over and noticed."""
    import typer

    from lnctp_tui.cli.count import alerts, bulletin, edition, exchange, report

    handing = _group(exchange.ABOUT, exchange.COMMANDS)
    for name, about, commands in exchange.GROUPS:
        handing.add_typer(_group(about, commands), name=name)
    yield "exchange", handing
    yield "edition", _group(edition.ABOUT, edition.EDITION)
    yield "alerts", _group(alerts.ABOUT_ALERTS, (*alerts.ALERTS, *bulletin.BULLETIN))
    yield "board", _group(alerts.ABOUT_BOARD, alerts.BOARD)
    counted = typer.Typer(invoke_without_command=True, help=report.ABOUT)
    counted.callback()(report.report)
    for command, function, text in report.SUBCOMMANDS:
        counted.command(command, help=text)(function)
    yield "report", counted


def _of_learning() -> Iterator[tuple[str, Any]]:
    """The groups of those who learn, teach and issue versions."""
    from lnctp_tui.cli.learn import lexicons, training
    from lnctp_tui.cli.release import release

    yield "lexicon", _group(lexicons.ABOUT, lexicons.COMMANDS)
    yield "course", _group(training.ABOUT_COURSES, training.COURSES)
    yield "certificate", _group(training.ABOUT_CERTIFICATES, training.CERTIFICATES)
    yield "release", _group(release.ABOUT, release.COMMANDS)


def _server() -> Any:
    """`lnctp server` with its groups."""
    from lnctp_tui.cli.count import report
    from lnctp_tui.cli.office import server, server_control, server_people, server_records
    from lnctp_tui.cli.release import server_release

    modules = (server, server_people, server_records, server_control)
    alone = _group(server.ABOUT, [*(row for module in modules for row in module.COMMANDS), *report.SERVER])
    alone.add_typer(_group(server_control.ABOUT_ORDERS, server_control.ORDERS), name="order")
    alone.add_typer(_group(server_people.ABOUT_PEOPLE, server_people.PEOPLE), name="person")
    alone.add_typer(_group(server_release.ABOUT, server_release.RELEASES), name="release")
    alone.add_typer(_group(server_people.ABOUT_DEVICES, server_people.DEVICES), name="device")
    return alone


def _group(about: str, commands: Iterable[tuple[str, Callable[..., Any], str]]) -> Any:
    """A word of the command line with the commands below it."""
    import typer

    group = typer.Typer(no_args_is_help=True, help=about)
    group.callback()(_root)
    for name, function, text in commands:
        group.command(name, help=text)(function)
    return group


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
    if isinstance(error, ModuleNotFoundError):
        tell(str(explain_code("module_missing", name=error.name)))
    else:
        tell(str(explain_code(code)))
    return REFUSED
