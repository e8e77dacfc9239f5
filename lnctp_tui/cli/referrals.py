"""`lnctp referral`: list, send, outcome. Nothing is sent without the mark of the sheet that was shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import words_of
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.services.case.referrals import Opened
    from lnctp_tui.services.vault.workspace import Workspace

ABOUT = N_("Canalizaciones: listar, enviar y anotar qué pasó.")
Which = Annotated[
    str, typer.Argument(metavar=N_("CANALIZACIÓN"), help=N_("Identificador o referencia de la canalización."))
]


def list_referrals(
    context: typer.Context,
    folio: Annotated[
        str | None,
        typer.Argument(metavar="FOLIO", help=N_("De este caso; si falta, las abiertas de todos.")),
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help=N_("Solo las vencidas."))] = False,
) -> None:
    from lnctp_tui.domain.referral import states
    from lnctp_tui.services.case import referrals

    with session.opened(context) as workspace:
        store, now = workspace.store, workspace.store.now()
        rows = (
            [row for case_id in session.case_ids(store, folio) for row in referrals.of_case(store, case_id)]
            if folio
            else referrals.in_all_cases(store)
        )
        lines = [row | {"overdue": states.overdue(row, now)} for row in rows]
        lines = [row for row in lines if row["overdue"] or not overdue]
        if session.settings(context).json:
            output.as_json(lines)
            return
        words = words_of(workspace.protocol, workspace.zone)
        output.table(
            [_("Referencia"), _("Institución"), _("Situación"), _("Respuesta esperada")],
            (
                (row.get("reference") or row["id"], row.get("provider_name"),
                 _("vencida") if row["overdue"] else words.code("referral_status", states.status_of(row)),
                 words.moment(row.get("expected_by"), workspace.zone))
                for row in lines
            ),
        )  # fmt: skip


def send(
    context: typer.Context,
    referral: Which,
    to_whom: Annotated[str, typer.Option("--to", help=N_("Quién contestó y la recibe."))] = "",
    form: Annotated[
        Literal["voice", "print", "pdf", "json"],
        typer.Option("--format", help=N_("De palabra, impresa, PDF o documento.")),
    ] = "print",
    sheet: Annotated[
        str, typer.Option("--sheet", help=N_("Marca de la hoja que leyó; sin ella solo se muestra."))
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar=N_("ARCHIVO"), help=N_("Archivo nuevo para lo que sale."))
    ] = None,
) -> None:
    from lnctp_tui.errors import Refused
    from lnctp_tui.screens.case import referral_words
    from lnctp_tui.services.case import handing_out, referrals

    with session.opened(context) as workspace:
        opened = referrals.load(workspace.store, _id(workspace, referral))
        if form == "pdf" and out is None and sheet:
            raise typer.BadParameter(_("un PDF va a un archivo"), param_hint="--out")
        if out is not None:
            out = handing_out.place(str(out.absolute()))
        words = words_of(workspace.protocol, workspace.zone)
        content = referral_words.content(opened, form, words, workspace.protocol)
        mark = opened.sheet.fingerprint
        if not sheet:
            if form == "pdf":
                content = referral_words.content(opened, "print", words, workspace.protocol)
            _show(context, opened, content, mark)
            raise typer.Exit(1)
        if not mark.startswith(sheet) or len(sheet) < len(mark[:MARK]):
            raise Refused("sheet_changed")
        digest = referral_words.digest(content)
        review = referral_words.review(opened, words)
        referrals.send(workspace.store, opened.referral["id"], form, to_whom, mark, digest, review)
        if out is not None:
            handing_out.hand_out(out, content)
        _tell_sent(context, opened, digest, content if out is None else None)


def _tell_sent(context: typer.Context, opened: Opened, digest: str, content: bytes | None) -> None:
    if session.settings(context).json:
        output.as_json({"sent": opened.referral["id"], "data": opened.sheet.data, "sha256": digest})
    elif content is not None:
        output.say(content.decode())
    output.tell(_("Enviada y anotada."))


MARK = 12
"""Characters of a sheet's mark that are shown and typed."""


def _show(context: typer.Context, opened: Opened, content: bytes, mark: str) -> None:
    """What would leave and why it does not yet."""
    from lnctp_tui.i18n.messages import explain_code

    blockers = [f"referral_{code}" for code in opened.blockers]
    if session.settings(context).json:
        output.as_json({"sent": None, "data": opened.sheet.data, "sheet": mark[:MARK], "blockers": blockers})
        return
    output.say(content.decode())
    for code in blockers:
        output.tell(str(explain_code(code)))
    if not blockers:
        output.tell(_("No se envió nada. Para enviarla: --sheet {mark} --to QUIÉN").format(mark=mark[:MARK]))


def outcome(
    context: typer.Context,
    referral: Which,
    status: Annotated[
        Literal["accepted", "refused", "waitlisted", "no_answer", "completed", "withdrawn", "cancelled"],
        typer.Argument(help=N_("Qué pasó.")),
    ],
    reason: Annotated[
        str | None, typer.Option("--reason", help=N_("Motivo del rechazo, del catálogo."))
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help=N_("Qué pasó, en palabras."))] = None,
    arrived: Annotated[Literal["yes", "no"] | None, typer.Option("--arrived", help=N_("Si llegó."))] = None,
    need_met: Annotated[
        Literal["yes", "no"] | None, typer.Option("--need-met", help=N_("Si le sirvió, según la persona."))
    ] = None,
) -> None:
    from lnctp_tui.domain.referral import states
    from lnctp_tui.screens.case import referral_words
    from lnctp_tui.services.case import referral_after, referrals

    told = {"refusal_reason": reason, "outcome": note, "arrived": arrived, "need_met": need_met}
    values: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    with session.opened(context) as workspace:
        if reason and reason not in workspace.protocol.catalogs["refusal_reason"].by_code:
            raise typer.BadParameter(_("no está en el catálogo"), param_hint="--reason")
        opened = referrals.load(workspace.store, _id(workspace, referral))
        stands = states.status_of(opened.referral)
        if status == stands and stands in referral_after.ASKED:
            referral_after.answered(workspace.store, opened.referral["id"], values)
        else:
            referrals.outcome(
                workspace.store, opened.referral["id"], status, values, referral_words.erase(opened)
            )
        if session.settings(context).json:
            output.as_json(referrals.load(workspace.store, opened.referral["id"]).referral)
            return
        output.say(_("Anotado."))


def _id(workspace: Workspace, typed: str) -> str:
    """The id of the referral that an id or a reference names."""
    from lnctp_tui.services.case import referrals

    for row in referrals.in_all_cases(workspace.store, only_open=False):
        if typed.strip().upper() == row.get("reference") or typed == row["id"]:
            return str(row["id"])
    return typed


COMMANDS = (
    ("list", list_referrals, N_("Lista las canalizaciones de un caso, o las abiertas.")),
    ("send", send, N_("Muestra lo que saldría; con la marca de esa hoja, lo envía.")),
    ("outcome", outcome, N_("Anota qué pasó con una canalización.")),
)  # fmt: skip
