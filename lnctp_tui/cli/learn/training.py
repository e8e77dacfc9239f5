"""`lnctp course` and `lnctp certificate`: the training register of a team."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import words_of
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _, language

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.domain.records.kinds import Kind
    from lnctp_tui.services.training.importing import Outcome
    from lnctp_tui.services.vault.workspace import Workspace

ABOUT_COURSES = N_("Cursos que se dieron: listar, agregar, importar.")
ABOUT_CERTIFICATES = N_("Constancias: listar, expedir, revocar, imprimir, comprobar.")
Number = Annotated[str, typer.Argument(metavar=N_("NÚMERO"), help=N_("Como GA-26-0042-X."))]


def list_courses(context: typer.Context) -> None:
    from lnctp_tui.screens.training.figure_words import lines
    from lnctp_tui.services.training import register

    with session.opened(context) as workspace:
        shown, today = register.view(workspace.store), _today(workspace)
        counted = shown.counted(today)
        if session.settings(context).json:
            output.as_json(
                {"courses": [_plain(row) for row in shown.courses], "figures": counted._asdict(),
                 "printed": register.opening()._asdict()}
            )  # fmt: skip
            return
        words = words_of(workspace.protocol, workspace.zone)
        rows = [
            [
                row.get("starts_on") or "", row.get("title") or row.get("code") or "",
                words.value("courses", "audience", row.get("audience")),
                words.value("courses", "state", row.get("state")), _or_blank(row.get("people")),
            ]
            for row in shown.courses
        ]  # fmt: skip
        output.table([_("Desde"), _("Curso"), _("Para quiénes"), _("Estado"), _("Personas")], rows)
        for line in lines(counted, register.opening(), _states(workspace.protocol)):
            output.say(line)


def add_course(
    context: typer.Context,
    facts: Annotated[
        list[str],
        typer.Argument(
            metavar=N_("CAMPO=VALOR..."), help=N_("Por ejemplo title=Saberes people=30 state=Puebla.")
        ),
    ],
) -> None:
    from lnctp_tui.domain.records.kinds import COURSE
    from lnctp_tui.services.training import register
    from lnctp_tui.storage import ids

    with session.opened(context) as workspace:
        values = _typed(workspace, COURSE, facts)
        row = register.keep_course(workspace.store, ids.new_id(), values)
    if session.settings(context).json:
        output.as_json({"id": row})
    else:
        output.say(_("Curso guardado."))


def import_courses(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar=N_("ARCHIVO"), help=N_("CSV o libro de Excel."))
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", metavar=N_("MAPA.toml"), help=N_("Qué columna de la hoja llena qué campo.")),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help=N_("Solo dice qué entraría."))] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("ARCHIVO"), help=N_("Dónde guardar las filas rechazadas; contiene datos personales.")
        ),
    ] = None,
    report: Annotated[
        bool, typer.Option("--informe", help=N_("Los asientos iniciales del informe impreso 2019-2020."))
    ] = False,
) -> None:
    from lnctp_tui.services.training import importing, register

    if report == (file is not None):
        raise typer.BadParameter(_("diga un archivo o --informe"), param_hint=_("ARCHIVO"))
    with session.alone(), session.opened(context) as workspace:
        if file is None:
            outcome = importing.Outcome(
                len(register.opening().courses), register.open_with_report(workspace.store)
            )
            outcome.same = outcome.rows - outcome.new
        else:
            outcome = importing.import_file(
                workspace.store, file, workspace.protocol, _today(workspace),
                mapping=mapping, preview=preview, rejects=rejects,
            )  # fmt: skip
    _tell_import(context, outcome, preview=preview)


def _tell_import(context: typer.Context, outcome: Outcome, *, preview: bool) -> None:
    from lnctp_tui.i18n.reasons import reason

    if session.settings(context).json:
        output.as_json({**outcome.to_json(), "preview": preview})
    else:
        text = _("Entrarían {new}; iguales {same}; rechazadas {refused}.") if preview else _(
            "Entraron {new}; iguales {same}; rechazadas {refused}."
        )  # fmt: skip
        output.say(text.format(new=outcome.new, same=outcome.same, refused=len(outcome.refused)))
        for row, said, near in outcome.wrong:
            text = _("Fila {row}: {number} se guarda tal cual y queda marcada; ¿es {near}?")
            output.say(text.format(row=row, number=said, near=" · ".join(near) or "GA-26-0042-X"))
        if outcome.unmapped:
            output.say(_("Columnas que no se tomaron: {titles}").format(titles=", ".join(outcome.unmapped)))
    for row, why in outcome.refused:
        output.tell(f"{row} {why.field}: {reason(why.reason, why.facts)}")
    if outcome.refused:
        raise typer.Exit(1)


def list_certificates(
    context: typer.Context,
    expiring: Annotated[bool, typer.Option("--expiring", help=N_("Solo las que vencen en 60 días."))] = False,
) -> None:
    from lnctp_tui.domain.training import figures
    from lnctp_tui.services.training import register

    with session.opened(context) as workspace:
        today = _today(workspace)
        rows = [
            (row, figures.standing(row, today))
            for row in register.view(workspace.store).certificates
            if not expiring or figures.standing(row, today) == figures.SOON_OVER
        ]
        register.noted(workspace.store, register.CERTIFICATES)
        if session.settings(context).json:
            output.as_json([{**_plain(row), "standing": standing} for row, standing in rows])
            return
        cells = [_cells(row, standing) for row, standing in rows]
        output.table([_("Número"), _("Situación"), _("A nombre de"), _("Vence")], cells)


def issue(
    context: typer.Context,
    facts: Annotated[
        list[str],
        typer.Argument(
            metavar=N_("CAMPO=VALOR..."),
            help=N_("Por ejemplo holder_name='Ana Ejemplo' valid_until=2028-05-31."),
        ),
    ],
    kind: Annotated[
        str, typer.Option("--kind", help=N_("«guardian_asfalto» u «other»."))
    ] = "guardian_asfalto",
) -> None:
    from lnctp_tui.domain.records.kinds import CERTIFICATE
    from lnctp_tui.domain.training.number import SERIES
    from lnctp_tui.services.training import register

    if kind not in SERIES:
        raise Refused("certificate_kind")
    with session.opened(context) as workspace:
        values = {
            **_typed(workspace, CERTIFICATE, facts, without=("number", "revoked_at", "reason")),
            "kind": kind,
        }
        number = register.issue(workspace.store, values, _today(workspace).isoformat())
    if session.settings(context).json:
        output.as_json({"number": number})
    else:
        output.say(_("Constancia {number} expedida.").format(number=number))


def revoke(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help=N_("Por qué; queda en la constancia."))],
) -> None:
    from lnctp_tui.services.training import register
    from lnctp_tui.storage import instants

    with session.opened(context) as workspace:
        row = _one(workspace, number)
        register.revoke(workspace.store, str(row["id"]), reason, instants.iso(workspace.store.now()))
    if session.settings(context).json:
        output.as_json({"number": row["number"], "standing": "revoked"})
    else:
        output.say(_("Constancia revocada: se conserva con su motivo."))


def print_pdf(
    context: typer.Context,
    number: Number,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("Archivo nuevo."))],
) -> None:
    from lnctp_tui.services.training import paper, register

    with session.opened(context) as workspace:
        row = _one(workspace, number)
        courses = register.titles(register.view(workspace.store).courses)
        paper.write(row, page(row, courses, workspace.protocol), file)
        register.noted(workspace.store, str(row["id"]))
    if session.settings(context).json:
        output.as_json({"number": row["number"], "file": str(file)})
    else:
        output.say(_("Escrito en {name}.").format(name=file.name))


def page(row: dict[str, Any], courses: dict[str, str], protocol: Protocol) -> dict[str, str]:
    """What the page says besides the number and the name."""
    kind = protocol.catalogs["certificate_kind"].by_code.get(str(row.get("kind")))
    course = courses.get(str(row.get("course_id")), "")
    dates = [(_("Expedida el {on}"), row.get("issued_on")), (_("Vence el {on}"), row.get("valid_until"))]
    return {
        "language": language(),
        "line": _("Línea Nacional contra la Trata de Personas"),
        "title": kind.label[language()] if kind else _("Constancia"),
        "to": _("Se otorga a"),
        "course": course,
        "dates": " · ".join(text.format(on=on) for text, on in dates if on),
        "note": _(
            "Para reportar no hace falta esta constancia ni decir su nombre. El último símbolo la comprueba."
        ),
    }


def check(context: typer.Context, number: Number) -> None:
    from lnctp_tui.domain.training import figures
    from lnctp_tui.domain.training import number as numbers
    from lnctp_tui.services.training import register

    read = numbers.parse(number)
    with session.opened(context) as workspace:
        rows, today = register.found(workspace.store, number), _today(workspace)
        known = [str(row.get("number")) for row in register.view(workspace.store).certificates]
    near = numbers.nearest(number, known)
    standings = [figures.standing(row, today) for row in rows]
    if session.settings(context).json:
        output.as_json({"number": str(read) if read else number, "sound": read is not None, "nearest": list(near),
                        "standing": standings})  # fmt: skip
    elif rows:
        output.table([_("Número"), _("Situación"), _("A nombre de"), _("Vence")],
                     [_cells(row, standing) for row, standing in zip(rows, standings, strict=True)])  # fmt: skip
    if not rows:
        raise (
            Refused("no_certificate")
            if read
            else Refused("certificate_number", number=number, near=" · ".join(near) or "GA-26-0042-X")
        )


def _one(workspace: Workspace, typed: str) -> dict[str, Any]:
    from lnctp_tui.services.training import register

    rows = register.found(workspace.store, typed)
    if len(rows) != 1:
        raise Refused("no_certificate")
    return rows[0]


def _cells(row: dict[str, Any], standing: str) -> list[str]:
    from lnctp_tui.domain.training.number import parse
    from lnctp_tui.i18n.of_training import STANDINGS, WRONG

    number = str(row.get("number") or "")
    told = _(STANDINGS[standing]) if parse(number) else f"{_(STANDINGS[standing])}, {_(WRONG)}"
    return [number, told, str(row.get("holder_name") or ""), str(row.get("valid_until") or "")]


def _typed(
    workspace: Workspace, kind: Kind, facts: list[str], without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Typed facts by the rule that a form has. What is not understood is no value of the register: it is refused."""
    from lnctp_tui.domain.values import values
    from lnctp_tui.services.case import transfer
    from lnctp_tui.services.training import register
    from lnctp_tui.widgets.declared import fields
    from lnctp_tui.widgets.form.explain import explain

    courses = register.view(workspace.store).courses
    protocol = register.naming(workspace.protocol, courses, transfer.names(workspace.store))
    names = [column.name for column in kind.columns if column.type != "list" and column.name not in without]
    by_code = {field.code: field for field in fields(kind, *names)}
    record: dict[str, Any] = {}
    for fact in facts:
        code, sign, text = fact.partition("=")
        if not sign or code not in by_code:
            raise typer.BadParameter(
                _("no hay un campo «{code}»").format(code=code), param_hint=_("CAMPO=VALOR")
            )
        parsed = values.parse(by_code[code], text, protocol=protocol, today=_today(workspace), record=record)
        if parsed.problem not in (None, "not_in_catalog", "replaced"):
            raise typer.BadParameter(f"{code}: {explain(parsed.problem, parsed.facts)}", param_hint=fact)
        record = values.apply(record, parsed.patch)
    record.pop("answers", None)
    return record


def _today(workspace: Workspace) -> Any:
    from lnctp_tui.storage import instants

    return instants.today(workspace.zone)


def _states(protocol: Protocol) -> dict[str, str]:
    return {row.code: row.label[language()] for row in protocol.catalogs["state"].rows}


def _or_blank(value: Any) -> str:
    return "" if value is None else f"{value:,}"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("heads", "extra")}


COURSES = (
    ("list", list_courses, N_("Lista los cursos y lo que suman.")),
    ("add", add_course, N_("Agrega un curso.")),
    ("import", import_courses, N_("Trae cursos y constancias de una hoja.")),
)
CERTIFICATES = (
    ("list", list_certificates, N_("Lista las constancias y cómo están.")),
    ("issue", issue, N_("Expide una constancia con el número que sigue.")),
    ("revoke", revoke, N_("Revoca una constancia; se conserva.")),
    ("pdf", print_pdf, N_("Escribe la hoja de una constancia en un archivo nuevo.")),
    ("check", check, N_("Comprueba un número y dice el parecido.")),
)
