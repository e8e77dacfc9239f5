"""`lnctp report` on a laptop and `lnctp server report` over everything: one counting, one output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.errors import BadInput
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.domain.report.definitions import Definition
    from lnctp_tui.reports.changed import Since
    from lnctp_tui.reports.facts import Facts

FORMATS = ("table", "json", "csv", "html", "pdf")
DRAWN = ("html", "pdf")
"""Formats that go to a file alone; the extra `report` draws them."""
LANGUAGES = ("es", "en")
From = Annotated[
    str, typer.Option("--from", metavar=N_("DÍA"), help=N_("Desde: año, año-mes o año-mes-día."))
]
Until = Annotated[str, typer.Option("--to", metavar=N_("DÍA"), help=N_("Hasta, con su último día."))]
Tables = Annotated[
    str, typer.Option("--table", metavar=N_("TABLAS"), help=N_("Solo estas, con comas: M1,V1."))
]
By = Annotated[
    str, typer.Option("--by", metavar=N_("DIMENSIONES"), help=N_("Una o dos dimensiones, con coma."))
]
Unit = Annotated[str, typer.Option("--unit", metavar=N_("UNIDAD"), help=N_("Qué se cuenta con --by."))]
Form = Annotated[
    str, typer.Option("--format", metavar=N_("FORMATO"), help=N_("«table», «json», «csv», «html» o «pdf»."))
]
Language = Annotated[
    str, typer.Option("--lang", metavar=N_("IDIOMA"), help=N_("Idioma del informe: «es» o «en»."))
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar=N_("ARCHIVO"), help=N_("Archivo nuevo; si no, la pantalla."))
]
Compare = Annotated[
    str,
    typer.Option(
        "--compare",
        metavar=N_("CON"),
        help=N_("Con «printed», el informe impreso de 2019-2020; o un informe anterior en JSON."),
    ),
]
Notes = Annotated[bool, typer.Option("--notes", help=N_("Todas las notas, también las de otras tablas."))]
Unknown = Annotated[
    bool, typer.Option("--unknown", help=N_("Qué pregunta llenaría más huecos, la primera arriba."))
]


@dataclass(frozen=True)
class Place:
    """Where is counted: the protocol there, how to read a period, how to note who counted."""

    scope: str
    protocol: Protocol
    read: Callable[[date, date], Facts]
    note: Callable[[Sequence[Definition], date, date], None]
    since: Callable[[datetime], Since]


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    start: date
    end: date
    definitions: tuple[Definition, ...]
    form: str
    language: str
    out: Path | None
    notes: bool


def report(
    context: typer.Context,
    since: From = "",
    until: Until = "",
    table: Tables = "",
    by: By = "",
    unit: Unit = "case",
    form: Form = "table",
    language: Language = "",
    out: Out = None,
    compare: Compare = "",
    notes: Notes = False,
    unknown: Unknown = False,
) -> None:
    if context.invoked_subcommand:
        return
    with misuse():
        wish = _wish(context, since, until, table, by, unit, form, language, out, notes)
    with session.opened(context) as workspace:
        from lnctp_tui.services.report import laptop

        store = workspace.store
        place = Place(
            "laptop",
            workspace.protocol,
            lambda start, end: laptop.read(store, workspace.protocol, start, end),
            lambda definitions, start, end: laptop.note(store, definitions, start, end),
            lambda at: laptop.since(store, at),
        )
        _answer(place, wish, compare, unknown=unknown)


def server_report(
    context: typer.Context,
    since: From = "",
    until: Until = "",
    table: Tables = "",
    by: By = "",
    unit: Unit = "case",
    form: Form = "table",
    language: Language = "",
    out: Out = None,
    compare: Compare = "",
    notes: Notes = False,
    unknown: Unknown = False,
) -> None:
    from lnctp_tui.cli.office.server import actor, database

    with misuse():
        wish = _wish(context, since, until, table, by, unit, form, language, out, notes)
    with database() as (settings, urls):
        from lnctp_tui.server.read import counting

        protocol = counting.protocol(settings.home)
        place = Place(
            "server",
            protocol,
            lambda start, end: counting.read(urls.app, settings.team, protocol, start, end),
            lambda definitions, start, end: counting.note(
                urls.app, settings.team, actor(), definitions, start, end
            ),
            lambda at: counting.since(urls.app, settings.team, at),
        )
        _answer(place, wish, compare, unknown=unknown)


def definitions(context: typer.Context) -> None:
    from lnctp_tui.reports import tables
    from lnctp_tui.reports.words import Words

    words = Words(session.protocol(), _language(""))
    known = tables.built_in()
    if session.settings(context).json:
        output.as_json(known)
        return
    for table in known:
        names = [words.of("dimension", name) for name in (table.rows, table.columns) if name]
        bases = ", ".join(words.of("base", base) for base in table.base)
        about = " × ".join(names) or words.of("unit", table.unit)
        output.say(f"{table.id:<3} {table.title[words.language]}")
        output.say(f"    {words.of('unit', table.unit)} · {about} · {bases}")


@contextmanager
def misuse() -> Iterator[None]:
    """What cannot be understood ends with code 2."""
    try:
        yield
    except BadInput as error:
        from lnctp_tui.i18n.messages import explain

        raise typer.BadParameter(explain(error).happened) from None


def _wish(
    context: typer.Context,
    since: str,
    until: str,
    table: str,
    by: str,
    unit: str,
    form: str,
    language: str,
    out: Path | None,
    notes: bool,
) -> Wish:
    from lnctp_tui.reports import asking, printed, tables

    if session.settings(context).json and form == "table":
        form = "json"
    if form not in FORMATS:
        raise typer.BadParameter(_("«table», «json», «csv», «html» o «pdf»."), param_hint="--format")
    if language and language not in LANGUAGES:
        raise typer.BadParameter(_("«es» o «en»."), param_hint="--lang")
    if table and by:
        raise typer.BadParameter(_("--table o --by, uno de los dos"))
    if form in DRAWN and out is None:
        raise BadInput("report_no_file")
    earliest, latest = printed.periods()
    start = asking.first_day(since) if since else earliest if not until else asking.first_day(until[:4])
    end = asking.last_day(until) if until else asking.last_day(since[:4]) if since else latest
    asking.between(start, end)
    chosen: tuple[Definition, ...]
    if by:
        names = tuple(name.strip() for name in by.split(","))
        if len(names) > 2:
            raise typer.BadParameter(_("una o dos dimensiones"), param_hint="--by")
        chosen = (tables.asked(names, unit),)
    else:
        ids = [name for name in map(str.strip, table.split(",")) if name]
        chosen = tables.chosen(ids) if ids else tables.built_in()
    return Wish(start, end, chosen, form, _language(language), out, notes)


def _language(asked: str) -> str:
    from lnctp_tui import i18n

    return asked or i18n.language()


def _answer(place: Place, wish: Wish, compare: str, *, unknown: bool) -> None:
    from lnctp_tui.cli.count import comparing, writing
    from lnctp_tui.reports import printed, run
    from lnctp_tui.services.case import handing_out

    if wish.form in DRAWN:
        if compare or unknown:
            raise typer.BadParameter(
                _("Con --compare o --unknown: «table», «json» o «csv»."), param_hint="--format"
            )
        from lnctp_tui.reports.render import drawn

        drawn.ready(wish.form)
    if wish.out:
        handing_out.named(wish.out)  # before anything is counted
    if compare:
        comparing.answer(place, wish, compare)
        return
    facts = place.read(wish.start, wish.end)
    place.note(wish.definitions, wish.start, wish.end)
    made = run.made(facts, wish.definitions, place.scope, place.protocol, cited=printed.cited())
    if unknown:
        writing.blanks(made, place.protocol, wish)
    else:
        writing.write(made, place.protocol, wish)


ABOUT = N_("Cuenta un periodo: el informe de la Línea, sus tablas o lo que usted pregunte.")
SUBCOMMANDS = (("tables", definitions, N_("Las tablas del informe: qué cuenta cada una.")),)
SERVER = (("report", server_report, N_("Cuenta un periodo sobre todo lo que guarda el servidor.")),)
