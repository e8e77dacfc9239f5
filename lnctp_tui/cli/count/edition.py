"""`lnctp edition`: plan, issue and list public editions at the server; verify one anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.count.report import misuse
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.domain.disclosure.edition import Edition, Sheet
    from lnctp_tui.domain.disclosure.periods import Period
    from lnctp_tui.reports.edition.verify import Finding, Verdict
    from lnctp_tui.server.admin.issuing import Press

ABOUT = N_("Ediciones públicas: lo que se oculta, emitirlas, revisarlas.")
Since = Annotated[
    str, typer.Option("--from", metavar=N_("AÑO"), help=N_("Desde: 2019, o 2019-1 para medio año."))
]
Until = Annotated[str, typer.Option("--to", metavar=N_("AÑO"), help=N_("Hasta, con su último día."))]
Level = Annotated[
    int, typer.Option("--k", metavar=N_("NÚMERO"), help=N_("Desde qué número se imprime: 3, 5, 10 u 11."))
]
Levels = Annotated[
    int,
    typer.Option("--k", metavar=N_("NÚMERO"), help=N_("Solo con esta k: 3, 5, 10 u 11; si no, con todas.")),
]
Step = Annotated[
    int, typer.Option("--round", metavar=N_("NÚMERO"), help=N_("Redondea lo impreso a múltiplos de 5."))
]
Out = Annotated[
    Path, typer.Option("--out", metavar=N_("CARPETA"), help=N_("Carpeta nueva para los archivos."))
]
Folders = Annotated[
    list[Path],
    typer.Argument(
        metavar=N_("CARPETA..."), help=N_("La carpeta de la edición; varias se revisan también juntas.")
    ),
]
Key = Annotated[
    str,
    typer.Option(
        "--key", metavar=N_("LLAVE"), help=N_("Llave pública que debe haber firmado, en hexadecimal.")
    ),
]


def plan(context: typer.Context, since: Since, until: Until, k: Levels = 0, step: Step = 1) -> None:
    with misuse():
        period, levels = _period(since, until), _levels(k, step)
        with _press() as press:
            made = press.plan(period, levels, step)
    if session.settings(context).json:
        output.as_json([_facts(edition) for edition in made])
        return
    for edition in made:
        output.say(_("k = {k}, {period}").format(k=edition.k, period=edition.period))
        _say(edition, press)
    output.say(_("Esto es solo un plan: no se publicó ni se anotó ninguna cifra."))


def issue(context: typer.Context, since: Since, until: Until, out: Out, k: Level = 5, step: Step = 1) -> None:
    with misuse():
        period = _period(since, until)
        _levels(k, step)
        with _press() as press:
            from lnctp_tui.server.admin.issuing import Wish

            row, new = press.issue(Wish(period, k, step), out)
    if session.settings(context).json:
        output.as_json({"edition": row.id, "new": new, "folder": str(out), **_facts(row.edition)})
        return
    _say(row.edition, press)
    if new:
        output.say(_("Emitida la edición {edition} en {folder}.").format(edition=row.id, folder=out))
    else:
        output.say(
            _("La edición {edition} ya estaba emitida; en {folder} están los mismos archivos.").format(
                edition=row.id, folder=out
            )
        )


def issue_internal(context: typer.Context, since: Since, until: Until) -> None:
    with misuse():
        period = _period(since, until)
        with _press() as press:
            row, new = press.issue_internal(period)
    if session.settings(context).json:
        output.as_json({"edition": row.id, "new": new, **_facts(row.edition)})
        return
    _say(row.edition, press)
    if new:
        text = _("Anotada la edición interna {edition}: la lee quien analiza, en «statistics.published».")
    else:
        text = _("La edición interna {edition} ya estaba anotada.")
    output.say(text.format(edition=row.id))


def verify(context: typer.Context, folders: Folders, key: Key = "") -> None:
    from lnctp_tui.reports.edition import verify as checking

    contents = []
    for folder in folders:
        try:
            contents.append(checking.read(folder))
        except OSError as error:
            raise Refused("edition_no_folder", name=folder.name) from error
    verdicts = [checking.check(content, key or None) for content in contents]
    between = checking.together(contents) if len(contents) > 1 else ()
    if session.settings(context).json:
        output.as_json({"editions": verdicts, "together": between} if len(contents) > 1 else verdicts[0])
    else:
        for verdict in verdicts:
            _say_verdict(verdict)
        _say_findings(between)
        if len(contents) > 1 and not between:
            output.say(_("Juntas no dicen nada que cada una oculte."))
    if between or any(verdict.findings for verdict in verdicts):
        raise typer.Exit(1)


def _say_findings(findings: Iterable[Finding]) -> None:
    from lnctp_tui.i18n.of_edition import WRONG

    for finding in findings:
        output.say(f"{finding.where}: {_(WRONG[finding.code])}")


def _say_verdict(verdict: Verdict) -> None:
    _say_findings(verdict.findings)
    if not verdict.findings:
        output.say(
            _(
                "La edición {edition} está completa y como se publicó: {tables} tablas, {hidden} celdas ocultas;"
                " ninguna se puede calcular mejor de lo que dice su certificado."
            ).format(edition=verdict.edition, tables=verdict.tables, hidden=verdict.hidden)
        )
        output.say(
            _("La firmó la llave {key}: compárela con la que publica la Línea.").format(key=verdict.key)
        )


def list_editions(context: typer.Context) -> None:
    with _press() as press:
        rows = press.issued
    if session.settings(context).json:
        output.as_json([{"id": row.id, "by": row.by, "at": row.at, **_facts(row.edition)} for row in rows])
        return
    output.table(
        [_("Edición"), _("Periodo"), "k", _("Emitida"), _("Por")],
        ((row.id, row.edition.period, row.edition.k, row.at[:10], row.by) for row in rows),
    )


@contextmanager
def _press() -> Iterator[Press]:
    from lnctp_tui.cli.office.server import actor, database

    with database() as (settings, urls):
        from lnctp_tui.server.admin.issuing import Press

        yield Press(settings, urls, actor())


def _period(since: str, until: str) -> Period:
    """Raises BadInput `edition_day`, `report_backwards`, `edition_period`."""
    from lnctp_tui.domain.disclosure import periods

    for text in (since, until):
        try:
            periods.span(text, text)
        except ValueError as error:
            raise BadInput("edition_day", text=text[:20]) from error
    period = periods.span(since, until)
    if period.end < period.start:
        raise BadInput("report_backwards")
    if not period.whole:
        raise BadInput("edition_period")
    return period


def _levels(k: int, step: int) -> Sequence[int]:
    from lnctp_tui.domain.disclosure.rule import LEVELS

    if (k and k not in LEVELS) or step not in (1, 5):
        raise BadInput("edition_level")
    return [k] if k else LEVELS


def _facts(edition: Edition) -> dict[str, object]:
    return {
        "from": edition.period.start.isoformat(),
        "to": edition.period.end.isoformat(),
        "k": edition.k,
        "round": edition.rounded,
        "internal": edition.internal,
        "withheld_units": sorted(edition.withheld),
        "tables": [
            {"table": sheet.id, "printed": len(sheet.shown), "hidden": _hidden(sheet), "withheld": sheet.withheld,
             "printed_share": _share(sheet)}
            for _id, sheet in sorted(edition.sheets.items())
        ],
    }  # fmt: skip


def _hidden(sheet: Sheet) -> int:
    return 0 if sheet.withheld else len(sheet.hidden)


def _share(sheet: Sheet) -> int | None:
    """How much of all that a table counts stands in printed cells, in whole per cent."""
    whole = sum(count.n for count in sheet.cells.values())
    return sum(count.n for count in sheet.shown.values()) * 100 // whole if whole else None


def _say(edition: Edition, press: Press) -> None:
    from lnctp_tui.i18n import language
    from lnctp_tui.reports import tables

    titles = {each.id: each.title[language()] for each in tables.built_in()}
    if not edition.totals["report"].n:
        start, end = edition.period.start, edition.period.end
        told = [_("Ningún reporte entre {start} y {end}.").format(start=start, end=end)]
        if press.held is not None:
            held = _("Los registros van de {first} a {last}.")
            told.append(held.format(first=press.held[0], last=press.held[1]))
        output.say(" ".join(told))
    output.table(
        [_("Tabla"), _("Título"), _("Impresas"), _("Ocultas"), _("De lo contado se imprime")],
        (_line(sheet, titles.get(sheet.id, "")) for _id, sheet in sorted(edition.sheets.items())),
    )


def _line(sheet: Sheet, title: str) -> tuple[object, ...]:
    if sheet.withheld:
        return sheet.id, title, "", "", _("Protegida completa")
    share = _share(sheet)
    return sheet.id, title, len(sheet.shown), _hidden(sheet), "" if share is None else f"{share} %"


EDITION = (
    ("plan", plan, N_("Dice qué se ocultaría con cada k, sin publicar nada.")),
    ("issue", issue, N_("Emite una edición: la anota y escribe sus archivos.")),
    (
        "internal",
        issue_internal,
        N_("Anota, junto a la pública, la edición con k = 3 que lee quien analiza."),
    ),
    ("verify", verify, N_("Revisa los archivos de una edición, en cualquier equipo y sin servidor.")),
    ("list", list_editions, N_("Las ediciones emitidas.")),
)
