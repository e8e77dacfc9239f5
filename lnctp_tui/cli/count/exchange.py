"""`lnctp exchange`: files for others (htcds, ctdc, uif, fiscalia, case), what left, and HTCDS coming in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.services.exchange.outgoing.sheets import Made
    from lnctp_tui.services.vault.workspace import Workspace

ABOUT = N_("Intercambio: hojas para otras instituciones, qué salió, e importar HTCDS.")
To = Annotated[
    str, typer.Option("--to", metavar=N_("QUIÉN"), help=N_("A quién va, como está en el directorio."))
]
Reason = Annotated[
    str, typer.Option("--reason", metavar=N_("MOTIVO"), help=N_("Para qué se entrega: 10 letras o más."))
]
Out = Annotated[
    Path, typer.Option("--out", metavar=N_("ARCHIVO"), help=N_("Archivo nuevo, solo para usted."))
]
Folios = Annotated[
    list[str] | None, typer.Option("--folio", metavar="FOLIO", help=N_("Solo estos casos; se repite."))
]
OneFolio = Annotated[str, typer.Option("--folio", metavar="FOLIO", help=N_("El caso."))]
Form = Annotated[Literal["csv", "xlsx"], typer.Option("--form", help=N_("Forma del archivo."))]


NOTE = N_("Del archivo HTCDS, sin campo propio:\n{lines}")


def htcds(
    context: typer.Context,
    to: To,
    reason: Reason,
    out: Out,
    folio: Folios = None,
    form: Annotated[
        Literal["csv", "xlsx", "xlsform"], typer.Option("--form", help=N_("Forma del archivo."))
    ] = "csv",
    version: Annotated[Literal["2.0"], typer.Option("--version", help=N_("Versión del estándar."))] = "2.0",
    core: Annotated[bool, typer.Option("--core", help=N_("Solo las 38 columnas del estándar."))] = False,
    loss: Annotated[
        Path | None,
        typer.Option("--loss", metavar=N_("ARCHIVO"), help=N_("Qué no pudo decir HTCDS, fila por fila.")),
    ] = None,
) -> None:
    from lnctp_tui.services.exchange.outgoing import sheets

    with session.opened(context) as workspace:
        order = sheets.Order(to, reason, out, form, version, _ids(workspace, folio), core=core, loss=loss)
        _tell(context, sheets.make_htcds(workspace, order), out)


def ctdc(
    context: typer.Context,
    to: To,
    reason: Reason,
    out: Out,
    folio: Folios = None,
    form: Form = "csv",
    version: Annotated[
        Literal["v6", "2021", "2024"], typer.Option("--version", help=N_("Versión de las columnas."))
    ] = "v6",
) -> None:
    from lnctp_tui.services.exchange.outgoing import sheets

    with session.opened(context) as workspace:
        order = sheets.Order(to, reason, out, form, version, _ids(workspace, folio))
        _tell(context, sheets.make_ctdc(workspace, order), out)


def uif(
    context: typer.Context, to: To, reason: Reason, out: Out, folio: Folios = None, form: Form = "csv"
) -> None:
    from lnctp_tui.services.exchange.outgoing import sheets

    with session.opened(context) as workspace:
        order = sheets.Order(to, reason, out, form, "1", _ids(workspace, folio))
        _tell(context, sheets.make_uif(workspace, order), out)


def fiscalia(context: typer.Context, to: To, reason: Reason, out: Out, folio: OneFolio) -> None:
    _one_case(context, to, reason, out, folio, pdf=True)


def case(context: typer.Context, to: To, reason: Reason, out: Out, folio: OneFolio) -> None:
    _one_case(context, to, reason, out, folio, pdf=False)


def _one_case(context: typer.Context, to: str, reason: str, out: Path, folio: str, *, pdf: bool) -> None:
    from lnctp_tui.screens.case import authority_sheet
    from lnctp_tui.services.exchange.outgoing import prosecutor, sheets

    with session.opened(context) as workspace:
        order = sheets.Order(to, reason, out, case_ids=_ids(workspace, [folio]))
        made = prosecutor.make(workspace, order, authority_sheet.parts if pdf else None)
    if made.merged:
        text = _(
            "Los casos que se unieron a este no van en la hoja; haga una de cada uno, por su identificador: {ids}."
        )
        output.tell(text.format(ids=", ".join(made.merged)))
    if session.settings(context).json:
        files = {"document": asdict(made.document)} | ({"pdf": asdict(made.pdf)} if made.pdf else {})
        output.as_json({"receipt": made.receipt, **files})
        return
    output.say(_("Acuse {receipt}.").format(receipt=made.receipt))
    for file in filter(None, (made.pdf, made.document)):
        output.say(_("Anotado como {id}. SHA-256: {sha256}").format(id=file.id, sha256=file.sha256))


def import_htcds(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("CSV o libro de HTCDS."))],
    mapping: Annotated[
        Path | None,
        typer.Option("--map", metavar=N_("MAPA.toml"), help=N_("Qué título es qué columna de HTCDS.")),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar=N_("ARCHIVO"),
            help=N_("Dónde guardar las filas rechazadas; contiene datos personales."),
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar=N_("HOJA"), help=N_("Qué hoja del libro."))
    ] = None,
) -> None:
    from lnctp_tui.cli import cases
    from lnctp_tui.services.exchange import incoming_htcds

    with session.alone(), session.opened(context) as workspace, output.progress(_("Importando")) as progress:
        incoming = incoming_htcds.import_file(
            workspace, file, note=_(NOTE), mapping=mapping, rejects=rejects, sheet=sheet, progress=progress
        )
    if incoming.labels_beat:
        output.tell(
            _(
                "Los nombres ocultos de las columnas de domicilio no coinciden con sus títulos: valen los títulos."
            )
        )
    cases.tell_import(context, incoming.report)


def list_exports(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help=N_("Cuántos, los más recientes."))] = None,
) -> None:
    from lnctp_tui.services.exchange.outgoing import ledger

    with session.opened(context) as workspace:
        as_json = session.settings(context).json
        rows = ledger.listed(workspace.store, limit or (output.ALL if as_json else output.SOME))
        if as_json:
            output.as_json(rows)
            return
        states = {"begun": _("sin terminar"), "done": _("hecho"), "failed": _("no salió")}
        output.table(
            [_("Cuándo"), _("Para"), _("Formato"), _("Casos"), _("Filas"), _("Situación"), _("Motivo")],
            (
                (output.moment(row["at"], workspace.zone), row["recipient"], f"{row['format']} {row['version']}",
                 len(row["folios"]), row["rows"], states.get(row["state"], row["state"]), row["reason"])
                for row in rows
            ),
        )  # fmt: skip


def _ids(workspace: Workspace, folios: list[str] | None) -> tuple[str, ...]:
    return tuple(case_id for folio in folios or () for case_id in session.case_ids(workspace.store, folio))


def _tell(context: typer.Context, made: Made, out: Path) -> None:
    if session.settings(context).json:
        output.as_json(
            {"id": made.id, "rows": made.rows, "cases": made.cases, "sha256": made.sha256, "file": str(out)}
        )
        return
    output.say(
        _("{rows} filas de {cases} casos; anotado como {id}. SHA-256: {sha256}").format(
            rows=made.rows, cases=made.cases, id=made.id, sha256=made.sha256
        )
    )


COMMANDS = (
    ("htcds", htcds, N_("Víctimas como filas de HTCDS 2.0 (OIM).")),
    ("ctdc", ctdc, N_("Microdatos de CTDC, solo de quienes aceptaron compartir.")),
    ("uif", uif, N_("Rastros de dinero para la Unidad de Inteligencia Financiera.")),
    ("fiscalia", fiscalia, N_("Hoja de un caso para la fiscalía: PDF y, junto a él, el documento.")),
    ("case", case, N_("El documento de un caso, con lo que la persona aceptó compartir.")),
    ("list", list_exports, N_("Lista lo que salió: para quién, por qué y de cuántos casos.")),
)  # fmt: skip
IMPORTS = (("htcds", import_htcds, N_("Importa filas de HTCDS, cada una como un caso.")),)
GROUPS = (("import", N_("Importa lo que otras instituciones entregan."), IMPORTS),)
"""Groups below this one."""
