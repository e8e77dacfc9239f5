"""`lnctp protocol`: what is wrong with an organisation's protocol files, and where each row comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.protocol import protocol_review
from lnctp_tui.cli.protocol.protocol_review import Folder
from lnctp_tui.i18n import N_, _

ABOUT = N_("Protocolo y catálogos.")


def check(
    context: typer.Context,
    folder: Folder = None,
) -> None:
    from lnctp_tui.i18n.findings import tell
    from lnctp_tui.services.vault import vault_access
    from lnctp_tui.services.vault.workspace import PROTOCOL_FOLDER
    from lnctp_tui.storage.protocol.folder_check import check as find

    own = vault_access.data_folder() / PROTOCOL_FOLDER
    findings = find(folder if folder is not None else own if own.is_dir() else None)
    if session.settings(context).json:
        lines = [
            {
                "file": finding.file,
                "line": finding.line,
                "code": finding.code,
                "facts": dict(finding.facts),
                "message": tell(finding.code, **finding.facts),
            }
            for finding in findings
        ]
        output.as_json({"ok": not findings, "findings": lines})
    elif findings:
        for finding in findings:
            output.say(f"{finding.file}:{finding.line}: {tell(finding.code, **finding.facts)}")
    else:
        output.say(_("El protocolo está bien."))
    if findings:
        raise typer.Exit(1)


def accept(
    context: typer.Context,
    yes: Annotated[
        bool, typer.Option("--yes", help=N_("Acepta sin preguntar; la frase se pide siempre."))
    ] = False,
) -> None:
    with session.opened(context) as workspace:
        from lnctp_tui.services.vault.workspace import accept_protocol

        pending = workspace.pending
        lines = pending.differences() if pending else []
        if session.settings(context).json:
            agreed = yes
        else:
            for line in lines:
                output.say(f"{line.file}{' ' + _('(número)') if line.numbers else ''}")
                output.say(
                    "".join(
                        f"  {sign} {text}\n" for sign, text in (("-", line.before), ("+", line.after)) if text
                    ).rstrip("\n")
                )
            agreed = bool(lines) and (yes or _agreed())
        if agreed:
            accept_protocol(workspace)
    if session.settings(context).json:
        output.as_json({"accepted": agreed and bool(lines), "lines": lines})
    elif not lines:
        output.say(_("La carpeta del protocolo es la aceptada."))
    elif agreed:
        output.say(_("Aceptado: se usa desde la próxima vez que se abra."))
    else:
        output.say(_("No se aceptó: se sigue usando el anterior."))


def _agreed() -> bool:
    if not session.terminal():
        return False
    return session.yes(session.ask(_("¿Usar estos cambios en las llamadas? (s/n) ")))


COMMANDS = (
    ("accept", accept, N_("Muestra qué cambió en la carpeta del protocolo y lo acepta con la frase.")),
    ("check", check, N_("Revisa el protocolo: códigos, textos y condiciones, con archivo y línea.")),
    *protocol_review.COMMANDS,
)
