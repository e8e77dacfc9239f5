"""Synchronisation: what waits and since when, what the server did not take and why, and what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import RESUME, SYNCED, Job, ListScreen
from lnctp_tui.screens.sync import sync_words as words
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import cases
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Part, Reader
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.case.cases import CaseLine
    from lnctp_tui.services.sync.synchronise import SyncStatus, Waiting
    from lnctp_tui.services.vault.workspace import Workspace

MOST = 200
CONFLICTS, OFFERS, FOLIO, LOOSE = "conflicts:", "offers:", "folio:", "loose:"
BAR = 20
"""Cells of the first download's bar."""


class _View(NamedTuple):
    status: SyncStatus
    waiting: list[Waiting]
    fingerprint: tuple[str, ...]
    authority: str
    """Six words of the organisation whose officers are believed here."""


def _way(key: str, name: str, text: str, tooltip: str) -> Binding:
    return Binding(key, f"go('{name}')", text, tooltip=tooltip, id=f"sync.{name}")


class SyncScreen(ListScreen[_View]):
    """A mode of its own: a call can interrupt it like everything else."""

    NAME = N_("Sincronización")
    GROUP = "sync"
    READ_ON = frozenset({RESUME, SYNCED})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "retry", N_("intentar ahora"), key_display="r", id="sync.retry"),
        Binding("i", "enroll", N_("inscribir este equipo"), id="sync.enroll"),
        _way("d", "conflicts", N_("decidir"), N_("Datos con dos valores")),
        _way("o", "offers", N_("ofrecidos"), N_("Casos ofrecidos, de y a colegas")),
        _way("f", "orders", N_("órdenes"), N_("Órdenes que firman los responsables")),
        Binding(
            "a",
            "authority",
            N_("confirmar autoridad"),
            tooltip=N_("Con su coordinación al teléfono"),
            id="sync.authority",
        ),
        _way("u", "queue", N_("supervisión"), N_("Por decidir, y en cuarentena")),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="sync.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="sync.help"),
        Binding("escape,q,s", "leave", N_("escritorio"), key_display="Esc", id="sync.leave"),
    ]

    def compose(self) -> ComposeResult:
        yield TitleBar(id="top")
        yield (state := Reader(id="sync-state"))
        state.can_focus = False
        yield RowList(id="list")
        yield KeyBar()

    def job(self, limit: int) -> Job[_View]:
        """How it stands now; whether there is a line, as the thread that synchronises last said."""
        workspace, last = self.shell.workspace, self.shell.sync_status

        online = last.online if last else None
        return lambda: _read(workspace, online)

    def draw(self) -> None:
        """How it stands, above what waits."""
        if self.view is None:
            return
        workspace = self.shell.workspace
        mark = words.mark(self.view.status, workspace.zone, workspace.store.now())
        top = self.query_one(TitleBar)
        top.show(self.heading)
        top.mark(mark.long or _("sin servidor"), alert=mark.alert)
        reader = self.query_one("#sync-state", Reader)
        reader.show(_parts(self.view, self.frame))
        reader.styles.height = reader.height_of_all + 2
        super().draw()

    def lines(self, view: _View) -> list[Line]:
        """What is to do, what was not taken, what waits."""
        return [*_to_do(view.status), *_refused(view, self.frame), *_waiting(view, self.frame)]

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now."""
        name = str(parameters[0]) if action == "go" else action
        return _allowed(self.view.status if self.view else None).get(name, True)

    def action_retry(self) -> None:
        """Try at once, whatever the pause."""
        self.shell.sync_now()
        self.notify(_("Se intenta ahora."), markup=False)

    def action_enroll(self) -> None:
        """Make this laptop known to a server."""
        from lnctp_tui.screens.sync.enroll import EnrollScreen

        self.app.push_screen(EnrollScreen(), lambda _done: self.read())

    def action_authority(self) -> None:
        """Learn from a person, by telephone, who the officers are."""
        from lnctp_tui.services.sync import orders

        workspace = self.shell.workspace
        self.shell.in_reader(lambda: orders.own_words(workspace), self._confirm, group="authority")

    def _confirm(self, own: str) -> None:
        from lnctp_tui.screens.sync.authority import ConfirmScreen

        self.app.push_screen(ConfirmScreen(own), lambda _done: self.read())

    def open_key(self, key: str) -> None:
        """What is to do, or the case of a change."""
        if key == OFFERS:
            self.shell.go("offers")
        elif key == CONFLICTS:
            self.shell.go("conflicts")
        elif key.startswith(FOLIO):
            store, folio = self.shell.workspace.store, key.removeprefix(FOLIO).partition("#")[0]
            self.shell.in_reader(lambda: cases.by_folio(store, folio), self._open, group="folio")
        else:
            self.notify(_("No pertenece a un caso: se envía como lo demás."), markup=False)

    def _open(self, case_lines: list[CaseLine]) -> None:
        if case_lines:
            self.shell.show_case(case_lines[0].id)

    def action_leave(self) -> None:
        """Back to the desk."""
        self.shell.go("desk")


def _read(workspace: Workspace, online: bool | None) -> _View:
    from lnctp_tui.services.sync import orders, synchronise

    status = replace(synchronise.status(workspace), online=online)
    pending = status.state == words.PENDING
    return _View(
        status,
        synchronise.waiting(workspace.store, MOST) if status.enrolled else [],
        synchronise.fingerprint(workspace) if pending else (),
        orders.words(status.authority) if status.authority else "",
    )


def _allowed(status: SyncStatus | None) -> dict[str, bool]:
    """Which keys do something now."""
    enrolled = status is not None and status.enrolled
    return {
        "retry": enrolled,
        "enroll": status is not None and not enrolled,
        "conflicts": status is not None and bool(status.conflicts),
        "offers": enrolled,
        "queue": status is not None and status.role == words.SUPERVISOR,
        "orders": status is not None and bool(status.authority),
        "authority": status is not None and not status.authority and bool(status.authority_offered),
    }


def _folio(change: Waiting, _frame: Frame) -> str:
    return change.folio or _("sin caso")


def _where(change: Waiting, _frame: Frame) -> str:
    if change.refused:
        return _("rechazado")
    return _("enviado, sin acuse todavía") if change.sent else _("en espera")


CHANGES: Columns[Waiting] = Columns(
    (
        Column(_folio, 13, lambda change: "strong" if change.folio else "muted"),
        Column(lambda change, frame: frame.words.table(change.table), 26),
        Column(lambda change, frame: moment(change.at, frame.words.zone), 19, "muted"),
        Column(_where, None, lambda change: "error" if change.refused else "muted"),
    ),
    lambda change: (FOLIO + change.folio if change.folio else LOOSE) + f"#{change.id}",
    lambda change, frame: frame.notes(words.refusal(change.refused), "   ") if change.refused else (),
)
"""Changes that the server did not take, or has not yet."""


def _parts(view: _View, frame: Frame) -> list[Part]:
    status = view.status
    if not status.enrolled:
        alone = (
            _("Este equipo trabaja solo: todo queda en su disco y no se envía a nadie."),
            _(
                "Para compartir casos con su equipo, pida a quien administra la dirección del servidor, "
                "un código y el archivo de su certificado; después pulse «i»."
            ),
        )
        return [Part("text", text) for text in alone]
    zone, now = frame.words.zone, frame.now
    named = (words.STATES.get(status.state or ""), words.ROLES.get(status.role or ""))
    state = " · ".join(_(name) for name in named if name)
    contact = words.when(status.last_contact, zone, now) or _("todavía ninguno")
    if status.online is False:
        contact += f" · {_('sin conexión; se reintenta solo')}"
    pairs = [
        (_("Servidor"), " · ".join(filter(None, (status.server, state)))),
        (_("Último contacto"), contact),
        (_("Primera descarga"), _progress(status)),
        (_("Reloj"), words.skew(status.clock_offset)),
        (_("Autoridad"), _authority(view.authority)),
        (_("Qué pasa"), words.problem(status.problem)),
        *((_("Cuidado"), words.problem(alarm)) for alarm in status.alarms),
        (_("Último guardado"), words.when(status.saved_at, zone, now)),
        (_("Volvió"), words.came_back(status, zone, now)),
        (_("Retirados"), _withdrawn(status.withdrawn)),
        (_("Sin comprobar"), _aside(status.aside)),
        (_("Falta"), _pending(view.fingerprint)),
    ]
    return [Part("pair", text, label) for label, text in pairs if text]


def _to_do(status: SyncStatus) -> list[Line]:
    lines = []
    if status.offers:
        text = ngettext("{count} caso ofrecido a usted", "{count} casos ofrecidos a usted", status.offers)
        lines.append(Line((Cell(text.format(count=status.offers), None, "accent"),), OFFERS))
    if status.conflicts:
        text = ngettext(
            "{count} dato con dos valores: falta decidir",
            "{count} datos con dos valores: falta decidir",
            status.conflicts,
        )
        lines.append(Line((Cell(text.format(count=status.conflicts), None, "warning"),), CONFLICTS))
    return [*lines, note("")] if lines else []


def _refused(view: _View, frame: Frame) -> list[Line]:
    refused = [change for change in view.waiting if change.refused]
    if not refused:
        return []
    return [
        heading(_("El servidor no aceptó"), str(view.status.refused)),
        note(_("Está guardado aquí y apartado allá; supervisión lo revisa. Lo demás sigue.")),
        *CHANGES.lines(refused, frame),
        note(""),
    ]


def _waiting(view: _View, frame: Frame) -> list[Line]:
    status = view.status
    if not status.enrolled:
        return []
    waits = [change for change in view.waiting if not change.refused]
    if not waits:
        return [heading(_("Por enviar")), note(_("Nada. Todo lo guardado tiene acuse del servidor."))]
    zone, now = frame.words.zone, frame.now
    since = words.when(status.waiting_since, zone, now)
    title = _("Por enviar, desde {at}").format(at=since) if since else _("Por enviar")
    lines = [heading(title, str(status.waiting)), *CHANGES.lines(waits, frame)]
    more = status.waiting - len(waits)
    if more > 0:
        lines.append(note(ngettext("y {count} más", "y {count} más", more).format(count=more)))
    return lines


def _progress(status: SyncStatus) -> str:
    if not status.wanted:
        return ""
    total = max(status.wanted_total, status.wanted)
    done = total - status.wanted
    full = BAR * done // total
    text = _("{done} de {total} casos; los más nuevos primero, y ya se puede trabajar")
    return f"{'▰' * full}{'▱' * (BAR - full)} {text.format(done=done, total=total)}"


def _aside(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "{count} cambio cuya autoría no se pudo comprobar: se conserva y no se muestra",
        "{count} cambios cuya autoría no se pudo comprobar: se conservan y no se muestran",
        count,
    )
    return text.format(count=count)


def _withdrawn(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "{count} caso que el servidor retiró de este equipo: se conserva cifrado y no se muestra",
        "{count} casos que el servidor retiró de este equipo: se conservan cifrados y no se muestran",
        count,
    )
    return text.format(count=count)


def _authority(fingerprint: str) -> str:
    return _("confirmada: {words}").format(words=fingerprint) if fingerprint else ""


def _pending(fingerprint: tuple[str, ...]) -> str:
    if not fingerprint:
        return ""
    request = _("que administración apruebe este equipo: léale por teléfono estas seis palabras:")
    return f"{request} {' '.join(fingerprint)}"
