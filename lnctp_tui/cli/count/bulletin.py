"""`lnctp alerts bulletin`: from an alert to a text for the public in both languages, signed by a supervisor."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.count.alerts import Which, which_id
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.services.sync.alert_requests import AlertLine
    from lnctp_tui.services.vault.workspace import Workspace

MARK = 12
"""Characters of the text's mark that are shown and typed."""
LONGEST = 20 << 10
"""Bytes of a text."""


def bulletin(
    context: typer.Context,
    which: Which,
    text_file: Annotated[
        Path | None,
        typer.Option(
            "--text", metavar=N_("ARCHIVO"), help=N_("El borrador ya corregido; si no, el propuesto.")
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar=N_("ARCHIVO"), help=N_("Archivo nuevo para el boletín."))
    ] = None,
    sheet: Annotated[
        str, typer.Option("--sheet", help=N_("Marca del texto que leyó; sin ella solo se muestra."))
    ] = "",
) -> None:
    from lnctp_tui.errors import Refused
    from lnctp_tui.services.sync import alert_requests

    with session.opened(context) as workspace:
        id_ = which_id(alert_requests.alerts(workspace), which)
        line = alert_requests.for_public(alert_requests.alert(workspace, id_))
        draft = drafted(line, workspace.protocol)
        text = draft if text_file is None else _read(text_file)
        mark = hashlib.sha256(text.encode()).hexdigest()
        if not sheet or out is None:
            _show(context, text, mark)
            raise typer.Exit(1)
        if len(sheet) < MARK or not mark.startswith(sheet):
            raise Refused("sheet_changed")
        _hand_out(workspace, line, text, draft, out)
    beside = _signature_of(out)
    if session.settings(context).json:
        output.as_json({"file": str(out), "signature": str(beside), "sha256": mark})
    else:
        sentence = _("Firmado y anotado: {name}, con su firma en {beside}.")
        output.say(sentence.format(name=out.name, beside=beside.name))


def _hand_out(workspace: Workspace, line: AlertLine, text: str, draft: str, out: Path) -> None:
    """Notes and signs the text; then writes both files, new ones."""
    from lnctp_tui.services.case import handing_out
    from lnctp_tui.services.sync import alert_requests

    place, beside = (handing_out.place(str(path.absolute())) for path in (out, _signature_of(out)))
    signature = alert_requests.sign(workspace, line, text, draft)
    handing_out.hand_out(place, text.encode())
    handing_out.hand_out(beside, signature)


def _signature_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.sig")


def drafted(line: AlertLine, protocol: Protocol) -> str:
    """The text that is proposed, Spanish first."""
    from lnctp_tui.i18n import of_alerts
    from lnctp_tui.services.sync.alert_requests import CATALOGS

    line_row = protocol.catalogs["hotline"].by_code.get("lnctp")
    number = line_row.extra.get("number") if line_row else None
    figure = None
    if line.figure is not None:
        figure = {"edition": line.figure.edition, "start": line.figure.start, "end": line.figure.end,
                  "count": line.figure.count}  # fmt: skip
    return "\n".join(
        of_alerts.sheet(
            at, line.since, line.family, _label(protocol, CATALOGS[line.family], line.code, at),
            _label(protocol, "state", line.origin, at), number, figure,
        )
        for at in (0, 1)
    )  # fmt: skip


def _label(protocol: Protocol, catalog: str, code: str, language: int) -> str:
    from lnctp_tui.i18n.of_alerts import ABROAD

    row = protocol.catalogs[catalog].by_code.get(code)
    if row is None:
        return ABROAD[language] if code else ""
    return row.label.en if language else row.label.es


def _read(path: Path) -> str:
    from lnctp_tui.domain.values.text import clean
    from lnctp_tui.errors import Refused

    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Refused("bulletin_text") from None
    plain, replaced = clean(text)
    if len(content) > LONGEST or replaced or not plain.strip():
        raise Refused("bulletin_text")
    return plain


def _show(context: typer.Context, text: str, mark: str) -> None:
    if session.settings(context).json:
        output.as_json({"signed": None, "text": text, "sheet": mark[:MARK]})
        return
    output.say(text)
    output.tell(_("No se firmó nada. Para firmarlo: --sheet {mark} --out ARCHIVO").format(mark=mark[:MARK]))


BULLETIN = (
    (
        "bulletin",
        bulletin,
        N_("Propone un boletín en dos idiomas; con la marca de lo leído, lo firma; supervisión."),
    ),
)
