"""`lnctp protocol sources` and `indicators`: what the Line's lawyer and psychologist read, key and sign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.errors import BadInput, StorageFailed
from lnctp_tui.i18n import N_, _, language, pick

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.field_help import StageHelp
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.domain.protocol.sources import Entry

COLUMNS = (
    N_("Archivo"), N_("Código"), N_("Texto"), N_("Número"), N_("Fuente"), N_("Marca"), N_("Marcado el"), N_("Firma"),
)  # fmt: skip
PROBLEMS = {
    "no_columns": N_("Hacen falta las columnas code y alguna de AL, CL, AS, CS."),
    "unknown_row": N_("{what}: no está en la lista de indicadores."),
    "twice": N_("{what}: está dos veces."),
    "bad_letter": N_("{what}: escriba S, M, W o -; no lo deje vacío."),
    "not_keyed": N_("{what}: falta en el archivo."),
    "no_page": N_("{what}: falta la página del folleto (page)."),
    "no_signature": N_("{what}: falta quién lo cotejó y el día (reviewed_by, reviewed_on)."),
}


Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar=N_("[CARPETA]"), help=N_("Carpeta de la organización; si falta, la de los datos.")
    ),
]


def sources(
    context: typer.Context,
    folder: Folder = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar=N_("ARCHIVO.html"), help=N_("Página para leer, imprimir y firmar.")),
    ] = None,
    pending: Annotated[bool, typer.Option("--pending", help=N_("Solo lo que nadie ha verificado."))] = False,
) -> None:
    from lnctp_tui.domain.protocol.sources import entries

    protocol = _protocol(folder)
    listed = [
        entry for entry in entries(protocol, _helps(folder, protocol)) if not (pending and entry.verified)
    ]
    if html is not None:
        _write(html, _page(listed, protocol))
        output.say(_("{name}: {count} renglones.").format(name=html.name, count=len(listed)))
    elif session.settings(context).json:
        output.as_json([_plain(entry) for entry in listed])
    else:
        for entry in listed:
            output.say(" · ".join(filter(None, _cells(entry))))
        output.say(_counted(listed))


def indicators(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar=N_("ARCHIVO.csv"), help=N_("La lista capturada del folleto de la OIT."))
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar=N_("indicators.csv"), help=N_("Escribe aquí la lista completa, para su carpeta.")
        ),
    ] = None,
) -> None:
    from lnctp_tui.storage.protocol import brochure

    current = session.protocol().indicators
    keyed = brochure.read(file)
    wrong = brochure.problems(keyed, current)
    changed = [] if wrong and wrong[0].code == "no_columns" else brochure.differences(keyed, current)
    if session.settings(context).json:
        output.as_json({"ok": not wrong, "problems": wrong, "differences": changed})
    else:
        for difference in wrong:
            output.say(
                f"{file.name}:{difference.line}: {_(PROBLEMS[difference.code]).format(what=difference.what)}"
            )
        output.table(
            [_("Indicador"), _("Conjunto"), _("Ahora"), _("Folleto")],
            [
                (difference.indicator, difference.set, difference.now or "?", difference.keyed)
                for difference in changed
            ],
        )
        output.say(_("{count} fuerzas distintas.").format(count=len(changed)))
    if wrong:
        raise typer.Exit(1)
    if out is not None:
        _write(out, brochure.merged(keyed, current))
        output.tell(_("Escrito {name}: póngalo en la carpeta del protocolo.").format(name=out.name))


def _protocol(folder: Path | None) -> Protocol:
    from lnctp_tui.storage.protocol.protocol_loader import load

    return session.protocol() if folder is None else load(folder)


def _helps(folder: Path | None, protocol: Protocol) -> list[StageHelp]:
    from lnctp_tui.services.vault import vault_access
    from lnctp_tui.services.vault.workspace import PROTOCOL_FOLDER
    from lnctp_tui.storage.protocol.help_files import read_all

    own = folder or vault_access.data_folder() / PROTOCOL_FOLDER
    return read_all(own if own.is_dir() else None, tuple(stage.code for stage in protocol.stages))[0]


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInput("file_exists", name=path.name) from error
    except OSError as error:
        from lnctp_tui.storage.paths import errno_name

        raise StorageFailed("file_failed", name=path.name, reason=errno_name(error)) from error


def _cells(each: Entry) -> tuple[str, ...]:
    signed = f"{each.review.reviewed_by} {each.review.reviewed_on}" if each.review.signed else ""
    mark = each.mark if each.verified else f"{each.mark or '?'} ({_('por verificar')})"
    return each.file, each.code, pick(each.text), each.number, each.source, mark, each.verified_on, signed


def _plain(each: Entry) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "file": each.file,
        "code": each.code,
        "es": each.text.es,
        "en": each.text.en,
        "number": each.number,
        "source": each.source,
        "mark": each.mark,
        "verified": each.verified,
        "verified_on": each.verified_on,
        "reviewed_by": each.review.reviewed_by,
        "reviewed_on": each.review.reviewed_on,
    }


def _counted(found: list[Entry]) -> str:
    return _("{count} renglones: {unverified} por verificar, {unsigned} sin firma.").format(
        count=len(found),
        unverified=sum(not each.verified for each in found),
        unsigned=sum(not each.review.signed for each in found),
    )


STYLE = """body{font:14px/1.4 sans-serif;margin:2em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #999;padding:.3em;text-align:left;vertical-align:top}tr.unverified{background:#fff3cd}
thead{display:table-header-group}tr{break-inside:avoid}td:last-child{min-width:9em}"""


def _page(found: list[Entry], protocol: Protocol) -> str:
    """One HTML page without scripts or anything from elsewhere; what is not verified stands first."""
    from xml.etree import ElementTree

    def put(parent: ElementTree.Element, tag: str, text: str = "", **given: str) -> ElementTree.Element:
        child = ElementTree.SubElement(parent, tag, given)
        child.text = output.shown(text)
        return child

    title = _("Fuentes del protocolo {version}").format(version=protocol.version)
    page = ElementTree.Element("html", lang=language())
    head, body = put(page, "head"), put(page, "body")
    put(head, "meta", charset="utf-8")
    put(head, "title", title)
    put(head, "style", STYLE)
    put(body, "h1", title)
    put(body, "p", _counted(found))
    table = put(body, "table")
    titles, rows = put(put(table, "thead"), "tr"), put(table, "tbody")
    for column in COLUMNS:
        put(titles, "th", _(column))
    for entry in found:
        row = put(rows, "tr", **{"class": "verified" if entry.verified else "unverified"})
        for cell in _cells(entry):
            put(row, "td", cell)
    return "<!doctype html>\n" + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"


COMMANDS = (
    ("sources", sources, N_("Cada regla, número, texto y código con su fuente, su marca y su firma.")),
    ("indicators", indicators, N_("Revisa las fuerzas capturadas del folleto de la OIT y dice qué cambia.")),
)
