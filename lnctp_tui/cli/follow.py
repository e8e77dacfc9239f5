"""What is to be done, the investigation files, and shifts: of these nothing is signed that was not named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import words_of
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.services.follow.shift import Handed
    from lnctp_tui.services.vault.workspace import Workspace

ABOUT_TASKS = N_("Tareas de seguimiento: listar y terminar.")
ABOUT_SHIFTS = N_("Relevo de turno: listar, firmar y recibir.")
ABOUT_FILES = N_("Carpetas de investigación: listar.")


def list_tasks(
    context: typer.Context,
    mine: Annotated[bool, typer.Option("--mine", help=N_("Solo las mías y las de nadie."))] = False,
    folio: Annotated[
        str | None, typer.Option("--case", metavar="FOLIO", help=N_("Solo de este caso."))
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help=N_("Cuántas, las que vencen antes; con --json, todas."))
    ] = None,
) -> None:
    from lnctp_tui.services.follow.worklist import worklist

    with session.opened(context) as workspace:
        as_json = session.settings(context).json
        most = limit or (output.ALL if as_json else output.SOME)
        chosen: list[str | None] = list(session.case_ids(workspace.store, folio)) if folio else [None]
        pages = [
            worklist(workspace.store, workspace.zone, most, mine=mine, case_id=case_id) for case_id in chosen
        ]
        lines = [line for page in pages for line in page.lines]
        if as_json:
            output.as_json(lines)
            return
        words = words_of(workspace.protocol, workspace.zone)
        rows = [
            [
                line.id, output.moment(line.due_to, workspace.zone) or _("sin hora"), line.folio,
                words.value("tasks", "kind", line.kind), ", ".join(line.assignees),
            ]
            for line in lines
        ]  # fmt: skip
        output.table([_("Tarea"), _("Vence"), _("Folio"), _("Tipo"), _("A cargo de")], rows)


def done(
    context: typer.Context,
    task: Annotated[str, typer.Argument(metavar=N_("TAREA"), help=N_("Identificador de la tarea."))],
    outcome: Annotated[str, typer.Option("--outcome", help=N_("Qué se hizo; queda en la tarea."))],
) -> None:
    from lnctp_tui.services.follow import tasks

    with session.opened(context) as workspace:
        tasks.done(workspace.store, task, outcome)
        if session.settings(context).json:
            output.as_json({"id": task, "status": "done"})
        else:
            output.say(_("Tarea terminada."))


def list_files(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option(min=1, help=N_("Cuántas, las más recientes; con --json, todas."))
    ] = None,
) -> None:
    from lnctp_tui.services.follow import files

    with session.opened(context) as workspace:
        as_json = session.settings(context).json
        lines = files.list_files(workspace.store, limit or (output.ALL if as_json else output.SOME))
        if as_json:
            output.as_json(lines)
            return
        words = words_of(workspace.protocol, workspace.zone)
        rows = [
            [line.number or line.id, line.folio, words.value("files", "entity", line.entity),
             words.value("files", "stage", line.stage), _("repetida") if line.repeats else ""]
            for line in lines
        ]  # fmt: skip
        output.table([_("Número"), _("Folio"), _("Entidad"), _("Etapa"), ""], rows)


TASKS = (
    ("list", list_tasks, N_("Lista las tareas abiertas, la que vence antes primero.")),
    ("done", done, N_("Termina una tarea y dice qué se hizo.")),
)
FILES = (("list", list_files, N_("Lista las carpetas; la misma en dos casos se marca como repetida.")),)


def list_shifts(context: typer.Context) -> None:
    from lnctp_tui.domain.follow.shift import ITEM
    from lnctp_tui.screens.follow import shift_words
    from lnctp_tui.services.case import transfer
    from lnctp_tui.services.follow import shift

    with session.opened(context) as workspace:
        handed, names = shift.handed_over(workspace.store), transfer.names(workspace.store)
        me = workspace.counselor_id
        if session.settings(context).json:
            output.as_json([
                {
                    "id": one.row["id"], "from": one.row["from_id"], "to": one.row["to_id"],
                    "signed_at": one.row["signed_at"], "state": one.standing.state, "note": one.row["note"],
                    "items": [{name: row[name] for name in ITEM} for row in one.items],
                    "taken_by": one.taken_by, "words": one.words if shift_words.shows_words(one, me) else None,
                }
                for one in handed
            ])  # fmt: skip
            return
        rows = [
            [one.row["id"], output.moment(one.row["signed_at"], workspace.zone),
             names.get(one.row["from_id"], ""), names.get(one.row["to_id"] or "", ""), shift_words.state(one, names)]
            for one in handed
        ]  # fmt: skip
        output.table([_("Relevo"), _("Firmado"), _("De"), _("Para"), _("Situación")], rows)


def new(
    context: typer.Context,
    to: Annotated[str | None, typer.Option("--to", help=N_("Quién sigue, por su nombre."))] = None,
    note: Annotated[str | None, typer.Option("--note", help=N_("Nota libre."))] = None,
    include: Annotated[
        list[str] | None, typer.Option("--include", metavar=N_("CLAVE"), help=N_("Renglón que se incluye."))
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar=N_("CLAVE"), help=N_("Renglón que se deja fuera.")),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar=N_("RENGLÓN"), help=N_("Renglón propio; con el folio al principio.")),
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help=N_("Firma; sin esto solo se muestra lo que se propone."))
    ] = False,
) -> None:
    from lnctp_tui.screens.follow import shift_words
    from lnctp_tui.services.follow import shift
    from lnctp_tui.storage import instants

    with session.opened(context) as workspace:
        store, now = workspace.store, workspace.store.now()
        words = words_of(workspace.protocol, workspace.zone)
        proposed = {row.key: shift_words.item(row, words, now) for row in shift.proposals(store).rows}
        included, left_out = set(include or ()), set(exclude or ())
        if unknown := sorted((included | left_out) - proposed.keys()):
            raise typer.BadParameter(_("no se propone: {keys}").format(keys=", ".join(unknown)))
        rows = [{"key": key, "included": key in included, **row} for key, row in proposed.items()]
        undecided = [key for key in proposed if key not in included | left_out]
        if not sign or undecided:
            _show(context, rows, undecided, asked=sign)
            raise typer.Exit(1)
        if included & left_out:
            raise typer.BadParameter(_("incluido y dejado fuera a la vez"), param_hint="--exclude")
        chosen = [row for key, row in proposed.items() if key in included]
        chosen += [shift.by_hand(store, typed) for typed in add or ()]
        person = _person(workspace, to) if to else None
        made = shift.sign(store, instants.iso(now), person, None, note, chosen)
        _tell_signed(context, next(handed for handed in shift.handed_over(store) if handed.row["id"] == made))


def _tell_signed(context: typer.Context, handed: Handed) -> None:
    from lnctp_tui.errors import Refused
    from lnctp_tui.screens.follow import shift_words

    if session.settings(context).json:
        output.as_json({"id": handed.row["id"], "words": handed.words, "digest": handed.row["digest"]})
        return
    if any(item["item_case_id"] for item in handed.items):
        output.say(_(shift_words.OPENS))
    output.say(_("Firmado. Lea en voz alta los renglones y las seis palabras:"))
    output.say(handed.words)
    if handed.standing.state == "altered":  # what was stored is not what was signed
        raise Refused("shift_case")


def _show(context: typer.Context, rows: list[dict[str, Any]], undecided: list[str], *, asked: bool) -> None:
    from lnctp_tui.screens.follow import shift_words

    if session.settings(context).json:
        output.as_json({"signed": None, "proposed": rows, "undecided": undecided})
    else:
        marked = ((row, "?" if row["key"] in undecided else "✓") for row in rows)
        lines = ([row["key"], mark, row["folio"], row["line"]] for row, mark in marked)
        output.table([_("Clave"), "", _("Folio"), _("Renglón")], lines)
    output.tell(_(shift_words.OPENS))
    output.tell(
        _("No se firmó nada: decida cada renglón con --include o --exclude.")
        if asked
        else _("No se firmó nada. Para firmar: --sign, y cada renglón con --include o --exclude.")
    )


def take(
    context: typer.Context,
    words: Annotated[str, typer.Option("--words", help=N_("Las seis palabras, como se oyeron."))],
    giver: Annotated[
        str | None, typer.Option("--from", help=N_("Quién deja el turno, por su nombre."))
    ] = None,
    shift_id: Annotated[
        str | None, typer.Option("--id", metavar=N_("RELEVO"), help=N_("El relevo, si está en este equipo."))
    ] = None,
    heard: Annotated[str | None, typer.Option("--heard", help=N_("Los renglones, como se oyeron."))] = None,
) -> None:
    from lnctp_tui.services.follow import shift
    from lnctp_tui.storage import instants

    with session.opened(context) as workspace:
        store = workspace.store
        if shift_id and shift_id not in [one.row["id"] for one in shift.handed_over(store)]:
            raise typer.BadParameter(_("no está en este equipo"), param_hint="--id")
        giver_id = _person(workspace, giver) if giver else None
        state = shift.take(store, instants.iso(store.now()), giver_id, shift_id, words, heard)
        if session.settings(context).json:
            output.as_json({"state": state})
        elif state == "agreed":
            output.say(_("Palabras iguales: recibió el turno."))
        elif state == "waits":
            output.say(_("Guardado: se compara cuando los dos equipos tengan red."))
        if state in ("differs", "altered"):
            output.tell(_("Palabras distintas: repitan la lista."))
            raise typer.Exit(1)


def seal(
    context: typer.Context,
    shift_id: Annotated[str, typer.Argument(metavar=N_("RELEVO"), help=N_("El que usted firmó."))],
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("Archivo nuevo."))],
) -> None:
    from lnctp_tui.services.case import handing_out
    from lnctp_tui.services.follow import sealed_shift

    with session.opened(context) as workspace:
        place = handing_out.named(file)
        sealed_shift.seal(workspace.store, shift_id, place)
        if session.settings(context).json:
            output.as_json({"id": shift_id, "file": str(place)})
        else:
            output.say(_("Escrito en {name}.").format(name=place.name))


def open_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("El que le trajeron."))],
    receive: Annotated[
        bool, typer.Option("--take", help=N_("Recibe el turno; sin esto solo se muestra lo que trae."))
    ] = False,
) -> None:
    from lnctp_tui.domain.follow.shift import ITEM
    from lnctp_tui.screens.follow import shift_words
    from lnctp_tui.services.follow import sealed_shift, shift
    from lnctp_tui.storage import instants

    with session.opened(context) as workspace:
        store = workspace.store
        handed = sealed_shift.take_in(store, file.expanduser())
        if receive:
            shift.take(store, instants.iso(store.now()), None, handed.row["id"], handed.words)
        if session.settings(context).json:
            lines = [{name: row[name] for name in ITEM} for row in handed.items]
            output.as_json({
                "id": handed.row["id"], "from": handed.row["from_id"], "note": handed.row["note"], "items": lines,
                "taken": receive,
            })  # fmt: skip
            return
        for line in filter(None, [handed.row["note"], *map(shift_words.read_aloud, handed.items)]):
            output.say(line)
        output.say(
            _("Recibió el turno. Dígalo a quien se lo deja.") if receive else _("Para recibirlo: --take.")
        )


def _person(workspace: Workspace, typed: str) -> str:
    """The id of the colleague that a name means, or an id. Raises BadParameter for none or several."""
    from lnctp_tui.services.case import transfer

    people = transfer.names(workspace.store)
    wanted = typed.strip().casefold()
    ids = [id_ for id_, name in people.items() if wanted in (id_, name.strip().casefold())]
    if len(ids) != 1:
        raise typer.BadParameter(
            _("nadie se llama así en este equipo, o hay varias: {name}").format(name=typed)
        )
    return ids[0]


SHIFTS = (
    ("list", list_shifts, N_("Lista los relevos de este equipo y si están acordados.")),
    ("new", new, N_("Muestra lo que se propone; con --sign firma lo que se decidió.")),
    ("take", take, N_("Recibe un turno con las seis palabras que se oyeron.")),
    ("seal", seal, N_("Guarda un relevo en un archivo que solo abre el equipo de quien sigue.")),
    ("open", open_file, N_("Toma el relevo de un archivo sellado; con --take lo recibe.")),
)
