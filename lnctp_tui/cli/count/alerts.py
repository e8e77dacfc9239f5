"""`lnctp alerts` and `lnctp board`: what stands out on the Line, and the supervisors' board in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import words_of
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.services.sync.alert_requests import AlertLine, Alerts

ABOUT_ALERTS = N_("Avisos: lo que en la Línea crece más de lo que el azar explica.")
ABOUT_BOARD = N_("El tablero de supervisión, en un navegador.")
Which = Annotated[
    str, typer.Argument(metavar=N_("AVISO"), help=N_("Identificador del aviso, o cómo empieza o termina."))
]


def list_alerts(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help=N_("También los silenciados y los que ya cerraron."))
    ] = False,
) -> None:
    from lnctp_tui.screens.report import alert_words
    from lnctp_tui.services.sync import alert_requests

    with session.opened(context) as workspace:
        answer = alert_requests.alerts(workspace)
        lines = [line for line in answer.lines if everything or not (line.closed or line.muted)]
        if session.settings(context).json:
            output.as_json(
                {"week": answer.week, "history": answer.history, "enough": answer.enough, "alerts": lines}
            )
            return
        words = words_of(workspace.protocol, workspace.zone)
    if reason := alert_words.history(answer):
        output.say(reason)
    if lines:
        titles = [_("Aviso"), _("Clase"), _("Qué"), _("Veces"), _("Reportes"), _("Desde"), _("Situación")]
        output.table(titles, ([short(line.id), *_cells(line, words)] for line in lines))
    elif answer.enough:
        output.say(_("Ningún aviso."))


def show(context: typer.Context, which: Which) -> None:
    from lnctp_tui.services.sync import alert_requests

    with session.opened(context) as workspace:
        line = alert_requests.alert(workspace, which_id(alert_requests.alerts(workspace), which))
        if session.settings(context).json:
            output.as_json(line)
            return
        words = words_of(workspace.protocol, workspace.zone)
    family, name, times, reports, since, state = _cells(line, words)
    output.say(f"{family}: {name} {times}")
    output.say(reports)
    output.say(
        _("Desde la semana del {since}; la última, la del {last}.").format(since=since, last=line.last)
    )
    if state:
        output.say(f"{state}. {line.muted_text or ''}".strip())
    if line.cases is None:
        return
    output.table(
        [_("Folio"), _("Reporte"), _("Urgencia")],
        ([case.folio or case.id, case.day, words.code("triage", case.triage)] for case in line.cases),
    )


def mute(
    context: typer.Context,
    which: Which,
    reason: Annotated[
        str,
        typer.Option("--reason", help=N_("Motivo: campaña, duplicados, un solo hecho, ya atendido u otro.")),
    ],
    text: Annotated[str, typer.Option("--text", help=N_("El motivo en palabras; queda en la bitácora."))],
    days: Annotated[int, typer.Option("--days", min=1, max=90, help=N_("Por cuántos días."))] = 30,
) -> None:
    from lnctp_tui.domain.values.text import fold
    from lnctp_tui.screens.report.alert_words import REASONS
    from lnctp_tui.services.sync import alert_requests

    codes = {fold(_(word)): code for code, word in REASONS.items()} | {
        fold(form): code for code, word in REASONS.items() for form in (code, word, code.replace("_", " "))
    }
    code = codes.get(fold(reason.strip()))
    if code is None:
        raise typer.BadParameter(
            _("los motivos son: {reasons}").format(reasons=", ".join(map(_, REASONS.values()))),
            param_hint="--reason",
        )
    if not text.strip():
        raise typer.BadParameter(_("diga el motivo en palabras"), param_hint="--text")
    with session.opened(context) as workspace:
        id_ = which_id(alert_requests.alerts(workspace), which)
        line = alert_requests.mute(workspace, id_, code, text, days)
        zone = workspace.zone
    if session.settings(context).json:
        output.as_json(line)
        return
    until = output.moment(line.muted_until, zone)
    output.say(_("Silenciado hasta {until}; vuelve antes si llega al doble de reportes.").format(until=until))


def unmute(context: typer.Context, which: Which) -> None:
    from lnctp_tui.services.sync import alert_requests

    with session.opened(context) as workspace:
        line = alert_requests.unmute(workspace, which_id(alert_requests.alerts(workspace), which))
    if session.settings(context).json:
        output.as_json(line)
    else:
        output.say(_("El aviso se muestra otra vez."))


def open_board(
    context: typer.Context,
    browser: Annotated[
        bool, typer.Option("--browser", help=N_("Lo abre en el navegador de este equipo."))
    ] = False,
) -> None:
    from lnctp_tui.services.sync import alert_requests

    with session.opened(context) as workspace:
        address = alert_requests.board(workspace)
    if session.settings(context).json:
        output.as_json({"url": address, "seconds": 60})
        return
    if browser:
        import webbrowser

        if webbrowser.open(address):
            output.say(_("El tablero se abre en su navegador; pulse el botón antes de un minuto."))
            return
    output.say(_("Abra este enlace en su navegador antes de un minuto; sirve una sola vez:"))
    output.say(f"    {address}")


def short(id_: str) -> str:
    """The end of an id: its beginning says when it was made, and many are made at once."""
    return id_[-8:]


def which_id(answer: Alerts, typed: str) -> str:
    """The id that a whole one, its beginning or its end names. Raises BadParameter for none or several."""
    plain = typed.strip().lower()
    ids = [
        line.id for line in answer.lines if plain and (line.id.startswith(plain) or line.id.endswith(plain))
    ]
    if len(ids) != 1:
        raise typer.BadParameter(
            _("ningún aviso se llama así, o hay varios: {id}").format(id=output.shown(typed))
        )
    return ids[0]


def _cells(line: AlertLine, words: Words) -> list[str]:
    from lnctp_tui.screens.report import alert_words

    return [
        alert_words.family(line), alert_words.name(line, words), f"×{line.ratio:.1f}", alert_words.reports(line),
        line.since, alert_words.state(line, words),
    ]  # fmt: skip


ALERTS = (
    ("list", list_alerts, N_("Lista lo que crece, sin decir casos.")),
    ("show", show, N_("Muestra un aviso; a supervisión, con los casos que hay detrás.")),
    ("mute", mute, N_("Silencia un aviso, con motivo y por un tiempo; supervisión.")),
    ("unmute", unmute, N_("Vuelve a mostrar un aviso; supervisión.")),
)
BOARD = (("open", open_board, N_("Da el enlace para abrir el tablero; supervisión.")),)
