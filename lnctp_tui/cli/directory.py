"""`lnctp directory`: import, export, search, verify, generate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import told, words_of
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnctp_tui.domain.directory.trust import Stated
    from lnctp_tui.services.directory.directory import Detail, Found, Listed
    from lnctp_tui.services.directory.importing import run
    from lnctp_tui.services.directory.importing.batches import Undo
    from lnctp_tui.services.directory.importing.run import Report
    from lnctp_tui.services.vault.workspace import Workspace

ABOUT = N_("Directorio: importar, exportar, buscar, verificar y generar uno ficticio.")
MOST_TOLD = 50


MapFile = Annotated[
    Path | None,
    typer.Option("--map", metavar=N_("MAPA.toml"), help=N_("Qué columna de la hoja llena qué campo.")),
]
Source = Annotated[
    str | None,
    typer.Option(metavar=N_("FUENTE"), help=N_("De dónde viene; si falta, el nombre del archivo.")),
]
MaybeNew = Annotated[
    bool, typer.Option("--maybe-new", help=N_("Lo que puede ser duplicado entra como otra institución."))
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=N_("Solo decir qué haría; no guarda nada."))]
Rejects = Annotated[
    Path | None, typer.Option(metavar=N_("ARCHIVO"), help=N_("Dónde guardar las filas rechazadas."))
]
Encoding = Annotated[
    str | None,
    typer.Option(metavar=N_("CODIFICACIÓN"), help=N_("De un CSV que no es UTF-8, por ejemplo cp1252.")),
]
Same = Annotated[
    list[int] | None,
    typer.Option(metavar=N_("FILA"), help=N_("Esta fila es la institución a la que se parece.")),
]
Other = Annotated[
    list[int] | None, typer.Option(metavar=N_("FILA"), help=N_("Esta fila es otra institución."))
]


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("CSV o libro de hojas de cálculo."))],
    mapping: MapFile = None,
    sheet: Annotated[str | None, typer.Option(metavar=N_("HOJA"), help=N_("Qué hoja del libro."))] = None,
    source: Source = None,
    maybe_new: MaybeNew = False,
    dry_run: DryRun = False,
    rejects: Rejects = None,
    encoding: Encoding = None,
    same: Same = None,
    other: Other = None,
    yes: Annotated[bool, typer.Option("--yes", help=N_("No preguntar antes de guardar."))] = False,
) -> None:
    from lnctp_tui.services.case import referral_after
    from lnctp_tui.services.directory.importing import run

    asks = session.terminal() and not (yes or dry_run or session.settings(context).json)
    with session.alone(), session.opened(context) as workspace:
        plan = run.look(
            workspace.store, file, workspace.protocol, mapping=mapping, sheet=sheet, source=source,
            maybe_new=maybe_new, encoding=encoding,
        )  # fmt: skip
        for number, is_same in [*((row, True) for row in same or ()), *((row, False) for row in other or ())]:
            if not plan.decide(number, is_same):
                output.tell(_("Fila {row}: no hay nada que decidir.").format(row=number))
        report = plan.report
        if asks:
            _ask_each(plan, workspace)
            _print_report(report)
        if not dry_run and (not asks or session.yes(session.ask(_("¿Guardar? (s/n) ")))):
            with output.progress(_("Importando")) as progress:
                report = run.store_plan(workspace.store, plan, rejects=rejects, progress=progress)
            referral_after.note_shut(workspace.store)
    _print_outcome(context, report, asked=asks)


def _print_outcome(context: typer.Context, report: Report, *, asked: bool) -> None:
    if session.settings(context).json:
        output.as_json(report.to_json())
    elif asked:
        output.say(_("Guardado.") if report.stored else _("No se guardó nada: solo se miró."))
        _print_notes(report)
    else:
        _print_report(report)
    if report.batch and not session.settings(context).json:
        output.say(_("Se deshace con: lnctp directory undo {batch}").format(batch=report.batch))
    if report.outcomes["refused"] or report.outcomes["maybe"]:
        raise typer.Exit(1)


def _ask_each(plan: run.Plan, workspace: Workspace) -> None:
    """Shows each row beside what it may be, and asks; without an answer it waits for another run."""
    from lnctp_tui.services.directory.importing import beside

    for row, id_ in list(plan.maybe):
        titles = [_("Dato"), _("Fila {row}").format(row=row.number), _("Ya está")]
        output.table(titles, beside.lines(workspace.store, workspace.protocol, plan, row, id_))
        said = session.ask(_("¿Es la misma? s: sí · n: no, es otra · Enter: después "))
        if session.yes(said) or said.strip().casefold() in ("n", "no"):
            plan.decide(row.number, session.yes(said))


def _print_report(report: Report) -> None:
    text = _(
        "{rows} filas: {new} nuevas, {update} con cambios, {same} iguales, {maybe} por decidir, {refused} rechazadas."
    )
    output.say(text.format(rows=report.rows, **report.outcomes))
    output.table(
        [_("Columna"), _("Con dato"), _("Vacías")],
        ([title, count, report.rows - count] for title, count in report.columns.items()),
    )
    if report.unmapped:
        output.say(
            _("Columnas de las que no se tomó nada: {titles}.").format(titles=", ".join(report.unmapped))
        )
    output.say(_("Guardado.") if report.stored else _("No se guardó nada: solo se miró."))
    _print_notes(report)


def _print_notes(report: Report) -> None:
    for row, problem in [*report.problems, *report.notes][:MOST_TOLD]:
        output.tell(told(problem, row or None))
    if (rest := len(report.problems) + len(report.notes) - MOST_TOLD) > 0:
        output.tell(_("… y {count} más.").format(count=rest))


def undo(
    context: typer.Context,
    batch: Annotated[
        str | None, typer.Argument(metavar=N_("IMPORTACIÓN"), help=N_("Cuál; sin ella se muestran todas."))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=N_("Deshacer sin preguntar."))] = False,
) -> None:
    """Shows imports, or what taking one back would do; takes it back after an answer, or with `--yes`."""
    from lnctp_tui.services.directory.importing import batches

    as_json = session.settings(context).json
    with session.alone(), session.opened(context) as workspace:
        store = workspace.store
        if batch is None:
            with store.read() as connection:
                imports = batches.listed(connection)
            if as_json:
                output.as_json({"imports": [one._asdict() for one in imports]})
                return
            words = words_of(workspace.protocol, workspace.zone)
            titles = [_("Importación"), _("Cuándo"), _("Archivo"), _("Se deshizo")]
            output.table(titles, ([one.id, words.moment(one.at, workspace.zone), one.file,
                                   words.moment(one.undone_at, workspace.zone) if one.undone_at else "—"]
                                  for one in imports))  # fmt: skip
            return
        taken = batches.look(store, batch)
        if not as_json:
            _print_undo(taken, workspace)
        asks = session.terminal() and not (yes or as_json)
        done = yes or (asks and session.yes(session.ask(_("¿Deshacer? (s/n) "))))
        if done:
            taken = batches.take_back(store, batch)
    if as_json:
        output.as_json(
            {"undone": done, "erased": taken.erased, "restored": taken.restored, "left": taken.left}
        )
    elif done:
        output.say(_("Deshecho."))
    else:
        output.say(_("No se deshizo nada: solo se miró. Con --yes se deshace."))


def _print_undo(taken: Undo, workspace: Workspace) -> None:
    words = words_of(workspace.protocol, workspace.zone)
    for table, _row, name in taken.erased[:MOST_TOLD]:
        output.say(_("Se quita: {what} · {name}").format(what=_(KINDS_OF[table]), name=name))
    for table, _row, name, values in taken.restored[:MOST_TOLD]:
        for field, value in values.items():
            then, label = words.value(table, field, value) or "—", words.field(table, field)
            output.say(
                _("Vuelve a ser: {name} · {field}: {value}").format(name=name, field=label, value=then)
            )
    stays = _("Se queda: {what} · {name}. Alguien lo cambió, lo verificó o lo usa desde entonces.")
    for table, _row, name in taken.left[:MOST_TOLD]:
        output.tell(stays.format(what=_(KINDS_OF[table]), name=name))
    counts = {"erased": len(taken.erased), "restored": len(taken.restored), "left": len(taken.left)}
    output.say(_("Se quitan {erased}, vuelven {restored}, se quedan {left}.").format(**counts))


KINDS_OF = {
    "providers": N_("institución"), "provider_sites": N_("sede"), "provider_services": N_("servicio"),
    "provider_channels": N_("teléfono o medio"),
}  # fmt: skip


def export(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar=N_("ARCHIVO.zip"), help=N_("Dónde guardarlo; no se reemplaza nada."))
    ],
    public: Annotated[
        bool,
        typer.Option(
            "--public",
            help=N_("Para publicar: sin borradores ni suspendidas, y solo medios para el público."),
        ),
    ] = False,
    version: Annotated[
        str,
        typer.Option(
            "--hsds", metavar=N_("VERSIÓN"), help=N_("Versión del formato; 3.1 está en desarrollo.")
        ),
    ] = "3.0",
) -> None:
    from lnctp_tui.errors import BadInput
    from lnctp_tui.services.directory import hsds

    if version not in hsds.VERSIONS:
        raise typer.BadParameter(_("Es 3.0 o 3.1."), param_hint="--hsds")
    with session.opened(context) as workspace:
        try:
            count = hsds.write(workspace.store, workspace.protocol, file, public=public, version=version)
        except FileExistsError as error:
            raise BadInput("file_failed", name=file.name, reason="EEXIST") from error
    if session.settings(context).json:
        output.as_json({"exported": count, "file": str(file)})
        return
    text = _("{count} instituciones exportadas, en el formato HSDS {version}.")
    output.say(text.format(count=count, version=version))
    if version != "3.0":
        output.tell(_("HSDS {version} está en desarrollo: puede cambiar.").format(version=version))


def search(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar=N_("PALABRAS"), help=N_("Nombre, servicio, lugar."))
    ] = None,
    case: Annotated[
        str | None, typer.Option(metavar="FOLIO", help=N_("Ordenadas por cómo se ajustan a este caso."))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help=N_("Cuántas."))] = 20,
) -> None:
    from lnctp_tui.services.case import cases
    from lnctp_tui.services.directory import directory

    typed = " ".join(words or ())
    with session.opened(context) as workspace:
        store = workspace.store
        directory.settle(store)
        if case is None:
            listed = directory.search(store, typed, limit)
        else:
            (case_id, *_others) = session.case_ids(store, case)
            listed = directory.for_case(store, cases.document(store, case_id), typed, limit)
        if session.settings(context).json:
            output.as_json(_as_json(listed))
            return
        _print_listed(listed, workspace)


def _as_json(listed: Listed) -> dict[str, Any]:
    return {
        "total": listed.total,
        "left_out": listed.left_out,
        "found": [_found_json(found) for found in listed.found],
        "excluded": [_found_json(found) for found in listed.excluded],
    }


def _found_json(found: Found) -> dict[str, Any]:
    return {
        "id": found.id, "name": found.name, "kind": found.kind, "status": found.status, "open": found.open.state,
        "free": found.free, "freshness": found.freshness, "services": list(found.services),
        "answered": asdict(found.tally), "fit": found.fit.terms._asdict() if found.fit else None,
        "excluded": found.excluded._asdict() if found.excluded else None,
    }  # fmt: skip


def _print_listed(listed: Listed, workspace: Workspace) -> None:
    from lnctp_tui.screens.lists import directory_words as said

    words = words_of(workspace.protocol, workspace.zone)
    for found in listed.found:
        services = ", ".join(words.code("service", kind) for kind in found.services)
        badges = (
            said.offered_badge(found, workspace.zone)[0],
            said.room(found.free),
            said.fresh_badge(found)[0],
        )
        output.say(f"{said.named(found.name)} · {services}")
        output.say(f"    {' · '.join(badges)} · {found.id}")
    for found in listed.excluded:
        assert found.excluded is not None
        output.say(f"{said.named(found.name)}: {said.why_not(found.excluded)}")


def verify(
    context: typer.Context,
    provider: Annotated[
        str, typer.Argument(metavar=N_("INSTITUCIÓN"), help=N_("Identificador de la institución."))
    ],
    told_by: Annotated[
        str | None,
        typer.Option("--told-by", metavar=N_("QUIÉN"), help=N_("Quién contestó la llamada; verifica.")),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(metavar=N_("TELÉFONO"), help=N_("Cuál de sus teléfonos o sedes, por identificador.")),
    ] = None,
) -> None:
    """Shows what of a provider is to be verified; with `--told-by`, notes that somebody called."""
    from lnctp_tui.services.directory import directory, writing

    with session.opened(context) as workspace:
        store = workspace.store
        detail = directory.detail(store, provider)
        if told_by is not None:
            one = about or (detail.to_dial.row["id"] if detail.to_dial else None)
            writing.report(store, provider, "verified", one, told_by=told_by)
            directory.settle(store)
            detail = directory.detail(store, provider)
        rows = [
            (entry, part)
            for part, believed in (("current", detail.gathered.channels), ("current", detail.gathered.sites))
            for entry in (*believed.current, *believed.proposed)
        ]
        if session.settings(context).json:
            output.as_json(_stated(provider, detail, [entry for entry, _part in rows]))
            return
        _print_detail(rows, detail, workspace)


def _stated(provider: str, detail: Detail, entries: Iterable[Stated]) -> dict[str, Any]:
    """What is to be verified, as `--json` prints it."""
    from lnctp_tui.services.directory import directory

    stated = [
        {"id": entry.row["id"], "standing": entry.standing, "verified_at": entry.verified_at,
         "value": entry.row.get("value") or entry.row.get("address")}
        for entry in entries
    ]  # fmt: skip
    return {
        "id": provider, "name": directory.name_of(detail.gathered.provider),
        "freshness": detail.line.freshness,
        "to_dial": detail.to_dial.row["value"] if detail.to_dial else None, "stated": stated,
    }  # fmt: skip


def _print_detail(rows: list[Any], detail: Any, workspace: Workspace) -> None:
    from lnctp_tui.screens.lists import directory_words as said
    from lnctp_tui.services.directory import directory

    words = words_of(workspace.protocol, workspace.zone)
    output.say(said.named(directory.name_of(detail.gathered.provider)))
    output.table(
        [_("Teléfono o sede"), _("Situación"), _("Identificador")],
        (
            [
                said.channel(entry.row, words) if "value" in entry.row else said.address(entry.row, words),
                _(said.STANDING[entry.standing]), entry.row["id"],
            ]
            for entry, _part in rows
        ),
    )  # fmt: skip


def status(
    context: typer.Context,
    provider: Annotated[
        str, typer.Argument(metavar=N_("INSTITUCIÓN"), help=N_("Identificador de la institución."))
    ],
    said: Annotated[
        Literal["active", "suspended", "closed", "merged"],
        typer.Argument(metavar=N_("ESTADO"), help=N_("active, suspended, closed o merged.")),
    ],
    why: Annotated[str, typer.Option("--why", help=N_("Por qué, y quién lo dijo; sin nombres de víctimas."))],
    into: Annotated[
        str | None,
        typer.Option("--into", metavar=N_("INSTITUCIÓN"), help=N_("Con merged: la ficha que queda.")),
    ] = None,
) -> None:
    from lnctp_tui.services.directory import directory
    from lnctp_tui.services.directory import status as statuses

    with session.opened(context) as workspace:
        statuses.set_status(workspace.store, provider, said, why, into)
        directory.settle(workspace.store)
    if session.settings(context).json:
        output.as_json({"id": provider, "status": said, "merged_into": into})
        return
    output.say(_("Anotado."))


def generate(
    context: typer.Context,
    count: Annotated[
        int, typer.Argument(min=1, max=50_000, help=N_("Cuántas instituciones inventadas."))
    ] = 1200,
) -> None:
    from lnctp_tui.services.directory import generating

    with session.alone(), session.opened(context) as workspace, output.progress(_("Generando")) as progress:
        new = generating.generate(workspace.store, workspace.protocol, count, progress)
    if session.settings(context).json:
        output.as_json({"generated": new})
        return
    output.say(_("{count} instituciones inventadas; ninguna existe.").format(count=new))


COMMANDS = (
    ("import", import_, N_("Importa instituciones de una hoja; con --dry-run solo dice qué haría.")),
    ("undo", undo, N_("Deshace una importación: quita y devuelve lo que nadie cambió desde entonces.")),
    ("export", export, N_("Exporta el directorio en el formato tabular HSDS 3.0, en un ZIP.")),
    ("search", search, N_("Busca instituciones; con --case, por cómo se ajustan a un caso.")),
    ("verify", verify, N_("Muestra qué hay que verificar; con --told-by anota que usted llamó.")),
    ("status", status, N_("Dice si una institución se ofrece, o que es otra; con su porqué.")),
    ("generate", generate, N_("Llena el directorio con instituciones inventadas, para práctica.")),
)
